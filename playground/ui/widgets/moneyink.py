"""The signs by which the series of a plot are told apart: a colour, and a pattern for those who see
none."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QIcon, QPainter, QPen, QPixmap

from playground.ui import theme

Style = Qt.BrushStyle


class Ink(NamedTuple):
    token: str
    style: Style


INKS = (
    Ink("accent", Style.SolidPattern),
    Ink("tool", Style.BDiagPattern),
    Ink("reasoning", Style.Dense4Pattern),
    Ink("ok", Style.HorPattern),
    Ink("text_event", Style.DiagCrossPattern),
    Ink("warn", Style.VerPattern),
    Ink("ours", Style.Dense6Pattern),
)
"""The last one is for the rest."""


def fill(painter: QPainter, area: QRectF, ink: Ink) -> None:
    """An area in an ink, with an edge where there is room for one."""
    look = theme.current()
    colour = look.colour(ink.token)
    if ink.style == Style.SolidPattern:
        painter.fillRect(area, colour)
        return
    painter.fillRect(area, look.colour("surface"))
    painter.fillRect(area, QBrush(colour, ink.style))
    if area.width() > 3 and area.height() > 3:
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


def swatch(ink: Ink, size: int = 12) -> QIcon:
    """A square of it; `size` in pixels of the design."""
    side = theme.current().px(size)
    ratio = 2.0
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(theme.current().colour("surface"))
    painter = QPainter(pixmap)
    fill(painter, QRectF(0, 0, side, side), ink)
    painter.end()
    return QIcon(pixmap)
