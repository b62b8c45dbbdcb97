"""Segments: a stretch of a recording as one compressed block.

Columns instead of rows: the times of all events, then their kinds, and so on, their raw bytes
last. Columns compress well and are read by the array at a time: 100,000 events in about 0.1 s.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from operator import sub

from playground.core.recording import Event
from playground.store.blobs import LONG

MAGIC, CUT = b"PGS1", b"PGS2"
"""What a segment begins with; in the second kind long base64 was cut out of the raw bytes."""
MERGED = 1 << 20
"""Raw bytes of a merged segment; about 64 kB when compressed."""

HEAD = struct.Struct("<4sIH")  # magic, number of events, length of the table of kinds
COLUMNS = "qiiiI"  # t (steps from event to event), leg, attempt, chunk, length of raw


class Corrupt(ValueError):  # noqa: N818  as one says it
    """These bytes are no segment (any more)."""


Change = Callable[[bytes], bytes]


def encode(events: Sequence[Event], *, level: int = 1, cut: Change | None = None) -> bytes:
    """A segment of one event or more. `level` is zlib's: 1 is for haste, 6 for keeps. `cut` takes
    out of raw bytes what is kept elsewhere; it is only asked where something is long."""
    times, kinds, raws, legs, attempts, chunks, masked = zip(*events, strict=True)
    magic = MAGIC
    if cut is not None and any(len(raw) >= LONG for raw in raws):
        magic, raws = CUT, tuple(map(cut, raws))
    table = list(dict.fromkeys(kinds))
    index = {kind: number for number, kind in enumerate(table)}
    names = "\n".join(table).encode()
    steps = map(sub, times, chain((0,), times))
    columns = (steps, legs, attempts, chunks, map(len, raws))
    body = b"".join(
        (
            names,
            *(_little(array(code, column)) for code, column in zip(COLUMNS, columns, strict=True)),
            bytes(index[kind] for kind in kinds),
            bytes(masked),
            *raws,
        )
    )
    return HEAD.pack(magic, len(events), len(names)) + zlib.compress(body, level)


def decode(data: bytes, paste: Change = bytes) -> list[Event]:
    """The events of a segment; `paste` puts back what was cut out. Raises Corrupt."""
    try:
        magic, count, named = HEAD.unpack_from(data)
        if magic not in (MAGIC, CUT):
            raise Corrupt(f"begins with {magic!r}")
        body = memoryview(zlib.decompress(memoryview(data)[HEAD.size :]))
        table = [sys.intern(name) for name in bytes(body[:named]).decode().split("\n")]
        at = named
        columns: list[array[int]] = []
        for code in COLUMNS:
            column = array(code)
            end = at + count * column.itemsize
            column.frombytes(body[at:end])
            columns.append(_little(column))
            at = end
        steps, legs, attempts, chunks, lengths = columns
        kinds = map(table.__getitem__, body[at : at + count])
        masked = map(bool, body[at + count : at + 2 * count])
        whole = bytes(body[at + 2 * count :])
        if sum(lengths) != len(whole):
            raise Corrupt("its lengths do not add up")
        raws = (whole[begin:end] for begin, end in pairwise(accumulate(lengths, initial=0)))
        if magic == CUT:
            raws = (paste(raw) for raw in raws)
        rows = zip(accumulate(steps), kinds, raws, legs, attempts, chunks, masked, strict=True)
        return list(map(Event._make, rows))
    except (struct.error, zlib.error, IndexError, ValueError) as error:
        raise Corrupt(str(error)) from error


def merge(events: Sequence[Event], cut: Change | None = None) -> Iterator[tuple[int, int, bytes]]:
    """(first, count, segment) of a whole recording, in blocks of about `MERGED` bytes."""
    first = size = 0
    for number, event in enumerate(events):
        size += len(event.raw)
        if size >= MERGED or number == len(events) - 1:
            yield first, number + 1 - first, encode(events[first : number + 1], level=6, cut=cut)
            first, size = number + 1, 0


def _little(column: array[int]) -> array[int]:
    """To or from the byte order of the format."""
    if sys.byteorder == "big":
        column.byteswap()
    return column
