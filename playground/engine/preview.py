"""The next request of a session as it would be sent now: made as a run is made, and not sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from playground.core.endpoint import Kept
from playground.core.items import Item
from playground.core.problem import Failure
from playground.core.profile import OURS, Address, Profile, is_loopback
from playground.core.session import Run, Session, new_id
from playground.engine.elsewhere import way
from playground.engine.filling import filled, written
from playground.engine.history import begins
from playground.engine.routing import AT_ONCE, fitting, settled
from playground.engine.serving import Serving
from playground.engine.workspace import Workspace

SOMEWHERE = "http://127.0.0.1/v1"
"""The address of a server of our own before it has been started."""
UNBEGUN = "conv_…"
"""The id of a conversation that the server has not begun yet."""


@dataclass(frozen=True, slots=True)
class Preview:
    address: Address
    """The request. In the place of the key stands something else, which is among its secrets."""
    profile: Profile
    """Where it would go."""
    unknown: tuple[str, ...]
    """What of it will only be known when it is sent, in sentences."""


def next_request(
    workspace: Workspace,
    session: Session,
    said: Sequence[Item],
    *,
    keyed: bool | None,
    instead: Run | None = None,
) -> Preview:
    """What would go out if the user said this now, with `instead` as another version of that run.
    `keyed`: whether there is a key; None: that is still being looked for.

    Raises Failure when it could not be sent.
    """
    profile = workspace.profile(session.profile)
    unknown: list[str] = []
    call = session.call.model_copy(update={"model": session.call.model or profile.model})
    call, said = filled(call, [written(item) for item in said])
    if not call.model:
        unknown.append("The model will be the first of the server’s list.")
    if profile.id in OURS:
        profile = profile.model_copy(update={"base_url": SOMEWHERE})
        unknown.append("The port is chosen when the server on this computer starts.")
    run = Run(
        id="",
        session=session.id,
        parent=instead.parent if instead is not None else session.leaf,
        call=call,
        profile=session.profile,
        input=list(said),
        reduce=workspace.endpoints[call.api].reduce,
    )
    if call.patterns.reuse:
        unknown.append("Where the same was asked not long ago, its recorded answer stands for it.")
    profile = _turned(workspace, session, run, profile, unknown)
    call = run.call
    history, kept = workspace.history(session, run)
    endpoint = workspace.endpoints[call.api]
    if profile.quirks.state != "stateful":
        kept = None
    elif begins(call, kept, profile.quirks, endpoint):
        kept = Kept(0, conversation=UNBEGUN)
        unknown.append("The server will begin a conversation first, whose id goes in here.")
    # Nothing that could stand anywhere else in the request, where it would be masked as well.
    wanted = bool(profile.key_env) and not is_loopback(profile.base_url)
    key = SecretStr(new_id("key")) if keyed or wanted else None
    if wanted and keyed is False:
        unknown.append("There is no key yet: it is not sent without one.")
    address = workspace.runner.address(run, history, Serving(profile, key), kept)
    return Preview(address, profile, tuple(unknown))


def _turned(
    workspace: Workspace, session: Session, run: Run, profile: Profile, unknown: list[str]
) -> Profile:
    """Whose server a rule would send this to; the run is made to belong to it."""
    if not (patterns := settled(run.call.patterns, profile.id)).chooses:
        return profile
    history, _ = workspace.history(session, run)
    fit, passed = fitting(patterns, run.call, history, AT_ONCE)
    unknown += passed
    if fit is None:
        if patterns.picker is not None and patterns.choices:
            unknown.append("A model picks first who is asked: it may go elsewhere.")
        return profile
    try:
        there = way(run.call, profile, fit.target, workspace.profile, workspace.endpoints)
    except Failure:  # said on the recording of the run
        return profile
    run.profile, run.call = there.profile.id, there.call
    if there.profile.id in OURS and there.profile.id != profile.id:
        unknown.append("The port is chosen when the server on this computer starts.")
        return there.profile.model_copy(update={"base_url": SOMEWHERE})
    return there.profile
