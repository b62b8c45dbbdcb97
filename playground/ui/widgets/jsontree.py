"""A tree of JSON: its rows are folded and unfolded, and painted only where they can be seen.

Not for JSON that is still arriving (see `answertree`), nor to be edited.
"""

from __future__ import annotations

import html
import json
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QToolTip, QWidget

from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.jsonrows import Node, Nodes, Path, line, parts, spelled, told
from playground.ui.widgets.jsonvalue import hint
from playground.ui.widgets.parts import copy
from playground.ui.widgets.source import one_line

HIGH, EDGE, STEP, ARROW = 20, 4, 14, 16
"""Logical pixels: a row, the left edge, a level, the sign that folds."""


class JsonTree(QAbstractScrollArea):
    """Signals:
    picked(Node | None): another row is the current one.
    entered(Node): a row without anything in it was asked for: Enter, or a double click.
    """

    picked = Signal(object)
    entered = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.nodes: Nodes | None = None
        self.current = -1
        """The current row."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(name)
        theme.themes.changed.connect(self.restyle)
        self.restyle()

    @property
    def node(self) -> Node | None:
        """Of the current row."""
        if self.nodes is None or not 0 <= self.current < len(self.nodes.rows):
            return None
        return self.nodes.rows[self.current]

    @property
    def text(self) -> str:
        """The rows that are unfolded."""
        rows = self.nodes.rows if self.nodes is not None else []
        return "\n".join("  " * node.depth + line(node) for node in rows)

    def show_value(self, value: Any, path: Path = ()) -> None:
        """Show a value, with the row of a path as the current one."""
        self.nodes, self.current = Nodes(value), -1
        self.verticalScrollBar().setValue(0)
        self._fit()
        self.pick(self.nodes.reveal(path))
        self.viewport().update()

    def clear(self) -> None:
        self.nodes, self.current = None, -1
        self._fit()
        self.viewport().update()

    def pick(self, row: int) -> None:
        """Make a row the current one, and show it; -1: none."""
        self.current = row
        node = self.node
        if node is not None:
            self._fit()
            bar, page = self.verticalScrollBar(), self._page()
            if row < bar.value():
                bar.setValue(row)
            elif row >= bar.value() + page:
                bar.setValue(row - page + 1)
            words = f"{spelled(node.path) or 'all'}: {told(node)}"
            self.setAccessibleDescription(words)
            if self.hasFocus() and QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self.viewport().update()
        self.picked.emit(node)

    def fold(self, row: int, opened: bool) -> None:
        """Show or hide what is in a row."""
        if self.nodes is None:
            return
        node = self.nodes.rows[row]
        (self.nodes.open if opened else self.nodes.close)(node)
        self._fit()
        if self.current > row and not opened:
            self.current = row
        self.viewport().update()

    def copy_value(self) -> None:
        """Put the value of the current row on the clipboard: text as text, all else as JSON."""
        if (node := self.node) is not None:
            value = node.value
            whole = isinstance(value, str)
            copy(value if whole else json.dumps(value, ensure_ascii=False, indent=2))

    def copy_path(self) -> None:
        if (node := self.node) is not None:
            copy(spelled(node.path))

    def restyle(self) -> None:
        look = theme.current()
        self._height = look.px(HIGH)
        self._metrics = QFontMetricsF(look.mono)
        self._fit()
        self.viewport().update()

    def _page(self) -> int:
        return max(self.viewport().height() // self._height, 1)

    def _fit(self) -> None:
        rows = len(self.nodes.rows) if self.nodes is not None else 0
        bar = self.verticalScrollBar()
        bar.setPageStep(self._page())
        bar.setRange(0, max(rows - self._page(), 0))

    def _row_at(self, y: int) -> int:
        row = self.verticalScrollBar().value() + y // self._height
        return row if self.nodes is not None and 0 <= row < len(self.nodes.rows) else -1

    def _left(self, node: Node) -> int:
        """Where a row's sign begins. Very deep ones are not indented any further."""
        px = theme.current().px
        return px(EDGE) + min(node.depth * px(STEP), self.viewport().width() // 2)

    def _out(self) -> None:
        """Close it; what is closed already leads to what it is in."""
        node = self.node
        if self.nodes is None or node is None:
            return
        if node.opened:
            self.fold(self.current, False)
        elif (above := self.nodes.parent(self.current)) >= 0:
            self.pick(above)

    def _in(self) -> None:
        """Open it; what is open already leads to the first in it."""
        node = self.node
        if node is None:
            return
        if node.opened:
            self.pick(self.current + 1)
        elif node.inner or node.rest:
            self.fold(self.current, True)

    def _enter(self) -> None:
        node = self.node
        if node is None:
            return
        if node.inner or node.rest:
            self.fold(self.current, not node.opened)
        else:
            self.entered.emit(node)

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), look.colour("surface"))
        if self.nodes is None:
            return
        painter.setFont(look.mono)
        top = self.verticalScrollBar().value()
        last = min(top + self.viewport().height() // self._height, len(self.nodes.rows) - 1)
        for row in range(top, last + 1):
            self._paint(painter, self.nodes.rows[row], row, (row - top) * self._height)

    def _paint(self, painter: QPainter, node: Node, row: int, top: int) -> None:
        look, width = theme.current(), self.viewport().width()
        if row == self.current:
            outlined = self.hasFocus()
            painter.setPen(QPen(look.colour("accent")) if outlined else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft"))
            inset = 0.5 if outlined else 0  # a line stands on pixels, an area between them
            area = QRectF(0, top, width, self._height)
            painter.drawRoundedRect(area.adjusted(inset, inset, -inset, -inset), 4, 4)
        left, sign = self._left(node), look.px(ARROW)
        if node.inner:
            name = "chevron-down" if node.opened else "chevron-right"
            place = QRect(left, top + (self._height - sign) // 2, sign, sign)
            icon(name, "muted").paint(painter, place)
        at = float(left + sign)
        base = top + round((self._height + self._metrics.ascent() - self._metrics.descent()) / 2)
        for text, token in parts(node):
            room = width - at - look.px(EDGE)
            if room <= 0:
                break
            shown = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setPen(look.colour(token))
            painter.drawText(QPointF(at, base), shown)
            at += self._metrics.horizontalAdvance(shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = len(self.nodes.rows) if self.nodes is not None else 0
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_value()
            return
        if not rows:
            super().keyPressEvent(event)
            return
        page = max(self._page() - 1, 1)
        match event.key():
            case Qt.Key.Key_Down:
                self.pick(min(self.current + 1, rows - 1))
            case Qt.Key.Key_Up:
                self.pick(max(self.current - 1, 0))
            case Qt.Key.Key_PageDown:
                self.pick(min(max(self.current, 0) + page, rows - 1))
            case Qt.Key.Key_PageUp:
                self.pick(max(self.current - page, 0))
            case Qt.Key.Key_Home:
                self.pick(0)
            case Qt.Key.Key_End:
                self.pick(rows - 1)
            case Qt.Key.Key_Left:
                self._out()
            case Qt.Key.Key_Right:
                self._in()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._enter()
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        row = self._row_at(at.y())
        if row < 0 or self.nodes is None or event.button() == Qt.MouseButton.MiddleButton:
            return
        node, sign = self.nodes.rows[row], theme.current().px(ARROW)
        self.pick(row)
        left = self._left(node)
        if event.button() == Qt.MouseButton.LeftButton and (
            node.rest or (node.inner and left <= at.x() < left + sign)
        ):
            self.fold(row, not node.opened)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (
            event.button() == Qt.MouseButton.LeftButton
            and self._row_at(event.position().toPoint().y()) >= 0
        ):
            self._enter()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.node is None:
            return
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self.current - self.verticalScrollBar().value() + 1
            where = self.viewport().mapToGlobal(QPoint(24, row * self._height))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy the value\tCtrl+C", self.copy_value)
        menu.addAction("Copy the path", self.copy_path)
        menu.popup(where)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._row_at(event.pos().y())
            words = ""
            if self.nodes is not None and row >= 0:
                node = self.nodes.rows[row]
                words = "\n".join(filter(None, (spelled(node.path), hint(node.name, node.value))))
            text = f"<p style='white-space: pre-wrap'>{html.escape(one_line(words))}</p>"
            QToolTip.showText(event.globalPos(), text if words else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
