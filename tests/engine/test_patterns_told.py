"""What a timeline, a narration and files tell of requests that went elsewhere, or nowhere."""

from __future__ import annotations

import json

import pytest

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import SSE, Event, fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.narration import narrate
from playground.engine.timeline_facts import Facts
from playground.export import har, request, sse
from playground.export.base import Exported

SENT = {
    "method": "POST",
    "url": "https://a.example/v1/chat/completions",
    "headers": [["accept", "text/event-stream"]],
    "body": '{"model": "m"}',
}
WAIT = "Waiting for a free place at A (1st)"
TURN = "m at A: The server failed. Asked instead: m at B."


def answer(text: str, t: int, leg: int, attempt: int = 0) -> list[Event]:
    row = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]}
    return [
        fact(t, "head", {"status": 200, "reason": "OK", "headers": []}, leg, attempt),
        Event(t + 1, SSE, b"data: %s\n\n" % json.dumps(row).encode(), leg, attempt, 0),
        fact(t + 2, "eof", None, leg, attempt),
    ]


@pytest.fixture
def run() -> Run:
    """A leg that failed at one server and was answered by the next, and one that was on record."""
    made = Run(
        "r", "s", None, Call(api="chat", model="m"), "b",
        [Message(key="in:0", role="user", text=Text("Why?"))], BY_ID["chat"].reduce,
    )  # fmt: skip
    made.take([
        fact(0, "routed", {"words": "Sent to m at A: that is always so (rule 1)."}),
        fact(10, "queued", {"words": WAIT}),
        fact(20, "request", SENT),
        fact(30, "failed", {"problem": {"title": "The server failed.", "remedy": "retry"}}),
        fact(31, "fallback", {"words": TURN, "profile": "b", "model": "m"}),
        fact(40, "request", SENT, 0, 1),
        *answer("Because.", 50, 0, 1),
        fact(60, "said", {"text": "In JSON, please."}),
        fact(70, "reused", {**SENT, "words": "A recorded answer.", "run": "old", "leg": 0}, 1),
        *answer("{}", 70, 1),
        fact(80, "ended", None, 1),
    ])  # fmt: skip
    return made


def test_the_timeline_has_what_was_waited_for_and_each_turn(run: Run) -> None:
    facts = Facts()
    for number, event in enumerate(run.recording):
        if event.kind != SSE:
            facts.take(number, event)
    requests = [(bar.label, bar.begin, bar.end) for bar in facts.requests]
    assert requests[0] == (WAIT, 10, 20)
    assert [label for label, _, _ in requests[1:]] == ["Request 1", "Request 1, attempt 2"]
    steps = {bar.label: bar.detail for bar in facts.steps}
    assert steps["Asked elsewhere"] == TURN
    assert steps["Recorded answer"] == "A recorded answer."
    assert "Sent elsewhere" in steps
    assert [mark.label for mark in facts.marks if mark.kind == "retry"] == [
        f"Asked elsewhere: {TURN}"
    ]


def test_an_audience_is_told_in_order(run: Run) -> None:
    said = [sentence.words for sentence in narrate(run)]
    told = [
        "Who answers this is chosen first.",
        "That server cannot answer. Another one is asked in its place.",
        "The same was asked before: its recorded answer is used again.",
    ]
    assert [one for one in said if one in told] == told


def test_a_file_of_the_traffic_has_only_what_was_sent(run: Run) -> None:
    log = json.loads(har.write(Exported(run, Profile(id="b", name="B"))))["log"]
    assert len(log["entries"]) == 2
    stream = b"".join(piece for _, piece in sse.pieces(Exported(run, Profile(id="b", name="B"))))
    assert b"{}" in stream and b"Because" not in stream


def test_the_request_that_was_not_sent_can_be_taken_away(run: Run) -> None:
    found = request.sent(run, Profile(id="b", name="B"), 1)
    assert found.url == SENT["url"]
    with pytest.raises(Failure):
        request.sent(run, Profile(id="b", name="B"), 2)
