"""Chat Completions against the official SDK: everything that a request can ask of a text model."""

from __future__ import annotations

import base64
import io
import json
import wave
from typing import Any

import jsonschema
import openai
import pytest
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.oracle import FAST, client, validated

HELLO: Any = [{"role": "user", "content": "Hello, 世界"}]

WEATHER: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


async def complete(api: AsyncOpenAI, model: str = "sandbox", **asked: Any) -> Any:
    made = await api.chat.completions.create(
        **{"model": model, "messages": HELLO, "extra_body": FAST, **asked}
    )
    validated(made)
    return made


async def stream(api: AsyncOpenAI, model: str = "sandbox", **asked: Any) -> list[Any]:
    made = await api.chat.completions.create(
        **{"model": model, "messages": HELLO, "extra_body": FAST, **asked, "stream": True}
    )
    chunks = [chunk async for chunk in made]
    for chunk in chunks:
        validated(chunk)
    return chunks


def function(name: str, **more: Any) -> Any:
    return {"type": "function", "function": {"name": name, "parameters": WEATHER, **more}}


def test_log_probabilities_belong_to_the_tokens(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for model, owner in (("prose", "content"), ("refusal", "refusal")):
                whole = await complete(api, model, logprobs=True, top_logprobs=3)
                choice = whole.choices[0]
                rows = getattr(choice.logprobs, owner)
                assert "".join(row.token for row in rows) == getattr(choice.message, owner)
                for row in rows:
                    assert bytes(row.bytes).decode() == row.token
                    assert row.top_logprobs[0].token == row.token
                    logs = [other.logprob for other in row.top_logprobs]
                    assert len(logs) == 3 and logs == sorted(logs, reverse=True)
                    assert logs[0] == row.logprob < 0
                chunks = await stream(api, model, logprobs=True, top_logprobs=3)
                told = [
                    row
                    for chunk in chunks
                    if chunk.choices[0].logprobs
                    for row in getattr(chunk.choices[0].logprobs, owner)
                ]
                assert told == rows
            bare = await complete(api, logprobs=True)
            assert bare.choices[0].logprobs.content[0].top_logprobs == []
            assert (await complete(api)).choices[0].logprobs is None

    run(drive())


def test_choices_have_their_own_calls(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools = [function("get_weather")]
            whole = await complete(api, tools=tools, n=2)
            ids = {choice.message.tool_calls[0].id for choice in whole.choices}
            assert len(ids) == 2
            chunks = await stream(api, tools=tools, n=2)
            opened = [
                call.id
                for chunk in chunks
                for choice in chunk.choices
                for call in choice.delta.tool_calls or []
                if call.id
            ]
            assert len(set(opened)) == 2
            ends = [c.choices[0].finish_reason for c in chunks if c.choices[0].finish_reason]
            assert ends == ["tool_calls", "tool_calls"]
            assert whole.usage.completion_tokens % 2 == 0

    run(drive())


def test_parallel_calls_join_and_are_answered(serving: Any, run: Any) -> None:
    question = "get_weather in Rome for 3 days, then look_up in Paris for 2 days, then shout"

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            tools = [
                function("look_up", strict=True),
                function("get_weather", strict=True),
                {"type": "custom", "custom": {"name": "shout"}},
            ]
            messages: list[Any] = [{"role": "user", "content": question}]
            whole = await complete(api, messages=messages, tools=tools)
            calls = whole.choices[0].message.tool_calls
            assert [call.type for call in calls] == ["function", "function", "custom"]
            told = [json.loads(call.function.arguments) for call in calls[:2]]
            assert told == [{"city": "Rome", "days": 3}, {"city": "Paris", "days": 2}]
            for value in told:
                jsonschema.validate(value, WEATHER)
            made = await api.chat.completions.create(
                model="sandbox", messages=messages, tools=tools, stream=True, extra_body=FAST
            )
            parts: dict[int, dict[str, str]] = {}
            async for chunk in made:
                for call in chunk.choices[0].delta.tool_calls or []:
                    row = parts.setdefault(call.index, {"name": "", "text": ""})
                    inner = (call.model_extra or {}).get("custom") or call.function.to_dict()
                    row["name"] += inner.get("name", "")
                    row["text"] += inner.get("arguments", "") + inner.get("input", "")
            assert [row["name"] for row in parts.values()] == ["get_weather", "look_up", "shout"]
            assert parts[0]["text"] == calls[0].function.arguments
            assert parts[2]["text"] == calls[2].custom.input
            one = await complete(api, messages=messages, tools=tools, parallel_tool_calls=False)
            assert len(one.choices[0].message.tool_calls) == 1
            history = [*messages, whole.choices[0].message.to_dict()]
            for call, text in zip(calls, ("sun", "rain", "HEY"), strict=True):
                history.append({"role": "tool", "tool_call_id": call.id, "content": text})
            told = await complete(api, messages=history, tools=tools)
            assert told.choices[0].finish_reason == "stop"
            assert "> sun\n>\n> rain\n>\n> HEY" in told.choices[0].message.content
            with pytest.raises(openai.BadRequestError, match="did not have response messages"):
                await complete(api, messages=history[:-1], tools=tools)

    run(drive())


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", []),
        ("required", ["b", "a"]),
        ({"type": "function", "function": {"name": "c"}}, ["c"]),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "a"}}],
                },
            },
            ["a"],
        ),
    ],
)
def test_tool_choice(serving: Any, run: Any, choice: Any, called: list[str]) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await complete(
                api,
                messages=[{"role": "user", "content": "Use b and then a."}],
                tools=[function(name) for name in "abc"],
                tool_choice=choice,
            )
            calls = made.choices[0].message.tool_calls or []
            assert [call.function.name for call in calls] == called

    run(drive())


