"""The hostile corpus through `playground run`: a real server, the real wire, what is printed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground.__main__ import main
from playground.core.transcript import Outcome
from playground.engine.report import EXIT
from tests.hostile.case import Case
from tests.hostile.corpus import CASES
from tests.server import Request, serving

PIECES = 5
"""The server sends a body in so many pieces."""

ALWAYS = {
    "chat: as it should be",
    "responses: as it should be",
    "responses: CR",
    "chat: comments in every block",
    "responses: keep-alives wrapped as data",
    "chat: JSON over many lines of data",
    "chat: a pair that is split over two events",
    "responses: invalid UTF-8",
    "chat: DONE and nothing else as the end",
    "responses: no end",
    "chat: broken off in the middle of a word",
    "responses: silent while it spoke",
    "chat: 10,000 objects deep",
    "responses: a number of 5,000 digits",
    "chat: a plain answer labelled 'text/event-stream'",
    "responses: lines of JSON labelled application/x-ndjson",
    "chat: HTML labelled 'text/event-stream'",
    "responses: nothing at all, labelled 'text/event-stream'",
    "chat: an error glued into half an event",
    "responses: a flat error event",
    "chat: gzip that is none",
    "responses: gzip without the last bytes",
    "chat: half a call, then length",
    "responses: half a call, then the end of the stream",
    "responses: a final output that is null",
}
"""The others take a minute and more."""


class Served:
    """Answers every request with a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.over = threading.Event()

    def __call__(self, _: Request) -> Iterator[bytes]:
        body, headers = self.case.body, [b"HTTP/1.1 %d Whatever" % self.case.status]
        if self.case.content_type:
            headers.append(b"Content-Type: " + self.case.content_type.encode())
        if self.case.encoding:
            headers.append(b"Content-Encoding: " + self.case.encoding.encode())
        if self.case.end != "eof" and self.case.encoding == "":
            headers.append(b"Content-Length: %d" % (len(body) + 1))
        yield b"\r\n".join([*headers, b"Connection: close", b"", b""])
        size = len(body) // PIECES + 1
        for at in range(0, len(body), size):
            yield body[at : at + size]
        if self.case.end == "timeout":
            self.over.wait(60)


def marked(case: Case) -> Any:
    return pytest.param(case, id=str(case), marks=() if str(case) in ALWAYS else pytest.mark.slow)


def test_those_that_are_always_run_are_there() -> None:
    assert {str(case) for case in CASES} >= ALWAYS
    assert len(ALWAYS) >= 20


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_run(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = Served(case)
    with serving(server) as where:
        status = main([
            "run", "--home", str(tmp_path / "home"), "--base-url", where.base_url,
            "--api", case.api, "--model", "m", "--retries", "0", "--json",
            *(("--idle-timeout", "2") if case.end == "timeout" else ()), "hello",
        ])  # fmt: skip
        server.over.set()
    printed = json.loads(capsys.readouterr().out)
    outcome: Outcome = case.outcome
    assert (printed["outcome"], status) == (outcome, EXIT[outcome]), printed["problem"]
    assert printed["text"] == case.text
    assert printed["malformed"] >= case.malformed
    assert (printed["problem"] is None) == (outcome in ("completed", "incomplete", "refused"))
    assert {call["state"] for call in printed["tool_calls"]} <= {"not run"}
    assert len(where.requests) == 1
