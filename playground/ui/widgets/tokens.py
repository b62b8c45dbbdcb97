"""Tokens: an answer as the model chose it, each token tinted by how likely it was, with what else
it might have been. The colours are steps; under the pointer or the keyboard stand the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from playground.core.plain import visible
from playground.ui import theme, words

STEPS = ((0.9, ""), (0.5, "ok_soft"), (0.2, "warn_soft"), (0.0, "error_soft"))
"""(from which probability on, the ground of a token)"""
LINES = {
    "ok_soft": Qt.PenStyle.SolidLine,
    "warn_soft": Qt.PenStyle.DashLine,
    "error_soft": Qt.PenStyle.DotLine,
}
LINE, LEGEND = 24, 26
"""Pixels of the design: a line of tokens, and the line above them."""
LONGEST = 60
"""Characters of one token that are shown."""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    chance: float | None
    """None where the server gave no number."""
    others: tuple[tuple[str, float | None], ...] = ()


def read(rows: Sequence[Mapping[str, Any]]) -> list[Token]:
    """The tokens in what a server wrote, whatever it wrote."""
    made = []
    for row in rows:
        tops = row.get("top_logprobs")
        others = tuple(
            (str(one.get("token", "")), _chance(one.get("logprob")))
            for one in (tops if isinstance(tops, list) else ())
            if isinstance(one, dict)
        )
        made.append(Token(str(row.get("token", "")), _chance(row.get("logprob")), others))
    return made


def _chance(logprob: Any) -> float | None:
    if isinstance(logprob, bool) or not isinstance(logprob, int | float) or not isfinite(logprob):
        return None
    return min(exp(min(logprob, 0.0)), 1.0)


def percent(chance: float | None) -> str:
    if chance is None:
        return "?"
    return f"{words.number(chance * 100, 1 if chance < 0.9995 else 0)} %"


def ground(chance: float | None) -> str:
    """The token of the theme that a probability stands on; nothing for a likely one."""
    return next(name for least, name in STEPS if (1.0 if chance is None else chance) >= least)


class Tokens(QWidget):
    def __init__(self, rows: Sequence[Mapping[str, Any]], parent: QWidget) -> None:
        super().__init__(parent)
        self.tokens = read(rows)
        self._places: list[tuple[float, int, float]] = []
        """x, line and width of each token."""
        self._firsts: list[int] = []
        """The first token of each line."""
        self._width = -1
        self._at: int | None = None
        self._popup = Alternatives(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Tokens by their probability; arrow keys go from one to the next")

    # Geometry.

    def _lay_out(self, width: int) -> None:
        if width == self._width:
            return
        self._width = width
        look = theme.current()
        metrics = QFontMetricsF(look.font)
        self._places, self._firsts = [], [0]
        x, line = 0.0, 0
        for number, token in enumerate(self.tokens):
            wide = metrics.horizontalAdvance(shown(token.text)) + look.px(2)
            if x and x + wide > width:
                x, line = 0.0, line + 1
                self._firsts.append(number)
            self._places.append((x, line, wide))
            x += wide
            for _ in range(token.text.count("\n")):
                x, line = 0.0, line + 1
                self._firsts.append(number + 1)

    def _rect(self, number: int) -> QRectF:
        look = theme.current()
        x, line, wide = self._places[number]
        return QRectF(x, look.px(LEGEND) + line * look.px(LINE), wide, look.px(LINE))

    def token_at(self, point: QPointF) -> int | None:
        """The number of the token at a place in the widget."""
        look = theme.current()
        line = int((point.y() - look.px(LEGEND)) // look.px(LINE))
        if not 0 <= line < len(self._firsts):
            return None
        end = self._firsts[line + 1] if line + 1 < len(self._firsts) else len(self.tokens)
        for number in range(self._firsts[line], end):
            if self._rect(number).contains(point):
                return number
        return None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        self._lay_out(width)
        look = theme.current()
        return look.px(LEGEND) + look.px(LINE) * len(self._firsts)

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(400), self.heightForWidth(max(self.width(), 120)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out(event.size().width())

    # What a token might have been.

    def told(self, number: int) -> list[tuple[str, str]]:
        """(token, probability): the one that was chosen, then the others."""
        token = self.tokens[number]
        rows = [(token.text, percent(token.chance))]
        return rows + [(one, percent(p)) for one, p in token.others if one != token.text]

    def _tell(self, number: int, at: QPoint) -> None:
        self._popup.tell(self.told(number))
        self._popup.show_at(at, self.window())

    def _go_to(self, number: int) -> None:
        if not self.tokens:
            return
        self._at = min(max(number, 0), len(self.tokens) - 1)
        said = ", ".join(f"{_quoted(one)} {chance}" for one, chance in self.told(self._at))
        self.setAccessibleDescription(visible(said))
        below = self._rect(self._at).bottomLeft().toPoint()
        self._tell(self._at, self.mapToGlobal(below))
        self.update()

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.font)
        self._lay_out(self.width())
        self._paint_legend(painter, look)
        clip = event.rect()
        first = max(int((clip.top() - look.px(LEGEND)) // look.px(LINE)), 0)
        last = int((clip.bottom() - look.px(LEGEND)) // look.px(LINE))
        if first < len(self._firsts):
            begin = self._firsts[first]
            end = self._firsts[last + 1] if last + 1 < len(self._firsts) else len(self.tokens)
            for number in range(begin, end):
                self._paint_token(painter, look, number)

    def _paint_token(self, painter: QPainter, look: theme.Theme, number: int) -> None:
        token, place = self.tokens[number], self._rect(number)
        box = place.adjusted(0.5, 2, -0.5, -2)
        if name := ground(token.chance):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(name))
            painter.drawRoundedRect(box, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if name:
            self._underline(painter, box, name)
        painter.setPen(look.colour("text"))
        painter.drawText(
            place.adjusted(1, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, shown(token.text)
        )
        if number == self._at and self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRoundedRect(box, 3, 3)

    def _underline(self, painter: QPainter, box: QRectF, name: str) -> None:
        """The step once more, by the kind of a line: not by colour alone."""
        pen = QPen(theme.current().colour(name.removesuffix("_soft")), 2, LINES[name])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _paint_legend(self, painter: QPainter, look: theme.Theme) -> None:
        x, high = 0.0, look.px(LEGEND - 4)
        metrics = QFontMetricsF(look.font)
        before = inf
        for least, name in STEPS:
            said = f"≥ {least:.0%}" if least else f"< {before:.0%}"
            before = least
            box = QRectF(x, 2, metrics.horizontalAdvance(said) + look.px(10), high - 4)
            painter.setPen(QPen(look.colour("border"), 1) if not name else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(name) if name else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            if name:
                self._underline(painter, box.adjusted(0.5, 0, -0.5, -1), name)
            painter.setPen(look.colour("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, said)
            x = box.right() + look.px(6)
        painter.setPen(look.colour("muted"))
        rest = QRectF(x + look.px(4), 0, self.width() - x, high)
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, summary(self.tokens))

    # Qt.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self.token_at(event.position())
        if number is None:
            self._popup.hide()
        else:
            self._tell(number, event.globalPosition().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if (number := self.token_at(event.position())) is not None:
            self._go_to(number)

    def leaveEvent(self, event: QEvent) -> None:
        self._popup.hide()

    def hideEvent(self, event: QHideEvent) -> None:
        self._popup.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._go_to(self._at or 0)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._popup.hide()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at = self._at or 0
        match event.key():
            case Qt.Key.Key_Left:
                self._go_to(at - 1)
            case Qt.Key.Key_Right:
                self._go_to(at + 1)
            case Qt.Key.Key_Home:
                self._go_to(0)
            case Qt.Key.Key_End:
                self._go_to(len(self.tokens) - 1)
            case _:
                super().keyPressEvent(event)


class Alternatives(QFrame):
    """What a token might have been: a small window that takes neither pointer nor keys."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        theme.space(row, 10, 6, 10, 6, gap=16)
        self.names, self.chances = QLabel(self), QLabel(self)
        self.chances.setAlignment(Qt.AlignmentFlag.AlignRight)
        for label in (self.names, self.chances):
            label.setProperty("role", "number")
            label.setTextFormat(Qt.TextFormat.PlainText)
            row.addWidget(label)

    def tell(self, rows: Sequence[tuple[str, str]]) -> None:
        self.names.setText("\n".join(_quoted(name) for name, _ in rows))
        self.chances.setText("\n".join(chance for _, chance in rows))

    def show_at(self, at: QPoint, window: QWidget) -> None:
        """Below a place on the screen, inside the window."""
        self.adjustSize()
        gap = theme.current().px(16)
        place = window.mapFromGlobal(at) + QPoint(0, gap // 2)
        place.setX(max(min(place.x(), window.width() - self.width() - gap), gap))
        if place.y() + self.height() > window.height() - gap:
            place.setY(place.y() - self.height() - 2 * gap)
        self.move(window.mapToGlobal(place))
        self.show()


def summary(tokens: Sequence[Token]) -> str:
    """`142 tokens · least likely 3.1 %`."""
    known = [token.chance for token in tokens if token.chance is not None]
    least = f" · least likely {percent(min(known))}" if known else ""
    return f"{words.number(len(tokens))} token{'s' * (len(tokens) != 1)}{least}"


def shown(text: str) -> str:
    """A token on its line: what breaks a line is drawn as a sign."""
    return visible(text.replace("\r\n", "\n").replace("\n", "↵"))[:LONGEST]


def _quoted(text: str) -> str:
    return f"“{visible(text).replace(chr(10), '↵')[:LONGEST]}”"
