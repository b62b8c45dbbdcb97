"""Long things in the real window: a conversation of 2,000 messages, an answer of 100,000 deltas, a
run of 100,000 events. The peer is what comes to mind first: a label for every message.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from statistics import median
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QVBoxLayout, QWidget
from stage import FRAME, Beats, Heart, Stage, opened, played, until

from playground.core.recording import SSE, Event, fact
from playground.core.session import Run, Session

TURNS = 1_000
EVENTS = 100_000
LONG = 100_000
MS = 1_000_000
TEXT = (
    "The **answer** to this turn says what there is to say, in a paragraph of a usual length, with "
    "`code` in it and a [link](https://a.example).\n\n- one thing\n- another thing\n\n"
    "```python\ndef answer(turn: int) -> str:\n    return str(turn)\n```\n"
)


class Painted(QObject):
    """Waits for the next paint of a widget to have been handled."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.at = 0.0
        self._widget = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._widget.removeEventFilter(self)
            QTimer.singleShot(0, self, self._note)
        return False

    def _note(self) -> None:
        self.at = time.perf_counter()


def events(text: str, deltas: int) -> list[Event]:
    """An answer over Responses, a delta a millisecond."""
    raws = [b'event: response.created\ndata: {"type":"response.created","response":{"id":"r"}}\n\n']
    item = b'{"id":"msg_1","type":"message","role":"assistant","content":[]}'
    raws.append(
        b'event: response.output_item.added\ndata: {"type":"response.output_item.added",'
        b'"output_index":0,"item":%s}\n\n' % item
    )
    size = -(-len(text) // deltas)
    for at in range(0, len(text), size):
        piece = text[at : at + size].replace("\n", "\\n").replace('"', '\\"').encode()
        raws.append(
            b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta",'
            b'"item_id":"msg_1","output_index":0,"content_index":0,"delta":"%s"}\n\n' % piece
        )
    raws.append(
        b'event: response.completed\ndata: {"type":"response.completed","response":{"id":"r",'
        b'"status":"completed","usage":{"input_tokens":9,"output_tokens":%d}}}\n\n' % deltas
    )
    rows = [Event(number * MS, SSE, raw, 0, 0, number) for number, raw in enumerate(raws)]
    return [
        fact(0, "request", {"method": "POST", "url": "http://127.0.0.1/v1/responses"}),
        fact(0, "head", {"status": 200, "headers": []}),
        *rows,
        fact(len(rows) * MS, "eof"),
        fact(len(rows) * MS, "ended"),
    ]


async def kept(stage: Stage, answers: Iterable[list[Event]]) -> Session:
    """A session with these answers, on the disk and no longer in memory."""
    workspace, sessions = stage.app.workspace, stage.app.sessions
    session = workspace.new_session(stage.app.profile("sandbox"))
    session.call.model = "load"
    for number, answer in enumerate(answers):
        run = workspace.ask(session, f"What is there to say in turn {number}?")
        run.take(answer)
        run.owner = ""
        await sessions.begin(run)
        await sessions.finish(run)
    await sessions.save(session)
    del workspace.open[session.id]
    return session


async def shown(stage: Stage, session: Session) -> float:
    """Milliseconds from opening a session to its first paint."""
    stage.desk.new_session()
    await asyncio.sleep(0.3)
    painted: list[Painted] = []

    def paint(_: object) -> None:
        painted.append(Painted(stage.view.cards()[-1]))

    stage.desk.session_shown.connect(paint, Qt.ConnectionType.SingleShotConnection)
    begin = time.perf_counter()
    stage.desk.open_session(session.id)
    await until(lambda: painted and painted[0].at)
    stage.app.workspace.open.pop(session.id, None)
    return (painted[0].at - begin) * 1000


def labels(texts: list[str]) -> float:
    """Milliseconds until the peer has painted the same texts."""
    area, inside = QScrollArea(), QWidget()
    area.resize(860, 700)
    area.setWidgetResizable(True)
    begin = time.perf_counter()
    column = QVBoxLayout(inside)
    for text in texts:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.MarkdownText)
        label.setWordWrap(True)
        column.addWidget(label)
    area.setWidget(inside)
    area.show()
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    QApplication.processEvents()
    took = (time.perf_counter() - begin) * 1000
    area.close()
    return took


