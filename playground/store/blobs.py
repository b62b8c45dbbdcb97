"""Blobs: long base64, kept once in a session, however often it was sent.

A picture goes with every later request of its conversation, and so stands in every recording of
it. Before anything is written such stretches are cut out; what is read has them back, to the byte.
A session owns its blobs: they go with it.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zlib
from collections.abc import Iterable
from functools import lru_cache

LONG = 4096
"""Characters from which a stretch of base64 is worth a row of its own."""

# Only where a stretch begins: else each of its characters would be tried as a beginning.
_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{%d,}={0,2}" % LONG)
_MARK = re.compile(rb"\x02(?:\x02|blob:([0-9a-f]{64})\x03)")


class Missing(ValueError):  # noqa: N818  as one says it
    """A blob that something refers to is not there (any more)."""


class Cutter:
    """Cuts, and remembers what it has cut until `keep` writes it."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    def raw(self, raw: bytes) -> bytes:
        """Bytes of a recording, which may hold anything: our own marks in them are doubled."""
        return self._cut(raw.replace(b"\x02", b"\x02\x02"))

    def text(self, text: str) -> str:
        """JSON, in which no control character stands by itself."""
        if len(text) < LONG:
            return text
        return self._cut(text.encode()).decode()

    def _cut(self, raw: bytes) -> bytes:
        return _BASE64.sub(self._mark, raw) if len(raw) >= LONG else raw

    def _mark(self, match: re.Match[bytes]) -> bytes:
        name = hashlib.sha256(match[0]).hexdigest()
        self._found[name] = match[0]
        return b"\x02blob:%s\x03" % name.encode()

    def keep(self, connection: sqlite3.Connection, session: str) -> None:
        if self._found:
            known = names(connection, session)
            connection.executemany(
                "INSERT OR IGNORE INTO blob (session, sha256, data) VALUES (?, ?, ?)",
                (
                    (session, name, zlib.compress(data, 1))
                    for name, data in self._found.items()
                    if name not in known
                ),
            )


class Paster:
    """Puts back what was cut out of the rows of a session. Raises Missing."""

    def __init__(self, connection: sqlite3.Connection, session: str) -> None:
        self._connection = connection
        self._session = session
        # A picture is in each request of a recording: it is unpacked once.
        self._blob = lru_cache(maxsize=32)(self._read)

    def raw(self, raw: bytes) -> bytes:
        return _MARK.sub(self._paste, raw) if b"\x02" in raw else raw

    def text(self, text: str) -> str:
        return self.raw(text.encode()).decode() if "\x02" in text else text

    def _paste(self, match: re.Match[bytes]) -> bytes:
        return b"\x02" if match[1] is None else self._blob(match[1].decode())

    def _read(self, name: str) -> bytes:
        row = self._connection.execute(
            "SELECT data FROM blob WHERE session = ? AND sha256 = ?", (self._session, name)
        ).fetchone()
        if row is None:
            raise Missing(f"the blob {name[:12]}… is gone")
        try:
            return zlib.decompress(row[0])
        except zlib.error as error:
            raise Missing(f"the blob {name[:12]}…: {error}") from error


def names(connection: sqlite3.Connection, session: str) -> set[str]:
    rows: Iterable[tuple[str]] = connection.execute(
        "SELECT sha256 FROM blob WHERE session = ?", (session,)
    )
    return {name for (name,) in rows}
