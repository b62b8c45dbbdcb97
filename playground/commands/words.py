"""What commands say: answers to stdout, the rest to stderr, nothing that drives a terminal."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from playground.core import negotiate
from playground.core.items import Message, Notice, Text, ToolCall
from playground.core.plain import terminal
from playground.core.problem import REMEDIES, Problem
from playground.core.session import Run
from playground.engine.limit import FIELDS, raised
from playground.engine.report import structure

LOOK = 0.05
"""Seconds between looks at a running transcript."""
TOLD = 20
"""Errors of an answer that are told at most."""


def tell(problem: Problem, action: str = "") -> None:
    """A Problem on stderr: the sentence, the server's words, the next action; `action` where a
    better one is known."""
    lines = [problem.title]
    if problem.detail and problem.detail != problem.title:
        lines.append(f"  {problem.detail.strip()}")
    facts = [
        f"HTTP {problem.status}" if problem.status else "",
        problem.code or "",
        f"param {problem.param}" if problem.param else "",
        f"request {problem.request_id}" if problem.request_id else "",
    ]
    if any(facts):
        lines.append("  " + ", ".join(filter(None, facts)))
    if action or REMEDIES[problem.remedy]:
        lines.append(f"  Next: {action or REMEDIES[problem.remedy]}.")
    print(terminal("\n".join(lines)), file=sys.stderr)


def way_out(run: Run) -> str:
    """How the request of a failed run would be taken, when the server said which field it refuses:
    `resend without 'top_p'`."""
    problem = run.transcript.problem
    body = negotiate.sent(run.recording)
    for offer in negotiate.offers(problem, body) if problem is not None else ():
        match offer.kind:
            case "drop":
                return f"resend without '{offer.path}'"
            case "rename":
                return f"resend with '{offer.path}' as '{offer.to}'"
            case "value":
                return f"resend {offer.words}"
    return ""


def left_open(run: Run) -> list[str]:
    """What an answer that came without an error does not say itself: that it is not whole, and
    which tools it waits for."""
    seen = run.transcript
    rows: list[str] = []
    if seen.exhausted:
        rows.append("The whole limit went to reasoning; nothing of the answer came.")
        more = raised(run.call, seen.usage.output if seen.usage is not None else 0)
        fields = {**more.fields, **more.extra}
        name = next(name for name in FIELDS if name in fields)
        rows.append(f"  Next: Raise the limit: --set {name}={fields[name]}.")
    elif seen.outcome == "incomplete":
        rows.append(f"The answer is not whole: {seen.finish_reason}.")
    for call in seen.tool_calls:
        if call.state == "not run" and not _is_answer(run, call):
            rows.append(f"Not run: {call.name}({call.arguments})")
    wrong = structure(run)["schema_errors"]
    rows += [f"{one['path']}: {one['message']}" for one in wrong[:TOLD]]
    if len(wrong) > TOLD:
        rows.append(f"and {len(wrong) - TOLD} more")
    return rows


def _is_answer(run: Run, call: ToolCall) -> bool:
    """Whether the arguments of a call are what was asked for."""
    output = run.call.output
    return output.mode == "tool" and call.name == output.name


def conclude(run: Run, action: str = "") -> None:
    """What there is to say on stderr when a run is over; `action` as of `tell`."""
    if (problem := run.transcript.problem) is not None:
        tell(problem, action)
        return
    for line in left_open(run):
        print(terminal(line), file=sys.stderr)


def without_qt(error: ImportError) -> Problem:
    """Why there can be no window, and what works all the same."""
    return Problem(
        title="The window needs Qt, which cannot be loaded here.",
        detail=f"{error}. `playground run` works without it.",
    )


class Printer:
    """Prints a run while it goes on."""

    def __init__(self, run: Run, *, quiet: bool, named: bool) -> None:
        self.run = run
        self.quiet = quiet
        self.named = named
        """The user named the model; otherwise it is told which one it became."""
        self._cursors: dict[str, tuple[int, int]] = {}
        self._told: set[str] = set()
        self._printed = False

    async def follow(self, task: asyncio.Task[Any]) -> None:
        """Print until the task has ended. Raises what it raised."""
        try:
            while not task.done():
                await asyncio.wait([task], timeout=LOOK)
                self.look()
        finally:
            if not task.done():
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.end()
        await task

    def end(self) -> None:
        self.look()
        if self._printed:
            print(flush=True)

    def look(self) -> None:
        seen = self.run.transcript
        if seen.phase == "starting" and seen.progress:
            self._say(seen.progress)
        if not self.named and seen.requests:
            self._say(f"model: {self.run.call.model}")
        for item in list(seen.items):
            if isinstance(item, Notice):
                self._say(item.text)
            elif self.quiet:
                continue
            elif isinstance(item, Message):
                self._more(f"{item.key}:text", item.text)
                self._more(f"{item.key}:refusal", item.refusal)
            elif isinstance(item, ToolCall) and _is_answer(self.run, item):
                self._more(item.key, item.arguments)

    def _say(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            print(terminal(text), file=sys.stderr, flush=True)

    def _more(self, key: str, text: Text) -> None:
        version, cursor = self._cursors.get(key, (text.version, 0))
        if version != text.version:  # corrected by the server: what was printed stands
            _, end = text.after(0)
            self._cursors[key] = (text.version, end)
            return
        if not cursor and text and self._printed:
            print("\n")
        more, cursor = text.after(cursor)
        self._cursors[key] = (version, cursor)
        if more:
            self._printed = True
            print(terminal(more), end="", flush=True)
