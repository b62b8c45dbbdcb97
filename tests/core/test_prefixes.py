"""Prefixes: whatever was asked for before, a state is what replay makes of the same events."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core import items, prefixes
from playground.core.prefixes import Prefixes
from playground.core.recording import SSE, Event, Recording
from playground.core.transcript import Reducer, replay
from playground.endpoints import BY_ID
from tests.core.recordings import golden, made, shown, states
from tests.endpoints.chat_streams import chunk, events
from tests.endpoints.responses_streams import added, event, item

RESPONSES, CHAT = BY_ID["responses"].reduce, BY_ID["chat"].reduce


@pytest.fixture(scope="module", autouse=True)
def copies_everywhere() -> Iterator[None]:
    """Short recordings are to be copied, thinned out and shared as long ones are."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"SPACING": 4, "COPIES": 3, "NEAR": 2, "CLOSE": 2, "ITEMS": 12}.items():
            patch.setattr(prefixes, name, value)
        patch.setattr(items, "LONG", 4)
        yield


def check(rows: list[Event], reduce: Reducer, order: list[int]) -> None:
    """Step to these counts, one after the other."""
    wanted = [shown(replay([], reduce)), *map(shown, states(rows, reduce))]
    found = Prefixes(Recording(rows), reduce)
    for place in order:
        reader = found.reader(place)
        assert reader.count == place
        assert shown(reader.transcript) == wanted[place]
        # What the reducer remembers is that of this place too, and is the caller's.
        reader.take(rows[place:])
        assert shown(reader.transcript) == wanted[-1]


def test_the_states_are_those_of_replay() -> None:
    _, reduce, rows = next(golden())
    for place, state in enumerate(states(rows, reduce), 1):
        assert shown(state) == shown(replay(rows[:place], reduce))


@settings(max_examples=60, deadline=None)
@given(made(), st.data())
def test_any_state_in_any_order(run: tuple[Reducer, list[Event]], data: st.DataObject) -> None:
    reduce, rows = run
    order = data.draw(st.lists(st.integers(0, len(rows)), max_size=12))
    check(rows, reduce, [*order, len(rows), *order])


@settings(max_examples=15, deadline=None)
@given(made())
def test_backwards_from_the_end_to_the_beginning(run: tuple[Reducer, list[Event]]) -> None:
    reduce, rows = run
    check(rows, reduce, list(range(len(rows), -1, -1)))


def test_the_same_of_recordings_that_there_are() -> None:
    for name, reduce, rows in golden():
        chosen = random.Random(name).choices(range(len(rows) + 1), k=6)
        check(rows, reduce, [*chosen, *(max(place - 1, 0) for place in chosen)])


@settings(max_examples=20, deadline=None)
@given(made(), st.integers(0, 60), st.integers(0, 60))
def test_interrupted_redirected_and_growing(
    run: tuple[Reducer, list[Event]], first: int, second: int
) -> None:
    reduce, rows = run
    recording, ticks = Recording(rows[: len(rows) // 2]), count()
    found = Prefixes(recording, reduce, clock=lambda: next(ticks))
    found.seek(first, 0)  # given up after one step, unless that is all of it
    recording.append(rows[len(rows) // 2 :])
    for place in (second, first, len(rows)):
        while (reader := found.seek(place, 0)) is None:
            pass
        count_ = min(place, len(rows))
        assert reader.count == count_ and found.nearest(count_) <= count_
        assert shown(reader.transcript) == shown(replay(rows[:count_], reduce))


def test_a_later_part_is_not_said_twice_where_the_way_began_at_a_copy() -> None:
    at = {"item_id": "it_1", "output_index": 0}
    rows = [added(item("message", content=[]))]
    for part in range(3):
        rows += [event("content_part.added", **at, content_index=part, part={"type": "text"})]
        rows += [
            event("output_text.delta", **at, content_index=part, delta=word) for word in "abcdef"
        ]
        rows += [event("output_text.done", **at, content_index=part, text="abcdef")]
    stream = [Event(0, SSE, f"data: {json.dumps(row)}\n\n".encode()) for row in rows]
    check(stream, RESPONSES, [*range(len(stream) + 1), *range(len(stream), -1, -1)])
    assert replay(stream, RESPONSES).text == "abcdef" * 3


def test_what_a_server_nests_without_end_stops_no_one() -> None:
    deep = '{"a":' * 700 + "1" + "}" * 700
    logprobs = f'{{"content":[{{"token":"a","more":{deep}}}]}}'
    choice = f'{{"choices":[{{"index":0,"delta":{{}},"logprobs":{logprobs}}}]}}'
    first = f"data: {choice}\n\n".encode()  # nothing was said yet, so no item holds it
    rows = events(chunk(), first, *[chunk(content=word) for word in "abcdefgh"])
    assert replay(rows, CHAT).messages()[0].logprobs
    check(rows, CHAT, [9, 4, 10, 2, 9, 5])


def test_copies_are_few_and_share_the_text() -> None:
    rows = events(*[chunk(content=f"word {number} ") for number in range(400)])
    found = Prefixes(Recording(rows), CHAT)
    for place in (400, 399, 250, 100, 101, 402):
        reader = found.reader(place)
    assert len(found._copies) <= prefixes.COPIES and len(found._near) <= 2 * prefixes.NEAR
    assert found._marks == sorted({*found._copies, *found._near})
    given = {id(piece) for piece in reader.transcript.messages()[0].text.pieces}
    last = found._copies[max(found._copies)].transcript.messages()[0].text.pieces
    assert {id(piece) for piece in last} <= given
