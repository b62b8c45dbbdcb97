"""What was sent and what answered: the requests and responses of a run, secrets overwritten."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from playground.core.recording import Recording
from playground.core.transcript import Transcript
from playground.ui.icons import icon
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.exchange import Exchange, fact, headers, limits
from playground.ui.widgets.parts import Segments, beside, copy_button, label, row
from playground.ui.widgets.source import exact, listing, one_line, pretty
from playground.ui.widgets.sourceview import SourceView


class _Page(QWidget):
    """What both pages have: a row with the choice of the exchange, or a sentence when there is
    none. It is filled again only when what it shows has changed."""

    EMPTY = ""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._recording = Recording()
        self._transcript = Transcript()
        self._rows: list[Exchange] = []
        self._filled: object = None
        self._picker = QComboBox(self)
        self._picker.setAccessibleName("Which request of the run")
        self._picker.activated.connect(lambda _: self._fill())
        self._line = label("number")
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

    def show_exchanges(
        self, recording: Recording, transcript: Transcript, rows: list[Exchange]
    ) -> None:
        """Show the newest, or the one that was picked from the same recording."""
        picked = self._picker.currentIndex()
        newest = picked < 0 or picked == len(self._rows) - 1 or recording is not self._recording
        titles = [row.title for row in rows]
        if titles != [self._picker.itemText(at) for at in range(self._picker.count())]:
            self._picker.clear()
            self._picker.addItems(titles)
        self._recording, self._transcript, self._rows = recording, transcript, rows
        self._picker.setCurrentIndex(len(rows) - 1 if newest else picked)
        self._picker.setVisible(len(rows) > 1)
        self._stack.setCurrentIndex(1 if rows else 0)
        if rows:
            self._fill()

    def _fill(self) -> None:
        self.fill(self._rows[self._picker.currentIndex()])

    def _fresh(self, number: int | None) -> bool:
        """This event of ours is not the one that is shown already."""
        fresh = self._filled != (id(self._recording), number)
        self._filled = (id(self._recording), number)
        return fresh

    def fill(self, exchange: Exchange) -> None:
        raise NotImplementedError


class RequestPage(_Page):
    """The request line, the headers and the body exactly as they went out."""

    EMPTY = "The request appears here when it leaves, exactly as it goes over the wire."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Request", parent)
        self._body = ""
        self._text = ""
        self._mode = Segments(("Pretty", "Raw"), parent=self)
        self._mode.picked.connect(self._show_body)
        self._copy = copy_button("Copy the request, secrets overwritten", self)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        self.column.addWidget(row(self._picker, self._line, 1, self._mode, self._copy))
        self.head = SourceView("request headers", self)
        self.body = SourceView("request body", self)
        self.column.addWidget(beside(self.head, self.body, shares=(2, 3)), 1)

    def fill(self, exchange: Exchange) -> None:
        if not self._fresh(exchange.request):
            return
        data = fact(self._recording, exchange.request)
        line = f"{data.get('method', '')} {data.get('url', '')}".strip()
        rows = headers(data)
        self._body = body if isinstance(body := data.get("body"), str) else ""
        self._text = f"{line}\n{_lines(rows)}\n\n{self._body}"
        self._line.setText(one_line(line))
        self.head.show_source(lambda whole: listing(rows))
        self._show_body()

    def _show_body(self) -> None:
        text = self._body
        if self._mode.index == 1:
            raw = text.encode()
            self.body.show_source(lambda whole: exact(raw, whole=whole), words=False)
        else:
            self.body.show_source(lambda whole: pretty(text, whole=whole))


class ResponsePage(_Page):
    """Status, request id, timing and rate limits, beside all headers."""

    EMPTY = "Status, headers and timing appear here when the server answers."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Response", parent)
        self._text = self._id = ""
        self._line.setProperty("role", "state")
        self._request_id = QPushButton(self)
        self._request_id.setProperty("role", "quiet")
        self._request_id.setIcon(icon("copy"))
        self._request_id.setToolTip("Copy the request id")
        self._request_id.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._id))
        self._copy = copy_button("Copy status and headers, secrets overwritten", self)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        self.column.addWidget(row(self._picker, self._line, self._request_id, 1, self._copy))
        self.facts = Facts(self)
        self.head = SourceView("response headers", self)
        self.column.addWidget(beside(self.facts, self.head, shares=(2, 3)), 1)

    def fill(self, exchange: Exchange) -> None:
        data = fact(self._recording, exchange.head)
        rows = headers(data)
        if self._fresh(exchange.head):
            version = str(data.get("version", ""))
            status = f"{data.get('status', '')} {data.get('reason', '')}".strip()
            self._text = f"{version} {status}".strip() + f"\n{_lines(rows)}\n"
            self._id = next((v for name, v in rows if name.lower() == "x-request-id"), "")
            self._request_id.setText(one_line(self._id))
            self._request_id.setAccessibleName(f"Copy the request id {one_line(self._id)}")
            self._request_id.setVisible(bool(self._id))
            self.head.show_source(lambda whole: listing(rows))
        self._say_status(exchange, data)
        self.facts.show_rows(
            [
                ("TIMING", self._timing(exchange)),
                ("RATE LIMITS", limits(rows)),
            ]
        )

    def _say_status(self, exchange: Exchange, data: dict[str, object]) -> None:
        ended = fact(self._recording, exchange.end)
        problem = ended.get("problem")
        words = [f"{data.get('status', '')} {data.get('reason', '')}".strip()]
        words.append(str(data.get("version", "")))
        if isinstance(problem, dict):
            words.append(str(problem.get("title", "")))
        elif exchange.head is None:
            words.append("Waiting for the answer" if exchange.end is None else "No answer came")
        self._line.setText(one_line(" · ".join(filter(None, words))))
        status = data.get("status")
        good = isinstance(status, int) and 200 <= status < 300 and not problem
        token = "ok" if good else "error" if problem or exchange.head is not None else ""
        if self._line.property("token") != token:
            self._line.setProperty("token", token)
            self._line.style().polish(self._line)

    def _timing(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Moments after the request left."""
        events, body = self._recording, exchange.body
        sent = events[exchange.request].t
        moments: list[tuple[str, int | None]] = [
            ("headers after", None if exchange.head is None else events[exchange.head].t),
            ("first event after", events[body[0]].t if body else None),
            ("first token after", self._first_token(exchange)),
            ("last event after", events[body[-1]].t if body else None),
        ]
        rows = [(name, f"{milliseconds(t - sent)} ms") for name, t in moments if t is not None]
        if body:
            si = QLocale.DataSizeFormat.DataSizeSIFormat
            size = QLocale().formattedDataSize(exchange.size, 1, si)
            rows.append(("body", f"{QLocale().toString(len(body))} events, {size}"))
        return rows

    def _first_token(self, exchange: Exchange) -> int | None:
        """Known of the last request only: the transcript keeps no other."""
        timing = self._transcript.timing
        sent = self._recording[exchange.request].t
        if exchange is not self._rows[-1] or timing.first_token is None:
            return None
        return timing.first_token if timing.first_token >= sent else None


