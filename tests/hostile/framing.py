"""Good answers in bad event streams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from tests.hostile.case import (
    CHAT,
    DIALECTS,
    TEXT,
    WORDS,
    Case,
    Dialect,
    block,
    both,
    good,
    spoken,
)

BOM = b"\xef\xbb\xbf"
DONE = b"data: [DONE]\n\n"
BLANKS = b"\n\n\r\n\r\r\n\n"


def replaced(old: bytes, new: bytes) -> Callable[[Dialect], bytes]:
    return lambda dialect: good(dialect).replace(old, new)


def before_each(piece: bytes) -> Callable[[Dialect], bytes]:
    """Put something in front of every block."""
    return lambda dialect: piece + good(dialect).replace(b"\n\n", b"\n\n" + piece)


def within_each(line: bytes) -> Callable[[Dialect], bytes]:
    """Put a line into every block, before its data and after it."""
    return lambda dialect: (
        good(dialect).replace(b"data:", line + b"\ndata:").replace(b"\n\n", b"\n" + line + b"\n\n")
    )


def ended(piece: bytes) -> Callable[[Dialect], bytes]:
    return lambda dialect: good(dialect) + piece


def unended(piece: bytes = b"") -> Callable[[Dialect], bytes]:
    """No marker that it is over, but this."""
    return lambda dialect: b"".join(spoken(dialect)) + piece


def mixed(dialect: Dialect) -> bytes:
    ends = (b"\n", b"\r\n", b"\r")
    rows = good(dialect).split(b"\n\n")[:-1]
    return b"".join(
        row.replace(b"\n", ends[n % 3]) + ends[n % 3] + ends[n * 2 % 3]
        for n, row in enumerate(rows)
    )


def lines_of_data(dialect: Dialect) -> bytes:
    """JSON that was printed over many lines, each of them a line of data."""
    found = []
    for row in good(dialect).split(b"\n\n")[:-1]:
        *name, data = row.split(b"\n")
        printed = json.dumps(json.loads(data[6:]), indent=1).encode().split(b"\n")
        found += [*name, *(b"data: " + line for line in printed), b""]
    return b"\n".join(found) + b"\n"


def raw_text(text: bytes) -> Callable[[Dialect], bytes]:
    """A word whose bytes are not what JSON's own escapes would give."""
    return lambda dialect: b"".join(
        [dialect.start, dialect.word("Hel~lo").replace(b"~", text), dialect.over]
    )


