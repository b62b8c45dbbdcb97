from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from playground.core.recording import mask
from playground.wire.masking import Mask, spellings

KEY = b"sk-abcabcab"


def masked(secrets: tuple[bytes, ...], *pieces: bytes) -> tuple[bytes, bool]:
    one = Mask(secrets)
    rows = [one.feed(piece) for piece in pieces]
    return b"".join(row for row, _ in rows) + one.rest(), any(found for _, found in rows)


def test_nothing_is_held_back_that_cannot_be_a_beginning() -> None:
    one = Mask((KEY,))
    assert one.feed(b"hello sk-abd") == (b"hello sk-abd", False)
    assert one.feed(b"hello sk-ab") == (b"hello ", False)
    assert one.feed(b"cabcab!") == (b"***********!", True)
    assert one.rest() == b""


@given(
    st.lists(st.sampled_from([b"sk-", b"abc", b"ab", b"x", KEY]), max_size=12).map(b"".join),
    st.lists(st.integers(0, 40), max_size=8).map(sorted),
)
def test_pieces_are_masked_like_the_whole(body: bytes, cuts: list[int]) -> None:
    edges = [0, *cuts, len(body)]
    pieces = [body[a:b] for a, b in itertools.pairwise(edges)]
    assert masked((KEY,), *pieces) == mask(body, (KEY,))


def test_short_secrets_are_words() -> None:
    assert masked((b"hello",), b"hello") == (b"hello", False)


def test_a_secret_as_json_writes_it() -> None:
    assert spellings((b"sk-plain-1", b'a"b\\c-long')) == (
        b"sk-plain-1",
        b'a"b\\c-long',
        b'a\\"b\\\\c-long',
    )
