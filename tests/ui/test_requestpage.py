"""The Request page: differences, code, and a body that is changed by hand and sent again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.resend import read
from playground.engine.sent_rows import ABSENT, Row, Why
from playground.ui import theme
from playground.ui.inspector.looking import Looking
from playground.ui.inspector.requests import GO_ON, RequestPage
from playground.ui.models import RECORD
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.widgets.bodyedit import BodyEdit
from playground.ui.widgets.eventindex import EventIndex
from playground.ui.widgets.footer import AS_WRITTEN
from playground.ui.widgets.requestview import DIFFERENCES, TREE
from playground.ui.widgets.senttable import SIGN, WHY, SentTable, sign
from tests.driver import FAST, Driver, prepare
from tests.processes import Sandbox
from tests.window import Opening

QUIRK = Why("server", "It wants it so.")
ROWS = [
    Row("top_k", 5, "top_k", ABSENT, (QUIRK,)),
    Row("max_tokens", 9, "limit", 9, (QUIRK,)),
    Row("top_p", 0.5, "top_p", 0.9, (QUIRK, Why("extra", "It is merged in."))),
    Row("store", ABSENT, "store", False, (Why("unexplained", "Nobody knows."),)),
    Row("model", "m", "model", "m"),
]


# The table.


@pytest.fixture
def table(qtbot: QtBot) -> SentTable:
    made = SentTable()
    qtbot.addWidget(made)
    made.resize(700, 300)
    return made


def test_each_difference_has_a_sign_of_its_own(table: SentTable) -> None:
    table.show_rows([ROWS[4], *ROWS[:4]])
    assert table.rows == ROWS
    assert [sign(row) for row in table.rows] == ["−", "→", "≠", "+", "="]
    model = table.model()
    assert model.index(1, 1).data() == "max_tokens → limit"
    assert model.index(2, WHY).data() == "It wants it so. It is merged in."
    assert [model.index(0, column).data() for column in (2, 3)] == ["5", ""]
    assert model.index(3, 0).data(int(RECORD)) is ROWS[3]
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(0, SIGN).data(role) == "left out"
    role = Qt.ItemDataRole.ForegroundRole
    inks = [model.index(n, WHY).data(role) for n in range(len(ROWS))]
    assert [ink == theme.current().colour("warn") for ink in inks] == [False] * 3 + [True, False]


def test_what_is_alike_can_be_left_out(table: SentTable) -> None:
    table.show_rows(ROWS)
    table.hide_alike(True)
    assert [row.path for row in table.rows] == ["top_k", "max_tokens", "top_p", "store"]
    table.show_rows(ROWS[4:])
    assert table.rows == [] and table.differing == 0
    table.hide_alike(False)
    assert table.rows == ROWS[4:]


def test_a_row_can_be_copied(table: SentTable) -> None:
    table.show_rows(ROWS)
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "−\ttop_k\t5\t\tIt wants it so."


# The editor.


@pytest.fixture
def editor(qtbot: QtBot) -> BodyEdit:
    made = BodyEdit()
    qtbot.addWidget(made)
    made.resize(700, 300)
    text = '{\n  "input": "x"\n}'
    made.open(text, text, lambda it: read(it, BY_ID["responses"], BY_ID, {}), "Goes out.")
    return made


def test_what_is_wrong_is_said_with_its_line_and_nothing_is_sent(
    editor: BodyEdit, qtbot: QtBot
) -> None:
    sent: list[Any] = []
    editor.sent.connect(sent.append)
    assert editor.state.text() == "Goes out." and editor.text.extraSelections() == []
    broken = '{\n  "input": "x"\n  "model": 1\n}'
    editor.text.setPlainText(broken)
    with qtbot.waitSignal(editor.text.edited):
        pass
    assert editor.state.text() == "Line 2, column 15: a comma is missing here, or a bracket."
    (mark,) = editor.text.extraSelections()
    assert mark.cursor.blockNumber() == 1
    editor.send.click()
    assert sent == [] and editor.text.toPlainText() == broken
    assert editor.text.textCursor().blockNumber() == 1
    editor.text.setPlainText(broken.replace('"x"', '"x",'))
    editor.send.click()
    assert sent == [{"input": "x", "model": 1}]
    assert editor.text.extraSelections() == []


def test_starting_over_can_be_undone(editor: BodyEdit) -> None:
    assert editor.undo.isHidden()
    editor.text.replace("mine")
    editor.text.settle()
    assert not editor.undo.isHidden()
    editor.undo.click()
    assert editor.text.toPlainText() == '{\n  "input": "x"\n}'
    editor.text.undo()
    assert editor.text.toPlainText() == "mine"


# The page.


@pytest.fixture
def page(qtbot: QtBot) -> RequestPage:
    made = RequestPage(Looking(None))
    qtbot.addWidget(made)
    made.resize(1000, 300)
    return made


def look(page: RequestPage, run: Run) -> RequestPage:
    index = EventIndex(run.recording, run.transcript.misread)
    index.step(10**12)
    page.looking.run, page.looking.index = run, index
    page.advance()
    return page


def test_the_body_can_be_seen_as_a_tree(page: RequestPage, typed: Callable[..., Run]) -> None:
    look(page, typed()).view.mode.pick(TREE)
    assert "effort" in page.view.tree.text and "max_output_tokens" in page.view.tree.text


def test_without_a_session_nothing_is_sent_or_explained(page: RequestPage, broken: Run) -> None:
    look(page, broken)
    assert page.edit.isHidden()
    assert page.view.mode.button(DIFFERENCES).isHidden()


def test_code_is_for_the_attempt_that_is_shown(page: RequestPage, broken: Run) -> None:
    facts = [n for n, kind in enumerate(broken.recording.kinds) if kind == "request"]
    data = json.loads(broken.recording.raws[facts[0]])
    broken.recording.raws[facts[0]] = json.dumps(data | {"body": '{"first": 1}'}).encode()
    look(page, broken)
    assert [action.text() for action in page.code.menu().actions()] == [
        "cURL",
        "Python (openai)",
        "Python (httpx)",
        "JavaScript",
    ]
    page.code.menu().actions()[0].trigger()
    assert "gpt-5.4-mini" in QGuiApplication.clipboard().text()
    page.view.picker.setCurrentIndex(0)
    page.code.menu().actions()[0].trigger()
    code = QGuiApplication.clipboard().text()
    assert '{"first": 1}' in code and "$OPENAI_API_KEY" in code


# In the window.


@pytest.fixture
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


def requests(driver: Driver) -> RequestPage:
    driver.window.docks["inspector"].show()
    panel = driver.window.docks["inspector"].widget()
    assert isinstance(panel, InspectorPanel)
    panel.show_page("request")
    found = panel.page("request")
    assert isinstance(found, RequestPage)
    return found


@pytest.mark.usefixtures("settings")
async def test_a_body_is_changed_and_sent_as_another_run(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST, temperature=0.5)
        first = await driver.ask("as it was")
        page = requests(driver)
        await driver.idle()
        page.view.mode.pick(DIFFERENCES)
        assert page.view.line.text()
        assert not any(
            why.kind == "unexplained" for row in page.view.table.rows for why in row.whys
        )

        page.edit.click()
        text = page.editor.text.toPlainText()
        page.editor.text.replace(text.replace("as it was", "as I want it"))
        page.editor.cancel.click()
        assert page.edit.text() == GO_ON
        page.edit.click()
        assert "as I want it" in page.editor.text.toPlainText()
        page.editor.send.click()
        second = driver.newest
        await driver.ended(second)
        assert second.parent == first.parent and second.call.body is not None
        assert driver.desk.session.call.body is None
        await driver.idle()
        assert page.looking.run is second
        changed = [row for row in page.view.table.rows if row.differs]
        assert not page.editor.isVisible() and page.view.isVisible()
        assert all(why.kind != "unexplained" for row in changed for why in row.whys)
        assert "as I want it" in page.view._body
        assert "written by hand" in page.view.line.text()
        assert driver.desk.session.children(None) == [first, second]
        driver.click(driver.button(AS_WRITTEN, driver.chat))
        third = driver.newest
        await driver.ended(third)
        assert third is not second and third.call.body == second.call.body
        await driver.idle()
