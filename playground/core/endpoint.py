"""Endpoint: what an API area says of itself, so that everybody else can stay ignorant of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.core.call import Call
from playground.core.items import Item, Message, Reasoning, ToolCall, ToolOutput
from playground.core.output import Mode
from playground.core.profile import Api, Quirks
from playground.core.tools import Asked, Result
from playground.core.transcript import Reducer, Transcript

Kind = Literal["integer", "number", "boolean", "choice", "text", "json"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A request field that a person can switch on. Off means not sent."""

    path: str
    """Where it goes in the body: `temperature`, `reasoning.effort`."""
    kind: Kind
    help: str
    start: Any = None
    """The value a form offers first."""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    """For `choice`; other words may be typed, servers differ."""
    group: str = ""
    """The heading it stands under in a form; empty: among the first, which are used most."""
    refused: str = ""
    """Which models refuse it, in words: `reasoning models, unless the effort is none`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the server already has of a conversation."""

    after: int
    """The items of the history from here on are new to it."""
    response_id: str = ""
    """To continue after a stored response."""
    conversation: str = ""
    """To continue in a conversation of the server."""


@dataclass(frozen=True, slots=True)
class More:
    """A further GET for an answer that goes on without us: in the background, or cut off."""

    path: str
    wait: float = 0.0
    """Seconds before it is sent."""
    stream: bool = False


def _nothing(_: Transcript) -> None:
    return None


def waits(items: Sequence[Item]) -> bool:
    """Whether there is a call of a tool that nobody has answered."""
    outputs = {item.call_id for item in items if isinstance(item, ToolOutput)}
    return any(isinstance(item, ToolCall) and item.call_id not in outputs for item in items)


def _nothing_asked(items: Sequence[Item], call: Call) -> list[tuple[Item, Asked]]:
    return []


def _no_answer(item: Item, result: Result) -> dict[str, Any]:
    raise ValueError(f"Nothing is asked by {item.key}.")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One dialect of conversation."""

    id: Api
    title: str
    path: str
    """Below the base URL: `/responses`."""
    version: int
    """Of the reducer. Snapshots of another version are read again from their recordings."""
    body: Callable[[Call, Sequence[Item], Quirks, Kept | None], dict[str, Any]]
    """The request for a call at the end of a conversation."""
    reduce: Reducer
    parameters: tuple[Parameter, ...]
    more: Callable[[Transcript], More | None] = _nothing
    """Where the rest of an answer is to be had, when its server goes on with it."""
    conversations: str = ""
    """The path at which a conversation is begun that the server keeps; empty: it keeps none."""
    stored: Callable[[Transcript], str | None] = _nothing
    """The path of what the server keeps of an answer: GET reads it, DELETE removes it."""
    cancel: Callable[[Transcript], str | None] = _nothing
    """The path that stops an answer that goes on in the background, by POST."""
    turns: str = "input"
    """The request field that holds the conversation."""
    modes: tuple[Mode, ...] = ("text", "json_schema", "json_object", "tool")
    """Forms of an answer that can be asked for."""
    text_only: bool = False
    """Images, files and sounds cannot be sent: what is attached is left out."""
    proceed: str = "Please continue exactly where you stopped."
    """What is said to a model to have it go on with an answer; empty: it does so by itself."""
    waits: Callable[[Sequence[Item]], bool] = waits
    """Whether an answer holds calls whose outputs the client owes: its server takes nothing else
    before it has them."""
    asked: Callable[[Sequence[Item], Call], list[tuple[Item, Asked]]] = _nothing_asked
    """What the server has the client do beside functions, as calls to be decided about: those among
    the items that are whole and have no answer there."""
    reply: Callable[[Item, Result], dict[str, Any]] = _no_answer
    """The item that goes back for one of them."""


def carried(fields: Mapping[str, Any], old: Endpoint, new: Endpoint) -> dict[str, Any]:
    """Fields of a call that may go along into another dialect: all but those that only the old one
    has."""
    gone = {one.path for one in old.parameters} - {one.path for one in new.parameters}
    return {path: value for path, value in fields.items() if path not in gone}


def answered(items: Sequence[Item]) -> list[Item]:
    """A conversation that a server accepts: the first of several choices, and without calls that
    nobody answered or outputs that nobody asked for.

    Every server refuses the one without the other; reasoning that led to nothing but such a call is
    refused as well, so it goes with it.
    """
    outputs = {item.call_id for item in items if isinstance(item, ToolOutput)}
    called: set[str] = set()
    rows: list[Item] = []
    for item in items:
        if isinstance(item, Message | Reasoning | ToolCall) and item.choice:
            continue
        if isinstance(item, ToolCall) and item.call_id not in outputs:
            while rows and isinstance(rows[-1], Reasoning):
                rows.pop()
            continue
        if isinstance(item, ToolCall):
            called.add(item.call_id)
        if not isinstance(item, ToolOutput) or item.call_id in called:
            rows.append(item)
    return rows


def finish(body: dict[str, Any], call: Call, quirks: Quirks) -> dict[str, Any]:
    """Put the switched-on fields into a body, then what this server and this model need
    otherwise, and at last what the user wants in it whatever it is."""
    for path, value in call.fields.items():
        place(body, path, value)
    for fields in (quirks, quirks.models.get(call.model)):
        if fields is not None:
            for path in fields.drop:
                take(body, path)
            for old, new in fields.rename.items():
                if (found := take(body, old)) is not None:
                    place(body, new, found[0])
    return merge(body, call.extra)


def take(body: dict[str, Any], path: str) -> tuple[Any] | None:
    """Remove `reasoning.effort` and give its value in a tuple; None when it was not there.

    An object that holds nothing any more goes too.
    """
    name, _, rest = path.partition(".")
    if name not in body:
        return None
    if not rest:
        return (body.pop(name),)
    inner = body[name]
    if not isinstance(inner, dict):
        return None
    body[name] = inner = dict(inner)
    found = take(inner, rest)
    if not inner and found is not None:
        del body[name]
    return found


def merge(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`body` with `extra` in it: objects are merged, all else is replaced."""
    for name, value in extra.items():
        inner = body.get(name)
        if isinstance(inner, dict) and isinstance(value, dict):
            body[name] = merge(dict(inner), value)
        else:
            body[name] = value
    return body


def place(body: dict[str, Any], path: str, value: Any) -> None:
    """Set `reasoning.effort` in nested objects, making them on the way."""
    *outer, last = path.split(".")
    for name in outer:
        inner = body.get(name)
        # A copy: the value may be the user's own, which is not to be changed.
        body[name] = dict(inner) if isinstance(inner, dict) else {}
        body = body[name]
    body[last] = value
