"""What is wrong with a schema and with an answer, as a list that leads to the places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.schemas.source import Path
from playground.ui import theme
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText

Severity = Literal["error", "warning", "info"]
Side = Literal["schema", "answer"]

MOST = 100
"""Findings of one side that are listed; of more it is said how many there are."""
MARKS: dict[Severity, tuple[str, str]] = {
    "error": ("error", "error"),
    "warning": ("warning", "warn"),
    "info": ("info", "muted"),
}
_STEP = re.compile(r"(?<=[^$\s])\.")
TITLES: dict[Side, str] = {"schema": "Schema", "answer": "Answer"}


class Finding(NamedTuple):
    side: Side
    severity: Severity
    message: str
    where: str = ""
    """The place in words: `line 12 · $.properties.a`."""
    path: Path = ()
    """Of the schema or of the answer, whichever side it is on."""
    line: int | None = None
    column: int | None = None
    schema_path: Path | None = None
    """Of an answer's finding: the keyword that says so."""


class Findings(QScrollArea):
    """Rows that can be clicked, under what they are about.

    Signals:
        picked(Finding): somebody wants to see the place.
    """

    picked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Problems")
        self._page = QWidget(self)
        self._column = QVBoxLayout(self._page)
        theme.space(self._column, 8, 4, 8, 12, gap=2)
        self._column.addStretch(1)
        self.setWidget(self._page)
        self._shown: list[Finding] | None = None
        self._nothing = ""
        self.rows: list[FindingRow] = []
        self.show_findings(())

    def show_findings(self, findings: Sequence[Finding], nothing: str = "") -> None:
        """List these; `nothing` is what is said when there are none."""
        rows = list(findings)
        if rows == self._shown and nothing == self._nothing:
            return
        self._shown, self._nothing = rows, nothing
        self.rows.clear()
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for side in ("schema", "answer"):
            self._list([one for one in rows if one.side == side], TITLES[side])
        if not rows:
            self._column.addWidget(_caption(nothing, self._page))
        self._column.addStretch(1)

    def _list(self, rows: Sequence[Finding], title: str) -> None:
        if not rows:
            return
        self._column.addWidget(_caption(f"{title} · {len(rows)}", self._page))
        for one in rows[:MOST]:
            row = FindingRow(one, self._page)
            row.picked.connect(lambda one=one: self.picked.emit(one))
            self.rows.append(row)
            self._column.addWidget(row)
        if len(rows) > MOST:
            words = f"and {len(rows) - MOST:,} more like these"
            self._column.addWidget(_caption(words, self._page))


class FindingRow(QFrame):
    """A sentence and its place; a click or Enter goes there.

    Signals:
        picked(): go there.
    """

    picked = Signal()

    def __init__(self, finding: Finding, parent: QWidget) -> None:
        super().__init__(parent)
        self.finding = finding
        self.setProperty("role", "finding")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        name = f"{finding.severity}: {finding.message}"
        self.setAccessibleName(visible(name))
        self.setAccessibleDescription(visible(finding.where))
        line = QHBoxLayout(self)
        theme.space(line, 4, 4, 4, 4, gap=6)
        icon, token = MARKS[finding.severity]
        line.addWidget(Mark(icon, token, self), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        theme.space(column, gap=0)
        text = PlainText(finding.message, self)
        text.setAccessibleName(visible(finding.message))
        column.addWidget(text)
        if finding.where:
            where = Place(finding.where, self)
            where.setProperty("role", "place")
            where.setAccessibleName("Place")
            column.addWidget(where)
        line.addLayout(column, 1)
        for widget in self.findChildren(QWidget):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            if isinstance(widget, PlainText):
                # Fixed would be fixed to the height that it had at the width from before.
                policy = widget.sizePolicy()
                policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
                widget.setSizePolicy(policy)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit()
        else:
            super().keyPressEvent(event)


class Place(PlainText):
    """A path, which may be broken before each step. Not to be copied: the breaks would be, too."""

    def setPlainText(self, text: str) -> None:
        super().setPlainText(_STEP.sub("\u200b\\g<0>", text))


def _caption(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("role", "caption")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    theme.follow(label, lambda look: label.setContentsMargins(*look.margins(4, 6, 0, 2)))
    return label
