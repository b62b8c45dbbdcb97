"""A small picture beside words, in the colours and the size of the theme, whichever that is."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from playground.ui import icons, theme


class Mark(QLabel):
    def __init__(
        self, name: str, token: str, parent: QWidget | None = None, *, size: int = 16
    ) -> None:
        """`size` is its side in pixels of the design."""
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        theme.follow(self, lambda look: self._draw())

    def draw(self, name: str, token: str) -> None:
        """Show another one."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self._draw()

    def _draw(self) -> None:
        picture = icons.mark(self._name, self._token, self._size)
        self.setPixmap(picture)
        self.setFixedSize(picture.deviceIndependentSize().toSize())
