"""What the views of a request and of its answer have in common: which exchange of a run it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from playground.core.recording import Recording
from playground.ui.widgets.exchange import Exchange
from playground.ui.widgets.parts import label


class ExchangeView(QWidget):
    """A row with the choice of the exchange, or a sentence when there is none. It is filled again
    only when what it shows has changed."""

    EMPTY = ""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.recording = Recording()
        self.rows: list[Exchange] = []
        self._filled: object = None
        self.picker = QComboBox(self)
        self.picker.setAccessibleName("Which request of the run")
        self.picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.picker.activated.connect(lambda _: self._fill())
        self.line = label("number")
        self._hint = label("caption")
        self._hint.setText(self.EMPTY)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body = QWidget(self)
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    @property
    def exchange(self) -> Exchange | None:
        """The one that is shown."""
        at = self.picker.currentIndex()
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def show_exchanges(self, recording: Recording, rows: list[Exchange]) -> None:
        """Show the newest, or the one that was picked from the same recording."""
        picked = self.picker.currentIndex()
        newest = picked < 0 or picked == len(self.rows) - 1 or recording is not self.recording
        titles = [row.title for row in rows]
        if titles != [self.picker.itemText(at) for at in range(self.picker.count())]:
            self.picker.clear()
            self.picker.addItems(titles)
        self.recording, self.rows = recording, rows
        self.picker.setCurrentIndex(len(rows) - 1 if newest else picked)
        self.picker.setVisible(len(rows) > 1)
        self._stack.setCurrentIndex(1 if rows else 0)
        if rows:
            self._fill()

    def _fill(self) -> None:
        if (exchange := self.exchange) is not None:
            self.fill(exchange)

    def fresh(self, number: int | None) -> bool:
        """This event of ours is not the one that is shown already."""
        fresh = self._filled != (id(self.recording), number)
        self._filled = (id(self.recording), number)
        return fresh

    def fill(self, exchange: Exchange) -> None:
        raise NotImplementedError


def written(rows: list[tuple[str, str]]) -> str:
    """Headers as lines."""
    return "\n".join(f"{name}: {value}" for name, value in rows)
