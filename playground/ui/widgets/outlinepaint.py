"""Paints a line of the outline: what was asked and what came of it, how deep it lies, when it was
and who answered."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from playground.core.plain import visible
from playground.engine.outline import Row
from playground.ui import theme, words
from playground.ui.icons import icon

HEIGHT = 46
SIDE, STEP = 16, 14
"""Pixels beside a line, and for each branching."""
DOT = 7
WIDE = 420
"""From this width on there is room for the model."""
LINE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
_ROLES = {"developer": "Developer", "system": "System", "assistant": "Answer"}


def state_of(row: Row) -> words.State | None:
    """How the turn stands, where that is worth a sign: it is not simply done."""
    state = words.state(row.run)
    return None if state is None or row.run.transcript.outcome == "completed" else state


def below(row: Row) -> str:
    """The second line."""
    state = state_of(row)
    said = [state.words] if state is not None else []
    if row.run.silent:
        said.append("added, not sent")
    return " · ".join([*said, *filter(None, [visible(row.answer)])])


def spoken(row: Row) -> str:
    """All of a line in one sentence."""
    parts = [
        f"{row.role}: {visible(row.words)}",
        below(row),
        row.model,
        words.moment(row.run.created),
    ]
    if row.versions > 1:
        parts.append(f"version {row.version} of {row.versions}")
    parts.append("deleted" if row.deleted else "on screen" if row.here else "another branch")
    return ", ".join(filter(None, parts))


def paint(
    painter: QPainter, row: Row, box: QRect, *, current: bool, hovered: bool, focus: bool
) -> None:
    """Draw a line into its box."""
    look = theme.current()
    if current or hovered:
        painter.setPen(QPen(look.colour("accent"), 2) if current and focus else Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("soft" if current else "sunken"))
        inset = look.px(4)
        painter.drawRoundedRect(QRectF(box).adjusted(inset, 1, -inset, -1), look.px(6), look.px(6))
    at = box.left() + look.px(SIDE)
    deepest = max(box.width() // 3 // look.px(STEP), 1)
    painter.setPen(look.colour("border"))
    for _ in range(min(row.depth, deepest)):
        x = at + look.px(DOT) // 2
        painter.drawLine(x, box.top(), x, box.bottom())
        at += look.px(STEP)
    _dot(painter, row, at, box)
    title, small = QFont(look.font), QFont(look.font)
    small.setPixelSize(look.px(11.5))
    title.setStrikeOut(row.deleted)
    left = at + look.px(DOT + 9)
    right = box.right() - look.px(SIDE)
    high = QFontMetrics(title).height()
    top = QRect(left, box.top() + look.px(5), max(right - left, 0), high)
    under = QRect(left, top.bottom() + 2, top.width(), QFontMetrics(small).height())
    painter.setFont(small)
    painter.setPen(look.colour("muted"))
    wide = box.width() >= look.px(WIDE)
    when = words.moment(row.run.created)
    counted = f"{row.version}/{row.versions}" if row.versions > 1 else ""
    _on_the_right(painter, top, "   ".join(filter(None, [counted, when if wide else ""])))
    _on_the_right(painter, under, visible(row.model) if wide else "", most=0.4)
    _words(painter, under, below(row))
    if (role := _ROLES.get(row.role)) is not None:
        painter.setFont(title)
        _words(painter, top, f"{role}:")
        top.setLeft(top.left() + QFontMetrics(title).horizontalAdvance(f"{role}: "))
    painter.setFont(title)
    painter.setPen(look.colour("text" if row.here and not row.deleted else "muted"))
    _words(painter, top, visible(row.words))


def _dot(painter: QPainter, row: Row, x: int, box: QRect) -> None:
    """On the branch on screen it is filled; a turn that went wrong has a sign of its own."""
    look = theme.current()
    middle = box.top() + look.px(15)
    if (state := state_of(row)) is not None and not row.deleted:
        size = look.px(13)
        mark = icon(state.icon, state.token)
        mark.paint(painter, x - look.px(3), middle - size // 2, size, size)
        return
    colour = look.colour("accent" if row.here else "muted")
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour if row.here else Qt.BrushStyle.NoBrush)
    radius = look.px(DOT) / 2
    painter.drawEllipse(QPointF(x + radius, middle), radius, radius)


def _on_the_right(painter: QPainter, box: QRect, text: str, most: float = 1.0) -> None:
    """Write at the end of a line, and take the room from it."""
    if not text:
        return
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, int(box.width() * most))
    painter.drawText(box, _RIGHT, text)
    gap = theme.current().px(12)
    box.setRight(max(box.right() - metrics.horizontalAdvance(text) - gap, box.left()))


def _words(painter: QPainter, box: QRect, text: str) -> None:
    metrics = painter.fontMetrics()
    painter.drawText(box, LINE, metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width()))
