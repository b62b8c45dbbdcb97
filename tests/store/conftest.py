"""A home of its own for every test of the store, and runs to put into it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.problem import Problem
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.core.usage import Cost
from playground.endpoints import BY_ID
from playground.store.database import Database
from playground.store.home import Home
from playground.store.sessions import Sessions

Opened = Callable[..., AbstractAsyncContextManager[Sessions]]
MakeRun = Callable[..., Run]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").prepare()


@pytest.fixture
def problems() -> list[Problem]:
    """What the store has reported."""
    return []


@pytest.fixture
def opened(home: Home, problems: list[Problem]) -> Opened:
    """The store on the home, opened anew each time."""

    @asynccontextmanager
    async def opened(**options: Any) -> AsyncIterator[Sessions]:
        endpoints = options.pop("endpoints", BY_ID)
        database = Database(home.database, **options)
        try:
            await database.open()
            yield Sessions(database, endpoints, problems.append)
        finally:
            await database.close()

    return opened


def chunk(content: str) -> bytes:
    row = {"model": "m-1", "choices": [{"index": 0, "delta": {"content": content}}]}
    return b"data: " + json.dumps(row).encode() + b"\n\n"


def arrival(*pieces: str) -> list[Event]:
    """The recording of an answer in pieces, up to where the stream goes on."""
    began = [fact(1, "request", {"url": "http://x"}), fact(2, "head", {"status": 200})]
    return began + [Event(3 + n, "sse", chunk(piece), chunk=n) for n, piece in enumerate(pieces)]


END = (
    b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],'
    b' "usage": {"prompt_tokens": 10, "completion_tokens": 4,'
    b' "prompt_tokens_details": {"cached_tokens": 3}}}\n\n'
)


@pytest.fixture
def make_run() -> MakeRun:
    """A run that asked `said` and got `answer`; `over=False` leaves it going on, `sent=False` makes
    it a message that was only added."""
    made = 0

    def make_run(
        said: str = "Hello?",
        answer: str = "Hello to you.",
        *,
        session: str = "ses_1",
        run_id: str = "",
        parent: str | None = None,
        over: bool = True,
        sent: bool = True,
        usd: str | None = "0.000123",
        created: float = 0.0,
        owner: str = "",
    ) -> Run:
        nonlocal made
        made += 1
        run = Run(
            id=run_id or f"run_{made}",
            session=session,
            parent=parent,
            call=Call(api="chat", model="m", fields={"temperature": 0}),
            profile="p",
            input=[Message(key="in:0", role="user", text=Text(said))],
            reduce=BY_ID["chat"].reduce,
            created=created or 1_700_000_000.0 + made,
            owner=owner,
        )
        if not sent:
            return run
        run.take(arrival(*[word + " " for word in answer.split()]))
        if over:
            run.take([Event(90, "sse", END), fact(91, "eof"), fact(92, "ended")])
            if usd is not None:
                run.cost = Cost(basis="calculated", usd=Decimal(usd), source="test")
        return run

    return make_run


@pytest.fixture
def session_of() -> Callable[..., Session]:
    def session_of(session_id: str = "ses_1", title: str = "A title", **more: Any) -> Session:
        call = Call(api="chat", model="m", instructions="Be brief.")
        return Session(session_id, title=title, call=call, **more)

    return session_of
