"""The lanes of a run as they are drawn, hovered, clicked and walked through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from playground.core.recording import fact
from playground.core.session import Run
from playground.endpoints import chat
from playground.ui import theme
from playground.ui.widgets.looptimeline import LoopTimeline
from playground.ui.widgets.timelineplaces import Place
from playground.ui.widgets.timelinestrip import Strip

MS = 1_000_000


def call(tape: Any, number: int, city: str) -> None:
    made = {"name": "get_weather", "arguments": f'{{"city": "{city}"}}'}
    piece = {"index": number, "id": f"call_{number}", "type": "function", "function": made}
    tape.after(100).chunked({"tool_calls": [piece]})


@pytest.fixture
def looped(tape: Any) -> Callable[..., Run]:
    """Two calls beside each other, of which one waits for its approval; perhaps the rest, too."""

    def make(*, over: bool = True) -> Run:
        tape.request("chat/completions", {}).after(200).head()
        tape.after(300).chunked({"reasoning_content": "Two cities."})
        call(tape, 0, "Oslo")
        call(tape, 1, "Rome")
        tape.after(100).chunked({}, "tool_calls").fact("eof")
        for number in (0, 1):
            tape.fact("tool.asked", call_id=f"call_{number}", tool="demo › get_weather")
        tape.after(400).fact("approval", call_id="call_0", decision="approve", asked=True)
        tape.fact("tool.started", call_id="call_0", mode="mock")
        tape.after(300).fact("tool.ended", call_id="call_0", state="done")
        if over:
            tape.fact("approval", call_id="call_1", decision="reject", asked=True)
            tape.fact("tool.ended", call_id="call_1", state="denied")
            tape.after(100).fact("ended")
        return tape.run(chat.reduce, api="chat", running=not over)

    return make


@pytest.fixture
def lanes(qtbot: QtBot) -> LoopTimeline:
    widget = LoopTimeline()
    qtbot.addWidget(widget)
    widget.resize(900, 220)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def middle(widget: LoopTimeline, lane: str, number: int = 0) -> QPoint:
    return widget.where(Place(lane, number)).center().toPoint()


def pixel(widget: LoopTimeline, at: QPoint) -> QColor:
    image: QImage = widget.viewport().grab().toImage()
    return image.pixelColor(at * image.devicePixelRatio())


def left(widget: LoopTimeline, lane: str, number: int = 0) -> QPoint:
    """Inside a bar, where no text is."""
    area = widget.where(Place(lane, number))
    return QPoint(round(area.left()) + 3, round(area.center().y()))


def turn(
    widget: LoopTimeline,
    at: QPointF,
    by: QPoint,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """The wheel."""
    view = widget.viewport()
    where = QPointF(view.mapToGlobal(at.toPoint()))
    event = QWheelEvent(
        at, where, QPoint(), by, Qt.MouseButton.NoButton, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def dragged(
    widget: LoopTimeline,
    begin: QPoint,
    end: QPoint,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> list[QMouseEvent]:
    """Press, half of the way, the other half, release."""
    view, left = widget.viewport(), Qt.MouseButton.LeftButton
    rows = (
        (QEvent.Type.MouseButtonPress, begin, left, left),
        (QEvent.Type.MouseMove, (begin + end) / 2, Qt.MouseButton.NoButton, left),
        (QEvent.Type.MouseMove, end, Qt.MouseButton.NoButton, left),
        (QEvent.Type.MouseButtonRelease, end, left, Qt.MouseButton.NoButton),
    )
    return [
        QMouseEvent(kind, QPointF(at), QPointF(view.mapToGlobal(at)), button, buttons, held)
        for kind, at, button, buttons in rows
    ]


def drag(
    widget: LoopTimeline,
    begin: QPoint,
    end: QPoint,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    for event in dragged(widget, begin, end, held):
        QApplication.sendEvent(widget.viewport(), event)


def hover(widget: LoopTimeline, at: QPoint) -> str:
    event = QHelpEvent(QEvent.Type.ToolTip, at, widget.viewport().mapToGlobal(at))
    QApplication.sendEvent(widget.viewport(), event)
    return QToolTip.text()


def test_bars_stand_in_their_lanes_in_their_colours(
    lanes: LoopTimeline, looped: Callable[..., Run]
) -> None:
    for name in ("light", "dark"):
        look = theme.apply(name)
        lanes.show_run(looped())
        for lane, number, token in (
            ("network", 0, "ours"),
            ("model", 0, "reasoning"),
            ("model", 1, "tool"),
            ("demo › get_weather", 0, "warn_soft"),
            ("demo › get_weather", 1, "tool"),
            ("demo › get_weather (2)", 0, "warn_soft"),
            ("demo › get_weather (2)", 1, "error_soft"),
            ("you", 0, "soft"),
        ):
            assert pixel(lanes, left(lanes, lane, number)) == look.colour(token), (lane, number)


def test_a_bar_is_as_long_as_it_took(lanes: LoopTimeline, looped: Callable[..., Run]) -> None:
    lanes.show_run(looped())
    waited, ran = (lanes.where(Place("demo › get_weather", number)) for number in (0, 1))
    assert (waited.width() + 1) / (ran.width() + 1) == pytest.approx(4 / 3)
    assert ran.left() == pytest.approx(waited.right() + 1)
    asked = lanes.where(Place("you", 0))
    assert asked.left() == pytest.approx(waited.left())


def test_a_click_asks_for_the_item(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    run = looped()
    lanes.show_run(run)
    with qtbot.waitSignal(lanes.picked) as picked:
        qtbot.mouseClick(
            lanes.viewport(),
            Qt.MouseButton.LeftButton,
            pos=middle(lanes, "demo › get_weather", 1),
        )
    assert picked.args == [run.transcript.tool_calls[0].key]
    assert "demo › get_weather, Oslo, 300 ms" in lanes.accessibleDescription()


def test_where_there_is_nothing_to_see_nothing_is_picked(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    with qtbot.assertNotEmitted(lanes.picked):
        # A request is no item; right of it there is nothing at all.
        qtbot.mouseClick(lanes.viewport(), Qt.MouseButton.LeftButton, pos=middle(lanes, "network"))
        assert lanes.current is not None
        empty = QPoint(880, middle(lanes, "network").y())
        qtbot.mouseClick(lanes.viewport(), Qt.MouseButton.LeftButton, pos=empty)
    assert lanes.current is None


def test_the_keyboard_goes_from_bar_to_bar(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    run = looped()
    lanes.show_run(run)
    seen: list[str] = []
    for _ in range(20):
        qtbot.keyClick(lanes, Qt.Key.Key_Right)
        seen.append(lanes.accessibleDescription())
    in_order = list(dict.fromkeys(seen))
    assert len(in_order) == len(list(lanes.bars()))
    assert in_order[0].startswith("Request 1, 200 OK, 200 ms, from 0 ms on, in the lane network")
    for _ in range(20):
        qtbot.keyClick(lanes, Qt.Key.Key_Left)
    assert lanes.accessibleDescription() == in_order[0]
    qtbot.keyClick(lanes, Qt.Key.Key_Down)
    assert lanes.current is not None
    assert lanes.current.kind == "reasoning"
    with qtbot.waitSignal(lanes.picked) as picked:
        qtbot.keyClick(lanes, Qt.Key.Key_Return)
    assert picked.args == [lanes.current.key]
    qtbot.keyClick(lanes, Qt.Key.Key_Up)
    assert lanes.current.kind == "network"


def test_tooltips_say_what_a_bar_was(lanes: LoopTimeline, looped: Callable[..., Run]) -> None:
    lanes.show_run(looped())
    text = hover(lanes, middle(lanes, "demo › get_weather", 1))
    assert "demo › get_weather, Oslo, 300 ms, from 1.2 s on" in text
    assert "waits for approval" in hover(lanes, middle(lanes, "demo › get_weather (2)"))
    assert "demo › get_weather (2)" in hover(
        lanes, QPoint(4, middle(lanes, "demo › get_weather (2)").y())
    )


def test_names_of_others_are_no_markup(
    lanes: LoopTimeline, tape: Any, looped: Callable[..., Run]
) -> None:
    tape.request("x", {}).fact("starting", text="<b>bold</b>").after(50).fact("ended")
    lanes.show_run(tape.run(chat.reduce, api="chat"))
    assert "&lt;b&gt;bold" in hover(lanes, middle(lanes, "network", 1))


def test_the_wheel_goes_closer_where_the_pointer_is(
    lanes: LoopTimeline, looped: Callable[..., Run]
) -> None:
    lanes.show_run(looped())
    place = Place("demo › get_weather", 1)
    before = lanes.where(place)
    at = before.center()
    for _ in range(4):
        turn(lanes, at, QPoint(0, 120))
    after = lanes.where(place)
    assert after.width() == pytest.approx(before.width() * 1.25**4, rel=0.02)
    assert after.center().x() == pytest.approx(at.x(), abs=4)
    # With Shift the wheel goes along, and over the names it leaves the scale alone.
    turn(lanes, at, QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier)
    along = lanes.where(place)
    assert along.width() == pytest.approx(after.width(), rel=0.01)
    assert along.left() < after.left()
    turn(lanes, QPointF(4, at.y()), QPoint(0, 120))
    assert lanes.where(place) == along


def test_keys_change_the_scale_and_bring_it_back(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    whole = lanes.where(Place("model", 0)).width()
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(lanes, Qt.Key.Key_Plus, control)
    assert lanes.where(Place("model", 0)).width() > whole
    qtbot.keyClick(lanes, Qt.Key.Key_Minus, control)
    assert lanes.where(Place("model", 0)).width() == pytest.approx(whole)
    for _ in range(50):
        qtbot.keyClick(lanes, Qt.Key.Key_Plus, control)
    # Not closer than some milliseconds; and a bar that is walked to is brought into view.
    qtbot.keyClick(lanes, Qt.Key.Key_End)
    assert lanes.viewport().rect().intersects(lanes.where(Place("you", 0)).toAlignedRect())
    qtbot.keyClick(lanes, Qt.Key.Key_0, control)
    assert lanes.where(Place("model", 0)).width() == pytest.approx(whole)


def test_plain_keys_change_the_scale_too(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    whole = lanes.scale.span
    for _ in range(5):
        qtbot.keyClick(lanes, Qt.Key.Key_Plus)
    assert lanes.scale.shown == pytest.approx(whole / 1.25**5)
    begin = lanes.scale.begin
    qtbot.keyClick(lanes, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert lanes.scale.begin == pytest.approx(begin + 0.08 * lanes.scale.shown)
    qtbot.keyClick(lanes, Qt.Key.Key_PageDown)
    qtbot.keyClick(lanes, Qt.Key.Key_PageDown)
    assert lanes.scale.end == pytest.approx(whole)
    qtbot.keyClick(lanes, Qt.Key.Key_0)
    assert (lanes.scale.begin, lanes.scale.shown) == (0, whole)


def test_dragging_goes_along_and_picks_nothing(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    lanes.zoom(4)
    place = Place("demo › get_weather", 1)
    before = lanes.where(place)
    at = before.center().toPoint()
    with qtbot.assertNotEmitted(lanes.picked):
        drag(lanes, at, at - QPoint(60, 0))
    assert lanes.where(place).left() == pytest.approx(before.left() - 60, abs=1)
    assert lanes.current is None


def test_a_stretch_is_selected_with_shift_or_on_the_axis(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    for y, held in ((60, Qt.KeyboardModifier.ShiftModifier), (5, Qt.KeyboardModifier.NoModifier)):
        begin, end = lanes.scale.time(300), lanes.scale.time(500)
        drag(lanes, QPoint(500, y), QPoint(300, y), held)
        assert lanes.scale.begin == pytest.approx(begin)
        assert lanes.scale.end == pytest.approx(end)
        lanes.show_all()
    # What is let go with Escape was none.
    press, move, _, release = dragged(lanes, QPoint(300, 5), QPoint(500, 5))
    for event in (press, move):
        QApplication.sendEvent(lanes.viewport(), event)
    assert lanes._hand.stretch == (300, 400)
    qtbot.keyClick(lanes, Qt.Key.Key_Escape)
    QApplication.sendEvent(lanes.viewport(), release)
    assert not lanes.scale.zoomed


def test_a_double_click_fills_the_view_with_a_bar(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    place = Place("demo › get_weather", 1)
    at = lanes.where(place).center().toPoint()
    qtbot.mouseDClick(lanes.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert lanes.where(place).width() == pytest.approx(lanes.scale.wide / 1.1, rel=0.01)


def test_the_strip_shows_all_of_it_while_only_a_part_is_in_view(
    lanes: LoopTimeline, looped: Callable[..., Run], qtbot: QtBot
) -> None:
    lanes.show_run(looped())
    (strip,) = lanes.findChildren(Strip)
    assert not strip.isVisible()
    lanes.zoom(8)
    assert strip.isVisible()
    assert strip.view.width() == pytest.approx(lanes.scale.wide / 8, rel=0.05)
    inside = QPoint(round(lanes.scale.left) + 2, strip.height() - 4)
    assert strip.grab().toImage().pixelColor(inside) != theme.current().colour("surface")
    # A click beside the view brings it there; the wheel goes along.
    strip_end = QPoint(round(lanes.scale.right) - 2, 10)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip_end)
    assert lanes.scale.end == pytest.approx(lanes.scale.span)
    lanes.show_all()
    assert not strip.isVisible()


def test_bars_that_stand_too_close_are_painted_as_one(
    lanes: LoopTimeline, tape: Any, qtbot: QtBot
) -> None:
    """Thousands of requests: a frame paints what can be told apart, and the keyboard has all."""
    for leg in range(3_000):
        tape.leg = leg
        tape.after(1).request("x", {}).after(1).head()
    tape.fact("ended")
    lanes.show_run(tape.run(chat.reduce, api="chat"))
    qtbot.waitUntil(lambda: not lanes.working)
    assert len(lanes.timeline.lanes[0].bars) == 3_000
    painted = list(lanes.places.seen(0))
    assert len(painted) < 50
    assert painted[0][1].left() == pytest.approx(lanes.scale.x(MS), abs=0.1)
    assert painted[-1][1].right() == pytest.approx(lanes.scale.x(6_000 * MS), abs=8)
    lanes.go_to(Place("network", 1_500))
    assert lanes.current is not None
    assert lanes.current.label == "Request 1501"
    lanes.scale.show(3_000 * MS, 3_020 * MS)
    lanes.look()
    assert 9 <= len(list(lanes.places.seen(0))) <= 12
    lanes.grab()


def test_another_state_of_the_same_run_is_looked_at_as_closely(
    lanes: LoopTimeline, looped: Callable[..., Run]
) -> None:
    lanes.show_run(looped())
    lanes.scale.show(100 * MS, 400 * MS)
    lanes.show_run(looped(over=False))
    assert (lanes.scale.begin, lanes.scale.end) == (100 * MS, 400 * MS)
    other = looped()
    other.id = "run_9"
    lanes.show_run(other)
    assert not lanes.scale.zoomed


def test_a_run_that_goes_on_grows(
    lanes: LoopTimeline, looped: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = looped(over=False)
    now = run.recording[len(run.recording) - 1].t
    monkeypatch.setattr(Run, "now", lambda self: now)
    lanes.show_run(run)
    second = Place("demo › get_weather (2)", 0)
    short = lanes.timeline.end_ns
    assert lanes.current is None
    now += 900 * MS
    lanes.advance()
    assert lanes.timeline.end_ns == short + 900 * MS
    # It still waits: the bar reaches to the line that is now.
    area = lanes.where(second)
    line = QPoint(round(area.right()) + 1, round(area.bottom()) + 3)
    colours = [pixel(lanes, line + QPoint(by, 0)) for by in (-1, 0, 1)]
    assert theme.current().colour("accent") in colours
    run.take([fact(now, "stopped", {})])
    lanes.advance()
    assert all(bar.end is not None for _, bar in lanes.bars())


def test_without_a_run_it_says_so(lanes: LoopTimeline, looped: Callable[..., Run]) -> None:
    lanes.show_run(looped())
    lanes.show_run(None)
    assert list(lanes.bars()) == []
    assert lanes.accessibleName() == "Timeline of the run"
    lanes.grab()
