"""How the rows of the list of sessions look: two lines a session, one a heading or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, cast

from PySide6.QtCore import QModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from playground.core.plain import visible
from playground.store.listing import Row
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.models import DETAIL, Index
from playground.ui.widgets.sessionmodel import MARKS, NODE, SessionsModel
from playground.ui.widgets.sessionrows import Node, brought

SESSION, HEAD, FOLDER = 46, 30, 30
"""Pixels of the design: the height of each kind of row."""
EDGE, SIGN, DOT = 10, 14, 10
"""The room at both ends of a row, the sign of what unfolds, that of a run that goes on."""
Marks = Sequence[tuple[int, int]]
LINE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
"""A line of text in a row: at the left, also when it is written from the right."""


class View(Protocol):
    """What the rows ask of the list that they are in."""

    @property
    def shown(self) -> str:
        """The id of the session on screen."""

    target: str | None
    """The key of the node that something is dragged over."""

    @property
    def sessions(self) -> SessionsModel:
        """The model."""

    def hasFocus(self) -> bool: ...
    def currentIndex(self) -> QModelIndex: ...
    def isExpanded(self, index: Index, /) -> bool: ...


class SessionRows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        node = cast(View, self.parent()).sessions.node(index)  # asked of every row: no way round
        kind = node.kind if node is not None else "head"
        high = SESSION if kind == "session" else HEAD if kind == "head" else FOLDER
        return QSize(theme.current().px(120), theme.current().px(high))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        node, view = index.data(int(NODE)), cast(View, self.parent())
        place: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if not isinstance(node, Node):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if node.kind == "head":
            _paint_head(painter, place, index)
        elif node.kind == "remark":
            text = place.adjusted(theme.current().px(EDGE), 0, -theme.current().px(EDGE), 0)
            write(painter, text, str(index.data()), small(), "faint")
        else:
            _paint_ground(painter, place, index, view, state)
            if node.row is not None:
                _paint_session(painter, place, index, node.row)
            else:
                _paint_folder(painter, place, node, opened=view.isExpanded(index))
        if view.target is not None and node.key == view.target:
            look = theme.current()
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(1, 1, -2, -2), look.px(6), look.px(6))
        painter.restore()

    # A name that is changed in its row.

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Title" if index.data(int(NODE)).row is not None else "Folder")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        place: QRect = option.rect  # type: ignore[attr-defined]
        high = max(editor.minimumSizeHint().height(), theme.current().px(28))
        top = place.top() + (place.height() - high) // 2
        editor.setGeometry(place.left(), top, place.width(), high)


def _paint_ground(
    painter: QPainter, place: QRect, index: Index, view: View, state: QStyle.StateFlag
) -> None:
    look, node = theme.current(), index.data(int(NODE))
    shown = node.row is not None and node.row.id == view.shown
    selected = bool(state & QStyle.StateFlag.State_Selected) and view.hasFocus()
    hovered = bool(state & QStyle.StateFlag.State_MouseOver)
    focused = view.hasFocus() and index == view.currentIndex()
    if not (shown or selected or hovered or focused):
        return
    painter.setPen(QPen(look.colour("accent")) if focused else Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("soft" if shown or selected else "sunken"))
    painter.drawRoundedRect(place.adjusted(0, 1, -1, -1), look.px(6), look.px(6))


def _paint_head(painter: QPainter, place: QRect, index: Index) -> None:
    look = theme.current()
    font = QFont(look.font)
    font.setPixelSize(look.px(11))
    font.setWeight(QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
    text = place.adjusted(look.px(EDGE), look.px(8), -look.px(4), 0)
    write(painter, text, str(index.data()).upper(), font, "muted")


def _paint_folder(painter: QPainter, place: QRect, node: Node, *, opened: bool) -> None:
    look = theme.current()
    inner = place.adjusted(look.px(6), 0, -look.px(EDGE), 0)
    sign = look.px(SIGN)
    top = inner.top() + (inner.height() - sign) // 2
    name = "chevron-down" if opened else "chevron-right"
    icon(name, "muted").paint(painter, QRect(inner.left(), top, sign, sign))
    left = inner.left() + sign + look.px(4)
    if node.kind == "trash":
        icon("trash", "muted").paint(painter, QRect(left, top, sign, sign))
        left += sign + look.px(6)
    count, font = f"{node.count:,}".replace(",", "\u2009"), small()
    wide = QFontMetrics(font).horizontalAdvance(count)
    end = QRect(inner.right() - wide, inner.top(), wide + 1, inner.height())
    write(painter, end, count, font, "muted")
    name_place = QRect(left, inner.top(), max(end.left() - look.px(8) - left, 0), inner.height())
    token = "text" if node.kind == "folder" else "muted"
    write(painter, name_place, visible(node.title), look.font, token)


def _paint_session(painter: QPainter, place: QRect, index: Index, row: Row) -> None:
    look = theme.current()
    inner = place.adjusted(look.px(EDGE), look.px(5), -look.px(EDGE), -look.px(5))
    in_title, in_detail = index.data(int(MARKS))
    high = QFontMetrics(look.font).height()
    top = QRect(inner.left(), inner.top(), inner.width(), high)
    if row.running:
        dot = look.px(DOT)
        icon("dot", "accent").paint(
            painter, inner.right() - dot, inner.top() + look.px(4), dot, dot
        )
        top.setWidth(inner.width() - look.px(16))
    token = "muted" if row.trashed or row.archived else "text"
    write(painter, top, str(index.data()), look.font, token, in_title)
    font = small()
    below = QRect(inner.left(), top.bottom() + 1, inner.width(), QFontMetrics(font).height())
    if row.tags and row.found is None:
        below.setRight(_paint_tags(painter, below, row.tags) - look.px(6))
    write(painter, below, str(index.data(int(DETAIL)) or ""), font, "muted", in_detail)


class _Chip(NamedTuple):
    text: str
    wide: int


def _paint_tags(painter: QPainter, line: QRect, tags: Sequence[str]) -> int:
    """As many tags as there is room for, at the end of a line; where the first one begins."""
    look = theme.current()
    font = small()
    font.setPixelSize(look.px(11))
    metrics, pad, gap = QFontMetrics(font), look.px(5), look.px(4)
    room, most = line.width() * 11 // 20, min(look.px(84), line.width() * 2 // 5)
    chips: list[_Chip] = []
    for number, tag in enumerate(tags):
        text = metrics.elidedText(visible(tag), Qt.TextElideMode.ElideRight, most)
        wide = metrics.horizontalAdvance(text) + 2 * pad
        rest = f"+{len(tags) - number}"
        more = metrics.horizontalAdvance(rest) + 2 * pad + gap if number < len(tags) - 1 else 0
        if chips and wide + more > room:
            chips.append(_Chip(rest, metrics.horizontalAdvance(rest) + 2 * pad))
            break
        chips.append(_Chip(text, wide))
        room -= wide + gap
    left = line.right() + 1 - sum(chip.wide for chip in chips) - gap * (len(chips) - 1)
    begin = left
    for chip in chips:
        box = QRect(left, line.top(), chip.wide, line.height())
        painter.setPen(QPen(look.colour("border")))
        painter.setBrush(look.colour("surface"))
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), look.px(4), look.px(4))
        painter.setFont(font)
        painter.setPen(look.colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, chip.text)
        left += chip.wide + gap
    return begin


def small() -> QFont:
    font = QFont(theme.current().font)
    font.setPixelSize(theme.current().px(11.5))
    return font


def write(
    painter: QPainter, place: QRect, text: str, font: QFont, token: str, marked: Marks = ()
) -> None:
    """One line, cut where its room ends, each in the direction of its own script. What is marked
    stands out, and is in the part that can be seen."""
    look, metrics = theme.current(), QFontMetrics(font)
    if place.width() < min(metrics.averageCharWidth(), metrics.horizontalAdvance(text)):
        return
    text, marked = brought(text, marked, metrics.horizontalAdvance, place.width())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.setFont(font)
    painter.setPen(look.colour(token))
    if not marked:
        painter.save()
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        painter.drawText(place, LINE, shown)
        painter.restore()
        return
    layout = QTextLayout(shown, font)
    option = QTextOption(LINE)
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    layout.setTextOption(option)
    standing = QTextCharFormat()
    standing.setBackground(look.colour("warn_soft"))
    standing.setForeground(look.colour("text"))
    layout.setFormats([_format(shown, begin, end, standing) for begin, end in marked])
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(place.width())
    layout.endLayout()
    top = place.top() + (place.height() - line.height()) / 2
    layout.draw(painter, QPointF(place.left(), top))


def _format(text: str, begin: int, end: int, standing: QTextCharFormat) -> QTextLayout.FormatRange:
    """Qt counts in other units than Python."""
    made = QTextLayout.FormatRange()
    start = _units(text[:begin])
    made.start = start  # type: ignore[misc, assignment]
    made.length = _units(text[:end]) - start  # type: ignore[misc, assignment]
    made.format = standing  # type: ignore[misc, assignment]
    return made


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
