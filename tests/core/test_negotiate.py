"""What servers say of a field that they refuse, and what is offered then."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.negotiate import (
    ROLE,
    Offer,
    amended,
    applied,
    difference,
    learnt,
    offers,
    sent,
)
from playground.core.problem import Problem, from_response
from playground.core.profile import Fields, Quirks
from playground.core.recording import Recording, fact
from playground.endpoints import BY_ID

BODY: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
    "stream": True,
    "stream_options": {"include_usage": True},
    "temperature": 3,
    "top_p": 0.9,
    "max_tokens": 100_000,
    "user": "u-1",
    "store": True,
    "reasoning": {"effort": "xhigh", "summary": "auto"},
    "reasoning_effort": "xhigh",
}


def refused(answer: Any, status: int = 400, body: dict[str, Any] | None = None) -> list[Offer]:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    return offers(from_response(status, {}, text.encode()), BODY if body is None else body)


def openai(message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


DROP = [
    # OpenAI, now and before
    (openai("Unknown parameter: 'top_p'.", "top_p", "unknown_parameter"), "top_p"),
    (openai("Unknown parameter: 'reasoning.effort'.", "reasoning.effort"), "reasoning.effort"),
    (openai("Unrecognized request argument supplied: top_p"), "top_p"),
    (
        openai(
            "Unsupported parameter: 'top_p' is not supported with this model.",
            "top_p",
            "unsupported_parameter",
        ),
        "top_p",
    ),
    (
        openai(
            "Unsupported value: 'temperature' does not support 3 with this model. Only the default"
            " (1) value is supported.",
            "temperature",
            "unsupported_value",
        ),
        "temperature",
    ),
    # vLLM and others that print pydantic's errors as Python does
    (
        {
            "object": "error",
            "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'top_p'), 'msg': 'Extra inputs"
            " are not permitted', 'input': 0.9}]",
            "type": "BadRequestError",
            "param": None,
            "code": 400,
        },
        "top_p",
    ),
    ({"object": "error", "message": "top_p must be in (0, 1], got 3.0.", "code": 400}, "top_p"),
    # FastAPI
    ({"detail": [{"loc": ["body", "top_p"], "msg": "extra fields not permitted"}]}, "top_p"),
    (
        {
            "detail": [
                {"loc": ["body", "reasoning", "effort"], "msg": "Extra inputs are not allowed"}
            ]
        },
        "reasoning.effort",
    ),
    # Mistral
    (
        {
            "object": "error",
            "message": {
                "detail": [
                    {
                        "type": "extra_forbidden",
                        "loc": ["body", "stream_options"],
                        "msg": "Extra inputs are not permitted",
                        "input": {"include_usage": True},
                    }
                ]
            },
            "type": "invalid_request_error",
        },
        "stream_options",
    ),
    # Groq
    (openai("property 'store' is unsupported"), "store"),
    (openai("`top_p` is not supported with this model"), "top_p"),
    # Gemini
    (
        '[{"error": {"code": 400, "message": "Invalid JSON payload received. Unknown name '
        '\\"store\\": Cannot find field.", "status": "INVALID_ARGUMENT"}}]',
        "store",
    ),
    # LiteLLM
    (
        openai("litellm.UnsupportedParamsError: x does not support parameters: ['top_p'], for m"),
        "top_p",
    ),
    (openai("m does not support parameters: {'top_p': 0.9}, for model=m."), "top_p"),
    # JSON Schema, serde, Go, Anthropic, Fireworks
    (openai("Additional properties are not allowed ('top_p' was unexpected)"), "top_p"),
    ("Failed to deserialize the JSON body: unknown field `top_p`, expected `model`", "top_p"),
    ({"error": 'json: unknown field "top_p"'}, "top_p"),
    (openai("`temperature` is deprecated for this model."), "temperature"),
    (openai("Extra inputs are not permitted, field: 'store', value: True"), "store"),
    (openai("Unknown parameter: 'include_usage'."), "stream_options.include_usage"),
]


@pytest.mark.parametrize(("answer", "path"), DROP)
@pytest.mark.parametrize("status", [400, 422])
def test_a_field_that_is_refused_can_be_left_out(answer: Any, path: str, status: int) -> None:
    assert refused(answer, status) == [Offer("drop", path)]


def test_several_at_once_can_be_left_out_one_by_one() -> None:
    answer = openai("Unrecognized request arguments supplied: top_p, store and user")
    assert refused(answer) == [Offer("drop", path) for path in ("top_p", "store", "user")]


RENAME = [
    (
        openai(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
            " 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        ),
        "max_tokens",
        "max_completion_tokens",
    ),
    (openai("Unrecognized request argument supplied: max_tokens"), "max_tokens",
     "max_completion_tokens"),
    (
        openai(
            "Unsupported parameter: 'reasoning_effort'. In the Responses API, this parameter has"
            " moved to 'reasoning.level'. Try again with the new parameter.",
            "reasoning_effort",
        ),
        "reasoning_effort",
        "reasoning.level",
    ),
    (openai("user is no longer supported, use safety_identifier instead"), "user",
     "safety_identifier"),
    ({"detail": [{"loc": ["body", "top_p"], "msg": "Extra input. Did you mean 'p'?"}]}, "top_p",
     "p"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "path", "to"), RENAME)
def test_a_field_with_another_name_can_be_renamed(answer: Any, path: str, to: str) -> None:
    assert refused(answer) == [Offer("rename", path, to), Offer("drop", path)]


def test_a_new_name_that_is_taken_is_not_offered() -> None:
    answer = openai("'max_tokens' is not supported. Use 'max_completion_tokens' instead.")
    body = {**BODY, "max_completion_tokens": 5}
    assert refused(answer, body=body) == [Offer("drop", "max_tokens")]


VALUE = [
    (
        openai(
            "Unsupported value: 'reasoning.effort' does not support 'xhigh' with this model."
            " Supported values are: 'low', 'medium', and 'high'.",
            "reasoning.effort",
            "unsupported_value",
        ),
        "reasoning.effort",
        ["low", "medium", "high"],
    ),
    (
        openai(
            "Invalid value: 'xhigh'. Supported values are: 'low' and 'high'.", "reasoning_effort"
        ),
        "reasoning_effort",
        ["low", "high"],
    ),
    (
        {
            "detail": [
                {"loc": ["body", "reasoning_effort"], "msg": "Input should be 'low' or 'high'"}
            ]
        },
        "reasoning_effort",
        ["low", "high"],
    ),
    (openai("reasoning_effort must be one of low, high"), "reasoning_effort", ["low", "high"]),
    (
        openai(
            "Invalid 'temperature': integer above maximum value. Expected a value <= 2, but got 3"
            " instead.",
            "temperature",
        ),
        "temperature",
        [2],
    ),
    (
        openai(
            "max_tokens is too large: 100000. This model supports at most 16384 completion tokens,"
            " whereas you provided 100000.",
            "max_tokens",
        ),
        "max_tokens",
        [16384],
    ),
    (
        {
            "detail": [
                {"loc": ["body", "top_p"], "msg": "Input should be greater than or equal to 1.5"}
            ]
        },
        "top_p",
        [1.5],
    ),
]


@pytest.mark.parametrize(("answer", "path", "values"), VALUE)
def test_values_that_the_server_names_are_offered(
    answer: Any, path: str, values: list[Any]
) -> None:
    wanted = [*(Offer("value", path, value) for value in values), Offer("drop", path)]
    assert refused(answer) == wanted
    assert [type(one.to) for one in refused(answer)][:-1] == [type(value) for value in values]


@pytest.mark.parametrize(
    "answer",
    [
        openai("Unexpected role 'developer'", "messages[0].role"),
        openai(
            "messages[0].role: unknown variant `developer`, expected one of `system`, `user`,"
            " `assistant`, `tool`"
        ),
        openai("'developer' is not one of ['system', 'assistant', 'user', 'function']"),
    ],
)
def test_instructions_may_have_another_role(answer: Any) -> None:
    offer = Offer("value", ROLE, "system")
    assert refused(answer) == [offer]
    assert refused(answer, 500)[:1] == [offer]
    assert refused(answer, body={"messages": [{"role": "system", "content": ""}]}) == []
    made = amended(BODY, offer)
    assert [row["role"] for row in made["messages"]] == ["system", "user"]
    assert difference(BODY, made) == [
        '- messages[0].role: "developer"',
        '+ messages[0].role: "system"',
    ]
    assert learnt(Quirks(system_role="developer"), "m", offer) == Quirks()


def test_a_schema_with_a_mistake_is_mended_and_not_left_out() -> None:
    body = {"text": {"format": {"type": "json_schema", "name": "a", "schema": {}}}}
    said = "Invalid schema for response_format 'a': 'additionalProperties' is required to be false."
    answer = openai(said, "text.format.schema", "invalid_json_schema")
    assert refused(answer, body=body) == []


def test_an_answer_may_come_in_one_piece() -> None:
    answer = openai(
        "Your organization must be verified to stream this model.", "stream", "unsupported_value"
    )
    (offer,) = refused(answer)
    assert (offer.words, offer.lasting) == ("without streaming", False)
    assert not {"stream", "stream_options"} & set(amended(BODY, offer))
    assert applied(Call(), offer).stream is False
    assert learnt(Quirks(), "m", offer) == Quirks()


NOTHING = [
    (openai("The model `m` does not exist", "model", "model_not_found"), 404),
    (openai("Invalid type for 'messages[0].content'.", "messages[0].content"), 400),
    (openai("Invalid value: 'x'.", "messages"), 400),
    (openai("Previous response not found.", "previous_response_id"), 400),
    (openai("Unknown parameter: 'foo'.", "foo", "unknown_parameter"), 400),
    (openai("This model's maximum context length is 8 tokens.", "messages"), 400),
    (openai("Rate limit reached for 'top_p'.", "top_p"), 429),
    (openai("The user has no credit left in store."), 400),
    (openai("Incorrect API key", "top_p"), 401),
    (openai("The server had an error"), 500),
    ("", 400),
    ("<html>400 Bad Request</html>", 400),
    ('{"error": {"message": 7, "param": {"a": []}}}', 400),
    ({"detail": [{"loc": None, "msg": "Extra inputs are not permitted"}, {"loc": 5}, 3]}, 422),
]


@pytest.mark.parametrize(("answer", "status"), NOTHING)
def test_nothing_is_offered_where_nothing_of_the_body_is_meant(answer: Any, status: int) -> None:
    body = {**BODY, "previous_response_id": "resp_1"}
    assert refused(answer, status, body) == []


@given(st.text(), st.none() | st.text(), st.sampled_from([None, 400, 422, 500]))
def test_whatever_is_said_only_what_was_sent_is_offered(
    said: str, param: str | None, status: int | None
) -> None:
    for offer in offers(Problem(title="", detail=said, param=param, status=status), BODY):
        assert amended(BODY, offer) != BODY


@pytest.mark.parametrize("word", ["'a", "parameters: a,", "a: ", "use '", "one of '", "<= 1"])
def test_a_very_long_complaint_is_read_in_no_time(word: str) -> None:
    problem = Problem(title="", detail="unsupported " + word * 500_000, status=400, param="top_p")
    assert Offer("drop", "top_p") in offers(problem, BODY)


# What becomes of an offer.


def test_a_body_is_amended_and_the_one_that_was_sent_is_not() -> None:
    before = json.dumps(BODY)
    assert "top_p" not in amended(BODY, Offer("drop", "top_p"))
    assert amended(BODY, Offer("drop", "reasoning.effort"))["reasoning"] == {"summary": "auto"}
    renamed = amended(BODY, Offer("rename", "reasoning.effort", "reasoning.level"))
    assert renamed["reasoning"] == {"summary": "auto", "level": "xhigh"}
    assert amended(BODY, Offer("value", "reasoning.effort", "low"))["reasoning"]["effort"] == "low"
    assert json.dumps(BODY) == before


@pytest.mark.parametrize(
    ("offer", "lines"),
    [
        (Offer("drop", "top_p"), ["- top_p: 0.9"]),
        (Offer("drop", "reasoning.effort"), ['- reasoning.effort: "xhigh"']),
        (
            Offer("rename", "max_tokens", "max_completion_tokens"),
            ["- max_tokens: 100000", "+ max_completion_tokens: 100000"],
        ),
        (
            Offer("value", "reasoning.effort", "low"),
            ['- reasoning.effort: "xhigh"', '+ reasoning.effort: "low"'],
        ),
        (
            Offer("value", "stream", False),
            ["- stream: true", '- stream_options: {"include_usage": true}'],
        ),
    ],
)
def test_the_difference_is_what_changes(offer: Offer, lines: list[str]) -> None:
    assert difference(BODY, amended(BODY, offer)) == lines


def test_a_difference_of_lists_and_of_what_is_long() -> None:
    assert difference({"a": [1, 2]}, {"a": [1, 3]}) == ["- a[1]: 2", "+ a[1]: 3"]
    assert difference({"a": [1]}, {"a": [1, 3]}) == ["- a: [1]", "+ a: [1, 3]"]
    (line,) = difference({"a": "x" * 5000}, {})
    assert len(line) < 200 and line.endswith("…")
    assert difference(BODY, BODY) == []


CALL = Call(
    model="m",
    fields={"top_p": 0.9, "reasoning.effort": "high", "text": {"verbosity": "low", "a": 1}},
    extra={"seed": 1, "deep": {"x": 1, "y": 2}},
)


@pytest.mark.parametrize(
    ("offer", "fields", "extra"),
    [
        (Offer("drop", "top_p"), {"top_p": None}, {}),
        (Offer("drop", "reasoning"), {"reasoning.effort": None}, {}),
        (Offer("rename", "top_p", "p"), {"top_p": None, "p": 0.9}, {}),
        (Offer("value", "top_p", 0.5), {"top_p": 0.5}, {}),
        (Offer("drop", "text.a"), {"text": {"verbosity": "low"}}, {}),
        (Offer("drop", "seed"), {}, {"seed": None}),
        (Offer("rename", "deep.x", "z"), {}, {"deep": {"y": 2}, "z": 1}),
        (Offer("value", "deep.x", 5), {}, {"deep": {"x": 5, "y": 2}}),
        (Offer("drop", "stream_options"), {}, {}),
        (Offer("value", ROLE, "system"), {}, {}),
    ],
)
def test_a_call_says_no_more_what_is_refused(
    offer: Offer, fields: dict[str, Any], extra: dict[str, Any]
) -> None:
    def changed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**old, **new}.items() if value is not None}

    before = CALL.model_dump()
    made = applied(CALL, offer)
    assert made.fields == changed(CALL.fields, fields)
    assert made.extra == changed(CALL.extra, extra)
    assert CALL.model_dump() == before


@pytest.mark.parametrize(
    ("before", "offer", "after"),
    [
        (Fields(), Offer("drop", "top_p"), Fields(drop=["top_p"])),
        (Fields(drop=["top_p"]), Offer("drop", "top_p"), Fields(drop=["top_p"])),
        (Fields(), Offer("rename", "a", "b"), Fields(rename={"a": "b"})),
        (Fields(rename={"a": "b"}), Offer("rename", "b", "c"), Fields(rename={"a": "c"})),
        (Fields(rename={"a": "b"}), Offer("rename", "b", "a"), Fields()),
        (Fields(rename={"a": "b"}), Offer("drop", "b"), Fields(drop=["a"])),
        (Fields(), Offer("value", "top_p", 1), Fields()),
    ],
)
def test_what_is_remembered_of_a_model(before: Fields, offer: Offer, after: Fields) -> None:
    made = learnt(Quirks(models={"m": before, "other": Fields(drop=["x"])}), "m", offer)
    assert made == Quirks(models={"m": after, "other": Fields(drop=["x"])})
    whole = learnt(Quirks(drop=before.drop, rename=before.rename), "", offer)
    assert whole == Quirks(drop=after.drop, rename=after.rename)


def test_stream_options_are_not_asked_for_again() -> None:
    made = learnt(Quirks(), "m", Offer("drop", "stream_options"))
    assert made == Quirks(stream_usage=False, models={"m": Fields(drop=["stream_options"])})


@pytest.mark.parametrize("max_tokens", ["", "max_tokens", "max_completion_tokens"])
def test_a_renamed_limit_is_sent_under_the_name_that_was_learnt(max_tokens: str) -> None:
    call = Call(api="chat", model="m", fields={"max_tokens": 7})
    quirks = Quirks(max_tokens=max_tokens)
    for _ in range(3):  # the server refuses the one, then the other, then the one again
        body = BY_ID["chat"].body(call, [], quirks, None)
        (path,) = {"max_tokens", "max_completion_tokens"} & set(body)
        (rename, _) = offers(
            Problem(title="", detail=f"Unknown parameter: '{path}'", status=400), body
        )
        again = applied(call, rename)
        made = BY_ID["chat"].body(again, [], learnt(quirks, "m", rename), None)
        assert made == amended(body, rename)
        quirks = learnt(quirks, "m", rename)
        assert BY_ID["chat"].body(call, [], quirks, None) == made


def test_the_body_is_that_of_the_last_request() -> None:
    recording = Recording()
    assert sent(recording) == {}
    recording.append(
        [
            fact(0, "request", {"body": '{"a": 1}'}),
            fact(1, "request", {"body": '{"a": 2}'}),
            fact(2, "head", {"status": 400}),
        ]
    )
    assert sent(recording) == {"a": 2}
    for nonsense in ('"a"', "{", None, "[" * 99999):
        recording.append([fact(3, "request", {"body": nonsense})])
        assert sent(recording) == {}
