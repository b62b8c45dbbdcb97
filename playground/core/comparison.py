"""Comparison: columns of one session that ask the same of different servers, models and settings.

A column is a branch of the session's tree with settings of its own. What it was answered hangs in
that tree like any other run: nothing is copied, and keeping one column is a matter of which branch
is on screen.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from playground.core.call import Call
from playground.core.parts import Part

FEWEST, MOST = 2, 4
"""Columns of a comparison."""


class Column(BaseModel):
    """Where the next turn of one column goes, and how."""

    model_config = ConfigDict(extra="ignore")

    profile: str = ""
    """The id of a profile; empty: the default one."""
    call: Call = Field(default_factory=Call)
    prompt: str = ""
    """The id of the prompt that its messages were taken from; empty: none."""
    version: int = 0
    """Which version of it."""
    shared: bool = True
    """Whether it has the tools and the form of the answer that the session has, whatever stands in
    its `call`."""
    leaf: str | None = None
    """The last run of its branch; None: it begins at the root."""
    synced: bool = True
    """Whether it is asked what is typed for all."""
    draft: str = ""
    """Typed for this column alone, not sent."""
    attached: list[Part] = Field(default_factory=list)
    """What would go with that."""


class Comparison(BaseModel):
    model_config = ConfigDict(extra="ignore")

    columns: list[Column] = Field(default_factory=list)
    """Empty: the session compares nothing."""
    draft: str = ""
    """Typed for all columns, not sent."""
    attached: list[Part] = Field(default_factory=list)
    """What would go with that."""
    repeat: int = Field(default=10, ge=1, le=10_000)
    """How often the same prompt is asked when its answers are compared with each other."""

    @property
    def written(self) -> bool:
        """Whether something was typed, or attached, that was not sent."""
        return bool(
            self.draft or self.attached or any(one.draft or one.attached for one in self.columns)
        )
