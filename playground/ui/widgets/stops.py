"""Where the keyboard stops: Qt goes from one widget to the next in the order they were made, which
is not the order of cards that come and go, nor of what is made in them later."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from playground.ui import theme

LINE = 20
"""Pixels of the design: stops whose middles are this close stand beside each other."""


def in_order(before: QWidget, parts: Sequence[QWidget]) -> None:
    """Make the stops in `parts`, one part after another, follow `before` as one reads them."""
    for part in parts:
        for stop in sorted(_stops(part), key=lambda stop: _place(part, stop)):
            QWidget.setTabOrder(before, stop)
            before = stop


def _stops(part: QWidget) -> list[QWidget]:
    return [
        one
        for one in part.findChildren(QWidget)
        if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(part)
    ]


def _place(part: QWidget, stop: QWidget) -> tuple[int, int]:
    """(line, pixels from the left)."""
    middle = stop.mapTo(part, stop.rect().center())
    return middle.y() // theme.current().px(LINE), middle.x()
