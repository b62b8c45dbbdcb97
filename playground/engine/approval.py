"""Approval: the one place where a call of a tool is approved and then run. Nothing else runs one.

A call that cannot be right (not whole, no JSON, against its schema, of a tool that there is not) is
never asked about: the model hears what is wrong. Of the others each is asked about, unless it was
allowed before or a person answers it anyhow. Sessions, presets and imports carry no approvals:
those are kept by the tool's id, its definition and who was to answer, and by nothing that comes
from elsewhere.

What a server asks for beside functions comes this way too. Some of it is done by the server once it
has leave to; the rest is done by nobody, and can only be answered by hand.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from playground.core.plain import whole
from playground.core.problem import Failure, from_exception
from playground.core.recording import parse
from playground.core.tools import (
    Allowed,
    Answer,
    Approve,
    Asked,
    Decision,
    Mode,
    Reject,
    Result,
    Scope,
    Tool,
)
from playground.engine.toolchecks import Check, offences, wrong

if TYPE_CHECKING:
    from playground.schemas.difference import Line

log = logging.getLogger("tools")

LARGEST = 1 << 20
"""Bytes of a result that the model gets."""
SLACK = 4096
"""Bytes more that are let through: a kind that cut a result itself has said so at its end."""
LEAVE = "The server may make this call."
"""What is noted as the result where that is all that can be said."""
LINES = 1000
"""Times that a tool may say how far it is, and"""
LINE = 500
"""characters of each."""

Note = Callable[[str, dict[str, Any]], None]
"""Puts a fact on the recording: (kind, data)."""


class Kind(Protocol):
    """Who answers a call that was approved. Cancelling the task is the only stop, and ends
    whatever runs. Raises Failure for what is wrong on our side; what the tool does wrong is a
    Result."""

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result: ...


@dataclass(frozen=True, slots=True)
class Request:
    """A call, and what there is to know for whoever decides about it."""

    asked: Asked
    tool: Tool
    arguments: str
    """With which it would be run."""
    before: str | None = None
    """The arguments of the last call of the same tool; None: it is the first."""
    wrong: tuple[str, ...] = ()
    """Why the last decision could not be followed: its arguments are against the schema."""

    @property
    def touches(self) -> str:
        """What it may reach when it is run, as a sentence."""
        return touches(self.tool)

    @property
    def difference(self) -> list[Line]:
        """Its arguments against those of the last call, line by line; empty for the first."""
        from playground.schemas.difference import difference

        return (
            [] if self.before is None else difference(_shown(self.before), _shown(self.arguments))
        )


Ask = Callable[[Request], Awaitable[Decision]]
"""Shows a call and waits for what becomes of it. It minds being cancelled: the question goes away
then. The arguments that it approves may be others; when those break the schema it is asked again.
"""


async def refuse(request: Request) -> Decision:
    """Nobody is there who could approve anything."""
    return Reject("Calls of tools are not approved here.")


async def approve(request: Request) -> Decision:
    """For whoever said beforehand that everything may run, knowing which tools there are."""
    return Approve(request.arguments)


@dataclass(frozen=True, slots=True)
class Grant:
    """Something that need not be asked about again."""

    allowed: Allowed
    session: str = ""
    """The only session in which it holds; empty: always."""

    @property
    def scope(self) -> Scope:
        return "session" if self.session else "always"


class Approvals:
    """What need not be asked about again."""

    def __init__(
        self,
        always: Iterable[Allowed] = (),
        keep: Callable[[list[Allowed]], None] = lambda always: None,
    ) -> None:
        """`always` is what was kept of earlier; `keep` is told all of it when it changes."""
        self._grants = [Grant(one) for one in always]
        self._keep = keep
        self._news: set[asyncio.Future[None]] = set()
        """Of those who wait for a grant."""

    @property
    def grants(self) -> list[Grant]:
        """All that holds now, in the order in which it was allowed."""
        return list(self._grants)

    def grant(self, tool: Tool, scope: Scope, session: str = "") -> None:
        if scope == "once" or (scope == "session" and not session):
            return
        made = Grant(_allowed(tool), session if scope == "session" else "")
        if made not in self._grants:
            self._grants.append(made)
            self._changed(made)
        for news in self._news:
            if not news.done():
                news.set_result(None)

    def scope(self, tool: Tool, session: str = "") -> Scope | None:
        """How far back a call of the tool was approved; None: it has to be asked about."""
        wanted = _allowed(tool)
        held = {one.scope for one in self._grants if one in (Grant(wanted), Grant(wanted, session))}
        return "always" if "always" in held else "session" if held else None

    async def granted(self, tool: Tool, session: str = "") -> Scope:
        """Wait until calls of the tool need not be asked about."""
        while (scope := self.scope(tool, session)) is None:
            news = asyncio.get_running_loop().create_future()
            self._news.add(news)
            try:
                await news
            finally:
                self._news.discard(news)
        return scope

    def revoke(self, grant: Grant) -> None:
        if grant in self._grants:
            self._grants.remove(grant)
            self._changed(grant)

    def _changed(self, grant: Grant) -> None:
        if grant.scope == "always":
            self._keep([one.allowed for one in self._grants if one.scope == "always"])


def _allowed(tool: Tool) -> Allowed:
    return Allowed(tool=tool.id, digest=tool.digest, mode=tool.mode)


async def settle(
    asked: Asked,
    *,
    approvals: Approvals,
    ask: Ask,
    kinds: Mapping[Mode, Kind],
    note: Note,
    session: str = "",
    before: str | None = None,
    check: Check | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """What the model gets for a call. Whatever became of it on the way is noted; the result itself
    is left to the caller, because results go back in the order of their calls.

    before: as of Request. check: against which arguments are held, also edited ones. clock:
    seconds.
    """
    tool, check = asked.tool, check or wrong
    errors = asked.wrong
    if tool is not None and not errors:
        errors = await asyncio.to_thread(check, tool, given(asked))
    if tool is None or errors:
        result = Result(_unfit(asked.name, errors), "failed", errors)
    else:
        request = Request(asked, tool, given(asked), before)
        note("tool.asked", {"call_id": asked.call_id, "tool": tool.title})
        decision = await _decided(request, approvals, ask, kinds, note, session, check)
        match decision:
            case Reject(reason):
                result = Result(_denied(reason), "denied")
            case Answer(result) if wants_leave(tool):
                result = replace(result, state="denied", ms=None)  # in the place of the server's
            case Approve() if wants_leave(tool):
                result = Result(LEAVE)
            case Answer(result):
                result = await _checked(tool, replace(result, ms=None))
            case Approve(arguments):
                result = await _run(request, arguments, kinds, note, clock)
            case _:
                assert_never(decision)
    ended = {"call_id": asked.call_id, "state": result.state, "ms": result.ms}
    note("tool.ended", {name: value for name, value in ended.items() if value is not None})
    return result


async def _decided(
    request: Request,
    approvals: Approvals,
    ask: Ask,
    kinds: Mapping[Mode, Kind],
    note: Note,
    session: str,
    check: Check,
) -> Decision:
    tool, original = request.tool, request.arguments
    hosted = tool.kind == "hosted"
    scope = approvals.scope(tool, session)
    if scope is not None or (tool.mode == "human" and "human" in kinds and not hosted):
        # Where a person answers nothing is run: answering is as good as approving.
        decision: Decision = Approve(original, scope or "once")
        _approved(note, request, decision, original, asked=False)
        return decision
    while True:
        if request.wrong:  # somebody is about to put its arguments right
            decision = await ask(request)
        elif isinstance(found := await _asked(request, approvals, ask, session), str):
            decision = Approve(original, found)
            _approved(note, request, decision, original, asked=False)
            return decision
        else:
            decision = found
        if not isinstance(decision, Approve):
            break
        if hosted and (words := _unallowed(tool, decision.arguments == original)):
            decision = Reject(words)
            break
        if decision.arguments == original:
            break
        errors = await asyncio.to_thread(check, tool, decision.arguments)
        if not errors:
            break
        if decision.arguments == request.arguments:
            # The same once more, by somebody who does not look at what is wrong with it.
            decision = Reject("The arguments that were put in the place of its own are not valid.")
            break
        request = replace(request, arguments=decision.arguments, wrong=errors)
    _approved(note, request, decision, original, asked=True)
    if isinstance(decision, Approve):
        approvals.grant(tool, decision.scope, session)
    return decision


async def _asked(
    request: Request, approvals: Approvals, ask: Ask, session: str
) -> Decision | Scope:
    """What is decided about a call; or how far back it is allowed, when a call of the same tool
    beside it is approved for longer while somebody is asked: then the question goes away."""
    asking = asyncio.ensure_future(ask(request))
    allowing = asyncio.ensure_future(approvals.granted(request.tool, session))
    try:
        await asyncio.wait((asking, allowing), return_when=asyncio.FIRST_COMPLETED)
        return asking.result() if asking.done() else allowing.result()
    finally:
        asking.cancel()
        allowing.cancel()
        await asyncio.gather(asking, allowing, return_exceptions=True)


def wants_leave(tool: Tool) -> bool:
    """Whether its calls are the server's own, which it makes when it is told that it may."""
    return tool.kind == "hosted" and tool.mode == "real"


