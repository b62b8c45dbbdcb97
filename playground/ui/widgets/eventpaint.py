"""Paints one row of the event list."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLocale, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from playground.core.recording import WIRE, Event
from playground.ui import theme
from playground.ui.widgets.eventheader import SIGN
from playground.ui.widgets.eventkinds import Tone
from playground.ui.widgets.eventrow import Summary
from playground.ui.widgets.source import one_line

HEIGHT = 21
"""Logical pixels of a row at 100 %."""
MARK = 3
"""Logical pixels of the mark in the colour of the event's kind."""
_INKS: dict[Tone, str] = {"text": "text_event"}
"""Tones whose colour has another name."""

_TRIANGLE = QPolygonF([QPointF(0, SIGN), QPointF(SIGN, SIGN), QPointF(SIGN / 2, 0)])
"""Something is wrong, or took long."""
_DIAMOND = QPolygonF(
    [QPointF(SIGN / 2, 0), QPointF(SIGN, SIGN / 2), QPointF(SIGN / 2, SIGN), QPointF(0, SIGN / 2)]
)
"""Something is unknown."""


@dataclass(frozen=True, slots=True)
class Row:
    """All that is painted in a row."""

    event: Event
    number: int
    gap: int
    """Nanoseconds."""
    name: str
    tone: Tone
    summary: Summary
    stalled: bool
    known: bool
    wrong: str
    """Why the event could not be read; empty when it could."""

    @property
    def ours(self) -> bool:
        return self.event.kind not in WIRE

    def cells(self) -> dict[str, str]:
        """What stands in each column."""
        return {
            "number": str(self.number),
            "time": milliseconds(self.event.t),
            "gap": milliseconds(self.gap) if self.number else "",
            "type": one_line(self.name),
            "item": one_line(self.summary.item),
            "delta": one_line(self.wrong or self.summary.delta),
            "size": QLocale().toString(len(self.event.raw)),
        }

    def words(self) -> str:
        """The row as a sentence, for those who listen to it."""
        cells = self.cells()
        parts = [f"event {cells['number']}", f"{cells['time']} ms", cells["type"]]
        parts += ["could not be read" if self.wrong else ""]
        parts += ["" if self.known else "unknown type", "after a stall" if self.stalled else ""]
        parts += [cells["item"], cells["delta"], f"{cells['size']} bytes"]
        return ", ".join(filter(None, parts))


def milliseconds(nanoseconds: int) -> str:
    """With one decimal, as the user's locale writes it, without separators between thousands."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(nanoseconds / 1e6, "f", 1)


class RowPainter:
    """Keeps fonts and colours between rows; `restyle` when the theme has changed."""

    def __init__(self) -> None:
        self.restyle()

    def restyle(self) -> None:
        look = theme.current()
        self.font: QFont = look.mono
        metrics = QFontMetricsF(self.font)
        self._metrics = metrics
        self.unit = metrics.horizontalAdvance("0")
        """Pixels of a character."""
        self.height = look.px(HEIGHT)
        self._base = round((self.height + metrics.ascent() - metrics.descent()) / 2)

    def paint(
        self,
        painter: QPainter,
        row: Row,
        top: int,
        width: int,
        cells: dict[str, tuple[int, int]],
        *,
        current: bool,
        focused: bool,
    ) -> None:
        look = theme.current()
        if current:
            painter.setPen(QPen(look.colour("accent")) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft"))
            painter.drawRoundedRect(QRectF(2.5, top + 0.5, width - 5, self.height - 1), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("error" if row.wrong else _INKS.get(row.tone, row.tone)))
        painter.drawRoundedRect(QRectF(7, top + 4, MARK, self.height - 8), 1.5, 1.5)
        texts = row.cells()
        muted, warn = look.colour("muted"), look.colour("warn")
        body = muted if row.ours else look.colour("text")
        self._right(painter, texts["number"], cells["number"], top, muted)
        self._right(painter, texts["time"], cells["time"], top, muted)
        left, span = cells["gap"]
        self._right(painter, texts["gap"], (left, span), top, warn if row.stalled else muted)
        if row.stalled:
            self._sign(painter, left + span + 4, top, warn, _TRIANGLE)
        left, span = cells["type"]
        if row.wrong:
            self._sign(painter, left, top, look.colour("error"), _TRIANGLE)
        elif not row.known:
            self._sign(painter, left, top, warn, _DIAMOND)
        if row.wrong or not row.known:
            left, span = left + SIGN + 5, span - SIGN - 5
        self._left(painter, texts["type"], (left, span), top, body, middle=True)
        self._left(painter, texts["item"], cells["item"], top, muted, middle=True)
        ink = look.colour("error") if row.wrong else body
        self._left(painter, texts["delta"], cells["delta"], top, ink)
        self._right(painter, texts["size"], cells["size"], top, muted)

    def fits(self, text: str, width: int) -> bool:
        return self._metrics.horizontalAdvance(text) <= width

    def _right(
        self, painter: QPainter, text: str, cell: tuple[int, int], top: int, ink: QColor
    ) -> None:
        painter.setPen(ink)
        left, span = cell
        at = left + span - self.unit * len(text)
        painter.drawText(QPointF(max(at, left), top + self._base), text)

    def _left(
        self,
        painter: QPainter,
        text: str,
        cell: tuple[int, int],
        top: int,
        ink: QColor,
        *,
        middle: bool = False,
    ) -> None:
        if not text or cell[1] <= 0:
            return
        painter.setPen(ink)
        painter.drawText(QPointF(cell[0], top + self._base), self._elided(text, cell[1], middle))

    def _elided(self, text: str, width: int, middle: bool) -> str:
        room = max(int(width / self.unit + 0.1), 1)
        if text.isascii():  # every character is one unit wide
            if len(text) <= room:
                return text
            if middle:
                tail = (room - 1) // 2
                return text[: room - 1 - tail] + "…" + text[len(text) - tail :]
            return text[: room - 1] + "…"
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        return self._metrics.elidedText(text[: 2 * room + 2], mode, width)

    def _sign(
        self, painter: QPainter, left: float, top: int, ink: QColor, shape: QPolygonF
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(shape.translated(left, top + (self.height - SIGN) / 2))
