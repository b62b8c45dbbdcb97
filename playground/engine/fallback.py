"""Fallback: whether a failed request could do better elsewhere, and who is asked next."""

from __future__ import annotations

from playground.core.items import Message, Notice, ToolOutput
from playground.core.problem import TOO_LONG, Problem
from playground.core.transcript import Transcript

OURS = frozenset((400, 413, 422))
"""Statuses of requests that are wrong wherever they go."""
THEIRS = frozenset(
    (
        "add_key",
        "choose_model",
        "edit_profile",
        "raise_limit",
        "retry",
        "switch_profile",
        "wait",
    )
)
"""What may be done about a failure that is the server's own."""

NOTHING = Problem(title="The answer ended before it had begun.", remedy="retry")


def is_theirs(problem: Problem) -> bool:
    """Whether another server could do better: it is this one that cannot be reached, is busy, or
    does not know the key or the model."""
    if problem.bug or problem.status in OURS or problem.title == TOO_LONG[0]:
        return False
    return problem.remedy in THEIRS


def failed(seen: Transcript, leg: int) -> Problem | None:
    """What a leg failed of, when it brought nothing else and another server could do better."""
    if seen.terminal in ("completed", "incomplete") or leg in seen.reused or seen.limit:
        return None
    if any(
        item.leg == leg and not isinstance(item, Notice | ToolOutput) and not _is_said(item)
        for item in seen.items
    ):
        return None  # an answer had begun: a second one would not be its rest
    used = seen.usages.get(leg)
    if used is not None and used.output:
        return None  # and was paid for
    problem = seen.problem or NOTHING
    return problem if is_theirs(problem) else None


def _is_said(item: object) -> bool:
    """By our side, before the request."""
    return isinstance(item, Message) and item.role != "assistant"
