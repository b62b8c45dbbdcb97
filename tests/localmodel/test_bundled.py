"""LocalModel: when it is fit, and in which words it is not. Stand-ins are real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.engine.child import Child
from playground.localmodel.bundled import LocalModel

LIMIT = 120
"""Seconds after which a test that still waits has failed."""


class Patient(Child):
    """Is given all the time it needs to announce itself, whatever the limit."""

    async def start(self, limit: float = LIMIT) -> dict[str, Any]:
        return await super().start(LIMIT)


STAND_IN = str(Path(__file__).with_name("stand_in.py"))


class Launches:
    """Starts stand-ins, and remembers what it was asked for."""

    def __init__(self, *behaviours: str) -> None:
        self._behaviours = list(behaviours)
        self.variables: list[Mapping[str, str]] = []

    def __call__(self, variables: Mapping[str, str]) -> Child:
        self.variables.append(variables)
        behaviour = self._behaviours.pop(0)
        argv = [sys.executable, STAND_IN, behaviour]
        made = Child if behaviour == "silent" else Patient
        return made(argv, {**os.environ, **variables}, name="The bundled model")


def silent(_: str) -> None:
    pass


def here() -> str | None:
    return None


def played(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scene; it must leave no task behind."""

    async def run() -> None:
        async with asyncio.timeout(LIMIT):
            await scene()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())


def test_a_fit_model() -> None:
    async def scene() -> None:
        launches = Launches("fit")
        model = LocalModel(launches, here)
        assert model.running is None
        said: list[str] = []
        running = await model.start(said.append)
        assert running.base_url.startswith("http://127.0.0.1:")
        assert running.speed == 40.5
        assert said[0] == "starting the bundled model"
        assert said[-1] == "measuring its speed"
        assert model.running is running
        assert await model.start(silent) is running
        # A key of this start, and nobody reads it by accident.
        assert [running.key.get_secret_value()] == [*launches.variables[0].values()]
        assert running.key.get_secret_value() not in repr(running)
        await model.stop()
        assert model.running is None
        assert await model.died() == ""

    played(scene)


def test_callers_at_the_same_time_share_one_start() -> None:
    async def scene() -> None:
        launches = Launches("fit")  # a second launch would fail
        model = LocalModel(launches, here)
        said: list[str] = []
        hasty = asyncio.ensure_future(model.start(silent))
        first, second = (asyncio.ensure_future(model.start(said.append)) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()  # one who gives up does not take it from the others
        assert await first is await second
        assert said
        await model.stop()

    played(scene)


def test_each_start_has_its_own_key() -> None:
    async def scene() -> None:
        launches = Launches("fit", "fit")
        model = LocalModel(launches, here)
        first = await model.start(silent)
        os.kill(first.pid, signal.SIGKILL)
        assert await model.died() == "The bundled model was ended by SIGKILL."
        assert model.running is None
        second = await model.start(silent)
        assert second.key.get_secret_value() != first.key.get_secret_value()
        await model.stop()

    played(scene)


@pytest.mark.parametrize(
    ("behaviour", "title", "detail"),
    [
        (
            "slow",
            "The bundled model gives 1.2 tokens a second on this computer, under 2 are of no use.",
            "",
        ),
        ("odd", "The bundled model does not answer.", "an answer without timings"),
        ("silent", "The bundled model was not ready within 0.9 seconds.", ""),
        ("sick", "The bundled model was not healthy within 0.9 seconds.", ""),
        (
            "broken",
            "The bundled model ended with status 1 while it was starting.",
            "the weights are gone",
        ),
    ],
)
def test_an_unfit_model_is_ended_and_says_why(behaviour: str, title: str, detail: str) -> None:
    async def scene() -> None:
        # Those that fail by the limit are given a short one.
        limit = 0.9 if behaviour in ("silent", "sick") else LIMIT
        model = LocalModel(Launches(behaviour), here, limit=limit)
        with pytest.raises(Failure) as caught:
            await model.start(silent)
        assert (caught.value.problem.title, caught.value.problem.detail) == (title, detail)
        assert model.running is None
        await model.died()  # would wait for ever, had it been left running

    played(scene)


def test_one_that_does_not_answer_in_time_is_too_slow() -> None:
    async def scene() -> None:
        model = LocalModel(Launches("mute"), here, slowest=30)
        with pytest.raises(Failure, match="gives under 30 tokens a second"):
            await model.start(silent)
        await model.died()

    played(scene)


def test_a_start_can_be_stopped() -> None:
    async def scene() -> None:
        model = LocalModel(Launches("mute", "fit"), here)
        said: list[str] = []
        measuring = asyncio.Event()

        def watch(words: str) -> None:
            said.append(words)
            if words.startswith("measuring"):
                measuring.set()

        starting = asyncio.ensure_future(model.start(watch))
        await measuring.wait()
        await model.stop()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert model.running is None
        assert (await model.start(silent)).speed == 40.5  # and begun again
        await model.stop()

    played(scene)


def test_where_it_cannot_be_had_nothing_is_started() -> None:
    async def scene() -> None:
        launches = Launches()
        model = LocalModel(launches, lambda: "There is no such thing here.")
        with pytest.raises(Failure, match=r"There is no such thing here\."):
            await model.start(silent)
        assert launches.variables == []
        await model.stop()

    played(scene)
