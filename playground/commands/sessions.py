"""`playground sessions`: the saved sessions and their runs, newest first.

`--json` prints one object, numbers and dates in the C locale, times in UTC, absent facts `null`:

    {"sessions": [{"id", "title", "created", "changed", "profile", "model", "running",
                   "tokens", "usd", "unknown_costs", "folder", "tags", "pinned", "archived",
                   "match",
                   "runs": [{"id", "parent", "created", "profile", "model", "outcome", "running",
                             "deleted", "input", "output", "usd"}]}]}

`usd` is a decimal number as text, as far as it is known; `unknown_costs` counts the runs whose cost
is not. `--search` takes filters among its words, see `store/filterwords.py`. `match` is the text
around what it found. A run that is neither `running` nor has an `outcome` is a message that was
added without being sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from playground.commands.words import tell
from playground.core.plain import terminal
from playground.core.problem import Failure, Problem
from playground.endpoints import BY_ID
from playground.store.database import Database
from playground.store.filters import Filter
from playground.store.filterwords import typed
from playground.store.home import Home
from playground.store.listing import Row, RunRow
from playground.store.owner import lives
from playground.store.sessions import Sessions

HELP = "list the saved sessions and their runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--search",
        default="",
        metavar="TEXT",
        help="only those that say this; also tag:, folder:, model:, panel:, since:, before:, "
        "has:tools, is:failed and others",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(args: argparse.Namespace) -> int:
    asked = typed(args.search)
    if asked.faults:
        tell(Problem(title=" ".join(asked.faults)))
        return 2
    try:
        rows = asyncio.run(_read(Home.at(args.home, os.environ), asked.filter))
    except Failure as failure:
        tell(failure.problem)
        return 1
    if args.json:
        print(json.dumps({"sessions": [_object(*row) for row in rows]}, indent=2))
    elif not rows:
        print("Nothing found." if args.search else "No sessions yet.")
    else:
        print(terminal("\n".join(line for row in rows for line in _lines(*row))))
    return 0


async def _read(home: Home, wanted: Filter) -> list[tuple[Row, list[RunRow], Mapping[str, str]]]:
    """(session, its runs, what is to be said of each run by id)."""
    if not home.database.exists():
        return []
    database = Database(home.database)
    await database.open()
    try:
        sessions = Sessions(database, BY_ID)
        rows = await sessions.list(wanted)
        runs = defaultdict(list)
        for run in await sessions.outline([row.id for row in rows]):
            runs[run.session].append(run)
    finally:
        await database.close()
    states = {run.id: _state(home, run) for group in runs.values() for run in group}
    return [(row, runs[row.id], states) for row in rows]


def _state(home: Home, run: RunRow) -> str:
    if run.outcome is not None:
        return run.outcome
    if not run.owner:
        return "not sent"
    # Whose process is gone gets this outcome at the next start of one that may write.
    return "running" if lives(home.owners, run.owner) else "interrupted"


def _object(row: Row, runs: Sequence[RunRow], states: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "created": _utc(row.created),
        "changed": _utc(row.changed),
        "profile": row.profile or None,
        "model": row.model or None,
        "running": any(states[run.id] == "running" for run in runs),
        "tokens": row.tokens,
        "usd": _decimal(row.usd),
        "unknown_costs": row.unknown,
        "folder": row.folder or None,
        "tags": list(row.tags),
        "pinned": row.pinned,
        "archived": row.archived,
        "match": row.found and row.found.text,
        "runs": [
            {
                "id": run.id,
                "parent": run.parent,
                "created": _utc(run.created),
                "profile": run.profile or None,
                "model": run.model or None,
                "outcome": None if states[run.id] in ("running", "not sent") else states[run.id],
                "running": states[run.id] == "running",
                "deleted": run.trashed,
                "input": run.input,
                "output": run.output,
                "usd": _decimal(run.usd),
            }
            for run in runs
        ],
    }


def _lines(row: Row, runs: Sequence[RunRow], states: Mapping[str, str]) -> list[str]:
    cost = "" if row.usd is None else f"  ${_decimal(row.usd)}"
    unknown = f"  {row.unknown} of unknown cost" if row.unknown else ""
    lines = [f"{row.id}  {_local(row.changed)}  {row.title or 'Untitled'}"]
    if lies := "  ".join(filter(None, (row.folder, *(f"#{tag}" for tag in row.tags)))):
        lines.append(f"    {lies}")
    if row.found is not None:
        lines.append(f"    … {row.found.text}")
    for run in runs:
        used = "" if run.input is None else f"  {run.input} in / {run.output} out"
        deleted = "  deleted" if run.trashed else ""
        lines.append(
            f"    {run.id}  {_local(run.created)}  {states[run.id]:<11}  {run.model}{used}{deleted}"
        )
    lines.append(f"    {row.tokens} tokens{cost}{unknown}")
    return lines


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _local(moment: float) -> str:
    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")


def _decimal(usd: Decimal | None) -> str | None:
    return None if usd is None else f"{usd:f}"
