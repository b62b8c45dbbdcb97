"""Retries: every attempt, and every wait between two, is on the recording."""

from __future__ import annotations

import email.utils
from typing import Any

import pytest

from playground.core.recording import BODY, SSE
from playground.core.transcript import replay
from playground.endpoints import chat

HELLO = b'data: {"choices":[{"index":0,"delta":{"content":"hello"},"finish_reason":"stop"}]}\n\n'
BUSY = b'{"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}'


def failing(times: int, status: str, body: bytes = BUSY, **headers: str) -> Any:
    """A script that fails some times before it answers."""
    left = [times]

    async def script(link: Any) -> None:
        if left[0]:
            left[0] -= 1
            await link.answer(status, body, **headers)
        else:
            await link.stream(HELLO)

    return script


async def test_until_it_works(serve: Any, talk: Any) -> None:
    async with serve(failing(2, "503 Service Unavailable")) as server:
        heard = await talk(server.url)
    attempt = ["request", "head", BODY, "eof", "retry"]
    assert heard.kinds == [*attempt, *attempt, "request", "head", SSE, "eof"]
    assert talk.naps == [0.5, 1.0]
    assert [heard.fact("retry", number) for number in (0, 1)] == [
        {"after": after, "why": "503: The server is busy or still loading.", "attempt": attempt,
         "attempts": 2}
        for attempt, after in ((1, 0.5), (2, 1.0))
    ]  # fmt: skip
    assert [event.attempt for event in heard.events if event.kind == "request"] == [0, 1, 2]
    assert heard.wire[-1].attempt == 2
    transcript = replay(heard.events, chat.reduce)
    assert (transcript.text, transcript.problem, transcript.retries) == ("hello", None, 2)


async def test_until_no_attempt_is_left(serve: Any, talk: Any) -> None:
    async with serve(failing(99, "500 Oops")) as server:
        heard = await talk(server.url, retries=1)
        assert len(server.requests) == 2
    assert heard.kinds[-1] == "eof"
    problem = replay(heard.events, chat.reduce).problem
    assert problem is not None
    assert (problem.status, problem.detail) == (500, "Slow down")


async def test_no_retries_wanted(serve: Any, talk: Any) -> None:
    async with serve(failing(99, "500 Oops")) as server:
        heard = await talk(server.url, retries=0)
    assert heard.kinds == ["request", "head", BODY, "eof"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "7"}, 7.0), ({"retry_after_ms": "1500", "retry_after": "7"}, 1.5)],
)
async def test_waits_as_long_as_the_server_asks(
    serve: Any, talk: Any, headers: dict[str, str], seconds: float
) -> None:
    async with serve(failing(1, "429 Too Many Requests", **headers)) as server:
        heard = await talk(server.url)
    assert talk.naps == [seconds]
    assert heard.fact("retry")["after"] == seconds


async def test_waits_until_the_date_the_server_names(serve: Any, talk: Any) -> None:
    date = email.utils.formatdate(talk.now + 42, usegmt=True)
    async with serve(failing(1, "429 Too Many Requests", retry_after=date)) as server:
        await talk(server.url)
    assert talk.naps == [42.0]


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        ("400 Bad Request", BUSY, {}),
        ("401 Unauthorized", BUSY, {}),
        ("429 Too Many Requests", BUSY, {"retry_after": "121"}),
        ("503 Unavailable", BUSY, {"x_should_retry": "false"}),
        ("429 Too Many Requests", BUSY.replace(b"rate_limit_exceeded", b"insufficient_quota"), {}),
        ("500 Oops", BUSY.replace(b"rate_limit_exceeded", b"context_length_exceeded"), {}),
    ],
)
async def test_what_is_not_tried_again(
    serve: Any, talk: Any, status: str, body: bytes, headers: dict[str, str]
) -> None:
    async with serve(failing(99, status, body, **headers)) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "head", BODY, "eof"]
    assert talk.naps == []


DATES = {"date": "Sat, 21 Nov 2026 06:00:00 GMT", "retry_after": "Sat, 21 Nov 2026 07:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry_after": "121"}, 121), ({"retry_after_ms": "180000.5"}, 180.0005), (DATES, 3600)],
)
async def test_how_long_a_person_would_have_to_wait_is_told(
    serve: Any, talk: Any, headers: dict[str, str], seconds: float
) -> None:
    async with serve(failing(99, "429 Too Many Requests", **headers)) as server:
        heard = await talk(server.url)
    assert talk.naps == []
    problem = replay(heard.events, chat.reduce).problem
    assert problem is not None
    assert (problem.remedy, problem.retry_after) == ("wait", seconds)


async def test_the_server_insists(serve: Any, talk: Any) -> None:
    async with serve(failing(1, "400 Bad Request", x_should_retry="true")) as server:
        heard = await talk(server.url)
    assert heard.kinds[-1] == "eof"
    assert talk.naps == [0.5]


async def test_a_connection_that_breaks_before_the_answer(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        if len(server.requests) == 1:
            link.reset()
        else:
            await link.stream(HELLO)

    async with serve(script) as server:
        heard = await talk(server.url)
    assert heard.kinds == ["request", "failed", "retry", "request", "head", SSE, "eof"]
    assert "closed the connection without an answer" in heard.fact("failed")["problem"]["title"]
    transcript = replay(heard.events, chat.reduce)
    assert (transcript.text, transcript.problem) == ("hello", None)


async def test_an_error_that_breaks_off_still_counts(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        if len(server.requests) == 1:
            await link.head("502 Bad Gateway", content_type="text/plain")
            await link.chunk(b"oh")
            link.reset()
        else:
            await link.stream(HELLO)

    async with serve(script) as server:
        heard = await talk(server.url)
    first = ["request", "head", BODY, "cut", "retry"]
    assert heard.kinds in (
        [*first, "request", "head", SSE, "eof"],
        # The reset may overtake the body.
        [kind for kind in first if kind != BODY] + ["request", "head", SSE, "eof"],
    )
