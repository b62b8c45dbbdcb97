"""The parts that need no socket: tokens, the almanac, the pace, the scenario files."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.resources import resource
from playground.sandbox import tokens
from playground.sandbox.almanac import almanac, factors, roman
from playground.sandbox.manners import Calls, Failed, Manners
from playground.sandbox.play import CutError, Frame, play
from playground.sandbox.scenario import (
    BrokenScenarioError,
    Pace,
    Scenario,
    load,
    load_all,
)
from playground.sandbox.transport import Insert, Replacement, Transport
from playground.sandbox.trouble import Failure, Fault


@given(st.text())
def test_pieces_join_to_the_text(text: str) -> None:
    pieces = tokens.split(text)
    assert "".join(pieces) == text
    assert tokens.count(text) == len(pieces)
    assert all(pieces)


def test_pieces_are_about_the_size_of_tokens() -> None:
    assert tokens.split("Hello there, it is 2026!") == (
        "Hello", " there", ",", " it", " is", " 202", "6", "!",
    )  # fmt: skip
    assert tokens.split("你好。한국") == ("你", "好", "。", "한", "국")


def test_the_almanac_tells_the_truth() -> None:
    text = almanac(120)
    told = re.findall(r"^- \*\*(\d+)\*\* (.*)$", text, re.M)
    assert [int(number) for number, _ in told] == list(range(1, 121))
    for word, remark in told[1:]:
        number = int(word)
        divisors = [n for n in range(1, number + 1) if number % n == 0]
        total = sum(divisors) - number
        assert remark.startswith("is prime") == (len(divisors) == 2)
        if len(divisors) > 2:
            kind = "perfect" if total == number else "abundant" if total > number else "deficient"
            assert f"has {len(divisors)} divisors; the proper ones add up to {total}" in remark
            assert f"so it is {kind}" in remark
        squares = re.findall(r"the square of (\d+)", remark)
        assert [int(root) ** 2 for root in squares] == [number] * (number**0.5 % 1 == 0)
        for rows in re.findall(r"has (\d+) rows", remark):
            assert sum(range(int(rows) + 1)) == number
    assert factors(360) == {2: 3, 3: 2, 5: 1}
    assert roman(1994) == "MCMXCIV"


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Sink:
    def __init__(self, clock: Clock, slow: float = 0.0) -> None:
        self._clock = clock
        self._slow = slow
        self.writes: list[tuple[float, bytes]] = []

    def write(self, data: bytes) -> None:
        self.writes.append((round(self._clock.now - 100.0, 6), data))

    async def drain(self) -> None:
        self._clock.now += self._slow


def played(pace: Pace, fault: Fault | None = None, slow: float = 0.0) -> list[tuple[float, bytes]]:
    clock = Clock()
    sink = Sink(clock, slow)
    frames = [Frame(b"<", False), *(Frame(b"%d" % n, True) for n in range(4)), Frame(b">", False)]
    asyncio.run(play(frames, sink, pace, fault, clock, clock.sleep))
    return sink.writes


def test_deltas_keep_their_moments() -> None:
    assert played(Pace(per_second=10, first_ms=500)) == [
        (0.0, b"<"), (0.5, b"0"), (0.6, b"1"), (0.7, b"2"), (0.8, b"3"), (0.8, b">"),
    ]  # fmt: skip


def test_a_late_delta_does_not_delay_the_next() -> None:
    late = played(Pace(per_second=10), slow=0.25)
    assert [data for _, data in late] == [b"<", b"0", b"1", b"2", b"3", b">"]
    assert [moment for moment, _ in late] == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25]
    assert [moment for moment, _ in played(Pace(per_second=10), slow=0.01)][1:5] == [
        0.01, 0.11, 0.21, 0.31,
    ]  # fmt: skip


def test_events_can_share_a_write() -> None:
    assert played(Pace(per_second=10, per_chunk=2)) == [
        (0.0, b"<"), (0.0, b"01"), (0.2, b"23"), (0.2, b">"),
    ]  # fmt: skip
    assert played(Pace(per_chunk=100)) == [(0.0, b"<"), (0.0, b"0123>")]


def test_a_cut_comes_after_its_deltas() -> None:
    clock = Clock()
    sink = Sink(clock)
    frames = [Frame(b"<", False), *(Frame(b"%d" % n, True) for n in range(4))]
    with pytest.raises(CutError):
        fault = Fault(kind="cut", after_deltas=2)
        asyncio.run(play(frames, sink, Pace(per_chunk=9), fault, clock, clock.sleep))
    assert b"".join(data for _, data in sink.writes) == b"<01"


def test_a_stall_never_ends_by_itself() -> None:
    async def drive() -> None:
        clock = Clock()
        sink = Sink(clock)
        fault = Fault(kind="stall", after_deltas=1)
        frames = [Frame(b"0", True), Frame(b"1", True)]
        task = asyncio.create_task(play(frames, sink, Pace(), fault, clock, clock.sleep))
        done, _ = await asyncio.wait([task], timeout=0.05)
        assert not done
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sink.writes == [(0.0, b"0")]

    asyncio.run(drive())


def test_the_scenarios_of_the_project(scenarios: dict[str, Scenario]) -> None:
    assert next(iter(scenarios)) == "sandbox"
    names = list(scenarios)[1:]
    assert names == sorted(names, key=lambda name: ("/" in name, name)), "folders come last"
    readme = resource("scenarios", "README.md").read_text("utf-8")
    for name in Scenario.model_fields:
        assert name == "name" or f"| `{name}` |" in readme
    for model in (Transport, Manners, Calls, Failed, Failure, Fault, Insert, Replacement):
        for name in model.model_fields:
            assert re.search(rf"[`\"]{name}[`\":]", readme), f"{model.__name__}.{name}"
    for name, scenario in scenarios.items():
        assert scenario.name == name
        assert scenario.about.endswith(".") and len(scenario.about) < 100


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "JSON"),
        ({"reply": [{"text": "x"}]}, "about"),
        ({"about": "x"}, "reply"),
        ({"about": "x", "reply": [{"text": "x"}], "speed": 3}, "speed"),
        ({"about": "x", "reply": [{"tekst": "x"}]}, "tekst"),
        ({"about": "x", "reply": [{"text": "Hello {{nobody}}"}]}, "unknown placeholder nobody"),
        ({"about": "x", "reply": [{"text": "x"}], "always_fails": True}, "need `failures`"),
        ({"about": "x", "reply": [{"text": "x"}], "failures": [{"status": 500}]}, "either"),
        ({"about": "x", "reply": [{"text": "x"}], "pace": {"per_second": -1}}, "per_second"),
    ],
)
def test_a_broken_scenario_says_what_is_wrong(tmp_path: Path, content: Any, says: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(BrokenScenarioError, match=re.escape(says)) as caught:
        load(path)
    assert str(path) in str(caught.value)
    with pytest.raises(BrokenScenarioError):
        load_all(tmp_path)


def test_lines_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"about": "x", "reply": [{"text": ["a", "", "b"]}]}))
    scenario = load(path)
    assert scenario.name == "mine"
    assert scenario.reply[0].model_dump(exclude_unset=True) == {"text": "a\n\nb"}


def test_a_scenario_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(BrokenScenarioError):
        load(tmp_path / "none.json")
