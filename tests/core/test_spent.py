"""Where time went: every moment once, whatever happened in whatever order; and how it streamed."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core import pace as pacing
from playground.core.pace import STALL_NS, Pace
from playground.core.recording import BODY, SSE, Event, Recording, fact
from playground.core.spent import KINDS, Doing, Kind, Part, Spent, Stretch, Sums
from playground.core.spent_reading import Reading
from playground.core.transcript import Reducer, replay
from playground.endpoints import chat, responses

MS = 1_000_000
FOREVER = 1 << 62
DOINGS = get_args(Doing)


class Tape:
    """Events one after another; time moves by what is said."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.t = self.leg = self.attempt = self.chunk = 0

    def after(self, ms: float) -> Tape:
        self.t += int(ms * MS)
        self.chunk += 1
        return self

    def fact(self, kind: str, **data: Any) -> Tape:
        self.events.append(fact(self.t, kind, data, self.leg, self.attempt))
        return self

    def raw(self, raw: bytes, kind: str = SSE) -> Tape:
        self.events.append(Event(self.t, kind, raw, self.leg, self.attempt, self.chunk))
        return self

    def typed(self, name: str, **data: Any) -> Tape:
        body = json.dumps({"type": name, **data})
        return self.raw(f"event: {name}\ndata: {body}\n\n".encode())

    def chunked(self, finish: str | None = None, **delta: Any) -> Tape:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return self.raw(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")

    def answered(self, *words: str, every: float = 10) -> Tape:
        """A request of 100 ms until its head, 200 ms until its first token, and its answer."""
        self.fact("request").after(100).fact("head", status=200).after(200)
        for number, word in enumerate(words):
            self.after(every if number else 0).chunked(content=word)
        return self.after(every).chunked("stop").after(1).fact("eof")

    def read(self, reduce: Reducer = chat.reduce) -> Reading:
        reading = Reading(Recording(self.events), reduce)
        assert reading.step(FOREVER)
        return reading

    def spent(self, reduce: Reducer = chat.reduce) -> dict[Kind, float]:
        """Milliseconds by kind."""
        return ms(self.read(reduce).look().parts)


def ms(parts: Iterable[Part]) -> dict[Kind, float]:
    return {part.kind: part.ns / MS for part in parts}


# Whatever happened, in whatever order.

CALLS = st.sampled_from(["a", "b", "c"])
NUMBERS = st.one_of(
    st.none(), st.floats(), st.integers(-5, 10**20), st.text(max_size=3), st.booleans()
)
CONNECTIONS = st.dictionaries(st.sampled_from(["ready_ms", "tcp_ms", "tls_ms"]), NUMBERS)
PLACES = st.sampled_from(["on_call", "before_send"])


def told(kind: str, data: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(kind), data, st.none())


HAPPENINGS = st.one_of(
    st.tuples(
        st.sampled_from(
            ["starting", "request", "head", "eof", "cut", "timeout", "failed", "retry", "notice"]
        ),
        st.just({}),
        st.none(),
    ),
    told("connection", CONNECTIONS),
    *(
        told(kind, st.fixed_dictionaries({"call_id": CALLS}, optional={"item": CALLS}))
        for kind in ("tool.asked", "approval", "tool.ended", "tool.result")
    ),
    told(
        "tool.started",
        st.fixed_dictionaries({"call_id": CALLS, "mode": st.sampled_from(["real", "human"])}),
    ),
    *(
        told(kind, st.fixed_dictionaries({"place": PLACES}, optional={"call_id": CALLS}))
        for kind in ("paused", "resumed")
    ),
    st.tuples(st.just(SSE), st.just({}), st.one_of(st.none(), st.sampled_from(DOINGS))),
)
ENDS = st.sampled_from(["ended", "stopped", "interrupted"])


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Event, Doing | None]]:
    rows: list[tuple[Event, Doing | None]] = []
    t = 0
    for kind, data, doing in draw(st.lists(HAPPENINGS, max_size=40)):
        t += draw(st.integers(-3, 10**10))
        leg, attempt = draw(st.integers(0, 3)), draw(st.integers(0, 2))
        event = Event(t, kind, b"", leg, attempt) if doing or kind == SSE else None
        rows.append((event or fact(t, kind, data, leg, attempt), doing))
    if draw(st.booleans()):
        rows.append((fact(t + draw(st.integers(0, 10**9)), draw(ENDS)), None))
    return rows


