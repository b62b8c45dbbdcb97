"""The Events page: what is remarkable, what is found, and an event from every side."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from PySide6.QtCore import Qt

from playground.core.recording import SSE
from playground.core.session import Run
from playground.ui.inspector.events import EventsPage
from playground.ui.widgets import eventdetail
from playground.ui.widgets.eventfilter import FIND
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

HEIGHT = 430
"""Pixels of the inspector where the list is what matters."""
ANSWER = "Pack in layers. In Oslo it is −2 °C with sleet; in Rome 14 °C and dry."


def taped() -> Tape:
    """An answer whose server stalls, breaks an event, sends a type of its own, and reasons behind
    closed doors."""
    tape = Tape().begin(words.QUESTION).wait(300)
    tape.reasoning("Two cities, one day: I need a forecast for each.")
    made = int(datetime(2026, 11, 21, 9, 30, tzinfo=UTC).timestamp())
    token = base64.urlsafe_b64encode(b"\x80" + made.to_bytes(8, "big") + bytes(range(87)))
    closed = tape.item("reasoning", summary=[], encrypted_content=token.decode())
    tape._done(closed, type="reasoning", summary=[], encrypted_content=token.decode())
    tape.call("forecast", '{"city": "Oslo", "day": "tomorrow"}')
    tape.wait(8).event("response.sparkle.delta", item_id="mes_03", delta="of 2027")
    name = tape.item("message", role="assistant", content=[])
    tape._deltas("output_text", name, ANSWER[:24], 8, content_index=0)
    tape.wait(9).raw(b'event: response.output_text.delta\ndata: {"type":"response.outp\n\n', SSE)
    tape.wait(2_400)._deltas("output_text", name, ANSWER[24:], 8, content_index=0)
    content = [{"type": "output_text", "text": ANSWER, "annotations": []}]
    return tape._done(name, type="message", role="assistant", content=content)


def run() -> Run:
    return run_of(taped().end(created_at=1_794_000_000), words.QUESTION)


async def opened(stage: Stage, *, narrow: bool = False) -> EventsPage:
    """The page over such a run, with room for it."""
    await stage.show(run())
    dock = stage.window.docks["inspector"]
    if not narrow:
        stage.window.resizeDocks([dock], [HEIGHT], Qt.Orientation.Vertical)
    page = stage.inspector.events
    stage.after += [page.filter.reset, lambda: page.detail.show_page(eventdetail.JSON)]
    await stage.settle()
    return page


def flagged_number(page: EventsPage, flag: str) -> int:
    index = page.list.index
    assert index is not None
    return next(number for number in range(index.read) if flag in index.flags(number))


async def flags(stage: Stage) -> None:
    page = await opened(stage)
    page.list.go_to(flagged_number(page, "malformed"))


async def stall(stage: Stage) -> None:
    page = await opened(stage)
    page.list.do("next_stall")
    page.detail.show_page(eventdetail.VALUE)


async def find(stage: Stage) -> None:
    page = await opened(stage)
    page.filter.modes.pick(FIND)
    page.filter.text.setText("oslo")
    await stage.settle()
    page.list.do("next_match")
    page.list.do("next_match")


async def regex(stage: Stage) -> None:
    page = await opened(stage)
    page.filter.text.setText("/output_text\\.(delta|done/")


async def pinned(stage: Stage) -> None:
    page = await opened(stage)
    for number in (2, 9, 31):
        page.list.go_to(number)
        page.list.do("toggle_pin")
    page.list.go_to(20)
    page.list.go_to(26, extend=True)


async def types(stage: Stage) -> None:
    page = await opened(stage)
    page.filter.choice.show(["response.reasoning_summary_text.delta"], False)
    page.filter._changed()
    page.filter.open_types()


async def menu(stage: Stage) -> None:
    page = await opened(stage)
    page.list.go_to(20)
    made = page.list.menu()
    made.popup(page.list.mapToGlobal(page.list.rect().center() / 2))


async def tree(stage: Stage) -> None:
    page = await opened(stage)
    index = page.list.index
    assert index is not None
    page.list.go_to(index.read - 3)


async def value(stage: Stage) -> None:
    page = await opened(stage)
    index = page.list.index
    assert index is not None
    number = next(n for n in range(index.read) if b"encrypted" in index.recording.raws[n])
    page.list.go_to(number)
    nodes = page.detail.tree.nodes
    assert nodes is not None
    page.detail.tree.pick(nodes.reveal(("item", "encrypted_content")))
    page.detail.show_page(eventdetail.VALUE)


async def numbers(stage: Stage) -> None:
    page = await opened(stage)
    page.list.go_to(40)
    page.detail.show_page(eventdetail.HEX)


async def built(stage: Stage) -> None:
    page = await opened(stage)
    page.list.do("next_stall")
    page.list.go_to(page.list.current + 6)
    page.detail.show_page(eventdetail.BUILT)
    await stage.settle()


async def narrow(stage: Stage) -> None:
    page = await opened(stage, narrow=True)
    page.filter.modes.pick(FIND)
    page.filter.text.setText("oslo")
    await stage.settle()
    page.list.do("next_match")
