"""The page of speed and success: its table, and what its words mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from playground.engine.ledger_speed import FEW, Speed
from playground.ui import theme
from playground.ui.widgets.moneyspeed import Spread, speed_fields
from playground.ui.widgets.moneytable import MoneyTable

MEANT = (
    "Times are of answers that came to their end: their median, and their 95th percentile by the "
    f"nearest rank, which is not told of fewer than {FEW}. In the plots a line stands at the "
    "median, a dotted one at the 95th percentile; their axis is one of powers, for all rows."
)


class MoneySpeed(QWidget):
    def __init__(self, named: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = speed_fields(named)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=8)
        self.table = MoneyTable("Speed and success", self)
        self._spread = Spread(self.table)
        column.addWidget(self.table, 1)
        self.none = QLabel("No runs in these days", self)
        self.none.setProperty("role", "muted")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.none, 1)
        caption = QLabel(MEANT, self)
        caption.setProperty("role", "caption")
        caption.setWordWrap(True)
        caption.setContentsMargins(theme.current().px(8), 0, 0, 0)
        column.addWidget(caption)

    def show_rows(self, rows: Sequence[Speed]) -> None:
        self._spread.show_rows(rows)
        self.table.show_rows(self._fields, rows, "runs")
        self.table.paint_with("spread", self._spread)
        self.table.setVisible(bool(rows))
        self.none.setVisible(not rows)
