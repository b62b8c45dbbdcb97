"""The command palette: every command, session and model under one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.ui import theme

SHOWN = 60
HINT = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Entry:
    kind: str
    """What it is: `command`, `session`, `model`."""
    title: str
    hint: str
    """Its shortcut, or where it is."""
    run: Callable[[], object]


def rank(query: str, title: str) -> int | None:
    """Smaller is better; None when the letters of the query do not occur in order."""
    query, title = query.casefold(), title.casefold()
    if not query:
        return 0
    at = title.find(query)
    if at >= 0:
        return at if at == 0 or title[at - 1] == " " else 50 + at
    position, first = -1, 0
    for letter in query.replace(" ", ""):
        position = title.find(letter, position + 1)
        if position < 0:
            return None
        first = first or position
    return 200 + first + position


class EntryDelegate(QStyledItemDelegate):
    """The title at the left, the hint at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.current().px(30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.current()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft" if chosen else "sunken"))
            painter.drawRoundedRect(rect, look.px(6), look.px(6))
        inner = rect.adjusted(look.px(8), 0, -look.px(8), 0)
        hint, small = str(index.data(HINT) or ""), QFont(look.font)
        small.setPixelSize(look.px(11.5))
        painter.setFont(small)
        painter.setPen(look.colour("muted"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, hint)
        room = inner.width() - QFontMetrics(small).horizontalAdvance(hint) - look.px(16)
        painter.setFont(look.font)
        painter.setPen(look.colour("text"))
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        title = QFontMetrics(look.font).elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()


class Palette(QDialog):
    """Type a few letters, press Enter."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget, prompt: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(prompt)
        self._entries = entries
        self.window_below = parent
        column = QVBoxLayout(self)
        look = theme.current()
        column.setContentsMargins(*look.margins(8, 8, 8, 8))
        column.setSpacing(look.px(8))
        self.query = QLineEdit(self)
        self.query.setPlaceholderText(prompt)
        self.query.setAccessibleName(prompt)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Matches")
        self.list.setItemDelegate(EntryDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.query)
        column.addWidget(self.list)
        self.query.textChanged.connect(self._filter)
        self.query.returnPressed.connect(self._take)
        self.list.itemClicked.connect(lambda _: self._take())
        self.setFixedSize(
            min(look.px(560), max(parent.width() - 80, 320)),
            min(look.px(420), max(parent.height() - 120, 240)),
        )
        self._filter("")

    def open_over(self) -> None:
        parent = self.window_below
        point = parent.mapToGlobal(parent.rect().topLeft())
        self.move(point.x() + (parent.width() - self.width()) // 2, point.y() + 60)
        self.show()
        self.query.setFocus()

    def _filter(self, query: str) -> None:
        self.list.clear()
        found = [
            (place, number, entry)
            for number, entry in enumerate(self._entries)
            if (place := rank(query.strip(), f"{entry.title} {entry.kind}")) is not None
        ]
        for _, _, entry in sorted(found, key=lambda row: row[:2])[:SHOWN]:
            item = QListWidgetItem(visible(entry.title))
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setData(HINT, entry.hint)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()}, {entry.hint}")
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            entry: Entry = item.data(Qt.ItemDataRole.UserRole)
            self.close()
            entry.run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        count = self.list.count()
        if count:
            self.list.setCurrentRow((self.list.currentRow() + step) % count)
