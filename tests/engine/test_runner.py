"""The real runner against the sandbox process, without a window."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import WIRE
from playground.core.session import Run
from playground.core.snapshot import snapshot
from playground.core.transcript import Transcript, replay
from playground.endpoints import BY_ID
from playground.store.home import Home
from playground.wire.limits import Limits
from tests.engine.conftest import Opening

APIS = ("responses", "chat")

OUTCOMES: dict[str, tuple[str, str | None, str | None]] = {
    # scenario: outcome, the server's word for it in Responses, in Chat Completions
    "sandbox": ("completed", "stop", "stop"),
    "prose": ("completed", "stop", "stop"),
    "long": ("completed", "stop", "stop"),
    "load": ("completed", "stop", "stop"),
    "reasoning": ("completed", "stop", "stop"),
    "reasoning-open": ("completed", "stop", "stop"),
    "tools": ("completed", "stop", "tool_calls"),
    "server-error": ("completed", "stop", "stop"),
    "refusal": ("refused", "stop", "stop"),
    "incomplete": ("incomplete", "max_output_tokens", "length"),
    "content-filter": ("incomplete", "content_filter", "content_filter"),
    "failed": ("failed", "server_error", "server_error"),
    "cut": ("truncated", None, None),
    "html": ("failed", None, None),
    "unauthorized": ("failed", "invalid_api_key", "invalid_api_key"),
    "quota": ("failed", "insufficient_quota", "insufficient_quota"),
}


async def until(state: Callable[[], bool]) -> None:
    """The test's own limit ends it when that never happens."""
    while not state():  # noqa: ASYNC110  nothing tells of what a transcript says
        await asyncio.sleep(0.002)


def facts(run: Run) -> list[str]:
    """Our own facts on a recording, in order."""
    return [event.kind for event in run.recording if event.kind not in WIRE]


def picture(transcript: Transcript) -> dict[str, Any]:
    """All that a transcript shows. How often it was looked at (`rev`) is not part of it."""
    row = snapshot(transcript)
    return {**row, "rev": 0, "items": [{**item, "rev": 0} for item in row.get("items", ())]}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("scenario", OUTCOMES)
async def test_every_scenario_has_its_outcome_and_reads_the_same_again(
    scenario: str, api: str, opening: Opening
) -> None:
    async with opening() as bench:
        run = await bench.ask(bench.session(api, scenario), f"{scenario} over {api}")
        seen = run.transcript
        reasons = OUTCOMES[scenario]
        assert seen.outcome == reasons[0]
        assert seen.finish_reason == reasons[1 if api == "responses" else 2]
        assert (seen.problem is None) == (seen.outcome in ("completed", "refused", "incomplete"))
        assert not seen.misread
        assert facts(run)[-1] == "ended"
        assert bench.problems == []

        again = replay(run.recording, BY_ID[api].reduce)
        assert picture(again) == picture(seen)
        kept = await bench.app.sessions.run(run.id)
        assert kept.recording.events == run.recording.events
        assert picture(kept.transcript) == picture(seen)


@pytest.mark.parametrize("api", APIS)
async def test_a_prefix_of_a_recording_reads_as_the_run_did_then(
    api: str, opening: Opening
) -> None:
    async with opening() as bench:
        run = await bench.ask(bench.session(api, "reasoning"), "piece by piece")
    events = run.recording.events
    live = Run("r", "s", None, run.call, "p", [], BY_ID[api].reduce)
    for number, event in enumerate(events):
        live.take([event])
        if number % 7 == 0 or number == len(events) - 1:
            seen = replay(events[: number + 1], BY_ID[api].reduce)
            assert picture(seen) == picture(live.transcript)


async def test_a_pause_that_the_server_asks_for_is_kept_and_counted(opening: Opening) -> None:
    async with opening() as bench:
        run = await bench.ask(bench.session("chat", "rate-limit"), "too fast")
        seen = run.transcript
        assert (seen.outcome, seen.requests, seen.retries, seen.legs) == ("completed", 2, 1, 1)
        retry = next(event for event in run.recording if event.kind == "retry")
        assert json.loads(retry.raw)["after"] == 1
        attempts = [row["attempt"] for row in bench.sandbox.log("too fast")]
        assert attempts == [1, 2]
        assert seen.problem is None


async def test_no_attempt_is_made_where_none_is_left(opening: Opening) -> None:
    async with opening() as bench:
        bench.app.limits = {"retries": 0}
        run = await bench.ask(bench.session("responses", "rate-limit-always"), "never again")
        seen = run.transcript
        assert (seen.outcome, seen.requests, seen.retries) == ("failed", 1, 0)
        assert seen.problem is not None
        assert (seen.problem.status, seen.problem.remedy) == (429, "wait")
        assert seen.problem.retry_after == 1


