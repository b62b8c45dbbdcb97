"""Spending: what has been used in a session, a day and a month, from the columns of runs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from playground.core.budget import Scope
from playground.store.database import Database
from playground.store.listing import Totals, totals

if TYPE_CHECKING:
    import sqlite3


class Spending:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sums(
        self, scopes: Collection[Scope], session: str, day: date, without: Collection[str] = ()
    ) -> dict[Scope, Totals]:
        """Of all runs that are over, those in the trash included: they were paid for. What was
        forgotten is not known any more. `without`: runs that are counted elsewhere."""
        wheres = {
            scope: where for scope, where in conditions(session, day).items() if scope in scopes
        }

        def work(connection: sqlite3.Connection) -> dict[Scope, Totals]:
            left_out = json.dumps(list(without))
            return {
                scope: totals(
                    connection,
                    f"{where} AND id NOT IN (SELECT value FROM json_each(?))",
                    (*values, left_out),
                )
                for scope, (where, values) in wheres.items()
            }

        return await self._database.read(work) if wheres else {}


def conditions(session: str, day: date) -> Mapping[Scope, tuple[str, tuple[str | float, ...]]]:
    return {
        "session": ("session = ?", (session,)),
        "day": ("created >= ? AND created < ?", between("day", day)),
        "month": ("created >= ? AND created < ?", between("month", day)),
    }


def between(scope: Scope, day: date) -> tuple[float, float]:
    """The moments at which the day or month of a date begins and ends here, in Unix seconds."""
    first, after = day, day + timedelta(days=1)
    if scope == "month":
        first = day.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    return (
        datetime.combine(first, time.min).timestamp(),
        datetime.combine(after, time.min).timestamp(),
    )
