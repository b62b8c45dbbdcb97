"""Turn: what a request asks for, whichever dialect it was asked in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.sandbox import tokens
from playground.sandbox.errors import ApiError, invalid_value
from playground.sandbox.fields import DIRECTIONS, Fields, Json

Dialect = Literal["responses", "chat"]
ToolChoice = Literal["none", "auto", "required"]

ANY_JSON = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
}
"""What `json_object` is filled as."""

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
VERBOSITIES = ("low", "medium", "high")

_MODES: tuple[ToolChoice, ...] = ("none", "auto", "required")
_ALLOWED_MODES: tuple[ToolChoice, ...] = ("auto", "required")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Directions:
    """The extra request field `sandbox`: how this one request is to be played.

    Whatever is not given follows the scenario.
    """

    events: int | None = None
    """Deltas of the `load` scenario."""
    per_second: float | None = None
    """Deltas a second; 0 is as fast as it goes."""
    per_chunk: int | None = None
    """Events in one network write."""

    @classmethod
    def read(cls, fields: Fields) -> Directions:
        given = fields.object(DIRECTIONS)
        return cls(
            events=given.integer("events", 1, 10_000_000),
            per_second=given.number("per_second", 0),
            per_chunk=given.integer("per_chunk", 1, 100_000),
        )


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the client runs."""

    kind: Literal["function", "custom"]
    name: str
    parameters: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    dialect: Dialect
    model: str
    stream: bool
    prompt: str = ""
    """Text of the last user message."""
    message_number: int = 0
    """User messages up to here."""
    instructions: str = ""
    input_tokens: int = 0
    tools: tuple[Tool, ...] = ()
    """Those that may be called: no hosted ones, and none that `allowed_tools` leaves out."""
    tool_choice: ToolChoice = "auto"
    forced: str | None = None
    """The one tool that tool_choice names."""
    parallel: bool = True
    tool_outputs: tuple[str, ...] = ()
    """What the client's tools answered since the last user message."""
    schema: Any = None
    """JSON Schema that the answer must follow: an object, a boolean, or None for plain text."""
    limit: int | None = None
    """Output tokens, reasoning among them."""
    stop: tuple[str, ...] = ()
    directions: Directions = Directions()


@dataclass(slots=True)
class Heard:
    """What a conversation comes to, message after message."""

    prompt: str = ""
    message_number: int = 0
    instructions: list[str] = field(default_factory=list)
    tool_outputs: list[str] = field(default_factory=list)
    tokens: int = 3
    """Of everything that was sent; the start of the answer costs three."""
    mentions_json: bool = False
    """A request for `json_object` must say so in words."""

    def say(self, role: str, text: str) -> None:
        self.tokens += 4 + tokens.count(text)
        self.mentions_json = self.mentions_json or "json" in text.lower()
        if role == "user":
            self.prompt = text
            self.message_number += 1
            self.tool_outputs.clear()
        elif role in ("developer", "system"):
            self.instructions.append(text)

    def output(self, text: str) -> None:
        self.tokens += 4 + tokens.count(text)
        self.tool_outputs.append(text)


@dataclass(frozen=True, slots=True)
class Choice:
    """`tool_choice`, read."""

    mode: ToolChoice
    forced: str | None
    tools: tuple[Tool, ...]
    """Those that it leaves."""


def served_tier(asked: str | None) -> str:
    """The tier that an answer names."""
    return {None: "default", "auto": "default", "fast": "priority"}.get(asked, asked or "default")


def tool_name(fields: Fields) -> str:
    name = fields.required_text("name")
    if not _NAME.fullmatch(name):
        at = fields.path("name")
        raise ApiError(
            400,
            f"Invalid '{at}': string does not match pattern. Expected a string that matches the "
            "pattern '^[a-zA-Z0-9_-]+$' and has at most 64 characters.",
            param=at,
            code="invalid_value",
        )
    return name


def choose(fields: Fields, tools: tuple[Tool, ...], *, nested: bool) -> Choice:
    """Reads `tool_choice`. `nested` is how Chat Completions writes it: the name inside another
    object that is called like the type."""
    given = fields.raw("tool_choice")
    if given is None or isinstance(given, str):
        mode = fields.choice("tool_choice", _MODES) or "auto"
        if mode == "required" and not tools:
            raise ApiError(
                400,
                "Tool choice 'required' must be specified with 'tools' parameter.",
                param="tool_choice",
            )
        return Choice(mode, None, tools)
    choice = fields.object("tool_choice")
    kind = choice.required_text("type")
    inner = choice.object(kind) if nested else choice
    if kind == "allowed_tools":
        names = {_allowed_name(row, nested) for row in inner.objects("tools")}
        allowed = tuple(tool for tool in tools if tool.name in names)
        return Choice(inner.choice("mode", _ALLOWED_MODES) or "auto", None, allowed)
    if kind in ("function", "custom"):
        name = inner.required_text("name")
        if not any(tool.name == name and tool.kind == kind for tool in tools):
            raise ApiError(
                400,
                f"Tool choice '{name}' not found in 'tools' parameter.",
                param="tool_choice",
                code="invalid_value",
            )
        return Choice("required", name, tools)
    # A hosted tool: nobody here can run it, so the answer is text.
    return Choice("auto", None, ())


def _allowed_name(row: Fields, nested: bool) -> str | None:
    kind = row.required_text("type")
    if nested and kind in ("function", "custom"):
        row = row.object(kind)
    return row.text("name")


def plain_text(fields: Fields, name: str, allowed: Iterable[str]) -> str:
    """`content` or `output`: a string, or a list of parts of the `allowed` types. Parts that are
    not text are named in brackets, so that an answer can mention them."""
    value = fields.raw(name)
    if value is None or isinstance(value, str):
        return value or ""
    texts = []
    for part in fields.objects(name):
        kind = part.required_text("type")
        if kind not in allowed:
            raise invalid_value(part.path("type"), kind, allowed)
        if kind.endswith("text"):
            texts.append(part.text("text") or "")
        elif kind == "refusal":
            texts.append(part.text("refusal") or "")
        else:
            texts.append(f"[{kind.removeprefix('input_').removesuffix('_url')}]")
    return "\n".join(texts)
