from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.recording import (
    BODY,
    REST,
    SSE,
    Event,
    Frame,
    Kinds,
    Recording,
    fact,
    frame,
    parse,
    payload,
    usual,
)

EVENTS = [
    fact(0, "request", {"method": "POST"}),
    Event(5, SSE, b"data: 1\n\n", 0, 0, 0),
    Event(7, SSE, b"data: ********\n\n", 1, 2, 3, True),
    Event(2**62, REST, b"", 0, 0, 2**31 - 1),
]

some_events = st.lists(
    st.builds(
        Event,
        st.integers(0, 2**62),
        st.sampled_from((SSE, REST, BODY, "head", "a kind to come")),
        st.binary(max_size=5),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(-1, 9),
        st.booleans(),
    ),
    max_size=8,
)


@given(st.lists(some_events, max_size=4), st.integers(-9, 9), st.integers(-9, 9))
def test_a_recording_is_the_list_of_what_was_appended(
    batches: list[list[Event]], start: int, stop: int
) -> None:
    recording, rows = Recording(), list[Event]()
    for batch in batches:
        recording.append(iter(batch))
        rows += batch
    assert len(recording) == len(rows)
    assert list(recording) == recording.events == rows
    assert list(reversed(recording)) == rows[::-1]
    assert recording[start:stop] == rows[start:stop]
    assert recording.since(2) == rows[2:]
    assert recording.raws == [row.raw for row in rows]
    assert [recording[at] for at in range(-len(rows), len(rows))] == rows + rows


def test_events_come_back_as_they_were() -> None:
    found = Recording(EVENTS, began=7.5)
    assert found.began == 7.5
    assert found[2] == EVENTS[2]
    assert found[2].masked is True
    assert found[1].masked is False
    with pytest.raises(IndexError):
        found[4]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"data: 1\n\n", Frame("", "", "1", "")),
        (b"event: a\ndata: 1\n\n", Frame("a", "", "1", "")),
        (b"event: a\n\n", Frame("a", "", None, "")),
        (b"data: 1\ndata: 2\n\n", Frame("", "", "1\n2", "")),
        (b"data: 1\n\ndata: 2\n\n", Frame("", "", "1\n2", "")),
        (b"event: a\ndata: 1\nid: 2\n\n", Frame("a", "2", "1", "")),
        (b"data: 1\r\n\r\n", Frame("", "", "1", "")),
        (b"data: 1\r\n\n", Frame("", "", "1", "")),
        (b"data: \n\n", Frame("", "", "", "")),
        (b"data:1\n\n", Frame("", "", "1", "")),
        (b"data:  1\n\n", Frame("", "", " 1", "")),
        (b"event: \ndata: 1\n\n", Frame("", "", "1", "")),
        (b"event: a\nevent: b\ndata: 1\n\n", Frame("b", "", "1", "")),
        (b": a\n\n", Frame("", "", None, "a")),
        (b"data: 1", Frame("", "", "1", "")),
        (b"data: 1\n", Frame("", "", "1", "")),
        (b"data: \xff\n\n", Frame("", "", "\ufffd", "")),
        (b"\xef\xbb\xbfdata: 1\n\n", Frame("", "", "1", "")),
        (b"\n\n", Frame("", "", None, "")),
        (b"", Frame("", "", None, "")),
    ],
)
def test_blocks(raw: bytes, read: Frame) -> None:
    assert frame(raw) == read


LINES = [
    b"data: 1", b'data: {"a": "b"}', b"data:2", b"data:  [", b"2]", b"data: x\xff", b"event: a",
    b"event:", b"id: 7", b": c", b"data", b"event: \xff", b"data: [DONE]", b"",
]  # fmt: skip
ENDS = [b"\n", b"\n", b"\r\n", b"\r"]


@given(st.lists(st.tuples(st.sampled_from(LINES), st.sampled_from(ENDS)), max_size=4))
def test_the_usual_block_is_read_like_any_other(rows: list[tuple[bytes, bytes]]) -> None:
    raw = b"".join(line + end for line, end in rows) + b"\n"
    found, slow = usual(raw), frame(raw)
    if found is not None:
        assert slow.data is not None
        assert found == (slow.name, payload(slow.data)[0])
        assert payload(slow.data)[1] == ""


@pytest.mark.parametrize("raw", [b"data: 1\n\n", b'event: a\ndata: {"a": [1]}\n\n'])
def test_what_is_usual(raw: bytes) -> None:
    assert usual(raw) is not None
    assert usual(raw[:-1]) is None
    assert usual(raw.replace(b"\n", b"\r\n")) is None


@pytest.mark.parametrize(
    "data", ["", "  ", "[DONE]", " [DONE] ", "[DONE] ok", ": keepalive", "null"]
)
def test_data_that_says_nothing(data: str) -> None:
    assert payload(data) == (None, "")


@pytest.mark.parametrize("data", ["ping", "{", "{'a': 1}", "[" * 10_000, '"\x01"', '{"a": 1} {}'])
def test_data_that_cannot_be_read(data: str) -> None:
    value, wrong = payload(data)
    assert value is None
    assert wrong


@pytest.mark.parametrize("half", ['{"choices": [{"delta": {"content": "x', '{"a": 1}', "oh: "])
def test_an_error_behind_half_an_event(half: str) -> None:
    value, wrong = payload(half + ' { "error" : {"message": "boom"}} ')
    assert value == {"error": {"message": "boom"}}
    assert wrong


def test_an_error_of_which_only_a_half_came() -> None:
    value, wrong = payload('{"choices": [{"error": {"message": "bo')
    assert value is None
    assert wrong


def test_numbers_that_are_too_long_for_an_integer() -> None:
    assert parse('{"a": ' + "9" * 5_000 + ', "b": -' + "9" * 5_000 + "}") == (
        {"a": float("inf"), "b": float("-inf")},
        "",
    )
    assert parse("9" * 4_000) == (int("9" * 4_000), "")
    assert parse("[NaN]")[1] == ""


def test_what_only_the_standard_library_reads() -> None:
    assert parse('"\\ud83d"') == ("\ud83d", "")


def test_the_first_events_grow_another_way() -> None:
    whole = Recording([fact(n, "notice", {"text": str(n)}, leg=n) for n in range(5)], began=7.0)
    part = whole.first(3)
    assert part.began == 7.0
    assert part.events == whole.events[:3]
    part.append([fact(9, "ended")])
    assert len(part) == 4 and part[3].kind == "ended"
    assert len(whole) == 5 and whole[3].kind == "notice"


def test_any_number_of_kinds_can_be_appended() -> None:
    kinds = [f"kind {number}" for number in range(70_000)]
    recording = Recording(fact(0, kind) for kind in kinds)
    assert recording.kinds[:65_535] == kinds[:65_535]
    assert len(recording) == len(recording.kinds) == 70_000
    assert recording[-1].kind in kinds


def test_kinds_are_the_same_where_they_say_the_same() -> None:
    kinds, fewer = Kinds(["sse", "eof", "sse"]), Kinds(["eof", "sse"])
    assert fewer != kinds
    assert Kinds(kinds[1:]) == fewer
