"""What went out: the request line, the headers, the body exactly as it was, and how it differs from
what was set."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from playground.core.recording import parse
from playground.engine.sent_rows import Row
from playground.ui.widgets.exchange import Exchange, fact, headers
from playground.ui.widgets.exchangeview import ExchangeView, written
from playground.ui.widgets.jsontree import JsonTree
from playground.ui.widgets.parts import Segments, beside, copy_button, row
from playground.ui.widgets.senttable import SentTable
from playground.ui.widgets.source import exact, listing, one_line, pretty
from playground.ui.widgets.sourceview import SourceView
from playground.ui.words import tip

MODES = ("Pretty", "Tree", "Raw", "Set and sent")
PRETTY, TREE, RAW, DIFFERENCES = range(len(MODES))

FETCHED = (
    "This request only fetched more of the answer. It has no body, and nothing was set for it."
)
NO_BODY = "The body of this request is no JSON object, so it cannot be compared with what was set."
ALIKE = "All of it is as it was set."


class Explained(NamedTuple):
    rows: list[Row]
    note: str = ""
    """A sentence on the whole."""


Explain = Callable[[Exchange], Explained]


class RequestView(ExchangeView):
    EMPTY = "The request appears here when it leaves, exactly as it goes over the wire."

    def __init__(self, parent: QWidget | None = None, explain: Explain | None = None) -> None:
        """`explain`: what was set and what was sent; without it only what was sent can be seen."""
        super().__init__("Request", parent)
        self._explain = explain
        self._body = ""
        self._text = ""
        self._line = self._count = ""
        self._explained: Exchange | None = None
        self.mode = Segments(MODES, parent=self)
        self.mode.button(DIFFERENCES).setVisible(explain is not None)
        self.mode.button(DIFFERENCES).setToolTip("What was set, what went out, and why they differ")
        self.mode.picked.connect(lambda _: self._show_body())
        self._copy = copy_button("Copy the request, secrets overwritten", self)
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text))
        # A long address is cut, and does not widen the window.
        self.line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.table = SentTable(self)
        self.only = QCheckBox("Only what differs", self)
        self.only.toggled.connect(self.table.hide_alike)
        self.only.hide()
        top = row(self.picker, self.line, self.only, self.mode, self._copy)
        layout = top.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretchFactor(self.line, 1)
        self.column.addWidget(top)
        self.head = SourceView("request headers", self)
        self.body = SourceView("request body", self)
        self.tree = JsonTree("Request body as a tree", self)
        self._bodies = QStackedWidget(self)
        for view in (self.body, self.tree, self.table):
            self._bodies.addWidget(view)
        self.column.addWidget(beside(self.head, self._bodies, shares=(2, 3)), 1)

    def fill(self, exchange: Exchange) -> None:
        if not self.fresh(exchange.request):
            return
        data = fact(self.recording, exchange.request)
        line = f"{data.get('method', '')} {data.get('url', '')}".strip()
        rows = headers(data)
        self._body = body if isinstance(body := data.get("body"), str) else ""
        self._text = f"{line}\n{written(rows)}\n\n{self._body}"
        self._explained = None
        self._line = one_line(line)
        self.head.show_source(lambda whole: listing(rows))
        self._show_body()

    def _show_body(self) -> None:
        text, mode = self._body, self.mode.index
        self.head.setVisible(mode != DIFFERENCES)
        self._say(self._line)
        self.only.hide()
        if mode == DIFFERENCES:
            self._show_differences()
        elif mode == TREE:
            value, wrong = parse(text)
            if wrong:
                self.tree.clear()
            else:
                self.tree.show_value(value)
        elif mode == RAW:
            raw = text.encode("utf-8", "replace")
            self.body.show_source(lambda whole: exact(raw, whole=whole), words=False)
        else:
            self.body.show_source(lambda whole: pretty(text, whole=whole))
        self._bodies.setCurrentIndex({PRETTY: 0, RAW: 0, TREE: 1}.get(mode, 2))

    def _show_differences(self) -> None:
        exchange = self.exchange
        if exchange is None or self._explain is None:
            return
        if self._explained is None or exchange.request != self._explained.request:
            self._explained = exchange
            self._compare(exchange, self._explain)
        self._say(self._count)
        self.only.setVisible(0 < self.table.differing < self.table.total)

    def _compare(self, exchange: Exchange, explain: Explain) -> None:
        rows, note = explain(exchange)
        self.table.show_rows(rows)
        number = QLocale().toString
        differing = self.table.differing
        if not rows:
            words = FETCHED if exchange.fetched else NO_BODY
        elif not differing:
            words = ALIKE
        else:
            fields = "field" if len(rows) == 1 else "fields"
            differ = "differs" if differing == 1 else "differ"
            words = f"{number(len(rows))} {fields}, {number(differing)} {differ} from what was set."
        self._count = f"{note} {words}".lstrip()

    def _say(self, words: str) -> None:
        """In the line at the top, which is cut where there is no room for all of it."""
        self.line.setText(words)
        self.line.setToolTip(tip(words))
