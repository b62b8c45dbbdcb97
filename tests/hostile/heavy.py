"""Much of it: what costs seconds where the work is not linear in the bytes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

from tests.hostile.case import CHAT, JSON, RESPONSES, Case, both, good

MILLION = 1_000_000


def cases(share: float = 1) -> Iterator[Case]:
    """`share`: how much of it, from 0 to 1."""
    million = int(MILLION * share)
    many = million // 10
    yield from both(
        "a delta of 5 MB", lambda d: good(d, "x" * 5 * million), "completed", "x" * 5 * million
    )
    tiny = b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n'
    yield Case(
        name="100,000 tiny deltas",
        api="chat",
        body=tiny * many + CHAT.over,
        outcome="completed",
        text="x" * many,
    )
    tiny = b'data: {"type":"response.output_text.delta","item_id":"msg_1","delta":"x"}\n\n'
    yield Case(
        name="100,000 tiny deltas",
        api="responses",
        body=RESPONSES.start + tiny * many + RESPONSES.over,
        outcome="completed",
        text="x" * many,
    )
    yield from both(
        "a million blank lines",
        lambda d: d.start + b"\n" * million + good(d, "x"),
        "completed",
        "x",
    )
    yield from both(
        "a million blank lines of CRLF",
        lambda d: d.start + b"\r\n" * million + good(d, "x"),
        "completed",
        "x",
    )
    yield from both(
        "a line of 50 MB",
        lambda d: b": " + b"x" * 50 * million + b"\n\n" + good(d, "x"),
        "completed",
        "x",
    )
    yield from both(
        "a line of 50 MB that never ends",
        lambda d: good(d, "x") + b"data: " + b"x" * 50 * million,
        "completed", "x", malformed=1,
    )  # fmt: skip
    yield from both(
        "a block of 100,000 lines of data",
        lambda d: b"data: 7\n" * many + b"\n" + good(d, "x"),
        "completed",
        "x",
        malformed=1,
    )
    yield from both(
        "100,000 comments", lambda d: b": keep-alive\n\n" * many + good(d, "x"), "completed", "x"
    )
    yield from both(
        "100,000 events that are no JSON",
        lambda d: b"data: nonsense\n\n" * many + good(d, "x"),
        "completed",
        "x",
        malformed=many,
    )
    yield from both(
        "a plain answer of 20 MB",
        lambda d: json.dumps(d.whole("ö" * 4 * million), ensure_ascii=True).encode(),
        "completed",
        "ö" * 4 * million,
        content_type=JSON,
    )
    yield from both(
        "HTML of 20 MB", lambda d: b"<html>" + b"x" * 20 * million, "failed", "",
        content_type="text/html",
    )  # fmt: skip
    calls = [
        {"id": f"c{number}", "function": {"name": "f", "arguments": "{}"}}
        for number in range(many // 50)
    ]
    yield Case(
        name="2,000 calls without an index",
        api="chat",
        body=b"".join(CHAT.chunk({"tool_calls": [one]}) for one in calls)
        + CHAT.chunk({}, "tool_calls"),
        outcome="completed",
        calls=(("f", "{}"),) * len(calls),
    )
    packed = good(CHAT, "x") + b": " + b"x" * 20 * million + b"\n\n"
    yield Case(
        name="gzip of next to nothing",
        api="chat",
        body=gzip.compress(packed, mtime=0),
        outcome="completed",
        text="x",
        encoding="gzip",
        recorded=packed,
    )
