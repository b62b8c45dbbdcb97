"""The index of the event list: names of types, filters in slices, stalls."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from playground.core.recording import BODY, REST, SSE, Event, Recording, fact
from playground.core.session import Run
from playground.ui.widgets.eventflags import FLAGS, WRONG
from playground.ui.widgets.eventindex import STALL_NS, EventIndex, Query, TypeCount
from playground.ui.widgets.eventkinds import KNOWN, groups_of, is_known, name_of, tone_of
from playground.ui.widgets.eventrow import Summary, summary
from playground.ui.widgets.eventwalk import next_event


def sse(raw: bytes) -> Event:
    return Event(0, SSE, raw)


def index_of(run: Run) -> EventIndex:
    index = EventIndex(run.recording, run.transcript.misread)
    finish(index)
    return index


def finish(index: EventIndex) -> None:
    assert index.step(10**12)
    assert not index.behind


def rows(index: EventIndex) -> list[int]:
    return [index.number(row) for row in range(len(index))]


def found(run: Run, query: Query) -> list[int]:
    index = index_of(run)
    index.narrow(query)
    finish(index)
    return rows(index)


# Names of types.


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"event: response.created\ndata: {}\n\n", "response.created"),
        (b"event:response.created\r\ndata: {}\r\n\r\n", "response.created"),
        (b'data: {"type":"response.queued"}\n\n', "response.queued"),
        (b'data:{ "type" : "response.queued"}\n\n', "response.queued"),
        (b'data: {"item":{"type":"message"},"type":"response.queued"}\n\n', "response.queued"),
        (b'data: {"type":"a","x":\ndata: 1}\nevent: b\n\n', "a"),
        (b": ping\n\n", "comment"),
        (b"id: 7\n\n", "no data"),
        (b"\n", "no data"),
        (b"data: [DONE]\n\n", "[DONE]"),
        (b"data:  [DONE]\n\n", "[DONE]"),
        (b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n', "chunk · content"),
        (b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n', "chunk · content"),
        (b'data: {"choices":[{"delta":{"content":null,"reasoning":"x"}}]}', "chunk · reasoning"),
        (b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}', "chunk · role"),
        (b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}', "chunk · finish"),
        (b'data: {"choices":[],"usage":{"prompt_tokens":1}}', "chunk · usage"),
        (b'data: {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}', "chunk · tool_calls"),
        (b'data: {"choices":[{"index":0,"text":"x","finish_reason":null}]}', "chunk · text"),
        (b'data: {"choices":[{"index":0,"text":"","finish_reason":"stop"}]}', "chunk · finish"),
        (b'data: {"choices":[]}', "chunk · empty"),
        (
            # What a text says is no key: its quotes are escaped.
            b'data: {"choices":[{"delta":{"content":"\\"tool_calls\\":[{"}}]}',
            "chunk · content",
        ),
        (b'data: {"error":{"message":"no"}}\n\n', "error"),
        (b'data: {"message":1,"error":"no"}\n\n', "error"),
        (b"data: [1, 2]\n\n", "unnamed"),
        (b"data: {oops\n\n", "unnamed"),
        (b'data: {"type":"response.outp', "unnamed"),
        (
            b'data: {"n":1,"type":"response.output_text.delta","delta":',
            "response.output_text.delta",
        ),
        (b"\xff\xfe\n\n", "no data"),
    ],
)
def test_an_event_is_named_by_what_it_is(raw: bytes, name: str) -> None:
    assert name_of(sse(raw)) == name


def test_what_is_no_stream_goes_by_its_kind() -> None:
    assert name_of(Event(0, BODY, b"<html>")) == "body"
    assert name_of(Event(0, "retry", b"{}")) == "retry"
    assert name_of(Event(0, REST, b"event: response.queued\nda")) == "response.queued"


def test_a_huge_event_is_named_without_reading_it() -> None:
    text = b'{"x":"' + b"a" * 200_000 + b'"}'
    assert name_of(sse(b"event: response.completed\ndata: " + text)) == "response.completed"
    assert name_of(sse(b'id: 1\ndata: {"type":"response.failed","x":' + text)) == "response.failed"
    assert name_of(sse(b"id: 1\ndata: " + text)) == "unnamed"


def test_the_fast_way_and_the_exact_way_agree(each_run: Run) -> None:
    index = index_of(each_run)
    names = [name_of(event) for event in each_run.recording]
    assert [index.name(number) for number in range(index.read)] == names
    assert {one.name: one.events for one in index.counts()} == Counter(names)


def test_known_types_are_those_of_the_api() -> None:
    assert len(KNOWN) == 59
    assert is_known(SSE, "response.output_text.delta")
    assert is_known(SSE, "chunk · content")
    assert is_known("retry", "retry")
    assert not is_known(SSE, "response.sparkle.delta")
    assert not is_known(SSE, "unnamed")


@pytest.mark.parametrize(
    ("kind", "name", "tone"),
    [
        (SSE, "response.output_text.delta", "text"),
        (SSE, "response.reasoning_summary_text.delta", "reasoning"),
        (SSE, "chunk · reasoning", "reasoning"),
        (SSE, "response.function_call_arguments.delta", "tool"),
        (SSE, "chunk · tool_calls", "tool"),
        (SSE, "response.completed", "ok"),
        (SSE, "response.incomplete", "warn"),
        (SSE, "response.failed", "error"),
        ("request", "request", "ours"),
        ("retry", "retry", "warn"),
        ("cut", "cut", "error"),
    ],
)
def test_each_kind_has_its_tone(kind: str, name: str, tone: str) -> None:
    assert tone_of(kind, name) == tone


def test_more_types_than_a_byte_can_tell_apart() -> None:
    events = [sse(b'data: {"type":"type.%d"}\n\n' % at) for at in range(400)]
    index = EventIndex(Recording(events), {})
    finish(index)
    assert [index.name(at) for at in (0, 254, 255, 399)] == [
        "type.0", "type.254", "type.255", "type.399",
    ]  # fmt: skip
    assert index.counts()[0] == TypeCount("", "", 400 - 255)
    index.narrow(Query(types=frozenset(("",))))
    finish(index)
    assert rows(index) == list(range(255, 400))


def test_a_server_that_names_every_event_anew_does_not_grow_the_index() -> None:
    events = [sse(b"event: name.%d\ndata: {}\n\n" % at) for at in range(5_000)]
    index = EventIndex(Recording(events), {})
    finish(index)
    assert index.name(4_999) == "name.4999"
    assert len(index.counts()) == 256


# Summaries.


def test_a_row_says_what_the_event_changed(typed: Callable[..., Run]) -> None:
    run = typed()
    index = index_of(run)
    said = {
        index.name(number): summary(event, index.name(number))
        for number, event in enumerate(run.recording)
    }
    assert said["request"].delta == "POST https://api.openai.com/v1/responses"
    assert said["head"].delta.startswith("200 OK · text/event-stream")
    assert said["response.function_call_arguments.delta"] == Summary("fc_02", "}")
    assert said["response.function_call_arguments.done"] == Summary("fc_02", "")
    assert said["response.completed"] == Summary("resp_8f2c", "812 / 96")


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("connection", {"host": "::1", "port": 443, "reused": False, "tls": "TLSv1.3"},
         "::1:443 · new · TLSv1.3"),
        ("connection", {"host": "here", "reused": True, "tls": None}, "here · was open"),
        ("drawn", {"frames": 12, "p50_ms": 23.6, "max_ms": 80.0}, "12 frames · half within 24 ms"),
        ("drawn", {"frames": 0, "p50_ms": 10**400}, "0 frames"),
        ("tool.asked", {"call_id": "call_1", "item": "0:1", "tool": "demo › get_weather"},
         "demo › get_weather"),
        ("approval", {"call_id": "call_1", "decision": "approve", "scope": "once",
                      "arguments": "{}"}, "approve · once · edited"),
        ("tool.ended", {"call_id": "call_1", "state": "done", "ms": 354.7}, "done · 355 ms"),
        ("tool.result", {"call_id": "call_1", "output": "12 °C", "ok": True}, "12 °C"),
        ("resumed", {"place": "on_call", "by": "step", "edited": True}, "on_call · step · edited"),
    ],
)  # fmt: skip
def test_what_is_done_here_is_said_in_words(kind: str, data: dict[str, Any], said: str) -> None:
    event = fact(0, kind, data)
    assert summary(event, name_of(event)).delta == said


def test_an_added_item_has_the_tone_of_its_type(typed: Callable[..., Run]) -> None:
    run = typed()
    tones = [
        summary(event, name_of(event)).tone
        for event in run.recording
        if name_of(event) == "response.output_item.added"
    ]
    assert tones == ["reasoning", "tool", "text"]


@pytest.mark.parametrize(
    "data",
    [
        None, [], 3, {"item": 5}, {"response": {"usage": 3}}, {"delta": {"a": 1}}, {"part": []},
        {"choices": {}}, {"choices": [None]}, {"choices": [{"delta": 4}]},
        {"choices": [{"delta": {"tool_calls": [3]}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": "f", "index": 1e400}]}}]},
        {"error": []}, {"error": None}, {"problem": 3, "headers": [[1], 2, ["a", "b"]]},
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "kind", [SSE, "head", "failed", "retry", "estimate", "approval", "connection", "drawn"]
)
def test_nonsense_makes_a_plain_row(data: Any, kind: str) -> None:
    text = json.dumps(data).encode()
    event = Event(0, kind, b"data: " + text + b"\n\n" if kind == SSE else text)
    assert isinstance(summary(event, name_of(event)), Summary)


def test_a_huge_answer_still_says_its_tokens() -> None:
    filler = "a" * 200_000
    usage = {"input_tokens": 7, "output_tokens": 9}
    data = {"type": "response.completed", "response": {"output": filler, "usage": usage}}
    raw = b"event: response.completed\ndata: " + json.dumps(data).encode() + b"\n\n"
    assert summary(sse(raw), "response.completed").delta == "7 / 9"


# Filters.


def test_text_is_found_in_types_and_bytes(typed: Callable[..., Run]) -> None:
    run = typed()
    events = list(run.recording)
    by_type = found(run, Query(text="arguments"))
    assert by_type == [n for n, event in enumerate(events) if b"arguments" in event.raw]
    assert found(run, Query(text="ended")) == [len(events) - 1]  # a kind is nowhere in the bytes
    assert found(run, Query(text="zebra")) == []


def test_small_letters_find_capitals_and_capitals_only_themselves(
    typed: Callable[..., Run],
) -> None:
    run = typed()
    oslo = [n for n, event in enumerate(run.recording) if b"Oslo" in event.raw]
    assert oslo
    assert found(run, Query(text="oslo")) == oslo
    assert found(run, Query(text="Oslo")) == oslo
    assert found(run, Query(text="OSLO")) == []


@pytest.mark.parametrize("ascii_only", [True, False])
def test_text_is_found_however_the_server_escapes_it(ascii_only: bool) -> None:
    data = json.dumps({"delta": 'He said "Ångström" — 東京'}, ensure_ascii=ascii_only)
    run_events = [sse(b"data: {}\n\n"), sse(b"data: " + data.encode() + b"\n\n")]
    index = EventIndex(Recording(run_events), {})
    for text in ('"Ång', "東京", "said"):
        index.narrow(Query(text=text))
        finish(index)
        assert rows(index) == [1], text


def test_types_flags_and_text_narrow_together(broken: Run) -> None:
    index = index_of(broken)
    assert index.flagged == 3
    wrong = sorted(broken.transcript.misread)
    unknown = [n for n in range(index.read) if not index.known(n)]
    assert found(broken, Query(flags=WRONG)) == sorted({*wrong, *unknown})
    delta = frozenset(("response.output_text.delta",))
    typed_only = found(broken, Query(types=delta))
    assert typed_only == [n for n in range(index.read) if index.name(n) in delta]
    assert found(broken, Query(types=delta, flags=WRONG)) == wrong[:1]
    assert found(broken, Query(types=delta, text="stall")) == typed_only[-1:]


def test_a_matcher_stands_in_for_text(broken: Run) -> None:
    matches = re.compile(rb"sp.rkle").search
    query = Query(matches=lambda raw: matches(raw) is not None)
    assert found(broken, query) == [13]


class Ticking:
    """A clock that moves by 1 ms whenever it is read."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1_000_000
        return self.now


