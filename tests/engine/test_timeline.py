"""The lanes of a run: when each part of it worked, waited and stood still."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.items import Text, ToolCall
from playground.engine.timeline import Course, timeline
from playground.engine.timeline_bars import Bar, Timeline
from playground.engine.timeline_facts import Facts
from tests.endpoints.chat_streams import chunk
from tests.engine.timelines import MS, Tape, approved, lane, spans, whole


def test_a_request_its_answer_and_nothing_else() -> None:
    found = timeline(Tape().ask().answer("Hello.").run)
    assert [one.name for one in found.lanes] == ["network", "model"]
    assert spans(found, "network") == [("network", 10, 20)]
    assert spans(found, "model") == [("writing", 30, 40)]
    assert found.end_ns == 60 * MS
    request = lane(found, "network").bars[0]
    assert (request.label, request.detail) == ("Request 1", "200 OK")


def test_a_call_waits_is_approved_and_runs() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").called()
    found = timeline(approved(tape).run)
    # asked at 60, approved at 70, started at 80
    assert spans(found, "demo › get_weather") == [("waiting", 60, 70), ("running", 80, None)]
    assert spans(found, "you") == [("person", 60, 70)]
    found = timeline(tape.tool("tool.ended", state="done", ms=10.0).run)
    bar = lane(found, "demo › get_weather").bars[-1]
    assert (bar.begin // MS, bar.end, bar.detail) == (80, 90 * MS, "Oslo")
    assert isinstance(tape.run.transcript.find(bar.key), ToolCall)
    assert lane(found, "model").bars[0].key == bar.key


def test_arguments_are_made_one_after_another() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").call("get_weather", 1, city="Rome")
    assert spans(timeline(tape.run), "model") == [("arguments", 30, 40), ("arguments", 40, None)]
    assert spans(timeline(tape.called().run), "model")[1] == ("arguments", 40, 50)


def test_calls_beside_each_other_have_lanes_of_their_own() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").call("get_weather", 1, city="Rome")
    approved(approved(tape.called()), 1)
    tape.tool("tool.ended", 1, state="done").tool("tool.ended", state="failed")
    found = timeline(tape.run)
    first, second = lane(found, "demo › get_weather"), lane(found, "demo › get_weather (2)")
    assert [bar.detail for bar in first.bars] == ["Oslo", "Oslo"]
    assert [bar.kind for bar in first.bars] == ["waiting", "failed"]
    assert [bar.detail for bar in second.bars] == ["Rome", "Rome"]
    assert [bar.kind for bar in second.bars] == ["waiting", "running"]


def test_a_later_call_of_the_same_tool_takes_the_lane_that_is_free() -> None:
    tape = approved(Tape().ask().call("get_weather", city="Oslo").called())
    tape.tool("tool.ended", state="done")
    tape.ask().call("get_weather", city="Rome").called()
    found = timeline(approved(tape).run)
    assert [one.name for one in found.lanes] == ["network", "model", "demo › get_weather", "you"]
    assert len(lane(found, "demo › get_weather").bars) == 4


def test_what_is_denied_or_never_could_run_is_still_seen() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").call("get_wether", 1).called()
    tape.tool("tool.asked", tool="demo › get_weather")
    tape.tool("approval", decision="reject", asked=True)
    tape.tool("tool.ended", state="denied")
    tape.tool("tool.ended", 1, state="failed")
    found = timeline(tape.run)
    assert [bar.kind for bar in lane(found, "demo › get_weather").bars] == ["waiting", "denied"]
    (never,) = lane(found, "get_wether").bars
    assert never.kind == "failed"
    assert never.begin == never.end


def test_whoever_sits_there_is_a_lane_too() -> None:
    tape = Tape().fact("paused", place="before_send").fact("resumed", place="before_send", by="go")
    tape.ask().call("get_stock_price", symbol="ORCH").called()
    tape.tool("approval", decision="approve", scope="once", asked=False)
    tape.tool("tool.started", mode="human")
    found = timeline(tape.run)
    assert spans(found, "you") == [("person", 10, 20), ("person", 90, None)]
    held, answers = lane(found, "you").bars
    assert (held.label, held.detail) == ("Paused", "before a request")
    assert answers.label == "demo › get_stock_price is to be answered"
    # An answer that says that it went wrong took somebody's time as well.
    found = timeline(tape.tool("tool.ended", state="failed").run)
    assert spans(found, "you")[-1] == ("person", 90, 100)


def test_a_person_waits_once_for_several_calls() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").call("get_weather", 1, city="Rome")
    tape.called().tool("tool.asked", tool="demo › get_weather")
    tape.tool("tool.asked", 1, tool="demo › get_weather")
    assert spans(timeline(tape.run), "you") == [("person", 70, None)]
    tape.tool("approval", decision="approve", asked=True)
    tape.tool("approval", 1, decision="approve", asked=True)
    assert spans(timeline(tape.run), "you") == [("person", 70, 100)]


def test_a_breakpoint_on_a_call() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").called()
    tape.tool("paused", place="on_call")
    found = timeline(tape.run)
    # Nobody has been asked yet: the title is that of the tool that is offered.
    assert spans(found, "demo › get_weather") == [("paused", 60, None)]
    assert lane(found, "you").bars[0].label == "Paused at demo › get_weather"
    tape.tool("resumed", place="on_call", by="step", arguments='{"city": "Rome"}')
    found = timeline(approved(tape).run)
    assert [bar.kind for bar in lane(found, "demo › get_weather").bars] == [
        "paused",
        "waiting",
        "running",
    ]
    assert lane(found, "demo › get_weather").bars[0].detail == "Rome"


@pytest.mark.parametrize("end", ["ended", "stopped", "interrupted"])
def test_nothing_goes_on_after_the_end(end: str) -> None:
    tape = approved(Tape().ask().call("get_weather", city="Oslo").called())
    found = timeline(tape.fact(end).run, now=tape.t + 1000 * MS)
    assert all(bar.end is not None for one in found.lanes for bar in one.bars)
    assert lane(found, "demo › get_weather").bars[-1].kind == "failed"
    assert found.end_ns == tape.t


def test_a_run_that_goes_on_ends_now() -> None:
    tape = Tape().ask()
    found = timeline(tape.run, now=500 * MS)
    assert found.end_ns == 500 * MS
    assert timeline(tape.run).end_ns == 20 * MS


def test_refused_tried_again_and_broken() -> None:
    tape = Tape().ask(429, "Too Many Requests")
    tape.fact("retry", after=0.5, why="429 Too Many Requests")
    tape.fact("request").fact("head", status=200, reason="OK", headers=[])
    tape.fact("cut", problem={"title": "The connection broke."}).fact("ended")
    bars = lane(timeline(tape.run), "network").bars
    assert [bar.kind for bar in bars] == ["failed", "idle", "network", "failed"]
    assert bars[1].detail == "429 Too Many Requests"
    assert bars[3].detail == "The connection broke."


def test_what_was_written_ends_with_the_answer_that_broke() -> None:
    tape = Tape().ask().say(chunk(content="Half of it"))
    tape.fact("cut", problem={"title": "The connection broke."})
    tape.fact("drawn").fact("ended")
    assert spans(timeline(tape.run), "model") == [("writing", 30, 40)]
    assert spans(timeline(tape.run, full=True), "text") == [("writing", 30, 40)]


def test_calls_of_the_run_before_are_linked_to_where_they_stand() -> None:
    tape = Tape()
    open_call = ToolCall(
        key="in:1", call_id="call_9", name="get_weather", arguments=Text('{"city": "Oslo"}')
    )
    tape.run.input.append(open_call)
    tape.fact("tool.asked", call_id="call_9", tool="demo › get_weather")
    (bar,) = lane(timeline(tape.run), "demo › get_weather").bars
    assert (bar.key, bar.detail) == ("in:1", "Oslo")


def test_a_run_that_was_not_sent_has_no_lanes() -> None:
    assert timeline(Tape(running=False).run) == Timeline([], 0)


@given(cuts=st.lists(st.integers(0, 40), max_size=6))
def test_looking_again_and_again_sees_what_one_look_sees(cuts: list[int]) -> None:
    events = whole().run.recording.events
    run = Tape().run
    course = Course(run)
    at = 0
    for cut in [*sorted(cuts), len(events)]:
        run.take(events[at:cut])
        at = max(cut, at)
        course.step()
        assert course.look() == timeline(run)


def test_bars_of_a_lane_never_overlap() -> None:
    events = whole().run.recording.events
    for count in range(len(events) + 1):
        run = Tape().run
        run.take(events[:count])
        for one in timeline(run).lanes:
            for before, after in zip(one.bars, one.bars[1:], strict=False):
                assert before.end is not None
                assert before.end <= after.begin


def test_events_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tape = Tape().ask()
    tape.say(*(chunk(content="word ") for _ in range(200)))
    course = Course(tape.run)
    course.step()
    taken: list[int] = []
    monkeypatch.setattr(Facts, "take", lambda _, number, event: taken.append(number))
    tape.say(chunk(content="more")).fact("eof")
    assert course.behind
    course.step()
    assert taken == [len(tape.run.recording) - 1]
    assert course.look().end_ns == tape.t


def test_how_long_a_bar_lasted() -> None:
    assert Bar("running", 10, 30, "x").lasted(99) == 20
    assert Bar("running", 10, None, "x").lasted(99) == 89
