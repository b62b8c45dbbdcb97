"""The cache lens: a request beside the one before it, piece by piece, and what came of that."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from playground.engine.cachelens_steps import Step
from playground.ui import theme
from playground.ui.widgets.figures import Figures
from playground.ui.widgets.lensrows import piece_rows, sides, sums, verdict
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import beside
from playground.ui.widgets.plaintext import PlainText

SIGNS = {"muted": "info", "warn": "warning", "ok": "ok"}


class LensView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pieces = Figures("What is read, piece by piece", self)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName("What the cache made of it")
        inner = QWidget(self.area)
        column = QVBoxLayout(inner)
        theme.space(column, 12, 0, 8, 4, gap=6)
        self._mark = Mark("info", "muted", inner)
        self.verdict = PlainText("", inner)
        self.verdict.setProperty("role", "strong")
        self.verdict.setAccessibleName("What came of it")
        line = QHBoxLayout()
        theme.space(line, gap=8)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.verdict, 1)
        column.addLayout(line)
        self.advice = PlainText("", inner)
        self.advice.setAccessibleName("What can be done")
        column.addWidget(self.advice)
        self.sums = QWidget(inner)
        self._grid = QGridLayout(self.sums)
        theme.space(self._grid, 0, 0, 0, 0)
        theme.follow(self._grid, lambda look: self._grid.setHorizontalSpacing(look.px(24)))
        theme.follow(self._grid, lambda look: self._grid.setVerticalSpacing(look.px(2)))
        self._grid.setColumnStretch(1, 1)
        column.addWidget(self.sums)
        self._where = self._head(inner, column)
        self.sides = PlainText("", inner, direction=Qt.LayoutDirection.LeftToRight)
        self.sides.setProperty("role", "code")
        self.sides.setAccessibleName("Both requests where they first differ")
        column.addWidget(self.sides)
        column.addStretch(1)
        self.area.setWidget(inner)
        splitter: QSplitter = beside(self.pieces, self.area, shares=(1, 1))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self.setFocusProxy(self.pieces)

    def _head(self, parent: QWidget, column: QVBoxLayout) -> QLabel:
        made = QLabel(parent)
        made.setProperty("role", "section")
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        theme.follow(made, lambda look: made.setContentsMargins(*look.margins(0, 6, 0, 0)))
        column.addWidget(made)
        return made

    def show_step(self, step: Step) -> None:
        self.pieces.show_rows(piece_rows(step))
        said, token = verdict(step)
        self.verdict.say(said)
        self._mark.draw(SIGNS[token], token)
        while (old := self._grid.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for row, (name, value) in enumerate(sums(step)):
            for column, (text, role) in enumerate(((name, "muted"), (value, "number"))):
                label = QLabel(text, self.sums)
                label.setProperty("role", role)
                label.setTextFormat(Qt.TextFormat.PlainText)
                self._grid.addWidget(label, row, column)
        different = step.difference
        for part in (self._where, self.sides):
            part.setVisible(different is not None)
        if different is not None:
            self._where.setText(f"FIRST DIFFERENCE · {different.name} · {different.place}".upper())
            self.sides.say(sides(step))
        self.advice.setVisible(bool(step.advice))
        self.advice.say(step.advice)
