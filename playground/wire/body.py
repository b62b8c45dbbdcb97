"""Body: the chunks of one answer as events."""

from __future__ import annotations

from playground.core.eventstream import Splitter
from playground.core.recording import BODY, REST, SSE, frame
from playground.wire.encoding import Decoder
from playground.wire.masking import Mask
from playground.wire.tape import Tape

PIECE = 64 * 1024
"""Bytes of a body that is not an event stream in one event, at most."""

ERROR = 64 * 1024
"""Bytes of an error answer that are looked at to decide about another attempt, about."""

STREAM = "text/event-stream"
FIELDS = (b":", b"data:", b"event:", b"id:", b"retry:")
"""How the first line of an event stream begins."""

_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"


class Body:
    """Writes the body of one answer on the tape, block by block if it is an event stream.

    Servers mislabel: what decides is the first byte that is not blank. JSON and HTML are never a
    stream; anything else under `text/event-stream` is one, and so is what begins like one under
    any other label. An error (a status that is no 2xx) is always taken whole.
    """

    def __init__(self, tape: Tape, status: int, content_type: str, encoding: str = "") -> None:
        """The status of the answer, and its headers of these names."""
        self.spoken = False
        """Something else came than comments and blank lines."""
        self.error = bytearray()
        """The beginning of an answer that is an error: enough to decide what to do about it."""
        self._decoder = Decoder(encoding) if encoding else None
        self._tape = tape
        self._failed = status >= 400
        # A header that was sent twice comes as "one, two".
        self._labelled = content_type.replace(",", ";").split(";")[0].strip().lower() == STREAM
        self._kind: str | None = None if 200 <= status < 300 else BODY
        self._start = b""
        """The first few bytes that are not blank."""
        self._marked = False
        """A byte order mark stood before them."""
        self._held: list[tuple[bytes, int, int]] = []
        """Chunks that came before the kind was clear."""
        self._splitter = Splitter()
        self._mask = Mask(tape.secrets)
        self._t = 0
        self._chunk = 0

    @property
    def damage(self) -> str:
        """What is wrong with the compression of the body."""
        return self._decoder.damage if self._decoder is not None else ""

    def feed(self, data: bytes, t: int, chunk: int) -> None:
        """`chunk`: its number in the body; `t`: nanoseconds of the run when it came."""
        if self._decoder is not None:
            self._t, self._chunk = t, chunk
            data = self._decoder.feed(data)
        self._take(data, t, chunk)

    def end(self) -> None:
        """Nothing more will come."""
        if self._decoder is not None:
            self._take(self._decoder.end(), self._t, self._chunk)
        if self._kind is None:
            self._kind = SSE if self._labelled else BODY
            self._release()
        self._write(self._mask.rest(), False)
        if rest := self._splitter.rest():
            # Blank lines, and a blank line that a LF could still have made longer, are whole.
            whole = not rest.strip(b"\r\n") or rest.endswith(b"\n\r")
            self._tape.wire(SSE if whole else REST, rest, self._t, self._chunk)

    def _take(self, data: bytes, t: int, chunk: int) -> None:
        if self._kind is None:
            self._held.append((data, t, chunk))
            self._start = self._significant(self._start + data)
            self._kind = _kind(self._start, self._labelled)
            if self._kind is not None:
                self._release()
            return
        self._t, self._chunk = t, chunk
        if self._kind == SSE:
            if blocks := self._splitter.feed(data):
                self._tape.stream(blocks, t, chunk)
                if not self.spoken:
                    self.spoken = any(frame(block).data is not None for block in blocks)
        else:
            self.spoken = self.spoken or bool(data)
            self._write(*self._mask.feed(data))

    def _significant(self, start: bytes) -> bytes:
        start = start.lstrip(_BLANK)
        if not self._marked and start.startswith(_BOM):
            self._marked = True
            start = start[len(_BOM) :].lstrip(_BLANK)
        return start[: len(max(FIELDS, key=len))]

    def _release(self) -> None:
        held, self._held = self._held, []
        for data, t, chunk in held:
            self._take(data, t, chunk)

    def _write(self, data: bytes, masked: bool) -> None:
        if self._failed and len(self.error) < ERROR:
            self.error += data
        for at in range(0, len(data), PIECE):
            self._tape.wire(BODY, data[at : at + PIECE], self._t, self._chunk, masked=masked)


def _kind(start: bytes, labelled: bool) -> str | None:
    """SSE or BODY; None while more has to be seen."""
    if not start or _BOM.startswith(start):
        return None
    if start[:1] in (b"{", b"[", b"<"):
        return BODY
    if labelled or start.startswith(FIELDS):
        return SSE
    return None if any(field.startswith(start) for field in FIELDS) else BODY
