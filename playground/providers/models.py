"""What a server answers to GET /models, in every shape that servers write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.core.problem import SHOWN, Failure, Problem
from playground.core.recording import parse

CONTEXT = (
    "context_length",
    "context_window",
    "max_model_len",
    "max_context_length",
    "n_ctx",
    "n_ctx_train",
)
"""Names under which servers state how many tokens a model can read."""


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    created: int | None = None
    """Unix seconds."""
    owned_by: str = ""
    shutdown_date: str = ""
    """As the server writes it; empty when none is announced."""
    context: int | None = None
    """Tokens it can read and write together."""


def models(body: bytes) -> list[Model]:
    """The models of an answer, in the server's order, each once.

    Rows that name no model are left out. Raises Failure when it is no list of models at all: then
    the address is most likely not that of an API.
    """
    data, wrong = parse(body.decode("utf-8", "replace"))
    rows = _rows(data)
    if rows is None:
        raise Failure(
            Problem(
                title="The server's answer is not a list of models.",
                detail=wrong or body[:SHOWN].decode("utf-8", "replace"),
                remedy="edit_profile",
            )
        )
    found = (_model(row) for row in rows)
    return list({model.id: model for model in found if model is not None}.values())


def _rows(data: Any) -> list[Any] | None:
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        for name in ("data", "models"):
            if name in data:
                rows = data[name]
                return rows if isinstance(rows, list) else [] if rows is None else None
    return None


def _model(row: Any) -> Model | None:
    if isinstance(row, str):
        row = {"id": row}
    if not isinstance(row, dict):
        return None
    name = row.get("id") or row.get("name")
    if not isinstance(name, str):
        return None
    meta = row.get("meta")  # llama.cpp
    return Model(
        id=name,
        created=_number(row.get("created")),
        owned_by=_text(row.get("owned_by")),
        shutdown_date=_text(row.get("shutdown_date")),
        context=_context(row) or (_context(meta) if isinstance(meta, dict) else None),
    )


def _context(row: dict[str, Any]) -> int | None:
    return next(filter(None, (_number(row.get(name)) for name in CONTEXT)), None)


def _number(value: Any) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**53:
        return int(value)
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
