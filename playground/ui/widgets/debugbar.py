"""The debugger's bar: go on by a step or until a breakpoint, where the run stands, what can be
changed there, and ways back to an earlier step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.session import Run
from playground.core.tools import Result, Tool
from playground.engine.debugger import Breakpoint, Debugger, Pause, Place
from playground.engine.narration_calls import values
from playground.ui import theme
from playground.ui.bindings import KeyedRow
from playground.ui.icons import mark
from playground.ui.widgets.flow import Flow

PLACES: Sequence[tuple[Place, str]] = (
    ("before_send", "Before each request"),
    ("on_call", "On each call"),
    ("on_result", "On each result"),
    ("on_error", "On an error"),
    ("on_violation", "Where a schema is broken"),
)
"""Breakpoints that need no tool to be named."""
NARROW = 640
"""Design pixels under which the buttons stand below where the run stands."""
SHOWN = 60
"""Characters of the arguments of a call in a menu."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A moment of a run to which another can go back: see `engine.debugger.rewound`."""

    leg: int
    called: bool
    """Behind the answer to that request, before its calls."""
    words: str
    """Where that is: `before call 2`."""


def spots(run: Run) -> Iterator[Spot]:
    """All there are, the first one first."""
    seen = run.transcript
    made = 0
    for leg in range(seen.legs):
        yield Spot(leg, False, f"before request {leg + 1}")
        calls = [call for call in seen.tool_calls if call.leg == leg]
        if calls:
            first, made = made + 1, made + len(calls)
            link = "and" if made == first + 1 else "to"
            which = f"call {first}" if made == first else f"calls {first} {link} {made}"
            yield Spot(leg, True, f"before {which}")


