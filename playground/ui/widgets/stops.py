"""Where the keyboard stops: Qt goes from one widget to the next in the order they were made, which
is not the order of cards that come and go, nor of what is made in them later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QWidget

from playground.ui import theme

LINE = 20
"""Pixels of the design: stops whose middles are this close stand beside each other."""


def in_order(before: QWidget, parts: Sequence[QWidget]) -> None:
    """Make the stops in `parts`, one part after another, follow `before` as one reads them."""
    for part in parts:
        for stop in sorted(_stops(part), key=lambda stop: _place(part, stop)):
            QWidget.setTabOrder(before, stop)
            before = stop


def as_laid_out(before: QWidget, parts: Sequence[QWidget]) -> None:
    """Make all stops in `parts` follow `before` in the order in which layouts and splitters hold
    them, also those that cannot be seen now: what shares a place needs no order."""
    for part in parts:
        for stop in _held(part):
            QWidget.setTabOrder(before, stop)
            before = stop


def _held(part: QWidget) -> Iterator[QWidget]:
    stops = bool(part.focusPolicy() & Qt.FocusPolicy.TabFocus) and part.focusProxy() is None
    if stops:
        yield part
    if isinstance(part, QSplitter):
        for at in range(part.count()):
            if (inner := part.widget(at)) is not None:
                yield from _held(inner)
    elif isinstance(part, QScrollArea):
        if (inner := part.widget()) is not None:
            yield from _held(inner)
    elif not stops and (layout := part.layout()) is not None:
        yield from _in(layout)


def _in(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        assert item is not None
        if (widget := item.widget()) is not None:
            yield from _held(widget)
        elif (inner := item.layout()) is not None:
            yield from _in(inner)


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
