"""A form made from a JSON Schema: what is shown for it, what is typed, and what comes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from playground.ui import theme
from playground.ui.widgets.schemaform import FORM, JSON, SchemaForm
from playground.ui.widgets.schemaformarray import ArrayPart
from playground.ui.widgets.schemaformkinds import (
    UNSET,
    fits,
    hint_of,
    place_of,
    read_text,
    start_of,
    write_text,
)
from playground.ui.widgets.schemaformrows import KeyRow, Row
from playground.ui.widgets.schemaformslot import PAGE, ROWS

Widget = TypeVar("Widget", bound=QWidget)

NODE = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {
                "word": {"type": "string"},
                "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
                "inner": {"$ref": "#/$defs/Node"},
            },
            "required": ["word", "next"],
        }
    },
}
PERSON = {
    "title": "Person",
    "type": "object",
    "properties": {"kind": {"const": "person"}, "name": {"type": "string"}},
    "required": ["kind", "name"],
}
FIRM = {
    "type": "object",
    "properties": {"kind": {"const": "firm"}, "number": {"type": "integer"}},
    "required": ["kind", "number"],
}


def fields(required: bool = True, **properties: Any) -> dict[str, Any]:
    names = list(properties) if required else []
    return {"type": "object", "properties": properties, "required": names}


Shown = Callable[..., SchemaForm]


@pytest.fixture
def shown(qtbot: QtBot) -> Iterator[Shown]:
    """A form in a window of its own. It goes at once: a theme takes time for each widget."""
    hosts: list[QWidget] = []

    def make(schema: Any, value: Any = None, width: int = 500) -> SchemaForm:
        host = QWidget()
        hosts.append(host)
        column = QVBoxLayout(host)
        column.setContentsMargins(0, 0, 0, 0)
        form = SchemaForm(host)
        column.addWidget(form)
        column.addStretch(1)
        form.show_schema(schema, value)
        host.resize(width, 700)
        host.show()
        qtbot.waitExposed(host)
        host.activateWindow()
        return form

    yield make
    for host in hosts:
        host.close()
        host.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def named(form: QWidget, name: str, kind: type[Widget]) -> Widget:
    """The control that a screen reader calls so."""
    found = [one for one in form.findChildren(kind) if one.accessibleName() == name]
    seen = [one for one in found if one.isVisible()] or found
    assert len(seen) == 1, (name, len(seen))
    return seen[0]


def button(form: QWidget, name: str) -> QAbstractButton:
    return named(form, name, QAbstractButton)


def put(field: QWidget, text: str) -> None:
    """Type a text in place of what is there."""
    field.setFocus()
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)


def said(form: QWidget) -> str:
    """All words that can be seen."""
    return "\n".join(one.text() for one in form.findChildren(QLabel) if one.isVisible())


# What is shown for a schema, without a window


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "string"}, "text", False),
        ({"type": ["string", "null"]}, "text", True),
        ({"type": "number"}, "number", False),
        ({"type": "integer"}, "integer", False),
        ({"type": "boolean"}, "boolean", False),
        ({"type": "null"}, "fixed", False),
        ({"const": {"a": 1}}, "fixed", False),
        ({"enum": ["a", 1, None]}, "choice", False),
        ({"anyOf": [{"const": 1}, {"const": 2}, {"type": "null"}]}, "choice", True),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", True),
        ({"oneOf": [PERSON, FIRM]}, "union", False),
        ({"type": ["string", "integer", "null"]}, "union", True),
        ({"allOf": [{"$ref": "#/$defs/Name"}], "description": "x"}, "text", False),
        ({"allOf": [{"minimum": 1}, {"type": "integer"}]}, "json", False),
        ({"properties": {}}, "object", False),
        ({"additionalProperties": {"type": "string"}}, "object", False),
        ({"items": {}}, "array", False),
        ({"type": "array", "prefixItems": [{}]}, "array", False),
        ({"minimum": 3}, "json", False),
        ({"type": "wonder"}, "json", False),
        ({"$ref": "https://example.com/other"}, "json", False),
        ({"$ref": "#/$defs/Circle"}, "json", False),
        ({}, "json", False),
        (True, "json", False),
        ("nonsense", "json", False),
        ({"type": 7, "properties": 8, "required": "no"}, "object", False),
    ],
)
def test_every_schema_has_a_field(schema: Any, kind: str, nullable: bool) -> None:
    root = {
        "$defs": {"Name": {"type": "string"}, "Circle": {"$ref": "#/$defs/Circle"}},
        "properties": {"it": schema},
    }
    place = place_of(root, schema)
    assert (place.kind, place.nullable) == (kind, nullable)
    start_of(root, schema)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": "string", "default": "x"}, "x"),
        ({"type": "integer"}, UNSET),
        ({"type": "boolean"}, False),
        ({"const": 2}, 2),
        ({"enum": ["one"]}, "one"),
        ({"enum": ["one", "two"]}, UNSET),
        ({"type": "array", "items": {}, "minItems": 3}, []),
        (fields(a={"type": "string"}, b={"type": "integer"}), {"a": ""}),
        (fields(False, a={"type": "string", "default": "x"}), {}),
        ({"anyOf": [PERSON, FIRM]}, {"kind": "person", "name": ""}),
        (NODE, {"word": "", "next": None}),
        (fields(me={"$ref": "#"}), {}),
        ({}, UNSET),
    ],
)
def test_nothing_is_made_up(schema: Any, value: Any) -> None:
    assert start_of(schema, schema) == value


def test_what_a_field_says_of_itself() -> None:
    assert hint_of(place_of({}, {"type": "string", "format": "date"})) == "date, such as 2026-01-31"
    assert hint_of(place_of({}, {"type": "string", "examples": ["Oslo"]})) == "such as Oslo"
    assert hint_of(place_of({}, {"type": "integer", "minimum": 1})) == "integer ≥ 1"
    assert hint_of(place_of({}, {"type": "string", "maxLength": 5})) == "at most 5 characters"
    assert hint_of(place_of({}, {"type": "boolean"})) == ""


def test_json_that_is_edited_hides_nothing_and_loses_nothing() -> None:
    value = {"a\u202eb": "x\xa0y\x7f\u200b\ufeff", "emoji": "👍🏽", "tag": "\U000e0041", "n": "ä\n"}
    text = write_text(value)
    assert json.loads(text) == value
    for hidden in "\u202e\xa0\x7f\u200b\ufeff\U000e0041":
        assert hidden not in text
    assert "👍🏽" in text and "ä" in text
    assert write_text({"a": 1}, short=True) == '{"a": 1}'


@pytest.mark.parametrize("text", ["", "  ", "{", "NaN", '{"a":1,"a":2}', "1e999", "[1,]", "'a'"])
def test_what_is_no_json_is_refused(text: str) -> None:
    assert read_text(text)[1]


def test_words_that_an_editor_would_change_are_written_as_json() -> None:
    place = place_of({}, {"type": "string"})
    assert fits(place, "two\nlines\tand more") and fits(place, "日本語 שלום")
    assert not any(fits(place, one) for one in ("a\xa0b", "a\rb", "a\u2028b", "\u202eabc", 5))


# Values that are given come out as they went in


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (fields(a={"type": "string"}), {"a": "two\nlines"}),
        (fields(a={"type": "string"}), {"a": "hidden\u202e\xa0\r"}),
        (fields(a={"type": "number"}), {"a": 0.1 + 0.2}),
        (fields(a={"type": "integer"}), {"a": 10**30}),
        (fields(a={"type": "integer"}), {"a": "wrong"}),
        (fields(a={"type": "boolean"}), {"a": None}),
        (fields(a={"enum": ["x", "y"]}), {"a": "none of them"}),
        (fields(a={"const": 1}), {"a": 2}),
        (fields(a={"const": 1}), {}),
        (fields(a={"type": ["string", "null"]}), {"a": None}),
        (fields(a={"anyOf": [PERSON, {"type": "null"}]}), {"a": None}),
        (fields(a={"oneOf": [PERSON, FIRM]}), {"a": {"kind": "firm", "number": 3}}),
        (fields(a={"oneOf": [PERSON, FIRM]}), {"a": {"kind": "firm"}}),
        (fields(a={"oneOf": [PERSON, FIRM]}), {"a": [1, 2]}),
        (fields(a={"type": "array", "items": {"type": "integer"}}), {"a": [1, None, "x", {}]}),
        (fields(a={"prefixItems": [{"type": "string"}, {"type": "integer"}]}), {"a": ["x", 1, 2]}),
        (fields(a={"type": "array"}), {"a": list(range(3 * PAGE))}),
        ({"additionalProperties": {"type": "integer"}}, {"b": 1, "a": 2, "": 3}),
        ({"additionalProperties": {"type": "integer"}}, {str(n): n for n in range(3 * PAGE)}),
        ({**fields(a={"type": "string"}), "additionalProperties": False}, {"z": 1, "a": ""}),
        (NODE, {"word": "a", "next": {"word": "b", "next": {"word": "c", "next": None}}}),
        (fields(**{f"p{n}": fields(x=fields(y={})) for n in range(PAGE)}), {"p7": {"x": {"y": 1}}}),
        (fields(a={}), [1, 2]),
        (fields(a={}), "not even an object"),
        ({}, {"anything": [True]}),
        ({"type": "string"}, "words"),
        (False, 1),
    ],
)
def test_a_value_comes_out_as_it_went_in(shown: Shown, schema: Any, value: Any) -> None:
    form = shown(schema, value)
    assert json.dumps(form.value) == json.dumps(value), "also in its order"
    assert form.readable
    form.views.pick(JSON)
    assert json.loads(form.text) == value
    form.views.pick(FORM)
    assert json.dumps(form.value) == json.dumps(value)
    assert json.loads(form.text) == value
    assert not form.json.pending


EVERYTHING = fields(
    a={"type": "string"},
    b={"oneOf": [PERSON, FIRM]},
    c={"type": "array", "items": fields(x={"type": "integer"})},
    d={"anyOf": [fields(y={"type": "boolean"}), {"type": "null"}]},
    e={"additionalProperties": {"type": ["integer", "null"]}},
    f={"const": 1},
    g={"prefixItems": [{"type": "string"}, {"oneOf": [PERSON, {"type": "integer"}]}]},
    h={"$ref": "#"},
)
VALUES: list[Any] = [
    {},
    {"a": "", "b": {"kind": "firm", "number": 1}, "c": [], "d": None, "e": {}, "f": 1, "g": []},
    {"b": {"kind": "person", "name": "x"}, "c": [{"x": 1}, {}], "d": {"y": True}, "e": {"k": 1}},
    {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "z": 9},
    {"c": [{"x": 2}], "e": {"l": None, "k": 2}, "g": ["w", {"kind": "person", "name": "v"}, 3]},
    {"g": ["w", 4], "d": {}, "h": {"a": "deep", "h": {"a": "deeper"}}},
    [None],
    "words",
]


@pytest.mark.parametrize("before", range(len(VALUES)))
def test_any_value_may_follow_any_other(shown: Shown, before: int) -> None:
    form = shown(EVERYTHING, VALUES[before])
    for button in form.findChildren(QAbstractButton):
        if button.accessibleName().startswith("Fields of"):
            button.click()
    for value in (*VALUES, VALUES[before]):
        form.views.pick(JSON)
        form.json.replace(json.dumps(value))
        form.views.pick(FORM)
        assert form.value == value and form.readable
        assert bool(form.errors)


def test_what_is_required_and_was_taken_away_can_be_had_again(shown: Shown) -> None:
    form = shown(fields(fixed={"const": 1}, place=fields(x={"type": "string"})))
    assert form.value == {"fixed": 1, "place": {"x": ""}}
    form.views.pick(JSON)
    form.json.replace("{}")
    form.views.pick(FORM)
    assert form.value == {} and said(form).count("Required, and nothing stands here.") == 2
    for name in ("fixed", "place"):
        QTest.keyClick(named(form, name, QCheckBox), Qt.Key.Key_Space)
    assert form.value == {"fixed": 1, "place": {"x": ""}} and form.errors == []


# What is typed


def test_each_kind_of_field(shown: Shown, qtbot: QtBot) -> None:
    form = shown(
        fields(
            word={"type": "string"},
            count={"type": "integer"},
            share={"type": "number"},
            good={"type": "boolean"},
            size={"enum": ["small", "large"]},
            fixed={"const": 7},
            free={},
        )
    )
    assert form.value == {"word": "", "good": False, "fixed": 7}
    with qtbot.waitSignal(form.edited):
        put(named(form, "word", QPlainTextEdit), "Rome")
    assert form.value["word"] == "Rome"
    put(named(form, "count", QLineEdit), "12")
    put(named(form, "share", QLineEdit), "0.5")
    QTest.keyClick(button(form, "good"), Qt.Key.Key_Space)
    size = named(form, "size", QComboBox)
    assert size.currentText() == "" and size.placeholderText() == "Choose…"
    size.setFocus()
    QTest.keyClick(size, Qt.Key.Key_Down)
    put(named(form, "free", QPlainTextEdit), '{"a": []}')
    assert form.value == {
        "word": "Rome", "good": True, "fixed": 7, "count": 12, "share": 0.5,
        "size": "small", "free": {"a": []},
    }  # fmt: skip
    assert form.errors == [] and form.readable


def test_typing_is_taken_when_it_pauses_and_what_is_clicked_at_once(
    shown: Shown, qtbot: QtBot
) -> None:
    form = shown(fields(count={"type": "integer"}, good={"type": "boolean"}))
    told: list[Any] = []
    form.edited.connect(lambda: told.append(form.value))
    field = named(form, "count", QLineEdit)
    field.setFocus()
    QTest.keyClicks(field, "123")
    assert told == [] and form.value["count"] == 123
    qtbot.waitUntil(lambda: len(told) == 1)
    button(form, "good").click()
    assert told[1:] == [{"count": 123, "good": True}]


def test_enter_in_words_does_not_begin_a_line(shown: Shown) -> None:
    form = shown(fields(word={"type": "string"}))
    field = named(form, "word", QPlainTextEdit)
    low = field.height()
    put(field, "one")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert form.value == {"word": "one"}
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "two")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClicks(field, "three")
    assert form.value == {"word": "one\ntwo\nthree"}
    assert field.height() > low


def test_what_is_off_is_not_sent_and_keeps_what_stood_there(shown: Shown) -> None:
    form = shown(fields(False, city={"type": "string", "default": "Oslo"}, n={"type": "integer"}))
    assert form.value == {} and said(form).count("not sent") == 2
    switch = named(form, "city", QCheckBox)
    assert "Not sent" in switch.accessibleDescription()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert form.value == {"city": "Oslo"} and said(form).count("not sent") == 1
    put(named(form, "city", QPlainTextEdit), "Rome")
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert form.value == {}
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert form.value == {"city": "Rome"}


def test_null_is_a_switch_beside_the_value(shown: Shown) -> None:
    form = shown(
        fields(note={"type": ["string", "null"]}, who={"anyOf": [PERSON, {"type": "null"}]})
    )
    assert form.value == {"note": "", "who": None}
    put(named(form, "note", QPlainTextEdit), "x")
    button(form, "note is null").click()
    assert form.value["note"] is None
    assert not named(form, "note", QPlainTextEdit).isEnabled()
    button(form, "note is null").click()
    assert form.value["note"] == "x"
    button(form, "who is null").click()
    put(named(form, "who.name", QPlainTextEdit), "Ann")
    assert form.value["who"] == {"kind": "person", "name": "Ann"}


def test_text_that_is_no_value_is_kept_and_said(shown: Shown) -> None:
    form = shown(fields(count={"type": "integer"}), {"count": 3})
    field = named(form, "count", QLineEdit)
    put(field, "12x")
    form.settle()
    assert not form.readable
    assert form.errors == ["$.count: '12x' is not a number"]
    assert field.property("wrong") and "'12x' is not a number." in said(form)
    assert "'12x' is not a number" in field.accessibleDescription()
    form.views.pick(JSON)
    assert json.loads(form.text) == {}
    assert "only in the form: $.count: '12x' is not a number" in said(form)
    form.views.pick(FORM)
    assert field.text() == "12x" and not form.readable
    form.views.pick(JSON)
    form.json.replace('{"count": 5}')
    form.views.pick(FORM)
    assert field.text() == "5" and form.readable and form.errors == []


def test_an_empty_number_is_missing(shown: Shown) -> None:
    form = shown(fields(count={"type": "integer"}))
    assert form.errors == ["$.count: required, and nothing stands here"]
    for view in (JSON, FORM):
        form.views.pick(view)
        assert "required" not in said(form).lower(), "nobody has done anything wrong yet"
    form.insist()
    assert "Required, and nothing stands here." in said(form)


# Arrays


def test_items_are_added_moved_and_removed_by_keyboard(shown: Shown) -> None:
    form = shown(fields(tags={"type": "array", "items": {"type": "string"}}))
    add = button(form, "Add an item to tags")
    for word in ("a", "b", "c"):
        add.setFocus()
        QTest.keyClick(add, Qt.Key.Key_Space)
        focused = form.window().focusWidget()
        assert isinstance(focused, QPlainTextEdit), "what was added is typed into at once"
        QTest.keyClicks(focused, word)
    assert form.value == {"tags": ["a", "b", "c"]}
    down = button(form, "Move tags[0] down")
    down.setFocus()
    QTest.keyClick(down, Qt.Key.Key_Space)
    assert form.value == {"tags": ["b", "a", "c"]}
    assert form.window().focusWidget() is down and down.accessibleName() == "Move tags[1] down"
    QTest.keyClick(down, Qt.Key.Key_Space)
    assert form.value == {"tags": ["b", "c", "a"]}
    assert not down.isEnabled()
    assert form.window().focusWidget() is button(form, "Move tags[2] up")
    tops = [named(form, f"tags[{n}]", QPlainTextEdit).mapTo(form, form.pos()).y() for n in range(3)]
    qt_order = [named(form, f"tags[{n}]", QPlainTextEdit).toPlainText() for n in range(3)]
    assert tops == sorted(tops) and qt_order == ["b", "c", "a"]
    remove = button(form, "Remove tags[1]")
    remove.setFocus()
    QTest.keyClick(remove, Qt.Key.Key_Space)
    assert form.value == {"tags": ["b", "a"]}
    assert form.window().focusWidget() is button(form, "Remove tags[1]")


def test_the_keyboard_goes_through_items_as_they_stand(shown: Shown) -> None:
    form = shown(fields(tags={"type": "array", "items": {"type": "string"}}), {"tags": ["a", "b"]})
    button(form, "Move tags[1] up").click()
    first, second = (named(form, f"tags[{n}]", QPlainTextEdit) for n in range(2))
    first.setFocus()
    seen: list[QWidget] = [first]
    while seen[-1] is not second and len(seen) < 9:
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
        focused = form.window().focusWidget()
        assert focused is not None
        seen.append(focused)
    assert seen[-1] is second and 2 < len(seen) < 6


def test_what_is_typed_into_an_item_moves_with_it(shown: Shown) -> None:
    form = shown(fields(n={"type": "array", "items": {"type": "integer"}}), {"n": [1, 2, 3]})
    put(named(form, "n[1]", QLineEdit), "2x")
    button(form, "Move n[1] up").click()
    assert named(form, "n[0]", QLineEdit).text() == "2x"
    assert form.errors == ["$.n[0]: '2x' is not a number"]
    button(form, "Remove n[1]").click()
    assert [named(form, f"n[{at}]", QLineEdit).text() for at in range(2)] == ["2x", "3"]
    put(named(form, "n[0]", QLineEdit), "2")
    assert form.value == {"n": [2, 3]}


def test_places_of_a_tuple_have_their_own_fields(shown: Shown) -> None:
    schema = {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "boolean"}],
        "items": False,
    }
    form = shown(fields(pair=schema), {"pair": ["a"]})
    add = button(form, "Add an item to pair")
    add.click()
    assert form.value == {"pair": ["a", False]}
    assert not add.isVisible()
    assert not [one for one in form.findChildren(QAbstractButton) if "Move" in one.accessibleName()]
    button(form, "Remove pair[0]").click()
    assert form.value == {"pair": [False]}


# Unions, maps, recursion


def test_a_branch_is_chosen_and_the_others_are_remembered(shown: Shown) -> None:
    form = shown(fields(who={"oneOf": [PERSON, FIRM, {"type": "integer"}]}))
    kind = named(form, "Kind of who", QComboBox)
    assert [kind.itemText(at) for at in range(kind.count())] == [
        "Person", "kind = firm", "integer", "another value, as JSON",
    ]  # fmt: skip
    put(named(form, "who.name", QPlainTextEdit), "Ann")
    kind.setFocus()
    QTest.keyClick(kind, Qt.Key.Key_Down)
    assert form.value == {"who": {"kind": "firm"}}
    QTest.keyClick(kind, Qt.Key.Key_Up)
    assert form.value == {"who": {"kind": "person", "name": "Ann"}}
    QTest.keyClick(kind, Qt.Key.Key_End)
    assert form.value == {"who": {"kind": "person", "name": "Ann"}}, "to be changed as JSON"
    form.show_schema(form._schema, {"who": {"kind": "firm", "number": "x"}})
    assert named(form, "Kind of who", QComboBox).currentText() == "kind = firm"


def test_keys_are_added_renamed_and_removed(shown: Shown) -> None:
    form = shown(fields(labels={"additionalProperties": {"type": "integer"}}), {"labels": {"a": 1}})
    add = button(form, "Add a key to labels")
    QTest.keyClick(add, Qt.Key.Key_Space)
    assert form.value == {"labels": {"a": 1}} and "$.labels: A value has no key." not in form.text
    assert form.errors == ["$.labels: a value has no key"] and not form.readable
    field = form.window().focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "a")
    assert form.errors == ["$.labels: the key a stands there twice"]
    QTest.keyClicks(field, "b")
    row = field.parentWidget()
    while not isinstance(row, KeyRow):
        assert row is not None
        row = row.parentWidget()
    assert row.slot is not None
    put(row.slot.part.findChildren(QLineEdit)[0], "2")
    assert form.value == {"labels": {"a": 1, "ab": 2}} and form.readable
    put(named(form, "Key of labels.a", QLineEdit), "z")
    assert form.value == {"labels": {"z": 1, "ab": 2}}
    form.views.pick(JSON)
    form.views.pick(FORM)
    assert form.value == {"labels": {"z": 1, "ab": 2}}
    button(form, "Remove labels.a").click()
    assert form.value == {"labels": {"ab": 2}}


def test_what_holds_itself_is_opened_on_demand(shown: Shown) -> None:
    value = {"word": "", "next": None, "inner": {"word": "x", "next": None}}
    form = shown(NODE, value)
    fold = button(form, "Fields of inner")
    assert '"word": "x"' in fold.text()
    assert not [one for one in form.findChildren(Row) if one._where.name == "inner.word"]
    QTest.keyClick(fold, Qt.Key.Key_Space)
    assert form.value == value
    put(named(form, "inner.word", QPlainTextEdit), "y")
    assert form.value["inner"] == {"word": "y", "next": None}
    named(form, "inner.inner", QCheckBox).click()  # what is wanted is opened at once
    put(named(form, "inner.inner.word", QPlainTextEdit), "z")
    assert form.value["inner"]["inner"] == {"word": "z", "next": None}


def test_an_array_that_holds_itself(shown: Shown) -> None:
    form = shown({"type": "array", "items": {"$ref": "#"}})
    assert form.value == []
    button(form, "Add an item to Arguments").click()
    button(form, "Add an item to item 0").click()
    assert form.value == [[[]]]


# Errors


def test_errors_stand_at_their_fields(shown: Shown) -> None:
    place = fields(lat={"type": "number", "maximum": 90}, lon={"type": "number"})
    form = shown(
        fields(city={"type": "string", "minLength": 2}, place=place),
        {"city": "x", "place": {"lat": 91}},
    )
    assert form.errors == [
        "$.city: it has 1 characters, and `minLength` is 2",
        "$.place.lon: required, and nothing stands here",
        "$.place.lat: 91 is greater than the maximum of 90",
    ]
    lat = named(form, "place.lat", QLineEdit)
    assert lat.property("wrong") and "greater" in lat.accessibleDescription()
    rows = {row._where.name: row for row in form.findChildren(Row)}
    for name, words in (("city", "1 characters"), ("place.lat", "91"), ("place.lon", "Required")):
        why = rows[name].why
        assert why is not None and why.isVisible() and words in why.text()
    assert rows["place"].why is None
    put(lat, "9")
    form.settle()
    assert not lat.property("wrong") and not rows["place.lat"].why.isVisible()  # type: ignore[union-attr]


def test_an_error_without_a_row_stands_at_the_nearest_one(shown: Shown) -> None:
    numbers = {"type": "array", "items": {"type": "integer"}}
    form = shown(fields(n=numbers), {"n": [*range(2 * PAGE), "last"]})
    assert "$[80]: it is a string, not integer" in said(form).lower()
    extra = {**fields(a={"type": "string"}), "additionalProperties": False}
    form = shown(extra, {"a": "", "b": 1})
    assert "additional properties are not allowed" in said(form).lower()


def test_a_value_of_another_type_is_shown_as_json_until_it_fits(shown: Shown) -> None:
    form = shown(fields(count={"type": "integer"}), {"count": "5"})
    field = named(form, "count", QPlainTextEdit)
    assert field.toPlainText() == '"5"'
    ease = button(form, "Use the field for count")
    assert not ease.isVisible()
    put(field, "6")
    assert ease.isVisible() and form.value == {"count": 6}
    QTest.keyClick(ease, Qt.Key.Key_Space)
    assert named(form, "count", QLineEdit).text() == "6"
    assert form.value == {"count": 6} and form.errors == []


def test_a_schema_that_cannot_be_used_still_has_a_form(shown: Shown) -> None:
    form = shown(fields(a={"type": "string"}, b={"$ref": "#/nowhere"}))
    put(named(form, "a", QPlainTextEdit), "x")
    put(named(form, "b", QPlainTextEdit), "1")
    assert form.value == {"a": "x", "b": 1}
    assert len(form.errors) == 1 and "cannot be used to check" in form.errors[0]


def test_no_schema_takes_nothing(shown: Shown) -> None:
    form = shown(None)
    assert form.value == {} and form.errors == [] and "Nothing goes in here." in said(form)


# JSON


def test_json_and_fields_are_kept_in_step(shown: Shown, qtbot: QtBot) -> None:
    form = shown(fields(a={"type": "integer"}), {"a": 1})
    form.views.button(JSON).click()
    put(form.json, '{"a":   2}')
    assert form.value == {"a": 2} and form.text == '{"a":   2}'
    form.views.button(FORM).click()
    assert named(form, "a", QLineEdit).text() == "2"
    form.views.pick(JSON)
    assert form.text == '{"a":   2}', "as it was typed, while it says the same"
    form.views.pick(FORM)
    put(named(form, "a", QLineEdit), "3")
    form.views.pick(JSON)
    assert json.loads(form.text) == {"a": 3}
    with qtbot.waitSignal(form.edited):
        form.json.replace('{"a": "x"}')
    assert "$.a: it is a string, not integer." in said(form).lower()


def test_text_that_is_no_json_is_kept_and_said(shown: Shown) -> None:
    form = shown(fields(a={"type": "integer"}), {"a": 1})
    form.views.pick(JSON)
    put(form.json, '{"a": 2')
    form.settle()
    assert form.wrong and not form.readable and form.value == {"a": 1}
    assert form.errors and "This is not JSON" in form.errors[0] and form.json.property("wrong")
    form.views.pick(FORM)
    assert "The JSON cannot be read" in said(form)
    assert not named(form, "a", QLineEdit).isEnabled() and not form.readable
    assert form.text == '{"a": 2', "what was typed is not taken for something else"
    form.views.pick(JSON)
    assert form.json.toPlainText() == '{"a": 2'
    form.views.pick(FORM)
    form.discard.click()
    assert form.readable and form.value == {"a": 1} and json.loads(form.text) == {"a": 1}
    assert named(form, "a", QLineEdit).isEnabled()


def test_text_is_taken_as_it_is_where_it_is_no_json(shown: Shown) -> None:
    form = shown(None)
    form.show_text(fields(a={"type": "integer"}), '{"a": 1, "a": 2}')
    assert form.views.index == JSON and form.text == '{"a": 1, "a": 2}'
    assert not form.readable and "twice" in form.errors[0]
    form.show_text(fields(a={"type": "integer"}), "null")
    assert form.readable and form.errors and form.text == "null"


def test_half_a_surrogate_pair_can_be_sent(shown: Shown) -> None:
    form = shown(fields(a={"type": "string"}), {"a": "\ud800"})
    assert form.text.isascii() and json.loads(form.text) == {"a": "\ud800"}


# Size


def test_five_thousand_properties_have_the_rows_that_are_asked_for(shown: Shown) -> None:
    properties = {f"p{n}": {"type": "string"} for n in range(5000)}
    schema = {**fields(False, **properties), "required": ["p4999"]}
    value = {"p4000": "given", "p4999": "last"}
    form = shown(schema, value)
    rows = form.findChildren(Row)
    assert len(rows) == PAGE
    assert [row._where.name for row in rows[:3]] == ["p4999", "p4000", "p0"], "what matters first"
    assert form.value == value
    more = button(form, "Show 40 more of 4,960 fields of Arguments")
    QTest.keyClick(more, Qt.Key.Key_Space)
    assert len(form.findChildren(Row)) == 2 * PAGE
    assert more.text() == "Show 40 more of 4,920"
    assert form.value == value


def test_wide_and_deep_schemas_make_few_rows(shown: Shown) -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(3):
        schema = fields(**{f"p{n}": schema for n in range(16)})
    form = shown(schema)
    assert len(form.findChildren(Row)) <= ROWS + 3 * PAGE
    assert len(form.value) == 16 and len(form.value["p15"]["p15"]) == 16


def test_long_arrays_show_more(shown: Shown) -> None:
    form = shown({"type": "array", "items": {"type": "integer"}}, list(range(100)))
    part = form.slot.part
    assert isinstance(part, ArrayPart) and len(part.rows) == PAGE
    part.rows[-1].tools[1].click()
    assert form.value[PAGE - 1 : PAGE + 1] == [PAGE, PAGE - 1]
    button(form, "Add an item to Arguments").click()
    assert len(part.rows) == 101 and form.errors == ["$[100]: nothing stands here"]


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_fits_where_it_is_narrow_and_every_control_has_a_name(
    shown: Shown, scale: float
) -> None:
    theme.apply("light", scale)
    try:
        schema = fields(
            a_very_long_name_of_a_property_that_nobody_would_want={"type": "string"},
            place=fields(lat={"type": "number"}, deep=fields(wind={"enum": ["x" * 60, "y"]})),
            stops={"type": "array", "items": fields(at={"type": "string"}, n={"type": "integer"})},
            who={"oneOf": [PERSON, FIRM]},
            labels={"additionalProperties": {"type": ["string", "null"]}},
            free={},
        )
        value = {"stops": [{"at": "x", "n": "y"}], "labels": {"k": None}, "who": 7, "free": [1]}
        form = shown(schema, value, width=round(300 * scale))
        assert form.minimumSizeHint().width() <= 300 * scale
        kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox)
        controls = [one for kind in kinds for one in form.findChildren(kind) if one.isVisible()]
        assert len(controls) > 20
        for one in controls:
            if isinstance(one.parentWidget(), QComboBox):
                continue
            assert one.accessibleName(), one
            assert one.height() >= 24 * scale, one.accessibleName()
            right = one.mapTo(form, one.rect().topRight()).x()
            assert right <= form.width(), one.accessibleName()
    finally:
        theme.apply("light", 1.0)


def test_of_many_errors_it_is_said_how_many_there_are(shown: Shown) -> None:
    form = shown({"type": "array", "items": {"type": "integer"}}, ["x"] * 60)
    assert len(form.errors) == 60
    form.views.pick(JSON)
    assert form.json_why.text().count("it is a string") == 20
    assert form.json_why.text().endswith("And 40 more.")
