"""Each request held against the one before it: its pieces, the first difference, what to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.profile import Profile
from playground.core.session import Run
from playground.core.usage import Usage
from playground.endpoints import BY_ID
from playground.engine.cachelens_steps import Sent, Step, sent, step, steps
from tests.engine.answering import WEATHER, Hands, talk
from tests.engine.answering import answering as answered_by
from tests.engine.conftest import Opening

OPENAI = Profile(id="o", name="", base_url="https://api.openai.com/v1")
GATEWAY = Profile(id="g", name="", base_url="https://gateway.example/v1")
MANUAL = " ".join(["rule"] * 1500)
TOOLS = [{"type": "function", "name": "weather"}, {"type": "web_search"}]


def body(*said: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    items = [{"role": roles[at % 2], "content": one} for at, one in enumerate(said)]
    return {"model": "gpt-5", "input": items, "instructions": MANUAL, **more}


def words(text: str) -> tuple[int, bool]:
    return len(text.split()), True


def held(
    before: dict[str, Any] | None,
    after: dict[str, Any],
    profile: Profile = OPENAI,
    cached: int | None = None,
    pause: float = 20,
) -> Step:
    earlier = Sent(0, before, 100) if before is not None else None
    usage = None if cached is None else Usage(input=2000, cached=cached)
    return step(after, profile, words, before=earlier, at=100 + pause, usage=usage)


def test_what_is_read_is_named_as_a_person_would() -> None:
    asked = body(
        "one", "two", "three", tools=TOOLS,
        text={"format": {"type": "json_schema", "schema": {}}},
    )  # fmt: skip
    made = held(None, asked)
    assert [row.name for row in made.rows] == [
        "tool weather", "tool web_search", "form of the answer", "developer message",
        "turn 1 · user", "turn 1 · assistant", "turn 2 · user",
    ]  # fmt: skip
    assert [row.state for row in made.rows] == ["new"] * 7
    assert made.lens is None and made.advice == "" and made.pause is None
    chat = {"messages": [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]}
    assert [row.name for row in held(None, chat).rows] == ["system message", "turn 1 · user"]


def test_a_conversation_that_only_went_on_is_alike_to_its_end() -> None:
    made = held(body("one"), body("one", "two", "three"), cached=1408)
    assert [row.state for row in made.rows] == ["alike", "alike", "new", "new"]
    assert made.difference is None and made.lens is not None
    assert (made.lens.predicted, made.lens.reported, made.lens.missed) == (1408, 1408, 0)
    assert made.advice == "Nothing to be done: what is alike comes first."
    assert made.tokens == 1503 and made.pause == 20


def test_the_first_difference_is_shown_with_what_stands_before_it_and_both_sides() -> None:
    before, after = f"{MANUAL} at noon today", f"{MANUAL} at nine today"
    made = held(body("one", instructions=before), body("one", instructions=after))
    assert made.difference is not None
    assert made.difference.shared.endswith("rule at n")
    assert (made.difference.before, made.difference.after) == ("oon today", "ine today")
    assert [row.state for row in made.rows] == ["differs", "new"]
    assert made.advice.startswith("Move what changes from the developer message")


@pytest.mark.parametrize(
    ("before", "after", "words_"),
    [
        (body("a", tools=TOOLS), body("a", tools=TOOLS[::-1]), "same tools in the same order"),
        (body("a", tools=TOOLS), body("a"), "Offer the same tools"),
        (body("a"), body("b", "c", "d"), "Add to a conversation"),
        (body("a"), body("a", model="gpt-5-mini"), "Stay with one model"),
        (body("a", prompt_cache_key="x"), body("a", "b"), "same prompt_cache_key"),
        (body("a", instructions="x"), body("a", "b", instructions="x"), "Nothing can be won"),
    ],
)
def test_the_advice_is_what_the_data_support(
    before: dict[str, Any], after: dict[str, Any], words_: str
) -> None:
    assert words_ in held(before, after).advice


@pytest.mark.parametrize(
    ("pause", "more", "words_"),
    [
        (20, {}, "Set a prompt_cache_key"),
        (20, {"prompt_cache_key": "k"}, "no promise"),
        (720, {}, "12 minutes lay between"),
    ],
)
def test_what_was_missed_is_explained_by_what_is_known(
    pause: float, more: dict[str, Any], words_: str
) -> None:
    made = held(body("a", **more), body("a", "b", "c", **more), cached=0, pause=pause)
    assert made.lens is not None and made.lens.missed == 1408
    assert words_ in made.advice


def test_of_a_server_whose_rules_are_not_known_nothing_is_foretold() -> None:
    made = held(body("a"), body("a", "b"), GATEWAY, cached=64)
    assert made.lens is not None
    assert (made.lens.predicted, made.lens.reported, made.advice) == (None, 64, "")


def test_what_was_counted_here_is_not_what_a_server_found() -> None:
    usage = Usage(input=2000, cached=0, basis="estimated")
    made = step(body("a"), OPENAI, words, before=Sent(0, body("a"), 1), usage=usage)
    assert made.lens is not None and made.lens.reported is None


@given(st.lists(st.text(max_size=20), max_size=4), st.lists(st.text(max_size=20), max_size=4))
def test_any_two_requests_can_be_held_against_each_other(one: list[str], two: list[str]) -> None:
    made = held(body(*one), body(*two))
    assert made.lens is not None
    alike = [row.state for row in made.rows].count("alike")
    assert alike == made.lens.prefix.items
    assert (made.difference is None) == (made.lens.prefix.differs == "")
    if made.difference is not None and made.difference.before and made.difference.after:
        assert made.difference.before[0] != made.difference.after[0] or one == two


async def test_each_leg_of_a_recorded_run_is_held_against_the_one_before_it(
    opening: Opening,
) -> None:
    async with opening() as bench:
        how = answered_by(Hands())
        bench.workspace.runner.answering = lambda run: how
        run = await bench.ask(talk(bench, "responses", WEATHER), "get_weather for Oslo")
        assert run.transcript.legs == 2
        bodies = sent(run)
        assert [one.leg for one in bodies] == [0, 1]
        first, second = steps(run, None, OPENAI, words)
        assert first.lens is None and second.lens is not None and second.pause is not None
        assert {row.state for row in first.rows} == {"new"}
        assert [row.state for row in second.rows[: len(first.rows)]] == ["alike"] * len(first.rows)
        assert second.pause >= 0


def test_a_run_that_sent_nothing_has_no_steps() -> None:
    run = Run("run_1", "ses_1", None, Call(), "here", [], BY_ID["responses"].reduce)
    assert sent(run) == [] and steps(run, None, OPENAI, words) == []
