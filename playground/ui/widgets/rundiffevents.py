"""The events of two runs beside each other: one row for what is the same step in both.

Only what can be seen is painted, and said: a row costs nothing before.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from playground.core.recording import Recording
from playground.engine.rundiff_first import difference, excerpt
from playground.engine.rundiff_rows import Kind, Row, Side, Texts
from playground.ui import theme, words
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.rundiffsigns import (
    SIGN,
    SPOKEN,
    ink,
    next_difference,
    paint_ground,
    paint_sign,
)
from playground.ui.widgets.source import one_line

HEIGHT = 22
"""Design pixels of a row."""
NUMBERS, TIME, LATER = 13, 10, 12
"""Characters of the columns: `12–340`, `1240.5`, `+1240.5 ms`."""
KEPT = 512
"""Rows of which it is kept what they say: a few screens of them."""
INKS = {"text": "text_event", "reasoning": "reasoning", "tool": "tool", "ours": "ours"}
"""Of what is named in a row that is the same in both."""


class DiffList(QAbstractScrollArea):
    """Signals:
    picked(int): another row is the current one.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()
        self.current = -1
        self._recordings = Recording(), Recording()
        self._texts: tuple[Texts, Texts] = {}, {}
        self._kinds: list[Kind] = []
        self._said: dict[int, tuple[str, str]] = {}
        self.setAccessibleName("Events of both runs")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self, lambda look: self._restyle())

    def show_rows(
        self,
        rows: Sequence[Row],
        recordings: tuple[Recording, Recording],
        texts: tuple[Texts, Texts],
    ) -> None:
        self.rows, self._recordings, self._texts = rows, recordings, texts
        self._kinds = [row.kind for row in rows]
        self._said.clear()
        self.current = min(self.current, len(rows) - 1)
        self._lay_out()

    def later(self, row: Row) -> int | None:
        """Nanoseconds by which the right one came later in its run; None: one is missing."""
        if row.left is None or row.right is None:
            return None
        left, right = self._recordings
        return right.times[row.right.begin] - left.times[row.left.begin]

    def said(self, at: int) -> tuple[str, str]:
        """What a row says on each side."""
        found = self._said.get(at)
        if found is None:
            if len(self._said) >= KEPT:
                self._said.clear()
            row = self.rows[at]
            left, right = (
                "" if side is None else one_line(excerpt(row, side))
                for side in (row.left, row.right)
            )
            found = self._said[at] = left, right
        return found

    # The current row.

    def go_to(self, row: int) -> None:
        """Make a row the current one, and show it."""
        if not self.rows:
            return
        row = min(max(row, 0), len(self.rows) - 1)
        self._reveal(row)
        if row != self.current:
            self.current = row
            self._tell(row)
            self.picked.emit(row)
        self.viewport().update()

    def mark(self, row: int) -> None:
        """A row is the current one because something was picked elsewhere; -1: none is."""
        if row != self.current:
            self.current = row
            if row >= 0:
                self._reveal(row)
            self.viewport().update()

    def row_of(self, number: int, *, right: bool) -> int:
        """The row of an event of one side; -1: it has none yet."""
        places, begins = [], []
        for at, row in enumerate(self.rows):
            side = row.right if right else row.left
            if side is not None:
                places.append(at)
                begins.append(side.begin)
        found = bisect_right(begins, number) - 1
        return places[found] if number >= 0 and found >= 0 else -1

    def to_difference(self, *, back: bool = False) -> bool:
        """Go to the next difference, or the one before; whether there is one."""
        here = self.current if self.current >= 0 or not back else len(self.rows)
        found = next_difference(self._kinds, here, back=back)
        if found is not None:
            self.go_to(found)
        return found is not None

    def say(self, row: int) -> str:
        """A row as a sentence."""
        one = self.rows[row]
        pairs = zip(("left", "right"), (one.left, one.right), self.said(row), strict=True)
        sides = [
            f"{name}: {_numbers(side)}, {said}" for name, side, said in pairs if side is not None
        ]
        return f"{one.key}, {SPOKEN[one.kind]}; {'; '.join(sides)}"

    def _tell(self, row: int) -> None:
        said = self.say(row)
        self.setAccessibleDescription(said)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def _reveal(self, row: int) -> None:
        bar, page = self.verticalScrollBar(), self._page()
        if row < bar.value():
            bar.setValue(row)
        elif row >= bar.value() + page:
            bar.setValue(row - page + 1)

    # Sizes.

    def _page(self) -> int:
        """Rows that are seen whole."""
        return max(self.viewport().height() // theme.current().px(HEIGHT), 1)

    def _restyle(self) -> None:
        look = theme.current()
        self._mono = look.mono
        self._metrics = QFontMetricsF(self._mono)
        self._unit = self._metrics.horizontalAdvance("0")
        self._lay_out()

    def _lay_out(self) -> None:
        bar, page = self.verticalScrollBar(), self._page()
        bar.setPageStep(page)
        bar.setRange(0, max(len(self.rows) - page, 0))
        self.viewport().update()

    @property
    def margin(self) -> int:
        """Pixels right of both sides."""
        return round(LATER * self._unit)

    def _areas(self, at: int) -> tuple[QRectF, QRectF, QRectF, QRectF]:
        """(left, sign, right, later) of a row."""
        look = theme.current()
        high, wide = look.px(HEIGHT), self.viewport().width()
        y = float((at - self.verticalScrollBar().value()) * high)
        sign, room = float(look.px(SIGN)), self.margin
        half = float(max((wide - sign - room) // 2, 0))
        return (
            QRectF(0, y, half, high),
            QRectF(half, y, sign, high),
            QRectF(half + sign, y, half, high),
            QRectF(wide - room, y, room, high),
        )

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(480), look.px(HEIGHT) * 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value()
        for at in range(top, min(top + self._page() + 1, len(self.rows))):
            self._paint(painter, at)

    def _paint(self, painter: QPainter, at: int) -> None:
        look, row = theme.current(), self.rows[at]
        left, sign, right, later = self._areas(at)
        paint_ground(painter, row.kind, left, right)
        current = at == self.current
        if current and row.kind == "same":
            painter.fillRect(left.united(right), look.colour("soft"))
        paint_sign(painter, row.kind, sign)
        painter.setFont(self._mono)
        sides = zip(
            (row.left, row.right), (left, right), self._recordings, self.said(at), strict=True
        )
        for side, area, recording, said in sides:
            if side is not None:
                time = milliseconds(recording.times[side.begin])
                self._paint_side(painter, row.kind, side, area, time, said)
        if (ns := self.later(row)) is not None:
            painter.setPen(look.colour("muted"))
            middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(later.adjusted(0, 0, -look.px(6), 0), middle, ms_more(ns))
        if current:
            token = "accent" if self.hasFocus() else "border"
            painter.setPen(QPen(look.colour(token), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(left.united(right).adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_side(
        self, painter: QPainter, kind: Kind, side: Side, area: QRectF, time: str, said: str
    ) -> None:
        look, unit = theme.current(), self._unit
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        muted = look.colour(ink(kind, "muted"))
        x = area.left()
        narrow = area.width() < 48 * unit
        for text, room in (
            (_numbers(side), NUMBERS * unit),
            ("" if narrow else time, TIME * unit),
        ):
            if text:
                painter.setPen(muted)
                place = QRectF(x, area.top(), room - unit, area.height())
                painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, text)
                x += room
        rest = QRectF(x, area.top(), area.right() - x - look.px(6), area.height())
        name = one_line(side.step.key)
        token = INKS.get(side.step.tone, "text")
        painter.setPen(look.colour(ink(kind, token)))
        room = rest.width() * (0.6 if said else 1)
        name = self._metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(rest, middle, name)
        rest.setLeft(rest.left() + self._metrics.horizontalAdvance(name))
        painter.setPen(look.colour("text"))
        elided = self._metrics.elidedText(
            f" {said}", Qt.TextElideMode.ElideRight, max(rest.width(), 0)
        )
        painter.drawText(rest, middle, elided)

    def _at(self, y: float) -> int:
        """The row at a height of the viewport; -1: there is none."""
        row = self.verticalScrollBar().value() + int(y // theme.current().px(HEIGHT))
        return row if 0 <= row < len(self.rows) else -1

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._at(event.pos().y())
            if row >= 0:
                text = difference(self.rows[row], *self._texts)
                QToolTip.showText(event.globalPos(), words.tip(text), self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.go_to(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down:
                self.go_to(self.current + 1)
            case Qt.Key.Key_Up:
                self.go_to(self.current - 1)
            case Qt.Key.Key_PageDown:
                self.go_to(self.current + self._page())
            case Qt.Key.Key_PageUp:
                self.go_to(self.current - self._page())
            case Qt.Key.Key_Home:
                self.go_to(0)
            case Qt.Key.Key_End:
                self.go_to(len(self.rows) - 1)
            case _:
                super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()


def ms_more(ns: float) -> str:
    """`+12.4 ms`, `−3.0 ms`, `0 ms`: how much later, or longer."""
    if round(ns / 1e5) == 0:
        return "0 ms"
    return f"{'+' if ns > 0 else '−'}{milliseconds(abs(round(ns)))} ms"


def _numbers(side: Side) -> str:
    """`#12`, or `#12–340` of several."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    first, last = locale.toString(side.begin), locale.toString(side.end - 1)
    return f"#{first}" if first == last else f"#{first}–{last}"
