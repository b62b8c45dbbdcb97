"""Parts: what is said beside text, as the Responses API writes it. Every dialect makes its own
of them when it sends.

`input_image{image_url | file_id, detail}`, `input_file{filename, file_data | file_url | file_id}`,
`input_audio{input_audio{data, format}}`.
"""

from __future__ import annotations

import base64
import binascii
import mimetypes
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote_to_bytes, urlsplit

Part = dict[str, Any]
Kind = Literal["image", "file", "audio"]

IMAGES = frozenset(("image/png", "image/jpeg", "image/webp", "image/gif"))
"""What models look at; other pictures go as files."""
AUDIO = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/vnd.wave": "wav", "audio/mpeg": "mp3"}
DETAILS = ("auto", "low", "high", "original")
LARGEST = 50_000_000
"""Bytes of one file: what the largest servers take for a whole request."""


@dataclass(frozen=True, slots=True)
class Described:
    """A part as a person is told of it."""

    kind: Kind
    name: str
    media_type: str = ""
    data: bytes | None = None
    """When it is in the part itself and can be decoded."""
    url: str = ""
    """When it lies elsewhere, or a file id."""
    detail: str = ""


def part_of(name: str, data: bytes, media_type: str = "") -> Part:
    """The part for a file's bytes: an image or a sound that models know, else a file."""
    kind = media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = base64.b64encode(data).decode()
    if kind in IMAGES:
        return {
            "type": "input_image",
            "image_url": f"data:{kind};base64,{packed}",
            "detail": "auto",
        }
    if kind in AUDIO:
        return {"type": "input_audio", "input_audio": {"data": packed, "format": AUDIO[kind]}}
    return {"type": "input_file", "filename": name, "file_data": f"data:{kind};base64,{packed}"}


def part_at(url: str) -> Part:
    """The part for what lies at a URL, or under a file id: an image by its name, else a file.

    Nothing is fetched here; the server does that.
    """
    if url.startswith("file-"):
        return {"type": "input_file", "file_id": url}
    kind = mimetypes.guess_type(_path(url))[0] or ""
    if kind.startswith("image/") or url.startswith("data:image/"):
        return {"type": "input_image", "image_url": url, "detail": "auto"}
    return {"type": "input_file", "file_url": url}


def describe(part: Part, *, decode: bool = True) -> Described:
    """What a part is; of nonsense, that it is a file without a name. Without `decode` it costs
    nothing, however large the part is, and there is no `data`."""
    match part:
        case {"type": "input_image"}:
            return _at("image", part.get("image_url") or part.get("file_id"), part, decode)
        case {"type": "input_audio", "input_audio": {"data": str(data), "format": str(form)}}:
            sound = _decoded(data) if decode else None
            return Described("audio", f"sound.{form}", f"audio/{form}", sound)
        case _:
            where = part.get("file_data") or part.get("file_url") or part.get("file_id")
            return _at("file", where, part, decode)


def size_of(part: Part) -> int | None:
    """Bytes of what is in the part itself, by the length of its base64; None when it is not."""
    sound = part.get("input_audio")
    packed = sound.get("data") if isinstance(sound, dict) else None
    start = 0
    if not isinstance(packed, str):
        packed = part.get("image_url") or part.get("file_data")
        if not isinstance(packed, str) or not packed.startswith("data:"):
            return None
        start = packed.find(",") + 1
    padding = 2 if packed.endswith("==") else 1 if packed.endswith("=") else 0
    return max((len(packed) - start) * 3 // 4 - padding, 0)


def _at(kind: Kind, where: Any, part: Part, decode: bool) -> Described:
    where = where if isinstance(where, str) else ""
    name, detail = part.get("filename"), part.get("detail")
    name = name if isinstance(name, str) and name else ""
    detail = detail if isinstance(detail, str) else ""
    if not where.startswith("data:"):
        last = _path(where).rsplit("/", 1)[-1] if "/" in where else where
        return Described(kind, name or last or kind, url=where, detail=detail)
    head = where[5 : where.find(",")] if "," in where else where[5:]
    media_type = head.partition(";")[0].strip().lower()
    data = None
    if decode:
        rest = where[5 + len(head) + 1 :]
        packed = head.lower().endswith(";base64")
        data = _decoded(rest) if packed else unquote_to_bytes(rest)
    if not name:
        name = kind + (mimetypes.guess_extension(media_type) or "")
    return Described(kind, name, media_type, data, detail=detail)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # brackets that are no address
        return ""


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
