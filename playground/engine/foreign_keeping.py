"""Keeping what somebody else asked: a session whose next request says the same.

Its last question becomes the draft; what was said before it hangs in the tree, and nothing is sent.
Nothing is offered by it either: what a request told of tools is withheld, until somebody offers
it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from playground.core.call import Withheld
from playground.core.items import Item, Message
from playground.core.problem import Failure
from playground.core.profile import Profile, origin
from playground.core.session import Run, Session, new_id, title_of
from playground.core.withholding import withholding
from playground.engine.filling import filled_where_new
from playground.engine.foreign import Foreign
from playground.engine.foreign_bodies import Asked
from playground.engine.workspace import Workspace
from playground.store.prompts import Prompts


async def keep(
    workspace: Workspace,
    prompts: Prompts,
    found: Foreign,
    profiles: Sequence[Profile],
    default: Profile,
) -> list[Session]:
    """Write all of it: requests as sessions, which are open then, and prompts into the library.
    Raises Failure, and then nothing is kept. What cannot be as it was is added to the notices."""
    made: list[Session] = []
    written: list[str] = []
    try:
        for asked in found.asked:
            session = session_of(workspace, asked, profiles, default, found.notices)
            made.append(session)
            await workspace.sessions.save(session)
            for run in session.runs.values():
                await workspace.sessions.begin(run)
        for prompt in found.prompts:
            await prompts.save(prompt)
            written.append(prompt.id)
    except Failure:
        for session in made:
            with contextlib.suppress(Failure):  # a full disk, most likely
                await workspace.sessions.forget(session.id)
        for prompt_id in written:
            with contextlib.suppress(Failure):
                await prompts.forget(prompt_id)
        raise
    workspace.open |= {session.id: session for session in made}
    workspace.rev += 1
    return made


def session_of(
    workspace: Workspace,
    asked: Asked,
    profiles: Sequence[Profile],
    default: Profile,
    notices: list[str],
) -> Session:
    """The session of a request, not written yet. `default`: where it goes when no profile goes to
    the server that it was for."""
    profile = _profile(asked.server, profiles) or default
    if asked.server and _bare(profile.base_url) != _bare(asked.server):
        _note(notices, f"It was for {asked.server}. This session goes to {profile.name}.")
    call = withholding(asked.call.model_copy(update={"api": asked.api or profile.api}, deep=True))
    title = asked.title or title_of(asked.said)
    session = Session(
        new_id("ses"), title=title[:60], profile=profile.id, call=call, named=bool(asked.title)
    )
    turns, draft = _turns(asked.said)
    for turn in turns:
        said = [replace(item, key=f"in:{number}") for number, item in enumerate(turn)]
        try:
            said = filled_where_new(call, said)
        except Failure as failure:
            _note(notices, f"{failure.problem.title} What was said before keeps its place.")
        session.add(
            Run(
                id=new_id("run"),
                session=session.id,
                parent=session.leaf,
                call=call.model_copy(update={"withheld": Withheld()}, deep=True),
                profile=profile.id,
                input=said,
                reduce=workspace.endpoints[call.api].reduce,
            )
        )
    if draft is not None:
        session.draft, session.attached = str(draft.text), list(draft.parts)
    return session


def _turns(said: Sequence[Item]) -> tuple[list[list[Item]], Message | None]:
    """What was said, from question to question, and the question that nobody has answered."""
    turns: list[list[Item]] = []
    for item in said:
        if not turns or (isinstance(item, Message) and item.role == "user"):
            turns.append([])
        turns[-1].append(item)
    match turns:
        case [*before, [Message(role="user") as last]]:
            return before, last
        case _:
            return turns, None


def _profile(server: str, profiles: Sequence[Profile]) -> Profile | None:
    """The profile that goes to a server: to the same address, else at least to the same host."""
    if not server:
        return None
    same = [one for one in profiles if _bare(one.base_url) == _bare(server)]
    near = [one for one in profiles if one.origin and one.origin == origin(server)]
    return next(iter([*same, *near]), None)


def _bare(url: str) -> str:
    return url.rstrip("/").removesuffix("/v1")


def _note(notices: list[str], sentence: str) -> None:
    if sentence not in notices:
        notices.append(sentence)
