"""Scenario: a script as data, read from `resources/scenarios/*.json`.

The format is described in that folder's README.md; these models are its definition.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

GENERAL = "sandbox"
"""The model that a newcomer talks to; the first of /models."""

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
PLACEHOLDERS = frozenset(
    {
        "model",
        "dialect",
        "instructions",
        "message_number",
        "prompt",
        "quote",
        "words",
        "input_tokens",
        "tools",
        "tool_outputs",
    }
)


class BrokenScenarioError(Exception):
    """A scenario that does not exist or cannot be played; the text says why."""


def _joined(value: Any) -> Any:
    return "\n".join(map(str, value)) if isinstance(value, list) else value


def _known_placeholders(text: str) -> str:
    unknown = sorted(set(PLACEHOLDER.findall(text)) - PLACEHOLDERS)
    if unknown:
        raise ValueError(f"unknown placeholder {', '.join(unknown)}")
    return text


Lines = Annotated[str, BeforeValidator(_joined)]
"""A string, or a list of its lines."""

Template = Annotated[Lines, AfterValidator(_known_placeholders)]
"""Lines in which `{{name}}` stands for a fact about the request."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pace(_Model):
    per_second: float = Field(default=0, ge=0)
    """Deltas a second; 0 is as fast as it goes."""
    first_ms: float = Field(default=0, ge=0)
    """Silence between the head of the answer and its first delta."""
    per_chunk: int = Field(default=1, ge=1)
    """Events in one network write."""


class Failure(_Model):
    """An answer in place of the scripted one."""

    status: int = Field(ge=200, le=599)
    headers: dict[str, str] = {}
    error: dict[str, str | None] | None = None
    """What stands under `error`: message, type, param, code."""
    text: Lines | None = None
    """A body that is not JSON, such as a proxy's page."""
    content_type: str = "text/html; charset=utf-8"
    """Of `text`."""

    @model_validator(mode="after")
    def _has_one_body(self) -> Self:
        if (self.error is None) == (self.text is None):
            raise ValueError("a failure has either `error` or `text`")
        return self


class Fault(_Model):
    """What happens to the connection in the middle of the answer."""

    kind: Literal["cut", "stall"]
    after_deltas: int = Field(ge=0)


class TextPart(_Model):
    text: Template


class ReasoningPart(_Model):
    reasoning: list[Template]
    """Sections."""
    open: bool = False
    """Raw reasoning text as open-weight models show it; otherwise a summary, which Chat Completions
    only counts."""


class RefusalPart(_Model):
    refusal: Template


class CallPart(_Model):
    call: str
    arguments: dict[str, Any]


class AlmanacPart(_Model):
    """A very long text about the whole numbers; see `almanac.py`."""

    almanac_to: int = Field(ge=1, le=3999)


class LoadPart(_Model):
    """Text over and over, a fixed number of deltas."""

    load: Lines
    events: int = Field(ge=1)


Part = TextPart | ReasoningPart | RefusalPart | CallPart | AlmanacPart | LoadPart


class Scenario(_Model):
    name: str = ""
    """The file's name without `.json`, which is the model's id too."""
    about: str
    """One line for people who choose."""
    pace: Pace = Pace()
    failures: list[Failure] = []
    """What the first tries of a request get, in order; the next try gets the reply."""
    always_fails: bool = False
    """The last failure is given for ever."""
    fails_everywhere: bool = False
    """Chosen for the whole server, the failures are given on /models too."""
    reply: list[Part] = []
    after_tools: list[Part] = []
    """The reply to tool results; `reply` when empty."""
    follows_request: bool = True
    """Calls the tools and fills the schema that a request brings; otherwise only the script is
    played."""
    limit: int | None = Field(default=None, ge=1)
    """Output tokens after which the answer ends unfinished."""
    finish: Literal["stop", "content_filter", "failed"] = "stop"
    fault: Fault | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if (self.always_fails or self.fails_everywhere) and not self.failures:
            raise ValueError("`always_fails` and `fails_everywhere` need `failures`")
        if not self.reply and not self.always_fails:
            raise ValueError("only a scenario that always fails can do without a `reply`")
        return self


def load(path: Path) -> Scenario:
    """Reads one file. Raises BrokenScenarioError."""
    try:
        scenario = Scenario.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BrokenScenarioError(f"The scenario {path} cannot be played: {error}") from error
    return scenario.model_copy(update={"name": path.stem})


def load_all(folder: Path) -> dict[str, Scenario]:
    """Every scenario of a folder by name: the general one first, the rest by name."""
    files = sorted(folder.glob("*.json"), key=lambda path: (path.stem != GENERAL, path.stem))
    return {path.stem: load(path) for path in files}
