"""Scenario: a script as data, read from `resources/scenarios/*.json`.

The format is described in that folder's README.md; these models are its definition.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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

from playground.sandbox.manners import Manners
from playground.sandbox.transport import Transport
from playground.sandbox.trouble import Failure, Fault, Refusal

GENERAL = "sandbox"
"""The model that a newcomer talks to; the first of /models."""

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
RESULTS = 9
"""That a script can tell of one by one."""
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
        "results",
        "results_quoted",
        *(f"result_{number}" for number in range(1, RESULTS + 1)),
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


class TextPart(_Model):
    text: Template
    phase: Literal["commentary", "final_answer"] | None = None
    """Without it the last part of a reply is the final answer, and what comes before is commentary.
    Chat Completions has no phases."""
    annotations: list[dict[str, Any]] = []
    """Citations as the Responses dialect has them. `on` names the words they belong to, from which
    their places are counted. Chat Completions leaves them out."""


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


Spoiling = Literal["missing", "unknown", "type", "nan", "duplicate", "list", "open"]


class AnswerPart(_Model):
    """What the request asked for as JSON: by its schema, as the arguments of the function that has
    to be called, or, where it has neither, by a schema of our own."""

    answer: list[Spoiling]
    """What is wrong about it, one after the other; none: it is right."""
    before: Template = ""
    after: Template = ""
    rows: int | None = Field(default=None, ge=1, le=100_000)
    """Items in the first list that it has."""
    call: bool = False
    """As a function call in any case."""
    phase: Literal["commentary", "final_answer"] | None = None


class ItemPart(_Model):
    """An item that only the Responses dialect has, such as the call of a hosted tool, as it is when
    finished but for its ids. Chat Completions leaves it out."""

    item: dict[str, Any]
    events: list[dict[str, Any]] = []
    """Between its two ends, for a kind whose events the sandbox does not know."""

    @model_validator(mode="after")
    def _has_a_kind(self) -> Self:
        if not isinstance(self.item.get("type"), str):
            raise ValueError("an item has a `type`")
        return self


class AlmanacPart(_Model):
    """A very long text about the whole numbers; see `almanac.py`."""

    almanac_to: int = Field(ge=1, le=3999)


class LoadPart(_Model):
    """Text over and over, a fixed number of deltas."""

    load: Lines
    events: int = Field(ge=1)


Part = (
    TextPart
    | ReasoningPart
    | RefusalPart
    | CallPart
    | AnswerPart
    | ItemPart
    | AlmanacPart
    | LoadPart
)


class Scenario(_Model):
    name: str = ""
    """The file's name without `.json`, behind the folder's if it is in one: the model's id too."""
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
    steps: list[list[Part]] = []
    """The replies to the first results of tools, to the second ones, and so on; behind the last of
    them comes `after_tools`."""
    after_tools: list[Part] = []
    """The reply to tool results; `reply` when empty."""
    again: list[Part] = []
    """The reply to a message that comes right behind the wrong answer of this script, and to tool
    results: it answers the message before."""
    follows_request: bool = True
    """Calls the tools and fills the schema that a request brings; otherwise only the script is
    played."""
    limit: int | None = Field(default=None, ge=1)
    """Output tokens after which the answer ends unfinished."""
    finish: Literal["stop", "content_filter", "max_messages", "steered", "failed"] = "stop"
    """How the answer ends. `max_messages` and `steered` are ends of the Responses dialect: a script
    says in `chat` what the other one calls them."""
    fault: Fault | None = None
    in_string: bool = False
    """Puts `limit` and `fault` behind the next tokens that end inside a string of the JSON."""
    transport: Transport = Transport()
    """How the bytes are laid out."""
    chat: Manners = Manners()
    """How chat completions are worded."""
    headers: dict[str, str] = {}
    """More headers of the answer."""
    error_shape: Any = None
    """JSON in which `{{message}}`, `{{type}}`, `{{param}}`, `{{code}}` and `{{status}}` stand for
    what a refused request is told; OpenAI's shape when null."""
    refuses: dict[str, Refusal] = {}
    """Request fields, as paths with dots, that are answered with 400."""
    context: int | None = Field(default=None, ge=1)
    """Input tokens above which a request is refused."""
    shutdown_date: str | None = None
    """What /models says about this model's end."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if (self.always_fails or self.fails_everywhere) and not self.failures:
            raise ValueError("`always_fails` and `fails_everywhere` need `failures`")
        if not self.reply and not self.always_fails:
            raise ValueError("only a scenario that always fails can do without a `reply`")
        return self


def directed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with other values for some of its fields. Raises BrokenScenarioError."""
    try:
        return Scenario.model_validate({**scenario.model_dump(exclude_unset=True), **changes})
    except ValidationError as error:
        raise BrokenScenarioError(
            f"The script of this request cannot be played: {error}"
        ) from error


def load(path: Path) -> Scenario:
    """Reads one file. Raises BrokenScenarioError."""
    try:
        scenario = Scenario.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise BrokenScenarioError(f"The scenario {path} cannot be played: {error}") from error
    return scenario.model_copy(update={"name": path.stem})


def load_all(folder: Path) -> dict[str, Scenario]:
    """Every scenario of a folder and of the folders in it, by name: the general one first, then
    the rest by name, those of inner folders last. There `servers/ollama` is a name."""
    scenarios = {}
    for path in folder.glob("**/*.json"):
        name = path.relative_to(folder).with_suffix("").as_posix()
        scenarios[name] = load(path).model_copy(update={"name": name})
    return {name: scenarios[name] for name in sorted(scenarios, key=_place)}


def _place(name: str) -> tuple[bool, bool, str]:
    return name != GENERAL, "/" in name, name
