"""The tree of an answer that is arriving: a row for each field, painted only where it can be seen.

It is told when to look, on the clock, and does what has changed: the rows are kept by
`answerrows`, and no more than a screen of them is ever drawn.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QToolTip, QWidget

from playground.core.json_nodes import Node
from playground.schemas.answer import Answer, Field
from playground.schemas.source import Path, spelled
from playground.ui import theme
from playground.ui.widgets import answerwords as words
from playground.ui.widgets.answerdetail import AnswerDetail
from playground.ui.widgets.answerpaint import FieldPainter
from playground.ui.widgets.answerrows import Rows
from playground.ui.widgets.parts import copy
from playground.ui.widgets.traced import SHOW_EVENT

__all__ = ["AnswerDetail", "AnswerTree"]


class AnswerTree(QAbstractScrollArea):
    """The fields of one answer.

    Signals:
        picked(object): another field is the current one, or Enter was pressed on it; None: none is.
        inspected(Field): somebody asks what made it.
    """

    picked = Signal(object)
    inspected = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.current: Field | None = None
        self.following = False
        """What came last is kept in view."""
        self.rows: Rows | None = None
        self._lit: set[Field] = set()
        self._placing = False
        self._painter = FieldPainter()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Answer as a tree")
        theme.themes.changed.connect(self.restyle)
        self.restyle()

    # What is shown.

    def show_answer(self, answer: Answer | None) -> None:
        """Show an answer: from the top, or what is newest of it while it comes."""
        self.rows = Rows(answer) if answer is not None else None
        self.following = answer is not None and not answer.ended
        self.pick(None)
        if self.rows is not None:
            self.rows.look()
        self._place(0)
        self._keep_up()
        self.viewport().update()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        if self.rows is None or not self.rows.look():
            return
        self._place(self.verticalScrollBar().value())
        self._keep_up()
        self.viewport().update()
        if self.current is not None:
            self.setAccessibleDescription(words.sentence(self.current))

    def reveal(self, path: Path) -> None:
        """Make the field at a path the current one, and open what it is in. If it never came,
        what it would be in."""
        if self.rows is None:
            return
        found = self.rows.answer.field(path)
        while found is None:
            path = path[:-1]
            found = self.rows.answer.field(path)
        self.rows.reveal(found)
        self._go_to(self.rows.row(found))

    # What the inspector looks at.

    def light(self, nodes: Sequence[Node]) -> None:
        """Let the fields of values stand out, or what they are in while that is closed."""
        lit = self._fields(nodes)
        if lit != self._lit:
            self._lit = lit
            self.viewport().update()

    def bring_lit(self) -> None:
        """Scroll to what stands out, if that is not in view."""
        if self.rows is not None and self._lit:
            rows = [row for row, field in enumerate(self.rows.fields) if field in self._lit]
            top = self.verticalScrollBar().value()
            if rows and not any(top <= row < top + self._page() for row in rows):
                self._place(max(rows[0] - self._page() // 3, 0))
                self._note_where()

    def _fields(self, nodes: Sequence[Node]) -> set[Field]:
        if self.rows is None:
            return set()
        found = (self.rows.answer.field(node.path) for node in nodes)
        return {self.rows.nearest(field) for field in found if field is not None}

    # The current field.

    def pick(self, field: Field | None) -> None:
        """Make a field the current one."""
        if field is self.current:
            return
        self.current = field
        said = words.sentence(field) if field is not None else ""
        self.setAccessibleDescription(said)
        if said and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        self.viewport().update()
        self.picked.emit(field)

    def copy_value(self) -> None:
        """Put the value of the current field on the clipboard, as JSON."""
        if self.current is not None and (text := words.as_json(self.current)):
            copy(text)

    def copy_path(self) -> None:
        if self.current is not None:
            copy(spelled(self.current.path))

    def fold(self, field: Field, opened: bool) -> None:
        """Show or hide what a field has in it."""
        if self.rows is None or not field.children:
            return
        self.rows.open(field, opened)
        self._place(self.verticalScrollBar().value())
        if self.current is not None:
            self.pick(self.rows.nearest(self.current))
        self.viewport().update()

    def _go_to(self, row: int) -> None:
        if self.rows is None or not self.rows.fields:
            return
        row = min(max(row, 0), len(self.rows.fields) - 1)
        self._bring(row)
        self.pick(self.rows.fields[row])
        self._note_where()

    def _out(self, field: Field) -> None:
        """Close it; what is closed already leads to what it is in."""
        if self.rows is None:
            return
        if field.children and self.rows.is_open(field):
            self.fold(field, False)
        elif field.parent is not None:
            self._go_to(self.rows.row(field.parent))

    def _in(self, field: Field) -> None:
        """Open it; what is open already leads to the first in it."""
        if self.rows is None or not field.children:
            return
        if self.rows.is_open(field):
            self._go_to(self.rows.row(field.children[0]))
        else:
            self.fold(field, True)

    # Where it is scrolled to.

    def _page(self) -> int:
        """Rows that fit."""
        return max(self.viewport().height() // self._painter.height, 1)

    def _place(self, row: int) -> None:
        """Fit the scroll bar to the rows and scroll there. That is not the user scrolling."""
        rows = len(self.rows.fields) if self.rows is not None else 0
        self._placing = True
        bar = self.verticalScrollBar()
        bar.setPageStep(self._page())
        bar.setRange(0, max(rows - self._page(), 0))
        bar.setValue(row)
        self._placing = False

    def _bring(self, row: int) -> None:
        """Scroll as little as shows the row."""
        top, page = self.verticalScrollBar().value(), self._page()
        if row < top:
            self._place(row)
        elif row >= top + page:
            self._place(row - page + 1)

    def _newest(self) -> int:
        """The row of what came last."""
        if self.rows is None or self.rows.newest is None:
            return -1
        return self.rows.row(self.rows.nearest(self.rows.newest))

    def _keep_up(self) -> None:
        if self.following and (row := self._newest()) >= 0:
            self._bring(row)

    def _note_where(self) -> None:
        """Whoever looks at what came last goes on doing so."""
        top = self.verticalScrollBar().value()
        if self.rows is not None and not self.rows.answer.ended:
            self.following = top <= self._newest() < top + self._page()

    def _row_at(self, y: int) -> int:
        """The row at this height of the viewport, or -1."""
        row = self.verticalScrollBar().value() + y // self._painter.height
        return row if self.rows is not None and 0 <= row < len(self.rows.fields) else -1

    def restyle(self) -> None:
        """The theme has changed."""
        self._painter.restyle()
        self._place(self.verticalScrollBar().value())
        self.viewport().update()

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dirty = event.rect()
        painter.fillRect(dirty, theme.current().colour("surface"))
        if self.rows is None:
            return
        width, height = self.viewport().width(), self._painter.height
        top = self.verticalScrollBar().value()
        first = top + max(dirty.top(), 0) // height
        last = min(top + dirty.bottom() // height, len(self.rows.fields) - 1)
        for row in range(first, last + 1):
            field = self.rows.fields[row]
            self._painter.paint(
                painter,
                field,
                (row - top) * height,
                width,
                depth=len(field.path),
                opened=self.rows.is_open(field),
                troubled=self.rows.troubled(field),
                current=field is self.current,
                focused=self.hasFocus(),
                lit=field in self._lit,
            )

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if not self._placing:
            self._note_where()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self.rows
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_value()
            return
        if rows is None or not rows.fields:
            super().keyPressEvent(event)
            return
        here = rows.row(self.current) if self.current is not None else -1
        page = max(self._page() - 1, 1)
        match event.key():
            case Qt.Key.Key_Down:
                self._go_to(here + 1 if here >= 0 else self._row_at(0))
            case Qt.Key.Key_Up:
                self._go_to(here - 1 if here >= 0 else self._row_at(0))
            case Qt.Key.Key_PageDown:
                self._go_to(max(here, 0) + page)
            case Qt.Key.Key_PageUp:
                self._go_to(max(here, 0) - page)
            case Qt.Key.Key_Home:
                self._go_to(0)
            case Qt.Key.Key_End:
                self._go_to(len(rows.fields) - 1)
            case Qt.Key.Key_Left if self.current is not None:
                self._out(self.current)
            case Qt.Key.Key_Right if self.current is not None:
                self._in(self.current)
            case Qt.Key.Key_Escape if self.current is not None:
                self.pick(None)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.current is not None:
                self.picked.emit(self.current)
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        row = self._row_at(at.y())
        if self.rows is None or row < 0 or event.button() == Qt.MouseButton.MiddleButton:
            return
        field = self.rows.fields[row]
        left, right = self._painter.arrow(len(field.path), self.viewport().width())
        if event.button() == Qt.MouseButton.LeftButton and left <= at.x() < right:
            self.fold(field, not self.rows.is_open(field))
        self._go_to(self.rows.row(field))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        row = self._row_at(at.y())
        if self.rows is None or row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        field = self.rows.fields[row]
        self.fold(field, not self.rows.is_open(field))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.current is None:
            return
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.rows is not None:
            row = self.rows.row(self.current) - self.verticalScrollBar().value() + 1
            where = self.viewport().mapToGlobal(QPoint(24, row * self._painter.height))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        value = menu.addAction("Copy the value as JSON", self.copy_value)
        value.setEnabled(self.current.node is not None)
        menu.addAction("Copy the path", self.copy_path)
        menu.addSeparator()
        field = self.current
        show = menu.addAction(SHOW_EVENT, lambda: self.inspected.emit(field))
        show.setEnabled(field.node is not None)
        menu.popup(where)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def _explain(self, at: QPoint, where: QPoint) -> None:
        row = self._row_at(at.y())
        if self.rows is None or row < 0:
            QToolTip.hideText()
            return
        height = self._painter.height
        area = QRect(0, at.y() - at.y() % height, self.viewport().width(), height)
        told = html.escape(words.about(self.rows.fields[row]))
        text = f"<p style='white-space: pre-wrap'>{told}</p>"
        QToolTip.showText(where, text, self.viewport(), area)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self.verticalScrollBar().value())
        self._keep_up()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.advance()
