"""What a value of JSON stands for: text without its escapes, bytes behind base64, the moment that a
number is. No widgets.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from PySide6.QtCore import QLocale

from playground.core.recording import parse

LEAST = 64
"""Characters from which on what looks like base64 is taken for it, whatever its name."""
LOOKED = 4_096
"""Characters that are looked at to tell what a text is."""
_CARRIERS = frozenset(
    (
        "audio",
        "b64_json",
        "data",
        "encrypted_content",
        "file_data",
        "partial_image_b64",
        "result",
        "signature",
    )
)
"""Names under which base64 is sent."""
_MOMENTS = re.compile(r"(?:_at|_time|_after|_until|^created|^expires|^timestamp|^exp|^iat)$")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)?[^,]{0,100};base64,")
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip"),
    (b"OggS", "Ogg sound"),
    (b"ID3", "MP3 sound"),
    (b"fLaC", "FLAC sound"),
)
_FERNET = 0x80
"""The first byte of what the `encrypted_content` of most servers is; eight bytes of time follow."""


class Decoded(NamedTuple):
    facts: str
    """What it is, in a line."""
    text: str = ""
    """To be read: without escapes, or as JSON of its own."""
    raw: bytes | None = None
    """What stands behind base64."""
    json: bool = False
    """The text is JSON."""


def hint(name: str, value: Any) -> str:
    """What somebody who sees the value would not see in it; mostly nothing. In bounded time."""
    match value:
        case bool():
            return ""
        case int() | float():
            return moment(name, value)
        case str() if len(value) > 24 and (head := _bytes(name, value, LOOKED)) is not None:
            length = len(value) - _begin(value) - value.endswith("=") - value.endswith("==")
            size = QLocale().toString(3 * length // 4)
            return f"base64, {size} bytes, {_kind(head)}"
        case str() if len(value) > 400:
            return f"{QLocale().toString(len(value))} characters"
        case _:
            return ""


def decoded(name: str, value: Any) -> Decoded:
    """All that a value stands for."""
    match value:
        case bool() | None:
            return Decoded("a word of JSON", str(value).lower().replace("none", "null"))
        case int() | float():
            when = moment(name, value)
            return Decoded(" · ".join(filter(None, ("a number", when))), f"{value!r:.4000}")
        case str():
            return _text(name, value)
        case dict() | list():
            kind = "an object" if isinstance(value, dict) else "an array"
            text = json.dumps(value, ensure_ascii=False)
            return Decoded(f"{kind} of {QLocale().toString(len(value))}", text, json=True)
        case _:
            return Decoded("")


def moment(name: str, value: float) -> str:
    """The time that a number is, where its name says that it is one: seconds or milliseconds."""
    if _MOMENTS.search(name) is None:
        return ""
    seconds = value / 1000 if value > 1e11 else value
    if not 1e9 <= seconds <= 4.2e9:
        return ""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _text(name: str, value: str) -> Decoded:
    locale = QLocale()
    length = f"{locale.toString(len(value))} character{'' if len(value) == 1 else 's'}"
    if (raw := _bytes(name, value, len(value))) is not None:
        size = locale.toString(len(raw))
        return Decoded(f"base64 · {length} · {size} bytes · {_kind(raw)}", raw=raw)
    if value[:1] in ("{", "[") and not parse(value)[1]:
        return Decoded(f"JSON in a text · {length}", value, json=True)
    encoded = len(value.encode("utf-8", "surrogatepass"))
    facts = ["text", length]
    if encoded != len(value):
        facts.append(f"{locale.toString(encoded)} bytes")
    if lines := value.count("\n"):
        facts.append(f"{locale.toString(lines + 1)} lines")
    return Decoded(" · ".join(facts), value)


def _begin(value: str) -> int:
    """Where base64 begins, behind what stands before it in an URL; 0: it is none."""
    found = _DATA_URL.match(value[:200])
    return found.end() if found is not None else 0


def _bytes(name: str, value: str, reach: int) -> bytes | None:
    """The bytes behind base64, of so many characters; None: it is none."""
    begin = _begin(value)
    named = begin > 0 or name in _CARRIERS
    if len(value) - begin < (16 if named else LEAST):
        return None
    body = value[begin : begin + reach // 4 * 4] if reach < len(value) else value[begin:]
    if _BASE64.fullmatch(body[:LOOKED].rstrip("=") or " ") is None:
        return None
    if not named and not _mixed(body[:LOOKED]):
        return None
    try:
        padded = body + "=" * (-len(body) % 4)
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        return None


def _mixed(text: str) -> bool:
    """Neither words nor hexadecimal digits look like this."""
    kinds = (any(map(test, text)) for test in (str.isupper, str.islower, str.isdigit))
    return all(kinds) and re.search(r"[g-zG-Z]", text) is not None


def _kind(raw: bytes) -> str:
    for magic, words in _MAGIC:
        if raw.startswith(magic):
            return words
    if raw[:4] == b"RIFF":
        return "WAV sound" if raw[8:12] == b"WAVE" else "a WebP picture"
    if raw[:1] == bytes((_FERNET,)) and len(raw) > 9:
        seconds = int.from_bytes(raw[1:9], "big")
        if 1e9 <= seconds <= 4.2e9:
            return f"encrypted {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    return "of no kind known here"
