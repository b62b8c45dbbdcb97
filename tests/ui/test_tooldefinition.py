"""The definition of a tool: its form, its JSON and its Python are one, and keep in step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.core.problem import Failure, Problem
from playground.core.resources import resource
from playground.core.tools import Tool
from playground.endpoints.offering import definition as requested
from playground.engine.pythontools_read import read as read_python
from playground.schemas.lint import lint
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets.tooldefinition import FORM, JSON, PYTHON, ToolDefinition
from playground.ui.widgets.toolfields import EXAMPLES, grammar_remark
from playground.ui.widgets.toolpython import function_in, python_of, stub
from playground.ui.widgets.toolreading import NAMES, definition
from playground.ui.widgets.toolrows import blank
from tests.loop import until

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Where"}},
    "required": ["city"],
    "additionalProperties": False,
}
LOOSE = {"type": "object", "properties": {"days": {"type": "integer", "default": 3}}}
WEATHER = Tool(source="mine", name="get_weather", description="The weather.", parameters=CITY)
POEM = Tool(source="mine", name="write_poem", kind="custom", format={"type": "text"})
SEARCH = Tool(source="mine", name="web_search", kind="hosted", hosted={"type": "web_search"})


# Definitions out of JSON.


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize(
    "tool",
    [
        WEATHER,
        WEATHER.model_copy(update={"parameters": None, "description": "", "strict": None}),
        POEM,
        POEM.model_copy(
            update={"format": {"type": "grammar", "syntax": "regex", "definition": "a+"}}
        ),
        SEARCH,
    ],
)
def test_what_goes_into_a_request_reads_as_the_same_tool(tool: Tool, flat: bool) -> None:
    assert definition(json.dumps(requested(tool, flat=flat)), tool) == tool


def test_what_a_request_says_nothing_of_stays() -> None:
    tool = WEATHER.model_copy(update={"output": {"type": "number"}, "mode": "human"})
    made = definition('{"type": "function", "name": "forecast"}', tool)
    assert (made.name, made.parameters, made.strict) == ("forecast", None, None)
    assert (made.source, made.output, made.mode) == ("mine", tool.output, "human")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{\n"type": "function",\n"name": "a b"}', 3, NAMES),
        ('{\n"type": "function"}', 1, NAMES),
        ('{"type": "function", "name": "a",\n"strict": 1}', 2, "`strict` is true, false or null."),
        ('{"type": "function", "name": "a",\n"parameters": []}', 2, "`parameters` is a schema"),
        ('{"type": "function", "name": "a",\n"description": {}}', 2, "`description` is a string."),
        ('{"type": "function", "name": "a",\n"defer_loading": true}', 2, "`defer_loading` has no"),
        ('{"type": "custom", "custom": {"name": "a",\n"format": 1}}', 2, "A format has the type"),
        ('{"type": "function",\n"name": "a", "function": {"name": "a"}}', 2, "`name` has no place"),
        ('{"name": "a"}', 1, "It needs a `type`."),
        ("[]", 1, "A definition is an object"),
        ('{"type": "function",\n"name" "a"}', 2, ""),
    ],
)
def test_what_is_no_definition_says_where(text: str, line: int, words: str) -> None:
    with pytest.raises(Failure) as caught:
        definition(text, WEATHER)
    problem = caught.value.problem
    assert words in problem.title
    assert problem.facts["line"] == str(line)


# Python.


@pytest.mark.parametrize("number", range(6))
def test_a_stub_of_a_demo_tool_is_that_tool(number: int) -> None:
    tool = read_python(resource("tools", "demo.py")).tools[number]
    (made,) = read_python(stub(tool), "stub.py").tools
    assert (made.name, made.description) == (tool.name, tool.description)
    assert _meaning(made.parameters) == _meaning(tool.parameters)


def _meaning(schema: Any) -> Any:
    """Names, whether they are required, and what they are, without the way that is written."""
    if schema is None:
        return None
    rows = {}
    for name, one in schema["properties"].items():
        branches = one.get("anyOf", [one])
        kinds = {kind for row in branches for kind in _kinds(row)}
        words = " ".join(one.get("description", "").split())
        rows[name] = (kinds, words, name in schema["required"])
    return rows


def _kinds(row: dict[str, Any]) -> set[Any]:
    if "enum" in row:
        return {json.dumps(value) for value in row["enum"]}
    kind = row["type"]
    return set(kind) if isinstance(kind, list) else {kind}


def test_a_stub_has_the_classes_of_what_is_nested() -> None:
    line = {
        "type": "object",
        "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}},
        "required": ["sku", "count"],
        "additionalProperties": False,
    }
    lines = {"type": "array", "items": line, "description": 'What is "ordered"'}
    schema = {
        "type": "object",
        "properties": {"list": lines, "note": {"type": "string", "pattern": "^[a-z]+$"}},
        "required": ["list", "note"],
        "additionalProperties": False,
    }
    tool = Tool(name="order", description='Says """hello"\\', parameters=schema)
    text = stub(tool)
    assert text.count("class ") == 1
    (made,) = read_python(text, "stub.py").tools
    assert made.description == tool.description
    assert lint(made.parameters) == []
    items = made.parameters["properties"]["list"]["items"]
    assert list(made.parameters["$defs"][items["$ref"].split("/")[-1]]["properties"]) == [
        "sku",
        "count",
    ]
    assert made.parameters["properties"]["note"]["pattern"] == "^[a-z]+$"
    assert made.parameters["properties"]["list"]["description"] == 'What is "ordered"'


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"from": {"type": "string"}}},
        {"type": "object", "properties": {"me": {"$ref": "#"}}},
        True,
        "nonsense",
        {"type": "object", "properties": {"a": {"$ref": "#/nowhere"}}},
    ],
)
def test_what_no_function_takes_says_so(schema: Any) -> None:
    text = stub(Tool(name="x", parameters=schema))
    assert text.startswith("# No function takes quite these arguments: ")
    compile(text, "stub.py", "exec")
    assert "def x(**arguments: Any) -> Any:" in text


