"""The Response page: status, headers and timing of what answered."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.ui.inspector.looking import Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets.exchange import exchanges
from playground.ui.widgets.responseview import ResponseView


class ResponsePage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self.view = ResponseView(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)

    def advance(self) -> None:
        run, index = self.looking.run, self.looking.index
        if run is not None and index is not None:
            self.view.reduce = run.reduce
            self.view.show_exchanges(run.recording, exchanges(index))


RESPONSE_PAGE = PageSpec(
    "response",
    "Response",
    ResponsePage,
    "How a server answers appears here: status, headers, connection, limits and attempts.",
)
