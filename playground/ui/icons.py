"""Icons: our own SVGs on a 16 px grid, tinted by a colour of the theme when they are drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from playground.core.resources import resource
from playground.ui import theme


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = _source(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))


class _Engine(QIconEngine):
    """Draws at any size and scale, in the colour that the token has at that moment."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def paint(self, painter: QPainter, rect, mode: QIcon.Mode, state: QIcon.State) -> None:  # type: ignore[no-untyped-def]
        token = "faint" if mode == QIcon.Mode.Disabled else self._token
        colour = theme.current().colour(token).name()
        _renderer(self._name, colour).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._token)


def mark(name: str, token: str, size: float = 16) -> QPixmap:
    """The icon as a picture of `size` design pixels, for labels."""
    side = theme.current().px(size)
    return icon(name, token).pixmap(side, side)


@lru_cache(maxsize=256)
def icon(name: str, token: str = "muted") -> QIcon:
    """The icon `name` in the colour of `token`. Raises FileNotFoundError for one we do not have."""
    _source(name)
    return QIcon(_Engine(name, token))
