"""Long base64 in the texts of a session file: a picture goes with every later request of its
conversation, and stands in the file once.

In every text of the file U+0002 is doubled, and `U+0002 blob:<sha256> U+0003` stands for the blob
of that name, which has a line of its own before.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Collection
from typing import Any

LONG = 4096
"""Characters from which a stretch of base64 has a line of its own."""
OPEN, CLOSE = "\x02", "\x03"

# Only where a stretch begins: else each of its characters would be tried as a beginning.
_BASE64 = re.compile(rf"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{{{LONG},}}={{0,2}}")
_MARK = re.compile(r"\x02(?:\x02|blob:([0-9a-f]{64})\x03)?")


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """JSON values with every text changed, those of names included."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(name): mapped(one, change) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [mapped(one, change) for one in value]
    return value


class Cutter:
    """Cuts, and says which blobs are new to the file."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._new: dict[str, str] = {}

    def text(self, text: str) -> str:
        if OPEN in text:
            text = text.replace(OPEN, OPEN + OPEN)
        return _BASE64.sub(self._mark, text) if len(text) >= LONG else text

    def _mark(self, found: re.Match[str]) -> str:
        name = hashlib.sha256(found[0].encode()).hexdigest()
        if name not in self._known:
            self._known.add(name)
            self._new[name] = found[0]
        return f"{OPEN}blob:{name}{CLOSE}"

    def new(self) -> Collection[tuple[str, str]]:
        """(name, text) of those that were found since this was asked last."""
        rows, self._new = list(self._new.items()), {}
        return rows


class Paster:
    """Puts back what was cut. Blobs lie on the disk, in a file that is nowhere to be found.

    Raises ValueError for a mark that stands for nothing.
    """

    def __init__(self, most: int) -> None:
        """`most`: characters of all texts of a line, with the blobs that stand in them."""
        self._most = self._room = most
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        self._places: dict[str, tuple[int, int]] = {}
        self._last = ("", "")
        """The blob that was wanted last: it is in each request of a conversation."""

    def close(self) -> None:
        self._file.close()

    def begin(self) -> None:
        """Another line comes."""
        self._room = self._most

    def keep(self, name: str, text: str) -> None:
        """Take a blob from its line."""
        data = text.encode()
        if hashlib.sha256(data).hexdigest() != name:
            raise ValueError(f"the blob {name[:12]}… is not what its name says")
        if name not in self._places:
            self._places[name] = self._file.seek(0, 2), len(data)
            self._file.write(data)

    def text(self, text: str) -> str:
        if OPEN not in text:
            return text
        size = len(text) + sum(self._place(found)[1] for found in _MARK.finditer(text))
        self._room -= size
        if self._room < 0:
            raise ValueError(f"with its blobs it is longer than {self._most:,} characters")
        return _MARK.sub(self._paste, text)

    def _place(self, found: re.Match[str]) -> tuple[int, int]:
        if found[1] is None:
            if found[0] == OPEN:
                raise ValueError("a U+0002 stands by itself")
            return 0, 0
        place = self._places.get(found[1])
        if place is None:
            raise ValueError(f"the blob {found[1][:12]}… is missing")
        return place

    def _paste(self, found: re.Match[str]) -> str:
        if (name := found[1]) is None:
            return OPEN
        if self._last[0] != name:
            at, size = self._places[name]
            self._file.seek(at)
            self._last = name, self._file.read(size).decode()
        return self._last[1]
