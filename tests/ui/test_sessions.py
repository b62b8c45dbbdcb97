"""The Sessions dock in the real window: found, opened, renamed, deleted and forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QInputDialog, QLineEdit, QMenu

from playground.store.shelving import Shelves
from playground.ui.inspector.looking import Light
from playground.ui.models import DETAIL, RECORD
from playground.ui.widgets.notice import NoticeBar
from playground.ui.widgets.sessionpicker import Picker
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


# Many at once.


async def lies(driver: Driver, session_id: str) -> tuple[str, list[str], bool, bool, bool]:
    one = await driver.app.sessions.load(session_id)
    return one.folder, one.tags, one.pinned, one.archived, one.trashed


def drop(driver: Driver, data: QMimeData, onto: QModelIndex) -> None:
    """What is dragged is let go over a row."""
    listing = driver.sessions.list
    point = QPointF(listing.visualRect(onto).center())
    move, none = Qt.DropAction.MoveAction, Qt.KeyboardModifier.NoModifier
    over = QDragMoveEvent(point.toPoint(), move, data, LEFT, none)
    listing.dragMoveEvent(over)
    assert over.isAccepted() and listing.target is not None
    listing.dropEvent(QDropEvent(point, move, data, LEFT, none))
    assert listing.target is None


async def test_several_are_put_into_a_new_folder_dragged_out_and_that_is_undone(
    opening: Opening,
) -> None:
    async with opening() as driver:
        one, two, three = await talk(driver, "one", "two", "three")
        listing, model = driver.sessions.list, driver.sessions.model
        focus(driver, "one")
        QTest.mouseClick(
            listing.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier,
            listing.visualRect(place(driver, "three")).center(),
        )  # fmt: skip
        assert [node.title for node in listing.picked] == ["three", "one"]
        assert driver.desk.session.id == three  # more than one: none is opened
        driver.sessions.menu.ask_for_folder([row for row in model.sessions if row.id != two])
        await until(lambda: bool(listing.findChildren(Picker)))
        (picker,) = listing.findChildren(Picker)
        await until(picker.isVisible)
        driver.type("Work/Mail", picker.line)
        driver.press("Return", picker.line)
        await driver.shows("Moved 2 sessions to Work/Mail.")
        await until(lambda: titles(driver) == ["two"])
        listing.setFocus()
        listing.setCurrentIndex(place(driver, "Work"))
        driver.press("Return", listing)
        listing.setCurrentIndex(place(driver, "Mail"))
        driver.press("Return", listing)
        await until(lambda: titles(driver) == ["three", "one", "two"])
        assert await lies(driver, one) == ("Work/Mail", [], False, False, False)

        drop(driver, model.mimeData([place(driver, "three")]), place(driver, "two"))
        await driver.shows("Moved “three” out of its folder.")
        await until(lambda: titles(driver) == ["one", "three", "two"])
        drop(driver, model.mimeData([place(driver, "Mail")]), place(driver, "Today"))
        await until(lambda: model.place("folder:Mail").isValid())
        await until(lambda: titles(driver) == ["one", "three", "two"])  # unfolded as it was
        driver.desk.session.draft = "still written"
        await driver.app.sessions.save(driver.desk.session)  # does not bring the old place back
        assert (await lies(driver, three))[0] == ""
        notices = [one for one in driver.window.findChildren(NoticeBar) if one.isVisible()]
        driver.click(driver.button("Undo", notices[-1]))
        await until(lambda: model.place("folder:Work/Mail").isValid())
        await driver.idle()


async def test_archive_trash_and_tags_by_keys_and_menus(opening: Opening) -> None:
    async with opening() as driver:
        one, two, three = await talk(driver, "one", "two", "three")
        listing, model, menu = driver.sessions.list, driver.sessions.model, driver.sessions.menu
        menu.shelving.archive([row for row in model.sessions if row.id == one], archived=True)
        await until(lambda: model.place("archive").isValid() and len(titles(driver)) == 2)
        menu.shelving.tag(model.sessions, ["mail"])
        await until(lambda: all(row.tags == ("mail",) for row in model.sessions))
        listing.setFocus()
        listing.setCurrentIndex(place(driver, "two"))
        driver.press("Ctrl+A", listing)
        driver.press("Del", listing)
        await driver.shows("Deleted 2 sessions.", "Sessions appear here by themselves")
        assert driver.desk.session.id not in (one, two, three)
        driver.sessions.search.setFocus()
        driver.type("one")  # what is in the archive is found
        await until(lambda: titles(driver) == ["one"])
        driver.sessions.search.clear()
        await until(lambda: model.place("trash").isValid())
        listing.setFocus()
        listing.setCurrentIndex(model.place("trash"))
        driver.press("Return", listing)
        await until(lambda: model.place_of(two).isValid())
        menu.shelving.restore([model.record(model.place_of(two))])
        await until(lambda: titles(driver) == ["two"])
        menu.shelving.ask_to_empty(1, listing)
        driver.type("forget", line(driver.dialog()))
        driver.dialog().accept()
        await until(lambda: not model.place("trash").isValid())
        assert [row.id for row in await driver.app.sessions.list()] == [two, one]
        await driver.idle()


# Filters, and what is found.


async def test_filters_are_typed_and_picked_and_taken_away(opening: Opening) -> None:
    async with opening() as driver:
        await talk(driver, "apples and pears", "nuts")
        finder, search = driver.sessions.finder, driver.sessions.search
        driver.sessions.menu.shelving.tag(driver.sessions.model.sessions[:1], ["to do"])
        search.setFocus()
        driver.type('tag:"to do" ')
        assert not any(action.isVisible() for action in search.actions())  # nothing to be cleared
        driver.type("n")
        assert [one.text for one in finder.terms] == ['tag:"to do"']
        assert search.text() == "n"
        await until(lambda: titles(driver) == ["nuts"])
        driver.type(" before:soon")
        await driver.shows("before: wants a date like")
        assert titles(driver) == ["nuts"]
        search.clear()
        driver.click(driver.button("Filter the sessions, 1 set"))
        await until(lambda: any(one.isVisible() for one in finder.findChildren(QMenu)))
        (menu,) = (one for one in finder.findChildren(QMenu) if one.accessibleName() == "Filters")
        failed = next(one for one in menu.actions() if one.text() == "Failed")
        failed.trigger()
        menu.close()
        await driver.shows("Nothing found.")
        driver.click(driver.button("Remove the filter: failed"))
        await until(lambda: titles(driver) == ["nuts"])
        search.setFocus()
        driver.press("Backspace", search)
        await until(lambda: len(titles(driver)) == 2)
        assert not finder.terms
        await driver.idle()


async def test_what_was_found_stands_out_in_the_conversation(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        first = await driver.ask("about the zeppelin")
        await driver.ask("about the sea")
        first_session = driver.desk.session
        await driver.idle()
        driver.press("Ctrl+N")
        driver.sessions.search.setFocus()
        driver.type("zeppelin")
        await until(lambda: titles(driver) == ["about the zeppelin"])
        lights: list[Light | None] = []
        driver.desk.lit.connect(lights.append)
        driver.window.show_panel("money")
        driver.press("Return", driver.sessions.search)
        await until(lambda: bool(lights) and lights[-1] is not None)
        light = lights[-1]
        assert light is not None and driver.desk.session is first_session
        assert driver.window.panel == "chat"  # where it can be seen
        assert (light.run, driver.desk.run) == (first.id, first)
        found = "zeppelin" in first.transcript.text
        assert bool(light.spans) == found and light.said != found
        lit = [card for card in driver.chat.view.cards() if card.lit is not None]
        assert len(lit) == 1 and lit[0].run is first
        await driver.idle()


async def test_what_is_selected_stays_so_where_it_goes(opening: Opening) -> None:
    async with opening() as driver:
        await talk(driver, "one", "two", "three")
        listing, model = driver.sessions.list, driver.sessions.model
        focus(driver, "three")
        QTest.mouseClick(
            listing.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier,
            listing.visualRect(place(driver, "two")).center(),
        )  # fmt: skip
        assert [node.title for node in listing.picked] == ["three", "two"]
        driver.sessions.menu.shelving.pin(model.sessions[:2], pinned=True)
        await until(lambda: model.place("head:pinned").isValid())
        assert [node.title for node in listing.picked] == ["three", "two"]
        driver.sessions.menu.shelving.archive(model.sessions[:2], archived=True)
        await until(lambda: titles(driver) == ["one"])
        assert [node.title for node in listing.picked] == ["one"]
        await driver.idle()


async def test_whoever_deletes_by_keys_goes_on_with_the_next_one(opening: Opening) -> None:
    async with opening() as driver:
        _, two, _ = await talk(driver, "one", "two", "three")
        listing = driver.sessions.list
        focus(driver, "two")
        driver.press("Del", listing)
        await until(lambda: titles(driver) == ["three", "one"])
        current = driver.sessions.model.node(listing.currentIndex())
        assert current is not None and current.title == "one"
        assert [node.title for node in listing.picked] == ["one"]
        await driver.idle()
        # Rows that are picked one by one are not opened.
        shown = driver.desk.session.id
        place_of = listing.visualRect(place(driver, "one")).center()
        control = Qt.KeyboardModifier.ControlModifier
        QTest.mouseClick(listing.viewport(), LEFT, control, place_of)
        assert not listing.picked
        await driver.idle()
        assert driver.desk.session.id == shown
        # What lies in the trash can only be forgotten.
        driver.sessions._fold("trash", True)
        await until(lambda: driver.sessions.model.place_of(two).isValid())
        listing.setCurrentIndex(driver.sessions.model.place_of(two))
        driver.press("Del", listing)
        assert driver.dialog().windowTitle() == "Forget a session"
        driver.dialog().close()
        # It is told of one that is on screen, and comes back when somebody goes on with it.
        driver.press("Return", listing)
        await until(lambda: driver.desk.session.id == two)
        assert driver.button("In the trash: restore").isVisible()
        driver.fields(**FAST)
        await driver.ask("go on")
        await until(lambda: sorted(titles(driver)) == ["one", "three", "two"])
        assert not driver.chat.head.restore.isVisible()
        await driver.idle()


async def test_changes_that_come_faster_than_the_store_answers_are_seen(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opening() as driver:
        await talk(driver, "one", "two")
        dock, shelving = driver.sessions, driver.app.sessions.shelving
        asked, may = 0, asyncio.Semaphore(0)
        ask = shelving.shelves

        async def slowly(*args: Any, **more: Any) -> Shelves:
            nonlocal asked
            asked += 1
            await may.acquire()
            return await ask(*args, **more)

        monkeypatch.setattr(shelving, "shelves", slowly)
        for _ in range(20):
            dock.refresh()
            await asyncio.sleep(0)
        assert asked == 1
        driver.desk.rename(dock.model.sessions[0].id, "another name")
        may.release()
        await until(lambda: asked == 2)
        may.release()
        may.release()
        await until(lambda: titles(driver) == ["another name", "one"])
        told: list[object] = []
        dock.model.dataChanged.connect(lambda *_: told.append(1))
        dock.model.modelReset.connect(lambda: told.append(1))
        for _ in range(3):  # the same once more draws nothing
            may.release()
        dock.refresh()
        await driver.idle()
        assert not told
