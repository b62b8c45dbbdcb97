"""Copying: runs of one session, with all that was recorded of them, as runs of another one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from playground.core.problem import Failure, Problem

UNSPENT = ("input", "cached", "output", "reasoning", "picodollars")
"""Columns that sums are made of: what a copy shows was used by the run that it is a copy of."""
TIMES = ("first_token_ms", "took_ms")
"""Columns that latencies are made of, likewise."""


def copy_runs(
    connection: sqlite3.Connection, ids: Mapping[str, str], source: str, target: str
) -> None:
    """Copy the runs that `ids` names from one session to another that is there already, under the
    ids it gives. Blobs go along. Raises Failure when one of the runs is not on the disk."""
    connection.execute(
        "INSERT OR IGNORE INTO blob (session, sha256, data)"
        " SELECT ?, sha256, data FROM blob WHERE session = ?",
        (target, source),
    )
    columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(run)")]
    values = {
        **{name: name for name in columns},
        **dict.fromkeys((*UNSPENT, *TIMES), "NULL"),
        "id": ":id",
        "session": ":session",
        "parent": ":parent",
        "owner": "''",
        "trashed": "0",
        "estimated": "0",
        "unpriced": "0",
        "cost": "json_set(cost, '$.copied', json('true'))",
    }
    insert = f"INSERT INTO run ({', '.join(columns)}) SELECT " + ", ".join(
        values[name] for name in columns
    )
    for old, new in ids.items():
        found = connection.execute(
            "SELECT parent FROM run WHERE id = ? AND session = ?", (old, source)
        ).fetchone()
        if found is None:
            raise Failure(Problem(title="A turn is not on the disk yet.", detail=old))
        connection.execute(
            f"{insert} FROM run WHERE id = :old",
            {"id": new, "session": target, "parent": ids.get(found[0]), "old": old},
        )
        connection.execute(
            "INSERT INTO segment (run, first, count, data)"
            " SELECT ?, first, count, data FROM segment WHERE run = ?",
            (new, old),
        )
        connection.execute(
            "INSERT INTO message (session, run, text)"
            " SELECT ?, ?, text FROM message WHERE run = ? ORDER BY id",
            (target, new, old),
        )