def cases() -> Iterator[Case]:
    for name, make in (
        ("as it should be", good),
        ("CRLF", replaced(b"\n", b"\r\n")),
        ("CR", replaced(b"\n", b"\r")),
        ("line ends mixed from block to block", mixed),
        ("byte order mark", lambda dialect: BOM + good(dialect)),
        ("two byte order marks", lambda dialect: BOM + BOM + good(dialect)),
        ("byte order mark on every block", before_each(BOM)),
        ("byte order mark, then CRLF", lambda d: BOM + good(d).replace(b"\n", b"\r\n")),
        ("blank lines in front", lambda dialect: BLANKS + good(dialect)),
        ("blank lines everywhere", before_each(BLANKS)),
        ("data without a blank", replaced(b"data: ", b"data:")),
        ("data with three blanks", replaced(b"data: ", b"data:   ")),
        ("data with a tab", replaced(b"data: ", b"data:\t")),
        ("blanks after the data", replaced(b"\n\n", b" \t\n\n")),
        ("JSON over many lines of data", lines_of_data),
        ("ids without data", before_each(b"id: 7\n\n")),
        ("an id in every block", within_each(b"id: 7")),
        ("an id that is empty or not a number", within_each(b"id\nid: \xff\x00")),
        ("retry without data", before_each(b"retry: 3000\n\n")),
        ("a name without data", before_each(b"event: ping\n\n")),
        ("comments between blocks", before_each(b": OPENROUTER PROCESSING\n\n")),
        ("lone colons", before_each(b":\n\n")),
        ("comments in every block", within_each(b": a comment, data: {}")),
        ("an id and a comment", before_each(b"id: 1\n: keep-alive\n\n")),
        ("comments that are no text", before_each(b":\xff\xfe\x00\n\n")),
        ("keep-alives wrapped as data", before_each(b"data: : keepalive\n\n")),
        ("data that is empty", before_each(b"data:\n\n")),
        ("data that is blank", before_each(b"data:   \n\n")),
        ("data without a colon", before_each(b"data\n\n")),
        ("pings with an empty object", before_each(b"event: ping\ndata: {}\n\n")),
        ("pings with null", before_each(b"event: keepalive\ndata: null\n\n")),
        ("fields that nobody knows", within_each(b"x-trace: 1\nfoo\n bar: 2")),
        ("null bytes in fields that nobody knows", within_each(b"\x00: \x00")),
        ("events of a kind to come", before_each(b'event: a.b\ndata: {"type": "a.b"}\n\n')),
        ("DONE", ended(DONE)),
        ("DONE twice", ended(DONE + DONE)),
        ("DONE with blanks around", ended(b"data:   [DONE]  \n\n")),
        ("DONE as a JSON string", ended(b'data: "[DONE]"\n\n')),
        ("DONE that is named", ended(b"event: done\ndata: [DONE]\n\n")),
        ("DONE without a line end", ended(b"data: [DONE]")),
        ("DONE in the middle", lambda d: b"".join([d.start, DONE, *spoken(d)[1:], d.over])),
        ("more blank lines at the end", ended(BLANKS)),
        ("half a field after the end", ended(b"da")),
        ("no line end at the end", lambda d: good(d).rstrip(b"\n")),
        ("one line end at the end", lambda d: good(d)[:-1]),
    ):  # fmt: skip
        yield from both(name, make, "completed")

    for name, piece in (
        ("data that is a word", b"data: ping\n\n"),
        ("DONE in small letters", b"data: [done]\n\n"),
        ("JSON with single quotes", b"data: {'error': None}\n\n"),
        ("JSON with a comment", b'data: {"a": 1 /* one */}\n\n'),
        ("half of an object", b'data: {"choices": [{"delta": {"content": "x\n\n'),
        ("an object and more", b'data: {"a": 1} and more\n\n'),
        ("nothing but a brace", b"data: }\n\n"),
        ("a string that is cut in two lines", b'data: {"a": "b\ndata: c"}\n\n'),
        ("data that is HTML", b"data: <html><h1>Bad gateway</h1></html>\n\n"),
        ("data that is no text", b"data: \xff\xfe\x80\x00\n\n"),
    ):
        yield from both(name, before_each(piece), "completed", malformed=5)

    html = b"<html>\n<p>502: x</p>\n\n"
    yield from both("HTML in the middle", lambda d: d.start + html + good(d), "completed")
    yield from both("HTML in front of a stream", lambda d: html + good(d), "failed", "")
    yield from both("no end", unended(), "truncated")
    yield from both("DONE and nothing else as the end", unended(DONE), "truncated")
    yield from both("half of the end", lambda d: good(d)[:-20], "truncated", malformed=1)
    yield from both("half of the first event", lambda d: d.start[:30], "truncated", "")
    yield from both("comments and nothing else", lambda d: b": wait\n\n" * 50, "truncated", "")
    yield from both("blank lines and nothing else", lambda d: b"\r\n" * 50, "truncated", "")
    yield from both("DONE and nothing else", lambda d: DONE, "truncated", "")
    yield from both(
        "fields without any data", lambda d: b"id: 1\nevent: x\n\n" * 9, "truncated", ""
    )
    yield from both("no UTF-8 at all", lambda d: bytes(range(128, 256)) * 4, "truncated", "")
    yield from both("broken off while it spoke", unended(), "truncated", end="cut")
    yield from both("silent while it spoke", unended(), "timed_out", end="timeout")
    yield from both("broken off after the end", good, "completed", end="cut")
    yield from both("silent after the end", good, "completed", end="timeout")
    yield from both(
        "broken off in the middle of a word",
        lambda d: b"".join(spoken(d)) + d.word("x" * 50)[:-30],
        "truncated",
        malformed=1,
        end="cut",
    )

    for name, raw, text in (
        ("line ends of Unicode", "\u2028\u2029\u0085".encode(), "\u2028\u2029\u0085"),
        ("invalid UTF-8", b"\xff\xfe", "\ufffd\ufffd"),
        ("Latin-1", b"\xe9", "\ufffd"),
        ("overlong UTF-8", b"\xc0\xaf", "\ufffd\ufffd"),
        ("half of a character", "😀".encode()[:2], "\ufffd"),
        ("a surrogate as UTF-8", b"\xed\xa0\xbd", "\ufffd" * 3),
        ("four bytes a character", "😀🏳️‍🌈".encode(), "😀🏳️‍🌈"),
        ("a byte order mark in the text", BOM, "\ufeff"),
        ("an escaped null", b"\\u0000", "\0"),
        ("an escaped line end", b"\\r\\n\\n", "\r\n\n"),
        ("a lone high surrogate", b"\\ud83d", "\ufffd"),
        ("a lone low surrogate", b"\\ude00", "\ufffd"),
        ("surrogates in the wrong order", b"\\ude00\\ud83d", "\ufffd\ufffd"),
        ("text that turns around", "\u202etxt.exe".encode(), "\u202etxt.exe"),
        ("escapes of a terminal", b"\\u001b]0;x\\u0007", "\x1b]0;x\x07"),
    ):
        yield from both(name, raw_text(raw), "completed", f"Hel{text}lo")

    for name, words, text in (
        ("a pair that is split over two events", ("a\ud83d", "\ude00b"), "a😀b"),
        ("half a pair at the end", ("a", "b\ud83d"), "ab"),
        ("half a pair, then a letter", ("a\ud83d", "b"), "a\ufffdb"),
        ("half a pair, then nothing, then the rest", ("\ud83d", "", "\ude00"), "😀"),
        ("three halves", ("\ud83d", "\ud83d", "\ude00"), "\ufffd😀"),
    ):
        yield from both(name, lambda d, words=words: good(d, *words), "completed", text)

    for dialect in DIALECTS:
        for name in ("message", "data", "", "delta"):
            yield Case(
                name=f"every event is named {name!r}",
                api=dialect.api,
                body=b"".join(
                    block(json.loads(row.split(b"data: ")[1]), name)
                    for row in good(dialect).split(b"\n\n")[:-1]
                ),
                outcome="completed",
                text=TEXT,
            )
    yield Case(
        name="DONE glued to the JSON before it",
        api="chat",
        body=b"".join([*spoken(CHAT), CHAT.over[:-1], DONE]),
        outcome="truncated",
        text=TEXT,
        malformed=1,
    )
    assert "".join(WORDS) == TEXT