@given(histories(), st.integers(0, 10**11))
def test_every_moment_is_spent_once(history: list[tuple[Event, Doing | None]], later: int) -> None:
    stretches: list[Stretch] = []
    sums = Sums(stretches.append)
    end = 0
    for number, (event, doing) in enumerate(history):
        sums.take(number, event, doing)
        end = max(end, event.t)
        adds_up(sums.look(), end)
        if number % 5 == 0:
            adds_up(sums.look(end + later), None)
    assert all(one.begin < one.end for one in stretches)
    assert [one.end for one in stretches[:-1]] == [one.begin for one in stretches[1:]]
    assert not stretches or stretches[0].begin == 0
    if history and history[-1][0].kind in ("ended", "stopped", "interrupted"):
        assert (stretches[-1].end if stretches else 0) == end
        assert sums.look(end + later) == sums.look()
        by_kind: dict[Kind, int] = {}
        for one in stretches:
            by_kind[one.kind] = by_kind.get(one.kind, 0) + one.end - one.begin
        assert by_kind == {part.kind: part.ns for part in sums.look().parts}


def adds_up(spent: Spent, end: int | None) -> None:
    if end is not None:
        assert spent.total_ns == end
    assert sum(part.ns for part in spent.parts) == spent.total_ns
    assert spent.legs[0].begin == 0
    assert spent.legs[-1].end == spent.total_ns
    for leg, following in zip(spent.legs, spent.legs[1:], strict=False):
        assert leg.end == following.begin
    for leg in spent.legs:
        assert sum(part.ns for part in leg.parts) == leg.end - leg.begin
        kinds = [part.kind for part in leg.parts]
        assert kinds == sorted(set(kinds), key=KINDS.index)
    assert {part.kind: part.ns for part in spent.parts} == {
        kind: total
        for kind in KINDS
        if (total := sum(one.ns for leg in spent.legs for one in leg.parts if one.kind == kind))
    }


@given(histories())
def test_looking_on_the_way_changes_nothing(history: list[tuple[Event, Doing | None]]) -> None:
    watched, left = Sums(), Sums()
    for number, (event, doing) in enumerate(history):
        watched.take(number, event, doing)
        watched.look(event.t + 5)
        left.take(number, event, doing)
    assert watched.look() == left.look()


# What belongs where.


def test_an_answer_from_its_request_to_its_end() -> None:
    tape = Tape().after(7).answered("One", " two", " three", every=10).after(3).fact("ended")
    assert tape.spent() == {"ours": 10, "server": 100, "first": 200, "writing": 30, "closing": 1}


def test_how_long_connecting_took_is_no_time_of_the_servers() -> None:
    tape = Tape().fact("request").after(100)
    tape.fact("connection", ready_ms=5.5, tcp_ms=20, tls_ms=30.25).fact("head")
    assert tape.spent() == {"ours": 5.5, "connect": 50.25, "server": 44.25}
    parts = {part.kind: part.number for part in tape.read().look().parts}
    assert parts == {"ours": 0, "connect": 1, "server": 0}


def test_a_connection_that_was_there_takes_no_time() -> None:
    tape = Tape().fact("request").after(100)
    tape.fact("connection", reused=True, ready_ms=0, tcp_ms=None, tls_ms=None).fact("head")
    assert tape.spent() == {"server": 100}


def test_connecting_takes_no_longer_than_until_the_head() -> None:
    tape = Tape().fact("request").after(10).fact("connection", tcp_ms=1e300).fact("head").after(5)
    assert tape.fact("ended").spent() == {"connect": 10, "first": 5}


def test_no_head_came_and_connecting_is_known() -> None:
    tape = Tape().fact("request").after(100).fact("connection", tcp_ms=40).fact("timeout")
    assert tape.spent() == {"connect": 40, "server": 60}


