"""The Compare panel: columns of one session that are asked the same, each of a server and with
settings of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QStackedLayout, QVBoxLayout, QWidget

from playground.core.comparison import MOST
from playground.core.items import Message, Text
from playground.core.parts import Part
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine import comparing_answers
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.pointing import SHOW
from playground.ui.widgets.comparecolumn import CompareColumn
from playground.ui.widgets.compareempty import OFFERS, CompareEmpty
from playground.ui.widgets.comparemarking import Marking
from playground.ui.widgets.comparepair import ComparePair
from playground.ui.widgets.comparerow import CompareRow
from playground.ui.widgets.comparesending import Sending
from playground.ui.widgets.compareshaping import Shaping
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.estimate import Ask, EstimateChip
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.sessionhead import SessionHead

ANSWERS, DIFFERENCES, BESIDE = range(3)
VIEWS = ("Answers", "Differences", "Requests and events")
EMPTY, COLUMNS, PAIR = range(3)


class ComparePanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._session: Session | None = None
        self.sending = Sending(desk, self)
        self.shaping = Shaping(desk, self)
        self.shaping.changed.connect(self._changed)
        self.shaping.set.connect(self._set)
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        column.addWidget(self._head())
        column.addWidget(self._body(), 1)
        below = QVBoxLayout()
        theme.space(below, 16, 8, 16, 0)
        self.composer = Composer(desk.tasks.start, self, keeps="Ask all columns the same")
        self.composer.verb = "Run all"
        self.composer.draft.setAccessibleName("Message for all columns")
        below.addWidget(self.composer)
        column.addLayout(below)
        self._marking = Marking(desk.tasks, self, self.row.mark)
        self.estimate = EstimateChip(desk, list, self.composer, asks=self._asks)
        self.composer.put_aside(self.estimate)
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)
        self.composer.ran.connect(self._ask_all)
        self.composer.stopped.connect(self.stop)
        self.composer.changed.connect(self._drafted)
        desk.session_shown.connect(self._show_session)
        desk.tree_changed.connect(lambda _: self._tree_changed())
        desk.settings_changed.connect(self._settings_changed)
        desk.wanted.connect(self._wanted)
        desk.clock.watch(self.advance, patient=True)
        desk.clock.watch(self.tell, slow=True)

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

    def _body(self) -> QWidget:
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.empty = CompareEmpty(body)
        self.empty.picked.connect(self._offered)
        self.row = CompareRow(self.desk, body)
        self.row.hung.connect(lambda run, profile: self._send([run], profile))
        self.row.changed.connect(self._keep)
        self.row.wanted.connect(self.shaping.do)
        self.row.current_changed.connect(self._look_into)
        self.pair = ComparePair(self.desk, body)
        for page in (self.empty, self.row, self.pair):
            self._pages.addWidget(page)
        return body

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.stop),
            ("&Run", "Run all columns", "", self.run_all),
            ("&Run", "Keep this column", "", self.keep),
            ("&Run", OFFERS[-1][1], "", self.begin_beside),
            ("&View", "Next column", "Alt+PgDown", lambda: self.row.step(1)),
            ("&View", "Previous column", "Alt+PgUp", lambda: self.row.step(-1)),
            ("&View", "What differs between the columns", "", self.toggle_differences),
            ("&View", SHOW, "Ctrl+Shift+I", self._show_event),
        )

    # What is on screen.

    @property
    def columns(self) -> list[CompareColumn]:
        return self.row.columns

    @property
    def answers(self) -> list[Run | None]:
        """What is compared, column by column."""
        return comparing_answers.answers(self._session) if self._session is not None else []

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
        self._show_columns()

    def _show_columns(self) -> None:
        if self._session is not None:
            self.row.show_session(self._session)
            self._marking.forget()
            self._show_running()
            self._turn_page()
            self.tell()

    def _tree_changed(self) -> None:
        if self.isVisible() and self._session is self.desk.session:
            self._show_columns()
            self.head.show_title()

    def _settings_changed(self) -> None:
        if self.isVisible():
            self.row.show_settings()
            self._show_running()

    def _set(self, column: CompareColumn) -> None:
        """A column has other settings."""
        self.desk.mark(column.branch.session)
        if column in self.columns:
            column.show_column()
            self._keep()

    def _changed(self) -> None:
        """There are other columns."""
        self._show_columns()
        self._keep()

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
            self.pair.show_runs(self.answers, self.row.current)
        self._mark()

    def _look_into(self) -> None:
        """The inspector shows the answer of the column that has the focus."""
        if (run := self.answers[self.row.current]) is not None:
            self.desk.show_run(run)

    def _show_event(self) -> None:
        if self.columns:
            self.columns[self.row.current].view.show_event()

    # While something runs.

    @property
    def running(self) -> bool:
        return self.row.running

    def advance(self) -> None:
        if self.isVisible():
            self.row.advance()

    def tell(self) -> None:
        """States and numbers; what differs; whether anything runs."""
        if not self.isVisible():
            return
        runs = self.answers
        self.row.tell(runs, self.sending.waits(runs), comparing_answers.best(runs))
        if self.running != self.composer.running:
            self._show_running()
            self.row.show_settings()
        self._mark()
        if self._pages.currentIndex() == PAIR:
            self.pair.show_runs(self.answers, self.row.current)

    def _show_running(self) -> None:
        calls = (one.branch.column.call for one in self.columns if one.branch.column.synced)
        text_only = next((BY_ID[call.api] for call in calls if BY_ID[call.api].text_only), None)
        self.composer.say(
            running=self.running,
            text_only=text_only.title if text_only is not None else "",
            enter_sends=self.desk.settings.enter_sends,
            closed=self.desk.closed,
        )

    def _mark(self) -> None:
        """Show what differs, where that is wanted; again when there is more."""
        if self.views.index == DIFFERENCES:
            self._marking.look(self.answers)
        else:
            self._marking.forget()
            self.row.mark([None] * len(self.columns))

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
        if self._session is not None and self.shaping.begin(self._session, empty=empty):
            self.composer.draft.setFocus()

    def begin_beside(self) -> None:
        """The last turn over the other dialect as well, beside the one that there is."""
        if self._session is None or self.desk.refused():
            return
        todo = self.shaping.begin_beside(self._session)
        if todo is None:
            self.composer.draft.setFocus()
            return
        column, run = todo
        for one in self.columns:
            if one.branch.column is column:
                one.ask_again(run)

    def add(self) -> None:
        if self._session is not None and self.shaping.add(self._session):
            self.row.current = len(self.columns) - 1
            self.row.show_current()

    def close_comparison(self) -> None:
        if self._session is not None:
            self.shaping.close(self._session)

    def keep(self) -> None:
        """Go on with the current column as the conversation."""
        if self.columns:
            self.shaping.keep(self.columns[self.row.current])

    def run_all(self) -> None:
        """What is written for all, and what is written for one alone."""
        if self.columns and not self.composer.running:
            self._ask_all(self.composer.text, self.composer.attachments.parts)

    def _ask_all(self, text: str, parts: Sequence[Part]) -> None:
        if self._session is None or self.desk.refused():
            return
        runs, told = self.row.ask(text, parts)
        if told:
            self.composer.attachments.show_parts([])
            self.composer.write("")
        if runs:
            self._send(runs)

    def _send(self, runs: Sequence[Run], profile: Profile | None = None) -> None:
        """Send turns that were hung into the tree."""
        if self._session is None:
            return
        for column in self.columns:
            if column.branch.last in runs:
                column.view.jump_to_end()
        self.sending.send(self._session, runs, profile)
        self._keep()
        self._show_running()

    def stop(self) -> None:
        for column in self.columns:
            column.stop()

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

    def _asks(self) -> list[Ask]:
        """What each column would be asked now."""
        made: list[Ask] = []
        for one in self.columns if self._session is not None else ():
            column, session = one.branch.column, one.branch.session
            own = session.comparison if column.synced else column
            if (own.draft.strip() or own.attached) and not one.running:
                said = Message(key="in:0", role="user", text=Text(own.draft), parts=own.attached)
                made.append((one.branch.look(), [said]))
        return made

    def _keep(self) -> None:
        self.estimate.changed()
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
