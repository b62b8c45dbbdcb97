"""Cutting the body of an event stream into blocks, without changing a byte of it.

Only cutting: what a block says is read by `core.recording.frame`, live and from a recording alike.
"""

from __future__ import annotations

import re

from playground.core.recording import CR

_END = re.compile(rb"\n(?:\n|\r\n|\r(?=[^\n]))|\r\r")
"""The end of a line and the blank line after it. Lines end with LF, CRLF or CR, also mixed. After
an LF, a CR may be half of a CRLF: that is settled by the byte behind it."""

_LONGEST = 3
"""Bytes that `_END` has to see to settle a match."""


class Splitter:
    """Cuts a stream after each blank line.

    The blocks and the rest, joined, are the body; where they are cut does not depend on how the
    body was chunked. The work is linear in the length of the body, also for one line of 50 MB, a
    million blank lines, or a byte a chunk.
    """

    def __init__(self) -> None:
        self._block = bytearray()
        """The block that is still open."""
        self._tail = b""
        """Its last bytes, where the end of it may have begun."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that this chunk completes, terminators included."""
        if not self._block and CR not in chunk:
            # What nearly every server sends nearly always: four times as fast.
            if chunk[-2:] == b"\n\n" and chunk.find(b"\n\n") == len(chunk) - 2:
                return [chunk]
            *whole, rest = chunk.split(b"\n\n")
            if rest:
                self._open(rest)
            return [block + b"\n\n" for block in whole]
        blocks: list[bytes] = []
        seen = len(self._tail)
        window = self._tail + chunk if seen else chunk
        start = 0
        for match in _END.finditer(window):
            end = match.end()
            if self._block:
                self._block += chunk[: end - seen]
                blocks.append(bytes(self._block))
                self._block = bytearray()
            else:
                blocks.append(window[start:end])
            start = end
        if start:
            self._open(window[start:])
        else:
            self._block += chunk
            self._tail = window[1 - _LONGEST :]
        return blocks

    def rest(self) -> bytes:
        """What is left of a block that was never ended; the splitter is then at a new start."""
        rest = bytes(self._block)
        self._open(b"")
        return rest

    def _open(self, start: bytes) -> None:
        self._block = bytearray(start)
        self._tail = start[1 - _LONGEST :]
