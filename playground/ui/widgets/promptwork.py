"""A prompt that is open: its head, the editor or a difference in the middle, and its versions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from playground.core.prompts import Prompt
from playground.ui import theme
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.promptdifference import PromptDifference
from playground.ui.widgets.promptedit import PromptEdit
from playground.ui.widgets.promptmodel import UNTITLED
from playground.ui.widgets.promptversions import VersionList

WIDE = 580
"""Design pixels from which the versions stand beside the editor, and not below it."""
LOW = 320
"""Design pixels up to which they stand beside it all the same: below it there is no room."""
EDIT, DIFFERENCE = range(2)


class PromptWork(QWidget):
    """Signals:
    titled(str): somebody gave it another title.
    used(bool): it is to be used, in a new session or the one on screen.
    deleted(): it is to go to the trash.
    taken_back(): it is to leave the trash.
    """

    titled = Signal(str)
    used = Signal(bool)
    deleted = Signal()
    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 8, 0, 10, gap=4)
        column.addLayout(self._head())
        self.thrown = self._thrown()
        column.addWidget(self.thrown)
        self._parts = QSplitter(Qt.Orientation.Horizontal, self)
        self._parts.setChildrenCollapsible(False)
        middle = QWidget(self._parts)
        self._pages = QStackedLayout(middle)
        self.edit = PromptEdit(middle)
        self.difference = PromptDifference(middle)
        self._pages.addWidget(self.edit)
        self._pages.addWidget(self.difference)
        self._parts.addWidget(middle)
        self.versions = VersionList()
        self._parts.addWidget(self._aside())
        self._parts.setStretchFactor(0, 1)
        self._placed = False
        column.addWidget(self._parts, 1)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 12, 0, 12, 0, gap=6)
        self.title = QLineEdit(self)
        self.title.setProperty("role", "title")
        self.title.setPlaceholderText(UNTITLED)
        self.title.setAccessibleName("Title of the prompt")
        self.title.editingFinished.connect(
            lambda: self.titled.emit(" ".join(self.title.text().split()))
        )
        row.addWidget(self.title, 1)
        self.use = QPushButton("Use in this session", self)
        self.use.setProperty("role", "primary")
        self.use.setAccessibleName("Use in this session")
        self.use.setToolTip(
            "Its developer message and variables become those of the session, its last question "
            "the draft"
        )
        self.use.clicked.connect(lambda: self.used.emit(False))
        row.addWidget(self.use)
        self.use_new = QPushButton("In a new one", self)
        self.use_new.setAccessibleName("Use in a new session")
        self.use_new.setToolTip("Use it in a new session")
        self.use_new.clicked.connect(lambda: self.used.emit(True))
        row.addWidget(self.use_new)
        self.remove = tool_button("trash", "Delete this prompt", self)
        self.remove.clicked.connect(self.deleted)
        row.addWidget(self.remove)
        return row

    def _thrown(self) -> QWidget:
        made = QWidget(self)
        row = QHBoxLayout(made)
        theme.space(row, 12, 0, 12, 0, gap=8)
        said = QLabel("This prompt is in the trash. It can be read and used.", made)
        said.setProperty("role", "caption")
        row.addWidget(said, 1)
        back = QPushButton("Restore", made)
        back.setAccessibleName("Restore this prompt from the trash")
        back.clicked.connect(self.taken_back)
        row.addWidget(back)
        return made

    def _aside(self) -> QWidget:
        made = QWidget(self._parts)
        column = QVBoxLayout(made)
        theme.space(column, 8, 4, 8, 0, gap=4)
        head = QLabel("VERSIONS", made)
        head.setProperty("role", "section")
        column.addWidget(head)
        column.addWidget(self.versions, 1)
        theme.follow(made, lambda look: made.setMinimumWidth(look.px(150)))
        theme.follow(made, lambda look: made.setMinimumHeight(look.px(96)))
        return made

    # What is shown.

    def show_head(self, prompt: Prompt) -> None:
        """Its title, and whether it is in the trash; a title that is being typed is left alone."""
        if not self.title.hasFocus() and self.title.text() != prompt.title:
            self.title.setText(prompt.title)
            self.title.setCursorPosition(0)
        self.title.setReadOnly(prompt.trashed)
        self.thrown.setVisible(prompt.trashed)
        self.edit.setEnabled(not prompt.trashed)
        self.remove.setVisible(not prompt.trashed)

    def show_difference(self, *, on: bool) -> None:
        """The difference of two versions in the place of the editor, or that again."""
        self._pages.setCurrentIndex(DIFFERENCE if on else EDIT)
        if not on:
            self.versions.pick()

    def make_room(self) -> None:
        """The versions beside the editor, or below it."""
        look, ways = theme.current(), Qt.Orientation
        wide = self.width() >= look.px(WIDE) or self.height() <= look.px(LOW)
        wanted = ways.Horizontal if wide else ways.Vertical
        if self._parts.orientation() != wanted or not self._placed:
            self._placed = True
            self._parts.setOrientation(wanted)
            self._parts.setSizes([look.px(800), look.px(190 if wide else 110)])
            # It keeps the width that the style gave it for the other way.
            self._parts.setHandleWidth(look.px(9) if wide else 1)
