"""The editor of JSON: what keys do, what is folded and marked, and how much it bears."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QKeySequence, QShortcut, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from playground.schemas.source import read
from playground.ui import theme
from playground.ui.widgets import schemafit, schemafolds
from playground.ui.widgets.schemabrackets import closing, opening, opens, tokens, unclosed
from playground.ui.widgets.schemacode import Mark, SchemaCode
from playground.ui.widgets.schemafit import indented, middle, plain
from playground.ui.widgets.schemapage import folded
from playground.ui.widgets.source import units

SMALL = """{
  "type": "object",
  "properties": {
    "name": {
      "type": "string"
    },
    "tags": {
      "type": "array",
      "items": {
        "type": "string"
      }
    }
  },
  "required": ["name"]
}"""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


@pytest.fixture
def code(qtbot: QtBot) -> SchemaCode:
    edit = SchemaCode()
    qtbot.addWidget(edit)
    edit.resize(400, 600)
    edit.show()
    qtbot.waitExposed(edit)
    return edit


def put(code: SchemaCode, text: str) -> None:
    """Show a text with the cursor where it has a bar."""
    at = text.index("|")
    code.show_text(text[:at] + text[at + 1 :])
    cursor = code.textCursor()
    cursor.setPosition(units(text[:at]))
    code.setTextCursor(cursor)


def got(code: SchemaCode) -> str:
    """The text with a bar where the cursor is."""
    at = code.textCursor().position()
    wide = code.text.encode("utf-16-le")
    return (wide[: 2 * at] + "|".encode("utf-16-le") + wide[2 * at :]).decode("utf-16-le")


def seen(code: SchemaCode) -> list[int]:
    """The numbers of the lines that are not folded away."""
    lines, one = [], code.document().firstBlock()
    while one.isValid():
        if one.isVisible():
            lines.append(one.blockNumber() + 1)
        one = one.next()
    return lines


def painted(code: SchemaCode) -> None:
    """Paint it, as a screen would."""
    code.grab()


# Lines, without Qt


def kinds(line: str, schema: bool = True) -> list[tuple[str, str]]:
    wide = line.encode("utf-16-le")
    return [
        (wide[2 * start : 2 * (start + length)].decode("utf-16-le"), kind)
        for start, length, kind in tokens(line, schema=schema)
    ]


def test_keywords_are_told_from_properties_of_the_same_name() -> None:
    assert kinds('"type": "string",')[:3] == [
        ('"type"', "keyword"), (":", "mark"), ('"string"', "string"),
    ]  # fmt: skip
    assert kinds('"type": {')[0] == ('"type"', "name")
    assert kinds('"properties": {')[0] == ('"properties"', "keyword")
    assert kinds('"minimum": -1')[0] == ('"minimum"', "keyword")
    assert kinds('"additionalProperties": false')[0][1] == "keyword"
    assert kinds('"city": {')[0] == ('"city"', "name")
    assert kinds('"type": "string"', schema=False)[0] == ('"type"', "name")


def test_what_is_no_json_is_bad() -> None:
    assert kinds("nul") == [("nul", "bad")]
    assert kinds("01") == [("01", "bad")]
    assert kinds('"open \\"') == [('"open \\"', "bad")]
    assert [kind for _, kind in kinds("[null, true, -1.5e+3]")] == [
        "mark", "word", "mark", "word", "mark", "number", "mark",
    ]  # fmt: skip


def test_places_count_as_qt_counts() -> None:
    assert kinds('"😀": "a😀", "b": 1') == [
        ('"😀"', "name"), (":", "mark"), ('"a😀"', "string"), (",", "mark"), ('"b"', "name"),
        (":", "mark"), ("1", "number"),
    ]  # fmt: skip


@given(json_values)
def test_every_part_of_json_is_known(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert "bad" not in [kind for _, kind in kinds(text)]


def test_brackets_in_strings_are_none() -> None:
    lines = ['{ "}": [', '  "\\"]"', "] }"]
    assert opens(lines[0]) == 0
    assert opens(lines[1]) is None
    assert closing(lines, 0) == (2, 2)
    assert closing(lines, 7) == (2, 0)
    assert opening(lines[::-1], 2) == (2, 0)
    assert opening(lines[::-1], 0) == (2, 7)
    assert closing(lines[:2], 0) is None


@pytest.mark.parametrize(
    ("before", "inside"),
    [("", False), ('"', True), ('"a"', False), ('"a\\"', True), ('"a\\\\"', False),
     ('"a": "', True), ('"a": "x", ', False), ('"a\\', True)],
)  # fmt: skip
def test_a_string_begins_and_ends(before: str, inside: bool) -> None:
    assert unclosed(before) == inside


@given(st.text("ab😀", max_size=12), st.text("ab😀", max_size=12))
def test_only_what_differs_is_between(old: str, new: str) -> None:
    start, end, upto = middle(old, new)
    assert old[:start] + new[start:upto] + old[end:] == new
    if old != new:
        assert old[start:end] != new[start:upto]
        assert not (start < end and start < upto and old[start] == new[start])
        assert not (start < end and start < upto and old[end - 1] == new[upto - 1])


@given(json_values)
def test_indenting_changes_no_value(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert json.loads(indented(text)) == value
    assert json.loads(plain(text)) == value


def test_indenting_changes_no_token() -> None:
    text = '{"a":1.50,"a":1e400,"b":[],"c":{},"d":["x,y:{}"]}'
    made = indented(text)
    assert "1.50" in made and "1e400" in made and made.count('"a"') == 2
    assert made.split("\n") == [
        "{", '  "a": 1.50,', '  "a": 1e400,', '  "b": [],', '  "c": {},', '  "d": [',
        '    "x,y:{}"', "  ]", "}",
    ]  # fmt: skip


def test_what_cannot_be_seen_is_escaped() -> None:
    value = {
        "a": "\u202e\u200b\u2028\u2029\ufdd0\U000e0041",
        "b": "\ud800",
        "c": "x\u00a0y👩\u200d👩",
    }
    made = plain(json.dumps(value, ensure_ascii=False))
    assert json.loads(made) == value
    assert "\\u202e" in made and "\\ud800" in made and "👩\u200d👩" in made
    assert plain("\ufeff{\r\n}\r") == "{\n}\n"


# Text in and out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        SMALL,
        '{"a": "\u00a0 😀 \t"}\n\n',
        "not json at all",
        "\n",
        '"\\u202e"',
        "\x00\x0c",
    ],
)
def test_a_text_comes_back_as_it_was(text: str, code: SchemaCode) -> None:
    code.show_text(text)
    painted(code)
    assert code.text == text
    assert not code.document().isUndoAvailable()


def test_hidden_characters_keep_their_meaning(code: SchemaCode) -> None:
    value = {"a": "\u2029\u202e\ud800"}
    code.show_text(json.dumps(value, ensure_ascii=False))
    assert json.loads(code.text) == value
    code.apply(json.dumps({**value, "b": "\ufdd0"}, ensure_ascii=False))
    assert json.loads(code.text) == {**value, "b": "\ufdd0"}


def test_it_says_when_the_text_changes(code: SchemaCode) -> None:
    times: list[str] = []
    code.edited.connect(lambda: times.append(code.text))
    code.show_text("{}")
    code.apply('{"a": 1}')
    code.apply('{"a": 1}')
    painted(code)  # colours are no change
    code.mark([Mark(1, 1, None, "error", "wrong")])
    painted(code)
    assert times == ["{}", '{"a": 1}']
    code.undo()
    assert times[-1] == "{}"
    code.go_to(1, 1)
    QTest.keyClicks(code, "1")
    assert times[-1] == "1{}"
    theme.apply("dark")
    painted(code)
    theme.apply("light")
    assert len(times) == 4


def test_what_is_applied_is_one_step_back(code: SchemaCode) -> None:
    code.show_text(SMALL)
    other = SMALL.replace('"name"', '"nämé 😀"').replace('"array"', '"list"')
    code.apply(other)
    assert code.text == other
    code.undo()
    assert code.text == SMALL
    code.redo()
    assert code.text == other
    assert not code.document().isRedoAvailable()


def test_applying_goes_back_and_forth_with_typing(code: SchemaCode) -> None:
    code.show_text('{"a": 1}')
    code.go_to(1, 8)
    QTest.keyClicks(code, "23")
    code.apply('{"b": 1, "a": 123}')
    steps = []
    while code.document().isUndoAvailable():
        code.undo()
        steps.append(code.text)
    assert steps == ['{"a": 123}', '{"a": 1}']
    while code.document().isRedoAvailable():
        code.redo()
    assert code.text == '{"b": 1, "a": 123}'


@given(st.data())
def test_applying_any_text_gives_that_text(data: st.DataObject) -> None:
    edit = SchemaCode()
    texts = data.draw(st.lists(st.text('{}[]"a😀\n ', max_size=20), max_size=5))
    for text in texts:
        edit.apply(text)
        assert edit.text == text
    for text in ["", *texts][::-1]:
        while edit.text != text and edit.document().isUndoAvailable():
            edit.undo()
        assert edit.text == text
    edit.deleteLater()


def test_applying_leaves_the_view_and_the_cursor_where_they_are(code: SchemaCode) -> None:
    lines = [f'  "k{n}": {n},' for n in range(500)]
    code.show_text("\n".join(lines))
    code.go_to(300, 5)
    code.verticalScrollBar().setValue(280)
    top = code.firstVisibleBlock().text()
    code.apply("\n".join(["{", "  // above", *lines]))
    assert code.firstVisibleBlock().text() == top
    assert code.textCursor().block().text() == lines[299]
    assert code.textCursor().positionInBlock() == 4
    code.apply("\n".join(["{", "  // above", *lines, "below"]))
    assert code.firstVisibleBlock().text() == top


# Keys


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("|", "{", "{|}"),
        ("|", "[", "[|]"),
        ("|", '"', '"|"'),
        ("|", "{}", "{}|"),
        ("|", "[]", "[]|"),
        ("|", '"a"', '"a"|'),
        ("|", '{"a": [1]}', '{"a": [1]}|'),
        ('"a|"', "{[", '"a{[|"'),
        ('"a|b"', '"', '"a"|b"'),
        ('"a\\|"', '"', '"a\\"|"'),
        ("|}", "}", "}|}"),
        ("|]", "]", "]|]"),
        ("|x", "{", "{|x"),
        ('"😀|"', '"', '"😀"|'),
        ('{"😀": |}', "[", '{"😀": [|]}'),
    ],
)
def test_brackets_and_quotes_come_in_pairs(
    before: str, keys: str, after: str, code: SchemaCode
) -> None:
    put(code, before)
    QTest.keyClicks(code, keys)
    assert got(code) == after


def test_a_bracket_that_was_there_before_is_not_typed_over(code: SchemaCode) -> None:
    put(code, "|")
    QTest.keyClicks(code, "{")
    code.apply("{}\n")
    put(code, "{|}")
    QTest.keyClicks(code, "}")
    assert got(code) == "{}|}"


def test_a_pair_goes_around_what_is_selected(code: SchemaCode) -> None:
    code.show_text("ab cd")
    code.go_to(1, 1, 2)
    QTest.keyClicks(code, '"')
    assert code.text == '"ab" cd' and code.textCursor().selectedText() == "ab"
    code.undo()
    assert code.text == "ab cd"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{|}", "{\n  |\n}"),
        ("  {|", "  {\n    |"),
        ('  "a": 1,|', '  "a": 1,\n  |'),
        ('  "a": [ | ]', '  "a": [ \n    |\n  ]'),
        ('{"a": 1|}', '{"a": 1\n|}'),
        ('    "a": 1|  }', '    "a": 1\n  |}'),
        ("|", "\n|"),
        ('  "a{|"', '  "a{\n  |"'),
    ],
)
def test_a_new_line_is_as_deep_as_it_should_be(before: str, after: str, code: SchemaCode) -> None:
    put(code, before)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert got(code) == after
    code.undo()
    assert code.text == before.replace("|", "")


def test_shift_enter_is_a_line_end_like_any_other(code: SchemaCode) -> None:
    put(code, "1|2")
    QTest.keyClick(code, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert code.text == "1\n2"


def test_backspace_takes_pairs_and_steps(code: SchemaCode) -> None:
    put(code, "|")
    QTest.keyClicks(code, "[")
    QTest.keyClick(code, Qt.Key.Key_Backspace)
    assert got(code) == "|"
    for before, after in (("    |x", "  |x"), ("   |x", "  |x"), ("{|}", "|}"), ("a|", "|")):
        put(code, before)
        QTest.keyClick(code, Qt.Key.Key_Backspace)
        assert got(code) == after


def test_tab_indents_and_back(code: SchemaCode) -> None:
    put(code, " |x")
    QTest.keyClick(code, Qt.Key.Key_Tab)
    assert got(code) == "  |x"
    code.show_text("a\n\n  b\nc")
    cursor = code.textCursor()
    cursor.setPosition(0)
    cursor.setPosition(len("a\n\n  b\n"), QTextCursor.MoveMode.KeepAnchor)
    code.setTextCursor(cursor)
    QTest.keyClick(code, Qt.Key.Key_Tab)
    assert code.text == "  a\n\n    b\nc"
    QTest.keyClick(code, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(code, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert code.text == "a\n\nb\nc"
    for _ in range(3):
        code.undo()
    assert code.text == "a\n\n  b\nc"


@pytest.fixture
def fields(qtbot: QtBot) -> Iterator[tuple[QLineEdit, SchemaCode, QLineEdit]]:
    host = QWidget()
    qtbot.addWidget(host)
    row = QHBoxLayout(host)
    first, edit, last = QLineEdit(), SchemaCode(), QLineEdit()
    for each in (first, edit, last):
        row.addWidget(each)
    host.show()
    host.activateWindow()
    qtbot.waitUntil(lambda: host.isActiveWindow())
    yield first, edit, last


def test_escape_and_tab_lead_out(
    fields: tuple[QLineEdit, SchemaCode, QLineEdit], qtbot: QtBot
) -> None:
    first, edit, last = fields
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.text == "  " and edit.hasFocus()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert last.hasFocus() and edit.text == "  "
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    QTest.keyClick(edit, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert first.hasFocus()
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    QTest.keyClicks(edit, "1")
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert edit.hasFocus() and edit.text != "  1"
    assert "Escape" in edit.accessibleDescription()


def test_escape_leads_out_also_where_it_stops_something(
    fields: tuple[QLineEdit, SchemaCode, QLineEdit],
) -> None:
    _, edit, last = fields
    stopped: list[bool] = []
    QShortcut(QKeySequence("Esc"), edit.window(), lambda: stopped.append(True))
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert stopped == [True]
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert last.hasFocus()


# Folds


def test_an_object_folds_and_unfolds(code: SchemaCode) -> None:
    code.show_text(SMALL)
    head = code.document().findBlockByNumber(2)
    code.toggle(head)
    assert seen(code) == [1, 2, 3, 13, 14, 15]
    assert code.folds.hidden(head) == 9
    assert folded(9) == "… 9 lines" and folded(1) == "… 1 line"
    assert [row[0].blockNumber() + 1 for row in code.rows()] == [1, 2, 3, 13, 14, 15]
    painted(code)
    code.toggle(head)
    assert seen(code) == list(range(1, 16)) and code.text == SMALL


def test_only_what_has_lines_of_its_own_can_be_folded(code: SchemaCode) -> None:
    code.show_text('{\n  "a": {},\n  "b": {\n  },\n  "c": [\n    1\n  ]\n}')
    document = code.document()
    can = [n + 1 for n in range(8) if code.folds.foldable(document.findBlockByNumber(n))]
    assert can == [1, 5]
    assert not code.folds.fold(document.findBlockByNumber(2))
    assert len(seen(code)) == 8


def test_folds_by_key_and_where_the_cursor_is(code: SchemaCode) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    code.show_text(SMALL)
    code.go_to(10, 3)  # in "items"
    QTest.keyClick(code, Qt.Key.Key_BracketLeft, both)
    assert seen(code) == [n for n in range(1, 16) if n != 10]
    assert code.textCursor().blockNumber() + 1 == 9
    QTest.keyClick(code, Qt.Key.Key_BraceRight, both)
    assert len(seen(code)) == 15
    assert code.text == SMALL


def test_a_click_on_the_chevron_and_on_the_words(code: SchemaCode) -> None:
    code.show_text(SMALL)
    painted(code)
    rows = {one.blockNumber() + 1: (top, high) for one, top, high in code.rows()}
    top, high = rows[3]
    chevron = QPoint(code.gutter.width() - 5, round(top + high / 2))
    QTest.mouseClick(code.gutter, Qt.MouseButton.LeftButton, pos=chevron)
    assert 4 not in seen(code)
    painted(code)
    behind = QPoint(code.viewport().width() - 60, round(top + high / 2))
    QTest.mouseClick(code.viewport(), Qt.MouseButton.LeftButton, pos=behind)
    assert len(seen(code)) == 15


def test_going_into_a_fold_opens_it(code: SchemaCode) -> None:
    code.show_text(SMALL)
    for go in (
        lambda: code.go_to(5, 7, 6),
        lambda: (code.go_to(3, 18), QTest.keyClick(code, Qt.Key.Key_Right)),
        lambda: code.find('"array"'),
    ):
        code.moveCursor(QTextCursor.MoveOperation.Start)
        code.toggle(code.document().findBlockByNumber(2))
        assert len(seen(code)) < 15
        go()
        assert len(seen(code)) == 15
    code.toggle(code.document().findBlockByNumber(2))
    code.go_to(3, 1)
    QTest.keyClick(code, Qt.Key.Key_Down)
    assert code.textCursor().blockNumber() + 1 == 13 and len(seen(code)) == 6


def test_an_edit_inside_a_fold_opens_it_and_one_elsewhere_does_not(code: SchemaCode) -> None:
    code.show_text(SMALL)
    fold = lambda: code.folds.fold(code.document().findBlockByNumber(2))  # noqa: E731
    assert fold()
    code.apply(SMALL.replace('"array"', '"list"'))
    assert len(seen(code)) == 15
    assert fold()
    code.undo()
    assert len(seen(code)) == 15 and code.text == SMALL
    assert fold()
    code.apply(SMALL.replace("[", "[\n"))
    assert seen(code) == [1, 2, 3, 13, 14, 15, 16]
    code.apply(code.text.replace('"properties"', '"$defs"'))
    assert 4 not in seen(code)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"properties": {', '"properties": '),
        lambda text: text.replace("  },\n  \"required", "  \"required"),
        lambda text: text.replace('  "properties": {\n', ""),
        lambda text: text[: text.index('"properties"')],
        lambda text: text.replace('{\n    "name"', '{\n\n"new": {\n},\n    "name"'),
    ],
)  # fmt: skip
def test_no_line_is_hidden_without_a_head(edit: Callable[[str], str], code: SchemaCode) -> None:
    code.show_text(SMALL)
    code.folds.fold(code.document().findBlockByNumber(2))
    code.apply(edit(SMALL))
    assert seen(code) == list(range(1, code.blockCount() + 1))


def test_a_new_line_at_the_head_of_a_fold_opens_it(code: SchemaCode) -> None:
    code.show_text(SMALL)
    code.folds.fold(code.document().findBlockByNumber(2))
    code.go_to(3, 18)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert len(seen(code)) == 16


def test_too_much_is_not_folded(code: SchemaCode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemafolds, "MOST", 8)
    code.show_text(SMALL)
    assert not code.folds.fold(code.document().findBlockByNumber(2))
    assert code.folds.fold(code.document().findBlockByNumber(6))
    assert len(seen(code)) == 11


def test_random_edits_leave_colours_and_folds_right(code: SchemaCode) -> None:
    """After anything, what is painted is coloured as its text says, and folds have their heads."""
    pick = random.Random(7)
    code.show_text(SMALL)
    pieces = ["{", "}", "[", "]", '"a"', "\n", ":", "1", ",", "{\n 1\n}", "😀"]
    for _ in range(150):
        length = len(code.text)
        match pick.randrange(6):
            case 0 | 1:
                at = pick.randrange(length + 1)
                made = code.text[:at] + pick.choice(pieces) + code.text[at:]
                code.apply(made)
                assert code.text == made
            case 2:
                at = pick.randrange(length + 1)
                code.apply(code.text[:at] + code.text[at + pick.randrange(20) :])
            case 3:
                code.undo()
            case 4:
                code.redo()
            case _:
                code.toggle(code.document().findBlockByNumber(pick.randrange(code.blockCount())))
        painted(code)
        one = code.document().firstBlock()
        assert one.isVisible()
        shown = {row[0].blockNumber() for row in code.rows()}
        while one.isValid():
            if one.blockNumber() in shown:
                spans = [(f.start, f.length) for f in one.layout().formats()]
                assert spans == [token[:2] for token in tokens(one.text(), schema=True)]
            one = one.next()


# Marks


def test_marks_are_found_told_and_drawn(code: SchemaCode) -> None:
    code.show_text('{\n  "😀é": 1, "type": "strin",\n\n}')
    blank = code.grab().toImage()
    code.mark([
        Mark(2, 12, None, "error", "No such <b>type</b>."),
        Mark(2, 3, 4, "warning", "Odd name."),
        Mark(3, 1, None, "info", "Nothing here."),
        Mark(99, 1, None, "error", "Far below."),
    ])  # fmt: skip
    assert code.severity(2) == "error" and code.severity(3) == "info" and code.severity(1) is None
    assert "Odd name." in code.told(2) and "&lt;b&gt;" in code.told(2)
    assert code.grab().toImage() != blank
    second = code.document().findBlockByNumber(1)
    text = second.text()
    spans = [code._span(second, mark) for mark in code._marks.on(2)]
    wide = text.encode("utf-16-le")
    assert [wide[2 * s : 2 * (s + n)].decode("utf-16-le") for s, n in spans] == ['"type"', '"😀é"']
    _, top, high = next(row for row in code.rows() if row[0] == second)
    for mark, words in zip(code._marks.on(2), ("No such", "Odd name"), strict=True):
        middle_ = code._strips(second, top, *code._span(second, mark))[0].center().toPoint()
        assert words in code._told_at(middle_)
    assert code._told_at(QPoint(5, round(top + 5 * high))) == ""
    code.mark([])
    assert code.grab().toImage() == blank


def test_the_tooltip_tells_what_is_wrong(code: SchemaCode, qtbot: QtBot) -> None:
    code.show_text('{"a": 1}')
    code.mark([Mark(1, 2, None, "error", "A is wrong.")])
    block_, top, _ = next(code.rows())
    place = code._strips(block_, top, 1, 3)[0].center().toPoint()
    where = code.viewport().mapToGlobal(place)
    QApplication.sendEvent(code.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, where))
    qtbot.waitUntil(lambda: "A is wrong." in QToolTip.text())
    QToolTip.hideText()
    at = QPoint(3, place.y())
    QApplication.sendEvent(code.gutter, QHelpEvent(QEvent.Type.ToolTip, at, where))
    qtbot.waitUntil(lambda: "A is wrong." in QToolTip.text())
    QToolTip.hideText()


def test_marks_stay_with_their_lines(code: SchemaCode) -> None:
    code.show_text("1\n2\n3\n4\n5")
    code.mark([Mark(n, 1, None, "error", str(n)) for n in (2, 4)])

    def where() -> list[int]:
        return [line for line in range(1, 20) if code.severity(line)]

    code.go_to(1, 2)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert where() == [3, 5]
    code.go_to(3, 1)
    QTest.keyClick(code, Qt.Key.Key_Return)
    assert where() == [4, 6]
    code.undo()
    code.undo()
    assert code.text == "1\n2\n3\n4\n5" and where() == [2, 4]
    code.apply("1\n2\n4\n5")
    assert where() == [2, 3]
    code.show_text("1")
    assert where() == []


def test_go_to_counts_characters_as_the_reader_of_schemas_does(code: SchemaCode) -> None:
    code.show_text('{\n  "😀😀": 1, "b": {"c": 2}\n}')
    source = read(code.text)
    spot = source.spot(("b", "c"))
    code.go_to(spot.line, spot.column, 3)
    assert code.textCursor().selectedText() == '"c"'
    code.go_to(2, 4, 2)
    assert code.textCursor().selectedText() == "😀😀"
    code.go_to(99, 99)
    assert code.textCursor().atEnd()
    code.go_to(0, 0)
    assert code.textCursor().atStart()


def test_brackets_at_the_cursor_are_matched(code: SchemaCode) -> None:
    code.show_text(SMALL)

    def pair() -> list[tuple[int, int]]:
        return [(where.blockNumber() + 1, at) for where, at in code._pair]

    code.go_to(1, 1)
    assert pair() == [(1, 0), (15, 0)]
    code.go_to(15, 2)
    assert pair() == [(15, 0), (1, 0)]
    code.go_to(4, 13)
    assert pair() == [(4, 12), (6, 4)]
    code.go_to(2, 5)
    assert pair() == []
    code.show_text('{"😀": []}')
    code.go_to(1, 7)
    assert pair() == [(1, 7), (1, 8)]
    code.go_to(1, 1)
    QTest.keyClick(code, Qt.Key.Key_Delete)
    assert pair() == []


# Large


def test_a_minified_text_is_indented_and_said_so(code: SchemaCode) -> None:
    value = {"type": "object", "enum": [f"number {n}" for n in range(5_000)], "x": 1.5}
    code.show_text(json.dumps(value))
    assert json.loads(code.text) == value and code.blockCount() > 5_000
    assert not code.held and code.notice.isVisible()
    assert code.notice.label.text().startswith("Indented")
    QTest.keyClicks(code, " ")
    assert not code.notice.isVisible()


def test_a_line_that_cannot_be_edited_is_kept_whole(code: SchemaCode) -> None:
    text = '{"a": "' + "x😀" * 700_000
    code.show_text(text)
    painted(code)
    assert code.held and code.isReadOnly() and code.text == text
    assert max(map(len, code.toPlainText().split("\n"))) <= schemafit.PIECE
    assert "too many to edit" in code.notice.label.text()
    code.mark([Mark(1, 1, None, "error", "ends too early")])
    assert code.severity(1) is None
    QTest.keyClicks(code, "y")
    assert code.text == text
    code.notice.clear.click()
    assert code.text == "" and not code.held and not code.isReadOnly()
    assert not code.notice.isVisible() and code.gutter.isVisible()


def test_applying_replaces_what_cannot_be_edited(code: SchemaCode) -> None:
    code.show_text("x" * 50_000)
    code.apply("{}")
    assert code.text == "{}" and not code.isReadOnly()
    code.apply("y" * 50_000)
    assert code.held and code.text == "y" * 50_000
    code.apply(json.dumps(["a" * 10] * 5_000))
    assert not code.held and json.loads(code.text) == ["a" * 10] * 5_000


def pasted(code: SchemaCode, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    code.insertFromMimeData(data)


def test_pasting(code: SchemaCode) -> None:
    pasted(code, '{\r\n"a":\u200b1}')
    assert code.text == '{\n"a":\\u200b1}'
    code.show_text("[]")
    code.go_to(1, 2)
    pasted(code, json.dumps(["ab"] * 5_000))
    assert json.loads(code.text) == [["ab"] * 5_000] and "Indented" in code.notice.label.text()
    code.undo()
    assert code.text == "[]"
    pasted(code, "z" * 30_000)
    assert code.text == "[]" and "Nothing was pasted" in code.notice.label.text()
    code.selectAll()
    pasted(code, "z" * 30_000)
    assert code.held and code.text == "z" * 30_000
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("plain")
    code.show_text("")
    code.insertFromMimeData(data)
    assert code.text == "plain"


def test_colours_are_given_only_to_lines_that_are_seen(code: SchemaCode) -> None:
    code.show_text("\n".join(f'"k{n}": {n},' for n in range(20_000)))
    painted(code)
    document = code.document()
    assert document.findBlockByNumber(0).layout().formats()
    assert not document.findBlockByNumber(9_000).layout().formats()
    code.go_to(9_001, 1)
    painted(code)
    assert document.findBlockByNumber(9_000).layout().formats()
    assert not document.findBlockByNumber(19_999).layout().formats()


def test_it_follows_the_theme(code: SchemaCode) -> None:
    code.show_text('{"a": 1}')
    painted(code)
    wide = code.gutter.width()

    def colour() -> str:
        formats = code.document().firstBlock().layout().formats()
        look = formats[1].format
        return str(look.foreground().color().name())

    try:
        for name in ("dark", "contrast", "light"):
            theme.apply(name, 2.0)
            painted(code)
            assert colour() == theme.current().colour("text_event").name()
        assert code.gutter.width() > wide
    finally:
        theme.apply("light", 1.0)


def test_an_empty_editor_says_what_goes_there(code: SchemaCode) -> None:
    empty = code.grab().toImage()
    code.setPlaceholderText("Paste a schema")
    assert code.grab().toImage() != empty
    assert code.accessibleName() == "Schema"
    assert SchemaCode(schema=False).accessibleName() == "JSON"
