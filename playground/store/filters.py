"""Filters: which sessions a list shows, as one value, and the SQL that answers it.

Everything that is asked here stands in columns of `session` and `run`; no recording, no snapshot
and no settings but the name of a model are read for it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, Literal

Panel = Literal["", "chat", "structured", "tools", "compare"]
PANELS: tuple[Panel, ...] = ("chat", "structured", "tools", "compare")

FAILED = ("failed", "timed_out", "truncated", "interrupted")
"""Outcomes of runs that went wrong, whoever is to blame."""
# A number that JSON has no word for may be set by hand; SQLite reads nothing of what has one.
MODEL = "CASE WHEN json_valid(session.call) THEN json_extract(session.call, '$.model') END"
"""SQL: the name of the model that is set in a session."""
COMPARES = (
    "CASE WHEN json_valid(session.comparison)"
    " THEN json_type(session.comparison, '$.columns[0]') IS NOT NULL ELSE true END"
)
"""SQL: whether a session has columns; one that has none has nothing that could not be read."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which sessions are wanted; they must satisfy all of it. What is left alone asks nothing."""

    words: str = ""
    """All of them in one message, each by its beginning."""
    model: str = ""
    """A part of the name of a model that is set, or that a run went to."""
    profile: str = ""
    """The id of one that is set, or that a run went to."""
    panel: Panel = ""
    """A run of it belongs there; of `compare`: it has columns."""
    tags: tuple[str, ...] = ()
    """It has all of these, capitals or not."""
    folder: str | None = None
    """It lies in there, or further in, capitals or not; empty: in none."""
    exact: bool = False
    """In that folder itself, not further in."""
    since: date | None = None
    """It changed on this day of the local calendar, or later;"""
    before: date | None = None
    """and earlier than this one."""
    calls: bool = False
    """A tool was called in it."""
    failed: bool = False
    """A run of it went wrong."""
    running: bool = False
    pinned: bool | None = None
    archived: bool | None = None
    """None: in the archive or not."""
    trashed: bool = False
    """In the trash, and nowhere else."""

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything beside words."""
        return any(
            getattr(self, one.name) != one.default for one in fields(self) if one.name != "words"
        )


def conditions(wanted: Filter) -> tuple[str, list[Any]]:
    """(a condition on `session`, its values), without the words."""
    parts: list[str] = ["session.trashed = ?"]
    values: list[Any] = [wanted.trashed]

    def add(condition: str, *more: Any) -> None:
        parts.append(condition)
        values.extend(more)

    if wanted.archived is not None:
        add("session.archived = ?", wanted.archived)
    if wanted.pinned is not None:
        add("session.pinned = ?", wanted.pinned)
    if wanted.folder is not None and (wanted.exact or not wanted.folder):
        add("session.folder = ?", wanted.folder)
    elif wanted.folder is not None:
        inner = f"{escaped(wanted.folder)}/%"
        same = "session.folder = ? COLLATE NOCASE"
        add(f"({same} OR session.folder LIKE ? ESCAPE '\\')", wanted.folder, inner)
    if wanted.since is not None:
        add("session.changed >= ?", _begin(wanted.since))
    if wanted.before is not None:
        add("session.changed < ?", _begin(wanted.before))
    for tag in wanted.tags:
        add(
            "EXISTS (SELECT 1 FROM json_each(session.tags) WHERE value = ? COLLATE NOCASE)",
            tag,
        )
    if wanted.running:  # few are: the index of unfinished runs has them all
        add("session.id IN (SELECT session FROM run WHERE outcome IS NULL AND owner <> '')")
    if wanted.failed:
        add(_run(f"outcome IN ({', '.join('?' * len(FAILED))})"), *FAILED)
    if wanted.panel == "compare":
        add(COMPARES)
    elif wanted.panel:
        add(_run("place = ?"), wanted.panel)
    if wanted.calls:
        add(_run("calls > 0"))
    if wanted.profile:
        add(f"(session.profile = ? OR {_run('profile = ?')})", wanted.profile, wanted.profile)
    if wanted.model:
        like = f"%{escaped(wanted.model)}%"
        set_now = f"{MODEL} LIKE ? ESCAPE '\\'"
        went = _run("model LIKE ? ESCAPE '\\'")
        add(f"({set_now} OR {went})", like, like)
    return " AND ".join(parts), values


def _run(condition: str) -> str:
    """Some run of the session, not in the trash, for which this holds."""
    return (
        "EXISTS (SELECT 1 FROM run WHERE run.session = session.id AND NOT run.trashed"
        f" AND run.{condition})"
    )


def escaped(text: str) -> str:
    """For LIKE, with a backslash as its escape."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _begin(day: date) -> float:
    """When a day of the local calendar begins, in Unix seconds."""
    try:
        return datetime.combine(day, time.min).timestamp()
    except (OverflowError, ValueError, OSError):  # a year that no clock here has
        return float("-inf") if day.year < 1970 else float("inf")
