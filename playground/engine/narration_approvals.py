"""What somebody decided about calls, in words."""

from __future__ import annotations

from collections.abc import Sequence

from playground.core.items import Item, ToolCall
from playground.core.recording import parse
from playground.core.session import Run
from playground.engine.narration_calls import changes


def answered_by_hand(run: Run, items: Sequence[Item]) -> set[str]:
    """Calls whose result somebody gave who was to approve them, by key or `call_id`: only the
    recording knows that one which was never begun did not just fail."""
    if not any(_is_unrun(item) for item in items):
        return set()
    found: set[str] = set()
    for number, kind in enumerate(run.recording.kinds):
        if kind == "approval":
            data, _ = parse(run.recording.raws[number].decode("utf-8", "replace"))
            if isinstance(data, dict) and data.get("decision") == "answer":
                found.add(str(data.get("item") or data.get("call_id")))
    return found


def _is_unrun(item: Item) -> bool:
    return (
        isinstance(item, ToolCall)
        and item.asked_at is not None
        and item.started_at is None
        and item.state in ("done", "failed")
    )


def awaited(asked: Sequence[ToolCall]) -> str:
    left = sum(call.state == "asked" for call in asked)
    return "Waiting for your approval" + (f" of {left} calls." if left > 1 else ".")


def decided(asked: Sequence[ToolCall], by_hand: bool) -> str:
    denied = [call for call in asked if call.state == "denied"]
    idle = [call for call in asked if call.state == "not run"]
    several = {1: "", 2: " both"}.get(len(asked), f" all {len(asked)}")
    if len(idle) == len(asked):
        return "Your approval was asked for, and nobody gave it."
    if len(denied) == len(asked):
        return f"You say no{' to' if several else ''}{several}."
    if denied or idle:
        return f"You approve {len(asked) - len(denied) - len(idle)} of {len(asked)}."
    if by_hand:
        return f"You answer {several.strip() or 'it'} yourself."
    changed = next((call for call in asked if call.approved is not None), None)
    if changed is not None:
        what = changes(str(changed.arguments), changed.approved or "")
        return f"You change {what}. You approve{several}."
    return f"You approve{several}."
