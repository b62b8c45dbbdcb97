"""A body written by hand: read from text, sent as it is, and never what a session sends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core import negotiate
from playground.core.call import Call
from playground.core.items import Item, Message, Text
from playground.core.profile import Profile
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.limit import raised
from playground.engine.resend import LONG, editable, read, told
from playground.engine.sent import explain
from tests.engine.answering import WEATHER, Hands, answering, facts, talk, use
from tests.engine.conftest import Opening

ONE = "Please ask get_weather for Oslo."


def bodies(run: Run) -> list[dict[str, Any]]:
    return [json.loads(data["body"]) for _, data in facts(run, "request")]


def wrong(text: str, api: str = "responses") -> tuple[str, int]:
    found = read(text, BY_ID[api], BY_ID, {})
    assert (found.body is None) == bool(found.wrong)
    return found.wrong, found.line


# Text.


def test_a_body_is_text_and_the_same_body_again() -> None:
    body = {"model": "m", "input": "ünï", "n": [1, 1.5, None, True], "o": {}}
    text, left_out = editable(body)
    assert left_out == {} and '\n  "input": "ünï",' in text
    assert read(text, BY_ID["responses"], BY_ID, left_out).body == body


def test_what_nobody_can_change_by_hand_is_left_out_of_the_text() -> None:
    picture = "data:image/png;base64," + "A" * LONG
    prose = "a word " * LONG
    body = {"input": [{"content": [{"image_url": picture}, {"text": prose}]}]}
    text, left_out = editable(body)
    assert prose in text and "AAAA" not in text
    assert read(text, BY_ID["responses"], BY_ID, left_out).body == body
    [stands] = left_out
    assert stands in text
    changed = read(text.replace(stands, "x"), BY_ID["responses"], BY_ID, left_out).body
    assert changed == {"input": [{"content": [{"image_url": "x"}, {"text": prose}]}]}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("", "nothing here", 0),
        (" \n", "nothing here", 0),
        ('{\n  "input": "x"\n  "model": 1\n}', "Line 2, column 15: a comma is missing here", 2),
        ('{"input": "x', "Line 1, column 11: the string", 1),
        ('{"a": 1,}', "Line 1, column", 1),
        ('{"a" 1}', "Line 1, column 5: a colon", 1),
        ('{"a": }', "Line 1, column 7: a value", 1),
        ("{} {}", "stands behind it", 1),
        ("[1]", "This is a list", 0),
        ('"x"', "This is a string", 0),
        ("null", "only “null”", 0),
        ("{}", "empty", 0),
        ('{"input": 1, "input": 2}', "“input” stands twice", 0),
        ('{"input": NaN}', "NaN", 0),
        ('{"input": 1e999}', "number", 0),
        ("[" * 200_000, "nested too deeply", 0),
        ('{"messages": []}', "“messages” is a field of Chat Completions", 0),
        ('{"prompt": "x"}', "“prompt” is a field of Completions", 0),
    ],
)
def test_what_is_no_body_says_why_and_where(text: str, words: str, line: int) -> None:
    said, where = wrong(text)
    assert words in said and where == line


def test_a_body_for_another_dialect_says_which() -> None:
    assert "“input” is a field of Responses" in wrong('{"input": "x"}', "chat")[0]
    assert "“messages”" in wrong('{"messages": []}', "completions")[0]
    # What a server makes of these is for the server to say.
    for text in ('{"prompt": {"id": "p"}}', '{"model": "m"}', '{"input": 1, "messages": []}'):
        assert wrong(text) == ("", 0)


def test_what_was_asked_is_what_the_body_asks() -> None:
    said: list[Item] = [Message(key="in:0", role="user", text=Text("old"))]

    def asked(api: str, turns: Any) -> str:
        endpoint = BY_ID[api]
        [row] = told(said, {endpoint.turns: turns}, endpoint)
        assert isinstance(row, Message)
        return str(row.text)

    assert asked("responses", "new") == "new"
    assert asked("responses", [{"role": "user", "content": "new"}]) == "new"
    assert asked("chat", [{"role": "user", "content": [{"type": "text", "text": "new"}]}]) == "new"
    assert asked("chat", [{"role": "assistant", "content": "new"}]) == "old"
    assert asked("completions", "all that was said") == "old"
    assert asked("chat", None) == "old"
    assert str(said[0].text) == "old"  # type: ignore[attr-defined]


# Offers and limits.


def test_an_offer_changes_what_was_written() -> None:
    call = Call(api="chat", body={"messages": [], "odd": 1, "max_tokens": 5})
    dropped = negotiate.applied(call, negotiate.Offer("drop", "odd"))
    assert dropped.body == {"messages": [], "max_tokens": 5}
    assert raised(call, 100).body == {"messages": [], "odd": 1, "max_tokens": 10}
    call = Call(api="chat", body={"messages": []})
    assert raised(call, 3000).body == {"messages": [], "max_completion_tokens": 6000}


# Runs.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_it_goes_out_as_it_was_written(api: str, opening: Opening) -> None:
    async with opening() as bench:
        workspace = bench.workspace
        session = bench.session(api, temperature=0.5)
        session.call.headers = {"X-Team": "seven"}
        run = await bench.ask(session, f"by the book of {api}")
        [body] = bodies(run)
        endpoint = BY_ID[api]
        body[endpoint.turns] = [{"role": "user", "content": f"by hand of {api}"}]
        body["made_up"] = {"b": 1, "a": [None]}
        del body["temperature"]
        session.profile = "elsewhere"  # what the next turn will use is nobody's business here
        again = await workspace.go(workspace.resend(session, run, 0, body))
        assert facts(again, "request")[0][1]["body"] == json.dumps(body, separators=(",", ":"))
        assert dict(facts(again, "request")[0][1]["headers"])["X-Team"] == "seven"
        assert (again.parent, again.profile, again.call.api) == (None, "here", api)
        assert session.children(None) == [run, again]
        assert [str(item.text) for item in again.input if isinstance(item, Message)] == [
            f"by hand of {api}"
        ]
        assert session.call.body is None

        rows = explain(
            again,
            next(n for n, kind in enumerate(again.recording.kinds) if kind == "request"),
            workspace.history(session, again)[0],
            bench.profile,
            endpoint,
            session.children(None),
        )
        assert {row.path for row in rows if [why.kind for why in row.whys] == ["hand"]} >= {
            "made_up.a",
            "made_up.b",
            "temperature",
        }

        # Once more is the same once more, wherever the session goes now.
        third = await workspace.go(workspace.again(session, again))
        assert bodies(third) == [body] and third.profile == "here"
        kept = await bench.app.sessions.load(session.id)
        assert kept.runs[third.id].call.body == body

        # What comes after it is made of what was said.
        session.profile = "here"
        after = await bench.ask(session, "and then")
        assert after.call.body is None
        said = bodies(after)[0][endpoint.turns]
        assert said[0]["content"] == f"by hand of {api}"


async def test_only_the_first_request_is_written_by_hand(opening: Opening) -> None:
    async with opening() as bench:
        hands = Hands()
        use(bench, answering(hands))
        workspace = bench.workspace
        session = talk(bench, "responses", WEATHER)
        run = await workspace.go(workspace.ask(session, ONE))
        first, last = bodies(run)
        assert len(hands.called) == 1

        again = await workspace.go(
            workspace.resend(session, run, 0, {**first, "metadata": {"mine": "1"}})
        )
        written, made = bodies(again)
        assert written == {**first, "metadata": {"mine": "1"}}
        assert "metadata" not in made and len(made["input"]) == len(last["input"])
        assert len(hands.called) == 2

        # From the second one on: what was called before it is not called again.
        later = await workspace.go(
            workspace.resend(session, run, 1, {**last, "metadata": {"mine": "2"}})
        )
        assert bodies(later) == [{**last, "metadata": {"mine": "2"}}]
        assert len(hands.called) == 2
        assert len(later.input) == 3
        more = workspace.more(session, later, 3)
        assert more.call.body is None
        assert workspace.fork(session, again, 1).call.body is None


async def test_a_server_that_is_gone_is_a_problem(opening: Opening) -> None:
    async with opening() as bench:
        workspace = bench.workspace
        session = bench.session()
        gone = Profile(id="gone", name="Gone", base_url=bench.sandbox.base_url)
        bench.app.settings.profiles.append(gone)
        session.profile = "gone"
        run = await bench.ask(session, "soon gone")
        bench.app.settings.profiles.remove(gone)
        again = await workspace.go(workspace.resend(session, run, 0, bodies(run)[0]))
        assert again.transcript.outcome == "failed" and bodies(again) == []
        assert again.transcript.problem is not None
        assert again.transcript.problem.remedy == "switch_profile"
