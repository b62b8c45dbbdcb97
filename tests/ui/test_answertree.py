"""The tree of an answer: what has a row, what it says, and what the keyboard does with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QMenu, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.core.json_nodes import Node
from playground.schemas.answer import Answer, Field, FieldState
from playground.schemas.validation import Error
from playground.ui import theme
from playground.ui.widgets import answerwords as words
from playground.ui.widgets.answerdetail import AnswerDetail
from playground.ui.widgets.answerrows import FIRST, LARGEST, OPENED, Rows
from playground.ui.widgets.answertree import AnswerTree

MS = 1_000_000
LINE = {
    "type": "object",
    "properties": {"what": {"type": "string"}, "price": {"type": "number"}},
    "required": ["what", "price"],
    "additionalProperties": False,
}
SCHEMA = {
    "title": "Bill",
    "type": "object",
    "properties": {
        "number": {"type": "string", "description": "As <b>printed</b>"},
        "lines": {"type": "array", "items": LINE},
        "total": {"type": "number"},
    },
    "required": ["number", "lines", "total"],
    "additionalProperties": False,
}
BILL = {
    "number": "B-1",
    "lines": [{"what": "tent", "price": 480}, {"what": "pole", "price": 12.5}],
    "total": 492.5,
}


def arriving(text: str, schema: Any = SCHEMA, *, size: int = 5) -> Answer:
    """An answer of which this much has come, a piece each millisecond."""
    answer = Answer(schema)
    for at in range(0, len(text), size):
        answer.feed(text[at : at + size], at * MS)
    return answer


def ended(value: Any, schema: Any = SCHEMA) -> Answer:
    text = value if isinstance(value, str) else json.dumps(value)
    answer = arriving(text, schema, size=1_000)
    answer.end(len(text) * MS, whole=True)
    return answer


def seen(tree: AnswerTree) -> list[str]:
    assert tree.rows is not None
    return [words.name(field) for field in tree.rows.fields]


@pytest.fixture
def tree(qtbot: QtBot) -> AnswerTree:
    made = AnswerTree()
    qtbot.addWidget(made)
    made.resize(310, 24 * 10)
    made.show()
    return made


# Rows.


def test_rows_grow_where_they_belong_while_the_answer_comes() -> None:
    text = json.dumps(BILL)
    answer = Answer(SCHEMA)
    rows = Rows(answer)
    for at, character in enumerate(text):
        answer.feed(character, at * MS)
        rows.look()
        fresh = Rows(answer)
        fresh.look()
        assert [id(field) for field in rows.fields] == [id(field) for field in fresh.fields]
    answer.end(len(text) * MS, whole=True)
    assert not rows.look()
    assert [words.name(field) for field in rows.fields] == [
        "Bill", "number", "lines", "0", "what", "price", "1", "what", "price", "total",
    ]  # fmt: skip


def test_a_large_list_costs_what_came(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Answer(None)
    rows = Rows(answer)
    answer.feed("[" + "1," * 20_000, 0)
    rows.look()
    assert len(rows.fields) == 20_001
    walked = 0
    made = Rows._subtree

    def counted(self: Rows, field: Field) -> list[Field]:
        nonlocal walked
        walked += 1
        return made(self, field)

    monkeypatch.setattr(Rows, "_subtree", counted)
    answer.feed("2,3,", MS)
    rows.look()
    assert len(rows.fields) == 20_003
    assert walked == 2


def test_what_is_there_already_and_large_begins_closed() -> None:
    answer = ended({"few": [1] * LARGEST, "many": [1] * (LARGEST + 1)}, None)
    rows = Rows(answer)
    rows.look()
    assert rows.is_open(answer.root.children[0])
    assert not rows.is_open(answer.root.children[1])


def test_after_some_hundred_rows_what_comes_is_closed() -> None:
    answer = Answer(None)
    rows = Rows(answer)
    for at in range(FIRST):
        answer.feed(("[" if not at else ",") + '{"a": [1]}', at)
        rows.look()
    assert len(answer.root.children) == FIRST
    assert rows.is_open(answer.root.children[0])
    assert not rows.is_open(answer.root.children[-1])
    assert len(rows.fields) < 2 * FIRST


def test_opening_and_closing_leaves_the_others_alone() -> None:
    answer = ended(BILL)
    rows = Rows(answer)
    rows.look()
    before = list(rows.fields)
    lines = answer.field(("lines",))
    assert lines is not None
    rows.open(lines, False)
    assert [words.name(one) for one in rows.fields] == ["Bill", "number", "lines", "total"]
    assert rows.nearest(lines.children[1].children[0]) is lines
    rows.open(lines, True)
    assert rows.fields == before
    rows.open(answer.root, False)
    rows.reveal(lines.children[1].children[0])
    assert rows.row(lines.children[1].children[0]) > 0


def test_what_does_not_hold_is_opened_but_not_against_the_user() -> None:
    many = {**BILL, "lines": [{"what": "x", "price": 1}] * 300}
    text = json.dumps(many).replace('"price": 1}]', '"price": "1"}]')
    answer = ended(text)
    rows = Rows(answer)
    rows.look()
    lines = answer.field(("lines",))
    assert lines is not None and rows.is_open(lines)
    assert rows.troubled(lines) and not rows.troubled(lines.children[0])
    assert rows.row(lines.children[-1].children[1]) > 0

    answer = arriving('{"lines": [{"what": "a", "price":')
    rows = Rows(answer)
    rows.look()
    lines = answer.field(("lines",))
    assert lines is not None
    rows.open(lines, False)
    answer.feed('"b"},', MS)
    rows.look()
    assert not rows.is_open(lines)
    assert rows.troubled(lines)


def test_of_many_that_do_not_hold_the_first_are_opened() -> None:
    text = json.dumps({"lines": [{"what": 1, "price": 1}] * (FIRST + 50)})
    answer = ended(text)
    rows = Rows(answer)
    rows.look()
    lines = answer.field(("lines",))
    assert lines is not None
    assert sum(rows.is_open(one) for one in lines.children) <= FIRST / 3 + OPENED
    assert all(rows.troubled(one) for one in lines.children)


def test_prose_that_looked_like_json_gives_its_rows_back() -> None:
    answer = Answer(SCHEMA)
    rows = Rows(answer)
    for at, piece in enumerate(("[sic]", " it is: ", '{"number": "B"')):
        answer.feed(piece, at)
        rows.look()
        fresh = Rows(answer)
        fresh.look()
        assert rows.fields == fresh.fields


# Words.


def _field(state: FieldState, text: str = "", **more: Any) -> Field:
    field = Field(Field(None, None), "name")
    field.state = state
    if text:
        field.node = Node("string", None, "name")
        field.node.pieces.append(text)
    for name, value in more.items():
        setattr(field, name, value)
    return field


@pytest.mark.parametrize(
    ("field", "word", "icon"),
    [
        (_field("waiting"), "waiting", "clock"),
        (_field("streaming", "x"), "streaming", "dot"),
        (_field("complete", "x"), "complete", ""),
        (_field("valid", "x"), "valid", "check"),
        (_field("invalid", "x", went_wrong=1_240 * MS), "invalid 1.24 s", "error"),
        (_field("invalid", "x", went_wrong=312 * MS), "invalid 312 ms", "error"),
        (_field("invalid", "x"), "invalid", "error"),
        (_field("cut", "x"), "cut", "warning"),
        (_field("missing", required=True), "missing", "error"),
        (_field("missing"), "left out", ""),
        (_field("valid", "x", unknown=True), "not in the schema", "warning"),
        (_field("invalid", "x", unknown=True, went_wrong=MS), "not in the schema", "error"),
    ],
)
def test_a_state_has_a_word_and_no_two_the_same_look(field: Field, word: str, icon: str) -> None:
    sign = words.sign(field)
    assert (sign.word, sign.icon) == (word, icon)
    assert sign.icon or sign.word


def test_a_long_string_shows_its_end_while_it_streams_and_its_beginning_after() -> None:
    field = _field("streaming", "first " + "x" * 500 + " last")
    assert words.value(field)[0].endswith(" last")
    assert len(words.value(field)[0]) <= words.SHOWN
    field.state = "valid"
    assert words.value(field)[0].startswith("first ")
    assert len(words.value(field)[0]) <= words.SHOWN


def test_nothing_is_hidden_in_a_row() -> None:
    field = _field("valid", "user\u202egnp.exe\nnext")
    field.key = "na\u200bme"
    assert words.value(field) == ("user⟨U+202E⟩gnp.exe↵next", "text")
    assert words.name(field) == "na⟨U+200B⟩me"


def test_a_closed_field_shows_what_is_in_it_in_short() -> None:
    answer = ended(BILL)
    assert words.count(answer.root) == "{3}"
    assert words.inside(answer.root) == "B-1, [2], 492.5"
    assert words.count(answer.root.children[1]) == "[2]"


def test_the_value_is_copied_as_json() -> None:
    answer = ended({**BILL, "number": "Zoë 東"})
    number = answer.root.children[0]
    assert words.as_json(number) == '"Zoë 東"'
    assert json.loads(words.as_json(answer.root)) == {**BILL, "number": "Zoë 東"}
    assert words.as_json(_field("waiting")) == ""


# The widget.


def test_the_answer_fills_in_and_the_newest_row_is_kept_in_view(tree: AnswerTree) -> None:
    text = json.dumps({**BILL, "lines": BILL["lines"] * 20})
    answer = Answer(SCHEMA)
    tree.show_answer(answer)
    assert seen(tree) == ["Bill", "number", "lines", "total"]
    bar = tree.verticalScrollBar()
    for at in range(0, len(text) - 30, 5):
        answer.feed(text[at : at + 5], at * MS)
        tree.advance()
        assert tree.following
    assert bar.value() > 0
    # Whoever scrolls away stays there, and comes back to follow again.
    bar.setValue(0)
    assert not tree.following
    answer.feed(text[at + 5 :], at * MS)
    tree.advance()
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    assert tree.following
    answer.end(at * MS, whole=True)
    tree.advance()
    assert "total" in seen(tree)


def test_the_keyboard_goes_everywhere(tree: AnswerTree, qtbot: QtBot) -> None:
    tree.show_answer(ended(BILL))
    picked: list[Field | None] = []
    tree.picked.connect(picked.append)

    def press(key: Qt.Key) -> str:
        qtbot.keyClick(tree, key)
        assert tree.current is not None
        assert words.name(tree.current) in tree.accessibleDescription()
        return ".".join(map(str, tree.current.path))

    assert press(Qt.Key.Key_Down) == ""
    assert press(Qt.Key.Key_Down) == "number"
    assert press(Qt.Key.Key_End) == "total"
    assert press(Qt.Key.Key_Up) == "lines.1.price"
    assert press(Qt.Key.Key_Left) == "lines.1"
    assert press(Qt.Key.Key_Left) == "lines.1"  # closed
    assert len(seen(tree)) == 8
    assert press(Qt.Key.Key_Left) == "lines"
    assert press(Qt.Key.Key_Right) == "lines.0"
    assert press(Qt.Key.Key_Down) == "lines.0.what"
    assert press(Qt.Key.Key_Home) == ""
    assert press(Qt.Key.Key_PageDown) == "total"
    assert press(Qt.Key.Key_PageUp) == ""
    before = len(picked)
    press(Qt.Key.Key_Return)
    assert picked[before:] == [tree.current]
    qtbot.keyClick(tree, Qt.Key.Key_Escape)
    assert tree.current is None and picked[-1] is None


def test_closing_what_the_current_field_is_in_makes_that_the_current_one(tree: AnswerTree) -> None:
    answer = ended(BILL)
    tree.show_answer(answer)
    tree.reveal(("lines", 1, "price"))
    lines = answer.field(("lines",))
    assert lines is not None
    tree.fold(lines, False)
    assert tree.current is lines


def test_revealing_opens_the_way_and_what_never_came_leads_to_its_parent(tree: AnswerTree) -> None:
    answer = ended({"deep": {"list": [{"n": n} for n in range(500)]}}, None)
    tree.show_answer(answer)
    tree.reveal(("deep", "list", 400, "n"))
    assert tree.current is answer.field(("deep", "list", 400, "n"))
    assert tree.rows is not None
    top = tree.verticalScrollBar().value()
    assert top <= tree.rows.row(tree.current) < top + 10
    tree.reveal(("deep", "list", 400, "none"))
    assert tree.current is answer.field(("deep", "list", 400))


def test_a_click_picks_and_a_click_on_the_arrow_opens(tree: AnswerTree, qtbot: QtBot) -> None:
    tree.show_answer(ended(BILL))
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(tree.viewport(), left, pos=QPoint(120, 24 * 2 + 12))
    assert tree.current is not None and tree.current.path == ("lines",)
    assert len(seen(tree)) == 10
    qtbot.mouseClick(tree.viewport(), left, pos=QPoint(4 + 14 + 8, 24 * 2 + 12))
    assert len(seen(tree)) == 4
    qtbot.mouseDClick(tree.viewport(), left, pos=QPoint(120, 24 * 2 + 12))
    assert len(seen(tree)) == 10


def test_copying(tree: AnswerTree, qtbot: QtBot) -> None:
    tree.show_answer(ended(BILL))
    tree.reveal(("lines", 0))
    qtbot.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert json.loads(QGuiApplication.clipboard().text()) == BILL["lines"][0]
    tree.copy_path()
    assert QGuiApplication.clipboard().text() == "$.lines[0]"


def test_the_menu_of_a_field(tree: AnswerTree, qtbot: QtBot) -> None:
    tree.show_answer(ended(BILL))
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.RightButton, pos=QPoint(100, 24 + 12))
    at = tree.viewport().mapToGlobal(QPoint(100, 36))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(100, 36), at)
    QApplication.sendEvent(tree.viewport(), event)
    menu = tree.findChild(QMenu)
    assert menu is not None
    qtbot.waitUntil(menu.isVisible)
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == '"B-1"'
    menu.close()


def test_a_tip_tells_all_as_plain_text(tree: AnswerTree, qtbot: QtBot) -> None:
    tree.show_answer(ended({**BILL, "number": 7}))
    at = QPoint(60, 24 + 12)
    where = tree.viewport().mapToGlobal(at)
    QApplication.sendEvent(tree.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, where))
    told = QToolTip.text()
    assert "$.number" in told
    assert "As &lt;b&gt;printed" in told
    assert "it is an integer, not string · $.properties.number.type" in told
    QToolTip.hideText()


def test_another_answer_begins_anew(tree: AnswerTree) -> None:
    tree.show_answer(ended(BILL))
    tree.reveal(("lines", 1, "price"))
    tree.show_answer(Answer(None))
    assert tree.current is None
    assert seen(tree) == ["answer"]
    tree.show_answer(None)
    tree.advance()
    assert tree.verticalScrollBar().maximum() == 0


def _inks(image: QImage, area: QRect) -> set[str]:
    ratio = image.devicePixelRatio()
    return {
        image.pixelColor(int(x * ratio), int(y * ratio)).name().upper()
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    }


@pytest.mark.parametrize("name", ["light", "dark", "contrast"])
def test_errors_are_red_and_what_holds_green_in_every_theme(tree: AnswerTree, name: str) -> None:
    try:
        theme.apply(name)
        tree.show_answer(ended({**BILL, "number": 7}))
        image = tree.viewport().grab().toImage()
        width = tree.viewport().width()
        colours = theme.THEMES[name]
        wrong = _inks(image, QRect(width - 30, 24, 30, 24))
        right = _inks(image, QRect(width - 30, 48 + 24, 30, 24))
        assert colours["error"] in wrong and colours["error"] not in right
        assert colours["ok"] in right and colours["ok"] not in wrong
    finally:
        theme.apply("light")


# The field in full.


def test_the_detail_shows_the_whole_value_and_goes_on_with_it(qtbot: QtBot) -> None:
    detail = AnswerDetail()
    qtbot.addWidget(detail)
    detail.resize(310, 300)
    assert not detail.isVisibleTo(None)
    answer = arriving('{"number": "' + "word " * 200)
    number = answer.field(("number",))
    detail.show_field(number)
    assert detail.text == "word " * 200
    answer.feed("and more", MS)
    detail.advance()
    assert detail.text.endswith("and more")
    detail.copy_value()
    assert QGuiApplication.clipboard().text() == "word " * 200 + "and more"
    detail.show_field(None)
    assert detail.isHidden()


def test_the_detail_of_an_object_is_its_json_and_names_the_errors(qtbot: QtBot) -> None:
    detail = AnswerDetail()
    qtbot.addWidget(detail)
    answer = ended({"number": "B", "lines": []})
    detail.show_field(answer.root)
    assert json.loads(detail.text) == {"number": "B", "lines": []}
    (told,) = words.wrongs(answer.root)
    assert "total" in told and told.endswith("$.required")
    assert detail._errors.toPlainText() == told.replace(" · ", "\n")


def test_the_detail_is_as_high_as_what_it_says_at_every_width(qtbot: QtBot) -> None:
    pane = QWidget()
    qtbot.addWidget(pane)
    column = QVBoxLayout(pane)
    tree, detail = AnswerTree(), AnswerDetail()
    column.addWidget(tree, 1)
    column.addWidget(detail)
    tree.picked.connect(detail.show_field)
    pane.resize(700, 500)
    pane.show()
    tree.show_answer(ended({**BILL, "number": 7}))
    tree.reveal(("number",))
    heights = []
    for width in (700, 310, 700):
        pane.resize(width, 500)
        qtbot.waitUntil(lambda: detail.height() == detail.heightForWidth(detail.width()))
        heights.append(detail.height())
    assert heights[0] == heights[2] < heights[1]


def test_many_errors_are_told_in_part(qtbot: QtBot) -> None:
    detail = AnswerDetail()
    qtbot.addWidget(detail)
    errors = [Error((), ("x",), "x", f"number {n}") for n in range(9)]
    detail.show_field(_field("invalid", "x", errors=errors))
    assert detail._errors.toPlainText().endswith("… and 3 more")
