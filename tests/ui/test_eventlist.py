"""The event list: what is painted, where it is scrolled to, keys, and work in slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets import eventindex, eventlist
from playground.ui.widgets.eventheader import COLUMNS, Header
from playground.ui.widgets.eventindex import Query
from playground.ui.widgets.eventlist import EventList

ROW = 21


@pytest.fixture
def view(qtbot: QtBot) -> EventList:
    made = EventList()
    qtbot.addWidget(made)
    made.resize(1000, 10 * ROW + 26)
    made.show()
    qtbot.waitExposed(made)
    return made


def settle(qtbot: QtBot, view: EventList) -> None:
    """Wait until no backlog is left."""
    qtbot.waitUntil(lambda: not view.working)


def colours(view: EventList, row: int, left: int, right: int) -> set[str]:
    """The colours between two places of a row."""
    image = view.viewport().grab().toImage()
    y = row * ROW + ROW // 2
    return {QColor(image.pixel(x, y)).name().upper() for x in range(left, right)}


def top(view: EventList) -> int:
    return view.verticalScrollBar().value()


def cell(view: EventList, key: str) -> int:
    """Where a column begins."""
    return view._columns.cells(view.viewport().width(), view._painter.unit)[key][0]


def said(view: EventList, number: int) -> str:
    """What a screen reader hears when this event becomes the current one."""
    view.pick(number)
    return view.accessibleDescription()


# What is painted.


def test_every_row_has_the_mark_of_its_kind(view: EventList, typed: Callable[..., Run]) -> None:
    view.show_run(typed())
    light = theme.current().colours
    for row, token in ((0, "ours"), (1, "ours"), (2, "text_event"), (4, "reasoning")):
        assert light[token] in colours(view, row, 7, 10), row
    view.go_to(24)
    shown = 17 - top(view)  # the tool call begins
    assert light["tool"] in colours(view, shown, 7, 10)


def test_malformed_and_unknown_events_are_marked(view: EventList, broken: Run) -> None:
    view.resize(1000, 25 * ROW)
    view.show_run(broken)
    light = theme.current().colours
    malformed, unknown, fine = 14, 13, 12
    assert light["error"] in colours(view, malformed, 7, 10)
    left = cell(view, "type")
    assert light["error"] in colours(view, malformed, left, left + 20)
    assert light["warn"] in colours(view, unknown, left, left + 20)
    both = {light["error"], light["warn"]}
    assert not both & colours(view, fine, 7, left + 20)
    assert "could not be read" in said(view, malformed)
    assert "unknown type" in said(view, unknown)


def test_a_stall_is_marked(view: EventList, typed: Callable[..., Run]) -> None:
    view.show_run(typed())
    gap = colours(view, 4, cell(view, "gap"), cell(view, "type"))
    assert theme.current().colours["warn"] in gap
    assert "after a stall" in said(view, 4)
    assert "stall" not in said(view, 5)


def test_a_row_can_be_heard(view: EventList, typed: Callable[..., Run]) -> None:
    view.show_run(typed())
    assert view.accessibleName() == "Events"
    assert said(view, 18) == (
        'event 18, 634.2 ms, response.function_call_arguments.delta, fc_02, {"city": "Ro, 185 bytes'
    )
    assert said(view, -1) == ""


def test_nothing_hidden_gets_on_the_screen(view: EventList, broken: Run) -> None:
    view.show_run(broken)
    assert "⟨U+202E⟩ tpircs ⟨U+202C⟩" in said(view, 10)
    assert "␛[31mred" in said(view, 11)
    assert "tab⇥and↵line" in said(view, 12)


def test_another_theme_and_size(view: EventList, typed: Callable[..., Run]) -> None:
    view.show_run(typed())
    view.go_to(0)
    light = view.viewport().grab().toImage().pixelColor(500, 5 * ROW)
    theme.apply("dark", 2.0)
    image = view.viewport().grab().toImage()
    assert image.pixelColor(500, 5 * ROW) != light
    assert QColor(image.pixel(8, 10)).name().upper() == theme.current().colours["ours"]
    assert QColor(image.pixel(8, 42 + 21)).name().upper() == theme.current().colours["ours"]


def test_an_empty_filter_says_so(view: EventList, typed: Callable[..., Run]) -> None:
    view.show_run(typed())
    view.narrow(Query(text="zebra"))
    middle = view.viewport().grab().toImage()
    ink = {
        middle.pixelColor(x, y).name()
        for x in range(400, 600, 1)
        for y in range(middle.height() // 2 - 8, middle.height() // 2 + 8)
    }
    assert len(ink) > 5  # letters, not a bare surface


# Where it is scrolled to.


def test_a_finished_run_begins_at_its_first_event(
    view: EventList, typed: Callable[..., Run]
) -> None:
    view.show_run(typed())
    assert top(view) == 0
    assert not view.following
    assert view.more_below


def grow(run: Run, count: int = 30) -> None:
    run.take([run.recording[40]] * count)


def test_the_tail_is_followed_until_the_user_scrolls_up(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    run = typed(running=True)
    view.show_run(run)
    assert view.following
    assert not view.more_below
    grow(run)
    view.advance()
    assert top(view) == view.verticalScrollBar().maximum() == len(run.recording) - 10
    with qtbot.waitSignal(view.changed):
        view.verticalScrollBar().setValue(top(view) - 1)
    assert not view.following
    here = top(view)
    grow(run)
    view.advance()
    assert top(view) == here
    view.jump_to_end()
    assert view.following
    grow(run)
    view.advance()
    assert not view.more_below


def test_scrolling_back_to_the_end_follows_again(
    view: EventList, typed: Callable[..., Run]
) -> None:
    run = typed(running=True)
    view.show_run(run)
    bar = view.verticalScrollBar()
    bar.setValue(3)
    assert not view.following
    bar.setValue(bar.maximum())
    assert view.following


def test_a_resize_is_not_the_user_scrolling(view: EventList, typed: Callable[..., Run]) -> None:
    run = typed(running=True)
    view.show_run(run)
    view.resize(1000, 5 * ROW + 26)
    assert view.following
    assert not view.more_below
    view.resize(1000, 15 * ROW + 26)
    assert view.following
    assert not view.more_below


def test_the_current_event_survives_appends_and_filters(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    run = typed(running=True)
    view.show_run(run)
    view.go_to(19)
    grow(run, 500)
    view.advance()
    assert view.current == 19
    view.narrow(Query(text="msg_03"))
    settle(qtbot, view)
    assert view.current == 19
    view.narrow(Query())
    assert view.current == 19
    assert top(view) <= 19 < top(view) + 10


def test_picking_a_row_in_the_middle_ends_following(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    run = typed(running=True)
    view.show_run(run)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 2 * ROW + 5))
    assert view.current == top(view) + 2
    assert not view.following


# Keys.


def test_keys_move_the_current_event(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    run = typed()
    view.show_run(run)
    view.setFocus()
    last = len(run.recording) - 1
    seen: list[int] = []
    view.picked.connect(seen.append)
    for key in (
        Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_End,
        Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_Up,
    ):  # fmt: skip
        qtbot.keyClick(view, key)
        assert top(view) <= view.current < top(view) + 10
    assert seen == [0, 1, 0, 9, last, last - 9, 0]


def test_keys_go_on_from_an_event_that_the_filter_hides(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(typed())
    view.go_to(19)
    view.narrow(Query(types=frozenset(("response.output_item.added", "response.completed"))))
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current == 24
    view.pick(19)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current == 17


def test_shift_selects_what_lies_between(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(typed())
    view.go_to(3)
    shift = Qt.KeyboardModifier.ShiftModifier
    for _ in range(4):
        qtbot.keyClick(view, Qt.Key.Key_Down, shift)
    assert list(view.selected) == [3, 4, 5, 6, 7]
    soft = theme.current().colours["soft"]
    inside = [soft in colours(view, row, 30, 60) for row in range(2, 9)]
    assert inside == [False, *[True] * 5, False]
    for _ in range(6):
        qtbot.keyClick(view, Qt.Key.Key_Up, shift)
    assert list(view.selected) == [1, 2, 3]
    assert view.current == 1
    at = QPoint(300, 6 * ROW + 5)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, shift, at)
    assert list(view.selected) == [3, 4, 5, 6]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert list(view.selected) == [7]
    view.narrow(Query(types=frozenset(("response.output_text.delta",))))
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(view.selected) == 42


def test_pins_are_painted_and_reached(
    view: EventList, typed: Callable[..., Run], broken: Run, qtbot: QtBot
) -> None:
    run = typed()
    view.show_run(run)
    for number in (2, 5):
        view.go_to(number)
        qtbot.keyClick(view, Qt.Key.Key_P)
    accent = theme.current().colours["accent"]
    left = cell(view, "number")
    wide = cell(view, "time") - left
    assert accent in colours(view, 2, left, left + wide)
    assert accent not in colours(view, 3, left, left + wide)
    assert "pinned" in said(view, 2)
    view.go_to(40)
    seen = []
    for key in (Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_N):
        qtbot.keyClick(view, key)
        seen.append(view.current)
    assert seen == [2, 5, 2]
    qtbot.keyClick(view, Qt.Key.Key_P)
    qtbot.keyClick(view, Qt.Key.Key_N)
    assert view.current == 5
    other = Run("run_2", "ses_1", None, run.call, "p", [], run.reduce)
    other.take(run.recording)
    view.show_run(other)
    assert view.index is not None
    assert view.index.pins == []
    view.show_run(run)  # what was pinned stays pinned while the window is open
    assert view.index.pins == [5]


def test_what_is_found_is_marked_and_gone_to(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(typed())
    view.seek(Query(text="arguments", hidden=frozenset(("response.output_item.done",))))
    settle(qtbot, view)
    assert view.index is not None
    assert len(view.index) == 70 - 2
    assert view.index.hits is not None
    numbers = list(view.index.hits.numbers)
    view.go_to(view.index.row(numbers[0]))
    view.do("next_match")
    assert view.current == numbers[1]
    shown = view.index.row(numbers[1]) - top(view)
    ground = theme.current().colours["warn_soft"]
    assert ground in colours(view, shown, cell(view, "type"), cell(view, "item"))
    view.do("previous_match")
    view.do("previous_match")
    assert view.current == numbers[-1]
    with qtbot.waitSignal(view.said) as words:
        view.seek(Query(text="zebra"))
        settle(qtbot, view)
        view.do("next_match")
    assert words.args == ["Nothing matches."]


def test_a_match_that_is_not_found_yet_is_gone_to_when_it_is(
    view: EventList,
    qtbot: QtBot,
    long_run: Callable[[int], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view.show_run(long_run(20_000))
    settle(qtbot, view)
    monkeypatch.setattr(eventlist, "SLICE", 0)
    view.seek(Query(text='sequence_number":15000'))
    view.do("next_match")
    assert view.working
    assert view.current == -1
    qtbot.waitUntil(lambda: view.current == 15_000)


def test_a_stall_is_a_line_with_its_length(view: EventList, tape: Any, qtbot: QtBot) -> None:
    for _ in range(20):
        tape.after(5).typed("response.output_text.delta", delta="a")
    tape.after(2_400).typed("response.output_text.delta", delta="b")
    view.show_run(tape.run(lambda *_: None))
    qtbot.keyClick(view, Qt.Key.Key_S)
    assert view.current == 20
    assert "after a stall of 2.4 s" in view.accessibleDescription()
    image = view.viewport().grab().toImage()
    y = (20 - top(view)) * ROW
    line = {QColor(image.pixel(x, y)).name().upper() for x in range(100, 900)}
    assert line == {theme.current().colours["warn"]}


# Tips.


def tip(view: EventList, row: int, key: str) -> str:
    at = QPoint(cell(view, key) + 20, row * ROW + 10)
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    return QToolTip.text()


def test_tips_say_what_a_row_cannot(view: EventList, broken: Run) -> None:
    view.resize(1000, 25 * ROW)
    view.show_run(broken)
    assert "Unterminated string" in tip(view, 14, "type")
    assert "No type of event" in tip(view, 13, "type")
    assert "Noted by Playground" in tip(view, 0, "type")
    assert "silence" in tip(view, 16, "gap")
    view.began = 1_792_000_000.25
    assert ":40.25" in tip(view, 0, "time")


def test_tips_are_plain_text(view: EventList, tape: Any) -> None:
    tape.typed("response.output_text.delta", delta="<b>bold</b> " * 20)
    view.show_run(tape.run(lambda *_: None))
    assert "&lt;b&gt;bold" in tip(view, 0, "delta")
    assert "<b>" not in tip(view, 0, "delta")


# Columns.


def border(view: EventList, key: str) -> int:
    cells = view._columns.cells(view.viewport().width(), view._painter.unit)
    left, span = cells[key]
    return left + span + 5


def header(view: EventList) -> QWidget:
    (found,) = [one for one in view.findChildren(QWidget) if one.accessibleName() == "Columns"]
    return found


def test_columns_can_be_dragged_and_put_back(
    view: EventList, typed: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(typed())
    before = border(view, "type")
    titles, button = header(view), Qt.MouseButton.LeftButton
    qtbot.mousePress(titles, button, pos=QPoint(before, 10))
    qtbot.mouseMove(titles, QPoint(before - 80, 10))
    qtbot.mouseRelease(titles, button, pos=QPoint(before - 80, 10))
    assert abs(border(view, "type") - (before - 80)) <= 2
    qtbot.mouseDClick(titles, button, pos=QPoint(20, 10))
    assert border(view, "type") == before


@pytest.mark.parametrize("width", [420, 560, 700, 1000, 2000])
def test_columns_stand_side_by_side_at_every_width(view: EventList, width: int) -> None:
    cells = view._columns.cells(width, 7.2)
    left_out = {column.key for column in COLUMNS} - set(cells)
    assert left_out <= {"size", "chunk"}
    spans = list(cells.values())
    assert all(span > 0 for _, span in spans)
    assert all(left + span <= after for (left, span), (after, _) in pairwise(spans))
    if width >= 1000:
        assert not left_out
    if width >= 560:
        assert spans[-1][0] + spans[-1][1] <= width


def test_columns_can_be_hidden(view: EventList, typed: Callable[..., Run]) -> None:
    view.show_run(typed())
    titles = header(view)
    assert isinstance(titles, Header)
    menu = titles.menu(titles)
    rows = {action.text(): action for action in menu.actions()}
    assert not rows["type"].isEnabled()
    for title in ("delta", "chunk", "gap ms"):
        rows[title].setChecked(False)
    cells = view._columns.cells(view.viewport().width(), view._painter.unit)
    assert list(cells) == ["number", "time", "type", "item", "size"]
    left, span = cells["size"]
    assert abs(left + span - view.viewport().width()) < 30  # what is left is used
    view.viewport().grab()
    rows["As they were"].trigger()
    assert "chunk" in view._columns.cells(view.viewport().width(), view._painter.unit)


# Work in slices.


def test_a_long_recording_is_read_between_frames(
    view: EventList,
    qtbot: QtBot,
    long_run: Callable[[int], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(eventlist, "GLANCE", 0)
    monkeypatch.setattr(eventlist, "SLICE", 0)
    monkeypatch.setattr(eventindex, "_LONGEST", 512)
    view.show_run(long_run(20_000))
    assert view.working
    turns: list[int] = []
    view.changed.connect(lambda: turns.append(len(view.index or ())))
    settle(qtbot, view)
    assert len(turns) > 20
    assert turns == sorted(turns)
    assert turns[-1] == 20_000


def test_a_filter_over_a_long_recording_can_be_changed_while_it_works(
    view: EventList,
    qtbot: QtBot,
    long_run: Callable[[int], Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(eventlist, "SLICE", 0)
    view.show_run(long_run(20_000))
    settle(qtbot, view)
    view.narrow(Query(text="word1"))
    assert view.working
    view.narrow(Query(text='word976"'))
    settle(qtbot, view)
    assert view.index is not None
    assert len(view.index) == 20_000 // 977


def timers(widget: QWidget) -> Iterable[QTimer]:
    return [one for one in widget.findChildren(QTimer) if one.isActive()]


def test_nothing_ticks_when_nothing_is_to_do(
    view: EventList, qtbot: QtBot, long_run: Callable[[int], Run]
) -> None:
    view.show_run(long_run(5_000))
    settle(qtbot, view)
    view.narrow(Query(text="word"))
    settle(qtbot, view)
    assert not timers(view)


def test_another_run_takes_the_place_of_the_first(
    view: EventList, typed: Callable[..., Run], broken: Run, qtbot: QtBot
) -> None:
    view.narrow(Query(text="retry"))
    view.show_run(typed())
    settle(qtbot, view)
    view.go_to(0)
    view.show_run(broken)
    settle(qtbot, view)
    assert view.current == -1
    assert view.index is not None
    assert [view.index.name(view.index.number(row)) for row in range(len(view.index))][-1] == (
        "retry"
    )
    view.show_run(None)
    assert view.index is None
    view.viewport().grab()
