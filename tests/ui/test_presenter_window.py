"""Presenting in the real window, with the keyboard alone: a recorded run, a replay, and a run that
was read from the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.core.session import Run, Session, new_id
from playground.endpoints import BY_ID
from playground.engine.demos import demos
from playground.ui.replaying import Replaying
from playground.ui.widgets.presenter import PresenterView
from playground.ui.widgets.presenterstage import Stage
from playground.ui.widgets.replaybar import ReplayBar
from playground.ui.widgets.scrubber import Scrubber
from tests.driver import Driver, prepare, visible
from tests.loop import until
from tests.window import Opening

TOLD = [
    "The question. What is the weather in Oslo and in Rome?",
    "The model answers. I will ask the weather desk about both cities at once.",
    "The model asks for the weather in Oslo in °C.",
    "The model also asks for the weather in Roma in °C.",
    "You change the city from Roma to Rome. You approve both.",
    "The tool answers for Oslo: temperature −3 °C, sky snow, wind 9 km/h.",
    "The tool answers for Rome: temperature 19 °C, sky clear, wind 8 km/h.",
    "The model answers. The weather desk has answered both questions:",
]
ASKED = "Waiting for your approval of 2 calls."


@pytest.fixture(autouse=True)
def settings(home: Path) -> None:
    prepare(home, "http://127.0.0.1:9/v1")


@pytest.fixture
def run() -> Iterator[Run]:
    """A recorded run: two calls of a tool, approved, one with other arguments."""
    made = demos()[0].run(BY_ID)
    made.id, made.profile = new_id("run"), "here"
    yield made


async def kept(driver: Driver, run: Run) -> Session:
    """The run as a turn of a session, on screen and on the disk."""
    session = driver.desk.session
    session.title, session.named = "The weather desk", True
    run.session = session.id
    session.add(run)
    driver.desk.go(run)
    await driver.idle()
    return session


def view(driver: Driver) -> PresenterView:
    return driver.find(PresenterView, "Presentation")


def told(driver: Driver) -> str:
    """What stands on the stage in large letters: its first line."""
    stage = next(one for one in visible(driver.window) if isinstance(one, Stage))
    row = stage.rows[-1]
    said = f"{row.words} {row.text}".strip().split("\n")[0]
    assert view(driver).accessibleDescription().startswith(f"{row.number} of {len(TOLD)}: {said}")
    assert view(driver).dots.at == row.number - 1
    assert not re.search(r"[{}$]|sk-", view(driver).accessibleDescription())
    return said


def presents(driver: Driver) -> bool:
    return any(isinstance(one, PresenterView) for one in visible(driver.window))


async def begun(driver: Driver) -> Replaying:
    """A replay that stands still at its beginning, and is presented."""
    driver.press("Ctrl+Shift+R")
    await until(lambda: driver.desk.replaying is not None)
    found = driver.desk.replaying
    assert found is not None
    driver.press("Home")
    await still(driver, found)
    driver.press("Ctrl+Shift+P")
    return found


async def still(driver: Driver, replaying: Replaying) -> None:
    await until(lambda: not replaying.live and not driver.desk.clock.ticking)


async def test_a_recorded_run_is_told_from_start_to_end(opening: Opening, run: Run) -> None:
    async with opening() as driver:
        await kept(driver, run)
        driver.press("Ctrl+Shift+P")
        seen = [told(driver)]
        for key in ("Space", "Right", "Space", "PgDown", "Space", "Right", "Down"):
            driver.press(key)
            seen.append(told(driver))
        assert seen == TOLD
        driver.press("Space")
        assert told(driver) == TOLD[-1], "there is nothing behind the last one"
        for line in reversed(TOLD[:-1]):
            driver.press("Left")
            assert told(driver) == line
        driver.press("End")
        assert told(driver) == TOLD[-1]
        driver.press("Home")
        assert told(driver) == TOLD[0]
        assert "Replay" not in driver.seen(view(driver))
        driver.press("Escape")
        assert not presents(driver)
        await until(driver.chat.composer.draft.hasFocus)
        await driver.idle()


async def test_a_replay_is_told_and_goes_where_it_is_told(opening: Opening, run: Run) -> None:
    async with opening() as driver:
        session = await kept(driver, run)
        replaying = await begun(driver)
        player = replaying.player
        assert told(driver) == TOLD[0] and player.position == 0
        assert "Replay · paused" in driver.seen(view(driver))
        places = [0]
        for line in (*TOLD[1:4], ASKED, *TOLD[4:]):
            driver.press("Right")
            await still(driver, replaying)
            assert told(driver) == line
            places.append(player.position)
        assert places == sorted(places)
        asked = run.recording.kinds.index("tool.asked")
        assert run.recording.kinds[places[4] - 1] == "tool.asked" and places[4] == asked + 2
        for at, line in reversed(list(enumerate((*TOLD[:4], ASKED, *TOLD[4:-1])))):
            driver.press("Left")
            await still(driver, replaying)
            assert (told(driver), player.position) == (line, places[at])
            if at == 4:
                break
        driver.press("Escape")
        await until(lambda: not presents(driver))
        assert driver.desk.replaying is replaying and player.position == places[4]
        assert "waited for approval" in driver.seen()
        await until(driver.find(Scrubber, "Where the replay stands, in events").hasFocus)
        driver.press("Escape")
        assert driver.desk.replaying is None and driver.desk.session is session
        await driver.idle()


async def test_a_replay_goes_on_in_time_while_it_is_presented(opening: Opening, run: Run) -> None:
    async with opening() as driver:
        await kept(driver, run)
        replaying = await begun(driver)
        for _ in range(4):
            driver.press("Up")
        assert replaying.player.speed == 20.0
        assert "Replay · paused · 20 ×" in driver.seen(view(driver))
        for _ in range(4):  # at its own speed the approval stands for seconds
            driver.press("Down")
        driver.press("Space")
        assert replaying.player.playing and "Replay · playing" in driver.seen(view(driver))
        await until(lambda: told(driver) == ASKED)
        driver.press("Space")
        assert not replaying.player.playing
        await still(driver, replaying)
        for _ in range(4):
            driver.press("Up")
        driver.press("Space")
        await until(lambda: replaying.player.over)
        await still(driver, replaying)
        assert told(driver) == TOLD[-1]
        assert "Replay · at the end" in driver.seen(view(driver))
        driver.press("Home")
        await still(driver, replaying)
        assert told(driver) == TOLD[0] and replaying.player.position == 0
        driver.press("End")
        await still(driver, replaying)
        assert replaying.player.over and told(driver) == TOLD[-1]
        driver.press("Escape")
        await until(lambda: not presents(driver))
        assert driver.find(ReplayBar, "Replay").isVisible()
        driver.desk.end_replay()
        await driver.idle()


async def test_a_run_of_which_only_the_snapshot_is_there_is_read_first(
    opening: Opening, run: Run
) -> None:
    async with opening() as driver:
        session = await kept(driver, run)
        driver.desk.go(driver.desk.workspace.insert(session, "user", "To be gone on with."))
        await driver.idle()
    async with opening() as driver:
        driver.desk.open_session(session.id)
        await until(lambda: driver.desk.session.id == session.id)
        await driver.idle()
        found = driver.desk.session.runs[run.id]
        assert not found.loaded
        driver.press("Ctrl+Shift+P")
        await until(lambda: found.loaded)
        await driver.idle()
        seen = [told(driver)]
        for _ in TOLD[1:]:
            driver.press("Space")
            seen.append(told(driver))
        assert seen == TOLD
        driver.press("Escape")
        await driver.idle()
