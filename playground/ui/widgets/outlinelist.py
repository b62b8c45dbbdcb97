"""The lines of the outline, painted where they can be seen: a session may have thousands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.core.session import Run
from playground.engine.outline import Row, full_words
from playground.ui import theme
from playground.ui.widgets import outlinepaint
from playground.ui.widgets.rowarea import RowArea, tell


class OutlineList(RowArea):
    """The arrows go up and down, Left to the turn that one hangs on and Right to the first that
    hangs on it; Enter shows a turn, Delete deletes it or brings it back.

    Signals:
        picked(Run): somebody wants to see a turn.
        dropped(Run): somebody wants a turn gone, or back.
        menu_wanted(Row, QPoint): what can be done with a turn; the place is one of the screen.
        typed(str): somebody types, and means the filter.
    """

    picked = Signal(object)
    dropped = Signal(object)
    menu_wanted = Signal(object, QPoint)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Outline of the session", outlinepaint.HEIGHT, parent)
        self.rows: list[Row] = []
        self.current = -1
        """The line that the keyboard is at; -1: none."""
        self._hovered = -1
        theme.themes.changed.connect(self.lay_out)

    def show_rows(self, rows: list[Row]) -> None:
        """Other lines; the current turn stays the current one where it is among them, else the last
        one of the branch on screen is."""
        held = self.rows[self.current].run.id if 0 <= self.current < len(self.rows) else ""
        self.rows = rows
        here = [number for number, row in enumerate(rows) if row.here]
        kept = (number for number, row in enumerate(rows) if row.run.id == held)
        self.current = next(kept, here[-1] if here else min(0, len(rows) - 1))
        self._hovered = -1
        self.lay_out()
        self._describe(aloud=False)

    def show_run(self, run: Run | None) -> None:
        """Make this turn the current one, and bring it into view."""
        number = next((n for n, row in enumerate(self.rows) if row.run is run), -1)
        if number >= 0:
            self._go(number, aloud=False)

    @property
    def row(self) -> Row | None:
        """The current one."""
        return self.rows[self.current] if 0 <= self.current < len(self.rows) else None

    @property
    def count(self) -> int:
        return len(self.rows)

    def tip(self, point: QPointF) -> str:
        number = self.row_at(point)
        if number < 0:
            return ""
        row = self.rows[number]
        said = full_words(row)
        return f"Deleted; Delete brings it back.\n\n{said}" if row.deleted else said

    def measure(self) -> None:
        """All lines are of one height."""

    def _go(self, number: int, *, aloud: bool = True) -> None:
        if not self.rows:
            return
        self.current = min(max(number, 0), len(self.rows) - 1)
        self.reveal(self.current)
        self.viewport().update()
        self._describe(aloud=aloud)

    def _describe(self, *, aloud: bool) -> None:
        row = self.row
        said = outlinepaint.spoken(row) if row is not None else "No turns."
        tell(self, said, aloud=aloud)

    def _above(self) -> int:
        """The line of the turn that the current one hangs on, where it is shown."""
        row = self.row
        parent = row.run.parent if row is not None else None
        return next((n for n, one in enumerate(self.rows) if one.run.id == parent), self.current)

    def _below(self) -> int:
        row = self.row
        run_id = row.run.id if row is not None else ""
        return next(
            (n for n, one in enumerate(self.rows) if one.run.parent == run_id), self.current
        )

    # Qt.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(self.viewport().height() // self.high - 1, 1)
        row = self.row
        match event.key():
            case Qt.Key.Key_Up:
                self._go(self.current - 1)
            case Qt.Key.Key_Down:
                self._go(self.current + 1)
            case Qt.Key.Key_PageUp:
                self._go(self.current - page)
            case Qt.Key.Key_PageDown:
                self._go(self.current + page)
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(len(self.rows) - 1)
            case Qt.Key.Key_Left:
                self._go(self._above())
            case Qt.Key.Key_Right:
                self._go(self._below())
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if row is not None:
                self._pick(row)
            case Qt.Key.Key_Delete if row is not None:
                self.dropped.emit(row.run)
            case _ if event.text().isprintable() and event.text().strip():
                self.typed.emit(event.text())
            case _:
                event.ignore()

    def _pick(self, row: Row) -> None:
        """What is deleted has no branch that could be shown: it offers to come back."""
        if row.deleted:
            self._ask(self.rows.index(row))
        else:
            self.picked.emit(row.run)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self.row_at(event.position())
        if number < 0:
            return
        self._go(number, aloud=False)
        if event.button() == Qt.MouseButton.LeftButton:
            self._pick(self.rows[number])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            self.show_hand(number >= 0)
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            number = self.row_at(QPointF(self.viewport().mapFromGlobal(event.globalPos())))
            if number >= 0:
                self._go(number, aloud=False)
        if self.row is not None:
            self._ask(self.current)

    def _ask(self, number: int) -> None:
        look = theme.current()
        place = QPoint(look.px(40), self.top(number) + self.high)
        self.menu_wanted.emit(self.rows[number], self.viewport().mapToGlobal(place))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # each line has its own
        first = max(self.verticalScrollBar().value() // self.high, 0)
        last = min(first + self.viewport().height() // self.high + 2, len(self.rows))
        for number in range(first, last):
            box = QRect(0, self.top(number), self.viewport().width(), self.high)
            outlinepaint.paint(
                painter,
                self.rows[number],
                box,
                current=number == self.current,
                hovered=number == self._hovered,
                focus=self.hasFocus(),
            )
