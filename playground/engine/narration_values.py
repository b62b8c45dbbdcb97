"""Values in words: in a line, or as fields and tables, for people who read no JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from playground.engine.narration_parts import (
    FEW,
    SHORT,
    Part,
    Table,
    is_secret,
    one_line,
    words_of,
)

ROWS, COLUMNS, CELL = 8, 5, 60
"""Of a table that is shown; characters of a cell."""

SIGNS = {"celsius": "°C", "fahrenheit": "°F", "kmh": "km/h", "percent": "%"}
UNIT = re.compile("currency|units?")
_NAMES = ("title", "name", "label", "subject", "summary", "id")
"""What an entry of a list is called by, the best first."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


# In a line.


def told(value: Any) -> str:
    """A value in a line."""
    return plain(value, 2 * SHORT) or "nothing"


def plain(value: Any, most: int = SHORT, deep: int = 0) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return (str(value) if isinstance(value, int) else f"{value:.10g}").replace("-", "−")
        case dict() if deep < 2:
            return _fields(value, deep)
        case list() if deep < 3:
            return _listed(value, deep)
        case dict() | list():
            return "details"
        case _:
            return _date(str(value)) or one_line(str(value), most)


def _date(text: str) -> str:
    """A date as people write it; empty: it is none."""
    if not _DATE.fullmatch(text):
        return ""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return ""
    day = f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
    return f"{day}, {when:%H:%M}" if len(text) > 10 else day


def _fields(value: Mapping[str, Any], deep: int) -> str:
    if (cells := cells_of(value)) is not None:
        columns, table = cells
        if len(table) == 1:
            return _fields(dict(zip(columns, table[0], strict=True)), deep)
        return _counted("row", table, deep)
    rows: list[tuple[str, str]] = []
    for name, one, said in named(value, deep):
        rows.append(("", _counted(name, one, deep)) if isinstance(one, list) else (name, said))
    if len(rows) == 1:
        return rows[0][1]
    line = ", ".join(f"{name} {words}".strip() for name, words in rows[:FEW])
    return line + (f", and {len(rows) - FEW} more" if len(rows) > FEW else "")


def named(value: Mapping[str, Any], deep: int) -> Iterator[tuple[str, Any, str]]:
    """(name in words, value, value in words) of what may be seen; a number with its unit."""
    units = [key for key in value if UNIT.fullmatch(key.lower())]
    if not any(map(_is_number, value.values())):
        units = []
    unit = str(value[units[0]]) if units else ""
    for key, one in value.items():
        if one is None or key in units or is_secret(key):
            continue
        word = words_of(key)
        said = plain(one, deep=deep + 1)
        if _is_number(one):
            if len(word) > 1 and word[-1] in SIGNS:
                said += f" {SIGNS[word.pop()]}"
            elif unit:
                said, unit = f"{said} {SIGNS.get(unit.lower(), one_line(unit))}", ""
        yield " ".join(word), one, said


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counted(name: str, value: Sequence[Any], deep: int) -> str:
    """`2 events: Stand-up, Design review`."""
    said = many(name, len(value))
    return f"{said}: {_listed(value, deep)}" if value else said


def many(name: str, count: int) -> str:
    """`2 events`, `1 event`, `no events`."""
    if not count:
        return f"no {name}"
    one = name[:-1] if name.endswith("s") and not name.endswith("ss") else name
    return f"{count} {one if count == 1 else one + 's'}"


def _listed(value: Sequence[Any], deep: int) -> str:
    if not value:
        return "none"
    said: list[str] = []
    for one in value[:FEW]:
        if isinstance(one, dict):
            found = next((one[name] for name in _NAMES if one.get(name)), None)
            said.append(plain(found if found is not None else one, deep=deep + 1))
        elif isinstance(one, list):
            said.append(" ".join(plain(cell, deep=deep + 2) for cell in one[:FEW]))
        else:
            said.append(plain(one, deep=deep + 1))
    more = f", and {len(value) - FEW} more" if len(value) > FEW else ""
    return ", ".join(said) + more


# Below a sentence.


def laid(value: Any) -> tuple[Part, ...]:
    """A value as fields, lists and tables."""
    if (shown := tabled(value)) is not None:
        return (shown,)
    match value:
        case list() if value and not any(isinstance(one, dict | list) for one in value):
            more = [f"and {len(value) - ROWS} more"] if len(value) > ROWS else []
            return ("\n".join([*(f"• {plain(one)}" for one in value[:ROWS]), *more]),)
        case dict() if value:
            return tuple(_below(value))
        case _:
            return (told(value),)


def _below(value: Mapping[str, Any]) -> Iterator[Part]:
    """The fields of an object, then the tables in it."""
    rows: list[tuple[str, ...]] = []
    tables: list[Part] = []
    for name, one, said in named(value, 0):
        title = name[:1].upper() + name[1:]
        if (table := tabled(one)) is not None:
            tables += (f"{title}:", table)
        else:
            rows.append((title, said))
    if rows:
        yield Table(tuple(rows[:ROWS]), more=max(len(rows) - ROWS, 0))
    yield from tables[: 2 * FEW]
    if not rows and not tables:
        yield "nothing"


def tabled(value: Any) -> Table | None:
    """Rows of the same kind, where there are several."""
    if isinstance(value, dict) and (cells := cells_of(value)) is not None:
        columns, entries = cells
        rows: list[Mapping[str, Any]] = [dict(zip(columns, one, strict=True)) for one in entries]
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        rows = value
    else:
        return None
    names = [name for name in dict.fromkeys(key for row in rows for key in row) if words_of(name)]
    names = [name for name in names if not is_secret(name)][:COLUMNS]
    if len(rows) < 2 or not names:
        return None
    shown = [tuple(_cell(row.get(name)) for name in names) for row in rows[:ROWS]]
    head = tuple(_column(words_of(name)) for name in names)
    return Table((head, *shown), headed=True, more=max(len(rows) - ROWS, 0))


def _cell(value: Any) -> str:
    return "" if value is None else plain(value, CELL, deep=2)


def _column(word: list[str]) -> str:
    sign = f" ({SIGNS[word.pop()]})" if len(word) > 1 and word[-1] in SIGNS else ""
    title = " ".join(word)
    return title[:1].upper() + title[1:] + sign


def cells_of(value: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]] | None:
    """(columns, rows) where an object is how a database answers."""
    columns, rows = value.get("columns"), value.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return None
    if not all(isinstance(row, list) and len(row) == len(columns) for row in rows):
        return None
    return [str(one) for one in columns], rows
