"""The Sessions dock in the real window: found, opened, renamed, deleted and forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QInputDialog, QLineEdit, QMenu

from playground.ui.models import DETAIL, RECORD
from tests.driver import FAST, LEFT, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


async def talk(driver: Driver, *sessions: str) -> list[str]:
    """A session with one turn for each of these; their ids."""
    ids = []
    for text in sessions:
        if driver.desk.session.runs:
            driver.press("Ctrl+N")
        driver.fields(**FAST)
        await driver.ask(text)
        ids.append(driver.desk.session.id)
    await driver.idle()
    return ids


def titles(driver: Driver) -> list[str]:
    return [row.title for row in driver.sessions.model.sessions]


def place(driver: Driver, title: str) -> QModelIndex:
    for index, node in driver.sessions.model.all():
        if node.title == title:
            return index
    raise AssertionError(f"{title!r} is not in {titles(driver)}")


def pick(driver: Driver, title: str) -> None:
    listing = driver.sessions.list
    point = listing.visualRect(place(driver, title)).center()
    QTest.mouseClick(listing.viewport(), LEFT, pos=point)


def focus(driver: Driver, title: str) -> None:
    driver.sessions.list.setFocus()
    driver.sessions.list.setCurrentIndex(place(driver, title))


def line(dialog: QDialog) -> QLineEdit:
    found = dialog.findChild(QLineEdit)
    assert isinstance(found, QLineEdit)
    return found


async def test_sessions_appear_by_themselves_newest_first_and_open_by_a_click(
    opening: Opening,
) -> None:
    async with opening() as driver:
        await driver.shows("Sessions appear here by themselves")
        first, _ = await talk(driver, "about the sea", "about the sky")
        assert titles(driver) == ["about the sky", "about the sea"]
        pick(driver, "about the sea")
        await until(lambda: driver.desk.session.id == first)
        await driver.shows("about the sea")
        assert driver.chat.title.text() == "about the sea"
        await driver.idle()


async def test_keys_open_and_walk_through_them(opening: Opening) -> None:
    async with opening() as driver:
        one, two, three = await talk(driver, "one", "two", "three")
        driver.press("Ctrl+Tab")
        await until(lambda: driver.desk.session.id == two)
        driver.press("Ctrl+Tab")
        await until(lambda: driver.desk.session.id == one)
        driver.press("Ctrl+Shift+Tab")
        await until(lambda: driver.desk.session.id == two)
        focus(driver, "three")
        driver.press("Return", driver.sessions.list)
        await until(lambda: driver.desk.session.id == three)
        await driver.idle()


async def test_a_search_finds_words_of_questions_and_answers_as_they_are_typed(
    opening: Opening,
) -> None:
    async with opening() as driver:
        await talk(driver, "where is the zeppelin", "nothing of the sort")
        driver.press("Ctrl+Shift+F")
        assert driver.sessions.search.hasFocus()
        driver.type("zepp")
        await until(lambda: titles(driver) == ["where is the zeppelin"])
        assert "zeppelin" in place(driver, "where is the zeppelin").data(int(DETAIL))
        driver.type("xyz")
        await driver.shows("Nothing found.")
        driver.sessions.search.selectAll()
        driver.type("scripted server on this computer")
        await until(lambda: len(titles(driver)) == 2)
        driver.sessions.search.clear()
        await until(lambda: len(titles(driver)) == 2)
        await driver.idle()


async def test_rename_by_a_key(opening: Opening) -> None:
    async with opening() as driver:
        (session_id,) = await talk(driver, "called so")
        focus(driver, "called so")
        driver.press("F2", driver.sessions.list)
        title = driver.find(QLineEdit, "Title")
        assert title.text() == "called so"
        title.selectAll()
        driver.type("Called otherwise", title)
        driver.press("Return", title)
        await until(lambda: titles(driver) == ["Called otherwise"])
        assert driver.chat.title.text() == "Called otherwise"
        assert (await driver.app.sessions.load(session_id)).named
        await driver.idle()


async def test_delete_can_be_undone(opening: Opening) -> None:
    async with opening() as driver:
        await talk(driver, "to be kept", "to be deleted")
        focus(driver, "to be deleted")
        driver.press("Del", driver.sessions.list)
        await driver.shows("Deleted “to be deleted”.", "Ask a model something")
        await until(lambda: titles(driver) == ["to be kept"])
        driver.click(driver.button("Undo"))
        await until(lambda: titles(driver) == ["to be deleted", "to be kept"])
        await driver.idle()


async def test_what_is_still_being_written_does_not_bring_a_deleted_session_back(
    opening: Opening,
) -> None:
    async with opening() as driver:
        (session_id,) = await talk(driver, "on its way out")
        driver.type("an unfinished thought", driver.chat.composer.draft)
        focus(driver, "on its way out")
        driver.press("Del", driver.sessions.list)
        await until(lambda: driver.desk.session.id != session_id)
        await driver.idle()
        assert titles(driver) == []
    async with opening() as driver:
        await driver.shows("Sessions appear here by themselves")
        assert (await driver.app.sessions.load(session_id)).trashed


async def test_a_session_that_holds_only_a_draft_goes_with_it(opening: Opening) -> None:
    async with opening() as driver:
        draft = driver.chat.composer.draft
        driver.type("only a thought", draft)
        await until(lambda: titles(driver) == ["only a thought"])
    async with opening() as driver:
        await until(lambda: titles(driver) == ["only a thought"])
        pick(driver, "only a thought")
        await until(lambda: draft_of(driver) == "only a thought")
        driver.chat.composer.draft.selectAll()
        driver.press("Del", driver.chat.composer.draft)
        await until(lambda: titles(driver) == [])
        driver.type("a better one", driver.chat.composer.draft)
        await until(lambda: titles(driver) == ["a better one"])
        driver.press("Return", driver.chat.composer.draft)
        driver.press("Esc")
        await driver.ended(driver.newest)
        await until(lambda: titles(driver) == ["a better one"])
        await driver.idle()


def draft_of(driver: Driver) -> str:
    return driver.chat.composer.draft.toPlainText()


async def test_forget_asks_for_a_word_and_leaves_no_trace(opening: Opening, home: Path) -> None:
    async with opening() as driver:
        await talk(driver, "a quetzalcoatl to forget")
        row = place(driver, "a quetzalcoatl to forget").data(int(RECORD))
        driver.sessions.menu.forget([row])
        dialog = driver.dialog()
        assert isinstance(dialog, QInputDialog)
        driver.type("no", line(dialog))
        dialog.accept()
        await driver.idle()
        assert titles(driver) == ["a quetzalcoatl to forget"]
        driver.sessions.menu.forget([row])
        driver.type("forget", line(driver.dialog()))
        driver.dialog().accept()
        await until(lambda: titles(driver) == [])
        await driver.shows("Ask a model something")
        await driver.idle()
    for path in home.rglob("*"):
        assert not path.is_file() or b"quetzalcoatl" not in path.read_bytes(), path


async def test_the_menu_offers_it_all(opening: Opening) -> None:
    async with opening() as driver:
        await talk(driver, "with a menu")
        listing = driver.sessions.list
        point = listing.visualRect(place(driver, "with a menu")).center()
        listing.ask(listing.indexAt(point), listing.viewport().mapToGlobal(point))
        (menu,) = [one for one in driver.sessions.findChildren(QMenu) if one.isVisible()]
        offered = [action.text() for action in menu.actions()]
        assert [text for text in offered if text] == [
            "Open", "Rename\tF2", "Pin", "Tags…", "Move to a folder…", "Archive", "Export…",
            "Delete\tDel",
            "Forget: remove every trace…",
        ]  # fmt: skip
        menu.close()
        listing.ask(QModelIndex(), listing.mapToGlobal(listing.rect().bottomLeft()))
        assert not any(one.isVisible() for one in driver.sessions.findChildren(QMenu))


async def test_a_running_session_is_marked_until_it_ends(opening: Opening) -> None:
    async with opening() as driver:
        driver.model("stall")
        run = driver.send("keep on")
        await until(lambda: titles(driver) == ["keep on"])
        await until(lambda: place(driver, "keep on").data(int(RECORD)).running)
        named = place(driver, "keep on").data(Qt.ItemDataRole.AccessibleTextRole)
        assert ", running" in named
        driver.press("Esc")
        await driver.ended(run)
        await until(lambda: not place(driver, "keep on").data(int(RECORD)).running)
        await driver.idle()


async def test_a_session_whose_server_was_deleted_opens_and_says_so(opening: Opening) -> None:
    async with opening() as driver:
        (session_id,) = await talk(driver, "once upon a server")
    async with opening() as driver:
        driver.desk.settings.profiles.clear()
        driver.desk.settings.profile = "sandbox"
        driver.desk.new_session()
        driver.desk.open_session(session_id)
        await driver.shows("once upon a server", "A server that was deleted")
        run = await driver.ask("are you there")
        assert run.transcript.outcome == "failed"
        await driver.shows("There is no profile 'here'.", "Choose another profile")
        driver.click(driver.button("Choose another profile"))
        assert driver.dialog().windowTitle() == "Servers"
        driver.dialog().close()
        await driver.idle()
