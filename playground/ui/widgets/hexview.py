"""Bytes as numbers and letters, sixteen a line, painted only where they can be seen."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from playground.ui import theme
from playground.ui.widgets.parts import copy

HIGH = 18
"""Logical pixels of a line."""
EDGE = 4
WIDTHS = (16, 8, 4)
"""Bytes of a line: as many as there is room for."""
COPIED = 1_000_000
"""Bytes of which the numbers are copied at most."""


def numbers(line: bytes, wide: int) -> str:
    """`48 65 6c 6c`, with a wider gap in the middle, as wide as a full line."""
    half = wide // 2
    return f"{line[:half].hex(' '):<{3 * half}} {line[half:].hex(' '):<{3 * (wide - half) - 1}}"


def letters(line: bytes) -> str:
    """Printable ASCII as it is, a dot for all else."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in line)


def dump(raw: bytes, wide: int = 16) -> Iterator[str]:
    """Lines of offset, numbers and letters."""
    digits = offset_digits(len(raw))
    for at in range(0, len(raw), wide):
        line = raw[at : at + wide]
        yield f"{at:0{digits}x}  {numbers(line, wide)}  {letters(line)}"


def offset_digits(size: int) -> int:
    return max(4, math.ceil(max(size, 1).bit_length() / 4))


class HexView(QAbstractScrollArea):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.raw = b""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(name)
        self.setToolTip("Ctrl+C copies it as it stands here")
        theme.themes.changed.connect(self.restyle)
        self.restyle()

    @property
    def text(self) -> str:
        """What is shown, as far as it can be copied."""
        return "\n".join(dump(self.raw[:COPIED], self.wide))

    @property
    def wide(self) -> int:
        """Bytes of a line."""
        room = (self.viewport().width() - 2 * theme.current().px(EDGE)) / self._unit
        left = room - offset_digits(len(self.raw)) - 4
        return next((wide for wide in WIDTHS if 4 * wide <= left), WIDTHS[-1])

    def show_bytes(self, raw: bytes) -> None:
        self.raw = raw
        self.verticalScrollBar().setValue(0)
        self._fit()
        size = f"{len(raw)} bytes"
        self.setAccessibleDescription(f"{size}: {letters(raw[:64])}")
        self.viewport().update()

    def restyle(self) -> None:
        look = theme.current()
        metrics = QFontMetricsF(look.mono)
        self._unit = metrics.horizontalAdvance("0")
        self._height = look.px(HIGH)
        self._base = round((self._height + metrics.ascent() - metrics.descent()) / 2)
        self._fit()
        self.viewport().update()

    def _fit(self) -> None:
        lines = math.ceil(len(self.raw) / self.wide)
        page = max(self.viewport().height() // self._height, 1)
        bar = self.verticalScrollBar()
        bar.setPageStep(page)
        bar.setRange(0, max(lines - page, 0))

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), look.colour("surface"))
        painter.setFont(look.mono)
        wide, digits, left = self.wide, offset_digits(len(self.raw)), look.px(EDGE)
        second = left + (digits + 2) * self._unit
        third = second + (3 * wide + 2) * self._unit
        top = self.verticalScrollBar().value()
        for line in range(self.viewport().height() // self._height + 1):
            at = (top + line) * wide
            here = self.raw[at : at + wide]
            if not here:
                break
            y = line * self._height + self._base
            for x, text, token in (
                (left, f"{at:0{digits}x}", "faint"),
                (second, numbers(here, wide), "text"),
                (third, letters(here), "muted"),
            ):
                painter.setPen(look.colour(token))
                painter.drawText(QPointF(x, y), text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            copy(self.text)
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