def test_functions_as_they_were_before_tools(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: dict[str, Any] = {
                "functions": [{"name": "get_weather", "parameters": WEATHER}],
                "messages": [{"role": "user", "content": "How is it in Oslo for 2 days?"}],
            }
            whole = await complete(api, **asked)
            call = whole.choices[0].message.function_call
            assert whole.choices[0].finish_reason == "function_call"
            assert json.loads(call.arguments) == {"city": "Oslo", "days": 2}
            chunks = await stream(api, **asked)
            deltas = [chunk.choices[0].delta.function_call for chunk in chunks]
            assert "".join(delta.arguments for delta in deltas if delta) == call.arguments
            asked["messages"] += [
                whole.choices[0].message.to_dict(),
                {"role": "function", "name": "get_weather", "content": "snow"},
            ]
            assert "> snow" in (await complete(api, **asked)).choices[0].message.content
            with pytest.raises(openai.BadRequestError, match="no function named 'x'"):
                await complete(api, **asked, function_call={"name": "x"})

    run(drive())


class Event(BaseModel):
    title: str
    guests: list[str]


def test_the_sdk_parses_what_it_asked_for(serving: Any, run: Any) -> None:
    messages: Any = [{"role": "user", "content": 'The event "Open Day" is for Ada and Grace.'}]

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: dict[str, Any] = {
                "messages": messages,
                "response_format": Event,
                "extra_body": FAST,
            }
            made = await api.chat.completions.parse(model="sandbox", **asked)
            parsed = made.choices[0].message.parsed
            assert parsed is not None and parsed.title == "Open Day" and "Ada" in parsed.guests
            async with api.chat.completions.stream(model="sandbox", **asked) as events:
                kinds = {event.type async for event in events}
                final = await events.get_final_completion()
            assert final.choices[0].message.parsed == parsed
            assert {"content.delta", "content.done"} <= kinds
            (row, again) = await server.log()
            assert row["body"]["response_format"]["json_schema"]["strict"] is True
            assert again["body"]["stream"] is True
            with pytest.raises(openai.LengthFinishReasonError):
                await api.chat.completions.parse(model="sandbox", max_completion_tokens=2, **asked)
            with pytest.raises(openai.ContentFilterFinishReasonError):
                await api.chat.completions.parse(model="content-filter", **asked)
            asked["extra_body"] = {"sandbox": {"script": {"follows_request": False}}}
            refused = await api.chat.completions.parse(model="refusal", **asked)
            assert refused.choices[0].message.parsed is None
            assert refused.choices[0].message.refusal

    run(drive())


def test_a_schema_that_is_not_strict_is_refused_with_its_place(serving: Any, run: Any) -> None:
    loose = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            form = {"name": "loose", "schema": loose, "strict": True}
            with pytest.raises(openai.BadRequestError) as caught:
                await complete(api, response_format={"type": "json_schema", "json_schema": form})
            assert caught.value.code == "invalid_json_schema"
            assert caught.value.param == "response_format"
            assert "additionalProperties" in caught.value.message
            with pytest.raises(openai.BadRequestError) as caught:
                await complete(api, tools=[function("f", parameters=loose, strict=True)])
            assert caught.value.param == "tools[0].function.parameters"
            free = {**form, "strict": False}
            made = await complete(api, response_format={"type": "json_schema", "json_schema": free})
            jsonschema.validate(json.loads(made.choices[0].message.content), loose)

    run(drive())


def test_every_counter_of_the_usage(serving: Any, run: Any) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}

    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            text = {"type": "text", "text": "Hello"}
            plain = await complete(api, messages=[{"role": "user", "content": [text]}])
            seen = await complete(
                api, messages=[{"role": "user", "content": [text, picture, picture, sound]}]
            )
            details = seen.usage.prompt_tokens_details
            assert (details.image_tokens, details.audio_tokens) == (170, 50)
            assert seen.usage.prompt_tokens >= plain.usage.prompt_tokens + 220
            answer = (await complete(api, "refusal")).choices[0].message.refusal
            script = {"sandbox": {"script": {"reply": [{"text": "one two three four"}]}}}
            foretold = await complete(
                api,
                prediction={"type": "content", "content": "one two five six four"},
                extra_body=script,
            )
            details = foretold.usage.completion_tokens_details
            assert details.accepted_prediction_tokens == 3
            assert details.rejected_prediction_tokens == 2
            assert foretold.usage.completion_tokens == 4 + 2
            thought = await complete(api, "reasoning-open")
            assert answer and thought.usage.completion_tokens_details.reasoning_tokens > 0
            long = [{"role": "user", "content": "word " * 2000}]
            first = await complete(api, "refusal", messages=long)
            second = await complete(api, "refusal", messages=long)
            assert first.usage.prompt_tokens_details.cached_tokens == 0
            assert second.usage.prompt_tokens_details.cached_tokens >= 1024
            fields = {"prompt_tokens_details": {"cache_write_tokens": 7}}
            told = await complete(
                api, extra_body={"sandbox": {"script": {"chat": {"usage_fields": fields}}}}
            )
            assert told.usage.prompt_tokens_details.cache_write_tokens == 7

    run(drive())


