"""Cutting the body of an event stream into blocks, without changing a byte of it.

Only cutting: what a block says is read by `core.recording.frame`, live and from a recording alike.
"""

from __future__ import annotations

import re

from playground.core.recording import CR

_END = re.compile(rb"\n(?:\n|\r\n|\r(?=[^\n]))|\r\r")
"""The end of a line and the blank line after it. Lines end with LF, CRLF or CR, also mixed. After
an LF, a CR may be half of a CRLF: that is settled by the byte behind it."""

_KEPT = 2
"""Bytes at most that a match of `_END` may still need of what came before."""


class Splitter:
    """Cuts a stream after each blank line.

    The blocks and the rest, joined, are the body; where they are cut does not depend on how the
    body was chunked. The work is linear in the length of the body, also for one line of 50 MB, a
    million blank lines, or a byte a chunk.
    """

    def __init__(self) -> None:
        self._block = bytearray()
        """The block that is still open, but for its tail."""
        self._tail = b""
        """Its last bytes, where the end of it may have begun."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that this chunk completes, terminators included."""
        window = self._tail + chunk
        if CR in window:
            blocks, rest = _cut(window)
        else:
            # What nearly every server sends nearly always: one block, or several in half the time.
            if window[-2:] == b"\n\n" and window.find(b"\n\n") == len(window) - 2:
                self._tail = b""
                return [self._closed(window) if self._block else window]
            *whole, rest = window.split(b"\n\n")
            blocks = [block + b"\n\n" for block in whole]
        if blocks and self._block:
            blocks[0] = self._closed(blocks[0])
        if rest:
            self._block += rest[:-_KEPT]
        self._tail = rest[-_KEPT:]
        return blocks

    def rest(self) -> bytes:
        """What is left of a block that was never ended; the splitter is then at a new start."""
        tail, self._tail = self._tail, b""
        return self._closed(tail)

    def _closed(self, end: bytes) -> bytes:
        """The open block with its end."""
        block = bytes(self._block) + end
        self._block = bytearray()
        return block


def _cut(window: bytes) -> tuple[list[bytes], bytes]:
    """(blocks, rest), whatever its lines end with."""
    blocks: list[bytes] = []
    start = 0
    for match in _END.finditer(window):
        blocks.append(window[start : match.end()])
        start = match.end()
    return blocks, window[start:]
