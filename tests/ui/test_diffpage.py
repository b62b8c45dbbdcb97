"""The Diff page: two runs beside each other, seen, walked through and chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import SSE, Event, fact
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine.rundiff_rows import Row
from playground.ui.inspector.difference import SAME, DiffPage
from playground.ui.inspector.looking import Looking
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.widgets.palette import Palette
from playground.ui.widgets.rundiffchoice import Choice, title_of_run
from playground.ui.widgets.rundiffsides import SideRow, Sides
from playground.ui.widgets.rundiffsigns import SIGNS, TOKENS, next_difference
from playground.ui.widgets.rundiffviews import (
    EVENTS,
    JSON,
    NO_JSON,
    NUMBERS,
    REQUESTS,
    TEXT,
)
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

MS = 1_000_000
SAID = ["Snow.", "\n", "Then ", "rain."]


def events(pieces: Sequence[str], every: int = 4, *, end: bool = True, **body: Any) -> list[Event]:
    """An answer over Responses, one delta every so many milliseconds."""
    sent = json.dumps({"model": "m", "input": "Hi", **body})
    made = [fact(0, "request", {"method": "POST", "url": "http://here", "body": sent})]
    made.append(fact(MS, "head", {"status": 200, "reason": "OK", "headers": []}))

    def add(name: str, **data: Any) -> None:
        raw = f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode()
        made.append(Event(len(made) * every * MS, SSE, raw))

    item = {"id": "i", "type": "message", "role": "assistant", "content": []}
    add("response.output_item.added", output_index=0, item=item)
    for piece in pieces:
        add("response.output_text.delta", item_id="i", output_index=0, content_index=0, delta=piece)
    if end:
        response = {"status": "completed", "model": "m", "output": []}
        add("response.completed", response=response)
        made.append(fact(len(made) * every * MS, "ended"))
    return made


def run(found: list[Event], created: float = 1.0, id_: str = "") -> Run:
    made = Run(
        id=id_ or f"run{created}", session="s", parent=None, call=Call(model="m"), profile="p",
        input=[Message(text=Text("Hi"))], reduce=BY_ID["responses"].reduce, created=created,
        owner="" if found[-1].kind == "ended" else "test",
    )  # fmt: skip
    made.take(found)
    return made


@pytest.fixture
def page(qtbot: QtBot) -> DiffPage:
    made = DiffPage(Looking(None))
    qtbot.addWidget(made)
    made.resize(1000, 400)
    made.show()
    return made


def compare(page: DiffPage, qtbot: QtBot, mine: Run, other: Run) -> DiffPage:
    page.looking.show_run(mine)
    page.advance()
    page.compare_with(other)
    qtbot.waitUntil(lambda: not page.working)
    return page


def rows(page: DiffPage) -> list[Row]:
    return [row for row in page.views.list.rows if row.kind != "same"]


def held(page: DiffPage) -> tuple[Run, Run]:
    assert page.looking.run is not None and page.other is not None
    return page.looking.run, page.other


@pytest.fixture
def two(page: DiffPage, qtbot: QtBot) -> DiffPage:
    """Another word, a line more, another temperature, and slower."""
    older = run(events(SAID), 1.0)
    newer = run(events(["Snow.\nThen ", "sun.", "\nGood."], 9, temperature=1), 2.0)
    return compare(page, qtbot, newer, older)


def test_what_there_is_to_choose_is_said_where_nothing_is(page: DiffPage) -> None:
    page.looking.show_run(run(events(SAID)))
    page.advance()
    assert page.hint.isVisible() and "beside each other" in page.hint.text()
    assert not page.pick_one.isVisible()  # there is no session to choose from


def test_the_older_run_stands_on_the_left(two: DiffPage) -> None:
    assert two.mine_is == "right"
    assert two.heads.mine.whole.startswith("This run · “Hi” · m")
    assert [(row.kind, row.key) for row in rows(two)] == [
        ("changed", "request"),
        ("changed", "message"),
    ]
    assert two.status.whole == "The requests differ in temperature: nothing → 1."
    places = [
        part.mapTo(two, QPoint()).x() for part in (two.heads.choose, two.heads.swap, two.heads.mine)
    ]
    assert places == sorted(places)


def test_sides_are_swapped_and_that_is_remembered(two: DiffPage, qtbot: QtBot) -> None:
    mine, other = held(two)
    QTest.mouseClick(two.heads.swap, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not two.working)
    assert two.mine_is == "left"
    assert two.status.whole == "The requests differ in temperature: 1 → nothing."
    two.looking.show_run(other)
    two.advance()
    assert two.hint.isVisible()
    two.looking.show_run(mine)
    two.advance()
    qtbot.waitUntil(lambda: not two.working)
    assert held(two) == (mine, other) and two.mine_is == "left"


def test_differences_are_walked_through_by_keys(two: DiffPage) -> None:
    picked: list[int] = []
    two.looking.picked.connect(picked.append)
    two.views.list.setFocus()
    for _ in range(3):  # there are two
        QTest.keyClick(two.views.list, Qt.Key.Key_F7)
    assert two.views.list.current == 4 and picked == [0, 4]
    QTest.keyClick(two.views.list, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    assert two.views.list.current == 0
    QTest.keyClick(two.views.list, Qt.Key.Key_End)
    assert two.looking.number == 7
    two.tabs.pick(TEXT)
    QTest.mouseClick(two.first, Qt.MouseButton.LeftButton)
    assert two.tabs.index == EVENTS and two.views.list.current == 0


def test_an_event_that_is_picked_elsewhere_is_shown(two: DiffPage) -> None:
    two.looking.pick(5)
    row = two.views.list.rows[two.views.list.current]
    assert row.right is not None and row.right.begin <= 5 < row.right.end
    assert two.looking.number == 5  # it is not taken back to the first of its row
    assert two.views.list.row_of(99, right=True) == len(two.views.list.rows) - 1
    assert two.views.list.row_of(-1, right=True) == -1


def test_a_click_picks_the_event_of_the_run_that_is_looked_into(two: DiffPage) -> None:
    high = two.views.list.viewport().height() // two.views.list._page()
    QTest.mouseClick(two.views.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, high + 4))
    assert two.views.list.current == 1 and two.looking.number == 1
    assert two.views.list.accessibleDescription() == (
        "head, the same; left: #1, 200 OK; right: #1, 200 OK"
    )


def test_texts_stand_line_by_line(two: DiffPage) -> None:
    two.tabs.pick(TEXT)
    assert [(row.kind, row.left, row.right) for row in two.views.text.rows] == [
        ("same", "Snow.", "Snow."),
        ("changed", "Then rain.", "Then sun."),
        ("right", None, "Good."),
    ]
    assert two.views.text.rows[1].left_spots == ((5, 9),)
    two.views.step_on()
    assert two.views.text.current == 1
    assert two.views.text.accessibleDescription() == "differs, left: Then rain., right: Then sun."
    two.views.text.setFocus()
    QTest.keyClick(two.views.text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Then rain.\tThen sun."


def test_requests_and_values_stand_by_their_paths(two: DiffPage) -> None:
    two.tabs.pick(REQUESTS)
    said = [(row.name, row.kind, row.left, row.right) for row in two.views.requests.rows]
    assert said[0][0] == "Request 1"
    assert ("temperature", "right", None, "1") in said
    two.views.step_on()
    assert two.views.requests.rows[two.views.requests.current].name == "temperature"
    assert two.looking.number == 0
    two.tabs.pick(JSON)
    assert two.views.none.isVisible() and two.views.none.text() == NO_JSON


def test_numbers_stand_beside_each_other(two: DiffPage, qtbot: QtBot) -> None:
    two.tabs.pick(NUMBERS)
    qtbot.waitUntil(lambda: not two.views.working)
    said = [two.views.times.say(row) for row in range(len(two.views.times.rows))]
    assert any(one.startswith("Until the first token: left 12") for one in said)
    figure = next(one for one in two.views.times.rows if one.words == "Until the first token")
    assert figure.cells[2].text.startswith("+15")
    counts = [one.words for one in two.views.counts.rows]
    assert {"Cost", "Events", "Characters of the answer"} <= set(counts)
    assert not two.first.isEnabled()
    two.views.step_on()  # there is nowhere to go


def test_that_nothing_differs_is_said_plainly(page: DiffPage, qtbot: QtBot) -> None:
    compare(page, qtbot, run(events(["".join(SAID)]), 1.0), run(events(SAID, 7), 2.0))
    assert page.status.whole == SAME and rows(page) == []
    assert not page.first.isEnabled()
    later = page.views.list.later(page.views.list.rows[2])
    assert later == 6 * MS  # the left one is the older, and that is the one looked into


def test_a_run_that_goes_on_is_compared_again(page: DiffPage, qtbot: QtBot) -> None:
    whole = events(SAID)
    going = run(events(SAID[:2], end=False), 2.0)
    compare(page, qtbot, going, run(whole, 1.0))
    assert [row.kind for row in rows(page)] == ["left"] * 3
    going.take(whole[len(going.recording) :])
    page._rest_until = 0.0
    page.advance()
    qtbot.waitUntil(lambda: not page.working)
    assert page.status.whole == SAME


def test_stretches_that_are_the_same_open(qtbot: QtBot) -> None:
    sides = Sides("Text", names=False, code=False)
    qtbot.addWidget(sides)
    sides.resize(400, 300)
    lines = [SideRow("same", f"{n}", f"{n}") for n in range(30)]
    sides.show_rows([*lines[:15], SideRow("left", "gone", None), *lines[15:]])
    assert [row.folded for row in sides.rows if row.folded] == [13, 13]
    assert len(sides.rows) == 7
    sides.go_to(0)
    assert "13 rows are the same" in sides.accessibleDescription()
    QTest.keyClick(sides, Qt.Key.Key_Return)
    assert len(sides.rows) == 19 and sides.rows[0].left == "0"
    sides.grab()


def test_every_difference_has_a_sign_and_a_colour_of_its_own() -> None:
    assert len(set(SIGNS.values())) == len(set(TOKENS.values())) == len(SIGNS)
    assert next_difference(["same", "left", "right", "same", "changed"], -1) == 1
    assert next_difference(["same", "left", "right", "same", "changed"], 1) == 4
    assert next_difference(["same", "left", "right", "same", "changed"], 4, back=True) == 1
    assert next_difference(["same"], 0) is None


def test_versions_come_first_and_the_one_before_is_taken_unasked() -> None:
    made = [run(events(SAID), float(n)) for n in range(4)]
    made[3].parent = made[2].id
    session = Session("s", runs={one.id: one for one in made})
    assert [Choice.of(session, one).default for one in made] == [made[1], made[0], made[1], None]
    choice = Choice.of(session, made[2])
    assert (list(choice.versions), list(choice.others)) == (made[:3], [made[3]])
    assert title_of_run(made[1], choice).startswith("version 2 of 3 · m · ")
    assert title_of_run(made[3], choice).startswith("“Hi” · m · ")
    alone = Choice.of(session, made[3])
    assert list(alone.versions) == [made[3]]
    assert title_of_run(made[3], alone).startswith("“Hi” · m · ")
    made[1].trashed = True
    assert Choice.of(session, made[2]).default is made[0]


# In the window.


@pytest.fixture
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


def shown(driver: Driver) -> DiffPage:
    panel = driver.window.docks["inspector"].widget()
    assert isinstance(panel, InspectorPanel)
    assert panel.isVisible()
    current = panel.current
    assert isinstance(current, DiffPage)
    return current


@pytest.mark.usefixtures("settings")
async def test_versions_of_a_turn_are_compared(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        alone = await driver.ask("Something else")
        driver.desk.new_session()
        driver.fields(**FAST)
        first = await driver.ask("What is new?")
        driver.fields(**FAST, temperature=0.5)
        driver.press("Ctrl+R")
        second = driver.newest
        await driver.ended(second)
        assert second is not first and second.parent == first.parent
        driver.click(driver.button("Compare with another version", driver.chat))
        page = shown(driver)
        await until(lambda: page.comparison is not None and not page.working)
        assert page.looking.run is second and page.other is first
        assert "temperature" in page.status.whole
        page.to_first()
        assert page.looking.number == page.comparison.first.right  # type: ignore[union-attr]

        driver.click(page.heads.choose)
        (menu,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu)
                   and one.isVisible()]  # fmt: skip
        said = [action.text() for action in menu.actions() if action.text()]
        assert said[0] == "Versions of this turn" and said[1].startswith("version 1 of 2")
        menu.actions()[-1].trigger()
        menu.close()
        await until(lambda: any(isinstance(one, Palette) and one.isVisible()
                                for one in QApplication.topLevelWidgets()))  # fmt: skip
        palette = driver.dialog()
        assert isinstance(palette, Palette)
        driver.type("Something", palette.query)
        driver.press("Return", palette.query)
        await until(lambda: page.other is not None and page.other.id == alone.id)
        await until(lambda: not page.working)
        assert any(row.kind != "same" for row in page.views.list.rows)
        await driver.idle()
