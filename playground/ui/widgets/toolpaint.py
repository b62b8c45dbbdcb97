"""How the rows of the list of tools look, and where in them a click means what."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, cast

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.models import RECORD, Index
from playground.ui.widgets.toolrows import Entry, Head, Row

HEAD, ENTRY, REMARK = 32, 28, 20
"""Pixels of the design: the height of each kind of row."""
BOX, SIGN, EDGE = 14, 16, 8
"""The switch, an icon, and the room at both ends of a row."""
SERVER = "server"
"""Where a server answers by itself."""


class View(Protocol):
    """What the rows ask of the list that they are in."""

    shown: tuple[str, ...] | None
    """The key of the row whose tool is looked at."""

    def hasFocus(self) -> bool: ...

    def currentIndex(self) -> QModelIndex: ...


class Zones(NamedTuple):
    """Where the parts of a row are."""

    box: QRect
    """Where a click switches."""
    badge: QRect
    more: QRect
    """Of a head: where a click opens its menu."""
    text: QRect


def _strong() -> QFont:
    """Small and semibold: heads and badges."""
    look = theme.current()
    font = QFont(look.font)
    font.setPixelSize(look.px(11))
    font.setWeight(QFont.Weight.DemiBold)
    return font


def zones_of(place: QRect, row: Row) -> Zones:
    look = theme.current()
    edge, nothing = look.px(EDGE), QRect()
    if not isinstance(row, Entry):
        side = look.px(24)
        more = QRect(place.right() - side, place.bottom() - side, side, side)
        text = place.adjusted(edge, 0, -edge, 0)
        if isinstance(row, Head) and has_menu(row):
            text.setRight(more.left() - look.px(4))
        else:
            more = nothing
        return Zones(nothing, nothing, more, text)
    box = QRect(place.left(), place.top(), look.px(EDGE + BOX + 6), place.height())
    chevron = look.px(12) if row.choices else 0
    wide = QFontMetrics(_strong()).horizontalAdvance(row.mode or SERVER)
    wide += look.px(12) + chevron
    high = look.px(18)
    top = place.top() + (place.height() - high) // 2
    badge = QRect(place.right() + 1 - look.px(6) - wide, top, wide, high)
    left = box.right() + 1 + look.px(4)
    text = QRect(left, place.top(), max(badge.left() - look.px(8) - left, 0), place.height())
    return Zones(box, badge, nothing, text)


def has_menu(head: Head) -> bool:
    """Whether anything can be done with a source."""
    return head.kind in ("python", "mcp", "mine")


class ToolRows(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(int(RECORD))
        high = HEAD if isinstance(row, Head) else ENTRY if isinstance(row, Entry) else REMARK
        return QSize(theme.current().px(120), theme.current().px(high))

    def editorEvent(self, *_: Any) -> bool:
        """The view knows where the switch is."""
        return False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, view = index.data(int(RECORD)), cast(View, self.parent())
        place: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = view.hasFocus() and index == view.currentIndex()
        if isinstance(row, Head):
            _paint_head(painter, place, row, hovered=hovered, focused=focused)
        elif isinstance(row, Entry):
            shown = row.key == view.shown
            _paint_ground(painter, place, shown=shown, hovered=hovered, focused=focused)
            _paint_entry(painter, place, row, shown=shown)
        else:
            look = theme.current()
            text = zones_of(place, row).text.adjusted(look.px(BOX + 10), 0, 0, 0)
            _write(painter, text, row.text, _small(), row.token)
        painter.restore()


def _paint_ground(
    painter: QPainter, place: QRect, *, shown: bool, hovered: bool, focused: bool
) -> None:
    look = theme.current()
    if not (shown or hovered or focused):
        return
    painter.setPen(QPen(look.colour("accent")) if focused else Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("soft" if shown else "sunken"))
    painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), look.px(6), look.px(6))


def _paint_head(
    painter: QPainter, place: QRect, row: Head, *, hovered: bool, focused: bool
) -> None:
    look, zones = theme.current(), zones_of(place, row)
    font = _strong()
    font.setPixelSize(look.px(12))
    text = zones.text.adjusted(0, look.px(8), 0, 0)
    room = text.width()
    words = QFontMetrics(_small()).horizontalAdvance(row.words)
    title = QRect(text.left(), text.top(), max(room - words - look.px(8), 0), text.height())
    used = _write(painter, title, row.title, font, "muted")
    rest = text.adjusted(used + look.px(8), 0, 0, 0)
    _write(painter, rest, row.words, _small(), "faint" if row.token == "muted" else row.token)
    if not zones.more.isNull():
        sign = look.px(SIGN)
        centre = zones.more.center()
        at = QRect(centre.x() - sign // 2, centre.y() - sign // 2, sign, sign)
        icon("more", "text" if hovered or focused else "muted").paint(painter, at)
    if focused:
        painter.setPen(QPen(look.colour("accent")))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ring = place.adjusted(1, look.px(8), -1, -1)
        painter.drawRoundedRect(ring, look.px(6), look.px(6))


def _paint_entry(painter: QPainter, place: QRect, row: Entry, *, shown: bool) -> None:
    look, zones = theme.current(), zones_of(place, row)
    _paint_box(painter, place, row.on)
    text = zones.text
    if row.warning:
        sign = look.px(BOX)
        at = QRect(text.right() - sign, place.center().y() - sign // 2, sign, sign)
        icon("warning", "warn").paint(painter, at)
        text = text.adjusted(0, 0, -sign - look.px(4), 0)
    used = _write(painter, text, row.tool.name, look.font, "text" if row.on else "muted")
    rest = text.adjusted(used + look.px(8), 0, 0, 0)
    if rest.width() > look.px(40):
        token = "muted" if shown else "faint"  # which can be read on its ground
        _write(painter, rest, " ".join(row.tool.description[:400].split()), _small(), token)
    _paint_badge(painter, zones.badge, row, shown=shown)


def _paint_box(painter: QPainter, place: QRect, on: bool) -> None:
    look = theme.current()
    side = look.px(BOX)
    box = QRect(place.left() + look.px(EDGE), place.center().y() - side // 2 + 1, side, side)
    painter.setPen(QPen(look.colour("accent" if on else "muted")))
    painter.setBrush(look.colour("accent" if on else "surface"))
    painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), look.px(4), look.px(4))
    if on:
        inset = look.px(1)
        icon("check", "on_accent").paint(painter, box.adjusted(inset, inset, -inset, -inset))


def _paint_badge(painter: QPainter, badge: QRect, row: Entry, *, shown: bool) -> None:
    """As a label with the role `badge`; quiet where the tool is not offered."""
    look = theme.current()
    token = "accent" if row.on else "muted"
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("surface" if shown else "soft" if row.on else "sunken"))
    painter.drawRoundedRect(badge, look.px(4), look.px(4))
    painter.setFont(_strong())
    painter.setPen(look.colour(token))
    inner = badge.adjusted(look.px(6), 0, -look.px(6), 0)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(inner, flags, row.mode or SERVER)
    if row.choices:
        sign = look.px(10)
        at = QRect(
            inner.right() - sign + look.px(2), badge.center().y() - sign // 2 + 1, sign, sign
        )
        icon("chevron-down", token).paint(painter, at)


def _small() -> QFont:
    font = QFont(theme.current().font)
    font.setPixelSize(theme.current().px(11.5))
    return font


def _write(painter: QPainter, place: QRect, text: str, font: QFont, token: str) -> int:
    """One line, cut where its room ends. How wide it became."""
    metrics = QFontMetrics(font)
    if place.width() < metrics.averageCharWidth() * 2:
        return 0
    line = " ".join(visible(text).split())
    shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, place.width())
    painter.setFont(font)
    painter.setPen(theme.current().colour(token))
    painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return metrics.horizontalAdvance(shown)
