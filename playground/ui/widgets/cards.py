"""Cards: one for each kind of item. A card is given an item once and looks at it when told to.

The tuple CARDS says which card shows which kind of item; a kind that is not in it is shown as JSON.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import (
    Item,
    Message,
    Notice,
    Reasoning,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.icons import icon
from playground.ui.widgets.fold import TEXT, Fold
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.prose import Prose

Button = TypeVar("Button", bound=QToolButton)

SLICE = 1_000
"""Characters of an answer that are drawn at once, 2 to 5 ms of work; more wait for a turn of the
loop, so that a very long answer never holds up the window."""
ARGUMENTS_SHOWN = 120
"""Characters of a call's arguments on its one line; the whole stands below."""


class Card(QFrame):
    """Something in the flow of a conversation.

    Signals:
        asked(verb, item): the user wants something done with the item: "edit", "delete",
            "link:<url>", "inspect".
        resized(): the card needs another height.
    """

    asked = Signal(str, object)
    resized = Signal()

    def __init__(self, run: Run, item: Item) -> None:
        super().__init__()
        self.run = run
        self.item = item
        self.rev = -1
        self.warm = False
        """Its actions are to be seen."""
        self.newest = False
        """It is the last one, whose actions are always to be seen."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFrameShape(QFrame.Shape.NoFrame)

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

    def draw(self) -> None:
        """Show the item as it is now."""
        raise NotImplementedError

    def copied(self) -> str:
        """What Copy takes."""
        return ""

    def height_at(self, width: int) -> int:
        """Pixels needed at a width."""
        layout = self.layout()
        if layout is None:
            return self.sizeHint().height()
        layout.activate()
        if layout.hasHeightForWidth():
            return layout.totalHeightForWidth(width)
        return layout.totalSizeHint().height()


def tool_button(name: str, words_: str, parent: QWidget | None = None) -> QToolButton:
    """A small quiet button with an icon, a tooltip and a name for screen readers."""
    return _named(QToolButton(parent), name, words_)


def _named(button: Button, name: str, words_: str) -> Button:
    button.setProperty("role", "icon")
    button.setIcon(icon(name, "muted"))
    button.setToolTip(words_)
    button.setAccessibleName(words_)
    return button


class CardButton(QToolButton):
    """An action of a card. It can be reached at any time, and is seen when the pointer is over the
    card or the focus on the button: a conversation is for reading."""

    def __init__(self, name: str, words_: str, card: Card) -> None:
        super().__init__(card)
        self._card = card
        _named(self, name, words_)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._card.warm or self.hasFocus():
            super().paintEvent(event)


class Siblings(QWidget):
    """‹ 2/3 ›: which of several versions is on screen."""

    moved = Signal(int)

    def __init__(self, at: int, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        back = tool_button("chevron-left", "Previous version (Alt+Left)", self)
        label = QLabel(f"{at + 1}/{count}", self)
        label.setProperty("role", "chip")
        label.setAccessibleName(f"Version {at + 1} of {count}")
        forth = tool_button("chevron-right", "Next version (Alt+Right)", self)
        back.setEnabled(at > 0)
        forth.setEnabled(at < count - 1)
        back.clicked.connect(lambda: self.moved.emit(-1))
        forth.clicked.connect(lambda: self.moved.emit(1))
        for widget in (back, label, forth):
            row.addWidget(widget)


class SaidCard(Card):
    """A message that went in: the user's, or one of another role that was inserted."""

    def __init__(self, run: Run, item: Message) -> None:
        super().__init__(run, item)
        self.setProperty("role", "user")
        self.setAccessibleName(f"{item.role} message")
        look = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(*look.margins(12, 6, 6, 6))
        row.setSpacing(look.px(8))
        column = QVBoxLayout()
        # One line of text stands in the middle of the buttons beside it.
        column.setContentsMargins(*look.margins(0, 4, 0, 4))
        column.setSpacing(look.px(2))
        if item.role != "user":
            head = QLabel(item.role.upper(), self)
            head.setProperty("role", "section")
            column.addWidget(head)
        self._text = PlainText(parent=self)
        self._text.setAccessibleName(f"What the {item.role} said")
        column.addWidget(self._text)
        row.addLayout(column, 1)
        self._side = QHBoxLayout()
        self._side.setSpacing(look.px(2))
        row.addLayout(self._side)
        row.setAlignment(self._side, Qt.AlignmentFlag.AlignTop)
        if run.silent and item.role == "user":
            self._act("send", "Run from here: asks this as another version", "regenerate")
        self._act("edit", "Edit: makes another version, nothing is overwritten", "edit")
        self._act("copy", "Copy the message", "copy")
        self._act("trash", "Delete (can be undone)", "delete")

    def _act(self, name: str, tip: str, verb: str) -> None:
        button = CardButton(name, tip, self)
        button.clicked.connect(lambda: self.asked.emit(verb, self.item))
        self._side.addWidget(button)

    def versions(self, at: int, count: int, moved: Any) -> None:
        """Show which version this is, when there are several."""
        if count > 1:
            siblings = Siblings(at, count, self)
            siblings.moved.connect(moved)
            self._side.insertWidget(0, siblings)

    def draw(self) -> None:
        assert isinstance(self.item, Message)
        self._text.say(str(self.item.text))

    def copied(self) -> str:
        assert isinstance(self.item, Message)
        return str(self.item.text)


