"""The object that `run --json` and `replay --json` print; see the README for its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.core.items import ToolOutput
from playground.core.problem import Problem
from playground.core.session import Run
from playground.core.transcript import Transcript

if TYPE_CHECKING:
    from playground.schemas.answer import Answer

EXIT = {
    "completed": 0,
    "incomplete": 3,
    "refused": 3,
    "truncated": 1,
    "failed": 1,
    "timed_out": 1,
    "limited": 4,
    "stopped": 130,
    "interrupted": 1,
}
"""Exit status by outcome."""


def describe(run: Run) -> dict[str, Any]:
    """What came of a run. Absent facts are None, never guessed."""
    seen = run.transcript
    usage, cost, problem = seen.usage, run.cost, _problem(seen)
    return {
        "run": run.id,
        "session": run.session,
        "api": run.call.api,
        "model": seen.model or run.call.model or None,
        "profile": run.profile,
        "outcome": seen.outcome,
        "finish_reason": seen.finish_reason,
        "text": seen.text,
        "reasoning": seen.reasoning,
        "refusal": seen.refusal,
        **structure(run),
        "tool_calls": _tool_calls(run),
        "steps": seen.legs,
        "requests": seen.requests,
        "retries": seen.retries,
        "usage": None
        if usage is None
        else usage.model_dump(include={"input", "cached", "output", "reasoning", "basis"}),
        "cost": {
            "usd": None if cost is None or cost.usd is None else str(cost.usd),
            "basis": "unknown" if cost is None else cost.basis,
            "price": None
            if cost is None or not cost.source
            else {"source": cost.source, "as_of": cost.as_of or None},
        },
        "timing": _timing(run),
        "events": seen.events,
        "malformed": seen.malformed,
        "repairs": list(seen.repairs),
        "request_id": seen.request_id,
        "problem": None
        if problem is None
        else problem.model_dump(include={"title", "detail", "status", "code", "param", "remedy"}),
    }


def _problem(seen: Transcript) -> Problem | None:
    """What went wrong, or why our side went no further."""
    if seen.problem is None and seen.outcome == "limited":
        return Problem(title=seen.limited, code=seen.limit, remedy="raise_limit")
    return seen.problem


def structure(run: Run) -> dict[str, Any]:
    """The structured output when one was asked for: it, where it holds, else what is wrong."""
    if not run.call.output.asked:
        return {"parsed": None, "schema_errors": []}
    from playground.engine.structured import structured  # slow to import
    from playground.schemas.source import spelled

    last = structured(run).last
    if last is None or last.state == "refused":
        return {"parsed": None, "schema_errors": []}
    if last.state == "none" and run.transcript.outcome in ("failed", "timed_out"):
        return {"parsed": None, "schema_errors": []}  # `problem` says what happened
    if last.state == "valid":
        return _parsed(last.answer)
    wrong = [{"path": spelled(one.path), "message": one.message} for one in last.errors]
    told = {row["path"] for row in wrong}
    if last.state == "truncated":
        missing = map(spelled, last.answer.missing)
        lacks = "it is missing"
        wrong += [{"path": path, "message": lacks} for path in missing if path not in told]
    return {"parsed": None, "schema_errors": wrong or [{"path": "$", "message": last.words}]}


def _parsed(answer: Answer) -> dict[str, Any]:
    """An answer that holds. Of numbers that are infinite when they are read, and of what is nested
    deeper than it can be written, only that is said."""
    from playground.schemas.source import spelled

    wrong = [
        {"path": spelled(flaw.node.path if flaw.node else ()), "message": flaw.words}
        for flaw in answer.flaws
        if flaw.kind == "depth"
        or (flaw.kind == "range" and flaw.node and isinstance(flaw.node.value(), float))
    ]
    return {"parsed": None if wrong else answer.value, "schema_errors": wrong}


def _tool_calls(run: Run) -> list[dict[str, Any]]:
    outputs: dict[str, list[ToolOutput]] = {}
    for item in run.transcript.items:
        if isinstance(item, ToolOutput):
            outputs.setdefault(item.call_id, []).append(item)
    rows: list[dict[str, Any]] = []
    for call in run.transcript.tool_calls:
        # Servers repeat ids; results come in the order of their calls.
        given = outputs.get(call.call_id)
        output = given.pop(0) if given else None
        rows.append(
            {
                "id": call.call_id or None,
                "name": call.name,
                "arguments": str(call.arguments),
                "output": output and output.output,
                "state": call.state,
                "ms": output and output.ms,
            }
        )
    return rows


def _timing(run: Run) -> dict[str, float | None]:
    first, last = run.transcript.first, run.transcript.timing
    start = first.request

    def since(moment: int | None) -> float | None:
        if start is None or moment is None:
            return None
        return round((moment - start) / 1e6, 3)

    return {
        "headers_ms": since(first.head),
        "first_event_ms": since(first.first_event),
        "first_token_ms": since(first.first_token),
        "total_ms": since(last.end),
    }
