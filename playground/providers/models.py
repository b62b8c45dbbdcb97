"""What a server answers to GET /models, in every shape that servers write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
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

SHUTDOWN = ("shutdown_date", "deprecation_date", "expiration_date", "deprecation")
"""Names under which servers state when a model goes: OpenAI, LiteLLM, OpenRouter, Mistral and, with
an object of dates under it, Azure."""


@dataclass(frozen=True, slots=True)
class Model:
    id: str
    created: int | None = None
    """Unix seconds."""
    owned_by: str = ""
    shutdown_date: str = ""
    """As the server writes it, a moment in seconds as a date; empty when none is announced."""
    context: int | None = None
    """Tokens it can read and write together."""
    deprecated: bool = False
    """The server says that it is on its way out, with or without a date."""
    pricing: tuple[tuple[str, str], ...] = ()
    """Names and amounts as the server writes them; what they are for differs between servers."""

    def days_left(self, today: date) -> int | None:
        """Days until it is shut down, negative after that; None when there is no readable date."""
        try:
            return (date.fromisoformat(self.shutdown_date[:10]) - today).days
        except ValueError:
            return None


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
    top = row.get("top_provider")  # OpenRouter
    contexts = (_context(one) for one in (row, meta, top) if isinstance(one, dict))
    return Model(
        id=name,
        created=_number(row.get("created")) or _number(row.get("created_at")),
        owned_by=_text(row.get("owned_by")),
        shutdown_date=next(filter(None, (_date(row.get(word)) for word in SHUTDOWN)), ""),
        context=next(filter(None, contexts), None),
        deprecated=row.get("deprecated") is True
        or _text(row.get("lifecycle_status")).startswith("deprecat"),
        pricing=_pricing(row.get("pricing")),
    )


def _context(row: dict[str, Any]) -> int | None:
    return next(filter(None, (_number(row.get(name)) for name in CONTEXT)), None)


def _date(value: Any) -> str:
    """A date as it was written; one in seconds, or of an object of dates the one for inference."""
    if isinstance(value, dict):
        value = value.get("inference")
    if (seconds := _number(value)) is not None:
        try:
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            return ""
    return _text(value)


def _pricing(value: Any) -> tuple[tuple[str, str], ...]:
    """The amounts that are not nothing."""
    if not isinstance(value, dict):
        return ()
    rows = (
        (str(name), str(amount))
        for name, amount in value.items()
        if isinstance(amount, str | int | float) and not isinstance(amount, bool)
    )
    return tuple((name, amount) for name, amount in rows if amount not in ("", "0", "0.0"))


def _number(value: Any) -> int | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**53:
        return int(value)
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