class Facts(QScrollArea):
    """Names and values under section heads."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName("Timing and rate limits")
        self._inside = QWidget(self)
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._cells: dict[tuple[str, str], QLabel] = {}
        self.setWidget(self._inside)

    @property
    def text(self) -> str:
        """What stands there."""
        return "\n".join(f"{name} {cell.text()}" for (_, name), cell in self._cells.items())

    def show_rows(self, sections: list[tuple[str, list[tuple[str, str]]]]) -> None:
        wanted = [(head, name) for head, rows in sections for name, _ in rows]
        if wanted != list(self._cells):
            self._build(sections)
        for head, rows in sections:
            for name, value in rows:
                self._cells[head, name].setText(one_line(value))

    def _build(self, sections: list[tuple[str, list[tuple[str, str]]]]) -> None:
        self._cells.clear()
        while (old := self._grid.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.deleteLater()
        line = 0
        for head, rows in sections:
            if not rows:
                continue
            title = label("section")
            title.setText(head)
            title.setContentsMargins(0, 8 if line else 0, 0, 0)
            self._grid.addWidget(title, line, 0, 1, 2)
            line += 1
            for name, _ in rows:
                left, right = label("muted"), label("number")
                left.setText(one_line(name))
                right.setAccessibleName(one_line(name))
                self._grid.addWidget(left, line, 0)
                self._grid.addWidget(right, line, 1)
                self._cells[head, name] = right
                line += 1
        self._grid.setRowStretch(line, 1)


def _lines(rows: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in rows)
