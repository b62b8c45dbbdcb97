"""An answer of a million events: whole, in order, nothing dropped, in memory and on the disk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from playground import app
from playground.core.problem import Problem
from playground.core.recording import WIRE
from playground.store.home import Home
from tests.benchmarks.recorded import streamed
from tests.processes import sandbox

MILLION = 1_000_000


@pytest.mark.slow
@pytest.mark.timeout(0)  # how long it takes is the machine's affair
def test_a_million_events_of_the_sandbox_arrive_whole(tmp_path: Path) -> None:
    problems: list[Problem] = []

    async def check(base_url: str) -> int:
        """How many bytes came."""
        async with app.opened(Home.at(tmp_path / "home", {}), problems.append, {}) as opened:
            run = await streamed(opened, base_url, MILLION)
            seen, recording = run.transcript, run.recording
            assert (seen.outcome, seen.misread, seen.repairs) == ("completed", {}, [])
            said, numbers = [], []
            for event in recording:
                if event.kind in WIRE:
                    data, wrong = event.json()
                    assert not wrong
                    numbers.append(data["sequence_number"])
                    if data["type"] == "response.output_text.delta":
                        said.append(data["delta"])
            assert numbers == list(range(len(numbers)))
            assert len(said) == MILLION and "".join(said) == seen.text
            assert data["response"]["output"][0]["content"][0]["text"] == seen.text
            times = list(recording.times)
            assert times == sorted(times)
            kept = (await opened.sessions.run(run.id)).recording
            assert kept.kinds == recording.kinds and kept.raws == recording.raws
            return sum(len(raw) for raw, kind in zip(kept.raws, kept.kinds, strict=True)
                       if kind in WIRE)  # fmt: skip

    with sandbox() as server:
        came = asyncio.run(check(server.base_url))
        (request,) = server.log("As much as you can.")
    assert (request["state"], request["sent"]) == ("finished", came)
    assert problems == [], json.dumps([problem.title for problem in problems])
