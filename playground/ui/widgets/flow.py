"""Flow: widgets beside each other as long as they fit, then on the next line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui import theme

GAP = 4


class Flow(QWidget):
    def __init__(self, parent: QWidget | None = None, *, gap: int = GAP) -> None:
        """`gap`: pixels of the design between two that stand beside each other."""
        super().__init__(parent)
        self._gap = gap
        self._widgets: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        widget.setParent(self)
        widget.show()
        self._widgets.append(widget)
        self._place()

    def clear(self) -> None:
        for widget in self._widgets:
            widget.hide()
            widget.deleteLater()
        self._widgets = []
        self._place()

    def _run(self, width: int, *, move: bool) -> int:
        """Put everything in its place; the height that takes."""
        gap, below = theme.current().px(self._gap), theme.current().px(GAP)
        x = y = line = 0
        for widget in self._widgets:
            if widget.isHidden():
                continue
            size = widget.sizeHint()
            wide = min(size.width(), max(width, 1))
            if x and x + wide > width:
                x, y, line = 0, y + line + below, 0
            if move:
                widget.setGeometry(x, y, wide, size.height())
            x += wide + gap
            line = max(line, size.height())
        return y + line

    def _place(self) -> None:
        if self._run(self.width(), move=True) != self.height():
            self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._run(width, move=False)

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(max(self.width(), 80)))

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # one of them has got another size
            self._place()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()