def test_tools_beside_each_other_are_counted_once() -> None:
    tape = Tape().fact("tool.started", call_id="a").after(100).fact("tool.started", call_id="b")
    tape.after(300).fact("tool.ended", call_id="a").after(200).fact("tool.ended", call_id="b")
    assert tape.after(1).fact("ended").spent() == {"tools": 600, "ours": 1}


def test_a_tool_that_runs_comes_before_a_person_who_is_waited_for() -> None:
    tape = Tape().fact("tool.asked", call_id="a").fact("tool.asked", call_id="b").after(1000)
    tape.fact("approval", call_id="a").fact("tool.started", call_id="a", mode="real").after(50)
    tape.fact("tool.ended", call_id="a").after(500).fact("approval", call_id="b")
    assert tape.spent() == {"human": 1500, "tools": 50}


@pytest.mark.parametrize("kinds", [("paused", "resumed"), ("tool.started", "tool.ended")])
def test_breakpoints_and_answers_by_hand_are_a_persons(kinds: tuple[str, str]) -> None:
    data = {"place": "on_call", "call_id": "a", "mode": "human"}
    tape = Tape().after(2).fact(kinds[0], **data).after(800).fact(kinds[1], **data).after(3)
    assert tape.fact("ended").spent() == {"ours": 5, "human": 800}


def test_equal_ids_of_calls_are_told_apart_by_their_items() -> None:
    tape = Tape().fact("tool.started", call_id="a", item="1")
    tape.fact("tool.started", call_id="a", item="2").after(10)
    tape.fact("tool.ended", call_id="a", item="1").after(10)
    assert tape.fact("tool.ended", call_id="a", item="2").spent() == {"tools": 20}


def test_between_attempts() -> None:
    tape = Tape().fact("request").after(30).fact("head", status=503).fact("eof")
    tape.fact("retry", after=0.5).after(500)
    tape.attempt = 1
    assert tape.fact("request").after(20).fact("head").spent() == {"server": 50, "waiting": 500}


def test_between_two_looks_at_an_answer_in_the_background() -> None:
    tape = Tape().fact("request").after(30).fact("head").fact("eof").after(2000)
    tape.attempt = 1
    assert tape.fact("request").after(20).fact("head").spent() == {"server": 50, "waiting": 2000}


def test_a_server_of_ours_is_started() -> None:
    tape = Tape().after(1).fact("starting", text="loading").after(3000).fact("request")
    assert tape.spent() == {"ours": 1, "starting": 3000}


def test_legs_reach_from_request_to_request() -> None:
    tape = Tape().after(5).answered("call").fact("tool.started", call_id="a").after(70)
    tape.fact("tool.ended", call_id="a").after(4)
    tape.leg = 1
    tape.answered("done").after(6).fact("ended")
    first, second = tape.read().look().legs
    assert ms(first.parts) == {
        "ours": 9, "server": 100, "first": 200, "writing": 10, "closing": 1, "tools": 70,
    }  # fmt: skip
    assert ms(second.parts) == {
        "ours": 6, "server": 100, "first": 200, "writing": 10, "closing": 1,
    }  # fmt: skip
    assert tape.events[second.parts[1].number].leg == 1


def test_reasoning_is_apart_from_writing_and_from_the_arguments_of_calls() -> None:
    tape = Tape().fact("request").after(10).fact("head").after(20)
    tape.chunked(reasoning_content="Hm.").after(300).chunked(reasoning_content="So.").after(5)
    tape.chunked(content="It").after(40).chunked(content=" is.").after(5)
    function = {"name": "f", "arguments": "{}"}
    tape.chunked(tool_calls=[{"index": 0, "id": "1", "function": function}]).after(60)
    tape.chunked("tool_calls")
    assert tape.spent() == {
        "server": 10, "first": 20, "reasoning": 305, "writing": 45, "arguments": 60,
    }  # fmt: skip


def test_reasoning_of_which_nothing_is_shown() -> None:
    item = {"id": "rs_1", "type": "reasoning", "summary": []}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    tape = Tape().fact("request").after(10).fact("head").after(20)
    tape.typed("response.output_item.added", output_index=0, item=item).after(9000)
    tape.typed("response.output_item.done", output_index=0, item=item)
    tape.typed("response.output_item.added", output_index=1, item=message)
    tape.typed("response.output_text.delta", item_id="msg_1", output_index=1, delta="Hi").after(4)
    tape.fact("cut")
    assert tape.spent(responses.reduce) == {
        "server": 10, "first": 20, "reasoning": 9000, "writing": 4,
    }  # fmt: skip


