"""Importing: a run out of a file becomes a session of its own.

Nothing that is there is touched: what has an id that is taken gets another one. Nothing is begun or
allowed by it either: of the tools that the run was offered copies remain, which run nowhere, and
the session offers none.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from playground.core.call import Call
from playground.core.output import Output
from playground.core.problem import Failure
from playground.core.profile import Profile, is_secret
from playground.core.session import Run, Session, new_id, title_of
from playground.core.tools import Tool
from playground.engine.workspace import Workspace


async def import_run(
    workspace: Workspace, run: Run, profiles: Sequence[Profile], default: Profile, path: Path
) -> Session:
    """Write a run that was read from a file, in a new session, which is open then. `default`: where
    its next turn would go, unless it came from one of the `profiles`. Raises Failure."""
    if await workspace.sessions.has(run.id):
        run.id = new_id("run")
    profile = next((one for one in profiles if one.id == run.profile), default)
    known = profile.id == run.profile
    run.call = harmless(run.call)
    title = title_of(run.input)
    session = Session(
        new_id("ses"),
        title=title or path.stem[:60].encode("utf-8", "replace").decode(),
        profile=profile.id,
        call=_next(run.call) if known else Call(api=profile.api, model=profile.model),
        named=not title,
    )
    run.session, run.parent, run.owner, run.trashed = session.id, None, "", False
    session.add(run)
    try:
        await workspace.sessions.save(session)
        await workspace.sessions.begin(run)
        if len(run.recording):
            await workspace.sessions.finish(run)
    except Failure:
        with contextlib.suppress(Failure):  # a full disk, most likely; half a run helps nobody
            await workspace.sessions.forget(session.id)
        raise
    workspace.open[session.id] = session
    workspace.rev += 1
    return session


def harmless(call: Call) -> Call:
    """Without secrets, and with tools that are only what a model was told of them."""
    headers = {name: value for name, value in call.headers.items() if not is_secret(name)}
    tools = [_copy(tool) for tool in call.tools]
    return call.model_copy(update={"headers": headers, "tools": tools})


def _copy(tool: Tool) -> Tool:
    hosted = {name: value for name, value in tool.hosted.items() if not is_secret(name)}
    if isinstance(headers := hosted.get("headers"), dict):
        hosted["headers"] = {name: one for name, one in headers.items() if not is_secret(name)}
    mode = "mock" if tool.mode == "real" else tool.mode
    return tool.model_copy(update={"origin": {}, "hosted": hosted, "mode": mode})


def _next(call: Call) -> Call:
    """The settings of the next turn: those of the run, without tools or a form of the answer."""
    return call.model_copy(update={"tools": [], "output": Output(), "body": None}, deep=True)
