"""Paints one row of the answer's tree."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF

from playground.schemas.answer import Field
from playground.ui import icons, theme
from playground.ui.widgets import answerwords as words

HEIGHT = 24
"""Logical pixels of a row at 100 %."""
STEP = 14
"""Logical pixels of a level."""
ARROW = 16
SIDE = 14
"""Logical pixels of the icon of a state."""
NARROW = 420
"""Logical pixels of a row below which states that go without saying are icons only."""


class FieldPainter:
    """Keeps fonts and pictures between rows; `restyle` when the theme has changed."""

    def __init__(self) -> None:
        self._pictures: dict[tuple[str, str, float], QPixmap] = {}
        self.restyle()

    def restyle(self) -> None:
        look = theme.current()
        self._pictures.clear()
        self._text: QFont = look.font
        self._code: QFont = look.mono
        self._small = QFont(look.font)
        self._small.setPixelSize(look.px(11.5))
        self._metrics = {
            id(font): QFontMetricsF(font) for font in (self._text, self._code, self._small)
        }
        self.height = look.px(HEIGHT)

    def arrow(self, depth: int, width: int) -> tuple[float, float]:
        """Where the arrow of a row begins and ends."""
        look = theme.current()
        left = 4 * look.scale + min(depth * STEP * look.scale, width / 3)
        return left, left + ARROW * look.scale

    def paint(
        self,
        painter: QPainter,
        field: Field,
        top: int,
        width: int,
        *,
        depth: int,
        opened: bool,
        troubled: bool,
        current: bool,
        focused: bool,
        lit: bool = False,
    ) -> None:
        look = theme.current()
        if lit:
            painter.fillRect(QRectF(0, top, width, self.height), look.colour("soft"))
            painter.fillRect(QRectF(0, top, 3 * look.scale, self.height), look.colour("accent"))
        if current:
            painter.setPen(QPen(look.colour("accent")) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft"))
            painter.drawRoundedRect(QRectF(2.5, top + 0.5, width - 5, self.height - 1), 4, 4)
        left, at = self.arrow(depth, width)
        if field.children:
            self._arrow(painter, left, top, opened)
        end = self._sign(painter, field, top, width, hurt=troubled and not opened)
        at = self._name(painter, field, at, end, top)
        self._value(painter, field, at, end, top, opened=opened)

    def _arrow(self, painter: QPainter, left: float, top: int, opened: bool) -> None:
        scale = theme.current().scale
        size = 3.5 * scale
        across, along = QPointF(0, size), QPointF(size, 0)
        if opened:
            across, along = QPointF(size, 0), QPointF(0, size)
        middle = QPointF(left + ARROW * scale / 2, top + self.height / 2)
        shape = [middle - along / 2 - across, middle + along / 2, middle - along / 2 + across]
        painter.setPen(QPen(theme.current().colour("muted"), 1.5 * scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(shape))

    def _sign(self, painter: QPainter, field: Field, top: int, width: int, *, hurt: bool) -> float:
        """The state, at the right. Returns where it begins."""
        scale = theme.current().scale
        sign = words.sign(field)
        if hurt and sign.icon != "error":
            sign = words.HURT
        word = sign.word if width >= NARROW * scale else sign.short
        at = width - 8 * scale
        if sign.icon:
            side = SIDE * scale
            at -= side
            where = QPointF(at, top + (self.height - side) / 2)
            painter.drawPixmap(where, self._picture(painter, sign.icon, sign.token, side))
            at -= 4 * scale
        if word:
            at -= self._wide(self._small, word)
            self._write(painter, self._small, word, at, top, theme.current().colour(sign.token))
        return at - 8 * scale

    def _name(self, painter: QPainter, field: Field, at: float, end: float, top: int) -> float:
        """The name. Returns where it ends."""
        place = isinstance(field.key, int)
        font = self._code if place else self._text
        text = self._elided(font, words.name(field), max((end - at) * 0.55, 0))
        there = field.node is not None
        token = "faint" if place or not there else "muted"
        self._write(painter, font, text, at, top, theme.current().colour(token))
        return at + self._wide(font, text) + 10 * theme.current().scale

    def _value(
        self,
        painter: QPainter,
        field: Field,
        at: float,
        end: float,
        top: int,
        *,
        opened: bool,
    ) -> None:
        text, kind = words.value(field)
        font = {"text": self._text, "code": self._code, "faint": self._small}[kind]
        counted = bool(words.count(field))
        token = "faint" if kind == "faint" or counted else "text"
        caret = field.state == "streaming" and not counted and field.node is not None
        room = end - at - (4 * theme.current().scale if caret else 0)
        if room <= 0:
            return
        text = self._elided(font, text, room, newest=caret)
        at += self._write(painter, font, text, at, top, theme.current().colour(token))
        if caret:
            self._caret(painter, at + 1, top)
        elif counted and not opened and field.children:
            at += 8 * theme.current().scale
            text = self._elided(self._text, words.inside(field), end - at)
            self._write(painter, self._text, text, at, top, theme.current().colour("faint"))

    def _caret(self, painter: QPainter, at: float, top: int) -> None:
        scale = theme.current().scale
        high = 14 * scale
        where = QRectF(at, top + (self.height - high) / 2, 1.5 * scale, high)
        painter.fillRect(where, theme.current().colour("accent"))

    def _write(
        self, painter: QPainter, font: QFont, text: str, at: float, top: int, ink: QColor
    ) -> float:
        """Write a line, and return how wide it is."""
        if not text:
            return 0
        metrics = self._metrics[id(font)]
        painter.setFont(font)
        painter.setPen(ink)
        base = round((self.height + metrics.ascent() - metrics.descent()) / 2)
        painter.drawText(QPointF(at, top + base), text)
        return metrics.horizontalAdvance(text)

    def _wide(self, font: QFont, text: str) -> float:
        return self._metrics[id(font)].horizontalAdvance(text)

    def _elided(self, font: QFont, text: str, room: float, *, newest: bool = False) -> str:
        """As much as there is room for: the beginning, or the newest."""
        metrics = self._metrics[id(font)]
        if room < metrics.averageCharWidth():
            return ""
        mode = Qt.TextElideMode.ElideLeft if newest else Qt.TextElideMode.ElideRight
        return metrics.elidedText(text, mode, room)

    def _picture(self, painter: QPainter, icon: str, token: str, side: float) -> QPixmap:
        ratio = painter.device().devicePixelRatioF()
        key = (icon, token, ratio)
        found = self._pictures.get(key)
        if found is None:
            found = icons.icon(icon, token).pixmap(QSizeF(side, side).toSize(), ratio)
            self._pictures[key] = found
        return found
