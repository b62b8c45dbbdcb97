"""The Tools panel: what a model may call, who answers, and the loop in which it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import Item, Message, Text
from playground.core.parts import Part
from playground.core.profile import LOCAL, SANDBOX
from playground.core.session import Run, Session, new_id
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.engine import takehome_loop
from playground.engine.debugger import Pause, rewound
from playground.engine.demos import Demo
from playground.export.request import Request
from playground.tools.rules import RuleSet
from playground.ui import theme
from playground.ui.bindings import KeyedRow
from playground.ui.clock import SLOW
from playground.ui.deciding import Deciding
from playground.ui.desk import Desk
from playground.ui.editing import Editing
from playground.ui.pointing import Pointing
from playground.ui.turns import Turns
from playground.ui.widgets.codeview import CodeView
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.debugbar import DebugBar, Spot
from playground.ui.widgets.demooffers import DemoOffers
from playground.ui.widgets.estimate import EstimateChip
from playground.ui.widgets.exports import ExportButton
from playground.ui.widgets.looptimeline import LoopTimeline
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.pauseedit import PauseEdit
from playground.ui.widgets.sessionhead import SessionHead
from playground.ui.widgets.transcript import TranscriptView
from playground.ui.widgets.variablelight import VariableLight
from playground.ui.workshop import Workshop

LOOP, TOOLS, CODE = range(3)
LOW = 640
"""Design pixels of the panel below which there is no room for lanes beside an approval."""
LANES = 0.35
"""Of the height of the loop, that its lanes have at most unless somebody wants more."""


class ToolsPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        column.addWidget(self._head())
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.turns = Turns(desk, self)
        self.view = TranscriptView(body)
        self.view.deciding = Deciding(desk)
        self.pointing = Pointing(desk, self.view)
        self.view.extras.append(self.turns.negotiation)
        self.view.asked.connect(self._do)
        self.turns.begun.connect(self.view.jump_to_end)
        self._pages.addWidget(self._looping(body))
        self.workshop = Workshop(desk, body)
        self.list, self.bench = self.workshop.list, self.workshop.bench
        self._pages.addWidget(self.workshop)
        self.code = CodeView(
            desk,
            self._said,
            body,
            programs={"Python": self._python, "JavaScript": self._javascript},
        )
        self._pages.addWidget(self.code)
        column.addWidget(body, 1)
        below = QVBoxLayout()
        theme.space(below, 16, 4, 16, 0)
        self.composer = Composer(desk.tasks.start, self)
        self._light = VariableLight(desk, self.composer.draft)
        below.addWidget(self.composer)
        self.estimate = EstimateChip(desk, self._said, self.composer)
        self.composer.put_aside(self.estimate)
        column.addLayout(below)
        self.editing = Editing(desk, self.composer, below, self.view.jump_to_end)
        self._session: Session | None = None
        self._ticks = 0
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)

        self.turns.edited.connect(self.editing.open)
        self.composer.ran.connect(self._send)
        self.composer.added.connect(self._insert)
        self.composer.stopped.connect(self.stop)
        self.composer.changed.connect(self._drafted)
        self.composer.changed.connect(self.estimate.changed)
        self.composer.role.currentTextChanged.connect(lambda _: self.estimate.changed())
        desk.session_shown.connect(self._show_session)
        desk.tree_changed.connect(lambda _: self._tree_changed())
        desk.settings_changed.connect(self._settings_changed)
        desk.wanted.connect(self._wanted)
        desk.approving.changed.connect(self._waiting_changed)
        desk.clock.watch(self.advance)
        desk.tasks.start(self._load(), self)

    # Parts.

    def _head(self) -> SessionHead:
        head = SessionHead(self.desk, self)
        self.pages = Segments(("Loop", "Tools"), parent=self)
        self.pages.setAccessibleName("What the panel shows")
        self.pages.picked.connect(lambda _: self._turn_page())
        head.row.insertWidget(0, self.pages)
        self.as_code = QToolButton(self)
        self.as_code.setText("Code")
        self.as_code.setProperty("role", "segment")
        self.as_code.setCheckable(True)
        self.as_code.setAccessibleName("The next request as code")
        self.as_code.setToolTip("What would be sent now (Ctrl+Shift+E)")
        self.as_code.toggled.connect(lambda _: self._turn_page())
        head.row.addWidget(self.as_code)
        self.export = ExportButton(self.desk, self)
        head.row.addWidget(self.export)
        return head

    def _looping(self, parent: QWidget) -> QWidget:
        """The conversation, the debugger over it, and the lanes of the run below."""
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=4)
        line = QVBoxLayout()
        theme.space(line, 16, 2, 16, 2, gap=4)
        self.debug = DebugBar(self.desk.debugger, page)
        self.debug.stopped.connect(self.stop)
        self.debug.edit_wanted.connect(self._edit_pause)
        self.debug.rewound.connect(self._rewind)
        self.debug.forked.connect(self._fork)
        line.addWidget(self.debug)
        column.addLayout(line)
        self._parts = Parts(page)
        talk = QWidget(page)
        self._talk = QStackedLayout(talk)
        self.offers = DemoOffers(self._run_demo, self._play_demo, talk)
        self._talk.addWidget(self.offers)
        self._talk.addWidget(self.view)
        self._parts.addWidget(talk)
        below = QWidget(page)
        line = QVBoxLayout(below)
        theme.space(line, 16, 0, 8, 4)
        self.lanes = LoopTimeline(below)
        line.addWidget(self.lanes)
        self._below = below
        self._parts.addWidget(below)
        column.addWidget(self._parts, 1)
        self._pause: PauseEdit | None = None
        self._pausing = QVBoxLayout()
        theme.space(self._pausing, 16, 0, 16, 0)
        column.addLayout(self._pausing)
        return page

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.stop),
            ("&Run", "Regenerate", "Ctrl+R", self.regenerate),
            ("&View", "The next request as code", "Ctrl+Shift+E", self.as_code.toggle),
            *self.pointing.commands(),
            ("&Edit", "What need not be asked again…", "", self.workshop.show_grants),
        )

    def keyed(self) -> Sequence[KeyedRow]:
        return self.debug.keyed

    async def _load(self) -> None:
        await self.desk.toolbox.ready()
        self.workshop.look()

    # What is on screen.

    def _show_session(self, session: Session) -> None:
        if not self.isVisible():
            return
        self._settle()
        self.editing.close()
        self._leave_pause()
        self._close()
        self._session = session
        self.view.show_session(session)
        self.composer.attachments.show_parts(session.attached)
        self.composer.write(session.draft)
        self._saving.stop()
        self._settings_changed()
        self._show_loop()

    def _close(self) -> None:
        """In a replay nothing is offered, changed or called."""
        closed = bool(self.desk.closed)
        self.workshop.setEnabled(not closed)
        self.as_code.setEnabled(not closed)
        if closed:
            self.as_code.setChecked(False)

    def _settle(self) -> None:
        if self._saving.isActive():
            self._saving.stop()
            self.desk.keep()

    @property
    def looped(self) -> Run | None:
        """The run whose loop is shown: the last one of the branch that was sent."""
        path = self.desk.session.path()
        return next((run for run in reversed(path) if not run.silent), None)

    def _show_loop(self) -> None:
        run = self.looped
        if (talks := bool(self.desk.session.path())) and self._holds_focus(self.offers):
            self.composer.draft.setFocus()  # before the offers go, and somebody else has it
        self._talk.setCurrentIndex(int(talks))
        self.debug.show_run(run)
        self._offer_debugging()
        self.lanes.show_run(run)
        self._make_room()

    def _offer_debugging(self) -> None:
        """Also before the first request: it may be the one to stand still at."""
        session = self.desk.session
        self.debug.offer(session.call.tools)
        there = bool(session.path() or session.call.tools)
        self.debug.setVisible(there and not self.desk.closed)

    def _tree_changed(self) -> None:
        if self.isVisible():
            self.view.refresh()
            self._show_loop()
            self._show_running()
            self.code.changed()

    def _settings_changed(self) -> None:
        if self.isVisible():
            self.workshop.look()
            self._show_running()
            self._offer_debugging()
            self.code.changed()

    def _turn_page(self) -> None:
        page = CODE if self.as_code.isChecked() else self.pages.index
        left = page != TOOLS and self._holds_focus(self.workshop)
        self._pages.setCurrentIndex(page)
        if page == TOOLS:  # before the composer goes, and gives the focus to whatever comes next
            self.list.setFocus()
        if page != LOOP:
            self.editing.close()
        taken = self._pause is not None or self.editing.going_on
        self.composer.setVisible(page == CODE or (page == LOOP and not taken))
        if left:
            self.composer.draft.setFocus()

    def _holds_focus(self, part: QWidget) -> bool:
        return (focus := self.window().focusWidget()) is not None and part.isAncestorOf(focus)

    def _show_running(self) -> None:
        api = BY_ID[self.desk.session.call.api]
        self.composer.say(
            running=self.current_run() is not None,
            text_only=api.title if api.text_only else "",
            enter_sends=self.desk.settings.enter_sends,
            closed=self.desk.closed,
        )

    def current_run(self) -> Run | None:
        """The run of this branch that is going on, if any."""
        path = self.desk.session.path()
        return next((run for run in reversed(path) if run.running and not run.replayed), None)

    def advance(self) -> None:
        if not self.isVisible():
            return
        self.view.advance()
        self.debug.advance()
        if self._pause is not None and self._pause.pause not in self.desk.debugger.paused:
            self._leave_pause()
        self._ticks += 1
        if self._ticks % SLOW == 0 or self.current_run() is None:
            self.lanes.advance()
        if self.desk.toolbox.rev != self.workshop.rev:
            self.workshop.look()
        if (self.current_run() is not None) != self.composer.running:
            self._show_running()

    # The debugger.

    def _edit_pause(self, pause: Pause) -> None:
        """Change what the run goes on with."""
        self._leave_pause()
        self.editing.close()
        self._pause = edit = PauseEdit(pause, self)
        edit.left.connect(self._leave_pause)
        self._pausing.addWidget(edit)
        edit.show()
        edit.setFocus()
        self._turn_page()

    def _leave_pause(self) -> None:
        if self._pause is not None:
            edit, self._pause = self._pause, None
            self._turn_page()
            stands = edit.pause in self.desk.debugger.paused
            (self.debug.go if stands else self.composer.draft).setFocus()
            edit.hide()
            edit.deleteLater()

    def _rewind(self, spot: Spot | None) -> None:
        """Show what the model was told until then; None: the conversation as it is."""
        session, run = self.desk.session, self.looped
        if spot is None or run is None:
            self.view.show_session(session)
            return
        then = Session(f"{session.id}@{spot.leg}", profile=session.profile)
        items = rewound(run, spot.leg, called=spot.called)
        then.add(
            Run(
                id=f"{run.id}@{spot.leg}",
                session=then.id,
                parent=None,
                call=run.call,
                profile=run.profile,
                input=[*session.history(run.parent), *items],
                reduce=run.reduce,
            )
        )
        self.view.show_session(then, past=True)

    def _fork(self, spot: Spot) -> None:
        """Go another way from there: a sibling run."""
        if (run := self.looped) is not None:
            desk = self.desk
            desk.go(desk.workspace.fork(desk.session, run, spot.leg, called=spot.called))
            self.view.show_session(desk.session)
            self.view.jump_to_end()

    def _make_room(self) -> None:
        """The lanes of a run that has tools; in a low window not while something is to be approved:
        nobody shall approve what they cannot see."""
        run = self.looped
        lanes = run is not None and bool(run.call.tools)
        low = self.height() < theme.current().px(LOW)
        self._below.setVisible(lanes and not (low and bool(self.desk.approving.waiting)))

    def _waiting_changed(self) -> None:
        if self.isVisible():
            self._make_room()
            self.desk.clock.look()

    def _wanted(self, what: str) -> None:
        if what == "composer" and self.isVisibleTo(self.window()):
            self.composer.draft.setFocus()

    # What the user does.

    def _do(self, verb: str, run: Run, item: Item | None = None) -> None:
        """What a card asked for; of a run that was rewound only what changes nothing."""
        if run.id in self.desk.session.runs or verb == "copy" or verb.startswith("link:"):
            if verb.startswith("edit"):
                self._leave_pause()
            self.turns.do(verb, run, item)

    def _send(self, text: str, parts: Sequence[Part] = ()) -> None:
        desk = self.desk
        self.as_code.setChecked(False)
        self.pages.pick(LOOP)
        if desk.begin(lambda: desk.workspace.ask(desk.session, text, parts)) is None:
            self.composer.bring_back(text, parts)
        self.view.jump_to_end()

    def _run_demo(self, demo: Demo) -> None:
        """Ask what the demo asks, with its tools; each call is approved like any other."""
        desk, way = self.desk, demo.ways[0]

        async def work() -> None:
            await desk.toolbox.ready()
            desk.use_profile(SANDBOX if way.server == "sandbox" else LOCAL)
            desk.session.call = way.call(desk.toolbox.tools)
            desk.changed()
            self._send(way.prompt)

        desk.tasks.start(work(), self)

    def _play_demo(self, demo: Demo) -> None:
        """Keep the recording as a turn of this session, and present it."""
        desk = self.desk

        async def work() -> None:
            run = demo.run(BY_ID)
            run.id, run.session, run.parent = new_id("run"), desk.session.id, None
            desk.session.add(run)
            desk.session.title, desk.session.named = demo.title, True
            desk.go(run)
            desk.wanted.emit("present")

        desk.tasks.start(work(), self)

    def _insert(self, role: str, text: str, parts: Sequence[Part]) -> None:
        desk = self.desk
        if desk.begin(lambda: desk.workspace.insert(desk.session, role, text, parts)) is None:
            self.composer.bring_back(text, parts, role)
        self.view.jump_to_end()

    def stop(self) -> None:
        if (run := self.current_run()) is not None:
            self.desk.workspace.stop(run)

    def regenerate(self) -> None:
        if (path := self.desk.session.path()) and self.current_run() is None:
            self.turns.do("regenerate", path[-1])

    def _said(self) -> list[Item]:
        if self.composer.empty:
            return []
        role, text = self.composer.role.currentText(), Text(self.composer.text)
        parts = [dict(part) for part in self.composer.attachments.parts]
        return [Message(key="in:0", role=role, text=text, parts=parts)]

    def _python(self, request: Request) -> str:
        return takehome_loop.python(request, *self._loop())

    def _javascript(self, request: Request) -> str:
        return takehome_loop.javascript(request, *self._loop())

    def _loop(self) -> tuple[Sequence[Tool], int, Mapping[str, str], RuleSet | None]:
        """The tools of the next request, its steps, the source of Python tools, the mock rules."""
        call, box = self.desk.session.call, self.desk.toolbox
        return call.tools, call.steps, box.texts(call.tools), box.mock.rules

    def _drafted(self) -> None:
        self.code.changed()
        if (session := self._session) is None:
            return
        session.draft = self.composer.text
        attached = self.composer.attachments.parts
        if attached != session.attached:
            session.attached = attached
        self.desk.mark(session)
        self._saving.start()

    def showEvent(self, event: QShowEvent) -> None:
        """What was done elsewhere meanwhile."""
        super().showEvent(event)
        self._show_session(self.desk.session)
        self.composer.draft.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settle()


class Parts(QSplitter):
    """The conversation over the lanes of its run, which have as much room as they ask for, up to a
    share of it all, until somebody decides otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._moved = False
        self._fitted = (0, 0)
        self.setChildrenCollapsible(False)
        self.splitterMoved.connect(self._by_hand)

    def _by_hand(self) -> None:
        self._moved = True

    def _fit(self) -> None:
        below = self.widget(1)
        if self._moved or below is None or below.isHidden():
            return
        whole = sum(self.sizes())
        wanted = min(below.sizeHint().height(), round(whole * LANES))
        if (whole, wanted) != self._fitted:
            self._fitted = (whole, wanted)
            self.setSizes([whole - wanted, wanted])

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return done
