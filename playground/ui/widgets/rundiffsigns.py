"""How differences of two runs are marked: by a sign each, and a colour behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from playground.engine.rundiff_rows import Kind
from playground.ui import theme

SIGNS: Mapping[Kind, str] = {"same": "=", "changed": "~", "left": "−", "right": "+"}
TOKENS: Mapping[Kind, str] = {"same": "faint", "changed": "warn", "left": "error", "right": "ok"}
SPOKEN: Mapping[Kind, str] = {
    "same": "the same",
    "changed": "differs",
    "left": "only on the left",
    "right": "only on the right",
}
SIGN = 26
"""Design pixels of the column of signs."""


def ink(kind: Kind, token: str = "text") -> str:
    """The token of a colour that can be read on the ground of a row."""
    return token if kind == "same" else "text"


def paint_ground(painter: QPainter, kind: Kind, left: QRectF, right: QRectF) -> None:
    """What lies behind the two sides of a row; nothing where nothing differs."""
    look = theme.current()
    if kind == "same":
        return
    ground = look.colour(f"{TOKENS[kind]}_soft")
    painter.fillRect(left, look.colour("sunken") if kind == "right" else ground)
    painter.fillRect(right, look.colour("sunken") if kind == "left" else ground)


def paint_sign(painter: QPainter, kind: Kind, area: QRectF) -> None:
    look = theme.current()
    if kind != "same":
        painter.fillRect(area, look.colour(f"{TOKENS[kind]}_soft"))
    font = QFont(look.mono)
    font.setBold(kind != "same")
    painter.setFont(font)
    painter.setPen(look.colour(TOKENS[kind]))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, SIGNS[kind])


def next_difference(kinds: Sequence[Kind], here: int, *, back: bool = False) -> int | None:
    """The begin of the next stretch of rows that differ; None: there is none that way."""
    places = range(here - 1, -1, -1) if back else range(here + 1, len(kinds))
    for at in places:
        if kinds[at] != "same" and (at == 0 or kinds[at - 1] == "same"):
            return at
    return None
