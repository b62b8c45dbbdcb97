"""Variables in the window: a place that is typed, what is said of it, and what goes out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.items import Message
from playground.core.output import Output
from playground.core.tools import Tool
from playground.core.variables import TYPES, Type, Variable
from playground.endpoints import BY_ID
from playground.ui.tasks import Tasks
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.schemapane import SchemaPane
from playground.ui.widgets.tooldefinition import ToolDefinition
from playground.ui.widgets.variablechip import chip_words
from playground.ui.widgets.variableform import VariablesForm
from playground.ui.widgets.variablerow import VariableRow
from playground.ui.widgets.variablesection import VariableSection, listed, remark
from playground.ui.widgets.variablevalue import ValueEdit, Words
from tests.driver import FAST, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

CITY = Variable(name="city")


# Words.


def test_what_is_written_and_no_variable_is_told_with_its_place() -> None:
    call = Call(instructions="{{a}} {{b}}")
    assert remark(call, "{{a}}") == (
        "{{a}} and {{b}} stand in the developer message and the message. They are sent as written: "
        "this is no template."
    )
    made = call.model_copy(update={"variables": [Variable(name="a")]})
    assert remark(made, "") == (
        "{{b}} stands in the developer message without a variable: nothing can be sent."
    )
    assert remark(Call(), "no {place}") == ""
    assert listed(list("abcde")) == "{{a}}, {{b}}, {{c}} and 2 more"


@pytest.mark.parametrize(
    ("call", "draft", "words"),
    [
        (Call(), "nothing", ""),
        (Call(), "{{a}} {{b}}", "{{2}} as written"),
        (Call(variables=[CITY]), "", "vars {{1}}"),
        (Call(variables=[CITY]), "{{city}} {{day}}", "vars {{1}} · 2 open"),
        (Call(variables=[CITY], values={"city": "x"}), "{{city}}", "vars {{1}}"),
    ],
)
def test_the_chip_says_how_many_wait(call: Call, draft: str, words: str) -> None:
    assert chip_words(call, draft)[0] == words


# Editors of values.


def put(edit: ValueEdit, text: str) -> None:
    match edit.editor:
        case Choice() as box:
            box.setCurrentIndex(box.findData(text) if text else 0)
            box.activated.emit(box.currentIndex())
        case QLineEdit() as line:
            line.setText(text)
            line.editingFinished.emit()
        case QPlainTextEdit() as page:
            page.setPlainText(text)
            edit.settle()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "two\nlines", "two\nlines"),
        ("text", " ", " "),
        ("number", "2.5", 2.5),
        ("integer", "7", 7),
        ("boolean", "false", False),
        ("choice", "b", "b"),
        ("json", '{"a": [null]}', {"a": [None]}),
        ("json", "null", None),
    ],
)
def test_what_is_typed_is_the_value_and_nothing_is_none(
    kind: Type, text: str, value: Any, qtbot: QtBot
) -> None:
    edit = ValueEdit(Variable(name="x", type=kind, choices=["a", "b"]), "x")
    qtbot.addWidget(edit)
    told: list[tuple[bool, Any]] = []
    edit.edited.connect(lambda: told.append((edit.given, edit.value)))
    put(edit, text)
    put(edit, "")
    assert told == [(True, value), (False, None)]
    edit.show_value(True, value)
    assert edit.text == (text if kind != "json" else json.dumps(value)) and len(told) == 2


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("integer", "1.5", "The value of x has to be a whole number."),
        ("number", "12x", "The value of x has to be a number."),
        ("json", "{", "The value of x is no JSON: Expecting property name"),
    ],
)
def test_what_is_no_value_is_marked_and_changes_nothing(
    kind: Type, text: str, words: str, qtbot: QtBot
) -> None:
    edit = ValueEdit(Variable(name="x", type=kind), "x")
    qtbot.addWidget(edit)
    edit.show_value(True, 1)
    put(edit, text)
    assert edit.wrong.startswith(words) and (edit.given, edit.value) == (True, 1)
    edit.show_value(True, 1)  # from the session, which knows nothing of it
    assert edit.text == text and edit.editor.property("wrong") is True


# The form.


@pytest.fixture
def form(qtbot: QtBot) -> Iterator[VariablesForm]:
    made = VariablesForm()
    qtbot.addWidget(made)
    made.show()
    yield made


def followed(form: VariablesForm, *variables: Variable, **values: Any) -> dict[str, Any]:
    """What the form is shown of what it tells, as in the dock."""
    held: dict[str, Any] = {"variables": list(variables), "values": values}
    form.show_variables(**held)

    def change(update: dict[str, Any]) -> None:
        held.update(update)
        form.show_variables(**held)

    form.changed.connect(change)
    return held


def state(row: VariableRow) -> str:
    return row.state.text() if not row.state.isHidden() else ""


def test_each_type_has_an_editor_and_a_missing_value_is_said(form: VariablesForm) -> None:
    held = followed(form, *(Variable(name=kind, type=kind, choices=["a"]) for kind in TYPES))
    assert [state(row) for row in form.rows.values()] == ["no value"] * len(TYPES)
    for kind, text in zip(TYPES, ["x", "1.5", "2", "true", "a", "[]"], strict=True):
        edit = form.rows[kind].value
        assert edit is not None
        put(edit, text)
    assert held["values"] == {
        "text": "x", "number": 1.5, "integer": 2, "boolean": True, "choice": "a", "json": [],
    }  # fmt: skip
    assert not any(row.needs for row in form.rows.values())


def test_a_default_stands_there_until_there_is_a_value(form: VariablesForm) -> None:
    held = followed(form, Variable(name="city", default="Lisboa"))
    row = form.rows["city"]
    assert row.value is not None and isinstance(row.value.editor, QPlainTextEdit)
    assert row.value.editor.placeholderText() == "default: Lisboa" and state(row) == ""
    put(row.value, "Oslo")
    assert held["values"] == {"city": "Oslo"}
    put(row.value, "")
    assert held["values"] == {}


def test_an_empty_text_has_to_be_asked_for(form: VariablesForm) -> None:
    held = followed(form, CITY)
    row = form.rows["city"]
    assert row.empty.isVisible()
    row.empty.click()
    assert held["values"] == {"city": ""} and state(row) == "empty text"
    assert row.empty.isHidden()


def test_a_wrong_value_is_said_with_what_is_used_instead(form: VariablesForm) -> None:
    held = followed(form, Variable(name="n", type="integer"), n=3)
    row = form.rows["n"]
    assert row.value is not None
    put(row.value, "three")
    assert row.why.text() == "The value of n has to be a whole number. Used instead: 3."
    assert held["values"] == {"n": 3}
    held["values"] = {"n": "three"}
    form.show_variables(**held, fresh=True)
    assert row.why.text() == "The value of n has to be a whole number." and row.needs


def test_another_type_takes_default_and_value_along(form: VariablesForm) -> None:
    held = followed(form, Variable(name="n", default="3"), n="4")
    row = form.rows["n"]
    row.edit.setChecked(True)
    assert row.declaration is not None
    kind = row.declaration.kind
    kind.setCurrentIndex(kind.findData("integer"))
    kind.activated.emit(kind.currentIndex())
    assert held == {
        "variables": [Variable(name="n", type="integer", default=3)],
        "values": {"n": 4},
    }
    kind.setCurrentIndex(kind.findData("boolean"))
    kind.activated.emit(kind.currentIndex())
    assert held["variables"] == [Variable(name="n", type="boolean")]
    assert "left out" in row.declaration.why.text()
    assert held["values"] == {"n": 4} and state(row) == "no value"  # nothing is lost


def test_choices_are_lines_and_a_default_that_is_none_of_them_goes(form: VariablesForm) -> None:
    held = followed(form, Variable(name="c", type="choice", choices=["a"], default="a"))
    row = form.rows["c"]
    row.edit.setChecked(True)
    assert row.declaration is not None
    row.declaration.choices.setPlainText("b\n\n c \nb")
    row.settle()
    assert held["variables"] == [Variable(name="c", type="choice", choices=["b", "c"])]
    assert row.value is not None and isinstance(row.value.editor, Choice)
    assert [row.value.editor.itemText(n) for n in range(3)] == ["no value", "b", "c"]


def test_a_name_that_cannot_be_is_refused_in_place(form: VariablesForm) -> None:
    followed(form, CITY, Variable(name="town"))
    asked: list[tuple[str, str]] = []
    form.renamed.connect(lambda old, new: asked.append((old, new)))
    row = form.rows["city"]
    row.edit.setChecked(True)
    assert row.declaration is not None
    name = row.declaration.name
    for text, words in (("two words", "A name is a word"), ("town", "town already")):
        name.setText(text)
        name.editingFinished.emit()
        assert words in row.declaration.why.text() and asked == []
    name.setText("place")
    name.editingFinished.emit()
    assert asked == [("city", "place")] and form.rows["place"] is row
    form.show_variables([Variable(name="place"), Variable(name="town")])
    assert list(form.rows) == ["town", "place"] and row.name.text() == "place"
    assert row.declaration.isVisible()


def test_declarations_alone_have_no_values(qtbot: QtBot) -> None:
    form = VariablesForm(valued=False)
    qtbot.addWidget(form)
    form.show_variables([Variable(name="city", default="Oslo")], unused=["city"])
    row = form.rows["city"]
    assert row.value is None and state(row) == "default Oslo" and "not used" in row.kind.text()
    form.show()
    followed(form, CITY)
    form.add()
    assert list(form.rows) == ["city", "variable_1"]
    assert form.rows["variable_1"].declaration is not None


def test_the_section_is_there_when_there_is_something_to_say(qtbot: QtBot) -> None:
    section = VariableSection()
    qtbot.addWidget(section)
    told: list[dict[str, Any]] = []
    section.changed.connect(told.append)
    section.show_call(Call(), "plain")
    assert section.isHidden()
    section.show_call(Call(instructions="{{a}}"), "{{b}}")
    assert not section.isHidden() and section.make.text() == "Make them variables"
    section.make.click()
    assert told == [{"variables": [Variable(name="a"), Variable(name="b")]}]
    section.show_call(Call(variables=[CITY]), "")
    assert section.offer.isHidden() and list(section.form.rows) == ["city"]


# Where schemas and tools are written.

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer", "maximum": "{{most}}"}},
    "required": ["n"],
    "additionalProperties": False,
}


def test_the_schema_is_judged_as_it_is_sent(qtbot: QtBot) -> None:
    pane = SchemaPane(Tasks(lambda _: None))
    qtbot.addWidget(pane)
    pane.show_output(Output(mode="json_schema", json_schema=SCHEMA), BY_ID["responses"])
    assert "nothing offends" not in pane._words.text()  # it is no template
    pane.show_values({"most": 3})
    assert pane._words.text() == (
        "Strict: nothing offends. Looked at as it is sent, with {{most}} filled in."
    )
    assert pane.output.json_schema == SCHEMA
    pane.show_values({})
    assert pane._words.text().startswith("The variable most has no value.")
    assert pane.examination.violations == () and pane.repair.isHidden()


def test_a_definition_says_what_the_session_fills_in(qtbot: QtBot) -> None:
    tool = Tool(source="mine", name="find", description="In {{city}}", parameters=SCHEMA)
    view = ToolDefinition(Tasks(lambda _: None), lambda tool: {"name": tool.name})
    qtbot.addWidget(view)
    view.show_tool(tool)
    assert view.filled.isHidden()
    view.show_values({"city": "Oslo", "most": 3})
    assert view.filled.text() == "This session fills in {{city}}, {{most}} when it is sent."
    assert "with {{most}} filled in" in view.form.parameters.said.text()
    view.show_values({"city": "Oslo"})
    assert "no value for {{most}}" in view.filled.text() and view.tool == tool


# In the window.


@pytest.mark.parametrize("text", ["d" * 3000, "word " * 900, "line\n" * 300])
def test_a_text_of_any_length_is_a_value_and_a_default(
    form: VariablesForm, qtbot: QtBot, text: str
) -> None:
    needed, off = Qt.ScrollBarPolicy.ScrollBarAsNeeded, Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    one = Variable(name="a", default=text, help="h" * 500)
    form.show_variables([one])
    form.resize(290, 900)
    form.show()
    row = form.rows["a"]
    row.edit.setChecked(True)
    assert row.value is not None and row.declaration is not None
    for edit in (row.value, row.declaration.default):
        field = edit.editor
        assert isinstance(field, Words)
        field.setPlainText(text)
        for wide in (200, 500, 290):
            form.resize(wide, 900)
        qtbot.waitUntil(lambda field=field: field.verticalScrollBarPolicy() == needed)
        field.setPlainText("short")
        qtbot.waitUntil(lambda field=field: field.verticalScrollBarPolicy() == off)
        edit.settle()
    assert form.minimumSizeHint().width() <= 290


async def test_a_place_becomes_a_variable_and_its_value_goes_out(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url)
    async with opening() as driver:
        driver.fields(**FAST)
        desk, chat, section = driver.desk, driver.chat, driver.settings.variables
        assert section.isHidden() and chat.variables.isHidden()
        chat.composer.draft.setFocus()
        driver.type("What of {{city}}?")
        await until(section.isVisible)
        assert chat.variables.text() == "{{1}} as written"
        driver.click(section.make)
        assert desk.session.call.variables == [CITY]

        # Without a value nothing is sent, and nothing is lost; the notice leads to the form.
        driver.press("Return", chat.composer.draft)
        await driver.shows("The variable city has no value.")
        assert desk.session.path() == [] and chat.composer.text == "What of {{city}}?"
        driver.click(driver.button("Fill in the variables"))
        driver.press("Return", chat.composer.draft)  # again, and this notice stays
        await driver.shows("The variable city has no value.")
        desk.wanted.emit("variables")
        edit = section.form.rows["city"].value
        assert edit is not None and edit.editor.hasFocus()

        # What would be sent is in step.
        driver.type("Oslo")
        edit.settle()
        chat.show_code(True)
        chat.code.show_now()
        assert "What of Oslo?" in chat.code.code
        chat.show_code(False)

        # Another name is another name everywhere.
        row = section.form.rows["city"]
        row.edit.setChecked(True)
        assert row.declaration is not None
        row.declaration.name.setText("town")
        row.declaration.name.editingFinished.emit()
        assert chat.composer.text == "What of {{town}}?"
        assert desk.session.call.values == {"town": "Oslo"}
        assert row.declaration.isVisible() and list(section.form.rows) == ["town"]

        driver.press("Return", chat.composer.draft)
        run = driver.newest
        await driver.ended(run)
        assert "has no value" not in driver.seen()
        assert sandbox.log("What of Oslo?")[-1]["body"]["input"][-1]["role"] == "user"
        await driver.shows("What of Oslo?")

        # It shows what was sent; to be changed is what was written.
        said = run.input[0]
        assert isinstance(said, Message)
        chat.turns.do("edit", run, said)
        editor = chat.editing._editor
        assert editor is not None and editor.text.toPlainText() == "What of {{town}}?"
        chat.editing.close()

        # A variable that is removed can be had back.
        assert row.declaration is not None
        row.declaration.remove.click()
        assert desk.session.call.variables == [] and section.isHidden()
        driver.click(driver.button("Undo"))
        assert desk.session.call.values == {"town": "Oslo"} and section.isVisible()
        await driver.idle()
