"""Items: what a conversation is made of, the same for every dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import Any, Literal

LONG = 4_096
"""Characters of a piece that copies of a text share."""


class Text:
    """Text that grows: pieces, joined on read. Always valid Unicode.

    A surrogate pair that a server split over two deltas is put together; a lone one becomes U+FFFD.
    """

    __slots__ = ("_held", "_size", "pieces", "version")

    def __init__(self, text: str = "") -> None:
        self.pieces: list[str] = []
        """In which it came, to look at; another list once the text was replaced."""
        self._size = 0
        self._held = ""  # a high surrogate that waits for its other half
        self.version = 0
        """Raised when the text was replaced rather than extended."""
        if text:
            self.append(text)

    def append(self, piece: str) -> None:
        if not piece.isascii():
            piece, self._held = _whole(self._held + piece)
        elif self._held and piece:
            piece, self._held = "\ufffd" + piece, ""
        if piece:
            self.pieces.append(piece)
            self._size += len(piece)

    def replace(self, text: str) -> None:
        """Set the whole text; nothing happens when it is the text already."""
        fresh = Text(text)
        if str(fresh) != str(self):
            self.pieces, self._size, self._held = fresh.pieces, fresh._size, ""
            self.version += 1

    def after(self, cursor: int) -> tuple[str, int]:
        """(what came after `cursor`, the next cursor). Start with 0; start again when `version`
        has changed."""
        pieces = self.pieces[cursor:]
        return "".join(pieces), len(self.pieces)

    def __str__(self) -> str:
        return "".join(self.pieces)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Text | str) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __deepcopy__(self, memo: dict[int, Any]) -> Text:
        """In other pieces, long ones: a copy of many would cost more than all else of a transcript,
        and one of all a text for each copy."""
        made = Text()
        made.pieces = list(_joined(self.pieces))
        made._held, made._size, made.version = self._held, self._size, self.version
        return made

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """The same text: what is long as it is, what is short put together."""
    short: list[str] = []
    for piece in pieces:
        if len(piece) < LONG:
            short.append(piece)
            continue
        if short:
            yield "".join(short)
            short.clear()
        yield piece
    if short:
        yield "".join(short)


def _whole(text: str) -> tuple[str, str]:
    """(text without halves of surrogate pairs, a half that may still be completed)."""
    held = ""
    if "\ud800" <= text[-1:] <= "\udbff":
        text, held = text[:-1], text[-1]
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text, held


@dataclass(slots=True, kw_only=True)
class Item:
    key: str = ""
    """Unique in its transcript."""
    rev: int = 0
    leg: int = 0
    t0: int = 0
    """When it began and ended, in nanoseconds of the run."""
    t1: int | None = None
    wire: dict[str, Any] | None = None
    """The item as the server last wrote it whole, to be sent back untouched."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Item:
        """What came as JSON is shared, as nobody ever changes it; the lists and tables that hold it
        are not."""
        kind = type(self)
        made = memo[id(self)] = object.__new__(kind)
        for name in _TEXTS[kind]:
            value = getattr(self, name)
            if isinstance(value, Text):
                value = deepcopy(value, memo)
            elif isinstance(value, list | dict):
                held = value
                if (value := memo.get(id(held))) is None:
                    value = memo[id(held)] = held.copy()
            setattr(made, name, value)
        return made


