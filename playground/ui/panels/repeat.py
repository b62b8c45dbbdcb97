"""The Repeat panel: the same prompt many times, and how far its answers agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.repeatpage import RepeatPage
from playground.ui.widgets.sessionhead import SessionHead


class RepeatPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        self.head = SessionHead(desk, self)
        column.addWidget(self.head)
        inner = QVBoxLayout()
        theme.space(inner, 16, 4, 8, 0)
        self.page = RepeatPage(desk, self)
        inner.addWidget(self.page)
        column.addLayout(inner, 1)
        self.setFocusProxy(self.page.draft)
        desk.wanted.connect(self._wanted)

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.page.stop_all),
            ("&Run", "Repeat: run all", "", self._run_all),
        )

    def _run_all(self) -> None:
        """Only what can be seen is asked; else it is shown first."""
        if self.isVisible():
            self.page.ask()
        else:
            self.page.desk.wanted.emit("repeat")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.page.draft.setFocus()

    def _wanted(self, what: str) -> None:
        if what == "composer" and self.isVisibleTo(self.window()):
            self.page.draft.setFocus()
