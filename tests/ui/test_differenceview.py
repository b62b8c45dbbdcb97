"""What a repair would change, shown before it is applied."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.schemas.difference import Line, difference
from playground.schemas.repair import repair
from playground.schemas.source import spelled, written
from playground.ui import theme
from playground.ui.widgets.differencetext import SHOWN, WIDE, shortened, whole
from playground.ui.widgets.differenceview import MOST, DifferenceView, counted

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "Ann 😀"},
        "link": {"$ref": "https://example.com/other.json"},
        **{f"field_{n}": {"type": "string", "enum": ["a", "b", "c"]} for n in range(6)},
    },
    "required": [f"field_{n}" for n in range(6)],
    "additionalProperties": False,
}


@pytest.fixture
def view(qtbot: QtBot) -> DifferenceView:
    made = DifferenceView()
    qtbot.addWidget(made)
    made.resize(330, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def offer(view: DifferenceView, schema: object = SCHEMA) -> None:
    """Show the repair of a schema as the panel does."""
    made = repair(schema)
    view.show_repair(
        written(schema),
        written(made.schema),
        [(spelled(one.path), one.words) for one in made.repairs],
        [f"{spelled(one.path)}: {one.message}" for one in made.left],
    )


def lines(view: DifferenceView) -> list[str]:
    return view.text.toPlainText().split("\n")


# Without Qt


def rows(kinds: str) -> list[Line]:
    return [Line(kind, str(n)) for n, kind in enumerate(kinds)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kinds", "signs", "left_out"),
    [
        ("", "", 0),
        ("+", "+", 0),
        ("   +   ", "   +   ", 0),
        ("    +    ", "    +    ", 0),  # a line for one line would hide nothing
        ("     +     ", "…   +   …", 4),
        ("-      +", "-      +", 0),
        ("-        +", "-   …   +", 2),
        ("     ", "…", 5),
    ],
)
def test_what_stays_the_same_is_short(kinds: str, signs: str, left_out: int) -> None:
    made, count = shortened(rows(kinds))
    assert "".join(row[0] for row in made) == signs
    assert count == left_out


@given(st.text(" +-", max_size=60))
def test_every_change_is_shown_in_its_place(kinds: str) -> None:
    made, left_out = shortened(rows(kinds))
    everything = whole(rows(kinds))
    shown = [row for row in made if row[0] != "…"]
    assert len(shown) + left_out == len(everything)
    assert shown == [row for row in everything if row in shown]
    assert [row for row in shown if row[0] != " "] == [row for row in everything if row[0] != " "]
    assert left_out == sum(int(row.split()[1]) for row in made if row[0] == "…")


def test_nothing_hides_and_no_line_is_endless() -> None:
    made = whole([Line("+", "a\u202eb"), Line("-", "x" * (WIDE + 5))])
    assert made[0] == "+ a⟨U+202E⟩b"
    assert made[1].startswith("- xxx") and made[1].endswith("… 5 more characters")


# The view


def test_it_says_what_is_done_where(view: DifferenceView) -> None:
    offer(view)
    made = repair(SCHEMA)
    assert view.head.text() == f"{len(made.repairs)} repairs"
    told = view.repairs.toPlainText().split("\n")
    assert "$.properties.name" in told
    for one in made.repairs:
        path = told.index(spelled(one.path))
        assert f"  {one.words}" in told[path:]
    assert told.count("$.properties.name") == 1
    gone = [line for line in lines(view) if line[0] == "-"]
    came = [line for line in lines(view) if line[0] == "+"]
    assert any('"default": "Ann 😀"' in line for line in gone)
    assert any("Default:" in line for line in came)
    assert any(line.startswith("… ") for line in lines(view))
    assert view.count.text() == f"LINES  +{len(came)}  −{len(gone)}"


def test_what_stays_wrong_is_said_with_a_warning(view: DifferenceView) -> None:
    offer(view)
    assert view.warning.isVisible() and view.warning.text().startswith("1 problem ")
    assert "https://example.com/other.json" in view.left.toPlainText()
    offer(view, {"type": "object", "properties": {"a": {"type": "string"}}})
    assert not view.warning.isVisible() and not view.left.isVisible()


def test_it_can_be_applied_and_cancelled(view: DifferenceView, qtbot: QtBot) -> None:
    offer(view)
    with qtbot.waitSignal(view.applied):
        QTest.mouseClick(view.apply, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(view.cancelled):
        QTest.mouseClick(view.cancel, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(view.cancelled):
        QTest.keyClick(view.text, Qt.Key.Key_Escape)
    with qtbot.waitSignal(view.applied):
        QTest.keyClick(view.apply, Qt.Key.Key_Space)


def test_the_keyboard_begins_at_what_can_be_done(view: DifferenceView, qtbot: QtBot) -> None:
    view.activateWindow()
    qtbot.waitUntil(view.isActiveWindow)
    offer(view)
    view.setFocus()
    assert view.apply.hasFocus()
    view.show_repair("{}", "{}", [], ["It is no schema."])
    view.setFocus()
    assert view.cancel.hasFocus()


def test_nothing_can_be_applied_where_nothing_changes(view: DifferenceView) -> None:
    view.show_repair("{}", "{}", [], ["$: it is no schema."])
    assert view.head.text() == "Nothing can be repaired"
    assert not view.apply.isEnabled() and view.cancel.isEnabled()
    assert not view.text.isVisible() and not view.more.isVisible() and not view.count.isVisible()
    view.show_repair("{}", "{}", [], [])
    assert view.head.text() == "Nothing to repair"
    offer(view)
    assert view.apply.isEnabled() and view.text.isVisible()


def test_all_lines_can_be_seen(view: DifferenceView) -> None:
    offer(view)
    assert view.more.isVisible() and "more line" in view.more.text()
    view.more.click()
    everything = difference(written(SCHEMA), written(repair(SCHEMA).schema))
    assert lines(view) == [f"{line.kind} {line.text}" for line in everything]
    assert not view.more.isVisible()
    offer(view)
    assert view.more.isVisible() and len(lines(view)) < len(everything)


def test_a_huge_difference_is_cut_and_all_there(view: DifferenceView) -> None:
    before = json.dumps({"a": list(range(30_000))}, indent=2)
    after = json.dumps({"a": list(range(30_000, 60_000))}, indent=2)
    repairs = [(f"$.a[{n}]", "another number") for n in range(5_000)]
    view.show_repair(before, after, repairs, ["no"] * 3_000)
    assert len(lines(view)) == SHOWN
    assert view.head.text() == counted(5_000, "repair") and view.repairs.blockCount() == 10_000
    high = view.repairs.fontMetrics().lineSpacing() * (MOST + 1)
    assert view.repairs.height() <= high and view.left.height() <= high
    view.grab()
    view.more.click()
    view.grab()
    assert view.text.blockCount() == 60_004


def test_only_lines_that_are_seen_have_colours(view: DifferenceView) -> None:
    view.show_repair("\n".join("ab" * 400), "\n".join("cd" * 400), [], [])
    view.grab()
    document = view.text.document()
    assert document.findBlockByNumber(0).layout().formats()
    assert not document.findBlockByNumber(700).layout().formats()


def test_signs_and_grounds_tell_what_came_and_went(view: DifferenceView) -> None:
    view.show_repair("a\nb", "a\nc", [("$", "another letter")], [])
    view.resize(500, 500)
    assert lines(view) == ["  a", "- b", "+ c"]
    try:
        for name in ("light", "dark", "contrast"):
            theme.apply(name)
            picture = view.text.viewport().grab().toImage()
            ratio = picture.devicePixelRatio()
            high = view.text.cursorRect().height()
            x = round((view.text.viewport().width() - 4) * ratio)
            colours = [
                picture.pixelColor(x, round((n + 0.5) * high * ratio)).name().upper()
                for n in (1, 2)
            ]
            look = theme.current()
            assert colours == [look.colours["error_soft"], look.colours["ok_soft"]]
    finally:
        theme.apply("light")


@pytest.mark.parametrize("width", [330, 700])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_everything_has_room(width: int, scale: float, view: DifferenceView) -> None:
    try:
        theme.apply("light", scale)
        view.resize(round(width * scale), round(640 * scale))
        offer(view)
        view.grab()
        for part in (view.head, view.repairs, view.warning, view.left, view.text, view.apply):
            assert part.isVisible() and part.height() >= part.fontMetrics().height()
            right = part.mapTo(view, part.rect().topRight()).x()
            assert right <= view.width()
            assert part.accessibleName() or part in (view.head, view.warning)
        assert view.text.height() > 100 * scale
        assert not view.repairs.horizontalScrollBar().isVisible()
    finally:
        theme.apply("light")
