"""What somebody else wrote: saved prompts, requests and conversations as JSON, cURL commands.

A file is read whole before anything is kept of it: it is taken over, or there is a reason why not.
"""

from __future__ import annotations

import codecs
import json
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playground.core import presets
from playground.core.items import Message, Text
from playground.core.problem import Failure, Problem
from playground.core.profile import Api
from playground.core.prompts import Prompt, Version
from playground.core.session import new_id
from playground.core.strict_json import parsed
from playground.endpoints import BY_ID
from playground.engine import foreign_bodies, foreign_curl, foreign_prompts
from playground.engine.filling import written
from playground.engine.foreign_bodies import Asked

Kind = Literal["preset", "prompt", "request", "messages", "curl"]

LARGEST = 64 << 20
"""Bytes of a file that is read."""
MOST = 1000
"""Requests of one file."""
HEAD = 1 << 16
"""Bytes by which a file is known that is certainly something else."""
FOLDER = "Imported"
"""Where prompts from elsewhere come to lie."""

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(slots=True)
class Foreign:
    """What a file holds. What is `asked` becomes sessions, `prompts` go into the library; a preset
    is there as such, too, for whoever opened it to use."""

    kind: Kind
    asked: list[Asked] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    preset: presets.Preset | None = None
    notices: list[str] = field(default_factory=list)
    """What was not taken over, in sentences."""


def recognised(data: bytes) -> Kind | None:
    """What a file is; None: nothing that is read here. Broken is what only looks like it: the
    reason comes with `read`."""
    if len(data) > LARGEST:
        return None
    try:
        text = _text(data)
    except UnicodeDecodeError:
        return None
    if foreign_curl.is_curl(text):
        return "curl"
    try:
        return _kind(json.loads(text))
    except (ValueError, RecursionError):
        lines = (line for line in text.split("\n") if line.strip())
    try:
        return _kind(json.loads(next(lines, "")))
    except (ValueError, RecursionError):
        return None


def read(data: bytes, now: float) -> Foreign:
    """All of it. `now`: Unix seconds, for what does not say when it was made. Raises Failure, with
    the parser's own words and the line, when any of it cannot be read."""
    if len(data) > LARGEST:
        raise _refused(f"It has {len(data):,} bytes; up to {LARGEST:,} are read.")
    kind = recognised(data)
    if kind == "preset":
        opened = presets.read(data)
        asked = [asked_of(opened.preset)]
        return Foreign(kind, asked, preset=opened.preset, notices=list(opened.notices))
    try:
        text = _text(data)
        if kind == "curl":
            asked = [_of_curl(sent) for sent in foreign_curl.read(text)]
            return Foreign(kind, asked, notices=_noticed(asked))
        values = _values(text)
    except (ValueError, RecursionError) as error:
        raise _refused(str(error)) from error
    found = Foreign(kind or "request")
    for place, value in values:
        try:
            _take(found, value, now)
        except ValueError as error:
            raise _refused(f"{place}{error}") from error
    found.notices += _noticed(found.asked)
    return found


def opened(path: Path, now: float) -> Foreign | None:
    """All of a file; None: nothing that is read here, or no file that could be. Raises Failure."""
    try:
        seen = path.stat()
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > LARGEST:
            return None
        with path.open("rb") as file:
            begin = file.read(HEAD)
            if b"\0" in begin and not begin.startswith(tuple(_BOMS)):
                return None
            if not _may_be(begin):
                return None
            data = begin + file.read(LARGEST)
    except OSError:
        return None
    return read(data, now) if recognised(data) is not None else None


