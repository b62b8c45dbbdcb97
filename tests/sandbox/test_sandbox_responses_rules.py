"""What the Responses dialect refuses, what it repeats, and what it tells of each token."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
from pydantic import BaseModel

from tests.oracle import FAST, client, sound, validated


def obj(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def form(schema: Any, **more: Any) -> Any:
    return {"format": {"type": "json_schema", "name": "answer", "schema": schema, **more}}


TEXT = {"type": "string"}
LOOSE = {"type": "object", "properties": {"a": TEXT, "b": {"type": "integer"}}, "required": ["a"]}
HOPELESS = {"type": "object", "properties": {"a": {"oneOf": [TEXT, {"type": "integer"}]}}}

REFUSED: list[tuple[dict[str, Any], str, str, str]] = [
    (
        {"text": form(LOOSE, strict=True)},
        "text.format.schema",
        "invalid_json_schema",
        "Invalid schema for response_format 'answer': In context=(), 'additionalProperties' is "
        "required to be supplied and to be false.",
    ),
    (
        {"text": form(obj(a=obj(b={**TEXT, "default": "x"})), strict=True)},
        "text.format.schema",
        "invalid_json_schema",
        "In context=('properties', 'a', 'properties', 'b'), 'default' is not permitted.",
    ),
    (
        {
            "tools": [
                {"type": "web_search"},
                {"type": "function", "name": "f", "parameters": LOOSE, "strict": True},
            ]
        },
        "tools[1].parameters",
        "invalid_json_schema",
        "Invalid schema for function 'f': In context=()",
    ),
    (
        {"model": "reasoning", "temperature": 0.5},
        "temperature",
        "unsupported_parameter",
        "'temperature' is not supported with this model",
    ),
    (
        {"model": "reasoning", "top_p": 0.5},
        "top_p",
        "unsupported_parameter",
        "'top_p' is not supported with this model",
    ),
    ({"max_tokens": 5}, "max_tokens", "unknown_parameter", "Unknown parameter: 'max_tokens'"),
    (
        {"background": True, "store": False},
        "background",
        "invalid_value",
        "requires 'store' to be true",
    ),
    (
        {"prompt": {"id": "pmpt_1"}},
        "prompt",
        "unsupported_parameter",
        "no prompt templates",
    ),
]


@pytest.mark.parametrize(("asked", "param", "code", "says"), REFUSED)
def test_what_is_refused(
    serving: Any, run: Any, asked: dict[str, Any], param: str, code: str, says: str
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            given = {"model": "sandbox", "input": "Hello", **asked}
            with pytest.raises(openai.BadRequestError) as caught:
                await api.responses.create(
                    model=given.pop("model"), input=given.pop("input"), extra_body=given
                )
            error = caught.value
            assert (error.param, error.code, error.type) == (param, code, "invalid_request_error")
            assert says in str(error)

    run(drive())


def test_json_mode_needs_the_word(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            text: Any = {"format": {"type": "json_object"}}
            with pytest.raises(openai.BadRequestError, match="must contain the word 'json'"):
                await api.responses.create(model="sandbox", input="Hello", text=text)
            first = await api.responses.create(
                model="sandbox", input="Answer in JSON", text=text, extra_body=FAST
            )
            assert isinstance(json.loads(first.output_text), dict)
            chained = await api.responses.create(
                model="sandbox",
                input="Again",
                text=text,
                previous_response_id=first.id,
                extra_body=FAST,
            )
            assert json.loads(chained.output_text), "the word was said before"

    run(drive())


@pytest.mark.parametrize(
    ("strict", "schema", "echoed", "parameters", "called"),
    [
        (None, LOOSE, True, {**LOOSE, "additionalProperties": False, "required": ["a", "b"]},
         {"a", "b"}),
        (False, LOOSE, False, LOOSE, {"a"}),
        (None, HOPELESS, False, HOPELESS, set()),
        (True, obj(a=TEXT), True, obj(a=TEXT), {"a"}),
        (None, None, True, None, set()),
    ],
)  # fmt: skip
def test_a_function_is_made_strict_unless_it_says_otherwise(
    serving: Any,
    run: Any,
    strict: Any,
    schema: Any,
    echoed: bool,
    parameters: Any,
    called: set[str],
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tool: Any = {"type": "function", "name": "f"}
            if schema is not None:
                tool["parameters"] = schema
            if strict is not None:
                tool["strict"] = strict
            made = await api.responses.create(
                model="sandbox", input="take 5", tools=[tool], extra_body=FAST
            )
            (shown,) = made.tools
            assert shown.type == "function" and shown.strict is echoed
            assert shown.parameters == parameters
            (call,) = made.output
            assert call.type == "function_call"
            assert called <= json.loads(call.arguments).keys()

    run(drive())


def test_everything_that_was_set_is_repeated(serving: Any, run: Any) -> None:
    asked: dict[str, Any] = {
        "instructions": "Be brief.",
        "max_output_tokens": 900,
        "max_tool_calls": 3,
        "metadata": {"a": "b"},
        "parallel_tool_calls": False,
        "prompt_cache_key": "key",
        "safety_identifier": "someone",
        "store": False,
        "temperature": 0.5,
        "tool_choice": "none",
        "tools": [{"type": "web_search"}],
        "top_logprobs": 2,
        "top_p": 0.25,
        "truncation": "auto",
        "user": "me",
    }

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await api.responses.create(
                model="sandbox",
                input="Hello",
                reasoning={"effort": "low", "summary": "auto", "context": "all_turns"},
                service_tier="flex",
                text={"verbosity": "high"},
                extra_body={**FAST, **asked},
            )
            validated(made)
            shown = made.to_dict()
            assert {name: shown[name] for name in asked} == asked
            assert shown["reasoning"] == {
                "effort": "low",
                "summary": "auto",
                "context": "all_turns",
            }
            assert shown["service_tier"] == "flex"
            assert shown["text"] == {"format": {"type": "text"}, "verbosity": "high"}
            for given, served in (("auto", "default"), ("fast", "priority"), (None, "default")):
                tier: Any = given
                other = await api.responses.create(
                    model="sandbox", input="Hello", service_tier=tier, extra_body=FAST
                )
                assert other.service_tier == served

    run(drive())


def test_log_probabilities_are_told_on_request(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: dict[str, Any] = {"model": "tools", "input": "Hello", "extra_body": FAST}
            include: Any = ["message.output_text.logprobs"]
            stream = await api.responses.create(
                **asked, include=include, top_logprobs=3, stream=True
            )
            events = [event async for event in stream]
            sound(events)
            deltas = [event for event in events if event.type == "response.output_text.delta"]
            done = next(event for event in events if event.type == "response.output_text.done")
            assert [row.token for event in deltas for row in event.logprobs] == [
                event.delta for event in deltas
            ]
            assert [row.to_dict() for row in done.logprobs] == [
                row.to_dict() for event in deltas for row in event.logprobs
            ]
            whole = events[-1].response.output[0].content[0]
            assert "".join(row.token for row in whole.logprobs) == whole.text
            for row in whole.logprobs:
                assert row.logprob <= 0 and len(row.top_logprobs) == 3
                assert bytes(row.bytes).decode() == row.token
            quiet = await api.responses.create(**asked, top_logprobs=3)
            (message, *_) = quiet.output
            assert message.type == "message" and message.content[0].type == "output_text"
            assert message.content[0].logprobs == []

    run(drive())


def test_deltas_are_padded_unless_that_is_switched_off(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            lengths: dict[bool, set[int]] = {}
            for padded in (True, False):
                stream = await api.responses.create(
                    model="reasoning",
                    input="Hello",
                    stream=True,
                    stream_options={"include_obfuscation": padded},
                    extra_body=FAST,
                )
                lengths[padded] = {
                    len(event.delta) + len(event.to_dict().get("obfuscation", ""))
                    async for event in stream
                    if event.type.endswith(".delta")
                }
            assert all(length % 16 == 0 for length in lengths[True])
            assert len(lengths[False]) > 3

    run(drive())


@pytest.mark.parametrize(
    ("model", "status", "reason"),
    [
        ("reasoning-only", "incomplete", "max_output_tokens"),
        ("incomplete", "incomplete", "max_output_tokens"),
        ("content-filter", "incomplete", "content_filter"),
        ("max-messages", "incomplete", "max_messages"),
        ("steered", "incomplete", "steered"),
        ("failed", "failed", None),
    ],
)
def test_an_answer_that_does_not_complete(
    serving: Any, run: Any, model: str, status: str, reason: str | None
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model=model, input="Hello", stream=True, extra_body=FAST
            )
            events = [event async for event in stream]
            sound(events)
            final = events[-1].response
            assert events[-1].type == f"response.{status}" and final.status == status
            details = final.incomplete_details
            assert (details.reason if details else None) == reason
            usage = final.usage
            if model == "reasoning-only":
                assert [item.type for item in final.output] == ["reasoning"]
                assert usage.output_tokens == usage.output_tokens_details.reasoning_tokens == 64
            else:
                assert final.output_text
            assert (await api.responses.retrieve(final.id)).status == status

    run(drive())


def test_what_was_said_first_makes_room_where_that_is_wanted(serving: Any, run: Any) -> None:
    history: Any = [{"role": "user", "content": f"{number} " * 20} for number in range(5)]

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: Any = {"model": "small-context", "extra_body": FAST}
            with pytest.raises(openai.BadRequestError) as caught:
                await api.responses.create(input=history, **asked)
            assert caught.value.code == "context_length_exceeded"
            shortened = await api.responses.create(input=history, truncation="auto", **asked)
            newest = await api.responses.create(input=history[-1:], **asked)
            assert newest.usage is not None and shortened.usage is not None
            assert newest.usage.input_tokens <= shortened.usage.input_tokens <= 64
            with pytest.raises(openai.BadRequestError):
                await api.responses.create(input="much " * 100, truncation="auto", **asked)

    run(drive())


class City(BaseModel):
    name: str
    people: int


class Trip(BaseModel):
    title: str | None
    cities: list[City]


def test_a_model_of_pydantic_is_parsed(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            parsed = await api.responses.parse(
                model="reasoning",
                input='The trip "North" visits Oslo, 700 people',
                text_format=Trip,
                extra_body=FAST,
            )
            assert [item.type for item in parsed.output] == ["reasoning", "message"]
            assert isinstance(parsed.output_parsed, Trip)
            assert parsed.output_parsed.title == "North"
            tool = openai.pydantic_function_tool(City, name="note")["function"]
            async with api.responses.stream(
                model="sandbox",
                input="name: Oslo, people: 700",
                tools=[{"type": "function", **tool}],  # type: ignore[list-item,misc]
                extra_body=FAST,
            ) as stream:
                async for _ in stream:
                    pass
                final = await stream.get_final_response()
            (call,) = final.output
            assert call.type == "function_call"
            assert City.model_validate_json(call.arguments) == City(name="Oslo", people=700)
            refused = await api.responses.parse(
                model="refusal", input="x", text_format=Trip, extra_body=FAST
            )
            assert refused.output_parsed is None
            (message,) = refused.output
            assert message.type == "message" and message.content[0].type == "refusal"

    run(drive())


def test_parallel_calls_and_one_at_a_time(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [
                {"type": "function", "name": name, "parameters": obj(city=TEXT)}
                for name in ("rain", "wind")
            ]
            for parallel, names in ((True, ["wind", "rain"]), (False, ["wind"])):
                stream = await api.responses.create(
                    model="sandbox",
                    input="wind in Oslo and rain in Rome",
                    tools=tools,
                    parallel_tool_calls=parallel,
                    stream=True,
                    extra_body=FAST,
                )
                events = [event async for event in stream]
                sound(events)
                calls = events[-1].response.output
                assert [call.name for call in calls] == names
                assert json.loads(calls[0].arguments) == {"city": "Oslo"}
                assert len({call.call_id for call in calls}) == len(calls)

    run(drive())
