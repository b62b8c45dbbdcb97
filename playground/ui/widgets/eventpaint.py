"""Paints one row of the event list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QLocale, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from playground.core.recording import WIRE, Event
from playground.ui import theme
from playground.ui.widgets.eventflags import TOKENS, Flag, Remark
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


def _shape(*points: tuple[float, float]) -> QPolygonF:
    """A sign, drawn in a square of 1."""
    return QPolygonF([QPointF(x * SIGN, y * SIGN) for x, y in points])


_TRIANGLE = _shape((0, 1), (1, 1), (0.5, 0))
"""Something took long."""
SIGNS: dict[Flag, QPolygonF] = {
    "malformed": _shape(
        (0, 0.2), (0.2, 0), (0.5, 0.3), (0.8, 0), (1, 0.2), (0.7, 0.5),
        (1, 0.8), (0.8, 1), (0.5, 0.7), (0.2, 1), (0, 0.8), (0.3, 0.5),
    ),  # a cross
    "misread": _TRIANGLE,
    "unknown": _shape((0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)),
    "repaired": _shape(
        (0.35, 0), (0.65, 0), (0.65, 0.35), (1, 0.35), (1, 0.65), (0.65, 0.65),
        (0.65, 1), (0.35, 1), (0.35, 0.65), (0, 0.65), (0, 0.35), (0.35, 0.35),
    ),  # a plaster
    "masked": _shape((0, 0.3), (1, 0.3), (1, 0.7), (0, 0.7)),
}  # fmt: skip

Spans = Callable[[str], list[tuple[int, int]]]
Cells = dict[str, tuple[int, int]]


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
    remarks: tuple[Remark, ...] = ()
    item: str = ""
    """The part of the answer that it is about."""
    pinned: bool = False

    @property
    def wrong(self) -> str:
        """Why the event could not be read; empty when it could."""
        return next((one.why for one in self.remarks if one.flag in ("malformed", "misread")), "")

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
            "item": one_line(self.item),
            "delta": one_line(self.wrong or self.summary.delta),
            "size": QLocale().toString(len(self.event.raw)),
            "chunk": str(self.event.chunk) if self.event.chunk >= 0 else "",
        }

    def words(self) -> str:
        """The row as a sentence, for those who listen to it."""
        cells = self.cells()
        parts = [f"event {cells['number']}", "pinned" if self.pinned else ""]
        parts += [f"{cells['time']} ms", cells["type"], *(one.short for one in self.remarks)]
        parts += [f"after a stall of {seconds(self.gap)}" if self.stalled else ""]
        parts += [cells["item"], cells["delta"], f"{cells['size']} bytes"]
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class State:
    """How a row stands among the others."""

    current: bool = False
    selected: bool = False
    focused: bool = False
    """The list has the focus."""
    found: bool = False
    """It is looked for, and not all rows are."""
    spans: Spans | None = None
    """Where a text that is shown is what is looked for; None: nothing is."""


def milliseconds(nanoseconds: int) -> str:
    """With one decimal, as the user's locale writes it, without separators between thousands."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return locale.toString(nanoseconds / 1e6, "f", 1)


