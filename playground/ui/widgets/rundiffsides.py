"""Two columns of text beside each other, row by row, as high as what stands in them. Long stretches
that are the same are one row, which opens.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, pairwise
from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QLocale, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from playground.core.plain import visible
from playground.engine.rundiff_rows import Kind
from playground.engine.rundiff_text import Spots
from playground.ui import theme
from playground.ui.widgets.parts import copy
from playground.ui.widgets.rundiffsigns import (
    SIGN,
    SPOKEN,
    ink,
    next_difference,
    paint_ground,
    paint_sign,
)
from playground.ui.widgets.source import units

AROUND = 2
"""Rows shown before and after what differs."""
SHOWN = 2_000
"""Rows shown at most."""
MOST = 300_000
"""Characters shown at most, in all of them."""
WIDE = 4_000
"""Characters of a cell that are shown."""
PAD = 3
"""Design pixels above and below the text of a row."""


class SideRow(NamedTuple):
    kind: Kind
    left: str | None
    """None: there is nothing on this side."""
    right: str | None
    left_spots: Spots = ()
    """What of it the other side has not."""
    right_spots: Spots = ()
    name: str = ""
    """Of a value: its path."""
    heading: bool = False
    """Only `name` counts, and what follows belongs to it."""
    events: tuple[int | None, int | None] = (None, None)
    """The event on each side that it came from."""
    folded: int = 0
    """It stands for so many rows that are the same."""


class _Laid:
    """A row as it is shown: where it is, and its texts."""

    __slots__ = ("high", "left", "name", "place", "right", "top")

    def __init__(self, place: int) -> None:
        self.place = place
        self.top = self.high = 0.0
        self.name: QTextLayout | None = None
        self.left: QTextLayout | None = None
        self.right: QTextLayout | None = None


class Sides(QAbstractScrollArea):
    """Signals:
    picked(int): another row is the current one: of `rows`.
    """

    picked = Signal(int)

    def __init__(
        self, name: str, *, names: bool, code: bool, parent: QWidget | None = None
    ) -> None:
        """`names`: rows have a name before both sides; `code`: their text is monospaced."""
        super().__init__(parent)
        self._names, self._code = names, code
        self._all: Sequence[SideRow] = ()
        self._open: set[int] = set()
        """Stretches that were opened: their first rows."""
        self.rows: list[SideRow] = []
        """Those that are shown."""
        self._origins: list[int] = []
        self._laid: list[_Laid] = []
        self.current = -1
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self, lambda look: self._restyle())

    def show_rows(self, rows: Iterable[SideRow]) -> None:
        new = list(rows)
        if new == self._all:
            return
        self._all, self._open = new, set()
        self._fold()

    def to_difference(self, *, back: bool = False) -> bool:
        """Go to the next difference, or the one before; whether there is one."""
        kinds = [row.kind for row in self.rows]
        here = self.current if self.current >= 0 or not back else len(self.rows)
        found = next_difference(kinds, here, back=back)
        if found is not None:
            self.go_to(found)
        return found is not None

    def go_to(self, row: int) -> None:
        if not self.rows:
            return
        row = min(max(row, 0), len(self.rows) - 1)
        if row != self.current:
            self.current = row
            said = self.say(row)
            self.setAccessibleDescription(said)
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
            self.picked.emit(row)
        self._reveal(row)
        self.viewport().update()

    def say(self, row: int) -> str:
        """A row as a sentence."""
        one = self.rows[row]
        if one.heading:
            return one.name
        if one.folded:
            return _folded(one.folded)
        sides = [
            f"{name}: {visible(text)[:WIDE]}"
            for name, text in (("left", one.left), ("right", one.right))
            if text is not None
        ]
        if one.kind == "same":
            sides = sides[:1]
        return ", ".join(filter(None, (one.name, SPOKEN[one.kind], *sides)))

    def unfold(self, row: int) -> None:
        """Show what a folded row stands for."""
        if self.rows[row].folded:
            self._open.add(self._origins[row])
            self._fold()

    def copy_row(self) -> None:
        """Put the current row on the clipboard, with tabs between its cells."""
        if self.current >= 0:
            row = self.rows[self.current]
            cells = (row.name, row.left or "", row.right or "")
            copy("\t".join(cells if self._names or row.heading else cells[1:]))

    # Rows.

    def _fold(self) -> None:
        rows: list[SideRow] = []
        origins: list[int] = []
        at, total = 0, len(self._all)
        for (same, heading), group in groupby(
            self._all, lambda row: (row.kind == "same", row.heading)
        ):
            stretch = list(group)
            first = at
            at += len(stretch)
            before = AROUND if first and not self._all[first - 1].heading else 0
            after = AROUND if at < total and not self._all[at].heading else 0
            gone = len(stretch) - before - after
            if heading or not same or gone < 2 or first + before in self._open:
                rows += stretch
                origins += range(first, at)
                continue
            rows += stretch[:before]
            rows.append(SideRow("same", None, None, folded=gone))
            rows += stretch[len(stretch) - after :] if after else []
            origins += [*range(first, first + before + 1), *range(at - after, at)]
        sizes = accumulate(_size(row) for row in rows)
        most = min(bisect_right(list(sizes), MOST) + 1, SHOWN)
        if len(rows) > most:
            rows, origins = rows[:most], origins[:most]
            rows.append(SideRow("same", None, None, name=f"… {_number(total)} rows in all"))
            origins.append(total)
        self.rows, self._origins = rows, origins
        self.current = min(self.current, len(rows) - 1)
        self._lay_out()

    # Sizes.

    def _restyle(self) -> None:
        look = theme.current()
        self._font = QFont(look.mono) if self._code else QFont(look.font)
        self._small = QFont(look.mono)
        self._lay_out()

    def _columns(self) -> tuple[int, float, float]:
        """(width of the names, of a side, of the sign)."""
        wide, sign = float(self.viewport().width()), float(theme.current().px(SIGN))
        return self.margin, max((wide - sign - self.margin) // 2, 1.0), sign

    @property
    def margin(self) -> int:
        """Pixels left of both sides, for the names."""
        return round(self.viewport().width() * 0.24) if self._names else 0

    def _lay_out(self) -> None:
        """Give each row its place. Costs what is shown of it."""
        look = theme.current()
        names, side, _ = self._columns()
        pad, margin = look.px(PAD), look.px(8)
        top = 0.0
        self._laid = []
        for place, row in enumerate(self.rows):
            laid = _Laid(place)
            laid.top = top
            highs = [float(look.px(16))]
            if row.name:
                wide = names or float(self.viewport().width())
                room = float(self.viewport().width()) if row.heading else wide
                laid.name = self._layout(row.name, (), row.kind, room - 2 * margin, self._small)
                highs.append(laid.name.boundingRect().height())
            if row.left is not None:
                laid.left = self._layout(
                    row.left, row.left_spots, row.kind, side - 2 * margin, self._font, "error"
                )
                highs.append(laid.left.boundingRect().height())
            if row.right is not None:
                laid.right = self._layout(
                    row.right, row.right_spots, row.kind, side - 2 * margin, self._font, "ok"
                )
                highs.append(laid.right.boundingRect().height())
            spare = look.px(6) if row.heading and place else 0
            laid.high = float(ceil(max(highs))) + 2 * pad + spare
            top += laid.high
            self._laid.append(laid)
        bar, page = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(max(page, 1))
        bar.setSingleStep(look.px(22))
        bar.setRange(0, max(round(top) - page, 0))
        self.viewport().update()

    def _layout(
        self, text: str, spots: Spots, kind: Kind, wide: float, font: QFont, token: str = ""
    ) -> QTextLayout:
        shown, places = _spelled(text, spots)
        layout = QTextLayout(shown, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        formats = []
        if kind == "changed":
            for begin, end in places:
                one = QTextLayout.FormatRange()
                one.start, one.length = begin, end - begin
                emphasis = QTextCharFormat()
                emphasis.setFontWeight(700)
                emphasis.setFontUnderline(True)
                emphasis.setUnderlineColor(theme.current().colour(token))
                one.format = emphasis
                formats.append(one)
        layout.setFormats(formats)
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(wide, 20.0))
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout

    def _reveal(self, row: int) -> None:
        laid, bar = self._laid[row], self.verticalScrollBar()
        if laid.top < bar.value():
            bar.setValue(int(laid.top))
        elif laid.top + laid.high > bar.value() + self.viewport().height():
            bar.setValue(round(laid.top + min(laid.high, self.viewport().height())
                               - self.viewport().height()))  # fmt: skip

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(480), look.px(160))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shift, room = self.verticalScrollBar().value(), self.viewport().height()
        for laid in self._laid:
            top = laid.top - shift
            if top + laid.high < 0:
                continue
            if top > room:
                break
            self._paint(painter, laid, top)

    def _paint(self, painter: QPainter, laid: _Laid, top: float) -> None:
        look, row = theme.current(), self.rows[laid.place]
        names, side, sign = self._columns()
        wide = float(self.viewport().width())
        whole = QRectF(0, top, wide, laid.high)
        current = laid.place == self.current
        if current and row.kind == "same":
            painter.fillRect(whole, look.colour("soft"))
        margin, pad = look.px(8), look.px(PAD)
        if row.heading or row.folded or (row.left is None and row.right is None):
            self._paint_alone(painter, laid, row, whole)
        else:
            left = QRectF(names, top, side, laid.high)
            right = QRectF(names + side + sign, top, side, laid.high)
            paint_ground(painter, row.kind, left, right)
            paint_sign(painter, row.kind, QRectF(names + side, top, sign, laid.high))
            for layout, area, token in (
                (laid.name, QRectF(0, top, names, laid.high), "muted"),
                (laid.left, left, ink(row.kind, "muted")),
                (laid.right, right, ink(row.kind, "muted")),
            ):
                if layout is not None:
                    painter.setPen(_ink(look, row.kind, token))
                    layout.draw(painter, area.topLeft() + QPointF(margin, pad))
        if current:
            token = "accent" if self.hasFocus() else "border"
            painter.setPen(QPen(look.colour(token), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_alone(self, painter: QPainter, laid: _Laid, row: SideRow, area: QRectF) -> None:
        look = theme.current()
        font = QFont(look.font)
        font.setPixelSize(look.px(12))
        font.setWeight(QFont.Weight.DemiBold if row.heading else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(look.colour("text" if row.heading else "muted"))
        text = visible(row.name) if row.name else f"{_folded(row.folded)} · Enter shows them"
        flags = Qt.AlignmentFlag.AlignVCenter
        side = Qt.AlignmentFlag.AlignLeft if row.name else Qt.AlignmentFlag.AlignHCenter
        painter.drawText(area.adjusted(look.px(8), 0, -look.px(8), 0), flags | side, text)

    def _at(self, y: float) -> int:
        y += self.verticalScrollBar().value()
        tops = (laid.place for laid in self._laid if laid.top <= y < laid.top + laid.high)
        return next(tops, -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.go_to(row)
            self.unfold(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_row()
            return
        page = max(self.viewport().height() // theme.current().px(22), 1)
        match event.key():
            case Qt.Key.Key_Down:
                self.go_to(self.current + 1)
            case Qt.Key.Key_Up:
                self.go_to(self.current - 1)
            case Qt.Key.Key_PageDown:
                self.go_to(self.current + page)
            case Qt.Key.Key_PageUp:
                self.go_to(self.current - page)
            case Qt.Key.Key_Home:
                self.go_to(0)
            case Qt.Key.Key_End:
                self.go_to(len(self.rows) - 1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.current >= 0:
                self.unfold(self.current)
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


def _ink(look: theme.Theme, kind: Kind, token: str) -> QColor:
    return look.colour("text" if kind != "same" and token != "muted" else token)


def _spelled(text: str, spots: Spots) -> tuple[str, Spots]:
    """The text with nothing hidden in it, cut where it is too long, and its spots in UTF-16."""
    pieces: list[str] = []
    ends = [0, *(end for spot in spots for end in spot), len(text)]
    for begin, end in pairwise(ends):
        pieces.append(visible(text[begin : min(end, WIDE)]) if begin < WIDE else "")
    sizes = list(accumulate(map(units, pieces), initial=0))
    places = tuple((sizes[n], sizes[n + 1]) for n in range(1, len(pieces), 2))
    if len(text) > WIDE:
        pieces.append(f" … {_number(len(text) - WIDE)} more characters")
    return "".join(pieces), tuple(place for place in places if place[1] > place[0])


def _size(row: SideRow) -> int:
    """Characters of it that would be shown."""
    return sum(min(len(text), WIDE) for text in (row.left, row.right) if text is not None)


def _folded(count: int) -> str:
    return f"… {_number(count)} rows are the same"


def _number(count: int) -> str:
    return QLocale().toString(count)
