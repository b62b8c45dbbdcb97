"""The structured answer of a run: what of it is the answer, how it came out, what is told to a
model whose answer does not hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.output import Output
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.report import describe
from playground.engine.structured import Attempt, Structured, corrections, retold, structured
from tests.endpoints.chat_streams import chunk

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
RIGHT = '{"name": "Anna", "age": 31}'
WRONG = '{"name": "Anna", "age": "old"}'


def output(**more: Any) -> Output:
    return Output(**{"mode": "json_schema", "name": "person", "json_schema": SCHEMA, **more})


def run_of(asked: Output) -> Run:
    call = Call(api="chat", model="m", output=asked)
    return Run("run_1", "ses_1", None, call, "p", [], BY_ID["chat"].reduce, owner="me")


class Tape:
    """Events of a chat, a millisecond apart, leg by leg."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.t = 0
        self.leg = -1

    def fact(self, kind: str, data: dict[str, Any] | None = None) -> Tape:
        self.t += 1_000_000
        self.run.take([fact(self.t, kind, data, leg=max(self.leg, 0))])
        return self

    def ask(self) -> Tape:
        self.leg += 1
        self.fact("request")
        return self.fact("head", {"status": 200, "headers": []})

    def say(self, *rows: dict[str, Any]) -> Tape:
        for row in rows:
            self.t += 1_000_000
            raw = b"data: " + json.dumps(row).encode() + b"\n\n"
            self.run.take([Event(self.t, "sse", raw, self.leg)])
        return self

    def text(self, text: str, finish: str = "stop") -> Tape:
        self.say(*(chunk(content=text[at : at + 4]) for at in range(0, len(text), 4)))
        return self.say(chunk(finish)).fact("eof")

    def call(self, name: str, arguments: str, number: int = 0) -> Tape:
        made = {"name": name, "arguments": arguments}
        piece = {"index": number, "id": f"call_{self.leg}{number}", "type": "function"}
        return self.say(chunk(tool_calls=[{**piece, "function": made}]))

    def end(self) -> Run:
        self.fact("ended")
        return self.run


def tape(asked: Output | None = None) -> Tape:
    return Tape(run_of(asked or output()))


def last(run: Run) -> Attempt:
    found = structured(run).last
    assert found is not None
    return found


def state(found: Structured) -> str:
    assert found.last is not None
    return found.last.state


def test_an_answer_that_holds() -> None:
    run = tape().ask().text(RIGHT).end()
    attempt = last(run)
    assert attempt.state == "valid"
    assert attempt.answer.value == {"name": "Anna", "age": 31}
    said = describe(run)
    assert said["parsed"] == {"name": "Anna", "age": 31}
    assert said["schema_errors"] == []


def test_an_answer_that_does_not() -> None:
    run = tape().ask().text(WRONG).end()
    assert last(run).state == "invalid"
    said = describe(run)
    assert said["parsed"] is None
    assert [row["path"] for row in said["schema_errors"]] == ["$.age"]
    assert "integer" in said["schema_errors"][0]["message"]
    assert said["text"] == WRONG


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[1, 2]", "$"),
        ('"no"', "$"),
        ("I cannot say.", "$"),
        ('{"name": "A", "age": NaN}', "$.age"),
    ],
)
def test_what_is_json_of_the_wrong_kind_or_none(text: str, path: str) -> None:
    run = tape().ask().text(text).end()
    assert last(run).state == "invalid"
    assert path in [row["path"] for row in describe(run)["schema_errors"]]


def test_an_answer_that_was_cut_says_what_is_missing() -> None:
    run = tape().ask().text('{"name": "An', "length").end()
    attempt = last(run)
    assert attempt.state == "truncated"
    assert "length" in attempt.words
    assert ("age",) in attempt.answer.missing
    errors = describe(run)["schema_errors"]
    assert {"path": "$.age", "message": "it is missing"} in errors


def test_a_stream_that_broke_is_truncated_too() -> None:
    run = tape().ask().say(chunk(content='{"name": "An')).fact("eof").end()
    assert run.transcript.outcome == "truncated"
    assert last(run).state == "truncated"


def test_a_refusal_is_no_error_of_the_schema() -> None:
    run = tape().ask().say(chunk(refusal="I will not."), chunk("stop")).fact("eof").end()
    attempt = last(run)
    assert (attempt.state, attempt.refusal) == ("refused", "I will not.")
    assert (describe(run)["parsed"], describe(run)["schema_errors"]) == (None, [])
    assert corrections(run) == []


