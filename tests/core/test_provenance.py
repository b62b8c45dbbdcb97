"""Provenance: whose event a character is, by what the words mean, and tiling of every text."""

from __future__ import annotations

import json
from itertools import count

import pytest
from hypothesis import given, settings

from playground.core import provenance
from playground.core.provenance import Provenance, Span, common
from playground.core.recording import SSE, Event, Recording, fact
from playground.core.snapshot import snapshot
from playground.core.transcript import Reducer
from playground.endpoints import BY_ID
from tests.core.recordings import golden, made, states, texts
from tests.endpoints.chat_streams import call, choice, chunk, events
from tests.endpoints.responses_streams import added, done, event, item

RESPONSES, CHAT = BY_ID["responses"].reduce, BY_ID["chat"].reduce
FOREVER = 1 << 62


def traced(rows: list[Event], reduce: Reducer = CHAT) -> Provenance:
    found = Provenance(Recording(rows), reduce)
    assert found.step(FOREVER)
    return found


def blocks(*rows: object) -> list[Event]:
    """Events of a stream and nothing around them."""
    return [Event(at, SSE, f"data: {json.dumps(row)}\n\n".encode()) for at, row in enumerate(rows)]


def owners(rows: list[Event], reduce: Reducer) -> dict[tuple[str, str], list[int]]:
    """For each character of each text the first event from which on the text up to it has stood."""
    seen = [texts(state) for state in states(rows, reduce)]
    found = {}
    for place, final in seen[-1].items() if seen else ():
        standing, made_by = len(final), [0] * len(final)
        for number in range(len(seen) - 1, -1, -1):
            standing = min(standing, common(seen[number].get(place, ""), final))
            made_by[:standing] = [number] * standing
        found[place] = made_by
    return found


def asked(found: Provenance, wanted: dict[tuple[str, str], list[int]]) -> dict[object, list[int]]:
    return {
        place: [found.event(*place, at) or 0 for at in range(len(numbers))]
        for place, numbers in wanted.items()
    }


def tiles(found: Provenance) -> dict[tuple[str, str], list[Span]]:
    """All spans of all events, by field."""
    rows: dict[tuple[str, str], list[Span]] = {}
    for number in range(found.read):
        for span in found.spans(number):
            rows.setdefault((span.key, span.field), []).append(span)
            for at in (span.begin, span.end - 1):
                assert found.event(span.key, span.field, at) == number
    return rows


def check(rows: list[Event], reduce: Reducer) -> None:
    wanted, found = owners(rows, reduce), traced(rows, reduce)
    assert asked(found, wanted) == wanted
    spans = tiles(found)
    for place, numbers in wanted.items():
        ends = [0]
        for span in sorted(spans.pop(place, []), key=lambda span: span.begin):
            assert span.begin == ends[-1] < span.end
            ends.append(span.end)
        assert ends[-1] == len(numbers)
        assert found.event(*place, len(numbers)) is None
    assert not spans


@settings(max_examples=60, deadline=None)
@given(made())
def test_every_character_is_of_the_event_since_which_it_stands(
    run: tuple[Reducer, list[Event]],
) -> None:
    reduce, rows = run
    check(rows, reduce)


def test_the_same_of_recordings_that_there_are() -> None:
    for _, reduce, rows in golden():
        check(rows, reduce)


@settings(max_examples=20, deadline=None)
@given(made())
def test_what_an_event_changed_is_said_to_be_changed(run: tuple[Reducer, list[Event]]) -> None:
    reduce, rows = run
    found, before = traced(rows, reduce), {}
    for number, state in enumerate(states(rows, reduce)):
        now = {
            one["key"]: json.dumps({**one, "rev": 0}) for one in snapshot(state).get("items", ())
        }
        changed = {key for key in now if now[key] != before.get(key)}
        assert changed <= set(found.items(number))
        before = now
    for key in before:
        assert found.events(key) == [at for at in range(found.read) if key in found.items(at)]


