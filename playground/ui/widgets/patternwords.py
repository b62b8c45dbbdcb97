"""Patterns in words: what a session has of them on one line, and how long an answer may stand. No
Qt."""

from __future__ import annotations

import re

from playground.core.patterns import Patterns, Sign
from playground.store.reusable import KEPT

SIGNS: tuple[tuple[Sign, str, str], ...] = (
    ("contains", "contains", "words"),
    ("matches", "matches", "pattern"),
    ("longer", "is longer than", "characters"),
    ("shorter", "is shorter than", "characters"),
    ("attachments", "has attachments", ""),
    ("tools", "offers tools", ""),
    ("schema", "asks for a form", ""),
    ("always", "is any at all", ""),
)
"""(sign, how it is said of a message, what its value is; empty: it has none)."""
TIMES = ((0, "off"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (86_400, "1 day"))
"""(seconds, how they are called), as they are offered."""
UNITS = {"": 1, "s": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400, "day": 86_400, "days": 86_400}
LONGEST = int(KEPT)
HOW = "A time of up to 30 days, as in 90 s, 15 min, 2 h or 3 d."


def seconds_of(text: str) -> int | None:
    """How long somebody wants it to be; None: that is no time."""
    found = re.fullmatch(r"\s*([0-9]{1,7})\s*([a-z]*)\s*", text.casefold())
    if found is None or found[2] not in UNITS:
        return None
    seconds = int(found[1]) * UNITS[found[2]]
    return seconds if seconds <= LONGEST else None


def duration(seconds: int) -> str:
    """The same as somebody would write it: 90 s, 15 min; never longer than answers are kept."""
    seconds = min(seconds, LONGEST)
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def summary(patterns: Patterns) -> str:
    """`2 rules · a model picks · fallback to 1 · answers reused for 10 min`, or `none`."""
    rules, fallback = len(patterns.rules), len(patterns.fallback)
    rows = (
        f"{rules} rule{'s' if rules > 1 else ''}" if rules else "",
        "a model picks" if patterns.picker is not None else "",
        f"fallback to {fallback}" if fallback else "",
        f"answers reused for {duration(patterns.reuse)}" if patterns.reuse else "",
    )
    return " · ".join(filter(None, rows)) or "none"
