"""Questions to a running model: is it healthy, how fast is it.

One HTTP exchange on h11 is all that takes; httpx belongs to the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import urlsplit

import h11
from pydantic import SecretStr

PAUSE = 0.1
"""Seconds between two questions after its health."""

SAMPLE = 8
"""Tokens by which the speed is measured: a fifth of a second as a rule."""


async def healthy(base_url: str) -> None:
    """Returns when the server says that it is ready. Without a limit of its own."""
    while True:
        with contextlib.suppress(OSError, h11.RemoteProtocolError):
            status, _ = await exchange(base_url, "/health")
            if status == 200:
                return
        await asyncio.sleep(PAUSE)


async def speed(base_url: str, key: SecretStr) -> float:
    """Tokens a second that the model writes, by its server's own clock.

    Raises OSError, ValueError or h11.RemoteProtocolError when it gives no answer.
    """
    question = {
        "messages": [{"role": "user", "content": "Count from one to ten."}],
        "max_tokens": SAMPLE,
        "temperature": 0,
    }
    status, body = await exchange(base_url, "/v1/chat/completions", key, question)
    if status != 200:
        raise ValueError(f"status {status}: {body.decode('utf-8', 'replace')}")
    try:
        return float(json.loads(body)["timings"]["predicted_per_second"])
    except (KeyError, TypeError) as error:
        raise ValueError("an answer without timings") from error


async def exchange(
    base_url: str, path: str, key: SecretStr | None = None, question: Any = None
) -> tuple[int, bytes]:
    """One request, POST when there is a question, and its whole answer: status and body.

    `path` is from the root of the server, whatever path `base_url` has.
    """
    parts = urlsplit(base_url)
    body = b"" if question is None else json.dumps(question).encode()
    headers = [("host", parts.netloc), ("connection", "close")]
    if question is not None:
        headers += [("content-type", "application/json"), ("content-length", str(len(body)))]
    if key is not None:
        headers.append(("authorization", f"Bearer {key.get_secret_value()}"))
    method = "GET" if question is None else "POST"
    connection = h11.Connection(h11.CLIENT)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        for event in (
            h11.Request(method=method, target=path, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            writer.write(connection.send(event) or b"")
        status, answer = 0, b""
        while True:
            match connection.next_event():
                case h11.NEED_DATA:
                    connection.receive_data(await reader.read(65536))
                case h11.Response() as response:
                    status = response.status_code
                case h11.Data() as piece:
                    answer += piece.data
                case h11.EndOfMessage():
                    return status, answer
                case h11.ConnectionClosed():
                    raise ConnectionResetError("closed before it answered")
    finally:
        writer.close()
