"""What the series of a plot are: a sign and a name each, which leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from playground.ui import theme, words
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.moneyink import Ink, swatch

LONGEST = 32
"""Characters of a name; all of them are in its tooltip."""


class Sign(NamedTuple):
    key: str
    name: str
    ink: Ink
    tip: str = ""
    """What a click does; empty: nothing."""


class MoneyLegend(Flow):
    """Signals:
    picked(str): somebody wants to see that series by itself.
    """

    picked = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._signs: tuple[Sign, ...] = ()
        theme.follow(self, lambda look: self._draw())

    def show_signs(self, signs: Sequence[Sign]) -> None:
        if tuple(signs) != self._signs:
            self._signs = tuple(signs)
            self._draw()

    def _draw(self) -> None:
        look = theme.current()
        self.clear()
        for sign in self._signs:
            button = QToolButton(self)
            button.setProperty("role", "chip")
            short = sign.name if len(sign.name) <= LONGEST else f"{sign.name[: LONGEST - 1]}…"
            button.setText(short.replace("&", "&&"))
            button.setIcon(swatch(sign.ink))
            button.setIconSize(QSize(look.px(12), look.px(12)))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setToolTip(words.tip(f"{sign.name}. {sign.tip}" if sign.tip else sign.name))
            button.setAccessibleName(sign.name)
            if sign.tip:
                button.clicked.connect(lambda _, key=sign.key: self.picked.emit(key))
            else:
                button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.add(button)
