"""Layout: the frames of a dialect, turned into what a script's transport sends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from playground.sandbox.play import Frame
from playground.sandbox.transport import Insert, Raw, Transport, content, pieces


def lay_out(frames: Iterable[Frame], transport: Transport) -> Iterator[Frame]:
    """The frames of a dialect as this transport sends them."""
    if transport.plain:
        return iter(frames)
    laid = _written(frames, transport)
    return _split(laid, transport.write) if transport.write else laid


def replaced(data: bytes, transport: Transport) -> bytes:
    for replacement in transport.replacements:
        word = replacement.text.encode()
        if word in data:
            data = data.replace(word, content(replacement.raw))
    return data


def _written(frames: Iterable[Frame], transport: Transport) -> Iterator[Frame]:
    yield from _raw(transport.first)
    count = 0
    for data, delta in frames:
        for insert in transport.inserts:
            if _is_due(insert, count):
                yield from _raw(insert.raw)
        count += 1
        if data.startswith(b"data: [DONE]"):
            if transport.done is None and transport.layout == "events":
                yield Frame(_formed(data, transport), delta)
            continue
        yield Frame(_formed(replaced(data, transport), transport), delta)
    for insert in transport.inserts:
        if _is_due(insert, count):
            yield from _raw(insert.raw)
    if transport.done is not None:
        yield from _raw(transport.done)


def _is_due(insert: Insert, count: int) -> bool:
    if insert.every is None:
        return count == insert.after
    return count >= insert.after and (count - insert.after) % insert.every == 0


def _raw(raw: Raw) -> Iterator[Frame]:
    return (Frame(piece, False) for piece in pieces(raw))


def _formed(data: bytes, transport: Transport) -> bytes:
    if transport.layout == "lines":
        return data[data.index(b"data: ") + 6 :].rstrip(b"\n") + b"\n"
    if not transport.blank_after_colon:
        data = data.replace(b"data: ", b"data:", 1).replace(b"event: ", b"event:", 1)
    if transport.line_end != "\n":
        data = data.replace(b"\n", transport.line_end.encode())
    return data


def _split(frames: Iterable[Frame], size: int) -> Iterator[Frame]:
    for data, delta in frames:
        for start in range(0, len(data), size):
            yield Frame(data[start : start + size], delta and start == 0)
