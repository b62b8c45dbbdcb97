"""How the list of tools takes clicks and keys. What they mean is told, and done elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from playground.ui import theme
from playground.ui.models import RECORD, Index
from playground.ui.widgets.toolmodel import ToolModel
from playground.ui.widgets.toolpaint import ToolRows, zones_of
from playground.ui.widgets.toolrows import Entry, Head

_SPACE = (Qt.Key.Key_Space, Qt.Key.Key_Select)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ToolView(QListView):
    """Arrows move, Space switches, Enter picks, Alt+Down and the menu key open what there is to
    choose.

    Signals:
        picked(Entry): a tool is to be looked at.
        asked(Row, QPoint): for what can be done with a row, at this place on the screen.
        modes_asked(Entry, QPoint): for who may answer.
    """

    picked = Signal(object)
    asked = Signal(object, QPoint)
    modes_asked = Signal(object, QPoint)

    def __init__(self, model: ToolModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown: tuple[str, ...] | None = None
        """The key of the row whose tool is looked at."""
        self.setAccessibleName("Tools")
        self.setAccessibleDescription(
            "Space offers a tool to the model or no longer, Enter shows its definition, "
            "Alt+Down chooses who answers."
        )
        self.setModel(model)
        self.setItemDelegate(ToolRows(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self, lambda look: self.scheduleDelayedItemsLayout())

    def _row(self, index: Index) -> Entry | Head | None:
        found = index.data(int(RECORD)) if index.isValid() else None
        return found if isinstance(found, Entry | Head) else None

    def switch(self, index: Index) -> None:
        row = self._row(index)
        if isinstance(row, Entry):
            state = Qt.CheckState.Unchecked if row.on else Qt.CheckState.Checked
            self.model().setData(index, state, Qt.ItemDataRole.CheckStateRole)

    def ask(self, index: Index, *, modes: bool = False) -> None:
        """Ask for the menu of a row, below it; of `modes` for who answers."""
        row = self._row(index)
        place = self.visualRect(index)
        if modes and isinstance(row, Entry) and row.choices:
            badge = zones_of(place, row).badge
            self.modes_asked.emit(row, self.viewport().mapToGlobal(badge.bottomLeft()))
        elif row is not None:
            self.asked.emit(row, self.viewport().mapToGlobal(place.bottomLeft()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        point = event.position().toPoint()
        index = self.indexAt(point)
        row = self._row(index)
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        zones = zones_of(self.visualRect(index), row)
        if isinstance(row, Head):
            if zones.more.contains(point):
                self.ask(index)
        elif zones.box.contains(point):
            self.switch(index)
        elif zones.badge.contains(point) and row.choices:
            self.ask(index, modes=True)
        else:
            self.picked.emit(row)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if (row := self._row(index)) is not None:
                self.setCurrentIndex(index)
                self.asked.emit(row, event.globalPos())
        else:
            self.ask(self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        row = self._row(index)
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if row is None:
            super().keyPressEvent(event)
        elif event.key() in _SPACE:
            self.switch(index)
        elif event.key() in _ENTER:
            if isinstance(row, Entry):
                self.picked.emit(row)
            else:
                self.ask(index)
        elif alt and event.key() == Qt.Key.Key_Down:
            self.ask(index, modes=True)
        else:
            super().keyPressEvent(event)
