"""What a request went out on: the fact `connection`, beside what the server saw."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

DONE = b"data: [DONE]\n\n"


async def done(link: Any) -> None:
    await link.stream(DONE)


def kinds(heard: Any) -> list[str]:
    return [event.kind for event in heard.events]


@pytest.fixture
def trusted(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "authority.pem"))


async def test_a_connection_without_encryption(serve: Any, talk: Any) -> None:
    async with serve(done) as server:
        heard = await talk(server.url)
    assert kinds(heard)[:3] == ["request", "connection", "head"]
    found = heard.fact("connection")
    assert (found["host"], found["port"]) == ("127.0.0.1", urlsplit(server.url).port)
    assert found["reused"] is False
    assert found["tcp_ms"] > 0
    assert found["http"] == "HTTP/1.1"
    assert [found[name] for name in ("proxy", "tls_ms", "tls", "cipher")] == [None] * 4


@pytest.mark.usefixtures("trusted")
async def test_a_connection_with_encryption(serve: Any, talk: Any) -> None:
    secured: list[tuple[str, str]] = []

    async def script(link: Any) -> None:
        there = link._writer.get_extra_info("ssl_object")
        secured.append((there.version(), there.cipher()[0]))
        await link.stream(DONE)

    async with serve(script, "localhost.pem") as server:
        found = (await talk(server.url)).fact("connection")
        again = (await talk(server.url)).fact("connection")
    assert found["host"] == "localhost"
    assert found["tcp_ms"] > 0
    assert found["tls_ms"] > 0
    assert (found["tls"], found["cipher"]) == secured[0]
    assert again["reused"] is True
    assert (again["tcp_ms"], again["tls_ms"]) == (None, None)
    assert (again["tls"], again["cipher"]) == secured[1], "encrypted as before"


async def test_a_connection_that_was_there(serve: Any, talk: Any) -> None:
    async with serve(done) as server:
        first, second = [(await talk(server.url)).fact("connection") for _ in range(2)]
    assert (first["reused"], second["reused"]) == (False, True)
    assert second["tcp_ms"] is None
    assert second["ready_ms"] >= 0
    assert second["http"] == "HTTP/1.1"


async def test_what_was_done_takes_no_longer_than_until_the_head(serve: Any, talk: Any) -> None:
    async with serve(done) as server:
        heard = await talk(server.url)
    found = heard.fact("connection")
    at = {event.kind: event.t for event in heard.events}
    assert found["ready_ms"] + found["tcp_ms"] <= (at["head"] - at["request"]) / 1e6


async def test_a_redirect_to_the_same_server(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        if link.line.startswith(b"POST /v1/chat"):
            await link.answer("307 Temporary Redirect", b"moved", location="/next")
        else:
            await link.stream(DONE)

    async with serve(script) as server:
        heard = await talk(server.url)
    assert kinds(heard).count("connection") == 1
    found = heard.fact("connection")
    assert found["reused"] is False, "it was opened by this attempt"
    assert found["tcp_ms"] > 0


async def test_a_redirect_to_another_server(serve: Any, talk: Any) -> None:
    async with serve(done) as other:

        async def script(link: Any) -> None:
            await link.answer("307 Temporary Redirect", b"", location=other.url)

        async with serve(script) as server:
            found = (await talk(server.url)).fact("connection")
            again = (await talk(server.url)).fact("connection")
    for one in (found, again):
        assert one["port"] == urlsplit(other.url).port
    assert (found["reused"], again["reused"]) == (False, True)


async def test_each_attempt_has_its_own(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        if len(server.requests) == 1:
            await link.answer("503 Service Unavailable", b"")
        else:
            await link.stream(DONE)

    async with serve(script) as server:
        heard = await talk(server.url)
    assert [event.attempt for event in heard.events if event.kind == "connection"] == [0, 1]
    assert [heard.fact("connection", number)["reused"] for number in (0, 1)] == [False, True]


async def test_without_a_connection_there_is_nothing_to_say(talk: Any) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    heard = await talk(f"http://127.0.0.1:{port}/", retries=0)
    assert kinds(heard) == ["request", "failed"]


async def test_nobody_answers_after_the_redirect(serve: Any, talk: Any) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{one.getsockname()[1]}/"

    async def script(link: Any) -> None:
        await link.answer("307 Temporary Redirect", b"", location=nowhere)

    async with serve(script) as server:
        heard = await talk(server.url, retries=0)
    assert kinds(heard) == ["request", "failed"]


async def test_a_server_that_hangs_up(serve: Any, talk: Any) -> None:
    async with serve(lambda link: asyncio.sleep(0)) as server:
        heard = await talk(server.url, ("X-Test-Last", "1"), retries=0)
    assert kinds(heard) == ["request", "connection", "failed"]
    found = heard.fact("connection")
    assert found["tcp_ms"] > 0
    assert found["http"] is None


async def test_encryption_that_came_to_nothing(serve: Any, talk: Any) -> None:
    async with serve(done, "localhost.pem") as server:  # its authority is not trusted
        heard = await talk(server.url, retries=0)
    assert kinds(heard) == ["request", "connection", "failed"]
    found = heard.fact("connection")
    assert found["tcp_ms"] > 0
    assert [found[name] for name in ("tls_ms", "tls", "cipher", "http")] == [None] * 4


async def test_a_proxy_stands_between(
    serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(done) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        found, again = [
            (await talk("http://server.test/v1/chat")).fact("connection") for _ in range(2)
        ]
    there = urlsplit(proxy.url)
    assert (found["host"], found["port"]) == ("server.test", 80)
    assert found["proxy"] == again["proxy"] == f"{there.hostname}:{there.port}"
    assert (found["reused"], again["reused"]) == (False, True)


async def test_a_proxy_on_the_way_to_a_redirect_has_no_part_in_what_comes_after(
    serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(done) as other:

        async def script(link: Any) -> None:
            await link.answer("307 Temporary Redirect", b"", location=other.url)

        async with serve(script) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            found = [
                (await talk("http://server.test/v1/chat")).fact("connection") for _ in range(2)
            ]
    assert [one["proxy"] for one in found] == [None, None]
    assert [one["reused"] for one in found] == [False, True]


@pytest.mark.usefixtures("trusted")
async def test_a_tunnel_through_a_proxy(
    serve: Any, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy hands bytes on in both directions, as they come."""
    monkeypatch.setattr("playground.wire.client.is_loopback", lambda url: False)
    async with serve(done, "localhost.pem") as server:

        async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(65536):
                    writer.write(data)
            writer.close()

        async def tunnel(link: Any) -> None:
            await link.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            there = await asyncio.open_connection("127.0.0.1", urlsplit(server.url).port)
            here = link._reader, link._writer
            await asyncio.gather(hand_on(here[0], there[1]), hand_on(there[0], here[1]))

        async with serve(tunnel) as proxy:
            monkeypatch.setenv("https_proxy", proxy.url)
            heard = await talk(server.url, retries=0)
            await talk.wire.close()
    found = heard.fact("connection")
    assert kinds(heard)[:3] == ["request", "connection", "head"]
    assert found["host"] == "localhost"
    assert found["proxy"] == urlsplit(proxy.url).netloc
    assert found["reused"] is False
    assert found["tcp_ms"] > 0
    assert found["tls_ms"] > 0
    assert found["tls"].startswith("TLS")
