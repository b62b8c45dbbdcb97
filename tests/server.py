"""A server on loopback whose every byte a test decides, in threads of its own."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    line: str
    headers: dict[str, str]
    """Names in lower case."""
    raw: bytes
    """The body."""

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


Answer = Callable[[Request], Iterable[bytes]]
"""The whole answer, head included, in pieces that are sent one by one. Then the connection ends."""


class Server:
    """`base_url`, and the requests that came."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.requests: list[Request] = []


@contextmanager
def serving(answer: Answer) -> Iterator[Server]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline().decode("latin-1").strip()
            headers = {}
            while row := self.rfile.readline().decode("latin-1").strip():
                name, _, value = row.partition(":")
                headers[name.lower()] = value.strip()
            if not line:
                return
            request = Request(line, headers, self.rfile.read(int(headers.get("content-length", 0))))
            running.requests.append(request)
            try:
                for piece in answer(request):
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:  # the client has left
                pass

    class Listener(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Listener(("127.0.0.1", 0), Handler) as listener:
        running = Server(f"http://127.0.0.1:{listener.server_address[1]}/v1")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield running
        finally:
            listener.shutdown()
            thread.join()


def head(status: str = "200 OK", kind: str = "text/event-stream", **headers: str) -> bytes:
    rows = {"content-type": kind, "connection": "close", **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in rows.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def event(kind: str, **data: Any) -> bytes:
    """An event of Responses."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()


def delta(text: str) -> bytes:
    return event("response.output_text.delta", item_id="msg_1", output_index=0, delta=text)


def spoken(*deltas: str) -> Iterator[bytes]:
    """The events of an answer over Responses, from its first to its last."""
    yield event("response.created", response={"id": "resp_1", "model": "m", "output": []})
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    yield event("response.output_item.added", output_index=0, item=item)
    yield from map(delta, deltas)
    content = [{"type": "output_text", "text": "".join(deltas), "annotations": []}]
    done = {**item, "content": content, "status": "completed"}
    yield event("response.output_item.done", output_index=0, item=done)
    usage = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}
    whole = {"id": "resp_1", "model": "m", "status": "completed", "output": [done], "usage": usage}
    yield event("response.completed", response=whole)
