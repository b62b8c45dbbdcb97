"""Turn: what a request asks for, whichever dialect it was asked in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from playground.sandbox import tokens
from playground.sandbox.errors import ApiError, invalid_value
from playground.sandbox.fields import DIRECTIONS, Fields, Json

Dialect = Literal["responses", "chat", "completions"]
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
    """A tool that may be called. A hosted one is of a kind that the server knows by itself; some of
    those it runs, others only the client can run."""

    kind: Literal["function", "custom", "hosted"]
    name: str
    """Of a hosted tool its type, or what its MCP server is called."""
    parameters: Json = field(default_factory=dict)
    """The JSON Schema of a function; of a hosted tool everything that the request says of it."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """What the client says to the wish to call a tool of an MCP server."""

    request: Json
    """The `mcp_approval_request`."""
    approve: bool


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool of the client's answered."""

    text: str
    name: str = ""
    """Of the function that was called, where it was one, and"""
    arguments: str = ""
    """with what."""
    step: int = 0
    """Those of one answer are of one step, from 1 behind a user message."""


@dataclass(frozen=True, slots=True)
class Turn:
    dialect: Dialect
    model: str
    stream: bool
    prompt: str = ""
    """Text of the last user message."""
    previous: str = ""
    """Text of the user message before that."""
    answered: str = ""
    """What the assistant said between the two, arguments of calls included."""
    message_number: int = 0
    """User messages up to here."""
    instructions: str = ""
    input_tokens: int = 0
    cached_tokens: int = 0
    """Input tokens that were there before, from the first one on."""
    tools: tuple[Tool, ...] = ()
    """Those that may be called: none that `allowed_tools` leaves out."""
    tool_choice: ToolChoice = "auto"
    forced: str | None = None
    """The one tool that tool_choice names."""
    parallel: bool = True
    tool_outputs: tuple[Output, ...] = ()
    """Since the last user message."""
    approvals: tuple[Approval, ...] = ()
    """Since the last user message."""
    hosted_limit: int | None = None
    """Hosted tools that may be called."""
    include: frozenset[str] = frozenset()
    """What an answer of the Responses dialect has on request only."""
    compacts: bool = False
    """What was said so far is to be put into one opaque item."""
    schema: Any = None
    """JSON Schema that the answer must follow: an object, a boolean, or None for plain text."""
    limit: int | None = None
    """Output tokens, reasoning among them."""
    stop: tuple[str, ...] = ()
    directions: Directions = Directions()

    @property
    def steps(self) -> int:
        """How often tools were called and have answered since the last user message."""
        return self.tool_outputs[-1].step if self.tool_outputs else 0


@dataclass(slots=True)
class Heard:
    """What a conversation comes to, message after message."""

    prompt: str = ""
    previous: str = ""
    answered: str = ""
    said: list[str] = field(default_factory=list)
    """By the assistant, since the last user message."""
    message_number: int = 0
    instructions: list[str] = field(default_factory=list)
    tool_outputs: list[Output] = field(default_factory=list)
    steps: int = 0
    tokens: int = 3
    """Of everything that was sent; the start of the answer costs three."""
    mentions_json: bool = False
    """A request for `json_object` must say so in words."""
    approvals: list[Approval] = field(default_factory=list)
    marks: list[tuple[bytes, int]] = field(default_factory=list)
    """After each thing heard: a digest of everything up to there, and its tokens. An equal digest
    in a later request is a repeated prefix."""
    _calls: dict[str, tuple[str, str]] = field(default_factory=dict)
    """The name and the arguments of each call, by its id."""
    _answered: bool = True
    """Whether the last thing that was heard of tools was an answer."""
    _digest: blake2b = field(default_factory=lambda: blake2b(digest_size=16))

    def hear(self, text: str) -> None:
        """Counts a text."""
        self.tokens += tokens.count(text)
        self._digest.update(f"{len(text)}:{text}".encode("utf-8", "surrogatepass"))
        self.marks.append((self._digest.digest(), self.tokens))

    def say(self, role: str, text: str) -> None:
        self.tokens += 4
        self.hear(text)
        self.mentions_json = self.mentions_json or "json" in text.lower()
        if role == "assistant":
            self.said.append(text)
        elif role == "user":
            self.previous, self.prompt = self.prompt, text
            self.answered = "\n".join(self.said)
            self.said.clear()
            self.message_number += 1
            self.tool_outputs.clear()
            self.steps = 0
            self.approvals.clear()
        elif role in ("developer", "system"):
            self.instructions.append(text)

    def call(self, body: Json, call_id: str, name: str, arguments: object) -> None:
        """A call that the assistant made."""
        self.hear(json.dumps(body))
        self.said.append(str(arguments))
        self._calls[call_id] = (name, str(arguments))
        self._answered = False

    def output(self, text: str, call_id: str = "") -> None:
        self.tokens += 4
        self.hear(text)
        self.steps += not self._answered or not self.steps
        self._answered = True
        name, arguments = self._calls.get(call_id, ("", ""))
        self.tool_outputs.append(Output(text, name, arguments, self.steps))


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
        names = {_allowed_name(row, nested=nested) for row in inner.objects("tools")}
        allowed = tuple(tool for tool in tools if tool.name in names)
        return Choice(inner.choice("mode", _ALLOWED_MODES) or "auto", None, allowed)
    hosted = kind not in ("function", "custom")
    name = choice.text("server_label") or kind if hosted else inner.required_text("name")
    for tool in tools:
        if tool.name == name and (tool.kind == "hosted" if hosted else tool.kind == kind):
            return Choice("required", name, tools)
    raise ApiError(
        400,
        f"Tool choice '{name}' not found in 'tools' parameter.",
        param="tool_choice",
        code="invalid_value",
    )


def _allowed_name(row: Fields, *, nested: bool) -> str:
    kind = row.required_text("type")
    if nested and kind in ("function", "custom"):
        row = row.object(kind)
    return row.text("name") or row.text("server_label") or kind


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