def test_the_forced_tool_is_the_answer() -> None:
    run = tape(output(mode="tool")).ask().call("person", RIGHT).say(chunk("tool_calls")).end()
    assert last(run).state == "valid"
    assert describe(run)["parsed"] == {"name": "Anna", "age": 31}


def test_a_tool_that_was_not_called() -> None:
    run = tape(output(mode="tool")).ask().text("Hello.").end()
    attempt = last(run)
    assert (attempt.state, attempt.words) == ("none", "The model did not call `person`.")
    assert describe(run)["schema_errors"] == [{"path": "$", "message": attempt.words}]


def test_any_object_needs_no_schema() -> None:
    asked = Output(mode="json_object")
    assert last(tape(asked).ask().text('{"x": 1}').end()).state == "valid"
    assert last(tape(asked).ask().text("[1]").end()).state == "invalid"


def test_it_is_read_while_it_comes() -> None:
    made = tape().ask()
    seen = Structured(made.run.call.output)
    seen.look(made.run.transcript)
    assert state(seen) == "waiting"
    made.say(chunk(content='{"name": "An'))
    seen.look(made.run.transcript)
    assert state(seen) == "streaming" and seen.last is not None
    name = seen.last.answer.field(("name",))
    assert name is not None and name.state == "streaming"
    made.say(chunk(content='na", "age": "o'))
    seen.look(made.run.transcript)
    assert name is seen.last.answer.field(("name",)) and name.ended is not None
    made.say(chunk(content='ld"}'), chunk("stop")).fact("eof")
    seen.look(made.run.transcript)
    made.end()
    seen.look(made.run.transcript)
    age = seen.last.answer.field(("age",))
    assert state(seen) == "invalid" and age is not None and age.went_wrong is not None


def test_a_recording_tells_again_when_each_field_came() -> None:
    run = tape().ask().text(WRONG).end()
    made = retold(run).last
    assert made is not None
    name, age = made.answer.field(("name",)), made.answer.field(("age",))
    assert name is not None and name.began is not None and name.ended is not None
    assert age is not None and age.began is not None and age.went_wrong is not None
    assert name.began < name.ended <= age.began <= age.went_wrong <= run.recording.events[-1].t


# Asking again.


def test_a_model_is_told_what_was_wrong() -> None:
    run = tape(output(attempts=2)).ask().text(WRONG).run
    ((kind, data),) = corrections(run)
    assert kind == "said" and data["role"] == "user"
    assert "$.age" in data["text"] and "integer" in data["text"]


def test_a_forced_tool_is_told_by_its_output() -> None:
    made = tape(output(mode="tool", attempts=1)).ask().call("person", WRONG)
    replies = corrections(made.say(chunk("tool_calls")).run)
    assert [kind for kind, _ in replies] == ["tool.result"]
    assert replies[0][1]["call_id"] == "call_00" and replies[0][1]["ok"] is False


def test_nobody_asks_again_where_that_would_not_help() -> None:
    cut = tape(output(attempts=1)).ask().text('{"name": "An', "length").run
    right = tape(output(attempts=1)).ask().text(RIGHT).run
    unusable = tape(output(attempts=1, json_schema={"$ref": "#/$defs/x"})).ask().text(RIGHT).run
    other = tape(output(attempts=1)).ask().call("search", "{}").say(chunk("tool_calls")).run
    for run in (cut, right, unusable, other):
        assert corrections(run) == []


def test_the_second_attempt_is_the_answer() -> None:
    made = tape(output(attempts=1)).ask().text(WRONG)
    for kind, data in corrections(made.run):
        made.fact(kind, data)
    run = made.ask().text(RIGHT).end()
    seen = structured(run)
    assert [attempt.state for attempt in seen.attempts] == ["invalid", "valid"]
    said = describe(run)
    assert said["parsed"] == {"name": "Anna", "age": 31}
    assert said["text"] == RIGHT, "the answer is the last one"
    assert said["steps"] == 2
    roles = [getattr(item, "role", "") for item in run.transcript.items]
    assert roles == ["assistant", "user", "assistant"]
    again = Run(run.id, "s", None, run.call, "p", [], run.reduce)
    again.take(run.recording.events)
    assert describe(again)["parsed"] == said["parsed"]


