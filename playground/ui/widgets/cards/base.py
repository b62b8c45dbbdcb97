"""Card: something in the flow of a conversation. A card is given an item once and looks at it when
told to; what the reader did to it (what is unfolded) is kept outside, for cards come and go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from playground.core.items import Item
from playground.core.provenance import Span
from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.parts import name_tool, tool_button
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.traced import TracedText

_Traced = Prose | TracedText
"""Both say which character of a field was clicked, and let some stand out."""


class Card(QFrame):
    """Something in the flow of a conversation.

    Signals:
        asked(verb, item): the user wants something done with the item: "edit", "delete",
            "link:<url>", "inspect".
        pointed(item, field, offset): a character of a field of the item was clicked; without a
            field, the item as a whole.
        resized(): the card needs another height.
    """

    asked = Signal(str, object)
    pointed = Signal(object, str, int)
    resized = Signal()

    def __init__(self, run: Run, item: Item, kept: dict[str, Any] | None = None) -> None:
        """`kept` holds what the reader did to the card; whoever makes it anew hands it on."""
        super().__init__()
        self.run = run
        self.item = item
        self.kept = {} if kept is None else kept
        self.rev = -1
        self.warm = False
        """Its actions are to be seen."""
        self._bodies: list[QWidget] = []
        """What can be unfolded, the outer before the inner."""
        self.newest = False
        """It is the last one, whose actions are always to be seen."""
        self.lit: Sequence[Span] | None = None
        """What the current event of the inspector made of the item; None: nothing."""
        self._traced: list[_Traced] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def fold(
        self,
        body: QWidget,
        name: str = "fold",
        *,
        opened: bool = False,
        draw: Callable[[], object] = lambda: None,
        **look: Any,
    ) -> Fold:
        """A line that opens `body`, as the reader left it. `draw` fills the body when it is opened;
        `look` is Fold's."""
        made = Fold(self, body, opened=self.kept.get(name, opened), **look)
        self._bodies.append(body)

        def toggled(on: bool) -> None:
            self.kept[name] = on
            draw()
            self.resized.emit()

        made.toggled.connect(toggled)
        return made

    # Who made what is seen.

    def trace(self, text: _Traced) -> None:
        """A part of the card shows what came: a click on it says what."""
        self._traced.append(text)
        text.pointed.connect(lambda offset: self._point(text, offset))
        text.inspected.connect(lambda offset: self._inspect(text.field or "", offset))
        if self.lit is not None:
            text.light(_of(self.lit, text.field))

    def untrace(self, text: object) -> None:
        """It goes away."""
        self._traced = [one for one in self._traced if one is not text]

    def light(self, spans: Sequence[Span] | None) -> None:
        """Let what an event made of the item stand out; None: it made nothing of it."""
        self.lit = spans
        for text in self._traced:
            text.light(_of(spans or (), text.field))

    def lit_at(self) -> QRect | None:
        """Where the first character stands that stands out, if any can be seen."""
        if self.lit is None:
            return None
        for text in self._traced:
            if text.isVisibleTo(self) and (box := text.lit_at()) is not None:
                return box.translated(text.mapTo(self, QPoint(0, 0)))
        return None

    def inspect_here(self) -> None:
        """Ask for the event of what is selected or was clicked last; else of the whole."""
        focus = self.focusWidget()
        for text in self._traced:
            if focus is text and text.field is not None and (offset := text.here()) is not None:
                self._inspect(text.field, offset)
                return
        self._inspect("", 0)

    def _point(self, text: _Traced, offset: int) -> None:
        self.pointed.emit(self.item, text.field or "", offset)

    def _inspect(self, field: str, offset: int) -> None:
        self.asked.emit("inspect", self.item)
        self.pointed.emit(self.item, field, offset)

    def warmed(self, warm: bool) -> None:
        self.warm = warm or self.newest
        for button in self.findChildren(CardButton):
            button.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self.warmed(True)

    def leaveEvent(self, event: QEvent) -> None:
        self.warmed(False)

    def advance(self) -> bool:
        """Look at the item; True when it had changed."""
        if self.rev == self.item.rev and self.rev >= 0:
            return False
        self.rev = self.item.rev
        self.draw()
        return True

    def turn(self, run: Run, item: Item) -> bool:
        """Show the same item as it stands at another time of a replay; False: that takes another
        card. What is the same, and will stay so, can be shown by any."""
        over = item is self.item or item.t1 is not None
        same = over and self.item == replace(item, rev=self.item.rev)
        if same:
            self.run, self.item, self.rev = run, item, -1
        return same

    def draw(self) -> None:
        """Show the item as it is now."""
        raise NotImplementedError

    @property
    def over(self) -> bool:
        """Nothing more will come for the item."""
        return self.item.t1 is not None or self.run.transcript.outcome is not None

    def copied(self) -> str:
        """What Copy takes."""
        return ""

    def height_at(self, width: int) -> int:
        """Pixels needed at a width."""
        layout = self.layout()
        if layout is None:
            return self.sizeHint().height()
        for inner in reversed(self._bodies):  # which would say so themselves a moment later
            settle(inner)
        layout.activate()
        if layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width)
        return layout.totalSizeHint().height()


