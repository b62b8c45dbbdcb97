"""The conversation: cards one under the other, made only when they can be seen.

Our own scroll area. Rows are known by run and item; a row's height is guessed until its card has
been made: at once when it is in view, one by one when it is near. Cards far from the view are let
go. What a reader looks at stays where it is when something above turns out to have another height,
and the end is followed only while the user is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QFrame,
    QToolButton,
    QWidget,
)

from playground.core.items import Item
from playground.core.session import Run, Session
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.cards import Card, SaidCard, card_for
from playground.ui.widgets.cards.choices import (
    KEY,
    Choices,
    ChoicesCard,
    choice_of,
    choices_in,
)
from playground.ui.widgets.cards.deciding import Deciding, DecidingCard
from playground.ui.widgets.column import Column
from playground.ui.widgets.footer import ACTIONS, REPLAYED, Extra, Footer
from playground.ui.widgets.stops import in_order
from playground.ui.widgets.transcriptlight import Lighting, traced
from playground.ui.widgets.transcriptrow import LINE, Row, guess, only_said

if TYPE_CHECKING:
    from playground.ui.inspector.looking import Light

GAP, NEAR, FAR = 10, 8, 16
"""Between cards; above the end of a turn, which belongs to what stands over it; and below it."""
SIDE = 16
MEASURE = 860
"""Cards are not wider than this: lines of prose stay readable on a wide window."""
KEPT = 200
"""Cards that may exist at once."""
HASTE = 0.006
"""Seconds for making cards while somebody scrolls."""


class TranscriptView(QAbstractScrollArea):
    """Shows one branch of a session.

    Signals:
        asked(verb, run, item): the user wants something done; see Card and Footer.
        pointed(run, key, field, offset): a character of an item was clicked; see Card.
        at_end_changed(bool): whether the newest content is being followed.
    """

    asked = Signal(str, object, object)
    pointed = Signal(object, str, str, int)
    at_end_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setAccessibleName("Conversation")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().setSingleStep(3 * LINE)
        self.extras: list[Extra] = []
        """What is offered at the end of each run beside what the footer knows of."""
        self.offered: Sequence[tuple[str, str, str]] = ACTIONS
        """What can be done with a turn, at its end."""
        self.side = SIDE
        """Design pixels beside the cards."""
        self.numbers = True
        """Whether the end of a turn says what it took."""
        self.versions = True
        """Whether a turn says which of several versions it is."""
        self.deciding: Deciding | None = None
        """What decides about calls that wait, on their cards."""
        self._session: Session | None = None
        self._past = False
        self._replay = False
        """The branch ends with a run that is shown again."""
        self._rows: list[Row] = []
        self._column = Column()
        self._families: dict[str | None, list[Run]] = {}
        """Versions of a turn, by what they hang on."""
        self._made: dict[Card, Row] = {}
        """The rows that have a card."""
        self._live: list[Run] = []
        """Runs on this branch that are going on, or were when they were last looked at."""
        self._items = 0
        """Of those runs, that have a row."""
        self._choices: dict[str, int] = {}
        """Which of several choices is on screen, by run."""
        self._lighting = Lighting()
        self._following = True
        self._placing = False
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(0)
        self._ahead.timeout.connect(self._make_next)
        self._jump = QToolButton(self)
        self._jump.setProperty("role", "float")
        self._jump.setIcon(icon("chevron-down", "text"))
        self._jump.setText("Jump to the end")
        self._jump.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._jump.setAccessibleName("Jump to the end")
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        theme.themes.changed.connect(self._restyle)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().actionTriggered.connect(lambda _: self._by_hand())

    # Content.

    def show_session(self, session: Session, *, past: bool = False) -> None:
        """Show the branch on screen of a session, from its end. `past`: as it was once, to be
        looked at: nothing can be done with its turns."""
        self._session, self._past = session, past
        self._clear()
        self._following = True
        self.refresh()
        self.jump_to_end()

    def refresh(self) -> None:
        """The tree changed: show the branch as it is now; rows that stay keep their cards."""
        if self._session is None:
            return
        kept = {row.name: row for row in self._rows}

        def take(row: Row) -> Row:
            old = kept.pop(row.name, row)
            if old.run is not row.run:
                self._turn(old, row)
            return old

        path = self._session.path()
        self._replay = bool(path) and path[-1].replayed
        self._families = self._session.families() if self.versions else {}
        rows: list[Row] = []
        for run in path:
            rows += [take(Row(run, item, True)) for item in run.input]
            rows += [take(Row(run, item, False)) for item in self._chosen(run, kept)]
            if not (self._past or only_said(run)):
                rows.append(take(Row(run, None, False)))
        for row in kept.values():
            self._let_go(row)
        self._rows = rows
        self._live = [run for run in path if run.running]
        self._items = self._arrived()
        for card, row in list(self._made.items()):
            tells = row.said or row.item is None
            if tells and row.version != self._version(row):
                self._let_go(row)
            elif card.advance():
                row.exact = False
            if isinstance(card, Footer):
                card.newest = row is rows[-1]
                card.warmed(card.underMouse())
        self._lay_out()
        self._place()

    def _turn(self, row: Row, now: Row) -> None:
        """A run stands where it stood at another time. A card that cannot show that is made anew,
        as high as the one before until it is measured."""
        row.run, row.item = now.run, now.item
        if row.card is not None and (now.item is None or not row.card.turn(now.run, now.item)):
            self._let_go(row)

    def _chosen(self, run: Run, kept: Mapping[tuple[str, str, bool], Row]) -> list[Item]:
        """The items of a run, of several choices only those of the one on screen."""
        items, count = run.transcript.items, choices_in(run.transcript)
        if count < 2:
            return items
        at = min(self._choices.get(run.id, 0), count - 1)
        head = kept.get((run.id, KEY, False))
        switch = head.item if head is not None else None
        if not isinstance(switch, Choices):
            switch = Choices(key=KEY)
        switch.at, switch.count = at, count
        return [switch, *(item for item in items if choice_of(item) in (None, at))]

    def _choose(self, run: Run, at: int) -> None:
        """Show another choice of a run."""
        self._choices[run.id] = at
        self._by_hand()
        self.refresh()

    def _arrived(self) -> int:
        return sum(len(run.transcript.items) for run in self._live)

    def advance(self) -> None:
        """Look at what is running: new rows, longer answers. Called on the clock."""
        if not self._live:
            return
        if self._arrived() != self._items:
            self.refresh()
        live = {run.id for run in self._live}
        self._live = [run for run in self._live if run.running]
        changed = False
        for card, row in self._made.items():
            # Calls of a run that is over may be answered by the one behind it.
            if (row.run.id in live or isinstance(card, DecidingCard)) and card.advance():
                row.exact = False
                changed = True
        if changed:
            self._place()

    def cards(self) -> list[Card]:
        """The cards that exist now, in order."""
        return sorted(self._made, key=lambda card: self._made[card].number)

    def order_stops(self) -> None:
        """Let the keyboard go through the cards on screen from top to bottom."""
        in_order(self, [card for card in self.cards() if not card.isHidden()])

    def reveal(self, run: Run) -> None:
        """Bring a run into view."""
        for number, row in enumerate(self._rows):
            if row.run is run:
                self._by_hand()
                self._set_following(False)
                top = self._column.top(number)
                self.verticalScrollBar().setValue(top - theme.current().px(GAP))
                return

    # What the inspector looks at.

    def light(self, light: Light | None) -> None:
        """Let what an event made stand out, and bring it into view, unless it was clicked here or
        is only passed by."""
        before, self._lighting.light = self._lighting.light, light
        if light is None and before is None:
            return
        for card, row in self._made.items():
            if (spans := self._lighting.made(row)) is not None or card.lit is not None:
                card.light(spans)
        self.viewport().update()
        if light is not None and light.passing:
            return
        clicked = self._lighting.answers()
        first = self._lighting.first(self._rows)
        if first is not None and not clicked and self.isVisible():
            self._bring(first)

    def show_event(self) -> None:
        """Ask for the event of what is selected or was clicked, else of the card with the focus,
        else of what came last."""
        focus = QApplication.focusWidget()
        cards = [card for card in self.cards() if traced(self._made[card])]
        held = [card for card in cards if focus is not None and card.isAncestorOf(focus)]
        for card in (held or cards)[-1:]:
            card.inspect_here()

    def _point(self, row: Row, item: Item, field: str, offset: int) -> None:
        if traced(row):
            self._lighting.click(row, field, offset)
            self.pointed.emit(row.run, item.key, field, offset)

    def _bring(self, row: Row) -> None:
        """Scroll to what is lit in a row, if that is not in view."""
        if row.card is None:
            self._make(row)
            self._place()
        assert row.card is not None
        bar, page = self.verticalScrollBar(), self.viewport().height()
        box = row.card.lit_at() or QRect(0, 0, 1, min(row.height, LINE))
        top = self._column.top(row.number) + box.top()
        if top < bar.value() or top + box.height() > bar.value() + page:
            self._set_following(False)
            bar.setValue(top - page // 3)
            self._by_hand()

    # Following the end.

    @property
    def following(self) -> bool:
        return self._following

    def jump_to_end(self) -> None:
        self._set_following(True)
        self._place()

    def _set_following(self, following: bool) -> None:
        if following != self._following:
            self._following = following
            self.at_end_changed.emit(following)
        self._jump.setVisible(not following and self.verticalScrollBar().maximum() > 0)
        self._place_jump()

    def _by_hand(self) -> None:
        """The user moves the scroll bar: the next value decides whether the end is followed."""
        bar = self.verticalScrollBar()
        self._set_following(bar.sliderPosition() >= bar.maximum())

    def _scrolled(self, _: int) -> None:
        if not self._placing:
            self._place(anchored=False, haste=True)

    # Geometry.

    @property
    def _width(self) -> int:
        # Of the whole view: a scroll bar that comes stands beside the cards and moves none.
        look = theme.current()
        return max(min(self.width() - 2 * look.px(self.side), look.px(MEASURE)), 80)

    def _lay_out(self) -> None:
        """Put all rows one under the other, with a guess where nothing has been measured."""
        width, look = self._width, theme.current()
        gap, near, far = look.px(GAP), look.px(NEAR), look.px(FAR)
        for number, (row, below) in enumerate(zip_longest(self._rows, self._rows[1:])):
            row.number = number
            ends = row.item is None
            row.gap = far if ends else near if below is not None and below.item is None else gap
            if not row.height:
                row.height = guess(row, width)
        self._column = Column(gap, (row.height + row.gap for row in self._rows))
        self._measure()

    def _measure(self) -> None:
        """Ask the cards that have changed how high they are."""
        width = self._width
        for card, row in self._made.items():
            if not row.exact:
                row.height, row.exact = card.height_at(width), True
                self._column.change(row.number, row.height + row.gap)
        page, bar = self.viewport().height(), self.verticalScrollBar()
        placing, self._placing = self._placing, True
        bar.setPageStep(page)
        bar.setRange(0, max(0, self._column.end - page))
        self._placing = placing

    def _place(self, *, anchored: bool = True, haste: bool = False) -> None:
        """Make the cards in view, give every card its place, let go of those far away. In haste,
        what takes too long to make is left for after the next frame."""
        if self._placing:
            return
        self._placing = True
        bar = self.verticalScrollBar()
        following = self._following and anchored
        held = self._held(bar.value())
        end = perf_counter() + HASTE if haste else inf
        for _ in range(8):  # a card that is made may turn out higher than it was guessed
            self._measure()
            if following:
                bar.setValue(bar.maximum())
            elif held is not None:
                bar.setValue(self._column.top(held[0].number) + held[1])
            missing = [row for row in self._seen(bar.value(), 0) if row.card is None]
            if not missing or perf_counter() > end:
                break
            self._make_some(missing, end)
        self._show_cards(bar.value())
        self._placing = False
        self._place_jump()

    def _held(self, at: int) -> tuple[Row, int] | None:
        """What must not move: (a row in view, how far its top is above that of the view). A card
        that is there already is what a reader looks at."""
        seen = self._seen(at, 0)
        row = next((row for row in seen if row.card is not None), seen[0] if seen else None)
        return (row, at - self._column.top(row.number)) if row is not None else None

    def _seen(self, at: int, beyond: int) -> list[Row]:
        """The rows in view, and so many pixels above and below."""
        first = self._column.at(at - beyond)
        last = self._column.at(at + self.viewport().height() + beyond)
        return self._rows[first : last + 1]

    def _show_cards(self, at: int) -> None:
        """Give every card its place, with the view at a height; see that more are made."""
        width = self._width
        left = max((self.width() - width) // 2, theme.current().px(self.side))
        near = self._seen(at, self.viewport().height() // 2)
        for row in near:
            if row.card is not None:
                row.card.setGeometry(left, self._column.top(row.number) - at, width, row.height)
                row.card.setVisible(True)
        if near:
            first, last = near[0].number, near[-1].number
            for card, row in self._made.items():
                if not first <= row.number <= last and not card.isHidden():
                    card.setVisible(False)
            self._let_far_ones_go(first, last)
        if self._lighting.light is not None:
            self.viewport().update()
        if any(row.card is None for row in near) and self.isVisible():
            self._ahead.start()

    def _make_next(self) -> None:
        """Make some of the cards in view or near it, so that they are there when they scroll in."""
        at, end = self.verticalScrollBar().value(), perf_counter() + HASTE
        for beyond in (0, self.viewport().height() // 2):
            self._make_some([row for row in self._seen(at, beyond) if row.card is None], end)
        self._place(haste=True)

    def _make_some(self, rows: Iterable[Row], end: float) -> None:
        for row in rows:
            if perf_counter() > end:
                break
            self._make(row)

    def _let_far_ones_go(self, first: int, last: int) -> None:
        """Keep no more than KEPT cards: those farthest from the rows `first` to `last` go."""
        spare = len(self._made) - KEPT
        if spare <= 0:
            return
        focus = self.focusWidget()
        rows = sorted(
            self._made.values(), key=lambda row: max(first - row.number, row.number - last)
        )
        for row in rows[-spare:]:
            held = row.card is not None and row.card.isAncestorOf(focus or self)
            if not (first <= row.number <= last or row.run.running or held):
                self._let_go(row)

    def _make(self, row: Row) -> None:
        card = self._card(row)
        card.setParent(self.viewport())
        card.asked.connect(lambda verb, item, row=row: self.asked.emit(verb, row.run, item))
        card.resized.connect(lambda row=row: self._resized(row))
        card.pointed.connect(lambda *what, row=row: self._point(row, *what))
        card.installEventFilter(self)
        card.advance()
        row.card, row.exact = card, False
        self._made[card] = row
        if (spans := self._lighting.made(row)) is not None:
            card.light(spans)

    def _version(self, row: Row) -> tuple[int, int]:
        """(which, of how many): the versions of the row's run."""
        siblings = self._families.get(row.run.parent, [])
        return next((n for n, run in enumerate(siblings) if run is row.run), 0), len(siblings)

    def _card(self, row: Row) -> Card:
        at, count = row.version = self._version(row)
        if row.item is None:
            shared = bool(row.run.input)
            footer = Footer(
                row.run,
                at,
                count,
                shared=shared,
                extras=tuple(self.extras),
                actions=REPLAYED if self._replay else self.offered,
                numbers=self.numbers,
            )
            footer.newest = row is self._rows[-1]
            footer.warmed(False)
            return footer
        card = card_for(row.run, row.item, said=row.said, kept=row.kept)
        if isinstance(card, DecidingCard):
            card.deciding = self.deciding
        if isinstance(card, ChoicesCard):
            card.picked.connect(lambda choice, run=row.run: self._choose(run, choice))
        if isinstance(card, SaidCard) and row.item is next(iter(row.run.input), None):
            card.versions(
                at,
                count,
                lambda step, run=row.run, item=row.item: self.asked.emit(
                    "next" if step > 0 else "previous", run, item
                ),
            )
        return card

    def _let_go(self, row: Row) -> None:
        if row.card is not None:
            del self._made[row.card]
            row.card.hide()
            row.card.deleteLater()
            row.card = None

    def _resized(self, row: Row) -> None:
        row.exact = False
        self._place()

    def _restyle(self) -> None:
        """Other colours or sizes: make the cards anew, in the place where the reader is."""
        for row in self._rows:
            self._let_go(row)
            row.height, row.exact = 0, False
        self._lay_out()
        self._place()

    def _clear(self) -> None:
        for row in self._rows:
            self._let_go(row)
        self._rows, self._column, self._live = [], Column(theme.current().px(GAP)), []

    def _place_jump(self) -> None:
        if self._jump.isHidden():
            return
        self._jump.adjustSize()
        self._jump.move(
            (self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - 10
        )
        self._jump.raise_()

    # Qt.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A card whose content asks for another height (a code block that was highlighted)."""
        if event.type() == QEvent.Type.LayoutRequest and not self._placing:
            row = self._made.get(watched)  # type: ignore[call-overload]
            if row is not None and row.card.height_at(self._width) != row.height:
                self._resized(row)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Beside a card that the event changed without a character that can be seen, a line."""
        if self._lighting.light is None:
            return
        look, painter = theme.current(), QPainter(self.viewport())
        for card in self._made:
            if card.lit is not None and not card.isHidden() and card.lit_at() is None:
                box = card.geometry()
                side = QRect(box.left() - look.px(9), box.top(), look.px(3), box.height())
                painter.fillRect(side, look.colour("accent"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            for row in self._rows:
                row.exact = False
                if row.card is None:
                    row.height = 0
            self._lay_out()
        self._place()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Cards are moved by `_place`."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        self._by_hand()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        moves: dict[int, Callable[[], None]] = {
            Qt.Key.Key_PageUp: lambda: bar.setValue(bar.value() - bar.pageStep()),
            Qt.Key.Key_PageDown: lambda: bar.setValue(bar.value() + bar.pageStep()),
            Qt.Key.Key_Up: lambda: bar.setValue(bar.value() - bar.singleStep()),
            Qt.Key.Key_Down: lambda: bar.setValue(bar.value() + bar.singleStep()),
            Qt.Key.Key_Home: lambda: bar.setValue(0),
            Qt.Key.Key_End: lambda: bar.setValue(bar.maximum()),
        }
        move = moves.get(event.key())
        if move is None:
            event.ignore()  # a scroll area would keep the arrows, also where nothing is sideways
            return
        self._set_following(False)
        move()
        self._by_hand()
