"""The Compare panel: columns of one session that are asked the same, each of a server and with
settings of its own."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from playground.core.comparison import MOST
from playground.core.parts import Part
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine import comparing
from playground.engine.comparing import NAMES, Branch
from playground.engine.comparing_beside import beside
from playground.engine.comparing_lines import Lines
from playground.engine.comparing_marks import Marked
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.inspector.difference import DiffPage
from playground.ui.inspector.looking import Looking
from playground.ui.pointing import SHOW
from playground.ui.widgets.comparecolumn import CompareColumn
from playground.ui.widgets.compareempty import OFFERS, CompareEmpty
from playground.ui.widgets.comparemarking import Marking
from playground.ui.widgets.comparesheet import CompareSheet
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.parts import Segments, leave
from playground.ui.widgets.sessionhead import SessionHead

ANSWERS, DIFFERENCES, BESIDE = range(3)
VIEWS = ("Answers", "Differences", "Requests and events")
EMPTY, COLUMNS, PAIR = range(3)


class ComparePanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.lines = Lines(desk.workspace)
        self.columns: list[CompareColumn] = []
        self.current = 0
        self._session: Session | None = None
        self._sheet: CompareSheet | None = None
        self._frames = 0
        self._pair: tuple[Run | None, Run | None] = (None, None)
        self._marking = Marking(desk.tasks, self, self._show_marks)
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        column.addWidget(self._head())
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.empty = CompareEmpty(body)
        self.empty.picked.connect(self._offered)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self._middle(body))
        self._pages.addWidget(self._beside(body))
        column.addWidget(body, 1)
        below = QVBoxLayout()
        theme.space(below, 16, 8, 16, 0)
        self.composer = Composer(desk.tasks.start, self, keeps="Ask all columns the same")
        self.composer.verb = "Run all"
        self.composer.draft.setAccessibleName("Message for all columns")
        below.addWidget(self.composer)
        column.addLayout(below)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)
        self._stale: list[CompareColumn] = []
        """Columns that show what was before."""
        self._refreshing = QTimer(self)
        self._refreshing.setSingleShot(True)
        self._refreshing.setInterval(0)
        self._refreshing.timeout.connect(self._refresh_one)

        self._ended = QTimer(self)  # columns that end together are told of once
        self._ended.setSingleShot(True)
        self._ended.setInterval(0)
        self._ended.timeout.connect(desk.sessions_changed)

        self.composer.ran.connect(self._ask_all)
        self.composer.stopped.connect(self.stop)
        self.composer.changed.connect(self._drafted)
        desk.session_shown.connect(self._show_session)
        desk.tree_changed.connect(lambda _: self._tree_changed())
        desk.settings_changed.connect(self._settings_changed)
        desk.wanted.connect(self._wanted)
        desk.clock.watch(self.advance, patient=True)
        desk.clock.watch(self.tell, slow=True)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    # Parts.

    def _head(self) -> SessionHead:
        self.head = head = SessionHead(self.desk, self)
        head.model.hide()  # each column has its own
        self.views = Segments(VIEWS, parent=self)
        self.views.setAccessibleName("What of the columns is shown")
        self.views.picked.connect(lambda _: self._turn_page())
        head.row.insertWidget(0, self.views)
        self.more = QPushButton("Add a column", self)
        self.more.setProperty("role", "quiet")
        self.more.setAccessibleName("Add a column")
        self.more.clicked.connect(self.add)
        head.row.addWidget(self.more)
        self.end = QPushButton("End", self)
        self.end.setProperty("role", "quiet")
        self.end.setAccessibleName("End the comparison")
        self.end.setToolTip("Compare nothing any more; all turns stay in the session")
        self.end.clicked.connect(self.close_comparison)
        head.row.addWidget(self.end)
        return head

    def _middle(self, parent: QWidget) -> QScrollArea:
        """The columns beside each other; sideways, where there is no room for all."""
        area = QScrollArea(parent)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("Columns")
        inner = QWidget(area)
        self._row = QHBoxLayout(inner)
        theme.space(self._row, 0, 0, 0, 0, gap=0)
        area.setWidget(inner)
        self._area = area
        return area

    def _beside(self, parent: QWidget) -> QWidget:
        """Two columns as the inspector compares two runs."""
        page = QWidget(parent)
        self.looking = Looking(self.desk, self)
        self.pair = DiffPage(self.looking, page)
        column = QVBoxLayout(page)
        theme.space(column, 12, 4, 12, 0)
        column.addWidget(self.pair)
        return page

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.stop),
            ("&Run", "Run all columns", "", self.run_all),
            ("&Run", "Keep this column", "", self.keep),
            ("&Run", OFFERS[-1][1], "", self.begin_beside),
            ("&View", "Next column", "Alt+PgDown", lambda: self.step(1)),
            ("&View", "Previous column", "Alt+PgUp", lambda: self.step(-1)),
            ("&View", "What differs between the columns", "", self.toggle_differences),
            ("&View", SHOW, "Ctrl+Shift+I", self._show_event),
        )

    # What is on screen.

    def _show_session(self, session: Session) -> None:
        if not self.isVisible():
            return  # it will be shown when somebody looks
        self._settle()
        if self.desk.replaying is not None:
            self.desk.wanted.emit("chat")
            return
        self._session = session
        # First: writing the draft takes what is attached down as well.
        self.composer.attachments.show_parts(session.comparison.attached)
        self.composer.write(session.comparison.draft)
        self._saving.stop()
        known = set(self.columns)
        self._make_columns()
        self._look_again([one for one in self.columns if one in known])

    def _make_columns(self) -> None:
        """As many columns as the comparison has, in their order; those that are there stay."""
        session = self._session
        if session is None:
            return
        there = {
            id(one.branch.column): one for one in self.columns if one.branch.session is session
        }
        made: list[CompareColumn] = []
        for name, column in zip(NAMES, session.comparison.columns, strict=False):
            found = there.pop(id(column), None)
            if found is None or found.name != name:
                if found is not None:
                    leave(found)
                found = self._column(Branch(session, column), name)
            made.append(found)
        for gone in [one for one in self.columns if one not in made]:
            leave(gone)
        self.columns = made
        for at, one in enumerate(made):
            self._row.insertWidget(at, one, 1)
            one.show()
        self.current = min(self.current, max(len(made) - 1, 0))
        self._marking.forget()
        self._turn_page()
        self._show_current()
        self.tell()

    def _column(self, branch: Branch, name: str) -> CompareColumn:
        made = CompareColumn(self.desk, branch, name, self)
        made.hung.connect(lambda run, profile: self._send([run], profile))
        made.moved.connect(lambda: self._moved(made))
        made.wanted.connect(lambda verb: self._do(verb, made))
        return made

    def _moved(self, column: CompareColumn) -> None:
        """A column ends elsewhere, or was changed by hand."""
        column.refresh()
        self._keep()

    def _tree_changed(self) -> None:
        if self.isVisible() and self._session is self.desk.session:
            self._make_columns()
            self._look_again(self.columns)
            self.head.show_title()

    def _look_again(self, columns: Sequence[CompareColumn]) -> None:
        """These may show what was before."""
        self._stale = list(columns)
        self._refreshing.start()

    def _refresh_one(self) -> None:
        """One column at a time: the cards of four new turns would be a long frame."""
        while self._stale:
            column = self._stale.pop(0)
            if column in self.columns:
                column.refresh()
                break
        if self._stale:
            self._refreshing.start()

    def _settings_changed(self) -> None:
        if self.isVisible():
            for column in self.columns:
                column.show_column()
            self._show_running()

    def _turn_page(self) -> None:
        there = bool(self.columns)
        view = self.views.index
        page = EMPTY if not there else PAIR if view == BESIDE else COLUMNS
        self.views.setVisible(there)
        self.more.setVisible(there)
        self.more.setEnabled(len(self.columns) < MOST)
        self.end.setVisible(there)
        self.composer.setVisible(there)
        self._pages.setCurrentIndex(page)
        if page == PAIR:
            self._show_pair()
        self._mark()

    def _show_pair(self) -> None:
        """The last turns of two columns: the current one beside the first, or the second."""
        runs = self.answers
        pair = runs[0], runs[self.current or 1]
        if pair != self._pair:
            self._pair = one, other = pair
            self.looking.show_run(other or one)
            if one is not None and other is not None:
                self.pair.compare_with(one, swapped=other.created < one.created)
        self.pair.advance()

    @property
    def answers(self) -> list[Run | None]:
        """What is compared, column by column."""
        return comparing.answers(self._session) if self._session is not None else []

    def _show_current(self) -> None:
        for at, column in enumerate(self.columns):
            if column.current != (at == self.current):
                column.current = at == self.current
                column.update()

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isVisible():
            return
        for at, column in enumerate(self.columns):
            if column.isAncestorOf(now) and at != self.current:
                self.current = at
                self._show_current()
                self._area.ensureWidgetVisible(column, 0, 0)
                if (run := self.answers[at]) is not None:
                    self.desk.show_run(run)

    # While something runs.

    def advance(self) -> None:
        """One column a frame, in turn: four of them at once would be a long frame."""
        if not self.isVisible() or not self.columns:
            return
        if not self.desk.workspace.running:
            for column in self.columns:
                column.advance()
            return
        self._frames += 1
        self.columns[self._frames % len(self.columns)].advance()

    def tell(self) -> None:
        """States and numbers; what differs; whether anything runs."""
        if not self.isVisible():
            return
        runs = self.answers
        best = comparing.best(runs)
        for column, run in zip(self.columns, runs, strict=True):
            waits = self.lines.before(run) if run is not None and run.running else 0
            column.tell(run, waits, ", ".join(best.get(run.id, ())) if run is not None else "")
        # The numbers of all stand at the same height.
        chips = [column.foot.chips for column in self.columns]
        high = max((one.heightForWidth(one.width()) for one in chips), default=0)
        for one in chips:
            if one.minimumHeight() != high:
                one.setFixedHeight(high)
        if self.running != self.composer.running:
            self._show_running()
            for column in self.columns:
                column.show_column()
        self._mark()
        if self._pages.currentIndex() == PAIR:
            self._show_pair()

    @property
    def running(self) -> bool:
        return any(column.running for column in self.columns)

    def _show_running(self) -> None:
        calls = (one.branch.column.call for one in self.columns if one.branch.column.synced)
        text_only = next((BY_ID[call.api] for call in calls if BY_ID[call.api].text_only), None)
        self.composer.say(
            running=self.running,
            text_only=text_only.title if text_only is not None else "",
            enter_sends=self.desk.settings.enter_sends,
            closed=self.desk.closed,
        )

    # What differs.

    def _mark(self) -> None:
        """Show what differs, where that is wanted; again when there is more."""
        if self.views.index == DIFFERENCES:
            self._marking.look(self.answers)
            return
        self._marking.forget()
        for column in self.columns:
            column.mark(None)

    def _show_marks(self, found: Sequence[Marked]) -> None:
        for column, told in zip(self.columns, found, strict=False):
            column.mark(told)

    def toggle_differences(self) -> None:
        """Show what differs between the answers, or the answers."""
        self.views.pick(ANSWERS if self.views.index == DIFFERENCES else DIFFERENCES)

    # What the user does.

    def _offered(self, what: str) -> None:
        match what:
            case "beside":
                self.begin_beside()
            case _:
                self.begin(empty=what == "start")

    def begin(self, *, empty: bool = False) -> None:
        """Two columns, where the session is, or from its start."""
        if self._session is not None and not self.desk.refused():
            comparing.begin(self._session, empty=empty)
            self._changed()
            self.composer.draft.setFocus()

    def begin_beside(self) -> None:
        """The last turn over the other dialect as well, beside the one that there is."""
        desk, session = self.desk, self._session
        if session is None or desk.refused():
            return
        before = session.comparison
        todo = beside(session)
        self._changed()

        def undo() -> None:
            session.comparison = before
            self._changed()

        if before.columns:
            desk.done.emit("Chat Completions beside Responses, in place of the columns.", undo)
        if todo is None:
            self.composer.draft.setFocus()
            return
        column, run = todo
        for one in self.columns:
            if one.branch.column is column:
                failure = one.turns.hang(lambda view: desk.workspace.again(view, run, view.call))
                one.say_problem(failure.problem if failure is not None else None)

    def add(self) -> None:
        if self._session is not None and comparing.add(self._session) is not None:
            self.current = len(self._session.comparison.columns) - 1
            self._changed()

    def close_comparison(self) -> None:
        session = self._session
        if session is not None:
            self._undoable("The comparison is over; its turns stay.", comparing.close(session))

    def _undoable(self, said: str, back: Callable[[], None]) -> None:
        """Something was done to the columns; it can be taken back."""
        session = self._session

        def tell() -> None:
            if session is not None:
                self.desk.mark(session)  # which may not be on screen any more
            self._changed()
            if session is self.desk.session:
                self.desk.show_again()

        def undo() -> None:
            back()
            tell()

        tell()
        self.desk.done.emit(said, undo)

    def _changed(self) -> None:
        """There are other columns."""
        self._make_columns()
        self._keep()

    def _do(self, verb: str, column: CompareColumn) -> None:
        session, one = column.branch.session, column.branch.column
        match verb:
            case "settings":
                self._open_sheet(column)
            case "keep":
                self.keep(column)
            case "add":
                self.add()
            case "remove":
                back = comparing.remove(session, one)
                if back is not None:
                    self._undoable(f"Column {column.name} is gone; its turns stay.", back)
                else:
                    self.close_comparison()

    def keep(self, column: CompareColumn | None = None) -> None:
        """Go on with one column as the conversation."""
        if not self.columns:
            return
        column = column or self.columns[self.current]
        session, desk = column.branch.session, self.desk
        back = comparing.keep(session, column.branch.column)
        said = f"Kept column {column.name}; the others are versions of the turn where they parted."
        self._undoable(said, back)
        desk.wanted.emit("chat")

    def _open_sheet(self, column: CompareColumn) -> None:
        if self._sheet is not None:
            self._sheet.close()
        self._sheet = sheet = CompareSheet(self.desk, column.branch, column.name, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.changed.connect(lambda: self._moved(column))
        sheet.destroyed.connect(self._forget_sheet)
        sheet.open()

    def _forget_sheet(self) -> None:
        self._sheet = None

    def run_all(self) -> None:
        """What is written for all, and what is written for one alone."""
        if self.columns and not self.composer.running:
            self._ask_all(self.composer.text, self.composer.attachments.parts)

    def _ask_all(self, text: str, parts: Sequence[Part]) -> None:
        written = bool(text.strip() or parts)
        session = self._session
        if session is None or self.desk.refused():
            return
        runs: list[Run] = []
        told: list[CompareColumn] = []
        left: list[CompareColumn] = []
        for one in self.columns:
            column = one.branch.column
            if one.running or (column.synced and not written):
                continue
            run = one.make(text, parts) if column.synced else one.make_own()
            if run is not None:
                runs.append(run)
            if column.synced:
                (told if run is not None else left).append(one)
        if told:
            self.composer.attachments.show_parts([])
            self.composer.write("")
            for one in left:
                one.leave(text, parts)
        if runs:
            self._send(runs)

    def _send(self, runs: Sequence[Run], profile: Profile | None = None) -> None:
        """Send turns that were hung into the tree, one after another where that is how their server
        is asked."""
        desk, session = self.desk, self._session
        if session is None:
            return
        for column in self.columns:
            if column.branch.last in runs:
                column.view.jump_to_end()
        desk.tree_changed.emit(session)
        desk.show_run(runs[0])
        for run in runs:
            desk.tasks.start(self._go(self.lines.send(run, profile)), desk)
        self._keep()
        self._show_running()

    async def _go(self, sending: Coroutine[Any, Any, None]) -> None:
        self.desk.clock.wake()
        await sending
        self._ended.start()

    def stop(self) -> None:
        for column in self.columns:
            column.stop()

    def step(self, by: int) -> None:
        """The next column is the current one."""
        if self.columns:
            column = self.columns[(self.current + by) % len(self.columns)]
            column.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not column.view.hasFocus():  # it shows no conversation
                column.head.more.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _show_event(self) -> None:
        if self.columns:
            self.columns[self.current].view.show_event()

    # Drafts.

    def _drafted(self) -> None:
        if self._session is None:
            return
        comparison = self._session.comparison
        comparison.draft = self.composer.text
        attached = self.composer.attachments.parts
        if attached != comparison.attached:
            comparison.attached = attached
        self._keep()

    def _keep(self) -> None:
        if self._session is not None:
            self.desk.mark(self._session)
            self._saving.start()

    def _settle(self) -> None:
        if self._saving.isActive():
            self._saving.stop()
            self.desk.keep()

    def _wanted(self, what: str) -> None:
        if what == "compare:beside":
            self.begin_beside()
        elif what == "composer" and self.isVisibleTo(self.window()):
            self.composer.draft.setFocus()

    # Qt.

    def showEvent(self, event: QShowEvent) -> None:
        """What was done elsewhere meanwhile."""
        super().showEvent(event)
        if self.desk.replaying is not None:
            self.desk.end_replay()
        self._show_session(self.desk.session)
        target = self.composer.draft if self.columns else self.empty.buttons["here"]
        target.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settle()