def _unallowed(tool: Tool, same: bool) -> str:
    """Why a call that a server asks for cannot be approved like this; empty: it can."""
    if not wants_leave(tool):
        return "It is not executed here: it can only be answered by hand."
    return "" if same else "The server makes it as it stands, and not with other arguments."


def _approved(
    note: Note, request: Request, decision: Decision, original: str, *, asked: bool
) -> None:
    data: dict[str, Any] = {"call_id": request.asked.call_id, "asked": asked}
    match decision:
        case Approve(arguments, scope):
            data |= {"decision": "approve", "scope": scope}
            if arguments != original:
                data["arguments"] = arguments
        case Answer():
            data["decision"] = "answer"
        case Reject(reason):
            data["decision"] = "reject"
            if reason:
                data["reason"] = reason
        case _:
            assert_never(decision)
    note("approval", data)


async def _run(
    request: Request,
    arguments: str,
    kinds: Mapping[Mode, Kind],
    note: Note,
    clock: Callable[[], float],
) -> Result:
    tool, asked = request.tool, request.asked
    kind = kinds.get(tool.mode)
    if kind is None:
        return Result(f"`{tool.name}` was not run: nothing here can run it.", "failed")
    note("tool.started", {"call_id": asked.call_id, "mode": tool.mode})
    began, said = clock(), 0

    def progress(text: str) -> None:
        nonlocal said
        said += 1
        if said <= LINES:
            note("tool.progress", {"call_id": asked.call_id, "text": whole(text[:LINE])})

    try:
        result = await kind.call(tool, asked, arguments, progress)
    except Exception as error:
        # The other calls, and the run, go on: the model hears that this one came to nothing.
        problem = from_exception(error)
        if not isinstance(error, Failure):
            log.error("A tool could not be run by our own mistake.", exc_info=error)
        words = f"`{tool.name}` could not be run. {problem.title} {problem.detail}".strip()
        facts = {"problem": problem.model_dump(mode="json", exclude_defaults=True)}
        result = Result(words, "failed", facts=facts)
    ms = round((clock() - began) * 1000, 3)
    return await _checked(tool, replace(result, ms=ms))


