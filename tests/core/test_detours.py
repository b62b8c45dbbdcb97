"""What patterns did, folded from a recording: also one that somebody edited."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from playground.core import spent
from playground.core.recording import SSE, Event, fact
from playground.core.transcript import PICKING, Transcript, replay
from playground.core.usage import Cost
from playground.endpoints import BY_ID

USAGE = {"prompt_tokens": 8, "completion_tokens": 2}
FAILED = {"problem": {"title": "Down.", "remedy": "retry"}}


def answer(text: str, leg: int = 0, attempt: int = 0, t: int = 0) -> list[Event]:
    rows: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": {"content": text}}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": USAGE},
    ]
    head = fact(t, "head", {"status": 200, "headers": []}, leg, attempt)
    stream = [
        Event(t, SSE, b"data: %s\n\n" % json.dumps(row).encode(), leg, attempt) for row in rows
    ]
    return [head, *stream, fact(t, "eof", None, leg, attempt)]


def read(*events: Event) -> Transcript:
    return replay(events, BY_ID["chat"].reduce)


def test_a_fallback_clears_what_went_wrong_and_keeps_it_in_words() -> None:
    seen = read(
        fact(0, "request"),
        fact(5, "failed", FAILED),
        fact(6, "fallback", {"profile": "b", "model": "m", "words": "A failed."}),
        fact(7, "request", None, 0, 1),
        *answer("well", 0, 1, 9),
        fact(10, "ended"),
    )
    assert (seen.outcome, seen.text, seen.problem) == ("completed", "well", None)
    assert (seen.legs, seen.requests, seen.retries) == (1, 2, 0)
    assert seen.timing.request == 7, "times are those of the server that answered"
    assert [(one.kind, one.words, one.crossed) for one in seen.detours] == [
        ("fallback", "A failed.", True)
    ]


def test_where_all_fail_the_last_problem_tells_of_the_others() -> None:
    seen = read(
        fact(0, "request"),
        fact(1, "failed", FAILED),
        fact(2, "fallback", {"words": "A failed."}),
        fact(3, "request", None, 0, 1),
        fact(4, "failed", FAILED),
        fact(5, "ended"),
    )
    assert seen.outcome == "failed"
    assert seen.problem is not None and seen.problem.facts == {"before": "A failed."}


def test_a_recorded_answer_is_a_leg_without_a_request_and_without_use() -> None:
    seen = read(
        fact(0, "request"),
        *answer("first", t=2),
        fact(3, "reused", {"run": "r", "leg": 0, "created": 1.0}, 1),
        *answer("second", 1, t=3),
        fact(4, "ended", None, 1),
    )
    assert (seen.outcome, seen.legs, seen.requests) == ("completed", 2, 1)
    assert seen.text == "second"
    assert seen.reused == {1}
    assert seen.usage is not None and seen.usage.total == 10, "of the first alone"
    assert len(seen.usages) == 2


def test_what_picked_is_counted_and_belongs_to_no_leg() -> None:
    seen = read(
        fact(0, "routed", {"usage": USAGE, "estimated": True, "words": "w"}),
        fact(1, "request"),
        *answer("x", t=2),
        fact(3, "ended"),
    )
    assert seen.usages[PICKING].basis == "estimated"
    assert seen.usage is not None and seen.usage.input == 16


def test_waiting_is_told_and_counted_as_waiting() -> None:
    wait = fact(0, "queued", {"words": "Waiting for a free place", "seconds": 2})
    seen = read(wait)
    assert (seen.phase, seen.progress, seen.retry_at) == (
        "queued", "Waiting for a free place", 2_000_000_000,
    )  # fmt: skip
    sums = spent.Sums()
    for number, event in enumerate((wait, fact(500, "request"), fact(700, "head"))):
        sums.take(number, event)
    waiting = sums.look().part("waiting")
    assert waiting is not None and waiting.ns == 500


@pytest.mark.parametrize("kind", ["routed", "fallback", "reused", "queued"])
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"words": 3, "profile": None, "model": ["x"], "created": "now", "seconds": "long"},
        {"created": float("nan"), "seconds": float("inf"), "usage": [], "crossed": "yes"},
        {"created": -1, "usage": {"prompt_tokens": "many"}, "leg": "first"},
        {"created": 1e300, "seconds": -5},
    ],
)
def test_nonsense_is_read_as_far_as_it_goes(kind: str, data: dict[str, Any]) -> None:
    seen = read(fact(0, kind, data), fact(1, "request"), *answer("x", t=2), fact(3, "ended"))
    assert seen.text == "x"
    assert all(0 <= one.created <= 1e12 for one in seen.detours)


def test_what_was_saved_is_added_up_and_changes_no_price() -> None:
    paid = Cost(basis="reported", usd=Decimal("0.5"), source="the server")
    free = Cost(basis="calculated", usd=Decimal(0), source="recorded", saved=Decimal("0.25"))
    both = Cost.add([paid, free, free])
    assert both is not None
    assert (both.usd, both.saved) == (Decimal("0.5"), Decimal("0.5"))
    assert (both.source, both.basis) == ("the server", "reported")
    alone = Cost.add([free, free])
    assert alone is not None and (alone.usd, alone.saved) == (0, Decimal("0.5"))
