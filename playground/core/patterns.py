"""Patterns: what is done around a request, beside sending it: another model or server is chosen
for it, takes its place when it fails, or a recorded answer does.

A session has them in its `Call`; whatever they did is a fact on the recording of the run.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Sign = Literal[
    "always", "contains", "matches", "longer", "shorter", "tools", "schema", "attachments"
]
"""What a rule looks at: words in the last message, a regular expression that it matches, more or
fewer characters than so many, tools that are offered, a schema that is asked for, pictures or files
that go along."""


class Target(BaseModel):
    """Where a request can go."""

    model_config = ConfigDict(extra="ignore")

    profile: str = ""
    """The id of a profile; empty: that of the session."""
    model: str = ""
    """Empty: that of the profile."""
    about: str = ""
    """What it is good for, as a model that picks is told."""


class Rule(BaseModel):
    """A request goes to the target of the first rule that fits."""

    model_config = ConfigDict(extra="ignore")

    sign: Sign = "contains"
    value: str = ""
    """A text, a pattern or a number, by the sign."""
    target: Target = Field(default_factory=Target)


class Patterns(BaseModel):
    model_config = ConfigDict(extra="ignore")

    rules: list[Rule] = Field(default_factory=list)
    """Asked first, in their order."""
    picker: Target | None = None
    """A cheap model that picks one of `choices`, where no rule fits; None: nobody is asked."""
    choices: list[Target] = Field(default_factory=list)
    fallback: list[Target] = Field(default_factory=list)
    """Who is asked, one after the other, when a request brought nothing but a failure."""
    reuse: int = Field(default=0, ge=0)
    """Seconds for which a recorded answer stands for the same request; 0: it is always sent."""

    @property
    def chooses(self) -> bool:
        """Whether a request may go elsewhere before it was ever sent."""
        return bool(self.rules or (self.picker is not None and self.choices))

    @property
    def active(self) -> bool:
        """Whether anything is done."""
        return self != Patterns()


class Detour(BaseModel):
    """What a pattern did with a request of a run, as the recording says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["routed", "fallback", "reused"]
    leg: int = 0
    t: int = 0
    """When, in nanoseconds of the run."""
    profile: str = ""
    """Who was asked from here on."""
    model: str = ""
    words: str = ""
    crossed: bool = False
    """It is another server than the one before: what that one keeps means nothing to it."""
    run: str = ""
    """Of a recorded answer: the run that it stands in."""
    created: float = 0.0
    """Of a recorded answer: when it was whole, in Unix seconds."""
