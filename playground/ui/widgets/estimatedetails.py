"""The arithmetic of an estimate, in a small pop-up over the composer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QWidget,
)

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.details import Details
from playground.ui.widgets.estimatewords import Section

WIDE, RIM = 420, 130
"""Pixels of the design: of a sentence, and of the window what is around the sections at least."""

Lead = tuple[str, Callable[[], object]]
"""What a button says, and what it does."""


class EstimateDetails(Details):
    """Scrolls where the window is lower than what there is to say."""

    def __init__(self, sections: Sequence[Section], leads: Sequence[Lead], parent: QWidget) -> None:
        """The first section is what all of it is called by."""
        super().__init__(sections[0].head, (), parent)
        most = parent.window().height() - theme.current().px(RIM)
        area = _Area(self, most)
        self._inner = QWidget(area)
        self._grid = QGridLayout(self._inner)
        self._grid.setContentsMargins(0, 0, 0, 0)
        theme.follow(self._grid, lambda look: self._grid.setHorizontalSpacing(look.px(24)))
        theme.follow(self._grid, lambda look: self._grid.setVerticalSpacing(look.px(4)))
        for number, section in enumerate(sections):
            if number:
                self._head(section.head)
            for name, value in section.rows:
                self._row(name, value)
            self._say(section.sentences)
        if self._inner.sizeHint().height() > most:  # the bar stands beside the numbers
            self._grid.setContentsMargins(0, 0, theme.current().px(8), 0)
        area.setWidget(self._inner)
        grid = self.layout()
        assert isinstance(grid, QGridLayout)
        grid.addWidget(area, 1, 0, 1, 2)
        if leads:
            grid.addLayout(self._lead(leads), 2, 0, 1, 2)

    @property
    def _next(self) -> int:
        return self._grid.rowCount()

    def _label(self, text: str, role: str) -> QLabel:
        made = QLabel(visible(text), self._inner)
        made.setProperty("role", role)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return made

    def _head(self, text: str) -> None:
        head, at = self._label(text.upper(), "section"), self._next
        self._grid.addWidget(head, at, 0, 1, 2)
        self._grid.setRowMinimumHeight(at, theme.current().px(28))
        self._grid.setAlignment(head, Qt.AlignmentFlag.AlignBottom)

    def _row(self, name: str, value: str) -> None:
        if not value:
            self._say((name,), "state")
            return
        at = self._next
        right = self._label(value, "number")
        right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(self._label(name, "plain"), at, 0)
        self._grid.addWidget(right, at, 1)

    def _say(self, sentences: Sequence[str], role: str = "muted") -> None:
        wide = theme.current().px(WIDE)
        for text in sentences:
            label = self._label(text, role)
            if role == "state":
                label.setProperty("token", "warn")
            label.setWordWrap(True)
            label.ensurePolished()
            label.setFixedWidth(wide)
            label.setMinimumHeight(label.heightForWidth(wide))
            self._grid.addWidget(label, self._next, 0, 1, 2)

    def _lead(self, leads: Sequence[Lead]) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 0, 8, 0, 0, gap=8)
        row.addStretch(1)
        for name, lead in leads:
            button = QPushButton(name, self)
            button.setAccessibleName(name)
            button.clicked.connect(lambda _=False, lead=lead: (self.close(), lead()))
            row.addWidget(button)
        return row


class _Area(QScrollArea):
    """As large as what is in it, up to a height."""

    def __init__(self, parent: QWidget, most: int) -> None:
        super().__init__(parent)
        self._most = most
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("The arithmetic")

    def sizeHint(self) -> QSize:
        widget = self.widget()
        inner = widget.sizeHint() if widget is not None else QSize()
        bar = self.verticalScrollBar().sizeHint().width() if inner.height() > self._most else 0
        return QSize(inner.width() + bar, min(inner.height(), self._most))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
