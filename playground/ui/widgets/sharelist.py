"""Shares: rows that say how many of all say something, with a bar as long as their share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from playground.core.plain import visible
from playground.ui import theme, words

Index = QModelIndex | QPersistentModelIndex
SHARE = Qt.ItemDataRole.UserRole
HEIGHT = 30
BAR = 72
"""Pixels of the design for the bar."""
CLIPPED = 400
"""Characters of a row that are drawn at most."""


@dataclass(frozen=True, slots=True)
class Share:
    text: str
    """What they say."""
    count: int
    of: int
    name: str = ""
    """What they say it of: the path of a field."""
    others: str = ""
    """What else is said, for those who want to know."""
    good: bool = True
    """Whether it is agreed enough not to be looked at."""

    @property
    def key(self) -> str:
        """What it is known by while the numbers change."""
        return self.name or self.text


class ShareDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, theme.current().px(HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        share = index.data(SHARE)
        if not isinstance(share, Share):
            return
        look = theme.current()
        rect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
            painter.setPen(look.colour("accent") if focused else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft" if chosen else "sunken"))
            painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), look.px(6), look.px(6))
        inner = rect.adjusted(look.px(8), 0, -look.px(8), 0)
        token = "ok" if share.good else "warn"
        whole = QRectF(inner.left(), inner.center().y() - look.px(3), look.px(BAR), look.px(6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("border"))
        painter.drawRoundedRect(whole, look.px(3), look.px(3))
        part = QRectF(whole)
        part.setWidth(max(whole.width() * share.count / max(share.of, 1), look.px(3)))
        painter.setBrush(look.colour(token))
        painter.drawRoundedRect(part, look.px(3), look.px(3))
        small = QFont(look.mono)
        small.setPixelSize(look.px(11.5))
        painter.setFont(small)
        painter.setPen(look.colour("muted"))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        left = round(whole.right()) + look.px(8)
        counted = f"{words.number(share.count)} of {words.number(share.of)}"
        wide = QFontMetrics(small).horizontalAdvance(counted)
        place = inner.adjusted(left - inner.left(), 0, 0, 0)
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, counted)
        place.setLeft(left + max(wide, look.px(56)) + look.px(12))
        if share.name:
            mono = QFontMetrics(look.mono)
            name = mono.elidedText(share.name, Qt.TextElideMode.ElideMiddle, place.width() // 2)
            painter.setFont(look.mono)
            painter.setPen(look.colour("text"))
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, name)
            place.setLeft(place.left() + mono.horizontalAdvance(name) + look.px(12))
        painter.setFont(look.font)
        painter.setPen(look.colour("muted" if share.name else "text"))
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        said = " ".join(visible(share.text[:CLIPPED]).split())
        said = QFontMetrics(look.font).elidedText(said, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignLeft, said)
        painter.restore()


class Shares(QAbstractListModel):
    """The rows. What is said of one is made when somebody asks: there may be thousands."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Share, ...] = ()

    def show_rows(self, rows: tuple[Share, ...]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self.rows):
            return None
        share = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                said = " ".join(visible(share.text[:CLIPPED]).split()) or "nothing"
                counted = f"{share.count} of {share.of}"
                return ", ".join(filter(None, (share.name, counted, said)))
            case Qt.ItemDataRole.ToolTipRole:
                more = (share.text[: CLIPPED * 5], share.others)
                return words.tip("\n".join(filter(None, more)))
        return share if role == SHARE else None


class ShareList(QListView):
    """As high as its rows, up to `most` of them.

    Signals:
        chosen(int): somebody looks at a row.
    """

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None, *, most: int = 8) -> None:
        super().__init__(parent)
        self._most = most
        self._telling = True
        self._shares = Shares(self)
        self.setModel(self._shares)
        self.setAccessibleName(name)
        self.setItemDelegate(ShareDelegate(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda index: self.chosen.emit(index.row()))
        theme.themes.changed.connect(self._resized)

    @property
    def shares(self) -> tuple[Share, ...]:
        return self._shares.rows

    def count(self) -> int:
        return len(self.shares)

    @property
    def row(self) -> int:
        """The one that is looked at; -1: none."""
        return self.currentIndex().row()

    def go_to(self, row: int) -> None:
        self.setCurrentIndex(self._shares.index(row, 0))

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Replace the rows. The one that is looked at is that still, wherever it stands now."""
        fresh = tuple(shares)
        if fresh == self.shares:
            return
        chosen = self.shares[self.row].key if self.row >= 0 else None
        top = self.verticalScrollBar().value()
        self._telling = False
        self._shares.show_rows(fresh)
        if chosen is not None:
            at = next((at for at, share in enumerate(fresh) if share.key == chosen), -1)
            self.go_to(at)
        self.verticalScrollBar().setValue(top)
        self._telling = True
        self._resized()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if self._telling and current.isValid():
            self.chosen.emit(current.row())

    def _resized(self) -> None:
        self.updateGeometry()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        rows = min(max(self.count(), 1), self._most)
        frame = 2 * self.frameWidth() + theme.current().px(8)
        return QSize(240, rows * theme.current().px(HEIGHT) + frame)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())
