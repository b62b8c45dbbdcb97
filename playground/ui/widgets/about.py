"""About box."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground import __version__
from playground.core.resources import resource
from playground.ui import theme
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.mark import Mark


class AboutDialog(QDialog):
    """What this is, what it is made of, and under which licences."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("About Playground")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 900, 600)
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=12)
        row = QHBoxLayout()
        theme.space(row, gap=16)
        row.addWidget(Mark("app", "accent", self, size=48), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        title = QLabel(f"Playground {__version__}", self)
        title.setProperty("role", "title")
        words.addWidget(title)
        self.facts = (
            f"Playground {__version__}, Python {platform.python_version()}, "
            f"Qt for Python {PySide6.__version__}, {platform.platform()}"
        )
        facts = QLabel(self.facts, self)
        facts.setProperty("role", "caption")
        facts.setWordWrap(True)
        facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(facts)
        note = QLabel(
            "Qt is used under the LGPL, version 3; it can be replaced by another build of the same"
            " version. No account, no telemetry.",
            self,
        )
        note.setProperty("role", "caption")
        note.setWordWrap(True)
        words.addWidget(note)
        row.addLayout(words, 1)
        column.addLayout(row)
        body = QHBoxLayout()
        self.notices = QListWidget(self)
        self.notices.setAccessibleName("Licences")
        self.notices.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self.notices, lambda look: self.notices.setFixedWidth(look.px(180)))
        self._files = sorted(path for path in resource("licenses").iterdir() if path.is_file())
        self.notices.addItems([path.stem for path in self._files])
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setProperty("role", "licence")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # they are laid out by hand
        self.text.setAccessibleName("Text of the licence")
        self.notices.currentRowChanged.connect(self._show)
        body.addWidget(self.notices)
        body.addWidget(self.text, 1)
        column.addLayout(body, 1)
        buttons = QHBoxLayout()
        copy = QPushButton("Copy the versions", self)
        copy.clicked.connect(lambda: QApplication.clipboard().setText(self.facts))
        close = QPushButton("Close", self)
        close.clicked.connect(self.accept)
        buttons.addWidget(copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        for button in (copy, close):
            button.setAccessibleName(button.text())
        column.addLayout(buttons)
        self.notices.setCurrentRow(0)

    def _show(self, row: int) -> None:
        if 0 <= row < len(self._files):
            self.text.setPlainText(self._files[row].read_text(encoding="utf-8", errors="replace"))
