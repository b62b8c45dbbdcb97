"""A column of a comparison: what it is asked with, its branch, a field of its own, its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from playground.core.parts import Part
from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.comparing import Branch
from playground.engine.comparing_marks import Marked
from playground.ui import theme, words
from playground.ui.deciding import Deciding
from playground.ui.desk import Desk
from playground.ui.icons import icon
from playground.ui.pointing import Pointing
from playground.ui.widgets.chips import ChipLine, Row
from playground.ui.widgets.comparetext import CompareText
from playground.ui.widgets.compareturns import KEPT, ColumnTurns
from playground.ui.widgets.composer import RETURN
from playground.ui.widgets.details import Details, cost_of, times, tokens
from playground.ui.widgets.elided import Elided
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.problembox import ProblemBox
from playground.ui.widgets.transcript import TranscriptView

LEAST = 212
"""Pixels of the design that a column is wide at least."""
SIDE = 10
"""Pixels of the design beside what stands in it."""
NOTHING = "Nothing was asked here yet."
WAITS = "Waits for its turn"
WHY_WAITS = "A local server answers one column after another."


class Field(QPlainTextEdit):
    """What is typed for one column alone: as high as what stands in it, up to six lines.

    Signals:
        sent(): Enter, or Ctrl+Enter, as in the composer.
    """

    sent = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setProperty("role", "draft")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("For this column alone")
        self.document().setDocumentMargin(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        theme.follow(self, lambda _: self._fit())

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), 1), 6)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in RETURN and (control or shift != self._desk.settings.enter_sends):
            self.sent.emit()
        else:
            super().keyPressEvent(event)


class CompareColumn(QWidget):
    """Signals:
    hung(run, profile): a turn was hung onto the column, to be sent; `profile`: to that one.
    moved(): it ends elsewhere, or was changed by hand.
    wanted(verb): "settings", "keep", "add", "remove".
    """

    hung = Signal(object, object)
    moved = Signal()
    wanted = Signal(str)

    def __init__(self, desk: Desk, branch: Branch, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.branch, self.name = desk, branch, name
        self.current = False
        self._run: Run | None = None
        """Whose numbers stand below it."""
        self._foot_says: object = None
        self._problem: ProblemBox | None = None
        self.setAccessibleName(f"Column {name}")
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(LEAST)))
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 0, 0, gap=0)
        column.addWidget(self._head())
        self.turns = ColumnTurns(desk, branch, self)
        self.turns.hung.connect(self.hung)
        self.turns.moved.connect(self.moved)
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.empty = QLabel(NOTHING, body)
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.view = TranscriptView(body)
        self.view.setAccessibleName(f"Conversation of column {name}")
        self.view.offered = KEPT
        self.view.side = SIDE
        self.view.numbers = False  # they stand below, at the same height in all columns
        self.view.versions = False  # those are the other columns
        self.view.deciding = Deciding(desk)
        self.view.extras.append(self.turns.negotiation)
        self.view.asked.connect(self._do)
        self.pointing = Pointing(desk, self.view)
        self.text = CompareText(f"Answer of column {name}, with what differs", body)
        for page in (self.empty, self.view, self.text):
            self._pages.addWidget(page)
        column.addWidget(body, 1)
        self._problems = QVBoxLayout()
        theme.space(self._problems, 8, 4, 8, 0)
        column.addLayout(self._problems)
        column.addWidget(self._own())
        column.addWidget(self._foot())
        self.view.show_session(branch.look())
        self.show_column()

    # Parts.

    def _head(self) -> QWidget:
        head = QWidget(self)
        column = QVBoxLayout(head)
        theme.space(column, SIDE, 4, 6, 4, gap=0)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        badge = QLabel(self.name, head)
        badge.setProperty("role", "badge")
        badge.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(badge)
        self.server = Elided("strong", head)
        line.addWidget(self.server, 1)
        self.synced = tool_button("link", "", head)
        self.synced.setCheckable(True)
        self.synced.toggled.connect(self._sync)
        line.addWidget(self.synced)
        self.settings = tool_button("settings", f"Server and settings of column {self.name}", head)
        self.settings.clicked.connect(lambda: self.wanted.emit("settings"))
        line.addWidget(self.settings)
        self.more = tool_button("more", f"More for column {self.name}", head)
        self.more.clicked.connect(self.open_menu)
        line.addWidget(self.more)
        column.addLayout(line)
        self.about = Elided("caption", head)
        column.addWidget(self.about)
        return head

    def _own(self) -> QWidget:
        box = QWidget(self)
        outer = QVBoxLayout(box)
        theme.space(outer, 8, 4, 8, 0)
        frame = QFrame(box)
        frame.setProperty("role", "composer")
        line = QHBoxLayout(frame)
        theme.space(line, 10, 6, 6, 6, gap=4)
        self.field = Field(self.desk, frame)
        self.field.setAccessibleName(f"Message for column {self.name} alone")
        self.field.textChanged.connect(self._typed)
        self.field.sent.connect(self.ask_own)
        line.addWidget(self.field, 1)
        self.send = tool_button("send", f"Run column {self.name} alone", frame)
        self.send.clicked.connect(self._run_or_stop)
        line.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        outer.addWidget(frame)
        self._box = box
        return box

    def _foot(self) -> QWidget:
        foot = QWidget(self)
        column = QVBoxLayout(foot)
        theme.space(column, SIDE, 6, SIDE, 6, gap=2)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        self.state = Elided("state", foot)
        line.addWidget(self.state, 1)
        self.keep = QPushButton("Keep", foot)
        self.keep.setAccessibleName(f"Keep column {self.name}")
        self.keep.setToolTip("Go on with this one in the Chat panel; the others stay as versions")
        self.keep.clicked.connect(lambda: self.wanted.emit("keep"))
        line.addWidget(self.keep)
        column.addLayout(line)
        self.chips = ChipLine(foot)
        self.chips.picked.connect(self._open)
        column.addWidget(self.chips)
        return foot

    # What is shown.

    @property
    def profile(self) -> Profile | None:
        """None: it has been deleted."""
        found = (one for one in self.desk.profiles() if one.id == self.branch.column.profile)
        return next(found, None)

    def show_column(self) -> None:
        """What the column is set to, and its field."""
        column, profile = self.branch.column, self.profile
        call = self.branch.look().call
        name = profile.name if profile is not None else "A server that was deleted"
        model = column.call.model or (profile.model if profile is not None else "")
        if not model and (last := self.branch.last) is not None:
            model = last.transcript.model or ""
        self.server.say(f"{model or 'its first model'} · {name}", "" if profile else "error")
        facts = [] if column.synced else ["asked alone"]
        facts.append(BY_ID[call.api].title)
        if column.version:
            facts.append(f"prompt, version {column.version}")
        elif call.instructions:
            facts.append("developer message")
        facts += [f"{path} {words_of(value)}" for path, value in call.fields.items()]
        if call.tools:
            facts.append(f"{len(call.tools)} tool{'s' * (len(call.tools) > 1)}")
        if call.output.asked:
            facts.append("JSON Schema" if call.output.mode == "json_schema" else call.output.mode)
        if column.shared and (call.tools or call.output.asked):
            facts[-1] += " of the session"
        self.about.say(" · ".join(facts))
        self.synced.blockSignals(True)
        self.synced.setChecked(column.synced)
        self.synced.setIcon(icon("link", "accent" if column.synced else "faint"))
        self.synced.blockSignals(False)
        tip = f"Column {self.name} is asked with the others"
        other = f"Column {self.name} is asked alone"
        self.synced.setToolTip(f"{tip if column.synced else other}: click to change that")
        self.synced.setAccessibleName(f"Ask column {self.name} with the others")
        if self.field.toPlainText() != column.draft:
            self.field.blockSignals(True)
            self.field.setPlainText(column.draft)
            self.field.blockSignals(False)
            self.field._fit()
        self._show_field()

    def _show_field(self) -> None:
        """Its own field stands there while it is asked alone, or something is written in it."""
        column = self.branch.column
        there = not column.synced or bool(column.draft) or self.field.hasFocus()
        self._box.setVisible(there and not self.desk.closed)
        running = self.running
        self.send.setToolTip(f"{'Stop' if running else 'Run'} column {self.name}")

    @property
    def running(self) -> bool:
        last = self.branch.last
        return last is not None and last.running

    def refresh(self) -> None:
        """The tree changed, or where the column ends."""
        self.branch.look()
        self.view.refresh()
        self.show_column()
        self._turn_page()

    def mark(self, told: Marked | None) -> None:
        """Show the last answer with what differs; None: the conversation."""
        self.text.show_marked(told)
        self._turn_page()

    def _turn_page(self) -> None:
        if self.text.told is not None:
            page = 2
        else:
            page = 1 if self.branch.column.leaf else 0
        self._pages.setCurrentIndex(page)

    def advance(self) -> None:
        self.view.advance()

    def tell(self, run: Run | None, waits: int = 0, best: str = "") -> None:
        """How the last turn stands, if there is one, and what it took. `waits`: runs that go first;
        `best`: what it is the best of, in a word."""
        self._run = run
        running = run is not None and run.running
        key = (
            run.id if run is not None else "",
            run.transcript.rev if run is not None else 0,
            run.transcript.outcome if run is not None else None,
            run.cost if run is not None else None,
            int(run.now() / 1e9) if run is not None and running else 0,
            waits,
            best,
        )
        if key == self._foot_says:
            return
        self._foot_says = key
        self.keep.setEnabled(bool(self.branch.column.leaf))
        if run is None:
            self.state.say("")
            self.chips.show_chips([])
            return
        state = words.state(run)
        if running and waits:
            self.state.say(WAITS, "warn")
            self.state.setToolTip(WHY_WAITS)
            self.state.setAccessibleDescription(WHY_WAITS)
        elif state is not None:
            said = state.words[:1].upper() + state.words[1:]
            beside = f" {words.clock(run.now() / 1e9)}" if running else f" · {best}" if best else ""
            self.state.say(said + beside, state.token)
            self.state.setAccessibleDescription("")
        self.chips.show_chips(figures(run))

    def say_problem(self, problem: Problem | None) -> None:
        """Why a turn could not be made for this column; None: nothing is in the way any more."""
        if self._problem is not None:
            self._problem.hide()
            self._problem.deleteLater()
            self._problem = None
        if problem is not None:
            self._problem = ProblemBox(problem, self)
            self._problem.acted.connect(lambda: self.wanted.emit("settings"))
            self._problems.addWidget(self._problem)
            self._problem.show()

    # What the user does.

    def make(self, text: str, parts: Sequence[Part] = ()) -> Run | None:
        """Hang a turn onto the column, to be sent by whoever calls; None, and why, when that cannot
        be."""
        try:
            run = self.branch.hang(lambda view: self.desk.workspace.ask(view, text, parts))
        except Failure as failure:
            self.say_problem(failure.problem)
            return None
        self.say_problem(None)
        return run

    @property
    def refused(self) -> bool:
        """The last turn could not be made."""
        return self._problem is not None

    def ask_own(self) -> None:
        """Send what stands in its own field."""
        column = self.branch.column
        if column.draft.strip() and not self.running:
            run = self.make(column.draft)
            if run is not None:
                column.draft = ""
                self.show_column()
                self.hung.emit(run, None)

    def stop(self) -> None:
        if (last := self.branch.last) is not None and last.running:
            self.desk.workspace.stop(last)

    def _run_or_stop(self) -> None:
        (self.stop if self.running else self.ask_own)()

    def _do(self, verb: str, run: Run, item: object = None) -> None:
        if verb == "replay":
            self.desk.wanted.emit("chat")
        self.turns.do(verb, run, item)  # type: ignore[arg-type]

    def _typed(self) -> None:
        self.branch.column.draft = self.field.toPlainText()
        self.moved.emit()

    def _sync(self, on: bool) -> None:
        self.branch.column.synced = on
        self.show_column()
        if not on:
            self.field.setFocus()
        self.moved.emit()

    def open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, verb in (
            ("Server and settings…", "settings"),
            ("Keep this one", "keep"),
            ("Another column like this one", "add"),
            ("Remove this column", "remove"),
        ):
            menu.addAction(text, partial(self.wanted.emit, verb))
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _open(self, kind: str, chip: QWidget) -> None:
        run = self._run
        if run is None:
            return
        match kind:
            case "time":
                Details(*times(run), self).show_over(chip)
            case "tokens":
                Details(*tokens(run), self).show_over(chip)
            case _:
                Details(*cost_of(run), self).show_over(chip)

    # Qt.

    def hasHeightForWidth(self) -> bool:
        """It is as high as there is room: what it shows can be scrolled."""
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line between columns, and one over the current one."""
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), look.colour("border"))
        if self.current:
            painter.fillRect(0, 0, self.width() - 1, look.px(2), look.colour("accent"))


def figures(run: Run) -> list[Row]:
    """What a run took: time, tokens and cost."""
    timing, used = run.transcript.timing, run.transcript.usage
    if run.transcript.outcome is None:
        return []
    waited = words.first_token(run)
    whole = ""
    if timing.request is not None and timing.end is not None:
        whole = words.seconds((timing.end - timing.request) / 1e9)
    went, came = words.usage(used).split(" / ") if used else ("", "")
    return [
        ("time", whole, "Times"),
        ("time", f"TTFT {words.seconds(waited)}" if waited is not None else "", "Times"),
        ("tokens", went, "Where these tokens come from"),
        ("tokens", came, "Where these tokens come from"),
        ("cost", words.cost(run.cost) if run.transcript.legs else "", "How this was calculated"),
    ]


def words_of(value: object) -> str:
    """The value of a field, in few letters."""
    said = visible(str(value).lower() if isinstance(value, bool) else str(value))
    return said if len(said) <= 12 else f"{said[:11]}…"
