"""Presenter mode: told step by step from a recording, followed while a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from playground.core.items import Message, Text
from playground.core.recording import fact
from playground.core.session import Run
from playground.endpoints import chat
from playground.engine.narration_parts import Table
from playground.ui import theme
from playground.ui.widgets.presenter import PresenterView
from playground.ui.widgets.presentertext import LaidTable, font_of

MS = 1_000_000


@pytest.fixture
def demo(tape: Any) -> Callable[..., Run]:
    """A question, a call that waits for its approval; perhaps all that came of it."""

    def make(*, over: bool = True) -> Run:
        tape.request("chat/completions", {}).after(10).head()
        made = {"name": "get_weather", "arguments": '{"city": "Oslo"}'}
        piece = {"index": 0, "id": "call_1", "type": "function", "function": made}
        tape.chunked({"tool_calls": [piece]}).chunked({}, "tool_calls").fact("eof")
        tape.fact("tool.asked", call_id="call_1", tool="demo › get_weather")
        if over:
            tape.fact("approval", call_id="call_1", decision="approve", asked=True)
            tape.fact("tool.started", call_id="call_1", mode="mock")
            tape.fact("tool.ended", call_id="call_1", state="done")
            output = '{"temperature": 12, "unit": "celsius", "api_key": "sk-abcdefgh12345678"}'
            tape.fact("tool.result", call_id="call_1", output=output, ok=True, state="done")
            tape.leg = 1
            tape.request("chat/completions", {}).after(10).head()
            tape.chunked({"content": "It is **12 °C**."}).chunked({}, "stop")
            tape.fact("eof").fact("ended")
        run: Run = tape.run(chat.reduce, api="chat", running=not over)
        run.input.append(Message(key="in:0", role="user", text=Text("How cold is it in Oslo?")))
        return run

    return make


@pytest.fixture
def view(qtbot: QtBot) -> PresenterView:
    widget = PresenterView()
    qtbot.addWidget(widget)
    widget.resize(1440, 900)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def told(view: PresenterView) -> str:
    assert view.told is not None
    return view.told.words


def at(view: PresenterView) -> int:
    assert view.telling is not None
    return view.telling.at


def following(view: PresenterView) -> bool:
    return view.telling is not None and view.telling.following


def test_a_recording_is_told_from_its_beginning(
    view: PresenterView, demo: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(demo(), "Weather")
    assert view.title.text() == "Weather"
    seen = [told(view)]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_PageDown, Qt.Key.Key_Space):
        qtbot.keyClick(view, key)
        seen.append(told(view))
    assert seen == [
        "The question.",
        "The model asks for the weather in Oslo.",
        "You approve.",
        "The tool answers: 12 °C.",
        "The model answers.",
    ]
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert told(view) == "The model answers."
    assert view.dots.accessibleDescription() == "5 of 5"
    assert view.accessibleDescription() == "5 of 5: The model answers. It is 12 °C."


def test_one_can_go_back(view: PresenterView, demo: Callable[..., Run], qtbot: QtBot) -> None:
    view.show_run(demo())
    qtbot.keyClick(view, Qt.Key.Key_End)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert told(view) == "The tool answers: 12 °C."
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert told(view) == "The question."


def test_a_click_is_the_next_step_and_on_a_dot_that_one(
    view: PresenterView, demo: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(demo())
    qtbot.mouseClick(view.stage, Qt.MouseButton.LeftButton)
    assert at(view) == 1
    place = view.dots.centre(4).toPoint()
    qtbot.mouseClick(view.dots, Qt.MouseButton.LeftButton, pos=place)
    assert told(view) == "The model answers."
    qtbot.mouseClick(view.dots, Qt.MouseButton.LeftButton, pos=QPoint(2, place.y()))
    assert at(view) == 4


@pytest.mark.parametrize("way", ["key", "button"])
def test_it_is_left(view: PresenterView, demo: Callable[..., Run], qtbot: QtBot, way: str) -> None:
    view.show_run(demo())
    with qtbot.waitSignal(view.left):
        if way == "key":
            qtbot.keyClick(view, Qt.Key.Key_Escape)
        else:
            qtbot.mouseClick(view.close_button, Qt.MouseButton.LeftButton)


def test_a_run_that_goes_on_is_followed(
    view: PresenterView, demo: Callable[..., Run], qtbot: QtBot
) -> None:
    run = demo(over=False)
    view.show_run(run)
    assert told(view) == "Waiting for your approval."
    end = run.recording[len(run.recording) - 1].t
    run.take([fact(end + MS, "approval", {"call_id": "call_1", "decision": "approve"})])
    run.take([fact(end + MS, "tool.started", {"call_id": "call_1", "mode": "mock"})])
    view.advance()
    assert told(view) == "You approve."
    result = {"call_id": "call_1", "output": "snow", "ok": True, "state": "done"}
    run.take([fact(end + 2 * MS, "tool.result", result)])
    view.advance()
    assert told(view) == "The tool answers: snow."


def test_whoever_goes_back_is_left_where_they_are(
    view: PresenterView, demo: Callable[..., Run], qtbot: QtBot
) -> None:
    run = demo(over=False)
    view.show_run(run)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert not following(view)
    result = {"call_id": "call_1", "output": "snow", "ok": True, "state": "done"}
    run.take([fact(run.recording[len(run.recording) - 1].t, "tool.result", result)])
    view.advance()
    assert told(view) == "The model asks for the weather in Oslo."
    # At the last one they are with it again.
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert following(view)
    run.take([fact(run.recording[len(run.recording) - 1].t, "stopped", {})])
    view.advance()
    assert told(view) == "It was stopped by hand."


def test_what_is_to_be_approved_is_shown_below(
    view: PresenterView, demo: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(demo(over=False))
    owner = QWidget()
    qtbot.addWidget(owner)
    box = QPushButton("Approve", owner)
    view.embed(box)
    qtbot.waitUntil(lambda: box.isVisible() and box.mapTo(view, QPoint()).y() > view.stage.y())
    assert view.hasFocus()  # Space goes on telling, and approves nothing
    view.embed(None)
    assert not box.isVisible()
    view.embed(box)
    assert box.isVisible()


def test_it_is_painted_as_large_as_the_window_allows(
    view: PresenterView, demo: Callable[..., Run]
) -> None:
    view.show_run(demo())
    view.go_to(1)
    heights = []
    for size in ((960, 600), (1440, 900), (1920, 1080)):
        view.resize(*size)
        heights.append(rows_of(view, theme.current().colour("text")))
    assert heights[0] < heights[1] < heights[2]


def rows_of(view: PresenterView, ink: QColor) -> int:
    """Rows of pixels of the stage in which there is this colour."""
    image = view.stage.grab().toImage()
    wanted = ink.rgb()
    columns = range(0, image.width(), 2)
    return sum(
        any(image.pixelColor(x, y).rgb() == wanted for x in columns) for y in range(image.height())
    )


def test_both_themes_have_their_own_ground(view: PresenterView, demo: Callable[..., Run]) -> None:
    view.show_run(demo())
    for name in ("light", "dark"):
        look = theme.apply(name)
        image = view.grab().toImage()
        assert image.pixelColor(4, 4) == look.colour("surface")
        assert rows_of(view, look.colour("text")) > 0


def test_nothing_is_told_that_nobody_should_see(
    view: PresenterView, demo: Callable[..., Run]
) -> None:
    run = demo()
    run.input[0] = Message(role="user", text=Text("Use sk-abcdefgh12345678 for {it}."))
    view.show_run(run)
    assert view.telling is not None
    for number in range(view.telling.count):
        view.go_to(number)
        said = view.accessibleDescription()
        assert "sk-" not in said
        assert '{"' not in said
        assert "$" not in said


def test_without_a_run_and_before_anything_happened(view: PresenterView, qtbot: QtBot) -> None:
    view.show_run(None)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.told is None
    assert view.dots.accessibleDescription() == ""
    view.grab()


def test_long_texts_and_other_scripts_fit(view: PresenterView, demo: Callable[..., Run]) -> None:
    run = demo()
    run.input[0] = Message(role="user", text=Text("שלום עולם\n\n" + "word " * 1000))
    view.resize(700, 520)
    view.show_run(run)
    view.grab()
    assert told(view) == "The question."


def test_tab_stays_in_what_can_be_seen(
    view: PresenterView, demo: Callable[..., Run], qtbot: QtBot
) -> None:
    view.show_run(demo(over=False))
    box = QPushButton("Approve")
    view.embed(box)
    qtbot.waitUntil(box.isVisible)
    seen = []
    for _ in range(3):
        qtbot.keyClick(QApplication.focusWidget() or view, Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert seen == [view.close_button, box, view]
    qtbot.keyClick(view, Qt.Key.Key_Backtab)
    assert box.hasFocus()
    view.embed(None)
    box.deleteLater()


def test_tables_are_set_in_columns_and_fit(view: PresenterView, demo: Callable[..., Run]) -> None:
    run = demo()
    rows = "\n".join(f"| {number} | {'word ' * 12} | end |" for number in range(20))
    text = f"These:\n\n| n | what | to |\n|---|---|---|\n{rows}\n\nand on"
    run.input[0] = Message(role="user", text=Text(text))
    view.show_run(run)
    for size in ((700, 520), (1440, 900)):
        view.resize(*size)
        view.grab()
    told = view.told
    assert told is not None
    said, table, after = told.parts
    assert (said, after) == ("These:", "and on")
    assert isinstance(table, Table) and table.headed and table.more == 12
    wide = 600.0
    laid = LaidTable(table, font_of(20), font_of(20, strong=True), wide)
    assert sum(laid._widths) <= wide
    assert laid._widths[1] > laid._widths[0] and laid.height > 20 * 9
