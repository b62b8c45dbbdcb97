"""Patterns around a request, driven through the runner against the sandbox, and read again from the
recording: routing, fallback, recorded answers, and requests that wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from playground.core.budget import Budget
from playground.core.items import Message, Notice, Text
from playground.core.patterns import Patterns, Rule, Target
from playground.core.profile import Profile, Quirks
from playground.core.recording import WIRE
from playground.core.session import Run, Session
from playground.core.snapshot import snapshot
from playground.core.transcript import PICKING, replay
from playground.endpoints import BY_ID
from playground.engine.accounting import REUSED
from playground.engine.preview import next_request
from playground.export.facts import wrong
from tests.engine.conftest import Bench, Opening

DOWN = "patterns/down"


async def until(state: Callable[[], bool]) -> None:
    """The test's own limit ends it when that never happens."""
    while not state():  # noqa: ASYNC110  nothing tells of what a transcript says
        await asyncio.sleep(0.002)


def facts(run: Run, *kinds: str) -> list[dict[str, Any]]:
    """What our own facts of these kinds say; each of the form that a file of it must have."""
    rows = [event for event in run.recording if event.kind not in WIRE]
    assert [wrong(event.kind, event.raw) for event in rows] == [""] * len(rows)
    return [json.loads(event.raw) for event in rows if event.kind in kinds]


def kinds(run: Run) -> list[str]:
    return [event.kind for event in run.recording if event.kind not in WIRE]


async def told_the_same(bench: Bench, run: Run) -> None:
    """Who reads the run again, from its recording or from the disk, sees the same."""

    def picture(seen: Any) -> dict[str, Any]:
        row = snapshot(seen)
        return {**row, "rev": 0, "items": [{**item, "rev": 0} for item in row.get("items", ())]}

    assert picture(replay(run.recording, BY_ID[run.call.api].reduce)) == picture(run.transcript)
    kept = await bench.app.sessions.run(run.id)
    assert (kept.profile, kept.call.api, kept.call.model) == (
        run.profile,
        run.call.api,
        run.call.model,
    )
    assert picture(kept.transcript) == picture(run.transcript)
    assert kept.recording.events == run.recording.events
    assert kept.cost == run.cost


def there(bench: Bench, api: Any = "chat", **more: Any) -> Profile:
    """Another server, which is the same sandbox."""
    profile = Profile(
        **{"id": "there", "name": "There", "base_url": bench.sandbox.base_url, "api": api,
           "model": "sandbox", **more}
    )  # fmt: skip
    bench.app.adopt(profile)
    return profile


def session(bench: Bench, patterns: Patterns, model: str = "sandbox", **more: Any) -> Session:
    made = bench.session(more.pop("api", "responses"), model, **more)
    made.call = made.call.model_copy(update={"patterns": patterns})
    return made


# Routing.


async def test_a_rule_sends_a_run_elsewhere_and_says_why(opening: Opening) -> None:
    async with opening() as bench:
        there(bench)
        rule = Rule(value="elsewhere", target=Target(profile="there", model="prose"))
        asked = session(bench, Patterns(rules=[rule]), truncation="auto")
        run = await bench.ask(asked, "this goes elsewhere")
        assert run.transcript.outcome == "completed"
        assert (run.profile, run.call.api, run.call.model) == ("there", "chat", "prose")
        (routed,) = facts(run, "routed")
        assert (routed["profile"], routed["model"], routed["rule"]) == ("there", "prose", "rule 1")
        assert "contains “elsewhere”" in routed["words"]
        assert "Not sent there: truncation." in routed["words"]
        (request,) = facts(run, "request")
        assert request["url"].endswith("/chat/completions")
        assert [one.kind for one in run.transcript.detours] == ["routed"]
        await told_the_same(bench, run)
        assert (asked.profile, asked.call.api, asked.call.model) == ("here", "responses", "sandbox")

        plain = await bench.ask(asked, "this does not")
        assert (plain.profile, plain.call.model) == ("here", "sandbox")
        assert "routed" not in kinds(plain)
        assert [str(item.text) for item in plain.input if isinstance(item, Message)] == [
            "this does not"
        ]


