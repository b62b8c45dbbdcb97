"""The work is linear in the bytes received: counted in bytes looked at and in operations, because
clocks say nothing on a busy machine."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest

from playground.core import eventstream
from playground.core.eventstream import Splitter
from playground.core.profile import Api
from playground.wire import masking
from playground.wire.masking import Mask
from tests.hostile.case import CHAT, RESPONSES, Case, good
from tests.hostile.reading import read

FOUR = 4.4
"""How many times the work four times as many bytes may be: a little of it is done only once."""


class Counted:
    """The end of a block, and how many bytes were searched for it."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self.bytes = 0
        self._pattern = pattern

    def finditer(self, window: bytes) -> Iterator[re.Match[bytes]]:
        self.bytes += len(window)
        return self._pattern.finditer(window)


@pytest.mark.parametrize("size", [1, 7, 100, 65_536])
@pytest.mark.parametrize(
    "body",
    [b"x" * 100_000, b"\n" * 100_000, b"\r\n" * 50_000, b"\r" * 100_000, b"data: x\n\n" * 10_000],
)
def test_no_byte_is_searched_again_and_again(
    body: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(eventstream._END)
    monkeypatch.setattr(eventstream, "_END", counted)
    splitter = Splitter()
    blocks = [
        block for at in range(0, len(body), size) for block in splitter.feed(body[at : at + size])
    ]
    assert b"".join(blocks) + splitter.rest() == body
    # With each chunk, the last two bytes of the one before it are seen again.
    assert counted.bytes <= len(body) + 2 * (len(body) // size + 1)


@pytest.mark.parametrize("body", [b"x" * 100_000, b"sk-" * 33_333, b"sk-abcabc" * 11_111])
def test_a_body_is_masked_once(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = masking.mask

    def mask(raw: bytes, secrets: Any) -> tuple[bytes, bool]:
        seen.append(len(raw))
        return real(raw, secrets)

    monkeypatch.setattr(masking, "mask", mask)
    one, key = Mask((b"sk-abcabcab",)), len(b"sk-abcabcab")
    for at in range(0, len(body), 7):
        one.feed(body[at : at + 7])
    assert sum(seen) <= len(body) + key * (len(body) // 7 + 1)


def operations(work: Callable[[], object]) -> int:
    """How many of Python's own operations some work takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def calls(**part: Any) -> bytes:
    return CHAT.chunk({"tool_calls": [part]})


def each(make: Callable[[int], bytes]) -> Callable[[int], bytes]:
    return lambda count: b"".join(map(make, range(count)))


event = RESPONSES.event
FIRST = {"item_id": "msg_1", "output_index": 0}

CHATS: dict[str, Callable[[int], bytes]] = {
    "deltas": lambda n: good(CHAT, *["x"] * n),
    "one delta": lambda n: good(CHAT, "x" * 100 * n),
    "one delta of half characters": lambda n: good(CHAT, "\ud83d" * 50 * n),
    "half characters": lambda n: good(CHAT, *["\ud83d"] * n),
    "comments": lambda n: b": x\n\n" * n + good(CHAT),
    "blank lines": lambda n: b"\n" * 20 * n + good(CHAT),
    "blank lines of CRLF": lambda n: b"\r\n" * 10 * n + good(CHAT),
    "lines of data": lambda n: b"data: 1\n" * n + b"\n" + good(CHAT),
    "rubbish": lambda n: b"data: {{{\n\n" * n + good(CHAT),
    "half errors": lambda n: b'data: {"error":{"error":\n\n' * n + good(CHAT),
    "errors in one event": lambda n: b"data: x" + b'{"error":' * n + b"\n\n" + good(CHAT),
    "lines of JSON": lambda n: (CHAT.word("x")[6:-1]) * n,
    "pieces of one call": lambda n: calls(index=0, id="c", function={"name": "f"})
    + calls(index=0, function={"arguments": "x"}) * n,
    "calls": each(lambda k: calls(index=k, id=f"c{k}")),
    "calls without an index": each(lambda k: calls(id=f"c{k}", function={"name": "f"})),
    "calls without anything": each(lambda k: calls(function={"name": "f", "arguments": "{}"})),
    "choices": each(lambda k: CHAT.word("x").replace(b'"index": 0', b'"index": %d' % k)),
    "reasoning": lambda n: CHAT.chunk({"reasoning": "x", "reasoning_details": [{"text": "x"}]}) * n,
    "audio": lambda n: CHAT.chunk({"audio": {"id": "a", "data": "AAAA", "transcript": "x"}}) * n,
}  # fmt: skip
RESPONSE_STREAMS: dict[str, Callable[[int], bytes]] = {
    "deltas": lambda n: good(RESPONSES, *["x"] * n),
    "deltas without a place": lambda n: RESPONSES.start
    + event("response.output_text.delta", delta="x") * n,
    "done again and again": lambda n: RESPONSES.start
    + event("response.output_text.done", **FIRST, content_index=0, text="x") * n,
    "annotations": lambda n: RESPONSES.start
    + event("response.output_text.annotation.added", **FIRST, annotation={"a": 1}) * n,
    "items": each(lambda k: event("response.output_item.done", output_index=k,
                                  item=RESPONSES.message("x", f"m{k}"))),
    "items on one index": each(lambda k: event("response.output_item.added", output_index=0,
                                               item=RESPONSES.message("", f"m{k}"))),
    "items of a kind to come": each(lambda k: event("response.output_item.done", output_index=k,
                                                    item={"type": "x_call", "id": f"x{k}"})),
    "items that change their kind": each(lambda k: event(
        "response.output_item.done", output_index=0,
        item={"type": ("message", "reasoning")[k % 2], "id": "x"})),
    "parts of a message": each(lambda k: event("response.output_text.delta", **FIRST,
                                               content_index=k, delta="x")),
    "parts of a summary": each(lambda k: event(
        "response.reasoning_summary_text.delta", item_id="r", output_index=0, summary_index=k,
        delta="x") + event("response.reasoning_summary_text.done", item_id="r", output_index=0,
                           summary_index=k, text="x")),
    "a final output": lambda n: RESPONSES.final(
        [RESPONSES.message("x", f"m{k}") for k in range(n)]) * 2,
}  # fmt: skip
STREAMS: list[tuple[str, str, str]] = [
    *(("chat", name, "") for name in CHATS),
    *(("responses", name, "") for name in RESPONSE_STREAMS),
    *(("chat", name, "gzip") for name in ("deltas", "one delta", "comments", "rubbish")),
]


@pytest.mark.parametrize(("api", "name", "encoding"), STREAMS)
def test_four_times_the_bytes_are_four_times_the_work(api: Api, name: str, encoding: str) -> None:
    make = (CHATS if api == "chat" else RESPONSE_STREAMS)[name]

    def work(count: int) -> int:
        body = make(count)
        if encoding:
            body = gzip.compress(body, 0, mtime=0)  # stored as it is: as many bytes
        case = Case(name=name, api=api, body=body, outcome="completed", encoding=encoding)
        return operations(lambda: read(case, 20))

    work(1)  # what is only done once, as importing, is done now
    small, large = work(25), work(100)
    assert large <= FOUR * small
