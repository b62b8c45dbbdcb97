"""JSON that is hard to read, and values of the wrong type wherever a value stands."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.hostile.case import (
    CHAT,
    RESPONSES,
    TEXT,
    Case,
    Dialect,
    block,
    both,
    good,
    spoken,
)

NASTY: tuple[Any, ...] = (
    None, "", "x", "\ud800", 0, 7, -1, 1.5, 1e308, 2**70, float("nan"), float("-inf"), True, False,
    [], [None], ["x"], [[]], {}, {"x": 1}, {"text": None}, [{"type": "text", "text": None}],
)  # fmt: skip

Path = tuple[str | int, ...]


def cases() -> Iterator[Case]:
    yield from numbers_and_depths()
    for event, paths in ((chat_event(), CHAT_PATHS), (chat_call(), CHAT_CALL_PATHS)):
        for path in paths:
            yield wrong(CHAT, event, path)
    for event in responses_events():
        for path in paths_of(event):
            yield wrong(RESPONSES, event, path)


def extra(member: bytes) -> Callable[[Dialect], bytes]:
    """A member more in the object of every event."""
    return lambda dialect: good(dialect).replace(b"data: {", b"data: {" + member + b", ")


def numbers_and_depths() -> Iterator[Case]:
    for name, member in (
        ("NaN", b'"x": NaN'),
        ("infinity", b'"x": [Infinity, -Infinity]'),
        ("a number of 5,000 digits", b'"created": ' + b"9" * 5_000),
        ("a fraction of 5,000 digits", b'"created": 0.' + b"3" * 5_000),
        ("a number beyond all bounds", b'"created": 1e999999, "x": -1E+999999'),
        ("minus nothing", b'"x": -0, "y": -0.0'),
        ("the same name twice", b'"model": 1, "model": null'),
        ("a name that is no Unicode", b'"\\ud800": "\\udfff"'),
        ("an empty name", b'"": {"": [""]}'),
        ("200 objects deep", b'"x": ' + b'{"a":' * 200 + b"1" + b"}" * 200),
        ("1,000 names", b", ".join(b'"n%d": %d' % (n, n) for n in range(1_000))),
        ("names of Python", b'"__class__": "x", "__dict__": {}, "self": 1'),
    ):
        yield from both(name, extra(member), "completed")
    for name, data in (
        ("10,000 lists deep", b"[" * 10_000 + b"]" * 10_000),
        ("10,000 objects deep", b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        ("10,000 deep and never closed", b'{"a":[' * 5_000),
        ("a number with leading zeros", b'{"a": 007}'),
        ("a hexadecimal number", b'{"a": 0x7f}'),
        ("an unknown escape", b'{"a": "\\x41"}'),
        ("half an escape", b'{"a": "\\u12"}'),
        ("a raw control character", b'{"a": "\x01"}'),
    ):
        yield from both(
            name,
            lambda d, data=data: b"".join(
                [d.start, b"data: " + data + b"\n\n", *spoken(d)[1:], d.over]
            ),
            "completed",
            malformed=1,
        )
    for value in (
        b"null",
        b"true",
        b"7",
        b'"x"',
        b"[]",
        b"[[]]",
        b"[null, 1]",
        b"{}",
        b'[{"a":1}]',
    ):
        yield from both(
            f"events that are {value.decode()}",
            lambda d, value=value: good(d).replace(b"\n\n", b"\n\ndata: " + value + b"\n\n"),
            "completed",
        )


# Wrong types. An event with each nasty value at one place, between the words of a good answer: what
# the good events say has to be there all the same, in their order.


def wrong(dialect: Dialect, event: dict[str, Any], path: Path) -> Case:
    words = spoken(dialect)
    kind = str(event.get("type", ""))
    bad = b"".join(block(replaced(event, path, value), kind) for value in NASTY)
    missing = block(without(event, path), kind)
    item = event["item"]["type"] if "item" in event else ""
    where = " ".join(filter(None, (kind, item, ".".join(map(str, path)))))
    return Case(
        name=f"wrong types: {where}",
        api=dialect.api,
        body=b"".join([*words[:2], bad, missing, *words[2:], dialect.over, b"data: [DONE]\n\n"]),
        outcome="completed",
        text=TEXT,
        calls=None,
    )


def replaced(event: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(event)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made


def without(event: dict[str, Any], path: Path) -> dict[str, Any]:
    made = copy.deepcopy(event)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return made


def paths_of(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a value, the outermost first; not its type, which is what it is."""
    rows: Any = ()
    if isinstance(value, dict):
        rows = value.items()
    elif isinstance(value, list):
        rows = enumerate(value)
    for step, inner in rows:
        if (*at, step) != ("type",):
            yield (*at, step)
        yield from paths_of(inner, (*at, step))


def chat_event() -> dict[str, Any]:
    choice: dict[str, Any] = {
        "index": 0,
        "delta": {
            "role": "assistant", "content": "", "refusal": None, "reasoning": None,
            "reasoning_content": None, "reasoning_details": [], "annotations": [], "audio": None,
        },
        "logprobs": None,
        "finish_reason": None,
    }  # fmt: skip
    return {
        **CHAT.head(), "choices": [choice], "usage": None, "x_groq": None, "service_tier": None,
        "system_fingerprint": None, "prompt_filter_results": [], "timings": {},
    }  # fmt: skip


def chat_call() -> dict[str, Any]:
    function = {"name": "f", "arguments": "{}"}
    call = {"index": 0, "id": "call_1", "type": "function", "function": function}
    choice = {"index": 0, "delta": {"tool_calls": [call], "function_call": None}}
    return {**CHAT.head(), "choices": [choice]}


# `error` is left out: that one is meant to end the answer.
CHAT_PATHS = tuple(
    path
    for path in paths_of(chat_event())
    if path[-1] not in ("content", "refusal", "finish_reason")
)
CHAT_CALL_PATHS = tuple(path for path in paths_of(chat_call()) if "tool_calls" in path)


def responses_events() -> Iterator[dict[str, Any]]:
    where = {"item_id": "other", "output_index": 7, "sequence_number": 1}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    reasoning = {
        "type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}],
        "content": [{"type": "reasoning_text", "text": "hm"}], "encrypted_content": "x",
    }  # fmt: skip
    call = {
        "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}",
        "status": "completed",
    }  # fmt: skip
    search = {"type": "web_search_call", "id": "ws_1", "status": "x", "action": {"query": "q"}}
    usage = {"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 2}
    yield {
        "type": "response.in_progress",
        "response": {"id": "resp_1", "model": "m", "usage": usage, "service_tier": "default"},
    }
    for item in (reasoning, call, search):
        yield {"type": "response.output_item.added", **where, "item": item}
        yield {"type": "response.output_item.done", **where, "item": item}
    yield {"type": "response.content_part.added", **where, "content_index": 0, "part": part}
    yield {
        "type": "response.function_call_arguments.delta",
        **where,
        "item_id": "fc_1",
        "delta": "{",
    }
    yield {
        "type": "response.function_call_arguments.done", **where, "item_id": "fc_1",
        "name": "f", "arguments": "{}",
    }  # fmt: skip
    yield {
        "type": "response.reasoning_summary_text.delta",
        **where,
        "summary_index": 0,
        "delta": "x",
    }
    yield {
        "type": "response.output_text.annotation.added", **where, "content_index": 0,
        "annotation_index": 0, "annotation": {"type": "url_citation", "url": "https://x"},
    }  # fmt: skip
    yield {"type": "response.output_item.future", **where, "thing": {"a": [1]}}