def seconds(nanoseconds: int) -> str:
    """`2.4 s`, or `87 ms` under a tenth of a second."""
    if nanoseconds < 100_000_000:
        return f"{nanoseconds / 1e6:.0f} ms"
    return f"{QLocale().toString(nanoseconds / 1e9, 'f', 1)} s"


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
        self, painter: QPainter, row: Row, top: int, width: int, cells: Cells, state: State
    ) -> None:
        look = theme.current()
        if state.current or state.selected:
            outlined = state.current and state.focused
            painter.setPen(QPen(look.colour("accent")) if outlined else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft"))
            inset = 0.5 if outlined else 0  # a line stands on pixels, an area between them
            place = QRectF(2, top, width - 4, self.height)
            painter.drawRoundedRect(place.adjusted(inset, inset, -inset, -inset), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("error" if row.wrong else _INKS.get(row.tone, row.tone)))
        painter.drawRoundedRect(QRectF(7, top + 4, MARK, self.height - 8), 1.5, 1.5)
        texts, muted, warn = row.cells(), look.colour("muted"), look.colour("warn")
        body = muted if row.ours else look.colour("text")
        room = dict(cells)
        if row.stalled:
            self._stall(painter, row, top, width, room)
        self._number(painter, row, texts["number"], top, room, state)
        for key in ("time", "size", "chunk"):
            self._right(painter, texts[key], room.get(key), top, muted)
        self._right(painter, texts["gap"], room.get("gap"), top, warn if row.stalled else muted)
        if row.stalled and (gap := room.get("gap")) is not None:
            self._sign(painter, gap[0] + gap[1] + 4, top, warn, _TRIANGLE)
        left, span = room["type"]
        for remark in row.remarks:
            self._sign(painter, left, top, look.colour(TOKENS[remark.flag]), SIGNS[remark.flag])
            left, span = left + SIGN + 5, span - SIGN - 5
        room["type"] = left, span
        self._left(painter, texts["type"], room["type"], top, body, state.spans, middle=True)
        self._left(painter, texts["item"], room.get("item"), top, muted, state.spans, middle=True)
        ink = look.colour("error") if row.wrong else body
        self._left(painter, texts["delta"], room.get("delta"), top, ink, state.spans)

    def fits(self, text: str, width: int) -> bool:
        return self._metrics.horizontalAdvance(text) <= width

    def _number(
        self, painter: QPainter, row: Row, text: str, top: int, cells: Cells, state: State
    ) -> None:
        cell = cells.get("number")
        look = theme.current()
        ink = look.colour("muted")
        if cell is not None and (row.pinned or state.found):
            ink = look.colour("on_accent" if row.pinned else "text")
            wide = self.unit * len(text)
            place = QRectF(cell[0] + cell[1] - wide - 3, top + 3, wide + 6, self.height - 6)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("accent" if row.pinned else "warn_soft"))
            painter.drawRoundedRect(place, 4, 4)
        self._right(painter, text, cell, top, ink)

    def _stall(self, painter: QPainter, row: Row, top: int, width: int, cells: Cells) -> None:
        """A line above the row, and how long nothing came, for which the delta makes room."""
        look = theme.current()
        painter.setPen(QPen(look.colour("warn")))
        painter.drawLine(QPointF(14, top + 0.5), QPointF(width - 6, top + 0.5))
        words = f"stalled {seconds(row.gap)}"
        wide = round(self.unit * len(words)) + 6
        room = cells["type"][1] - self._wide(row.name)
        key = "delta" if "delta" in cells and room < wide else "type"
        left, span = cells[key]
        if span < wide:
            return  # the gap says it, too
        place = QRectF(left + span - wide, top + 2.5, wide, self.height - 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("warn_soft"))
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(look.colour("warn"))
        painter.drawText(QPointF(place.left() + 3, top + self._base), words)
        cells[key] = left, span - wide

    def _right(
        self, painter: QPainter, text: str, cell: tuple[int, int] | None, top: int, ink: QColor
    ) -> None:
        if cell is None:
            return
        painter.setPen(ink)
        left, span = cell
        at = left + span - self.unit * len(text)
        painter.drawText(QPointF(max(at, left), top + self._base), text)

    def _left(
        self,
        painter: QPainter,
        text: str,
        cell: tuple[int, int] | None,
        top: int,
        ink: QColor,
        spans: Spans | None,
        *,
        middle: bool = False,
    ) -> None:
        if not text or cell is None or cell[1] <= 0:
            return
        shown = self._elided(text, cell[1], middle)
        if spans is not None and (found := spans(shown)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.current().colour("warn_soft"))
            for begin, end in found:
                start, stop = self._wide(shown[:begin]), self._wide(shown[:end])
                place = QRectF(cell[0] + start - 1, top + 2, stop - start + 2, self.height - 4)
                painter.drawRoundedRect(place, 3, 3)
                under = QRectF(place.left() + 1, place.bottom() - 1, place.width() - 2, 1)
                painter.fillRect(under, theme.current().colour("warn"))
        painter.setPen(ink)
        painter.drawText(QPointF(cell[0], top + self._base), shown)

    def _wide(self, text: str) -> float:
        if text.isascii():
            return self.unit * len(text)
        return self._metrics.horizontalAdvance(text)

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
