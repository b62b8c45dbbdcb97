"""The Diff page: the run that is looked into beside another one.

Both are read in slices between frames. Laying many steps beside each other is done in a thread;
what goes on is compared again now and then, the more rarely the longer that takes.
"""

from __future__ import annotations

import asyncio
import time

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from playground.core.session import Run
from playground.engine.rundiff import Comparison, Look, RunDiff
from playground.ui.inspector.looking import SLICE, Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets.elided import Elided
from playground.ui.widgets.parts import Segments, label, row, tool_button
from playground.ui.widgets.rundiffchoice import Choice, entries_of, offer, title_of_run
from playground.ui.widgets.rundiffheads import Heads
from playground.ui.widgets.rundiffviews import EVENTS, NUMBERS, VIEWS, Views

AT_ONCE = 2_000
"""Steps of both together that are compared on the spot."""
RESTS = 20
"""As often longer than a comparison took it is waited until the next one."""
NOTHING = "Two runs beside each other: what was sent, said and called, and where they first part."
ALONE = "This turn has one version only. Run it again, or choose any other run."
SAME = "The two say the same: nothing differs in what was sent and what came but ids and times."


class DiffPage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self.other: Run | None = None
        self._choices: dict[str, tuple[Run, bool]] = {}
        """What each run was held beside, and whether that stood on the right."""
        self._swapped = False
        self._of: Run | None = None
        self._diff: RunDiff | None = None
        self._compared = -1
        """Events of both that are in the comparison; -1: there is none."""
        self._rest_until = 0.0
        self._thinking = False
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.timeout.connect(self._read_on)
        self._lay_out()
        for keys, back in (("F7", False), ("Shift+F7", True)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda back=back: self.views.step_on(back=back))
        looking.picked.connect(self.views.follow)
        looking.shown.connect(self._let_go)

    def _lay_out(self) -> None:
        self.tabs = Segments(VIEWS, small=True, parent=self)
        self.tabs.picked.connect(self._turn)
        self.views = Views(self)
        self.views.picked.connect(self.looking.pick)
        self.status = Elided("state", self)
        self.first = QPushButton("First difference", self)
        self.first.setProperty("role", "quiet")
        self.first.setAccessibleName("Go to the first difference")
        self.first.clicked.connect(self.to_first)
        self.before = tool_button("chevron-up", "Previous difference (Shift+F7)", self)
        self.before.clicked.connect(lambda: self.views.step_on(back=True))
        self.after = tool_button("chevron-down", "Next difference (F7)", self)
        self.after.clicked.connect(lambda: self.views.step_on())
        self.heads = Heads(self)
        self.heads.choosing.connect(lambda: self.open_choice(self.heads.choose))
        self.heads.swapped.connect(self.turn_around)
        shown = QWidget(self)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        above = row(self.tabs, self.status, self.first, self.before, self.after, spacing=4)
        column.addWidget(above)
        column.addWidget(self.heads)
        column.addWidget(self.views, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty())
        self._stack.addWidget(shown)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.setFocusProxy(self.views.list)

    def _empty(self) -> QWidget:
        empty = QWidget(self)
        self.hint = label("muted")
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pick_one = QPushButton("Choose a run…", empty)
        self.pick_one.setAccessibleName("Choose a run to compare with")
        self.pick_one.clicked.connect(lambda: self.open_choice(self.pick_one))
        column = QVBoxLayout(empty)
        column.addStretch(1)
        column.addWidget(self.hint)
        column.addWidget(self.pick_one, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return empty

    # Which runs.

    @property
    def mine_is(self) -> str:
        """The side of the run that is looked into: the right one, if it is the newer."""
        run, other = self.looking.run, self.other
        newer = run is None or other is None or run.created >= other.created
        return "right" if newer != self._swapped else "left"

    @property
    def sides(self) -> tuple[Run, Run] | None:
        run, other = self.looking.run, self.other
        if run is None or other is None:
            return None
        return (run, other) if self.mine_is == "left" else (other, run)

    def compare_with(self, other: Run, *, swapped: bool = False) -> None:
        """Hold the run that is looked into beside another one, which is read first."""
        run, desk = self.looking.run, self.looking.desk
        if run is None or other.id == run.id:
            return
        self._choices[run.id] = other, swapped
        self.other, self._swapped = other, swapped
        if other.loaded or desk is None:
            self._begin()
            return

        async def work() -> None:
            await desk.workspace.events(other)
            if self.other is other:
                self._begin()

        desk.tasks.start(work(), self)

    def turn_around(self) -> None:
        if self.other is not None:
            self.compare_with(self.other, swapped=not self._swapped)

    def choices(self) -> Choice:
        """What can be held beside the run, of its own session."""
        run, desk = self.looking.run, self.looking.desk
        if run is None or desk is None:
            return Choice((), ())
        session = desk.workspace.open.get(run.session, desk.session)
        return Choice.of(session, run)

    def open_choice(self, button: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offer(menu, self.choices(), self.other, self.compare_with, self.search)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def search(self) -> None:
        """Choose among the runs of all sessions, by what one types."""
        from playground.ui.widgets.palette import Palette

        run, desk = self.looking.run, self.looking.desk
        if run is None or desk is None:
            return

        def take(session_id: str, run_id: str) -> None:
            async def work() -> None:
                session = await desk.workspace.load(session_id)
                if self.looking.run is run and (found := session.runs.get(run_id)) is not None:
                    self.compare_with(found)

            desk.tasks.start(work(), self)

        async def ask() -> None:
            sessions = await desk.workspace.sessions.list("")
            rows = await desk.workspace.sessions.outline([one.id for one in sessions])
            entries = entries_of(sessions, [one for one in rows if one.id != run.id], take)
            Palette(entries, self.window(), "Find a run to compare with").open_over()

        desk.tasks.start(ask(), self)

    def _let_go(self) -> None:
        """Another run is looked into; it is compared when this page is seen."""
        self._of = self._diff = None
        self._compared = -1
        self.views.clear()
        self._slices.stop()

    # What is read.

    def advance(self) -> None:
        run = self.looking.run
        if run is None:
            return
        if run is not self._of:
            self._of = run
            self.other = None
            known = self._choices.get(run.id)
            if known is not None and not known[0].trashed:
                self.compare_with(known[0], swapped=known[1])
            elif (before := self.choices().default) is not None:
                self.compare_with(before)
            else:
                self._begin()
        elif self._grown and not self._slices.isActive() and time.monotonic() >= self._rest_until:
            self._read_on()

    @property
    def _grown(self) -> bool:
        """More has come than was compared."""
        return self._diff is not None and self._diff.total != self._compared

    @property
    def working(self) -> bool:
        """There is more to read or to compare."""
        return self._thinking or self._grown

    def _begin(self) -> None:
        """Compare from the begin."""
        self._diff = None
        self._compared = -1
        self.views.clear()
        sides = self.sides
        if sides is None:
            alone = self.looking.desk is not None
            self.hint.setText(f"{NOTHING}\n{ALONE}" if alone else NOTHING)
            self.pick_one.setVisible(alone)
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        self._name()
        self.heads.place(mine=self.mine_is)
        self._diff = RunDiff(*sides)
        self._read_on()

    def _name(self) -> None:
        """Say over each side which run it is, and how it stands."""
        run, other = self.looking.run, self.other
        if run is not None and other is not None:
            choice = self.choices()
            mine = f"This run · {title_of_run(run, choice)}"
            self.heads.say(mine, title_of_run(other, choice))
            self._fit()

    def _read_on(self) -> None:
        diff = self._diff
        if diff is None or self._thinking or not self.isVisible():
            return
        if not diff.step(SLICE):
            self.status.say(f"{100 * diff.read // max(diff.total, 1)} % read")
            self._slices.start(0)
            return
        look, count = diff.look(), diff.read
        if look.size <= AT_ONCE or self.looking.desk is None:
            began = time.monotonic()
            self._take(look.compare(), count, began)
        else:
            self._think(diff, look, count)

    def _think(self, diff: RunDiff, look: Look, count: int) -> None:
        desk = self.looking.desk
        assert desk is not None
        self._thinking = True

        async def work() -> None:
            began = time.monotonic()
            try:
                found = await asyncio.to_thread(look.compare)
            finally:
                self._thinking = False
            if diff is self._diff:
                self._take(found, count, began)
            else:
                self._read_on()

        desk.tasks.start(work(), self)

    def _take(self, found: Comparison, count: int, began: float) -> None:
        sides = self.sides
        if sides is None:
            return
        self._compared = count
        self._name()
        number = self.looking.number
        self.views.show_comparison(found, sides, mine=self.mine_is, number=number)
        self._say()
        self._rest_until = time.monotonic() + RESTS * (time.monotonic() - began)

    # What is shown.

    @property
    def comparison(self) -> Comparison | None:
        """None while the two are read for the first time."""
        return self.views.comparison

    def _turn(self, view: int) -> None:
        self.views.turn(view)
        if (shown := self.views.currentWidget()) is not None:
            self.setFocusProxy(shown)
        self._say()

    def _say(self) -> None:
        """How the two differ, in a line."""
        found = self.comparison
        if found is None:
            return
        for button in (self.first, self.before, self.after):
            button.setEnabled(found.first is not None and self.tabs.index != NUMBERS)
        if found.first is None:
            self.status.say(SAME, "ok")
        else:
            self.status.say(found.first.words)
        self._fit()

    def _fit(self) -> None:
        self.heads.fit(*self.views.margins)

    def to_first(self) -> None:
        """Show the first difference, among the events."""
        found = self.comparison
        if found is not None and found.first is not None:
            self.tabs.pick(EVENTS)
            self.views.list.go_to(found.first.row)
            self.views.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.advance()


DIFF_PAGE = PageSpec("diff", "Diff", DiffPage)