async def test_each_server_gets_its_own_key_and_no_others(opening: Opening) -> None:
    keys = {"HERE": "sk-here-000000001", "THERE": "sk-there-00000002"}
    async with opening(keys) as bench:
        bench.app.adopt(bench.profile.model_copy(update={"key_env": "HERE"}), key_env_only=True)
        other = there(bench, key_env="THERE")
        bench.app.adopt(other, key_env_only=True)
        rule = Rule(value="key", target=Target(profile="there"))
        told = f"whose key is it? {keys['THERE']}"
        run = await bench.ask(session(bench, Patterns(rules=[rule])), told)
        (row,) = bench.sandbox.log("whose key is it?")
        assert row["path"].endswith("/chat/completions")
        (request,) = facts(run, "request")
        assert keys["THERE"] not in json.dumps(request)  # of the server that was asked
        raw = b"".join(event.raw for event in run.recording)
        assert keys["HERE"].encode() not in raw
        assert keys["THERE"].encode() not in raw


async def test_a_model_picks_and_what_that_took_is_on_record(opening: Opening) -> None:
    async with opening() as bench:
        there(bench)
        patterns = Patterns(
            picker=Target(model="patterns/second"),
            choices=[Target(about="everything"), Target(profile="there", model="prose", about="p")],
        )
        run = await bench.ask(session(bench, patterns), "who answers?")
        assert (run.profile, run.call.model) == ("there", "prose")
        (routed,) = facts(run, "routed")
        assert routed["rule"] == "picker"
        assert routed["answered"] == "2"
        assert "2. prose at There: p" in routed["asked"]["body"]
        assert routed["ms"] > 0
        used = run.transcript.usages[PICKING]
        assert used.input > 0
        assert run.transcript.usage is not None
        assert run.transcript.usage.input == used.input + run.transcript.usages[0].input
        assert run.transcript.requests == 1, "the run's own"
        asked = [row["path"] for row in bench.sandbox.log("who answers?")]
        assert len(asked) == 2
        await told_the_same(bench, run)


@pytest.mark.parametrize(
    ("picker", "words"),
    [
        ("patterns/undecided", "none of the choices"),
        (DOWN, "could not be asked (The server failed)"),
    ],
)
async def test_where_nobody_picks_the_sessions_own_is_asked(
    picker: str, words: str, opening: Opening
) -> None:
    async with opening() as bench:
        patterns = Patterns(picker=Target(model=picker), choices=[Target(model="prose")])
        run = await bench.ask(session(bench, patterns), "nobody picks")
        assert (run.profile, run.call.model) == ("here", "sandbox")
        assert run.transcript.outcome == "completed"
        (routed,) = facts(run, "routed")
        assert words in routed["words"]
        await told_the_same(bench, run)


async def test_a_target_that_is_gone_and_a_rule_that_cannot_be_read_are_said(
    opening: Opening,
) -> None:
    async with opening() as bench:
        rules = [Rule(sign="matches", value="("), Rule(sign="always", target=Target(profile="x"))]
        run = await bench.ask(session(bench, Patterns(rules=rules)), "still answered")
        assert (run.profile, run.transcript.outcome) == ("here", "completed")
        (routed,) = facts(run, "routed")
        assert "There is no profile 'x'" in routed["words"]
        notices = [item.text for item in run.transcript.items if isinstance(item, Notice)]
        assert len(notices) == 1 and notices[0].startswith("Rule 1 was passed over.")


async def test_what_a_server_keeps_stays_with_it(opening: Opening) -> None:
    async with opening() as bench:
        stateful = Quirks(state="stateful")
        bench.app.adopt(bench.profile.model_copy(update={"quirks": stateful}))
        there(bench, "responses", quirks=stateful)
        rule = Rule(value="elsewhere", target=Target(profile="there"))
        asked = session(bench, Patterns(rules=[rule]))
        asked.call = asked.call.model_copy(update={"state": "previous_response_id"})
        await bench.ask(asked, "first here")
        run = await bench.ask(asked, "then elsewhere")
        body = json.loads(facts(run, "request")[0]["body"])
        assert "previous_response_id" not in body
        assert "first here" in json.dumps(body["input"])
        back = await bench.ask(asked, "and here again")
        body = json.loads(facts(back, "request")[0]["body"])
        assert "then elsewhere" in json.dumps(body["input"])