def _may_be(begin: bytes) -> bool:
    """Whether a file is worth reading whole to see what it is, by how it begins."""
    try:
        text = _text(begin[: len(begin) // 2 * 2])
    except UnicodeDecodeError:  # cut off within a letter, or no text: its end will tell
        return True
    first = text.lstrip("\ufeff \t\r\n")
    return first[:1] in ("{", "[") or foreign_curl.is_curl(first)


def _kind(value: Any) -> Kind | None:
    if presets.is_preset(value):
        return "preset"
    if foreign_prompts.is_prompt(value):
        return "prompt"
    if foreign_bodies.is_conversation(value):
        return "messages"
    if isinstance(value, dict):
        body = value.get("body") if "custom_id" in value else value
        if not isinstance(body, dict) or "format" in body or "object" in body:
            return None  # a file of ours, or an answer
        return "request" if foreign_bodies.api_of(body) else None
    rows = value if isinstance(value, list) else []
    return "prompt" if rows and all(map(foreign_prompts.is_prompt, rows)) else None


def _values(text: str) -> Iterable[tuple[str, Any]]:
    """The JSON of a file, or of each of its lines: (its place in words, value)."""
    try:
        value = parsed(text)
    except json.JSONDecodeError as error:
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 or not _is_json(lines[0][1]):
            raise ValueError(str(error)) from error
        values = [(f"Line {number}: ", _line(number, line)) for number, line in lines]
    else:
        rows = value if _kind(value) == "prompt" and isinstance(value, list) else [value]
        values = [("", one) for one in rows]
    if len(values) > MOST:
        raise ValueError(f"It holds {len(values):,} requests; up to {MOST:,} are read at once.")
    return values


def _line(number: int, line: str) -> Any:
    try:
        return parsed(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"Line {number}: {error.msg}, at column {error.colno}") from error
    except ValueError as error:
        raise ValueError(f"Line {number}: {error}") from error


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _take(found: Foreign, value: Any, now: float) -> None:
    if foreign_prompts.is_prompt(value):
        found.prompts.append(_prompt(value, now, found.notices))
    elif foreign_bodies.is_conversation(value):
        found.asked.append(foreign_bodies.conversation(value))
    elif isinstance(value, dict) and "custom_id" in value and isinstance(value.get("body"), dict):
        asked = foreign_bodies.request(value["body"], _api_at(str(value.get("url", ""))))
        asked.title = str(value["custom_id"])
        found.asked.append(asked)
    elif isinstance(value, dict):
        found.asked.append(foreign_bodies.request(value))
    else:
        raise ValueError("It is no prompt, no request and no list of messages.")


def _prompt(value: dict[str, Any], now: float, notices: list[str]) -> Prompt:
    rows = foreign_prompts.versions(value)
    numbers = [row.number for row in rows]
    if numbers != sorted(set(numbers)):
        numbers = list(range(1, len(rows) + 1))
    for row in rows:
        notices += [note for note in row.asked.notices if note not in notices]
    made = tuple(
        Version(number=number, created=row.created or now, note=row.note, content=row.content)
        for number, row in zip(numbers, rows, strict=True)
    )
    return Prompt(id=new_id("prm"), title=rows[-1].title, folder=FOLDER, versions=made)


def asked_of(preset: presets.Preset) -> Asked:
    """What a session would ask by it."""
    call = preset.call.model_copy(deep=True)
    call.instructions, said = preset.content.begun
    messages = (Message(role=one.role, text=Text(one.text)) for one in said)
    return Asked(call, [written(one) for one in messages], preset.title, call.api)


def _of_curl(sent: foreign_curl.Sent) -> Asked:
    if sent.body is None or not sent.body.strip():
        raise ValueError(f"{sent.method} {sent.url}: it sends nothing, so it asks nothing.")
    try:
        body = parsed(sent.body)
    except json.JSONDecodeError as error:
        near = sent.body[max(error.pos - 20, 0) : error.pos + 20]
        raise ValueError(f"What it sends is no JSON: {error}, near {near!r}.") from error
    if not isinstance(body, dict):
        raise ValueError("What it sends is no object.")
    asked = foreign_bodies.request(body, _api_at(sent.url))
    asked.server = _server(sent.url)
    asked.call.headers = sent.headers
    asked.notices = [*sent.notices, *asked.notices]
    return asked


def _api_at(url: str) -> Api | None:
    """The dialect that is spoken at an address; None: it does not say. Raises ValueError for what
    is no conversation."""
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError as error:
        raise ValueError(f"{url[:200]} is no address: {error}.") from error
    for endpoint in sorted(BY_ID.values(), key=lambda one: -len(one.path)):
        if path.endswith(endpoint.path):
            return endpoint.id
    other = path.rpartition("/")[2]
    if other in ("embeddings", "images", "generations", "edits", "speech", "transcriptions",
                 "translations", "moderations", "files", "batches", "models"):  # fmt: skip
        raise ValueError(f"It goes to {path}, which is no conversation.")
    return None


def _server(url: str) -> str:
    """The base URL: an address without the path of its dialect, and without a query."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    for endpoint in sorted(BY_ID.values(), key=lambda one: -len(one.path)):
        path = path.removesuffix(endpoint.path)
    return f"{parts.scheme}://{parts.netloc}{path}" if parts.netloc else ""


def _noticed(asked: Iterable[Asked]) -> list[str]:
    return list(dict.fromkeys(note for one in asked for note in one.notices))


def _text(data: bytes) -> str:
    encoding = next((name for bom, name in _BOMS.items() if data.startswith(bom)), "utf-8")
    return data.decode(encoding)


def _refused(detail: str) -> Failure:
    return Failure(
        Problem(
            title="This cannot be taken over.",
            detail=detail,
            remedy="change_request",
            code="invalid_import",
        )
    )
