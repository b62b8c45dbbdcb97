"""A click on a drawn character finds the character of the Markdown, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.ui import theme
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.proseink import excerpt, units

INLINE = ("{}", "{}", "{} {}", "**{}**", "*{}*", "`{}`", "~~{}~~", "[{}](http://a.example/{})",
          "a &amp; {}", "\\*{}\\*", "{}  \n{}", "{}\n{}", "é🙂 {}", "**{} `{}`**", "{} | {}",
          "$x_{}$", "![{}](p.png)", "<{}>", "_{}_ ,", "{}_{}")  # fmt: skip
BLOCKS = ("{}", "# {}", "## {} ##", "{}\n===", "- {}\n- {}", "1. {}\n2. {}\n   - {}", "> {}",
          "> - {}\n>   {}", "- [x] {}\n- [ ] {}", "---", "| {} | {} |\n|---|--:|\n| {} | {} |",
          "- {}\n\n  {}", "* {}\n  > {}")  # fmt: skip
CODE = ("```py\n{}\n# {}\n\n- {}\n```", "    {}\n      {}", "- {}\n\n  ```\n  {}\n    {}\n  ```",
        "> ~~~\n> {}\n> > {}\n> ~~~")  # fmt: skip


@st.composite
def markdown(draw: st.DrawFn) -> str:
    """Of words that are all different."""
    number = count(100)

    def word() -> str:
        return f"w{next(number)}é" if draw(st.booleans()) else f"w{next(number)}"

    def filled(pattern: str, one_line: bool) -> str:
        pieces = pattern.split("{}")
        made = pieces[0]
        for piece in pieces[1:]:
            kinds = [one for one in INLINE if not (one_line and ("\n" in one or "|" in one))]
            inline = draw(st.sampled_from(kinds))
            first = word()
            words = iter((first, first if "](" in inline else word()))
            made += re.sub(r"\{\}", lambda _, words=words: next(words), inline) + piece
        return made

    blocks = []
    for _ in range(draw(st.integers(1, 6))):
        if draw(st.integers(0, 3)):
            pattern = draw(st.sampled_from(BLOCKS))
            blocks.append(filled(pattern, one_line=pattern != "{}"))
        else:
            pattern = draw(st.sampled_from(CODE))
            blocks.append(re.sub(r"\{\}", lambda _: word(), pattern))
    return "\n\n".join(blocks)


@pytest.fixture(scope="module")
def prose(qapp: object) -> Iterator[Prose]:
    theme.apply("light")
    made = Prose()
    made.resize(600, 400)
    yield made
    made.deleteLater()


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(markdown(), st.integers(1, 60))
@example("> - ![w100](p.png)\n>   ![w101](p.png)", 9)
@example("| a |\n|---|\n| ![w100](p.png) w101 |\n| [w102](b) w103 |", 9)
def test_what_a_word_was_drawn_from_is_that_word(prose: Prose, text: str, step: int) -> None:
    prose.set_text("")
    for at in range(0, len(text), step):
        prose.append(text[at : at + step])
    prose.finish()
    origins, seen = prose._origins(), 0
    for number, row in enumerate(prose._flow.rows):
        for match in re.finditer(r"w\d{3}é?", row.shown):
            begin = text.index(match.group())
            for at in range(*match.span()):
                offset = origins.offset((number, units(row.shown[:at])))
                assert offset == begin + at - match.start(), (text, match.group())
            pieces = origins.pieces(begin, begin + len(match.group()))
            assert list(pieces) == [number]
            assert excerpt(row.shown, *pieces[number][0]) == match.group()
            seen += 1
    assert seen >= len(set(re.findall(r"w\d{3}", text)))


# With a mouse.

TEXT = "# Head\n\nSome **bold** and a [link](https://a.example/b).\n\n```py\nx = 1\n```\n"


@pytest.fixture
def shown(qtbot: QtBot) -> Prose:
    theme.apply("light")
    made = Prose()
    qtbot.addWidget(made)
    made.field = "text"
    made.resize(500, 300)
    made.show()
    qtbot.waitExposed(made)
    made.set_text(TEXT)
    made.finish()
    return made


def place(prose: Prose, word: str) -> QPoint:
    """The middle of the first character of a word."""
    for number, row in enumerate(prose._flow.rows):
        if (at := row.shown.find(word)) >= 0:
            return prose._flow.boxes(number, at, at + 1)[0].center().toPoint()
    raise AssertionError(word)


def click(prose: Prose, at: QPoint) -> None:
    QTest.mouseClick(prose, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


@pytest.mark.parametrize("word", ["Head", "Some", "bold", "and", "x = 1", "1"])
def test_a_click_says_which_character_it_was(shown: Prose, word: str) -> None:
    found: list[int] = []
    shown.pointed.connect(found.append)
    click(shown, place(shown, word))
    assert found == [TEXT.index(word)]


def test_links_selections_and_places_beside_the_text_say_nothing(shown: Prose) -> None:
    found: list[int] = []
    links: list[str] = []
    shown.pointed.connect(found.append)
    shown.link_activated.connect(links.append)
    click(shown, place(shown, "link"))
    assert links == ["https://a.example/b"]
    click(shown, QPoint(450, place(shown, "Some").y()))
    begin, end = place(shown, "Some"), place(shown, "bold")
    QTest.mousePress(shown, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, begin)
    QTest.mouseMove(shown, end)
    QTest.mouseRelease(shown, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert shown.selected_text()
    assert found == []


def test_what_stands_out_is_painted_and_goes_again(shown: Prose) -> None:
    soft = theme.current().colour("soft")

    def is_lit(word: str) -> bool:
        image = shown.grab().toImage()
        corner = QPointF(place(shown, word)) - QPointF(0, 6)
        return any(image.pixelColor(corner.toPoint() + QPoint(x, 0)) == soft for x in range(-4, 5))

    assert not is_lit("bold")
    begin = TEXT.index("bold")
    shown.light([(begin, begin + 4)])
    assert is_lit("bold")
    assert not is_lit("and")
    box = shown.lit_at()
    assert box is not None and box.contains(place(shown, "bold"))
    shown.light([(TEXT.index("x = 1"), TEXT.index("x = 1") + 5)])
    assert not is_lit("bold")
    assert is_lit("x = 1")
    shown.light([])
    assert not is_lit("x = 1")
    assert shown.lit_at() is None


def test_markup_alone_is_marked_where_it_stands(shown: Prose) -> None:
    begin = TEXT.index("**")
    shown.light([(begin, begin + 2)])
    box = shown.lit_at()
    assert box is not None and box.width() <= 4
    assert abs(box.center().x() - place(shown, "bold").x()) < 12


@pytest.mark.parametrize("text", ["a\n\nb", "a\nb", "```\na\nb\n```", "|a|\n|-|\n|b|", "- a\n- b"])
def test_whatever_an_event_brought_has_a_place(shown: Prose, text: str) -> None:
    shown.set_text(text)
    shown.finish()
    shown.grab()
    for at in range(len(text)):
        shown.light([(at, at + 1)])
        assert shown.lit_at() is not None, at


def test_it_follows_text_that_still_comes(shown: Prose) -> None:
    shown.set_text("")
    shown.append("A *word")
    shown.light([(3, 7), (9, 13)])
    shown.append("* more text")
    rows = shown._flow.rows
    lit = [excerpt(rows[n].shown, a, b) for n, pieces in shown._lit.pieces.items()
           for a, b in pieces]  # fmt: skip
    assert lit == ["word", "more"]


def test_the_cursor_is_where_somebody_clicked_or_what_is_selected(shown: Prose) -> None:
    click(shown, place(shown, "bold"))
    assert shown.here() == TEXT.index("bold")
    shown.select_all()
    assert shown.here() == TEXT.index("Head")
