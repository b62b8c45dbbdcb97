"""How the tree of a schema looks and takes keys: 24 px a row, painted in one piece.

What a key means for the schema is decided elsewhere; here it only becomes a wish.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from playground.core.plain import visible
from playground.schemas.outline import Row
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.models import RECORD, Index
from playground.ui.widgets.chips import chip_font
from playground.ui.widgets.schematreemodel import INSIDE, MARK, NAMED, Mark

HIGH, STEP, SIGN, GAP = 24, 16, 14, 8
"""Pixels of the design: a row, a level, an icon, between two texts."""
SHOWN = 300
"""Characters of a text that there might be room for."""
TOKENS = {"info": "accent", "warning": "warn", "error": "error"}

_KEYS = {
    Qt.Key.Key_Return: "below",
    Qt.Key.Key_Enter: "below",
    Qt.Key.Key_Insert: "within",
    Qt.Key.Key_Delete: "remove",
    Qt.Key.Key_Space: "required",
}


class SchemaView(QTreeView):
    """Signals:
    wished(str): a key for `below`, `within`, `remove`, `required`, `duplicate`, `up` or `down`.
    asked(QPoint): for the menu of the current row, at this place on the screen.
    """

    wished = Signal(str)
    asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Schema as a tree")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.hint = ""
        """What stands below the rows, for a schema that has hardly any."""
        self.setItemDelegate(_RowDelegate(self))
        self.doubleClicked.connect(self._double_clicked)
        theme.follow(self, self._restyle)

    def _restyle(self, look: theme.Theme) -> None:
        self.setIndentation(look.px(STEP))
        self.scheduleDelayedItemsLayout()

    @property
    def editing(self) -> bool:
        """Whether a name is being typed in a row."""
        return self.state() == QAbstractItemView.State.EditingState

    def _double_clicked(self, index: QModelIndex) -> None:
        row = index.data(int(RECORD))
        if isinstance(row, Row) and row.part not in NAMED:
            self.setExpanded(index, not self.isExpanded(index))

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """All of it is ours: Qt would paint over what is selected once more, level by level."""
        look = theme.current()
        if index == self.currentIndex() and self.isEnabled():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            focused = self.hasFocus()
            painter.setPen(QPen(look.colour("accent")) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft"))
            place = QRect(0, option.rect.top(), self.viewport().width(), option.rect.height())
            painter.drawRoundedRect(place.adjusted(1, 0, -2, -1), look.px(4), look.px(4))
        place = self.visualRect(index)
        self.drawBranches(painter, QRect(0, place.top(), place.left(), place.height()), index)
        option = QStyleOptionViewItem(option)
        option.rect = place  # type: ignore[misc, assignment]
        if self.isExpanded(index):
            option.state |= QStyle.StateFlag.State_Open  # type: ignore[misc, assignment]
        self.itemDelegate().paint(painter, option, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self.model().hasChildren(index):
            return
        name = "chevron-down" if self.isExpanded(index) else "chevron-right"
        sign = theme.current().px(SIGN)
        left = rect.right() + 1 - self.indentation() + (self.indentation() - sign) // 2
        place = QRect(left, rect.top() + (rect.height() - sign) // 2, sign, sign)
        icon(name, "muted" if self.isEnabled() else "faint").paint(painter, place)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.hint:
            return
        look = theme.current()
        painter = QPainter(self.viewport())
        painter.setPen(look.colour("faint"))
        top = look.px(HIGH * (self.model().rowCount() + 1))
        area = self.viewport().rect().adjusted(look.px(18), top, -look.px(12), 0)
        flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, self.hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.editing:  # a key that the name has no use for comes here
            super().keyPressEvent(event)
            return
        modifiers, key = event.modifiers(), Qt.Key(event.key())
        modifiers &= ~Qt.KeyboardModifier.KeypadModifier
        wish = ""
        if modifiers == Qt.KeyboardModifier.AltModifier:
            wish = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(key, "")
        elif modifiers == Qt.KeyboardModifier.ControlModifier:
            wish = "duplicate" if key == Qt.Key.Key_D else ""
        elif not modifiers:
            wish = _KEYS.get(key, "")
        if wish and self.currentIndex().isValid():
            self.wished.emit(wish)
        elif not wish:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            self.setCurrentIndex(index)
            where = event.globalPos()
        else:
            below = self.visualRect(index).bottomLeft()
            where = self.viewport().mapToGlobal(below)
        if index.isValid():
            self.asked.emit(where)


class _RowDelegate(QStyledItemDelegate):
    """Name, kind, limits and description beside each other, and what is wrong at the edge."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.current().px(HIGH))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(int(RECORD))
        view = self.parent()
        if not isinstance(row, Row) or not isinstance(view, SchemaView):
            return
        look, on = theme.current(), view.isEnabled()
        place = QRect(option.rect)
        place.setRight(view.viewport().width() - look.px(6))
        mark = index.data(int(MARK))
        closed = not option.state & QStyle.StateFlag.State_Open
        inside = index.data(int(INSIDE)) if closed else ""
        if isinstance(mark, Mark) or inside:
            sign = look.px(SIGN)
            at = QRect(place.right() - sign, place.top() + (place.height() - sign) // 2, sign, sign)
            if isinstance(mark, Mark):
                icon(mark.severity, TOKENS[mark.severity]).paint(painter, at)
            else:  # it is further in
                icon("dot", TOKENS[inside]).paint(painter, at)
            place.setRight(at.left() - look.px(4))
        selected = index == view.currentIndex()
        at_x = place.left() + look.px(2)
        for number, (text, font, token) in enumerate(_texts(row, look)):
            metrics = QFontMetrics(font)
            room = place.right() - at_x
            if room < look.px(16):
                break
            if number == 0 and room > look.px(90):
                room = max(room - min(_kind_width(row), look.px(110)), look.px(60))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            ink = token if on else "faint"
            painter.setPen(look.colour("muted" if selected and ink == "faint" else ink))
            area = QRect(at_x, place.top(), room, place.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)
            at_x += metrics.horizontalAdvance(shown) + look.px(GAP)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Name")
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        look = theme.current()
        view = self.parent()
        assert isinstance(view, SchemaView)
        left = option.rect.left() - look.px(7)
        wide = min(view.viewport().width() - left - look.px(4), look.px(240))
        high = max(editor.minimumSizeHint().height(), look.px(HIGH))
        top = option.rect.center().y() - high // 2 + 1
        editor.setGeometry(left, max(top, 0), wide, high)


def _texts(row: Row, look: theme.Theme) -> list[tuple[str, QFont, str]]:
    """(text, font, token) from left to right."""
    name = QFont(look.font)
    if row.part in ("root", "definition"):
        name.setWeight(QFont.Weight.DemiBold)
    spoken = row.part in ("property", "pattern", "root", "definition")
    kind = "error" if row.junk else "accent" if "(ref)" in row.kind else "muted"
    small = QFont(look.font)
    small.setPixelSize(look.px(11.5))
    parts = [
        (f"{row.key}{'?' if row.required is False else ''}", name, "text" if spoken else "muted"),
        (row.kind, chip_font(), kind),
        (row.constraints, chip_font(), "faint"),
        (" ".join(row.description[:SHOWN].split()), small, "faint"),
    ]
    return [(visible(text[:SHOWN]), font, token) for text, font, token in parts if text]


def _kind_width(row: Row) -> int:
    return QFontMetrics(chip_font()).horizontalAdvance(row.kind) + theme.current().px(GAP)
