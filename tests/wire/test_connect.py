"""Getting through to a server at all: addresses, names, proxies, certificates, redirects."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playground.core.recording import SSE

DONE = b"data: [DONE]\n\n"


async def done(link: Any) -> None:
    await link.stream(DONE)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def test_nothing_answers(talk: Any) -> None:
    port = free_port()
    heard = await talk(f"http://127.0.0.1:{port}/v1", retries=1)
    assert heard.kinds == ["request", "failed", "retry", "request", "failed"]
    problem = heard.problem()
    assert problem["title"] == f"Nothing answers at 127.0.0.1:{port}; is the server running?"
    assert problem["remedy"] == "retry"
    assert problem["facts"] == {"address": f"127.0.0.1:{port}"}
    assert "refused" in problem["detail"].lower()


async def test_nothing_answers_to_a_name_that_is_not_ascii(
    talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more: look_up("127.0.0.1", *more))
    heard = await talk(f"http://bücher.test:{free_port()}/", retries=0)
    assert heard.problem()["title"].startswith("Nothing answers at bücher.test:")


@pytest.mark.parametrize("host", ["localhost", "[::1]"])
async def test_nothing_answers_by_another_name(talk: Any, host: str) -> None:
    heard = await talk(f"http://{host}:{free_port()}/", retries=0)
    assert heard.problem()["title"].startswith((f"Nothing answers at {host}:", f"{host}:"))


@pytest.mark.parametrize(
    ("errno", "title", "remedy", "attempts"),
    [
        (socket.EAI_NONAME, "There is no server called server.test.", "edit_profile", 1),
        (socket.EAI_AGAIN, "The name server.test cannot be looked up", "retry", 3),
    ],
)
async def test_names_that_cannot_be_found(
    talk: Any,
    monkeypatch: pytest.MonkeyPatch,
    errno: int,
    title: str,
    remedy: str,
    attempts: int,
) -> None:
    def look_up(*_: object) -> None:
        raise socket.gaierror(errno, "the system's own words")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    heard = await talk("http://server.test/v1")
    assert heard.kinds.count("request") == attempts
    problem = heard.problem()
    assert problem["title"].startswith(title)
    assert problem["remedy"] == remedy
    assert "the system's own words" in problem["detail"]


@pytest.mark.parametrize(
    "url",
    ["", "localhost", "ftp://127.0.0.1/", "http://", "http:///v1", "http://[::1/", "http://a b/",
     "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://\u2028/", "http://a\x00b/"],
)  # fmt: skip
async def test_what_is_no_address(talk: Any, url: str) -> None:
    heard = await talk(url)
    assert heard.kinds == ["request", "failed"]
    assert heard.fact("request")["url"] == url
    problem = heard.problem()
    assert problem["remedy"] == "edit_profile"
    assert "bug" not in problem
    assert problem["detail"]


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
    ],
)
async def test_what_is_no_http(serve: Any, talk: Any, answer: bytes) -> None:
    async def script(link: Any) -> None:
        await link.send(answer)

    async with serve(script) as server:
        heard = await talk(server.url, ("X-Test-Last", "1"), retries=0)
    assert heard.kinds == ["request", "failed"]
    problem = heard.problem()
    assert "127.0.0.1" in problem["title"]
    assert "bug" not in problem


async def test_framing_that_breaks_in_the_body(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head()
        await link.chunk(DONE)
        await link.send(b"this is no chunk\r\n")

    async with serve(script) as server:
        heard = await talk(server.url, ("X-Test-Last", "1"))
    assert heard.kinds == ["request", "head", SSE, "cut"]
    assert "chunk" in heard.problem()["detail"]


async def test_https_to_a_server_without_it(talk: Any) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        heard = await talk(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert heard.kinds == ["request", "failed"]
    problem = heard.problem()
    assert "does not speak TLS" in problem["title"]
    assert problem["remedy"] == "edit_profile"


async def test_a_certificate_that_is_not_trusted(serve: Any, talk: Any) -> None:
    async with serve(done, "localhost.pem") as server:
        heard = await talk(server.url)
        assert server.requests == [], "nothing is sent to whom we do not trust"
    assert heard.kinds == ["request", "failed"]
    problem = heard.problem()
    assert problem["title"] == "The certificate of localhost is not trusted here."
    assert problem["facts"]["issuer"] == "Example Networks, Inspection Root"
    assert "unable to get local issuer certificate" in problem["detail"]


async def test_a_certificate_for_another_name(
    serve: Any, talk: Any, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "authority.pem"))
    look_up = socket.getaddrinfo
    async with serve(done, "localhost.pem") as server:
        monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more: look_up("127.0.0.1", *more))
        heard = await talk(server.url.replace("localhost", "server.test"))
    assert "mismatch" in heard.problem()["detail"]


async def test_the_environment_names_whom_to_trust(
    serve: Any, talk: Any, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "authority.pem"))
    async with serve(done, "localhost.pem") as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", SSE, "eof"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_no_proxy_for_this_computer(
    serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with serve(done) as server:
        heard = await talk(server.url.replace("127.0.0.1", host), retries=0)
    assert heard.kinds == ["request", "head", SSE, "eof"]


async def test_a_proxy_for_everything_else(
    serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(done) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        heard = await talk("http://server.test/v1/chat")
        assert proxy.requests[0].line == b"POST http://server.test/v1/chat HTTP/1.1"
        monkeypatch.setenv("no_proxy", "server.test")
    assert heard.kinds == ["request", "head", SSE, "eof"]


async def test_a_proxy_that_refuses(serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(link: Any) -> None:
        await link.answer("407 Proxy Authentication Required", b"")

    async with serve(script) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        heard = await talk("https://server.test/v1/chat")
        assert proxy.requests[0].line == b"CONNECT server.test:443 HTTP/1.1"
    assert heard.kinds == ["request", "failed"]
    assert "407 Proxy Authentication Required" in heard.problem()["detail"]
    assert heard.problem()["title"].startswith("The proxy 127.0.0.1:")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_not_there(
    talk: Any, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    proxy = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv(f"{scheme}_proxy", f"http://user:pass-word-1@{proxy}")
    heard = await talk(f"{scheme}://server.test/v1/chat")
    assert heard.kinds == ["request", "failed"]
    problem = heard.problem()
    assert problem["title"] == f"The proxy {proxy} does not let us through."
    assert "Connection refused" in problem["detail"]
    assert "pass-word-1" not in str(heard.events)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1", "http://[::1"])
async def test_a_proxy_of_a_kind_we_cannot_use(
    talk: Any, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    heard = await talk("http://server.test/v1/chat")
    assert heard.kinds == ["request", "failed"]
    problem = heard.problem()
    assert "proxy" in problem["title"]
    assert "bug" not in problem


@pytest.mark.parametrize(
    ("status", "line", "body"),
    [
        ("301 Moved Permanently", b"POST /next HTTP/1.1", b"{}"),
        ("302 Found", b"POST /next HTTP/1.1", b"{}"),
        ("303 See Other", b"GET /next HTTP/1.1", b""),
        ("307 Temporary Redirect", b"POST /next HTTP/1.1", b"{}"),
        ("308 Permanent Redirect", b"POST /next HTTP/1.1", b"{}"),
    ],
)
async def test_redirects_are_followed(
    serve: Any, talk: Any, status: str, line: bytes, body: bytes
) -> None:
    async def script(link: Any) -> None:
        if link.line.startswith(b"POST /v1/chat"):
            await link.answer(status, b"moved", location="/next")
        else:
            await link.stream(DONE)

    async with serve(script) as server:
        heard = await talk(server.url, ("Authorization", "Bearer sk-test-MARKER-123"))
        there = server.requests[1]
        assert (there.line, there.body) == (line, body)
        assert there.headers["authorization"] == "Bearer sk-test-MARKER-123"
        assert ("content-length" in there.headers) == bool(body)
    assert heard.kinds == ["request", "head", SSE, "eof"]
    assert heard.fact("head")["redirected"] == [server.url.replace("/v1/chat", "/next")]


async def test_a_key_does_not_go_to_another_server(serve: Any, talk: Any) -> None:
    talk.secrets = (b"sk-test-MARKER-123",)
    async with serve(done) as other:

        async def script(link: Any) -> None:
            await link.answer("307 Temporary Redirect", b"", location=other.url)

        async with serve(script) as server:
            heard = await talk(
                server.url,
                ("Authorization", "Bearer sk-test-MARKER-123"),
                ("api-key", "other"),
                ("X-Mine", "sk-test-MARKER-123"),
                ("X-Plain", "1"),
            )
        there = other.requests[0]
    assert heard.kinds == ["request", "head", SSE, "eof"]
    assert there.headers["x-plain"] == "1"
    assert {"authorization", "api-key", "x-mine"}.isdisjoint(there.headers)
    assert there.headers["host"] in other.url


async def test_redirects_in_a_circle(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.answer("307 Temporary Redirect", b"", location="/v1/chat")

    async with serve(script) as server:
        heard = await talk(server.url)
        assert len(server.requests) == 6
    assert heard.kinds == ["request", "failed"]
    assert "again and again" in heard.problem()["title"]


async def test_no_redirect_out_of_encryption(
    serve: Any, talk: Any, certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "authority.pem"))
    async with serve(done) as plain:

        async def script(link: Any) -> None:
            await link.answer("307 Temporary Redirect", b"", location=plain.url)

        async with serve(script, "localhost.pem") as server:
            heard = await talk(server.url)
        assert plain.requests == []
    assert heard.kinds == ["request", "failed"]
    assert "without encryption" in heard.problem()["title"]


@pytest.mark.parametrize("location", ["http://[::1", "ftp://127.0.0.1/", "http://a b/"])
async def test_redirects_to_nowhere(serve: Any, talk: Any, location: str) -> None:
    async def script(link: Any) -> None:
        await link.answer("302 Found", b"", location=location)

    async with serve(script) as server:
        heard = await talk(server.url, retries=0)
    assert heard.kinds == ["request", "failed"]
    assert "bug" not in heard.problem()


async def test_our_own_mistakes_are_reported(
    serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playground.wire import client

    def fail(*_: object) -> None:
        raise ZeroDivisionError("sk-test-MARKER-123")

    talk.secrets = (b"sk-test-MARKER-123",)
    monkeypatch.setattr(client, "_head", fail)
    async with serve(done) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "failed"]
    problem = heard.problem()
    assert problem["bug"] is True
    assert "ZeroDivisionError" in problem["facts"]["traceback"]
    assert "MARKER" not in str(problem)


def test_the_client_is_imported_with_the_first_request() -> None:
    script = "import sys, playground.wire.http; print('httpx' in sys.modules, 'ssl' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[0] == "False"