@pytest.mark.parametrize("name", ["a-b", "class", "ok"])
def test_a_stub_compiles_whatever_the_tool_is_called(name: str) -> None:
    for tool in (Tool(name=name), Tool(name=name, kind="custom", description="x\n" * 3), SEARCH):
        compile(stub(tool), "stub.py", "exec")


def test_the_source_of_a_function_is_the_one_that_counts() -> None:
    text = "def f():\n    return 1\n\n\n@cache\n@other\nasync def f(a):\n    return 2\n\n\nx = 1\n"
    assert function_in(text, "f") == "@cache\n@other\nasync def f(a):\n    return 2\n"
    assert function_in(text, "g") is None
    assert function_in("def f(:", "f") is None


def test_the_source_of_a_tool_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    function = 'def add(a: int, b: int) -> int:\n    """Adds."""\n    return a\n'
    file.write_text(f"import os\n\n\n{function}")
    (tool,) = read_python(file).tools
    told = python_of(tool)
    assert told.text == function
    assert (told.about, told.wrong) == (f"From {file}", False)
    file.write_text(file.read_text().replace("return a", "return a + b"))
    told = python_of(tool)
    assert "return a + b" in told.text and "has changed" in told.about and told.wrong
    file.write_text("x = 1\n")
    assert python_of(tool).about == f"{file} has no function add any more."
    file.unlink()
    assert python_of(tool).wrong and "cannot be read" in python_of(tool).about


def test_new_definitions_can_be_offered_at_once() -> None:
    for kind in ("function", "custom", "hosted"):
        made = blank(kind, ["new_tool", "new_tool_2"])
        assert made.kind == kind and made.source == "mine"
        assert definition(json.dumps(requested(made, flat=True)), made) == made
    assert blank("function", ["new_tool", "new_tool_2"]).name == "new_tool_3"
    assert lint(blank("function", []).parameters) == []


