"""The inspector over a million events of the sandbox: a frame at the tail, filters, bytes an event,
and what QTableView costs for the same rows in the same run. Times are of the processor, because the
machine is shared."""

from __future__ import annotations

import gc
import os
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.core.recording import Event

COUNT = 1_000_000
FRAMES = 60
SIZE = (1000, 420)
MS = 1_000_000
RARE, COMMON = '_number":976', "span"
"""Texts to look for: in a thousandth of the events, and in every 46th."""
CHUNK = 1_000
"""Events that are copied at once."""


def spent(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - start) / MS


def table_frame(rows: list[Event]) -> float:
    """Median milliseconds of a frame of QTableView at the tail of the same rows."""
    from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
    from PySide6.QtWidgets import QTableView

    place = QModelIndex | QPersistentModelIndex
    top = QModelIndex()

    class Rows(QAbstractTableModel):
        def rowCount(self, parent: place = top) -> int:
            return len(rows)

        def columnCount(self, parent: place = top) -> int:
            return 7

        def data(self, at: place, role: int = 0) -> object:
            if role != Qt.ItemDataRole.DisplayRole:
                return None
            event = rows[at.row()]
            match at.column():
                case 0:
                    return at.row()
                case 1:
                    return f"{event.t / MS:.1f}"
                case 2:
                    return f"{(event.t - rows[at.row() - 1].t) / MS:.1f}"
                case 3:
                    return event.frame().name
                case 4:
                    return (event.json()[0] or {}).get("item_id")
                case 5:
                    return (event.json()[0] or {}).get("delta")
                case _:
                    return len(event.raw)

    model, view = Rows(), QTableView()
    view.setModel(model)
    view.resize(*SIZE)
    view.show()
    view.scrollToBottom()

    def frame() -> None:
        model.beginInsertRows(QModelIndex(), len(rows), len(rows) + 159)
        rows.extend(rows[-160:])
        model.endInsertRows()
        view.scrollToBottom()
        view.viewport().grab()

    found = statistics.median(spent(frame) for _ in range(FRAMES))
    view.close()
    return found


def run() -> list[tuple[str, str, str]]:
    """Rows of (area, goal, measured)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from playground.core.call import Call
    from playground.core.recording import SSE, Event
    from playground.core.session import Run
    from playground.ui import theme
    from playground.ui.widgets.eventindex import EventIndex, Query
    from playground.ui.widgets.eventlist import SLICE, EventList
    from tests.benchmarks.recorded import recorded

    QApplication.instance() or QApplication([])
    theme.apply("light")

    came = recorded(COUNT).recording
    made = Run("r", "s", None, Call(), "p", [], lambda *_: None)
    tracemalloc.start()
    for at in range(0, len(came), CHUNK):
        made.recording.append(
            event._replace(raw=bytes(memoryview(event.raw)))  # its own bytes, to be counted
            for event in came[at : at + CHUNK]
        )
    kept = tracemalloc.get_traced_memory()[0] / COUNT
    raw_size = statistics.mean(map(len, made.recording.raws))
    index = EventIndex(made.recording, {})
    index.step(10**15)
    indexed = tracemalloc.get_traced_memory()[0] / COUNT - kept
    tracemalloc.stop()
    del came
    gc.collect()
    gc.freeze()

    reading = EventIndex(made.recording, {})
    opened = spent(lambda: reading.step(10**15))

    def filtered(query: Query) -> tuple[float, float, int]:
        """(ms in all, ms of the longest slice, rows)."""
        index.narrow(query)
        slices = []
        while index.behind:
            slices.append(spent(lambda: index.step(SLICE)))
        return sum(slices), max(slices), len(index)

    kind = frozenset(("response.output_text.delta",))
    by_type = min((filtered(Query(types=kind)) for _ in range(3)), key=lambda row: row[0])
    by_text = min((filtered(Query(text=RARE)) for _ in range(3)), key=lambda row: row[0])
    by_word = min((filtered(Query(text=COMMON)) for _ in range(3)), key=lambda row: row[0])
    index.narrow(Query())

    view = EventList()
    view.resize(*SIZE)
    view.show()
    view.show_run(made)
    while view.working:
        QApplication.processEvents()
    view.jump_to_end()

    last = made.recording.times[-1]

    def frame(at: int) -> None:
        t, (_, _, raw, _, _, chunk, _) = last + at * 16 * MS, made.recording[COUNT // 2 + at]
        made.recording.append(Event(t, SSE, raw, 0, 0, chunk) for _ in range(160))
        view.advance()
        view.viewport().grab()

    tail = [spent(lambda at=at: frame(at)) for at in range(FRAMES)]
    bar = view.verticalScrollBar()

    def jump(at: int) -> None:
        bar.setValue(bar.maximum() * at // FRAMES)
        view.viewport().grab()

    anywhere = [spent(lambda at=at: jump(at)) for at in range(FRAMES)]
    view.close()
    table = table_frame(made.recording.events)
    gc.unfreeze()
    ours = statistics.median(tail)
    return [
        (
            "inspector, 1,000,000 events: frame at the tail",
            "≤ 8 ms",
            f"{ours:.1f} ms (longest {max(tail):.1f}); QTableView {table:.1f} ms,"
            f" {table / ours:.1f} × as much",
        ),
        (
            "inspector, 1,000,000 events: frame anywhere",
            "≤ 8 ms",
            f"{statistics.median(anywhere):.1f} ms (longest {max(anywhere):.1f})",
        ),
        (
            "inspector, 1,000,000 events: filter by type",
            "≤ 100 ms",
            f"{by_type[0]:.0f} ms in slices of at most {by_type[1]:.1f} ms",
        ),
        (
            "inspector, 1,000,000 events: substring in all raw bytes",
            "≤ 500 ms",
            f"{by_text[0]:.0f} ms in slices of at most {by_text[1]:.1f} ms, {by_text[2]} found;"
            f" {by_word[0]:.0f} ms where {by_word[2]} are found",
        ),
        (
            "inspector, 1,000,000 events: bytes an event",
            "≤ 350",
            f"{kept + indexed:.0f}, of them raw {raw_size:.0f} and index {indexed:.1f}",
        ),
        (
            "inspector, 1,000,000 events: reading the recording",
            "in slices",
            f"{opened:.0f} ms",
        ),
    ]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
