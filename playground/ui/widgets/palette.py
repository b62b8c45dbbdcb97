"""The command palette: every command, session and model under one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from playground.core.plain import visible

SHOWN = 60


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
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        self.query = QLineEdit(self)
        self.query.setPlaceholderText(prompt)
        self.query.setAccessibleName(prompt)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Matches")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.query)
        column.addWidget(self.list)
        self.query.textChanged.connect(self._filter)
        self.query.returnPressed.connect(self._take)
        self.list.itemClicked.connect(lambda _: self._take())
        self.setFixedSize(min(560, max(parent.width() - 80, 320)), 420)
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
            hint = f"   {entry.hint}" if entry.hint else ""
            item = QListWidgetItem(visible(f"{entry.title}{hint}"))
            item.setData(Qt.ItemDataRole.UserRole, entry)
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
