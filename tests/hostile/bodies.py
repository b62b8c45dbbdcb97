"""Answers that are no event stream, are labelled as what they are not, or are errors."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any

from tests.hostile.case import (
    CHAT,
    DIALECTS,
    JSON,
    RESPONSES,
    STREAM,
    TEXT,
    Case,
    block,
    both,
    good,
    spoken,
)

HTML = b"<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n"
NDJSON = "application/x-ndjson"

ERRORS: dict[str, Any] = {
    "the official shape": {"error": {"message": "boom", "type": "server_error", "code": "x"}},
    "a string": {"error": "boom"},
    "a number as code": {"error": {"message": "boom", "code": 529}},
    "a message that is an object": {"error": {"message": {"a": "boom"}}},
    "an error that is true": {"error": True, "message": "boom"},
    "an error that is a list": {"error": ["boom"]},
    "an error in an error": {"error": {"error": {"message": "boom"}}},
    "flat, as vLLM once": {"object": "error", "message": "boom", "code": 500},
    "a list around it": [{"error": {"message": "boom", "code": 500}}],
}


def cases() -> Iterator[Case]:
    yield from whole()
    yield from no_answer()
    yield from errors()
    yield from compressed()


def whole() -> Iterator[Case]:
    """The plain answer, though a stream was asked for."""
    for label in (JSON, STREAM, "", "text/plain", "text/html", "not a type at all;;;"):
        yield from both(
            f"a plain answer labelled {label!r}",
            lambda d: json.dumps(d.whole(TEXT)).encode(),
            "completed",
            content_type=label,
        )
    for name, around in (
        ("blank lines before it", b"\n\n\r\n%s"),
        ("a byte order mark before it", b"\xef\xbb\xbf%s"),
        ("blank lines after it", b"%s\n\n\n"),
        ("one event around it", b"data: %s\n\n"),
    ):
        yield from both(
            f"a plain answer with {name}",
            lambda d, around=around: around % json.dumps(d.whole(TEXT)).encode(),
            "completed",
            content_type=JSON,
        )
    yield from both(
        "a plain answer over many lines, not in ASCII",
        lambda d: json.dumps(d.whole(TEXT), indent=2, ensure_ascii=False).encode(),
        "completed",
        content_type=JSON,
    )
    yield from both("an event stream labelled as JSON", good, "completed", content_type=JSON)
    yield from both("an event stream without a label", good, "completed", content_type="")
    yield from both("two labels", good, "completed", content_type=f"{STREAM}, {JSON}")
    for label in (NDJSON, STREAM, JSON):
        yield from both(
            f"lines of JSON labelled {label}",
            lambda d: b"".join(
                row.split(b"data: ")[1] + b"\n" for row in good(d).split(b"\n\n")[:-1]
            ),
            "completed",
            content_type=label,
        )


def no_answer() -> Iterator[Case]:
    for label in (STREAM, JSON, ""):
        yield from both(
            f"nothing at all, labelled {label!r}", lambda d: b"", "truncated", "",
            content_type=label,
        )  # fmt: skip
        yield from both(
            f"HTML labelled {label!r}", lambda d: HTML, "failed", "", content_type=label
        )
    for name, body in (
        ("half of a plain answer", b'{"id": "x", "choices": [{"message": {"content": "Hel'),
        ("null", b"null"),
        ("a number", b"42"),
        ("a string", b'"hello"'),
        ("words", b"upstream is warming up"),
        ("nested too deeply", b'{"a":' * 10_000),
        ("bytes", b"\x00\x01\x02\xff"),
    ):
        yield from both(name, lambda d, body=body: body, "failed", "", content_type=JSON)
    for name, value in (
        ("an empty list", []),
        ("an empty object", {}),
        ("somebody else's object", {"hello": "world", "items": [1, 2]}),
        ("a list of models", {"object": "list", "data": [{"id": "m", "object": "model"}]}),
    ):
        yield from both(
            name,
            lambda d, value=value: json.dumps(value).encode(),
            "truncated",
            "",
            content_type=JSON,
        )
    yield Case(
        name="an answer of the other dialect",
        api="responses",
        body=json.dumps(CHAT.whole("x")).encode(),
        outcome="truncated",
        content_type=JSON,
    )
    yield Case(
        name="an answer of the other dialect",
        api="chat",
        body=json.dumps(RESPONSES.whole("x")).encode(),
        outcome="truncated",
        content_type=JSON,
    )
    yield Case(
        name="a stream of the other dialect", api="chat", body=good(RESPONSES), outcome="truncated"
    )
    yield Case(
        name="a stream of the other dialect", api="responses", body=good(CHAT), outcome="truncated"
    )


def errors() -> Iterator[Case]:
    for name, data in ERRORS.items():
        yield from both(
            f"an error in the middle: {name}",
            lambda d, data=data: b"".join(spoken(d)) + block(data),
            "failed",
        )
        yield from both(
            f"an error named so: {name}",
            lambda d, data=data: b"".join(spoken(d)) + block(data, "error"),
            "failed",
        )
        yield from both(
            f"an error in a 200: {name}",
            lambda d, data=data: json.dumps(data).encode(),
            "failed",
            "",
            content_type=JSON,
        )
    for name, data in (
        ("null", {"error": None}),
        ("false", {"error": False}),
        ("empty", {"error": {}}),
        ("an empty string", {"error": ""}),
    ):
        yield from both(
            f"an error that is none: {name}",
            lambda d, data=data: b"".join([*spoken(d), block(data), d.over]),
            "completed",
        )
    flat = {"type": "error", "code": "x", "message": "boom", "param": None}
    yield from both(
        "a flat error event", lambda d: b"".join(spoken(d)) + block(flat, "error"), "failed"
    )
    yield from both(
        "a flat error event without a name", lambda d: b"".join(spoken(d)) + block(flat), "failed"
    )
    yield from both("an error at once", lambda d: block({"error": {"message": "no"}}), "failed", "")
    yield from both(
        "an error after the end", lambda d: good(d) + block({"error": "late"}), "failed"
    )
    yield from both(
        "an error, then DONE",
        lambda d: b"".join(spoken(d)) + block({"error": "x"}) + b"data: [DONE]\n\n",
        "failed",
    )
    yield from both(
        "an error, then more of the answer",
        lambda d: b"".join([d.start, d.word("Hel"), block({"error": "x"}), d.word("lo")]),
        "failed",
        "Hello",
    )
    yield from both(
        "an error glued into half an event",
        lambda d: (
            b"".join(spoken(d))
            + d.word("lost")[:-12]
            + b'{"error":{"message":"boom","code":"glued"}}\n\n'
        ),
        "failed",
        malformed=1,
        seen={"finish_reason": "glued"},
    )
    yield from both(
        "an error as the last, unended block",
        lambda d: b"".join(spoken(d)) + block({"error": {"message": "boom"}}).rstrip(),
        "failed",
    )
    refusals: tuple[tuple[int, bytes, str], ...] = (
        (400, b'{"error":{"message":"boom","code":"bad","param":"x","type":"t"}}', JSON),
        (401, b'{"error":"no key"}', JSON),
        (403, HTML, "text/html"),
        (404, b"", ""),
        (404, b'{"detail":"Not Found"}', JSON),
        (422, b'{"detail":[{"loc":["body","x"],"msg":"wrong"}, 7, null]}', JSON),
        (429, b'[{"error":{"message":"slow","code":429}}]', JSON),
        (429, b'{"error":{"message":null,"code":{"a":1},"param":[]}}', JSON),
        (500, b"data: {}\n\n", STREAM),
        (500, b"\xff\xfe", "text/plain"),
        (500, b"[" * 10_000, JSON),
        (502, b'{"error":' + b"9" * 5_000 + b"}", JSON),
        (503, b'{"error":{"code":503,"message":"Loading","type":"unavailable_error"}}', JSON),
        (529, b"null", JSON),
    )
    for status, body, label in refusals:
        yield from both(
            f"status {status}: {body[:24]!r}",
            lambda d, body=body: body,
            "failed",
            "",
            status=status,
            content_type=label,
            seen={"status": status},
        )
    yield from both("status 204", lambda d: b"", "truncated", "", status=204, content_type="")
    yield from both("status 302", lambda d: b"", "truncated", "", status=302, content_type="")


def compressed() -> Iterator[Case]:
    for dialect in DIALECTS:
        plain = good(dialect)
        packed = gzip.compress(plain, mtime=0)
        cases: tuple[tuple[str, str, bytes, bytes, Any], ...] = (
            ("gzip", "gzip", packed, plain, ("completed", TEXT, "eof")),
            ("zlib", "deflate", zlib.compress(plain), plain, ("completed", TEXT, "eof")),
            (
                "gzip in parts", "GZIP",
                b"".join(gzip.compress(row, mtime=0) for row in spoken(dialect))
                + gzip.compress(dialect.over, mtime=0),
                plain, ("completed", TEXT, "eof"),
            ),
            ("gzip that is none", "gzip", plain, plain, ("completed", TEXT, "eof")),
            ("zlib that is none", "deflate", plain, plain, ("completed", TEXT, "eof")),
            ("gzip of one byte", "gzip", b"\x1f", b"\x1f", ("truncated", "", "eof")),
            ("gzip without the last bytes", "gzip", packed[:-8], plain, ("completed", TEXT, "cut")),
            ("gzip with a wrong checksum", "gzip", packed[:-8] + bytes(8),
             plain + bytes(5), ("completed", TEXT, "cut")),
            ("gzip and rubbish after it", "gzip", packed + b"rubbish", plain + b"rubbish",
             ("completed", TEXT, "cut")),
            ("gzip's magic and rubbish", "gzip", b"\x1f\x8brubbish", None,
             ("truncated", "", "cut")),
            ("a compression that nobody knows", "br", packed, packed, ("truncated", "", "eof")),
            ("two compressions", "gzip, gzip", plain, plain, ("completed", TEXT, "eof")),
        )  # fmt: skip
        for name, encoding, body, recorded, (outcome, text, end) in cases:
            yield Case(
                name=name,
                api=dialect.api,
                body=body,
                outcome=outcome,
                text=text,
                encoding=encoding,
                recorded=recorded,
                end=end,
            )
    words = [f"{number} " for number in range(2_000)]
    packed = gzip.compress(good(CHAT, *words), mtime=0)
    half = packed[: len(packed) // 2]
    arrived = zlib.decompressobj(31).decompress(half)
    yield Case(
        name="the first half of gzip",
        api="chat",
        body=half,
        outcome="truncated",
        text="".join(words[: arrived.count(b"\n\n") - 1]),
        encoding="gzip",
        recorded=arrived,
        end="cut",
    )
