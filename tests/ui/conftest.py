"""Recordings made up for what shows them: plausible, small, and the same every time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.recording import BODY, SSE, Event, fact
from playground.core.session import Run
from playground.core.transcript import Reducer
from playground.endpoints import chat, responses
from playground.ui import theme

MS = 1_000_000
PATIENCE = 120_000
"""Milliseconds for one state to come about: far more than any machine takes."""


class Patient(QtBot):
    """Waits as long as a slow machine needs."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **more: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> Patient:
    return Patient(request)


class Tape:
    """Writes events one after another; time moves by what is said."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.t = 0
        self.chunk = 0
        self.leg = 0
        self.attempt = 0
        self.sequence = 0

    def after(self, ms: float) -> Tape:
        self.t += int(ms * MS)
        self.chunk += 1
        return self

    def fact(self, kind: str, **data: Any) -> Tape:
        self.events.append(fact(self.t, kind, data, self.leg, self.attempt))
        return self

    def raw(self, raw: bytes, kind: str = SSE, *, masked: bool = False) -> Tape:
        self.events.append(Event(self.t, kind, raw, self.leg, self.attempt, self.chunk, masked))
        return self

    def typed(self, name: str, **data: Any) -> Tape:
        """An event of Responses."""
        body = {"type": name, "sequence_number": self.sequence, **data}
        self.sequence += 1
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        return self.raw(f"event: {name}\ndata: {text}\n\n".encode())

    def chunked(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> Tape:
        """A chunk of Chat Completions."""
        body = {
            "id": "chatcmpl-B9x2Kf",
            "object": "chat.completion.chunk",
            "created": 1792000000,
            "model": "gpt-5.4-mini",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
            **more,
        }
        return self.raw(b"data: " + json.dumps(body).encode() + b"\n\n")

    def request(self, path: str, body: dict[str, Any]) -> Tape:
        return self.fact(
            "request",
            method="POST",
            url=f"https://api.openai.com/v1/{path}",
            headers=[
                ["Host", "api.openai.com"],
                ["Authorization", "Bearer ****************************"],
                ["Accept", "text/event-stream, application/json"],
                ["Content-Type", "application/json"],
                ["User-Agent", "playground/0.1.0"],
            ],
            body=json.dumps(body, ensure_ascii=False),
        )

    def head(self, status: int = 200, reason: str = "OK", **more: str) -> Tape:
        rows = {
            "content-type": "text/event-stream; charset=utf-8",
            "x-request-id": "req_7d1f0c2e9b1a4c55",
            "openai-processing-ms": "182",
            "x-ratelimit-limit-requests": "5000",
            "x-ratelimit-remaining-requests": "4999",
            "x-ratelimit-reset-requests": "12ms",
            "x-ratelimit-limit-tokens": "800000",
            "x-ratelimit-remaining-tokens": "799188",
            "x-ratelimit-reset-tokens": "60ms",
            "set-cookie": "__cf_bm=abcdefghijk; path=/; HttpOnly",
            **more,
        }
        return self.fact(
            "head",
            status=status,
            reason=reason,
            version="HTTP/1.1",
            headers=[[name, value] for name, value in rows.items()],
        )

    def run(self, reduce: Reducer, *, api: str = "responses", running: bool = False) -> Run:
        run = Run(
            id="run_1",
            session="ses_1",
            parent=None,
            call=Call(api=api, model="gpt-5.4-mini"),
            profile="openai",
            input=[],
            reduce=reduce,
            owner="me" if running else "",
        )
        run.take(self.events)
        return run


def pieces(text: str, size: int = 6) -> Iterator[str]:
    for at in range(0, len(text), size):
        yield text[at : at + size]


def typed_run(*, running: bool = False, words: int = 40) -> Run:
    """Reasoning, a tool call, an answer, and one stall, over Responses."""
    tape = Tape()
    tape.request(
        "responses",
        {
            "model": "gpt-5.4-mini",
            "input": [{"role": "user", "content": "What should I wear in Oslo — 東京 — tomorrow?"}],
            "temperature": 0.2,
            "max_output_tokens": 800,
            "reasoning": {"effort": "low"},
            "stream": True,
        },
    )
    tape.after(212.4).head()
    response = {"id": "resp_8f2c", "object": "response", "model": "gpt-5.4-mini", "output": []}
    tape.after(1.6).typed("response.created", response={**response, "status": "in_progress"})
    tape.typed("response.in_progress", response={**response, "status": "in_progress"})
    item = {"id": "rs_01", "type": "reasoning", "summary": []}
    tape.after(380).typed("response.output_item.added", output_index=0, item=item)
    for piece in pieces("The user wants clothes for two cities; I need the weather first."):
        tape.after(3.1).typed(
            "response.reasoning_summary_text.delta",
            item_id="rs_01", output_index=0, summary_index=0, delta=piece,
        )  # fmt: skip
    tape.typed("response.output_item.done", output_index=0, item=item)
    call = {"id": "fc_02", "type": "function_call", "call_id": "call_1", "name": "forecast",
            "arguments": "", "status": "in_progress"}  # fmt: skip
    tape.after(4).typed("response.output_item.added", output_index=1, item=call)
    for at, piece in enumerate(('{"city": "Ro', 'me", "day"', ': "tomorrow"', "}")):
        tape.after(51.8 if at == 2 else 2.1).typed(
            "response.function_call_arguments.delta",
            item_id="fc_02", output_index=1, delta=piece,
        )  # fmt: skip
    arguments = '{"city": "Rome", "day": "tomorrow"}'
    tape.after(0.3).typed(
        "response.function_call_arguments.done",
        item_id="fc_02", output_index=1, arguments=arguments,
    )  # fmt: skip
    call |= {"arguments": arguments, "status": "completed"}
    tape.after(0.8).typed("response.output_item.done", output_index=1, item=call)
    item = {"id": "msg_03", "type": "message", "role": "assistant", "content": []}
    tape.after(2).typed("response.output_item.added", output_index=2, item=item)
    text = "Wear a rain coat in Oslo, and a light shirt in Rome. 東京は晴れ ☀️\n" * (words // 10)
    for piece in pieces(text):
        tape.after(2.2).typed(
            "response.output_text.delta",
            item_id="msg_03", output_index=2, content_index=0, delta=piece,
        )  # fmt: skip
    if running:
        return tape.run(responses.reduce, running=True)
    usage = {
        "input_tokens": 812, "input_tokens_details": {"cached_tokens": 500},
        "output_tokens": 96, "output_tokens_details": {"reasoning_tokens": 64},
        "total_tokens": 908,
    }  # fmt: skip
    tape.after(1.3).typed(
        "response.completed", response={**response, "status": "completed", "usage": usage}
    )
    tape.after(0.4).fact("eof").fact("ended")
    return tape.run(responses.reduce)


def chunked_run() -> Run:
    """An answer of a small local server over Chat Completions, without `event:` lines."""
    tape = Tape()
    tape.request("chat/completions", {"model": "m", "messages": [], "stream": True})
    tape.after(80).head()
    tape.after(1).raw(b": keepalive\n\n")
    tape.after(30).chunked({"role": "assistant", "content": ""})
    for piece in pieces("Thinking it over."):
        tape.after(2).chunked({"reasoning_content": piece})
    for piece in pieces("The capital of France is Paris."):
        tape.after(2).chunked({"content": piece})
    call = {"index": 0, "id": "call_9", "type": "function",
            "function": {"name": "forecast", "arguments": '{"city":'}}  # fmt: skip
    tape.after(2).chunked({"tool_calls": [call]})
    tape.after(2).chunked({}, "stop")
    tape.after(1).chunked(
        {}, choices=[], usage={"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29}
    )
    tape.after(1).raw(b"data: [DONE]\n\n").fact("eof").fact("ended")
    return tape.run(chat.reduce, api="chat")


def broken_run() -> Run:
    """A retry after a 429, an unknown type, malformed JSON, hidden characters, and a cut."""
    tape = Tape()
    tape.request("responses", {"model": "gpt-5.4-mini", "stream": True})
    tape.after(90).head(429, "Too Many Requests", **{"retry-after": "0.5"})
    tape.raw(b'{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}', BODY)
    tape.fact("eof").fact("retry", after=0.5, why="429 Too Many Requests")
    tape.attempt = 1
    tape.after(500).request("responses", {"model": "gpt-5.4-mini", "stream": True})
    tape.after(120).head()
    tape.after(2).typed("response.created", response={"id": "resp_1", "model": "m"})
    item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    tape.after(2).typed("response.output_item.added", output_index=0, item=item)
    for piece in ("Careful: ", "\u202e tpircs \u202c", " \x1b[31mred\x1b[0m", " tab\tand\nline"):
        tape.after(3).typed(
            "response.output_text.delta",
            item_id="msg_1", output_index=0, content_index=0, delta=piece,
        )  # fmt: skip
    tape.after(2).typed("response.sparkle.delta", item_id="msg_1", delta="new in 2027")
    tape.after(2).raw(b'event: response.output_text.delta\ndata: {"type":"response.outp\r\n\r\n')
    tape.after(2).raw(b'data: {"delta": "\xff\xfe", oops}\n\n')
    tape.after(140).typed(
        "response.output_text.delta",
        item_id="msg_1", output_index=0, content_index=0, delta="after a stall",
    )  # fmt: skip
    problem = {"title": "The connection broke in the middle of the answer.", "detail": "reset"}
    tape.after(900).fact("cut", problem=problem).fact("ended")
    return tape.run(responses.reduce)


def many(count: int) -> Iterable[Event]:
    """Text deltas without end, 1 ms apart, eight to a chunk."""
    for at in range(count):
        raw = (
            b"event: response.output_text.delta\n"
            b'data: {"type":"response.output_text.delta","item_id":"msg_0123456789",'
            b'"output_index":0,"content_index":0,"delta":" word%d","sequence_number":%d}\n\n'
        ) % (at % 977, at)
        yield Event(at * MS, SSE, raw, 0, 0, at // 8)


RUNS: dict[str, Callable[[], Run]] = {
    "typed": typed_run,
    "chunked": chunked_run,
    "broken": broken_run,
}


@pytest.fixture(params=list(RUNS))
def each_run(request: pytest.FixtureRequest) -> Run:
    """Each of the recordings, one after another."""
    return RUNS[request.param]()


@pytest.fixture
def typed() -> Callable[..., Run]:
    return typed_run


@pytest.fixture
def chunked() -> Run:
    return chunked_run()


@pytest.fixture
def broken() -> Run:
    return broken_run()


@pytest.fixture
def tape() -> Tape:
    """An empty recording to write on."""
    return Tape()


@pytest.fixture
def long_run() -> Callable[[int], Run]:
    """A run of so many text deltas, a millisecond apart, and nothing else."""

    def make(count: int) -> Run:
        made = Run("run_2", "ses_1", None, Call(), "openai", [], lambda *_: None)
        made.take(many(count))
        return made

    return make


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    """Every test begins with the light theme at 100 %."""
    theme.apply("light")
    yield
    theme.apply("light")
