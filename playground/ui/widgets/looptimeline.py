"""The lanes of a run: the network, the model, each tool and whoever sits there, beside each other.

What is new is pulled on the clock; a backlog is read in slices between frames.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QElapsedTimer, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from playground.core.plain import visible
from playground.core.session import Run
from playground.engine.timeline import Course
from playground.engine.timeline_bars import Bar, Timeline
from playground.engine.timeline_traffic import Traffic, nearest
from playground.ui.widgets import timelinewalk, timelinewords
from playground.ui.widgets.timelineplaces import Place
from playground.ui.widgets.timelineview import TimelineView

SLICE = 6_000_000
"""Nanoseconds of reading in one go."""
PATIENCE = 150
"""Milliseconds after which a backlog shows how far it is."""


class LoopTimeline(TimelineView):
    """The wheel, or plus and minus, change the scale, and 0 shows all; dragging goes along, and
    with Shift or on the axis selects a stretch to be shown. The arrows go from bar to bar; with
    Shift they go along, and with Ctrl from event to event.

    Signals:
        picked(str): somebody wants to see the item of a bar, by its key.
        pointed(int): somebody wants to see an event, by its number.
        hovered(int): the pointer is at an event; -1: at none.
    """

    picked = Signal(str)
    pointed = Signal(int)
    hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, full: bool = False) -> None:
        """`full`: a lane for each thing there is, and what came over the network."""
        super().__init__(parent)
        self.setAccessibleName("Timeline of the run")
        self.full = full
        self.run: Run | None = None
        self.playhead = -1
        """Number of the event that is looked at; -1: none is."""
        self._course: Course | None = None
        self._hovers = -1
        self._read = 0
        """Events that are shown."""
        self._looked = QElapsedTimer()
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.timeout.connect(self.advance)

    def show_run(self, run: Run | None) -> None:
        """All of this one, from now on. One that is only another state of the same run is looked at
        as closely as the one before."""
        same = run is not None and self.run is not None and run.id == self.run.id
        self.run = run
        self._course = Course(run, full=self.full) if run is not None else None
        self.traffic = Traffic(run.recording) if run is not None and self.full else None
        self.moment = self.hinted = None
        self.playhead = self._hovers = -1
        self._slices.stop()
        if same:
            self._looked.start()  # what is read of it so far would only flicker
        else:
            self._looked.invalidate()
            self.here = None
            self.scale.show_all()
            self.show_timeline(Timeline([], 0))
        self.advance()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        run, course, traffic = self.run, self._course, self.traffic
        if run is None or course is None:
            return
        done = course.step(SLICE) and (traffic is None or traffic.step(SLICE))
        if not done:
            self._slices.start(0)
            if self._looked.isValid() and self._looked.elapsed() < PATIENCE:
                return
        self._looked.start()
        self.going = run.running
        read = traffic.read if traffic is not None else course.read
        found = course.look(run.now())
        if found == self.timeline and read == self._read:
            return
        self._read = read
        self.show_timeline(found)
        if self.current is None:
            self._describe(announce=False)

    @property
    def working(self) -> bool:
        """A backlog is being read."""
        return self._slices.isActive()

    # The bars.

    @property
    def current(self) -> Bar | None:
        """The one that the keyboard is at."""
        return self.bar(self.here)

    def bars(self) -> Iterator[tuple[Place, Bar]]:
        """All of them, lane by lane."""
        for lane in self.timeline.lanes:
            for number, bar in enumerate(lane.bars):
                yield Place(lane.name, number), bar

    def go_to(self, place: Place | None) -> None:
        """Make a bar the current one, and bring it into view."""
        self.here = place
        if place is not None:
            self.reveal(place)
        self._describe(announce=True)
        self.look()

    def pick(self) -> None:
        """Ask for the item of the current bar, and for the event that began it."""
        if (bar := self.current) is not None:
            self._ask(bar, bar.begin)

    def _ask(self, bar: Bar | None, t: float) -> None:
        if bar is not None and bar.key:
            self.picked.emit(bar.key)
        if (number := self.event_near(t, bar)) >= 0:
            self.pointed.emit(number)

    def _describe(self, *, announce: bool) -> None:
        bar = self.current
        said = timelinewords.all_of_it(self.timeline)
        if bar is not None and self.here is not None:
            sentence = timelinewords.sentence(bar, self.timeline.end_ns)
            said = f"{sentence}, in the lane {self.here.lane}"
        self.setAccessibleDescription(visible(said))
        if announce and bar is not None and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, visible(said)))

    # Events.

    def show_event(self, number: int) -> None:
        """Look at an event, and bring its moment into view; -1: at none."""
        self.playhead, self.moment = number, self._time_of(number)
        if self.moment is not None:
            self.scale.reveal(self.moment, self.moment)
        self.look()

    def hint(self, number: int) -> None:
        """Show softly where an event is; -1: none."""
        self.hinted = self._time_of(number)
        self.viewport().update()

    def event_near(self, t: float, bar: Bar | None = None) -> int:
        """The number of the event closest to a moment, of those in a bar where one is given; -1:
        there is none."""
        if self.run is None or not len(self.run.recording):
            return -1
        recording = self.run.recording
        if bar is None:
            return nearest(recording, t)
        number = nearest(recording, min(max(t, bar.begin), self.end_of(bar)))
        begins = bar.event >= 0 and recording.times[number] == bar.begin
        return bar.event if begins else number

    def _time_of(self, number: int) -> int | None:
        if self.run is None or not 0 <= number < len(self.run.recording):
            return None
        return self.run.recording.times[number]

    def _step(self, by: int) -> None:
        """Ask for the event before or after the one that is looked at."""
        if self.run is None or not (count := len(self.run.recording)):
            return
        here = self.playhead
        if here < 0:
            here = nearest(self.run.recording, self.scale.begin) - max(by, 0)
        self.pointed.emit(min(max(here + by, 0), count - 1))

    # The pointer and the keyboard.

    def pointed_at(self, point: QPointF | None) -> bool:
        number, bar = -1, None
        if point is not None and point.x() >= self.scale.left:
            bar = self.bar(self.at(point))
            if bar is not None:
                number = self.event_near(self.scale.time(point.x()), bar)
        if number != self._hovers:
            self._hovers = number
            self.hovered.emit(number)
        return bar is not None and (self.full or bool(bar.key))

    def clicked(self, point: QPointF) -> None:
        if point.x() < self.scale.left:
            return
        self.here = self.at(point)
        self._describe(announce=True)
        self.look()
        self._ask(self.current, self.scale.time(point.x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held, key = event.modifiers(), Qt.Key(event.key())
        if held & Qt.KeyboardModifier.ControlModifier:
            if self.full and key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                self._step(1 if key == Qt.Key.Key_Right else -1)
                return
        elif not held & Qt.KeyboardModifier.ShiftModifier and self._walk(key):
            return
        super().keyPressEvent(event)

    def _walk(self, key: Qt.Key) -> bool:
        """Go from bar to bar; whether the key was for that."""
        timeline, here = self.timeline, self.here
        if not timeline.lanes:
            return False
        match key:
            case Qt.Key.Key_Right:
                self.go_to(timelinewalk.along(timeline, here, 1))
            case Qt.Key.Key_Left:
                self.go_to(timelinewalk.along(timeline, here, -1))
            case Qt.Key.Key_Home:
                self.go_to(timelinewalk.in_time(timeline)[0])
            case Qt.Key.Key_End:
                self.go_to(timelinewalk.in_time(timeline)[-1])
            case Qt.Key.Key_Up:
                self.go_to(timelinewalk.across(timeline, here, -1))
            case Qt.Key.Key_Down:
                self.go_to(timelinewalk.across(timeline, here, 1))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.pick()
            case _:
                return False
        return True
