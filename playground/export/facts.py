"""What our own facts look like, for recordings that somebody else may have written.

A fact that is not of its form is left out where a file is read, so that nothing behind that has to
expect it. Unknown fields and unknown kinds are those of a later version: they stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from playground.core.problem import Problem
from playground.core.profile import is_secret
from playground.core.recording import parse

Number = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**53)]
Headers = list[tuple[str, str]]


class _Fact(TypedDict, total=False):
    __pydantic_config__ = ConfigDict(extra="allow")  # type: ignore[misc]


class _Text(_Fact, total=False):
    text: str


class _Request(_Fact, total=False):
    method: str
    url: str
    headers: Headers
    body: str


class _Connection(_Fact, total=False):
    host: str
    port: Count
    proxy: str | None
    reused: bool
    ready_ms: Number | None
    tcp_ms: Number | None
    tls_ms: Number | None
    tls: str | None
    cipher: str | None
    http: str | None


class _Head(_Fact, total=False):
    status: Annotated[int, Field(ge=0, le=999)]
    reason: str
    version: str
    headers: Headers


class _Failure(_Fact, total=False):
    which: str
    seconds: Number
    problem: Problem


class _Retry(_Fact, total=False):
    after: Number
    why: str
    attempt: Count
    attempts: Count


class _Estimate(_Fact, total=False):
    input: Count
    output: Count


class _Called(_Fact, total=False):
    """Of tools, and of standing still."""

    call_id: str | None
    item: str | None
    tool: str
    text: str
    mode: str
    decision: str
    scope: str
    asked: str | bool | None
    arguments: str | None
    reason: str
    output: str
    ok: bool
    state: str
    ms: Number | None
    notes: list[str]
    facts: dict[str, Any]
    wire: dict[str, Any] | None
    place: str
    by: str
    edited: bool


class _Turned(_Fact, total=False):
    """Of patterns: where a request went instead."""

    profile: str
    model: str
    rule: str
    words: str
    crossed: bool
    asked: dict[str, Any] | None
    answered: str
    usage: dict[str, Any] | None
    estimated: bool
    ms: Number | None


class _Queued(_Fact, total=False):
    seconds: Number | None
    words: str


class _Reused(_Request, total=False):
    run: str
    leg: Count
    created: Number
    words: str


class _Limited(_Fact, total=False):
    why: str
    words: str


class _Drawn(_Fact, total=False):
    frames: Count
    p50_ms: Number
    p95_ms: Number
    max_ms: Number
    total_ms: Number


_called = TypeAdapter(_Called)
FORMS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "starting": TypeAdapter(_Text),
    "notice": TypeAdapter(_Text),
    "routed": TypeAdapter(_Turned),
    "fallback": TypeAdapter(_Turned),
    "queued": TypeAdapter(_Queued),
    "reused": TypeAdapter(_Reused),
    "request": TypeAdapter(_Request),
    "connection": TypeAdapter(_Connection),
    "head": TypeAdapter(_Head),
    "cut": TypeAdapter(_Failure),
    "timeout": TypeAdapter(_Failure),
    "failed": TypeAdapter(_Failure),
    "retry": TypeAdapter(_Retry),
    "estimate": TypeAdapter(_Estimate),
    "limited": TypeAdapter(_Limited),
    "drawn": TypeAdapter(_Drawn),
    "said": TypeAdapter(_Text),
    **dict.fromkeys(
        (
            "tool.asked",
            "approval",
            "tool.started",
            "tool.progress",
            "tool.ended",
            "tool.result",
            "paused",
            "resumed",
        ),
        _called,
    ),
}


def wrong(kind: str, raw: bytes) -> str:
    """What is wrong with a fact; empty: nothing that is known."""
    if (form := FORMS.get(kind)) is None:
        return ""
    try:
        form.validate_json(raw, strict=True)
    except ValidationError as error:
        return first_of(error)
    return ""


def first_of(error: ValidationError) -> str:
    """The first of what a validation found, in a few words."""
    row = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, row["loc"]))
    words = row["msg"].replace(" at line 1 column ", " at column ")
    return f"{where}: {words}" if where else words


def masked(raw: bytes) -> bytes:
    """A `request` without the secrets that somebody may have written into it by hand."""
    value, _ = parse(raw.decode("utf-8", "replace"))
    changed = False
    for pair in value.get("headers", ()):
        if is_secret(pair[0]) and (text := _overwritten(pair[1])) != pair[1]:
            pair[1], changed = text, True
    if not changed:
        return raw
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _overwritten(value: str) -> str:
    """`Bearer sk-…` as `Bearer ***`."""
    scheme, space, rest = value.partition(" ")
    return f"{scheme} {'*' * len(rest)}" if space else "*" * len(value)
