"""A line that opens and closes what stands below it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from playground.ui import theme
from playground.ui.icons import icon

HIGH, TEXT, SIGN = 24, 14, 16
"""Pixels of the design: the line, where its text begins, the chevron's square."""


class Fold(QAbstractButton):
    """A chevron, a head, and as much of a tail as there is room for. The tail, which says what
    stands below, is not shown while that is open."""

    def __init__(
        self,
        parent: QWidget,
        body: QWidget,
        *,
        opened: bool = False,
        token: str = "muted",
        strong: bool = False,
        mono: bool = False,
        lasting: bool = False,
    ) -> None:
        """`token` colours the head, `strong` makes it semibold; `mono` is for a tail of code. A
        tail that is `lasting` is also shown while it is open."""
        super().__init__(parent)
        self.setProperty("role", "fold")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCheckable(True)
        self.setChecked(opened)
        self._body = body
        self._token = token
        self._strong = strong
        self._mono = mono
        self._lasting = lasting
        self._head = self._tail = ""
        body.setVisible(opened)
        self.toggled.connect(body.setVisible)

    def say(self, head: str, tail: str = "") -> None:
        self._head, self._tail = head, tail
        self.setText(" · ".join(filter(None, (head, tail))))
        self.update()

    def _font(self) -> QFont:
        font = QFont(theme.current().font)
        if self._strong:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def sizeHint(self) -> QSize:
        px = theme.current().px
        head = QFontMetrics(self._font()).horizontalAdvance(self._head)
        return QSize(px(TEXT) + head, px(HIGH))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(HIGH), theme.current().px(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = self.underMouse() and self.isEnabled()
        sign, high = look.px(SIGN), self.height()
        if self.isEnabled():
            # The glyphs do not begin at the edge of their square, but stand where text would.
            name, inset = ("chevron-down", 3) if self.isChecked() else ("chevron-right", 5)
            place = QRect(-look.px(inset), (high - sign) // 2, sign, sign)
            icon(name, "text" if hovered else self._token).paint(painter, place)
        at = look.px(TEXT)
        for text, font, token in self._parts(look):
            metrics = QFontMetrics(font)
            room = self.width() - at
            if room < metrics.averageCharWidth() * 3:
                break
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.setFont(font)
            painter.setPen(look.colour("text" if hovered and token == "muted" else token))
            painter.drawText(QRect(at, 0, room, high), Qt.AlignmentFlag.AlignVCenter, shown)
            at += metrics.horizontalAdvance(shown)
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            # Around the words: its sign stands at the very edge.
            left = look.px(TEXT) - look.px(4)
            wide = min(at + look.px(5), self.width()) - left
            painter.drawRoundedRect(QRect(left, 1, wide - 1, high - 2), look.px(4), look.px(4))

    def _parts(self, look: theme.Theme) -> list[tuple[str, QFont, str]]:
        rows = [(self._head, self._font(), self._token)]
        if self._tail and (self._lasting or not self.isChecked()):
            if self._mono:
                rows.append((f"  {self._tail}", look.mono, "text"))
            else:
                rows.append((f" · {self._tail}", look.font, "muted"))
        return rows
