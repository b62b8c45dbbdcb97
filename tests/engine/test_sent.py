"""What was set, what was sent, and why: for everything that can make the two differ."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core import negotiate
from playground.core.call import Call
from playground.core.endpoint import Kept
from playground.core.items import Item, Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.output import Output
from playground.core.profile import Fields, Profile, Quirks
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.engine.sent import explain, shown
from playground.engine.sent_rows import ABSENT, Row

HELLO: list[Item] = [Message(key="in:0", role="user", text=Text("Hello"))]
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def profile(**quirks: Any) -> Profile:
    return Profile(id="p", name="Somewhere", quirks=Quirks(**quirks))


def requested(body: Any, *, masked: bool = False, leg: int = 0, headers: Any = ()) -> Event:
    text = body if isinstance(body, str) else json.dumps(body)
    data = {"method": "POST", "url": "http://h/v1/x", "headers": list(headers), "body": text}
    return fact(1, "request", data, leg)._replace(masked=masked)


def of(call: Call, *events: Event, said: list[Item] = HELLO, created: float = 2.0) -> Run:
    run = Run("r", "s", None, call, "p", said, BY_ID[call.api].reduce, created=created)
    run.take(events)
    return run


def told(
    call: Call,
    where: Profile | None = None,
    *,
    body: Any = None,
    said: list[Item] = HELLO,
    kept: Kept | None = None,
    siblings: list[Run] | None = None,
    before: tuple[Event, ...] = (),
    **request: Any,
) -> dict[str, Row]:
    """The rows by path, of the request that is made of this, or of `body`."""
    where, endpoint = where or profile(), BY_ID[call.api]
    if body is None:
        body = endpoint.body(call, said, where.quirks, kept)
    run = of(call, *before, requested(body, **request), said=said)
    number = len(before)
    rows = explain(run, number, said, where, endpoint, [*(siblings or ()), run])
    assert len({(row.path, row.to) for row in rows}) == len(rows)
    return {row.path: row for row in rows}


def kinds(row: Row) -> list[str]:
    return [why.kind for why in row.whys]


def calling(**more: Any) -> Call:
    return Call(**{"api": "chat", "model": "m", **more})


# As it was set.


def test_what_went_out_as_it_was_set_does_not_differ() -> None:
    rows = told(Call(model="m", fields={"temperature": 0.5, "reasoning.effort": "low"}))
    assert list(rows) == ["model", "input", "stream", "temperature", "reasoning.effort"]
    assert not any(row.differs for row in rows.values())
    assert rows["reasoning.effort"] == Row("reasoning.effort", "low", "reasoning.effort", "low")
    assert rows["input"].sent == [{"role": "user", "content": "Hello"}]


def test_a_request_without_a_body_has_no_rows() -> None:
    assert told(calling(), body="") == {}
    assert told(calling(), body="[1]") == {}


# Quirks.


def test_a_server_that_drops_a_field() -> None:
    row = told(calling(fields={"top_k": 5}), profile(drop=["top_k"]))["top_k"]
    assert (row.was, row.sent, kinds(row)) == (5, ABSENT, ["server"])
    assert "Somewhere" in row.whys[0].words


def test_a_field_that_is_inside_another_is_dropped() -> None:
    call = Call(model="m", fields={"reasoning.effort": "low", "reasoning.summary": "auto"})
    rows = told(call, profile(drop=["reasoning.effort"]))
    assert kinds(rows["reasoning.effort"]) == ["server"]
    assert not rows["reasoning.summary"].differs


def test_a_server_that_has_another_name() -> None:
    call = Call(model="m", fields={"reasoning.effort": "low"})
    rows = told(call, profile(rename={"reasoning": "thinking"}))
    row = rows["reasoning.effort"]
    assert (row.to, row.was, row.sent, kinds(row)) == ("thinking.effort", "low", "low", ["server"])


def test_a_quirk_of_the_model() -> None:
    models = {"m": Fields(drop=["seed"], rename={"top_p": "p"}), "other": Fields(drop=["stop"])}
    rows = told(calling(fields={"seed": 1, "top_p": 0.5, "stop": "x"}), profile(models=models))
    assert (rows["seed"].sent, kinds(rows["seed"])) == (ABSENT, ["model"])
    assert (rows["top_p"].to, rows["top_p"].sent, kinds(rows["top_p"])) == ("p", 0.5, ["model"])
    assert not rows["stop"].differs


def test_the_limit_under_the_name_that_the_server_knows() -> None:
    call = calling(fields={"max_completion_tokens": 9})
    row = told(call, profile(max_tokens="max_tokens"))["max_completion_tokens"]
    assert (row.to, row.was, row.sent, kinds(row)) == ("max_tokens", 9, 9, ["server"])
    rows = told(call, profile(max_tokens="max_completion_tokens"))
    assert not rows["max_completion_tokens"].differs


def test_options_of_the_stream_are_added() -> None:
    row = told(calling())["stream_options.include_usage"]
    assert (row.was, row.sent, kinds(row)) == (ABSENT, True, ["stream"])
    assert "stream_options.include_usage" not in told(calling(), profile(stream_usage=False))


def test_options_of_a_stream_that_there_is_not_are_left_out() -> None:
    call = calling(stream=False, fields={"stream_options.include_obfuscation": False})
    row = told(call)["stream_options.include_obfuscation"]
    assert (row.sent, kinds(row)) == (ABSENT, ["stream"])


def test_the_role_of_the_instructions() -> None:
    rows = told(calling(instructions="Be brief."), profile(system_role="developer"))
    row = rows["instructions"]
    assert (row.to, row.sent, kinds(row)) == ("messages[0]", "Be brief.", ["dialect"])
    role = rows["messages[0].role"]
    assert (role.was, role.sent, kinds(role)) == ("system", "developer", ["server"])


def test_reasoning_that_goes_back_and_that_does_not() -> None:
    thought = Reasoning(text=Text("hm"), name="reasoning")
    said = [*HELLO, thought, Message(role="assistant", text=Text("Hi")), *HELLO]
    rows = told(calling(), said=said)
    assert kinds(rows["messages"]) == ["history"]
    rows = told(calling(), profile(send_reasoning=True), said=said)
    assert not rows["messages"].differs
    assert (rows["messages[1].reasoning"].sent, kinds(rows["messages[1].reasoning"])) == (
        "hm",
        ["server"],
    )


def test_a_call_that_nobody_answered_stays_here() -> None:
    said: list[Item] = [*HELLO, ToolCall(call_id="c", name="f"), *HELLO]
    rows = told(calling(), said=said)
    assert kinds(rows["messages"]) == ["history"]
    said.insert(2, ToolOutput(call_id="c", output="1"))
    assert not told(calling(), said=said)["messages"].differs


# What a call has of its own.


def test_what_is_merged_in() -> None:
    call = calling(fields={"top_p": 0.5}, extra={"top_p": 0.9, "provider": {"order": ["a"]}})
    rows = told(call)
    assert (rows["top_p"].was, rows["top_p"].sent, kinds(rows["top_p"])) == (0.5, 0.9, ["extra"])
    assert kinds(rows["provider.order"]) == ["extra"]
    back = told(calling(fields={"seed": 1}, extra={"seed": 1}), profile(drop=["seed"]))["seed"]
    assert (back.was, back.sent, kinds(back)) == (1, 1, ["server", "extra"])


def test_a_conversation_that_is_merged_in() -> None:
    row = told(calling(extra={"messages": []}))["messages"]
    assert (row.sent, kinds(row)) == ([], ["extra"])


@pytest.mark.parametrize(
    ("api", "path"), [("responses", "text.format"), ("chat", "response_format.type")]
)
def test_the_form_of_the_answer(api: str, path: str) -> None:
    output = Output(mode="json_schema", json_schema=SCHEMA)
    row = told(calling(api=api, output=output))[path]
    assert (row.was, kinds(row)) == (ABSENT, ["output"])


def test_tools_that_are_offered_and_the_one_that_has_to_be_called() -> None:
    tool = Tool(name="look", description="", parameters=SCHEMA)
    rows = told(calling(tools=[tool]))
    assert kinds(rows["tools"]) == ["tools"]
    assert shown(rows["tools"].sent) == "1 item: look"
    rows = told(calling(tools=[tool], output=Output(mode="tool", json_schema=SCHEMA)))
    assert kinds(rows["tools"]) == ["tools", "output"]
    assert kinds(rows["tool_choice.function"]) == ["output"]


def test_the_server_has_the_conversation() -> None:
    said = [*HELLO, Message(role="assistant", text=Text("Hi")), *HELLO]
    call = Call(model="m", state="previous_response_id")
    rows = told(call, profile(state="stateful"), said=said, kept=Kept(2, "resp_1"))
    assert (len(rows["input"].was), len(rows["input"].sent)) == (3, 1)
    assert kinds(rows["input"]) == ["state"]
    assert "the first 2 of these" in rows["input"].whys[0].words
    row = rows["previous_response_id"]
    assert (row.was, row.sent, kinds(row)) == (ABSENT, "resp_1", ["state"])


def test_later_requests_have_what_was_called_and_answered() -> None:
    call = Call(model="m", tools=[Tool(name="f")])
    first = BY_ID["responses"].body(call, HELLO, Quirks(), None)
    item = {"id": "i", "type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    done = {"type": "response.output_item.done", "output_index": 0, "item": item}
    events = (
        requested(first),
        Event(2, "sse", b"data: " + json.dumps(done).encode() + b"\n\n"),
        fact(3, "tool.result", {"call_id": "c", "output": "7", "ok": True, "state": "done"}),
    )
    said = [*HELLO, *of(call, *events).transcript.items]
    body = BY_ID["responses"].body(call, said, Quirks(), None)
    run = of(call, *events, requested(body, leg=1))
    rows = {row.path: row for row in explain(run, 3, HELLO, profile(), BY_ID["responses"])}
    assert len(rows["input"].sent) == 3
    assert not rows["input"].differs


# What no rule made.


def test_what_was_changed_at_a_breakpoint() -> None:
    call = calling(fields={"top_p": 0.5})
    body = BY_ID["chat"].body(call, HELLO, Quirks(), None)
    body |= {"top_p": 0.1, "messages": [{"role": "user", "content": "Bye"}]}
    resumed = {"place": "before_send", "by": "go", "edited": True}
    rows = told(call, body=body, before=(fact(0, "resumed", resumed),))
    assert (rows["top_p"].sent, kinds(rows["top_p"])) == (0.1, ["hand"])
    row = rows["messages[0].content"]
    assert (row.was, row.sent, kinds(row)) == ("Hello", "Bye", ["hand"])
    assert "stood" in row.whys[0].words
    rows = told(call, body=body, before=(fact(0, "resumed", {**resumed, "edited": False}),))
    assert kinds(rows["top_p"]) == ["unexplained"]


def test_what_was_written_by_hand() -> None:
    body = {"model": "m2", "messages": [{"role": "user", "content": "Hello"}], "odd": None}
    rows = told(calling(body=body), body=body)
    assert (rows["model"].was, rows["model"].sent, kinds(rows["model"])) == ("m", "m2", ["hand"])
    assert (rows["odd"].sent, kinds(rows["odd"])) == (None, ["hand"])
    assert (rows["stream"].sent, kinds(rows["stream"])) == (ABSENT, ["hand"])
    assert not rows["messages"].differs


def refused(call: Call, message: str, param: str) -> Run:
    """A run whose request a server refused."""
    body = BY_ID[call.api].body(call, HELLO, Quirks(), None)
    error = {"error": {"message": message, "param": param, "type": "invalid_request_error"}}
    head = {"status": 400, "reason": "Bad Request", "version": "HTTP/1.1", "headers": []}
    answer = Event(3, "body", json.dumps(error).encode())
    events = (requested(body), fact(2, "head", head), answer, fact(4, "eof"), fact(5, "ended"))
    return of(call, *events, created=1.0)


def test_what_a_server_refused_before() -> None:
    call = calling(fields={"top_k": 5, "max_tokens": 7})
    first = refused(call, "Unsupported parameter: 'top_k'", "top_k")
    assert first.transcript.problem is not None
    [offer] = negotiate.offers(first.transcript.problem, negotiate.sent(first.recording))
    row = told(negotiate.applied(call, offer), siblings=[first])["top_k"]
    assert (row.was, row.sent, kinds(row)) == (5, ABSENT, ["refusal"])
    assert "without top_k" in row.whys[0].words

    words = "'max_tokens' is not supported, use 'max_completion_tokens' instead"
    second = refused(call, words, "max_tokens")
    assert second.transcript.problem is not None
    offer = negotiate.offers(second.transcript.problem, negotiate.sent(second.recording))[0]
    row = told(negotiate.applied(call, offer), siblings=[second])["max_tokens"]
    assert (row.to, row.was, row.sent) == ("max_completion_tokens", 7, 7)
    assert kinds(row) == ["refusal"]


def test_what_only_this_request_learnt_from_a_refusal() -> None:
    call = calling()
    first = refused(call, "Unknown parameter: 'stream_options'", "stream_options")
    sent = negotiate.sent(first.recording)
    assert first.transcript.problem is not None
    [offer, *_] = negotiate.offers(first.transcript.problem, sent)
    row = told(call, body=negotiate.amended(sent, offer), siblings=[first])[
        "stream_options.include_usage"
    ]
    assert (row.sent, kinds(row)) == (ABSENT, ["stream", "refusal"])


def test_nothing_is_made_up_to_explain() -> None:
    call = calling(fields={"top_p": 1})
    body = BY_ID["chat"].body(call, HELLO, Quirks(), None) | {"top_p": True, "new": 1}
    rows = told(call, body=body)
    assert kinds(rows["top_p"]) == ["unexplained"]
    assert kinds(rows["new"]) == ["unexplained"]
    body["messages"] = []
    assert kinds(told(call, body=body)["messages"]) == ["unexplained"]


def test_a_secret_is_no_difference_that_anybody_made() -> None:
    call = calling(extra={"token": "sk-12345678"}, fields={"top_p": 1})
    body = BY_ID["chat"].body(call, HELLO, Quirks(), None) | {"token": "***********"}
    assert kinds(told(call, body=body, masked=True)["token"]) == ["extra", "masked"]
    assert kinds(told(call, body=body)["token"]) == ["extra", "unexplained"]


# Headers.


def test_headers_of_profile_and_call() -> None:
    where = profile().model_copy(
        update={"headers": {"X-Team": "six", "X-Area": "a"}, "organization": "org"}
    )
    went = [
        ["authorization", "Bearer ********"],
        ["x-team", "seven"],
        ["x-area", "b"],
        ["OpenAI-Organization", "org"],
        ["x-api-key", "*********"],
    ]
    call = calling(headers={"X-Team": "seven", "x-api-key": "sk-123456"})
    rows = told(call, where, headers=went)
    assert (rows["header X-Team"].sent, kinds(rows["header X-Team"])) == ("seven", ["header"])
    assert kinds(rows["header X-Area"]) == ["unexplained"]
    assert not rows["header OpenAI-Organization"].differs
    assert rows["header x-api-key"].was == "*********"
    assert not rows["header x-api-key"].differs
    row = rows["header Authorization"]
    assert (row.was, row.sent, kinds(row)) == (ABSENT, "Bearer ********", ["header"])


# Values.


def test_values_in_a_few_words() -> None:
    assert shown(ABSENT) == ""
    assert shown("ü") == '"ü"'
    assert shown([{"role": "user"}, {"type": "function", "function": {"name": "f"}}]) == (
        "2 items: user, f"
    )
    assert shown([1, 2]) == "[1, 2]"
    assert len(shown("x" * 500)) == 160