def test_a_tool_of_the_servers_own() -> None:
    search = {"id": "ws_1", "type": "web_search_call", "status": "in_progress"}
    tape = Tape().fact("request").after(10).fact("head").after(20)
    tape.typed("response.output_item.added", output_index=0, item=search).after(700)
    search["status"] = "completed"
    tape.typed("response.output_item.done", output_index=0, item=search).after(50)
    tape.typed("response.output_text.delta", item_id="msg_1", output_index=1, delta="Hi").after(4)
    tape.fact("cut")
    assert tape.spent(responses.reduce) == {"server": 10, "first": 20, "hosted": 750, "writing": 4}


def test_an_answer_in_one_piece() -> None:
    message = {"role": "assistant", "content": "hello"}
    body = json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    tape = Tape().fact("request").after(900).fact("head", status=200).after(20)
    tape.raw(body.encode(), BODY).after(1).fact("eof").after(2).fact("ended")
    reading = tape.read()
    assert ms(reading.look().parts) == {"ours": 2, "server": 900, "first": 21}
    assert reading.pace.characters == {"writing": 5}


def test_until_the_first_token_is_what_the_transcript_says() -> None:
    tape = Tape().answered("One", " two")
    timing = replay(tape.events, chat.reduce).timing
    assert timing.first_token is not None
    assert timing.head is not None
    assert tape.spent()["first"] * MS == timing.first_token - timing.head


def test_a_run_that_goes_on() -> None:
    tape = Tape().fact("request").after(40).fact("head")
    reading = tape.read()
    assert ms(reading.look(90 * MS).parts) == {"server": 40, "first": 50}
    assert ms(reading.look(95 * MS).parts) == {"server": 40, "first": 55}
    reading.recording.append(Tape().after(100).chunked(content="Hi").events)
    assert reading.behind
    assert reading.step(FOREVER)
    assert ms(reading.look(110 * MS).parts) == {"server": 40, "first": 60, "writing": 10}
    assert reading.look(120 * MS).parts[2].number == 2


def test_what_comes_after_the_end_is_nobodys_time() -> None:
    tape = Tape().after(5).fact("ended").after(9999).fact("deleted")
    assert tape.spent() == {"ours": 5}


# How it streamed.


def test_gaps_are_those_between_neighbours_of_a_stream() -> None:
    tape = Tape().fact("request").after(900).fact("head").after(50).chunked(content="a")
    for gap in (1, 3, 3, 40):
        tape.after(gap).chunked(content="b")
    tape.after(700).fact("eof").after(80).chunked(content="late")
    pace = tape.read().pace
    assert pace.gaps.count == 4
    assert pace.gaps.quantile(0.5) == 3 * MS
    assert (pace.gaps.most, tape.events[pace.gaps.where].t) == (40 * MS, 997 * MS)
    assert {(bar.begin, bar.gaps) for bar in pace.bars() if bar.gaps} == {
        (MS, 1), (2 * MS, 2), (20 * MS, 1),
    }  # fmt: skip
    assert [bar.end for bar in pace.bars()[:-1]] == [bar.begin for bar in pace.bars()[1:]]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=80))
def test_every_gap_is_in_the_bar_of_its_length(gaps: list[int]) -> None:
    pace, t = Pace(), 0
    pace.take(0, Event(0, SSE, b""), None, 0)
    for number, gap in enumerate(gaps, 1):
        t += gap
        pace.take(number, Event(t, SSE, b""), None, 0)
    for bar in pace.bars():
        inside = [one for one in gaps if bar.begin <= one and (bar.end is None or one < bar.end)]
        assert bar.gaps == len(inside)
        assert bar.number == -1 or gaps[bar.number - 1] in inside


