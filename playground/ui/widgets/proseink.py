"""How prose is set: the fonts, colours and distances of one theme, and spans made ready to draw."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
)

from playground.core.blocks import Span
from playground.core.plain import visible
from playground.ui import theme
from playground.ui.theme import Theme

MEASURE = 78  # characters of English in a line of prose, on average
CODE_MEASURE = 120  # columns of code or table before the block scrolls
SHOWN = 120  # characters of an address that stands in the text

_SAMPLE = "the quick brown fox jumps over the lazy dog and then it goes on running for a while "
_HEADINGS = (20, 17, 15, 13, 13, 13)


@dataclass(slots=True)
class Composed:
    """Spans as one text with formats. Positions count UTF-16 units, as Qt does."""

    text: str
    formats: list[QTextLayout.FormatRange] = field(default_factory=list)
    chips: list[tuple[int, int]] = field(default_factory=list)
    "where inline code begins and ends"
    links: list[tuple[int, int, str]] = field(default_factory=list)
    added: list[tuple[int, int]] = field(default_factory=list)
    "what is not of the text: words of ours, and addresses that are written out"
    grounds: list[QRectF] = field(default_factory=list)
    "of the chips, once the lines are set"


class Ink:
    """The fonts and distances of one theme."""

    def __init__(self, look: Theme) -> None:
        self.look = look
        self.body = look.font
        self.mono = look.mono
        body, mono = QFontMetricsF(self.body), QFontMetricsF(self.mono)
        self.line = float(look.px(13 * 1.5))
        self.code_line = float(look.px(12 * 1.45))
        self.column = mono.horizontalAdvance("0")
        self.measure = MEASURE * body.horizontalAdvance(_SAMPLE) / len(_SAMPLE)
        self.code_measure = CODE_MEASURE * self.column
        self.indent = float(look.px(24))
        self.digit = body.horizontalAdvance("0")

    def heading(self, level: int) -> QFont:
        return self._font(self.look.px(_HEADINGS[level - 1]), True, False, False)

    def bold(self) -> QFont:
        return self._font(self.body.pixelSize(), True, False, False)

    def compose(self, spans: Sequence[Span], font: QFont) -> Composed:
        """The spans in a font, what is hidden in them made visible."""
        composed = Composed("")
        pieces: list[str] = []
        at = 0
        for span in spans:
            for text, style, added in _shown(span):
                text = visible(text).replace("\n", "\u2028")
                length = units(text)
                pieces.append(text)
                if added:
                    composed.added.append((at, at + length))
                if style.code:
                    composed.chips.append((at, at + length))
                if style.link:
                    composed.links.append((at, at + length, style.link))
                if style.code or style.strong or style.em or style.strike or style.link:
                    composed.formats.append(format_range(at, length, self._format(style, font)))
                at += length
        composed.text = "".join(pieces)
        return composed

    def _format(self, span: Span, around: QFont) -> QTextCharFormat:
        styled = QTextCharFormat()
        strong = span.strong or around.weight() > QFont.Weight.Medium
        size = around.pixelSize()
        if span.code:
            # Monospaced faces look larger than their neighbours of the same size.
            size = round(size * self.mono.pixelSize() / self.body.pixelSize())
        styled.setFont(self._font(size, strong, span.em, span.code))
        if span.strike:
            styled.setFontStrikeOut(True)
        if span.link:
            styled.setForeground(self.look.colour("accent"))
            styled.setFontUnderline(True)
        return styled

    @lru_cache(maxsize=64)  # noqa: B019 - an Ink lives as long as its theme
    def _font(self, size: int, strong: bool, italic: bool, mono: bool) -> QFont:
        font = QFont(self.mono if mono else self.body)
        font.setPixelSize(size)
        font.setItalic(italic)
        if strong:
            font.setWeight(QFont.Weight.DemiBold)
        return font


_ink: Ink | None = None


def ink() -> Ink:
    """Of the current theme."""
    global _ink
    if _ink is None or _ink.look is not theme.current():
        _ink = Ink(theme.current())
    return _ink


def _shown(span: Span) -> list[tuple[str, Span, bool]]:
    """The span as it stands in the text, in pieces, each with whether it was added: addresses that
    cannot be followed are written out."""
    followed = span.link.startswith(("http://", "https://"))
    plain = Span(span.text, span.strong, span.em, span.strike, span.code)
    if span.image:
        address = _short(span.link)
        shown = address, Span(address, link=span.link if followed else ""), True
        if not span.text:
            return [("Image: ", plain, True), shown]
        return [("Image: ", plain, True), (span.text, plain, False), (" – ", plain, True), shown]
    if span.link and not followed:
        return [(span.text, plain, False), (f" ({_short(span.link)})", plain, True)]
    return [(span.text, span, False)]


def _short(address: str) -> str:
    if len(address) <= SHOWN:
        return address
    return f"{address[: SHOWN - 30]}…{address[-20:]} ({len(address):,} characters)"


def set_lines(
    composed: Composed, layout: QTextLayout, font: QFont, width: float, line_height: float
) -> tuple[float, float]:
    """Break the text into lines of a width, their baselines evenly apart: width and height used."""
    metrics = QFontMetricsF(font)
    above = (line_height - metrics.ascent() - metrics.descent()) / 2 + metrics.ascent()
    used = height = 0.0
    layout.setCacheEnabled(True)  # or every paint would shape the text anew
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        # A face that stands in for the font may be taller than the line allows.
        baseline = max(above, line.ascent())
        line.setPosition(QPointF(0, height + baseline - line.ascent()))
        height += max(line_height, baseline + line.descent())
        used = max(used, line.naturalTextWidth())
    layout.endLayout()
    composed.grounds = [
        rect.adjusted(-2, 0, 2, 0)
        for start, end in composed.chips
        for rect in rects(layout, start, end)
    ]
    return used, height or line_height


def rects(layout: QTextLayout, start: int, end: int) -> list[QRectF]:
    """Where a piece of the text stands, line by line."""
    found = []
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        first = max(start, line.textStart())
        last = min(end, line.textStart() + line.textLength())
        if first < last:
            a, b = x_of(line, first), x_of(line, last)
            found.append(QRectF(min(a, b), line.y(), abs(b - a), line.height()))
    return found


def link_at(composed: Composed, layout: QTextLayout, point: QPointF) -> str:
    """The address that a point is on, or ""."""
    for start, end, url in composed.links:
        for rect in rects(layout, start, end):
            if rect.adjusted(0, -3, 0, 3).contains(point):
                return url
    return ""


def paint_chips(painter: QPainter, composed: Composed, look: Theme) -> None:
    """Draw the ground of the inline code."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("sunken"))
    for ground in composed.grounds:
        painter.drawRoundedRect(ground, look.px(4), look.px(4))
    painter.restore()


