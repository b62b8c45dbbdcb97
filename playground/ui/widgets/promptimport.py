"""Saved prompts from files of somebody else."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.engine import foreign, foreign_keeping
from playground.ui.desk import Desk

KINDS = {
    "preset": "a preset",
    "request": "a request",
    "messages": "a conversation",
    "curl": "a cURL command",
}


async def take(desk: Desk, path: Path) -> list[str]:
    """Put the prompts of a file into the library: their ids. Raises Failure with the reason why
    nothing of it was taken over."""
    found = await asyncio.to_thread(foreign.opened, path, time.time())
    if found is None:
        raise Failure(
            Problem(
                title=f"There are no saved prompts in {visible(path.name)}.",
                detail="Known are prompt objects (pmpt_…) as JSON: one, a list, one a line; up to"
                f" {foreign.LARGEST >> 20} MB.",
            )
        )
    if not found.prompts:
        raise Failure(
            Problem(
                title=f"{visible(path.name)} holds {KINDS.get(found.kind, 'something else')}.",
                detail="That becomes a session, not a prompt; a session can be saved as a prompt.",
            )
        )
    found.asked = []
    await foreign_keeping.keep(
        desk.workspace, desk.prompts, found, desk.profiles(), desk.default_profile
    )
    if found.notices:
        desk.report(
            Problem(
                title=f"Not all of {visible(path.name)} could be taken over.",
                detail="\n".join(visible(one) for one in found.notices),
            )
        )
    return [one.id for one in found.prompts]