async def conversation(home: str) -> list[tuple[str, str, str]]:
    async with opened(home) as stage:
        session = await kept(
            stage, (events(TEXT.replace("turn", f"turn {number}"), 20) for number in range(TURNS))
        )
        await shown(stage, session)
        times = [await shown(stage, session) for _ in range(5)]
        stage.desk.open_session(session.id)
        await until(lambda: stage.desk.session.id == session.id)
        await asyncio.sleep(0.5)
        texts = [run.transcript.text for run in stage.desk.session.path()]
        bar = stage.view.verticalScrollBar()
        with Heart() as scrolled:
            for step in range(120):
                bar.setValue(bar.maximum() * step // 120)
                await asyncio.sleep(FRAME / 1000)
        stage.view.jump_to_end()
        await asyncio.sleep(0.3)
        with Heart() as beats:
            run = stage.send("And now?", "load", events=4_000, per_second=1_000)
            await stage.over(run)
    peer = labels([f"What is there to say in turn {n}?" for n in range(TURNS)] + texts)
    return [
        (
            f"open a conversation of {2 * TURNS:,} messages",
            "≤ 100 ms to first paint",
            f"{median(times):.0f} ms (best {min(times):.0f}), as QLabels {peer:,.0f} ms,"
            f" {peer / median(times):.0f} × as long",
        ),
        ("  scrolled through, each frame elsewhere", f"≤ {2 * FRAME:.0f} ms", str(scrolled)),
        ("  1,000 events/s at its end", f"≤ {FRAME:.0f} ms", str(beats)),
    ]


class Costs:
    """What the main thread works for each event, by quarters of a stream."""

    def __init__(self, run: Run, total: int) -> None:
        self._run, self._total = run, total
        self._marks = [(0, time.thread_time())]

    async def go(self) -> list[float]:
        """Microseconds an event in each quarter."""
        for quarter in range(1, 5):
            due = self._total * quarter // 4
            await until(lambda due=due: len(self._run.recording) >= due or not self._run.running)
            self._marks.append((len(self._run.recording), time.thread_time()))
        return [
            (later[1] - now[1]) / (later[0] - now[0]) * 1e6
            for now, later in zip(self._marks, self._marks[1:], strict=False)
        ]


async def long_answer(home: str) -> list[tuple[str, str, str]]:
    async with opened(home) as stage:
        with Heart() as beats:
            run = stage.send("Long", "load", events=LONG, per_second=4_000, per_chunk=4)
            costs = await Costs(run, LONG).go()
            await stage.over(run)
    async with opened(home) as stage:
        with Heart() as almanac:
            run = stage.send("Count", "long", per_second=2_000)
            await stage.over(run)
        words = len(str(run.transcript.text)) // 4
    return [
        (
            f"one answer of {LONG:,} deltas, 4,000/s",
            "flat: last quarter ≤ 1.2 × first",
            f"{costs[-1] / costs[0]:.2f} × ({', '.join(f'{cost:.0f}' for cost in costs)} µs own"
            f" work an event); longest stall {beats}",
        ),
        (
            f"one answer of {words:,} tokens with a long list, 2,000/s",
            f"≤ {2 * FRAME:.0f} ms",
            str(almanac),
        ),
    ]


async def many_events(home: str) -> list[tuple[str, str, str]]:
    async with opened(home) as stage:
        session = await kept(stage, [events(TEXT * (6 * EVENTS // len(TEXT)), EVENTS)])
        await shown(stage, session)
        opening, first, whole = Beats(), [], []
        for _ in range(3):
            with Heart() as beats:
                begin = time.perf_counter()
                first.append(await shown(stage, session))
                begin = time.perf_counter() - first[-1] / 1000
                await until(lambda: _all_listed(stage))
                whole.append((time.perf_counter() - begin) * 1000)
            opening.late += beats.late
            opening.worked += beats.worked
        stage.desk.open_session(session.id)
        await until(lambda: stage.desk.session.id == session.id and _all_listed(stage))
        bar = stage.events.verticalScrollBar()
        with Heart() as scrolled:
            for step in range(120):
                bar.setValue(bar.maximum() * step // 120)
                await asyncio.sleep(FRAME / 1000)
        dock: Any = stage.window.docks["inspector"].widget()
        with Heart() as filtered:
            for text in ("w", "wo", "word", "response.completed", "nowhere", ""):
                dock.events.filter.text.setText(text)
                await asyncio.sleep(0.3)
                await until(lambda: not stage.events.working)
    return [
        (
            f"open a session of {EVENTS:,} events",
            "answer ≤ 50 ms, all events ≤ 300 ms",
            f"{median(first):.0f} ms, {median(whole):.0f} ms; longest stall {opening}",
        ),
        ("  scrolled, each frame elsewhere", f"≤ {FRAME:.0f} ms", str(scrolled)),
        ("  filtered by text as it is typed", f"≤ {FRAME:.0f} ms", str(filtered)),
    ]


def _all_listed(stage: Stage) -> bool:
    index = stage.events.index
    return index is not None and index.read >= EVENTS and not index.behind


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    return [*played(conversation), *played(long_answer), *played(many_events)]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
