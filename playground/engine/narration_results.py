"""What a tool gave back, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from playground.core.recording import parse
from playground.engine.narration_parts import FEW, READ, Part, flat, is_secret, words_of
from playground.engine.narration_spoken import spoken
from playground.engine.narration_values import UNIT, cells_of, laid, many, named, tabled, told

LINE = 160
"""Characters that still fit into a sentence."""
HIDDEN = "something that is not meant to be read"

_ERROR = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception)\s*:\s+")
"""What programs put before what went wrong."""


def answered(output: str, given: Mapping[str, Any]) -> tuple[str, tuple[Part, ...]]:
    """(the end of a sentence that begins with who answers, what stands below it): `: 12 °C`, or
    ` with 3 rows` and these.

    What only repeats what the tool was `given` is left out.
    """
    value, wrong = parse(output) if len(output) <= READ else (None, "too long")
    if wrong and output.lstrip().startswith(("{", "[", "<")):
        return f": {HIDDEN}", ()
    if wrong or isinstance(value, str):
        return _said(spoken(_ERROR.sub("", str(output if wrong else value), count=1)))
    if isinstance(value, list) and value and all(map(_is_text, value)):
        return _said(spoken("\n\n".join(str(one["text"]) for one in value)))
    value = _fresh(value, given)
    name, about = _about(value)
    if (table := tabled(about)) is not None:
        return f" with {many(name, len(table.rows) - 1 + table.more)}", (table,)
    line = told(value)
    rows = list(named(value, 0)) if isinstance(value, dict) else []
    if len(line) > LINE or len(rows) >= FEW:
        return "", laid(value)
    return f": {line}", ()


def _said(parts: tuple[Part, ...]) -> tuple[str, tuple[Part, ...]]:
    """A text of a tool: in the sentence where it is short."""
    line = " ".join(flat(parts).split())
    short = len(line) <= LINE and all(isinstance(part, str) for part in parts)
    return (f": {line or 'nothing'}", ()) if short else ("", parts)


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and "text" in value


def _fresh(value: Any, given: Mapping[str, Any]) -> Any:
    if not isinstance(value, dict):
        return value
    fresh = {
        key: one
        for key, one in value.items()
        if given.get(key) != one or UNIT.fullmatch(key.lower())
    }
    return fresh or value


def _about(value: Any) -> tuple[str, Any]:
    """(name of its entries, the list) that a value is, or is about."""
    if isinstance(value, dict) and cells_of(value) is None and len(value) == 1:
        name, inner = next(iter(value.items()))
        if not is_secret(name):
            return " ".join(words_of(name)) or "entry", inner
    return ("row" if isinstance(value, dict) else "entry"), value
