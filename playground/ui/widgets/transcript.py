"""The conversation: cards one under the other, made only when they can be seen.

Our own scroll area. Rows are known by run and item; a row's height is estimated until its card has
been made. Cards far from the view are let go. What a reader looks at stays where it is when
something above turns out to have another height, and the end is followed only while the user is
there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolButton, QWidget

from playground.core.items import Item, Message
from playground.core.session import Run, Session
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.cards import Card, SaidCard, card_for
from playground.ui.widgets.footer import Footer

GAP, NEAR, FAR = 10, 8, 16
"""Between cards; above the end of a turn, which belongs to what stands over it; and below it."""
SIDE = 16
MEASURE = 860
"""Cards are not wider than this: lines of prose stay readable on a wide window."""
KEPT = 200
"""Cards that may exist at once."""
LINE = 21


@dataclass(slots=True)
class Row:
    """A place in the conversation."""

    run: Run
    item: Item | None
    """None for the footer of the run."""
    said: bool
    height: int = 0
    exact: bool = False
    card: Card | None = None


class TranscriptView(QAbstractScrollArea):
    """Shows one branch of a session.

    Signals:
        asked(verb, run, item): the user wants something done; see Card and Footer.
        at_end_changed(bool): whether the newest content is being followed.
    """

    asked = Signal(str, object, object)
    at_end_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setAccessibleName("Conversation")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().setSingleStep(3 * LINE)
        self._session: Session | None = None
        self._rows: list[Row] = []
        self._tops: list[int] = [0]
        self._following = True
        self._placing = False
        self._counts: dict[str, int] = {}
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

    def show_session(self, session: Session) -> None:
        """Show the branch on screen of a session, from its end."""
        self._session = session
        self._clear()
        self._following = True
        self.refresh()
        self.jump_to_end()

    def refresh(self) -> None:
        """The tree changed: show the branch as it is now; rows that stay keep their cards."""
        if self._session is None:
            return
        kept = {self._name(row): row for row in self._rows}

        def take(row: Row) -> Row:
            return kept.pop(self._name(row), row)

        rows: list[Row] = []
        self._counts = {}
        for run in self._session.path():
            self._counts[run.id] = len(run.transcript.items)
            for item in run.input:
                rows.append(take(Row(run, item, True)))
            for item in run.transcript.items:
                rows.append(take(Row(run, item, False)))
            if not _only_said(run):
                rows.append(take(Row(run, None, False)))
        for row in kept.values():
            self._let_go(row)
        for row in rows:
            # How many versions there are may have changed.
            if row.card is not None and (row.item is None or row.said):
                self._let_go(row)
        self._rows = rows
        self._estimate()
        self._place()

    @staticmethod
    def _name(row: Row) -> tuple[str, str, bool]:
        return row.run.id, row.item.key if row.item is not None else "", row.said

    def advance(self) -> None:
        """Look at what is running: new rows, longer answers. Called on the clock."""
        session = self._session
        if session is None:
            return
        if any(
            len(run.transcript.items) != self._counts.get(run.id)
            for run in session.path()
            if run.id in self._counts
        ):
            self.refresh()
        changed = False
        for row in self._rows:
            if row.card is not None and row.card.advance():
                row.exact = False
                changed = True
        if changed:
            self._estimate()
            self._place()

    def cards(self) -> list[Card]:
        """The cards that exist now, in order."""
        return [row.card for row in self._rows if row.card is not None]

    def reveal(self, run: Run) -> None:
        """Bring a run into view."""
        for number, row in enumerate(self._rows):
            if row.run is run:
                self._by_hand()
                self._set_following(False)
                self.verticalScrollBar().setValue(self._tops[number] - theme.current().px(GAP))
                return

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
            self._place(anchored=False)

    # Geometry.

    @property
    def _width(self) -> int:
        # Of the whole view: a scroll bar that comes stands beside the cards and moves none.
        look = theme.current()
        return max(min(self.width() - 2 * look.px(SIDE), look.px(MEASURE)), 80)

    def _estimate(self) -> None:
        """Heights and tops; measured where there is a card, guessed from the text elsewhere."""
        width = self._width
        look = theme.current()
        top = look.px(GAP)
        tops = [top]
        for row, below in zip_longest(self._rows, self._rows[1:]):
            if row.card is not None and not row.exact:
                row.height = row.card.height_at(width)
                row.exact = True
            elif not row.height:
                row.height = _guess(row, width)
            ends = row.item is None
            gap = FAR if ends else NEAR if below is not None and below.item is None else GAP
            top += row.height + look.px(gap)
            tops.append(top)
        self._tops = tops
        bar = self.verticalScrollBar()
        self._placing = True
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, top - self.viewport().height()))
        self._placing = False

    def _place(self, *, anchored: bool = True) -> None:
        """Make the cards in view, give every card its place, let go of those far away."""
        if self._placing:
            return
        self._placing = True
        bar = self.verticalScrollBar()
        for _ in range(8):  # a card that is made may turn out higher than it was guessed
            if self._following and anchored:
                bar.setValue(bar.maximum())
            first, last = self._span(bar.value())
            anchor, offset = first, bar.value() - self._tops[min(first, len(self._tops) - 1)]
            made = False
            for row in self._rows[first:last]:
                if row.card is None:
                    self._make(row)
                    made = True
            if not made:
                break
            self._placing = False
            self._estimate()
            self._placing = True
            if not self._following:
                bar.setValue(self._tops[anchor] + offset)
        if self._following and anchored:
            bar.setValue(bar.maximum())
        at, width = bar.value(), self._width
        left = max((self.width() - width) // 2, theme.current().px(SIDE))
        first, last = self._span(at)
        view = QRect(0, 0, 1, self.viewport().height())
        for number, row in enumerate(self._rows):
            if row.card is None:
                continue
            top = self._tops[number] - at
            seen = QRect(0, top, 1, max(row.height, 1)).intersects(view)
            if seen or first <= number < last:
                row.card.setGeometry(left, top, width, row.height)
                row.card.setVisible(True)
            elif row.card.isVisible():
                row.card.setVisible(False)
        self._let_far_ones_go(first, last)
        self._placing = False
        self._place_jump()

    def _span(self, at: int) -> tuple[int, int]:
        """Rows in view and half a page around it."""
        page = self.viewport().height()
        first = max(bisect_right(self._tops, at - page // 2) - 1, 0)
        last = min(bisect_right(self._tops, at + page + page // 2), len(self._rows))
        return first, last

    def _let_far_ones_go(self, first: int, last: int) -> None:
        alive = [number for number, row in enumerate(self._rows) if row.card is not None]
        if len(alive) <= KEPT:
            return
        middle = (first + last) // 2
        focus = self.focusWidget()
        for number in sorted(alive, key=lambda one: -abs(one - middle))[: len(alive) - KEPT]:
            row = self._rows[number]
            if row.run.running or (row.card is not None and row.card.isAncestorOf(focus or self)):
                continue
            self._let_go(row)

    def _make(self, row: Row) -> None:
        card = self._card(row)
        card.setParent(self.viewport())
        card.asked.connect(lambda verb, item, run=row.run: self.asked.emit(verb, run, item))
        card.resized.connect(lambda row=row: self._resized(row))
        card.installEventFilter(self)
        card.advance()
        row.card, row.exact = card, False

    def _card(self, row: Row) -> Card:
        assert self._session is not None
        siblings = self._session.children(row.run.parent)
        at = next((n for n, run in enumerate(siblings) if run is row.run), 0)
        if row.item is None:
            footer = Footer(row.run, at, len(siblings), shared=bool(row.run.input))
            footer.newest = row is self._rows[-1]
            footer.warmed(False)
            return footer
        card = card_for(row.run, row.item, said=row.said)
        if isinstance(card, SaidCard) and row.item is row.run.input[0]:
            card.versions(
                at,
                len(siblings),
                lambda step, run=row.run, item=row.item: self.asked.emit(
                    "next" if step > 0 else "previous", run, item
                ),
            )
        return card

    def _let_go(self, row: Row) -> None:
        if row.card is not None:
            row.card.hide()
            row.card.deleteLater()
            row.card = None

    def _resized(self, row: Row) -> None:
        row.exact = False
        self._estimate()
        self._place()

    def _restyle(self) -> None:
        """Other colours or sizes: make the cards anew, in the place where the reader is."""
        for row in self._rows:
            self._let_go(row)
            row.height, row.exact = 0, False
        self._estimate()
        self._place()

    def _clear(self) -> None:
        for row in self._rows:
            self._let_go(row)
        self._rows, self._tops = [], [theme.current().px(GAP)]

    def _place_jump(self) -> None:
        self._jump.adjustSize()
        self._jump.move(
            (self.width() - self._jump.width()) // 2, self.height() - self._jump.height() - 10
        )
        self._jump.raise_()

    # Qt.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A card whose content asks for another height (a code block that was highlighted)."""
        if event.type() == QEvent.Type.LayoutRequest and not self._placing:
            for row in self._rows:
                if row.card is watched and row.card.height_at(self._width) != row.height:
                    self._resized(row)
                    break
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            for row in self._rows:
                row.exact = False
                if row.card is None:
                    row.height = 0
        self._estimate()
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
            super().keyPressEvent(event)
            return
        self._set_following(False)
        move()
        self._by_hand()


def _only_said(run: Run) -> bool:
    """A message that was inserted: all that can be done with it stands on its card."""
    return run.silent and all(
        isinstance(item, Message) and item.role != "assistant" for item in run.input
    )


def _guess(row: Row, width: int) -> int:
    """A height from the amount of text, good enough for a scroll bar."""
    if row.item is None:
        return 40
    if isinstance(row.item, Message):
        text = str(row.item.text)
        columns = max(width // 8, 10)
        lines = sum(max(-(-len(line) // columns), 1) for line in text.split("\n"))
        return lines * LINE + (20 if row.said else 6)
    return 36
