"""Requests at once: who waits, in which order, and what for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from playground.core.profile import Profile
from playground.engine.gates import LONGEST, Gates

ONE = Profile(id="one", name="One", at_once=1)


class Clock:
    """Time that goes by when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def gates(clock: Clock) -> Gates:
    return Gates(clock.sleep, clock.now, clock.now)


async def settled() -> None:
    """Everybody has gone as far as he can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Asking:
    """Requests that go on until they are told to end."""

    def __init__(self, gates: Gates, profile: Profile = ONE) -> None:
        self.gates, self.profile = gates, profile
        self.entered: list[int] = []
        self.told: dict[int, list[str]] = {}
        self.over: dict[int, asyncio.Event] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, number: int) -> None:
        self.over[number] = asyncio.Event()
        self.told[number] = []
        self.tasks[number] = asyncio.ensure_future(self._go(number))

    async def _go(self, number: int) -> None:
        def told(words: str, seconds: float) -> None:
            self.told[number].append(words)

        async with self.gates.place(self.profile, told):
            self.entered.append(number)
            await self.over[number].wait()

    async def end(self, number: int) -> None:
        self.over[number].set()
        await self.tasks[number]
        await settled()


async def test_who_came_first_goes_first_and_the_others_are_told_where_they_stand() -> None:
    asking = Asking(gates(Clock()))
    for number in range(4):
        asking.begin(number)
    await settled()
    assert asking.entered == [0]
    assert asking.told[3] == ["Waiting for a free place at One (3rd)"]
    await asking.end(0)
    assert asking.entered == [0, 1]
    assert asking.told[1] == ["Waiting for a free place at One (1st)"]
    assert asking.told[3][-1] == "Waiting for a free place at One (2nd)"
    for number in (1, 2, 3):
        await asking.end(number)
    assert asking.entered == [0, 1, 2, 3]


async def test_as_many_go_at_once_as_the_profile_says_and_other_profiles_do_not_count() -> None:
    both = gates(Clock())
    two = Asking(both, Profile(id="two", name="Two", at_once=2))
    any_number = Asking(both, Profile(id="any", name="Any"))
    for number in range(3):
        two.begin(number)
        any_number.begin(number)
    await settled()
    assert two.entered == [0, 1]
    assert any_number.entered == [0, 1, 2]
    for asking in (two, any_number):
        for number in range(3):
            await asking.end(number)


async def test_whoever_stops_waiting_leaves_the_line() -> None:
    asking = Asking(gates(Clock()))
    for number in range(3):
        asking.begin(number)
    await settled()
    asking.tasks[1].cancel()
    await settled()
    assert asking.told[2][-1] == "Waiting for a free place at One (1st)"
    await asking.end(0)
    assert asking.entered == [0, 2]
    await asking.end(2)


async def test_a_request_that_fails_gives_its_place_back() -> None:
    both = gates(Clock())
    with pytest.raises(ZeroDivisionError):
        async with both.place(ONE, lambda *_: None):
            raise ZeroDivisionError
    async with both.place(ONE, lambda *_: None):
        pass


def headers(remaining: str, reset: str, of: str = "requests") -> dict[str, str]:
    return {f"x-ratelimit-remaining-{of}": remaining, f"x-ratelimit-reset-{of}": reset}


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        (headers("0", "2s"), 2.0),
        (headers("0", "6m0s"), 0.0),  # too long: the server is asked, and says so itself
        (headers("1", "2s"), 0.0),
        (headers("0", "1m30s", "tokens"), 90.0),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "7"}, 7.0),
        ({"x-ratelimit-remaining-requests": "0"}, 0.0),
        ({}, 0.0),
    ],
)
async def test_the_next_request_waits_until_there_is_something_left_of_a_limit(
    said: dict[str, str], waited: float
) -> None:
    clock = Clock()
    both = gates(clock)
    told: list[tuple[str, float]] = []

    def tell(words: str, seconds: float) -> None:
        told.append((words, seconds))

    async with both.place(ONE, tell) as place:
        place.heard(said)
    async with both.place(ONE, tell):
        assert clock.time == 1000.0 + waited
    assert told == ([("Waiting until One takes requests again", waited)] if waited else [])
    assert waited <= LONGEST


async def test_where_nobody_set_a_number_nobody_waits() -> None:
    clock = Clock()
    both = gates(clock)
    free: Callable[[str, float], None] = lambda *_: None  # noqa: E731
    for _ in range(2):
        async with both.place(Profile(id="free", name="Free"), free) as place:
            place.heard(headers("0", "2s"))
    assert clock.slept == []