def test_work_is_done_in_slices(long_run: Callable[[int], Run]) -> None:
    run = long_run(5_000)
    index = EventIndex(run.recording, {}, Ticking())
    query = Query(text="word976")
    index.narrow(query)
    seen: list[float] = []
    while not index.step(3_000_000):
        seen.append(index.progress)
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert rows(index) == [n for n, e in enumerate(run.recording) if b"word976" in e.raw]


def test_every_step_gets_on_even_without_time(long_run: Callable[[int], Run]) -> None:
    index = EventIndex(long_run(3_000).recording, {})
    index.narrow(Query(text="word"))
    steps = 0
    while not index.step(0):
        steps += 1
    assert 3 < steps < 20
    assert len(index) == 3_000


def test_what_comes_later_is_filtered_too(long_run: Callable[[int], Run]) -> None:
    run = long_run(2_000)
    index = index_of(run)
    index.narrow(Query(text='word5"'))
    finish(index)
    before = rows(index)
    run.take(long_run(1_000).recording)
    assert index.behind
    finish(index)
    assert rows(index) == [*before, 2_005, 2_982]


def test_rows_and_numbers_belong_together(typed: Callable[..., Run]) -> None:
    index = index_of(typed())
    assert (index.number(7), index.row(7), index.shows(7)) == (7, 7, True)
    index.narrow(Query(text="fc_02"))
    finish(index)
    for row in range(len(index)):
        assert index.row(index.number(row)) == row
    first = index.number(0)
    assert index.shows(first)
    assert not index.shows(first - 1)
    assert index.row(first - 1) == 0