@settings(max_examples=20, deadline=None)
@given(made())
def test_budgets_and_growth_change_nothing(run: tuple[Reducer, list[Event]]) -> None:
    reduce, rows = run
    whole = traced(rows, reduce)
    recording, ticks = Recording(rows[: len(rows) // 2]), count()
    slow = Provenance(recording, reduce, clock=lambda: next(ticks))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "PIECE", 3)
        slow.step(0)
        assert slow.read == min(3, len(recording))
        while not slow.step(0):
            pass
        recording.append(rows[len(rows) // 2 :])
        assert slow.behind == (len(rows) > len(rows) // 2)
        while not slow.step(1):
            pass
    assert tiles(slow) == tiles(whole)
    assert [slow.items(at) for at in range(len(rows))] == [
        whole.items(at) for at in range(len(rows))
    ]


def test_a_corrected_text_is_of_both_who_brought_it_and_who_corrected_it() -> None:
    at = {"item_id": "it_1", "output_index": 0, "content_index": 0}
    rows = blocks(
        added(item("message", content=[])),
        event("output_text.delta", **at, delta="Hello "),
        event("output_text.delta", **at, delta="wurld"),
        event("output_text.done", **at, text="Hello world!"),
    )
    found = traced(rows, RESPONSES)
    (key,) = found.items(1)
    assert found.spans(1) == [Span(key, "text", 0, 6)]
    assert found.spans(2) == [Span(key, "text", 6, 7)]
    assert found.spans(3) == [Span(key, "text", 7, 12)]
    assert [found.event(key, "text", at) for at in (0, 6, 7, 11, 12, -1)] == [
        1,
        2,
        3,
        3,
        None,
        None,
    ]


def test_an_event_that_repeats_what_was_there_made_nothing() -> None:
    at = {"item_id": "it_1", "output_index": 0, "content_index": 0}
    rows = blocks(
        added(item("message", content=[])),
        event("output_text.delta", **at, delta="Hi"),
        event("output_text.done", **at, text="Hi"),
        done(item("message")),
    )
    found = traced(rows, RESPONSES)
    (key,) = found.items(3)
    assert found.spans(2) == found.spans(3) == []
    assert found.events(key) == [0, 1, 2, 3]


def test_an_item_that_changes_its_kind_has_the_texts_of_the_new_one() -> None:
    said = event("output_text.delta", item_id="it_1", delta="Hm")  # nobody announced it
    rows = blocks(said, done(item("function_call")))
    found = traced(rows, RESPONSES)
    assert found.items(0) == found.items(1) == ("0:it_1",)
    assert found.event("0:it_1", "text", 0) is None and found.spans(0) == []
    assert found.spans(1) == [Span("0:it_1", "arguments", 0, 2)]
    thought = item("reasoning", summary=[], content=[{"type": "reasoning_text", "text": "Hmm"}])
    found = traced(blocks(said, done(thought)), RESPONSES)
    assert found.spans(0) == [Span("0:it_1", "text", 0, 2)]
    assert found.spans(1) == [Span("0:it_1", "text", 2, 3)]


def test_one_event_may_bring_words_to_several_items() -> None:
    both = chunk(content="a")
    both["choices"] += choice(1, content="b")["choices"]
    found = traced(events(both, call(index=0, id="c", function={"name": "f", "arguments": "{}"})))
    assert found.spans(2) == [Span("0:0:message", "text", 0, 1), Span("0:1:message", "text", 0, 1)]
    assert found.spans(3) == [Span("0:0:call:0", "arguments", 0, 2)]


def test_a_pair_that_came_in_halves_is_of_the_event_that_completes_it() -> None:
    found = traced(events(chunk(content="a\ud83d"), chunk(content="\ude00b")))
    assert found.spans(2) == [Span("0:0:message", "text", 0, 1)]
    assert found.spans(3) == [Span("0:0:message", "text", 1, 3)]


def test_a_body_that_was_not_streamed_is_of_the_event_that_it_is_whole() -> None:
    body = json.dumps({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]})
    rows = [*events(), Event(2, "body", body[:9].encode()), Event(3, "body", body[9:].encode())]
    found = traced([*rows, fact(4, "eof")])
    assert found.spans(3) == [] and found.spans(4) == [Span("0:0:message", "text", 0, 2)]


def test_nothing_is_known_of_what_is_not_there() -> None:
    found = traced(events(chunk(content="a")))
    assert found.event("who", "text", 0) is found.event("0:0:message", "code", 0) is None
    assert found.items(-1) == found.items(99) == found.items(0) == ()
    assert found.spans(99) == found.events("who") == []


@pytest.mark.parametrize(
    ("one", "other", "size"),
    [("", "", 0), ("a", "", 0), ("abc", "abd", 2), ("ab", "abc", 2), ("xb", "yb", 0)],
)
def test_what_two_texts_begin_with(one: str, other: str, size: int) -> None:
    assert common(one, other) == common(other, one) == size