async def _checked(tool: Tool, result: Result) -> Result:
    """The result in the length that goes back, with a note where its schema does not hold."""
    output, notes = whole(result.output), list(result.notes)
    data = output.encode()
    if len(data) > LARGEST + SLACK and tool.kind != "hosted":  # pictures are larger
        words = f"this is the start of {len(data):,} bytes"
        output = f"{data[:LARGEST].decode('utf-8', 'ignore')}\n[Cut: {words}.]"
        notes.append(f"The result was cut: {words}.")
    if result.ok and tool.output is not None:
        notes += await asyncio.to_thread(offences, output, tool.output)
    return replace(result, output=output, notes=tuple(notes))


def _unfit(name: str, errors: Iterable[str]) -> str:
    """What a model is told of a call that could not be run."""
    listed = "\n".join(f"- {one}" for one in errors) or "- There is no such tool."
    return f"`{name}` was not run:\n{listed}"


def _denied(reason: str) -> str:
    return f"This call was denied, and nothing was run. {reason}".strip()


def given(asked: Asked) -> str:
    """Of a function that takes none some models write nothing at all."""
    blank = asked.tool is not None and asked.tool.kind == "function" and not asked.arguments.strip()
    return "{}" if blank else asked.arguments


def _shown(arguments: str) -> str:
    value, why = parse(arguments)
    return arguments if why else json.dumps(value, ensure_ascii=False, indent=2)


def touches(tool: Tool) -> str:
    """What a call of the tool may reach when it is run, as a sentence."""
    match tool.mode:
        case "mock":
            return "Nothing: rules answer in its place."
        case "replay":
            return "Nothing: it gets what an earlier run got."
        case "human":
            return "Nothing: whoever sits here answers in its place."
        case "real" if file := tool.origin.get("python"):
            return (
                f"Runs code of {PurePath(file).name} in a process that is held: without network, "
                "your files, other programs or keys."
            )
        case "real" if tool.kind == "hosted":
            return (
                f"The server that asks has the MCP server {tool.source} do it, and that may reach "
                "all that it can reach."
            )
        case "real" if server := tool.origin.get("mcp"):
            return f"The MCP server {server} does it, and may reach all that this server can reach."
        case "real":
            return "Nothing: it is only a definition, which nothing runs."
        case _:
            assert_never(tool.mode)
