"""The same turn many times."""

from __future__ import annotations

import asyncio

import pytest

from playground.core.patterns import Patterns
from playground.core.problem import Failure
from playground.core.session import Run
from playground.core.variables import Variable
from playground.engine import repeating
from playground.engine.agreement import repeated
from tests.engine.conftest import Opening


async def test_all_are_siblings_that_ask_the_same_and_are_compared(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses")
        session.call.patterns = Patterns(reuse=60)
        before = await bench.ask(session, "Before.")
        runs = repeating.asked(bench.workspace, session, 5, "What is the capital of Norway?")
        ended: list[str] = []
        await repeating.go(bench.workspace, runs, 2, ended=lambda run: ended.append(run.id))
        assert sorted(ended) == sorted(run.id for run in runs)
        assert {run.parent for run in runs} == {before.id}
        assert [run.transcript.outcome for run in runs] == ["completed"] * 5
        assert len(bench.sandbox.log("capital of Norway")) == 5, "each of them was sent"
        assert repeating.rounds(session, runs[3]) == runs
        assert repeating.rounds(session, before) == [before]
        assert repeated(runs).texts.of == 5
        more = repeating.again(bench.workspace, session, runs[0], 2)
        await repeating.go(bench.workspace, more, 1)
        assert repeating.rounds(session, runs[0]) == [*runs, *more]


async def test_only_so_many_are_under_way_and_whoever_waits_can_be_stopped(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session("responses")
        runs = repeating.asked(bench.workspace, session, 6, "One after another.")
        most = 0

        def count(run: Run) -> None:
            nonlocal most
            begun = [one for one in runs if one.transcript.legs]
            most = max(most, sum(one.transcript.outcome is None for one in begun))

        going = asyncio.ensure_future(repeating.go(bench.workspace, runs, 1, ended=count))
        await asyncio.sleep(0)
        bench.workspace.stop(runs[4])
        await going
        assert most <= 1
        assert runs[4].transcript.outcome == "stopped"
        assert runs[4].transcript.legs == 0
        assert [run.transcript.outcome for run in runs].count("completed") == 5


async def test_another_question_is_not_one_of_them(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("chat")
        one = await bench.ask(session, "One.")
        await bench.workspace.go(bench.workspace.edit(session, one, "Two."))
        same = await bench.workspace.go(bench.workspace.again(session, one))
        session.call = session.call.model_copy(update={"fields": {"temperature": 1}})
        await bench.workspace.go(bench.workspace.again(session, one))
        bench.workspace.insert(session, "user", "Not sent.")
        assert repeating.rounds(session, one) == [one, same]
        assert repeating.rounds(session, None) == []


async def test_without_a_value_there_is_no_turn_at_all(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session("responses")
        session.call = session.call.model_copy(update={"variables": [Variable(name="city")]})
        with pytest.raises(Failure, match="city"):
            repeating.asked(bench.workspace, session, 4, "Where is {{city}}?")
        assert session.runs == {}
        session.call = session.call.model_copy(update={"values": {"city": "Oslo"}})
        runs = repeating.asked(bench.workspace, session, 3, "Where is {{city}}?")
        assert repeating.rounds(session, runs[0]) == runs
