"""All hostile answers there are: the ordinary ones, and the heavy."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile import bodies, chat, framing, heavy, responses, structured, values
from tests.hostile.case import Case

CASES: tuple[Case, ...] = tuple(
    case for part in (framing, bodies, values, chat, responses, structured) for case in part.cases()
)


def heavy_cases(share: float = 1) -> Iterator[Case]:
    """One by one: together they are some hundreds of megabytes, or a share of that."""
    return heavy.cases(share)
