"""Endpoint: what an API area says of itself, so that everybody else can stay ignorant of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.core.items import Item, Reasoning, ToolCall, ToolOutput
from playground.core.profile import Api, Quirks
from playground.core.session import Call
from playground.core.transcript import Reducer

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


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One dialect of conversation."""

    id: Api
    title: str
    path: str
    """Below the base URL: `/responses`."""
    version: int
    """Of the reducer. Snapshots of another version are read again from their recordings."""
    body: Callable[[Call, Sequence[Item], Quirks], dict[str, Any]]
    """The request for a call at the end of a conversation."""
    reduce: Reducer
    parameters: tuple[Parameter, ...]


def answered(items: Sequence[Item]) -> list[Item]:
    """A conversation that a server accepts: without calls that nobody answered.

    Every server refuses a call without its output; reasoning that led to nothing but such a call is
    refused as well, so it goes with it.
    """
    outputs = {item.call_id for item in items if isinstance(item, ToolOutput)}
    rows: list[Item] = []
    for item in items:
        if isinstance(item, ToolCall) and item.call_id not in outputs:
            while rows and isinstance(rows[-1], Reasoning):
                rows.pop()
            continue
        rows.append(item)
    return rows


def finish(body: dict[str, Any], call: Call, quirks: Quirks) -> dict[str, Any]:
    """Put the switched-on fields into a body, then what this server needs otherwise."""
    for path, value in call.fields.items():
        place(body, path, value)
    for name in quirks.drop:
        body.pop(name, None)
    for old, new in quirks.rename.items():
        if old in body:
            body[new] = body.pop(old)
    return body


def place(body: dict[str, Any], path: str, value: Any) -> None:
    """Set `reasoning.effort` in nested objects, making them on the way."""
    *outer, last = path.split(".")
    for name in outer:
        inner = body.get(name)
        if not isinstance(inner, dict):
            inner = body[name] = {}
        body = inner
    body[last] = value
