"""A tool called without a model, by whoever looks at it. The click is the approval; all else is as
in a run: the same checks, the same kinds, the same limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playground.core.session import new_id
from playground.core.tools import Asked, Mode, Result, Tool
from playground.engine.approval import Approvals, Kind, approve, settle


async def called(
    tool: Tool,
    arguments: str,
    kinds: Mapping[Mode, Kind],
    progress: Callable[[str], None] = lambda text: None,
) -> Result:
    """What comes of it, with a note where the result breaks the tool's own schema. Cancelling the
    task ends the call."""

    def note(kind: str, data: Mapping[str, object]) -> None:
        if kind == "tool.progress":
            progress(str(data.get("text", "")))

    asked = Asked(new_id("call"), tool.name, arguments, tool)
    return await settle(asked, approvals=Approvals(), ask=approve, kinds=kinds, note=note)
