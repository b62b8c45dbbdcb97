"""What a repair would change, before it is applied: each repair in words, what stays wrong, and the
difference of the texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import ceil

from PySide6.QtCore import QEvent, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent, QTextBlock
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.schemas.difference import Line, difference
from playground.ui import theme
from playground.ui.widgets.differencetext import (
    SHOWN,
    DifferenceText,
    LinesText,
    shortened,
    whole,
)
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.schemacolours import Piece, ink
from playground.ui.widgets.source import units

MOST = 9
"""Lines of a list that are seen at once; more are scrolled to."""
LEAST = 3
"""Lines that are seen at least."""
BELOW = "  "
"""Before the words of a repair, which stand under the path."""


class DifferenceView(QWidget):
    """Asks whether to apply a repair.

    Signals:
        applied(): it is to be applied.
        cancelled(): all is to stay as it is.
    """

    applied = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        outer = QVBoxLayout(self)
        theme.space(outer, 0, 0, 0, 0, gap=8)
        area = QScrollArea(self)  # of what is higher than a low window has room for
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("The repair")
        body = QWidget(area)
        column = QVBoxLayout(body)
        theme.space(column, 0, 0, 0, 0, gap=8)
        area.setWidget(body)
        outer.addWidget(area, 1)
        self.head = QLabel(self)
        self.head.setProperty("role", "title")
        self.head.setTextFormat(Qt.TextFormat.PlainText)
        self.head.setWordWrap(True)
        column.addWidget(self.head)
        self.repairs = Listing("Repairs", self)
        column.addWidget(self.repairs)
        self._warning = QWidget(self)
        rows = QVBoxLayout(self._warning)
        theme.space(rows, 0, 0, 0, 0, gap=4)
        line = QHBoxLayout()
        theme.space(line, gap=6)
        line.addWidget(Mark("warning", "warn", self), 0, Qt.AlignmentFlag.AlignTop)
        self.warning = QLabel(self)
        self.warning.setProperty("role", "state")
        self.warning.setProperty("token", "warn")
        self.warning.setTextFormat(Qt.TextFormat.PlainText)
        self.warning.setWordWrap(True)
        line.addWidget(self.warning, 1)
        rows.addLayout(line)
        self.left = Listing("What cannot be repaired", self)
        rows.addWidget(self.left)
        column.addWidget(self._warning)
        self.count = QLabel(self)
        self.count.setProperty("role", "section")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.count)
        self.text = DifferenceText("What would change", self)
        column.addWidget(self.text, 1)
        self._rest = QWidget(self)
        """Takes the room of the lines where there are none."""
        column.addWidget(self._rest, 1)
        self.more = QPushButton(self)
        self.more.setProperty("role", "quiet")
        self.more.setAccessibleName("Show all lines")
        self.more.clicked.connect(self._show_all)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        foot = QHBoxLayout()
        theme.space(foot, gap=8)
        foot.addStretch(1)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setAccessibleName("Cancel: the schema stays as it is")
        self.cancel.clicked.connect(self.cancelled)
        self.apply = QPushButton("Apply", self)
        self.apply.setProperty("role", "primary")
        self.apply.setAccessibleName("Apply the repairs")
        self.apply.clicked.connect(self.applied)
        foot.addWidget(self.cancel)
        foot.addWidget(self.apply)
        outer.addLayout(foot)
        self.setFocusProxy(self.apply)

    def show_repair(
        self, before: str, after: str, repairs: Sequence[tuple[str, str]], left: Sequence[str]
    ) -> None:
        """The texts before and after, (path, words) of each repair, and what will still be wrong,
        in words."""
        none = "Nothing can be repaired" if left else "Nothing to repair"
        self.head.setText(counted(len(repairs), "repair") if repairs else none)
        self.repairs.show_lines(_listed(repairs))
        self.repairs.setVisible(bool(repairs))
        stays = counted(len(left), "problem")
        self.warning.setText(f"{stays} cannot be repaired and will stay")
        self.left.show_lines(visible(words).replace("\n", " ") for words in left)
        self._warning.setVisible(bool(left))
        self._lines = difference(before, after) if before != after else []
        came, went = (sum(line.kind == kind for line in self._lines) for kind in "+-")
        changed = came + went > 0
        self.count.setText(f"LINES  +{_number(came)}  −{_number(went)}")
        self.count.setVisible(changed)
        self.text.setVisible(changed)
        self._rest.setVisible(not changed)
        self.apply.setEnabled(changed)
        self.setFocusProxy(self.apply if changed else self.cancel)
        rows, left_out = shortened(self._lines)
        left_out += max(len(rows) - SHOWN, 0)
        self.text.show_lines(rows[:SHOWN])
        self.more.setText(f"Show all · {counted(left_out, 'more line')}")
        self.more.setVisible(left_out > 0)

    def _show_all(self) -> None:
        had_focus = self.more.hasFocus()
        self.text.show_lines(whole(self._lines))
        self.more.hide()
        if had_focus:
            self.text.setFocus()

    def event(self, event: QEvent) -> bool:
        # A shortcut of the window may take Escape; here it cancels.
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)


class Listing(LinesText):
    """A list as high as it needs to be, up to some lines: paths, and what is said of them below or
    behind a colon."""

    def __init__(self, name: str, parent: QWidget) -> None:
        self._fitted = 0
        super().__init__(name, _told, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.textChanged.connect(self._refit)
        theme.follow(self, lambda _: self._refit())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._refit()

    def _refit(self) -> None:
        line = QFontMetricsF(theme.current().mono).lineSpacing()
        count = min(self.blockCount(), MOST)
        blocks = [self.document().findBlockByNumber(number) for number in range(count)]
        self._colours.see(blocks)  # words are in another font than paths
        high = sum(self.blockBoundingRect(block).height() for block in blocks)
        fitted = ceil(min(high, MOST * line)) + 4  # or Qt finds that the last line does not fit
        if fitted != self.maximumHeight():
            self._fitted = fitted
            self.setMinimumHeight(min(fitted, ceil(LEAST * line) + 4))
            self.setMaximumHeight(fitted)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._fitted)


def counted(count: int, noun: str) -> str:
    return f"{_number(count)} {noun}{'' if count == 1 else 's'}"


def _number(count: int) -> str:
    return QLocale().toString(count)


def _listed(repairs: Sequence[tuple[str, str]]) -> list[str]:
    """Each path, and below it what is done there."""
    lines = []
    for path, group in groupby(repairs, lambda repair: repair[0]):
        lines.append(visible(path).replace("\n", " "))
        lines += [BELOW + visible(words).replace("\n", " ") for _, words in group]
    return lines


def _told(block: QTextBlock, look: theme.Theme) -> list[Piece]:
    text, length = block.text(), block.length() - 1
    path = 0 if text.startswith(BELOW) else units(text.split(": ")[0])
    words = ink(look, "muted")
    words.setFont(look.font)
    return [(0, path, ink(look, "text_event")), (path, length - path, words)]
