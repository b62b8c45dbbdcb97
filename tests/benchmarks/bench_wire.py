"""Processor time of the client for each streamed event, from bytes to reduced item.

The peer is the official SDK, `AsyncOpenAI`, on the same stream in the same run. The server is a
process of its own, so its work does not count; all threads of ours do. It sends as fast as it can:
with a pause before each event, both sides mostly pay for being woken.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from playground.core.profile import Address
from playground.core.transcript import Reader
from playground.endpoints import chat
from playground.wire.http import Limits, Wire

EVENTS = 10_000
REPEATS = 3
FULL = 16_000
"""Bytes of a chunk that a busy server fills before it sends."""

Stream = Callable[[int], Awaitable[float]]
"""Reads the stream of the server at a port; processor seconds it took."""


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    return [
        row("client CPU per streamed event, each in its own chunk", 7, fill=1),
        row("client CPU per streamed event, full chunks", 20, fill=FULL),
    ]


def row(area: str, goal: int, *, fill: int) -> tuple[str, str, str]:
    with serving(fill) as port:
        ours = asyncio.run(best(through_wire, port))
        peer = asyncio.run(best(through_sdk, port))
    measured = f"{peer / ours:.1f} × ({ours * 1e6:.1f} µs, SDK {peer * 1e6:.0f} µs)"
    return area, f"≥ {goal} × cheaper than AsyncOpenAI", measured


async def best(stream: Stream, port: int) -> float:
    """Seconds per event. The first time only warms up."""
    await stream(port)
    return min([await stream(port) for _ in range(REPEATS)]) / EVENTS


async def through_wire(port: int) -> float:
    body = json.dumps({"model": "m", "messages": [], "stream": True}).encode()
    headers = (("Accept", "text/event-stream"), ("Content-Type", "application/json"))
    address = Address("POST", f"http://127.0.0.1:{port}/v1/chat/completions", headers, body)
    wire, reader = Wire(), Reader(chat.reduce)
    before = 0.0
    async for batch in wire.exchange(address, Limits(), leg=0, t0=time.monotonic_ns()):
        # From the first batch on: connecting is not what is measured.
        before = before or time.process_time()
        reader.take(batch)
    spent = time.process_time() - before
    await wire.close()
    assert reader.transcript.text.count("word") == EVENTS
    return spent


async def through_sdk(port: int) -> float:
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key="none", base_url=f"http://127.0.0.1:{port}/v1")
    stream = await client.chat.completions.create(model="m", messages=[], stream=True)
    before, words = time.process_time(), 0
    async for chunk in stream:
        words += chunk.choices[0].delta.content is not None
    spent = time.process_time() - before
    await client.close()
    assert words == EVENTS
    return spent


@contextmanager
def serving(fill: int) -> Iterator[int]:
    command = [sys.executable, __file__, "serve", str(fill)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def serve(fill: int) -> None:
    """Answer every request with the same stream, in HTTP chunks of at least `fill` bytes."""
    wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts(fill))
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            with connection:
                request = b""
                while not (
                    match := re.search(rb"(?i)content-length: (\d+)[^$]*?\r\n\r\n", request)
                ):
                    request += connection.recv(65536)
                while len(request) < match.end() + int(match[1]):
                    request += connection.recv(65536)
                connection.sendall(head + wire + b"0\r\n\r\n")
                connection.recv(65536)  # until the client has gone


def parts(fill: int) -> Iterator[bytes]:
    part = b""
    for number in range(EVENTS):
        part += b"data: " + json.dumps(event(f"word{number} ")).encode() + b"\n\n"
        if len(part) >= fill:
            yield part
            part = b""
    yield part + b"data: [DONE]\n\n"


def event(content: str) -> dict[str, object]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": content}, "finish_reason": None}],
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(int(sys.argv[2]))
    else:
        for cells in run():
            print(" | ".join(cells))
