"""Docstrings: what a function is for, and what is said of each of its parameters.

Sections as Google and NumPy write them, and the fields of reST.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_FIELD = re.compile(r"\s*[:@](?:param|parameter|arg|argument|key|keyword)\s+([^:]*?)\s*:\s*(.*)")
_ANY_FIELD = re.compile(r"\s*[:@]\w+[^:]*:(?:\s|$)")
_SECTION = re.compile(
    r"(args|arguments|parameters|params|other parameters|keyword args|keyword arguments)\s*(:?)\s*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"[A-Z][A-Za-z ]{2,30}:\s*")
"""Of any section as Google writes them, beside those of parameters."""
_GOOGLE = re.compile(r"(\*{0,2}\w+)\s*(?:\(.*?\))?\s*:(?:\s+(.*)|\s*)")
_NUMPY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?")
_RULE = re.compile(r"\s*-{3,}\s*")


class Told(NamedTuple):
    summary: str
    """Its first paragraph, on one line."""
    parameters: Mapping[str, str]
    """Texts by name, each on one line."""


def read(docstring: str) -> Told:
    """Whatever it is: what follows none of the styles is text."""
    lines = inspect.cleandoc(docstring).split("\n")
    return Told(_joined(_summary(lines)), {**_sections(lines), **_fields(lines)})


def _summary(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not line.strip() or _begins(lines, number) or _ANY_FIELD.match(line):
            return
        yield line


def _begins(lines: Sequence[str], number: int) -> bool:
    """Whether a section of parameters, or another with a rule under it, begins in this line."""
    found = _SECTION.fullmatch(lines[number])
    ruled = number + 1 < len(lines) and bool(_RULE.fullmatch(lines[number + 1]))
    return ruled or bool(found and found[2])


def _fields(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if field := _FIELD.fullmatch(line):
            # `:param str city:` has the type before the name.
            name = field[1].split()[-1] if field[1].split() else ""
            current = found.setdefault(name.lstrip("*"), [])
            current.append(field[2])
        elif _ANY_FIELD.match(line) or not line.strip():
            current = []
        else:
            current.append(line)
    return {name: text for name, rows in found.items() if (text := _joined(rows))}


def _sections(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        section = _SECTION.fullmatch(line)
        if not section or not _begins(lines, number):
            continue
        if section[2]:
            found |= _entries(_indented(lines[number + 1 :]), _GOOGLE)
        else:
            found |= _entries(_until_rule(lines[number + 2 :]), _NUMPY)
    return found


def _indented(lines: Sequence[str]) -> list[str]:
    """The lines of a section as Google writes it: up to the next that is not indented."""
    rows: list[str] = []
    for line in lines:
        if line.strip() and not line[0].isspace():
            break
        rows.append(line)
    return inspect.cleandoc("\n" + "\n".join(rows)).split("\n")


def _until_rule(lines: Sequence[str]) -> list[str]:
    """The lines of a section as NumPy writes it: up to the heading of the next."""
    rule = next((at for at, line in enumerate(lines) if _RULE.fullmatch(line)), len(lines) + 1)
    return list(lines[: rule - 1])


def _entries(lines: Sequence[str], head: re.Pattern[str]) -> dict[str, str]:
    """Texts by name: an entry begins in a line without indentation, and goes on in those with."""
    found: dict[str, list[str]] = {}
    current: list[list[str]] = []
    for line in lines:
        if line[:1].isspace():
            for rows in current:
                rows.append(line)
        elif line.strip():
            entry = head.fullmatch(line)
            names = re.split(r"\s*,\s*", entry[1]) if entry else []
            current = [found.setdefault(name.lstrip("*"), []) for name in names]
            if entry and head is _GOOGLE:
                for rows in current:
                    rows.append(entry[2] or "")
    return {name: text for name, rows in found.items() if (text := _joined(rows))}


def _joined(rows: Iterator[str] | Sequence[str]) -> str:
    return " ".join(part for row in rows if (part := row.strip()))