class DebugBar(QWidget):
    """Signals:
    stopped(): the run is to be ended.
    breakpoints_changed(): the debugger has other ones.
    edit_wanted(Pause): what a run that stands there goes on with is to be changed: the body of a
        request, the arguments of a call, or a result.
    rewound(Spot | None): the run is to be looked at as it was there; None: as it is.
    forked(Spot): another run is to go on from there.
    """

    stopped = Signal()
    breakpoints_changed = Signal()
    edit_wanted = Signal(object)
    rewound = Signal(object)
    forked = Signal(object)

    def __init__(self, debugger: Debugger, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.debugger = debugger
        self.run: Run | None = None
        self.spot: Spot | None = None
        """To where it was rewound."""
        self.keyed: list[KeyedRow] = []
        self._tools: Sequence[Tool] = ()
        self._pause: Pause | None = None
        self._drawn: object = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self._flow = Flow(self)
        # Until it is laid out it asks for as many lines as it would need at the width that it has.
        self._flow.resize(theme.current().px(NARROW), theme.current().px(28))
        column.addWidget(self._flow)
        self.step = self._button("Step", "F10", "Go on to the next place where a run can stand")
        self.step.clicked.connect(self._step)
        self.go = self._button("Continue", "F5", "Go on to the next breakpoint")
        self.go.clicked.connect(self._go)
        self.stop = self._button("Stop", "Shift+F5", "End the run here")
        self.stop.clicked.connect(self.stopped)
        self._menus()
        self.count = QLabel(self)
        self.count.setProperty("role", "caption")
        self._flow.add(self.count)
        column.addWidget(self._place_row())
        theme.follow(self, self._restyle)
        self.advance()

    def _button(self, title: str, keys: str, tip: str) -> QPushButton:
        button = QPushButton(self)
        button.setAccessibleName(title)
        self._flow.add(button)

        def give(sequences: Sequence[QKeySequence]) -> None:
            native = QKeySequence.SequenceFormat.NativeText
            said = sequences[0].toString(native) if sequences else ""
            button.setText(f"{title}  {said}" if 0 < len(said) < 4 else title)
            button.setShortcut(sequences[0] if sequences else QKeySequence())
            button.setToolTip(f"{tip} ({said})" if said else tip)

        give([QKeySequence(keys)])
        self.keyed.append((f"Tool loop: {title.lower()}", keys, give))
        return button

    def _menus(self) -> None:
        self.breakpoints, self.breakpoint_menu = self._dropdown("Breakpoints")
        self.breakpoints.setToolTip("Where runs shall stand still")
        self.breakpoint_menu.aboutToShow.connect(self._fill_breakpoints)
        # F9 has to work while the menu is closed.
        self._on_call = QAction("On each call", self)
        self._on_call.setShortcut(QKeySequence("F9"))
        self.keyed.append(("Tool loop: breakpoint on each call", "F9", self._on_call.setShortcuts))
        self._on_call.triggered.connect(lambda: self._toggle(Breakpoint("on_call")))
        self.addAction(self._on_call)
        self.rewind, self.rewind_menu = self._dropdown("Rewind…")
        self.rewind.setToolTip("Look at an earlier moment, to go on from there")
        self.rewind_menu.aboutToShow.connect(self._fill_rewind)

    def _dropdown(self, title: str) -> tuple[QPushButton, QMenu]:
        button, menu = QPushButton(title, self), QMenu(self)
        button.setProperty("role", "quiet")
        button.setAccessibleName(title)
        button.setMenu(menu)
        self._flow.add(button)
        return button, menu

    def _place_row(self) -> QWidget:
        self._place = QWidget(self)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._place)
        theme.space(self._row, 0, 0, 0, 0, gap=4)
        said = QHBoxLayout()
        theme.space(said, gap=8)
        self._mark = QLabel(self._place)
        said.addWidget(self._mark)
        self.state = QLabel(self._place)
        self.state.setProperty("role", "strong")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        said.addWidget(self.state, 1)
        self._row.addLayout(said, 1)
        buttons = QHBoxLayout()
        theme.space(buttons, gap=4)
        self.other = self._choice(buttons, "Show the next place where the run stands")
        self.other.setProperty("role", "quiet")
        self.other.clicked.connect(self._next_pause)
        self.edit = self._choice(buttons, "Let the run go on with something else")
        self.edit.clicked.connect(self._edit)
        self.fork = self._choice(buttons, "Begin another run that goes on from this place")
        self.fork.setText("Fork from here")
        self.fork.clicked.connect(self._fork)
        buttons.addStretch(0)
        self._row.addLayout(buttons)
        return self._place

    def _choice(self, row: QHBoxLayout, tip: str) -> QPushButton:
        button = QPushButton(self._place)
        button.setToolTip(tip)
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return button

    def _restyle(self, look: theme.Theme) -> None:
        self._mark.setPixmap(mark("pause", "accent"))
        for label in (self.count, self.state):
            label.setMinimumHeight(look.px(28))

    # What is shown.

    def offer(self, tools: Sequence[Tool]) -> None:
        """The tools on which a run may be told to stand still."""
        self._tools = tools

    def show_run(self, run: Run | None) -> None:
        """Where this one stands, from now on."""
        self.run = run
        self.spot = self._pause = None
        self.advance()

    def advance(self) -> None:
        """Look at how it stands; called by the clock."""
        run, paused = self.run, self.debugger.paused
        if self._pause not in paused:
            self._pause = paused[0] if paused else None
        seen = run.transcript if run is not None else None
        drawn = (
            run.id if run is not None else "",
            run is not None and run.running,
            (seen.legs, len(seen.tool_calls)) if seen is not None else (),
            [id(pause) for pause in paused],
            self._pause,
            self.debugger.stepping,
            frozenset(self.debugger.breakpoints),
            self.spot,
        )
        if drawn != self._drawn:
            self._drawn = drawn
            self._draw()

    def _draw(self) -> None:
        run, pause = self.run, self._pause
        going = run is not None and run.running
        self.step.setEnabled(going)
        self.go.setEnabled(pause is not None)
        self.stop.setEnabled(going)
        held = len(self.debugger.breakpoints)
        self.breakpoints.setText(f"Breakpoints {held}" if held else "Breakpoints")
        said = "none" if not held else "one" if held == 1 else str(held)
        self.breakpoints.setAccessibleDescription(f"There are {said}." if held != 1 else "One.")
        legs = run.transcript.legs if run is not None else 0
        self.count.setText(f"step {legs} of {run.call.steps}" if run is not None and legs else "")
        self.rewind.setEnabled(bool(legs) and (not going or pause is not None))
        self.fork.setVisible(self._here() is not None)
        words = self._words()
        changed = words != self.state.text()
        self.state.setText(words)
        self._place.setVisible(bool(words))
        self._mark.setVisible(pause is not None)
        among = self.debugger.paused
        self.other.setVisible(pause is not None and len(among) > 1 and self.spot is None)
        if pause is not None:
            self.other.setText(f"{among.index(pause) + 1} of {len(among)}")
            self.edit.setText(f"Edit {_what(pause)}…")
        self.edit.setVisible(pause is not None and self.spot is None)
        self.updateGeometry()
        if changed and words and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _words(self) -> str:
        """Where it stands."""
        if self.spot is not None:
            return f"Rewound to {self.spot.words}. Nothing of the run is lost."
        if self._pause is not None and self.run is not None:
            return visible(standing(self._pause, self.run))
        if self.run is not None and self.run.running and self.debugger.stepping:
            return "Goes on to the next place where it can stand."
        return ""

    def _here(self) -> Spot | None:
        """From where another run would go on."""
        if self.spot is not None or self.run is None or self._pause is None:
            return self.spot
        legs = self.run.transcript.legs
        if self._pause.at.place == "before_send":
            return Spot(legs, False, f"before request {legs + 1}")
        if not legs:  # calls of the run before, which this one answers first
            return Spot(0, False, "before request 1")
        return next(one for one in reversed(list(spots(self.run))) if one.leg == legs - 1)

    # What is done.

    def _step(self) -> None:
        self._leave_spot()
        if self._pause is not None:
            self.debugger.step(self._pause)
        else:
            self.debugger.stepping = True
        self.advance()

    def _go(self) -> None:
        self._leave_spot()
        self.debugger.go()
        self.advance()

    def _edit(self) -> None:
        if self._pause is not None:
            self.edit_wanted.emit(self._pause)

    def _fork(self) -> None:
        if (here := self._here()) is not None:
            self.forked.emit(here)

    def _next_pause(self) -> None:
        among = self.debugger.paused
        if self._pause in among:
            self._pause = among[(among.index(self._pause) + 1) % len(among)]
        self.advance()

    def _leave_spot(self) -> None:
        if self.spot is not None:
            self._rewind(None)

    def _rewind(self, spot: Spot | None) -> None:
        self.spot = spot
        self.rewound.emit(spot)
        self.advance()

    def _toggle(self, breakpoint_: Breakpoint) -> None:
        self.debugger.breakpoints ^= {breakpoint_}
        self.breakpoints_changed.emit()
        self.advance()

    def _clear(self) -> None:
        self.debugger.breakpoints.clear()
        self.breakpoints_changed.emit()
        self.advance()

    # The menus are filled when they are opened.

    def _fill_breakpoints(self) -> None:
        menu = self.breakpoint_menu
        menu.clear()
        for place, title in PLACES:
            self._offer(menu, title, Breakpoint(place), "F9" if place == "on_call" else "")
            if place == "on_call":
                self._fill_tools(menu.addMenu("On a call of"))
        menu.addSeparator()
        none = menu.addAction("Remove all")
        none.setEnabled(bool(self.debugger.breakpoints))
        none.triggered.connect(self._clear)

    def _fill_tools(self, menu: QMenu) -> None:
        titles = {tool.name: tool.title for tool in self._tools if tool.kind != "hosted"}
        for one in self.debugger.breakpoints:
            if one.place == "on_tool":  # also where the tool has gone: it can be taken away
                titles.setdefault(one.tool, one.tool)
        for name, title in titles.items():
            self._offer(menu, title, Breakpoint("on_tool", name))
        menu.setEnabled(bool(titles))

    def _offer(self, menu: QMenu, title: str, breakpoint_: Breakpoint, keys: str = "") -> None:
        name = visible(title).replace("&", "&&")
        action = menu.addAction(f"{name}\t{keys}" if keys else name)
        action.setCheckable(True)
        action.setChecked(breakpoint_ in self.debugger.breakpoints)
        action.triggered.connect(lambda _=False: self._toggle(breakpoint_))

    def _fill_rewind(self) -> None:
        menu, run = self.rewind_menu, self.run
        menu.clear()
        if run is None:
            return
        for spot in spots(run):
            calls = [call for call in run.transcript.tool_calls if call.leg == spot.leg]
            about = "; ".join(f"{one.name} {values(str(one.arguments))}".strip() for one in calls)
            title = f"To {spot.words}" + (f":  {about}" if spot.called else "")
            short = title if len(title) <= SHOWN else title[:SHOWN].rstrip() + " …"
            action = menu.addAction(visible(short).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(spot == self.spot)
            action.triggered.connect(lambda _=False, spot=spot: self._rewind(spot))
        if self.spot is not None:
            menu.addSeparator()
            menu.addAction("To where it is").triggered.connect(lambda: self._rewind(None))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < theme.current().px(NARROW)
        way = QBoxLayout.Direction
        self._row.setDirection(way.TopToBottom if narrow else way.LeftToRight)


def standing(pause: Pause, run: Run) -> str:
    """Where a run stands and what can be done there, as a sentence."""
    tool = next((one.title for one in run.call.tools if one.name == pause.tool), pause.tool)
    match pause.at.place:
        case "before_send":
            number = run.transcript.legs + 1
            return f"Paused before request {number}: it can be edited"
        case "on_call" | "on_tool":
            return f"Paused at {tool}: arguments can be edited"
        case "on_result":
            return f"Paused at the result of {tool}: it can be edited"
        case "on_error":
            return f"Paused: {tool} failed. The result can be edited"
        case "on_violation":
            which = "The result" if isinstance(pause.value, Result) else "What it was called with"
            return f"Paused at {tool}: its schema is broken. {which} can be edited"


def _what(pause: Pause) -> str:
    """What it goes on with."""
    if isinstance(pause.value, Result):
        return "result"
    return "arguments" if isinstance(pause.value, str) else "request"
