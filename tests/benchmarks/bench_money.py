"""What it costs to add up a year of runs: on the database's thread, and in the window."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from playground.store.database import Database
from playground.store.ledger import Chosen, Ledger
from tests.benchmarks.stage import opened, played, until

RUNS = 100_000
DAYS = 365
SNAPSHOT = 3_000
"""Bytes: an answer of a few hundred words."""
LIMIT = 100
"""Milliseconds of the main thread in which the panel has to be open."""


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    return [asyncio.run(ledger()), played(panel)]


async def ledger() -> tuple[str, str, str]:
    """All runs there are, asked for as the panel asks; and how long anybody waits meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "db")
        await database.open()
        await database.write(fill)
        kept = Ledger(database)
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "sums": lambda: kept.cells(Chosen()),
            "sessions": lambda: kept.cells(Chosen(), by_session=True),
            "order": lambda: kept.order(Chosen(), "cost"),
            "times": lambda: kept.took(Chosen()),
        }
        told, worst = [], 0.0
        for name, work in works.items():
            began = time.perf_counter()
            task = asyncio.ensure_future(work())
            while not task.done():
                asked = time.perf_counter()
                await database.read(lambda connection: None)
                worst = max(worst, time.perf_counter() - asked)
            told.append(f"{name} {(time.perf_counter() - began) * 1e3:.0f} ms")
        await database.close()
    return (
        f"add up {RUNS:,} runs",
        "others wait ≤ 100 ms for the database",
        f"{worst * 1e3:.0f} ms at worst; {', '.join(told)}",
    )


async def panel(home: str) -> tuple[str, str, str]:
    """Opened for the first time, all of it asked for."""
    async with opened(home) as stage:
        await stage.app.database.write(fill)
        began = time.perf_counter()
        worked = time.thread_time()
        stage.desk.wanted.emit("money")
        stage.window.repaint()
        made = time.thread_time() - worked
        money = stage.window.panels["money"]
        page = money.page  # type: ignore[attr-defined]
        await until(lambda: page.table.model_.rowCount())
        page.repaint()
        whole, all_ = time.perf_counter() - began, time.thread_time() - worked
    return (
        f"open Money over {RUNS:,} runs",
        f"≤ {LIMIT} ms of the main thread",
        f"{made * 1e3:.0f} ms to its first paint, {all_ * 1e3:.0f} ms with its sums;"
        f" they are there after {whole * 1e3:.0f} ms",
    )


def fill(connection: sqlite3.Connection) -> None:
    """Runs of a year, fifty in a session, with snapshots such as answers have."""
    noise, now = random.Random(1), time.time()
    picture = noise.randbytes(SNAPSHOT)
    for number in range(RUNS // 50):
        connection.execute(
            "INSERT INTO session (id, title, created, changed, trashed) VALUES (?, ?, 0, 0, 1)",
            (f"ses_{number:05d}", f"Title {number}"),
        )
    connection.executemany(
        "INSERT INTO run (id, session, created, began, profile, model, outcome, input, cached,"
        " output, reasoning, picodollars, call, cost, items, version, snapshot, first_token_ms,"
        " took_ms) VALUES (?, ?, ?, 0, ?, ?, ?, 900, 400, 200, 50, ?, ?, ?, ?, 1, ?, ?, ?)",
        (
            (
                f"run_{number:020d}",
                f"ses_{number // 50:05d}",
                now - DAYS * 86_400 * (RUNS - number) / RUNS,
                f"p{number % 3}",
                f"model-{number % 7}",
                "completed" if number % 40 else "failed",
                noise.randint(1, 10**10),
                "c" * 800,
                "$" * 600,
                "i" * 600,
                picture,
                noise.random() * 1000,
                noise.random() * 9000,
            )
            for number in range(RUNS)
        ),
    )


if __name__ == "__main__":
    for cells in run():
        print(" | ".join(cells))