class AnswerCard(Card):
    """A message of the model: Markdown, drawn while it comes."""

    def __init__(self, run: Run, item: Message) -> None:
        super().__init__(run, item)
        self.setProperty("role", "assistant")
        self.setAccessibleName("Answer")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(4))
        self._phase = QLabel("COMMENTARY", self)
        self._phase.setProperty("role", "section")
        self._phase.hide()
        column.addWidget(self._phase)
        self.prose = Prose(self)
        self.prose.link_activated.connect(lambda url: self.asked.emit(f"link:{url}", self.item))
        column.addWidget(self.prose)
        self._refusal = PlainText(parent=self)
        self._refusal.setProperty("role", "refusal")
        self._refusal.setAccessibleName("Refusal")
        self._refusal.hide()
        column.addWidget(self._refusal)
        self._cursor = 0
        self._version = 0
        self._due = ""
        """Text that is still to be drawn."""
        self._waiting = False
        self._finished = False

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, Message)
        if item.text.version != self._version:
            self._version = item.text.version
            self._due, self._cursor = item.text.after(0)
            self._finished = False
            self.prose.set_text("")
        else:
            more, self._cursor = item.text.after(self._cursor)
            self._due += more
        self._draw_some()
        self.prose.setVisible(bool(item.text) or not item.refusal)
        self._phase.setVisible(item.phase == "commentary")
        if item.refusal:
            self._refusal.say(str(item.refusal))
            self._refusal.show()

    def _draw_some(self) -> None:
        """Draw the next slice, and see that another follows if there is more."""
        piece, self._due = self._due[:SLICE], self._due[SLICE:]
        if piece:
            self.prose.append(piece)
        if self._due and not self._waiting:
            self._waiting = True
            QTimer.singleShot(0, self, self._go_on)
        over = self.item.t1 is not None or self.run.transcript.outcome is not None
        if over and not self._due and not self._finished:
            self._finished = True
            self.prose.finish()
        self.prose.caret = self.run.running and not self._finished

    def _go_on(self) -> None:
        self._waiting = False
        self._draw_some()
        self.resized.emit()

    def advance(self) -> bool:
        changed = super().advance()
        if not changed and self.run.transcript.outcome is not None and not self._finished:
            self._draw_some()
            changed = True
        return changed

    def copied(self) -> str:
        assert isinstance(self.item, Message)
        return str(self.item.text) or str(self.item.refusal)


class ReasoningCard(Card):
    """What a reasoning model shows of its reasoning: one line, open on demand."""

    def __init__(self, run: Run, item: Reasoning) -> None:
        super().__init__(run, item)
        self.setProperty("role", "reasoning")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inner = QWidget(self)
        indented = QVBoxLayout(inner)
        indented.setContentsMargins(*theme.current().margins(TEXT, 4, 0, 4))
        self._text = PlainText(parent=inner)
        self._text.setProperty("role", "muted")
        self._text.setAccessibleName("Reasoning")
        indented.addWidget(self._text)
        self._fold = Fold(self, inner, token="reasoning", strong=True)
        self._fold.toggled.connect(lambda _: self.resized.emit())
        column.addWidget(self._fold)
        column.addWidget(inner)

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, Reasoning)
        text = str(item.text or item.summary)
        self._text.say(text)
        if item.t1 is None and self.run.transcript.outcome is None:
            head = "Reasoning…"
        else:
            head = f"Reasoned for {words.seconds(((item.t1 or item.t0) - item.t0) / 1e9)}"
        tail = []
        used = self.run.transcript.usage
        if used is not None and used.reasoning:
            tail.append(f"{words.tokens(used.reasoning)} tokens")
        if item.encrypted:
            tail.append("sealed")
        tail += [line.strip(" *#") for line in text.split("\n") if line.strip(" *#")][:1]
        self._fold.say(head, visible(" · ".join(tail))[:200])
        self._fold.setAccessibleName(self._fold.text())
        self._fold.setEnabled(bool(text))

    def copied(self) -> str:
        assert isinstance(self.item, Reasoning)
        return str(self.item.text or self.item.summary)


