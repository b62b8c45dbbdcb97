"""What a pointer does with a timeline: go along, go closer, select a stretch, click."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from playground.ui import theme
from playground.ui.widgets.timelineplaces import AXIS
from playground.ui.widgets.timescale import TimeScale

NOTCH = 1.25
"""How much closer a notch of the wheel goes."""
ALONG = 0.08
"""Of the view, that a notch goes along."""
LEAST = 4
"""Pixels of a stretch that is meant to be one."""


class Hand(QObject):
    """Signals:
    clicked(QPointF): a click, and not the begin of anything else.
    moved(): another stretch is in view, or one is being selected.
    """

    clicked = Signal(QPointF)
    moved = Signal()

    def __init__(self, view: QAbstractScrollArea, scale: TimeScale) -> None:
        super().__init__(view)
        self._view = view
        self._scale = scale
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._selects = False
        self.going = False
        """The view is being dragged along."""

    @property
    def stretch(self) -> tuple[float, float] | None:
        """Pixels that are being selected, from where it began."""
        if self._pressed is None or not self._selects:
            return None
        one, other = (
            min(max(x, self._scale.left), self._scale.right)
            for x in (self._pressed.x(), self._last.x())
        )
        return (one, other) if abs(one - other) >= LEAST else None

    def press(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self._pressed = self._last = at
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._selects = shifted or at.y() < theme.current().px(AXIS)

    def drag(self, event: QMouseEvent) -> None:
        """The pointer moves with the button held."""
        if self._pressed is None:
            return
        at, before = event.position(), self._last
        self._last = at
        if self._selects:
            self.moved.emit()
            return
        apart = (at - self._pressed).manhattanLength()
        if not self.going and apart < QApplication.startDragDistance():
            return
        if not self.going:
            self.going, before = True, self._pressed
            self._view.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._scale.move((before.x() - at.x()) * self._scale.per_pixel)
        down = self._view.verticalScrollBar()
        down.setValue(round(down.value() + before.y() - at.y()))
        self.moved.emit()

    def release(self, event: QMouseEvent) -> None:
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        pressed, stretch, went = self._pressed, self.stretch, self.going
        self.cancel()
        if stretch is not None:
            begin, end = sorted(map(self._scale.time, stretch))
            self._scale.show(begin, end)
            self.moved.emit()
        elif not went:
            self.clicked.emit(pressed)

    def cancel(self) -> bool:
        """Let go; whether anything was held."""
        held = self._pressed is not None
        self._pressed, self.going, self._selects = None, False, False
        self._view.viewport().unsetCursor()
        if held:
            self.moved.emit()
        return held

    def wheel(self, event: QWheelEvent) -> bool:
        """Whether it was for the scale; else it scrolls the lanes."""
        turned = event.angleDelta()
        held = event.modifiers()
        if held & Qt.KeyboardModifier.ShiftModifier or abs(turned.x()) > abs(turned.y()):
            by = turned.x() or turned.y()
            self._scale.move(-by / 120 * ALONG * self._scale.shown)
        elif event.position().x() < self._scale.left:
            return False  # over the names of the lanes
        else:
            self._scale.zoom(NOTCH ** (turned.y() / 120), event.position().x())
        self.moved.emit()
        return True
