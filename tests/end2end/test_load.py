"""A thousand events a second: all arrive, people can go on, and afterwards nothing ticks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from playground.core.recording import SSE
from tests.driver import Driver, prepare
from tests.loop import until
from tests.processes import PATIENCE, Sandbox
from tests.server import Request, head, serving, spoken
from tests.window import Opening

EVENTS = 3000
WORDS = [f"{number} " for number in range(EVENTS)]


def active_timers(driver: Driver) -> list[QTimer]:
    """Everywhere in the window and in what belongs to it."""
    roots = (driver.window, driver.desk, QApplication.instance())
    return [
        timer
        for root in roots
        if root is not None
        for timer in root.findChildren(QTimer)
        if timer.isActive()
    ]


class Talking:
    """A server that says a thousand words a second, and the last third when it is told to go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self._never = threading.Event()

    def __call__(self, _: Request) -> Iterator[bytes]:
        yield head()
        for number, data in enumerate(spoken(*WORDS)):
            if number == EVENTS * 2 // 3:
                self.go_on.wait(PATIENCE)
            elif number % 10 == 0:
                self._never.wait(0.01)
            yield data


async def test_a_thousand_events_a_second(opening: Opening, home: Path) -> None:
    server = Talking()
    with serving(server) as where:
        prepare(home, where.base_url, model="m")
        async with opening() as driver:
            run = driver.send("as many as you can")
            await until(lambda: run.transcript.events > 200)
            assert driver.desk.clock.ticking
            # Meanwhile a person goes on: types, opens things, looks at another session and comes
            # back.
            driver.type("typed while it streams", driver.chat.composer.draft)
            assert driver.chat.composer.text == "typed while it streams"
            driver.press("F12")
            driver.press("F12")
            driver.press("Ctrl+N")
            await driver.shows("running elsewhere")
            driver.desk.open_session(run.session)
            await until(lambda: driver.desk.session.id == run.session)
            assert run.running
            server.go_on.set()
            await driver.ended(run)
            assert run.transcript.outcome == "completed"
            deltas = [event.json()[0].get("delta") for event in run.recording if event.kind == SSE]
            assert [delta for delta in deltas if delta is not None] == WORDS
            assert run.transcript.text == "".join(WORDS)
            assert driver.chat.composer.text == "typed while it streams"
            await driver.shows(f"{QLocale().toString(len(run.recording))} events")
            kept = await driver.app.sessions.run(run.id)
            assert kept.recording.events == run.recording.events


async def test_afterwards_and_before_nothing_ticks(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url, model="load")
    async with opening() as driver:
        await driver.idle()
        assert active_timers(driver) == []
        driver.fields(sandbox={"events": 500, "per_second": 0, "per_chunk": 1})
        run = await driver.ask("quickly")
        assert run.transcript.outcome == "completed"
        await driver.idle()
        assert not driver.desk.clock.ticking
        await until(lambda: active_timers(driver) == [], saying=lambda: active_timers(driver))