@pytest.mark.parametrize(
    ("syntax", "text", "words"),
    [
        ("text", "", "any text"),
        ("lark", "  ", "want a definition"),
        ("regex", "(?=a)b", "look ahead"),
        ("regex", "(?<!a)b", "look ahead or behind"),
        ("regex", "a+?", "as little as they can"),
        ("lark", "begin: A", "called start"),
        ("lark", EXAMPLES["lark"], "has to match"),
        ("regex", EXAMPLES["regex"], "has to match"),
        ("regex", "(?:ab)?c?", "has to match"),
    ],
)
def test_what_servers_refuse_of_a_grammar_is_said(syntax: str, text: str, words: str) -> None:
    assert words in grammar_remark(syntax, text)


# The widget.


class Owner:
    """Whoever has the tool, and shows it again whenever it has changed."""

    def __init__(self, view: ToolDefinition) -> None:
        self.view = view
        self.tools: list[Tool] = []
        self.before: list[Tool] = []
        view.changed.connect(self.take)

    def take(self, tool: Tool, before: Tool) -> None:
        self.tools.append(tool)
        self.before.append(before)
        self.view.show_tool(Tool.model_validate_json(tool.model_dump_json()))


@pytest.fixture
def view(qapp: QApplication) -> Iterator[ToolDefinition]:
    problems: list[Problem] = []
    one = ToolDefinition(Tasks(problems.append), lambda tool: requested(tool, flat=True))
    one.resize(340, 640)
    one.show()
    one.activateWindow()
    yield one
    gone(one)
    assert problems == []


def gone(widget: QWidget) -> None:
    """At once: what is left over is dressed anew in every other theme, and that takes long."""
    widget.close()
    widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def owner(view: ToolDefinition) -> Owner:
    made = Owner(view)
    view.show_tool(WEATHER)
    return made


def spelled(view: ToolDefinition) -> Any:
    return json.loads(view.json.text)