def _of(spans: Sequence[Span], field: str | None) -> list[tuple[int, int]]:
    """Those of a field."""
    return [(span.begin, span.end) for span in spans if span.field == field]


def settle(widget: QWidget) -> None:
    """Make what changed inside a widget count in its height now, rather than after the events that
    are on their way."""
    if widget.isHidden():
        return
    for child in widget.children():
        if isinstance(child, QWidget) and child.layout() is not None:
            settle(child)
    if (layout := widget.layout()) is not None:
        layout.invalidate()
    widget.updateGeometry()


class CardButton(QToolButton):
    """An action of a card. It can be reached at any time, and is seen when the pointer is over the
    card or the focus on the button: a conversation is for reading."""

    def __init__(self, name: str, words_: str, card: Card) -> None:
        super().__init__(card)
        self._card = card
        name_tool(self, name, words_)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._card.warm or self.hasFocus():
            super().paintEvent(event)


class Siblings(QWidget):
    """‹ 2/3 ›: which of several is on screen.

    Signals:
        moved(step): the one before (-1) or after (1) shall be.
    """

    moved = Signal(int)

    def __init__(
        self,
        at: int,
        count: int,
        parent: QWidget | None = None,
        *,
        noun: str = "version",
        keys: tuple[str, str] = (" (Alt+Left)", " (Alt+Right)"),
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._noun = noun
        self._back = tool_button("chevron-left", f"Previous {noun}{keys[0]}", self)
        self._label = QLabel(self)
        self._label.setProperty("role", "chip")
        self._forth = tool_button("chevron-right", f"Next {noun}{keys[1]}", self)
        self._back.clicked.connect(lambda: self.moved.emit(-1))
        self._forth.clicked.connect(lambda: self.moved.emit(1))
        for widget in (self._back, self._label, self._forth):
            row.addWidget(widget)
        self.say(at, count)

    def say(self, at: int, count: int) -> None:
        """It is number `at`, counted from 0."""
        self._label.setText(f"{at + 1}/{count}")
        self._label.setAccessibleName(f"{self._noun.capitalize()} {at + 1} of {count}")
        self._back.setEnabled(at > 0)
        self._forth.setEnabled(at < count - 1)


def badge(parent: QWidget) -> QLabel:
    """A small label that says how something stands."""
    made = QLabel(parent)
    made.setProperty("role", "badge")
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def say_state(made: QLabel, text: str, token: str = "") -> None:
    """Put a state into a badge: "ok", "warn", "error", or none of these."""
    made.setText(text)
    made.setVisible(bool(text))
    if made.property("token") != token:
        made.setProperty("token", token)
        made.style().polish(made)


def frame(card: Card) -> tuple[int, int, int, int]:
    """The margins of a card with a border."""
    card.setProperty("role", "tool")
    return theme.current().margins(12, 6, 12, 6)