async def test_a_preview_shows_where_a_rule_sends_it(opening: Opening) -> None:
    async with opening() as bench:
        there(bench)
        rule = Rule(value="elsewhere", target=Target(profile="there", model="prose"))
        picking = Patterns(
            rules=[rule], picker=Target(model="patterns/second"), choices=[Target(model="prose")]
        )
        asked = session(bench, picking)
        item = Message(key="in:0", role="user", text=Text("elsewhere"))
        seen = next_request(bench.workspace, asked, [item], keyed=False)
        assert seen.profile.id == "there"
        assert seen.address.url.endswith("/chat/completions")
        assert json.loads(seen.address.body)["model"] == "prose"
        other = Message(key="in:0", role="user", text=Text("here"))
        seen = next_request(bench.workspace, asked, [other], keyed=False)
        assert seen.profile.id == "here"
        assert any("picks" in words for words in seen.unknown)


# Fallback.


async def test_another_server_takes_the_place_of_one_that_fails(opening: Opening) -> None:
    async with opening() as bench:
        there(bench)
        patterns = Patterns(fallback=[Target(profile="there", model="prose")])
        run = await bench.ask(session(bench, patterns, DOWN), "down there")
        seen = run.transcript
        assert (seen.outcome, seen.legs, seen.requests, seen.retries) == ("completed", 1, 2, 0)
        assert seen.problem is None
        assert (run.profile, run.call.api, run.call.model) == ("there", "chat", "prose")
        (fallback,) = facts(run, "fallback")
        assert (fallback["profile"], fallback["crossed"]) == ("there", True)
        assert f"{DOWN} at Here: The server failed (500)." in fallback["words"]
        assert "Asked instead: prose at There." in fallback["words"]
        attempts = [event.attempt for event in run.recording if event.kind == "request"]
        assert attempts == [0, 1]
        assert seen.timing.request is not None and seen.timing is seen.first
        await told_the_same(bench, run)


async def test_the_list_is_gone_down_and_the_last_failure_tells_of_all(opening: Opening) -> None:
    async with opening() as bench:
        dead = Profile(id="dead", name="Dead", base_url="http://127.0.0.1:1/v1", model="m")
        bench.app.adopt(dead)
        bench.app.limits = {"retries": 0}
        patterns = Patterns(
            fallback=[
                Target(model=DOWN),  # who was asked already
                Target(profile="gone"),
                Target(profile="dead"),
                Target(model="unauthorized"),
            ]
        )
        run = await bench.ask(session(bench, patterns, DOWN), "all of them fail")
        seen = run.transcript
        assert seen.outcome == "failed"
        assert seen.problem is not None and seen.problem.status == 401
        first, second = facts(run, "fallback")
        assert "Passed over: There is no profile 'gone'." in first["words"]
        assert "m at Dead" in second["words"]
        assert seen.problem.facts["before"] == f"{first['words']} {second['words']}"
        assert [one.crossed for one in seen.detours] == [True, True]
        await told_the_same(bench, run)


async def test_a_missing_key_is_a_reason_to_ask_another(opening: Opening) -> None:
    async with opening() as bench:
        locked = Profile(id="k", name="K", base_url="https://k.invalid/v1", key_env="NO_SUCH_KEY")
        bench.app.adopt(locked, key_env_only=True)
        rule = Rule(sign="always", target=Target(profile="k", model="m"))
        patterns = Patterns(rules=[rule], fallback=[Target()])
        run = await bench.ask(session(bench, patterns), "no key")
        assert (run.profile, run.transcript.outcome) == ("here", "completed")
        assert kinds(run)[:3] == ["routed", "failed", "fallback"]
        assert run.transcript.problem is None
        assert [event.attempt for event in run.recording if event.kind == "request"] == [0]
        await told_the_same(bench, run)


@pytest.mark.parametrize(
    ("model", "outcome"),
    [
        ("errors/400", "failed"),  # wrong wherever it goes
        ("errors/422", "failed"),
        ("refusal", "refused"),
        ("cut", "truncated"),  # an answer had begun
        ("incomplete", "incomplete"),
    ],
)
async def test_what_is_no_fault_of_the_server_goes_nowhere_else(
    model: str, outcome: str, opening: Opening
) -> None:
    async with opening() as bench:
        bench.app.limits = {"retries": 0}
        patterns = Patterns(fallback=[Target(model="prose")])
        run = await bench.ask(session(bench, patterns, model), "x")
        assert run.transcript.outcome == outcome
        assert "fallback" not in kinds(run)


