"""What a program has to read of an answer, beyond the text of its first choice.

Languages write that down as templates: lines of code, each behind the flag under which it is
wanted (none: always) and a bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.core.profile import Api
from playground.export.request import Request


@dataclass(frozen=True, slots=True)
class Expected:
    several: bool = False
    """There may be more choices than one, whose pieces arrive in any order."""
    calls: bool = False
    """The answer may be calls of functions."""
    background: bool = False
    """The answer has to be asked for until it is there."""

    def chosen(self, template: str) -> str:
        """The code of a template. Flags: `several`, `single`, `calls`; `each` for several choices
        or calls, and `plain` for neither."""
        each = self.several or self.calls
        wanted = {
            "": True,
            "several": self.several,
            "single": not self.several,
            "calls": self.calls,
            "each": each,
            "plain": not each,
        }
        rows = (line.partition("|") for line in template.rstrip("\n").split("\n"))
        return "".join(f"{code}\n" for flag, _, code in rows if wanted[flag.strip()])


def expected(api: Api, request: Request) -> Expected:
    fields = request.fields
    if api == "responses":
        background = fields.get("background") is True and not request.streamed
        return Expected(calls=_offers(fields.get("tools")), background=background)
    prompts = fields.get("prompt") if api == "completions" else None
    listed = isinstance(prompts, list) and len(prompts) > 1 and not isinstance(prompts[0], int)
    return Expected(
        several=listed or (fields.get("n") or 1) != 1,
        calls=api == "chat" and _offers(fields.get("tools")),
    )


def _offers(tools: Any) -> bool:
    rows = tools if isinstance(tools, list) else []
    return any(isinstance(tool, dict) and tool.get("type") == "function" for tool in rows)
