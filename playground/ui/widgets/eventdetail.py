"""One event in full: its JSON, its exact bytes, what a value of it stands for, the transcript as it
left it, where it stands and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLocale, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.provenance import Span
from playground.core.recording import REST, SSE, WIRE, Event, Recording
from playground.core.transcript import Reducer
from playground.ui import theme
from playground.ui.widgets.eventbuilt import BuiltView
from playground.ui.widgets.eventcopy import json_text
from playground.ui.widgets.eventflags import Remark
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.eventremarks import Remarks
from playground.ui.widgets.eventtips import time_of_day
from playground.ui.widgets.hexview import HexView
from playground.ui.widgets.jsonrows import Node, Path
from playground.ui.widgets.jsontree import JsonTree
from playground.ui.widgets.parts import Segments, copy, copy_button, label, row
from playground.ui.widgets.source import exact, pretty
from playground.ui.widgets.sourceview import SourceView
from playground.ui.widgets.valueview import ValueView

HINT = "Pick an event to see its JSON, its exact bytes, and what it made."
PAGES = ("JSON", "Raw", "Hex", "Value", "Built so far")
JSON, RAW, HEX, VALUE, BUILT = range(len(PAGES))
_TIPS = (
    "The payload as a tree; → and ← fold, Enter shows a value in full",
    "The exact bytes as text, with what cannot be seen spelled out",
    "The exact bytes as numbers",
    "What the current value of the tree stands for",
    "The transcript as this event left it; what it brought is marked",
)
AT_ONCE = 262_144
"""Bytes of an event that is read at once; a longer one when nobody asks for the next already."""
_TELLING = ("delta", "text", "arguments", "content", "reasoning_content", "code")
_WAY = ("choices", "tool_calls", "function")
"""What is on the way there."""


class EventDetail(QWidget):
    """Signals:
    item_wanted(str): only the events of this item, by its key.
    """

    item_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event: Event | None = None
        self._number = -1
        self._began = 0.0
        self._value: Any = None
        self._named: tuple[str, Any] = "", None
        """The current value of the tree, and what it is called."""
        self._parsed = False
        self._path: Path | None = None
        """The place in the tree that somebody chose; None: the most telling one."""
        self._filling = False
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._fill)
        self.setAccessibleName("Event")
        self._tabs = Segments(PAGES, small=True, parent=self)
        for page, tip in enumerate(_TIPS):
            self._tabs.button(page).setToolTip(tip)
        self._tabs.picked.connect(self._fill)
        self._copy = copy_button("Copy what is shown, as it was sent", self)
        self._copy.clicked.connect(self._copy_all)
        self._facts = label("chip")
        self._facts.setWordWrap(True)
        self._remarks = Remarks(self)
        self._empty = label("caption")
        self._empty.setText("This event carries no data.")
        self.tree = JsonTree("The event as a tree", self)
        self.tree.picked.connect(self._picked)
        self.tree.entered.connect(lambda _: self._tabs.pick(VALUE))
        self._source = SourceView("event", self)
        self._hex = HexView("The event as numbers", self)
        self._shown_value = ValueView(self)
        self.built = BuiltView(self)
        self.built.wanted.connect(self.item_wanted)
        self._hint = label("caption")
        self._hint.setText(HINT)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._structure: QWidget = self.tree
        """What shows the payload: the tree, or the text of what is no JSON."""
        self._lay_out()

    def _lay_out(self) -> None:
        shown = QWidget(self)
        column = QVBoxLayout(shown)
        theme.space(column, 6, 0, 0, 0, gap=4)
        column.addWidget(row(self._tabs, 1, self._copy))  # the keyboard comes to it first
        self._views = QStackedWidget(self)
        for view in (self.tree, self._source, self._hex, self._shown_value, self.built):
            self._views.addWidget(view)
        for part in (self._facts, self._remarks, self._empty):
            column.addWidget(part)
        column.addWidget(self._views, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(shown)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    @property
    def page(self) -> int:
        return self._tabs.index

    @property
    def text(self) -> str:
        """What is shown of the event."""
        view = self._views.currentWidget()
        assert isinstance(view, JsonTree | SourceView | HexView | ValueView | BuiltView)
        return view.text

    def look_at(self, recording: Recording, reduce: Reducer) -> None:
        """Of which recording the events are."""
        self._began = recording.began
        self.built.look_at(recording, reduce)

    def show_event(self, number: int, event: Event, remarks: Sequence[Remark]) -> None:
        if (number, event) == (self._number, self._event):
            return
        self._number, self._event = number, event
        self._parsed = False
        self.built.forget_light()
        self._facts.setText(facts(number, event))
        self._facts.setToolTip(time_of_day(self._began, event.t))
        self._remarks.show_remarks(remarks)
        self._stack.setCurrentIndex(1)
        if len(event.raw) > AT_ONCE:
            self._late.start(0)
        else:
            self._fill()

    def show_light(self, spans: Sequence[Span], keys: Sequence[str]) -> None:
        """What the event brought to the transcript."""
        self.built.show_light(spans, keys)

    def clear(self) -> None:
        self._event, self._number = None, -1
        self._late.stop()
        self._source.clear()
        self.tree.clear()
        self._hex.show_bytes(b"")
        self._stack.setCurrentIndex(0)

    def show_page(self, page: int) -> None:
        """`JSON`, `RAW`, `HEX`, `VALUE` or `BUILT`."""
        self._tabs.pick(page)

    def show_raw(self, on: bool) -> None:
        self.show_page(RAW if on else JSON)

    def _fill(self, _: int = 0) -> None:
        event = self._event
        if event is None:
            return
        self._late.stop()
        self._empty.setVisible(not json_text(event) and self.page in (JSON, VALUE))
        match self.page:
            case p if p == RAW:
                self._source.show_source(lambda whole: exact(event.raw, whole=whole), words=False)
                self._views.setCurrentWidget(self._source)
            case p if p == HEX:
                self._hex.show_bytes(event.raw)
                self._views.setCurrentWidget(self._hex)
            case p if p == BUILT:
                self._views.setCurrentWidget(self.built)
                self.built.show_state(self._number)
            case p:
                self._parse(event)
                if p == VALUE:
                    self._shown_value.show_value(*self._named)
                self._views.setCurrentWidget(self._shown_value if p == VALUE else self._structure)

    def _parse(self, event: Event) -> None:
        """Read the payload, once, into a tree; what is no JSON stays text."""
        if self._parsed:
            return
        self._parsed = self._filling = True
        text = json_text(event)
        self._value, wrong = event.json()
        self._structure = self.tree
        if wrong or self._value is None:
            self.tree.clear()
            self._structure = self._source
            self._source.show_source(lambda whole: pretty(text, whole=whole))
            self._named = "", text
        else:
            path = self._path if _leads(self._value, self._path) else telling(self._value)
            self.tree.show_value(self._value, path or ())
        self._filling = False

    def _picked(self, node: Node | None) -> None:
        if node is None or node.rest:
            return
        if not self._filling:
            self._path = node.path
        self._named = node.name, node.value
        if self.page == VALUE:
            self._shown_value.show_value(*self._named)

    def _copy_all(self) -> None:
        if self._event is None:
            return
        match self.page:
            case p if p == RAW:
                copy(self._event.raw.decode("utf-8", "replace"))
            case p if p == JSON:
                copy(json_text(self._event))
            case _:
                copy(self.text)


def telling(value: Any) -> Path:
    """The place of what an event is about: its delta, its text, its arguments."""
    path: Path = ()
    while isinstance(value, dict | list) and value:
        if isinstance(value, list):
            path, value = (*path, 0), value[0]
            continue
        name = next((one for one in (*_TELLING, *_WAY) if value.get(one)), "")
        if not name:
            break
        path, value = (*path, name), value[name]
    return path


def _leads(value: Any, path: Path | None) -> bool:
    """Whether there is something at a path."""
    if path is None:
        return False
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def facts(number: int, event: Event) -> str:
    """`#120 · 1355.8 ms · 212 bytes · chunk 31 · id 7`, and which request it belongs to."""
    size = QLocale().toString(len(event.raw))
    parts = [f"#{number}", f"{milliseconds(event.t)} ms", f"{size} bytes"]
    if event.kind not in WIRE:
        parts.append("noted by Playground")
    if event.chunk >= 0:
        parts.append(f"chunk {event.chunk}")
    if event.kind in (SSE, REST) and (name := event.frame().id):
        parts.append(f"id {visible(name[:80])}")
    if event.leg or event.attempt:
        parts.append(f"request {event.leg + 1}, try {event.attempt + 1}")
    return " · ".join(parts)
