"""Mock rules: what a tool that is not there answers, by what it is called with. Values.

Rules are kept in named sets, several in one file, so that one click goes from everything working to
a bad day. The format is described in `resources/tools/README.md`; these models are its definition.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from playground.tools import mock_template
from playground.tools.jsonpath import parsed

LONGEST_PATTERN = 2_000
"""Characters of a regular expression, and repetitions that it demands: `regex` writes those out."""
LONGEST_WAIT = 600_000
"""Milliseconds of latency."""
LARGEST = 1_024
"""Megabytes of an oversized reply."""

_DEMANDED = re.compile(r"\{(\d+)")


def _readable_path(path: str) -> str:
    parsed(path)
    return path


def _place(path: str) -> str:
    return _readable_path(path) if path else path


def _readable_pattern(pattern: str) -> str:
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"the pattern is longer than {LONGEST_PATTERN:,} characters")
    repetitions = 1
    for digits in _DEMANDED.findall(pattern):
        repetitions *= max(1, int(digits[:9]))
        if repetitions > LONGEST_PATTERN:
            raise ValueError(f"the pattern repeats something more than {LONGEST_PATTERN:,} times")
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"the pattern cannot be read: {error}") from error
    return pattern


def _fillable(value: Any) -> Any:
    mock_template.check(value)
    return value


JSONPath = Annotated[str, AfterValidator(_readable_path)]
Place = Annotated[str, AfterValidator(_place)]
"""A JSONPath into the arguments, any of whose values is meant; empty: all of them as one."""
Pattern = Annotated[str, AfterValidator(_readable_pattern)]
Template = Annotated[str, AfterValidator(_fillable)]


class _Model(BaseModel):
    # Defaults are not written down. So `by` and `gives` have none: they always stand there.
    model_config = ConfigDict(extra="forbid", frozen=True)


class ByEquality(_Model):
    by: Literal["equality"]
    at: Place = ""
    value: Any


class ByFields(_Model):
    """These fields have these values; there may be others."""

    by: Literal["fields"]
    fields: dict[str, Any] = Field(min_length=1)


class ByRegex(_Model):
    """The pattern is found in the text there; what is no string is JSON as it is written, and the
    arguments as a whole are the text as it came, also where that is no JSON."""

    by: Literal["regex"]
    at: Place = ""
    pattern: Pattern


class ByPath(_Model):
    """The path leads to something."""

    by: Literal["jsonpath"]
    path: JSONPath


class BySchema(_Model):
    by: Literal["schema"]
    at: Place = ""
    json_schema: Any = Field(alias="schema")


Condition = Annotated[
    ByEquality | ByFields | ByRegex | ByPath | BySchema, Field(discriminator="by")
]


class _Reply(_Model):
    latency_ms: int = Field(default=0, ge=0, le=LONGEST_WAIT)
    """Before the reply."""


class ResultReply(_Reply):
    """A string as it is, anything else as JSON."""

    gives: Literal["result"]
    value: Any
    verbatim: bool = False
    """Without templates: what is in two braces stays there."""

    @model_validator(mode="after")
    def _has_templates(self) -> Self:
        if not self.verbatim:
            mock_template.check(self.value)
        return self


class ErrorReply(_Reply):
    """The tool fails, in these words."""

    gives: Literal["error"]
    message: Template


class TimeoutReply(_Model):
    """No answer, until whoever called gives up."""

    gives: Literal["timeout"]


Spoiling = Literal["cut", "bytes", "html"]


class MalformedReply(_Reply):
    """A result that is spoiled: JSON that ends in the middle, bytes that are no UTF-8, a page of
    HTML in its place."""

    gives: Literal["malformed"]
    how: Spoiling
    value: Annotated[Any, AfterValidator(_fillable)] = None
    """What it would have been; null: what it would be without a rule."""


class OversizedReply(_Reply):
    gives: Literal["oversized"]
    megabytes: float = Field(gt=0, le=LARGEST)


Reply = Annotated[
    ResultReply | ErrorReply | TimeoutReply | MalformedReply | OversizedReply,
    Field(discriminator="gives"),
]


class Rule(_Model):
    tool: str = Field(min_length=1)
    """Its name, as the model calls it."""
    about: str = ""
    when: tuple[Condition, ...] = ()
    """All of them hold; none: always."""
    then: Reply


class RuleSet(_Model):
    """The first rule that holds is the one that answers."""

    name: str = Field(min_length=1)
    about: str = ""
    rules: tuple[Rule, ...] = ()
    defaults: dict[str, Reply] = {}
    """By the tool's name: what it answers when none of its rules holds."""


class RuleFile(_Model):
    version: Literal[1]
    sets: tuple[RuleSet, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [one.name for one in self.sets]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"more than one set is named {', '.join(map(repr, twice))}")
        return self

    def named(self, name: str) -> RuleSet | None:
        return next((one for one in self.sets if one.name == name), None)
