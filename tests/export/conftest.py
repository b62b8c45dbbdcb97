"""Runs to export, and a server that keeps what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.profile import Address, Profile
from playground.core.recording import Event, fact, mask
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.providers.openai import OpenAI

MARKER = "sk-test-MARKER-123"


def chunk(**delta: Any) -> dict[str, Any]:
    return {"object": "chat.completion.chunk", "model": "m-1", "choices": [
        {"index": 0, "delta": delta, "finish_reason": None}]}  # fmt: skip


def block(data: Any, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


ANSWERS: dict[str, list[bytes]] = {
    "chat": [
        block(chunk(role="assistant", content="")),
        block(chunk(content="Grüße ")),
        block(chunk(content="世界\u2028!")),
        block({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
               "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}),
        b"data: [DONE]\n\n",
    ],
    "responses": [
        block({"type": "response.output_text.delta", "item_id": "i", "output_index": 0,
               "content_index": 0, "delta": "Grüße ", "sequence_number": 0, "logprobs": []}),
        block({"type": "response.output_text.delta", "item_id": "i", "output_index": 0,
               "content_index": 0, "delta": "世界\u2028!", "sequence_number": 1, "logprobs": []}),
        block({"type": "response.completed", "sequence_number": 2, "response": {
            "id": "resp_1", "object": "response", "created_at": 1, "status": "completed",
            "model": "m-1", "output": [], "tools": [], "tool_choice": "auto",
            "parallel_tool_calls": True, "usage": {
                "input_tokens": 5, "output_tokens": 2, "total_tokens": 7,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens_details": {"reasoning_tokens": 0}}}}),
    ],
    "completions": [
        block({"id": "cmpl-1", "object": "text_completion", "model": "m-1", "choices": [
            {"index": 0, "text": "Grüße ", "logprobs": None, "finish_reason": None}]}),
        block({"id": "cmpl-1", "object": "text_completion", "model": "m-1", "choices": [
            {"index": 0, "text": "世界\u2028!", "logprobs": None, "finish_reason": "stop"}]}),
        b"data: [DONE]\n\n",
    ],
}  # fmt: skip
ANSWER = "Grüße 世界\u2028!"


API_PATHS = {"chat": "/chat/", "completions": "/completions", "responses": ""}
"""What tells the dialects apart; the first that fits."""


@dataclass
class Catcher:
    """A server that answers a canned stream and keeps the requests."""

    base_url: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    """(path with query, headers in lower case, body)."""
    methods: list[str] = field(default_factory=list)

    def answer(self, path: str, streamed: bool) -> tuple[str, bytes]:
        (api, *_) = (api for api in API_PATHS if API_PATHS[api] in path)
        if streamed:
            return "text/event-stream", b"".join(ANSWERS[api])
        message = {"role": "assistant", "content": ANSWER}
        whole: dict[str, Any] = {"choices": [{"index": 0, "message": message}]}
        if api == "completions":
            whole = {"object": "text_completion", "choices": [{"index": 0, "text": ANSWER}]}
        if api == "responses":
            part = {"type": "output_text", "text": ANSWER, "annotations": []}
            whole = {"output": [{"type": "message", "role": "assistant", "content": [part]}]}
        return "application/json", json.dumps(whole).encode()


@pytest.fixture
def catcher() -> Iterator[Catcher]:
    caught = Catcher()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            caught.methods.append(self.command)
            headers = {name.lower(): value for name, value in self.headers.items()}
            caught.requests.append((self.path, headers, body))
            streamed = json.loads(body or b"{}").get("stream") is True
            kind, answer = caught.answer(self.path, streamed or "stream=true" in self.path)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self.do_POST()

        def do_DELETE(self) -> None:
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    caught.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    yield caught
    server.shutdown()
    thread.join()
    server.server_close()


Record = Callable[..., tuple[Run, Profile]]


def address(profile: Profile, call: Call, body: dict[str, Any], key: str = MARKER) -> Address:
    return OpenAI().address(
        profile, BY_ID[call.api].path, SecretStr(key), body, call.headers, stream=call.stream
    )


@pytest.fixture
def record() -> Record:
    """Makes a run that was sent with the marked key, recorded as the wire records it."""

    def recorded(
        api: str = "chat",
        base_url: str = "https://api.example.com/v1",
        key: str = MARKER,
        call: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        answer: list[bytes] | None = None,
        **profile: Any,
    ) -> tuple[Run, Profile]:
        where = Profile(id="p", name="P", base_url=base_url, **profile)
        asked = Call(api=api, model="m", **(call or {}))
        said = [Message(key="in:0", role="user", text=Text("Say hello to the world."))]
        endpoint = BY_ID[api]
        sent = endpoint.body(asked, said, where.quirks) if body is None else body
        made = address(where, asked, sent, key)
        run = Run("run_1", "ses_1", None, asked, "p", list(said), endpoint.reduce, created=1.5e9)
        request = fact(1_000, "request", {"method": made.method, "url": made.url,
                       "headers": [list(pair) for pair in made.headers],
                       "body": made.body.decode()})  # fmt: skip
        raw, masked = mask(request.raw, made.secrets)
        head = {"status": 200, "reason": "OK", "version": "HTTP/1.1",
                "headers": [["content-type", "text/event-stream"]]}  # fmt: skip
        run.take([request._replace(raw=raw, masked=masked), fact(2_000, "head", head)])
        for number, one in enumerate(ANSWERS[api] if answer is None else answer):
            run.take([Event(3_000 + number, "sse", one, chunk=number)])
        run.take([fact(9_000_000, "eof"), fact(2_000_000_000, "ended")])
        return run, where

    return recorded
