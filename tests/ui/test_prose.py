"""Markdown on the screen: incremental, selectable, obeying nothing that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.core.blocks import Code, Paragraph
from playground.ui import theme
from playground.ui.widgets.codeblock import CodeRow, CopyButton
from playground.ui.widgets.highlight import lex, lexer_for
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.proserows import TextRow
from playground.ui.widgets.prosetable import TableRow

SAMPLE = """\
# Title

Some **bold** and *slanted* text with `code` and a [link](https://a.example/b).

1. one
2. two
   - deep

> quoted

```python
def f(x):
    return x  # \u202e hidden
```

| a | b |
|---|--:|
| 1 | 22 |

---

The end.
"""

PLAIN = """\
Title

Some bold and slanted text with code and a link.

1. one
2. two
  - deep

quoted

def f(x):
    return x  # ⟨U+202E⟩ hidden

a\tb
1\t22



The end."""


@pytest.fixture
def prose(qtbot: QtBot) -> Iterator[Prose]:
    theme.apply("light")
    prose = Prose()
    qtbot.addWidget(prose)
    prose.resize(700, 600)
    prose.show()
    qtbot.waitExposed(prose)
    yield prose
    theme.apply("light")


def painted(prose: Prose) -> QImage:
    prose.resize(prose.width(), max(prose.heightForWidth(prose.width()), 1))
    return prose.grab().toImage()


def has_colour(image: QImage, colour: QColor) -> bool:
    return any(
        image.pixelColor(x, y) == colour
        for x in range(image.width())
        for y in range(image.height())
    )


def where(prose: Prose, number: int, text: str) -> QPoint:
    """A point in the middle of the first of these letters in a row."""
    row = prose._flow.rows[number]
    start = row.text(0, row.length).index(text)
    for x in range(int(row.width)):
        for y in range(2, int(row.height), 6):
            point = QPointF(x, y)
            if row.position(point) == start and row.position(QPointF(x + 3, y)) >= start:
                return QPoint(int(prose._flow.left(row)) + x + 2, int(row.top) + y)
    raise AssertionError(f"{text!r} is not there")


def test_shows_every_kind_of_block(prose: Prose) -> None:
    prose.set_text(SAMPLE)
    assert prose.text() == PLAIN
    assert not painted(prose).isNull()


@pytest.mark.parametrize("size", [1, 7, 40])
def test_what_arrives_piece_by_piece_looks_like_the_whole(
    qtbot: QtBot, prose: Prose, size: int
) -> None:
    for at in range(0, len(SAMPLE), size):
        prose.append(SAMPLE[at : at + size])
        assert not painted(prose).isNull()
    prose.finish()
    whole = Prose()
    qtbot.addWidget(whole)
    whole.resize(prose.size())
    whole.set_text(SAMPLE)
    whole.finish()
    for one in (prose, whole):
        qtbot.waitUntil(lambda one=one: one._highlighter.idle)
    assert [row.top for row in prose._flow.rows] == [row.top for row in whole._flow.rows]
    assert painted(prose) == painted(whole)


@pytest.mark.parametrize("marked", [1, 60, 10_000])
def test_what_is_cut_looks_as_if_it_had_never_come(
    qtbot: QtBot, prose: Prose, monkeypatch: pytest.MonkeyPatch, marked: int
) -> None:
    monkeypatch.setattr("playground.ui.widgets.prose.MARKED", marked)
    text = SAMPLE * 3
    prose.goes_back = True
    for at in range(0, len(text), 40):
        prose.append(text[at : at + 40])
    prose.finish()
    other = Prose()
    qtbot.addWidget(other)
    other.resize(prose.size())
    for length in (len(text), 700, 333, 40, 39, 0):
        prose.cut(length)
        other.set_text(text[:length])
        assert prose.fed == text[:length]
        assert prose.text() == other.text()
        assert [row.top for row in prose._flow.rows] == [row.top for row in other._flow.rows]
    prose.append(text)
    prose.finish()
    other.set_text(text)
    other.finish()
    assert prose.text() == other.text()


def test_what_is_cut_far_behind_is_all_that_is_read_again(
    prose: Prose, monkeypatch: pytest.MonkeyPatch
) -> None:
    prose.goes_back = True
    text = "A paragraph of some words.\n\n" * 400
    for at in range(0, len(text), 100):
        prose.append(text[at : at + 100])
    rows = list(prose._flow.rows)
    prose.cut(len(text) - 5)
    assert all(before is after for before, after in zip(rows, prose._flow.rows, strict=False))
    monkeypatch.setattr(prose, "set_text", lambda _: pytest.fail("all of it was read again"))
    prose.cut(len(text) // 2)
    assert len(prose._flow.rows) == 200


def test_closed_blocks_are_never_touched_again(
    prose: Prose, monkeypatch: pytest.MonkeyPatch
) -> None:
    prose.set_text("first paragraph\n\n" * 50)
    closed = prose._stream.closed
    assert closed > 30
    rows = prose._flow.rows[:closed]

    def refuse(*_: object) -> None:
        raise AssertionError("a closed row was touched")

    for row in rows:
        monkeypatch.setattr(row, "lay_out", refuse)
        monkeypatch.setattr(row, "update", refuse)
    height = prose.heightForWidth(700)
    prose.append("second\n\nthird")
    assert prose._flow.rows[:closed] == rows
    assert prose.heightForWidth(700) > height


def test_nothing_in_the_text_is_obeyed(prose: Prose) -> None:
    text = '<b>no</b> <img src="https://a.example/x.png"> &lt;i&gt; <script>x</script>'
    prose.set_text(f"{text}\n\n![alt](https://a.example/y.png)\n\n[p](file:///etc/passwd)")
    html, image, link = prose._flow.rows
    assert html.text(0, html.length) == text.replace("&lt;", "<").replace("&gt;", ">")
    assert image.text(0, image.length) == "Image: alt – https://a.example/y.png"
    assert prose.text().endswith("[p](file:///etc/passwd)")
    assert link.links() == []


def test_an_address_that_is_not_of_the_web_is_written_out_and_is_no_link(prose: Prose) -> None:
    prose.set_text("[mail](mailto:a@b.c) and [there](#part)")
    assert prose.text() == "mail (mailto:a@b.c) and there (#part)"
    assert prose._flow.rows[0].links() == []


def test_a_huge_address_is_shortened_on_the_screen_only(prose: Prose) -> None:
    url = "https://a.example/" + "x" * 5_000
    prose.set_text(f"![]({url})")
    assert len(prose.text()) < 200
    assert "5,018 characters" in prose.text()
    assert prose._flow.rows[0].links()[0][1] == url


def test_a_click_asks_for_the_link_and_opens_nothing(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text("go [there](https://a.example/?a=<b>&c) now")
    point = where(prose, 0, "here")
    with qtbot.waitSignal(prose.link_activated) as asked:
        qtbot.mouseClick(prose, Qt.MouseButton.LeftButton, pos=point)
    assert asked.args == ["https://a.example/?a=%3Cb%3E&c"]
    with qtbot.assertNotEmitted(prose.link_activated):
        qtbot.mouseClick(prose, Qt.MouseButton.LeftButton, pos=where(prose, 0, "now"))
    qtbot.mouseMove(prose, point)
    assert prose.cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(prose, where(prose, 0, "now"))
    assert prose.cursor().shape() == Qt.CursorShape.IBeamCursor


def test_the_tooltip_of_a_link_is_its_address_as_text(prose: Prose) -> None:
    prose.set_text("[x](https://a.example/?&lt=1) " * 3)
    point = where(prose, 0, "x")
    event = QHelpEvent(QHelpEvent.Type.ToolTip, point, prose.mapToGlobal(point))
    QApplication.sendEvent(prose, event)
    assert QToolTip.text() == "<p>https://a.example/?&amp;lt=1</p>"
    QToolTip.hideText()


def test_links_are_reached_by_keyboard(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text(
        "[one](https://a.example/1) [two](https://a.example/2)\n\n|a|\n|-|\n|<https://c.d>|"
    )
    prose.clearFocus()
    prose.setFocus(Qt.FocusReason.TabFocusReason)
    asked: list[str] = []
    prose.link_activated.connect(asked.append)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Tab):
        qtbot.keyClick(prose, key)
        assert not painted(prose).isNull()
    qtbot.keyClick(prose, Qt.Key.Key_Return)
    qtbot.keyClick(prose, Qt.Key.Key_Backtab)
    qtbot.keyClick(prose, Qt.Key.Key_Return)
    assert asked == [
        "https://a.example/1",
        "https://a.example/2",
        "https://c.d",
        "https://a.example/2",
    ]


def test_a_selection_runs_through_blocks_and_is_copied(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text(SAMPLE)
    painted(prose)
    qtbot.mousePress(prose, Qt.MouseButton.LeftButton, pos=where(prose, 1, "text"))
    qtbot.mouseMove(prose, where(prose, 3, "wo"))
    qtbot.mouseRelease(prose, Qt.MouseButton.LeftButton, pos=where(prose, 3, "wo"))
    assert prose.selected_text() == "text with code and a link.\n\n1. one\n2. t"
    before = painted(prose)
    qtbot.keyClick(prose, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == prose.selected_text()
    prose.clear_selection()
    assert prose.selected_text() == ""
    assert painted(prose) != before


def test_all_and_single_words_can_be_selected(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text(SAMPLE)
    painted(prose)
    qtbot.keyClick(prose, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert prose.selected_text() == PLAIN
    for number, at, word in [(1, "slanted", "slanted"), (6, "return", "return"), (7, "22", "22")]:
        qtbot.mouseDClick(prose, Qt.MouseButton.LeftButton, pos=where(prose, number, at))
        assert prose.selected_text() == word


def test_a_selection_counts_emoji_as_one(prose: Prose) -> None:
    prose.set_text("🙂 one 👩‍💻 two\n\n```\n🙂 x 🙂\n```\n\n|🙂|b|\n|-|-|\n|c|🙂 d|")
    prose.select_all()
    assert prose.selected_text() == "🙂 one 👩‍💻 two\n\n🙂 x 🙂\n\n🙂\tb\nc\t🙂 d"


def test_code_is_copied_as_it_was_sent(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text(SAMPLE)
    painted(prose)
    button = prose.findChild(CopyButton)
    assert isinstance(button, CopyButton)
    assert not button.isVisible()
    qtbot.mouseMove(prose, where(prose, 6, "return"))
    assert button.isVisible()
    assert button.accessibleName() == "Copy the python code"
    assert min(button.width(), button.height()) >= 24
    assert prose._flow.box(prose._flow.rows[6]).contains(button.geometry().center())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == "def f(x):\n    return x  # \u202e hidden"
    assert button.accessibleName() == "Copied"
    qtbot.waitUntil(lambda: button.accessibleName() == "Copy the python code")
    qtbot.mouseMove(prose, where(prose, 0, "Title"))
    assert not button.isVisible()


def test_the_keyboard_stops_at_links_and_code_in_their_order(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text(
        "[one](https://a.example/1)\n\n```js\nlet x\n```\n\n[two](https://a.example/2)\n\n```\ny\n```"
    )
    painted(prose)
    button = prose.findChild(CopyButton)
    assert isinstance(button, CopyButton)
    asked: list[str] = []
    prose.link_activated.connect(asked.append)
    prose.clearFocus()
    prose.setFocus(Qt.FocusReason.TabFocusReason)
    said = []
    for _ in range(4):
        focused = button if button.hasFocus() else prose
        said.append(focused.accessibleName())
        qtbot.keyClick(focused, Qt.Key.Key_Return)
        painted(prose)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert said == ["Text", "Copy the js code", "Text", "Copy the code"]
    assert asked == ["https://a.example/1", "https://a.example/2"]
    assert QApplication.clipboard().text() == "y"
    assert not button.isVisible()


def test_backwards_the_keyboard_comes_in_at_the_end(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text("[one](https://a.example/1)\n\n```js\nlet x\n```")
    button = prose.findChild(CopyButton)
    assert isinstance(button, CopyButton)
    prose.clearFocus()
    prose.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert button.hasFocus()
    qtbot.keyClick(button, Qt.Key.Key_Backtab)
    assert prose.hasFocus()
    with qtbot.waitSignal(prose.link_activated) as asked:
        qtbot.keyClick(prose, Qt.Key.Key_Return)
    assert asked.args == ["https://a.example/1"]


def test_the_button_goes_when_its_code_goes(prose: Prose) -> None:
    prose.set_text("```js\nlet x\n```")
    prose.setFocus(Qt.FocusReason.BacktabFocusReason)
    button = prose.findChild(CopyButton)
    assert isinstance(button, CopyButton)
    prose.clearFocus()
    prose.setFocus(Qt.FocusReason.BacktabFocusReason)
    assert button.isVisible()
    prose.set_text("nothing")
    assert not button.isVisible()
    assert button.row is None


def test_code_gets_its_colours_while_it_arrives(qtbot: QtBot, prose: Prose) -> None:
    prose.append("```python\ndef f():\n    retu")
    qtbot.waitUntil(lambda: prose._highlighter.idle)
    (row,) = prose._flow.rows
    assert isinstance(row, CodeRow)
    assert (0, 3, "Keyword") in row._runs[0]
    assert has_colour(painted(prose), theme.current().colour("reasoning"))
    prose.append("rn 1\n```\n")
    qtbot.waitUntil(lambda: prose._highlighter.idle)
    assert (4, 10, "Keyword") in row._runs[1]
    assert not prose._highlighter._timer.isActive()


def test_lexing_gives_way_again_and_again() -> None:
    lines = ["x = [1, 2, 3, 'four']  # five"] * 3_000
    runs: list = []
    steps = 0
    seen = [0]
    for _ in lex("python", lines, runs):
        steps += 1
        assert len(runs) - seen[-1] <= 64
        seen.append(len(runs))
    assert steps > 500
    assert len(runs) == 3_000
    assert runs[0] == runs[-1] != ()


@pytest.mark.parametrize(
    ("language", "line"),
    [("python", "x" * 5_000), ("no such language", "x"), ("text", "x"), ("", "x")],
)
def test_what_cannot_be_lexed_stays_plain(language: str, line: str) -> None:
    runs: list = []
    assert list(lex(language, [line], runs)) == []
    assert runs == []


def test_common_names_of_languages_are_known() -> None:
    for name in (
        "python",
        "py",
        "js",
        "ts",
        "tsx",
        "c++",
        "c#",
        "sh",
        "bash",
        "console",
        "json",
        "yaml",
        "toml",
        "rust",
        "go",
        "java",
        "html",
        "css",
        "sql",
        "diff",
        "Dockerfile",
    ):
        assert lexer_for(name) is not None, name


def test_a_long_line_of_code_scrolls_and_a_long_word_wraps(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text("```\n" + "wide " * 300 + "\n```\n\n" + "x" * 900)
    code, word = prose._flow.rows
    assert isinstance(code, CodeRow)
    assert code.hidden > 5_000
    before = painted(prose)
    bar = code.bar().translated(0, code.top).center().toPoint()
    qtbot.mousePress(prose, Qt.MouseButton.LeftButton, pos=bar)
    qtbot.mouseMove(prose, bar + QPoint(100, 0))
    qtbot.mouseRelease(prose, Qt.MouseButton.LeftButton, pos=bar + QPoint(100, 0))
    assert code.scrolled > 500
    assert prose.selected_text() == ""
    assert painted(prose) != before
    assert isinstance(word, TextRow)
    assert word.width <= 700
    assert word.height > 5 * word.ink.line


def wheel(prose: Prose, at: QPointF, turned: QPoint) -> bool:
    """Turn the wheel; whether the prose took it."""
    event = QWheelEvent(
        at,
        QPointF(prose.mapToGlobal(at)),
        QPoint(),
        turned,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(prose, event)
    return event.isAccepted()


def test_wheel_and_keys_scroll_sideways_what_is_too_wide(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text("text\n\n```\n" + "wide " * 300 + "\n```")
    text, code = prose._flow.rows
    assert isinstance(code, CodeRow)
    inside = QPointF(50, code.top + 10)
    assert wheel(prose, inside, QPoint(-120, 0))
    assert code.scrolled > 50
    assert not wheel(prose, inside, QPoint(0, -120))
    assert not wheel(prose, QPointF(50, text.top + 5), QPoint(-120, 0))
    assert wheel(prose, inside, QPoint(12_000, 0))
    assert code.scrolled == 0
    assert not wheel(prose, inside, QPoint(120, 0))
    prose.clearFocus()
    prose.setFocus(Qt.FocusReason.BacktabFocusReason)
    button = prose.findChild(CopyButton)
    assert isinstance(button, CopyButton)
    qtbot.keyClick(button, Qt.Key.Key_Right)
    assert code.scrolled > 10
    qtbot.keyClick(button, Qt.Key.Key_Left)
    assert code.scrolled == 0


def test_an_endless_line_of_code_is_shown_on_several(prose: Prose) -> None:
    text = "a" * 5_000
    prose.set_text(f"```\n{text}\n```")
    (row,) = prose._flow.rows
    assert isinstance(row, CodeRow)
    assert row.height > 3 * row.ink.code_line
    prose.select_all()
    assert prose.selected_text() == text


def test_a_table_widens_as_its_rows_arrive_and_keeps_those_that_are_there(prose: Prose) -> None:
    prose.append("|a|b|\n|-|-|\n" + "|1|2|\n" * 200)
    (table,) = prose._flow.rows
    assert isinstance(table, TableRow)
    first, extent = table._rows[1], table.extent
    prose.append("|a much longer cell|`2`|\n")
    assert table._rows[1] is first
    assert table.extent > extent
    assert table.text(0, table.length).endswith("a much longer cell\t2")


def test_lines_of_prose_have_at_most_80_characters(prose: Prose) -> None:
    prose.resize(2_000, 600)
    words = Path(__file__).read_text(encoding="utf-8").replace("_", " ").split()
    text = " ".join(word for word in words if word.isalpha())
    prose.set_text(text[:3_000])
    lengths = []
    for row in prose._flow.rows:
        assert isinstance(row, TextRow)
        layout = row._layout
        lengths += [layout.lineAt(n).textLength() for n in range(layout.lineCount())]
    assert sorted(lengths)[len(lengths) // 2] <= 80
    assert max(lengths) <= 90


def test_height_follows_width_and_resizing_touches_what_must_change(prose: Prose) -> None:
    prose.set_text("word " * 200)
    wide, narrow = prose.heightForWidth(700), prose.heightForWidth(300)
    assert narrow > 1.5 * wide
    assert prose.heightForWidth(700) == wide
    row = prose._flow.rows[0]
    assert isinstance(row, TextRow)
    assert prose.heightForWidth(1_200) == wide  # beyond the measure nothing changes
    assert row.width == pytest.approx(row.ink.measure)


def test_a_scroll_area_keeps_its_place_while_text_arrives(qtbot: QtBot) -> None:
    area, inner = QScrollArea(), QWidget()
    qtbot.addWidget(area)
    column = QVBoxLayout(inner)
    prose = Prose()
    column.addWidget(prose)
    column.addStretch(1)
    area.setWidget(inner)
    area.setWidgetResizable(True)
    area.resize(500, 300)
    area.show()
    prose.set_text("A paragraph of text.\n\n" * 60)
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 500)
    bar.setValue(333)
    maximum = bar.maximum()
    prose.append("```\n" + "code\n" * 50)
    qtbot.waitUntil(lambda: bar.maximum() > maximum)
    assert bar.value() == 333
    assert prose.height() == prose.heightForWidth(prose.width())


@pytest.mark.parametrize(
    ("text", "right"),
    [("שלום, hello", True), ("«مرحبا»", True), ("hello, שלום", False), ("123 漢字 🙂", False)],
)
def test_the_first_letter_with_a_direction_decides(prose: Prose, text: str, right: bool) -> None:
    prose.set_text(f"- {text}")
    (row,) = prose._flow.rows
    assert row.right_to_left is right
    image = painted(prose)
    ground = image.pixelColor(image.width() - 1, 0)
    columns = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y) != ground for y in range(image.height()))
    ]
    middle = row.ink.measure / 2
    assert (min(columns) > middle) is right
    assert (max(columns) < middle) is not right


def test_text_in_other_scripts_has_glyphs_and_full_lines(prose: Prose) -> None:
    prose.set_text("日本語の文章もきちんと表示されます。絵文字も 🙂 👩‍💻")
    (row,) = prose._flow.rows
    assert row.height >= row.ink.line
    assert isinstance(row.block, Paragraph)


def test_the_caret_stands_while_text_arrives(prose: Prose) -> None:
    accent = theme.current().colour("accent")
    assert not has_colour(painted(prose), accent)
    prose.caret = True
    assert has_colour(painted(prose), accent)
    for text in ("abc", "\n\n- ", "x\n\n```\ncode", "\n```\n\n|a|\n|-|\n"):
        prose.append(text)
        assert has_colour(painted(prose), accent)
    prose.finish()
    assert not prose.caret
    assert not has_colour(painted(prose), accent)


def test_a_new_theme_is_worn_at_once(qtbot: QtBot, prose: Prose) -> None:
    prose.set_text(SAMPLE)
    prose.finish()
    light, height = painted(prose), prose.heightForWidth(700)
    theme.apply("dark")
    dark = painted(prose)
    assert dark != light
    assert prose.heightForWidth(700) == height
    theme.apply("dark", 1.5)
    assert prose.heightForWidth(700) > 1.3 * height
    assert prose.text() == PLAIN
    theme.apply("light")
    qtbot.waitUntil(lambda: prose._highlighter.idle)
    assert prose.heightForWidth(700) == height


def test_the_text_can_be_replaced_and_continued(prose: Prose) -> None:
    prose.set_text(SAMPLE)
    prose.select_all()
    prose.finish()
    prose.set_text("one")
    assert (prose.text(), prose.selected_text()) == ("one", "")
    prose.append(" two\n\n```\nx")
    assert prose.text() == "one two\n\nx"
    assert isinstance(prose._flow.rows[1].block, Code)
    prose.set_text("")
    assert prose.text() == ""
    assert prose.heightForWidth(700) > 0


def test_a_screen_reader_finds_the_text(prose: Prose) -> None:
    prose.set_text("Some *text*.")
    prose.finish()
    assert prose.accessibleName()
    assert prose.accessibleDescription() == "Some text."


def test_text_after_the_end_is_shown_all_the_same(prose: Prose) -> None:
    prose.append("one **tw")
    prose.finish()
    prose.append("o** three")
    assert prose.text() == "one two three"
    assert prose.caret
    prose.finish()
    assert prose.text() == "one two three"
