"""The inspector in the whole window, whose keys and width it shares."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from playground.ui.inspector.head import Head
from tests.driver import FAST, Driver, name_of, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


def head(driver: Driver) -> Head:
    found = driver.inspector.findChild(Head)
    assert isinstance(found, Head)
    return found


async def test_keys_of_the_filter_are_its_own(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("Hello.")
        page = driver.inspector.events
        page.list.setFocus()
        driver.press("S")
        assert "no stall" in driver.seen(page)
        driver.press("Ctrl+F")
        assert page.filter.text.hasFocus()
        driver.type("output_text")
        await driver.shows(f" of {len(run.recording)} events")
        assert "no stall" not in driver.seen(page)
        driver.press("Return")
        assert page.list.current >= 0
        driver.press("Esc")
        assert page.filter.text.text() == "" and page.filter.text.hasFocus()
        driver.press("Esc")
        assert page.list.hasFocus()
        await driver.idle()


async def test_in_a_narrow_window_nothing_is_left_out(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("Hello.")
        for width, wrapped in ((1440, False), (1024, False), (720, True), (1440, False)):
            driver.window.resize(width, 700)
            await until(lambda width=width: driver.window.width() == width)
            for tab in ("Events", "Timeline", "Time", "Request", "Response", "Diff"):
                button = driver.button(tab, driver.inspector)
                driver.click(button)
                assert driver.inspector.current.isVisible()
                dock = driver.window.docks["inspector"]
                assert dock.geometry().right() < driver.window.width()
                page = driver.inspector.current
                if tab in ("Events", "Request"):
                    await until(lambda wrapped=wrapped: head(driver).wrapped == wrapped)
                    assert page.beside is not None
                    assert head(driver).rect().contains(page.beside.geometry())
                assert head(driver).rect().contains(button.geometry())
            replay = driver.button("Replay this run", head(driver))
            assert head(driver).rect().contains(replay.parentWidget().geometry())
        await driver.idle()


async def test_before_the_first_event_of_a_replay_none_is_the_current_one(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("Hello.")
        page = driver.inspector.events
        driver.press("Ctrl+Shift+R")
        await until(lambda: driver.desk.replaying is not None and not driver.desk.replaying.live)
        assert driver.desk.replaying is not None
        last = len(page.list.index or ()) - 1
        await until(lambda: page.list.current == last)
        driver.press("Home")
        await until(lambda: driver.desk.replaying.number == -1)  # type: ignore[union-attr]
        assert page.list.current == -1 and driver.inspector.looking.number == -1
        driver.press("Right")
        await until(lambda: page.list.current == 0)
        driver.press("Esc")
        await driver.idle()


def walk(driver: Driver, count: int) -> list[str]:
    """Where the keyboard stops, from the tab that has the focus on."""
    found = []
    for _ in range(count):
        driver.press("Tab")
        focus = QApplication.focusWidget()
        assert focus is not None
        found.append(name_of(focus))
    return found


async def test_the_keyboard_goes_through_a_page_as_it_is_read(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("Hello.")
        await until(lambda: driver.button("Replay this run").isEnabled())
        driver.inspector.events.list.setFocus()
        driver.press("Home")
        driver.press("Ctrl+F")
        driver.type("delta")
        driver.button("Events").setFocus()
        assert walk(driver, 6)[2:6] == [
            "Filter events", "Previous match (Shift+F3)", "Next match (F3)", "Replay this run",
        ]  # fmt: skip
        assert walk(driver, 1) == ["Events"]
        rest = walk(driver, 4)
        assert rest[-3:] == ["JSON", "Copy what is shown, as it was sent", "The event as a tree"]
        for tab, focus in (("Request", "Request"), ("Time", "Where the time went")):
            driver.inspector.events.list.setFocus()
            driver.click(driver.button(tab, driver.inspector))
            stands = QApplication.focusWidget()
            assert stands is not None and name_of(stands) == focus
            driver.click(driver.button("Events", driver.inspector))
        driver.click(driver.button("Time"))
        driver.button("Time").setFocus()
        assert walk(driver, 4) == [
            "Replay this run", "Where the time went", "What the time was spent on",
            "Tokens a second over time",
        ]  # fmt: skip
        await driver.idle()


async def test_a_replay_is_ended_from_an_inspector_on_another_screen(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("Hello.")
        dock = driver.window.docks["inspector"]
        dock.setFloating(True)
        dock.activateWindow()
        await until(dock.isActiveWindow)
        driver.inspector.events.list.setFocus()
        driver.press("Ctrl+Shift+R")
        await until(lambda: driver.desk.replaying is not None and not driver.desk.replaying.live)
        assert driver.desk.replaying is not None
        dock.activateWindow()
        driver.inspector.events.list.setFocus()
        driver.press("Esc")
        assert driver.desk.replaying is None
        await driver.idle()