def test_slow_work_is_done_in_short_blocks(long_run: Callable[[int], Run]) -> None:
    """A clock by which every event takes 10 ms to search: the next look at it comes soon."""
    run = long_run(1_000)
    searched: list[bytes] = []

    def slow(raw: bytes) -> bool:
        searched.append(raw)
        return True

    index = EventIndex(run.recording, {}, lambda: 10_000_000 * len(searched))
    finish(index)
    index.narrow(Query(matches=slow))
    before, done = 0, []
    while not index.step(20_000_000):
        done.append(len(searched) - before)
        before = len(searched)
    assert len(searched) == 1_000
    assert max(done[8:]) <= 2


def test_types_can_be_left_out(typed: Callable[..., Run]) -> None:
    run = typed()
    hidden = frozenset(("response.output_text.delta", "head"))
    index = index_of(run)
    assert found(run, Query(hidden=hidden)) == [
        n for n in range(index.read) if index.name(n) not in hidden
    ]
    ours = found(run, Query(ours=True))
    assert [run.recording.kinds[n] for n in ours] == ["request", "head", "eof", "ended"]
    assert found(run, Query(ours=True, hidden=hidden)) == [ours[0], *ours[2:]]


def flawed() -> EventIndex:
    """One event of every flag, and one of two."""
    events = [
        sse(b'data: {"type":"response.created"}\n\n'),
        sse(b'data: {"type":"response.cre\n\n'),
        sse(b'data: {"type":"response.completed","response":3}\n\n'),
        sse(b'data: {"type":"response.sparkle"}\n\n'),
        sse(b'data: {"type":"response.queued"}\n\n'),
        sse(b'data: {"type":"response.queued","key":"****"}\n\n')._replace(masked=True),
        sse(b'data: {"type":"response.sparkle"}\n\n'),
    ]
    index = EventIndex(
        Recording(events),
        {1: "cut", 2: "TypeError: 3"},
        repaired={4: "An index was missing.", 6: "An id was made up."},
    )
    finish(index)
    return index


