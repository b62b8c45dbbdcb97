"""The versions of a prompt, newest first: when, and what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from playground.core.plain import visible
from playground.core.prompts import Prompt
from playground.ui import theme, words
from playground.ui.models import DETAIL, Index

HIGH = 44
"""Pixels of the design: a row of two lines."""
HINT = "Ctrl+click a second one to lay the two beside each other."
UNSAVED = 0
"""Stands for what is no version yet."""
_LINE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


@dataclass(frozen=True, slots=True)
class VersionLine:
    number: int
    """UNSAVED, or that of a version."""
    title: str
    about: str


def lines(prompt: Prompt, *, unsaved: bool) -> list[VersionLine]:
    """Newest first."""
    found = [
        VersionLine(
            one.number,
            f"{words.number(one.number)} · {one.note}"
            if one.note
            else f"Version {words.number(one.number)}",
            words.moment(one.created),
        )
        for one in reversed(prompt.versions)
    ]
    head = VersionLine(UNSAVED, "Unsaved changes", "kept, and no version yet")
    return [head, *found] if unsaved else found


class VersionList(QListWidget):
    """Signals:
    picked(list): these are selected, by their numbers, newest first.
    asked(int, QPoint): for the menu of a version, at this place on the screen.
    entered_into(): Enter was pressed.
    """

    picked = Signal(object)
    asked = Signal(int, QPoint)
    entered_into = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Versions")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Row(self))
        self._lines: Sequence[VersionLine] = ()
        self.itemSelectionChanged.connect(lambda: self.picked.emit(self.numbers))
        theme.follow(self, lambda look: self.scheduleDelayedItemsLayout())

    @property
    def numbers(self) -> list[int]:
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self._lines[row].number for row in rows if row < len(self._lines)]

    def show_lines(self, rows: Sequence[VersionLine]) -> None:
        """Show these; what was selected stays so. Nobody is told."""
        if list(rows) == list(self._lines):
            return
        kept = set(self.numbers)
        self.blockSignals(True)
        self.clear()
        self._lines = list(rows)
        for one in rows:
            item = QListWidgetItem(visible(one.title))
            item.setToolTip(words.tip(f"{one.title}\n{HINT}"))
            item.setData(DETAIL, visible(one.about))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, visible(one.about))
            self.addItem(item)
            item.setSelected(one.number in kept)
        self.blockSignals(False)

    def pick(self, *numbers: int) -> None:
        """Select these; nobody is told."""
        self.blockSignals(True)
        for row, one in enumerate(self._lines):
            self.item(row).setSelected(one.number in numbers)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_into.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row, where = self.currentRow(), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            row = self.indexAt(event.pos()).row()
        elif self.currentItem() is not None:
            corner = self.visualItemRect(self.currentItem()).bottomLeft()
            where = self.viewport().mapToGlobal(corner)
        if 0 <= row < len(self._lines):
            self.asked.emit(self._lines[row].number, where)


class _Row(QStyledItemDelegate):
    """The number over a line of date and note, each cut where the room ends."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.current().px(100), theme.current().px(HIGH))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.current()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = rect.adjusted(1, 1, -1, -1)
        on = bool(state & QStyle.StateFlag.State_Selected)
        if on or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft" if on else "sunken"))
            painter.drawRoundedRect(place, look.px(6), look.px(6))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.colour("accent"))
            painter.drawRoundedRect(place, look.px(6), look.px(6))
        strong, small = QFont(look.font), QFont(look.font)
        strong.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(look.px(11.5))
        inner = rect.adjusted(look.px(8), look.px(4), -look.px(8), -look.px(4))
        for text, font, token, side in (
            (str(index.data()), strong, "text", Qt.AlignmentFlag.AlignTop),
            (str(index.data(DETAIL)), small, "muted", Qt.AlignmentFlag.AlignBottom),
        ):
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.setFont(font)
            painter.setPen(look.colour(token))
            painter.drawText(inner, side | _LINE, shown)
        painter.restore()
