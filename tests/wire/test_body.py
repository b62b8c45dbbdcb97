from __future__ import annotations

import pytest

from playground.core.recording import BODY, REST, SSE, Event
from playground.wire.body import PIECE, Body
from playground.wire.tape import Tape

KEY = b"sk-abcabcab"


def read(
    *chunks: bytes, status: int = 200, content_type: str = "", secrets: tuple[bytes, ...] = ()
) -> list[Event]:
    events: list[Event] = []
    body = Body(Tape(events.extend, leg=0, t0=0, secrets=secrets), status, content_type)
    for number, chunk in enumerate(chunks):
        body.feed(chunk, 100 + number, number)
    body.end()
    return events


def kinds(*chunks: bytes, status: int = 200, content_type: str = "") -> list[str]:
    return [event.kind for event in read(*chunks, status=status, content_type=content_type)]


STREAM = "text/event-stream; charset=utf-8"
BLOCK = b'data: {"a": 1}\n\n'


@pytest.mark.parametrize("content_type", [STREAM, "", "application/json", "text/plain"])
@pytest.mark.parametrize(
    "start", [b"", b": hi\n", b"event: a\n", b"id: 1\n", b"retry: 1\n", b"\n\r\n"]
)
def test_what_begins_like_a_stream_is_one(content_type: str, start: bytes) -> None:
    assert set(kinds(start + BLOCK, content_type=content_type)) == {SSE}


@pytest.mark.parametrize("content_type", [STREAM, "", "application/json"])
@pytest.mark.parametrize(
    "text", [b'{"object": "response"}', b"[1]", b"<!doctype html>", b"\n\n {}"]
)
def test_json_and_html_never_are(content_type: str, text: bytes) -> None:
    assert kinds(text, content_type=content_type) == [BODY]


def test_the_label_counts_where_the_text_says_nothing() -> None:
    text = b"upstream is warming up\n\n"
    assert kinds(text, content_type=STREAM) == [SSE]
    assert kinds(text) == [BODY]
    assert kinds(text, content_type="text/plain") == [BODY]


def test_errors_are_taken_whole() -> None:
    assert kinds(BLOCK, BLOCK, status=429, content_type=STREAM) == [BODY, BODY]


def test_a_byte_order_mark_in_front() -> None:
    bom = b"\xef\xbb\xbf"
    for chunks in ([bom + BLOCK], [bom, BLOCK], [bom[:1], bom[1:2], bom[2:], BLOCK]):
        events = read(*chunks)
        assert [event.raw for event in events] == [bom + BLOCK]
        assert events[0].json() == ({"a": 1}, "")
    assert kinds(bom + b'{"a": 1}') == [BODY]
    # A second one is no part of any field, wherever the chunks end.
    assert kinds(bom + bom + BLOCK) == [BODY]
    assert set(kinds(*((bom + bom + BLOCK)[at : at + 1] for at in range(20)))) == {BODY}


def test_undecided_bytes_keep_their_arrival() -> None:
    events = read(b"\n", b" \n", b'{"a":', b"1}")
    assert [(event.kind, event.t, event.chunk) for event in events] == [
        (BODY, 100, 0),
        (BODY, 101, 1),
        (BODY, 102, 2),
        (BODY, 103, 3),
    ]


def test_a_split_first_word_is_still_read() -> None:
    assert kinds(b"d", b"at", b"a: 1\n\n", content_type="application/json") == [SSE]
    assert kinds(b"d", b"at", b"e: 1\n\n", content_type="application/json") == [BODY] * 3


def test_a_body_that_never_says_what_it_is() -> None:
    assert kinds(b"\n\n", content_type=STREAM) == [SSE]
    assert kinds(b"\n") == [BODY]
    assert kinds() == []


def test_the_last_block_without_its_blank_line_is_kept_apart() -> None:
    assert kinds(BLOCK, b"data: 1") == [SSE, REST]
    assert kinds(BLOCK, b"\n") == [SSE, SSE]
    assert kinds(b"data: 1\n\r", content_type=STREAM) == [SSE]


def test_comments_are_not_speech() -> None:
    body = Body(Tape(lambda events: None, leg=0, t0=0, secrets=()), 200, STREAM)
    body.feed(b": keep-alive\n\n", 0, 0)
    body.feed(b"\n\nid: 7\n\n", 0, 1)
    assert not body.spoken
    body.feed(b"data: 1\n\n", 0, 2)
    assert body.spoken


def test_large_bodies_are_cut() -> None:
    text = b'{"a": "' + b"x" * (3 * PIECE) + b'"}'
    events = read(text)
    assert max(len(event.raw) for event in events) == PIECE
    assert b"".join(event.raw for event in events) == text
    assert {event.chunk for event in events} == {0}


def test_secrets_in_a_stream() -> None:
    events = read(b"data: your key is sk-abc", b"abcab\n\n", BLOCK, secrets=(KEY,))
    assert [event.raw for event in events] == [b"data: your key is ***********\n\n", BLOCK]
    assert [event.masked for event in events] == [True, False]


def test_a_secret_in_one_of_the_blocks_of_a_chunk() -> None:
    said = b"data: " + KEY + b"\n\n"
    events = read(BLOCK + said + BLOCK, secrets=(KEY,))
    assert [event.raw for event in events] == [BLOCK, b"data: ***********\n\n", BLOCK]
    assert [event.masked for event in events] == [False, True, False]
    assert {(event.t, event.chunk) for event in events} == {(100, 0)}


def test_secrets_cut_in_two_by_chunks_and_pieces() -> None:
    text = b'{"k": "' + b"x" * (PIECE - 10) + KEY + b'"}'
    for at in range(len(text) - 20, len(text)):
        events = read(text[:at], text[at:], secrets=(KEY,))
        body = b"".join(event.raw for event in events)
        assert body == text.replace(KEY, b"*" * len(KEY))
        assert any(event.masked for event in events)
