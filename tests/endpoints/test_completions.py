"""Legacy Completions: prompts from conversations, and texts that go on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.endpoint import Parameter
from playground.core.items import Item, Message, Notice, Reasoning, Text, ToolCall, ToolOutput
from playground.core.profile import Fields, Quirks
from playground.core.transcript import Transcript
from playground.endpoints.choices import UNFINISHED
from playground.endpoints.completions import COMPLETIONS, body
from tests.endpoints import chat_streams
from tests.endpoints.chat_streams import DONE

DOCUMENTED = {
    "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n",
    "presence_penalty", "seed", "stop", "stream_options", "suffix", "temperature", "top_p",
    "user",
}  # fmt: skip
"""Fields of POST /completions but for the model, the prompt and `stream`."""


def read(*data: Any, end: str = "eof") -> Transcript:
    return chat_streams.read(*data, end=end, reduce=COMPLETIONS.reduce)


def chunk(text: Any = "", finish: Any = None, index: Any = 0, **more: Any) -> dict[str, Any]:
    choice = {"text": text, "index": index, "logprobs": None, "finish_reason": finish, **more}
    return {"id": "cmpl-1", "object": "text_completion", "model": "m", "choices": [choice]}


def said(role: str, text: str) -> Message:
    return Message(role=role, text=Text(text))


def made(*history: Item, quirks: Quirks | None = None, **call: Any) -> dict[str, Any]:
    asked = Call(api="completions", model="m", **call)
    return body(asked, list(history or (said("user", "Once"),)), quirks or Quirks())


# What goes out.


def test_a_request() -> None:
    assert made() == {
        "model": "m",
        "prompt": "Once",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert made(stream=False) == {"model": "m", "prompt": "Once"}


@pytest.mark.parametrize(
    ("instructions", "history", "prompt"),
    [
        ("", [said("user", "Once")], "Once"),
        ("Tell.", [said("user", "Once")], "Tell.\n\nOnce"),
        ("", [said("user", "A"), said("assistant", "B"), said("user", "C")], "A\n\nB\n\nC"),
        ("", [said("user", "A"), said("assistant", "A and on"), said("user", "C")],
         "A and on\n\nC"),
        ("I", [said("user", "A"), said("assistant", "I\n\nA and on")], "I\n\nA and on"),
        ("", [said("user", "A"), said("user", "A")], "A\n\nA"),
        ("", [said("user", "Once upon"), said("assistant", " a time"), said("assistant", " there")],
         "Once upon a time there"),
        ("", [said("user", "def f():\n"), said("assistant", "return 1")], "def f():\nreturn 1"),
        ("", [said("user", "A"), Message(text=Text("B"), choice=0),
              Message(text=Text("C"), choice=1)], "A\n\nB"),
        ("", [said("user", "A"), Reasoning(text=Text("x")), Notice(text="x"),
              ToolCall(call_id="a"), ToolOutput(call_id="a", output="x"),
              said("assistant", "")], "A"),
    ],
)  # fmt: skip
def test_the_prompt_is_the_conversation(
    instructions: str, history: list[Item], prompt: str
) -> None:
    assert made(*history, instructions=instructions)["prompt"] == prompt


def test_every_documented_field_is_there_once() -> None:
    paths = [parameter.path for parameter in COMPLETIONS.parameters]
    assert len(set(paths)) == len(paths)
    assert {path.partition(".")[0] for path in paths} == DOCUMENTED


@pytest.mark.parametrize("parameter", COMPLETIONS.parameters, ids=lambda one: one.path)
def test_a_field_lands_at_its_path(parameter: Parameter) -> None:
    value = parameter.start or "a"
    row = made(fields={parameter.path: value})
    name, _, rest = parameter.path.partition(".")
    assert (row[name][rest] if rest else row[name]) == value


def test_quirks() -> None:
    quirks = Quirks(
        stream_usage=False, rename={"max_tokens": "n_predict"}, models={"m": Fields(drop=["echo"])}
    )
    row = made(fields={"max_tokens": 5, "echo": True}, extra={"top_k": 3}, quirks=quirks)
    assert row == {"model": "m", "prompt": "Once", "stream": True, "n_predict": 5, "top_k": 3}


# What comes in.


def test_a_stream() -> None:
    seen = read(
        chunk(" upon"), chunk(" a time"), chunk("", "stop"),
        {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 4}}, DONE,
    )  # fmt: skip
    assert (seen.text, seen.outcome, seen.finish_reason) == (" upon a time", "completed", "stop")
    assert (seen.response_id, seen.model) == ("cmpl-1", "m")
    assert seen.usage is not None
    assert (seen.usage.input, seen.usage.output) == (1, 4)
    assert seen.items[0].t1 is not None
    assert not seen.repairs


def test_a_whole_answer() -> None:
    seen = chat_streams.answer(chunk("upon", "length"), COMPLETIONS.reduce)
    assert (seen.text, seen.outcome) == ("upon", "incomplete")


@pytest.mark.parametrize("end", ["eof", "cut"])
def test_a_stream_that_breaks_off(end: str) -> None:
    assert read(chunk("upon"), end=end).outcome == "truncated"
    assert read(chunk("upon"), DONE, end=end).outcome == "truncated"


def test_several_answers() -> None:
    seen = read(chunk("b", index=1), chunk("a"), chunk("", "stop"), DONE)
    assert (seen.text, seen.outcome, seen.repairs) == ("a", "completed", [UNFINISHED])
    assert [(one.choice, str(one.text)) for one in seen.messages()] == [(1, "b"), (0, "a")]


def test_columns_of_logprobs_become_rows() -> None:
    seen = read(
        chunk("Once", logprobs={"tokens": ["Once"], "token_logprobs": [None],
                                "top_logprobs": None, "text_offset": [0]}),
        chunk(" upon", logprobs={"tokens": [" upon", "!"], "token_logprobs": [-0.1],
                                 "top_logprobs": [{" upon": -0.1, " a": -2.5}]}),
        chunk("", "stop"),
    )  # fmt: skip
    (message,) = seen.messages()
    assert message.logprobs == [
        {"token": "Once", "logprob": None, "top_logprobs": []},
        {"token": " upon", "logprob": -0.1, "top_logprobs": [
            {"token": " upon", "logprob": -0.1}, {"token": " a", "logprob": -2.5}]},
        {"token": "!", "logprob": None, "top_logprobs": []},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "error", [{"error": {"message": "Gone."}}, {"object": "error", "message": "Gone."}]
)
def test_errors_keep_the_text(error: Any) -> None:
    seen = read(chunk("Half"), error, DONE)
    assert (seen.outcome, seen.text) == ("failed", "Half")
    assert seen.problem is not None
    assert seen.problem.detail == "Gone."


NAMES = st.sampled_from(
    [
        "choices",
        "text",
        "index",
        "logprobs",
        "finish_reason",
        "tokens",
        "token_logprobs",
        "top_logprobs",
        "error",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=2), inner),
    max_leaves=12,
)


@given(st.lists(JSON | st.builds(chunk, JSON, JSON, JSON, logprobs=JSON), max_size=5))
def test_nothing_that_is_json_is_tripped_over(data: list[Any]) -> None:
    transcript = Transcript()
    for row in data:
        COMPLETIONS.reduce(transcript, "", row)
