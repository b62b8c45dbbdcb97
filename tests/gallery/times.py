"""The Time page: a loop with tools and a person, trouble, a long answer, and one that goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from playground.core.recording import Event, Recording, parse
from playground.core.session import Run
from playground.ui.inspector.time import TimePage
from playground.ui.widgets.spentbar import Place
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of
from tests.gallery.timelines import RESET, long_answer
from tests.gallery.tools import PROMPT, answered

FRESH: dict[str, Any] = {
    "host": "api.openai.com", "port": 443, "proxy": None, "reused": False, "ready_ms": 1.8,
    "tcp_ms": 24.6, "tls_ms": 41.2, "tls": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384",
    "http": "HTTP/1.1",
}  # fmt: skip
REUSED = {**FRESH, "reused": True, "ready_ms": 0.4, "tcp_ms": None, "tls_ms": None}
DRAWN = {"frames": 184, "p50_ms": 9.4, "p95_ms": 17.8, "max_ms": 31.5, "total_ms": 1893.1}


def connected(events: list[Event]) -> list[Event]:
    """With what their requests went out on, and how long things took to get on screen."""
    made: list[Event] = []
    fresh = True
    for event in events:
        if event.kind == "head":
            raw = json.dumps(FRESH if fresh else REUSED).encode()
            made.append(event._replace(kind="connection", raw=raw))
            fresh = False
        elif event.kind == "ended":
            made.append(event._replace(kind="drawn", raw=json.dumps(DRAWN).encode()))
        made.append(event)
    return made


async def _page(stage: Stage, run: Run) -> TimePage:
    """The page with a run on it, read to its end."""
    await stage.show(run)
    stage.inspector.show_page("time")
    page = stage.inspector.current
    assert isinstance(page, TimePage)
    while page.working:
        await stage.settle()
    page.advance()
    await stage.settle()
    return page


def looped() -> Run:
    tape = answered()
    tape.wait(12).end()
    tape.events = connected(tape.events)
    return run_of(tape, PROMPT)


async def loop(stage: Stage) -> None:
    """Two requests, two tools and their approvals."""
    await _page(stage, looped())


async def leg(stage: Stage) -> None:
    """A part of the second request is looked at."""
    page = await _page(stage, looped())
    at = next(at for at, part in enumerate(page.bar.rows[2][2]) if part.kind == "writing")
    page.bar.go_to(Place(2, at))
    page.bar.pick()


async def long(stage: Stage) -> None:
    """Four thousand words, and two silences."""
    run = long_answer()
    events = connected(list(run.recording))
    usage = _usage(events)
    await _page(stage, replaced(run, usage))


def _usage(events: list[Event]) -> list[Event]:
    """With as many tokens reported as there may have been."""
    last = next(at for at, one in enumerate(events) if b"response.completed" in one.raw[:60])
    data, _ = parse(events[last].raw.decode().partition("data: ")[2])
    details = {"reasoning_tokens": 52}
    counts = {"input_tokens": 812, "output_tokens": 5_480, "output_tokens_details": details}
    data["response"]["usage"] = {**counts, "total_tokens": 6_292}
    raw = f"event: response.completed\ndata: {json.dumps(data)}\n\n".encode()
    return [*events[:last], events[last]._replace(raw=raw), *events[last + 1 :]]


def replaced(run: Run, events: list[Event]) -> Run:
    """The same with other events."""
    return replace(run, recording=Recording(events, run.recording.began))


async def trouble(stage: Stage) -> None:
    """Refused, tried again, silent for long, cut off, and no tokens reported."""
    tape = Tape().wait(2).request(words.QUESTION).wait(130)
    tape.head(429, "Too Many Requests").fact("eof")
    tape.fact("retry", after=0.8, why="429 Too Many Requests", attempt=1, attempts=2)
    tape.wait(800).request(words.QUESTION, attempt=1).wait(210).head().wait(3)
    tape.event("response.created", response={"id": "resp_1", "model": tape.model, "output": []})
    tape.text(words.ANSWER[:300], open_=True).wait(1_400)
    tape.broke("cut", RESET)
    tape.events = connected(tape.events)
    await _page(stage, run_of(tape, words.QUESTION))


async def running(stage: Stage) -> None:
    """It goes on: the model thinks."""
    tape = Tape().begin().wait(300).reasoning(words.THOUGHT, open_=True)
    tape.events = connected(tape.events)
    await _page(stage, run_of(tape, words.QUESTION, seconds=4.2))


async def waiting(stage: Stage) -> None:
    """Nothing of the answer has come."""
    tape = Tape().wait(2).request().wait(240).head()
    await _page(stage, run_of(tape, words.QUESTION, seconds=42.4))
