"""Answers whose HTTP itself is hostile, through the real wire: an outcome, the text that had come
before the damage, and never an exception of ours."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.recording import fact
from playground.core.transcript import Outcome, replay
from playground.endpoints import chat

BODY = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK
FOUND = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: "
END = b"\r\n\r\n"

AS_IT_SHOULD_BE: dict[str, bytes] = {
    "chunked": CHUNKED + b"0\r\n\r\n",
    "trailers": CHUNKED + b"0\r\nX-A: b\r\n\r\n",
    "a length and chunks": HEAD
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK + b"0\r\n\r\n",
    "no framing": HEAD + b"\r\n" + BODY,
    "HTTP 1.0": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    "LF alone": HEAD.replace(b"\r", b"") + b"\n" + BODY,
    "a folded header": HEAD + b"X: a\r\n b\r\n\r\n" + BODY,
    "headers that are no text": b"HTTP/1.1 200 \xe9\r\nX: \xff\xe9\r\n\r\n" + BODY,
    "a label that is no text": b"HTTP/1.1 200 OK\r\nContent-Type: \xff; x=\xfe\r\n\r\n" + BODY,
    "a cookie that is none": HEAD + b"Set-Cookie: \xff; expires=x; max-age=y\r\n\r\n" + BODY,
    "some news on the way": b"HTTP/1.1 102 Processing\r\n\r\n" * 9 + HEAD + b"\r\n" + BODY,
}  # fmt: skip
DAMAGED_LATER: dict[str, bytes] = {
    "a size that is none": CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n",
    "a size below nothing": CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n",
    "a size without end": CHUNKED + b"f" * 100 + b"\r\n",
    "a size beyond all bounds": CHUNKED + b"ffffffffffffffff\r\nabc",
    "no last chunk": CHUNKED,
    "trailers that are none": CHUNKED + b"0\r\n\x00\xff\r\n\r\n",
    "a length that was too long": HEAD + b"Content-Length: 9999\r\n\r\n" + BODY,
}
NO_ANSWER: dict[str, bytes] = {
    "nothing": b"",
    "half a head": HEAD,
    "no HTTP": BODY,
    "HTTP 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + BODY,
    "a length below nothing": HEAD + b"Content-Length: -5\r\n\r\n" + BODY,
    "a length that is none": HEAD + b"Content-Length: abc\r\n\r\n" + BODY,
    "an unknown transfer": HEAD + b"Transfer-Encoding: gzip\r\n\r\n" + BODY,
    "a status of four digits": b"HTTP/1.1 1000 X\r\n\r\n",
    "a status below all": b"HTTP/1.1 099 X\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n" + BODY,
    "a flood of headers": HEAD + b"X-A: b\r\n" * 20_000 + b"\r\n" + BODY,
    "a header of a megabyte": HEAD + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n" + BODY,
    "a null in a header": HEAD + b"X: \x00\r\n\r\n" + BODY,
    "a redirect to half an address": FOUND + b"http://[::1" + END,
    "a redirect to a port that is none": FOUND + b"http://127.0.0.1:99999/" + END,
    "a redirect to a file": FOUND + b"file:///etc/passwd" + END,
    "a redirect to a script": FOUND + b"javascript:alert(1)" + END,
    "a redirect to itself": FOUND + END,
    "a redirect that is too long": FOUND + b"/" + b"a" * 90_000 + END,
    "a redirect with a tab": FOUND + b"/a\x0bb" + END,
}
REFUSED: dict[str, bytes] = {
    "a status above all": b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n",
    "a wait of ages": BUSY + b"9" * 25 + END,
    "a wait until the year 99999": BUSY + b"Mon, 01 Jan 99999 00:00:00 GMT\r\nDate: x" + END,
    "a wait in a far zone": BUSY + b"Mon, 01 Jan 2026 00:00:00 +99999999999" + END,
    "a wait that is no text": BUSY + b"\xff" + END,
    "a challenge": b"HTTP/1.1 401 No\r\nWWW-Authenticate: Digest \xff\r\nContent-Length: 0" + END,
}
NOTHING_SAID: dict[str, bytes] = {
    "a length that was too short": HEAD + b"Content-Length: 5\r\n\r\n" + BODY,
    "not modified": b"HTTP/1.1 304 X\r\n\r\n",
}

GROUPS: tuple[tuple[dict[str, bytes], str, Outcome, str], ...] = (
    (AS_IT_SHOULD_BE, "eof", "completed", "hi"),
    (DAMAGED_LATER, "cut", "completed", "hi"),
    (NO_ANSWER, "failed", "failed", ""),
    (REFUSED, "eof", "failed", ""),
    (NOTHING_SAID, "eof", "truncated", ""),
)


@pytest.mark.parametrize(
    ("answer", "end", "outcome", "text"),
    [
        pytest.param(answer, end, outcome, text, id=name)
        for rows, end, outcome, text in GROUPS
        for name, answer in rows.items()
    ],
)
async def test_answers(
    answer: bytes, end: str, outcome: Outcome, text: str, serve: Any, talk: Any
) -> None:
    async def script(link: Any) -> None:
        await link.send(answer)
        link._writer.close()

    async with serve(script) as server:
        heard = await talk(server.url, retries=0)
    assert heard.kinds[-1] == end
    seen = replay([*heard.events, fact(0, "ended")], chat.reduce)
    assert (seen.outcome, seen.text) == (outcome, text)
    if outcome != "completed":
        assert seen.problem is not None
        assert not seen.problem.bug
