"""A tree of JSON: a row for each name and value, folded and unfolded, painted only where it can be
seen, and made only where it is open.

Not for JSON that is still arriving (see `answertree`), nor to be edited.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QLocale, QPoint, QPointF, QRect, QRectF, Qt, Signal
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
from playground.ui.widgets.jsonvalue import hint
from playground.ui.widgets.parts import copy
from playground.ui.widgets.source import one_line

HIGH, EDGE, STEP, ARROW = 20, 4, 14, 16
"""Logical pixels: a row, the left edge, a level, the sign that folds."""
UNASKED = 60
"""Rows that are opened without being asked for."""
AT_ONCE = 1_000
"""Members of an array or object of which rows are made at once; the rest waits behind one row."""
SHOWN = 400
"""Characters of a string that a row can show."""

Step = str | int
Path = tuple[Step, ...]


@dataclass(slots=True, eq=False)
class Node:
    """A row."""

    path: Path
    value: Any
    depth: int
    opened: bool = False
    rest: int = 0
    """It stands for so many members that have no rows yet."""

    @property
    def inner(self) -> bool:
        """There is something in it."""
        return not self.rest and isinstance(self.value, dict | list) and bool(self.value)

    @property
    def name(self) -> str:
        """Of the value in what it is in; empty for the whole."""
        return str(self.path[-1]) if self.path else ""


def told(node: Node) -> str:
    """The value of a row in one line."""
    if node.rest:
        return f"… {QLocale().toString(node.rest)} more"
    match node.value:
        case dict() as value:
            return "{}" if not value else f"{{{_count(len(value), 'name')}}}"
        case list() as value:
            return "[]" if not value else f"[{_count(len(value), 'value')}]"
        case str() as value:
            text = json.dumps(value[:SHOWN], ensure_ascii=False)
            return one_line(text if len(value) <= SHOWN else text[:-1] + "…")
        case value:
            return _plain(value)


def _count(count: int, word: str) -> str:
    return f"{QLocale().toString(count)} {word}{'' if count == 1 else 's'}"


def _plain(value: Any) -> str:
    try:
        return json.dumps(value)
    except ValueError:  # a number of over 4,300 digits
        return "a very long number"


def spelled(path: Path) -> str:
    """`response.output[0].id`, as programs write it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


class Nodes:
    """The rows of a value that are unfolded. No Qt."""

    def __init__(self, value: Any) -> None:
        self.rows: list[Node] = [Node((), value, 0)]
        self._open_some()

    def _open_some(self) -> None:
        """As much as one sees at a glance, from the top down."""
        level = [self.rows[0]]
        while level:
            inside = [node for node in level if node.inner]
            if len(self.rows) + sum(len(node.value) for node in inside) > UNASKED:
                inside = inside[:1] if len(self.rows) == 1 else []
            level = [below for node in inside for below in self.open(node)]

    def open(self, node: Node) -> list[Node]:
        """Show what is in a row, or what it stands for; the new rows."""
        at = self.rows.index(node)
        if node.rest:
            above = self._above(at)
            made = list(_members(above, len(above.value) - node.rest))
            self.rows[at : at + 1] = made
            return made
        if node.opened or not node.inner:
            return []
        node.opened = True
        made = list(_members(node, 0))
        self.rows[at + 1 : at + 1] = made
        return made

    def close(self, node: Node) -> None:
        if not node.opened:
            return
        node.opened = False
        at = self.rows.index(node)
        end = at + 1
        while end < len(self.rows) and self.rows[end].depth > node.depth:
            end += 1
        del self.rows[at + 1 : end]

    def parent(self, at: int) -> int:
        """The row that a row is in; -1: it is the whole."""
        depth = self.rows[at].depth
        return next((n for n in range(at - 1, -1, -1) if self.rows[n].depth < depth), -1)

    def _above(self, at: int) -> Node:
        return self.rows[self.parent(at)]

    def reveal(self, path: Path) -> int:
        """The row of a path, with all opened that it is in; -1: there is none."""
        at = 0
        for depth in range(1, len(path) + 1):
            node = self.rows[at]
            if not node.inner:
                return -1
            if not node.opened:
                self.open(node)
            at = self._below(at, path[:depth])
            if at < 0:
                return -1
        return at

    def _below(self, at: int, path: Path) -> int:
        depth = self.rows[at].depth + 1
        for row in range(at + 1, len(self.rows)):
            node = self.rows[row]
            if node.depth < depth:
                break
            if node.depth == depth and node.rest:
                self.open(node)
                return self._below(at, path)
            if node.path == path:
                return row
        return -1


def _members(node: Node, start: int) -> Iterator[Node]:
    """Rows of what is in a value, from one of them on."""
    value, depth = node.value, node.depth + 1
    pairs: list[tuple[Step, Any]]
    if isinstance(value, dict):
        pairs = list(value.items())[start : start + AT_ONCE]
    else:
        pairs = list(enumerate(value[start : start + AT_ONCE], start))
    for step, inside in pairs:
        yield Node((*node.path, step), inside, depth)
    if left := len(value) - start - len(pairs):
        yield Node((*node.path, "…"), None, depth, rest=left)


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
        return "\n".join("  " * node.depth + _line(node) for node in rows)

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
            place = QRectF(0, top, width, self._height)
            painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), 4, 4)
        left, sign = self._left(node), look.px(ARROW)
        if node.inner:
            name = "chevron-down" if node.opened else "chevron-right"
            place = QRect(left, top + (self._height - sign) // 2, sign, sign)
            icon(name, "muted").paint(painter, place)
        at = float(left + sign)
        base = top + round((self._height + self._metrics.ascent() - self._metrics.descent()) / 2)
        for text, token in _parts(node):
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


_TOKENS = {str: "text", bool: "reasoning", int: "reasoning", float: "reasoning"}


def _parts(node: Node) -> Iterator[tuple[str, str]]:
    """What a row says, each with its colour."""
    if node.path and not node.rest:
        step = node.path[-1]
        if isinstance(step, int):
            yield f"{step}", "faint"
        else:
            yield one_line(json.dumps(step, ensure_ascii=False)), "text_event"
        yield ": ", "muted"
    if isinstance(node.value, dict | list) or node.rest:
        yield told(node), "faint"
    else:
        yield told(node), _TOKENS.get(type(node.value), "reasoning")
        if said := hint(node.name, node.value):
            yield f"  {said}", "faint"


def _line(node: Node) -> str:
    return "".join(text for text, _ in _parts(node))
