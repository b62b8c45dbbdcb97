"""Broken and odd streams: the very bytes that a script sends, in both dialects."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from playground.sandbox.layout import lay_out
from playground.sandbox.play import Frame
from playground.sandbox.scenario import Scenario
from playground.sandbox.transport import Transport, content

SAID = "The words of this answer are plain;"
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}


def request(model: str, dialect: str, **more: Any) -> dict[str, Any]:
    asked = (
        {"messages": [{"role": "user", "content": "x"}]} if dialect == "chat" else {"input": "x"}
    )
    return {"model": model, "stream": True, **asked, **more}


async def received(server: Any, model: str, dialect: str) -> tuple[dict[str, str], bytes, bool]:
    """Head, body, and whether the body had an end of its own."""
    async with server.raw() as raw:
        raw.send("POST", PATHS[dialect], request(model, dialect))
        status, headers = await raw.head()
        assert status == 200
        body = b""
        try:
            if "content-length" in headers:
                return headers, await raw.reader.readexactly(int(headers["content-length"])), True
            async for chunk in raw.chunks():
                body += chunk
        except (ValueError, EOFError, ConnectionError):
            return headers, body, False
        return headers, body, True


def text_of(body: bytes) -> str:
    """What a careful reader gets out of the body."""
    said = []
    for block in re.split(rb"\r\n\r\n|\n\n|\r\r", body.removeprefix(b"\xef\xbb\xbf")):
        lines = [line for line in re.split(rb"\r\n|\r|\n", block) if line.startswith(b"data:")]
        if not lines:
            continue
        data = b"\n".join(line.removeprefix(b"data:") for line in lines).strip()
        try:
            value = json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        if not isinstance(value, dict):
            continue
        if value.get("type") == "response.output_text.delta":
            said.append(value["delta"])
        for choice in value.get("choices") or []:
            delta = choice.get("delta") if isinstance(choice, dict) else None
            piece = delta.get("content") if isinstance(delta, dict) else None
            said.append(piece if isinstance(piece, str) else "")
    return "".join(said)


WHOLE = {
    # streams that say all of their text: what must be in the bytes
    "comments": b"\n\n: a comment\n\n",
    "ids": b"id: 7\n\n",
    "keep-alive-data": b"data: : keepalive\n\n",
    "crlf": b"\r\n\r\n",
    "cr": b"\r\r",
    "no-blank": b"data:{",
    "bom": b"\xef\xbb\xbf",
    "garbage": b"data: {not json\n\n",
    "blank-lines": b"\n" * 1_000_000,
    "deep": b"[" * 10_000 + b"]" * 10_000,
    "nul-bytes": b"\0\0\n\n",
    "data-lines": b'\ndata: "delta":\ndata: ',
    "done-doubled": b"data: [DONE]\n\ndata: [DONE]\n\n",
    "done-padded": b"data:   [DONE]  \n\n",
    "done-early": b"data: [DONE]\n\ndata: {",
    "no-content-type": b"",
    "plain-text": b"",
    "gzip-rubbish": b"",
    "error-null": b"",
}


@pytest.mark.parametrize("dialect", ["chat", "responses"])
@pytest.mark.parametrize("name", WHOLE)
def test_odd_streams_say_everything(serving: Any, run: Any, name: str, dialect: str) -> None:
    async def drive() -> None:
        async with serving() as server:
            _, body, ended = await received(server, f"streams/{name}", dialect)
        if name == "done-early" and dialect == "responses":
            assert b"data: [DONE]\n\nevent: " in body
        elif name != "no-blank" or dialect == "chat":
            assert WHOLE[name] in body
        assert ended and text_of(body).startswith(SAID)
        assert text_of(body).endswith("know what was wrong.")

    run(drive())


BROKEN = {
    # streams that stop early: whether the body has an end, and with what it ends
    "cut-at-once": (False, b""),
    "cut-in-event": (False, b""),
    "end-early": (True, b"\n\n"),
    "end-in-event": (True, b""),
    "end-with-done": (True, b"data: [DONE]\n\n"),
    "error-object": (True, b'"code":"upstream_error"}}\n\n'),
    "error-string": (True, b'data: {"error":"upstream hung up"}\n\n'),
    "error-event": (True, b'"code":"upstream_error"}\n\n'),
    "error-nested-event": (True, b'"code":"upstream_error"}}\n\n'),
    "error-flat": (True, b'"param":null}\n\n'),
    "error-object-flat": (True, b'"code":500}\n\n'),
    "error-detail": (True, b'data: {"detail":"upstream hung up"}\n\n'),
    "error-number": (True, b'"code":429}}\n\n'),
    "error-list": (True, b'"status":"UNAVAILABLE"}}]\n\n'),
    "error-done": (True, b"data: [DONE]\n\n"),
    "error-bare": (True, b'"code":"upstream_error"}}\n\n'),
    "error-glued": (True, b'"code":"upstream_error"}}\n\n'),
    "error-html": (True, b"</html>\n"),
}


@pytest.mark.parametrize("dialect", ["chat", "responses"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_streams_stop_where_they_should(
    serving: Any, run: Any, name: str, dialect: str
) -> None:
    ends, last = BROKEN[name]

    async def drive() -> None:
        async with serving() as server:
            _, body, ended = await received(server, f"streams/{name}", dialect)
            (row,) = await server.log()
        assert ended == ends and body.endswith(last)
        assert row["state"] == ("finished" if ends else "cut") and row["sent"] == len(body)
        assert b'"finish_reason":"stop"' not in body and b"response.completed" not in body
        text = text_of(body)
        assert text == "" if name == "cut-at-once" else text.startswith(SAID)
        if name.endswith("in-event"):
            assert not body.endswith(b"\n")

    run(drive())


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_a_reset_is_an_error_on_the_socket(serving: Any, run: Any, dialect: str) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", PATHS[dialect], request("streams/reset", dialect))
            await raw.head()
            with pytest.raises(ConnectionError):
                await raw.reader.read()
            (row,) = await server.log()
            assert row["state"] == "cut" and row["status"] == 200

    run(drive())


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_letters_that_no_json_could_hold(serving: Any, run: Any, dialect: str) -> None:
    async def drive() -> None:
        async with serving() as server:
            _, body, _ = await received(server, "streams/invalid-utf8", dialect)
            assert b"\xff\xfe\xc3(" in body and "�" in text_of(body)
            _, body, _ = await received(server, "streams/surrogates", dialect)
            pair, alone = rb'"\ud83d"', rb"\ude42"
            assert pair in body and alone in body and b"\xf0\x9f\x99\x82" not in body
            _, body, _ = await received(server, "streams/separators", dialect)
            assert "\u2028".encode() in body and "\u0085".encode() in body
            assert "NUL \0: one text." in text_of(body)
            _, body, _ = await received(server, "streams/huge-delta", dialect)
            assert b"x" * 5_000_000 in body

    run(drive())


@pytest.mark.parametrize(("name", "size"), [("byte-by-byte", 1), ("seven-bytes", 7)])
def test_letters_are_split_over_writes(serving: Any, run: Any, name: str, size: int) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", PATHS["chat"], request(f"streams/{name}", "chat"))
            await raw.head()
            chunks = [chunk async for chunk in raw.chunks()]
        assert {len(chunk) for chunk in chunks} <= set(range(1, size + 1))
        assert "Größe" in text_of(b"".join(chunks)) and "🙂" in text_of(b"".join(chunks))

    run(drive())


def test_answers_that_are_no_stream(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            for dialect, kind in (("chat", "chat.completion"), ("responses", "response")):
                head, body, _ = await received(server, "streams/json", dialect)
                assert head["content-type"] == "application/json"
                assert json.loads(body)["object"] == kind
                head, body, _ = await received(server, "streams/json-as-events", dialect)
                assert head["content-type"] == "text/event-stream"
                assert json.loads(body)["object"] == kind
                head, body, _ = await received(server, "streams/lines", dialect)
                assert head["content-type"] == "application/x-ndjson"
                lines = body.splitlines()
                assert len(lines) > 20 and all(json.loads(line) for line in lines)
                for name in ("empty", "only-comments", "only-done"):
                    head, body, _ = await received(server, f"streams/{name}", dialect)
                    assert head["content-type"] == "text/event-stream" and b"{" not in body
                head, _, _ = await received(server, "streams/no-content-type", dialect)
                assert "content-type" not in head
                head, _, _ = await received(server, "streams/gzip-rubbish", dialect)
                assert head["content-encoding"] == "gzip"
                _, body, _ = await received(server, "streams/done-missing", dialect)
                assert b"[DONE]" not in body
                _, body, _ = await received(server, "streams/error-as-json", dialect)
                assert json.loads(body)["error"]["code"] == 502

    run(drive())


def test_stalls_send_what_they_have_and_then_nothing(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            for name, deltas in (("stall-at-once", 0), ("stall-in-event", 12)):
                async with server.raw() as raw:
                    raw.send("POST", PATHS["chat"], request(f"streams/{name}", "chat"))
                    await raw.head()
                    body = await raw.reader.readuntil(b'"role":"assistant"')
                    for _ in range(deltas):
                        body += await raw.reader.readuntil(b'"delta":{"content":')
                    raw.send("GET", "/v1/models")  # Not answered: the first is still under way.
            assert [row["state"] for row in await server.log()] == ["left", "left"]

    run(drive())


def test_every_stream_scenario_is_played_in_both_dialects(
    serving: Any, run: Any, scenarios: dict[str, Scenario]
) -> None:
    names = [name for name in scenarios if name.startswith("streams/")]
    endless = {"streams/stall-at-once", "streams/stall-in-event", "streams/reset"}

    async def drive() -> None:
        async with serving() as server:
            for name in names:
                if name not in endless and name != "streams/long-line":
                    for dialect in PATHS:
                        await received(server, name, dialect)
            rows = await server.log()
        assert {row["status"] for row in rows} == {200}
        assert {row["state"] for row in rows} == {"finished", "cut"}

    run(drive())


def frames(*texts: str) -> list[Frame]:
    return [Frame(f"data: {text}\n\n".encode(), True) for text in texts]


def laid(transport: dict[str, Any], *texts: str) -> bytes:
    made = Transport.model_validate(transport)
    return b"".join(frame.data for frame in lay_out(frames(*texts), made))


def test_raw_bytes_are_given_in_several_ways() -> None:
    def made(raw: Any) -> bytes:
        return content(Transport.model_validate({"first": raw}).first)

    assert made("ü\n") == b"\xc3\xbc\n"
    assert made(["a", "", "b"]) == b"a\n\nb", "a list of strings is a list of lines"
    assert made({"hex": "00ff"}) == b"\0\xff"
    assert made({"repeat": "ab", "times": 100_001}) == b"ab" * 100_001
    assert made([": ", {"repeat": "x", "times": 3}, {"hex": "0a"}]) == b": xxx\n"
    for broken in ({"hex": "0g"}, {"repeat": "a", "times": 0}, 7, {"base64": ""}):
        with pytest.raises(ValueError, match="first"):
            made(broken)


def test_a_layout_is_exactly_what_it_says() -> None:
    assert laid({}, "1", "[DONE]") == b"data: 1\n\ndata: [DONE]\n\n"
    assert laid({"line_end": "\r\n"}, "1") == b"data: 1\r\n\r\n"
    assert laid({"done": ""}, "1", "[DONE]") == b"data: 1\n\n"
    assert laid({"done": "x"}, "1") == b"data: 1\n\nx", "also where a dialect has no mark"
    assert laid({"first": "#"}, "1") == b"#data: 1\n\n"
    assert laid({"layout": "lines", "done": ""}, "{}", "[DONE]") == b"{}\n"
    assert laid({"replacements": [{"text": "1", "raw": {"hex": "ff"}}]}, "1") == b"data: \xff\n\n"
    every = {"inserts": [{"raw": "#", "after": 1, "every": 2}], "blank_after_colon": False}
    assert laid(every, "1", "2", "3") == b"data:1\n\n#data:2\n\ndata:3\n\n#"
    last = {"inserts": [{"raw": "#", "after": 2}]}
    assert laid(last, "1", "2") == b"data: 1\n\ndata: 2\n\n#"
