"""Two columns of a comparison as the inspector compares two runs: requests, answers and events."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.session import Run
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.inspector.difference import DiffPage
from playground.ui.inspector.looking import Looking


class ComparePair(QWidget):
    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._pair: tuple[Run | None, Run | None] = (None, None)
        self._looking = Looking(desk, self)
        self.page = DiffPage(self._looking, self)
        column = QVBoxLayout(self)
        theme.space(column, 12, 4, 12, 0)
        column.addWidget(self.page)

    def show_runs(self, runs: Sequence[Run | None], current: int) -> None:
        """The last turns of two columns: the current one beside the first, or the second."""
        pair = runs[0], runs[current or 1]
        if pair != self._pair:
            self._pair = one, other = pair
            self._looking.show_run(other or one)
            if one is not None and other is not None:
                self.page.compare_with(one, swapped=other.created < one.created)
        self.page.advance()
