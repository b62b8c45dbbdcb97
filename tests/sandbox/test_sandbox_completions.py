"""The legacy Completions dialect against the official SDK."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import AsyncOpenAI
from openai.types import Completion

from playground.sandbox import tokens
from tests.oracle import FAST, client


def validated(made: Any) -> Any:
    """Complete by the SDK's types, but for two places where those have no null and the wire has:
    the finish reason before the end, and the probability of what nothing stands before."""
    assert isinstance(made, Completion)
    told = made.to_dict()
    for choice in told["choices"]:
        choice["finish_reason"] = choice["finish_reason"] or "stop"
        for name, none in (("token_logprobs", 0.0), ("top_logprobs", {})):
            if choice["logprobs"] and choice["logprobs"][name]:
                rows = choice["logprobs"][name]
                choice["logprobs"][name] = [none if row is None else row for row in rows]
    Completion.model_validate(told)
    return made


async def complete(api: AsyncOpenAI, **asked: Any) -> Any:
    return validated(
        await api.completions.create(
            **{"model": "prose", "prompt": "Once", "extra_body": FAST, **asked}
        )
    )


async def stream(api: AsyncOpenAI, **asked: Any) -> list[Any]:
    made = await api.completions.create(
        **{"model": "prose", "prompt": "Once", "extra_body": FAST, **asked, "stream": True}
    )
    return [validated(chunk) async for chunk in made]


def test_sixteen_tokens_unless_told_otherwise(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            short = await complete(api)
            assert short.choices[0].finish_reason == "length"
            assert tokens.count(short.choices[0].text) == 16
            assert short.usage.completion_tokens == 16
            assert short.usage.total_tokens == 16 + short.usage.prompt_tokens
            whole = await complete(api, max_tokens=5000)
            assert whole.choices[0].finish_reason == "stop"
            assert whole.choices[0].text.startswith(short.choices[0].text)
            stopped = await complete(api, max_tokens=5000, stop="## 1.")
            assert stopped.choices[0].finish_reason == "stop"
            assert whole.choices[0].text.startswith(stopped.choices[0].text + "## 1.")
            longer = await complete(api, suffix=" and they lived happily.")
            assert longer.usage.prompt_tokens > short.usage.prompt_tokens

    run(drive())


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"max_tokens": 500},
        {"prompt": ["Once", "Twice upon"], "n": 2, "echo": True},
        {"prompt": [1, 2, 3], "echo": True, "logprobs": 2},
        {"prompt": [[1, 2], [3]], "max_tokens": 3},
        {"logprobs": 5, "max_tokens": 8},
        {"model": "reasoning", "max_tokens": 40},
        {"model": "content-filter", "max_tokens": 400},
    ],
)
def test_chunks_join_to_the_whole(serving: Any, run: Any, asked: dict[str, Any]) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            whole = await complete(api, **asked)
            chunks = await stream(api, **asked, stream_options={"include_usage": True})
            *spoken, counted = chunks
            assert counted.choices == [] and counted.usage == whole.usage
            assert all(chunk.usage is None for chunk in spoken)
            assert {chunk.id for chunk in chunks} == {chunks[0].id}
            for choice in whole.choices:
                rows = [r for chunk in spoken for r in chunk.choices if r.index == choice.index]
                assert "".join(row.text for row in rows) == choice.text
                assert [r.finish_reason for r in rows if r.finish_reason] == [choice.finish_reason]
                if choice.logprobs:
                    told = [row.logprobs for row in rows if row.logprobs]
                    for name in ("tokens", "token_logprobs", "text_offset", "top_logprobs"):
                        pieces = [entry for part in told for entry in getattr(part, name)]
                        assert pieces == getattr(choice.logprobs, name)
            assert [choice.index for choice in whole.choices] == list(range(len(whole.choices)))

    run(drive())


def test_an_echo_comes_first_and_its_first_token_has_no_probability(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await complete(api, prompt="Once upon", echo=True, logprobs=2, max_tokens=0)
            choice = made.choices[0]
            assert choice.text == "Once upon" and made.usage.completion_tokens == 0
            assert choice.logprobs.tokens == ["Once", " upon"]
            assert choice.logprobs.text_offset == [0, 4]
            first, second = choice.logprobs.token_logprobs
            assert first is None and second < 0
            assert len(choice.logprobs.top_logprobs[1]) == 2
            assert (await complete(api)).choices[0].logprobs is None

    run(drive())


def test_the_best_of_several_are_paid_for(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            made = await complete(api, best_of=3, n=2, max_tokens=4)
            assert len(made.choices) == 2 and made.usage.completion_tokens == 12
            for wrong, param in (
                ({"best_of": 1, "n": 2}, "best_of"),
                ({"best_of": 2, "stream": True}, "best_of"),
                ({"logprobs": 6}, "logprobs"),
                ({"prompt": []}, "prompt"),
                ({"prompt": [1, "a"]}, "prompt"),
                ({"prompt": [[]]}, "prompt"),
                ({"max_tokens": -1}, "max_tokens"),
                ({"extra_body": {"messages": []}}, "messages"),
            ):
                with pytest.raises(openai.BadRequestError) as caught:
                    await api.completions.create(**{"model": "prose", "prompt": "x", **wrong})
                assert caught.value.param == param

    run(drive())


def test_a_script_that_fails(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            with pytest.raises(openai.InternalServerError):
                await complete(api, model="failed")
            with pytest.raises(openai.APIError, match="part of the script"):
                await stream(api, model="failed")

    run(drive())
