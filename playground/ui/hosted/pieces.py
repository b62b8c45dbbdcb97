"""Reading what a server wrote, whatever it is: nothing here ever raises on a strange value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.ui.hosted.told import Part, Table, Words

SHOWN = 60
"""Rows of a list that are shown; the rest is counted."""
LONGEST = 2_000
"""Characters of a string inside JSON that are shown: what is longer is data."""
DEEP = 40
"""Levels of nesting that are shown."""


def text(value: Any) -> str:
    """A field in words: a string as it is, nothing for null, anything else as JSON."""
    match value:
        case str():
            return value
        case None:
            return ""
        case _:
            return as_json(value, indent=None)


def as_json(value: Any, *, indent: int | None = 2) -> str:
    """The whole of it; strings that are data are cut."""
    try:
        return json.dumps(short(value), indent=indent, ensure_ascii=False)
    except ValueError as error:  # an integer of thousands of digits
        return str(error)


def obj(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def short(value: Any, deep: int = 0) -> Any:
    """A value with the strings in it that are data cut, and without what is nested too deep."""
    match value:
        case str() if len(value) > LONGEST:
            return f"{value[:80]}… ({len(value):,} characters)"
        case dict() | list() if deep >= DEEP:
            return "…"
        case dict():
            return {name: short(one, deep + 1) for name, one in value.items()}
        case list():
            return [short(one, deep + 1) for one in value]
        case _:
            return value


def pretty(said: str) -> str:
    """JSON indented; anything else as it is."""
    if not said.lstrip().startswith(("{", "[")):
        return said
    try:
        return json.dumps(json.loads(said), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return said


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def first_line(said: str) -> str:
    return next((line.strip() for line in said.split("\n", 20)[:20] if line.strip()), "")


def table(name: str, values: Mapping[str, Any]) -> list[Part]:
    """A table of the fields that have a value; nothing when none has."""
    found = tuple(
        (str(key), text(value)) for key, value in values.items() if value not in (None, "", [], {})
    )
    return [Table(name, found)] if found else []


def some(values: Mapping[str, Any], *names: str) -> list[Part]:
    """A table of these fields of an object."""
    return table("Fields", {name: values.get(name) for name in names})


def more(count: int) -> list[Part]:
    """What stands below a list that was cut."""
    return [Words("", f"… and {count - SHOWN:,} more")] if count > SHOWN else []


def failure(error: Any) -> list[Part]:
    """What a server says went wrong, if it says so."""
    if not error:
        return []
    return [Words("Error", text(obj(error).get("message") or obj(error).get("content") or error))]


def links(found: list[Any]) -> tuple[tuple[str, str], ...]:
    """(title, address) of objects with an address, each address once."""
    seen: dict[str, str] = {}
    for one in map(obj, found):
        if url := text(one.get("url")):
            seen.setdefault(url, text(one.get("title")))
    return tuple((name, url) for url, name in seen.items())
