"""Pages: a list as it is asked for by `limit`, `after` and `order`."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from playground.sandbox.errors import ApiError, invalid_value
from playground.sandbox.fields import Json

USUAL = 20
LARGEST = 100


def page(rows: Sequence[Json], query: str, order: str) -> Json:
    """One page of rows that have ids. `order` is the one that the path has by itself, where `asc`
    is the order of the rows. Raises ApiError."""
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    order = asked.get("order", order)
    if order not in ("asc", "desc"):
        raise invalid_value("order", order, ("asc", "desc"))
    rows = rows[::-1] if order == "desc" else rows
    if after := asked.get("after"):
        places = [place for place, row in enumerate(rows) if row["id"] == after]
        if not places:
            raise ApiError(404, f"No item with id '{after}' found.", param="after")
        rows = rows[places[0] + 1 :]
    limit = asked.get("limit", str(USUAL))
    size = int(limit) if limit.isdecimal() and len(limit) < 4 else 0
    if not 1 <= size <= LARGEST:
        raise ApiError(
            400,
            f"Invalid 'limit': expected an integer from 1 to {LARGEST}, but got '{limit}'.",
            param="limit",
            code="invalid_value",
        )
    shown = list(rows[:size])
    return {
        "object": "list",
        "data": shown,
        "first_id": shown[0]["id"] if shown else None,
        "last_id": shown[-1]["id"] if shown else None,
        "has_more": len(rows) > size,
    }
