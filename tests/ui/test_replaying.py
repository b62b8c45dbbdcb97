"""A replay in the real window: every panel shows it, the keyboard drives it, and nobody is asked
for anything."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.core.output import Output
from playground.core.session import Run, Session, new_id
from playground.endpoints import BY_ID
from playground.engine.demos import demos
from playground.engine.player import SPEEDS
from playground.ui.desk import CLOSED
from playground.ui.replaying import Replaying
from playground.ui.widgets.approvalbox import ApprovalBox
from playground.ui.widgets.cards.toolcall import ToolCard
from playground.ui.widgets.footer import Footer
from playground.ui.widgets.replaybar import ReplayBar
from tests.driver import Driver, prepare, visible
from tests.gallery.tapes import Tape, run_of
from tests.loop import until
from tests.window import Opening


@pytest.fixture
def server(home: Path) -> Iterator[socket.socket]:
    """Where requests would go: it listens, and says whether anybody came."""
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        quiet.setblocking(False)
        port = quiet.getsockname()[1]
        prepare(home, f"http://127.0.0.1:{port}/v1", key_env="REPLAY_TEST_KEY")
        yield quiet


async def with_runs(driver: Driver, *runs: Run) -> Session:
    """A session of these turns, one after another, on screen."""
    session = Session(new_id("ses"), title="A session to be replayed", profile="here", named=True)
    for run in runs:
        run.id, run.session, run.parent = new_id("run"), session.id, session.leaf
        run.profile = "here"
        session.add(run)
    driver.desk.workspace.open[session.id] = session
    driver.desk.open_session(session.id)
    await until(lambda: driver.desk.session is session and driver.desk.run is runs[-1])
    await driver.idle()
    return session


def called() -> Run:
    """A recorded run: two calls of a tool, approved, one with other arguments."""
    return demos()[0].run(BY_ID)


def said(text: str = "The first answer.") -> Run:
    return run_of(Tape().begin("Hello").wait(40).text(text).end(), "Hello")


async def begun(driver: Driver) -> Replaying:
    """A replay of the run on screen, which stands still at its beginning."""
    driver.press("Ctrl+Shift+R")
    await until(lambda: not ended(driver))
    replaying = current(driver)
    replaying.seek(0)
    await still(driver)
    return replaying


def current(driver: Driver) -> Replaying:
    found = driver.desk.replaying
    assert found is not None
    return found


def plays(driver: Driver) -> bool:
    return current(driver).player.playing


def ended(driver: Driver) -> bool:
    return driver.desk.replaying is None


async def still(driver: Driver) -> None:
    replaying = current(driver)
    await until(lambda: not replaying.live and not driver.desk.clock.ticking)


def seen(driver: Driver) -> list[str]:
    """What can be read in the conversation; in which order its cards were made does not matter."""
    return sorted(driver.seen(driver.chat.view).split("\n"))


def place(run: Run, kind: str, which: int = 0) -> int:
    """The position behind an event of a kind."""
    kinds = run.recording.kinds
    return [number for number, one in enumerate(kinds) if one == kind][which] + 1


def bar(driver: Driver) -> ReplayBar:
    return driver.find(ReplayBar, "Replay")


def badges(driver: Driver) -> list[str]:
    """How the calls on screen stand."""
    return [card._badge.text() for card in visible(driver.window) if isinstance(card, ToolCard)]


async def test_the_keyboard_drives_it(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        run = called()
        session = await with_runs(driver, said(), run)
        replaying = await begun(driver)
        player = replaying.player
        assert isinstance(QApplication.focusWidget(), type(bar(driver).scrubber))
        assert "Replay · paused" in driver.seen(bar(driver))
        assert "Replaying · queued" in driver.seen()
        assert "The first answer." in driver.seen(), "earlier turns stand as they are"
        driver.press("Right")
        driver.press("Right")
        assert player.position == 2
        driver.press("Left")
        assert player.position == 1
        driver.press("Shift+Right")
        item = player.position
        assert item == player.stops[2]
        driver.press("PgDown")
        driver.press("PgUp")
        driver.press("Shift+Left")
        assert player.position == player.stops[1]
        driver.press("Up")
        assert player.speed == 2.0
        driver.press("Down")
        driver.press("Down")
        assert bar(driver).speed.currentText() == "0.5 ×"
        driver.press("End")
        await still(driver)
        assert player.position == player.count
        assert "Replay · at the end" in driver.seen(bar(driver))
        assert "sky snow" in driver.seen()
        driver.press("Home")
        await still(driver)
        assert player.position == 0
        for _ in range(len(SPEEDS)):
            driver.press("Up")
        assert player.speed == 20.0
        driver.press("Space")
        assert plays(driver) and driver.desk.clock.ticking
        assert "Replay · playing" in driver.seen(bar(driver))
        driver.press("Space")
        assert not plays(driver)
        await still(driver)
        driver.press("Space")
        await until(lambda: player.over)
        await still(driver)
        assert not plays(driver) and bar(driver).isVisible(), "it stops, and the bar stays"
        driver.press("Escape")
        assert ended(driver)
        assert driver.desk.session is session and driver.desk.run is run
        assert not [one for one in visible(driver.window) if isinstance(one, ReplayBar)]
        assert driver.chat.composer.draft.hasFocus()
        driver.type("on")
        assert driver.chat.composer.text == "on"
        await driver.idle()


async def test_what_has_the_focus_keeps_its_keys(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        await with_runs(driver, called())
        replaying = await begun(driver)
        driver.sessions.search.setFocus()
        driver.type("a b")
        assert driver.sessions.search.text() == "a b"
        driver.press("Left")
        assert replaying.player.position == 0 and not plays(driver)
        driver.sessions.search.clear()
        driver.chat.view.setFocus()
        driver.press("Right")
        assert replaying.player.position == 1
        bar(driver).go.setFocus()
        driver.press("Right")
        assert replaying.player.position == 2
        driver.press("Space")
        assert plays(driver), "once, though it is a button as well"
        driver.press("Space")
        bar(driver).speed.setFocus()
        driver.press("Down")
        assert replaying.player.speed == 2.0
        driver.press("Escape")
        assert ended(driver)
        await driver.idle()


async def test_nobody_is_asked_for_anything(
    opening: Opening, server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server, no key, no tool, no approval; and nothing of it is written."""
    monkeypatch.setenv("REPLAY_TEST_KEY", "sk-never-asked-for-0123456789")
    async with opening() as driver:
        run = called()
        session = await with_runs(driver, run)
        driver.window.show_panel("tools")
        await driver.idle()
        before = [row.id for row in await driver.app.sessions.list()]
        content = run.recording.events

        def never(*_: Any, **__: Any) -> Any:
            raise AssertionError("Something was asked for")

        workspace = driver.desk.workspace
        for owner, name in (
            (workspace.runner, "go"),
            (workspace.runner, "keep"),
            (workspace.runner, "serve"),
            (workspace.sessions, "save"),
            (workspace.sessions, "begin"),
            (workspace.sessions, "finish"),
            (workspace.sessions, "update"),
            (driver.desk.keys, "get"),
            (driver.desk.approving, "ask"),
            (driver.desk.approving, "answer"),
        ):
            monkeypatch.setattr(owner, name, never)
        replaying = await begun(driver)
        seen = set[str]()
        for position in replaying.player.stops:
            replaying.seek(position)
            await still(driver)
            seen |= set(badges(driver))
            assert not driver.window.findChildren(ApprovalBox)
        assert {"waited for approval", "running", "done", "not run"} <= seen
        replaying.use_speed(20.0)
        replaying.seek(0)
        await still(driver)
        replaying.play()
        await until(lambda: replaying.player.over)
        await still(driver)
        driver.window.show_panel("structured")
        driver.window.show_panel("chat")
        driver.desk.end_replay()
        assert driver.desk.session is session
        monkeypatch.undo()
        await driver.idle()
        assert [row.id for row in await driver.app.sessions.list()] == before
        assert session.runs == {run.id: run} and run.recording.events == content
        assert not workspace.running and not driver.desk.approving.waiting
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_nothing_can_be_done_in_it(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        session = await with_runs(driver, said(), called())
        replaying = await begun(driver)
        shown = replaying.session
        driver.press("End")
        await still(driver)
        composer = driver.chat.composer
        assert composer.draft.placeholderText() == CLOSED
        assert not composer.draft.isEnabled() and not composer.run.isVisible()
        assert not driver.chat.as_code.isEnabled() and driver.chat.title.isReadOnly()
        assert not driver.settings.model.isEnabled()
        for card in driver.chat.view.cards():
            if isinstance(card, Footer):
                assert [one.toolTip() for one in card._buttons] == ["Copy the answer"]
        for verb in ("regenerate", "edit", "delete", "continue", "raise limit", "stop"):
            driver.chat.view.asked.emit(verb, shown.path()[-1], shown.path()[-1].input[0])
            assert list(shown.runs) == list(session.runs)
        assert CLOSED in driver.seen(), "it says why"
        driver.desk.go(driver.desk.workspace.ask(driver.desk.session, "And now?"))
        assert shown.path()[-1].id == replaying.player.run.id
        driver.desk.use_profile("sandbox")
        assert shown.profile == session.profile == "here"
        assert list(session.runs) == list(shown.runs)
        driver.desk.end_replay()
        assert composer.draft.isEnabled() and composer.run.isVisible()
        assert driver.settings.model.isEnabled() and not driver.chat.title.isReadOnly()
        await driver.idle()


async def test_backwards_the_transcript_on_screen_is_that_of_the_prefix(
    opening: Opening, server: socket.socket
) -> None:
    async with opening() as driver:
        run = called()
        await with_runs(driver, run)
        driver.window.resize(1440, 1600)
        replaying = await begun(driver)
        player = replaying.player
        forwards = dict[int, list[str]]()
        stops = player.stops
        for position in stops:
            replaying.seek(position)
            await still(driver)
            forwards[position] = seen(driver)
        assert len({tuple(one) for one in forwards.values()}) > 8
        for position in reversed(stops):
            replaying.seek(position)
            await still(driver)
            assert seen(driver) == forwards[position], position
        driver.desk.end_replay()
        await driver.idle()


async def test_the_inspector_shows_the_whole_run_and_goes_with_it(
    opening: Opening, server: socket.socket
) -> None:
    async with opening() as driver:
        run = called()
        await with_runs(driver, run)
        looking = driver.inspector.looking
        replaying = await begun(driver)
        asked = place(run, "tool.asked")
        replaying.seek(asked)
        await still(driver)
        assert looking.run is run and looking.number == asked - 1
        driver.press("Right")
        assert looking.number == asked
        looking.pick(11)
        await still(driver)
        assert replaying.player.position == 12, "a picked event is where it stands"
        replaying.play()
        looking.pick(3)
        assert plays(driver) and replaying.player.heading >= 12
        replaying.pause()
        driver.chat.view.asked.emit("inspect", replaying.player.run, None)
        assert driver.desk.run is run
        driver.desk.end_replay()
        await driver.idle()


async def test_it_is_begun_from_the_footer_and_from_the_inspector(
    opening: Opening, server: socket.socket
) -> None:
    async with opening() as driver:
        first, last = said(), said("The second answer.")
        await with_runs(driver, first, last)
        begin = driver.button("Replay this run", driver.inspector)
        driver.click(begin)
        await until(lambda: not ended(driver))
        assert current(driver).player.source is last
        assert not begin.isEnabled()
        driver.click(driver.button("End replay"))
        assert ended(driver) and begin.isEnabled()
        driver.chat.view.asked.emit("replay", first, None)
        await until(lambda: not ended(driver))
        assert current(driver).player.source is first
        assert "The second answer." not in driver.seen(), "what came later is not yet there"
        driver.desk.end_replay()
        await driver.idle()


async def test_there_is_nothing_to_replay_yet(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        driver.press("Ctrl+Shift+R")
        await driver.shows("none can be replayed")
        assert ended(driver)


async def test_another_session_ends_it(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        session = await with_runs(driver, called())
        session.draft = "not sent"
        replaying = await begun(driver)
        assert driver.desk.session_id == session.id
        replaying.play()
        driver.press("Ctrl+N")
        assert ended(driver)
        assert driver.desk.session is not session and driver.desk.session is not replaying.session
        assert driver.desk.session.call.model != "demos/weather-desk", "the replay leaves no trace"
        await driver.idle()
        driver.desk.open_session(session.id)
        await driver.shows("not sent")
        await driver.idle()


async def test_dragging_the_scrubber_goes_by_time(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        run = called()
        await with_runs(driver, run)
        replaying = await begun(driver)
        scrubber, player = bar(driver).scrubber, replaying.player
        middle = scrubber.rect().center()
        QTest.mousePress(scrubber, Qt.MouseButton.LeftButton, pos=middle)
        await still(driver)
        assert abs(player.passed - player.length // 2) < player.length // 50
        assert player.position == player.count_at(player.passed)
        QTest.mouseMove(scrubber, QPoint(scrubber.width(), middle.y()))
        QTest.mouseRelease(scrubber, Qt.MouseButton.LeftButton, pos=middle)
        assert not scrubber.isSliderDown()
        interface = QAccessible.queryAccessibleInterface(scrubber)
        value = interface.valueInterface()
        assert value.maximumValue() == player.count
        value.setCurrentValue(7)
        await still(driver)
        assert player.position == 7
        driver.click(bar(driver).skips)
        assert not player.skips
        driver.desk.end_replay()
        await driver.idle()


async def test_the_other_panels_show_it(opening: Opening, server: socket.socket) -> None:
    async with opening() as driver:
        tape = Tape().begin("Numbers, please").wait(40)
        tape.text('{"first": 1, "second": 22}').end()
        run = run_of(tape, "Numbers, please")
        schema = {"type": "object", "properties": {"first": {"type": "integer"},
                  "second": {"type": "integer"}}}  # fmt: skip
        run.call.output = Output(mode="json_schema", name="numbers", json_schema=schema)
        await with_runs(driver, run)
        replaying = await begun(driver)
        panel = driver.structured
        replaying.seek(replaying.player.count)
        await still(driver)
        assert "Valid" in driver.seen(panel.answer)
        text = next(
            number for number, raw in enumerate(run.recording.raws) if b"output_text.delta" in raw
        )
        replaying.seek(text + 1)
        await still(driver)
        assert "Arriving" in driver.seen(panel.answer)
        assert panel.answer.run is replaying.player.run
        assert not panel.schema.isEnabled() and not panel.composer.draft.isEnabled()
        driver.desk.end_replay()
        assert panel.schema.isEnabled()
        await driver.idle()
