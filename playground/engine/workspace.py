"""Workspace: the sessions that are open and everything that can be done to them. No window needed.

History is never edited: editing and regenerating add siblings, deleting marks a run as trashed.
A run belongs to its session; which session is on screen makes no difference to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from playground.core.call import Call, Withheld
from playground.core.endpoint import Endpoint, Kept
from playground.core.items import Item, Message, Text
from playground.core.parts import Part
from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import fact
from playground.core.session import Run, Session, new_id, title_of
from playground.engine.debugger import rewound
from playground.engine.filling import Values, filled, filled_where_new, written
from playground.engine.history import history
from playground.engine.resend import told
from playground.engine.runner import Runner, Turn
from playground.providers.models import Model
from playground.store.sessions import Sessions
from playground.store.shelving import Change, Changes, apply, cleaned
from playground.wire.limits import Limits


class Workspace:
    def __init__(
        self,
        *,
        endpoints: Mapping[str, Endpoint],
        sessions: Sessions,
        runner: Runner,
        owner: str,
        profile: Callable[[str], Profile],
        limits: Callable[[], Limits],
    ) -> None:
        self.endpoints = endpoints
        self.sessions = sessions
        self.runner = runner
        self.owner = owner
        self.profile = profile
        self.limits = limits
        self.open: dict[str, Session] = {}
        self.running: dict[str, asyncio.Task[Any]] = {}
        """Tasks by run id."""
        self.rev = 0
        """Raised whenever the list of sessions may look different."""

    # Sessions.

    def new_session(self, profile: Profile, call: Call | None = None) -> Session:
        """A session that is written when something happens in it."""
        session = Session(new_id("ses"), profile=profile.id, call=call or Call(api=profile.api))
        self.open[session.id] = session
        return session

    async def load(self, session_id: str) -> Session:
        """The session, from memory when it is open. Raises Failure when there is none."""
        if session_id not in self.open:
            session = await self.sessions.load(session_id)
            self.open.setdefault(session.id, session)
            session_id = session.id
        return self.open[session_id]

    async def forget(self, *session_ids: str) -> None:
        """Stop what runs in sessions, then remove every trace of them. Raises Failure."""
        closed = [one for id_ in session_ids if (one := self.open.pop(id_, None)) is not None]
        runs = [run for session in closed for run in session.runs]
        tasks = [self.running[run] for run in runs if run in self.running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.sessions.forget(*session_ids)

    async def shelve(self, changes: Changes) -> dict[str, Change]:
        """Change where sessions lie, all at once: folder, tags, pin, archive, trash; what undoes
        it. What runs in them goes on. Raises Failure, and has changed nothing."""
        changes = {id_: cleaned(change) for id_, change in changes.items()}
        # Those in memory first, or the next `save` of one would bring back what was.
        before = {
            id_: apply(session, change)
            for id_, change in changes.items()
            if (session := self.open.get(id_)) is not None
        }
        try:
            return await self.sessions.shelving.put(changes)
        except Failure:
            for id_, change in before.items():
                apply(self.open[id_], change)
            raise

    async def events(self, run: Run) -> Run:
        """The run with its recording, which is read when somebody wants to see it."""
        if not run.loaded:
            run.recording.append(await self.sessions.recording(run.id))
            run.loaded = True
        return run

    # Runs. Each makes a run and hangs it in the tree; `go` sends it.

    def ask(
        self,
        session: Session,
        text: str,
        parts: Sequence[Part] = (),
        *,
        instead: Run | None = None,
    ) -> Run:
        """The user says something at the end of the branch on screen, with what is attached; with
        `instead` as another version of that run. Raises Failure when a variable has no value."""
        said = [written(_message("user", text, parts))]
        return self._add(session, said, instead.parent if instead else session.leaf)

    def insert(self, session: Session, role: str, text: str, parts: Sequence[Part] = ()) -> Run:
        """Add a message of any role without sending anything. Raises Failure as `ask` does."""
        said = [written(_message(role, text, parts))]
        return self._add(session, said, session.leaf, silent=True)

    def again(self, session: Session, run: Run, call: Call | None = None) -> Run:
        """Ask the same once more: a sibling of `run`, with the settings of now; with `call`, with
        that one and at the server that `run` went to. What was written by hand is sent again as it
        was written, to the same server: the settings of now have no part in it. Variables have
        their values of now, and those of `run` where there are none. No recorded answer stands for
        it. Raises Failure as `ask` does.
        """
        if call is None and run.call.body is not None:
            call = run.call
        said, known = _asked(run), run.call.values
        made = self._add(session, said, run.parent, call=call, profile=run.profile, known=known)
        made.anew = True
        return made

    def resend(self, session: Session, run: Run, leg: int, body: dict[str, Any]) -> Run:
        """Send a body that was written by hand in the place of that of a request of `run`: a
        sibling that begins where the run was then, at the same server and in the same dialect.
        What comes after its first request is made as always."""
        endpoint = self.endpoints[run.call.api]
        said = told(rewound(run, leg), body, endpoint)
        call = run.call.model_copy(update={"body": body, "model": _model(body, run.call)})
        return self._add(session, said, run.parent, call=call, profile=run.profile)

    def edit(self, session: Session, run: Run, text: str, *, silent: bool = False) -> Run:
        """Say something else in place of `run`: a sibling with its first message changed. What
        was attached to it stays. Raises Failure as `ask` does."""
        said = _copy(run.input)
        first = next((one for one in said if isinstance(one, Message)), Message(role="user"))
        changed = [written(_message(first.role, text, first.parts)), *said[1:]]
        return self._add(session, changed, run.parent, silent=silent, known=run.call.values)

    def edit_answer(self, session: Session, run: Run, text: str) -> Run:
        """Put words into the model's mouth: a sibling whose answer is `text`, nothing is sent."""
        said = _asked(run)
        if all(_is_answer(item) for item in said):
            said = []
        answer = Message(key=f"in:{len(said)}", role="assistant", text=Text(text))
        return self._add(session, [*said, answer], run.parent, silent=True)

    def proceed(self, session: Session, run: Run) -> Run:
        """Ask the model to go on where an answer broke off."""
        words = self.endpoints[session.call.api].proceed
        said: list[Item] = [_message("user", words, ())] if words else []
        return self._add(session, said, run.id)

    def more(self, session: Session, run: Run, steps: int) -> Run:
        """Let the model go on where our side went no further: behind `run`, with its settings, for
        this many requests. The calls that nobody has answered are answered first."""
        call = run.call.model_copy(update={"steps": steps, "body": None})
        return self._add(session, [], run.id, call=call, profile=run.profile)

    def fork(self, session: Session, run: Run, leg: int, *, called: bool = False) -> Run:
        """Go another way from a step of `run`: a sibling that begins where the run was before its
        request `leg`; with `called` where it was before the calls of that answer were run."""
        said = rewound(run, leg, called=called)
        call = run.call
        if leg or called:  # what was written by hand was the request before that
            call = call.model_copy(update={"body": None})
        return self._add(session, said, run.parent, call=call, profile=run.profile)

    def _add(
        self,
        session: Session,
        said: list[Item],
        parent: str | None,
        *,
        silent: bool = False,
        call: Call | None = None,
        profile: str = "",
        known: Values | None = None,
    ) -> Run:
        """`profile` belongs to `call`; without one, both are those of the session. What is sent is
        filled in, where that is a template; what is only added keeps the words it had."""
        wanted = call or session.call
        if silent:
            said = filled_where_new(wanted, said)
        else:
            wanted, said = filled(wanted, said, known)
        run = Run(
            id=new_id("run"),
            session=session.id,
            parent=parent,
            call=wanted.model_copy(update={"withheld": Withheld()}, deep=True),
            profile=profile if call is not None else session.profile,
            input=said,
            reduce=self.endpoints[wanted.api].reduce,
            owner="" if silent else self.owner,
        )
        session.add(run)
        session.changed = run.created
        for one in (session, self.open.get(session.id, session)):  # a column is not its session
            one.trashed = False  # what somebody goes on with is wanted again
        if not session.named and (not session.title or len(session.runs) == 1):
            session.title = title_of(said) or session.title  # until then it was the draft's
        self.rev += 1
        return run

    async def go(self, run: Run, profile: Profile | None = None, turn: Turn | None = None) -> Run:
        """Write the run and, unless it is silent, send it, when it is its `turn`. Ends when the run
        does."""
        session = self.open[run.session]
        if not run.owner:
            await self._keep(session)
            await self.runner.keep(run)
            return run
        task = asyncio.current_task()
        assert task is not None
        self.running[run.id] = task
        saving = asyncio.ensure_future(self._keep(session))
        try:
            server = profile or self.profile(run.profile)
            await self.runner.go(
                run, lambda: self.history(session, run), server, self.limits(), turn
            )
        except Failure as failure:  # the server's profile is gone
            await self.runner.fail(run, failure)
        finally:
            del self.running[run.id]
            run.owner = ""
            self.rev += 1
            await asyncio.shield(saving)
        return run

    async def _keep(self, session: Session) -> None:
        """A disk that is full is no reason not to ask; the recorder goes on trying to write."""
        try:
            await self.sessions.save(session, back=True)
        except Failure as failure:
            self.runner.report(failure.problem)

    def history(self, session: Session, run: Run) -> tuple[Sequence[Item], Kept | None]:
        """The conversation up to and including the run's own input, and what its server already
        has of it, when the run builds on that."""
        return history(session, run, self.endpoints[run.call.api])

    def stop(self, run: Run) -> None:
        """End a run; what arrived stays."""

        def stop() -> None:
            if (task := self.running.get(run.id)) is not None:
                task.cancel()

        # Not before a run that was just begun has taken its first step: it could not say `stopped`.
        asyncio.get_running_loop().call_soon(stop)

    async def trash(self, session: Session, run: Run, *, trashed: bool = True) -> None:
        """Take a run (and so all that hangs on it) off the tree, or put it back."""
        run.trashed = trashed
        if trashed and run in session.path():
            siblings = session.children(run.parent)
            if siblings:
                session.leaf = session.deepest(siblings[-1]).id
            else:
                session.leaf = run.parent
        elif not trashed:
            session.leaf = session.deepest(run).id
        self.rev += 1
        await self.sessions.update(run)
        await self.sessions.save(session)

    async def delete_stored(self, run: Run) -> None:
        """Have the server remove what it keeps of an answer, and put that on record. Raises
        Failure with the server's words."""
        await self.runner.delete(run, self.profile(run.profile))
        await self.events(run)
        last = run.recording.events[-1]
        run.take([fact(last.t, "deleted", leg=last.leg)])
        await self.sessions.finish(run)
        self.rev += 1

    async def models(self, profile: Profile, progress: Callable[[str], None]) -> list[Model]:
        """What a profile's server offers. Starts it when it is one of ours. Raises Failure."""
        return await self.runner.models(await self.runner.serve(profile, progress))

    async def close(self) -> None:
        """Stop all runs and wait until each has written how it ended."""
        tasks = list(self.running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.runner.close()


def _model(body: dict[str, Any], call: Call) -> str:
    """Which model is asked: the one that was written, where one was."""
    named = body.get("model")
    return named if isinstance(named, str) and named else call.model


def _message(role: str, text: str, parts: Sequence[Part]) -> Message:
    return Message(key="in:0", role=role, text=Text(text), parts=[dict(part) for part in parts])


def _copy(items: Sequence[Item]) -> list[Item]:
    return [replace(item, rev=0) for item in items]


def _asked(run: Run) -> list[Item]:
    """What a run was asked, without an answer that was put into the model's mouth; only when there
    is nothing else that one is what it says."""
    said = _copy(run.input)
    asked = list(said)
    while asked and _is_answer(asked[-1]):  # what stands before is what led there
        asked.pop()
    return asked or said


def _is_answer(item: Item) -> bool:
    return isinstance(item, Message) and item.role == "assistant"
