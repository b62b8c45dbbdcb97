"""Turns: what a person can do with a turn of the conversation, from its cards and by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from playground.core.items import Item, Message
from playground.core.negotiate import Offer, applied, learnt
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import OURS, Profile
from playground.core.session import Run, Session
from playground.engine.limit import raised
from playground.engine.outline import to_restore
from playground.engine.sessionfork import fork_session
from playground.engine.templating import said_again
from playground.store.shelving import Change
from playground.ui.desk import Desk
from playground.ui.widgets.links import ask, ask_before_opening
from playground.ui.widgets.negotiation import negotiation
from playground.ui.widgets.parts import copy

PLACES = {
    "remedy:add_key": "key",
    "remedy:edit_profile": "servers",
    "remedy:switch_profile": "servers",
    "remedy:choose_model": "models",
    "remedy:change_request": "settings",
    "remedy:fill_in": "variables",
    "remedy:raise_limit": "preferences",
    "remedy:raise_budget": "budgets",
    "remedy:set_price": "prices",
}
"""Where a remedy is to be had."""


READS = ("copy", "inspect", "replay", "compare", "show", "link:")
"""What can be done with a turn of a replay: nothing that changes anything."""

MORE = 5
"""Steps by which a loop of tools goes on that came to its end."""


class Turns(QObject):
    """Does what cards ask for.

    Signals:
        edited(run, text, answer): somebody wants to write another version of a message; `answer`
            when it is one of the model.
        begun(): a turn was added at the end.
    """

    edited = Signal(object, str, bool)
    begun = Signal()

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        """`owner` is what questions stand over."""
        super().__init__(owner)
        self.desk = desk
        self._owner = owner

    @property
    def session(self) -> Session:
        """Whose turns these are."""
        return self.desk.session

    def do(self, verb: str, run: Run, item: Item | None = None) -> None:
        """What a card asked for; see Card and Footer for the verbs."""
        desk, session = self.desk, self.session
        workspace, problem = desk.workspace, run.transcript.problem
        if not verb.startswith(READS) and desk.refused():
            return
        match verb:
            case "copy":
                copy(str(item.text) if isinstance(item, Message) else run.answer)
            case "edit" if isinstance(item, Message):
                text = said_again(item, session.call)
                self.edited.emit(run, text, item.role == "assistant")
            case "edit answer":
                self.edited.emit(run, run.answer, True)
            case "delete":
                self._delete(run)
            case "restore":
                self._restore(run)
            case "show":
                self.show(run)
            case "fork session":
                self._fork(run)
            case "previous" | "next":
                self.move(run, 1 if verb == "next" else -1)
            case "regenerate" | "retry" | "remedy:retry" | "remedy:wait":
                if run.input:
                    self._go(lambda: workspace.again(session, run))
            case "raise limit" if run.input:
                used = run.transcript.usage
                call = raised(run.call, used.output if used is not None else 0)
                self._go(lambda: workspace.again(session, run, call))
            case "more":
                self._go(lambda: workspace.more(session, run, MORE))
            case "continue" | "remedy:continue":
                self._go(lambda: workspace.proceed(session, run))
            case "stop":
                workspace.stop(run)
            case "delete stored":
                self._delete_stored(run)
            case "replay":
                desk.replay(run)
            case "inspect":
                desk.show_run(run)
                desk.wanted.emit("inspector")
            case "compare":
                desk.show_run(run)
                desk.wanted.emit("inspector")
                desk.wanted.emit("inspector:diff")
            case "remedy:add_key" if problem is not None and problem.code == "key_withheld":
                self._ask_to_send_key(run)
            case "remedy:report" if problem is not None:
                copy(problem.model_dump_json(indent=2))
            case _ if verb in PLACES:
                desk.wanted.emit(PLACES[verb])
            case _ if verb.startswith("link:"):
                ask_before_opening(verb.removeprefix("link:"), self._owner)
            case _:
                desk.show_run(run)

    def _go(self, make: Callable[[], Run], profile: Profile | None = None) -> None:
        if self.desk.begin(make, profile) is not None:
            self.begun.emit()

    def negotiation(self, run: Run, parent: QWidget) -> QWidget | None:
        """What to offer when the server refused a field of the request."""
        try:
            profile = self.desk.workspace.profile(run.profile)
        except Failure:
            return None  # its profile was deleted
        made = negotiation(run, "" if profile.id in OURS else profile.name, parent)
        if made is not None:
            made.chosen.connect(
                lambda offer, remember: self._resend(run, profile, offer, remember=remember)
            )
        return made

    def _resend(self, run: Run, profile: Profile, offer: Offer, *, remember: bool) -> None:
        """Ask the same again as the server wants it: a sibling, with a call of its own."""
        desk = self.desk
        quirks = learnt(profile.quirks, run.call.model, offer)
        profile = profile.model_copy(update={"quirks": quirks})
        if remember:
            desk.keep_profile(profile)
            desk.settings_changed.emit()
        call = applied(run.call, offer)
        self._go(lambda: desk.workspace.again(self.session, run, call), profile)

    def move(self, run: Run, by: int) -> None:
        """Show the version of a turn that is so many before or after it."""
        session = self.desk.session
        siblings = session.children(run.parent)
        at = next((n for n, one in enumerate(siblings) if one is run), 0) + by
        if 0 <= at < len(siblings):
            session.leaf = session.deepest(siblings[at]).id
            self.desk.keep()
            self.desk.tree_changed.emit(session)
            self.desk.show_run(siblings[at])

    def show(self, run: Run) -> None:
        """Show the branch that a turn is on."""
        session = self.desk.session
        if run not in session.path():
            session.leaf = session.deepest(run).id
            self.desk.keep()
            self.desk.tree_changed.emit(session)
        self.desk.show_run(run)

    def _ask_to_send_key(self, run: Run) -> None:
        """A stored key goes to another address only when the user says so, having seen it."""
        desk, problem = self.desk, run.transcript.problem
        profile = desk.workspace.profile(run.profile)

        def send() -> None:
            desk.keys.allow(profile)
            self.do("regenerate", run)

        ask(
            self._owner,
            f"Send the key to {profile.origin}?",
            problem.title if problem is not None else "",
            "Send it there",
            send,
        )

    def _delete(self, run: Run) -> None:
        desk, session = self.desk, self.desk.session
        leaf = session.leaf
        workspace = desk.workspace

        def undo() -> None:
            async def back() -> None:
                await workspace.trash(session, run, trashed=False)
                session.leaf = leaf
                await workspace.sessions.save(session)
                desk.tree_changed.emit(session)

            desk.tasks.start(back(), desk)

        async def work() -> None:
            workspace.stop(run)
            await workspace.trash(session, run)
            desk.tree_changed.emit(session)
            desk.done.emit("Deleted a turn and what follows it.", undo)

        desk.tasks.start(work(), desk)

    def _restore(self, run: Run) -> None:
        """Bring a turn back, and what it hangs on: else it would still not be seen."""
        desk, session = self.desk, self.desk.session

        async def work() -> None:
            for one in to_restore(session, run):
                await desk.workspace.trash(session, one, trashed=False)
            session.leaf = session.deepest(run).id
            desk.tree_changed.emit(session)
            desk.keep()

        desk.tasks.start(work(), desk)

    def _fork(self, run: Run) -> None:
        """What was said up to a turn, in a session of its own, which is shown."""
        desk, session = self.desk, self.desk.session

        async def back(made: str) -> None:
            await desk.workspace.shelve({made: Change(trashed=True)})
            if desk.session_id == made:
                desk.show_session(session)
            desk.sessions_changed.emit()

        async def work() -> None:
            desk.keep()
            made = await fork_session(desk.workspace, session, run)
            desk.sessions_changed.emit()
            desk.show_session(made)
            desk.done.emit(
                f"Forked into “{visible(made.title)}”.",
                lambda: desk.tasks.start(back(made.id), desk),
            )

        desk.tasks.start(work(), desk)

    def _delete_stored(self, run: Run) -> None:
        desk, session = self.desk, self.desk.session

        async def work() -> None:
            await desk.workspace.delete_stored(run)
            if desk.session is session:
                desk.tree_changed.emit(session)

        desk.tasks.start(work(), desk)
