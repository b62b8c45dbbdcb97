"""The outline, forking and files of whole sessions, in the real window against a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from playground.core.session import Run
from playground.core.tools import Tool
from playground.ui.sessionfiles import write
from playground.ui.widgets.notice import NoticeBar
from playground.ui.widgets.outlinepaint import spoken
from playground.ui.widgets.withheld import WithheldNotice
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


async def branched(driver: Driver) -> list[Run]:
    """Two turns, and the second one asked again."""
    driver.fields(**FAST)
    first = await driver.ask("What of Oslo?")
    second = await driver.ask("And Rome?")
    driver.chat.turns.do("regenerate", second)
    await driver.ended(again := driver.newest)
    return [first, second, again]


async def test_a_click_shows_another_branch_and_deleted_turns_come_back(opening: Opening) -> None:
    async with opening() as driver:
        first, second, again = await branched(driver)
        chat, session = driver.chat, driver.desk.session
        outline = chat.outline
        chat.as_code.setChecked(True)
        chat.as_outline.setChecked(True)
        assert not chat.as_code.isChecked()
        await until(outline.list.isVisible)
        assert [row.run for row in outline.list.rows] == [first, second, again]
        assert outline.list.row is not None and outline.list.row.run is again
        QTest.keyClick(outline.list, Qt.Key.Key_Up)
        assert "another branch" in outline.list.accessibleDescription()
        QTest.keyClick(outline.list, Qt.Key.Key_Left)
        assert outline.list.row.run is first
        QTest.keyClick(outline.list, Qt.Key.Key_Right)
        QTest.keyClick(outline.list, Qt.Key.Key_Return)
        assert session.leaf == second.id
        assert not chat.as_outline.isChecked()
        assert driver.desk.run is second
        # A turn that is deleted is brought back.
        chat.as_outline.setChecked(True)
        outline.deleted.setChecked(True)
        QTest.keyClick(outline.list, Qt.Key.Key_Delete)
        await until(lambda: any(row.deleted for row in outline.list.rows))
        assert session.leaf == again.id
        row = next(row for row in outline.list.rows if row.run is second)
        assert "deleted" in spoken(row)
        outline.list.show_run(second)
        QTest.keyClick(outline.list, Qt.Key.Key_Return)
        (menu,) = outline.findChildren(QMenu)
        assert [action.text() for action in menu.actions()] == ["Restore"]
        menu.actions()[0].trigger()
        menu.close()
        await until(lambda: not any(row.deleted for row in outline.list.rows))
        assert session.leaf == second.id
        QTest.keyClick(outline.list, "r")
        assert outline.filter.text() == "r"
        outline.filter.setText("rome")
        assert [row.run for row in outline.list.rows] == [second, again]
        chat.stop()  # Esc: first the filter, then the page
        assert (outline.filter.text(), chat.as_outline.isChecked()) == ("", True)
        chat.stop()
        assert not chat.as_outline.isChecked()
        await driver.idle()


async def test_a_fork_is_shown_and_can_be_undone(opening: Opening) -> None:
    async with opening() as driver:
        first, *_ = await branched(driver)
        desk, origin = driver.desk, driver.desk.session
        driver.chat.turns.do("fork session", first)
        await until(lambda: desk.session is not origin)
        assert desk.session.title == f"{origin.title} (fork)"
        assert [run.answer for run in desk.session.path()] == [first.answer]
        assert len(origin.runs) == 3
        made = desk.session
        await driver.idle()
        answer = await driver.ask("And now?")  # it goes on by itself
        assert answer.parent == made.path()[0].id
        bars = driver.window.findChildren(NoticeBar)
        (bar,) = [one for one in bars if one.accessibleName().startswith("Forked into")]
        driver.click(driver.button("Undo", bar))
        await until(lambda: desk.session is origin and made.trashed)
        await driver.idle()


async def test_a_session_comes_back_from_a_file_and_offers_its_tools_by_a_click(
    opening: Opening, tmp_path: Path
) -> None:
    async with opening() as driver:
        desk = driver.desk
        driver.fields(**FAST)
        run = await driver.ask("What of Oslo?")
        session = desk.session
        tool = Tool(source="elsewhere", name="find", mode="real", origin={"python": "/x.py"})
        session.call = session.call.model_copy(update={"tools": [tool]})
        desk.keep()
        path = tmp_path / "a.playground.jsonl"
        write(desk, [session.id], path)
        await driver.shows("Saved 1 session as a.playground.jsonl.")
        await driver.idle()
        driver.shell.importing.read([path])
        await until(lambda: desk.session is not session)
        again = desk.session
        assert [one.answer for one in again.path()] == [run.answer]
        assert again.call.tools == []
        notice = driver.chat.findChild(WithheldNotice)
        assert notice is not None and notice.isVisible()
        driver.click(driver.button("Offer it", notice))
        await until(lambda: bool(again.call.tools))
        (offered,) = again.call.tools
        assert (offered.name, offered.mode, offered.origin) == ("find", "mock", {})
        assert not notice.isVisible()
        path.write_bytes(path.read_bytes()[:-4])
        driver.shell.importing.read([path])
        await until(
            lambda: any(
                "cannot be imported" in bar.accessibleName()
                for bar in driver.window.findChildren(NoticeBar)
            )
        )
        assert len(await desk.workspace.sessions.list()) == 2
        await driver.idle()
