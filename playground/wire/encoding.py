"""Undoing the compression of a body, as far as it goes."""

from __future__ import annotations

import zlib

CODINGS = frozenset(("gzip", "x-gzip", "deflate"))
GZIP = b"\x1f\x8b"
EITHER = 32 + zlib.MAX_WBITS
"""zlib's own word for: gzip or zlib, whatever the first bytes say."""


class Decoder:
    """Gives back what a server compressed. Nothing that came is lost: a body that is not
    compressed at all, whatever its label says, and everything from the first byte that makes no
    sense come through as they are, wherever the chunks were cut.
    """

    def __init__(self, label: str) -> None:
        """`label`: the header `Content-Encoding`."""
        self.damage = ""
        """What is wrong with the compressed data."""
        self._undoing = label.strip().lower() in CODINGS
        self._inflate: zlib._Decompress | None = None
        """Of the member that has begun: some servers compress each part of an answer by itself."""
        self._held = bytearray()
        """What came of a member that has not said anything yet."""
        self._silent = True
        self._members = 0

    def feed(self, data: bytes) -> bytes:
        found = []
        while data and self._undoing:
            given, data = self._undo(data)
            found.append(given)
        return b"".join((*found, data))

    def end(self) -> bytes:
        """Nothing more will come: what was held back."""
        if self._inflate is not None:
            self.damage = "The compressed data ended early."
        return bytes(self._held)

    def _undo(self, data: bytes) -> tuple[bytes, bytes]:
        """(what data says, the rest of it, which belongs to the next member or to none)."""
        if self._silent:
            self._held += data
        if self._inflate is None:
            data = bytes(self._held)
            if len(data) < len(GZIP):
                return b"", b""
            if not _compressed(data):
                return b"", self._give_up("Something else follows." if self._members else "")
            self._inflate = zlib.decompressobj(EITHER)
            self._members += 1
        before = self._inflate.copy()
        try:
            given = self._inflate.decompress(data)
        except zlib.error as error:
            given, rest = _up_to_damage(before, data)
            silent, whole = self._silent and not given, self._give_up(str(error))
            return (b"", whole) if silent else (given, rest)
        if given:
            self._silent = False
            self._held.clear()
        if not self._inflate.eof:
            return given, b""
        rest = self._inflate.unused_data
        self._inflate, self._silent = None, True
        self._held.clear()
        return given, rest

    def _give_up(self, why: str) -> bytes:
        """Undo nothing more; what was held back."""
        self._undoing, self.damage, self._inflate = False, why, None
        held = bytes(self._held)
        self._held.clear()
        return held


def _compressed(start: bytes) -> bool:
    """Whether a body begins like gzip or like zlib (RFC 1950, 2.2)."""
    return start.startswith(GZIP) or (
        start[0] & 0x0F == zlib.DEFLATED and (start[0] << 8 | start[1]) % 31 == 0
    )


def _up_to_damage(inflate: zlib._Decompress, data: bytes) -> tuple[bytes, bytes]:
    """What can be undone of data with an error in it, and the data from there on."""
    found = []
    for at in range(len(data)):
        try:
            found.append(inflate.decompress(data[at : at + 1]))
        except zlib.error:
            return b"".join(found), data[at:]
    return b"".join(found), b""
