"""Endpoint: what an API area says of itself, so that everybody else can stay ignorant of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.core.items import Item
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


def place(body: dict[str, Any], path: str, value: Any) -> None:
    """Set `reasoning.effort` in nested objects, making them on the way."""
    *outer, last = path.split(".")
    for name in outer:
        inner = body.get(name)
        if not isinstance(inner, dict):
            inner = body[name] = {}
        body = inner
    body[last] = value
