"""Desk: what lies before the user, shared by all panels: the session and the run on screen.

Panels and docks never know each other; they say what happened here, and hear of it here. Signals
are for what people do. What streams is pulled on the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from playground.core.call import Call, Withheld
from playground.core.items import Message, Text
from playground.core.output import Output
from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.session import Run, Session, title_of
from playground.engine.approval import Approvals
from playground.engine.budget import Purse
from playground.engine.debugger import Debugger
from playground.engine.elsewhere import loginless
from playground.engine.workspace import Workspace
from playground.store.keys import Keys
from playground.store.ledger import Ledger
from playground.store.pricefile import PriceFile
from playground.store.prompts import Prompts
from playground.store.settings import Settings
from playground.ui.approving import Approving
from playground.ui.clock import Clock
from playground.ui.tasks import Tasks

if TYPE_CHECKING:
    from playground.engine.toolbox import Toolbox
    from playground.providers.models import Model
    from playground.ui.replaying import Replaying

TYPING = 80
"""Milliseconds without a key after which others are told what was typed."""
CLOSED = "This is a replay: nothing is sent or changed. Esc ends it."


class Desk(QObject):
    """The state of one window.

    Signals:
        session_shown(Session): another session is on screen.
        tree_changed(Session): runs were added, moved or trashed in the session on screen.
        run_shown(Run | None): another run is looked into.
        replaying_changed(): a replay is shown in the place of the session, or that again.
        sessions_changed(): the list of sessions looks different.
        drafted(): something else is written, and not sent, in the session on screen.
        settings_changed(): profile, model, parameters or limits of the session changed.
        typed(): the draft or the developer message was, and is left alone for a moment.
        pointed(run, key, field, offset): a character of the transcript was clicked: that of a field
            of an item, see `core.provenance.Span`.
        lit(Light | None): what the current event of the inspector made, to be shown in the
            transcript.
        problem_met(Problem): something failed that belongs to no run.
        busy(str, Progress): something is done that may take long: what, and how far it is.
        done(str, callable): something was done that can be undone: what, and how to undo it.
        told(str, str, str, callable | None): there is something to know: a sentence, more of it,
            and what can be done about it (its title and how; empty and None: nothing).
        pasted(str): a text was pasted into a message.
        wanted(str): somebody asks for a place: "inspector", "inspector:diff" (a page of it),
            "settings", "variables", "sessions", "key", "profiles", "models", "composer", "present",
            "session" (a panel in which that on screen is seen), or the id of a panel.
    """

    session_shown = Signal(object)
    tree_changed = Signal(object)
    run_shown = Signal(object)
    replaying_changed = Signal()
    sessions_changed = Signal()
    drafted = Signal()
    settings_changed = Signal()
    typed = Signal()
    pointed = Signal(object, str, str, int)
    lit = Signal(object)
    problem_met = Signal(object)
    busy = Signal(str, object)
    done = Signal(str, object)
    told = Signal(str, str, str, object)
    pasted = Signal(str)
    wanted = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        save: Callable[[], Coroutine[Any, Any, None]],
        profiles: Callable[[], list[Profile]],
        default: Callable[[], Profile],
        keys: Keys,
        toolbox: Callable[[], Toolbox],
        approvals: Approvals,
        prompts: Prompts,
        purse: Purse,
        price_file: PriceFile,
        ledger: Ledger,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.prompts = prompts
        """The library."""
        self.purse = purse
        """What may be used, and what has been."""
        self.price_file = price_file
        """The user's own prices."""
        self.ledger = ledger
        """What runs used, added up."""
        self._toolbox = toolbox
        self.approvals = approvals
        """What need not be asked about again."""
        self.approving = Approving(self)
        """Calls that wait for whoever sits here."""
        self.debugger = Debugger(changed=self.approving.changed.emit)
        self.workspace = workspace
        self.settings = settings
        self._save = save
        self.profiles = profiles
        """All profiles there are, ours first."""
        self._default = default
        self.keys = keys
        self.models: dict[str, list[Model]] = {}
        """By the id of a profile, what its server has listed."""
        self.tasks = Tasks(self.report)
        self.clock = Clock(self._live, self)
        self.replaying: Replaying | None = None
        """While a run is shown again: `session` is that of the replay then."""
        self.session: Session = self._fresh()
        self.run: Run | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(self.typed)
        self._seen = 0
        self._unsaved: dict[str, Session] = {}
        self._drafts: set[str] = set()
        """Sessions that were written although nothing but a draft is in them."""
        self._schemas: set[str] = set()
        """Sessions in which somebody has written a schema: that is worth keeping by itself. Most
        only have it from the session before."""
        self.settlers: list[Callable[[], Coroutine[Any, Any, None]]] = []
        """Who else has something to write in `settle`."""
        self.clock.watch(self._look, slow=True)

    @property
    def toolbox(self) -> Toolbox:
        """The tools that are known; made when somebody wants them."""
        return self._toolbox()

    def report(self, problem: Problem) -> None:
        self.problem_met.emit(problem)

    @property
    def profile(self) -> Profile:
        """Of the session on screen; one without an address when it has been deleted since."""
        try:
            return self.workspace.profile(self.session.profile)
        except Failure:
            return Profile(id=self.session.profile, name="A server that was deleted")

    @property
    def default_profile(self) -> Profile:
        """Where a new session goes."""
        return self._default()

    def window_of(self, profile_id: str, model: str) -> int | None:
        """Tokens that a model reads and writes together, as its server has said."""
        rows = self.models.get(profile_id, ())
        return next((one.context for one in rows if one.id == model), None)

    def save_settings(self) -> None:
        """Write the settings as they are now."""
        self.tasks.start(self._save(), self)

    def keep_profile(self, profile: Profile) -> None:
        """Make a profile one of the user's, as it is now, and write the settings."""
        rows = self.settings.profiles
        at = next((n for n, one in enumerate(rows) if one.id == profile.id), len(rows))
        rows[at : at + 1] = [profile]
        self.save_settings()

    async def key_words(self, profile: Profile) -> tuple[str, str]:
        """(where the profile's key is, in one sentence; the same in one word, empty for none)."""
        if self.replaying is not None:
            return "Nothing is sent in a replay: no key is needed.", "replay"
        try:
            key = await self.keys.get(profile)
        except Failure as failure:
            return visible(f"{failure.problem.title} {failure.problem.detail}".strip()), "withheld"
        match key.source if key is not None else None:
            case "keyring":
                return "Key in the system's keyring.", "keyring"
            case "environment":
                return f"Key from {profile.key_env or 'the environment'}.", "environment"
            case "memory":
                return "Key in memory: it is gone when Playground closes.", "memory"
            case _:
                return "No key. None is sent.", ""

    # Sessions.

    @property
    def session_id(self) -> str:
        """Of the session on screen; in a replay of the one that it was made from."""
        return (self.session if self.replaying is None else self.replaying.origin).id

    def new_session(self) -> None:
        self._leave_replay()
        self._show(self._fresh())

    def open_session(self, session_id: str, run_id: str = "") -> asyncio.Future[Any]:
        """Show a session; with `run_id` the branch that this run of it is on, and look into it."""

        async def work() -> None:
            session = await self.workspace.load(session_id)
            if not session.runs and session.call.output.written:
                self._schemas.add(session.id)
            run = session.runs.get(run_id)
            if run is not None and run not in session.path():
                session.leaf = session.deepest(run).id
            self._show(session, run)

        return self.tasks.start(work(), self)

    def show_session(self, session: Session) -> None:
        """Show a session of this workspace that is open: one that was just made, or filled."""
        self.workspace.open.setdefault(session.id, session)
        self._show(session)

    def show_again(self) -> None:
        """What is written in the session on screen was changed from elsewhere."""
        self.session_shown.emit(self.session)

    def rename(self, session_id: str, title: str) -> None:
        async def work() -> None:
            session = await self.workspace.load(session_id)
            session.title, session.named = title.strip(), bool(title.strip())
            await self.workspace.sessions.save(session)
            self.sessions_changed.emit()

        self.tasks.start(work(), self)

    def _fresh(self) -> Session:
        """A new session with the profile and the settings of the last one, but for its tools and
        the form of its answers: whoever begins to talk wants words, and offers tools anew."""
        profile = self._default()
        call = None
        if (last := getattr(self, "session", None)) is not None and last.profile == profile.id:
            plain = {"output": Output(), "tools": [], "withheld": Withheld()}
            call = last.call.model_copy(update=plain, deep=True)
        return self.workspace.new_session(profile, call)

    def _show(self, session: Session, run: Run | None = None) -> None:
        """`run`: which one is looked into; None: the last one."""
        self._leave_replay()
        self.session = session
        if not session.runs and self._has_drafts(session):
            self._drafts.add(session.id)
        self.session_shown.emit(session)
        path = session.path()
        self.show_run(run or (path[-1] if path else None))

    def show_run(self, run: Run | None) -> None:
        """Look into a run; its recording is read first when only its snapshot is here."""
        if run is not None and run.replayed and self.replaying is not None:
            run = self.replaying.player.source  # of which all can be seen
        self.run = run
        if run is None or run.loaded:
            self.run_shown.emit(run)
            return

        async def work() -> None:
            await self.workspace.events(run)
            if self.run is run:
                self.run_shown.emit(run)

        self.tasks.start(work(), self)

    # Replays.

    @property
    def closed(self) -> str:
        """Why nothing can be done in the session on screen; empty: it can."""
        return CLOSED if self.replaying is not None else ""

    def refused(self) -> bool:
        """Whether that is so; if it is, it is said."""
        if self.replaying is not None:
            self.report(Problem(title=CLOSED))
        return self.replaying is not None

    def replay(self, run: Run) -> None:
        """Show a run of this session again as it was recorded. Nothing is asked of anybody."""
        if self.replaying is not None:
            self.replaying.restart()
            return
        session = self.session

        async def work() -> None:
            from playground.ui.replaying import Replaying  # with what plays it

            await self.workspace.events(run)
            if self.session is not session or not len(run.recording):
                return
            self.replaying = Replaying(self, run)
            self.session = self.replaying.session
            self.replaying_changed.emit()
            self.session_shown.emit(self.session)
            self.show_run(run)
            self.replaying.play()

        self.tasks.start(work(), self)

    @property
    def replayable(self) -> Run | None:
        """The run that is looked into if that is over, else the last one of the branch that is."""
        runs = [self.run, *reversed(self.session.path())]
        return next((run for run in runs if run is not None and run.transcript.outcome), None)

    def replay_shown(self) -> None:
        """Show that one again."""
        if (run := self.replayable) is not None or self.replaying is not None:
            self.replay(run or self.session.path()[-1])
        else:
            self.report(Problem(title="There is no run that is over, so none can be replayed."))

    def end_replay(self) -> None:
        """Back to the session, and to the run in it that was shown again."""
        if (replaying := self.replaying) is not None:
            self._show(replaying.origin, replaying.player.source)
            self.wanted.emit("composer")

    def _leave_replay(self) -> None:
        if (replaying := self.replaying) is not None:
            self.replaying, self.session = None, replaying.origin
            replaying.leave()
            self.replaying_changed.emit()

    def _live(self) -> bool:
        replaying = self.replaying
        return bool(self.workspace.running) or (replaying is not None and replaying.live)

    # Runs.

    def go(self, run: Run, profile: Profile | None = None) -> None:
        """Send (or, when it is silent, only keep) a run that was just hung into the tree; with
        `profile` to that one in the place of the one that was kept under its id."""
        if self.replaying is not None:
            self.replaying.drop(run)
            self.refused()
            return
        self.tree_changed.emit(self.session)
        self.show_run(run)
        self.tasks.start(self._go(run, profile), self)

    def begin(self, make: Callable[[], Run], profile: Profile | None = None) -> Run | None:
        """Hang a turn into the tree and send it, as `go`. None where a variable of it has no value:
        that is reported, and nothing has changed."""
        try:
            run = make()
        except Failure as failure:
            self.report(failure.problem)
            return None
        self.go(run, profile)
        return run

    async def _go(self, run: Run, profile: Profile | None) -> None:
        if run.owner:
            self.clock.wake()
        await self.workspace.go(run, profile)
        self.sessions_changed.emit()

    def use_profile(self, profile_id: str) -> None:
        """Send the next turns of this session somewhere else."""
        if self.refused():
            return
        session, profile = self.session, self.workspace.profile(profile_id)
        before = session.profile, session.call
        call, left = session.call, list[str]()
        if profile.id != session.profile:  # what one server logs in with is no other one's business
            call, left = loginless(call)
        call = call.model_copy(update={"api": profile.api, "model": profile.model})
        session.profile, session.call = profile.id, call
        self.settings.profile = profile.id
        self.save_settings()
        self.changed()
        if left:
            self.told.emit(
                f"{visible(profile.name)} is not told what was meant for another server.",
                f"Left out: {visible(', '.join(left))}.",
                "Go back",
                lambda: self._go_back(session, *before),
            )

    def _go_back(self, session: Session, profile: str, call: Call) -> None:
        """Have a session as it was before another server was chosen for it."""
        session.profile, session.call = profile, call
        if session is self.session:
            self.changed()

    def changed(self) -> None:
        """The session's settings were changed by hand: keep them and tell everybody."""
        if self.session.runs:
            self.keep()
        self.settings_changed.emit()

    def mark(self, session: Session, *, schema: bool = False) -> None:
        """Something was typed into a session: it will be written by `keep`, or before the end.
        `schema`: it was its schema."""
        self._unsaved[session.id] = session
        if session is self.session:
            self._typing.start()
        output = session.call.output
        if schema:
            (self._schemas.add if output.written else self._schemas.discard)(session.id)
        if not session.runs and not session.named:
            draft = session.draft or session.comparison.draft
            title = title_of([Message(text=Text(draft))])
            if not title and session.id in self._schemas:
                title = f"Schema “{output.name}”"
            session.title = title

    def keep(self) -> None:
        """Write what sessions say of themselves: settings, draft, branch, title."""
        self.mark(self.session)
        self.tasks.start(self.settle(), self)

    def _has_drafts(self, session: Session) -> bool:
        """Whether something is written in it that was not sent."""
        drafts = session.written or session.comparison.written
        return drafts or session.id in self._schemas

    async def settle(self) -> None:
        """Write the sessions that were marked. One in which nothing is left goes to the trash.
        Raises Failure."""
        store = self.workspace.sessions
        for session in list(self._unsaved.values()):
            if session.id not in self.workspace.open:
                pass  # it was forgotten
            elif session.runs or session.named or self._has_drafts(session):
                begun = not session.runs and session.id not in self._drafts
                await store.save(session, back=begun)
                if begun:
                    self._drafts.add(session.id)
                    self.sessions_changed.emit()
            elif session.id in self._drafts:
                self._drafts.remove(session.id)
                await store.trash(session.id)
                self.sessions_changed.emit()
            self._unsaved.pop(session.id, None)
        for write in self.settlers:
            await write()

    def _look(self) -> None:
        if self._seen != self.workspace.rev:
            self._seen = self.workspace.rev
            self.sessions_changed.emit()
