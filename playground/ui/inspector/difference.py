"""The Diff page: the run that is looked into beside another one.

Both are read in slices between frames. Laying many steps beside each other is done in a thread;
what goes on is compared again now and then, the more rarely the longer that takes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.session import Run
from playground.engine import rundiff, rundiff_numbers
from playground.engine.rundiff import Comparison, Look, RunDiff
from playground.ui import theme
from playground.ui.inspector.looking import SLICE, Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets import rundifffigures as figures
from playground.ui.widgets.elided import Elided
from playground.ui.widgets.figures import Figures
from playground.ui.widgets.parts import Segments, beside, label, row, tool_button
from playground.ui.widgets.rundiffchoice import Choice, entries_of, offer, title_of_run
from playground.ui.widgets.rundiffevents import DiffList
from playground.ui.widgets.rundiffrows import texts_of, values_of
from playground.ui.widgets.rundiffsides import Sides
from playground.ui.widgets.rundiffsigns import SIGN

VIEWS = ("Events", "Text", "JSON", "Requests", "Numbers")
EVENTS, TEXT, JSON, REQUESTS, NUMBERS = range(len(VIEWS))
AT_ONCE = 2_000
"""Steps of both together that are compared on the spot."""
RESTS = 20
"""As often longer than a comparison took it is waited until the next one."""
NOTHING = "Two runs beside each other: what was sent, said and called, and where they first part."
ALONE = "This turn has one version only. Run it again (Ctrl+R), or choose any other run."
SAME = "The two say the same: nothing differs in what was sent and what came but ids and times."
NO_JSON = "Neither answer is JSON, and no tool was called."
NO_TEXT = "Neither of the two says anything."
NO_REQUEST = "Neither of the two sent a request."


class DiffPage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self.other: Run | None = None
        self.comparison: Comparison | None = None
        self._other_title = ""
        self._choices: dict[str, tuple[Run, bool]] = {}
        """What each run was held beside, and whether that stood on the right."""
        self._swapped = False
        self._of: Run | None = None
        self._diff: RunDiff | None = None
        self._numbers: rundiff_numbers.Numbers | None = None
        self._stale: set[int] = set()
        """Views that show what was before."""
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
            shortcut.activated.connect(lambda back=back: self.step_on(back=back))
        looking.picked.connect(self._follow)
        looking.shown.connect(self._let_go)

    def _lay_out(self) -> None:
        self.views = Segments(VIEWS, small=True, parent=self)
        self.views.picked.connect(lambda _: self._turn())
        self.list = DiffList(self)
        self.text = Sides("Text of both runs", names=False, code=False, parent=self)
        self.json = Sides("JSON of both runs", names=True, code=True, parent=self)
        self.requests = Sides("Requests of both runs", names=True, code=True, parent=self)
        self.times = Figures("Times of both runs", self)
        self.counts = Figures("Tokens, cost and counts of both runs", self)
        self.list.picked.connect(self._picked_row)
        self.requests.picked.connect(self._picked_request)
        self.times.picked.connect(self.looking.pick)
        self._pages = QStackedWidget(self)
        for view in (self.list, self.text, self.json, self.requests):
            self._pages.addWidget(view)
        self._pages.addWidget(beside(self.times, self.counts, shares=(1, 1)))
        self._none = label("muted")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setWordWrap(True)
        self._pages.addWidget(self._none)
        self.status = Elided("state", self)
        self.first = QPushButton("First difference", self)
        self.first.setProperty("role", "quiet")
        self.first.setAccessibleName("Go to the first difference")
        self.first.clicked.connect(self.to_first)
        self.before = tool_button("chevron-up", "Previous difference (Shift+F7)", self)
        self.before.clicked.connect(lambda: self.step_on(back=True))
        self.after = tool_button("chevron-down", "Next difference (F7)", self)
        self.after.clicked.connect(lambda: self.step_on())
        self.mine = Elided("strong", self)
        self.choose = QToolButton(self)
        self.choose.setProperty("role", "quiet")
        self.choose.setAccessibleName("The run beside this one")
        self.choose.setToolTip("Choose the run to compare with")
        self.choose.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.choose.clicked.connect(lambda: self.open_choice(self.choose))
        self._halves = row(self.mine), row(self.choose, 1)
        self.swap = QToolButton(self)
        self.swap.setText("⇄")
        self.swap.setProperty("role", "icon")
        self.swap.setAccessibleName("Swap the sides")
        self.swap.setToolTip("Swap the sides")
        self.swap.clicked.connect(self.turn_around)
        self._heads = QWidget(self)
        self._heads.setMinimumWidth(1)  # what is in it is as wide as there is room
        heads = QHBoxLayout(self._heads)
        heads.setContentsMargins(0, 0, 0, 0)
        heads.setSpacing(0)
        self._place_heads()
        shown = QWidget(self)
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(row(self.views, self.status, self.first, self.before, self.after,
                             spacing=4))  # fmt: skip
        column.addWidget(self._heads)
        column.addWidget(self._pages, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty())
        self._stack.addWidget(shown)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.setFocusProxy(self.list)

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

    def _place_heads(self) -> None:
        """Each name over its side."""
        heads = self._heads.layout()
        assert isinstance(heads, QHBoxLayout)
        mine, other = self._halves
        parts = (mine, self.swap, other)
        for part in parts:
            heads.removeWidget(part)
        for part in parts if self.mine_is == "left" else reversed(parts):
            heads.addWidget(part, 0 if part is self.swap else 1)

    def _fit_heads(self) -> None:
        """Over the columns of the view, and as much of the names as there is room for."""
        look, heads, view = theme.current(), self._heads, self.views.index
        before = {JSON: self.json.margin, REQUESTS: self.requests.margin}.get(view, 0)
        after = self.list.margin if view == EVENTS else 0
        current = self._pages.currentWidget()
        if isinstance(current, QAbstractScrollArea):
            after += self._pages.width() - current.viewport().width()
        layout = heads.layout()
        assert layout is not None
        layout.setContentsMargins(before + look.px(4), 0, after, 0)
        self.swap.setFixedWidth(look.px(SIGN))
        half = max((self._pages.width() - before - after - look.px(SIGN + 4)) // 2, 1)
        for part in self._halves:
            part.setFixedWidth(half)
        metrics, arrow = self.choose.fontMetrics(), "  ▾"
        room = half - metrics.horizontalAdvance(arrow) - look.px(24)
        shown = metrics.elidedText(self._other_title, Qt.TextElideMode.ElideRight, max(room, 0))
        self.choose.setText(shown + arrow)

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
        self._of = self._diff = self._numbers = self.comparison = None
        self._compared = -1
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
        self._diff = self._numbers = self.comparison = None
        self._compared = -1
        self.list.current = -1
        sides = self.sides
        if sides is None:
            alone = self.looking.desk is not None
            self.hint.setText(f"{NOTHING}\n{ALONE}" if alone else NOTHING)
            self.pick_one.setVisible(alone)
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        run, other = self.looking.run, self.other
        assert run is not None and other is not None
        session = self.choices()
        self.mine.say(f"This run · {title_of_run(run, session)}")
        self._other_title = title_of_run(other, session)
        self._place_heads()
        self._fit_heads()
        self._diff = RunDiff(*sides)
        self._read_on()

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
            self._take(diff, look.compare(), count, began)
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
                self._take(diff, found, count, began)
            else:
                self._read_on()

        desk.tasks.start(work(), self)

    def _take(self, diff: RunDiff, found: Comparison, count: int, began: float) -> None:
        self.comparison, self._compared = found, count
        self._stale = set(range(len(VIEWS)))
        self._show()
        self._rest_until = time.monotonic() + RESTS * (time.monotonic() - began)

    # What is shown.

    def _turn(self) -> None:
        self._show()
        view = self._pages.currentWidget()
        if view is not None:
            self.setFocusProxy(view)

    def _show(self) -> None:
        found, view = self.comparison, self.views.index
        if found is None or self.sides is None:
            return
        if view in self._stale:
            self._fill(view, found, *self.sides)
        empty = self._why_empty(view)
        self._none.setText(empty)
        self._pages.setCurrentIndex(self._pages.indexOf(self._none) if empty else view)
        steps = view != NUMBERS and found.first is not None
        for button in (self.first, self.before, self.after):
            button.setEnabled(steps)
        if found.first is None:
            self.status.say(SAME, "ok")
        else:
            self.status.say(found.first.words)
        self._fit_heads()

    def _fill(self, view: int, found: Comparison, left: Run, right: Run) -> None:
        self._stale.discard(view)
        match view:
            case 0:
                recordings = left.recording, right.recording
                self.list.show_rows(found.rows, recordings, (found.texts, found.others))
                self._follow(self.looking.number)
            case 1:
                self.text.show_rows(texts_of(left, right))
            case 2:
                self.json.show_rows(values_of(rundiff.answers(left, right)))
            case 3:
                self.requests.show_rows(values_of(rundiff.requests(left, right)))
            case _:
                self._count(left, right)

    def _why_empty(self, view: int) -> str:
        empties: dict[int, tuple[Sides, str]] = {
            TEXT: (self.text, NO_TEXT),
            JSON: (self.json, NO_JSON),
            REQUESTS: (self.requests, NO_REQUEST),
        }
        sides, why = empties.get(view, (None, ""))
        return why if sides is not None and not sides.rows else ""

    def _count(self, left: Run, right: Run) -> None:
        """The numbers, read on a slice at a time."""
        if self._numbers is None:
            self._numbers = rundiff_numbers.Numbers(left, right)
        numbers, mine = self._numbers, self.mine_is
        if not numbers.step(SLICE):
            self._stale.add(NUMBERS)
            QTimer.singleShot(0, self, self._show)
        self.times.show_rows(
            [
                figures.heading("From the request on"),
                *figures.number_rows(numbers.times(), mine=mine),
                figures.heading("What the time went to"),
                *figures.phase_rows(numbers.phases(), mine=mine),
            ]
        )
        self.counts.show_rows(
            [
                figures.heading("Tokens and cost"),
                *figures.number_rows(rundiff_numbers.used(left, right), mine=mine),
                figures.heading("Counts"),
                *figures.number_rows(rundiff_numbers.counts(left, right), mine=mine),
            ]
        )

    # From place to place.

    def to_first(self) -> None:
        """Show the first difference, among the events."""
        found = self.comparison
        if found is not None and found.first is not None:
            self.views.pick(EVENTS)
            self._show()
            self.list.go_to(found.first.row)
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def step_on(self, *, back: bool = False) -> None:
        """To the next difference of the view, or to the one before."""
        views: Sequence[Callable[..., bool] | None] = (
            self.list.to_difference,
            self.text.to_difference,
            self.json.to_difference,
            self.requests.to_difference,
            None,
        )
        go = views[self.views.index]
        if go is not None:
            go(back=back)

    def _picked_row(self, at: int) -> None:
        row_ = self.list.rows[at]
        side = row_.left if self.mine_is == "left" else row_.right
        if side is not None and not side.begin <= self.looking.number < side.end:
            self.looking.pick(side.begin)

    def _picked_request(self, at: int) -> None:
        left, right = self.requests.rows[at].events
        number = left if self.mine_is == "left" else right
        if number is not None:
            self.looking.pick(number)

    def _follow(self, number: int) -> None:
        """An event was picked somewhere else."""
        if self.comparison is not None and number >= 0 and EVENTS not in self._stale:
            right = self.mine_is == "right"
            current = self.list.rows[self.list.current] if self.list.current >= 0 else None
            side = None if current is None else (current.right if right else current.left)
            if side is None or not side.begin <= number < side.end:
                self.list.mark(self.list.row_of(number, right=right))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_heads()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.advance()


DIFF_PAGE = PageSpec("diff", "Diff", DiffPage)
