"""Exchanges: found on a recording, without secrets."""

from __future__ import annotations

from collections.abc import Callable

from playground.core.session import Call, Run
from playground.ui.widgets.eventindex import EventIndex
from playground.ui.widgets.exchange import Exchange, exchanges, fact, headers, limits, masked


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


def test_rate_limits_are_put_together() -> None:
    rows = [
        ("X-RateLimit-Limit-Requests", "5000"),
        ("x-ratelimit-remaining-requests", "4999"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-remaining-tokens", "7"),
        ("retry-after", "2"),
        ("date", "today"),
    ]
    assert limits(rows) == [
        ("requests", "4999 of 5000 left, resets in 12ms"),
        ("tokens", "7 left"),
        ("retry-after", "2"),
    ]
