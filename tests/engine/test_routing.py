"""Who is asked in the place of the session's own: rules, what a model picked, a call elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.output import Output
from playground.core.patterns import Patterns, Rule, Target
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.engine import routing
from playground.engine.elsewhere import way
from playground.engine.routing import fitting, picked, settled, wrong

OTHER = Target(profile="b", model="m2")
OWN = Profile(id="a", name="A", base_url="https://a.example/v1", api="responses")
THERE = Profile(id="b", name="B", base_url="https://b.example/v1", api="chat", model="mb")


def said(text: str, **more: Any) -> list[Message]:
    return [Message(key="in:0", role="user", text=Text(text), **more)]


def fits(sign: Any, value: str, text: str = "Please translate this", **call: Any) -> str:
    rule = Rule(sign=sign, value=value, target=OTHER)
    fit, notes = fitting(Patterns(rules=[rule]), Call(**call), said(text))
    assert not notes
    return fit.why if fit is not None else ""


@pytest.mark.parametrize(
    ("sign", "value", "text", "call", "holds"),
    [
        ("always", "", "", {}, True),
        ("contains", "TRANSLATE", "Please translate this", {}, True),
        ("contains", "Straße", "in der STRASSE", {}, True),
        ("contains", "sum", "Please translate this", {}, False),
        ("matches", r"^Please\b.*this$", "Please translate this", {}, True),
        ("matches", r"^this", "Please translate this", {}, False),
        ("longer", "4", "12345", {}, True),
        ("longer", " 5 ", "12345", {}, False),
        ("shorter", "6", "12345", {}, True),
        ("shorter", "5", "12345", {}, False),
        ("tools", "", "x", {"tools": [Tool(name="f")]}, True),
        ("tools", "", "x", {}, False),
        ("schema", "", "x", {"output": Output(mode="json_object")}, True),
        ("schema", "", "x", {}, False),
        ("attachments", "", "x", {}, False),
    ],
)
def test_a_rule_holds_or_not(
    sign: Any, value: str, text: str, call: dict[str, Any], holds: bool
) -> None:
    assert bool(fits(sign, value, text, **call)) is holds


def test_a_picture_is_an_attachment() -> None:
    rule = Rule(sign="attachments", target=OTHER)
    history = said("look", parts=[{"type": "input_image", "image_url": "data:,"}])
    fit, _ = fitting(Patterns(rules=[rule]), Call(), history)
    assert fit is not None and fit.target == OTHER


def test_the_first_rule_that_holds_counts_and_is_named() -> None:
    rules = [
        Rule(sign="contains", value="nothing of it"),
        Rule(sign="shorter", value="100", target=OTHER),
        Rule(sign="always", target=Target(model="never")),
    ]
    fit, notes = fitting(Patterns(rules=rules), Call(), said("short"))
    assert fit is not None
    assert (fit.target, fit.rule, notes) == (OTHER, "rule 2", [])
    assert fit.why == "the message has fewer than 100 characters (rule 2)"


def test_only_what_the_user_said_last_is_looked_at() -> None:
    history = [*said("old words"), Message(role="assistant", text=Text("old words")), *said("new")]
    fit, _ = fitting(Patterns(rules=[Rule(value="old", target=OTHER)]), Call(), history)
    assert fit is None


@pytest.mark.parametrize(
    ("sign", "value", "words"),
    [
        ("contains", "  ", "no words"),
        ("matches", "", "no pattern"),
        ("matches", "(open", "cannot be read"),
        ("matches", "x" * 30_000, "at most 20000"),
        ("matches", "(?:(?:(?:a{200}){200}){200})", "repeats something more than"),
        ("matches", "a{99999999}", "repeats something more than"),
        ("matches", "(" * 9_000 + ")" * 9_000, "cannot be read"),
        ("longer", "many", "whole number"),
        ("shorter", "-3", "whole number"),
        ("longer", "٣", "whole number"),
    ],
)
def test_a_rule_that_can_never_hold_says_why_and_is_passed_over(
    sign: Any, value: str, words: str
) -> None:
    rule = Rule(sign=sign, value=value, target=OTHER)
    assert words in wrong(rule)
    behind = Rule(sign="always", target=Target(model="behind"))
    fit, notes = fitting(Patterns(rules=[rule, behind]), Call(), said("anything"))
    assert fit is not None and fit.rule == "rule 2"
    assert len(notes) == 1 and words in notes[0] and notes[0].startswith("Rule 1")


def test_a_pattern_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "LIMIT", 0.01)
    rule = Rule(sign="matches", value="(a|aa)+$", target=OTHER)
    fit, notes = fitting(Patterns(rules=[rule]), Call(), said("a" * 60 + "!"))
    assert fit is None
    assert "took over" in notes[0]


CHOICES = [Target(model="gpt-4.1-mini"), Target(model="gpt-4.1"), Target(profile="b")]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("2", 1),
        (" 2.\n", 1),
        ("Choice 3", 2),
        ("**1**", 0),
        ("gpt-4.1-mini", 0),
        ("I pick gpt-4.1.", 1),
        ("4", None),
        ("0", None),
        ("1 or 2", None),
        ("banana", None),
        ("", None),
        ("9" * 400, None),
    ],
)
def test_what_a_model_picked(answer: str, place: int | None) -> None:
    assert picked(answer, CHOICES) == (None if place is None else CHOICES[place])


def test_a_model_that_picks_is_told_what_each_choice_is_good_for() -> None:
    asked = routing.question([("m at A", "short ones"), ("n at B", "")], said("x" * 10_000))
    assert "1. m at A: short ones\n2. n at B\n" in asked
    assert len(asked) < 5_000


def profiles(profile_id: str) -> Profile:
    if profile_id == "b":
        return THERE
    raise Failure(Problem(title=f"There is no profile {profile_id!r}."))


def test_at_another_server_a_call_speaks_its_dialect_and_takes_nothing_of_the_first_ones_memory():
    call = Call(
        api="responses",
        model="m1",
        fields={
            "temperature": 0,
            "truncation": "auto",
            "previous_response_id": "resp_1",
            "top_p": 1,
        },
        headers={"X-Trace": "1", "X-Api-Key": "secret of A"},
        extra={"conversation": "conv_1", "seed": 1},
    )
    found = way(call, OWN, Target(profile="b"), profiles, BY_ID)
    assert (found.profile, found.call.api, found.call.model) == (THERE, "chat", "mb")
    assert found.call.fields == {"temperature": 0, "top_p": 1}
    assert found.call.extra == {"seed": 1}
    assert found.call.headers == {"X-Trace": "1"}
    for name in ("truncation", "previous_response_id", "conversation", "X-Api-Key"):
        assert name in found.without
    assert "secret" not in found.without
    assert call.headers["X-Api-Key"] == "secret of A"


def test_what_a_server_logs_in_with_elsewhere_goes_to_no_other_one() -> None:
    hosted = {"type": "mcp", "server_label": "s", "authorization": "t", "require_approval": "never"}
    call = Call(
        fields={"tools": [hosted, "odd"], "user": "u", "prompt_cache_key": "k"},
        extra={"api_key": "secret"},
        tools=[Tool(name="s", kind="hosted", hosted=hosted), Tool(name="f")],
    )
    there = THERE.model_copy(update={"api": "responses"})
    found = way(call, OWN, Target(profile="b"), lambda _: there, BY_ID)
    bare = {"type": "mcp", "server_label": "s", "require_approval": "never"}
    assert found.call.fields == {"tools": [bare, "odd"], "user": "u", "prompt_cache_key": "k"}
    assert [tool.hosted for tool in found.call.tools] == [bare, {}]
    assert found.call.tools[1] == call.tools[1] and not found.call.extra
    assert found.left == ("the authorization of s", "the authorization of a tool", "the api_key")
    assert call.tools[0].hosted == hosted and call.extra == {"api_key": "secret"}


def test_at_the_same_server_only_the_model_changes() -> None:
    call = Call(model="m1", fields={"previous_response_id": "resp_1"})
    found = way(call, OWN, Target(model="m2"), profiles, BY_ID)
    assert found.call == call.model_copy(update={"model": "m2"})
    assert not found.without


def test_what_cannot_be_said_there_is_not_sent_there() -> None:
    plain = THERE.model_copy(update={"api": "completions"})
    call = Call(api="responses", tools=[Tool(name="f")])
    with pytest.raises(Failure, match="does not know tools"):
        way(call, OWN, Target(profile="b"), lambda _: plain, BY_ID)


def test_a_run_knows_the_sessions_own_server_by_its_name() -> None:
    own = Patterns(rules=[Rule(target=Target(model="x"))], fallback=[OTHER, Target()])
    found = settled(own, "a")
    assert found.rules[0].target == Target(profile="a", model="x")
    assert [one.profile for one in found.fallback] == ["b", "a"]
    assert settled(Patterns(), "a") == Patterns()
