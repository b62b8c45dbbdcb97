"""Looking: what the pages of the inspector look at together: a run, and a place in it.

A page says here what was picked in it and hears what was picked in another. What has to be read
from the recording first (who made a character) is read in slices between frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from playground.core.provenance import Provenance, Span
from playground.core.recording import Recording
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.ui.widgets.eventindex import EventIndex

if TYPE_CHECKING:
    from playground.ui.desk import Desk

GLANCE = 40_000_000
"""Nanoseconds that a click may read at once: about 10,000 events."""
SLICE = 6_000_000
"""Nanoseconds of one slice of a backlog."""
LIVE = 1_000_000
"""Nanoseconds of each look at a run that goes on."""
AHEAD = 100_000
"""Events up to which a run is read before anybody clicks: half a second of work."""


class Light(NamedTuple):
    """What an event made, to be shown where the transcript is."""

    run: str
    """Id."""
    keys: tuple[str, ...] = ()
    """Of the items that it changed."""
    spans: tuple[Span, ...] = ()
    """The characters that it brought."""
    passing: bool = False
    """The pointer goes by: nothing is brought into view for that."""
    said: bool = False
    """The items are those that were asked, not those of the answer: no event made them."""


class Looking(QObject):
    """Signals:
    shown(): another run is looked into, or none.
    picked(int): another event is the current one; -1: none is.
    hovered(int): the pointer is over what belongs to this event; -1: over nothing.
    lit(Light | None): what the current event made.
    wanted(str): a page shall be shown, by its id.
    """

    shown = Signal()
    picked = Signal(int)
    hovered = Signal(int)
    lit = Signal(object)
    wanted = Signal(str)

    def __init__(self, desk: Desk | None, parent: QObject | None = None) -> None:
        """`desk`: None where only a run is to be looked at, and nothing done with it."""
        super().__init__(parent)
        self.desk = desk
        self.run: Run | None = None
        self.index: EventIndex | None = None
        """Of the run's events; made by the list of them."""
        self.number = -1
        """The current event."""
        self._provenance: Provenance | None = None
        self._of: Recording | None = None
        self._sought: tuple[str, str, int] | None = None
        """A character whose event is wanted."""
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.timeout.connect(self._slice)

    def show_run(self, run: Run | None) -> None:
        self.run, self.index, self.number = run, None, -1
        self._sought = None
        self._slices.stop()
        self.shown.emit()
        self.lit.emit(None)

    @property
    def provenance(self) -> Provenance | None:
        """Of the run's recording as far as it was read; made when somebody asks."""
        run = self.run
        if run is None:
            return None
        if self._provenance is None or self._of is not run.recording:
            self._of = run.recording
            self._provenance = Provenance(run.recording, BY_ID[run.call.api].reduce)
        return self._provenance

    # Places.

    def pick(self, number: int, budget: int = GLANCE) -> None:
        """Make an event the current one; -1: none. What it made is read for `budget` nanoseconds at
        once, and after that in slices."""
        if number == self.number:
            return
        self.number = number
        self._sought = None
        self.picked.emit(number)
        self._read(budget)

    def hover(self, number: int) -> None:
        """The pointer is over what belongs to an event; -1: over nothing any more. What the event
        made lights up meanwhile, as far as that has been read."""
        self.hovered.emit(number)
        if self.run is not None and self._of is self.run.recording:
            self._light(number if number >= 0 else self.number, passing=True)

    def point(self, key: str, field: str, offset: int) -> None:
        """Make the event current that brought this character of an item's field; without a field,
        the last one that changed the item."""
        self._sought = (key, field, offset)
        self._read(GLANCE)

    def _read(self, budget: int) -> None:
        """Answer what was asked, reading on where that is needed."""
        provenance = self.provenance
        if provenance is None:
            return
        sought, number = self._sought, self.number
        if sought is None and (number < 0 or number < provenance.read):
            self._light()
            return
        done = provenance.step(budget)
        if sought is not None and (found := self._found(provenance, *sought)) is not None:
            self._sought = None
            if found == self.number:
                self.picked.emit(found)
                self._light()
            else:
                self.pick(found)
        elif sought is None and number < provenance.read:
            self._light()
        elif not done:
            self._slices.start(0)

    def read_ahead(self) -> None:
        """Read who made what, so that a click finds it at once: of a run that goes on a little each
        time, of one that is over all in slices; of a very long one only when somebody asks."""
        run, provenance = self.run, self.provenance
        if run is None or provenance is None or self._slices.isActive():
            return
        if not provenance.behind or len(run.recording) > AHEAD:
            return
        if run.running:
            provenance.step(LIVE)
        else:
            self._slices.start(0)

    def _slice(self) -> None:
        provenance = self.provenance
        if provenance is None:
            return
        if self._sought is not None or self.number >= provenance.read:
            self._read(SLICE)
        else:
            provenance.step(SLICE)
        self.read_ahead()

    def _found(self, provenance: Provenance, key: str, field: str, offset: int) -> int | None:
        """The event of a character, if it has been read; of an item, once all have."""
        if field:
            return provenance.event(key, field, offset)
        events = [] if provenance.behind else provenance.events(key)
        return events[-1] if events else None

    def _light(self, number: int | None = None, *, passing: bool = False) -> None:
        """Tell what an event made; by default the current one."""
        run, provenance = self.run, self._provenance
        number = self.number if number is None else number
        if run is None or provenance is None or not 0 <= number < provenance.read:
            self.lit.emit(None)
            return
        spans = tuple(provenance.spans(number))
        self.lit.emit(Light(run.id, provenance.items(number), spans, passing))
