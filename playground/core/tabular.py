"""Whether a JSON value is a table, and which: for a view of it, and for files of rows.

A table is a list of objects, or of plain values, at the root or as what an object is about. What is
nested one level gets columns of its own (`price.amount`); what is nested deeper, or is not nested
in every row, is written as JSON in its cell.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MOST = 1_000
"""Columns. What has more is no table: nobody could read it, and each row would pay for all."""
VALUE = "value"
"""The column of a list of plain values."""
DEEPER = "… nested too deeply to be written"

Path = tuple[str | int, ...]


class Table(NamedTuple):
    columns: list[str]
    rows: list[list[Any]]
    """Text, numbers, booleans, and None for null and for what is not there."""
    path: Path
    """Of the list in the value."""


def table(value: Any) -> Table | None:
    """The table that a value is; None when it is none, or an empty one."""
    found = listed(value)
    if found is None:
        return None
    path, items = found
    columns = Columns()
    for item in items:
        columns.take(item)
    if not 0 < len(columns.names) <= MOST:
        return None
    return Table(columns.names, [columns.cells(item) for item in items], path)


def listed(value: Any) -> tuple[Path, list[Any]] | None:
    """Where the rows are, and what they are made of: all objects, or all plain values.

    An object is about a list of objects when it has no second one; about a list of plain values
    only when it has nothing else.
    """
    if isinstance(value, list):
        return ((), value) if _uniform(value) else None
    if not isinstance(value, dict):
        return None
    lists = [(name, inner) for name, inner in value.items() if isinstance(inner, list) and inner]
    found = [(name, inner) for name, inner in lists if _objects(inner)]
    if not found and len(value) == 1:
        found = [(name, inner) for name, inner in lists if _plain(inner)]
    return ((found[0][0],), found[0][1]) if len(found) == 1 else None


class Columns:
    """The columns that rows have so far, in the order of first appearance. Rows may still come:
    all of them objects, or all plain values."""

    def __init__(self) -> None:
        self._inner: dict[str, dict[str, None] | None] = {}  # None: this one is not spread out
        self._dotted = False  # a name with a dot in it: `a.b` could be read in two ways
        self._names: list[str] | None = None
        self._plain = False

    @property
    def names(self) -> list[str]:
        if self._names is None:
            self._names = [VALUE] if self._plain else []
            for name in self._inner:
                self._names += [f"{name}.{inner}" for inner in self._spread(name)] or [name]
        return self._names

    @property
    def paths(self) -> list[tuple[str, ...]]:
        """For each column the names that lead to its value in a row."""
        if self._plain:
            return [()]
        found: list[tuple[str, ...]] = []
        for name in self._inner:
            spread = self._spread(name)
            found += [(name, inner) for inner in spread] if spread else [(name,)]
        return found

    def take(self, row: Any) -> bool:
        """Let a row have its columns. Whether they are other ones than before."""
        before = self._names
        if not isinstance(row, dict):
            self._plain, self._names = True, before if self._plain else None
            return self._names is None
        for name, value in row.items():
            if name not in self._inner:
                self._inner[name] = {}
                self._dotted |= "." in name
                self._names = None
            known = self._inner[name]
            if known is None or value is None:
                continue
            if not isinstance(value, dict):
                self._names = None if known else self._names
                self._inner[name] = None
            elif fresh := dict.fromkeys(inner for inner in value if inner not in known):
                known |= fresh
                self._dotted |= any("." in inner for inner in fresh)
                self._names = None
        return before is None or self._names is None

    def cells(self, row: Any, absent: Any = None) -> list[Any]:
        """What a row has in each column; `absent` where it has nothing."""
        if not isinstance(row, dict):
            return [_cell(row)]
        cells: list[Any] = []
        for name in self._inner:
            value = row.get(name, absent)
            if not (spread := self._spread(name)):
                cells.append(_cell(value))
            elif isinstance(value, dict):
                cells += [_cell(value.get(inner, absent)) for inner in spread]
            else:
                cells += [value] * len(spread)
        return cells

    def _spread(self, name: str) -> dict[str, None]:
        """The columns that this one is spread out into; empty when it stays one."""
        return {} if self._dotted else self._inner[name] or {}


def _uniform(items: list[Any]) -> bool:
    return bool(items) and (_objects(items) or _plain(items))


def _objects(items: list[Any]) -> bool:
    return all(isinstance(item, dict) for item in items)


def _plain(items: list[Any]) -> bool:
    return not any(isinstance(item, dict | list) for item in items)


def _cell(value: Any) -> Any:
    if not isinstance(value, dict | list):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return DEEPER
