"""The tree of a schema by itself: what it shows, and what comes of keys, clicks and fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QMenu, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from playground.core.resources import resource
from playground.schemas.lint import lint
from playground.schemas.outline_parts import at
from playground.schemas.source import Path
from playground.ui import theme
from playground.ui.models import RECORD
from playground.ui.widgets.schematree import HINT, SchemaTree
from playground.ui.widgets.schematreemodel import INSIDE, MARK, Mark, SchemaModel

TEXT = {"type": "string"}
EMPTY = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def example(name: str) -> Any:
    return json.loads(resource("schemas", f"{name}.json").read_text(encoding="utf-8"))


class Owner:
    """Whoever has the text: keeps what the tree says, and shows it again."""

    def __init__(self, tree: SchemaTree, schema: Any) -> None:
        self.tree, self.schema = tree, schema
        self.said: list[str] = []
        self.picked: list[Path] = []
        tree.edited.connect(self.take)
        tree.picked.connect(self.picked.append)
        tree.show_schema(schema)

    def take(self, schema: Any, words: str) -> None:
        self.schema = json.loads(json.dumps(schema))  # as it comes back from a text
        self.said.append(words)
        self.tree.show_schema(self.schema)


@pytest.fixture
def tree(qtbot: QtBot) -> Iterator[SchemaTree]:
    one = SchemaTree()
    qtbot.addWidget(one)
    one.resize(330, 700)
    one.show()
    one.activateWindow()
    yield one


@pytest.fixture
def invoice(tree: SchemaTree) -> Owner:
    return Owner(tree, example("invoice"))


def names(tree: SchemaTree) -> list[str]:
    """The rows that can be seen, with their levels."""
    found, index = [], tree.model.index(0, 0)
    while index.isValid():
        level, around = 0, index.parent()
        while around.isValid():
            level, around = level + 1, around.parent()
        found.append("  " * level + index.data())
        index = tree.view.indexBelow(index)
    return found


def press(tree: SchemaTree, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    held = modifiers[0] if modifiers else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(tree.view, key, held)


def editor(tree: SchemaTree) -> QLineEdit:
    (one,) = tree.view.viewport().findChildren(QLineEdit)
    return one


def type_name(tree: SchemaTree, text: str, owner: Owner, qtbot: QtBot) -> None:
    """Into the row that is being renamed."""
    before = len(owner.said)
    one = editor(tree)
    one.selectAll()
    QTest.keyClicks(one, text)
    QTest.keyClick(one, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(owner.said) > before or tree.said.isVisible())


def menu_of_row(tree: SchemaTree) -> QMenu:
    tree.offer(QPoint(0, 0))
    return tree.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)[-1]


def offered(tree: SchemaTree) -> dict[str, QAction]:
    """The menu of the selected row."""
    return {action.text().partition("\t")[0]: action for action in menu_of_row(tree).actions()}


def submenus(tree: SchemaTree, title: str) -> list[QMenu]:
    return [one for one in menu_of_row(tree).findChildren(QMenu) if one.title() == title]


# What is shown.


def test_a_small_schema_is_open_from_the_start(tree: SchemaTree, invoice: Owner) -> None:
    assert names(tree) == [
        "Invoice", "  number", "  issued", "  seller", "  currency", "  lines", "    items",
        "      description", "      quantity", "      unit_price", "  total",
    ]  # fmt: skip
    assert tree.row is not None and tree.row.path == ()


def test_the_model_is_one_that_qt_takes(qtbot: QtBot) -> None:
    model = SchemaModel()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning, model
    )
    for name in ("user-interface", "shapes", "invoice"):
        model.show(example(name))
        for index in list(model.shown()):
            model.rowCount(index)
    assert tester is not None, "it warns, and a warning fails this"
    model.show({"properties": [], "$defs": {"": 3}, "anyOf": [True, None]})
    assert next(iter(model.shown())).data() == "schema"


def test_thousands_of_properties_are_made_when_they_are_opened(tree: SchemaTree) -> None:
    inner = {**EMPTY, "properties": {f"p{n}": TEXT for n in range(6000)}}
    inner["required"] = list(inner["properties"])
    schema = {**EMPTY, "properties": {"big": inner, "other": {"$ref": "#/$defs/Big"}},
              "required": ["big", "other"], "$defs": {"Big": inner, "Huge": inner}}  # fmt: skip
    tree.show_schema(schema)
    assert tree.model.made < 6100, "one of them at most is open"
    tree.select(("$defs", "Huge", "properties", "p5999"))
    assert tree.row is not None and tree.row.key == "p5999"
    tree.wish("up")
    assert tree.row.path == ("$defs", "Huge", "properties", "p5999")
    assert tree.view.currentIndex().row() == 5998


def test_an_empty_object_says_what_to_do(tree: SchemaTree) -> None:
    Owner(tree, EMPTY)
    assert tree.view.hint == HINT
    tree.buttons["within"].click()
    assert tree.view.hint == ""
    assert names(tree) == ["schema", "  field"]


def test_what_is_open_and_selected_stays_so(tree: SchemaTree, invoice: Owner) -> None:
    lines: Path = ("properties", "lines")
    tree.view.collapse(tree.model.index_of(lines))
    tree.select(("properties", "seller"))
    changed = {**invoice.schema, "description": "Another", "properties": {
        "first": TEXT, **invoice.schema["properties"]}}  # fmt: skip
    tree.show_schema(changed)
    assert names(tree) == [
        "Invoice", "  first", "  number", "  issued", "  seller", "  currency", "  lines",
        "  total",
    ]  # fmt: skip
    assert tree.row is not None and tree.row.path == ("properties", "seller")
    assert invoice.picked == [], "nobody has picked anything"
    gone = {**changed, "properties": {"first": TEXT}}
    tree.show_schema(gone)
    assert tree.row.path == ()


def test_a_text_that_is_no_schema_leaves_the_tree_as_it_was(
    tree: SchemaTree, invoice: Owner
) -> None:
    before = names(tree)
    tree.show_schema(None, "Line 3: expected a value.")
    assert tree.wrong.isVisible() and tree.wrong.text() == "Line 3: expected a value."
    assert not tree.view.isEnabled() and not tree.fields.isEnabled()
    assert names(tree) == before
    tree.wish("within")
    assert invoice.said == []
    tree.show_schema(invoice.schema)
    assert tree.view.isEnabled() and tree.fields.isEnabled() and not tree.wrong.isVisible()


def test_nothing_can_be_done_before_there_is_a_schema(tree: SchemaTree) -> None:
    assert not tree.view.isEnabled() and not tree.fields.isEnabled()
    tree.select(("properties", "a"))
    tree.mark({("properties", "a"): ("error", "no")})
    assert tree.row is None


def test_violations_are_at_their_rows_and_said(tree: SchemaTree) -> None:
    schema = example("invoice")
    price: Path = ("properties", "lines", "items", "properties", "unit_price")
    at(schema, price)["default"] = 0
    del schema["additionalProperties"]
    tree.show_schema(schema)
    tree.mark({one.path: ("error", one.message) for one in lint(schema)})
    index = tree.model.index_of(price)
    assert isinstance(mark := index.data(int(MARK)), Mark) and "`default`" in mark.message
    assert mark.message in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "error: " in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert tree.model.index_of(()).data(int(MARK)).severity == "error"
    assert tree.model.index_of(("properties", "lines")).data(int(INSIDE)) == "error"
    assert tree.model.index_of(("properties", "total")).data(int(INSIDE)) == ""
    tree.mark({})
    assert index.data(int(MARK)) is None


def test_a_name_is_plain_text_and_nothing_in_it_hides(tree: SchemaTree) -> None:
    tree.show_schema({**EMPTY, "properties": {"<b>a</b>\u202e": {"description": "<i>x"}}})
    index = tree.model.index(0, 0, tree.model.index(0, 0))
    assert index.data() == "<b>a</b>⟨U+202E⟩"
    assert "&lt;i&gt;x" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_it_follows_theme_and_size(tree: SchemaTree, invoice: Owner) -> None:
    tree.mark({("properties", "lines", "items"): ("warning", "w")})
    tree.view.collapse(tree.model.index_of(("properties", "lines")))
    theme.apply("dark", 1.5)
    assert not tree.grab().isNull()
    assert tree.view.sizeHintForRow(0) == theme.current().px(24)


# Keys.


def test_a_property_is_added_below_and_named_at_once(
    tree: SchemaTree, invoice: Owner, qtbot: QtBot
) -> None:
    tree.select(("properties", "number"))
    press(tree, Qt.Key.Key_Return)
    assert invoice.said == ["Added field"]
    type_name(tree, "buyer", invoice, qtbot)
    assert list(invoice.schema["properties"])[:3] == ["number", "buyer", "issued"]
    assert invoice.schema["required"][:3] == ["number", "buyer", "issued"]
    assert tree.row is not None and tree.row.path == ("properties", "buyer")
    assert invoice.said[-1] == "Renamed field to buyer"
    assert lint(invoice.schema) == []


def test_insert_adds_within(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "lines", "items"))
    press(tree, Qt.Key.Key_Insert)
    assert tree.row is not None
    assert tree.row.path == ("properties", "lines", "items", "properties", "field")


def test_a_double_click_and_f2_rename_and_what_was_open_stays_so(
    tree: SchemaTree, invoice: Owner, qtbot: QtBot
) -> None:
    tree.view.setFocus()
    index = tree.model.index_of(("properties", "lines"))
    place = tree.view.visualRect(index).center()
    QTest.mouseClick(tree.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(tree.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    type_name(tree, "rows", invoice, qtbot)
    assert "rows" in invoice.schema["properties"] and "      quantity" in names(tree)
    press(tree, Qt.Key.Key_F2)
    type_name(tree, "total", invoice, qtbot)
    assert tree.said.text() == "There is a property total already."
    assert "rows" in invoice.schema["properties"]


def test_rows_move_and_go_and_come_again(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "issued"))
    press(tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert list(invoice.schema["properties"])[:2] == ["issued", "number"]
    press(tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert tree.said.text() == "It is the first one." and len(invoice.said) == 1
    press(tree, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert list(invoice.schema["properties"])[:2] == ["number", "issued"]
    press(tree, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert tree.row is not None and tree.row.key == "issued_2"
    press(tree, Qt.Key.Key_Delete)
    assert tree.row.key == "seller" and invoice.schema == example("invoice")
    press(tree, Qt.Key.Key_Space)
    assert "seller" not in invoice.schema["required"] and not tree.fields.required.isChecked()
    press(tree, Qt.Key.Key_Space)
    assert invoice.schema == example("invoice")


def test_what_the_user_selects_is_told_and_shown(tree: SchemaTree, invoice: Owner) -> None:
    tree.view.setFocus()
    press(tree, Qt.Key.Key_Down)
    assert invoice.picked == [("properties", "number")]
    assert tree.fields.name.text() == "number"
    index = tree.model.index_of(("properties", "total"))
    tree.view.selectionModel().setCurrentIndex(
        index, QItemSelectionModel.SelectionFlag.ClearAndSelect
    )
    assert invoice.picked[-1] == ("properties", "total")
    assert "total" in tree.path.text()


# The menu.


def test_what_cannot_be_done_is_off_and_says_why(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "number"))
    actions = offered(tree)
    assert actions["Move down"].isEnabled() and not actions["Move up"].isEnabled()
    assert "It is the first one." in actions["Move up"].toolTip()
    assert not actions["Write out the reference"].isEnabled()
    actions["Make an array of it"].trigger()
    assert invoice.schema["properties"]["number"]["type"] == "array"
    actions = offered(tree)
    actions["Make it one item"].trigger()
    assert invoice.schema == example("invoice")


def test_a_definition_is_made_referred_to_and_written_out(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "lines", "items"))
    offered(tree)["Move into a definition"].trigger()
    assert invoice.schema["$defs"].keys() == {"Lines"}
    assert invoice.schema["properties"]["lines"]["items"] == {"$ref": "#/$defs/Lines"}
    tree.select(("properties", "total"))
    (refers,) = submenus(tree, "Reference to")
    assert [action.text() for action in refers.actions()] == ["the root", "Lines"]
    refers.actions()[1].trigger()
    assert invoice.schema["properties"]["total"] == {"$ref": "#/$defs/Lines"}
    offered(tree)["Write out the reference"].trigger()
    assert invoice.schema["properties"]["total"] == invoice.schema["$defs"]["Lines"]
    assert invoice.schema["properties"]["total"]["type"] == "object"


# The form.


def choose(box: QComboBox, data: str) -> None:
    box.setCurrentIndex(box.findData(data))
    box.activated.emit(box.currentIndex())


def write(edit: QPlainTextEdit, text: str) -> None:
    edit.selectAll()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    for number, line in enumerate(text.split("\n")):
        if number:
            QTest.keyClick(edit, Qt.Key.Key_Return)
        QTest.keyClicks(edit, line)


def test_a_type_is_chosen_and_what_is_lost_is_said(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "currency"))
    choose(tree.fields.type, "integer")
    assert invoice.schema["properties"]["currency"] == {
        "type": "integer",
        "description": "ISO 4217",
    }
    assert tree.said.text() == "currency is an integer now; without pattern."
    shown = [word for word, one in tree.fields.limits.items() if one.isVisibleTo(tree.fields)]
    assert "minimum" in shown and "pattern" not in shown
    choose(tree.fields.type, "union")
    assert tree.row is not None and tree.row.path == ("properties", "currency", "anyOf", 1)


def test_null_and_required_are_boxes(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "seller"))
    tree.fields.nullable.click()
    assert invoice.schema["properties"]["seller"]["type"] == ["string", "null"]
    tree.fields.required.click()
    assert "seller" not in invoice.schema["required"]
    assert tree.fields.type.currentData() == "string"
    tree.select(())
    assert not tree.fields.nullable.isVisible() and not tree.fields.name.isVisible()


def test_a_name_is_typed_in_the_form(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "seller"))
    name = tree.fields.name
    name.setFocus()
    name.selectAll()
    QTest.keyClicks(name, "vendor")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert "vendor" in invoice.schema["required"]
    name.selectAll()
    QTest.keyClicks(name, "total")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert tree.said.text() == "There is a property total already."
    assert name.property("wrong") is True and name.text() == "total"
    tree.select(("properties", "vendor"))
    tree.select(("properties", "lines"))
    assert name.text() == "lines" and name.property("wrong") is False


def test_a_description_is_taken_after_a_pause_and_typing_goes_on(
    tree: SchemaTree, invoice: Owner, qtbot: QtBot
) -> None:
    tree.select(("properties", "seller"))
    text = tree.fields.description
    text.setFocus()
    with qtbot.waitSignal(tree.edited):
        QTest.keyClicks(text, "Who sends ")
    assert invoice.schema["properties"]["seller"]["description"] == "Who sends "
    QTest.keyClicks(text, "it")
    assert text.toPlainText() == "Who sends it"
    tree.select(("properties", "total"))
    assert invoice.schema["properties"]["seller"]["description"] == "Who sends it"
    assert tree.row is not None and tree.row.path == ("properties", "total")
    assert text.toPlainText() == ""


def test_values_are_typed_one_a_line(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "currency"))
    write(tree.fields.values, "EUR\nCHF")
    tree.fields.settle()
    assert invoice.schema["properties"]["currency"]["enum"] == ["EUR", "CHF"]
    tree.select(("properties", "total"))
    write(tree.fields.values, "1\nmany")
    tree.fields.settle()
    assert tree.said.text() == '"many" is not a number.'
    assert "enum" not in invoice.schema["properties"]["total"]
    assert tree.fields.values.toPlainText() == "1\nmany", "what was typed stays"
    write(tree.fields.values, "1\n2.5")
    tree.fields.settle()
    assert invoice.schema["properties"]["total"]["enum"] == [1, 2.5]


def test_a_limit_is_switched_on_changed_and_off(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "total"))
    limit = tree.fields.limits["minimum"]
    limit.switch.click()
    assert limit.field.isVisible()
    limit.field.write("")
    QTest.keyClicks(limit.field, "5")
    QTest.keyClick(limit.field, Qt.Key.Key_Return)
    assert invoice.schema["properties"]["total"] == {"type": "number", "minimum": 5}
    QTest.keyClicks(limit.field, "x")
    QTest.keyClick(limit.field, Qt.Key.Key_Return)
    assert limit.field.property("wrong") is True
    assert invoice.schema["properties"]["total"]["minimum"] == 5
    limit.switch.click()
    assert invoice.schema["properties"]["total"] == {"type": "number"}
    assert limit.off.isVisible()
    tree.select(("properties", "number"))
    choice = tree.fields.limits["format"]
    choice.switch.click()
    assert invoice.schema["properties"]["number"]["format"] == "date-time"


def test_a_constant_and_a_title_are_switched_on(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "total"))
    for keyword, text, value in (("const", "3", 3), ("title", "Sum", "Sum")):
        limit = tree.fields.limits[keyword]
        limit.switch.click()
        QTest.keyClicks(limit.field, text)
        QTest.keyClick(limit.field, Qt.Key.Key_Return)
        assert invoice.schema["properties"]["total"][keyword] == value
    for keyword in ("const", "title"):
        tree.fields.limits[keyword].switch.click()
    assert invoice.schema == example("invoice")


def test_everything_has_a_name_and_can_be_reached_and_hit(tree: SchemaTree, invoice: Owner) -> None:
    tree.resize(320, 900)
    tree.select(("properties", "currency"))
    kinds = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit)
    seen = 0
    for kind in kinds:
        for one in tree.findChildren(kind):
            if one.isVisible() and not isinstance(one.parentWidget(), QComboBox):
                seen += 1
                assert one.accessibleName() or getattr(one, "text", str)(), one
                assert one.width() >= 24 and one.height() >= 24, one
                assert one.focusPolicy() & Qt.FocusPolicy.TabFocus
                right = one.mapTo(tree, QPoint(one.width(), 0)).x()
                assert right <= tree.width(), f"{one.accessibleName()} is cut off at 320 px"
    assert seen > 15


def test_the_keyboard_goes_from_the_tree_down_the_form(tree: SchemaTree, invoice: Owner) -> None:
    tree.select(("properties", "currency"))
    tree.view.setFocus()
    order: list[QWidget] = [
        *tree.buttons.values(), tree.fields.name, tree.fields.type, tree.fields.required,
        tree.fields.nullable, tree.fields.description, tree.fields.values,
        tree.fields.limits["title"].switch,
    ]  # fmt: skip
    met: list[QWidget] = []
    for _ in range(40):
        focused = tree.focusWidget()
        if focused is not None and focused in order:
            met.append(focused)
        tree.focusNextChild()
    assert met[: len(order)] == order


def test_a_row_is_known_by_its_record(tree: SchemaTree, invoice: Owner) -> None:
    index = tree.model.index_of(("properties", "currency", "nothing"))
    assert index.data(int(RECORD)).path == ("properties", "currency")
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == (
        "currency, string, /^[A-Z]{3}$/, ISO 4217"
    )
