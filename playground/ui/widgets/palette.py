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
NEAR = 3
"""Letters of a title for each one that was typed, where others stand between them."""
PAGE = 10
"""Rows that Page Up and Page Down go."""
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
    """Smaller is better: what stands there as it was typed, all its words in any order, its letters
    in their order and near each other. None where it is none of these."""
    query, title = query.casefold(), title.casefold()
    words = query.split()
    if not words:
        return 0
    if (whole := _place(query, title)) is not None:
        return whole
    places = [_place(word, title) for word in words]
    if None not in places:
        return 100 + sum(place for place in places if place is not None)
    letters = "".join(words)
    first = position = title.find(letters[0])
    for letter in letters[1:]:
        if position < 0:
            return None
        position = title.find(letter, position + 1)
    if position < 0 or position - first > NEAR * len(letters):
        return None
    return 300 + first + position


def _place(word: str, title: str) -> int | None:
    """Where a word stands, best at the beginning of one; None where it does not."""
    first = at = title.find(word)
    while at > 0 and title[at - 1].isalnum():
        at = title.find(word, at + 1)
    return at if at >= 0 else 50 + first if first >= 0 else None


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
        small = QFont(look.font)
        small.setPixelSize(look.px(11.5))
        hint = QFontMetrics(small).elidedText(
            str(index.data(HINT) or ""), Qt.TextElideMode.ElideMiddle, inner.width() * 2 // 3
        )
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
            if (place := rank(query, f"{entry.title} {entry.kind} {entry.hint}")) is not None
        ]
        for _, _, entry in sorted(found, key=lambda row: row[:2])[:SHOWN]:
            item = QListWidgetItem(visible(entry.title))
            item.setData(Qt.ItemDataRole.UserRole, entry)
            hint = visible(entry.hint)
            item.setData(HINT, hint)
            said = ", ".join(filter(None, (item.text(), hint)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            entry: Entry = item.data(Qt.ItemDataRole.UserRole)
            self.close()
            entry.run()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), self.list.count()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(key)
        page = {Qt.Key.Key_PageDown: PAGE, Qt.Key.Key_PageUp: -PAGE}.get(key)
        if step is None and page is None:
            super().keyPressEvent(event)
        elif count and step is not None:
            self.list.setCurrentRow((self.list.currentRow() + step) % count)
        elif count and page is not None:
            self.list.setCurrentRow(min(max(self.list.currentRow() + page, 0), count - 1))
