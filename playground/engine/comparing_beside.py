"""Chat Completions beside Responses: the same turn over both dialects, as two columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.core.call import Call
from playground.core.comparison import Column
from playground.core.endpoint import carried
from playground.core.patterns import Patterns
from playground.core.profile import Api
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine.comparing import column_of, standing

BOTH: tuple[Api, Api] = ("chat", "responses")

ALIKE: tuple[Mapping[Api, str], ...] = (
    {
        "responses": "max_output_tokens",
        "chat": "max_completion_tokens",
        "completions": "max_tokens",
    },
    {"responses": "reasoning.effort", "chat": "reasoning_effort"},
    {"responses": "text.verbosity", "chat": "verbosity"},
    {"responses": "text.format", "chat": "response_format"},
)
"""Fields that mean the same and are called differently."""
SHAPED = frozenset(("tools", "tool_choice", "text.format", "response_format"))
"""Fields whose objects are written differently: only a word can go along."""


def spoken(call: Call, api: Api) -> tuple[Call, list[str]]:
    """A call in another dialect, as near as that comes; and the fields that could not go along."""
    if call.api == api:
        return call, []
    old, new = BY_ID[call.api], BY_ID[api]
    names = {row[call.api]: row[api] for row in ALIKE if call.api in row and api in row}
    known = carried(call.fields, old, new)
    fields: dict[str, Any] = {}
    lost: list[str] = []
    for path, value in call.fields.items():
        name = names.get(path, path if path in known else "")
        if not name or (path in SHAPED and not isinstance(value, str)):
            lost.append(path)
        else:
            fields[name] = value
    made = {"api": api, "fields": fields, "state": "history", "body": None}
    return call.model_copy(update=made), lost


def beside(session: Session) -> tuple[Column, Run] | None:
    """Make two columns of a session, one for each dialect. The last turn on screen stands in the
    column of its dialect; which column is still to be asked the same, and what that turn is. None
    where nothing was asked yet: both begin where the session is."""
    path = session.path()
    last = path[-1] if path else None
    known = last is not None and last.call.api in BOTH and not (last.silent or last.running)
    call = last.call if last is not None and known else session.call
    columns: list[Column] = []
    todo: tuple[Column, Run] | None = None
    for api in BOTH:
        column = column_of(session, standing(session, last.id) if last is not None else None)
        same, _ = spoken(call, api)
        # Both go to one server, and neither is answered out of the memory of the other.
        column.call = same.model_copy(update={"patterns": Patterns()}, deep=True)
        column.shared = not known
        if last is not None and known:
            column.profile = last.profile
            if last.call.api != api:
                column.leaf = last.parent
                todo = column, last
        columns.append(column)
    session.comparison = session.comparison.model_copy(update={"columns": columns})
    return todo
