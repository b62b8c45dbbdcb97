"""Icons: our own SVGs on a 16 px grid, tinted by a colour of the theme when they are drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from playground.core.resources import resource
from playground.ui import theme


@lru_cache(maxsize=256)
def icon(name: str, token: str = "muted") -> QIcon:
    """The icon `name` in the colour of `token`. Raises FileNotFoundError for one we do not have."""
    _source(name)
    return QIcon(_Engine(name, token))


def mark(name: str, token: str, size: float = 16) -> QPixmap:
    """The icon as a picture of `size` design pixels, for labels."""
    side = theme.current().px(size)
    return icon(name, token).pixmap(side, side)


class _Engine(QIconEngine):
    """Draws at any size and scale, in the colour that the token has at that moment."""

    # A QIcon that is about to be changed takes a clone and owns it, of which the bindings know
    # nothing: without a reference of ours it would be freed twice.
    _clones: list[_Engine] = []

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        token = "faint" if mode == QIcon.Mode.Disabled else self._token
        renderer = _renderer(self._name, theme.current().colour(token).name())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        clone = _Engine(self._name, self._token)
        self._clones.append(clone)
        return clone


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = _source(name).replace("currentColor", colour)
    return QSvgRenderer(QByteArray(svg.encode()))
