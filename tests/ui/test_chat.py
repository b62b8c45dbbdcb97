"""The chat panel in the real window, by clicks and keys."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QToolButton

from playground.core.items import Message
from playground.core.session import Run
from playground.core.variables import Variable
from playground.export import EXPORTERS
from playground.ui.widgets.cards import SaidCard
from playground.ui.widgets.stops import LINE
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, limits={"idle": 30})


@pytest.fixture
def opening(opening: Opening) -> Opening:
    """A window so high that a whole conversation can be seen."""

    @asynccontextmanager
    async def high() -> AsyncIterator[Driver]:
        async with opening() as driver:
            driver.window.docks["inspector"].hide()
            driver.window.resize(1440, 1600)
            yield driver

    return high


def said(run: Run) -> str:
    first = run.input[0]
    assert isinstance(first, Message)
    return str(first.text)


def draft(driver: Driver) -> QPlainTextEdit:
    return driver.chat.composer.draft


def wheel(driver: Driver, notches: int) -> None:
    """Turn the wheel over the conversation; up is positive."""
    view = driver.chat.view.viewport()
    middle = QPointF(view.rect().center())
    event = QWheelEvent(
        middle,
        view.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


async def stalled(driver: Driver, text: str = "stall, please") -> Run:
    """A run that has answered something and will never end by itself."""
    driver.model("stall")
    driver.fields(**FAST)
    run = driver.send(text)
    await driver.shows("In a moment this server will fall silent.")
    assert run.running
    return run


# Writing and sending.


async def test_a_first_start_offers_things_to_run_and_one_click_runs_one(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        examples = driver.chat.examples.buttons
        assert len(examples) >= 3
        await driver.shows("Ask a model something", "Runs on Here.", "Add a key…")
        driver.click(examples[0])
        run = driver.newest
        assert said(run) == examples[0].toolTip()
        await driver.ended(run)
        await driver.shows(said(run), "I am the sandbox")
        assert not driver.chat.examples.isVisible()


async def test_enter_sends_and_shift_enter_begins_a_line(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        driver.type("one", draft(driver))
        driver.press("Shift+Return", draft(driver))
        driver.type("two", draft(driver))
        assert driver.desk.session.path() == []
        assert draft(driver).toPlainText() == "one\ntwo"
        driver.press("Return", draft(driver))
        assert draft(driver).toPlainText() == ""
        assert said(driver.newest) == "one\ntwo"
        await driver.ended(driver.newest)


async def test_by_setting_it_is_the_reverse(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        driver.press("Ctrl+,")
        driver.click(driver.button("Enter sends", driver.dialog()), QPoint(8, 10))
        driver.click(driver.button("Close", driver.dialog()))
        assert driver.desk.settings.enter_sends is False
        driver.type("one", draft(driver))
        driver.press("Return", draft(driver))
        assert driver.desk.session.path() == []
        driver.type("two", draft(driver))
        driver.press("Shift+Return", draft(driver))
        assert said(driver.newest) == "one\ntwo"
        await driver.ended(driver.newest)


@pytest.mark.parametrize("enter_sends", [True, False])
async def test_control_enter_always_runs(enter_sends: bool, opening: Opening) -> None:
    async with opening() as driver:
        driver.desk.settings.enter_sends = enter_sends
        driver.fields(**FAST)
        driver.type("now", draft(driver))
        driver.press("Ctrl+Return", draft(driver))
        assert said(driver.newest) == "now"
        await driver.ended(driver.newest)


async def test_control_shift_enter_adds_without_running(opening: Opening, sandbox: Sandbox) -> None:
    async with opening() as driver:
        driver.type("only kept, never sent", draft(driver))
        driver.press("Ctrl+Shift+Return", draft(driver))
        run = driver.newest
        assert run.silent
        await driver.idle()
        await driver.shows("only kept, never sent")
        assert sandbox.log("only kept, never sent") == []


async def test_a_message_of_another_role_is_added(opening: Opening) -> None:
    async with opening() as driver:
        composer = driver.chat.composer
        composer.role.setCurrentText("assistant")
        assert not composer.run.isVisible()
        driver.type("I said so.", draft(driver))
        driver.press("Return", draft(driver))
        (item,) = driver.newest.input
        assert isinstance(item, Message)
        assert (item.role, str(item.text)) == ("assistant", "I said so.")
        assert composer.role.currentText() == "user"
        await driver.idle()
        await driver.shows("I said so.")


async def test_a_variable_without_a_value_is_told_and_the_text_stays(opening: Opening) -> None:
    async with opening() as driver:
        session = driver.desk.session
        session.call = session.call.model_copy(update={"variables": [Variable(name="city")]})
        draft(driver).setPlainText("What is the weather in {{city}}?")
        driver.press("Return", draft(driver))
        await driver.shows("city has no value")
        assert (session.runs, draft(driver).toPlainText()) == (
            {},
            "What is the weather in {{city}}?",
        )
        session.call = session.call.model_copy(update={"values": {"city": "Oslo"}})
        driver.press("Return", draft(driver))
        (run,) = session.runs.values()
        await driver.ended(run)
        assert said(run) == "What is the weather in Oslo?"


async def test_return_in_the_middle_of_a_composed_word_does_not_send(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        QApplication.sendEvent(draft(driver), QInputMethodEvent("にほん", []))
        driver.press("Return", draft(driver))
        driver.press("Ctrl+Return", draft(driver))
        assert driver.desk.session.path() == []
        done = QInputMethodEvent("", [])
        done.setCommitString("日本")
        QApplication.sendEvent(draft(driver), done)
        assert draft(driver).toPlainText().strip() == "日本"
        driver.press("Return", draft(driver))
        assert said(driver.newest).strip() == "日本"
        await driver.ended(driver.newest)


async def test_nothing_is_sent_of_blanks_and_the_button_says_why(opening: Opening) -> None:
    async with opening() as driver:
        driver.type("   ", draft(driver))
        driver.press("Return", draft(driver))
        assert driver.desk.session.path() == []
        assert draft(driver).toPlainText() == "   "
        assert "Write something first" in driver.chat.composer.run.toolTip()


async def test_a_developer_message_is_sent(opening: Opening, sandbox: Sandbox) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        driver.click(driver.button("Developer message"), QPoint(10, 10))
        driver.type("Answer like a pirate.", driver.chat.instructions)
        await driver.ask("instructions are sent")
        (row,) = sandbox.log("instructions are sent")
        assert row["body"]["instructions"] == "Answer like a pirate."
        assert "Answer like a pirate." in driver.button("Developer message").text()


# Running and stopping.


async def test_run_becomes_stop_in_the_same_place_and_keeps_the_focus(opening: Opening) -> None:
    async with opening() as driver:
        button = driver.chat.composer.run
        driver.model("stall")
        driver.fields(**FAST)
        driver.type("stop me", draft(driver))
        place = button.geometry()
        button.setFocus()
        driver.click(button)
        run = driver.newest
        await driver.shows("In a moment")
        assert (button.text(), button.accessibleName()) == ("Stop", "Stop")
        assert button.geometry() == place
        assert button.hasFocus()
        driver.click(button)
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        assert button.text() == "Run"
        assert button.hasFocus()


async def test_escape_stops_and_keeps_every_word(opening: Opening, sandbox: Sandbox) -> None:
    async with opening() as driver:
        run = await stalled(driver, "escape from this")
        driver.type("the next question", draft(driver))
        driver.press("Return", draft(driver))  # while a run goes on nothing is sent
        driver.press("Esc", draft(driver))
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        assert draft(driver).toPlainText() == "the next question"
        await driver.shows("Cancelled", "In a moment this server will fall silent.")
        assert sandbox.log("escape from this")[0]["state"] == "left"
        driver.press("Esc", draft(driver))
        assert draft(driver).toPlainText() == "the next question"


async def test_stop_at_once_stops(opening: Opening) -> None:
    async with opening() as driver:
        driver.model("stall")
        run = driver.send("no, wait")
        driver.press("Esc")
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        await driver.shows("Cancelled", "no, wait")


async def test_a_waiting_run_shows_a_clock(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(sandbox={"script": {"pace": {"first_ms": 600_000}}})
        run = driver.send("slowly")
        await until(
            lambda: re.search(r"Waiting for the first token \d\d:\d[1-9]", driver.seen()),
            saying=driver.seen,
        )
        driver.press("Esc")
        await driver.ended(run)


async def test_a_run_goes_on_while_another_session_is_shown(opening: Opening) -> None:
    async with opening() as driver:
        driver.model("slow")
        driver.fields(sandbox={"per_second": 4})
        first = driver.send("take your time")
        session = driver.desk.session
        driver.press("Ctrl+N")
        assert driver.desk.session is not session
        driver.model("sandbox")
        driver.fields(**FAST)
        await driver.shows("running elsewhere", "Ask a model something")
        second = driver.send("meanwhile")
        await until(lambda: not second.running)
        await driver.shows("You wrote:", "meanwhile")
        assert first.running
        assert "Slowly, then." not in driver.seen(driver.chat)
        driver.desk.open_session(session.id)
        await driver.shows("Slowly, then. This script")
        assert driver.chat.composer.run.text() == "Stop"
        driver.press("Esc")
        await driver.ended(first)
        assert first.transcript.outcome == "stopped"
        assert second.transcript.outcome == "completed"


# Versions.


async def test_regenerate_adds_a_version_and_the_switcher_goes_between_them(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        first = await driver.ask("versions")
        driver.model("reasoning")
        driver.press("Ctrl+R")
        second = driver.newest
        assert second is not first
        await driver.ended(second)
        await driver.shows("2/2", "204")
        driver.click(driver.button("Previous version (Alt+Left)"))
        await driver.shows("1/2", "I am the sandbox")
        assert driver.newest is first
        assert not driver.button("Previous version (Alt+Left)").isEnabled()
        driver.press("Alt+Right")
        await driver.shows("2/2")
        assert driver.newest is second
        driver.press("Alt+Left")
        await driver.shows("1/2")
        await driver.idle()


async def test_the_version_on_screen_is_remembered(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        first = await driver.ask("which one")
        driver.press("Ctrl+R")
        await driver.ended(driver.newest)
        driver.press("Alt+Left")
        await driver.shows("1/2")
        await driver.idle()
        session_id = driver.desk.session.id
    async with opening() as driver:
        driver.desk.open_session(session_id)
        await driver.shows("1/2")
        assert driver.newest.id == first.id


def edit(driver: Driver, text: str) -> QPlainTextEdit:
    """Press Edit on the last thing said and write something else."""
    card = [one for one in driver.chat.view.cards() if isinstance(one, SaidCard)][-1]
    driver.click(driver.button("Edit: makes another version, nothing is overwritten", card))
    editor = driver.find(QPlainTextEdit, "New version of the message")
    assert editor.hasFocus()
    editor.selectAll()
    driver.type(text, editor)
    return editor


async def test_an_edited_message_is_a_sibling_that_runs(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        first = await driver.ask("a first try")
        editor = edit(driver, "a second try")
        driver.press("Ctrl+Return", editor)
        second = driver.newest
        assert (second.parent, said(second)) == (first.parent, "a second try")
        await driver.ended(second)
        await driver.shows("2/2", "a second try")
        assert "a first try" not in driver.seen(driver.chat.view)
        driver.click(driver.button("Previous version (Alt+Left)"))
        await driver.shows("a first try")
        await driver.idle()


async def test_an_edited_message_can_be_kept_without_running(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("sent once")
        edit(driver, "kept but not sent")
        driver.click(driver.button("Keep without running"))
        assert driver.newest.silent
        await driver.shows("2/2", "kept but not sent")
        await driver.idle()
        assert sandbox.log("kept but not sent") == []


async def test_escape_never_discards_an_edit(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("to be edited")
        editor = edit(driver, "long and careful work")
        driver.press("Esc", editor)
        assert editor.isVisible()
        assert editor.toPlainText() == "long and careful work"
        driver.click(driver.button("Cancel"))
        assert driver.chat.composer.isVisible()
        assert len(driver.desk.session.runs) == 1


async def test_the_answer_can_be_rewritten(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("who are you")
        for words in ("I am a teapot.", "I am two teapots."):
            driver.click(driver.button("Edit the answer: makes another version, nothing is sent"))
            editor = driver.find(QPlainTextEdit, "New version of the message")
            assert editor.toPlainText().startswith("I am")
            editor.selectAll()
            driver.type(words, editor)
            driver.press("Ctrl+Return", editor)
            await driver.shows(words)
        assert [str(item.text) for item in driver.newest.input if isinstance(item, Message)] == [
            "who are you",
            "I am two teapots.",
        ]
        await driver.idle()


async def test_delete_can_be_undone(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("the first turn")
        await driver.ask("the second turn")
        driver.click(driver.button("Delete this turn (can be undone)", last_footer(driver)))
        await driver.shows("Deleted a turn and what follows it.")
        assert "the second turn" not in driver.seen(driver.chat.view)
        driver.click(driver.button("Undo"))
        await driver.shows("the second turn")
        await driver.idle()
        session_id = driver.desk.session.id
    async with opening() as driver:
        driver.desk.open_session(session_id)
        await driver.shows("the second turn")


def last_footer(driver: Driver) -> QFrame:
    return [card for card in driver.chat.view.cards() if type(card).__name__ == "Footer"][-1]


# What stands under an answer.


async def test_every_number_opens(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("numbers")
        used = run.transcript.usage
        assert used is not None
        tokens = f"{used.input} in / {used.output} out"
        chip = next(
            button
            for button in last_footer(driver).findChildren(QToolButton)
            if button.text() == tokens
        )
        driver.click(chip)
        popup = QApplication.activePopupWidget()
        assert popup is not None
        assert "TOKENS, AS THE SERVER REPORTED" in driver.seen(popup)
        popup.close()
        driver.window.docks["inspector"].hide()
        driver.click(driver.button("sandbox: Open this run in the inspector"))
        assert driver.window.docks["inspector"].isVisible()
        assert driver.desk.run is run


async def test_the_last_answer_and_its_request_can_be_copied(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("copy me")
        driver.press("Ctrl+Shift+C")
        assert QApplication.clipboard().text() == run.transcript.text
        driver.press("Ctrl+Shift+K")
        await until(lambda: "curl" in QApplication.clipboard().text())
        assert "copy me" in QApplication.clipboard().text()
        await driver.idle()


async def test_a_run_is_exported_right_after_it_was_opened(
    opening: Opening, tmp_path: Path
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("export me later")
    async with opening() as driver:
        driver.desk.settings.profiles.clear()  # its server has been deleted since
        driver.desk.settings.profile = "sandbox"
        again = (await driver.desk.workspace.load(run.session)).runs[run.id]
        assert not again.loaded
        driver.desk.open_session(run.session)
        for exporter in EXPORTERS:
            driver.chat.export.write(exporter, again, tmp_path / exporter.id)
        await driver.idle()
        for exporter in EXPORTERS:
            assert b"export me later" in (tmp_path / exporter.id).read_bytes(), exporter.id
        driver.chat.export.write(EXPORTERS[0], again, tmp_path / "no" / "such" / "folder")
        await driver.shows("cannot be written.", "No such file or directory")
        assert "made a mistake" not in driver.seen()
        await driver.idle()


@pytest.mark.parametrize(
    ("model", "state", "action"),
    [
        ("refusal", "Refused", None),
        ("incomplete", "Truncated by the limit", None),
        ("content-filter", "Filtered", None),
        ("cut", "Interrupted by the server", "Continue"),
        ("failed", "Failed", "Retry"),
    ],
)
async def test_every_end_says_what_it_is(
    model: str, state: str, action: str | None, opening: Opening
) -> None:
    async with opening() as driver:
        driver.model(model)
        driver.fields(**FAST)
        run = await driver.ask("how does it end")
        await driver.shows(state)
        assert (run.transcript.text or run.transcript.refusal or "")[:20] in driver.seen()
        if action:
            assert driver.button(action, last_footer(driver)).isEnabled()
        await driver.idle()


async def test_continue_goes_on_after_what_had_arrived(opening: Opening) -> None:
    async with opening() as driver:
        driver.model("cut")
        driver.fields(**FAST)
        cut = await driver.ask("break off")
        driver.model("sandbox")
        driver.click(driver.button("Continue", last_footer(driver)))
        more = driver.newest
        assert more.parent == cut.id
        await driver.ended(more)
        await driver.shows("In a moment this connection", "Please continue exactly")


# The tail.


async def test_the_tail_is_followed_until_the_user_scrolls_up(opening: Opening) -> None:
    async with opening() as driver:
        view, bar = driver.chat.view, driver.chat.view.verticalScrollBar()
        driver.model("long")
        driver.fields(sandbox={"per_second": 700})
        run = driver.send("go on and on")
        await until(lambda: bar.maximum() > 400)
        assert view.following
        assert bar.value() == bar.maximum()
        wheel(driver, 2)
        assert not view.following
        place, length = bar.value(), bar.maximum()
        await until(lambda: bar.maximum() > length + 400)
        assert not view.following
        assert bar.value() == place
        jump = driver.button("Jump to the end")
        driver.click(jump)
        assert view.following
        await until(lambda: bar.value() == bar.maximum() > length + 400)
        assert not jump.isVisible()
        length = bar.maximum()
        await until(lambda: bar.maximum() > length + 200)
        assert bar.value() == bar.maximum()
        driver.press("Esc")
        await driver.ended(run)


async def test_scrolling_back_down_follows_again(opening: Opening) -> None:
    async with opening() as driver:
        view, bar = driver.chat.view, driver.chat.view.verticalScrollBar()
        driver.model("long")
        driver.fields(sandbox={"per_second": 700})
        run = driver.send("go on")
        await until(lambda: bar.maximum() > 600)
        driver.press("PgUp", view)
        assert not view.following
        driver.press("End", view)
        assert view.following
        driver.press("Esc")
        await driver.ended(run)


# Drafts and titles.


async def test_drafts_survive_a_change_of_session_and_a_restart(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("a session")
        first = driver.desk.session.id
        driver.type("half a thought", draft(driver))
        driver.press("Ctrl+N")
        assert draft(driver).toPlainText() == ""
        driver.type("another one", draft(driver))
        second = driver.desk.session.id
        driver.desk.open_session(first)
        await until(lambda: driver.desk.session.id == first)
        assert draft(driver).toPlainText() == "half a thought"
        driver.type(", continued", draft(driver))  # and closed at once
    async with opening() as driver:
        await driver.shows("another one")  # in the list, under its first words
        for session_id, words in ((first, "half a thought, continued"), (second, "another one")):
            driver.desk.open_session(session_id)
            await until(lambda wanted=session_id: driver.desk.session.id == wanted)
            assert draft(driver).toPlainText() == words
            await driver.idle()


async def test_a_sent_draft_does_not_come_back(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("sent")
        await driver.idle()
        session_id = driver.desk.session.id
    async with opening() as driver:
        driver.desk.open_session(session_id)
        await driver.shows("I am the sandbox")
        assert draft(driver).toPlainText() == ""


async def test_a_session_is_renamed_in_its_head(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("what it was called")
        assert driver.chat.title.text() == "what it was called"
        title = driver.chat.title
        title.setFocus()
        title.selectAll()
        driver.type("A better name", title)
        driver.press("Return", title)
        await driver.shows("A better name")
        await driver.ask("more")
        assert driver.desk.session.title == "A better name"
        await driver.idle()
        assert "A better name" in [row.title for row in await driver.app.sessions.list()]


async def test_a_title_that_is_being_written_belongs_to_its_own_session(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("the old one")
        old = driver.desk.session
        title = driver.chat.title
        title.setFocus()
        title.selectAll()
        driver.type("Mine", title)
        driver.press("Ctrl+N", title)
        assert driver.desk.session is not old
        assert (old.title, driver.desk.session.title) == ("Mine", "")
        assert title.text() == ""
        await driver.idle()


async def test_right_to_left_and_wide_letters_are_shown_as_written(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        text = "שלום עולם، مرحبا 世界 👩‍🚀"
        driver.chat.composer.write(text)
        driver.press("Return", draft(driver))
        run = driver.newest
        await driver.ended(run)
        assert said(run) == text
        await driver.shows("שלום עולם، مرحبا 世界")


async def test_the_keyboard_goes_through_the_conversation_as_it_is_read(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        driver.model("refusal")
        await driver.ask("first")
        await driver.ask("second")
        view = driver.chat.view
        view.setFocus()
        passed: list[int] = []
        while True:
            driver.press("Tab")
            at = QApplication.focusWidget()
            if at is None or not view.isAncestorOf(at):
                break
            passed.append(at.mapTo(view, at.rect().center()).y())
        assert len(passed) > 12
        assert all(one <= next_ + LINE for one, next_ in itertools.pairwise(passed)), passed
