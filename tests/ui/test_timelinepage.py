"""The Timeline page: what came when, and the event that everybody looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from playground.core.recording import BODY, Event
from playground.core.session import Run
from playground.endpoints import chat
from playground.ui import theme
from playground.ui.inspector.timeline import TimelinePage
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.widgets.looptimeline import LoopTimeline
from playground.ui.widgets.timelineplaces import Place

MS = 1_000_000


@pytest.fixture
def panel(qtbot: QtBot) -> InspectorPanel:
    made = InspectorPanel()
    qtbot.addWidget(made)
    made.resize(1100, 380)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def shown(panel: InspectorPanel, qtbot: QtBot) -> Callable[[Run], TimelinePage]:
    """The page, with a run on it that was read."""

    def show(run: Run) -> TimelinePage:
        panel.show_run(run)
        panel.show_page("timeline")
        page = panel.page("timeline")
        assert isinstance(page, TimelinePage)
        qtbot.waitUntil(lambda: not page.lanes.working and not panel.events.list.working)
        page.advance()
        return page

    return show


def at(lanes: LoopTimeline, t: float, lane: str) -> QPoint:
    """Where a moment is in a lane."""
    row = lanes.places.row(lane)
    return QPoint(round(lanes.scale.x(t)), round(lanes.places.lane_area(row).center().y()))


def click(lanes: LoopTimeline, point: QPoint, qtbot: QtBot) -> None:
    qtbot.mouseClick(lanes.viewport(), Qt.MouseButton.LeftButton, pos=point)


def move(lanes: LoopTimeline, point: QPoint) -> None:
    """The pointer, wherever it was before."""
    view, none = lanes.viewport(), Qt.MouseButton.NoButton
    where = QPointF(view.mapToGlobal(point))
    held = Qt.KeyboardModifier.NoModifier
    kind = QEvent.Type.MouseMove
    QApplication.sendEvent(view, QMouseEvent(kind, QPointF(point), where, none, none, held))


def tip(lanes: LoopTimeline, point: QPoint) -> str:
    event = QHelpEvent(QEvent.Type.ToolTip, point, lanes.viewport().mapToGlobal(point))
    QApplication.sendEvent(lanes.viewport(), event)
    return QToolTip.text()


def status(page: TimelinePage) -> str:
    return "\n".join(one.text() for one in page.findChildren(QLabel))


def test_all_lanes_are_there(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    assert [lane.name for lane in page.lanes.timeline.lanes] == [
        "request",
        "network",
        "reasoning",
        "text",
        "forecast",
    ]
    assert "66 events" in status(page)  # what the server sent: the facts are ours
    assert "2 stalls" in status(page)


def test_a_click_picks_the_nearest_event(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run], qtbot: QtBot
) -> None:
    page = shown(typed())
    looking, lanes = page.looking, page.lanes
    assert looking.run is not None
    recording = looking.run.recording
    for number, lane in ((10, "reasoning"), (20, "network"), (40, "text"), (45, "request")):
        lanes.scale.show(recording.times[number] - 4 * MS, recording.times[number] + 4 * MS)
        lanes.look()
        click(lanes, at(lanes, recording.times[number], lane), qtbot)
        assert looking.number == number
        assert lanes.playhead == number


def test_a_bar_that_a_fact_began_gives_that_fact(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run], qtbot: QtBot
) -> None:
    page = shown(typed())
    page.lanes.go_to(Place("network", 0))
    qtbot.keyClick(page.lanes, Qt.Key.Key_Return)
    assert page.looking.run is not None
    assert page.looking.run.recording.kinds[page.looking.number] == "head"


def test_an_event_of_the_list_is_shown_where_it_is(
    panel: InspectorPanel, shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    lanes = page.lanes
    lanes.scale.show(0, 50 * MS)
    lanes.look()
    panel.events.list.go_to(40)
    moment = lanes.moment
    assert moment == panel.looking.run.recording.times[40]  # type: ignore[union-attr]
    assert lanes.scale.sees(moment)
    image = lanes.viewport().grab().toImage()
    column = round(lanes.scale.x(moment)) * image.devicePixelRatio()
    accent = theme.current().colour("accent")
    colours = [image.pixelColor(round(column) + by, image.height() - 30) for by in (-1, 0, 1)]
    assert accent in colours
    panel.looking.pick(-1)
    assert lanes.moment is None


def test_an_event_that_was_picked_before_is_there_when_the_page_is(
    panel: InspectorPanel, typed: Callable[..., Run]
) -> None:
    panel.show_run(typed())
    panel.events.list.go_to(30)
    panel.show_page("timeline")
    page = panel.page("timeline")
    assert isinstance(page, TimelinePage)
    assert page.lanes.playhead == 30


def test_what_the_pointer_is_over_is_told(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    lanes, looking = page.lanes, page.looking
    assert looking.run is not None
    recording, heard = looking.run.recording, []
    looking.hovered.connect(heard.append)
    lanes.scale.show(recording.times[40] - 4 * MS, recording.times[40] + 4 * MS)
    lanes.look()
    point = at(lanes, recording.times[40], "text")
    move(lanes, point)
    move(lanes, point + QPoint(1, 0))
    assert heard == [40]
    assert lanes.hinted == recording.times[40]
    # Over nothing, and beside the lanes.
    move(lanes, at(lanes, recording.times[40], "request"))
    assert heard == [40, -1]
    move(lanes, point)
    QApplication.sendEvent(lanes.viewport(), QEvent(QEvent.Type.Leave))
    assert heard == [40, -1, 40, -1]
    assert lanes.hinted is None


def test_what_the_pointer_is_over_lights_up_and_goes_again(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    lanes, looking = page.lanes, page.looking
    assert looking.run is not None
    recording = looking.run.recording
    looking.pick(30)
    (current,) = looking.provenance.spans(30)  # type: ignore[union-attr]
    lights: list[Any] = []
    looking.lit.connect(lights.append)
    lanes.scale.show(recording.times[40] - 4 * MS, recording.times[40] + 4 * MS)
    lanes.look()
    move(lanes, at(lanes, recording.times[40], "text"))
    move(lanes, at(lanes, recording.times[40], "request"))
    over, after = lights
    assert over.passing
    assert after.passing
    assert over.spans[0].begin > current.begin
    assert after.spans == (current,)
    assert looking.number == 30


def test_what_others_point_at_is_hinted(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    page.looking.hover(12)
    assert page.looking.run is not None
    assert page.lanes.hinted == page.looking.run.recording.times[12]


def test_keys_go_from_event_to_event(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run], qtbot: QtBot
) -> None:
    page = shown(typed())
    control = Qt.KeyboardModifier.ControlModifier
    seen = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(page.lanes, key, control)
        seen.append(page.looking.number)
    assert seen == [0, 1, 2, 1]
    page.looking.pick(69)
    qtbot.keyClick(page.lanes, Qt.Key.Key_Right, control)
    assert page.looking.number == 69


def test_density_and_stalls_are_told(
    shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    lanes = page.lanes
    t = 636.3 * MS  # pieces of arguments, before and after a stall of 51.8 ms
    assert "1 chunk, 1 event, 18" in tip(lanes, at(lanes, t, "network"))
    assert "A stall: nothing came for 380 ms" in tip(lanes, at(lanes, 400 * MS, "network"))
    assert "Answer 1, 200 OK" in tip(lanes, at(lanes, 400 * MS, "network"))
    image = lanes.viewport().grab().toImage()
    scale = image.devicePixelRatio()
    middle = at(lanes, 300 * MS, "network")
    assert image.pixelColor(middle * scale) == theme.current().colour("warn_soft")


def test_columns_are_as_high_as_there_is_much(
    shown: Callable[[Run], TimelinePage], tape: Any
) -> None:
    tape.request("chat/completions", {}).after(10).head()
    for size in (10, 10_000, 10):
        tape.after(100).raw(b"x" * size, BODY)
    tape.after(100).fact("eof").fact("ended")
    page = shown(tape.run(chat.reduce, api="chat"))
    lanes = page.lanes
    image = lanes.viewport().grab().toImage()
    area = lanes.places.lane_area(lanes.places.row("network"))
    heights = []
    for t in (110, 210, 310):
        begin = round(lanes.scale.x(t * MS))
        inked = {
            y
            for x in range(begin - 3, begin + 4)
            for y in range(round(area.top()) + 2, round(area.bottom()) - 2)
            if image.pixelColor(x, y).lightness() < 200
        }
        heights.append(len(inked))
    assert heights[1] > 20
    assert heights[0] == heights[2] < 6


def test_trouble_is_marked_and_told(shown: Callable[[Run], TimelinePage], broken: Run) -> None:
    page = shown(broken)
    lanes = page.lanes
    assert [mark.kind for mark in lanes.timeline.marks] == ["failed", "retry", "failed"]
    assert tip(lanes, QPoint(round(lanes.scale.x(90 * MS)), 16)).count("429") == 2
    cut = lanes.timeline.marks[-1]
    image = lanes.viewport().grab().toImage()
    sign = QPointF(lanes.scale.x(cut.t), 18).toPoint() * image.devicePixelRatio()
    assert image.pixelColor(sign) == theme.current().colour("error")


def test_buttons_change_the_scale(
    panel: InspectorPanel, shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    assert page.beside is not None
    buttons = page.beside.findChildren(QAbstractButton)
    less, more, everything = buttons
    assert all(one.accessibleName() for one in buttons)
    assert page.beside.isVisible()
    assert not everything.isEnabled()
    more.click()
    assert page.lanes.scale.shown == pytest.approx(page.lanes.scale.span / 1.25**3)
    assert " of " in status(page)
    less.click()
    more.click()
    everything.click()
    assert not page.lanes.scale.zoomed
    panel.show_page("events")
    assert not page.beside.isVisible()


def test_a_long_recording_is_read_between_frames(
    panel: InspectorPanel, shown: Callable[[Run], TimelinePage], long_run: Callable[[int], Run]
) -> None:
    page = shown(long_run(60_000))
    traffic = page.lanes.traffic
    assert traffic is not None
    assert traffic.whole[:2] == (7_500, 60_000)
    assert "60" in status(page)
    page.looking.pick(59_999)
    assert page.lanes.scale.sees(59_999 * MS)


def test_what_streams_is_followed(
    panel: InspectorPanel,
    shown: Callable[[Run], TimelinePage],
    typed: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = typed(running=True)
    now = run.recording.times[-1]
    monkeypatch.setattr(Run, "now", lambda self: now)
    page = shown(run)
    assert page.lanes.traffic is not None
    before = page.lanes.traffic.whole.events
    last = run.recording[40]
    now += 100 * MS
    run.take([Event(now, last.kind, last.raw, 0, 0, 999)] * 3)
    panel.advance()
    assert page.lanes.traffic.whole.events == before + 3
    assert page.lanes.timeline.end_ns == now


def test_another_run_takes_its_place(
    panel: InspectorPanel, shown: Callable[[Run], TimelinePage], typed: Callable[..., Run]
) -> None:
    page = shown(typed())
    page.looking.pick(20)
    other = typed(words=10)
    other.id = "run_8"
    panel.show_run(other)
    assert page.lanes.run is other
    assert page.lanes.playhead == -1
    panel.show_run(None)
    assert page.lanes.run is None
