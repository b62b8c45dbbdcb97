"""The door from slots to coroutines, and the clock that views pull on."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from itertools import pairwise

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from playground.core.problem import Failure, Problem
from playground.ui.clock import PATIENCE, SLOW, SPARE, Clock
from playground.ui.tasks import Tasks, answered
from tests.loop import until

pytestmark = pytest.mark.usefixtures("loop")


class Bench:
    """Tasks, and what they reported."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.tasks = Tasks(self.problems.append)
        self.owner = QObject()
        self.begun = asyncio.Event()
        self.cancelled = False

    async def wait(self) -> None:
        """Never ends by itself."""
        self.begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


async def test_what_a_coroutine_gives_is_its_tasks() -> None:
    bench = Bench()

    async def work() -> int:
        return 7

    assert await bench.tasks.start(work(), bench.owner) == 7
    assert bench.problems == []


async def test_a_failure_is_reported_and_the_rest_goes_on() -> None:
    bench = Bench()
    problem = Problem(title="The server is away.", remedy="retry")

    async def fail() -> None:
        raise Failure(problem)

    async def slip() -> None:
        raise ZeroDivisionError("ours")

    tasks = [bench.tasks.start(work(), bench.owner) for work in (fail, slip)]
    await asyncio.wait(tasks)
    await until(lambda: len(bench.problems) == 2)
    assert bench.problems[0] == problem
    assert bench.problems[1].bug and "ZeroDivisionError" in bench.problems[1].detail


async def test_when_the_owner_goes_its_tasks_go() -> None:
    bench = Bench()
    widget = QWidget()
    task = bench.tasks.start(bench.wait(), widget)
    await bench.begun.wait()
    widget.deleteLater()
    await asyncio.wait([task])
    assert task.cancelled() and bench.cancelled
    assert bench.problems == []


async def test_an_owner_may_outlive_its_tasks_and_the_reverse() -> None:
    bench = Bench()
    gone = QObject()
    finish = asyncio.Event()

    async def stubborn() -> None:
        bench.begun.set()
        try:
            await finish.wait()
        except asyncio.CancelledError:
            await finish.wait()  # goes on for a while after it was told to end

    task = bench.tasks.start(stubborn(), gone)
    await bench.begun.wait()
    gone.deleteLater()
    destroyed = asyncio.Event()
    gone.destroyed.connect(destroyed.set)
    await destroyed.wait()
    finish.set()
    await task
    assert bench.problems == []


async def test_close_cancels_what_is_left_and_waits_for_it() -> None:
    bench = Bench()
    task = bench.tasks.start(bench.wait(), bench.owner)
    await bench.begun.wait()
    await bench.tasks.close()
    assert task.cancelled() and bench.cancelled
    assert bench.problems == []


async def test_after_that_nothing_is_begun() -> None:
    bench = Bench()
    await bench.tasks.close()
    assert bench.tasks.start(bench.wait(), bench.owner).cancelled()
    assert not bench.begun.is_set()
    assert bench.problems == []


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_dialog_can_be_awaited(accepted: bool) -> None:
    parent = QWidget()
    dialog = QDialog(parent)
    gone: list[int] = []
    dialog.destroyed.connect(lambda: gone.append(1))
    answer = asyncio.ensure_future(answered(dialog))
    await until(dialog.isVisible)
    (dialog.accept if accepted else dialog.reject)()
    assert await answer is accepted
    await until(lambda: bool(gone))


async def test_a_dialog_that_nobody_waits_for_any_more_goes() -> None:
    parent = QWidget()
    dialog = QDialog(parent)
    gone: list[int] = []
    dialog.destroyed.connect(lambda: gone.append(1))
    answer = asyncio.ensure_future(answered(dialog))
    await until(dialog.isVisible)
    answer.cancel()
    await asyncio.wait([answer])
    await until(lambda: bool(gone))


# The clock.


class Watched:
    """Something that may be live, and who looks at it."""

    def __init__(self) -> None:
        self.live = False
        self.fast = self.slow = 0
        self.clock = Clock(lambda: self.live)
        self.clock.watch(self._fast)
        self.clock.watch(self._slow, slow=True)

    def _fast(self) -> None:
        self.fast += 1

    def _slow(self) -> None:
        self.slow += 1

    @property
    def timers(self) -> list[QTimer]:
        return [timer for timer in self.clock.findChildren(QTimer) if timer.isActive()]


async def test_without_anything_live_there_is_no_timer() -> None:
    watched = Watched()
    assert not watched.clock.ticking
    assert watched.timers == []
    watched.clock.wake()
    await until(lambda: not watched.clock.ticking)
    assert (watched.fast, watched.slow) == (1, 1)
    assert watched.timers == []


async def test_tables_look_less_often_and_everybody_looks_at_the_end() -> None:
    watched = Watched()
    watched.live = True
    watched.clock.wake()
    await until(lambda: watched.fast >= 3 * SLOW)
    fast, slow = watched.fast, watched.slow
    assert slow == fast // SLOW
    watched.live = False
    await until(lambda: not watched.clock.ticking)
    assert watched.slow > watched.fast // SLOW  # the last look is everybody's
    assert watched.timers == []


async def test_those_that_look_less_often_take_different_frames() -> None:
    frames: list[list[int]] = [[] for _ in range(SLOW)]
    ticks: list[int] = []
    clock = Clock(lambda: True)
    clock.watch(lambda: ticks.append(len(ticks)))
    for seen in frames:
        clock.watch(partial(lambda seen: seen.append(len(ticks)), seen), slow=True)
    clock.wake()
    await until(lambda: len(ticks) >= 3 * SLOW)
    clock.stop()
    looked = sorted(frame for seen in frames for frame in seen)
    assert looked == sorted(set(looked))  # never two in one
    assert {two - one for seen in frames for one, two in pairwise(seen)} == {SLOW}


async def test_one_that_can_wait_lets_full_frames_pass_but_not_forever() -> None:
    frames: list[str] = []
    clock = Clock(lambda: True)

    def busy() -> None:
        frames.append("busy")
        until_then = time.perf_counter() + 2 * SPARE
        while time.perf_counter() < until_then:
            pass

    clock.watch(busy)
    clock.watch(lambda: frames.append("patient"), patient=True)
    clock.wake()
    await until(lambda: len(frames) >= 3 * (PATIENCE + 2))
    clock.stop()
    assert frames[: 3 * (PATIENCE + 2)] == [*["busy"] * (PATIENCE + 1), "patient"] * 3
    clock.look()
    assert frames[-2:] == ["busy", "patient"]  # the last look is everybody's


async def test_it_can_be_woken_twice_and_again() -> None:
    watched = Watched()
    watched.live = True
    watched.clock.wake()
    watched.clock.wake()
    assert len(watched.timers) == 1
    watched.clock.stop()
    assert not watched.clock.ticking
    before = watched.fast
    watched.clock.wake()
    await until(lambda: watched.fast > before)
    watched.clock.stop()


async def test_somebody_can_ask_for_a_look_now() -> None:
    watched = Watched()
    watched.clock.look()
    assert (watched.fast, watched.slow) == (1, 1)
    assert not watched.clock.ticking
