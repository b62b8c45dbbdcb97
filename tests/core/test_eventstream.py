from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.eventstream import Splitter
from playground.core.recording import frame


def split(*chunks: bytes) -> tuple[list[bytes], bytes]:
    splitter = Splitter()
    blocks = [block for chunk in chunks for block in splitter.feed(chunk)]
    return blocks, splitter.rest()


def data(blocks: list[bytes]) -> list[str]:
    return [text for block in blocks if (text := frame(block).data) is not None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_block_ends_after_a_blank_line(end: bytes) -> None:
    first = b"event: a" + end + b"data: 1" + end + end
    second = b"data: 2" + end + end
    assert split(first + second) == ([first, second], b"")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_block_is_out_as_soon_as_its_last_byte_came(end: bytes) -> None:
    splitter = Splitter()
    assert splitter.feed(b"data: 1" + end + end) == [b"data: 1" + end + end]


def test_a_lone_cr_after_a_lf_waits_for_the_byte_that_settles_it() -> None:
    splitter = Splitter()
    assert splitter.feed(b"data: 1\r\n\r") == []
    assert splitter.feed(b"\ndata: 2\n\r") == [b"data: 1\r\n\r\n"]
    assert splitter.feed(b"data: 3") == [b"data: 2\n\r"]
    assert splitter.rest() == b"data: 3"


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c"])
def test_only_cr_and_lf_end_lines(mark: str) -> None:
    body = f"data: a{mark}{mark}b\n\n".encode()
    assert split(body) == ([body], b"")
    assert data([body]) == [f"a{mark}{mark}b"]


def test_the_rest_is_what_was_never_ended() -> None:
    assert split(b"data: 1\n\ndata: 2\n") == ([b"data: 1\n\n"], b"data: 2\n")


def test_a_new_start_after_the_rest() -> None:
    splitter = Splitter()
    splitter.feed(b"data: 1\n")
    splitter.rest()
    assert splitter.feed(b"\ndata: 2\n\n") == [b"\ndata: 2\n\n"]


ENDS = [b"\n", b"\r", b"\r\n"]
TEXTS = [b"data: x", b"data:", b":", b"id: 1", b"\xc3\xa9", b"a"]
bodies = st.lists(st.sampled_from([*ENDS, *TEXTS]), max_size=30).map(b"".join)


@given(bodies, st.data())
def test_any_chunking_gives_the_same_blocks(body: bytes, draw: st.DataObject) -> None:
    cuts = draw.draw(st.lists(st.integers(0, len(body)), max_size=12).map(sorted))
    edges = [0, *cuts, len(body)]
    chunks = [body[a:b] for a, b in itertools.pairwise(edges)]
    whole, rest = split(body)
    assert split(*chunks) == (whole, rest)
    assert split(*(body[at : at + 1] for at in range(len(body)))) == (whole, rest)
    assert b"".join(whole) + rest == body


@given(bodies)
def test_no_cut_changes_what_the_stream_says(body: bytes) -> None:
    """Reading the blocks one by one gives what reading the whole body by the standard gives."""
    blocks, _ = split(body)
    done = b"".join(blocks)
    assert data(blocks) == reference(done)


def reference(body: bytes) -> list[str]:
    """The standard's own procedure over a whole body: lines first, then dispatch."""
    lines = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    found: list[str] = []
    lines_of_data: list[str] | None = None
    for line in lines:
        if not line and lines_of_data is not None:
            found.append("\n".join(lines_of_data))
            lines_of_data = None
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            lines_of_data = [*(lines_of_data or []), value.decode("utf-8", "replace")]
    return found


# Each of these takes well under a second when the work is linear, and longer than the suite's
# limit for a test when it is not.


def test_a_million_blank_lines() -> None:
    blocks, rest = split(*[b"\n" * 1000] * 1000)
    assert b"".join(blocks) + rest == b"\n" * 1_000_000
    assert data(blocks) == []


def test_one_line_of_fifty_megabytes() -> None:
    chunk = b"x" * 65536
    blocks, rest = split(b"data: ", *[chunk] * 800, b"\n\n")
    assert [len(block) for block in blocks] == [800 * 65536 + 8]
    assert rest == b""


def test_a_megabyte_a_byte_at_a_time() -> None:
    splitter = Splitter()
    byte = b"x"
    for _ in range(1_000_000):
        assert not splitter.feed(byte)
    assert [len(block) for block in splitter.feed(b"\n\n")] == [1_000_002]
