"""Scrubber: where a replay stands, as a place on its time that can be dragged.

Behind it stands how dense the events are and where each request left. Its value is the number of
events that are shown; how far along the line they lie is said by when they came.
"""

from __future__ import annotations

from itertools import pairwise
from math import log1p

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from playground.engine.player import Player
from playground.ui import theme

HIGH, THICK = 28, 18
"""Design pixels of the whole, and of the highest column of events."""
KNOB = 5
"""Half of the handle."""
LEAST = 120


class Scrubber(QSlider):
    """Signals:
    dragged(int): it shall stand where so many nanoseconds of the replay have passed.
    chosen(int): it shall stand behind so many events (said by a screen reader's own keys).
    """

    dragged = Signal(object)
    chosen = Signal(int)

    def __init__(self, player: Player, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._player = player
        self._columns: list[QLineF] = []
        self._made: object = None
        self._showing = False
        self.setRange(0, player.count)
        self.setAccessibleName("Where the replay stands, in events")
        self.setToolTip("Drag to any moment. ← and → go event by event, with Shift item by item.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.valueChanged.connect(self._changed)
        theme.follow(self, lambda look: self.setFixedHeight(look.px(HIGH)))

    def show_place(self) -> None:
        """Look where the player stands."""
        self._showing = True
        self.setValue(self._player.heading)
        self._showing = False
        self.update()

    def _changed(self, value: int) -> None:
        if not self._showing:
            self.chosen.emit(value)

    # Where.

    @property
    def _span(self) -> tuple[float, float]:
        """Where the line begins, and how long it is."""
        knob = theme.current().px(KNOB) + 1
        return knob, max(self.width() - 2 * knob, 1.0)

    def _x(self, passed: int) -> float:
        left, wide = self._span
        return left + wide * passed / max(self._player.length, 1)

    def passed(self, x: float) -> int:
        """The time of the replay at a place."""
        left, wide = self._span
        part = min(max((x - left) / wide, 0.0), 1.0)
        return round(part * self._player.length)

    def _lay_out(self) -> None:
        """A column for each two pixels: how many events came in that time."""
        player, (left, wide) = self._player, self._span
        made = (self.size(), player.skips, theme.current())
        if made == self._made:
            return
        self._made = made
        step = 2.0
        edges = [player.count_at(self.passed(left + at * step)) for at in range(int(wide / step))]
        edges.append(player.count)
        counts = [
            edges[0],
            *(after - before for before, after in pairwise(edges)),
        ]
        most = log1p(max(counts, default=1))
        middle, high = self.height() / 2, theme.current().px(THICK) / 2
        self._columns = []
        for at, count in enumerate(counts):
            if count:
                x, tall = left + at * step, max(high * log1p(count) / most, 1.0)
                self._columns.append(QLineF(x, middle - tall, x, middle + tall))

    # Qt.

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(2 * LEAST), theme.current().px(HIGH))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(LEAST), theme.current().px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        self._lay_out()
        look, player = theme.current(), self._player
        painter = QPainter(self)
        middle, here = self.height() / 2, self._x(player.passed)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QRectF(0, 1, self.width(), self.height() - 2)
        painter.setPen(QPen(look.colour("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("sunken"))
        painter.drawRoundedRect(ground.adjusted(1, 0, -1, 0), look.px(4), look.px(4))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        split = next((n for n, one in enumerate(self._columns) if one.x1() > here), None)
        for lines, token in ((self._columns[:split], "accent"), (self._columns[split:], "faint")):
            if split is None and token == "faint":
                break
            painter.setPen(look.colour(token))
            painter.drawLines(lines)
        painter.setPen(QPen(look.colour("ours"), 1, Qt.PenStyle.DotLine))
        for count in player.requests:
            x = self._x(player.moment(count))
            painter.drawLine(QPointF(x, 2), QPointF(x, self.height() - 3))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        knob = look.px(KNOB)
        painter.setPen(QPen(look.colour("surface"), 1))
        painter.setBrush(look.colour("accent"))
        handle = QRectF(here - knob, 1, 2 * knob, self.height() - 2)
        painter.drawRoundedRect(handle, look.px(3), look.px(3))
        painter.setPen(QPen(look.colour("on_accent"), 1.5))
        painter.drawLine(QPointF(here, middle - 4), QPointF(here, middle + 4))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.dragged.emit(self.passed(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self.passed(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # they are those of the bar that it stands in

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._made = None
        self.update()
