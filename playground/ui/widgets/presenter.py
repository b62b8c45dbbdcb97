"""Presenter mode: what a run says, a sentence at a time, in letters that a room can read.

A run that goes on is followed; one that is over is told step by step, from its recording alone.
Keys, JSON and prices are never in it: see `engine/narration.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShowEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.session import Run
from playground.engine.narration import Kind, Sentence, narrate
from playground.ui import theme, words
from playground.ui.icons import icon

HEAD, BODY, TOLD = 38, 28, 20
"""Design pixels of the sentence that is told, of what was said, and of those told before; in a
window of `WINDOW`, with which they grow."""
WINDOW = (1440, 900)
GROWTH = (0.6, 2.2)
MEASURE = 1000
"""Of a line."""
SPACING = 1.35
"""Of lines, in heights of a line."""
SMALLEST = 0.5
"""Of their size what was said may shrink to, where it is long and the window is small."""
MIDDLE = 0.4
"""How far down the sentence that is told begins, where it has room."""
DOT, BETWEEN = 9, 24
"""Of a dot, and from one to the next."""
EMBEDDED = 760
"""Of what is handed in, at most."""
KEYS = "Space or →  next      ←  back      Esc  leave"

_TOKENS: dict[Kind, str] = {
    "question": "accent",
    "thinking": "reasoning",
    "asking": "tool",
    "waiting": "warn",
    "result": "tool",
    "answer": "accent",
    "trouble": "error",
}


class PresenterView(QWidget):
    """Fills a panel or a screen.

    Signals:
        left(): whoever presents wants to go back to work.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Presentation")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.run: Run | None = None
        self.rows: list[Sentence] = []
        self.at = -1
        """Which of them is told; -1 while there is none."""
        self.following = False
        """Whatever happens next is told at once."""
        column = QVBoxLayout(self)
        theme.space(column, 32, 20, 32, 16, gap=12)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        self.title = QLabel(self)
        self.title.setProperty("role", "muted")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        head.addWidget(self.title, 1)
        self.close_button = QToolButton(self)
        self.close_button.setProperty("role", "icon")
        self.close_button.setIcon(icon("close"))
        self.close_button.setToolTip("Leave the presentation (Esc)")
        self.close_button.setAccessibleName("Leave the presentation")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.left)
        head.addWidget(self.close_button)
        column.addLayout(head)
        self.stage = Stage(self)
        self.stage.pressed.connect(self.next)
        column.addWidget(self.stage, 1)
        self._slot = QHBoxLayout()
        column.addLayout(self._slot)
        self._embedded: QWidget | None = None
        self.dots = Dots(self)
        self.dots.picked.connect(self.go_to)
        column.addWidget(self.dots)
        keys = QLabel(KEYS, self)
        keys.setProperty("role", "caption")
        keys.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(keys)
        theme.follow(self, self._restyle)

    def _restyle(self, look: theme.Theme) -> None:
        if self._embedded is not None:
            self._embedded.setMaximumWidth(look.px(EMBEDDED))
        self.update()

    def show_run(self, run: Run | None, title: str = "") -> None:
        """Tell this one: from where it is if it goes on, else from the beginning."""
        self.run = run
        self.title.setText(visible(title))
        self.following = run is not None and run.running
        self.rows = narrate(run) if run is not None else []
        self.at = min(len(self.rows), 1) - 1
        if self.following:
            self.at = len(self.rows) - 1
        self._show()

    def advance(self) -> None:
        """Look at what has happened; called by the clock."""
        if self.run is None:
            return
        rows = narrate(self.run)
        if rows == self.rows:
            return
        self.rows = rows
        if self.following or self.at < 0:
            self.at = len(rows) - 1
        self.at = min(self.at, len(rows) - 1)
        self._show()

    @property
    def told(self) -> Sentence | None:
        """What stands there in large letters."""
        return self.rows[self.at] if 0 <= self.at < len(self.rows) else None

    def embed(self, widget: QWidget | None) -> None:
        """Show something below the sentence: what there is to approve. None takes it away; it is
        still its owner's."""
        if self._embedded is widget:
            return
        if self._embedded is not None:
            self._slot.removeWidget(self._embedded)
            self._embedded.hide()
        self._embedded = widget
        if widget is not None:
            widget.setMaximumWidth(theme.current().px(EMBEDDED))
            self._slot.addWidget(widget)
            widget.show()

    def next(self) -> None:
        """Tell the next sentence. Behind the last one of a run that goes on whatever comes is
        told."""
        self.go_to(self.at + 1)

    def back(self) -> None:
        self.go_to(self.at - 1)

    def go_to(self, at: int) -> None:
        """Tell another one, from 0."""
        if not self.rows:
            return
        last = len(self.rows) - 1
        self.at = min(max(at, 0), last)
        going = self.run is not None and self.run.running
        self.following = going and self.at == last and at >= last
        self._show()

    def _show(self) -> None:
        told = self.told
        self.stage.show_rows(self.rows[: self.at + 1])
        self.dots.show_place(len(self.rows), self.at)
        said = ""
        if told is not None:
            said = f"{told.number} of {len(self.rows)}: {told.words} {told.text}".strip()
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)
            if said and QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    # Qt.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Space | Qt.Key.Key_Right | Qt.Key.Key_Down | Qt.Key.Key_PageDown:
                self.next()
            case Qt.Key.Key_Left | Qt.Key.Key_Up | Qt.Key.Key_PageUp | Qt.Key.Key_Backspace:
                self.back()
            case Qt.Key.Key_Home:
                self.go_to(0)
            case Qt.Key.Key_End:
                self.go_to(len(self.rows) - 1)
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()  # else the first button had it, and Space would leave

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(event.rect(), theme.current().colour("surface"))


