"""What comes back of a request, whatever the server makes of it."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.core.recording import BODY, REST, SSE
from playground.core.transcript import replay
from playground.endpoints import chat
from playground.wire.http import Limits

HELLO = b'data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'
STOP = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


async def test_a_stream(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.stream(HELLO, STOP, DONE)

    async with serve(script) as server:
        heard = await talk(server.url, ("X-Test", "1"), body=b'{"model": "m"}')
    assert heard.kinds == ["request", "head", SSE, "eof"]
    assert [event.raw for event in heard.wire] == [HELLO, STOP, DONE]
    assert [event.chunk for event in heard.wire] == [0, 1, 2]
    times = [event.t for event in heard.events]
    assert times == sorted(times)
    assert heard.fact("head")["status"] == 200
    assert ["content-type", "text/event-stream"] in heard.fact("head")["headers"]
    [request] = server.requests
    assert (request.line, request.body) == (b"POST /v1/chat HTTP/1.1", b'{"model": "m"}')
    transcript = replay(heard.events, chat.reduce)
    assert (transcript.text, transcript.terminal) == ("hello", "completed")


async def test_the_request_is_recorded_as_it_was_sent(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.stream(DONE)

    talk.secrets = (b"sk-test-MARKER-123", b"other-secret", b"tiny")
    async with serve(script) as server:
        heard = await talk(
            server.url + "?token=other-secret",
            ("Authorization", "Bearer sk-test-MARKER-123"),
            ("api-key", "short"),
            ("X-Team", "tiny"),
            ("X-Note", "about sk-test-MARKER-123"),
            body=b'{"user": "sk-test-MARKER-123"}',
        )
    sent = server.requests[0].headers
    assert sent["authorization"] == "Bearer sk-test-MARKER-123"
    assert sent["api-key"] == "short"
    fact = heard.fact("request")
    shown = {name.lower(): value for name, value in fact["headers"]}
    assert shown["authorization"] == "Bearer ****"
    assert shown["api-key"] == "****"
    assert shown["x-team"] == "****"
    assert shown["x-note"] == "about ******************"
    assert fact["url"].endswith("?token=************")
    assert fact["body"] == '{"user": "******************"}'
    told = dict.fromkeys(("authorization", "api-key", "x-team", "x-note"), "")
    assert shown | told == sent | told


async def test_cookies_are_not_recorded(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.answer("200 OK", b"{}", set_cookie="session=abc; Path=/")

    async with serve(script) as server:
        for _ in range(2):
            heard = await talk(server.url)
            assert ["set-cookie", "****"] in heard.fact("head")["headers"]
    assert "cookie" not in server.requests[1].headers


async def test_a_key_that_is_echoed_is_overwritten(serve: Any, talk: Any) -> None:
    key = b"sk-test-MARKER-123"
    talk.secrets = (key,)

    async def script(link: Any) -> None:
        if link.headers.get("x-as") == "json":
            await link.head(
                "401 Unauthorized", content_type="application/json", x_echo=key.decode()
            )
            body = b'{"error": {"message": "Incorrect key: ' + key + b'"}}'
            await link.chunk(*(body[at : at + 1] for at in range(len(body))))
            await link.end()
        else:
            await link.head(x_echo=key.decode())
            await link.chunk(b"data: {}\n\ndata: " + key[:5], key[5:] + b"\n\ndata: " + key)
            await link.end()

    async with serve(script) as server:
        for headers in ((), (("x-as", "json"),)):
            heard = await talk(server.url, *headers)
            assert not [event for event in heard.events if key in event.raw]
            assert key not in b"".join(event.raw for event in heard.events)
            assert ["x-echo", "*" * len(key)] in heard.fact("head")["headers"]
            assert any(event.masked for event in heard.wire)


async def test_the_key_in_what_went_wrong_is_overwritten(serve: Any, talk: Any) -> None:
    talk.secrets = (b"sk-test-MARKER-123",)
    async with serve(lambda link: link.stream(DONE)) as server:
        heard = await talk(server.url, ("X-A", "sk-test-MARKER-123\n"))
    assert heard.kinds == ["request", "failed"]
    assert "Illegal header value" in heard.problem()["detail"]
    assert "MARKER" not in str([event.raw for event in heard.events])


@pytest.mark.parametrize(
    "body",
    [
        b"data: 1\r\rdata: 2\r\r",
        b"\xef\xbb\xbfdata: {}\n\n",
        'data: {"a": "\u2028\u2029\u0085"}\n\n'.encode(),
        b"data: not json {\n\n: comment\n\nid: 4\n\nretry: 5\n\nevent: x\n\n",
        b"data: \xff\xfe\xc3\n\n",
        b"\n" * 500,
        b"data: " + b'{"a":' * 3000 + b"\n\n",
        b"data: " + b"9" * 5000 + b"\n\n",
        b'data: "\\ud83d"\n\ndata: "\\ude00"\n\n',
        b"data: 1",
        b"{",
        b"<html>",
        b"\x00" * 100,
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_no_byte_is_lost(serve: Any, talk: Any, body: bytes, size: int) -> None:
    async def script(link: Any) -> None:
        await link.stream(*(body[at : at + size] for at in range(0, len(body), size)))

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.body == body
    assert heard.kinds[:2] == ["request", "head"]
    assert heard.kinds[-1] == "eof"
    replay(heard.events, chat.reduce)


async def test_letters_cut_in_two(serve: Any, talk: Any) -> None:
    text = 'data: {"choices":[{"index":0,"delta":{"content":"Grüße 🌍"}}]}\n\n'.encode()

    async def script(link: Any) -> None:
        await link.stream(*(text[at : at + 1] for at in range(len(text))))

    async with serve(script) as server:
        heard = await talk(server.url)
    assert replay(heard.events, chat.reduce).text == "Grüße 🌍"


async def test_fifty_thousand_events(serve: Any, talk: Any) -> None:
    blocks = [b"data: %d\n\n" % number for number in range(50_000)]

    async def script(link: Any) -> None:
        await link.head()
        for at in range(0, len(blocks), 500):
            await link.chunk(b"".join(blocks[at : at + 500]))
        await link.end()

    async with serve(script) as server:
        heard = await talk(server.url)
    assert [event.raw for event in heard.wire] == blocks


async def test_a_block_of_five_megabytes(serve: Any, talk: Any) -> None:
    block = b"data: " + b"x" * 5_000_000 + b"\n\n"

    async def script(link: Any) -> None:
        await link.stream(*(block[at : at + 20_000] for at in range(0, len(block), 20_000)))

    async with serve(script) as server:
        heard = await talk(server.url)
    assert [event.raw for event in heard.wire] == [block]


async def test_an_answer_that_is_not_a_stream(serve: Any, talk: Any) -> None:
    message = {"role": "assistant", "content": "hello"}
    answer = {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}
    body = json.dumps(answer).encode()

    async def script(link: Any) -> None:
        await link.answer("200 OK", body)

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", BODY, "eof"]
    assert replay(heard.events, chat.reduce).text == "hello"


async def test_a_web_page_with_status_200(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.answer("200 OK", b"<html>Sign in</html>", content_type="text/html")

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", BODY, "eof"]
    problem = replay(heard.events, chat.reduce).problem
    assert problem is not None
    assert problem.detail == "<html>Sign in</html>"


@pytest.mark.parametrize("size", ["0", ""])
async def test_an_empty_body(serve: Any, talk: Any, size: str) -> None:
    async def script(link: Any) -> None:
        if size:
            await link.answer("200 OK", b"")
        else:
            await link.stream()

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", "eof"]


async def test_a_body_without_length_ends_with_the_connection(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head(transfer_encoding="", x_test_last="1")
        await link.send(HELLO, DONE)

    async with serve(script) as server:
        heard = await talk(server.url, ("X-Test-Last", "1"))
    assert heard.kinds == ["request", "head", SSE, "eof"]


async def test_a_stream_cut_in_the_middle(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head()
        await link.chunk(HELLO, b"data: {")

    async with serve(script) as server:
        heard = await talk(server.url, ("X-Test-Last", "1"))
    assert heard.kinds == ["request", "head", SSE, REST, "cut"]
    problem = heard.problem()
    assert problem["remedy"] == "retry"
    assert "incomplete chunked read" in problem["detail"]
    transcript = replay(heard.events, chat.reduce)
    assert transcript.text == "hello"
    assert talk.naps == [], "an answer that has begun is never asked for twice"


async def test_a_connection_reset_in_the_middle(serve: Any, talk: Any) -> None:
    got = asyncio.Event()

    async def script(link: Any) -> None:
        await link.head()
        await link.chunk(HELLO)
        await got.wait()
        link.reset()

    async with serve(script) as server:
        exchange = talk.wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
        events = []
        async for batch in exchange:
            events += batch
            if any(event.kind == SSE for event in events):
                got.set()
    kinds = [event.kind for event in events]
    assert kinds == ["request", "connection", "head", SSE, "cut"]
    assert b"reset by peer" in events[-1].raw


async def test_compression_is_undone(serve: Any, talk: Any) -> None:
    packed = gzip.compress(HELLO + DONE)

    async def script(link: Any) -> None:
        await link.head(content_encoding="gzip")
        await link.chunk(packed[:10], packed[10:])
        await link.end()

    async with serve(script) as server:
        heard = await talk(server.url)
    assert [event.raw for event in heard.wire] == [HELLO, DONE]


async def test_what_is_not_compressed_is_read_as_it_is(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head(content_encoding="gzip")
        await link.chunk(HELLO, DONE)
        await link.end()

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", SSE, "eof"]
    assert heard.body == HELLO + DONE


async def test_broken_compression(serve: Any, talk: Any) -> None:
    packed = gzip.compress(HELLO + DONE)[:-9]

    async def script(link: Any) -> None:
        await link.head(content_encoding="gzip")
        await link.chunk(packed + b"rubbish" * 9)
        await link.end()

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds[:2] == ["request", "head"]
    assert heard.kinds[-1] == "cut"
    assert heard.body.startswith(HELLO)
    assert "compression is damaged" in heard.problem()["title"]


async def test_a_compressed_error_decides_about_another_attempt(serve: Any, talk: Any) -> None:
    refusal = gzip.compress(b'{"error": {"message": "no", "code": "insufficient_quota"}}')

    async def script(link: Any) -> None:
        await link.answer("429 Too Many Requests", refusal, content_encoding="gzip")

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", BODY, "eof"]


async def test_connections_are_used_again(serve: Any, talk: Any) -> None:
    ports = set()

    async def script(link: Any) -> None:
        ports.add(link._writer.get_extra_info("peername"))
        await link.stream(DONE)

    async with serve(script) as server:
        for _ in range(3):
            assert (await talk(server.url)).kinds[-1] == "eof"
    assert len(ports) == 1


async def test_exchanges_do_not_mix(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head()
        for number in range(20):
            await link.chunk(b"data: %s %d\n\n" % (link.body, number))
            await asyncio.sleep(0)
        await link.end()

    async with serve(script) as server:
        names = [b"a", b"b", b"c", b"d"]
        heard = await asyncio.gather(*(talk(server.url, body=name) for name in names))
    for name, one in zip(names, heard, strict=True):
        assert [event.raw for event in one.wire] == [
            b"data: %s %d\n\n" % (name, n) for n in range(20)
        ]


async def test_leg_and_time_of_the_run(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.stream(DONE)

    async with serve(script) as server:
        exchange = talk.wire.exchange(talk.address(server.url), Limits(), leg=3, t0=-5 * 10**18)
        events = [event async for batch in exchange for event in batch]
    assert {event.leg for event in events} == {3}
    assert all(event.t > 5 * 10**18 for event in events)


async def test_fetch(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        if len(server.requests) == 1:
            await link.answer("503 Service Unavailable", b"loading")
        else:
            await link.answer("200 OK", b'{"data": []}', x_request_id="req_1")

    async with serve(script) as server:
        answer = await talk.wire.fetch(talk.address(server.url), Limits())
    assert (answer.status, answer.body) == (200, b'{"data": []}')
    assert answer.headers["x-request-id"] == "req_1"
    assert talk.naps == [0.5]


async def test_fetch_raises_what_went_wrong(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        body = b'{"error": {"message": "Bad key", "code": "invalid_api_key"}}'
        await link.answer("401 Unauthorized", body)

    async with serve(script) as server:
        with pytest.raises(Failure) as caught:
            await talk.wire.fetch(talk.address(server.url), Limits())
        assert caught.value.problem.code == "invalid_api_key"
        with pytest.raises(Failure) as caught:
            await talk.wire.fetch(talk.address("http://127.0.0.1:1/"), Limits(retries=0))
    assert "127.0.0.1:1" in caught.value.problem.title
