"""The Events page: the list of a run's events, and one of them in full."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QLocale, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from playground.core.items import Message, Reasoning, ToolCall, ToolOutput
from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import Event, Recording
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.store.logs import redacted
from playground.ui import theme, words
from playground.ui.inspector.looking import SLICE, Light, Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets import eventcopy
from playground.ui.widgets.eventdetail import EventDetail
from playground.ui.widgets.eventfilter import EventFilter
from playground.ui.widgets.eventindex import EventIndex, Query
from playground.ui.widgets.eventlist import EventList
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.parts import Brief, beside, label, row

ROOMY = 1_100
"""Logical pixels from which on the filter has room for words."""
READ_AHEAD = 50_000
"""Events of a chat up to which it is read unasked which item each is about."""


class EventsPage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self._shown: Recording | None = None
        self._item = ""
        """Key of the item whose events are shown; empty: those of all."""
        self._words = ""
        """What there is to say to what was just done."""
        self.list = EventList(self)
        self.list.item_of = self._item_of
        self.detail = EventDetail(self)
        self.filter = EventFilter(lambda: self.list.index, self)
        self.beside = self.filter
        self._fault = label("state")
        self._fault.setProperty("token", "error")
        self._fault.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._fault.hide()
        self._status = Brief("", "caption", self, yields=True)
        self._only = _chip("Show the events of all items again", self)
        self._flagged = _chip("Go to the next flagged event (F, back with Shift+F)", self, "warn")
        self._stalls = _chip("Go to the next stall (S, back with Shift+S)", self, "warn")
        self._pins = _chip("Go to the next pinned event (N, back with Shift+N)", self)
        self._end = QPushButton("Jump to end", self)
        self._end.setProperty("role", "quiet")
        self._end.setAccessibleName("Jump to the newest event and follow")
        self._lay_out()
        self.setFocusProxy(self.list)
        self._connect()

    def _lay_out(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHorizontalStretch(1)
        self._status.setSizePolicy(policy)
        policy = self._end.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._end.setSizePolicy(policy)
        left = QWidget(self)
        column = QVBoxLayout(left)
        theme.space(column, 0, 0, 0, 0, gap=2)
        column.addWidget(self.list, 1)
        chips = (self._only, self._flagged, self._stalls, self._pins)
        column.addWidget(row(self._status, *chips, self._end, spacing=4))
        both = beside(left, self.detail, shares=(5, 3))
        outer = QVBoxLayout(self)
        theme.space(outer, 0, 0, 0, 0, gap=2)
        outer.addWidget(self._fault)
        outer.addWidget(both, 1)

    def _connect(self) -> None:
        self.filter.wanted.connect(self._narrow)
        self.filter.moved.connect(self._move)
        self.filter.left.connect(self.list.setFocus)
        self.list.picked.connect(self._pick)
        self.list.changed.connect(self._say)
        self.list.wanted.connect(self._do)
        self.list.said.connect(self._tell)
        self.detail.item_wanted.connect(self.show_item)
        self._only.clicked.connect(lambda: self.show_item(""))
        self._flagged.clicked.connect(lambda: self.list.to_next("flagged"))
        self._stalls.clicked.connect(lambda: self.list.to_next("stall"))
        self._pins.clicked.connect(lambda: self.list.to_next("pin"))
        self._end.clicked.connect(self.list.jump_to_end)
        self.looking.picked.connect(self._go_to)
        self.looking.shown.connect(self._let_go)
        self.looking.lit.connect(self._light)
        for keys, slot in (
            ("F3", lambda: self._move(False)),
            ("Shift+F3", lambda: self._move(True)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    # What is shown.

    def advance(self) -> None:
        run = self.looking.run
        if run is None:
            return
        if run.recording is not self._shown:
            self._shown = run.recording
            if self._item:
                self.show_item("")
            self.detail.look_at(run.recording, BY_ID[run.call.api].reduce)
            self.list.show_run(run)
            self.looking.index = self.list.index
        self.list.advance()
        self._read_ahead(run)

    def _read_ahead(self, run: Run) -> None:
        """Chunks of a chat do not say which item they are about: it is read a little at a time."""
        chatting = run.call.api != "responses" and len(run.recording) <= READ_AHEAD
        if chatting and (provenance := self.looking.provenance) is not None and provenance.behind:
            provenance.step(1_000_000)
            self.list.viewport().update()

    def _let_go(self) -> None:
        """Another run is looked into: what is shown of the one before must not stay."""
        self._shown = None
        if self.looking.run is None:
            self.list.show_run(None)

    def _narrow(self, query: Query) -> None:
        self._words = ""
        if not self.filter.fault:
            if self.filter.finding:
                self.list.seek(query)
            else:
                self.list.narrow(query)
        self._say()

    def _move(self, back: bool) -> None:
        if not self.filter.fault:
            self.list.to_next("match", back=back)

    def seek(self) -> None:
        """Put the cursor into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.text.selectAll()

    def show_item(self, key: str) -> None:
        """Show only the events that changed an item, by its key; empty: all again."""
        self._item = key
        if not key:
            self.filter.only(None)
            return
        self.filter.only(self._of_item)

    def _of_item(self, start: int, stop: int) -> list[int]:
        """Which of these events changed the item that is shown."""
        provenance = self.looking.provenance
        if provenance is None:
            return []
        while provenance.read < stop:
            provenance.step(0)
        return [number for number in range(start, stop) if self._item in provenance.items(number)]

    # The current event.

    def _pick(self, number: int) -> None:
        index = self.list.index
        self._words = ""
        if index is None or number < 0:
            self.detail.clear()
        else:
            self.detail.show_event(number, index.recording[number], index.remarks(number))
        self.looking.pick(number, SLICE)  # a key that is held down asks for the next one soon

    def _go_to(self, number: int) -> None:
        """An event was picked somewhere else."""
        index = self.list.index
        if number == self.list.current or index is None:
            return
        if number < 0:
            self.list.pick(number)
        elif index.shows(number) or number >= index.read:
            self.list.go_to(index.row(number))
        else:  # a filter hides it; it is the current one all the same
            self.list.pick(number)

    def _light(self, light: Light | None) -> None:
        if light is not None and not light.passing:
            self.detail.show_light(light.spans, light.keys)

    def _item_of(self, number: int) -> str:
        """The name of the item that an event changed, as far as it has been read; see `Looking`."""
        run, provenance = self.looking.run, self.looking.provenance
        if run is None or provenance is None:
            return ""
        keys = provenance.items(number)
        match run.transcript.find(keys[0]) if keys else None:
            case ToolCall(call_id=call_id) | ToolOutput(call_id=call_id):
                return call_id
            case Message(role="assistant", choice=0):
                return "message"
            case Message(choice=choice) if choice:
                return f"message · choice {choice}"
            case Reasoning():
                return "reasoning"
            case _:
                return ""

    # Commands.

    def _do(self, id_: str) -> None:
        run, index = self.looking.run, self.list.index
        if run is None or index is None:
            return
        numbers = self.list.selected
        if id_ == "only_item":
            self._only_item_of(self.list.current)
        elif not eventcopy.fits(index.recording, numbers):
            self._tell("That is too much for a clipboard. Export the run as a file instead.")
        else:
            self._copy(id_, run, [index.recording[number] for number in numbers])

    def _copy(self, id_: str, run: Run, events: list[Event]) -> None:
        count = f"{len(events)} events" if len(events) > 1 else "the event"
        clipboard = QGuiApplication.clipboard()
        match id_:
            case "copy_json":
                clipboard.setText(eventcopy.as_json(events))
                self._tell(f"Copied {count} as JSON.")
            case "copy_raw":
                raw = eventcopy.as_raw(events)
                data = QMimeData()
                data.setText(raw.decode("utf-8", "replace"))
                data.setData("application/octet-stream", raw)
                clipboard.setMimeData(data)
                self._tell(f"Copied {count}, to the byte.")
            case "copy_lines":
                clipboard.setText(redacted(eventcopy.as_lines(events)))
                self._tell(f"Copied {count} as JSON Lines.")
            case "copy_curl":
                try:
                    code = eventcopy.as_curl(run, self.list.current, self._profile(run))
                except Failure:
                    self._tell("No request was sent before this event.")
                    return
                clipboard.setText(redacted(code))
                self._tell("Copied the request as cURL.")

    def _profile(self, run: Run) -> Profile:
        """Where the run was sent: says in which variable code looks for the key."""
        if (desk := self.looking.desk) is not None:
            with contextlib.suppress(Failure):  # it may have been deleted since
                return desk.workspace.profile(run.profile)
        return Profile(id=run.profile, name=run.profile)

    def _only_item_of(self, number: int) -> None:
        provenance = self.looking.provenance
        if provenance is None:
            return
        while provenance.behind and provenance.read <= number:
            provenance.step(1_000_000)
        keys = provenance.items(number)
        if keys:
            self.show_item(keys[0])
        else:
            self._tell("This event changed no item of the answer.")

    def _tell(self, words: str) -> None:
        self._words = words
        self.list.announce(words)
        self._say()

    # The line under the list.

    def _say(self) -> None:
        """How many there are, and what is remarkable."""
        index = self.list.index
        fault = self.filter.fault
        self._fault.setText(fault)
        self._fault.setVisible(bool(fault))
        for chip in (self._only, self._flagged, self._stalls, self._pins):
            chip.setVisible(False)
        if index is None:
            return
        number = QLocale().toString
        self._count(self._flagged, f"{number(index.flagged)} flagged", index.flagged)
        stalls = len(index.stalls)
        self._count(self._stalls, f"{number(stalls)} stall{'' if stalls == 1 else 's'}", stalls)
        self._count(self._pins, f"{number(len(index.pins))} pinned", len(index.pins))
        self._count(self._only, f"only {self._item} ✕", bool(self._item))
        self._status.setText(self._words or " · ".join(self._parts(index)))
        self._status.setToolTip(words.tip(self._status.text()))
        self._end.setVisible(not self.list.following and self.list.more_below)

    def _parts(self, index: EventIndex) -> list[str]:
        number = QLocale().toString
        total = number(index.read)
        parts = [f"{total} events"]
        if index.query.narrows:
            parts = [f"{number(len(index))} of {total} events"]
        first, last = self.list.selection
        if last > first:
            parts.append(f"{number(last - first + 1)} selected")
        if (hits := index.hits) is not None:
            place = f"{number(hits.place(self.list.current) + 1)} of "
            here = place if self.list.current in hits else ""
            parts.append(f"{here}{number(len(hits))} match{'' if len(hits) == 1 else 'es'}")
        if self.list.working:
            parts.append(f"{int(100 * index.progress)} %")
        if (expression := self.filter.expression) is not None and expression.given_up:
            parts.append(f"{number(expression.given_up)} took too much work to search")
        if index.median:
            parts.append(f"median gap {milliseconds(index.median)} ms")
        if self.list.following:
            parts.append("following")
        return parts

    @staticmethod
    def _count(chip: QToolButton, words: str, count: int) -> None:
        chip.setText(words)
        chip.setAccessibleName(f"{words}. {chip.toolTip()}")
        chip.setVisible(count > 0)

    # Qt.

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.filter.show_compact(self.width() < theme.current().px(ROOMY))


def _chip(tip: str, parent: QWidget, token: str = "") -> QToolButton:
    """A count that leads to the next of what it counts."""
    chip = QToolButton(parent)
    chip.setProperty("role", "chip")
    chip.setProperty("token", token)
    chip.setToolTip(tip)
    chip.setAccessibleName(tip)
    chip.hide()
    return chip


EVENTS_PAGE = PageSpec("events", "Events", EventsPage)