def test_every_flag_has_its_reason_and_can_be_shown_alone() -> None:
    index = flawed()
    assert [[one.flag for one in index.remarks(n)] for n in range(7)] == [
        [], ["malformed"], ["misread"], ["unknown"], ["repaired"], ["masked"],
        ["unknown", "repaired"],
    ]  # fmt: skip
    assert index.flag_counts == {
        "malformed": 1, "misread": 1, "unknown": 2, "repaired": 2, "masked": 1,
    }  # fmt: skip
    assert index.flagged == 5
    assert "TypeError: 3" in index.remarks(2)[0].sentence
    assert "An index was missing." in index.remarks(4)[0].sentence
    shown: dict[str, list[int]] = {}
    for flag in FLAGS:
        index.narrow(Query(flags=frozenset((flag,))))
        finish(index)
        shown[flag] = rows(index)
    assert shown == {
        "malformed": [1], "misread": [2], "unknown": [3, 6], "repaired": [4, 6], "masked": [5],
    }  # fmt: skip


def test_one_goes_from_flag_to_flag() -> None:
    index = flawed()
    seen, at = [], -1
    for _ in range(6):
        found = next_event(index, "flagged", at)
        assert found is not None
        seen.append(at := found)
    assert seen == [1, 2, 3, 4, 6, 1]
    assert next_event(index, "flagged", 1, back=True) == 6
    assert next_event(index, "flagged", 6, back=True) == 4
    index.narrow(Query(text="queued"))
    finish(index)
    assert next_event(index, "flagged", 0) == 4
    index.narrow(Query(text="nothing"))
    finish(index)
    assert next_event(index, "flagged", 0) is None