class Stage(QWidget):
    """The last of some sentences in large letters, those before it above, smaller and fainter.

    Signals:
        pressed(): somebody clicked.
    """

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Sentence] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 120)
        theme.follow(self, lambda look: self.update())

    def show_rows(self, rows: Sequence[Sentence]) -> None:
        if rows != self.rows:
            self.rows = rows
            self.update()

    def _unit(self) -> float:
        """How much larger the window is than the one that the sizes are for."""
        window = self.window().size()
        grown = min(window.width() / WINDOW[0], window.height() / WINDOW[1])
        return min(max(grown, GROWTH[0]), GROWTH[1]) * theme.current().scale

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        look, unit = theme.current(), self._unit()
        wide = min(float(self.width()), MEASURE * unit)
        left = (self.width() - wide) / 2
        if not self.rows:
            painter.setPen(look.colour("faint"))
            painter.setFont(_font(TOLD * unit))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "Nothing has happened yet.")
            return
        row = self.rows[-1]
        gutter = QFontMetricsF(_font(HEAD * unit)).horizontalAdvance("00.") + 16 * unit
        room = wide - gutter
        head = _Laid(row.words, _font(HEAD * unit, strong=True), room)
        between = 14 * unit
        body = self._body(row.text, room, self.height() - head.height - between, unit)
        high = head.height + (between + body.height if body is not None else 0)
        top = max(min(self.height() * MIDDLE, self.height() - high), 0.0)
        painter.setFont(_font(HEAD * unit, strong=True))
        painter.setPen(look.colour(_TOKENS[row.kind]))
        painter.drawText(QPointF(left, top + head.ascent), f"{row.number}.")
        painter.setPen(look.colour("text"))
        head.draw(painter, QPointF(left + gutter, top))
        if body is not None:
            painter.setPen(look.colour("text" if row.kind in ("question", "answer") else "muted"))
            body.draw(painter, QPointF(left + gutter, top + head.height + between))
        self._paint_told(painter, QRectF(left, 0, wide, top - 26 * unit), gutter, unit)

    def _body(self, text: str, room: float, high: float, unit: float) -> _Laid | None:
        """What was said, as large as fits."""
        if not text:
            return None
        size = BODY * unit
        body = _Laid(text, _font(size), room)
        while body.height > high and size > BODY * unit * SMALLEST:
            size *= 0.92
            body = _Laid(text, _font(size), room)
        return body

    def _paint_told(self, painter: QPainter, area: QRectF, gutter: float, unit: float) -> None:
        """Those told before, one line each, as many as there is room for above."""
        look = theme.current()
        font = _font(TOLD * unit)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        step = metrics.height() * 1.6
        bottom = area.bottom()
        for age, row in enumerate(reversed(self.rows[:-1])):
            if bottom - step < area.top():
                break
            painter.setPen(look.colour("muted" if age == 0 else "faint"))
            base = bottom - metrics.descent()
            painter.drawText(QPointF(area.left(), base), f"{row.number}.")
            line = " ".join(f"{row.words} {row.text}".split())
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, area.width() - gutter)
            painter.drawText(QPointF(area.left() + gutter, base), shown)
            bottom -= step

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()


class _Laid:
    """A text in lines of some width."""

    def __init__(self, text: str, font: QFont, width: float) -> None:
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        metrics = QFontMetricsF(font)
        self.ascent = metrics.ascent()
        step = metrics.height() * SPACING
        self._layouts: list[QTextLayout] = []
        y = 0.0
        for paragraph in text.split("\n"):  # each has a direction of its own
            if not paragraph:
                y += step / 2
                continue
            layout = QTextLayout(paragraph, font)
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
                line.setPosition(QPointF(0, y))
                y += step
            layout.endLayout()
            self._layouts.append(layout)
        self.height = y

    def draw(self, painter: QPainter, at: QPointF) -> None:
        for layout in self._layouts:
            layout.draw(painter, at)


class Dots(QWidget):
    """How far it is told, and how much there is.

    Signals:
        picked(int): somebody wants to hear that one, from 0.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.at = -1
        self.setAccessibleName("Progress")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self, lambda look: self.updateGeometry())

    def show_place(self, count: int, at: int) -> None:
        if (count, at) != (self.count, self.at):
            self.count, self.at = count, at
            self.setAccessibleDescription(f"{at + 1} of {count}" if count else "")
            self.update()

    def centre(self, number: int) -> QPointF:
        """Of a dot."""
        step = self._step()
        left = (self.width() - step * (self.count - 1)) / 2
        return QPointF(left + step * number, self.height() / 2)

    def _step(self) -> float:
        wanted = theme.current().px(BETWEEN)
        return min(wanted, self.width() / max(self.count, 1))

    def _number(self, x: float) -> int:
        """Of the dot at this place, or -1."""
        if not self.count:
            return -1
        step = self._step()
        number = round((x - self.centre(0).x()) / step)
        return number if 0 <= number < self.count else -1

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(200), look.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = min(look.px(DOT), self._step() * 0.6) / 2
        for number in range(self.count):
            token = "accent" if number == self.at else "faint" if number < self.at else "border"
            painter.setBrush(look.colour(token if number <= self.at else "surface"))
            painter.setPen(QPen(look.colour(token if number <= self.at else "faint"), 1.2))
            painter.drawEllipse(self.centre(number), radius, radius)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.picked.emit(number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._number(event.pos().x())
            text = f"Step {number + 1} of {self.count}" if number >= 0 else ""
            QToolTip.showText(event.globalPos(), words.tip(text) if text else "", self)
            return True
        return super().event(event)


def _font(size: float, *, strong: bool = False) -> QFont:
    """Of the interface, in pixels."""
    font = QFont(theme.current().font)
    font.setPixelSize(max(round(size), 1))
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font
