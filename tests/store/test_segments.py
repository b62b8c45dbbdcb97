"""Segments give back exactly the events they were made of, or say that they cannot."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.recording import FACTS, WIRE, Event
from playground.store import segments
from playground.store.segments import Corrupt, decode, encode, merge

EVENTS = st.lists(
    st.builds(
        Event,
        t=st.integers(0, 2**62),
        kind=st.sampled_from(sorted(WIRE | FACTS)) | st.text("abc.", min_size=1),
        raw=st.binary(),
        leg=st.integers(0, 2**31 - 1),
        attempt=st.integers(0, 2**31 - 1),
        chunk=st.integers(-1, 2**31 - 1),
        masked=st.booleans(),
    ),
    min_size=1,
)

ONE = encode([Event(5, "sse", b"data: x\n\n", chunk=0), Event(9, "eof", b"{}", leg=1)])


@given(EVENTS)
def test_what_goes_in_comes_out(events: list[Event]) -> None:
    again = decode(encode(events))
    assert again == events
    assert [type(event.masked) for event in again] == [bool] * len(events)


@given(EVENTS)
def test_merged_segments_are_the_whole_recording_in_order(events: list[Event]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "MERGED", 16)
        parts = list(merge(events))
    assert [event for _, _, data in parts for event in decode(data)] == events
    assert [first for first, _, _ in parts] == [
        sum(count for _, count, _ in parts[:number]) for number in range(len(parts))
    ]


def test_merging_nothing_makes_nothing() -> None:
    assert list(merge([])) == []


@pytest.mark.parametrize("place", range(len(ONE)))
def test_a_damaged_byte_is_noticed(place: int) -> None:
    damaged = ONE[:place] + bytes([ONE[place] ^ 0x55]) + ONE[place + 1 :]
    with contextlib.suppress(Corrupt):
        assert decode(damaged) == decode(ONE)  # zlib has bits that mean nothing


@pytest.mark.parametrize("data", [b"", b"PGS1", b"PGS9" + ONE[4:], ONE[:-3], b"not a segment"])
def test_what_is_no_segment_is_corrupt(data: bytes) -> None:
    with pytest.raises(Corrupt):
        decode(data)
