"""The head of the inspector: its tabs, what belongs to the page that is shown, the buttons of all.

What belongs to the page gets a line of its own where there is no room for it beside the tabs, so
that nothing has to be left out and the window can be as narrow as its widest line.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from playground.ui import theme
from playground.ui.widgets.parts import Segments, row

GAP, LINE = 8, 4
"""Logical pixels between what stands beside, and below, each other."""


class Head(QWidget):
    def __init__(self, tabs: Segments, parent: QWidget) -> None:
        super().__init__(parent)
        self._tabs = tabs
        self._beside = row(spacing=0)
        self._right = row(spacing=4)
        self._wrapped: bool | None = None
        self._grid = QGridLayout(self)
        theme.space(self._grid, 0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(LINE)
        self._grid.addWidget(tabs, 0, 0)
        self._grid.addWidget(self._right, 0, 3)
        self._wrap(False)

    @property
    def beside(self) -> QHBoxLayout:
        """For what belongs to a page."""
        return _layout(self._beside)

    @property
    def right(self) -> QHBoxLayout:
        """For what belongs to all of them."""
        return _layout(self._right)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What stands behind the tabs, as one reads."""
        return self._beside, self._right

    @property
    def wrapped(self) -> bool:
        """What belongs to the page stands below the tabs."""
        return bool(self._wrapped)

    def show_right(self) -> None:
        """Take no room for buttons that there are none of."""
        self._right.setVisible(self.right.count() > 0)

    def _fit(self) -> None:
        widths = [part.minimumSizeHint().width() for part in self._seen()]
        self._wrap(sum(widths) + GAP * len(widths) > self.width())

    def _seen(self) -> list[QWidget]:
        """Those that take room."""
        return [part for part in (self._tabs, self._beside, self._right) if part.isVisibleTo(self)]

    def _wrap(self, on: bool) -> None:
        if on == self._wrapped:
            return
        self._wrapped = on
        self._grid.removeWidget(self._beside)
        if on:
            right = Qt.AlignmentFlag.AlignRight
            self._grid.addWidget(self._beside, 1, 0, 1, 4, right)
        else:
            self._grid.addWidget(self._beside, 0, 2)

    # Qt.

    def minimumSizeHint(self) -> QSize:
        """As narrow as it is with two lines; as high as it is."""
        first = [part.minimumSizeHint().width() for part in (self._tabs, self._right)]
        width = max(sum(first) + GAP, self._beside.minimumSizeHint().width())
        return QSize(width, self._grid.minimumSize().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _layout(widget: QWidget) -> QHBoxLayout:
    layout = widget.layout()
    assert isinstance(layout, QHBoxLayout)
    return layout
