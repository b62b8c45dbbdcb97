"""Requests of Chat Completions: each field at its place, each quirk as stated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.endpoint import Parameter
from playground.core.items import Item, Message, Notice, Reasoning, Text, ToolCall, ToolOutput
from playground.core.profile import Fields, Quirks
from playground.endpoints import BY_ID
from playground.endpoints.chat import CHAT, body

DOCUMENTED = {
    "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
    "max_completion_tokens", "max_tokens", "metadata", "modalities", "moderation", "n",
    "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key",
    "prompt_cache_options", "prompt_cache_retention", "reasoning_effort", "response_format",
    "safety_identifier", "seed", "service_tier", "stop", "store", "stream_options",
    "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
    "web_search_options",
}  # fmt: skip
"""Fields of POST /chat/completions but for the model, the messages and `stream`."""

GROUPS = ("", "Reasoning", "Output", "Tools", "State", "Cache and tier", "Other")

HI = Message(key="in:0", role="user", text=Text("Hi"))


def made(*said: Item, quirks: Quirks | None = None, **call: Any) -> dict[str, Any]:
    return body(Call(api="chat", model="m", **call), list(said or (HI,)), quirks or Quirks())


def at(data: dict[str, Any], path: str) -> Any:
    inner: Any = data
    for name in path.split("."):
        inner = inner[name]
    return inner


# Fields.


def test_every_documented_field_is_there_once() -> None:
    paths = [parameter.path for parameter in CHAT.parameters]
    assert len(set(paths)) == len(paths)
    assert {path.partition(".")[0] for path in paths} == DOCUMENTED


@pytest.mark.parametrize("parameter", CHAT.parameters, ids=lambda one: one.path)
def test_a_field_lands_at_its_path_and_only_when_it_is_on(parameter: Parameter) -> None:
    value = parameter.start or "a"
    row = made(fields={parameter.path: value})
    assert at(row, parameter.path) == value
    before = made()
    name = parameter.path.partition(".")[0]
    assert {key: row[key] for key in row if key != name} == {
        key: before[key] for key in before if key != name
    }
    assert set(before) == {"model", "messages", "stream", "stream_options"}


@pytest.mark.parametrize("endpoint", [CHAT, BY_ID["completions"]], ids=lambda one: one.id)
def test_fields_say_what_they_are(endpoint: Any) -> None:
    for parameter in endpoint.parameters:
        assert parameter.help.endswith(".")
        assert len(parameter.help) < 90, parameter.path
        assert parameter.group in GROUPS
        json.dumps(parameter.start)
        match parameter.kind:
            case "integer" | "number":
                low = parameter.low if parameter.low is not None else float("-inf")
                high = parameter.high if parameter.high is not None else float("inf")
                assert low <= parameter.start <= high, parameter.path
            case "choice":
                assert parameter.start in parameter.choices
            case "boolean":
                assert isinstance(parameter.start, bool)
            case "text":
                assert parameter.start == ""
            case "json":
                assert parameter.start
    groups = [parameter.group for parameter in endpoint.parameters]
    assert groups == sorted(groups, key=GROUPS.index), "one heading each, in the order of GROUPS"
    assert 1 < groups.count("") < 8


# Streams.


def test_a_stream_asks_for_its_usage() -> None:
    assert made()["stream_options"] == {"include_usage": True}
    assert "stream_options" not in made(quirks=Quirks(stream_usage=False))


@pytest.mark.parametrize(
    ("quirk", "fields", "sent"),
    [
        (True, {"stream_options.include_obfuscation": False},
         {"include_usage": True, "include_obfuscation": False}),
        (True, {"stream_options": {"x": 1}}, {"include_usage": True, "x": 1}),
        (True, {"stream_options": {"include_usage": False}}, {"include_usage": False}),
        (False, {"stream_options.include_obfuscation": False}, {"include_obfuscation": False}),
        (False, {"stream_options": {"x": 1}}, {"x": 1}),
    ],
)  # fmt: skip
def test_the_options_of_a_stream_are_merged(
    quirk: bool, fields: dict[str, Any], sent: dict[str, Any]
) -> None:
    row = made(fields=fields, quirks=Quirks(stream_usage=quirk))
    assert row["stream_options"] == sent
    assert row["stream"] is True


def test_the_extra_body_is_merged_into_the_options_too() -> None:
    row = made(extra={"stream_options": {"x": 1}})
    assert row["stream_options"] == {"include_usage": True, "x": 1}


def test_nothing_about_streams_without_one() -> None:
    fields = {"stream_options.include_obfuscation": False, "seed": 1}
    assert set(made(stream=False, fields=fields)) == {"model", "messages", "seed"}
    assert "stream_options" not in made(stream=False, fields={"stream_options": {"x": 1}})


# Quirks.


@pytest.mark.parametrize("role", ["system", "developer"])
def test_the_role_of_instructions(role: Any) -> None:
    said = [Message(role="developer", text=Text("D")), HI, Message(role="system", text=Text("S"))]
    row = made(*said, instructions="I", quirks=Quirks(system_role=role))
    assert [(one["role"], one["content"]) for one in row["messages"]] == [
        (role, "I"), (role, "D"), ("user", "Hi"), (role, "S"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("quirk", "fields", "sent"),
    [
        ("", {"max_completion_tokens": 5}, {"max_completion_tokens": 5}),
        ("max_tokens", {"max_completion_tokens": 5}, {"max_tokens": 5}),
        ("max_completion_tokens", {"max_tokens": 5}, {"max_completion_tokens": 5}),
        ("max_tokens", {"max_completion_tokens": 5, "max_tokens": 6}, {"max_tokens": 6}),
        ("num_predict", {"max_completion_tokens": 5, "max_tokens": 6}, {"num_predict": 5}),
        ("max_tokens", {"seed": 1}, {"seed": 1}),
    ],
)
def test_the_name_of_the_limit(quirk: str, fields: dict[str, Any], sent: dict[str, Any]) -> None:
    row = made(fields=fields, quirks=Quirks(max_tokens=quirk))
    assert {name: row[name] for name in row if name not in made()} == sent


def test_fields_are_dropped_and_renamed_for_a_server_and_for_a_model() -> None:
    quirks = Quirks(
        drop=["stream_options"],
        rename={"reasoning_effort": "reasoning.effort"},
        models={"m": Fields(drop=["temperature"])},
    )
    row = made(fields={"temperature": 0, "reasoning_effort": "low"}, quirks=quirks)
    assert set(row) == {"model", "messages", "stream", "reasoning"}
    assert row["reasoning"] == {"effort": "low"}


THOUGHT = Reasoning(
    text=Text("hm"), name="reasoning", details=[{"type": "reasoning.encrypted", "data": "d"}]
)
CALLS: list[Item] = [
    ToolCall(call_id="a", name="f", arguments=Text("{}"), extra={"google": {"x": 1}}),
    ToolOutput(call_id="a", output="1"),
]


@pytest.mark.parametrize(
    ("quirks", "sent"),
    [
        (Quirks(), {}),
        (Quirks(send_reasoning=True),
         {"reasoning": "hm", "reasoning_details": THOUGHT.details}),
        (Quirks(send_reasoning=True, reasoning_name="reasoning_content"),
         {"reasoning_content": "hm", "reasoning_details": THOUGHT.details}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("led_to", [[Message(text=Text("x"))], CALLS])
def test_reasoning_goes_back_on_the_message_that_it_led_to(
    quirks: Quirks, sent: dict[str, Any], led_to: list[Item]
) -> None:
    answer = made(HI, THOUGHT, *led_to, quirks=quirks)["messages"][1]
    known = ("role", "content", "tool_calls")
    assert answer["role"] == "assistant"
    assert {name: answer[name] for name in answer if name not in known} == sent


def test_reasoning_that_led_to_nothing_stays_here() -> None:
    row = made(HI, THOUGHT, HI, Message(text=Text("x")), quirks=Quirks(send_reasoning=True))
    assert "hm" not in json.dumps(row)


def test_reasoning_that_came_under_no_name_goes_back_under_none() -> None:
    thought = Reasoning(text=Text("hm"))
    row = made(HI, thought, Message(text=Text("x")), quirks=Quirks(send_reasoning=True))
    assert "hm" not in json.dumps(row)


def test_pieces_of_one_detail_go_back_as_one() -> None:
    details = [
        {"type": "reasoning.text", "index": 0, "text": "a", "format": "f"},
        {"type": "reasoning.text", "index": 0, "text": "b", "signature": None},
        {"type": "reasoning.summary", "index": 1, "summary": "s"},
        {"type": "reasoning.text", "index": 0, "signature": "sig", "format": None},
        {"type": "reasoning.encrypted", "data": "d"},
        {"type": "reasoning.encrypted", "data": "d"},
    ]
    before = json.dumps(details)
    said = [HI, Reasoning(details=details), Message(text=Text("x"))]
    answer = made(*said, quirks=Quirks(send_reasoning=True))["messages"][1]
    assert answer["reasoning_details"] == [
        {"type": "reasoning.text", "index": 0, "text": "ab", "format": "f", "signature": "sig"},
        {"type": "reasoning.summary", "index": 1, "summary": "s"},
        {"type": "reasoning.encrypted", "data": "d"},
        {"type": "reasoning.encrypted", "data": "d"},
    ]
    assert json.dumps(details) == before


def test_extra_content_goes_back_where_reasoning_does() -> None:
    said = [HI, *CALLS, Message(text=Text("x"), extra={"google": {"thought_signature": "s"}})]
    plain = made(*said)
    assert "extra_content" not in json.dumps(plain)
    sent = made(*said, quirks=Quirks(send_reasoning=True))["messages"]
    assert sent[1]["tool_calls"][0]["extra_content"] == {"google": {"x": 1}}
    assert sent[3]["extra_content"] == {"google": {"thought_signature": "s"}}


# What was said.

IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"}
SOUND = {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}


@pytest.mark.parametrize(
    ("part", "sent"),
    [
        (IMAGE,
         {"type": "image_url",
          "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}}),
        ({"type": "input_image", "image_url": "https://h.example/a.png"},
         {"type": "image_url", "image_url": {"url": "https://h.example/a.png"}}),
        ({"type": "input_image", "file_id": "file_1", "detail": "auto"},
         {"type": "file", "file": {"file_id": "file_1"}}),
        ({"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,A"},
         {"type": "file",
          "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,A"}}),
        ({"type": "input_file", "file_id": "file_1"},
         {"type": "file", "file": {"file_id": "file_1"}}),
        ({"type": "input_file", "file_url": "https://h.example/a.pdf"},
         {"type": "file", "file": {"file_url": "https://h.example/a.pdf"}}),
        (SOUND, SOUND),
        ({"type": "input_text", "text": "x"}, {"type": "text", "text": "x"}),
        ({"type": "video_url", "video_url": {"url": "u"}},
         {"type": "video_url", "video_url": {"url": "u"}}),
    ],
)  # fmt: skip
def test_parts_of_a_message(part: dict[str, Any], sent: dict[str, Any]) -> None:
    row = made(Message(role="user", text=Text("Look"), parts=[part]))
    assert row["messages"][0]["content"] == [{"type": "text", "text": "Look"}, sent]


def test_a_message_of_parts_alone_has_no_empty_text() -> None:
    content = made(Message(role="user", parts=[IMAGE]))["messages"][0]["content"]
    assert [one["type"] for one in content] == ["image_url"]


def test_text_alone_is_a_plain_string() -> None:
    assert made()["messages"] == [{"role": "user", "content": "Hi"}]


def test_a_conversation_with_tools() -> None:
    said = [
        HI,
        Message(text=Text("Let me see.")),
        ToolCall(call_id="a", name="f", arguments=Text("{}")),
        ToolCall(call_id="b", name="sql", arguments=Text("SELECT 1"), type="custom"),
        ToolOutput(call_id="a", output="1"),
        ToolOutput(call_id="b", output="2"),
        Notice(text="Something we said."),
        Message(text=Text("3")),
    ]
    assert made(*said)["messages"] == [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Let me see.", "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "b", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1"}}]},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
        {"role": "assistant", "content": "3"},
    ]  # fmt: skip


def test_a_call_without_words_before_it() -> None:
    row = made(HI, *CALLS)["messages"][1]
    assert (row["role"], row["content"], len(row["tool_calls"])) == ("assistant", None, 1)


def test_calls_that_nobody_answered_stay_here() -> None:
    assert made(HI, THOUGHT, CALLS[0])["messages"] == [{"role": "user", "content": "Hi"}]


def test_outputs_that_nobody_asked_for_stay_here() -> None:
    assert made(HI, ToolOutput(call_id="c", output="4")) == made(HI)


def test_words_after_a_call_go_into_its_message() -> None:
    """Servers want the outputs right behind it."""
    call = ToolCall(call_id="c", name="f", arguments=Text("{}"))
    after = Message(text=Text("One moment."))
    done, output = Message(text=Text("Done.")), ToolOutput(call_id="c", output="4")
    rows = made(call, after, done, output)["messages"]
    assert [row["role"] for row in rows] == ["assistant", "tool"]
    assert rows[0]["content"] == "One moment.\n\nDone." and rows[0]["tool_calls"][0]["id"] == "c"


def test_no_arguments_are_an_empty_object() -> None:
    rows = made(ToolCall(call_id="c", name="f"), ToolOutput(call_id="c"))["messages"]
    assert rows[0]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}


def test_only_the_first_of_several_choices_goes_back() -> None:
    said = [
        HI,
        Reasoning(text=Text("hm 1"), name="reasoning", choice=1),
        Message(text=Text("one"), choice=1),
        ToolCall(call_id="b", name="g", choice=1),
        Message(text=Text("zero")),
    ]
    sent = made(*said, quirks=Quirks(send_reasoning=True))["messages"]
    assert sent[1:] == [{"role": "assistant", "content": "zero"}]


def test_refusals_go_back() -> None:
    row = made(HI, Message(refusal=Text("No.")))["messages"][1]
    assert row == {"role": "assistant", "content": None, "refusal": "No."}


@pytest.mark.parametrize(
    ("audio", "sent"),
    [
        ({"id": "audio_1", "transcript": "Hi", "data": "AA=="},
         {"content": None, "audio": {"id": "audio_1"}}),
        ({"transcript": "Hi", "data": "AA=="}, {"content": "Hi"}),
    ],
)  # fmt: skip
def test_a_spoken_answer_goes_back_by_its_id(audio: dict[str, Any], sent: dict[str, Any]) -> None:
    row = made(HI, Message(audio=audio))["messages"][1]
    assert row == {"role": "assistant", **sent}


def test_empty_messages_stay_here() -> None:
    assert len(made(HI, Message(), Message(role="user"))["messages"]) == 1


def test_a_body_changes_nothing_of_the_user() -> None:
    call = Call(api="chat", model="m", fields={"max_tokens": 5, "stream_options": {"x": 1}},
                extra={"metadata": {"a": "b"}})  # fmt: skip
    before = call.model_dump_json()
    body(call, [HI, THOUGHT, *CALLS], Quirks(max_tokens="n", send_reasoning=True))
    assert call.model_dump_json() == before