@pytest.mark.parametrize(
    "model", ["errors/closed", "html", "no-such-model", "quota", "rate-limit-always"]
)
async def test_what_is_its_fault_is_asked_elsewhere(model: str, opening: Opening) -> None:
    async with opening() as bench:
        bench.app.limits = {"retries": 0}
        patterns = Patterns(fallback=[Target(model="prose")])
        run = await bench.ask(session(bench, patterns, model), "x")
        assert (run.call.model, run.transcript.outcome) == ("prose", "completed")
        assert facts(run, "fallback")[0]["crossed"] is False


async def test_a_budget_is_asked_before_somebody_else_is(opening: Opening) -> None:
    async with opening() as bench:
        bench.app.settings.budgets.requests = 1
        patterns = Patterns(fallback=[Target(model="prose")])
        run = await bench.ask(session(bench, patterns, DOWN), "x")
        assert (run.transcript.outcome, run.transcript.requests) == ("limited", 1)


async def test_stop_while_somebody_else_answers_stops(opening: Opening) -> None:
    async with opening() as bench:
        patterns = Patterns(fallback=[Target(model="stall")])
        run = bench.workspace.ask(session(bench, patterns, DOWN), "stop elsewhere")
        task = asyncio.ensure_future(bench.workspace.go(run))
        await until(lambda: "fall silent." in run.transcript.text)
        bench.workspace.stop(run)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert run.transcript.outcome == "stopped"
        await told_the_same(bench, run)


# Recorded answers.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_the_same_request_gets_its_recorded_answer(api: str, opening: Opening) -> None:
    async with opening() as bench:
        asked = session(bench, Patterns(reuse=3600), "prose", api=api)
        first = await bench.ask(asked, f"once {api}")
        asked.leaf = None
        second = await bench.ask(asked, f"once {api}")
        assert len(bench.sandbox.log(f"once {api}")) == 1
        seen = second.transcript
        assert (seen.outcome, seen.legs, seen.requests) == ("completed", 1, 0)
        assert seen.text == first.transcript.text
        (reused,) = facts(second, "reused")
        assert (reused["run"], reused["leg"]) == (first.id, 0)
        assert "Nothing was sent." in reused["words"]
        assert reused["body"] == facts(first, "request")[0]["body"]
        assert "request" not in kinds(second) and "connection" not in kinds(second)
        assert seen.usage is None, "nothing was used"
        assert seen.usages[0] == first.transcript.usages[0]
        assert second.cost is not None
        assert (second.cost.usd, second.cost.source) == (Decimal(0), REUSED)
        assert second.cost.saved == (first.cost.usd if first.cost is not None else None)
        came = [event.raw for event in first.recording if event.kind in WIRE]
        assert [event.raw for event in second.recording if event.kind in WIRE] == came
        assert {event.t for event in second.recording if event.kind in WIRE} == {
            next(event.t for event in second.recording if event.kind == "reused")
        }
        await told_the_same(bench, second)


async def test_an_answer_is_used_again_only_where_all_is_the_same_and_whole(
    opening: Opening,
) -> None:
    async with opening() as bench:
        patterns = Patterns(reuse=3600)
        first = await bench.ask(session(bench, patterns, "prose"), "alike")
        for other in (
            session(bench, patterns, "prose", temperature=0),
            session(bench, patterns, "long"),
            session(bench, patterns, "prose", api="chat"),
            session(bench, Patterns(), "prose"),
        ):
            run = await bench.ask(other, "alike")
            assert run.transcript.requests == 1
        for model in ("cut", "incomplete", DOWN):
            for _ in range(2):
                run = await bench.ask(session(bench, patterns, model), "never whole")
                assert run.transcript.requests >= 1
        again = await bench.ask(session(bench, patterns, "prose"), "alike")
        assert again.transcript.reused == {0}
        await bench.workspace.forget(first.session)
        fresh = await bench.ask(session(bench, patterns, "prose"), "alike")
        assert fresh.transcript.requests == 1, "what was forgotten is not used again"


