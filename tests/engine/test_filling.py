"""A session keeps the template, a run what was sent; a value is put in once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Item, Message, Text, dump, load
from playground.core.output import Output
from playground.core.problem import Failure
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.core.variables import Variable
from playground.engine.filling import filled, variables_of, written
from playground.engine.preview import next_request
from tests.engine.conftest import Bench, Opening

APIS = ("responses", "chat")

CITY = Variable(name="city", default="Lisboa")
COUNT = Variable(name="count", type="integer")


def template(**more: Any) -> Call:
    call = {"model": "m", "variables": [CITY, COUNT], "values": {"count": 3}}
    return Call(**{**call, **more})


def saying(text: str) -> list[Item]:
    return [written(Message(key="in:0", role="user", text=Text(text)))]


def said_of(run: Run) -> tuple[str, str]:
    message = run.input[0]
    assert isinstance(message, Message)
    return str(message.text), message.template


def body_of(run: Run) -> dict[str, Any]:
    requests = [event.json()[0] for event in run.recording.events if event.kind == "request"]
    body: dict[str, Any] = json.loads(requests[-1]["body"])
    return body


def test_all_of_a_call_that_is_sent_is_filled_in() -> None:
    schema = {"type": "array", "maxItems": "{{count}}", "description": "of {{city}}"}
    tool = Tool(
        source="s{{city}}",
        name="find",
        description="In {{city}}",
        parameters={"properties": {"n": {"maximum": "{{count}}"}}},
        origin={"python": "{{city}}.py"},
    )
    call = template(
        instructions="{{count}} things of {{city}}",
        fields={"max_output_tokens": "{{count}}"},
        extra={"metadata": {"{{city}}": "{{count}}!"}},
        headers={"X": "{{city}}"},
        output=Output(mode="json_schema", json_schema=schema, source="{{ not yet"),
        tools=[tool],
    )
    made, said = filled(call, saying("What of {{city}}?"))
    assert made.instructions == "3 things of Lisboa"
    assert made.fields == {"max_output_tokens": 3}
    assert made.extra == {"metadata": {"Lisboa": "3!"}}
    assert made.output.json_schema == {**schema, "maxItems": 3, "description": "of Lisboa"}
    assert made.output.source == ""
    assert made.tools[0].description == "In Lisboa"
    assert made.tools[0].parameters == {"properties": {"n": {"maximum": 3}}}
    assert (made.tools[0].source, made.tools[0].origin) == (tool.source, tool.origin)
    assert made.headers == {"X": "{{city}}"}
    assert made.values == {"count": 3, "city": "Lisboa"}
    (message,) = said
    assert isinstance(message, Message)
    assert (str(message.text), message.template) == ("What of Lisboa?", "What of {{city}}?")
    assert load(dump(message)) == message
    assert filled(made, said) == (made, said)  # once, and not again
    assert call.instructions == "{{count}} things of {{city}}"


def test_without_variables_everything_goes_as_it_is_written() -> None:
    call = Call(model="m", instructions="Say {{this}}", values={"this": "that"})
    made, said = filled(call, saying("and \\{{that}}"))
    assert made is call
    (message,) = said
    assert isinstance(message, Message)
    assert (str(message.text), message.template) == ("and \\{{that}}", "")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"instructions": "{{x}}"}, "the developer message"),
        ({"fields": {"user": "{{x}}"}}, "the parameters › user"),
        ({"extra": {"a": ["{{x}}"]}}, "the extra fields › a › 0"),
        ({"output": Output(json_schema={"title": "{{x}}"})}, "the schema › title"),
        ({"output": Output(description="{{x}}")}, "the description of the schema"),
        ({"tools": [Tool(name="t", description="{{x}}")]}, "the tool t › description"),
        ({"tools": [Tool(name="t", parameters=["{{x}}"])]}, "the tool t › parameters › 0"),
        ({"tools": [Tool(name="t", kind="hosted", hosted={"a": "{{x}}"})]}, "the tool t › a"),
        ({}, "the message"),
    ],
)
def test_an_unknown_variable_is_told_with_its_place(changes: Any, where: str) -> None:
    with pytest.raises(Failure) as raised:
        filled(template(**changes), saying("{{city}}" if changes else "{{x}}"))
    assert raised.value.problem.title == "The variable x has no value."
    assert raised.value.problem.facts["where"] == where


def test_what_is_not_used_needs_no_value() -> None:
    made, _ = filled(template(values={}, instructions="{{city}}"))
    assert made.values == {"city": "Lisboa"}
    assert variables_of(template(instructions="{{b}} {{a}} {{b}}")) == ["b", "a"]


# In a session.


def templated(bench: Bench, api: str = "chat", **values: Any) -> Session:
    session = bench.session(api)
    session.call.variables = [CITY, COUNT]
    session.call.values = values
    session.call.instructions = "Be brief about {{city}}."
    return session


@pytest.mark.parametrize("api", APIS)
async def test_what_is_shown_before_is_what_goes_out(api: str, opening: Opening) -> None:
    async with opening() as bench:
        session = templated(bench, api, count=2, city="a {{count}}")
        text = "{{count}} things of {{city}}, \\{{count}}"
        plain: list[Item] = [Message(key="in:0", role="user", text=Text(text))]
        shown = next_request(bench.workspace, session, plain, keyed=False)
        run = await bench.ask(session, text)
        assert json.loads(shown.address.body) == body_of(run)
        assert said_of(run) == ("2 things of a {{count}}, {{count}}", text)
        assert run.call.instructions == "Be brief about a {{count}}."
        assert run.call.variables == [] and run.call.values == {"city": "a {{count}}", "count": 2}
        assert session.call.instructions == "Be brief about {{city}}."
        assert "2 things of a {{count}}, {{count}}" in json.dumps(body_of(run))

        loaded = await bench.workspace.sessions.load(session.id)
        assert loaded.call == session.call
        assert loaded.runs[run.id].call == run.call
        assert said_of(loaded.runs[run.id]) == said_of(run)


async def test_again_takes_the_values_of_now(opening: Opening) -> None:
    async with opening() as bench:
        session = templated(bench, count=1)
        workspace = bench.workspace
        first = await bench.ask(session, "{{count}} of {{city}}")
        session.call.values = {"count": 2}
        again = workspace.again(session, first)
        assert said_of(again) == ("2 of Lisboa", "{{count}} of {{city}}")
        same = workspace.again(session, first, first.call)
        assert said_of(same)[0] == "1 of Lisboa" and same.call == first.call
        session.call.variables, session.call.instructions = [COUNT], ""
        assert said_of(workspace.again(session, first))[0] == "2 of Lisboa"  # what it was then
        session.call.variables = []
        assert said_of(workspace.again(session, first))[0] == "1 of Lisboa"
        edited = workspace.edit(session, first, "{{count}}")
        assert said_of(edited) == ("{{count}}", "")


async def test_what_is_only_added_is_filled_in_and_kept(opening: Opening) -> None:
    async with opening() as bench:
        session = templated(bench, count=1)
        workspace = bench.workspace
        added = workspace.insert(session, "user", "{{count}} of {{city}}")
        assert said_of(added) == ("1 of Lisboa", "{{count}} of {{city}}")
        session.call.values = {"count": 5}
        answer = workspace.edit_answer(session, added, "Use {{count}}.")
        assert said_of(answer)[0] == "1 of Lisboa" and answer.answer == "Use {{count}}."
        sent = await workspace.go(workspace.again(session, answer))
        assert said_of(sent)[0] == "5 of Lisboa"
        assert "5 of Lisboa" in json.dumps(body_of(sent))


async def test_an_unknown_variable_stops_before_anything_is_made(opening: Opening) -> None:
    async with opening() as bench:
        session = templated(bench)
        session.draft = "{{count}} of {{land}}"
        for do in (
            lambda: bench.workspace.ask(session, session.draft),
            lambda: bench.workspace.insert(session, "user", session.draft),
        ):
            with pytest.raises(Failure, match="The variable"):
                do()
        plain: list[Item] = [Message(key="in:0", role="user", text=Text(session.draft))]
        with pytest.raises(Failure, match="has no value"):
            next_request(bench.workspace, session, plain, keyed=False)
        assert session.runs == {} and session.draft and session.title == ""