def test_pins_are_kept_in_order_and_can_be_shown_alone(typed: Callable[..., Run]) -> None:
    pins: list[int] = []
    index = EventIndex(typed().recording, {}, pins=pins)
    finish(index)
    for number in (9, 3, 30, 3, 17):
        index.pin(number, True)
    index.pin(17, False)
    index.pin(18, False)
    assert pins == [3, 9, 30]
    index.narrow(Query(pinned=True, hidden=frozenset((index.name(9),))))
    finish(index)
    assert rows(index) == [n for n in (3, 30) if index.name(n) != index.name(9)]
    index.narrow(Query())
    assert [next_event(index, "pin", n) for n in (0, 3, 30)] == [3, 9, 3]
    assert next_event(index, "pin", 9, back=True) == 3


def test_only_what_belongs_together(long_run: Callable[[int], Run]) -> None:
    """It is asked for in few events at once, and each only once."""
    asked: list[range] = []

    def among(start: int, stop: int) -> list[int]:
        asked.append(range(start, stop))
        return [number for number in range(start, stop) if number % 100 == 7]

    run = long_run(2_000)
    index = EventIndex(run.recording, {}, Ticking())
    index.narrow(Query(among=among, text="word7"))
    finish(index)
    assert rows(index) == [n for n in range(7, 2_000, 100) if str(n % 977).startswith("7")]
    assert [n for block in asked for n in block] == list(range(2_000))


def test_what_is_looked_for_narrows_nothing(long_run: Callable[[int], Run]) -> None:
    run = long_run(3_000)
    index = index_of(run)
    index.find(Query(text='word5"'))
    assert len(index) == 3_000
    finish(index)
    assert len(index) == 3_000
    assert index.hits is not None
    assert list(index.hits.numbers) == [5, 982, 1_959, 2_936]
    assert index.hits.after(5) == 982
    assert index.hits.before(5) is None
    assert index.hits.before(983) == 982
    assert 982 in index.hits
    assert 983 not in index.hits
    assert index.found is index.hits


@pytest.mark.parametrize(
    ("text", "shown", "places"),
    [
        ("oslo", "Oslo, oslo", [(0, 4), (6, 10)]),
        ("Oslo", "Oslo, oslo", [(0, 4)]),
        ("aa", "aaaa", [(0, 2), (2, 4)]),
        ("", "aaaa", []),
    ],
)
def test_matches_are_marked_where_they_stand(
    text: str, shown: str, places: list[tuple[int, int]]
) -> None:
    assert Query(text=text).found(shown) == places


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("response.created", ("response.*",)),
        ("response.output_text.delta", ("response.*", "output_text.*")),
        ("response.output_text.annotation.added", ("response.*", "output_text.*")),
        ("response.function_call_arguments.delta", ("tools", "function_call_arguments.*")),
        ("response.mcp_list_tools.failed", ("tools", "mcp_list_tools.*")),
        ("chunk · content", ("chunk",)),
        ("[DONE]", ("others",)),
        ("response", ("others",)),
        ("error", ("others",)),
    ],
)
def test_types_stand_in_groups(name: str, groups: tuple[str, ...]) -> None:
    assert groups_of(SSE, name) == groups
    assert groups_of("request", name) == ("noted by Playground",)


# Stalls.


def test_a_stall_is_long_by_itself_and_beside_the_others(tape: Any) -> None:
    tape.request("responses", {}).after(900).head()
    for _ in range(50):
        tape.after(2).typed("response.output_text.delta", delta="a")
    tape.after(45).typed("response.output_text.delta", delta="slow, but under 50 ms")
    tape.after(60).typed("response.output_text.delta", delta="a stall")
    tape.after(5_000).fact("ended")
    index = EventIndex(Recording(tape.events), {})
    finish(index)
    assert index.median == 2_000_000
    stalls = [number for number in range(index.read) if index.stalled(number)]
    # Waiting for the head, or for our own word that it is over, is no stall of the stream.
    assert [index.gap(number) for number in stalls] == [60_000_000]
    assert index.stalls == stalls
    assert next_event(index, "stall", 0) == stalls[0] == next_event(index, "stall", stalls[0])


def test_a_stream_that_is_always_slow_has_no_stalls(tape: Any) -> None:
    for _ in range(50):
        tape.after(200).typed("response.output_text.delta", delta="a")
    index = EventIndex(Recording(tape.events), {})
    finish(index)
    assert index.median == 200_000_000 > STALL_NS
    assert not any(index.stalled(number) for number in range(index.read))
    assert index.stalls == []
    assert next_event(index, "stall", 0) is None


def test_a_chunk_of_the_older_completions_says_its_text() -> None:
    raw = b'data: {"choices":[{"index":1,"text":" and so on","finish_reason":null}]}\n\n'
    assert summary(sse(raw), name_of(sse(raw))) == Summary("message · choice 1", " and so on")
