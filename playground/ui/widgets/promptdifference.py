"""What differs between two versions of a prompt, beside each other or as lines with signs."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from playground.core.prompts import Content, Prompt
from playground.engine.rundiff_text import text_rows
from playground.schemas.difference import difference
from playground.ui import theme, words
from playground.ui.widgets.differencetext import DifferenceText, shortened
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.parts import Segments, tool_button
from playground.ui.widgets.promptversions import UNSAVED
from playground.ui.widgets.rundiffsides import SideRow, Sides

BESIDE, INLINE = range(2)
NOTHING = -1
"""What was before the first version."""
LARGE = 400_000
"""Characters of two versions together of which no difference is drawn."""


class PromptDifference(QWidget):
    """Signals:
    paired(int, int): other versions were chosen, older and newer; UNSAVED, NOTHING.
    restored(int): an old version is to be said again.
    left(): back to the editor.
    """

    paired = Signal(int, int)
    restored = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._newest = 0
        column = QVBoxLayout(self)
        theme.space(column, 12, 4, 12, 8, gap=6)
        head = Flow(self, gap=8)
        self.older = self._choice("Older version")
        self.newer = self._choice("Newer version")
        arrow = QLabel("→", self)
        theme.follow(arrow, lambda look: arrow.setFixedHeight(look.px(28)))
        self.ways = Segments(("Beside", "Inline"), small=True, parent=self)
        self.ways.setAccessibleName("How the difference is shown")
        self.restore = QPushButton(self)
        self.restore.clicked.connect(lambda: self.restored.emit(self.pair[1]))
        back = tool_button("chevron-left", "Back to the editor", self)
        back.clicked.connect(self.left)
        for part in (back, self.older, arrow, self.newer, self.ways):
            head.add(part)
        column.addWidget(head)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        line = QHBoxLayout()
        theme.space(line, gap=8)
        line.addWidget(self.said, 1)
        line.addWidget(self.restore)
        column.addLayout(line)
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.sides = Sides("Versions beside each other", names=False, code=False, parent=body)
        self.inline = DifferenceText("Difference line by line", body)
        self._pages.addWidget(self.sides)
        self._pages.addWidget(self.inline)
        self.ways.picked.connect(self._pages.setCurrentIndex)
        column.addWidget(body, 1)
        self.setFocusProxy(self.sides)

    def _choice(self, name: str) -> Choice:
        made = Choice(self)
        made.setAccessibleName(name)
        made.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
        made.activated.connect(lambda _: self.paired.emit(*self.pair))
        return made

    @property
    def pair(self) -> tuple[int, int]:
        return int(self.older.currentData()), int(self.newer.currentData())

    def show_pair(self, prompt: Prompt, draft: Content | None, older: int, newer: int) -> None:
        """Lay two versions beside each other; UNSAVED is `draft`."""
        contents: dict[int, Content] = {one.number: one.content for one in prompt.versions}
        if draft is not None:
            contents[UNSAVED] = draft
        for box, number in ((self.older, older), (self.newer, newer)):
            self._fill(box, contents, number)
        left, right = contents.get(older, Content()), contents.get(newer, Content())
        one, other = left.text, right.text
        newest = prompt.newest
        old = newer != UNSAVED and newest is not None and newer != newest.number
        self.restore.setVisible(old)
        self.restore.setText(f"Restore version {words.number(newer)}")
        self.restore.setAccessibleName(self.restore.text())
        self.restore.setToolTip("Makes a new version that says the same; nothing is overwritten")
        if len(one) + len(other) > LARGE:
            self.said.setText("These are too long to be laid beside each other.")
            rows, text = [], [""]
        else:
            rows = [SideRow(*row) for row in text_rows(one, other)]
            text = shortened(difference(one, other))[0]
            self.said.setText(_summed(rows) if older in contents else "The first version.")
        self.sides.show_rows(rows)
        self.inline.show_lines(text)

    def _fill(self, box: Choice, contents: Mapping[int, Content], number: int) -> None:
        box.blockSignals(True)
        box.clear()
        for one in sorted(contents, key=lambda n: (n != UNSAVED, -n)):
            box.addItem("Unsaved" if one == UNSAVED else f"Version {words.number(one)}", one)
        at = box.findData(number)
        if at < 0:
            box.addItem("Nothing", NOTHING)
            at = box.count() - 1
        box.setCurrentIndex(at)
        box.blockSignals(False)


def _summed(rows: list[SideRow]) -> str:
    """How much differs, in a sentence."""
    gone = sum(row.kind in ("left", "changed") for row in rows)
    came = sum(row.kind in ("right", "changed") for row in rows)
    if not gone and not came:
        return "They say the same."
    return f"− {_lines(gone)} gone, + {_lines(came)} new"


def _lines(count: int) -> str:
    return f"{words.number(count)} line{'' if count == 1 else 's'}"
