"""One event in full: its JSON, its exact bytes, where it stands and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.recording import REST, SSE, WIRE, Event
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.parts import Segments, copy_button, label, row
from playground.ui.widgets.source import exact, pretty
from playground.ui.widgets.sourceview import SourceView

HINT = "Pick an event to see its JSON and its exact bytes."


class EventDetail(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._event: Event | None = None
        self.setAccessibleName("Event")
        self._tabs = Segments(("JSON", "Raw"), small=True, parent=self)
        self._tabs.picked.connect(self._fill)
        self._copy = copy_button("Copy what is shown, as it was sent", self)
        self._copy.clicked.connect(self._copy_all)
        self._facts = label("chip")
        self._facts.setWordWrap(True)
        self._wrong = label("state")
        self._wrong.setWordWrap(True)
        self._view = SourceView("event", self)
        self._hint = label("caption")
        self._hint.setText(HINT)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)

        shown = QWidget(self)
        column = QVBoxLayout(shown)
        column.setContentsMargins(6, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(row(self._tabs, 1, self._copy))
        column.addWidget(self._facts)
        column.addWidget(self._wrong)
        column.addWidget(self._view, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(shown)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    @property
    def text(self) -> str:
        """What is shown of the event."""
        return self._view.text

    def show_event(self, number: int, event: Event, wrong: str, known: bool) -> None:
        self._event = event
        self._facts.setText(facts(number, event))
        words, token = "", ""
        if wrong:
            words, token = f"This event could not be read: {wrong}", "error"
        elif not known:
            words, token = "No type of event that this version knows. It is kept as it is.", "warn"
        elif not json_text(event):
            words = "This event carries no data."
        self._wrong.setText(visible(words))
        self._wrong.setProperty("token", token)
        self._wrong.style().polish(self._wrong)
        self._wrong.setVisible(bool(words))
        self._stack.setCurrentIndex(1)
        self._fill()

    def clear(self) -> None:
        self._event = None
        self._view.clear()
        self._stack.setCurrentIndex(0)

    def show_raw(self, on: bool) -> None:
        self._tabs.pick(1 if on else 0)

    def _fill(self) -> None:
        event = self._event
        if event is None:
            return
        if self._tabs.index == 1:
            self._view.show_source(lambda whole: exact(event.raw, whole=whole), words=False)
        else:
            text = json_text(event)
            self._view.show_source(lambda whole: pretty(text, whole=whole))

    def _copy_all(self) -> None:
        if self._event is not None:
            raw = self._event.raw.decode("utf-8", "replace")
            text = raw if self._tabs.index == 1 else json_text(self._event)
            QGuiApplication.clipboard().setText(text)


def json_text(event: Event) -> str:
    """The payload of an event as it was sent."""
    if event.kind in (SSE, REST):
        return event.frame().data or ""
    return event.raw.decode("utf-8", "replace")


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
    if event.masked:
        parts.append("a key stood here and was overwritten")
    return " · ".join(parts)
