"""What it costs to keep everything, to open a long session, and to search all of them."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.core.transcript import replay
from playground.endpoints import BY_ID
from playground.engine.recorder import Recorder
from playground.store.database import Database
from playground.store.filters import Filter
from playground.store.sessions import Sessions
from playground.store.words import searchable

RATE = 10_000
SECONDS = 5
LONG = 100_000
MESSAGES = 100_000
TYPED = ("t", "ta", "tal", "kalo", "kalo ti", "su mo ka", "日", "日本", "zür", "nowhere")


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    return [*(asyncio.run(row()) for row in (durable, long_session)), *asyncio.run(search())]


class Timed(Sessions):
    """Remembers when events were on the disk."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.written: list[tuple[float, int]] = []

    async def append(self, run_id: str, first: int, events: Sequence[Event]) -> None:
        await super().append(run_id, first, events)
        self.written.append((time.perf_counter(), first + len(events)))


@asynccontextmanager
async def store() -> AsyncIterator[tuple[Database, Timed]]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "db")
        await database.open()
        yield database, Timed(database, BY_ID)
        await database.close()


async def durable() -> tuple[str, str, str]:
    """A steady stream, not reduced: only keeping it counts."""
    async with store() as (_, sessions):
        run = empty("run_1")
        recorder = Recorder(sessions, print)
        await recorder.watch(run)
        events = answer(RATE * SECONDS)
        arrived: list[float] = []
        began, processor = time.perf_counter(), time.process_time()
        while len(arrived) < len(events):
            now = time.perf_counter()
            due = min(int((now - began) * RATE) + 1, len(events))
            run.recording.append(events[len(arrived) : due])
            arrived += [now] * (due - len(arrived))
            await asyncio.sleep(0.01)
        await recorder.flush()
        share = (time.process_time() - processor) / (time.perf_counter() - began)
        waits: list[float] = []
        for moment, count in sessions.written:
            waits += [moment - at for at in arrived[len(waits) : count]]
        await recorder.close()
    waits.sort()
    return (
        "durable recording",
        f"{RATE:,} events/s, ≤ 100 ms at risk, ≤ 10 % of a core",
        f"at risk {ms(waits[-1])} at worst, {ms(waits[len(waits) // 2])} usually;"
        f" {share:.1%} of a core",
    )


async def long_session() -> tuple[str, str, str]:
    async with store() as (database, sessions):
        run = empty("run_1")
        run.take(answer(LONG))
        run.note("ended")
        await sessions.begin(run)
        await sessions.finish(run)
        opening = await best(lambda: sessions.load("ses_1"))
        reading = await best(lambda: sessions.recording("run_1"))
        size = "SELECT sum(length(data)) FROM segment"
        (stored,) = await database.read(lambda connection: connection.execute(size).fetchone())
        began = time.perf_counter()
        replay(run.recording, run.reduce)
        naive = time.perf_counter() - began
    return (
        f"open a session of {LONG:,} events",
        "transcript ≤ 50 ms, all events ≤ 300 ms",
        f"{ms(opening)} and {ms(reading)}; reading the recording anew {ms(naive)};"
        f" {stored / 1e6:.1f} MB",
    )


async def search() -> list[tuple[str, str, str]]:
    """Words, filters and both over sessions of 50 runs each."""
    async with store() as (database, sessions):
        await database.write(fill)
        costs = {typed: await best(lambda typed=typed: sessions.list(typed)) for typed in TYPED}
        absent = costs.pop("nowhere")  # looked for in the text itself
        worst = max(costs, key=lambda typed: costs[typed])
        shelves = await best(lambda: sessions.shelving.shelves(["Folder 3"]))
        folder, calls, both = [
            await best(lambda wanted=wanted: sessions.list(wanted))
            for wanted in (
                Filter(folder="Folder 3"),
                Filter(calls=True),
                Filter("kalo", tags=("kept",), archived=False),
            )
        ]
    return [
        (
            f"search {MESSAGES:,} messages",
            "≤ 5 ms, newest first",
            f"{ms(statistics.median(costs.values()))} usually, {ms(costs[worst])} for {worst!r};"
            f" scanning all text (a word that is nowhere) {ms(absent)}",
        ),
        (
            f"list {MESSAGES // 50:,} sessions of {MESSAGES:,} runs",
            "off the window's thread",
            f"all by folder and day {ms(shelves)}; in a folder {ms(folder)}; with words and a tag"
            f" {ms(both)}; the few with tool calls {ms(calls)}",
        ),
    ]


def fill(connection: sqlite3.Connection) -> None:
    """Sessions of 50 messages, words as frequent as words are."""
    noise = random.Random(1)
    syllables = ("ka", "lo", "ti", "ru", "se", "mo", "na", "su", "ri", "tal", "dor", "vek")
    words = ["".join(noise.choices(syllables, k=noise.randint(1, 4))) for _ in range(40_000)]
    words[30:30] = ["Zürich", "日本語", "東京"]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    chosen = noise.choices(words, weights, k=MESSAGES * 40)
    packed = noise.randbytes(1_500)  # of an answer of some paragraphs
    for number in range(MESSAGES):
        session = f"ses_{number // 50:05d}"
        if number % 50 == 0:
            connection.execute(
                "INSERT INTO session (id, created, changed, call) VALUES (?, ?, ?, '{}')",
                (session, number, number),
            )
        text = " ".join(chosen[number * 40 : number * 40 + 40])
        connection.execute(
            "INSERT INTO run (id, session, created, began, model, outcome, input, output, call,"
            " items, snapshot, calls) VALUES (?, ?, ?, 0, 'm', 'completed', 9, 9, '{}', ?, ?, ?)",
            (f"run_{number}", session, number, text, packed, number % 997 == 0),
        )
        connection.execute(
            "INSERT INTO message (session, run, text) VALUES (?, ?, ?)",
            (session, f"run_{number}", searchable(text)),
        )
    connection.execute(
        "UPDATE session SET folder = 'Folder ' || (rowid % 40), tags = '[\"kept\"]'"
        " WHERE rowid % 3 = 0"
    )


def empty(run_id: str) -> Run:
    said = Message(key="in:0", role="user", text=Text("Go on."))
    return Run(
        run_id, "ses_1", None, Call(api="chat"), "p", [said], BY_ID["chat"].reduce, owner="o"
    )


def answer(count: int) -> list[Event]:
    """Chunks as a server sends them."""
    start = [fact(0, "request"), fact(1, "head", {"status": 200})]
    return start + [
        Event(
            number * 100_000,
            "sse",
            b'data: {"id":"chatcmpl-0123456789abcdef","object":"chat.completion.chunk",'
            b'"created":1700000000,"model":"m","system_fingerprint":"fp_0123456789","choices":'
            b'[{"index":0,"delta":{"content":"word%d "},"logprobs":null,"finish_reason":null}]}\n\n'
            % (number * 7919 % 9973),
            chunk=number,
        )
        for number in range(2, count)
    ]


async def best(work: Callable[[], Awaitable[object]], times: int = 5) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def ms(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds < 0.1 else f"{seconds * 1e3:.0f} ms"


if __name__ == "__main__":
    for cells in run():
        print(" | ".join(cells))
