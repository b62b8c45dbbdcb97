"""Results: what the client's tools answered, in sentences and tables, by its looks alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from playground.sandbox.turn import Output

ROWS = 50
"""Of a table."""
READ = 100_000
"""Characters of JSON that are read."""

_SHORT = 40
_SIGNS = {"kmh": "km/h", "percent": "%", "celsius": "°C", "fahrenheit": "°F"}
_UNITS = ("unit", "currency")


def described(outputs: Iterable[Output]) -> str:
    """Markdown: a line for each result, with a table where it is one."""
    rows = [_described(output) for output in outputs]
    if any("\n" in row for row in rows):
        return "\n\n".join(rows)
    return "\n".join(f"- {row}" for row in rows)


def is_prose(outputs: Iterable[Output]) -> bool:
    """Whether they are words already: there is no object and no list among them."""
    return not any(isinstance(_parsed(output.text), dict | list) for output in outputs)


def said(output: Output) -> str:
    """What one result says."""
    return _said(_parsed(output.text), output.text, _given(output)).strip()


def _described(output: Output) -> str:
    given = _given(output)
    known = [_scalar(value) for value in given.values() if _is_short(value)]
    about = f"`{output.name}`" if output.name else "The tool"
    if known:
        about += f" ({', '.join(known)})"
    words = said(output)
    return f"{about}:\n\n{words}" if "\n" in words else f"{about}: {words}"


def _given(output: Output) -> Mapping[str, Any]:
    given = _parsed(output.arguments)
    return given if isinstance(given, dict) else {}


def _said(value: Any, text: str, given: Mapping[str, Any]) -> str:
    match value:
        case {"columns": [*columns], "rows": [*rows]} if all(isinstance(row, list) for row in rows):
            return _table(columns, rows)
        case dict() if len(value) == 1 and isinstance(listed := next(iter(value.values())), list):
            return _said(listed, text, given)
        case []:
            return "nothing."
        case [dict(), *_] if all(isinstance(row, dict) for row in value):
            columns = list(dict.fromkeys(name for row in value for name in row))
            return _table(columns, [[row.get(name) for name in columns] for row in value])
        case dict() if value:
            return _fields(value, given)
        case list() if all(map(_is_short, value)):
            return ", ".join(map(_scalar, value)) + "."
        case bool() | int() | float():
            return f"{_scalar(value)}."
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) <= 1:
        return (lines or ["nothing."])[0]
    return "\n".join(f"> {line}" for line in lines)


def _fields(value: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """What is not only repeated of what was given, each number with its unit."""
    unit = ""
    if any(_is_number(one) for one in value.values()):
        unit = next((value[name] for name in _UNITS if isinstance(value.get(name), str)), "")
    fresh = {
        name: one
        for name, one in value.items()
        if given.get(name) != one and not (unit and name in _UNITS)
    }
    rows = []
    for name, one in fresh.items():
        words = _words(name)
        plain = _scalar(one) if _is_short(one) else json.dumps(one, ensure_ascii=False)
        if _is_number(one):
            if len(words) > 1 and words[-1] in _SIGNS:
                plain += f" {_SIGNS[words.pop()]}"
            elif unit:
                plain, unit = f"{plain} {_SIGNS.get(unit, unit)}", ""
        rows.append(plain if words == ["value"] else f"{' '.join(words)} {plain}")
    return ", ".join(rows) + "." if rows else "as it was asked for."


def _table(columns: list[Any], rows: list[list[Any]]) -> str:
    if len(columns) == len(rows) == 1:
        value = _scalar(rows[0][0] if rows[0] else None)
        return f"{' '.join(_words(str(columns[0])))} {value}."
    if not rows:
        return "no rows."
    lines = [_line(columns), _line("---" for _ in columns), *map(_line, rows[:ROWS])]
    more = [f"\nand {len(rows) - ROWS} more"] if len(rows) > ROWS else []
    return "\n".join([*lines, *more])


def _line(cells: Iterable[Any]) -> str:
    plain = (_scalar(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(plain)} |"


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.10g}"
        case str():
            return value
    return json.dumps(value, ensure_ascii=False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_short(value: Any) -> bool:
    if value is None or isinstance(value, dict | list):
        return False
    return len(str(value)) <= _SHORT


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.split(r"[\W_]+", name) if word] or [name]


def _parsed(text: str) -> Any:
    """JSON as what it says, anything else as nothing."""
    try:
        return json.loads(text) if len(text) <= READ else None
    except (ValueError, RecursionError):
        return None
