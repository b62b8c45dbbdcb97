"""Outline: the tree of a session as lines, one a turn, so that thousands can be looked over.

A line is indented where the tree branches, and nowhere else: a conversation of any length in which
nothing was asked twice stands in one column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from playground.core.items import Item, Message
from playground.core.session import Run, Session

LONG = 200
"""Characters of a text that a line shows, at most; a list has thousands of lines."""


@dataclass(frozen=True, slots=True)
class Row:
    """A turn."""

    run: Run
    depth: int
    """How many branchings led here."""
    role: str
    """Who said what stands there: mostly `user`; `assistant` where nothing was asked."""
    words: str
    """How that begins."""
    answer: str
    """How what came of it begins."""
    model: str
    version: int
    """Which of its siblings it is, from 1, in the order they were made; the deleted ones count
    where they are shown."""
    versions: int
    branches: int
    """How many turns hang on it."""
    here: bool
    """It is on the branch on screen."""
    deleted: bool
    """It, or a turn that it hangs on."""

    @property
    def ends(self) -> bool:
        """Nothing hangs on it."""
        return self.branches == 0

    @property
    def forks(self) -> bool:
        """The tree branches at it, or it is one of the branches."""
        return self.versions > 1 or self.branches > 1


def outline(session: Session, *, deleted: bool = False) -> list[Row]:
    """All turns, each with what hangs on it below, in the order in which they were made. `deleted`:
    those in the trash too."""
    here = {run.id for run in session.path()}
    families = _families(session, deleted=deleted)
    rows: list[Row] = []
    waiting = _siblings(families.get(None, []), 0, gone=False)
    while waiting:  # not by recursion: a branch may be longer than Python's stack
        run, depth, version, versions, gone = waiting.pop()
        below = families.get(run.id, [])
        role, words = _begin(run.input, run.answer)
        rows.append(
            Row(
                run=run,
                depth=depth,
                role=role,
                words=words,
                answer="" if role == "assistant" and run.silent else _short(run.answer),
                model=run.transcript.model or ("" if run.silent else run.call.model),
                version=version,
                versions=versions,
                branches=len(below),
                here=run.id in here,
                deleted=gone,
            )
        )
        waiting += _siblings(below, depth, gone=gone)
    return rows


def forks_only(rows: Iterable[Row]) -> list[Row]:
    """The turns at which the tree branches, the branches, and where each of them ends."""
    return [row for row in rows if row.forks or row.ends]


def found(rows: Iterable[Row], words: str) -> list[Row]:
    """Those that have all of these words, in what was asked, in what came of it or in the model's
    name."""
    wanted = words.casefold().split()
    if not wanted:
        return list(rows)
    return [row for row in rows if _has(_said(row), wanted)]


def full_words(row: Row, most: int = 2_000) -> str:
    """What was asked and what came of it, for a reader who wants to know which turn this is."""
    parts = [str(item.text) for item in row.run.input if isinstance(item, Message)]
    if row.run.answer and not row.run.silent:
        parts.append(row.run.answer)
    said = "\n\n".join(filter(None, parts)) or row.words
    return said if len(said) <= most else said[: most - 1].rstrip() + "…"


def to_restore(session: Session, run: Run) -> Sequence[Run]:
    """The turns that have to come back from the trash for this one to be seen, root first."""
    return [one for one in session.path(run.id) if one.trashed]


_Waiting = tuple[Run, int, int, int, bool]


def _siblings(runs: Sequence[Run], depth: int, *, gone: bool) -> list[_Waiting]:
    """With their depth and versions, the last one first, as they are taken from the end."""
    count = len(runs)
    below = depth + (count > 1)
    return [
        (run, below, number, count, gone or run.trashed)
        for number, run in zip(range(count, 0, -1), reversed(runs), strict=True)
    ]


def _families(session: Session, *, deleted: bool) -> dict[str | None, list[Run]]:
    if not deleted:
        return session.families()
    made: dict[str | None, list[Run]] = {}
    for run in sorted(session.runs.values(), key=lambda run: (run.created, run.id)):
        made.setdefault(run.parent, []).append(run)
    return made


def _begin(said: Sequence[Item], answer: str) -> tuple[str, str]:
    """(role, words) of what a turn is called by: what the user said, else whatever was."""
    messages = [item for item in said if isinstance(item, Message)]
    asked = next((one for one in messages if one.role == "user"), None)
    first = asked or next(iter(messages), None)
    if first is None:
        return "assistant", _short(answer) or "Goes on"
    words = _short(str(first.text))
    if not words and first.parts:
        count = len(first.parts)
        words = "An attachment" if count == 1 else f"{count} attachments"
    return first.role, words or "Empty"


def _short(text: str) -> str:
    """One line of it."""
    words = " ".join(text[: 2 * LONG].split())
    return words if len(words) <= LONG else words[: LONG - 1].rstrip() + "…"


def _said(row: Row) -> Iterable[str]:
    yield from (str(item.text) for item in row.run.input if isinstance(item, Message))
    yield row.run.answer
    yield row.model


def _has(texts: Iterable[str], wanted: Collection[str]) -> bool:
    whole = "\n".join(texts).casefold()
    return all(word in whole for word in wanted)