async def test_an_answer_is_not_used_again_when_it_is_too_old_or_in_the_trash(
    opening: Opening,
) -> None:
    async with opening() as bench:
        asked = session(bench, Patterns(reuse=60), "prose")
        first = await bench.ask(asked, "of old")

        def age(connection: Any) -> None:
            connection.execute("UPDATE reusable SET created = created - 61")

        await bench.app.database.write(age)
        run = await bench.ask(session(bench, Patterns(reuse=60), "prose"), "of old")
        assert run.transcript.requests == 1
        await bench.workspace.trash(bench.workspace.open[run.session], run)
        run = await bench.ask(session(bench, Patterns(reuse=60), "prose"), "of old")
        assert run.transcript.requests == 1
        found = await bench.ask(session(bench, Patterns(reuse=3600), "prose"), "of old")
        assert facts(found, "reused")[0]["run"] in (run.id, first.id)


async def test_a_picture_comes_back_whole_from_another_session(opening: Opening) -> None:
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 1000
    parts = [{"type": "input_image", "image_url": picture}]
    async with opening() as bench:
        runs = []
        for _ in range(2):
            asked = session(bench, Patterns(reuse=3600), "prose")
            run = bench.workspace.ask(asked, "look at this", parts)
            runs.append(await bench.workspace.go(run))
        assert runs[1].transcript.reused == {0}
        assert picture in facts(runs[1], "reused")[0]["body"]
        await told_the_same(bench, runs[1])
        await bench.workspace.forget(runs[0].session)
        await told_the_same(bench, runs[1])


async def test_a_recorded_answer_is_free_whatever_the_budget_says(opening: Opening) -> None:
    async with opening() as bench:
        patterns = Patterns(reuse=3600)
        await bench.ask(session(bench, patterns, "prose"), "with a budget")
        bench.app.settings.budgets.day = Budget(tokens=0)
        run = await bench.ask(session(bench, patterns, "prose"), "with a budget")
        assert run.transcript.outcome == "completed"
        other = await bench.ask(session(bench, patterns, "prose"), "something else")
        assert other.transcript.outcome == "limited"


# Waiting.


async def test_a_request_waits_for_a_place_and_can_be_stopped_there(opening: Opening) -> None:
    async with opening() as bench:
        bench.app.adopt(bench.profile.model_copy(update={"at_once": 1}))
        first = bench.workspace.ask(bench.session("responses", "stall"), "the first")
        tasks = [asyncio.ensure_future(bench.workspace.go(first))]
        await until(lambda: bool(first.transcript.text))
        others = [bench.workspace.ask(bench.session(), f"zebra {n}") for n in range(2)]
        tasks += [asyncio.ensure_future(bench.workspace.go(run)) for run in others]
        await until(lambda: all("queued" in kinds(run) for run in others))
        assert others[1].transcript.progress == "Waiting for a free place at Here (2nd)"
        assert others[1].transcript.phase == "queued"
        bench.workspace.stop(others[0])
        await until(lambda: others[0].transcript.outcome == "stopped")
        await until(lambda: others[1].transcript.progress.endswith("(1st)"))
        assert "request" not in kinds(others[1])
        bench.workspace.stop(first)
        await until(lambda: others[1].transcript.outcome is not None)
        assert others[1].transcript.outcome == "completed"
        await asyncio.gather(*tasks, return_exceptions=True)
        assert len(facts(others[1], "queued")) == 2
        assert len(bench.sandbox.log("zebra")) == 1, "who was stopped was never sent"
        await told_the_same(bench, others[1])


async def test_the_next_request_waits_for_the_rate_limit(opening: Opening) -> None:
    slept: list[float] = []
    async with opening() as bench:
        bench.app.adopt(bench.profile.model_copy(update={"at_once": 3}))
        time = [0.0]

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            time[0] += seconds

        bench.app.runner.gates._sleep = sleep
        bench.app.runner.gates.now = lambda: time[0]
        await bench.ask(bench.session("responses", "patterns/last-one"), "the last one")
        run = await bench.ask(bench.session(), "has to wait")
        assert slept == [2.0]
        (queued,) = facts(run, "queued")
        assert queued == {"words": "Waiting until Here takes requests again", "seconds": 2.0}
        assert run.transcript.outcome == "completed"
        assert run.transcript.retry_at is None
