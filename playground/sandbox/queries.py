"""Queries: SQL as a text has it, or about the tables that the description of a tool names."""

from __future__ import annotations

import re

from playground.sandbox.picks import Picks

WRITTEN = re.compile(r"\b(?:SELECT\b|WITH \w+ AS\b|(?i:select\b[^;`]+?\bfrom\b))[^;`]*")
"""SQL, up to the end of what is said; in small letters only where it cannot be English."""
_TABLE = re.compile(r"\b(\w+) \((\w+(?:, \w+)*)\)")
_COUNTED = re.compile(r"\bhow many\b|\bnumber of\b", re.I)
_PLACES = ("city", "country", "place")


def query(text: str, described: str) -> str | None:
    """The query that a text asks for; None when it says nothing of one."""
    picks = Picks(text)
    for said in (*picks.quoted, text):
        if written := WRITTEN.search(said):
            sql = " ".join(written[0].split())
            return sql.rstrip(" .?!”") if said is text else sql
    tables = {name: columns.split(", ") for name, columns in _TABLE.findall(described)}
    at = {name: _place(name, text) for name in tables}
    named = sorted((place, name) for name, place in at.items() if place is not None)
    if not named:
        return None
    table = named[0][1]
    columns = tables[table]
    if _COUNTED.search(text):
        chosen = f"COUNT(*) AS {table}"
    else:
        chosen = ", ".join(name for name in columns if _place(name, text) is not None) or "*"
    where = next((name for name in _PLACES if name in columns), None)
    if where is None or not picks.names:
        return f"SELECT {chosen} FROM {table}"
    name = picks.names[0].replace("'", "''")
    return f"SELECT {chosen} FROM {table} WHERE {where} = '{name}'"


def _place(name: str, text: str) -> int | None:
    """Where a text says a name, as one or as many."""
    stem = name.removesuffix("s").removesuffix("y").replace("_", "[_ ]")
    found = re.search(rf"\b{stem}(?:y|ies|s|es)?\b", text, re.I)
    return found and found.start()