def test_an_answer_that_is_heard(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            asked: dict[str, Any] = {
                "modalities": ["text", "audio"],
                "audio": {"voice": "alloy", "format": "wav"},
            }
            whole = await complete(api, "prose", **asked)
            message = whole.choices[0].message
            assert message.content is None and message.audio.transcript.startswith("# How an")
            with wave.open(io.BytesIO(base64.b64decode(message.audio.data))) as sound:
                assert sound.getframerate() == 24_000 and sound.getnframes() > 0
            assert message.audio.expires_at > whole.created
            spoken = whole.usage.completion_tokens_details.audio_tokens
            assert spoken == whole.usage.completion_tokens
            with pytest.raises(openai.BadRequestError) as caught:
                await stream(api, "prose", **asked)
            assert caught.value.param == "audio.format"
            asked["audio"] = {"voice": "alloy", "format": "pcm16"}
            heard = [
                chunk.choices[0].delta.audio
                for chunk in await stream(api, "prose", **asked)
                if chunk.choices[0].delta.audio
            ]
            assert "".join(row.transcript or "" for row in heard) == message.audio.transcript
            assert heard[0].id.startswith("audio_") and heard[-1].expires_at
            assert len(base64.b64decode("".join(row.data or "" for row in heard))) % 2 == 0

    run(drive())


def test_chunks_are_filled_up_unless_that_is_not_wanted(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            chunks = await stream(api)
            deltas = [chunk for chunk in chunks if chunk.choices[0].delta.content]
            lengths = {
                (len(chunk.obfuscation) + len(chunk.choices[0].delta.content)) % 16
                for chunk in deltas
            }
            assert lengths == {0}
            bare = await stream(api, stream_options={"include_obfuscation": False})
            assert all(chunk.obfuscation is None for chunk in bare)

    run(drive())


def test_completions_are_stored_listed_changed_and_deleted(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            stored = api.chat.completions
            await complete(api)
            made = [
                await complete(api, store=True, metadata={"n": str(n)}, temperature=0.5)
                for n in range(3)
            ]
            chunks = await stream(api, "tools", store=True, metadata={"n": "0"})
            ids = [row.id for row in made] + [chunks[0].id]
            listed = [row async for row in stored.list()]
            assert [row.id for row in listed] == ids
            paged = [row.id async for row in stored.list(limit=1, order="desc")]
            assert paged == ids[::-1]
            assert [row.id async for row in stored.list(model="tools")] == ids[3:]
            assert [row.id async for row in stored.list(metadata={"n": "0"})] == [ids[0], ids[3]]
            one = await stored.retrieve(ids[0])
            assert one.choices == made[0].choices and one.to_dict()["temperature"] == 0.5
            streamed = await stored.retrieve(ids[3])
            opened = [
                call.id for c in chunks for call in c.choices[0].delta.tool_calls or [] if call.id
            ]
            calls = streamed.choices[0].message.tool_calls or []
            assert [call.id for call in calls] == opened
            messages = [row async for row in stored.messages.list(ids[0])]
            assert [(row.id, row.content) for row in messages] == [(f"{ids[0]}-0", "Hello, 世界")]
            changed = await stored.update(ids[0], metadata={"n": "new"})
            assert changed.to_dict()["metadata"] == {"n": "new"}
            gone = await stored.delete(ids[0])
            assert gone.deleted and gone.object == "chat.completion.deleted"
            for ask in (stored.retrieve, stored.delete):
                with pytest.raises(openai.NotFoundError):
                    await ask(ids[0])
            assert len([row async for row in stored.list()]) == 3
            with pytest.raises(openai.NotFoundError):
                await stored.retrieve(chunks[0].id + "x")

    run(drive())


def test_how_much_and_which_tier(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await complete(
                api, "prose", max_completion_tokens=9, service_tier="fast", stop=["zzz"]
            )
            assert made.service_tier == "priority"
            assert made.choices[0].finish_reason == "length"
            assert made.usage.completion_tokens == 9
            for wrong in (
                {"stop": ["a", "b", "c", "d", "e"]},
                {"max_tokens": 1, "max_completion_tokens": 1},
                {"n": 0},
                {"reasoning_effort": "huge"},
                {"web_search_options": {}},
                {"extra_body": {"top_k": 3}},
            ):
                with pytest.raises(openai.BadRequestError):
                    await complete(api, **wrong)

    run(drive())


def test_the_script_of_one_request_can_be_changed(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            script = {"reply": [{"text": "Only this once."}]}
            made = await complete(api, extra_body={"sandbox": {"script": script}})
            assert made.choices[0].message.content == "Only this once."
            assert "Only this once" not in (await complete(api)).choices[0].message.content
            with pytest.raises(openai.BadRequestError) as caught:
                await complete(api, extra_body={"sandbox": {"script": {"replay": []}}})
            assert caught.value.param == "sandbox.script" and "replay" in caught.value.message

    run(drive())


def test_what_a_model_refuses_is_named(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for name, value, code in (
                ("max_tokens", 10, "unsupported_parameter"),
                ("temperature", 0.5, "unsupported_value"),
                ("top_p", 0.5, "unsupported_parameter"),
            ):
                with pytest.raises(openai.BadRequestError) as caught:
                    await complete(api, "reasoning-strict", **{name: value})
                assert (caught.value.param, caught.value.code) == (name, code)
            made = await complete(api, "reasoning-strict", max_completion_tokens=500)
            assert made.choices[0].finish_reason == "stop"
            assert (await complete(api, "small-context")).choices[0].finish_reason == "stop"
            long = [{"role": "user", "content": "word " * 100}]
            with pytest.raises(openai.BadRequestError) as caught:
                await complete(api, "small-context", messages=long)
            assert caught.value.code == "context_length_exceeded"

    run(drive())
