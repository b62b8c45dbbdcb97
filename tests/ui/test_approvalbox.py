"""Approval of one call: what is shown of it, what is decided, what no key does by accident."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.tools import Answer, Approve, Asked, Decision, Reject, Result, Tool
from playground.schemas.difference import difference
from playground.ui import theme
from playground.ui.widgets.approvalbox import ApprovalBox
from playground.ui.widgets.approvalparts import brief
from playground.ui.widgets.approvalreply import ErrorReply, ResultReply
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.schemaform import JSON
from playground.ui.widgets.source import LIMIT

PARAMETERS = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "day": {"enum": ["today", "tomorrow"]},
        "unit": {"enum": ["celsius", "fahrenheit"]},
    },
    "required": ["city", "day"],
    "additionalProperties": False,
}
TOOL = Tool(source="weather", name="forecast", parameters=PARAMETERS, mode="real")
ARGUMENTS = '{"city": "Rome",  "day": "tomorrow"}'
OUTPUT = {"type": "object", "properties": {"degrees": {"type": "number"}}, "required": ["degrees"]}

CONTROL = Qt.KeyboardModifier.ControlModifier
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def asked(arguments: str = ARGUMENTS, tool: Tool | None = TOOL, **more: Any) -> Asked:
    return Asked("call_1", tool.name if tool else "forecast", arguments, tool, **more)


Shown = Callable[..., ApprovalBox]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    hosts: list[QWidget] = []

    def make(call: Asked | None = None, width: int = 860, **more: Any) -> ApprovalBox:
        host = QScrollArea()
        hosts.append(host)
        host.setWidgetResizable(True)
        page = QWidget()
        column = QVBoxLayout(page)
        box = ApprovalBox(call or asked(), page, **more)
        column.addWidget(box)
        column.addStretch(1)
        host.setWidget(page)
        host.resize(width, 900)
        host.show()
        qtbot.waitExposed(host)
        host.activateWindow()
        QApplication.processEvents()
        return box

    yield make
    for host in hosts:
        host.close()
        host.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class Decisions(list[Decision]):
    def __init__(self, box: ApprovalBox) -> None:
        super().__init__()
        box.decided.connect(self.append)


def said(box: QWidget) -> str:
    """All words that can be seen."""
    texts = [one.text() for one in box.findChildren(QLabel) if one.isVisible()]
    texts += [one.toPlainText() for one in box.findChildren(QTextEdit) if one.isVisible()]
    return "\n".join(texts)


def press(button: QAbstractButton) -> None:
    """By keyboard."""
    assert button.isVisible() and button.isEnabled()
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)


def controls(box: QWidget) -> list[QWidget]:
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit, QComboBox)
    return [one for kind in kinds for one in box.findChildren(kind) if one.isVisible()]


# What is shown


def test_all_that_is_known_of_a_call_is_shown(shown: Shown) -> None:
    waited = [7.4]
    box = shown(touches="Runs <b>weather.py</b>.", waited=lambda: waited[0])
    assert box.title.text() == "weather › forecast"
    assert box.brief.text() == "city=Rome, day=tomorrow"
    assert box.state.text() == "waiting for you" and box.clock.text() == "00:07"
    assert "Runs <b>weather.py</b>." in said(box), "as it is, not as HTML"
    assert box.arguments.toPlainText() == '{\n  "city": "Rome",\n  "day": "tomorrow"\n}'
    assert box.arguments.isReadOnly() and box.arguments.isVisible()
    assert not box.problems.isVisible() and box.property("waiting")
    waited[0] = 71.0
    box.advance()
    assert box.clock.text() == "01:11"


def test_what_hides_in_arguments_is_made_visible(shown: Shown) -> None:
    box = shown(asked('{"city": "Ro\u202eme\u200b", "day": "\\u202etoday", "n": "\x1b[31m"}'))
    text = box.arguments.toPlainText()
    assert "⟨U+202E⟩" in text and "⟨U+200B⟩" in text and "\\u202e" in text and "␛" in text
    assert not set("\u202e\u200b\x1b") & set(text + box.brief.text())
    direction = box.arguments.document().defaultTextOption().textDirection()
    assert direction == Qt.LayoutDirection.LeftToRight, "JSON stays in its order"


@pytest.mark.parametrize("count", [500, 20_000])
def test_long_arguments_are_all_there_and_scroll_inside(shown: Shown, count: int) -> None:
    rows = [f"item {n} of many" for n in range(count)]
    box = shown(asked(json.dumps({"rows": rows})))
    text = box.arguments.toPlainText()
    assert (len(box.asked.arguments) > LIMIT) == (count > 500)
    assert "".join(rows[-1].split()) in "".join(text.split())
    assert "".join(text.split()) == "".join(box.asked.arguments.split()), "nothing is left out"
    assert box.arguments.height() < 600
    assert box.arguments.verticalScrollBar().maximum() > 0


@pytest.mark.parametrize("text", ["{not json", "", "[1, 2", '{"a": NaN}', "plain <b>words</b>"])
def test_what_is_no_json_stands_as_it_is(shown: Shown, text: str) -> None:
    box = shown(asked(text), wrong=["It is not JSON."])
    assert "".join(box.arguments.toPlainText().split()) == "".join(text.split())
    assert "It is not JSON." in said(box) and not box.approve.isEnabled()


def test_a_key_that_stands_twice_is_shown_twice(shown: Shown) -> None:
    box = shown(asked('{"city": "Rome", "city": "Oslo"}'))
    assert box.arguments.toPlainText().count('"city"') == 2


def test_the_difference_from_the_last_call(shown: Shown) -> None:
    lines = difference('{\n  "city": "Oslo"\n}', '{\n  "city": "Rome"\n}')
    box = shown(difference=lines)
    text = next(
        one for one in box.findChildren(QPlainTextEdit)
        if one.accessibleName() == "Difference from the last call"
    )  # fmt: skip
    assert text.toPlainText().split("\n") == [
        "  {", '-   "city": "Oslo"', '+   "city": "Rome"', "  }"
    ]  # fmt: skip
    assert text.verticalScrollBar().maximum() == 0, "a short one is seen whole"
    box = shown(difference=difference("{}", "{}"))
    assert "Nothing: the arguments are the same." in said(box)
    assert "SINCE THE LAST CALL" not in said(shown())


def test_what_is_wrong_is_listed_and_cannot_be_approved(shown: Shown) -> None:
    call = asked(wrong=("An id that was there.",))
    box = shown(call, wrong=["$.day: nope", *(f"number {n}" for n in range(30))])
    decisions = Decisions(box)
    assert "An id that was there.\n$.day: nope." in said(box)
    assert "And 12 more." in said(box)
    for button in (box.approve, box.session, box.always):
        assert not button.isEnabled() and button.accessibleDescription()
    box.arguments.setFocus()
    QTest.keyClick(box.arguments, Qt.Key.Key_Return, CONTROL)
    assert decisions == []
    press(box.reject)
    assert decisions == [Reject()]


# Keys


def test_it_takes_no_focus_and_no_button_is_the_default(shown: Shown, qtbot: QtBot) -> None:
    box = shown()
    host = box.window()
    draft = QLineEdit(host)
    draft.show()
    draft.setFocus()
    page = box.parentWidget()
    assert page is not None and page.layout() is not None
    later = ApprovalBox(asked(), page)
    page.layout().addWidget(later)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: later.isVisible())
    assert host.focusWidget() is draft
    for one in (box, later):
        buttons = one.findChildren(QPushButton)
        assert len(buttons) >= 7
        assert not any(button.isDefault() or button.autoDefault() for button in buttons)


def test_a_window_without_focus_gives_it_to_the_arguments(shown: Shown) -> None:
    box = shown(touches="Nothing.", difference=difference("{}", "[]"))
    focus = box.window().focusWidget()
    assert focus is None or focus is box.arguments


@pytest.mark.parametrize("key", ENTER)
def test_enter_approves_nothing_wherever_it_is_pressed(shown: Shown, key: Qt.Key) -> None:
    box = shown()
    decisions = Decisions(box)
    places = [box.arguments, box.approve, box.session, box.always]
    for place in places:
        place.setFocus()
        QTest.keyClick(place, key)
        for held in (Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier):
            QTest.keyClick(place, key, held)
    assert decisions == []


@pytest.mark.parametrize("key", ENTER)
def test_ctrl_enter_approves_from_within_and_from_nowhere_else(shown: Shown, key: Qt.Key) -> None:
    box = shown()
    decisions = Decisions(box)
    outside = QLineEdit(box.window())
    outside.show()
    outside.setFocus()
    QTest.keyClick(outside, key, CONTROL)
    assert decisions == []
    box.arguments.setFocus()
    QTest.keyClick(box.arguments, key, CONTROL)
    assert decisions == [Approve(ARGUMENTS)]


def test_ctrl_enter_in_the_box_is_not_somebody_elses(shown: Shown) -> None:
    box = shown()
    decisions, others = Decisions(box), []
    QShortcut(QKeySequence("Ctrl+Return"), box.window()).activated.connect(lambda: others.append(1))
    box.edit.setFocus()
    QTest.keyClick(box.edit, Qt.Key.Key_Return, CONTROL)
    assert decisions == [Approve(ARGUMENTS)] and others == []


def test_ctrl_enter_works_while_arguments_are_edited(shown: Shown) -> None:
    box = shown()
    decisions = Decisions(box)
    press(box.edit)
    focus = box.window().focusWidget()
    assert isinstance(focus, QPlainTextEdit) and focus.accessibleName() == "city"
    focus.selectAll()
    QTest.keyClicks(focus, "Oslo")
    QTest.keyClick(focus, Qt.Key.Key_Return, CONTROL)
    assert [json.loads(one.arguments) for one in decisions] == [  # type: ignore[union-attr]
        {"city": "Oslo", "day": "tomorrow"}
    ]


def test_everything_can_be_reached_by_tab(shown: Shown) -> None:
    box = shown(touches="Nothing.")
    box.arguments.setFocus()
    seen: list[QWidget] = []
    focus = box.window().focusWidget()
    while focus is not None and focus not in seen and len(seen) < 30:
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        focus = box.window().focusWidget()
    wanted = [
        box.approve, box.session, box.always, box.edit, box.error, box.answer, box.reject
    ]  # fmt: skip
    assert [one for one in seen if one in wanted] == wanted


# Decisions


@pytest.mark.parametrize(
    ("name", "decision"),
    [
        ("approve", Approve(ARGUMENTS)),
        ("session", Approve(ARGUMENTS, "session")),
        ("always", Approve(ARGUMENTS, "always")),
        ("reject", Reject()),
    ],
)
def test_each_button_decides_once(shown: Shown, name: str, decision: Decision) -> None:
    box = shown()
    decisions = Decisions(box)
    press(getattr(box, name))
    assert decisions == [decision], "to the letter, spaces and all"
    getattr(box, name).click()
    box.reject.click()
    QTest.keyClick(box.arguments, Qt.Key.Key_Return, CONTROL)
    assert len(decisions) == 1


def test_focus_does_not_go_on_to_the_next_call(shown: Shown) -> None:
    box = shown()
    page = box.parentWidget()
    assert page is not None and page.layout() is not None
    other = ApprovalBox(asked(), page)
    page.layout().addWidget(other)  # type: ignore[union-attr]
    other.show()
    box.decided.connect(lambda _: box.show_decided("approved", "ok"))
    decisions = Decisions(other)
    press(box.approve)
    focus = box.window().focusWidget()
    assert focus is box.fold
    QTest.keyClick(focus, Qt.Key.Key_Return, CONTROL)
    assert decisions == []


def test_an_error_is_returned(shown: Shown) -> None:
    box = shown()
    decisions = Decisions(box)
    press(box.error)
    line = box.window().focusWidget()
    assert isinstance(line, QLineEdit) and line.accessibleName() == "What the model is told"
    assert not box.approve.isVisible() and box.arguments.isVisible()
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.keyClick(line, Qt.Key.Key_Return, CONTROL)
    assert decisions == [], "nothing is written yet, and nothing is approved"
    QTest.keyClicks(line, "No such city.")
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert box.approve.isVisible() and box.window().focusWidget() is box.error
    press(box.error)
    assert line.text() == "No such city.", "what was written is still there"
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert decisions == [Answer(Result("No such city.", "failed"))]


def test_a_result_is_written_by_hand(shown: Shown) -> None:
    box = shown()
    decisions = Decisions(box)
    press(box.answer)
    text = box.window().focusWidget()
    assert isinstance(text, QPlainTextEdit) and text.accessibleName() == "Result"
    QTest.keyClicks(text, "sunny")
    QTest.keyClick(text, Qt.Key.Key_Return)
    QTest.keyClicks(text, "18")
    assert decisions == []
    QTest.keyClick(text, Qt.Key.Key_Return, CONTROL)
    assert decisions == [Answer(Result("sunny\n18"))]


def test_a_result_with_a_schema_is_a_form(shown: Shown) -> None:
    box = shown(asked(tool=TOOL.model_copy(update={"output": OUTPUT})))
    decisions = Decisions(box)
    press(box.answer)
    reply = box.findChildren(ResultReply)[0]
    assert reply.form is not None
    field = next(
        one for one in reply.findChildren(QLineEdit) if one.accessibleName() == "degrees"
    )  # fmt: skip
    QTest.keyClicks(field, "1x")
    reply.submit()
    assert decisions == [] and "'1x' is not a number." in said(box)
    field.selectAll()
    QTest.keyClicks(field, "18.5")
    field.setFocus()
    reply.form.settle()
    press(reply.send)
    assert decisions == [Answer(Result('{"degrees": 18.5}'))]


@pytest.mark.parametrize(
    "tool", [None, TOOL.model_copy(update={"mode": "human"})], ids=["unknown", "human"]
)
def test_where_nothing_can_be_run_it_is_answered(shown: Shown, tool: Tool | None) -> None:
    box = shown(asked(tool=tool))
    decisions = Decisions(box)
    for button in (box.approve, box.session, box.always, box.edit):
        assert not button.isVisible()
    box.arguments.setFocus()
    QTest.keyClick(box.arguments, Qt.Key.Key_Return, CONTROL)
    assert decisions == []
    press(box.answer)
    box.findChildren(ResultReply)[0].submit()
    assert decisions == [Answer(Result(""))]


# Edited arguments


def test_edited_arguments_are_said_and_sent(shown: Shown) -> None:
    box = shown()
    decisions = Decisions(box)
    press(box.edit)
    assert box.form is not None and not box.edited and not box.changed.isVisible()
    assert box.text == ARGUMENTS, "who only looks changes nothing"
    day = next(one for one in box.form.findChildren(QComboBox) if one.accessibleName() == "day")
    day.setFocus()
    QTest.keyClick(day, Qt.Key.Key_Up)
    assert box.edited and box.changed.text() == "edited" and box.changed.isVisible()
    assert '"today"' in box.arguments.toPlainText() and "day=today" in box.brief.text()
    press(box.approve)
    assert decisions == [Approve('{"city": "Rome", "day": "today"}')]


def test_edited_arguments_are_checked_against_the_schema(shown: Shown, qtbot: QtBot) -> None:
    box = shown()
    decisions = Decisions(box)
    press(box.edit)
    form = box.form
    assert form is not None
    form.views.pick(JSON)
    assert not box.arguments.isVisible(), "it stands there once"
    form.json.replace('{"city": "Rome", "day": "never"}')
    qtbot.waitUntil(lambda: not box.approve.isEnabled())
    assert "'never' is not one of" in said(box) and box.edited
    form.json.replace('{"city": "Rome", "day": ')
    form.settle()
    assert not box.approve.isEnabled() and box.wrong
    form.json.setFocus()
    QTest.keyClick(form.json, Qt.Key.Key_Return, CONTROL)
    assert decisions == []
    form.json.replace('{"city": "Rome", "day": "today"}')
    QTest.keyClick(form.json, Qt.Key.Key_Return, CONTROL)
    assert decisions == [Approve('{"city": "Rome", "day": "today"}')], "checked at that moment"


def test_what_hides_in_an_edit_is_seen_beside_it(shown: Shown) -> None:
    box = shown()
    press(box.edit)
    assert box.form is not None
    box.form.views.pick(JSON)
    box.form.json.replace('{"city": "Ro\u202eme", "day": "today"}')
    box.form.settle()
    assert box.arguments.isVisible() and "⟨U+202E⟩" in box.arguments.toPlainText()


def test_changes_are_discarded(shown: Shown) -> None:
    box = shown()
    decisions = Decisions(box)
    press(box.edit)
    assert box.form is not None and box.edit.text() == "Discard changes"
    box.form.show_text(PARAMETERS, '{"city": "Oslo", "day": "today"}')
    press(box.edit)
    assert box.form is None and not box.edited and box.edit.text() == "Edit"
    press(box.approve)
    assert decisions == [Approve(ARGUMENTS)]


def test_arguments_that_are_wrong_are_put_right(shown: Shown) -> None:
    box = shown(asked('{"city": "Rome", "day": "never"}'), wrong=["$.day: no"])
    decisions = Decisions(box)
    press(box.edit)
    assert box.problems.isVisible() and not box.approve.isEnabled()
    assert box.form is not None
    box.form.views.pick(JSON)
    box.form.json.replace('{"city": "Rome", "day": "today"}')
    box.form.settle()
    assert not box.problems.isVisible()
    press(box.approve)
    assert decisions == [Approve('{"city": "Rome", "day": "today"}')]


def test_arguments_that_are_no_json_are_edited_as_text(shown: Shown) -> None:
    box = shown(asked('{"city": "Rome", "day": "today"'), wrong=["It is not JSON."])
    decisions = Decisions(box)
    press(box.edit)
    assert box.form is not None and box.form.views.index == JSON
    focus = box.window().focusWidget()
    assert focus is box.form.json
    QTest.keyClicks(box.form.json, "")
    box.form.json.replace(box.form.json.toPlainText() + "}")
    box.form.settle()
    press(box.approve)
    assert decisions == [Approve('{"city": "Rome", "day": "today"}')]


def test_a_custom_tool_takes_any_text(shown: Shown) -> None:
    tool = Tool(source="db", name="query", kind="custom", mode="real")
    box = shown(asked("select *\nfrom \u200btowns", tool))
    decisions = Decisions(box)
    assert box.arguments.toPlainText() == "select *\nfrom ⟨U+200B⟩towns"
    press(box.edit)
    assert box.words is not None
    box.words.replace("select 1")
    box.words.settle()
    assert box.edited and box.arguments.toPlainText() == "select 1"
    press(box.approve)
    assert decisions == [Approve("select 1")]


def test_arguments_that_were_changed_before_are_said_to_be(shown: Shown) -> None:
    box = shown(arguments='{"city": "Oslo", "day": "today"}', wrong=["once more"])
    assert box.edited and box.changed.text() == "edited"
    assert "Oslo" in box.arguments.toPlainText()


# Afterwards


def test_what_is_decided_is_quiet_and_can_be_opened(shown: Shown) -> None:
    box = shown(touches="Nothing.")
    high = box.height()
    press(box.error)
    box.show_decided("cancelled <b>", "warn")
    QApplication.processEvents()
    assert not box.property("waiting") and box.state.text() == "cancelled <b>"
    assert box.height() < high / 2
    seen = [one for one in box.findChildren(QPushButton) if one.isVisible()]
    assert seen == [] and not box.findChildren(ErrorReply)[0].isVisible()
    assert not box.arguments.isVisible()
    box.show_decided("cancelled", "warn")
    assert box.state.text() == "cancelled" and box.fold is not None
    assert len(box.findChildren(Fold)) == 1
    assert "weather › forecast" in box.fold.text() and "city=Rome" in box.fold.text()
    QTest.keyClick(box.fold, Qt.Key.Key_Space)
    assert box.arguments.isVisible()
    decisions = Decisions(box)
    QTest.keyClick(box.arguments, Qt.Key.Key_Return, CONTROL)
    box.approve.click()
    assert decisions == []


def test_it_says_when_it_needs_another_height(shown: Shown, qtbot: QtBot) -> None:
    box = shown()
    with qtbot.waitSignal(box.resized):
        box.edit.click()
    with qtbot.waitSignal(box.resized):
        box.error.click()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ('{"a": 1, "b": "x y", "c": [1]}', "a=1, b=x y, c=[1]"),
        ("[1,\n 2]", "[1, 2]"),
        ("{oops", "{oops"),
        ('{"a": "two\\nlines"}', "a=two lines"),
        ("x" * 3000, "x" * 240),
        ('{"a": "\u202e"}', "a=⟨U+202E⟩"),
    ],
)
def test_the_line_beside_the_title(arguments: str, line: str) -> None:
    assert brief(arguments) == line


@pytest.mark.parametrize(("width", "scale"), [(520, 1.0), (900, 1.0), (1040, 2.0)])
def test_it_fits_and_every_control_has_a_name_and_a_size(
    shown: Shown, width: int, scale: float
) -> None:
    theme.apply("contrast" if scale == 2.0 else "light", scale)
    try:
        name = "a_tool_with_a_very_long_name_indeed_that_goes_on"
        box = shown(
            asked(tool=TOOL.model_copy(update={"name": name, "source": "some server"})),
            width,
            touches="Runs code of weather.py in a process that is held: without network.",
            difference=difference("{}", "[]"),
            waited=lambda: 7.0,
        )
        for opener in (None, box.edit, box.error):
            if opener is not None:
                opener.click()
                QApplication.processEvents()
            assert box.width() <= width and box.minimumSizeHint().width() <= width
            for one in controls(box):
                if isinstance(one.parentWidget(), QComboBox):
                    continue
                assert one.accessibleName(), one
                assert one.mapTo(box, one.rect().topRight()).x() <= box.width()
                if isinstance(one, QAbstractButton):
                    assert one.height() >= 24 * scale, one.accessibleName()
        assert box.clock.isVisible() and box.accessibleName().startswith("Approval of some server")
    finally:
        theme.apply("light", 1.0)
