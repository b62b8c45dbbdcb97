"""The box for the model: the server's list, or any name, and when a model will be shut down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from PySide6.QtCore import QDate, QLocale, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from playground.core.plain import visible
from playground.providers.models import Model
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice

SOON = 90
"""Days before its end from which a model's date is a warning."""
END = int(Qt.ItemDataRole.UserRole) + 1
"""The role under which a row holds what is said of the model's end."""

PADDING, GAP, LETTERS = 8, 8, 11
"""Pixels of the design: beside the text of a badge, before the badge, and its letters."""


class End(NamedTuple):
    """What is said of the end of a model."""

    text: str
    token: str
    """Colour of the badge: accent, warn or error."""


def end_of(model: Model, today: date) -> End | None:
    """When a model is shut down; None when nothing is announced."""
    if not model.shutdown_date:
        return End("deprecated", "warn") if model.deprecated else None
    left = model.days_left(today)
    if left is None:
        return End(f"shuts down {visible(model.shutdown_date)}", "warn")  # in words of the server's
    if left < 0:
        return End("shut down", "error")
    day = QDate.fromString(model.shutdown_date[:10], Qt.DateFormat.ISODate)
    written = QLocale().toString(day, "d MMM yyyy")
    return End(f"shuts down {written}", "warn" if left <= SOON else "accent")


class ModelBox(Choice):
    """An editable list of models, each with a badge when its end is announced."""

    def __init__(
        self, parent: QWidget | None = None, *, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(parent)
        self._today = today
        self._models: Sequence[Model] = ()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # A long name in the list must not make the dock wide.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(_Badges(self))
        self.setCompleter(self._finder())

    def _finder(self) -> QCompleter:
        """Lists the models with what is typed in their names; what is typed stays what it is."""
        finder = QCompleter(self.model(), self)
        finder.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        finder.setFilterMode(Qt.MatchFlag.MatchContains)
        finder.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        found = finder.popup()
        assert found is not None
        found.setProperty("role", "found")
        found.setAccessibleName("Models with this in their names")
        found.setItemDelegate(_Badges(found))
        return finder

    @property
    def typing(self) -> bool:
        """A name is being typed, and not yet taken."""
        line = self.lineEdit()
        return line is not None and line.hasFocus() and line.isModified()

    def offer(self, models: Sequence[Model], chosen: str, *, typed: bool = False) -> None:
        """Show these, and this one as chosen; with `typed`, what is being typed stays."""
        typed = typed and self.typing
        if typed:
            chosen = self.currentText()
        self.blockSignals(True)
        if models is not self._models:
            self._models = models
            self.clear()
            for model in models:
                self._add(model)
        if self.currentText() != chosen:
            self.setCurrentText(chosen)
        if typed and (line := self.lineEdit()) is not None:
            line.setModified(True)
        self.blockSignals(False)

    def _add(self, model: Model) -> None:
        self.addItem(visible(model.id), model.id)
        end = end_of(model, self._today())
        if end is not None:
            at = self.count() - 1
            self.setItemData(at, end, END)
            said = f"{visible(model.id)}, {end.text}"
            self.setItemData(at, said, Qt.ItemDataRole.AccessibleTextRole)

    @property
    def model_chosen(self) -> Model | None:
        """What the server says of the model that is named here."""
        name = self.currentText()
        return next((model for model in self._models if visible(model.id) == name), None)

    @property
    def end(self) -> End | None:
        """What is said of the end of the model that is named here."""
        model = self.model_chosen
        return end_of(model, self._today()) if model is not None else None

    def open(self) -> None:
        """Show the list, or what of it has in its name what is being typed."""
        if self.typing and (finder := self.completer()) is not None:
            finder.setCompletionPrefix(self.currentText())
            finder.complete()
        else:
            self.showPopup()

    def showPopup(self) -> None:
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + theme.current().px(32))
        super().showPopup()


class _Badges(QStyledItemDelegate):
    """Draws a row with its badge at the right end."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        end = index.data(END)
        if end is None:
            super().paint(painter, option, index)
            return
        look, badge = theme.current(), _badge_width(end.text)
        painter.save()
        super().paint(painter, option, index)
        metrics = QFontMetrics(_badge_font())
        high = metrics.height() + look.px(2)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        place = QRect(
            rect.right() - badge - look.px(PADDING),
            rect.top() + (rect.height() - high) // 2,
            badge,
            high,
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("soft" if end.token == "accent" else f"{end.token}_soft"))
        painter.drawRoundedRect(place, look.px(4), look.px(4))
        painter.setPen(look.colour(end.token))
        painter.setFont(_badge_font())
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, end.text)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        size = super().sizeHint(option, index)
        end = index.data(END)
        if end is not None:
            size.setWidth(size.width() + _badge_width(end.text) + theme.current().px(GAP))
        return size


def _badge_font() -> QFont:
    font = QFont(theme.current().font)
    font.setPixelSize(theme.current().px(LETTERS))
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _badge_width(text: str) -> int:
    metrics = QFontMetrics(_badge_font())
    return metrics.horizontalAdvance(text) + 2 * theme.current().px(PADDING)