# What is the answer, and when it is over.


def test_a_request_that_is_tried_again_is_not_over() -> None:
    made = tape().ask()
    seen = Structured(made.run.call.output)
    made.fact("head", {"status": 503, "headers": []})
    made.run.take([Event(made.t, "body", b'{"error": {"message": "busy"}}', 0)])
    made.fact("eof")
    seen.look(made.run.transcript)
    assert made.run.transcript.terminal == "failed"
    assert state(seen) == "waiting"
    made.fact("retry", {"after": 1})
    made.run.take([fact(made.t + 1, "request", {}, leg=0, attempt=1)])
    made.fact("head", {"status": 200, "headers": []}).text(RIGHT).end()
    seen.look(made.run.transcript)
    assert state(seen) == "valid"
    again = retold(made.run).last
    assert again is not None and again.state == "valid"


def test_what_comes_behind_the_end_is_read_live_as_well() -> None:
    made = tape().ask().text(RIGHT)
    seen = Structured(made.run.call.output)
    seen.look(made.run.transcript)
    made.say(chunk(content=" Done."))
    seen.look(made.run.transcript)
    made.end()
    seen.look(made.run.transcript)
    assert seen.last is not None
    assert seen.last.answer.live.text == f"{RIGHT} Done."
    assert seen.last.state == last(made.run).state == "invalid"


def test_a_request_that_fails_says_why_and_blames_no_field() -> None:
    made = tape().ask()
    made.fact("failed", {"problem": {"title": "Nobody answers there."}}).end()
    attempt = last(made.run)
    assert (attempt.state, attempt.words) == ("none", "Nobody answers there.")
    assert describe(made.run)["schema_errors"] == []


@pytest.mark.parametrize("mode", ["json_schema", "tool"])
def test_a_refusal_behind_a_beginning_is_a_refusal(mode: str) -> None:
    made = tape(output(mode=mode, attempts=1)).ask()
    if mode == "tool":
        made.call("person", '{"na')
    else:
        made.say(chunk(content='{"na'))
    made.say(chunk(refusal="I will not."), chunk("stop")).fact("eof")
    assert corrections(made.run) == []
    attempt = last(made.end())
    assert (attempt.state, attempt.refusal) == ("refused", "I will not.")
    assert describe(made.run)["schema_errors"] == []


def test_commentary_alone_is_no_answer() -> None:
    run = responses(message("msg_1", "Let me look.", "commentary"))
    attempt = last(run)
    assert (attempt.state, attempt.words) == ("none", "The model gave no final answer.")
    assert [str(one.text) for one in attempt.commentary] == ["Let me look."]


def test_what_turns_out_to_be_commentary_is_forgotten() -> None:
    """Its phase may come with the end of the item only."""
    made = responses_tape()
    seen = Structured(made.run.call.output)
    made.event("output_item.added", output_index=0, item=message("msg_1", ""))
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    made.event("output_text.delta", **place, delta='{"name"')
    seen.look(made.run.transcript)
    assert seen.last is not None and seen.last.state == "streaming"
    said = message("msg_1", '{"name"', "commentary")
    made.event("output_item.done", output_index=0, item=said)
    seen.look(made.run.transcript)
    assert (seen.last.state, seen.last.answer.live.text) == ("commentary", "")
    final = message("msg_2", RIGHT, "final_answer")
    made.event("output_item.done", output_index=1, item=final)
    made.event("completed", response={"id": "r", "status": "completed", "output": [said, final]})
    made.fact("ended")
    seen.look(made.run.transcript)
    assert state(seen) == last(made.run).state == "valid"


def test_what_was_said_before_a_tool_was_heard_is_no_answer() -> None:
    made = tape().ask().say(chunk(content="Let me look."))
    seen = Structured(made.run.call.output)
    seen.look(made.run.transcript)
    made.call("search", "{}").say(chunk("tool_calls")).fact("eof")
    made.fact("tool.result", {"call_id": "call_00", "output": "31"})
    run = made.ask().text(RIGHT).end()
    seen.look(run.transcript)
    for found in (seen, structured(run)):
        first, second = found.attempts
        assert (first.state, first.words) == ("none", "The model called `search`.")
        assert [str(one.text) for one in first.commentary] == ["Let me look."]
        assert first.answer.live.text == ""
        assert second.state == "valid"


