"""Forking a session: what was said up to a turn, in a session of its own.

The runs on the way there are copied with their recordings; nothing of the origin changes. The fork
goes on with the settings of that turn, its tools among them: it is the user's own session, and
nothing came from elsewhere. Leave that was given for the session before is not taken along.
"""

from __future__ import annotations

from playground.core.call import Call
from playground.core.problem import Failure, Problem
from playground.core.session import Run, Session, new_id
from playground.engine.filling import filled
from playground.engine.workspace import Workspace

NAME = "{} (fork)"


async def fork_session(workspace: Workspace, session: Session, run: Run) -> Session:
    """A session of the branch up to and including `run`, which is open then. Raises Failure while
    an answer on that branch is still arriving."""
    path = session.path(run.id)
    if any(one.running for one in path):
        raise Failure(
            Problem(
                title="An answer on the way there is still arriving.",
                detail="Wait until it is whole, or stop it. Then fork the session.",
                remedy="wait",
            )
        )
    ids = {one.id: new_id("run") for one in path}
    title = session.title.removesuffix(NAME.format(""))
    made = Session(
        new_id("ses"),
        title=NAME.format(title).strip(),
        profile=run.profile,
        call=settings_of(session, run),
        leaf=ids[run.id],
        named=True,
        folder=session.folder,
        tags=list(session.tags),
    )
    await workspace.sessions.copy(made, ids, session.id)
    workspace.rev += 1
    return await workspace.load(made.id)


def settings_of(session: Session, run: Run) -> Call:
    """What the turn was asked with; with its variables, where the session still has the template
    that it was made from."""
    template, aside = session.call, session.call.withheld
    call = run.call.model_copy(update={"body": None, "withheld": aside}, deep=True)
    try:
        same, _ = filled(template, (), call.values)
    except Failure:  # a variable has lost its value since
        return call
    alike = same.model_copy(update={"values": {}}) == call.model_copy(update={"values": {}})
    return template.model_copy(deep=True) if alike else call