class ToolCard(Card):
    """A call that the model made: its name and arguments on one line, all of it below."""

    def __init__(self, run: Run, item: ToolCall) -> None:
        super().__init__(run, item)
        self.setProperty("role", "tool")
        column = QVBoxLayout(self)
        look = theme.current()
        column.setContentsMargins(*look.margins(12, 6, 12, 6))
        column.setSpacing(look.px(6))
        self._arguments = PlainText(parent=self)
        self._arguments.setProperty("role", "code")
        self._arguments.setAccessibleName("Arguments")
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        self._fold = Fold(self, self._arguments, token="tool", strong=True, mono=True)
        self._fold.toggled.connect(lambda _: self.resized.emit())
        row.addWidget(self._fold, 1)
        self._badge = QLabel(self)
        self._badge.setProperty("role", "badge")
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._time = QLabel(self)
        self._time.setProperty("role", "chip")
        row.addWidget(self._time)
        column.addLayout(row)
        column.addWidget(self._arguments)

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, ToolCall)
        raw = str(item.arguments)
        line = " ".join(raw.split())
        if len(line) > ARGUMENTS_SHOWN:
            line = line[:ARGUMENTS_SHOWN] + "…"
        self._fold.say(visible(item.name or "a tool"), visible(_short(raw) or line))
        self._fold.setAccessibleName(f"Tool call {item.name}")
        self._arguments.say(_pretty(raw))
        self._badge.setText(item.state)
        if item.t1 is not None:
            self._time.setText(words.seconds((item.t1 - item.t0) / 1e9))

    def copied(self) -> str:
        assert isinstance(self.item, ToolCall)
        return str(self.item.arguments)


class OutputCard(Card):
    """What a tool gave back."""

    def __init__(self, run: Run, item: ToolOutput) -> None:
        super().__init__(run, item)
        self.setProperty("role", "tool")
        column = QVBoxLayout(self)
        column.setContentsMargins(*theme.current().margins(12, 8, 12, 8))
        self._text = PlainText(parent=self)
        self._text.setProperty("role", "code")
        self._text.setAccessibleName("Output of the tool")
        column.addWidget(self._text)

    def draw(self) -> None:
        assert isinstance(self.item, ToolOutput)
        self._text.say(self.item.output)

    def copied(self) -> str:
        assert isinstance(self.item, ToolOutput)
        return self.item.output


class NoticeCard(Card):
    """A sentence of ours in the flow."""

    def __init__(self, run: Run, item: Notice) -> None:
        super().__init__(run, item)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.current().px(8))
        row.addWidget(Mark("info", "accent", self), 0, Qt.AlignmentFlag.AlignTop)
        self._text = PlainText(parent=self)
        self._text.setProperty("role", "muted")
        self._text.setAccessibleName("Notice")
        row.addWidget(self._text, 1)

    def draw(self) -> None:
        assert isinstance(self.item, Notice)
        self._text.say(self.item.text)


class UnknownCard(Card):
    """An item of a kind that this version does not know, as the JSON that came."""

    def __init__(self, run: Run, item: Item) -> None:
        super().__init__(run, item)
        self.setProperty("role", "tool")
        column = QVBoxLayout(self)
        look = theme.current()
        column.setContentsMargins(*look.margins(12, 6, 12, 6))
        column.setSpacing(look.px(6))
        self._json = PlainText(parent=self)
        self._json.setProperty("role", "code")
        self._json.setAccessibleName("The item as JSON")
        self._fold = Fold(self, self._json, token="tool", strong=True)
        self._fold.toggled.connect(lambda _: self.resized.emit())
        column.addWidget(self._fold)
        column.addWidget(self._json)

    def draw(self) -> None:
        name = self.item.type if isinstance(self.item, Unknown) else "an item"
        self._fold.say(visible(name), "kept, but not known to this version")
        self._json.say(self.copied())

    def copied(self) -> str:
        return json.dumps(self.item.wire, indent=2, ensure_ascii=False)


def _short(raw: str) -> str:
    """`city=Oslo, day=tomorrow` of a small flat object; else nothing."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict) or not data:
        return ""
    line = ", ".join(f"{name}={value}" for name, value in data.items())
    return line if len(line) <= ARGUMENTS_SHOWN else ""


def _pretty(raw: str) -> str:
    try:
        return json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return raw


CARDS: tuple[tuple[type[Item], type[Card]], ...] = (
    (Message, AnswerCard),
    (Reasoning, ReasoningCard),
    (ToolCall, ToolCard),
    (ToolOutput, OutputCard),
    (Notice, NoticeCard),
    (Unknown, UnknownCard),
)


def card_for(run: Run, item: Item, *, said: bool) -> Card:
    """The card of an item; `said` when it went in rather than came out."""
    if isinstance(item, Message) and (said and item.role != "assistant"):
        return SaidCard(run, item)
    for kind, card in CARDS:
        if isinstance(item, kind):
            return card(run, item)  # type: ignore[arg-type]
    return UnknownCard(run, item)


def copy(text: str) -> None:
    QApplication.clipboard().setText(text)
