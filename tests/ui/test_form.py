"""The form of a request by itself: what is typed and what comes out, row by row and as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.endpoint import Kind, Parameter
from playground.endpoints import ENDPOINTS
from playground.ui.widgets.extras import Extras
from playground.ui.widgets.fieldedit import ChoiceField, JsonField, NumberField
from playground.ui.widgets.form import ParameterRow
from playground.ui.widgets.jsonedit import MOST
from playground.ui.widgets.parameters import BEYOND, ParameterForm
from playground.ui.widgets.values import clipped, write

TOOLS = [
    {"type": "function", "name": f"tool_{n}", "parameters": {"type": "object"}} for n in range(6)
]
PARAMETERS = (
    Parameter("temperature", "number", "Randomness.", 1.0, 0, 2, refused="reasoning models"),
    Parameter("max_tokens", "integer", "Limit of the answer.", 2048, 1),
    Parameter("reasoning.effort", "choice", "How long it may think.", "medium", None, None,
              ("low", "medium"), "Reasoning"),
    Parameter("store", "boolean", "Whether it is kept.", True, group="State"),
    Parameter("user", "text", "Who asks.", "", group="State"),
    Parameter("stop", "json", "Strings that end the answer.", ["END"], group="Output"),
    Parameter("tools", "json", "What can be called.", None, group="Output"),
)  # fmt: skip


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[ParameterForm]:
    dock = QWidget()
    qtbot.addWidget(dock)
    column = QVBoxLayout(dock)
    one = ParameterForm(dock)
    column.addWidget(one)
    column.addStretch(1)
    QPushButton("What comes after the form", dock)
    dock.resize(300, 900)
    one.offer(PARAMETERS)
    dock.show()
    dock.activateWindow()
    yield one


class Sent(dict[str, Any]):
    """The fields of a session, kept as the form says."""

    def __init__(self, form: ParameterForm) -> None:
        form.changed.connect(self.put)

    def put(self, path: str, on: bool, value: object) -> None:
        self.pop(path, None)
        if on:
            self[path] = value


@pytest.fixture
def sent(form: ParameterForm) -> Sent:
    return Sent(form)


def turn_on(form: ParameterForm, path: str) -> ParameterRow:
    row = form.reveal(path)
    assert row is not None
    QTest.keyClick(row.switch, Qt.Key.Key_Space)
    assert row.switch.isChecked()
    return row


def put(row: ParameterRow, text: str) -> None:
    """Type a text into the field of a row, in place of what is there."""
    field = row.field
    target: QWidget = field
    if isinstance(field, QComboBox):
        line = field.lineEdit()
        if line is None:
            field.setCurrentText(text)
            field.activated.emit(field.currentIndex())
            return
        target = line
    target.setFocus()
    assert isinstance(target, QLineEdit | JsonField)
    target.selectAll()
    QTest.keyClick(target, Qt.Key.Key_Delete)
    for line_number, line_text in enumerate(text.split("\n")):
        if line_number:
            QTest.keyClick(target, Qt.Key.Key_Return)
        QTest.keyClicks(target, line_text)
    if isinstance(field, JsonField):
        field.settle()
    else:
        QTest.keyClick(target, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("path", "text", "value", "bad", "why"),
    [
        ("temperature", "0.25", 0.25, "9", "at most 2"),
        ("max_tokens", "77", 77, "some", "not a number"),
        ("reasoning.effort", "xhigh", "xhigh", " ", "empty"),
        ("store", "false", False, None, ""),
        ("user", "me", "me", "", "empty"),
        ("stop", '["a", "b"]', ["a", "b"], "[a", "Expecting value: line 1 column 2"),
        ("tools", "[]", [], "", "empty"),
    ],
)
def test_each_kind_of_editor(
    path: str, text: str, value: Any, bad: str | None, why: str, form: ParameterForm, sent: Sent
) -> None:
    row = turn_on(form, path)
    put(row, text)
    assert sent == {path: value}
    assert not row.field.property("wrong") and not row.why.isVisible()
    if bad is None:
        return
    put(row, bad)
    assert sent == {path: value}, "the last good one is kept"
    assert row.field.property("wrong") is (why != "empty")
    assert row.why.isVisible() and why in row.why.text()
    assert f"Sent instead: {clipped(str(write(row.parameter.kind, value)))}." in row.why.text()
    assert why in row.field.accessibleDescription()
    put(row, text)
    assert sent == {path: value}
    assert row.field.property("wrong") is False and not row.why.isVisible()


def test_what_is_off_says_so_to_everybody(form: ParameterForm, sent: Sent) -> None:
    row = form.rows["temperature"]
    assert row.off.isVisible() and row.off.text() == "not sent"
    assert row.switch.accessibleDescription().startswith("Not sent. Randomness.")
    row = turn_on(form, "temperature")
    assert not row.off.isVisible() and row.field.isVisible()
    assert "A number from 0 to 2." in row.switch.accessibleDescription()
    assert sent == {"temperature": 1.0}
    QTest.keyClick(row.switch, Qt.Key.Key_Space)
    assert sent == {} and row.off.isVisible() and not row.field.isVisible()


def test_the_focus_stays_on_the_switch_and_the_value_comes_next(form: ParameterForm) -> None:
    row = turn_on(form, "temperature")
    assert row.switch.hasFocus()
    QTest.keyClick(row.switch, Qt.Key.Key_Tab)
    assert row.field.hasFocus()
    QTest.keyClick(row.field, Qt.Key.Key_Tab)
    assert form.rows["max_tokens"].switch.hasFocus()


def test_the_keyboard_goes_down_the_form_whatever_was_made_when(form: ParameterForm) -> None:
    form.offer(PARAMETERS[::-1])
    form.show_fields({"tools": [], "user": "me", "beyond": 1}, fresh=True)
    form.filter.setFocus()
    passed: list[QWidget] = []
    none = form.sections[BEYOND].none
    while (at := QApplication.focusWidget()) is none or not isinstance(at, QPushButton):
        assert at is not None
        passed.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    wanted = [form.filter, *form.rows["max_tokens"].stops, *form.rows["temperature"].stops]
    for section in form.sections.values():
        wanted += section.stops if section.fold.isChecked() else [section.fold]
    assert passed == wanted


def test_a_row_does_not_move_when_it_is_switched(form: ParameterForm) -> None:
    for path in ("temperature", "max_tokens", "stop"):
        form.reveal(path)
        QApplication.sendPostedEvents()
        row = form.rows[path]
        before = row.switch.mapTo(form, QPoint())
        turn_on(form, path)
        QApplication.sendPostedEvents()
        assert row.switch.mapTo(form, QPoint()) == before


def test_a_long_name_keeps_to_its_line_and_its_value_goes_below(qtbot: QtBot) -> None:
    path = "prompt_cache_options.comparison_response_id"
    form = ParameterForm()
    qtbot.addWidget(form)
    form.offer([Parameter("top_p", "number", "", 1), Parameter(path, "integer", "", 1)])
    form.resize(260, 400)
    form.show()
    row = form.rows[path]
    assert row.height() == form.rows["top_p"].height()
    assert "…" in row.switch.text() and row.switch.accessibleName() == path
    assert path in row.switch.toolTip() and row.off.isVisible()
    assert row.off.geometry().left() >= row.switch.geometry().right()
    turn_on(form, path)
    QApplication.sendPostedEvents()
    below = row.field.mapTo(row, QPoint()).y()
    assert below >= row.switch.height()
    form.resize(600, 400)
    QApplication.sendPostedEvents()
    assert row.switch.text() == path


def test_who_refuses_it_is_said_while_it_is_on(form: ParameterForm, qtbot: QtBot) -> None:
    row = form.rows["temperature"]
    assert "Refused by reasoning models." in row.switch.accessibleDescription()
    assert "Refused by reasoning models." in row.switch.toolTip()
    turn_on(form, "temperature")
    assert row._refused is not None and row._refused.isVisible()
    assert row._refused.text() == "refused by reasoning models"


def test_who_comes_by_keyboard_reads_the_tooltip(form: ParameterForm) -> None:
    form.filter.setFocus()
    QTest.keyClick(form.filter, Qt.Key.Key_Tab)
    assert form.rows["temperature"].switch.hasFocus()
    assert "Randomness." in QToolTip.text()
    QToolTip.hideText()


def test_the_last_value_comes_back_when_a_row_is_switched_on_again(
    form: ParameterForm, sent: Sent
) -> None:
    row = turn_on(form, "max_tokens")
    put(row, "77")
    put(row, "none")
    QTest.keyClick(row.switch, Qt.Key.Key_Space)
    QTest.keyClick(row.switch, Qt.Key.Key_Space)
    assert sent == {"max_tokens": 77}
    assert not row.why.isVisible()


def test_what_was_typed_stays_while_other_things_change(form: ParameterForm, sent: Sent) -> None:
    row = turn_on(form, "tools")
    assert row.why.isVisible() and "empty" in row.why.text()
    put(row, "[1")
    turn_on(form, "temperature")
    form.show_fields(sent)
    assert row.switch.isChecked() and row.field.text() == "[1" and row.why.isVisible()
    form.show_fields({}, fresh=True)  # another session
    assert not row.switch.isChecked() and not row.why.isVisible()


@pytest.mark.parametrize("kind", [NumberField, ChoiceField, JsonField])
def test_the_wheel_goes_by(kind: type[QWidget], form: ParameterForm, sent: Sent) -> None:
    path = {NumberField: "max_tokens", ChoiceField: "store", JsonField: "stop"}[kind]
    row = turn_on(form, path)
    before = dict(sent)
    assert isinstance(row.field, kind)
    at = QPointF(row.field.rect().center())
    wheel = QWheelEvent(
        at, row.field.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    target = row.field.viewport() if isinstance(row.field, JsonField) else row.field
    QApplication.sendEvent(target, wheel)
    assert not wheel.isAccepted() or target is not row.field
    assert sent == before


def test_up_and_down_move_a_number_within_its_range(form: ParameterForm, sent: Sent) -> None:
    row = turn_on(form, "temperature")
    for _ in range(30):
        QTest.keyClick(row.field, Qt.Key.Key_Up)
    assert sent == {"temperature": 2.0} and not row.why.isVisible()
    QTest.keyClick(row.field, Qt.Key.Key_Down)
    assert sent == {"temperature": 1.9}
    row = turn_on(form, "max_tokens")
    put(row, "2")
    for _ in range(3):
        QTest.keyClick(row.field, Qt.Key.Key_Down)
    assert sent["max_tokens"] == 1


def test_json_is_as_high_as_its_lines_and_opens_larger(
    form: ParameterForm, sent: Sent, qtbot: QtBot
) -> None:
    row = turn_on(form, "tools")
    field = row.field
    assert isinstance(field, JsonField)
    low = field.height()
    form.show_fields({"tools": TOOLS[:1]})
    bar = field.verticalScrollBar()
    qtbot.waitUntil(lambda: field.height() > low and not bar.isVisible())
    form.show_fields({"tools": TOOLS})
    assert field.document().blockCount() > MOST
    qtbot.waitUntil(bar.isVisible)
    assert row._enlarge is not None
    row._enlarge.click()
    large = field.enlarge("again")
    assert large.isVisible() and not large.isModal()
    assert large.text.toPlainText() == field.text()
    large.text.replace("[2]")
    assert field.text() == "[2]"
    field.settle()
    assert sent == {"tools": [2]} and large.said.text() == "This can be sent."
    large.text.replace("[2")
    field.settle()
    assert sent == {"tools": [2]} and "Expecting ',' delimiter" in large.said.text()
    large.close()


def test_a_line_begins_where_the_one_before_it_did(form: ParameterForm) -> None:
    row = turn_on(form, "tools")
    put(row, '[\n{\n"a": 1')
    assert row.field.text() == '[\n  {\n    "a": 1'


def test_groups_are_closed_until_something_in_them_is_on(form: ParameterForm, sent: Sent) -> None:
    assert list(form.sections) == ["Reasoning", "State", "Output"]
    assert not any(section.fold.isChecked() for section in form.sections.values())
    assert form.rows["temperature"].isVisible() and not form.rows["store"].isVisible()
    form.show_fields({"store": True, "user": "me"}, fresh=True)
    assert [name for name, one in form.sections.items() if one.fold.isChecked()] == ["State"]
    assert form.sections["State"].fold.text() == "State · 2 on"
    QTest.keyClick(form.rows["store"].switch, Qt.Key.Key_Space)
    assert form.sections["State"].fold.accessibleName() == "State · 1 on"
    QTest.keyClick(form.rows["user"].switch, Qt.Key.Key_Space)
    assert form.sections["State"].fold.isChecked(), "nothing closes under the pointer"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("max tok", ["max_tokens"]),
        ("THINK", ["reasoning.effort"]),
        ("answer", ["max_tokens", "stop"]),
        ("state", ["store", "user"]),
        ("reasoning", ["temperature", "reasoning.effort"]),
        ("zebra", []),
    ],
)
def test_fields_are_found_by_name_and_by_what_they_do(
    text: str, found: list[str], form: ParameterForm
) -> None:
    QTest.keyClicks(form.filter, text)
    assert [path for path, row in form.rows.items() if row.isVisible()] == found
    assert form.nothing.isVisible() == (not found)
    if found:
        QTest.keyClick(form.filter, Qt.Key.Key_Down)
        assert form.rows[found[0]].switch.hasFocus()
    form.filter.clear()
    assert [path for path, row in form.rows.items() if row.isVisible()] == [
        "temperature",
        "max_tokens",
    ]


def test_what_the_dialect_does_not_declare_is_shown_as_well(
    form: ParameterForm, sent: Sent
) -> None:
    form.show_fields({"max_output_tokens": 5, "temperature": 1.0}, fresh=True)
    row = form.rows["max_output_tokens"]
    assert row.isVisible() and row.field.text() == "5"
    assert form.sections[BEYOND].fold.text() == f"{BEYOND} · 1 on"
    sent.update({"max_output_tokens": 5, "temperature": 1.0})
    QTest.keyClick(row.switch, Qt.Key.Key_Space)
    assert sent == {"temperature": 1.0}
    form.show_fields({}, fresh=True)
    assert BEYOND not in form.sections and "max_output_tokens" not in form.rows


def test_all_that_the_dialect_does_not_declare_is_switched_off_at_once(
    form: ParameterForm, sent: Sent
) -> None:
    fields = {"max_output_tokens": 5, "temperature": 1.0, "text.format": {"type": "text"}}
    form.show_fields(fields, fresh=True)
    sent.update(fields)
    none = form.sections[BEYOND].none
    assert none is not None and none.isVisible() and none in form.sections[BEYOND].stops
    none.click()
    assert sent == {"temperature": 1.0}
    form.show_fields(sent)
    assert not none.isEnabled()
    form.rows["max_output_tokens"].switch.click()
    assert sent == {"temperature": 1.0, "max_output_tokens": 5}, "what it was is still there"


@pytest.mark.parametrize("api", [one.id for one in ENDPOINTS])
def test_a_session_goes_through_the_form_unchanged(api: str, qtbot: QtBot) -> None:
    """Every declared field on, with a value of its kind: what the form says of it is the same."""
    parameters = next(one.parameters for one in ENDPOINTS if one.id == api)
    others: dict[Kind, Any] = {"json": {"a": [1, None]}, "text": "x", "choice": "y",
                               "integer": 1, "number": 0.5, "boolean": False}  # fmt: skip
    fields = {
        one.path: one.start if one.start not in (None, "") else others[one.kind]
        for one in parameters
    }
    form = ParameterForm()
    qtbot.addWidget(form)
    form.offer(parameters)
    form.show_fields(fields, fresh=True)
    assert {path: row.value() for path, row in form.rows.items()} == {
        path: (value, "") for path, value in fields.items()
    }
    told: list[str] = []
    form.changed.connect(lambda path, *_: told.append(path))
    for row in form.rows.values():
        row._edited()
    assert told == [], "nothing was edited, so nothing changes"


# Extra body and headers.


@pytest.fixture
def extras(qtbot: QtBot) -> Iterator[Extras]:
    holder = QWidget()
    qtbot.addWidget(holder)
    one = Extras(holder)
    one.resize(300, 500)
    holder.resize(300, 500)
    holder.show()
    one.show_call(Call(), fresh=True)
    yield one


def test_extras_are_closed_until_there_are_some(extras: Extras) -> None:
    assert not extras.fold.isChecked()
    extras.show_call(Call(extra={"a": 1}, headers={"X-Team": "seven"}), fresh=True)
    assert extras.fold.isChecked() and extras.fold.text() == "Extra body and headers · 2 on"
    assert extras.body.text.toPlainText() == '{"a": 1}'
    assert extras.headers.text.toPlainText() == "X-Team: seven"
    assert not extras.body.off.isVisible()


@pytest.mark.parametrize(
    ("name", "good", "value", "bad", "why"),
    [
        ("body", '{"a": 1}', {"extra": {"a": 1}}, '{"a": }', "Expecting value: line 1 column 7"),
        ("body", '{"a": true}', {"extra": {"a": True}}, "[1]", "not an object"),
        ("headers", "X-Team: 7", {"headers": {"X-Team": "7"}}, "X-Team 7", "line 1 has no colon"),
        (
            "headers",
            "X-Team: 7",
            {"headers": {"X-Team": "7"}},
            "X-Team: 7\nApi-Key: sk-MARKER",
            "Api-Key holds a secret",
        ),
    ],
)
def test_what_cannot_be_sent_along_is_said_in_place(
    name: str, good: str, value: Any, bad: str, why: str, extras: Extras
) -> None:
    told: list[Any] = []
    extras.changed.connect(told.append)
    extras.reveal()
    entry = getattr(extras, name)
    assert entry.off.isVisible()
    entry.text.replace(good)
    entry.settle()
    assert told == [value] and not entry.off.isVisible()
    entry.text.replace(bad)
    entry.settle()
    assert told == [value]
    assert entry.why.isVisible() and why in entry.why.text()
    assert "MARKER" not in entry.why.text()
    assert entry.text.property("wrong") is True
    entry.text.replace("")
    entry.settle()
    assert told[1:] == [{key: {} for key in value}] and entry.off.isVisible()


def test_a_pause_is_enough(extras: Extras, qtbot: QtBot) -> None:
    extras.reveal()
    with qtbot.waitSignal(extras.changed) as heard:
        QTest.keyClicks(extras.body.text, '{"a": 1}')
    assert heard.args == [{"extra": {"a": 1}}]
    assert not extras.body.text.pending