@given(st.lists(st.sampled_from([1, 2, 30, 49, 50, 51, 400, 2000]), min_size=1, max_size=60))
def test_stalls_by_the_rule(gaps: list[int]) -> None:
    tape = Tape().chunked(content="a")
    for gap in gaps:
        tape.after(gap).chunked(content="b")
    pace = tape.read().pace
    median = statistics.median_low(gaps) * MS
    wanted = [one * MS for one in gaps if one * MS >= max(STALL_NS, 10 * median)]
    assert [stall.gap for stall in pace.stalls()] == sorted(wanted, reverse=True)
    for stall in pace.stalls():
        assert gaps[stall.number - 1] * MS == stall.gap


def test_of_very_many_stalls_the_longest_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "STALLS", 3)
    tape = Tape().chunked(content="a")
    for gap in (1, 1, 1, 1, 1, 1, 1, 500, 100, 900, 300, 200):
        tape.after(gap).chunked(content="b")
    assert [stall.gap // MS for stall in tape.read().pace.stalls()] == [900, 500, 300]


def test_chunks_events_and_tokens() -> None:
    tape = Tape().fact("request").after(1).fact("head").after(1)
    for events in (1, 4, 2):
        tape.after(5)
        for _ in range(events):
            tape.chunked(content="word")
    tape.raw(b": keepalive\n\n").fact("eof")
    pace = tape.read().pace
    assert (pace.chunks.count, pace.chunks.total, pace.chunks.most) == (3, 8, 4)
    assert tape.events[pace.chunks.where].chunk == tape.events[3].chunk
    assert pace.sizes.total == pace.heaps.total == sum(len(e.raw) for e in tape.events[2:-1])
    assert (pace.tokens, pace.total) == (7, 28)


def test_chunks_of_two_attempts_are_not_one() -> None:
    tape = Tape().chunked(content="a")
    tape.attempt = 1
    assert tape.chunked(content="b").fact("eof").read().pace.chunks.count == 2


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(DOINGS), st.integers(0, 9))),
    st.integers(1, 10**11),
)
def test_no_character_is_lost_over_time(rows: list[tuple[int, Doing, int]], width: int) -> None:
    moments, t = pacing.Moments(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pacing, "_MOMENTS", 8)
        for number, (gap, doing, characters) in enumerate(rows):
            t += gap
            moments.add(t, doing, characters, number)
        assert len(moments._rows) <= 8
        seen, span = moments.look(width), moments.span
    assert sum(one.total for one in seen) == sum(row[2] for row in rows)
    assert sum(one.events for one in seen) == len(rows)
    assert [one.end for one in seen[:-1]] == [one.begin for one in seen[1:]]
    assert len({one.end - one.begin for one in seen}) <= 1
    if rows:
        assert span is not None
        assert span[0] <= rows[0][0] and t < span[1]
        assert seen[0].begin <= span[0] and span[1] <= seen[-1].end
        assert seen[0].number == 0
        assert seen[-1].end > t >= seen[-1].begin


def test_reading_in_small_steps_reads_the_same() -> None:
    tape = Tape().answered(*["word"] * 500).fact("drawn", frames=3, p50_ms=8.5).fact("ended")
    whole = tape.read()
    ticks = iter(range(1_000_000))
    slow = Reading(Recording(tape.events), chat.reduce, clock=lambda: next(ticks))
    steps = 0
    while not slow.step(1):
        adds_up(slow.look(10**15), None)
        steps += 1
    assert steps > 10
    assert slow.look() == whole.look()
    assert slow.pace.bars() == whole.pace.bars()
    assert slow.pace.moments.look(MS) == whole.pace.moments.look(MS)
    assert slow.drawn == whole.drawn == {"frames": 3, "p50_ms": 8.5}


def test_text_that_is_replaced_counts_what_it_has_more() -> None:
    tape = Tape().typed("response.output_text.delta", item_id="m", output_index=0, delta="Hallo")
    part = {"type": "output_text", "text": "Hello there"}
    item = {"id": "m", "type": "message", "role": "assistant", "content": [part]}
    tape.typed("response.output_text.delta", item_id="m", output_index=0, delta="!")
    tape.typed("response.output_item.done", output_index=0, item=item)
    tape.typed("response.output_text.delta", item_id="n", output_index=1, delta="ab")
    assert tape.read(responses.reduce).pace.characters == {"writing": 8}
