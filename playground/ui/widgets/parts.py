"""Small parts that panes are made of: segmented tabs, labels, small buttons, splitters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QSplitter,
    QToolButton,
    QWidget,
)

from playground.ui import theme
from playground.ui.icons import icon

Spin = TypeVar("Spin", QSpinBox, QDoubleSpinBox)


class Segments(QWidget):
    """One of several, as words beside each other. Arrow keys move between them.

    Signals:
        picked(int): another one is on.
    """

    picked = Signal(int)

    def __init__(
        self, words: Sequence[str], *, small: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        for number, word in enumerate(words):
            button = QToolButton(self)
            button.setText(word)
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.setProperty("role", "segment")
            button.setProperty("small", small)
            button.setAccessibleName(word)
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.idToggled.connect(self._toggled)

    @property
    def index(self) -> int:
        """Which one is on."""
        return self._group.checkedId()

    def pick(self, index: int) -> None:
        self._group.button(index).setChecked(True)

    def button(self, index: int) -> QToolButton:
        found = self._group.button(index)
        assert isinstance(found, QToolButton)
        return found

    def _toggled(self, index: int, on: bool) -> None:
        if on:
            self.picked.emit(index)


def tool_button(name: str, words: str, parent: QWidget | None = None) -> QToolButton:
    """A small quiet button with an icon, a tooltip and a name for screen readers."""
    button = QToolButton(parent)
    name_tool(button, name, words)
    return button


def name_tool(button: QToolButton, name: str, words: str) -> None:
    """Make a button small and quiet, with an icon, a tooltip and a name for screen readers."""
    button.setProperty("role", "icon")
    button.setIcon(icon(name, "muted"))
    button.setToolTip(words)
    button.setAccessibleName(words)


def copy_button(words: str, parent: QWidget | None = None) -> QToolButton:
    """A small quiet button that copies."""
    return tool_button("copy", words, parent)


def copy(text: str) -> None:
    """Put a text on the clipboard."""
    QApplication.clipboard().setText(text)


def leave(widget: QWidget) -> None:
    """Take a widget away for good."""
    widget.hide()
    widget.setParent(None)
    widget.deleteLater()


def label(role: str) -> QLabel:
    """A label of plain text that can be selected."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def inset(box: Spin) -> Spin:
    """Its text begins where that of a list does: a sheet's padding does not move it."""
    line = box.lineEdit()
    theme.follow(line, lambda look: line.setTextMargins(*look.margins(6, 0, 6, 0)))
    return box


def row(*parts: QWidget | int, spacing: int = 8) -> QWidget:
    """Widgets in a row, without margins; a number is a stretch.

    A widget rather than a layout: when Python's collector frees a cycle with layouts inside
    layouts in it, PySide may free the inner ones twice.
    """
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        else:
            layout.addWidget(part)
    return made


def beside(left: QWidget, right: QWidget, *, shares: tuple[int, int]) -> QSplitter:
    """Two views with a border between them that can be dragged."""
    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.setChildrenCollapsible(False)
    for at, (view, share) in enumerate(zip((left, right), shares, strict=True)):
        splitter.addWidget(view)
        splitter.setStretchFactor(at, share)
    splitter.setSizes([1000 * share for share in shares])
    return splitter


class Brief(QLabel):
    """A line that is cut where there is no room for it."""

    def __init__(self, text: str, role: str, parent: QWidget, *, yields: bool = False) -> None:
        """`yields`: it goes without all of its room, so that others have theirs."""
        super().__init__(text, parent)
        self._yields = yields
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:
        least = 0 if self._yields else min(self.sizeHint().width(), theme.current().px(160))
        return QSize(least, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
