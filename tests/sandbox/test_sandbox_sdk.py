"""The official SDK is the oracle: what it accepts, strictly validated, is the protocol."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import openai
import pytest
from openai import AsyncOpenAI
from openai.types import Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response
from pydantic import BaseModel

from tests.oracle import FAST, KNOWN_EVENTS, client, texts_agree, validated

ANSWERING = [
    "sandbox",
    "prose",
    "reasoning",
    "reasoning-open",
    "slow",
    "load",
    "tools",
    "refusal",
    "incomplete",
    "content-filter",
]

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
LOOKUP = {
    "type": "object",
    "properties": {"id": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{4}$"}},
    "required": ["id"],
    "additionalProperties": False,
}


def test_the_general_model_comes_first(serving: Any, run: Any, scenarios: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            models = [model async for model in api.models.list()]
            assert models[0].id == "sandbox"
            assert {model.id for model in models} == set(scenarios)
            for model in models:
                validated(model)
                assert isinstance(model, Model)
            one = await api.models.retrieve("rate-limit")
            assert one == next(model for model in models if model.id == "rate-limit")
            with pytest.raises(openai.NotFoundError) as caught:
                await api.models.retrieve("gpt-nothing")
            assert caught.value.code == "model_not_found"

    run(drive())


@pytest.mark.parametrize("model", [*ANSWERING, "failed"])
def test_every_response_event_is_known_and_complete(serving: Any, run: Any, model: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model=model, input="Hello, 世界", stream=True, extra_body=FAST
            )
            events = [event async for event in stream]
        for event in events:
            assert isinstance(event, KNOWN_EVENTS), event
            validated(event)
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
        assert events[0].response.output == [] and events[0].response.usage is None
        final = events[-1].response
        assert final.id == events[0].response.id
        assert final.usage.input_tokens > 0
        texts_agree(events)
        deltas = sum(event.type.endswith(".delta") for event in events)
        assert final.usage.output_tokens == deltas
        assert final.usage.total_tokens == final.usage.input_tokens + deltas

    run(drive())


@pytest.mark.parametrize(
    ("model", "kind", "status", "reason"),
    [
        ("sandbox", "response.completed", "completed", None),
        ("tools", "response.completed", "completed", None),
        ("refusal", "response.completed", "completed", None),
        ("incomplete", "response.incomplete", "incomplete", "max_output_tokens"),
        ("content-filter", "response.incomplete", "incomplete", "content_filter"),
        ("failed", "response.failed", "failed", None),
    ],
)
def test_how_a_response_ends(
    serving: Any, run: Any, model: str, kind: str, status: str, reason: str | None
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model=model, input="Hello", stream=True, extra_body=FAST
            )
            last = [event async for event in stream][-1]
        assert last.type == kind
        assert last.response.status == status
        details = last.response.incomplete_details
        assert (details.reason if details else None) == reason
        assert (last.response.completed_at is not None) == (status == "completed")
        assert (last.response.error is not None) == (status == "failed")
        if status != "completed":
            assert last.response.output[-1].status == "incomplete"

    run(drive())


def anonymous(value: Any) -> Any:
    """Without what differs from one answer to the next."""
    if isinstance(value, dict):
        changing = ("id", "call_id", "created", "created_at", "completed_at", "encrypted_content")
        return {name: anonymous(part) for name, part in value.items() if name not in changing}
    return [anonymous(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("model", ANSWERING)
def test_a_response_is_the_same_streamed_or_not(serving: Any, run: Any, model: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked = {"model": model, "input": "Hello", "extra_body": FAST}
            whole = await api.responses.create(**asked)
            streamed = [e async for e in await api.responses.create(**asked, stream=True)][-1]
        assert isinstance(whole, Response)
        validated(whole)
        assert anonymous(whole.to_dict()) == anonymous(streamed.response.to_dict())

    run(drive())


@pytest.mark.parametrize("model", ANSWERING)
def test_every_chat_chunk_is_complete_and_joins_to_the_whole(
    serving: Any, run: Any, model: str
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: dict[str, Any] = {
                "model": model,
                "messages": [{"role": "user", "content": "Hello, 世界"}],
                "extra_body": FAST,
            }
            whole = await api.chat.completions.create(**asked)
            options = {"include_usage": True}
            stream = await api.chat.completions.create(**asked, stream=True, stream_options=options)
            chunks = [chunk async for chunk in stream]
        assert isinstance(whole, ChatCompletion)
        validated(whole)
        for chunk in chunks:
            assert isinstance(chunk, ChatCompletionChunk)
            validated(chunk)
        *spoken, ended, counted = chunks
        assert {chunk.id for chunk in chunks} == {chunks[0].id}
        assert chunks[0].choices[0].delta.role == "assistant"
        assert all("usage" in chunk.model_fields_set for chunk in chunks)
        assert all(chunk.usage is None for chunk in [*spoken, ended])
        assert counted.choices == [] and counted.usage == whole.usage
        assert ended.choices[0].finish_reason == whole.choices[0].finish_reason
        assert {chunk.choices[0].finish_reason for chunk in spoken} == {None}
        message = whole.choices[0].message
        for name in ("content", "refusal", "reasoning_content"):
            pieces = [getattr(chunk.choices[0].delta, name, None) for chunk in spoken]
            assert "".join(filter(None, pieces)) == (getattr(message, name, None) or "")
        calls: dict[int, list[Any]] = {}
        for chunk in spoken:
            for call in chunk.choices[0].delta.tool_calls or []:
                calls.setdefault(call.index, []).append(call)
        told = [
            (parts[0].function.name, "".join(part.function.arguments for part in parts))
            for parts in calls.values()
        ]
        called = message.tool_calls or []
        assert told == [(call.function.name, call.function.arguments) for call in called]

    run(drive())


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("sandbox", "stop"),
        ("refusal", "stop"),
        ("tools", "tool_calls"),
        ("incomplete", "length"),
        ("content-filter", "content_filter"),
        ("max-messages", "length"),
        ("steered", "stop"),
    ],
)
def test_how_a_chat_ends(serving: Any, run: Any, model: str, reason: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            answer = await api.chat.completions.create(
                model=model, messages=[{"role": "user", "content": "Hello"}], extra_body=FAST
            )
        assert answer.choices[0].finish_reason == reason
        assert (answer.choices[0].message.refusal is not None) == (model == "refusal")
        assert (answer.choices[0].message.content is None) == (model == "refusal")

    run(drive())


def test_a_chat_stream_without_usage_says_nothing_of_it(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.chat.completions.create(
                model="refusal",
                messages=[{"role": "user", "content": "Hello"}],
                stream=True,
                extra_body=FAST,
            )
            chunks = [chunk async for chunk in stream]
        assert not any("usage" in chunk.model_fields_set for chunk in chunks)
        assert all(chunk.choices for chunk in chunks)

    run(drive())


def test_a_chat_that_fails_inside_its_stream_raises(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.chat.completions.create(
                model="failed",
                messages=[{"role": "user", "content": "Hello"}],
                stream=True,
                extra_body=FAST,
            )
            text = ""
            with pytest.raises(openai.APIError) as caught:
                async for chunk in stream:
                    text += chunk.choices[0].delta.content or ""
            assert caught.value.code == "server_error"
            assert text.startswith("The head of this answer said 200")

    run(drive())


def test_several_choices(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: dict[str, Any] = {
                "model": "refusal",
                "messages": [{"role": "user", "content": "Hello"}],
                "n": 3,
                "extra_body": FAST,
            }
            whole = await api.chat.completions.create(**asked)
            stream = await api.chat.completions.create(**asked, stream=True)
            texts = {0: "", 1: "", 2: ""}
            async for chunk in stream:
                texts[chunk.choices[0].index] += chunk.choices[0].delta.refusal or ""
        assert [choice.index for choice in whole.choices] == [0, 1, 2]
        assert set(texts.values()) == {whole.choices[0].message.refusal}

    run(drive())


def test_the_same_question_gets_the_same_answer(serving: Any, run: Any) -> None:
    async def drive() -> None:
        texts = []
        for _ in range(2):
            async with serving() as server, client(server.base_url) as api:
                answer = await api.responses.create(
                    model="sandbox", input="What is *this*?\n| a | b |", extra_body=FAST
                )
                texts.append(answer.output_text)
        assert texts[0] == texts[1]
        assert "> What is *this*?\n> | a | b |" in texts[0]
        assert "scripted" in texts[0] and "```python" in texts[0] and "| --- |" in texts[0]

    run(drive())


@pytest.mark.parametrize("limit", [1, 7, 60])
def test_a_limit_is_kept(serving: Any, run: Any, limit: int) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            response = await api.responses.create(
                model="reasoning", input="Hello", max_output_tokens=limit, extra_body=FAST
            )
            assert response.status == "incomplete"
            assert response.max_output_tokens == limit
            assert response.usage is not None and response.usage.output_tokens == limit
            assert response.usage.output_tokens_details.reasoning_tokens == limit
            assert [item.type for item in response.output] == ["reasoning"]
            for name in ("max_tokens", "max_completion_tokens"):
                chat = await api.chat.completions.create(
                    model="sandbox",
                    messages=[{"role": "user", "content": "Hello"}],
                    extra_body={**FAST, name: limit},
                )
                assert chat.choices[0].finish_reason == "length"
                assert chat.usage is not None and chat.usage.completion_tokens == limit

    run(drive())


def test_a_stop_word_ends_the_answer(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            chat = await api.chat.completions.create(
                model="prose",
                messages=[{"role": "user", "content": "Hello"}],
                stop=["## 1.", "never said"],
                extra_body=FAST,
            )
        assert chat.choices[0].finish_reason == "stop"
        text = chat.choices[0].message.content or ""
        assert text.startswith("# How an answer travels") and text.endswith(
            "between two of them.\n\n"
        )

    run(drive())


def test_the_long_answer_is_long(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            answer = await ask(api, "responses", "long", extra_body=FAST)
        assert 18_000 < answer.usage.output_tokens < 22_000
        assert answer.output_text.startswith("# An almanac of whole numbers")

    run(drive())


def test_what_the_request_set_is_echoed(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tool = {"type": "function", "name": "look", "parameters": LOOKUP}
            response = await api.responses.create(
                model="refusal",
                input=[{"role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
                instructions="Be brief.",
                temperature=0.5,
                top_p=0.25,
                metadata={"a": "b"},
                tools=[tool],  # type: ignore[list-item]
                tool_choice="none",
                parallel_tool_calls=False,
                reasoning={"effort": "low", "summary": "auto"},
                service_tier="fast",
                truncation="auto",
                store=False,
                extra_body=FAST,
            )
        validated(response)
        assert response.instructions == "Be brief."
        assert (response.temperature, response.top_p) == (0.5, 0.25)
        assert response.metadata == {"a": "b"}
        assert response.tool_choice == "none" and response.parallel_tool_calls is False
        assert response.tools[0].to_dict() == {**tool, "strict": True, "description": None}
        assert response.reasoning is not None and response.reasoning.effort == "low"
        assert response.service_tier == "priority" and response.truncation == "auto"
        assert response.to_dict()["store"] is False

    run(drive())


def test_tools_named_in_the_message_are_called_and_their_results_answered(
    serving: Any, run: Any
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [
                {"type": "function", "name": "get_weather", "parameters": WEATHER, "strict": True},
                {"type": "function", "name": "unwanted", "parameters": WEATHER, "strict": True},
                {"type": "function", "name": "look_up", "parameters": LOOKUP, "strict": True},
            ]
            question = "Call look_up for AB-1234, then get_weather for Paris, 3 days."
            first = await api.responses.create(
                model="sandbox", input=question, tools=tools, extra_body=FAST
            )
            calls: list[Any] = list(first.output)
            assert [call.type for call in calls] == ["function_call", "function_call"]
            assert [call.name for call in calls] == ["look_up", "get_weather"]
            assert json.loads(calls[0].arguments) == {"id": "AB-1234"}
            assert json.loads(calls[1].arguments) == {"city": "Paris", "days": 3}
            history: list[Any] = [{"role": "user", "content": question}]
            history += [call.to_dict() for call in calls]
            history += [
                {"type": "function_call_output", "call_id": call.call_id, "output": f"it is {n}"}
                for n, call in enumerate(calls)
            ]
            second = await api.responses.create(
                model="sandbox", input=history, tools=tools, extra_body=FAST
            )
            assert [item.type for item in second.output] == ["message"]
            assert "> it is 0\n>\n> it is 1" in second.output_text

    run(drive())


def test_tools_in_chat(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [
                {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}},
                {"type": "custom", "custom": {"name": "shout"}},
            ]
            messages: list[Any] = [{"role": "user", "content": "How is it in Oslo for 2 days?"}]
            first = await api.chat.completions.create(
                model="sandbox", messages=messages, tools=tools, extra_body=FAST
            )
            message = first.choices[0].message
            assert first.choices[0].finish_reason == "tool_calls" and message.content is None
            (call,) = message.tool_calls or []
            assert call.type == "function" and call.function.name == "get_weather"
            assert json.loads(call.function.arguments) == {"city": "Oslo", "days": 2}
            messages += [
                message.to_dict(),
                {"role": "tool", "tool_call_id": call.id, "content": "rain"},
            ]
            second = await api.chat.completions.create(
                model="sandbox", messages=messages, tools=tools, extra_body=FAST
            )
            assert second.choices[0].finish_reason == "stop"
            assert "> rain" in (second.choices[0].message.content or "")
            both = await api.chat.completions.create(
                model="sandbox",
                messages=[{"role": "user", "content": "get_weather in Rome, then shout"}],
                tools=tools,
                extra_body=FAST,
            )
            kinds = [made.type for made in both.choices[0].message.tool_calls or []]
            assert kinds == ["function", "custom"]
            validated(both)

    run(drive())


@pytest.mark.parametrize(
    ("choice", "parallel", "called"),
    [
        ("auto", True, ["b", "a"]),
        ("auto", False, ["b"]),
        ("required", True, ["b", "a"]),
        ("none", True, []),
        ({"type": "function", "name": "c"}, True, ["c"]),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "c"}]},
            True,
            ["c"],
        ),
    ],
)
def test_tool_choice(
    serving: Any, run: Any, choice: Any, parallel: bool, called: list[str]
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools: Any = [{"type": "function", "name": name} for name in ("a", "b", "c")]
            response = await api.responses.create(
                model="sandbox",
                input="Use b and then a.",
                tools=tools,
                tool_choice=choice,
                parallel_tool_calls=parallel,
                extra_body=FAST,
            )
        validated(response)
        assert [item.name for item in response.output if item.type == "function_call"] == called
        assert bool(response.output_text) == (not called)

    run(drive())


def test_a_custom_tool_gets_plain_text(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model="sandbox",
                input="Say it loud.",
                tools=[{"type": "custom", "name": "shout"}],
                stream=True,
                extra_body=FAST,
            )
            events = [event async for event in stream]
        for event in events:
            assert isinstance(event, KNOWN_EVENTS)
            validated(event)
        texts_agree(events)
        (item,) = events[-1].response.output
        assert (item.type, item.name, item.input) == ("custom_tool_call", "shout", "Say it loud.")

    run(drive())


class Event(BaseModel):
    title: str
    guests: list[str]
    seats: int


def test_structured_output_is_parsed_by_the_sdk(serving: Any, run: Any) -> None:
    text = 'The event "Open Day" has 42 seats; it is for Ada and Grace.'

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            response = await api.responses.parse(
                model="sandbox", input=text, text_format=Event, extra_body=FAST
            )
            assert response.output_parsed == Event(
                title="Open Day", guests=["Ada", "Grace"], seats=42
            )
            chat = await api.chat.completions.parse(
                model="sandbox",
                messages=[{"role": "user", "content": text}],
                response_format=Event,
                extra_body=FAST,
            )
            assert chat.choices[0].message.parsed == response.output_parsed
            any_json = await api.chat.completions.create(
                model="sandbox",
                messages=[{"role": "user", "content": "Give me JSON"}],
                response_format={"type": "json_object"},
                extra_body=FAST,
            )
            assert json.loads(any_json.choices[0].message.content or "").keys() == {"answer"}
            cut = await api.responses.create(
                model="incomplete",
                input=text,
                max_output_tokens=5,
                text={"format": {"type": "json_schema", "name": "x", "schema": WEATHER}},
            )
            assert cut.status == "incomplete"
            with pytest.raises(json.JSONDecodeError):
                json.loads(cut.output_text)

    run(drive())


def test_the_stream_helpers_of_the_sdk_reach_the_end(serving: Any, run: Any) -> None:
    """They are strict about the order of events, where the plain iterator is not."""

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for model in ("sandbox", "reasoning", "reasoning-open", "tools", "refusal"):
                async with api.responses.stream(
                    model=model, input="Hello", extra_body=FAST
                ) as made:
                    async for _ in made:
                        pass
                    final = await made.get_final_response()
                assert final.status == "completed"
                async with api.chat.completions.stream(
                    model=model,
                    messages=[{"role": "user", "content": "Hello"}],
                    extra_body=FAST,
                ) as chat:
                    async for _ in chat:
                        pass
                    completion = await chat.get_final_completion()
                assert completion.choices[0].finish_reason in ("stop", "tool_calls")

    run(drive())


def test_reasoning_can_be_sent_back(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            first = await api.responses.create(model="reasoning", input="Hello", extra_body=FAST)
            history: list[Any] = [{"role": "user", "content": "Hello"}]
            history += [item.to_dict() for item in first.output]
            history += [{"role": "user", "content": "And then?"}]
            second = await api.responses.create(model="sandbox", input=history, extra_body=FAST)
            assert "> And then?" in second.output_text and "number 2" in second.output_text
            del history[2]
            with pytest.raises(openai.BadRequestError, match="without its required following item"):
                await api.responses.create(model="sandbox", input=history, extra_body=FAST)

    run(drive())


@pytest.mark.parametrize(
    ("model", "error", "code", "tries"),
    [
        ("unauthorized", openai.AuthenticationError, "invalid_api_key", 1),
        ("gpt-nothing", openai.NotFoundError, "model_not_found", 1),
        ("quota", openai.RateLimitError, "insufficient_quota", 1),
        ("rate-limit", openai.RateLimitError, "rate_limit_exceeded", 1),
        ("server-error", openai.InternalServerError, "server_error", 1),
    ],
)
@pytest.mark.parametrize("dialect", ["responses", "chat"])
def test_errors_are_those_of_openai(
    serving: Any,
    run: Any,
    dialect: str,
    model: str,
    error: type[openai.APIStatusError],
    code: str,
    tries: int,
) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            with pytest.raises(error) as caught:
                await ask(api, dialect, model)
            assert caught.value.code == code
            body: Any = caught.value.body
            assert body.keys() == {"message", "type", "param", "code"} and body["message"]
            assert (caught.value.request_id or "").startswith("req_")
            assert len(await server.log()) == tries

    run(drive())


def ask(api: AsyncOpenAI, dialect: str, model: str, **more: Any) -> Any:
    if dialect == "responses":
        return api.responses.create(model=model, input="Hello", **more)
    messages: Any = [{"role": "user", "content": "Hello"}]
    return api.chat.completions.create(model=model, messages=messages, **more)


@pytest.mark.parametrize("model", ["rate-limit", "server-error"])
def test_a_retry_succeeds_and_the_script_starts_anew(serving: Any, run: Any, model: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url, retries=1) as api:
            answer = await ask(api, "responses", model, extra_body=FAST)
            assert "second try" in answer.output_text
            first, second = await server.log()
            assert (first["attempt"], second["attempt"]) == (1, 2)
            assert first["body"] == second["body"] and second["status"] == 200
            if model == "rate-limit":
                assert second["at"] - first["at"] >= 1.0, "retry-after was not waited for"
            with pytest.raises(openai.APIStatusError):
                await ask(api.with_options(max_retries=0), "responses", model, extra_body=FAST)

    run(drive())


def test_what_always_fails_fails_after_every_retry(serving: Any, run: Any, scenarios: Any) -> None:
    limited = scenarios["rate-limit-always"]
    (failure,) = limited.failures
    assert failure.headers["retry-after"] == "1"
    hurried = failure.model_copy(update={"headers": {"retry-after-ms": "1"}})
    only = limited.model_copy(update={"failures": [hurried]})

    async def drive() -> None:
        async with serving(only=only) as server, client(server.base_url, retries=3) as api:
            for _ in range(2):
                with pytest.raises(openai.RateLimitError):
                    await ask(api, "chat", "whatever")
            assert [row["status"] for row in await server.log()] == [429] * 8

    run(drive())


def test_one_scenario_for_every_model(serving: Any, run: Any, scenarios: Any) -> None:
    async def drive() -> None:
        async with (
            serving(only=scenarios["refusal"]) as server,
            client(server.base_url) as api,
        ):
            answer = await ask(api, "chat", "gpt-whatever", extra_body=FAST)
            assert answer.model == "gpt-whatever" and answer.choices[0].message.refusal
        async with (
            serving(only=scenarios["unauthorized"]) as server,
            client(server.base_url) as api,
        ):
            with pytest.raises(openai.AuthenticationError):
                await api.models.list()

    run(drive())


@pytest.mark.parametrize("dialect", ["responses", "chat"])
def test_a_cut_connection_is_an_error_after_what_came(serving: Any, run: Any, dialect: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await ask(api, dialect, "cut", stream=True, extra_body=FAST)
            deltas = 0
            with pytest.raises(openai.APIConnectionError):
                async for event in stream:
                    delta = getattr(event, "delta", None)
                    if dialect == "chat":
                        delta = event.choices[0].delta.content
                    deltas += bool(delta)
            assert deltas == 24
            with pytest.raises(openai.APIConnectionError):
                await ask(api, dialect, "cut", extra_body=FAST)
            assert [row["state"] for row in await server.log()] == ["cut", "cut"]

    run(drive())


def test_a_stall_ends_at_the_clients_limit_and_closes_the_socket(serving: Any, run: Any) -> None:
    async def drive() -> None:
        patience = openai.Timeout(None, read=0.3)
        async with serving() as server, client(server.base_url, timeout=patience) as api:
            with pytest.raises(openai.APITimeoutError):
                async for _ in await ask(api, "responses", "stall", stream=True, extra_body=FAST):
                    pass
            (row,) = await server.log()
            assert row["state"] == "left"

    run(drive())


def test_cancelling_a_stream_closes_the_socket(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await ask(api, "responses", "stall", stream=True, extra_body=FAST)
            async for event in stream:
                if event.type.endswith(".delta"):
                    break
            await stream.close()
            (row,) = await server.log()
            assert row["state"] == "left"

    run(drive())


def test_a_load_stream_has_as_many_deltas_as_it_was_told(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stream = await api.responses.create(
                model="load",
                input="x",
                stream=True,
                extra_body={"sandbox": {"events": 2500, "per_second": 0, "per_chunk": 25}},
            )
            kinds = [event.type async for event in stream]
        assert kinds.count("response.output_text.delta") == 2500
        assert len(kinds) == 2500 + 8

    run(drive())


def test_the_sandbox_fills_what_it_is_given(serving: Any, run: Any) -> None:
    """Valid by jsonschema as well, and in the words of the message."""

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            answer = await api.responses.create(
                model="sandbox",
                input="Weather for Lima, 5 days",
                text={"format": {"type": "json_schema", "name": "w", "schema": WEATHER}},
                extra_body=FAST,
            )
        value = json.loads(answer.output_text)
        jsonschema.validate(value, WEATHER)
        assert value == {"city": "Lima", "days": 5}

    run(drive())
