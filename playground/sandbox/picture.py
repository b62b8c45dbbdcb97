"""Picture: a PNG that is drawn from a text, and can be had at several stages of its drawing."""

from __future__ import annotations

import base64
import struct
import zlib
from hashlib import blake2b

SIDE = 8
"""Fields in each direction of the finished picture."""
LARGEST = 2048
"""Pixels in each direction."""


def picture(text: str, width: int, height: int, side: int = SIDE) -> str:
    """A mosaic of `side` by `side` fields as base64. Equal texts give equal pictures, and fewer
    fields the same picture in less detail."""
    fields = [[_colour(text, x, y, side) for x in range(side)] for y in range(side)]
    rows = []
    for y in range(side):
        line = b"".join(
            fields[y][x] * (width * (x + 1) // side - width * x // side) for x in range(side)
        )
        rows.append((b"\0" + line) * (height * (y + 1) // side - height * y // side))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows))
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND")
    return base64.b64encode(png).decode()


def _colour(text: str, x: int, y: int, side: int) -> bytes:
    """Of a field: mirrored, so that it looks meant, and in one family of colours for each text."""
    step = SIDE // side
    column = min(x * step, SIDE - 1 - x * step)
    family = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=3).digest()
    field = blake2b(family + bytes([column, y * step]), digest_size=3).digest()
    return bytes((2 * base + tone) // 3 for base, tone in zip(family, field, strict=True))


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    whole = kind + data
    return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))
