"""The stage of a presentation: the sentence that is told in large letters, those before above."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.engine.narration import Kind, Sentence
from playground.engine.narration_parts import Part
from playground.ui import theme
from playground.ui.widgets.presentertext import LaidParts, LaidText, elided, font_of

HEAD, BODY, TOLD = 46, 32, 22
"""Design pixels of the sentence that is told, of what was said, and of those told before; in a
window of `WINDOW`, with which they grow."""
WINDOW = (1440, 900)
GROWTH = (0.6, 2.2)
MEASURE = 1120
"""Of a line."""
SMALLEST = 0.5
"""Of their size what was said may shrink to, where it is long and the window is small."""
MIDDLE = 0.4
"""How far down the sentence that is told begins, where it has room."""
NOTHING = "Nothing has happened yet."

_TOKENS: dict[Kind, str] = {
    "question": "accent",
    "thinking": "reasoning",
    "asking": "tool",
    "waiting": "warn",
    "result": "tool",
    "answer": "accent",
    "trouble": "error",
}


class Stage(QWidget):
    """The last of some sentences in large letters, those before it above, smaller and fainter.

    Signals:
        pressed(): somebody clicked.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Sentence] = ()
        self.empty = NOTHING
        """What is said while there are none."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 120)
        theme.follow(self, lambda look: self.update())

    def show_rows(self, rows: Sequence[Sentence], empty: str = NOTHING) -> None:
        if rows != self.rows or empty != self.empty:
            self.rows, self.empty = rows, empty
            self.update()

    def _unit(self) -> float:
        """How much larger the window is than the one that the sizes are for."""
        window = self.window().size()
        grown = min(window.width() / WINDOW[0], window.height() / WINDOW[1])
        return min(max(grown, GROWTH[0]), GROWTH[1]) * theme.current().scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look, unit = theme.current(), self._unit()
        wide = min(float(self.width()), MEASURE * unit)
        left = (self.width() - wide) / 2
        if not self.rows:
            painter.setPen(look.colour("faint"))
            painter.setFont(font_of(TOLD * unit))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.empty)
            return
        row = self.rows[-1]
        gutter = QFontMetricsF(font_of(HEAD * unit)).horizontalAdvance("00.") + 16 * unit
        room = wide - gutter
        head = LaidText(row.words, font_of(HEAD * unit, strong=True), room)
        between = 14 * unit
        body = _body(row.parts, room, self.height() - head.height - between, unit)
        high = head.height + (between + body.height if body is not None else 0)
        top = max(min(self.height() * MIDDLE, self.height() - high), 0.0)
        painter.setFont(font_of(HEAD * unit, strong=True))
        painter.setPen(look.colour(_TOKENS[row.kind]))
        painter.drawText(QPointF(left, top + head.ascent), f"{row.number}.")
        painter.setPen(look.colour("text"))
        head.draw(painter, QPointF(left + gutter, top))
        if body is not None:
            body.draw(painter, QPointF(left + gutter, top + head.height + between))
        self._paint_told(painter, QRectF(left, 0, wide, top - 26 * unit), gutter, unit)

    def _paint_told(self, painter: QPainter, area: QRectF, gutter: float, unit: float) -> None:
        """Those told before, one line each, as many as there is room for above."""
        look = theme.current()
        font = font_of(TOLD * unit)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        step = metrics.height() * 1.6
        bottom = area.bottom()
        right = area.adjusted(gutter, 0, 0, 0)
        for age, row in enumerate(reversed(self.rows[:-1])):
            if bottom - step < area.top():
                break
            painter.setPen(look.colour("muted" if age == 0 else "faint"))
            base = bottom - metrics.descent()
            painter.drawText(QPointF(area.left(), base), f"{row.number}.")
            said = (part for part in row.parts if isinstance(part, str))
            elided(painter, right, base, " ".join(" ".join((row.words, *said)).split()))
            bottom -= step

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()


def _body(parts: Sequence[Part], room: float, high: float, unit: float) -> LaidParts | None:
    """What was said, as large as fits."""
    if not parts:
        return None
    size = BODY * unit
    body = LaidParts(parts, size, room)
    while body.height > high and size > BODY * unit * SMALLEST:
        size *= 0.92
        body = LaidParts(parts, size, room)
    return body
