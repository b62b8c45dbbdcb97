"""Whatever a request says, it is answered or refused: nothing in it breaks the server.

Every part of requests that are right is replaced by everything that it should not be.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from playground.core.resources import resource
from playground.sandbox.answer import compose
from playground.sandbox.errors import ApiError
from playground.sandbox.memory import Conversation, Kept, Memory
from playground.sandbox.play import encode
from playground.sandbox.responses import Writer
from playground.sandbox.responses_items import read_items
from playground.sandbox.responses_request import read
from playground.sandbox.responses_shell import shell
from playground.sandbox.scenario import load

SCENARIO = load(resource("scenarios") / "tools.json")

WRONG: tuple[Any, ...] = (
    None, True, -1, 10**30, 0.5, "", "x", "\ud800", [], ["x"], [[]], {}, {"type": "x"}, {"id": 5},
)  # fmt: skip

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string", "pattern": "^x"}, "b": {"anyOf": [{"type": "null"}]}},
    "required": ["a", "b"],
    "additionalProperties": False,
}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
WISH = {"type": "mcp_approval_request", "id": "w", "server_label": "l", "name": "n",
        "arguments": "{}"}  # fmt: skip

RIGHT: list[dict[str, Any]] = [
    {
        "input": "Hello, take 5",
        "instructions": "x",
        "previous_response_id": "resp_1",
        "tools": [{"type": "function", "name": "f", "parameters": SCHEMA, "strict": True}],
        "tool_choice": {"type": "function", "name": "f"},
        "reasoning": {"effort": "low", "summary": "auto", "context": "auto"},
        "stream_options": {"include_obfuscation": False},
        "metadata": {"a": "b"},
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 2,
    },
    {
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "x"}], "id": "a"}],
        "conversation": {"id": "conv_1"},
        "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}},
        "context_management": [{"type": "compaction", "compact_threshold": 5}],
        "max_output_tokens": 20,
        "prompt_cache_options": {"mode": "implicit", "ttl": "30m"},
        "truncation": "auto",
        "service_tier": "flex",
    },
    {
        "input": [
            {"role": "user", "content": "x"},
            {"type": "reasoning", "id": "r", "summary": [], "content": [{"type": "x"}]},
            CALL,
            {"type": "function_call_output", "call_id": "call_1", "output": "x"},
            WISH,
            {"type": "mcp_approval_response", "approval_request_id": "w", "approve": True},
            {"type": "shell_call", "call_id": "call_2", "action": {"commands": ["x"]}},
            {"type": "shell_call_output", "call_id": "call_2", "output": [{"stdout": "x"}]},
            {"type": "computer_call", "call_id": "call_3"},
            {"type": "computer_call_output", "call_id": "call_3", "output": {"type": "x"}},
            {"type": "item_reference", "id": "msg_1"},
        ],
    },
    *(
        {"input": "Do it", "tools": [tool], "tool_choice": "required", "max_tool_calls": 2}
        for tool in (
            {"type": "web_search", "filters": {}},
            {"type": "file_search", "vector_store_ids": ["x"]},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "image_generation", "size": "16x16", "partial_images": 1},
            {"type": "mcp", "server_label": "l", "server_url": "x", "require_approval": "never"},
            {"type": "computer_use_preview", "display_width": 1, "display_height": 1,
             "environment": "browser"},
            {"type": "shell", "environment": {"type": "container_auto"}},
            {"type": "apply_patch"},
            {"type": "custom", "name": "n"},
        )
    ),
]  # fmt: skip


def changed(value: Any) -> Iterator[Any]:
    """Copies of a value in which one part is wrong."""
    yield from WRONG
    if not isinstance(value, dict | list):
        return
    rows: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in rows:
        for other in changed(inner):
            copied = copy.copy(value)
            copied[key] = other
            yield copied


def memory() -> Memory:
    """One that has something to refer to."""
    numbers = itertools.count()
    made = Memory(lambda prefix: f"{prefix}{next(numbers)}")
    said = {"id": "msg_1", "type": "message", "role": "user", "content": []}
    response = {"id": "resp_1", "status": "completed", "output": []}
    made.keep(Kept(response, (said,)))
    made.open(Conversation("conv_1", 0, {}, {"msg_1": said}))
    return made


def answered(body: Any) -> bool:
    """Whether a request is answered in full, and kept; otherwise it is refused."""
    kept = memory()
    try:
        asked = read({"model": "tools", **body}, kept)
        started = shell(asked, "resp_2", 0)
        answer = compose(SCENARIO, asked.turn)
    except ApiError as error:
        assert error.status in (400, 404)
        encode(error.body)
        return False
    *_, last = Writer(started, answer, asked.turn, kept.identify, lambda: 0.0).events()
    assert last["type"] in ("response.completed", "response.incomplete")
    encode(last)
    kept.keep(Kept(last["response"], (*asked.recalled, *asked.brought)))
    assert all(isinstance(item["id"], str) for item in kept.response("resp_2").history)
    return True


@pytest.mark.parametrize("body", RIGHT)
def test_any_request_is_answered_or_refused(body: dict[str, Any]) -> None:
    assert answered(body)
    outcomes = [answered(other) for other in changed(body) if isinstance(other, dict)]
    assert len(outcomes) > 80 and {True, False} == set(outcomes)


def test_any_items_are_taken_or_refused() -> None:
    taken = refused = 0
    for items in changed(RIGHT[2]["input"]):
        try:
            rows = read_items({"items": items}, "items", memory().identify)
        except ApiError as error:
            assert error.status == 400
            refused += 1
        else:
            assert all(isinstance(row["id"], str) and row["type"] for row in rows)
            taken += 1
    assert taken and refused
