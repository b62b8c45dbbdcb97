"""From arrival to the screen: measured after the window was painted, only where somebody looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.core.recording import Event
from playground.core.session import Run
from playground.ui.clock import Clock
from playground.ui.desk import Desk
from playground.ui.lags import Lags
from tests.driver import prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

pytestmark = pytest.mark.usefixtures("loop")

MS = 1_000_000


class Canvas(QWidget):
    """Writes down what happens to it, in order."""

    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told

    def advance(self) -> None:
        self.told.append("looked")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.told.append("painted")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def canvas(told: list[str]) -> Iterator[Canvas]:
    made = Canvas(told)
    yield made
    made.close()


async def test_a_frame_is_drawn_once_the_window_was_painted(
    canvas: Canvas, told: list[str]
) -> None:
    canvas.show()
    await until(lambda: "painted" in told)
    told.clear()
    clock = Clock(lambda: True)
    clock.watch(canvas.advance)

    def begin() -> bool:
        told.append("begun")
        return True

    clock.measure(begin, lambda: told.append("drawn"))
    clock.wake()
    await until(lambda: told.count("drawn") >= 3)
    clock.stop()
    first = told[: told.index("drawn") + 1]
    assert first == ["begun", "looked", "painted", "drawn"]


async def test_what_is_not_to_be_measured_is_not(told: list[str]) -> None:
    clock = Clock(lambda: True)
    looks: list[int] = []
    clock.watch(lambda: looks.append(1))
    clock.measure(lambda: False, lambda: told.append("drawn"))
    clock.wake()
    await until(lambda: len(looks) >= 3)
    clock.stop()
    assert told == []


class Bench:
    """A desk of runs that go on, and frames that are made by hand."""

    def __init__(self) -> None:
        self.visible = True
        self.begin: Any = None
        self.drawn: Any = None
        self.session = self.workspace = self.clock = self
        self.runs: dict[str, Run] = {}
        self.running: dict[str, Run] = {}
        self.lags = Lags(cast(Desk, self), lambda: self.visible)

    def measure(self, begin: Any, drawn: Any) -> None:
        self.begin, self.drawn = begin, drawn

    def frame(self) -> bool:
        begun: bool = self.begin()
        if begun:
            self.drawn()
        return begun

    def add(self, run: Run) -> Run:
        run.owner = "me"
        self.runs[run.id] = self.running[run.id] = run
        return run


def arrives(run: Run, *ms_ago: float) -> None:
    run.take([Event(run.now() - int(ms * MS), "sse", b"data: 1\n\n") for ms in ms_ago])


@pytest.fixture
def run(tape: Any) -> Run:
    made: Run = tape.run(lambda *_: None)
    return made


def test_the_oldest_event_of_a_frame_counts(run: Run) -> None:
    bench = Bench()
    bench.add(run)
    assert not bench.frame(), "nothing has come since somebody looks"
    arrives(run, 400, 3)
    assert bench.frame()
    assert not bench.frame(), "nothing new"
    assert run.lag is not None
    assert run.lag.frames == 1
    assert run.lag.max_ns >= 400 * MS


def test_nothing_is_measured_that_nobody_can_see(run: Run) -> None:
    bench = Bench()
    bench.add(run)
    bench.frame()
    bench.visible = False
    arrives(run, 5)
    assert not bench.frame()
    bench.visible = True
    assert not bench.frame(), "what came before is not late: nobody looked"
    assert run.lag is None
    arrives(run, 5)
    assert bench.frame()


def test_a_run_of_another_session_is_not_seen(run: Run) -> None:
    bench = Bench()
    bench.add(run)
    bench.frame()
    del bench.runs[run.id]
    arrives(run, 5)
    assert not bench.frame()


def test_a_run_that_is_over_is_not_measured_any_more(run: Run) -> None:
    bench = Bench()
    bench.add(run)
    bench.frame()
    run.note("ended")
    assert not bench.frame()


async def test_it_stands_on_the_recording_before_the_end(
    opening: Opening, sandbox: Sandbox, home: Any
) -> None:
    prepare(home, sandbox.base_url)
    async with opening() as driver:
        run = driver.send("Hello there")
        await until(lambda: not run.running)
        kinds = [event.kind for event in run.recording]
        assert kinds[-2:] == ["drawn", "ended"]
        said = json.loads(run.recording[len(kinds) - 2].raw)
        assert said["frames"] >= 1
        assert 0 < said["p50_ms"] <= said["p95_ms"] <= said["max_ms"] <= said["total_ms"]
        assert run.lag is not None and run.lag.frames >= said["frames"]
        driver.window.hide()
        hidden = driver.desk.workspace.ask(driver.desk.session, "Nobody looks")
        driver.desk.go(hidden)
        await until(lambda: not hidden.running)
        assert "drawn" not in {event.kind for event in hidden.recording}