@pytest.mark.parametrize("api", APIS)
async def test_stop_closes_the_socket_and_keeps_what_arrived(api: str, opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(api, "stall")
        run = bench.workspace.ask(session, f"stop {api}")
        task = asyncio.ensure_future(bench.workspace.go(run))
        await until(lambda: "fall silent." in run.transcript.text)
        assert run.running
        bench.workspace.stop(run)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not run.running
        assert run.transcript.outcome == "stopped"
        assert facts(run)[-1] == "stopped"
        (row,) = bench.sandbox.log(f"stop {api}")
        assert row["state"] == "left"
        kept = await bench.app.sessions.run(run.id)
        assert kept.transcript.text == run.transcript.text
        assert kept.transcript.outcome == "stopped"


async def test_stop_right_after_the_start_stops(opening: Opening) -> None:
    async with opening() as bench:
        run = bench.workspace.ask(bench.session("responses", "stall"), "at once")
        task = asyncio.ensure_future(bench.workspace.go(run))
        bench.workspace.stop(run)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert run.transcript.outcome == "stopped"
        kept = await bench.app.sessions.run(run.id)
        assert kept.transcript.outcome == "stopped"
        assert str(kept.input[0].text) == "at once"
        assert bench.workspace.running == {}


async def test_a_server_that_falls_silent_is_given_up(opening: Opening) -> None:
    async with opening() as bench:
        bench.app.limits = {"idle": 1.0}
        run = await bench.ask(bench.session("responses", "stall"), "silence")
        seen = run.transcript
        assert seen.outcome == "timed_out"
        assert seen.problem is not None
        assert seen.problem.remedy == "raise_limit"
        assert seen.text.startswith("In a moment")
        (row,) = bench.sandbox.log("silence")
        assert row["state"] == "left"


async def test_a_server_that_never_begins_is_given_up(opening: Opening) -> None:
    async with opening() as bench:
        bench.app.limits = {"first_token": 0.2, "retries": 0}
        session = bench.session("responses", "slow")
        session.call = session.call.model_copy(update={"fields": {}, "stream": False})
        run = await bench.ask(session, "never begins")
        assert run.transcript.outcome == "timed_out"
        assert run.transcript.problem is not None
        assert run.transcript.problem.remedy == "raise_limit"


async def test_a_dead_host_is_a_sentence(opening: Opening) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody answers and nobody else can
        port = taken.getsockname()[1]
        async with opening() as bench:
            bench.app.limits = {"retries": 0}
            dead = Profile(id="dead", name="Dead", base_url=f"http://127.0.0.1:{port}")
            bench.app.adopt(dead)
            session = bench.workspace.new_session(dead)
            session.call = session.call.model_copy(update={"model": "m"})
            run = await bench.ask(session, "anybody?")
    seen = run.transcript
    assert (seen.outcome, seen.requests) == ("failed", 1)
    assert seen.problem is not None
    assert seen.problem.remedy == "retry"
    assert str(port) in seen.problem.title
    assert seen.timing.end is not None


@pytest.mark.parametrize("api", APIS)
async def test_the_first_model_is_taken_when_none_is_named(api: str, opening: Opening) -> None:
    async with opening() as bench:
        bench.app.adopt(bench.profile.model_copy(update={"model": ""}))
        run = await bench.ask(bench.session(api, ""), f"any model {api}")
        assert run.call.model == "sandbox"
        assert run.transcript.outcome == "completed"


async def test_a_model_that_is_not_there_is_said_by_the_server(opening: Opening) -> None:
    async with opening() as bench:
        run = await bench.ask(bench.session("chat", "gpt-none"), "who?")
        problem = run.transcript.problem
        assert problem is not None
        assert (problem.status, problem.code) == (404, "model_not_found")
        assert problem.remedy == "choose_model"
        assert "gpt-none" in problem.detail


async def test_a_profile_that_is_gone_fails_the_run_and_keeps_the_message(
    opening: Opening,
) -> None:
    async with opening() as bench:
        session = bench.session()
        session.profile = "gone"
        run = await bench.ask(session, "still here")
        assert run.transcript.outcome == "failed"
        assert run.transcript.problem is not None
        assert run.transcript.problem.remedy == "switch_profile"
        kept = await bench.app.sessions.run(run.id)
        assert (kept.transcript.outcome, str(kept.input[0].text)) == ("failed", "still here")


@pytest.mark.logs
async def test_a_mistake_of_ours_ends_the_run_with_a_report(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("ours")

    async with opening() as bench:
        monkeypatch.setattr(bench.app.runner, "address", broken)
        run = await bench.ask(bench.session(), "break")
        seen = run.transcript
        assert seen.outcome == "failed"
        assert seen.problem is not None and seen.problem.bug
        assert "ZeroDivisionError" in seen.problem.facts["traceback"]
        assert [problem.bug for problem in bench.problems] == [True]
        kept = await bench.app.sessions.run(run.id)
        assert kept.transcript.outcome == "failed"


@pytest.mark.parametrize("api", APIS)
async def test_usage_is_the_servers_and_the_cost_of_a_scripted_answer_nothing(
    api: str, opening: Opening
) -> None:
    async with opening() as bench:
        run = await bench.ask(bench.session(api), "count me")
        used = run.transcript.usage
        assert used is not None
        assert used.basis == "reported"
        assert used.input > 0 and used.output > 0
        totals = await bench.app.sessions.usage_of(run.session)
        assert (totals.input, totals.output) == (used.input, used.output)


async def test_tokens_that_the_server_does_not_report_are_counted_here(opening: Opening) -> None:
    async with opening() as bench:
        quiet = bench.profile.quirks.model_copy(update={"stream_usage": False})
        bench.app.adopt(bench.profile.model_copy(update={"quirks": quiet}))
        run = await bench.ask(bench.session("chat"), "nobody counts me")
        used = run.transcript.usage
        assert used is not None
        assert used.basis == "estimated"
        assert used.input > 0 and used.output > 0
        again = replay(run.recording, BY_ID["chat"].reduce)
        assert picture(again) == picture(run.transcript)


@pytest.mark.parametrize("api", APIS)
async def test_an_answer_that_is_not_streamed_is_the_same(api: str, opening: Opening) -> None:
    async with opening() as bench:
        streamed, whole = bench.session(api), bench.session(api)
        whole.call = whole.call.model_copy(update={"stream": False})
        first = await bench.ask(streamed, "both ways")
        second = await bench.ask(whole, "both ways")
        assert second.transcript.text == first.transcript.text
        assert second.transcript.outcome == "completed"
        assert second.transcript.usage == first.transcript.usage
        replayed = replay(second.recording, BY_ID[api].reduce)
        assert picture(replayed) == picture(second.transcript)


async def test_leaving_in_the_middle_stops_what_runs_and_writes_it(
    opening: Opening,
) -> None:
    async with opening() as bench:
        runs = [bench.workspace.ask(bench.session(api, "stall"), "leaving") for api in APIS]
        tasks = [asyncio.ensure_future(bench.workspace.go(run)) for run in runs]
        await until(lambda: all(run.transcript.text for run in runs))
    assert all(task.cancelled() for task in tasks)
    assert [row["state"] for row in bench.sandbox.log("leaving")] == ["left", "left"]
    async with opening() as bench:
        for run in runs:
            kept = await bench.app.sessions.run(run.id)
            assert kept.transcript.outcome == "stopped"
            assert kept.transcript.text == run.transcript.text


async def test_a_second_process_on_the_home_leaves_a_living_run_alone(opening: Opening) -> None:
    async with opening() as first:
        run = first.workspace.ask(first.session("responses", "stall"), "alive")
        task = asyncio.ensure_future(first.workspace.go(run))
        await until(lambda: bool(run.transcript.text))
        async with opening() as second:
            (row,) = await second.app.sessions.list()
            assert row.running
        assert run.running
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert run.transcript.outcome == "stopped"


async def test_a_home_that_cannot_be_used_leaves_nothing_open(
    opening: Opening, tmp_path: Path
) -> None:
    home = Home.at(tmp_path / "home", {}).prepare()
    home.database.write_bytes(b"this is no database, but a note of somebody" * 100)
    with pytest.raises(Failure) as caught:
        async with opening():
            raise AssertionError("it opened")
    assert caught.value.problem.remedy == "open_folder"
    assert home.database.read_bytes().startswith(b"this is no database")
    assert list(home.owners.iterdir()) == []


def test_limits_of_the_command_line_win(opening: Opening) -> None:
    async def look() -> Limits:
        async with opening() as bench:
            bench.app.settings.limits.idle = 7
            bench.app.limits = {"retries": 5}
            return bench.workspace.limits()

    assert asyncio.run(look()) == Limits(idle=7, retries=5)
