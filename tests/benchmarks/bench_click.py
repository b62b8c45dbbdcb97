"""Provenance: how long from a click on a character of a long answer until its event is current and
lit, and from picking an event until its characters are?

The whole way is measured: the mouse, the recording that is read, the list, what is painted. Times
are of the processor, because the machine is shared.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.core.call import Call
from playground.core.recording import SSE, Event, fact
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.ui import theme
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.widgets.cards import AnswerCard
from playground.ui.widgets.transcript import TranscriptView

TOKENS = 10_000
TRIES = 60
_UNIT = (
    "## Part\n\nA stream is **read** as it comes, and `retry` goes on from [there](https://a.example)"
    ". It ends well.\n\n- one `item`\n- another\n\n```python\nx = 1  # why\n```\n\n"
    "| a | b |\n|---|---|\n| 1 | two |\n\n"
)


def recorded(text: str) -> Run:
    """A run that said this, four characters an event."""
    run = Run("r", "s", None, Call(api="responses"), "p", [], BY_ID["responses"].reduce)

    def event(name: str, **data: object) -> Event:
        body = json.dumps({"type": name, **data})
        return Event(1, SSE, f"event: {name}\ndata: {body}\n\n".encode(), 0, 0, 0)

    item = {"id": "m", "type": "message", "role": "assistant", "content": []}
    kind = "response.output_text.delta"
    run.take([event("response.output_item.added", output_index=0, item=item)])
    for at in range(0, len(text), 4):
        run.take(
            [event(kind, item_id="m", output_index=0, content_index=0, delta=text[at : at + 4])]
        )
    run.take([fact(2, "ended", {}, 0, 0)])
    return run


def took(do: Callable[[], object], over: Callable[[], bool]) -> float:
    """Milliseconds until it is over and painted."""
    begin = time.thread_time()
    do()
    while not over():
        QApplication.processEvents()
    QApplication.processEvents()
    return (time.thread_time() - begin) * 1000


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured) for the first click, the others, and the way back."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply("light")
    one = recorded((_UNIT * (TOKENS * 4 // len(_UNIT) + 1))[: TOKENS * 4])
    view, panel = TranscriptView(), InspectorPanel()
    view.resize(900, 800)
    panel.resize(1200, 320)
    view.pointed.connect(panel.point)
    panel.looking.lit.connect(view.light)
    view.show()
    panel.show()
    panel.show_run(one)
    session = Session("s", profile="p")
    session.add(one)
    view.show_session(session)
    card = next(card for card in view.cards() if isinstance(card, AnswerCard))
    while not card._finished:  # a long answer is drawn in slices
        app.processEvents()
    view.jump_to_end()
    app.processEvents()
    chance, bar, looking = random.Random(1), view.verticalScrollBar(), panel.looking
    found: list[int] = []

    def click() -> float:
        """On a character somewhere in the answer."""
        found.clear()
        while True:
            bar.setValue(chance.randrange(bar.maximum()))
            app.processEvents()
            at = card.prose.mapFrom(view, QPoint(chance.randrange(40, 500), 400))
            place = card.prose._flow.character(at.toPointF())
            if place is not None and not card.prose._flow.link(at.toPointF()):
                break
        offset = card.prose._offset(place)
        left = Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        looking.pick(-1)
        return took(
            lambda: QTest.mouseClick(card.prose, left, none, at),
            lambda: any(s.begin <= (offset or 0) < s.end for s in card.lit or ()),
        )

    def pick() -> float:
        number = chance.randrange(2, len(one.recording) - 2)
        return took(lambda: panel.events.list.pick(number), lambda: bool(card.lit_at()))

    first = click()
    clicks, picks = [click() for _ in range(TRIES)], [pick() for _ in range(TRIES)]
    rows = [("a click finds its event, the first in a run", "< 50 ms", f"{first:.0f} ms")]
    for name, times in (("a click finds its event", clicks), ("an event lights its text", picks)):
        middle = statistics.median(times)
        rows.append((name, "< 50 ms", f"median {middle:.1f} ms, longest {max(times):.1f} ms"))
    return [(f"provenance, {TOKENS:,} tokens: {name}", goal, told) for name, goal, told in rows]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