def test_the_forced_tool_called_twice_counts_once_and_both_are_answered() -> None:
    made = tape(output(mode="tool", attempts=1)).ask()
    made.call("person", WRONG).call("person", RIGHT, 1).say(chunk("tool_calls"))
    replies = corrections(made.run)
    assert [data["call_id"] for _, data in replies] == ["call_00", "call_01"]
    assert last(made.end()).state == "invalid"


def test_the_arguments_of_a_forced_tool_may_be_cut() -> None:
    made = tape(output(mode="tool", attempts=1)).ask()
    made.call("person", '{"name": "An').say(chunk("length")).fact("eof")
    assert corrections(made.run) == []
    attempt = last(made.end())
    assert attempt.state == "truncated"
    assert {"path": "$.age", "message": "it is missing"} in describe(made.run)["schema_errors"]


@pytest.mark.parametrize(("text", "state"), [(RIGHT, "valid"), ('{"name": "An', "truncated")])
def test_of_several_choices_another_one_may_have_been_cut(text: str, state: str) -> None:
    made = tape().ask()
    for number, (said, reason) in enumerate(((text, "stop"), ('{"name": ', "length"))):
        for row in (chunk(content=said), chunk(reason)):
            row["choices"][0]["index"] = number
            made.say(row)
    run = made.fact("eof").end()
    assert run.transcript.outcome == "incomplete"
    assert last(run).state == state


def test_an_answer_that_is_not_streamed() -> None:
    made = tape().ask()
    answer = {"role": "assistant", "content": RIGHT}
    body = {"choices": [{"index": 0, "message": answer, "finish_reason": "stop"}]}
    made.run.take([Event(made.t, "body", json.dumps(body).encode(), 0)])
    assert describe(made.fact("eof").end())["parsed"] == json.loads(RIGHT)


def test_an_answer_in_the_background_is_not_over_before_it_is_there() -> None:
    made = responses_tape(
        {"id": "r", "object": "response", "status": "queued", "output": [], "background": True}
    )
    seen = Structured(made.run.call.output)
    seen.look(made.run.transcript)
    assert made.run.transcript.pending == "queued"
    assert state(seen) == "waiting"
    made.run.take([fact(made.t + 1, "request", {}, leg=0, attempt=1)])
    made.fact("head", {"status": 200, "headers": []})
    made.body({"id": "r", "object": "response", "status": "completed",
               "output": [message("msg_1", RIGHT)]})  # fmt: skip
    made.fact("ended")
    seen.look(made.run.transcript)
    assert state(seen) == last(made.run).state == "valid"


@pytest.mark.parametrize(
    ("text", "path"),
    [('{"a": [1e999]}', "$.a[0]"), ('{"a":' * 600 + "1" + "}" * 600, "$" + ".a" * 512)],
)
def test_what_json_cannot_say_again_is_not_parsed(text: str, path: str) -> None:
    run = tape(Output(mode="json_object")).ask().text(text).end()
    said = describe(run)
    assert said["parsed"] is None
    assert [row["path"] for row in said["schema_errors"]] == [path]
    json.dumps(said, allow_nan=False, indent=2)


class ResponsesTape(Tape):
    def event(self, kind: str, **data: Any) -> ResponsesTape:
        self.say({"type": f"response.{kind}", **data})
        return self

    def body(self, data: dict[str, Any]) -> None:
        self.run.take([Event(self.t, "body", json.dumps(data).encode(), 0)])
        self.fact("eof")


def message(item_id: str, text: str, phase: str | None = None) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []}] if text else []
    made = {"type": "message", "id": item_id, "role": "assistant", "content": content}
    return {**made, "phase": phase} if phase else made


def responses_tape(body: dict[str, Any] | None = None) -> ResponsesTape:
    call = Call(api="responses", model="m", output=output())
    run = Run("run_1", "ses_1", None, call, "p", [], BY_ID["responses"].reduce, owner="me")
    made = ResponsesTape(run)
    made.ask()
    if body is not None:
        made.body(body)
    return made


def responses(*said: dict[str, Any]) -> Run:
    """A run that was answered at once."""
    made = responses_tape({"id": "r", "object": "response", "status": "completed",
                           "output": list(said)})  # fmt: skip
    return made.end()
