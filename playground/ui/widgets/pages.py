"""Several widgets in one place, of which one is seen."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStackedLayout, QWidget


class Pages(QStackedLayout):
    """Needs as much room as the one that is seen; Qt's own would keep room for the largest."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.currentChanged.connect(lambda _: self._resize())

    def _resize(self) -> None:
        self.invalidate()
        self._parent.updateGeometry()

    def sizeHint(self) -> QSize:
        item = self.itemAt(self.currentIndex())
        return QSize() if item is None else item.sizeHint()

    def minimumSize(self) -> QSize:
        item = self.itemAt(self.currentIndex())
        return QSize() if item is None else item.minimumSize()
