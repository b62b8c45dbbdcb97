"""Parts of an approval: the arguments to be read, what is wrong with them, what has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.schemas.difference import Line
from playground.ui import theme
from playground.ui.widgets.differencetext import DifferenceText, shortened
from playground.ui.widgets.jsonedit import ABOVE, CodeEdit, JsonColours
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.schemaformkinds import read_text
from playground.ui.widgets.schemaformrows import sentence
from playground.ui.widgets.source import LIMIT, pretty

WIDE = 2_000
"""Characters of a line before it is broken, of what is too long to be laid out as JSON."""
BRIEF = 240
"""Characters of the arguments that stand beside the title; all of them stand below."""
PROBLEMS = 20
"""Of the arguments, that are listed; of more it is said how many there are."""
LINES = 9
"""Of a difference, that are seen at once."""
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Approving(QPushButton):
    """A button that Enter does not press: that key is what people hit without looking."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(False)
        self.setAccessibleName(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Arguments(CodeEdit):
    """All of the arguments, to be read: nothing in them is hidden, and what is long is scrolled."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = JsonColours(self)
        self._shown: tuple[str, bool] | None = None
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName("Arguments")
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)

    def show_text(self, text: str, *, is_json: bool) -> None:
        """JSON is indented, with every token as it came; anything else stands as it is."""
        if (text, is_json) == self._shown:
            return
        self._shown = (text, is_json)
        small = len(text) <= LIMIT
        self._colours.setDocument(self.document() if is_json and small else None)
        if is_json and small and _is_json(text):
            self.write(pretty(text).text)
            return
        lines = visible(text).split("\n")
        pieces = (line[at : at + WIDE] for line in lines for at in range(0, len(line) or 1, WIDE))
        self.write("\n".join(pieces))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Problems(QWidget):
    """What is wrong with the arguments, each as a sentence."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=6)
        row.addWidget(Mark("warning", "error", self), 0, Qt.AlignmentFlag.AlignTop)
        self.text = PlainText("", self)
        self.text.setAccessibleName("What is wrong with the arguments")
        row.addWidget(self.text, 1)

    def show_problems(self, problems: Sequence[str]) -> None:
        rows = [sentence(one) for one in problems[:PROBLEMS]]
        if len(problems) > PROBLEMS:
            rows.append(f"And {len(problems) - PROBLEMS:,} more.")
        self.text.say("\n".join(rows))
        self.setVisible(bool(rows))


class Changes(QWidget):
    """What is another than in the last call of the same tool."""

    def __init__(self, lines: Sequence[Line], parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        changed = sum(line.kind != " " for line in lines)
        said = "" if changed else "Nothing: the arguments are the same."
        column.addWidget(section("Since the last call", said, self))
        self.text = DifferenceText("Difference from the last call", self)
        self.text.setProperty("role", "entry")
        self.text.setVisible(changed > 0)
        rows, _ = shortened(lines)
        self.text.show_lines(rows)
        theme.follow(self, lambda look: self._fit(min(len(rows), LINES)))
        column.addWidget(self.text)

    def _fit(self, rows: int) -> None:
        look = theme.current()
        line = ceil(QFontMetricsF(look.mono).lineSpacing())
        # One pixel more than the lines need, or Qt finds that the last one does not fit.
        self.text.setFixedHeight(rows * line + 2 * (look.px(ABOVE) + 1) + 1)


def section(title: str, said: str, parent: QWidget) -> QWidget:
    """A small head, and beside it what there is to say."""
    made = QWidget(parent)
    row = QHBoxLayout(made)
    theme.space(row, 0, 0, 0, 0, gap=8)
    head = QLabel(title.upper(), made)
    head.setProperty("role", "section")
    row.addWidget(head, 0, Qt.AlignmentFlag.AlignTop)
    text = PlainText(said, made)
    text.setProperty("role", "caption")
    text.setAccessibleName(title)
    text.setVisible(bool(said))
    row.addWidget(text, 1)
    if not said:
        row.addStretch(1)
    return made


def plain(text: str, parent: QWidget) -> QPushButton:
    """A button that no Enter elsewhere presses."""
    made = QPushButton(text, parent)
    made.setAutoDefault(False)
    made.setAccessibleName(text.rstrip("…"))
    return made


def brief(arguments: str) -> str:
    """`city=Rome, day=tomorrow` of a small flat object, else the beginning on one line."""
    line = " ".join(arguments[: 4 * BRIEF].split())
    if len(arguments) <= 4 * BRIEF:
        value, wrong = read_text(arguments)
        if not wrong and isinstance(value, dict):
            line = ", ".join(
                f"{name}={one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)}"
                for name, one in value.items()
            )
    return visible(" ".join(line[:BRIEF].split()))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
