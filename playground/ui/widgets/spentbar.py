"""Where the time went, as bars: one for the run, and one for each of its requests. On one scale.

A part too short to be seen is still two pixels wide. What each is stands in it where there is room,
in its tooltip, and in the list of figures beside the bars.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.core.spent import Part, Spent
from playground.ui import theme
from playground.ui.widgets.rowarea import RowArea, tell
from playground.ui.widgets.spentwords import SAID, share, took
from playground.ui.widgets.timelinepaint import small_font

ROW, THICK = 23, 18
"""Design pixels of a row, and of the bar in it."""
ROWS = 4
"""As many it asks for room for at most."""
LEAST = 2.0
"""Pixels of a part, however short it is."""


class Place(NamedTuple):
    """Where a part is."""

    row: int
    """0 is the run, 1 its first request."""
    at: int


class SpentBar(RowArea):
    """The arrows go from part to part, and from bar to bar.

    Signals:
        picked(int): somebody wants to see the event that began a part.
        pointed(): another part is the current one.
    """

    picked = Signal(int)
    pointed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Where the time went", ROW, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.spent = Spent(0, (), ())
        self.current: Place | None = None
        self._gutter = self._right = 0.0
        theme.follow(self, lambda look: self._restyle())

    def show_spent(self, spent: Spent) -> None:
        if spent == self.spent:
            return
        grew = len(spent.legs) != len(self.spent.legs)
        self.spent = spent
        if self.current is not None and self.part is None:
            self.current = None
        self.lay_out()
        if grew:
            self.updateGeometry()
        self._describe(announce=False)

    # What there is.

    @property
    def count(self) -> int:
        return len(self.spent.legs) + 1 if len(self.spent.legs) > 1 else 1

    @property
    def rows(self) -> list[tuple[str, int, tuple[Part, ...]]]:
        """(name, nanoseconds, parts) of each bar. One request is the run."""
        spent = self.spent
        made = [("Run", spent.total_ns, spent.parts)]
        if len(spent.legs) > 1:
            made += [
                (f"Request {number}", leg.end - leg.begin, leg.parts)
                for number, leg in enumerate(spent.legs, 1)
            ]
        return made

    @property
    def row(self) -> tuple[str, int, tuple[Part, ...]]:
        """The one with the current part; by default the run."""
        return self.rows[self.current.row if self.current is not None else 0]

    @property
    def part(self) -> Part | None:
        """The current one."""
        place, rows = self.current, self.rows
        if place is None or place.row >= len(rows) or place.at >= len(rows[place.row][2]):
            return None
        return rows[place.row][2][place.at]

    def places(self) -> Iterator[tuple[Place, QRectF, Part]]:
        """Every part and where it is in the viewport, row by row."""
        thick = theme.current().px(THICK)
        for row, (_, total, parts) in enumerate(self.rows):
            wide = self._wide * total / self.spent.total_ns if self.spent.total_ns else 0.0
            spans = [max(part.ns / total * wide, LEAST) for part in parts]
            scale = max(wide, LEAST * len(spans)) / sum(spans) if spans else 1.0
            x = self._gutter
            for at, (part, span) in enumerate(zip(parts, spans, strict=True)):
                y = self.top(row) + (self.high - thick) / 2
                yield Place(row, at), QRectF(x, y, span * scale, thick), part
                x += span * scale

    def at(self, point: QPointF) -> Place | None:
        """The part at a point of the viewport."""
        return next((place for place, area, _ in self.places() if area.contains(point)), None)

    def go_to(self, place: Place | None) -> None:
        """Make a part the current one."""
        self.current = place
        if place is not None:
            self.reveal(place.row)
        self._describe(announce=True)
        self.pointed.emit()
        self.viewport().update()

    def pick(self) -> None:
        """Ask for the event that began the current part."""
        if (part := self.part) is not None:
            self.picked.emit(part.number)

    def say(self, place: Place) -> str:
        """A part as a sentence."""
        name, total, parts = self.rows[place.row]
        part = parts[place.at]
        said = SAID[part.kind]
        return f"{said.title}: {took(part.ns)}, {share(part.ns, total)} of {_of(name)}"

    def _describe(self, *, announce: bool) -> None:
        spent, place = self.spent, self.current
        if place is not None and self.part is not None:
            text = self.say(place)
        elif spent.total_ns:
            most = max(spent.parts, key=lambda part: part.ns)
            text = f"{took(spent.total_ns)}, most of it: {SAID[most.kind].title}"
        else:
            text = "Nothing yet"
        tell(self, text, aloud=announce and place is not None)

    # Sizes.

    @property
    def _wide(self) -> float:
        return max(self.viewport().width() - self._gutter - self._right, 1.0)

    def _restyle(self) -> None:
        self._font = small_font()
        self._metrics = QFontMetricsF(self._font)
        self.lay_out()
        self.updateGeometry()

    def measure(self) -> None:
        look, rows = theme.current(), self.rows
        width = self._metrics.horizontalAdvance
        self._gutter = max(width(name) for name, _, _ in rows) + look.px(10)
        self._right = max(width(took(total)) for _, total, _ in rows) + look.px(8)

    def tip(self, point: QPointF) -> str:
        if (place := self.at(point)) is None:
            return ""
        part = self.rows[place.row][2][place.at]
        return f"{self.say(place)}. {SAID[part.kind].about}"

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(320), self.high * min(self.count, ROWS))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        high = self.high
        ends = [self._gutter] * len(self.rows)
        for place, area, part in self.places():
            ends[place.row] = area.right()
            if area.bottom() > 0 and area.top() < self.viewport().height():
                self._paint_part(painter, area, part, place == self.current)
        for row, (name, total, _) in enumerate(self.rows):
            area = QRectF(0, self.top(row), self._gutter, high)
            painter.setPen(look.colour("text" if row == 0 else "muted"))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, name)
            area = QRectF(ends[row] + look.px(6), self.top(row), self._right, high)
            painter.setPen(look.colour("muted"))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, took(total))

    def _paint_part(self, painter: QPainter, area: QRectF, part: Part, current: bool) -> None:
        look, said = theme.current(), SAID[part.kind]
        shape = area.adjusted(0, 0, -1, 0) if area.width() > 2 * LEAST else area
        paint_kind(painter, shape, said.ground, said.frame)
        pad = look.px(5)
        room = shape.width() - 2 * pad
        texts = (f"{said.title} · {took(part.ns)}", f"{said.short} · {took(part.ns)}", said.short)
        text = next((one for one in texts if self._metrics.horizontalAdvance(one) <= room), "")
        if text:
            painter.setPen(look.colour("text" if said.frame else "surface"))
            side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(shape.adjusted(pad, 0, 0, 0), side | Qt.TextFlag.TextSingleLine, text)
        if current:
            painter.setPen(QPen(look.colour("text"), 2 if self.hasFocus() else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(shape.adjusted(-1, -1, 1, 1), 4, 4)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.show_hand(self.at(event.position()) is not None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.go_to(self.at(event.position()))
            self.pick()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self.rows
        here = self.current or Place(0, -1)
        last = len(rows[here.row][2]) - 1
        match event.key():
            case Qt.Key.Key_Right:
                self._go(here.row, min(here.at + 1, last))
            case Qt.Key.Key_Left:
                self._go(here.row, max(here.at - 1, 0))
            case Qt.Key.Key_Home:
                self._go(here.row, 0)
            case Qt.Key.Key_End:
                self._go(here.row, last)
            case Qt.Key.Key_Up:
                self._go(max(here.row - 1, 0), here.at)
            case Qt.Key.Key_Down:
                self._go(min(here.row + 1, len(rows) - 1), here.at)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.pick()
            case _:
                super().keyPressEvent(event)

    def _go(self, row: int, at: int) -> None:
        last = len(self.rows[row][2]) - 1
        if last >= 0:
            self.go_to(Place(row, min(max(at, 0), last)))


def paint_kind(painter: QPainter, area: QRectF, ground: str, frame: str) -> None:
    """A piece in the colours of what it stands for."""
    look = theme.current()
    if frame:
        painter.setPen(QPen(look.colour(frame), 1))
        painter.setBrush(look.colour(ground))
        area = area.adjusted(0.5, 0.5, -0.5, -0.5)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(ground))
    painter.drawRoundedRect(area, min(3.0, area.width() / 2), 3)


def _of(name: str) -> str:
    return "the run" if name == "Run" else name.lower()
