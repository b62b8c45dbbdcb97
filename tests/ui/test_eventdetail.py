"""One event from every side: tree, bytes, value, and the transcript as it left it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from playground.core.items import Message
from playground.core.provenance import Provenance, Span
from playground.core.session import Run
from playground.core.transcript import Transcript, replay
from playground.endpoints import responses
from playground.ui.widgets import eventbuilt, eventdetail
from playground.ui.widgets.eventbuilt import AROUND, ITEMS, pieces
from playground.ui.widgets.eventdetail import EventDetail, telling
from playground.ui.widgets.eventindex import EventIndex


@pytest.fixture
def detail(qtbot: QtBot) -> EventDetail:
    made = EventDetail()
    qtbot.addWidget(made)
    made.resize(500, 400)
    made.show()
    qtbot.waitExposed(made)
    return made


def show(detail: EventDetail, run: Run, number: int) -> None:
    """As the page does when an event becomes the current one."""
    detail.look_at(run.recording, run.reduce)
    index = EventIndex(run.recording, run.transcript.misread)
    index.step(10**12)
    detail.show_event(number, run.recording[number], index.remarks(number))
    provenance = Provenance(run.recording, run.reduce)
    provenance.step(10**12)
    detail.show_light(provenance.spans(number), provenance.items(number))


def built(run: Run, count: int) -> list[str]:
    """What the items say after so many events."""
    transcript = replay(run.recording[:count], run.reduce)
    return [str(item.text) for item in transcript.items if isinstance(item, Message)]


# The value.


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"type": "x", "delta": "a"}, ("delta",)),
        (
            {"choices": [{"index": 0, "delta": {"content": "a"}}]},
            ("choices", 0, "delta", "content"),
        ),
        (
            {"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "{"}}]}}]},
            ("choices", 0, "delta", "tool_calls", 0, "function", "arguments"),
        ),
        ({"status": 200}, ()),
        ([], ()),
    ],
)
def test_what_an_event_is_about_is_picked(value: Any, path: tuple[Any, ...]) -> None:
    assert telling(value) == path


def test_the_value_of_the_tree_is_shown_without_escapes(
    detail: EventDetail, typed: Callable[..., Run]
) -> None:
    run = typed()
    show(detail, run, 18)
    detail.show_page(eventdetail.VALUE)
    assert detail.text == '{"city": "Ro'
    show(detail, run, 19)
    assert detail.text == 'me", "day"'


def test_the_place_that_was_chosen_is_kept_from_event_to_event(
    detail: EventDetail, typed: Callable[..., Run]
) -> None:
    run = typed()
    show(detail, run, 18)
    assert detail.tree.nodes is not None
    detail.tree.pick(detail.tree.nodes.reveal(("item_id",)))
    show(detail, run, 19)
    assert detail.tree.node is not None
    assert detail.tree.node.path == ("item_id",)
    show(detail, run, 1)  # the head, which has none
    show(detail, run, 20)
    assert detail.tree.node is not None
    assert detail.tree.node.path == ("item_id",)


def test_what_is_no_json_stays_text(detail: EventDetail, broken: Run) -> None:
    show(detail, broken, 14)
    assert detail.text == '{\n  "type": "response.outp'
    detail.show_page(eventdetail.VALUE)
    assert detail.text == '{"type":"response.outp'
    detail.show_page(eventdetail.HEX)
    assert detail.text.startswith("0000  65 76 65 6e")


# Built so far.


def test_the_transcript_is_shown_as_it_stood(
    detail: EventDetail, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    """Forwards, backwards, and from one end to the other."""
    run = typed()
    detail.show_page(eventdetail.BUILT)
    last = len(run.recording) - 1
    for number in (40, 41, 42, 30, 29, last, 26, 0):
        show(detail, run, number)
        qtbot.waitUntil(lambda: not detail.built.working)
        for text in built(run, number + 1):
            assert text in detail.text.replace("⟨U+FE0F⟩", "\ufe0f"), number
        assert ("call forecast" in detail.text) == (number > 16), number


def test_what_the_event_brought_is_marked(
    detail: EventDetail, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    run = typed()
    detail.show_page(eventdetail.BUILT)
    for number, fresh in ((18, '{"city": "Ro'), (19, 'me", "day"'), (18, '{"city": "Ro'), (0, "")):
        show(detail, run, number)
        qtbot.waitUntil(lambda: not detail.built.working)
        assert detail.built.fresh == fresh
    assert "now connecting" in detail.text


def test_whoever_holds_a_key_down_gets_the_last_event(
    detail: EventDetail,
    qtbot: QtBot,
    tape: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(eventbuilt, "SLICE", 0)
    item = {"id": "m", "type": "message", "role": "assistant", "content": []}
    tape.typed("response.output_item.added", output_index=0, item=item)
    for number in range(6_000):
        tape.after(1).typed(
            "response.output_text.delta", item_id="m", output_index=0, content_index=0,
            delta=f"{number},",
        )  # fmt: skip
    run = tape.run(responses.reduce, running=True)
    detail.look_at(run.recording, run.reduce)
    detail.show_page(eventdetail.BUILT)
    written: list[str] = []
    monkeypatch.setattr(eventbuilt, "pieces", lambda *_: written.append("") or [])
    for number in range(5_000, 5_100):
        detail.show_event(number, run.recording[number], ())
    assert detail.built.working
    qtbot.waitUntil(lambda: not detail.built.working)
    assert len(written) == 1
    monkeypatch.undo()
    detail.show_light((), ())
    qtbot.waitUntil(lambda: not detail.built.working)
    assert "5098," in detail.text
    assert "5099," not in detail.text


def test_only_the_end_of_much_is_shown() -> None:
    transcript = Transcript()
    for number in range(ITEMS + 5):
        message = Message(key=f"m{number}")
        message.text.append(f"<{number}>" + "a" * 50_000 + "b" * 10 + "c" * 50_000)
        transcript.open(message)
    span = Span("m44", "text", 50_004, 50_014)
    rows = pieces(transcript, [span], ["m44"])
    text = "".join(row.text for row in rows)
    assert text.startswith("… 5 items before")
    assert "<5>" not in text
    assert [row.text for row in rows if row.fresh and row.text] == ["b" * 10]
    assert len(text) < (ITEMS + 2) * 2 * AROUND
