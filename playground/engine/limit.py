"""The limit of an answer's length, raised: for an answer that was cut off before it began."""

from __future__ import annotations

from typing import Any

from playground.core.call import Call

FIELDS = ("max_output_tokens", "max_completion_tokens", "max_tokens")
"""What the limit is called, by dialect and age of the server."""
LEAST = 1024
"""Tokens that are doubled where no limit was sent and little was made."""


def raised(call: Call, made: int) -> Call:
    """The call with twice the limit it has; with twice of what was `made` (tokens) where it has
    none and the server's own was met."""
    fields, extra = (_doubled(values) for values in (call.fields, call.extra))
    if fields == call.fields and extra == call.extra:
        fields = {**fields, _name(call): 2 * max(made, LEAST)}
    update: dict[str, Any] = {"fields": fields, "extra": extra}
    if call.body is not None:
        name = next((one for one in FIELDS if one in call.body), _name(call))
        update["body"] = _doubled({name: max(made, LEAST), **call.body})
    return call.model_copy(update=update)


def _name(call: Call) -> str:
    return {"responses": FIELDS[0], "chat": FIELDS[1]}.get(call.api, FIELDS[2])


def _doubled(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: 2 * value
        if name in FIELDS and isinstance(value, int) and not isinstance(value, bool)
        else value
        for name, value in values.items()
    }
