"""Whatever bytes come: an outcome, all the text that can be recovered, the bytes on the recording,
and the same of each however the network cut them."""

from __future__ import annotations

import gzip
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.transcript import Outcome
from tests.hostile.case import JSON, STREAM, Case
from tests.hostile.corpus import CASES, heavy_cases
from tests.hostile.reading import Read, read

SIZES = (0, 1, 7)
"""Bytes of a chunk; 0: the whole body in one."""
HEAVY_SIZES = (0, 65_536, 997)
"""A byte a chunk takes Python half a minute for 50 MB, linear or not."""


def check(case: Case, found: Read) -> None:
    seen = found.transcript
    assert seen.outcome == case.outcome, seen.problem
    assert seen.text == case.text
    assert seen.malformed >= case.malformed
    assert found.end == case.end
    if case.calls is not None:
        assert tuple(found.calls) == case.calls
    if case.outcome not in ("completed", "incomplete", "refused"):
        assert seen.problem is not None
        assert seen.problem.title
        assert not seen.problem.bug
    for path, value in case.seen.items():
        at: object = seen
        for name in path.split("."):
            at = getattr(at, name)
        assert at == value, path


def check_chunked(case: Case, sizes: tuple[int, ...]) -> None:
    whole, *others = (read(case, size) for size in sizes)
    check(case, whole)
    assert whole.body == (case.body if case.recorded is None else case.recorded)
    for other in others:
        assert other.blocks == whole.blocks
        assert other.shown == whole.shown


@pytest.mark.parametrize("case", CASES, ids=str)
def test_ordinary(case: Case) -> None:
    check_chunked(case, SIZES)


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 150
    assert len({str(case) for case in CASES}) == len(CASES)


def test_a_little_of_the_heavy() -> None:
    for case in heavy_cases(0.02):
        check_chunked(case, HEAVY_SIZES)


@pytest.mark.slow
def test_heavy() -> None:
    for case in heavy_cases():
        check_chunked(case, HEAVY_SIZES)


PIECES = (
    b"data: ", b"data:", b"event: error", b"id: 1", b": x", b"\n", b"\r", b"\r\n", b"\n\n",
    b'{"choices":[{"index":0,"delta":{"content":"a', b'"},"finish_reason":"stop"}]}', b'"}}]}',
    b'{"type":"response.output_text.delta","delta":"b"}', b'{"error":"x"}', b"[]", b"null",
    b"[DONE]", b"\xff", b"\xef\xbb\xbf", b"\\ud83d", "\u2028😀".encode(), b"x" * 9, b"<p>",
    b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
)  # fmt: skip
bodies = st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=25).map(b"".join)
any_case = st.builds(
    Case,
    name=st.just("anything"),
    api=st.sampled_from(("chat", "responses")),
    body=bodies | bodies.map(lambda body: gzip.compress(body, mtime=0)),
    outcome=st.just("completed"),
    status=st.sampled_from((200, 200, 204, 302, 400, 500)),
    content_type=st.sampled_from((STREAM, JSON, "", "text/html")),
    encoding=st.sampled_from(("", "", "gzip", "deflate", "br")),
    end=st.sampled_from(("eof", "cut", "timeout", "failed")),
)


@given(any_case, st.integers(1, 20))
def test_anything(case: Case, size: int) -> None:
    whole, chunked = read(case, 0), read(case, size)
    assert whole.transcript.outcome in get_args(Outcome)
    assert chunked.blocks == whole.blocks
    assert chunked.shown == whole.shown
    if not case.encoding:
        assert whole.body == case.body
    whole.transcript.text.encode()