@dataclass(slots=True, kw_only=True)
class Message(Item):
    role: str = "assistant"
    text: Text = field(default_factory=Text)
    refusal: Text = field(default_factory=Text)
    phase: str | None = None
    """`commentary` or `final_answer`, where the server says."""
    annotations: list[dict[str, Any]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    """What was said beside text, as the Responses API writes it: `input_image{image_url, file_id,
    detail}`, `input_file{filename, file_data, file_url, file_id}`, `input_audio`."""
    choice: int = 0
    """Which of the answers that were asked for at once (`n`)."""
    logprobs: list[dict[str, Any]] = field(default_factory=list)
    """One for each token, where they were asked for: `token`, `logprob`, `top_logprobs`."""
    audio: dict[str, Any] = field(default_factory=dict)
    """The spoken answer of a chat: `id`, `transcript`, `data`, `expires_at`."""
    extra: dict[str, Any] = field(default_factory=dict)
    """`extra_content` of a chat, which only its server understands; sent back untouched."""
    template: str = ""
    """As it was written, where values were put in the places of variables; never sent."""


@dataclass(slots=True, kw_only=True)
class Reasoning(Item):
    text: Text = field(default_factory=Text)
    """The reasoning itself, where a server shows it."""
    summary: Text = field(default_factory=Text)
    encrypted: bool = False
    name: str = ""
    """The field it came under in a chat: `reasoning_content` or `reasoning`."""
    details: list[dict[str, Any]] = field(default_factory=list)
    """`reasoning_details` of a chat, as they came; sent back untouched."""
    choice: int = 0


CallState = Literal["arriving", "not run", "asked", "running", "done", "failed", "denied"]
"""`not run`: it is there, and nobody has done anything about it. `asked`: somebody is to approve
it. The last three are for good."""


@dataclass(slots=True, kw_only=True)
class ToolCall(Item):
    call_id: str = ""
    name: str = ""
    type: str = "function"
    """`function` or `custom`."""
    arguments: Text = field(default_factory=Text)
    state: CallState = "arriving"
    choice: int = 0
    extra: dict[str, Any] = field(default_factory=dict)
    """As of a message."""
    cut: bool = False
    """It did not arrive whole, and never will: what is there must not be run."""
    tool: str = ""
    """What was called, with its source, as people know it; see `Tool.title`."""
    mode: str = ""
    """Who answered: a `core.tools.Mode`, once it was run."""
    approved: str | None = None
    """The arguments that it was run with, where somebody changed those of the model."""
    asked_at: int | None = None
    """When approval was asked for, when it began to run, and when there was a result (or a denial),
    in nanoseconds of the run."""
    started_at: int | None = None
    ended_at: int | None = None
    progress: str = ""
    """What the tool said last while it ran."""
    notes: list[str] = field(default_factory=list)
    """What whoever looks should know of how it went."""


@dataclass(slots=True, kw_only=True)
class ToolOutput(Item):
    call_id: str = ""
    output: str = ""
    ok: bool = True
    ms: float | None = None
    """How long the tool ran; None: it did not."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else is known of how it came about; see `core.tools.Result`."""


@dataclass(slots=True, kw_only=True)
class HostedCall(Item):
    """A tool that the server runs itself, or one that it asks the client to run (shell, computer).

    Its fields are in `wire`, as the server last wrote them.
    """

    type: str = ""
    """The kind of item: `web_search_call`, `mcp_call`, `shell_call`."""
    status: str = ""
    """The server's own word: `in_progress`, `searching`, `completed`, `failed`."""
    code: Text = field(default_factory=Text)
    """What streams in: the code of an interpreter, the arguments of an MCP call, a patch."""
    image: str = ""
    """The last partial image, base64."""
    state: CallState | Literal[""] = ""
    """What became of it on our side, where the server has the client answer it; empty: nothing."""
    ours: bool = False
    """It is such an answer, and was made here."""

    @property
    def call_id(self) -> str:
        """By which a call and its answer know each other; empty: the server gave none."""
        wire = self.wire or {}
        answers = self.type == "mcp_approval_response"
        found = wire.get("approval_request_id" if answers else "call_id") or wire.get("id")
        return found if isinstance(found, str) else ""


@dataclass(slots=True, kw_only=True)
class Notice(Item):
    """Something we have to say in the flow: a retry, a repair."""

    text: str = ""


@dataclass(slots=True, kw_only=True)
class Unknown(Item):
    """A kind of item that this version does not know. Kept, shown as JSON, sent back."""

    type: str = ""


KINDS: Mapping[str, type[Item]] = {
    "message": Message,
    "reasoning": Reasoning,
    "tool_call": ToolCall,
    "tool_output": ToolOutput,
    "hosted_call": HostedCall,
    "notice": Notice,
    "unknown": Unknown,
}
_NAMES = {kind: name for name, kind in KINDS.items()}
_TEXTS = {kind: {one.name: one.type == "Text" for one in fields(kind)} for kind in _NAMES}
"""The fields of each kind, and whether they are Text."""
_GROWING = {kind: tuple(name for name, text in _TEXTS[kind].items() if text) for kind in _NAMES}
_EMPTY = {kind: kind() for kind in _NAMES}


def texts_of(item: Item) -> tuple[str, ...]:
    """The names of an item's fields that are Text."""
    return _GROWING[type(item)]


def dump(item: Item) -> dict[str, Any]:
    """An item as JSON values, without those that say nothing; `load` reads it back."""
    kind = type(item)
    row: dict[str, Any] = {"kind": _NAMES[kind]}
    for name, text in _TEXTS[kind].items():
        value = getattr(item, name)
        if value != getattr(_EMPTY[kind], name):
            row[name] = str(value) if text else value
    return row


def load(row: Mapping[str, Any]) -> Item:
    """The item that `dump` wrote. A later version's fields are ignored, its kinds Unknown."""
    kind = KINDS.get(row.get("kind", ""))
    if kind is None:
        return Unknown(key=row.get("key", ""), type=str(row.get("kind")), wire=dict(row))
    values: dict[str, Any] = {}
    for name, text in _TEXTS[kind].items():
        if name in row:
            values[name] = Text(row[name]) if text else row[name]
    return kind(**values)
