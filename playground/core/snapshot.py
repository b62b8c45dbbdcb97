"""Snapshot: a finished transcript as JSON values, so that opening a session reads no recording.

What only the reducer needs (`scratch`) is not kept: a transcript that is to go on is read from its
recording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from playground.core.items import dump, load
from playground.core.patterns import Detour
from playground.core.problem import Problem
from playground.core.transcript import Timing, Transcript
from playground.core.usage import Usage

FORMAT = 1

LEFT_OUT = frozenset(("scratch", "_by_key", "number"))
_EMPTY = Transcript()
KEPT = tuple(one.name for one in fields(Transcript) if one.name not in LEFT_OUT)
_KEPT = frozenset(KEPT)

Convert = Callable[[Any], Any]


def _numbered(convert: Convert) -> Convert:
    """JSON's keys are text; ours are numbers of legs and events."""
    return lambda rows: {int(number): convert(row) for number, row in rows.items()}


def _same(value: Any) -> Any:
    return value


_DUMP: Mapping[str, Convert] = {
    "items": lambda items: [dump(item) for item in items],
    "problem": lambda problem: problem and problem.model_dump(mode="json", exclude_defaults=True),
    "usages": lambda rows: {str(leg): usage.model_dump() for leg, usage in rows.items()},
    "timing": asdict,
    "first": asdict,
    "headers": dict,
    "misread": lambda rows: {str(number): why for number, why in rows.items()},
    "repairs": list,
    "detours": lambda rows: [row.model_dump(mode="json", exclude_defaults=True) for row in rows],
    "repaired": lambda rows: {str(number): what for number, what in rows.items()},
}
_LOAD: Mapping[str, Convert] = {
    "items": lambda rows: [load(row) for row in rows],
    "problem": lambda row: row and Problem.model_validate(row),
    "usages": _numbered(Usage.model_validate),
    "timing": lambda row: Timing(**row),
    "first": lambda row: Timing(**row),
    "misread": _numbered(_same),
    "repaired": _numbered(_same),
    "detours": lambda rows: [Detour.model_validate(row) for row in rows],
}


def snapshot(transcript: Transcript) -> dict[str, Any]:
    """All that a transcript shows; what is not in it is as in an empty one."""
    row: dict[str, Any] = {"format": FORMAT}
    for name in KEPT:
        if (value := getattr(transcript, name)) != getattr(_EMPTY, name):
            row[name] = _DUMP.get(name, _same)(value)
    return row


def restore(row: Mapping[str, Any]) -> Transcript:
    """The transcript of a snapshot. Raises ValueError when it is none that this version can read;
    the recording can."""
    if row.get("format") != FORMAT:
        raise ValueError(f"a snapshot of format {row.get('format')!r}")
    try:
        values = {
            name: _LOAD.get(name, _same)(value) for name, value in row.items() if name in _KEPT
        }
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"a damaged snapshot: {error}") from error
    transcript = Transcript(**values)
    transcript._by_key = {item.key: item for item in transcript.items}
    return transcript
