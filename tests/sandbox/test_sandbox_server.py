"""What a client sees on the socket itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from playground.sandbox.connection import BODY_LIMIT
from playground.sandbox.routes import is_loopback

RESPONSES = "/v1/responses"
HELLO = {"model": "sandbox", "input": "Hello", "sandbox": {"per_second": 0}}


def error_of(body: bytes) -> dict[str, Any]:
    value = json.loads(body)
    assert value.keys() == {"error"}
    assert value["error"].keys() == {"message", "type", "param", "code"}
    error: dict[str, Any] = value["error"]
    return error


def test_one_connection_serves_many_requests(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for path in ("/v1/models", "/models", "/models/sandbox", "/v1/models/"):
                raw.send("GET", path)
                status, headers, body = await raw.answer()
                assert status == 200 and "connection" not in headers
                assert json.loads(body)["object"] in ("list", "model")
            for path in ("/v1/responses", "/responses"):
                raw.send("POST", path, {**HELLO, "stream": True})
                status, headers, body = await raw.answer()
                assert status == 200 and body.endswith(b"\n\n")
                assert headers["content-type"].startswith("text/event-stream")
                assert headers["transfer-encoding"] == "chunked"

    run(drive())


def test_pipelined_requests_are_answered_in_order(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", RESPONSES, {**HELLO, "stream": True})
            raw.send("GET", "/v1/models/prose")
            raw.send("GET", "/v1/models/none")
            _, _, streamed = await raw.answer()
            assert b"response.completed" in streamed
            status, _, body = await raw.answer()
            assert (status, json.loads(body)["id"]) == (200, "prose")
            status, _, _ = await raw.answer()
            assert status == 404

    run(drive())


def test_every_event_is_a_chunk_of_its_own(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", RESPONSES, {**HELLO, "stream": True})
            await raw.head()
            async for chunk in raw.chunks():
                event, data, *rest = chunk.split(b"\n")
                assert rest == [b"", b""]
                kind = json.loads(data.removeprefix(b"data: "))["type"]
                assert event == b"event: " + kind.encode()
            raw.send(
                "POST",
                "/v1/chat/completions",
                {
                    "model": "refusal",
                    "messages": [{"role": "user", "content": "x"}],
                    "stream": True,
                    "sandbox": {"per_second": 0},
                },
            )
            await raw.head()
            chunks = [chunk async for chunk in raw.chunks()]
            assert chunks[-1] == b"data: [DONE]\n\n"
            assert all(chunk.startswith(b"data: {") for chunk in chunks[:-1])

    run(drive())


def test_the_headers_of_openai_are_there(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for stream in (True, False):
                raw.send("POST", RESPONSES, {**HELLO, "stream": stream})
                _, headers, _ = await raw.answer()
                assert headers["x-request-id"].startswith("req_")
                assert headers["openai-processing-ms"].isdigit()
                for name in ("requests", "tokens"):
                    limit = int(headers[f"x-ratelimit-limit-{name}"])
                    assert 0 < int(headers[f"x-ratelimit-remaining-{name}"]) < limit
                    assert headers[f"x-ratelimit-reset-{name}"].endswith("ms")

    run(drive())


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1.example.com", "10.0.0.1:80", "[::2]", ""]
)
@pytest.mark.parametrize("path", ["/v1/models", "/sandbox/log"])
def test_a_foreign_host_is_refused(serving: Any, run: Any, host: str, path: str) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("GET", path, Host=host)
            status, _, body = await raw.answer()
            assert status == 421
            assert error_of(body)["code"] == "misdirected_request"

    run(drive())


def test_any_host_is_welcome_where_everybody_may_come(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving(loopback_names_only=False) as server, server.raw() as raw:
            raw.send("GET", "/v1/models", Host="sandbox.example.com")
            assert (await raw.answer())[0] == 200

    run(drive())


def test_what_is_loopback() -> None:
    for name in ("localhost", "LOCALHOST:80", "127.0.0.1", "127.1.2.3:8901", "[::1]:80", "::1"):
        assert is_loopback(name), name
    for name in ("", "localhost.example.com", "0.0.0.0", "::", "[::]:80", "192.168.0.1"):
        assert not is_loopback(name), name


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"model": "sandbox", "input": "x"',
        b"[1, 2]",
        b'"text"',
        b"\xff\xfe{}",
        b'{"model": NaN}',
        b'{"model": ' + b"[" * 100_000,
        b'{"model": ' + b"1" * 5000 + b"}",
    ],
)
def test_broken_json(serving: Any, run: Any, body: bytes) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", RESPONSES, body)
            status, _, answer = await raw.answer()
            assert status == 400
            error = error_of(answer)
            assert error["type"] == "invalid_request_error"
            assert "could not parse the JSON body" in error["message"]
            raw.send("GET", "/v1/models")
            assert (await raw.answer())[0] == 200, "the connection is still good"

    run(drive())


REFUSED: list[tuple[str, dict[str, Any], str | None, str | None]] = [
    ("responses", {"input": "x"}, "model", "missing_required_parameter"),
    ("responses", {"model": 7, "input": "x"}, "model", "invalid_type"),
    ("responses", {"model": "sandbox"}, "input", "missing_required_parameter"),
    ("responses", {"model": "sandbox", "input": []}, "input", "missing_required_parameter"),
    ("responses", {"model": "sandbox", "input": 5}, "input", "invalid_type"),
    ("responses", {"model": "sandbox", "input": ["x"]}, "input[0]", "invalid_type"),
    ("responses", {**HELLO, "stream": "yes"}, "stream", "invalid_type"),
    ("responses", {**HELLO, "temperature": 3}, "temperature", "integer_above_max_value"),
    ("responses", {**HELLO, "temperature": -0.5}, "temperature", "decimal_below_min_value"),
    (
        "responses",
        {**HELLO, "max_output_tokens": 0},
        "max_output_tokens",
        "integer_below_min_value",
    ),
    ("responses", {**HELLO, "max_tokens": 10}, "max_tokens", "unknown_parameter"),
    ("responses", {**HELLO, "reasoning": {"effort": "huge"}}, "reasoning.effort", "invalid_value"),
    ("responses", {**HELLO, "metadata": {"a": 1}}, "metadata.a", "invalid_type"),
    ("responses", {**HELLO, "metadata": {"a": "b" * 513}}, "metadata.a", "string_above_max_length"),
    (
        "responses",
        {**HELLO, "tools": [{"type": "function"}]},
        "tools[0].name",
        "missing_required_parameter",
    ),
    (
        "responses",
        {**HELLO, "tools": [{"type": "function", "name": "a b"}]},
        "tools[0].name",
        "invalid_value",
    ),
    ("responses", {**HELLO, "tool_choice": "required"}, "tool_choice", None),
    (
        "responses",
        {**HELLO, "tool_choice": {"type": "function", "name": "x"}},
        "tool_choice",
        "invalid_value",
    ),
    (
        "responses",
        {**HELLO, "previous_response_id": "resp_1"},
        "previous_response_id",
        "previous_response_not_found",
    ),
    (
        "responses",
        {**HELLO, "background": True, "store": False},
        "background",
        "invalid_value",
    ),
    ("responses", {**HELLO, "text": {"format": {"type": "json_object"}}}, "input", None),
    (
        "responses",
        {**HELLO, "text": {"format": {"type": "json_schema", "name": "x"}}},
        "text.format.schema",
        "missing_required_parameter",
    ),
    (
        "responses",
        {
            **HELLO,
            "text": {
                "format": {"type": "json_schema", "name": "x", "schema": {"$ref": "#/nowhere"}}
            },
        },
        "text.format.schema",
        "invalid_json_schema",
    ),
    (
        "responses",
        {
            **HELLO,
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "x",
                    "schema": {"type": "array", "minItems": "many"},
                }
            },
        },
        "text.format.schema",
        "invalid_json_schema",
    ),
    (
        "responses",
        {
            "model": "sandbox",
            "input": [{"type": "function_call_output", "call_id": "c", "output": "x"}],
        },
        "input",
        None,
    ),
    (
        "responses",
        {
            "model": "sandbox",
            "input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}],
        },
        "input",
        None,
    ),
    (
        "responses",
        {
            "model": "sandbox",
            "input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}],
        },
        "input[0].content[0].type",
        "invalid_value",
    ),
    ("responses", {**HELLO, "sandbox": {"events": 0}}, "sandbox.events", "integer_below_min_value"),
    ("chat/completions", {"model": "sandbox"}, "messages", "missing_required_parameter"),
    (
        "chat/completions",
        {"model": "sandbox", "messages": []},
        "messages",
        "missing_required_parameter",
    ),
    ("chat/completions", {"model": "sandbox", "messages": "x"}, "messages", "invalid_type"),
    (
        "chat/completions",
        {"model": "sandbox", "messages": [{"role": "robot", "content": "x"}]},
        "messages[0].role",
        "invalid_value",
    ),
    (
        "chat/completions",
        {"model": "sandbox", "messages": [{"role": "user"}]},
        "messages[0].content",
        "missing_required_parameter",
    ),
    (
        "chat/completions",
        {"model": "sandbox", "messages": [{"role": "tool", "tool_call_id": "c", "content": "x"}]},
        "messages[0].role",
        None,
    ),
    (
        "chat/completions",
        {
            "model": "sandbox",
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "id": "c",
                            "type": "function",
                            "function": {"name": "f", "arguments": "{}"},
                        }
                    ],
                },
                {"role": "user", "content": "x"},
            ],
        },
        "messages",
        None,
    ),
    (
        "chat/completions",
        {
            "model": "sandbox",
            "messages": [{"role": "user", "content": "x"}],
            "stream_options": {"include_usage": True},
        },
        "stream_options",
        None,
    ),
    (
        "chat/completions",
        {"model": "sandbox", "messages": [{"role": "user", "content": "x"}], "n": 129},
        "n",
        "integer_above_max_value",
    ),
    (
        "chat/completions",
        {
            "model": "sandbox",
            "messages": [{"role": "user", "content": "x"}],
            "max_tokens": 1,
            "max_completion_tokens": 1,
        },
        "max_tokens",
        "invalid_value",
    ),
    (
        "chat/completions",
        {"model": "sandbox", "messages": [{"role": "user", "content": "x"}], "top_logprobs": 2},
        "top_logprobs",
        None,
    ),
]


def test_bad_requests_name_the_field(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for path, body, param, code in REFUSED:
                raw.send("POST", f"/v1/{path}", body)
                status, _, answer = await raw.answer()
                error = error_of(answer)
                assert (status, error["param"], error["code"]) == (400, param, code), error
                assert error["type"] == "invalid_request_error" and error["message"]

    run(drive())


def test_wrong_paths_and_methods(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for method, path, status, allow in (
                ("GET", "/v1/nothing", 404, None),
                ("GET", "/", 404, None),
                ("POST", "/v2/responses", 404, None),
                ("GET", "/v1/responses", 405, "POST"),
                ("DELETE", "/v1/chat/completions", 405, "POST, GET"),
                ("POST", "/v1/models", 405, "GET"),
                ("OPTIONS", "/v1/responses", 405, "POST"),
                ("PUT", "/sandbox/log", 405, None),
            ):
                raw.send(method, path)
                got, headers, body = await raw.answer()
                assert (got, headers.get("allow")) == (status, allow), path
                assert path in error_of(body)["message"]

    run(drive())


def test_head_has_no_body(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("HEAD", "/v1/responses")
            assert (await raw.head())[0] == 405
            raw.send("GET", "/v1/models/sandbox")
            assert (await raw.answer())[0] == 200

    run(drive())


def test_a_body_that_is_too_large(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("POST", RESPONSES, b" " * (BODY_LIMIT + 1))
            status, _, body = await raw.answer()
            assert status == 413 and error_of(body)["code"] == "request_too_large"
            raw.send("GET", "/v1/models")
            assert (await raw.answer())[0] == 200
            length = str(BODY_LIMIT + 1)
            raw.send("POST", RESPONSES, Expect="100-continue", Content_Length=length)
            status, headers, _ = await raw.answer()
            assert status == 413, "refused before a byte of it was sent"
            assert headers["connection"] == "close"
            assert await raw.reader.read() == b""

    run(drive())


def test_a_client_that_asks_before_it_sends(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            body = json.dumps(HELLO).encode()
            raw.send("POST", RESPONSES, Expect="100-continue", Content_Length=str(len(body)))
            assert (await raw.head())[0] == 100
            raw.writer.write(body)
            assert (await raw.answer())[0] == 200

    run(drive())


def test_a_body_in_chunks_and_a_proxys_target(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            body = json.dumps(HELLO).encode()
            raw.writer.write(
                b"POST http://127.0.0.1/v1/responses?x=1 HTTP/1.1\r\nHost: localhost\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            for cut in (body[:5], body[5:]):
                raw.writer.write(b"%x\r\n%b\r\n" % (len(cut), cut))
            raw.writer.write(b"0\r\n\r\n")
            assert (await raw.answer())[0] == 200

    run(drive())


@pytest.mark.parametrize(
    "bytes_",
    [b"\x16\x03\x01 TLS, by the looks\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"x" * 70_000],
)
def test_what_is_not_http_gets_a_sentence_and_the_door(
    serving: Any, run: Any, bytes_: bytes
) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.writer.write(bytes_)
            status, headers, body = await raw.answer()
            assert 400 <= status < 500 and headers["connection"] == "close" and body
            assert await raw.reader.read() == b""

    run(drive())


def test_connection_close_is_honoured(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send("GET", "/v1/models", Connection="close")
            _, headers, _ = await raw.answer()
            assert headers["connection"].lower() == "close"
            assert await raw.reader.read() == b""

    run(drive())


def test_the_log_shows_requests_but_no_key(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            raw.send(
                "POST",
                "/v1/responses?a=b",
                HELLO,
                Authorization="Bearer sk-test-MARKER-123",
                Api_Key="sk-test-MARKER-123",
                X_Mine="yes",
            )
            _, headers, body = await raw.answer()
            raw.send("POST", RESPONSES, b"not JSON")
            await raw.answer()
            rows = await server.log()
            assert "MARKER" not in json.dumps(rows)
            first, second = rows
            assert first["id"] == headers["x-request-id"]
            assert (first["method"], first["path"], first["query"]) == ("POST", RESPONSES, "a=b")
            assert first["headers"]["authorization"] == first["headers"]["api-key"] == "***"
            assert first["headers"]["x-mine"] == "yes"
            assert first["body"] == HELLO and first["sent"] == len(body)
            assert (first["status"], first["state"]) == (200, "finished")
            assert (second["status"], second["body"]) == (400, "not JSON")
            raw.send("DELETE", "/sandbox/log")
            await raw.answer()
            assert await server.log() == []

    run(drive())


def test_a_client_that_leaves_is_noticed_at_once(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            async with server.raw() as raw:
                raw.send("POST", RESPONSES, {"model": "slow", "input": "x", "stream": True})
                await raw.head()
            (row,) = await server.log()
            assert row["state"] == "left"

    run(drive())


def test_a_client_that_does_not_read_holds_up_nobody_else(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as lazy, server.raw() as raw:
            lazy.send(
                "POST",
                RESPONSES,
                {
                    "model": "load",
                    "input": "x",
                    "stream": True,
                    "sandbox": {"events": 200_000, "per_chunk": 100},
                },
            )
            await lazy.head()
            raw.send("POST", RESPONSES, HELLO)
            assert (await raw.answer())[0] == 200
            raw.send("GET", "/sandbox/log?settled=0")
            rows = json.loads((await raw.answer())[2])["data"]
            assert rows[0]["state"] == "running", "it was buffered as a whole"

    run(drive())


def test_requests_run_side_by_side(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as stalled, server.raw() as raw:
            stalled.send("POST", RESPONSES, {"model": "stall", "input": "x", "stream": True})
            await stalled.head()
            raw.send("POST", RESPONSES, HELLO)
            assert (await raw.answer())[0] == 200

    run(drive())


def test_closing_the_server_ends_what_is_under_way(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            body = json.dumps({"model": "stall", "input": "x", "stream": True}).encode()
            head = f"POST /v1/responses HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
            writer.write(head.encode() + b"\r\n\r\n" + body)
            await reader.readuntil(b"\r\n\r\n")
        await reader.read()
        assert reader.at_eof()
        writer.close()

    run(drive())


def test_half_a_surrogate_pair_comes_back_as_json(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            body = b'{"model": "sandbox", "input": "\\ud83d!", "sandbox": {"per_second": 0}}'
            raw.send("POST", RESPONSES, body)
            status, _, answer = await raw.answer()
            assert status == 200
            assert "> \ud83d!" in json.loads(answer)["output"][0]["content"][0]["text"]

    run(drive())


@pytest.mark.logs
def test_our_own_mistake_is_a_500_and_a_report(
    serving: Any, run: Any, scenarios: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken = scenarios["sandbox"].model_copy(update={"reply": [object()]})

    async def drive() -> None:
        async with serving(only=broken) as server, server.raw() as raw:
            raw.send("POST", RESPONSES, {"model": "x", "input": "x", "max_output_tokens": 1})
            status, _, body = await raw.answer()
            assert status == 500 and error_of(body)["code"] == "server_error"
            (row,) = await server.log()
            assert row["state"] == "failed"

    run(drive())
    assert "POST /v1/responses" in caplog.text and "Traceback" in caplog.text
