"""An answer as a table, and as the text that it came as."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from playground.core.tabular import table
from playground.schemas.answer import Answer
from playground.ui import theme
from playground.ui.widgets.answersheet import Sheet
from playground.ui.widgets.answertable import AnswerTable
from playground.ui.widgets.answertext import AnswerText
from playground.ui.widgets.growingtext import WIDE, GrowingText

MS = 1_000_000
ROWS = [
    {"what": "tent", "price": {"amount": 480, "currency": "NOK"}, "tags": ["a"]},
    {"what": "<b>pole</b>", "price": {"amount": 12.5, "currency": None}},
    {"what": None, "paid": True},
]


def ended(text: str, size: int = 7) -> Answer:
    answer = Answer(None)
    for at in range(0, len(text), size):
        answer.feed(text[at : at + size], at * MS)
    answer.end(len(text) * MS, whole=True)
    return answer


def cells(view: AnswerTable) -> list[list[str]]:
    model = view.model()
    return [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def heads(view: AnswerTable) -> list[str]:
    model = view.model()
    across = Qt.Orientation.Horizontal
    return [model.headerData(column, across) for column in range(model.columnCount())]


@pytest.fixture
def view(qtbot: QtBot) -> AnswerTable:
    made = AnswerTable()
    qtbot.addWidget(made)
    made.resize(310, 200)
    made.show()
    return made


@pytest.fixture
def text(qtbot: QtBot) -> AnswerText:
    made = AnswerText()
    qtbot.addWidget(made)
    made.resize(310, 200)
    made.show()
    return made


# The table.


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        {"title": "x", "lines": ROWS},
        [1, "two", None, 3.5, True],
        {"names": ["a", "b"]},
        {"a": [{"x": 1}], "b": [{"x": 2}]},
        [{"a": 1}, 2],
        {"tags": ["one"], "title": "x"},
        {},
    ],
)
@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_the_sheet_ends_as_the_table_that_files_are_made_of(value: Any, size: int) -> None:
    written = json.dumps(value)
    answer = Answer(None)
    sheet = Sheet(answer)
    for at in range(0, len(written), size):
        answer.feed(written[at : at + size], at)
        sheet.look()
        rows = [sheet.columns.cells(row) for row in sheet.rows] if sheet.tabular else []
        assert all(len(row) == len(sheet.columns.names) for row in rows)
    live = (sheet.path, sheet.columns.names, len(sheet.rows)) if sheet.tabular else None
    answer.end(len(written), whole=True)
    sheet.look()
    found = table(value)
    assert sheet.tabular == (found is not None)
    if found is not None:
        assert [sheet.columns.cells(row) for row in sheet.rows] == found.rows
        assert live == (found.path, found.columns, len(found.rows))


def test_rows_appear_while_they_come(view: AnswerTable) -> None:
    written = json.dumps({"lines": ROWS})
    answer = Answer(None)
    view.show_answer(answer)
    assert not view.tabular
    seen = []
    for at in range(0, len(written), 3):
        answer.feed(written[at : at + 3], at)
        view.advance()
        seen.append(view.model().rowCount())
    assert seen == sorted(seen)
    assert set(seen) == {0, 1, 2, 3}
    answer.end(len(written), whole=True)
    view.advance()
    assert heads(view) == ["what", "price.amount", "price.currency", "tags", "paid"]
    assert cells(view) == [
        ["tent", "480", "NOK", '["a"]', ""],
        ["<b>pole</b>", "12.5", "null", "", ""],
        ["null", "", "", "", "true"],
    ]
    assert view.caption == "$.lines · 3 rows"


def test_only_what_streams_is_made_again(view: AnswerTable) -> None:
    answer = Answer(None)
    answer.feed("[" + '{"a": 1},' * 10_000, 0)
    view.show_answer(answer)
    assert view.model().rowCount() == 10_000
    resets: list[object] = []
    inserted: list[tuple[int, int]] = []
    view.model().modelReset.connect(lambda: resets.append(1))
    view.model().rowsInserted.connect(lambda _, first, last: inserted.append((first, last)))
    answer.feed('{"a": 2}, {"a"', MS)
    view.advance()
    answer.feed(": 3}", MS)
    view.advance()
    assert not resets
    assert inserted == [(10_000, 10_001)]
    assert cells(view)[-1] == ["3"]


def test_the_end_is_followed_only_by_those_who_are_there(view: AnswerTable) -> None:
    answer = Answer(None)
    answer.feed("[" + '{"a": 1},' * 50, 0)
    view.show_answer(answer)
    view.scrollToBottom()
    bar = view.verticalScrollBar()
    answer.feed('{"a": 1},' * 50, 0)
    view.advance()
    assert bar.value() == bar.maximum()
    bar.setValue(3)
    answer.feed('{"a": 1},' * 50, 0)
    view.advance()
    assert bar.value() == 3
    answer.feed('{"b": 1},', 0)  # another column
    view.advance()
    assert heads(view) == ["a", "b"]
    assert bar.value() == 3


def test_what_is_no_list_says_so(view: AnswerTable) -> None:
    view.show_answer(ended('{"a": 1}'))
    assert not view.tabular
    assert view.caption == ""
    assert view.model().rowCount() == view.model().columnCount() == 0
    view.show_answer(None)
    assert not view.tabular


def test_cells_are_copied_as_lines(view: AnswerTable, qtbot: QtBot) -> None:
    view.show_answer(ended(json.dumps(ROWS)))
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\n")[1] == "<b>pole</b>\t12.5\tnull\t\t"
    flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
    view.selectionModel().setCurrentIndex(view.model().index(0, 0), flag)
    view.copy_cells()
    assert QGuiApplication.clipboard().text() == "tent"


def test_a_cell_is_plain_text_and_its_tip_has_all_of_it(view: AnswerTable) -> None:
    long = "<img src=x>" + "word " * 100
    view.show_answer(ended(json.dumps([{"a": long + "\u202e"}])))
    model = view.model()
    index = model.index(0, 0)
    assert len(model.data(index)) < len(long)
    tip = model.data(index, Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img src=x&gt;" in tip and "⟨U+202E⟩" in tip
    assert model.rowCount(index) == model.columnCount(index) == 0
    assert model.data(QModelIndex()) is None


# The text.


def tone(view: AnswerText, place: int) -> str:
    """The colour of the character at a place, as a token."""
    cursor = QTextCursor(view.document())
    cursor.setPosition(place + 1)
    name = cursor.charFormat().foreground().color().name().upper()
    colours = theme.current().colours
    return next(token for token in ("text", "faint") if colours[token] == name)


@pytest.mark.parametrize("size", [1, 4, 1_000])
def test_what_is_around_the_json_is_faint(text: AnswerText, size: int) -> None:
    said = 'Of course [sic]:\n```json\n{"a": 1}\n```\nBye'
    answer = Answer(None)
    text.show_answer(answer)
    for at in range(0, len(said), size):
        answer.feed(said[at : at + size], at)
        text.advance()
    answer.end(len(said), whole=True)
    text.advance()
    assert text.toPlainText() == said
    first, last = said.index("{"), said.index("}")
    for place in range(len(said)):
        if said[place] != "\n":
            assert tone(text, place) == ("text" if first <= place <= last else "faint"), place
    assert text.reason(2) == "There is text before the JSON."
    assert text.reason(said.index("Bye")) == "There is text after the JSON."


def test_flaws_are_underlined_where_they_are(text: AnswerText, qtbot: QtBot) -> None:
    said = '{"é\u202e": NaN,\n "b": \'x\',, "c": "' + "y" * 3 * WIDE + '", "d": Nope}'
    text.show_answer(ended(said, 1_000))
    selections = text.extraSelections()
    marked = [one.cursor.selectedText() for one in selections]
    assert marked == ["NaN", "'", ",", "Nope"]
    where = selections[0].cursor
    assert text.reason(where.selectionStart()) == "JSON has no NaN and no Infinity."
    at = text.cursorRect(where).center()
    at.setX(at.x() - 3)
    event = QHelpEvent(QEvent.Type.ToolTip, at, text.viewport().mapToGlobal(at))
    QApplication.sendEvent(text.viewport(), event)
    assert "JSON has no NaN" in QToolTip.text()
    QToolTip.hideText()


def test_the_text_is_only_added_to(text: AnswerText, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    grow = GrowingText.grow

    def noted(self: GrowingText, piece: str, form: QTextCharFormat | None = None) -> None:
        given.append(piece)
        grow(self, piece, form)

    monkeypatch.setattr(GrowingText, "grow", noted)
    monkeypatch.setattr(AnswerText, "setPlainText", None)
    answer = Answer(None)
    text.show_answer(answer)
    for piece in ('["a', "b", 'c"', "]"):
        answer.feed(piece, 0)
        text.advance()
        text.advance()
    assert given == ['["a', "b", 'c"', "]"]


def test_long_lines_are_broken_on_the_screen_and_whole_when_copied(text: AnswerText) -> None:
    said = '["' + "é𝄞x" * WIDE + '"]\r\n{}\r'
    text.show_answer(ended(said, 501))
    assert max(len(line) for line in text.toPlainText().split("\n")) <= WIDE
    text.selectAll()
    text.copy()
    assert QGuiApplication.clipboard().text() == said.replace("\r\n", "\n").replace("\r", "␍")
    cursor = text.textCursor()
    second = text.document().findBlockByNumber(1).position()
    cursor.setPosition(second - 21)  # four units a group, and the end of the line
    cursor.setPosition(second + 20, QTextCursor.MoveMode.KeepAnchor)
    text.setTextCursor(cursor)
    text.copy()
    copied = QGuiApplication.clipboard().text()
    assert copied == "é𝄞x" * 10


def test_whoever_reads_further_up_stays_there(text: AnswerText) -> None:
    answer = Answer(None)
    text.show_answer(answer)
    bar = text.verticalScrollBar()
    answer.feed("[" + "1,\n" * 100, 0)
    text.advance()
    assert text.following and bar.value() == bar.maximum() > 0
    bar.setValue(5)
    cursor = text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, 4)
    text.setTextCursor(cursor)
    bar.setValue(5)
    chosen = cursor.selectedText()
    answer.feed("2,\n" * 100, 0)
    text.advance()
    assert bar.value() == 5
    assert text.textCursor().selectedText() == chosen
    bar.setValue(bar.maximum())
    answer.feed("3,\n" * 100, 0)
    text.advance()
    assert bar.value() == bar.maximum()


def test_another_theme_colours_all_anew(text: AnswerText) -> None:
    text.show_answer(ended('Yes: {"a": NaN}'))
    try:
        theme.apply("dark")
        assert tone(text, 0) == "faint"
        assert tone(text, 5) == "text"
        (only,) = text.extraSelections()
        assert only.format.underlineColor() == theme.current().colour("error")
    finally:
        theme.apply("light")