def lit_rects(layout: QTextLayout, start: int, end: int) -> list[QRectF]:
    """Where a lit piece of the text stands; one of no length is a thin line before a character."""
    if start < end:
        return rects(layout, start, end)
    line = layout.lineForTextPosition(min(start, units(layout.text())))
    if not line.isValid():
        return []
    return [QRectF(x_of(line, start) - 1, line.y(), 2, line.height())]


def character_at(layout: QTextLayout, point: QPointF) -> int | None:
    """The position of the character that a point is on; None: it is beside the text."""
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        if line.y() <= point.y() < line.y() + line.height():
            text = line.naturalTextRect()
            if not line.textLength() or not text.left() <= point.x() < text.right():
                return None
            found = line.xToCursor(point.x(), QTextLine.CursorPosition.CursorOnCharacter)
            return min(found, line.textStart() + line.textLength() - 1)
    return None


def paint_lit(painter: QPainter, boxes: Sequence[QRectF], look: Theme) -> None:
    """Draw what is behind lit text: a soft ground, and a line for those who do not see that."""
    ground, line = look.colour("soft"), look.colour("accent")
    thick = max(round(1.5 * look.scale), 1)
    for box in boxes:
        painter.fillRect(box, ground)
        painter.fillRect(QRectF(box.left(), box.bottom() - thick, box.width(), thick), line)


def x_of(line: QTextLine, position: int) -> float:
    x = line.cursorToX(position)
    # The stubs and the bindings disagree on whether the position comes back too.
    return float(x[0] if isinstance(x, tuple) else x)  # type: ignore[arg-type]


def format_range(start: int, length: int, styled: QTextCharFormat) -> QTextLayout.FormatRange:
    one = QTextLayout.FormatRange()
    one.start, one.length, one.format = start, length, styled
    return one


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def excerpt(text: str, start: int, end: int) -> str:
    """A piece of text between two positions that count UTF-16 units."""
    if text.isascii():
        return text[start:end]
    raw = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return raw.decode("utf-16-le", "replace")


def runs_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs right to left."""
    if text.isascii():
        return False
    for character in text:
        match unicodedata.bidirectional(character):
            case "R" | "AL":
                return True
            case "L":
                return False
    return False