def retype(field: QLineEdit | QPlainTextEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def test_nothing_to_look_at_is_said(view: ToolDefinition) -> None:
    assert view.empty.isVisible() and not view.views.isVisible()
    view.show_tool(WEATHER)
    assert not view.empty.isVisible() and view.form.name.isVisible()
    view.show_tool(None)
    assert view.empty.isVisible() and view.tool is None


def test_the_form_shows_what_the_tool_has(view: ToolDefinition, owner: Owner) -> None:
    form = view.form
    assert (form.name.text(), form.description.toPlainText()) == ("get_weather", "The weather.")
    assert form.strict.isChecked()
    assert json.loads(form.parameters.code.text) == CITY
    assert form.result.said.text() == "Without a schema a result may be anything."
    assert spelled(view) == requested(WEATHER, flat=True)
    assert owner.tools == []


def test_a_new_name_goes_into_the_json(view: ToolDefinition, owner: Owner) -> None:
    retype(view.form.name, "forecast")
    QTest.keyClick(view.form.name, Qt.Key.Key_Return)
    assert [tool.name for tool in owner.tools] == ["forecast"]
    assert owner.before == [WEATHER]
    assert spelled(view)["name"] == "forecast"


def test_a_name_that_no_server_takes_is_not_kept(view: ToolDefinition, owner: Owner) -> None:
    retype(view.form.name, "for cast")
    assert view.form.wrong.isVisible() and view.form.wrong.text() == NAMES
    QTest.keyClick(view.form.name, Qt.Key.Key_Return)
    assert owner.tools == [] and spelled(view)["name"] == "get_weather"
    retype(view.form.name, "forcast")
    assert not view.form.wrong.isVisible()


def test_what_is_being_typed_counts_before_another_tool_is_shown(
    view: ToolDefinition, owner: Owner
) -> None:
    retype(view.form.description, "In a city.")
    assert view.form.description.pending
    view.show_tool(POEM)
    assert [tool.description for tool in owner.tools] == ["In a city."]


def test_strict_is_a_switch(view: ToolDefinition, owner: Owner) -> None:
    view.form.strict.click()
    assert owner.tools[-1].strict is False and spelled(view)["strict"] is False
    view.form.strict.click()
    assert owner.tools[-1].strict is True


def test_strict_lint_has_the_words_of_the_structured_panel(
    view: ToolDefinition, owner: Owner
) -> None:
    pane = view.form.parameters
    assert pane.said.text() == "Strict: nothing offends." and not pane.repair.isVisible()
    view.show_tool(WEATHER.model_copy(update={"parameters": LOOSE}))
    count = len(lint(LOOSE))
    assert pane.said.text() == f"{count} things that strict servers refuse."
    assert pane.repair.isVisible()
    view.form.strict.click()
    assert pane.said.text() == f"{count} things that strict servers refuse; strict is off."


def test_a_repair_is_shown_before_it_is_applied(view: ToolDefinition, owner: Owner) -> None:
    view.show_tool(WEATHER.model_copy(update={"parameters": LOOSE}))
    pane = view.form.parameters
    pane.repair.click()
    assert pane.difference.isVisible() and owner.tools == []
    pane.difference.cancel.click()
    assert pane.code.isVisible() and owner.tools == []
    pane.repair.click()
    pane.difference.apply.click()
    (made,) = owner.tools
    assert lint(made.parameters) == [] and spelled(view)["parameters"] == made.parameters
    assert pane.said.text() == "Strict: nothing offends."


def test_typing_in_the_schema_changes_the_tool(
    view: ToolDefinition, owner: Owner, qtbot: QtBot
) -> None:
    code = view.form.parameters.code
    code.apply(code.text.replace("Where", "Which city"))
    qtbot.waitUntil(lambda: bool(owner.tools))
    assert owner.tools[-1].parameters["properties"]["city"]["description"] == "Which city"
    text = code.text
    code.apply(text.replace('"type"', '"type', 1))
    view.settle()
    assert len(owner.tools) == 1  # the last that could be read stays
    assert code.text != text and "line" in view.form.parameters.said.text().lower()
    view.show_tool(owner.tools[-1].model_copy(update={"mode": "human"}))
    assert code.text != text  # what is being typed is nobody else's business
    view.show_tool(POEM)
    view.show_tool(owner.tools[-1])
    assert json.loads(code.text) == owner.tools[-1].parameters


def test_a_schema_may_be_taken_away(view: ToolDefinition, owner: Owner) -> None:
    view.form.parameters.code.selectAll()
    QTest.keyClick(view.form.parameters.code, Qt.Key.Key_Delete)
    view.settle()
    assert owner.tools[-1].parameters is None
    assert view.form.parameters.said.text() == "It takes no arguments."


def test_the_tree_edits_the_same_schema(view: ToolDefinition, owner: Owner) -> None:
    view.form.views.pick(1)
    pane = view.form.parameters
    assert pane.tree.isVisible() and not pane.code.isVisible()
    pane.tree.select(("properties", "city"))
    pane.tree.wish("duplicate")
    assert len(owner.tools[-1].parameters["properties"]) == 2
    assert json.loads(pane.code.text) == owner.tools[-1].parameters
    QTest.keyClick(pane.tree.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert owner.tools[-1].parameters == CITY


def test_the_result_has_a_schema_that_is_not_sent(view: ToolDefinition, owner: Owner) -> None:
    view.form.which.pick(1)
    pane = view.form.result
    assert pane.isVisible() and not view.form.parameters.isVisible()
    pane.code.apply('{"type": "object", "oneOf": []}')
    view.settle()
    assert owner.tools[-1].output == {"type": "object", "oneOf": []}
    assert "output" not in spelled(view)
    pane.code.apply('{"type": "object"}')
    view.settle()
    assert pane.said.text() == "Results are checked by it here; it is not sent."
    assert not pane.repair.isVisible()  # no server looks at it


def test_the_json_can_be_edited_too(view: ToolDefinition, owner: Owner, qtbot: QtBot) -> None:
    view.views.pick(JSON)
    view.json.apply(view.json.text.replace("The weather.", "The sky."))
    qtbot.waitUntil(lambda: bool(owner.tools))
    assert owner.tools[-1].description == "The sky."
    assert view.form.description.toPlainText() == "The sky."


def test_json_that_is_no_definition_is_not_kept_and_says_where(
    view: ToolDefinition, owner: Owner
) -> None:
    view.views.pick(JSON)
    view.json.apply(view.json.text.replace("get_weather", "get weather"))
    view.settle()
    assert view.said.isVisible() and view.said.text() == f"Not kept: {NAMES}"
    assert view.json.severity(3) == "error" and owner.tools == []
    view.json.apply(view.json.text.replace("get weather", "sky"))
    view.settle()
    assert not view.said.isVisible() and owner.tools[-1].name == "sky"


def test_text_that_is_not_a_definition_yet_stays_while_something_else_changes(
    view: ToolDefinition, owner: Owner
) -> None:
    view.views.pick(JSON)
    view.json.apply("{")
    view.settle()
    view.show_tool(WEATHER.model_copy(update={"mode": "human"}))
    assert view.json.text == "{"


def test_another_dialect_is_spelled_anew(qapp: QApplication) -> None:
    flat = True
    view = ToolDefinition(Tasks(lambda _: None), lambda tool: requested(tool, flat=flat))
    view.show_tool(WEATHER)
    flat = False
    view.refresh()
    assert spelled(view) == {"type": "function", "function": spelled(view)["function"]}
    owner = Owner(view)
    view.json.apply(view.json.text.replace("get_weather", "sky"))
    view.settle()
    assert owner.tools[-1].name == "sky"
    gone(view)


def test_what_a_file_defines_can_only_be_looked_at(view: ToolDefinition) -> None:
    tool = read_python(resource("tools", "demo.py")).tools[0]
    owner = Owner(view)
    view.show_tool(tool)
    assert view.why.isVisible() and "Defined by its file" in view.why.text()
    form = view.form
    assert form.name.isReadOnly() and form.description.isReadOnly()
    assert not form.strict.isEnabled() and not form.views.isVisible()
    for code in (form.parameters.code, form.result.code, view.json):
        assert code.isReadOnly()
        QTest.keyClicks(code, "x")
    view.settle()
    assert owner.tools == [] and spelled(view) == requested(tool, flat=True)
    view.show_tool(WEATHER)
    assert not form.name.isReadOnly() and not form.parameters.code.isReadOnly()
    assert not view.why.isVisible()


def test_a_loose_schema_of_a_file_is_not_offered_to_be_repaired(view: ToolDefinition) -> None:
    view.show_tool(WEATHER.model_copy(update={"parameters": LOOSE, "origin": {"mcp": "srv"}}))
    assert not view.form.parameters.repair.isVisible()
    assert "refuse" in view.form.parameters.said.text()


# Custom and hosted tools.


def pick(box: QComboBox, text: str) -> None:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_a_custom_tool_takes_text_or_a_grammar(view: ToolDefinition) -> None:
    owner = Owner(view)
    view.show_tool(POEM)
    fields = view.form.custom
    assert fields.isVisible() and not fields.definition.isVisible()
    assert not view.form.strict.isVisible()
    pick(fields.kind, "A grammar by Lark")
    lark = {"type": "grammar", "syntax": "lark", "definition": EXAMPLES["lark"]}
    assert owner.tools[-1].format == lark and spelled(view)["format"] == lark
    retype(fields.definition, "begin: A")
    view.settle()
    assert owner.tools[-1].format["definition"] == "begin: A"
    assert "called start" in fields.said.text()
    pick(fields.kind, "Any text")
    assert owner.tools[-1].format == {"type": "text"}


def test_a_hosted_tool_is_its_type_and_its_options(view: ToolDefinition) -> None:
    owner = Owner(view)
    view.show_tool(SEARCH)
    fields = view.form.hosted
    assert fields.isVisible() and not view.form.name.isVisible()
    pick(fields.kind, "mcp")
    made = owner.tools[-1]
    assert made.hosted["server_label"] == "docs" and made.name == "docs"
    retype(fields.options, '{"server_label": "wiki"')
    view.settle()
    assert owner.tools[-1] == made and fields.said.text().startswith("Not kept: ")
    QTest.keyClicks(fields.options, "}")
    view.settle()
    assert owner.tools[-1].hosted == {"type": "mcp", "server_label": "wiki"}
    assert owner.tools[-1].name == "wiki" and "`server_url`" in fields.said.text()
    fields.example.click()
    assert owner.tools[-1].hosted["server_url"] == "https://example.com/mcp"
    assert spelled(view) == owner.tools[-1].hosted


def test_a_type_that_nobody_knows_goes_out_as_it_stands(view: ToolDefinition) -> None:
    owner = Owner(view)
    view.show_tool(SEARCH)
    line = view.form.hosted.kind.lineEdit()
    assert line is not None
    retype(line, "telepathy")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert owner.tools[-1].hosted == {"type": "telepathy"}
    assert "not known here" in view.form.hosted.said.text()


# Python on the screen.


async def test_python_is_shown_of_every_tool(view: ToolDefinition, loop: object) -> None:
    view.show_tool(read_python(resource("tools", "demo.py")).tools[0])
    view.views.pick(PYTHON)
    await until(lambda: "def get_weather(" in view.python.toPlainText())
    assert view.about.text().endswith("demo.py")
    view.show_tool(WEATHER)
    await until(lambda: "def get_weather(city: str) -> Any:" in view.python.toPlainText())
    assert view.python.isReadOnly() and "no code" in view.about.text()
    view.show_tool(SEARCH)
    await until(lambda: "no function here" in view.python.toPlainText())
    view.views.pick(FORM)


async def test_a_long_schema_is_read_in_a_thread(view: ToolDefinition, loop: object) -> None:
    fields = {f"field_{n}": {"type": "string", "description": "x" * 90} for n in range(700)}
    schema = {"type": "object", "properties": fields, "required": list(fields)}
    owner = Owner(view)
    view.show_tool(WEATHER.model_copy(update={"parameters": schema}))
    pane = view.form.parameters
    await until(lambda: pane.said.text() == "1 thing that strict servers refuse.")
    pane.code.apply(pane.code.text.replace("field_699", "field_last"))
    await until(lambda: bool(owner.tools))
    assert "field_last" in owner.tools[-1].parameters["properties"]


def test_copy_takes_what_is_shown(view: ToolDefinition, owner: Owner, qapp: Any) -> None:
    view._copy.click()
    assert json.loads(qapp.clipboard().text()) == requested(WEATHER, flat=True)


@pytest.mark.parametrize("tool", [WEATHER, POEM, SEARCH], ids=["function", "custom", "hosted"])
@pytest.mark.parametrize(("name", "scale"), [("light", 1.0), ("dark", 1.0), ("contrast", 2.0)])
def test_everything_has_a_name_and_fits_at_every_width(
    view: ToolDefinition, tool: Tool, name: str, scale: float
) -> None:
    theme.apply(name, scale)
    view.show_tool(tool)
    for wide in (280, 420):
        view.resize(int(wide * scale), int(600 * scale))
        assert view.width() == int(wide * scale), view.minimumSizeHint()
        page = view.form.widget()
        assert page is not None
        assert page.minimumSizeHint().width() <= view.form.viewport().width()
    for one in view.findChildren(QWidget):
        field = isinstance(one, QAbstractButton | QComboBox | QPlainTextEdit)
        inner = isinstance(one, QLineEdit) and not isinstance(one.parent(), QComboBox)
        if (field or inner) and one.isVisible() and one.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert one.accessibleName(), one
