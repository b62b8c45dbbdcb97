"""Exchanges: found on a recording, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from playground.core.call import Call
from playground.core.session import Run
from playground.endpoints import responses
from playground.ui.widgets.eventindex import EventIndex
from playground.ui.widgets.exchange import (
    Exchange,
    exchanges,
    fact,
    first_token,
    headers,
    masked,
)
from playground.ui.widgets.exchangefacts import attempts, connection, limits
from tests.ui.conftest import Tape


def of(run: Run) -> list[Exchange]:
    index = EventIndex(run.recording, run.transcript.misread)
    index.step(10**12)
    return exchanges(index)


def test_one_request_and_its_answer(typed: Callable[..., Run]) -> None:
    run = typed()
    (one,) = of(run)
    assert (one.request, one.head, one.title) == (0, 1, "Request 1")
    events = list(run.recording)
    body = [number for number, event in enumerate(events) if event.chunk >= 0]
    assert list(one.body) == body
    assert one.size == sum(len(events[number].raw) for number in body)
    assert one.end is not None
    assert events[one.end].kind == "eof"


def test_each_attempt_is_its_own(broken: Run) -> None:
    first, second = of(broken)
    assert [first.title, second.title] == ["Request 1", "Request 1, try 2"]
    assert fact(broken.recording, first.head)["status"] == 429
    assert len(first.body) == 1
    assert broken.recording[second.end or 0].kind == "cut"


def test_an_answer_that_is_still_coming_grows(typed: Callable[..., Run]) -> None:
    run = typed(running=True)
    index = EventIndex(run.recording, {})
    index.step(10**12)
    (before,) = exchanges(index)
    run.take([run.recording[10]])
    index.step(10**12)
    (after,) = exchanges(index)
    assert len(after.body) == len(before.body) + 1
    assert after.size == before.size + len(run.recording[10].raw)
    assert after.end is None


def test_nothing_was_sent() -> None:
    assert of(Run("r", "s", None, Call(), "p", [], lambda *_: None)) == []


def test_secrets_are_never_shown() -> None:
    data = {
        "headers": [
            ["Authorization", "Bearer sk-live-1234"],
            ["api-key", "short"],
            ["Set-Cookie", "a=b; path=/"],
            ["X-Plain", "Bearer of news"],
        ]
    }
    assert headers(data) == [
        ("Authorization", "Bearer ************"),
        ("api-key", "*****"),
        ("Set-Cookie", "***********"),
        ("X-Plain", "Bearer of news"),
    ]
    assert masked("authorization", "sk-123 456") == "**********"


def test_the_first_token_of_every_request_is_found(broken: Run, typed: Callable[..., Run]) -> None:
    run = typed()
    (one,) = of(run)
    assert first_token(run.recording, one, run.reduce) == run.transcript.timing.first_token
    first, second = of(broken)
    assert first_token(broken.recording, first, broken.reduce) is None
    token = first_token(broken.recording, second, broken.reduce)
    assert token == broken.transcript.timing.first_token is not None


def test_rate_limits_are_put_together() -> None:
    rows = [
        ("X-RateLimit-Limit-Requests", "5000"),
        ("x-ratelimit-remaining-requests", "4999"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-remaining-tokens", "7"),
        ("x-ratelimit-reset-tokens", "6m0s"),
        ("retry-after", "2"),
        ("date", "today"),
    ]
    came = datetime(2026, 3, 1, 12, 0, 0).timestamp()
    assert limits(rows, came) == [
        ("requests", "4999 of 5000 left, full again 12 ms later"),
        ("tokens", "7 left, full again 6 min later, at 12:06:00"),
        ("retry-after", "2"),
    ]


def test_what_a_request_went_out_on() -> None:
    new = {"host": "h", "port": 443, "proxy": "p:8080", "reused": False, "tcp_ms": 12.34,
           "tls_ms": 140.2, "tls": "TLSv1.3", "cipher": "AES", "http": "HTTP/1.1"}  # fmt: skip
    assert connection(new) == [
        ("host", "h:443"),
        ("through", "p:8080"),
        ("connection", "new, TCP 12.3 ms, TLS 140 ms"),
        ("encryption", "TLSv1.3, AES"),
        ("protocol", "HTTP/1.1"),
    ]
    again = {"host": "h", "port": 80, "proxy": None, "reused": True, "tcp_ms": None, "tls": None}
    assert connection(again) == [
        ("host", "h:80"),
        ("connection", "was open already"),
        ("encryption", "none"),
    ]
    assert connection({}) == []


def test_every_attempt_says_what_came_of_it(broken: Run, typed: Callable[..., Run]) -> None:
    rows = of(broken)
    assert attempts(broken.recording, rows, rows[1]) == [
        (
            "try 1",
            "429 Too Many Requests after 90.0 ms · again after 500 ms",
        ),
        ("▸ try 2", "200 OK after 120.0 ms"),
    ]
    broken.recording.raws[4] = b'{"after":2.5,"why":"429: Rate limit reached."}'
    assert attempts(broken.recording, rows, rows[0])[0] == (
        "▸ try 1",
        "429 Too Many Requests after 90.0 ms · again after 2.5 s: Rate limit reached",
    )
    assert attempts(typed().recording, of(typed()), of(typed())[0]) == []


def test_what_fetched_more_of_an_answer_says_so() -> None:
    tape = Tape()
    tape.request("responses", {"model": "m"}).after(5)
    tape.fact("connection", host="h", port=443, reused=False).head().fact("cut", problem={})
    tape.attempt = 1
    tape.fact("request", method="GET", url="http://h/v1/responses/r", headers=[], body="").head()
    first, more = of(tape.run(responses.reduce))
    assert (first.title, more.title) == ("Request 1", "Request 1, more 1")
    assert (first.connection, more.connection) == (1, None)
    assert not first.fetched and more.fetched
