"""A block of code in prose: sunken, monospaced, coloured, never wrapped, with a copy button."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from playground.core.blocks import Block, Code
from playground.core.plain import visible
from playground.ui.icons import icon
from playground.ui.widgets.highlight import LONGEST_LINE, Highlighter, Run, style
from playground.ui.widgets.proseink import (
    Ink,
    character_at,
    excerpt,
    format_range,
    lit_rects,
    paint_lit,
    units,
)
from playground.ui.widgets.proserows import Lit, Selection, WideRow, common

_KEPT = 300  # lines that stay laid out


class CodeRow(WideRow):
    """Lines are laid out when they are painted, so a block of any length costs what is seen of it.

    A line longer than LONGEST_LINE is shown on several.
    """

    block: Code

    def __init__(self, block: Code, ink: Ink, highlighter: Highlighter) -> None:
        super().__init__(block, ink)
        self.on_highlighted: Callable[[], None] = lambda: None
        "called when more of the code has its colours"
        self._highlighter = highlighter
        self._side, self._above = float(ink.look.px(12)), float(ink.look.px(10))
        self._shown: list[str] = []  # lines as they are on the screen
        self._starts: list[int] = []  # of each in the row's text
        self._joined: set[int] = set()  # those that go on with the one before
        self._firsts: list[int] = []  # for each line of the block, its first on the screen
        self._columns = 0
        self._runs: list[Sequence[Run]] = []
        self._lexed = 0  # lines that were there when lexing last began
        self._layouts: dict[int, QTextLayout] = {}
        self._set_from(0)

    def update(self, block: Block) -> bool:
        if not isinstance(block, Code) or block.language != self.block.language:
            return False
        same = common(self.block.lines, block.lines)
        self.block = block
        self._set_from(same)
        return True

    def _set_from(self, number: int) -> None:
        """Take over the lines of the code from this one on, and have them coloured."""
        if number < len(self._firsts):
            first = self._firsts[number]
            for shown in range(first, len(self._shown)):
                self._layouts.pop(shown, None)
                self._joined.discard(shown)
            del self._firsts[number:], self._shown[first:], self._starts[first:]
        lines = self.block.lines
        for line in lines[number:]:
            self._add(visible(line))
        self.length = self._starts[-1] + units(self._shown[-1]) if self._shown else 0
        whole = len(lines) - (not self.block.closed)
        # Each line at first, then ever more of them: linear as a whole.
        if whole > self._lexed + (max(self._lexed - 40, 0) // 4) * (not self.block.closed):
            self._lexed = whole
            self._highlighter.start(
                self.block.language, self._shown[:], self._runs, self._highlighted
            )

    def _add(self, line: str) -> None:
        self._firsts.append(len(self._shown))
        for at in range(0, max(len(line), 1), LONGEST_LINE):
            piece = line[at : at + LONGEST_LINE]
            if at:
                self._joined.add(len(self._shown))
            self._starts.append(
                self._starts[-1] + units(self._shown[-1]) + (not at) if self._shown else 0
            )
            self._shown.append(piece)
            self._columns = max(self._columns, _columns(piece))

    def _highlighted(self) -> None:
        self._layouts.clear()
        self.on_highlighted()

    def lay_out(self, width: float) -> None:
        self.width = min(width, self.ink.code_measure + 2 * self._side)
        self.height = max(len(self._shown), 1) * self.ink.code_line + 2 * self._above
        self.height += self.room_for_bar()
        self.scroll(0)

    @property
    def extent(self) -> float:
        return self._columns * self.ink.column + 2 * self._side

    def paint(
        self,
        painter: QPainter,
        clip: QRectF,
        selected: QTextCharFormat,
        at: Selection,
        lit: Lit = (),
    ) -> None:
        look = self.ink.look
        box = QRectF(0, 0, self.width, self.height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("border"), 1))
        painter.setBrush(look.colour("sunken"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), look.px(6), look.px(6))
        painter.setClipRect(box.adjusted(1, 1, -1, -1), Qt.ClipOperation.IntersectClip)
        painter.setPen(look.colour("text"))
        height = self.ink.code_line
        first = max(int((clip.top() - self._above) / height), 0)
        last = min(int((clip.bottom() - self._above) / height) + 1, len(self._shown))
        for number in range(first, last):
            layout = self._layout(number)
            chosen = []
            if at is not None:
                a, b = at[0] - self._starts[number], at[1] - self._starts[number]
                if b > 0 and a <= units(self._shown[number]):
                    chosen = [format_range(max(a, 0), b - max(a, 0), selected)]
            for piece in lit:
                if (there := self._box(number, *piece)) is not None:
                    paint_lit(painter, [there], look)
            y = self._above + number * height + (height - layout.boundingRect().height()) / 2
            layout.draw(painter, QPointF(self._side - self.scrolled, y), chosen)
        self.paint_bar(painter)
        painter.restore()

    def _layout(self, number: int) -> QTextLayout:
        layout = self._layouts.get(number)
        if layout is None:
            if len(self._layouts) >= _KEPT:
                self._layouts.clear()
            line = self._shown[number]
            layout = QTextLayout(line, self.ink.mono)
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.NoWrap)
            option.setTextDirection(Qt.LayoutDirection.LeftToRight)
            option.setTabStopDistance(4 * self.ink.column)
            layout.setTextOption(option)
            runs = self._runs[number] if number < len(self._runs) else ()
            plain = line.isascii()
            layout.setFormats(
                [
                    format_range(
                        start if plain else units(line[:start]),
                        end - start if plain else units(line[start:end]),
                        style(name),
                    )
                    for start, end, name in runs
                    if start < len(line)
                ]
            )
            layout.setCacheEnabled(True)
            layout.beginLayout()
            layout.createLine()
            layout.endLayout()
            self._layouts[number] = layout
        return layout

    def position(self, point: QPointF) -> int:
        if not self._shown:
            return 0
        number = int((point.y() - self._above) / self.ink.code_line)
        number = min(max(number, 0), len(self._shown) - 1)
        line = self._layout(number).lineAt(0)
        return self._starts[number] + line.xToCursor(point.x() - self._side + self.scrolled)

    def character(self, point: QPointF) -> int | None:
        number = int((point.y() - self._above) // self.ink.code_line)
        if not 0 <= number < len(self._shown) or not 0 <= point.x() < self.width:
            return None
        line = self._layout(number).boundingRect()
        inside = QPointF(point.x() - self._side + self.scrolled, line.center().y())
        found = character_at(self._layout(number), inside)
        return None if found is None else self._starts[number] + found

    def boxes(self, start: int, end: int) -> list[QRectF]:
        first = max(bisect_right(self._starts, start) - 1, 0)
        last = max(bisect_right(self._starts, end) - 1, first)
        found = (self._box(number, start, end) for number in range(first, last + 1))
        return [box for box in found if box is not None]

    def _box(self, number: int, start: int, end: int) -> QRectF | None:
        """Where what one line has of a piece of the text stands."""
        begin = self._starts[number]
        length = units(self._shown[number])
        if start == end and not begin <= start <= begin + length:
            return None
        a, b = max(start - begin, 0), min(end - begin, length)
        if b < a or (a == b and start < end):
            return None
        boxes = lit_rects(self._layout(number), a, b)
        if not boxes:
            return None
        box = boxes[0]
        height = self.ink.code_line
        top = self._above + number * height
        return QRectF(box.left() + self._side - self.scrolled, top, box.width(), height)

    @property
    def shown(self) -> str:
        pieces = []
        for number, line in enumerate(self._shown):
            if number and number not in self._joined:
                pieces.append("\n")
            pieces.append(line)
        return "".join(pieces)

    def word(self, position: int) -> tuple[int, int]:
        if not self._shown:
            return 0, 0
        number = bisect_right(self._starts, position) - 1
        begin, line = self._starts[number], self._shown[number]
        at = len(excerpt(line, 0, position - begin))
        start = end = at
        while start > 0 and _in_word(line[start - 1]):
            start -= 1
        while end < len(line) and _in_word(line[end]):
            end += 1
        return begin + units(line[:start]), begin + units(line[:end])

    def end(self) -> QRectF:
        if not self._shown:
            return QRectF(self._side, self._above, 0, self.ink.code_line)
        number = len(self._shown) - 1
        layout = self._layout(number)
        x = self._side + layout.lineAt(0).naturalTextWidth() - self.scrolled
        return QRectF(x, self._above + number * self.ink.code_line, 0, self.ink.code_line)

    def text(self, start: int, end: int) -> str:
        pieces: list[str] = []
        first = max(bisect_right(self._starts, start) - 1, 0)
        for number in range(first, len(self._shown)):
            begin = self._starts[number]
            if begin > end or (begin == end and number > first):
                break
            if pieces and number not in self._joined:
                pieces.append("\n")
            pieces.append(excerpt(self._shown[number], max(start - begin, 0), end - begin))
        return "".join(pieces)


class CopyButton(QToolButton):
    """Copies a block of code as it was sent. One for a whole text: it is where it is wanted.

    Signals:
        left(forward): the keyboard goes on, to the next or the previous thing in the text.
        pushed(steps): the keyboard scrolls the code sideways.
    """

    left = Signal(bool)
    pushed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.row: CodeRow | None = None
        self.setProperty("role", "icon")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._done = QTimer(self)
        self._done.setSingleShot(True)
        self._done.setInterval(1600)
        self._done.timeout.connect(self._name)
        self.clicked.connect(self.copy)
        self._name()
        self.hide()

    def serve(self, row: CodeRow, box: QRectF) -> None:
        """Be the button of this code, which is seen there."""
        side, edge = row.ink.look.px(24), row.ink.look.px(4)
        x = round(box.right()) - side - edge
        self.setGeometry(x, round(box.top()) + edge, side, side)
        if row is not self.row:
            self.row = row
            self._done.stop()
            self._name()
        self.show()
        self.raise_()

    def copy(self) -> None:
        """Put the code on the clipboard."""
        if self.row is not None:
            QApplication.clipboard().setText(self.row.block.text)
            self.setIcon(icon("check", "ok"))
            self.setToolTip("Copied")
            self.setAccessibleName("Copied")
            self._done.start()

    def _name(self) -> None:
        language = visible(self.row.block.language) if self.row else ""
        self.setIcon(icon("copy", "muted"))
        self.setToolTip("Copy this code")
        self.setAccessibleName(f"Copy the {language} code" if language else "Copy the code")

    def focusNextPrevChild(self, forward: bool) -> bool:
        self.left.emit(forward)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self.pushed.emit(-1)
            case Qt.Key.Key_Right:
                self.pushed.emit(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.click()
            case _:
                super().keyPressEvent(event)


def _columns(line: str) -> int:
    """The width of a line in columns; what is not ASCII may take two."""
    line = line.expandtabs(4)
    return len(line) if line.isascii() else sum(2 if ord(c) > 0x10FF else 1 for c in line)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
