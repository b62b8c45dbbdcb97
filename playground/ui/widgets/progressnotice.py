"""A notice about long work: what is done, how far it is, and a way to end it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.export.progress import Progress
from playground.ui import theme
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText

LOOK = 100
"""Milliseconds between two looks, while the work goes on."""
PATIENCE = 3
"""Looks before it is shown: what is done soon needs no notice."""
STEPS = 1000


class ProgressNotice(QFrame):
    """Comes when the work turns out to be long, and goes with it."""

    def __init__(self, words: str, progress: Progress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = progress
        self._looks = 0
        self.setProperty("role", "notice")
        self.setAccessibleName(words)
        row = QHBoxLayout(self)
        theme.space(row, 12, 4, 4, 4, gap=8)
        row.addWidget(Mark("info", "accent", self))
        label = PlainText(visible(words), self)
        label.setAccessibleName("Notice")
        column = QVBoxLayout()
        theme.space(column, 0, 6, 0, 6)
        column.addWidget(label)
        row.addLayout(column, 1)
        self.bar = QProgressBar(self)
        self.bar.setAccessibleName("Progress")
        self.bar.setTextVisible(False)
        theme.follow(self.bar, lambda look: self.bar.setFixedWidth(look.px(240)))
        row.addWidget(self.bar)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setAccessibleName("Cancel")
        self.cancel.clicked.connect(self._cancel)
        row.addWidget(self.cancel)
        self.hide()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK)
        self._show()

    def look(self) -> None:
        """See how far the work is."""
        if self.progress.over:
            self._timer.stop()
            self.hide()
            self.deleteLater()
            return
        self._looks += 1
        if self._looks == PATIENCE:
            self.show()
        self._show()

    def _show(self) -> None:
        share = self.progress.share
        self.bar.setRange(0, 0 if share is None else STEPS)
        if share is not None:
            self.bar.setValue(round(share * STEPS))

    def _cancel(self) -> None:
        self.progress.cancelled = True
        self.cancel.setEnabled(False)
        self.cancel.setText("Cancelling…")
