"""All lanes of a run: each thing that there is in its own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.core.recording import Event
from playground.engine.timeline import Course, timeline
from playground.engine.timeline_bars import Timeline
from tests.endpoints.chat_streams import chunk
from tests.engine.timelines import MS, Tape, approved, lane, spans, whole


def full(tape: Tape) -> Timeline:
    return timeline(tape.run, full=True)


def test_every_thing_has_a_lane() -> None:
    tape = Tape().ask().say(chunk(reasoning_content="Two cities.")).call("get_weather", city="Oslo")
    approved(tape.called())
    tape.tool("tool.ended", state="done").tool("tool.result", output="12 °C", ok=True, state="done")
    found = full(tape.ask().answer("Cold."))
    assert [one.name for one in found.lanes] == [
        "request",
        "network",
        "reasoning",
        "text",
        "demo › get_weather",
        "approval",
        "our steps",
    ]
    assert [one.name for one in found.lanes if one.traffic] == ["network"]
    assert spans(found, "request") == [("network", 10, 20), ("network", 120, 130)]
    assert spans(found, "network") == [("receiving", 20, 60), ("receiving", 130, 160)]
    assert spans(found, "reasoning") == [("reasoning", 30, 40)]
    assert spans(found, "text") == [("writing", 140, 150)]
    # Written, to be approved, run: all that became of a call stands in one lane.
    assert spans(found, "demo › get_weather") == [
        ("arguments", 40, 50),
        ("waiting", 70, 80),
        ("running", 90, 100),
    ]
    assert spans(found, "approval") == [("person", 70, 80)]
    assert spans(found, "our steps") == [("step", 110, 110)]
    keys = {bar.key for bar in lane(found, "demo › get_weather").bars}
    assert keys == {tape.run.transcript.tool_calls[0].key}


def test_a_call_that_nobody_ran_is_seen() -> None:
    found = full(Tape().ask().call("get_weather", city="Oslo").called().fact("ended"))
    (bar,) = lane(found, "demo › get_weather").bars
    assert (bar.kind, bar.label, bar.detail) == (
        "arguments",
        "demo › get_weather: arguments",
        "Oslo",
    )


def test_a_call_known_by_its_id_only_is_not_seen_twice() -> None:
    tape = Tape().ask().call("get_weather", city="Oslo").called()
    tape.fact("tool.asked", call_id="call_00", tool="demo › get_weather")
    found = full(tape)
    assert [one.name for one in found.lanes if "weather" in one.name] == ["demo › get_weather"]
    assert [bar.kind for bar in lane(found, "demo › get_weather").bars] == ["arguments", "waiting"]


def test_a_tool_may_be_called_like_a_lane() -> None:
    found = full(Tape().ask().call("network").called())
    names = [one.name for one in found.lanes]
    assert names == ["request", "network", "network (2)"]
    assert [bar.kind for bar in lane(found, "network (2)").bars] == ["arguments"]


def test_retries_failures_and_the_end_are_marked() -> None:
    tape = Tape().ask(429, "Too Many Requests").fact("eof")
    tape.fact("retry", after=0.5, why="429 Too Many Requests")
    tape.fact("request").fact("head", status=200, reason="OK", headers=[])
    tape.fact("cut", problem={"title": "The connection broke."}).fact("stopped")
    found = full(tape)
    assert [(mark.kind, mark.t // MS, mark.label) for mark in found.marks] == [
        ("failed", 20, "429 Too Many Requests"),
        ("retry", 40, "Trying again: 429 Too Many Requests"),
        ("failed", 70, "The connection broke."),
        ("stopped", 80, "Stopped"),
    ]
    kinds = tape.run.recording.kinds
    assert [kinds[mark.event] for mark in found.marks] == ["head", "retry", "cut", "stopped"]
    # What was waited for here is our step, and an answer that broke is none of the requests'.
    assert spans(found, "request") == [("failed", 10, 20), ("network", 50, 60)]
    assert spans(found, "network") == [
        ("receiving", 20, 30),
        ("receiving", 60, 70),
        ("failed", 70, 70),
    ]
    assert spans(found, "our steps") == [("idle", 40, 50), ("step", 80, 80)]


def test_a_request_that_got_no_answer_failed() -> None:
    tape = Tape().fact("request").fact("failed", problem={"title": "Nothing listens there."})
    found = full(tape.fact("ended"))
    (bar,) = lane(found, "request").bars
    assert (bar.kind, bar.detail) == ("failed", "Nothing listens there.")
    assert [mark.label for mark in found.marks] == ["Nothing listens there."]


def test_what_we_said_and_refused_are_steps_of_ours() -> None:
    tape = Tape().ask().say(chunk(content="{"), chunk("stop")).fact("eof")
    tape.fact("said", role="user", text="That does not hold.")
    tape.fact("limited", why="steps", words="10 steps are allowed.").fact("ended")
    steps = lane(full(tape), "our steps").bars
    assert [(bar.label, bar.detail) for bar in steps] == [
        ("Asked again", "That does not hold."),
        ("No further request", "10 steps are allowed."),
    ]


def test_bars_know_the_fact_that_began_them() -> None:
    tape = whole()
    recording = tape.run.recording
    bars = [bar for one in full(tape).lanes for bar in one.bars if bar.event >= 0]
    assert {(bar.kind, recording.kinds[bar.event]) for bar in bars} == {
        ("network", "request"),
        ("receiving", "head"),
        ("paused", "paused"),
        ("waiting", "tool.asked"),
        ("running", "tool.started"),
        ("person", "paused"),
        ("person", "tool.asked"),
        ("step", "tool.result"),
    }
    assert all(recording.times[bar.event] == bar.begin for bar in bars)


def test_a_fact_that_says_nonsense_breaks_nothing() -> None:
    tape = Tape().ask()
    for kind in ("head", "retry", "cut", "tool.asked", "paused", "said", "limited", "starting"):
        tape.t += MS
        tape.run.recording.append([Event(tape.t, kind, b"[1, 2")])
    assert full(tape).end_ns == tape.t


def test_a_stream_without_a_head_is_seen_too() -> None:
    tape = Tape(running=False).say(chunk(content="Hello."), chunk("stop"))
    found = full(tape)
    assert spans(found, "network") == [("receiving", 10, 20)]
    assert [one.name for one in found.lanes] == ["network", "text"]


@given(count=st.integers(0, 30))
def test_bars_of_a_lane_never_overlap(count: int) -> None:
    run = Tape().run
    run.take(whole().run.recording.events[:count])
    for one in timeline(run, full=True).lanes:
        for before, after in zip(one.bars, one.bars[1:], strict=False):
            assert before.end is not None
            assert before.end <= after.begin


def test_a_long_recording_is_read_in_slices() -> None:
    tape = Tape().ask()
    tape.run.recording.append(tape.run.recording[:] * 5_000)
    clock = iter(range(10**6))
    course = Course(tape.run, full=True, clock=lambda: next(clock))
    read: list[int] = []
    while not course.step(budget=1):
        read.append(course.read)
    assert len(read) > 1
    assert course.read == len(tape.run.recording)


def test_times_out_of_order_are_drawn_as_they_are() -> None:
    """A file may say anything."""
    tape = Tape().ask()
    tape.t = 5 * MS
    found = full(tape.answer("Hello."))
    assert {one.name for one in found.lanes} == {"request", "network", "text"}
