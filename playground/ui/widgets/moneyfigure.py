"""A large number with what it is below it. A click opens where it comes from."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from playground.ui import theme, words
from playground.ui.widgets.timelinepaint import small_font

NUMBER = 19
"""Pixels of the design: the letters of the number."""


class MoneyFigure(QAbstractButton):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.number = self.caption = ""
        self._token = "text"
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)
        theme.follow(self, lambda look: self._restyle())

    def show_figure(self, number: str, caption: str, tip: str = "", token: str = "text") -> None:
        """`token`: the colour of the number."""
        self.number, self.caption, self._token = number, caption, token
        self.setAccessibleName(f"{self.name}: {number}, {caption}")
        self.setToolTip(words.tip(tip or f"{caption}. Click for where it comes from."))
        self.update()

    @property
    def _large(self) -> QFont:
        look = theme.current()
        font = QFont(look.mono)
        font.setPixelSize(look.px(NUMBER))
        return font

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme.current()
        high = QFontMetrics(self._large).height() + QFontMetrics(small_font()).height()
        return QSize(look.px(150), high + look.px(12))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(96), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = self.rect()
        if self.underMouse() or self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("sunken"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), look.px(6), look.px(6))
        inner = rect.adjusted(look.px(8), look.px(6), -look.px(8), -look.px(6))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        cut = Qt.TextElideMode.ElideRight
        large, small = self._large, small_font()
        metrics = QFontMetrics(large)
        painter.setFont(large)
        painter.setPen(look.colour(self._token))
        top = QRect(inner.left(), inner.top(), inner.width(), metrics.height())
        painter.drawText(top, side, metrics.elidedText(self.number, cut, inner.width()))
        metrics = QFontMetrics(small)
        painter.setFont(small)
        painter.setPen(look.colour("muted"))
        below = QRect(inner.left(), top.bottom() + 1, inner.width(), metrics.height())
        painter.drawText(below, side, metrics.elidedText(self.caption, cut, inner.width()))
        painter.end()
