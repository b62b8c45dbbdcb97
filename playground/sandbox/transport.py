"""Transport: how the bytes of an answer are laid out, from the usual to the hostile.

A script says what is told; this says how it looks on the wire, in either dialect: line ends,
comments, what stands between the events, what is missing at the end. Where words do not reach, a
script gives the bytes themselves. `layout.py` does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

BLOCK = 2**16
"""Bytes of one network write when an insert is longer than that."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def joined(value: object) -> object:
    """A list of lines as one string; anything else as it is."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value


def _hexadecimal(text: str) -> str:
    bytes.fromhex(text)
    return text


class Hex(_Model):
    hex: Annotated[str, AfterValidator(_hexadecimal)]


class Repeat(_Model):
    repeat: Annotated[str, BeforeValidator(joined)] | Hex
    times: int = Field(ge=1, le=100_000_000)


Raw = Annotated[str | Hex | Repeat | list[str | Hex | Repeat], BeforeValidator(joined)]
"""Bytes: a string in UTF-8, a list of its lines, hexadecimal digits, the same over and over, or a
list of these one after the other."""


class Insert(_Model):
    """Bytes between the events."""

    raw: Raw
    after: int = Field(default=0, ge=0)
    """Events before it."""
    every: int | None = Field(default=None, ge=1)
    """Again after so many more."""


class Replacement(_Model):
    """Bytes of the answer that are sent as others: a script puts a word where JSON could not hold
    what shall arrive."""

    text: str = Field(min_length=1)
    raw: Raw


class Transport(_Model):
    layout: Literal["events", "lines", "json"] = "events"
    """`lines` is one JSON object a line; `json` the whole answer, though a stream was asked for."""
    content_type: str | None = None
    """In place of the right one; empty for none at all."""
    line_end: Literal["\n", "\r", "\r\n"] = "\n"
    blank_after_colon: bool = True
    first: Raw = ""
    """Before everything else, in a whole answer too: a byte order mark, blank lines."""
    inserts: list[Insert] = []
    replacements: list[Replacement] = []
    done: Raw | None = None
    """In place of the dialect's last mark, `data: [DONE]` or none; empty for no mark."""
    write: int | None = Field(default=None, ge=1)
    """Bytes of one network write."""

    @property
    def plain(self) -> bool:
        """Whether frames leave as the dialect made them."""
        return self == _PLAIN


_PLAIN = Transport()


def pieces(raw: Raw) -> Iterator[bytes]:
    """The bytes, in blocks that fit into memory however often they are repeated; none is empty."""
    match raw:
        case "" | Hex(hex=""):
            pass
        case str():
            yield raw.encode()
        case Hex(hex=digits):
            yield bytes.fromhex(digits)
        case Repeat(repeat=inner, times=times):
            once = content(inner)
            together = max(1, BLOCK // max(1, len(once)))
            for start in range(0, times, together):
                yield once * min(together, times - start)
        case list():
            for part in raw:
                yield from pieces(part)


def content(raw: Raw) -> bytes:
    return b"".join(pieces(raw))
