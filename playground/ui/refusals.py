"""Refusals: the files of several that could not be read, told in one notice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playground.core.plain import visible
from playground.core.problem import Problem

MOST, WIDE = 6, 160
"""Files that are named, and characters of what is said of one."""


def told(refused: Mapping[Path, Problem], count: int) -> Problem:
    """What is said of the files that could not be read, of so many; by name, each with its reason.
    What can be done about a file is done where it is from, so there is no remedy."""
    if len(refused) == 1:
        ((path, problem),) = refused.items()
        named = path.name in problem.title
        title = problem.title if named else f"{path.name}: {problem.title}"
        return problem.model_copy(update={"title": visible(title), "remedy": ""})
    rows = [_row(path.name, problem) for path, problem in refused.items()]
    more = len(rows) - MOST
    rows = [*rows[:MOST], *([f"And {more:,} more."] if more > 0 else [])]
    return Problem(
        title=f"{len(refused):,} of {count:,} files could not be read.",
        detail="\n".join(visible(one) for one in rows),
        facts={path.name: problem.title for path, problem in refused.items()},
    )


def _row(name: str, problem: Problem) -> str:
    said = problem.title if name in problem.title else f"{name}: {problem.detail or problem.title}"
    text = " ".join(said.split())
    return text if len(text) <= WIDE else f"{text[: WIDE - 1]}…"
