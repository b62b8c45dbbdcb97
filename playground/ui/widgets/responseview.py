"""What answered a request: status, request id, timing, connection, limits, beside all headers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QWidget

from playground.core.recording import Recording
from playground.core.transcript import Reducer
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.exchange import LOOK, Exchange, fact, first_token, headers
from playground.ui.widgets.exchangefacts import (
    Rows,
    attempts,
    connection,
    limits,
    reused,
    status,
    timing,
)
from playground.ui.widgets.exchangeview import ExchangeView, written
from playground.ui.widgets.parts import beside, copy_button, label, leave, row
from playground.ui.widgets.source import listing, one_line
from playground.ui.widgets.sourceview import SourceView

WIDE = 540
"""Logical pixels from which on there is room for two columns."""


class ResponseView(ExchangeView):
    EMPTY = "Status, headers and timing appear here when the server answers."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Response", parent)
        self.reduce: Reducer = lambda transcript, kind, data: None
        """Of the run: it knows which event brings the first token."""
        self._text = self._id = ""
        self._first: tuple[object, int | None] = (None, None)
        self.line.setProperty("role", "state")
        self._request_id = QPushButton(self)
        self._request_id.setProperty("role", "quiet")
        self._request_id.setIcon(icon("copy"))
        self._request_id.setToolTip("Copy the request id")
        self._request_id.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._id))
        self._copy = copy_button("Copy status and headers, secrets overwritten", self)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        self.column.addWidget(row(self.picker, self.line, self._request_id, 1, self._copy))
        self.facts = Facts(self)
        self.head = SourceView("response headers", self)
        self.column.addWidget(beside(self.facts, self.head, shares=(3, 2)), 1)

    def fill(self, exchange: Exchange) -> None:
        recording = self.recording
        data = fact(recording, exchange.head)
        rows = headers(data)
        if self.fresh(exchange.head if exchange.head is not None else -exchange.request - 1):
            version = str(data.get("version", ""))
            said = f"{data.get('status', '')} {data.get('reason', '')}".strip()
            self._text = f"{version} {said}".strip() + f"\n{written(rows)}\n"
            self._id = next((v for name, v in rows if name.lower() == "x-request-id"), "")
            self._request_id.setText(one_line(self._id))
            self._request_id.setAccessibleName(f"Copy the request id {one_line(self._id)}")
            self._request_id.setVisible(bool(self._id))
            self.head.show_source(lambda whole: listing(rows))
        self._say_status(exchange, data)
        came = 0 if exchange.head is None else recording[exchange.head].t
        at = recording.began + came / 1e9
        self.facts.show_rows(
            [
                ("RECORDED ANSWER", reused(recording, exchange)),
                ("TIMING", timing(recording, exchange, self._first_token(recording, exchange))),
                ("CONNECTION", connection(fact(recording, exchange.connection))),
                ("ATTEMPTS", attempts(recording, self.rows, exchange)),
                ("RATE LIMITS", [] if exchange.reused else limits(rows, at)),
            ]
        )

    def _say_status(self, exchange: Exchange, data: dict[str, object]) -> None:
        problem = fact(self.recording, exchange.end).get("problem")
        words = [status(self.recording, exchange), str(data.get("version", ""))]
        if exchange.reused:
            words.append("as it was recorded: nothing was sent")
        if isinstance(problem, dict) and data:
            words.append(str(problem.get("title", "")))
        self.line.setText(one_line(" · ".join(filter(None, words))))
        code = data.get("status")
        good = isinstance(code, int) and 200 <= code < 300 and not problem
        token = "ok" if good else "error" if problem or exchange.head is not None else ""
        if self.line.property("token") != token:
            self.line.setProperty("token", token)
            self.line.style().polish(self.line)

    def _first_token(self, recording: Recording, exchange: Exchange) -> int | None:
        """It is looked for until it is there, or will not be found any more."""
        key = (id(recording), exchange.request)
        if self._first[0] == key:
            return self._first[1]
        found = first_token(recording, exchange, self.reduce)
        if found is not None or exchange.end is not None or len(exchange.body) > LOOK:
            self._first = key, found
        return found


class Facts(QScrollArea):
    """Names and values under section heads: in two columns where there is room for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Timing, attempts, connection and rate limits")
        self._inside = QWidget(self)
        self._columns = QGridLayout(self._inside)
        self._columns.setContentsMargins(0, 0, 8, 0)
        self._columns.setHorizontalSpacing(24)
        self._columns.setVerticalSpacing(8)
        self._sections: list[tuple[str, Rows]] = []
        self._wanted: list[tuple[str, str]] = []
        self._cells: dict[tuple[str, str], QLabel] = {}
        self._wide = False
        self.setWidget(self._inside)

    @property
    def text(self) -> str:
        """What stands there."""
        return "\n".join(f"{name} {cell.text()}" for (_, name), cell in self._cells.items())

    def show_rows(self, sections: list[tuple[str, Rows]]) -> None:
        self._sections = [(head, rows) for head, rows in sections if rows]
        wanted = [(head, name) for head, rows in sections for name, _ in rows]
        if wanted != self._wanted:
            self._wanted = wanted
            self._build()
        for head, rows in sections:
            for name, value in rows:
                self._cells[head, name].setText(one_line(value))

    def _build(self) -> None:
        """Make the labels; what they say comes after."""
        self._cells.clear()
        while (old := self._columns.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                leave(widget)
        across = 2 if self._wide else 1
        for at in range(2):
            self._columns.setColumnStretch(at, 1 if at < across else 0)
        for at in range(across):
            self._columns.addWidget(self._column(self._sections[at::across]), 0, at)

    def _column(self, sections: list[tuple[str, Rows]]) -> QWidget:
        made = QWidget(self._inside)
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        line = 0
        for head, rows in sections:
            title = label("section")
            title.setText(head)
            title.setContentsMargins(0, 8 if line else 0, 0, 0)
            grid.addWidget(title, line, 0, 1, 2)
            line += 1
            for name, _ in rows:
                left, right = label("muted"), label("number")
                left.setText(one_line(name))
                right.setAccessibleName(one_line(name))
                right.setWordWrap(True)
                grid.addWidget(left, line, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(right, line, 1)
                self._cells[head, name] = right
                line += 1
        grid.setRowStretch(line, 1)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.viewport().width() >= theme.current().px(WIDE)
        if wide != self._wide:
            self._wide = wide
            said = {key: cell.text() for key, cell in self._cells.items()}
            self._build()
            for key, text in said.items():
                self._cells[key].setText(text)
