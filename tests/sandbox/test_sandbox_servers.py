"""The scenarios of other servers: each has the oddity that it is there for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.sandbox.manners import filled, merged
from playground.sandbox.scenario import Scenario

PATH = "/v1/chat/completions"
SAID = "This is the sandbox speaking as"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
    for name in ("get_weather", "look_up")
]
BOTH = [{"role": "user", "content": "get_weather in Oslo and look_up in Rome"}]


async def stream(server: Any, name: str, **asked: Any) -> tuple[bytes, list[dict[str, Any]]]:
    """The body as it came, and its chunks."""
    async with server.raw() as raw:
        body = {
            "model": f"servers/{name}",
            "messages": [{"role": "user", "content": "Hello"}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "sandbox": {"per_second": 0},
            **asked,
        }
        raw.send("POST", PATH, body)
        status, _, data = await raw.answer()
        assert status == 200, data
    lines = (line for line in data.split(b"\n") if line.startswith(b"data: {"))
    return data, [json.loads(line.removeprefix(b"data: ")) for line in lines]


async def whole(server: Any, name: str, **asked: Any) -> tuple[int, bytes]:
    async with server.raw() as raw:
        body = {
            "model": f"servers/{name}",
            "messages": [{"role": "user", "content": "Hello"}],
            "sandbox": {"per_second": 0},
            **asked,
        }
        raw.send("POST", PATH, body)
        status, _, data = await raw.answer()
    return status, data


def deltas(chunks: list[dict[str, Any]], name: str) -> list[Any]:
    found = []
    for chunk in chunks:
        for choice in chunk.get("choices") or []:
            if (value := choice.get("delta", {}).get(name)) is not None:
                found.append(value)
    return found


def finish(chunks: list[dict[str, Any]]) -> list[str]:
    rows = [row for chunk in chunks for row in chunk.get("choices") or []]
    return [row["finish_reason"] for row in rows if row.get("finish_reason")]


@pytest.mark.parametrize(
    ("name", "field", "reason"),
    [
        ("ollama", "reasoning", "stop"),
        ("llama-cpp", "reasoning_content", "stop"),
        ("vllm", "reasoning", "stop"),
        ("lm-studio", "reasoning_content", "stop"),
        ("groq", "reasoning", "stop"),
        ("together", "reasoning", "eos"),
        ("openrouter", "reasoning", "stop"),
        ("deepseek", "reasoning_content", "stop"),
        ("litellm", "reasoning_content", "stop"),
        ("xai", "reasoning_content", "stop"),
        ("tgi", None, "eos_token"),
        ("azure", None, "stop"),
        ("gemini", None, "stop"),
        ("end", None, "end"),
        ("deepseek-busy", None, "insufficient_system_resource"),
    ],
)
def test_reasoning_and_finish_reasons(
    serving: Any, run: Any, name: str, field: str | None, reason: str
) -> None:
    async def drive() -> None:
        async with serving() as server:
            _, chunks = await stream(server, name)
            _, data = await whole(server, name)
        made = json.loads(data)["choices"][0]
        assert finish(chunks) == [made["finish_reason"]] == [reason]
        text = "".join(deltas(chunks, "content"))
        assert made["message"]["content"] == text and text
        for other in ("reasoning", "reasoning_content"):
            told = "".join(deltas(chunks, other))
            assert told == (made["message"].get(other) or "")
            assert bool(told) == (other == field)
        assert not any("obfuscation" in chunk for chunk in chunks) or name == "azure"

    run(drive())


def test_reasoning_details_beside_the_text(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            _, chunks = await stream(server, "openrouter")
        rows = [row for delta in deltas(chunks, "reasoning_details") for row in delta]
        assert {row["type"] for row in rows} == {"reasoning.text"}
        assert "".join(row["text"] for row in rows) == "".join(deltas(chunks, "reasoning"))

    run(drive())


CALLS: dict[str, Any] = {
    # what the deltas of two calls look like, one after the other
    "ollama": lambda rows: [row["index"] for row in rows] == [0, 1],
    "ollama-calls": lambda rows: all(row["index"] == 0 and "id" not in row for row in rows),
    "groq": lambda rows: len(rows) == 2,
    "gemini": lambda rows: all("index" not in row and row["id"] for row in rows),
    "tgi": lambda rows: [row["function"]["arguments"]["city"] for row in rows] == ["Oslo", "Rome"],
    "lm-studio": lambda rows: sum(row["function"]["name"] == "" for row in rows) > 4,
    "sglang": lambda rows: (
        [row["function"]["name"] for row in rows if "name" in row["function"]]
        == ["", "get_weather", "", "look_up"]
    ),
    "vllm": lambda rows: sum("id" in row for row in rows) == 2 and len(rows) > 6,
}


@pytest.mark.parametrize("name", CALLS)
def test_tool_calls_in_their_ways(serving: Any, run: Any, name: str) -> None:
    async def drive() -> None:
        async with serving() as server:
            _, chunks = await stream(server, name, tools=TOOLS, messages=BOTH)
            _, data = await whole(server, name, tools=TOOLS, messages=BOTH)
        rows = [row for delta in deltas(chunks, "tool_calls") for row in delta]
        assert CALLS[name](rows), rows
        calls = json.loads(data)["choices"][0]["message"]["tool_calls"]
        assert [call["function"]["name"] for call in calls] == ["get_weather", "look_up"]
        expected = {"tgi": "eos_token"}.get(name, "tool_calls")
        assert finish(chunks) == [expected]

    run(drive())


def test_usage_where_each_server_puts_it(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            told = {}
            for name in ("vllm", "litellm", "xai", "usage-alone", "llama-cpp-python", "groq"):
                _, told[name] = await stream(server, name)
            _, unasked = await stream(server, "openrouter", stream_options=None)
        counts = [chunk["usage"]["completion_tokens"] for chunk in told["vllm"]]
        assert counts == sorted(counts) and counts[0] == 0 and counts[-1] > 20
        assert told["litellm"][-1]["choices"] and told["litellm"][-1]["usage"]["total_tokens"] > 0
        assert told["xai"][-2]["usage"] and finish(told["xai"][-1:]) == ["stop"]
        assert "choices" not in told["usage-alone"][-1] and told["usage-alone"][-1]["usage"]
        assert not any(chunk.get("usage") for chunk in told["llama-cpp-python"])
        (last,) = (chunk for chunk in told["groq"] if "x_groq" in chunk)
        assert last["x_groq"]["usage"] == told["groq"][-1]["usage"]
        assert unasked[-1]["usage"]["cost"] > 0 and unasked[-1]["choices"] == []

    run(drive())


def test_what_stands_between_the_chunks(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            bodies = {}
            for name in ("openrouter", "deepseek", "llama-cpp", "azure", "deepseek-busy"):
                bodies[name] = await stream(server, name)
            _, plain = await whole(server, "deepseek-busy")
        assert bodies["openrouter"][0].startswith(b": OPENROUTER PROCESSING\n\ndata: {")
        assert bodies["deepseek"][0].count(b"\n\n: keep-alive\n\n") > 1
        assert b"\n\n:\n\ndata: " in bodies["llama-cpp"][0]
        assert bodies["llama-cpp"][1][-2]["timings"]["predicted_n"] == 48
        assert plain.startswith(b"\n" * 40 + b"{")
        first, *_, closing, counted = bodies["azure"][1]
        assert (first["id"], first["model"], first["choices"]) == ("", "", [])
        assert first["prompt_filter_results"] and "delta" not in closing["choices"][0]
        assert counted["usage"] and counted["choices"] == []

    run(drive())


def test_streams_that_fail_as_theirs_do(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            groq, chunks = await stream(server, "groq-tool-error")
            assert b"event: error\ndata: " in groq and not groq.endswith(b"[DONE]\n\n")
            assert chunks[-1]["error"]["code"] == "tool_use_failed"
            assert chunks[-1]["error"]["failed_generation"]
            router, chunks = await stream(server, "openrouter-error")
            assert router.endswith(b"data: [DONE]\n\n")
            assert chunks[-1]["error"]["code"] == 502 and finish(chunks) == ["error"]
            assert chunks[-1]["id"] == chunks[0]["id"]
            runner, chunks = await stream(server, "ollama-error")
            assert b"[DONE]" not in runner and finish(chunks) == []
            assert chunks[-1]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
            end, _ = await stream(server, "end")
            assert b"[DONE]" not in end
            status, data = await whole(server, "azure-filtered")
            inner = json.loads(data)["error"]["innererror"]
            assert status == 400 and inner["content_filter_result"]["violence"]["filtered"]

    run(drive())


def test_reasoning_has_to_come_back_with_its_calls(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            _, data = await whole(server, "deepseek", tools=TOOLS, messages=BOTH)
            message = json.loads(data)["choices"][0]["message"]
            assert message["reasoning_content"]
            answers = [
                {"role": "tool", "tool_call_id": call["id"], "content": "fine"}
                for call in message["tool_calls"]
            ]
            history = [*BOTH, message, *answers]
            status, data = await whole(server, "deepseek", tools=TOOLS, messages=history)
            assert status == 200 and b"> fine" in data
            del message["reasoning_content"]
            status, data = await whole(server, "deepseek", tools=TOOLS, messages=history)
            assert status == 400
            assert "`reasoning_content`" in json.loads(data)["error"]["message"]
            status, _ = await whole(server, "llama-cpp", tools=TOOLS, messages=history)
            assert status == 200

    run(drive())


def test_fields_of_their_own_are_taken_by_some(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            assert (await whole(server, "vllm", top_k=3, guided_json={}))[0] == 200
            status, data = await whole(server, "groq", top_k=3)
            assert status == 400 and json.loads(data)["error"]["code"] == "unknown_parameter"

    run(drive())


def test_every_server_answers_streamed_or_not(
    serving: Any, run: Any, scenarios: dict[str, Scenario]
) -> None:
    names = [name.removeprefix("servers/") for name in scenarios if name.startswith("servers/")]
    odd = {"azure-filtered", "groq-tool-error", "openrouter-error", "ollama-error"}
    odd.add("llama-cpp-loading")

    async def drive() -> None:
        async with serving() as server:
            for name in sorted(set(names) - odd):
                _, chunks = await stream(server, name)
                status, data = await whole(server, name)
                assert status == 200, data
                assert json.loads(data)["choices"][0]["message"]["content"]
                assert "".join(deltas(chunks, "content")), name

    run(drive())


def test_templates_and_merging() -> None:
    facts = {"id": "x", "n": 3, "none": None}
    template = {"a": "{{id}}", "b": ["{{n}}", "{{none}}", "{{other}}"], "c": "no {{id}}"}
    assert filled(template, facts) == {"a": "x", "b": [3, None, "{{other}}"], "c": "no {{id}}"}
    base = {"a": {"b": 1, "c": 2}, "d": 3}
    assert merged(base, {"a": {"c": 4}, "d": {"e": 5}}) == {"a": {"b": 1, "c": 4}, "d": {"e": 5}}
    assert base["a"] == {"b": 1, "c": 2}
