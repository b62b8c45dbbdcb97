"""A line of words that says as much of them as there is room for, and all of them in its tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.core.plain import visible
from playground.ui import words


class Elided(QLabel):
    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHorizontalStretch(1)
        self.setSizePolicy(policy)

    @property
    def whole(self) -> str:
        """All of the words."""
        return self._whole

    def say(self, text: str, token: str = "") -> None:
        """Show these words, in the colour of a token, if any."""
        self._whole = " ".join(visible(text).split())
        self.setAccessibleName(self._whole)
        self.setToolTip(words.tip(self._whole))
        if self.property("token") != token:
            self.setProperty("token", token)
            self.style().polish(self)
        self._fit()

    def _fit(self) -> None:
        room = self.contentsRect().width()
        elide = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._whole, elide, max(room, 0)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
