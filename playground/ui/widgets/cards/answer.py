"""A message of the model: Markdown, drawn while it comes, with what it refers to below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from playground.core.items import Item, Message
from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.cards.attachments import Attachments
from playground.ui.widgets.cards.base import Card
from playground.ui.widgets.cards.sound import Sound
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.sources import Sources, cited
from playground.ui.widgets.tokens import Tokens
from playground.ui.widgets.traced import TracedText

SLICE = 1_000
"""Characters of an answer that are drawn at once, 2 to 5 ms of work; more wait for a turn of the
loop, so that a very long answer never holds up the window."""
FEW = 6
"""Sources up to which they are not folded."""
INDENT = 12
"""Of what is said beside the answer, in pixels of the design."""


class AnswerCard(Card):
    """What is rare (sources, sound, tokens) gets its widget when it comes."""

    def __init__(self, run: Run, item: Message, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        self.setProperty("role", "assistant")
        self.setAccessibleName("Answer")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.current().px(4))
        self._phase = QLabel("COMMENTARY", self)
        self._phase.setProperty("role", "section")
        self._phase.hide()
        self._column.addWidget(self._phase)
        self.prose = Prose(self)
        self.prose.link_activated.connect(lambda url: self.asked.emit(f"link:{url}", self.item))
        self._column.addWidget(self.prose)
        self.prose.field = "text"
        self.prose.goes_back = run.replayed
        self._refusal = TracedText(parent=self, field="refusal")
        self._refusal.setProperty("role", "refusal")
        self._refusal.setAccessibleName("Refusal")
        self._refusal.hide()
        self._column.addWidget(self._refusal)
        self.trace(self.prose)
        self.trace(self._refusal)
        self._sources: Sources | None = None
        self._sound: Sound | None = None
        self._attachments: QWidget | None = None
        self._tinted: QToolButton | None = None
        self._tokens: Tokens | None = None
        self._cited = 0
        self._cursor = 0
        self._version = 0
        self._due = ""
        """Text that is still to be drawn."""
        self._waiting = False
        self._finished = False

    def turn(self, run: Run, item: Item) -> bool:
        """A text that was longer is cut, one that was shorter goes on."""
        assert isinstance(item, Message)
        drawn, text = self.prose.fed, str(item.text)
        rare = (self._sources, self._sound, self._attachments, self._tinted)
        if any(rare) or item.refusal or not self._refusal.isHidden():
            return False
        if self._finished or not text.startswith(drawn):
            if not drawn.startswith(text):
                return False
            self.prose.cut(len(text))
            drawn = text
        self.run, self.item, self.rev = run, item, -1
        self._due, self._finished = text[len(drawn) :], False
        self._version, self._cursor = item.text.version, item.text.after(0)[1]
        return True

    @property
    def aside(self) -> bool:
        """It is said beside the answer."""
        assert isinstance(self.item, Message)
        return self.item.phase == "commentary"

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
        self._draw_phase()
        self._draw_some()
        self._draw_text()
        if item.refusal:
            self._refusal.say(str(item.refusal))
            self._refusal.show()
        if len(item.annotations) != self._cited:
            self._cited = len(item.annotations)
            self._draw_sources(item)
        if item.audio:
            self._draw_sound(item)
        if item.parts and self._attachments is None:
            made = Attachments(item.parts, self)
            made.resized.connect(self.resized)
            self._attachments = made
            self._column.addWidget(made)
            made.show()
        if item.logprobs and self.over and self._tinted is None:
            self._offer_tokens(item)

    def _draw_phase(self) -> None:
        if self.aside == self._phase.isHidden():
            self._phase.setVisible(self.aside)
            self.setAccessibleName("Commentary" if self.aside else "Answer")
            self.prose.token = "muted" if self.aside else "text"
            left = theme.current().px(INDENT) if self.aside else 0
            self._column.setContentsMargins(left, 0, 0, 0)

    def _draw_text(self) -> None:
        """The text, or its tokens, or neither where something else stands for it."""
        item = self.item
        assert isinstance(item, Message)
        tinted = self._tokens is not None and not self._tokens.isHidden()
        instead = item.refusal or item.audio or item.parts
        self.prose.setVisible(not tinted and (bool(item.text) or not instead))

    def _draw_some(self) -> None:
        """Draw the next slice, and see that another follows if there is more."""
        piece, self._due = self._due[:SLICE], self._due[SLICE:]
        if piece:
            self.prose.append(piece)
        if self._due and not self._waiting:
            self._waiting = True
            QTimer.singleShot(0, self, self._go_on)
        if self.over and not self._due and not self._finished:
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
            self.draw()
            changed = True
        return changed

    # What is rare.

    def _draw_sources(self, item: Message) -> None:
        rows = cited(item.annotations)
        if self._sources is None:
            self._sources = Sources(self)
            self._sources.opened.connect(lambda url: self.asked.emit(f"link:{url}", self.item))
            self._cites = self.fold(self._sources, "sources", opened=len(rows) <= FEW)
            self._column.addWidget(self._cites)
            self._column.addWidget(self._sources)
            self._cites.show()
        self._cites.say(
            f"{len(rows)} source{'s' * (len(rows) != 1)}",
            ", ".join(dict.fromkeys(row.note or row.title for row in rows))[:200],
        )
        self._cites.setAccessibleName(f"Sources: {len(rows)}")
        self._sources.show_sources(rows)

    def _draw_sound(self, item: Message) -> None:
        if self._sound is None:
            self._sound = Sound(self)
            self._column.addWidget(self._sound)
            self._sound.show()
        self._sound.say(item.audio, written=bool(item.text), over=self.over)

    def _offer_tokens(self, item: Message) -> None:
        self._tinted = button = QToolButton(self)
        button.setText("Token probabilities")
        button.setAccessibleName("Tint the tokens by their probability")
        button.setToolTip("Tint each token by how likely it was; the pointer shows the others")
        button.setProperty("role", "segment")
        button.setCheckable(True)
        button.toggled.connect(self._tint)
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        button.show()
        button.setChecked(bool(self.kept.get("tokens")))

    def _tint(self, on: bool) -> None:
        item = self.item
        assert isinstance(item, Message)
        self.kept["tokens"] = on
        if self._tokens is None:
            self._tokens = Tokens(item.logprobs, self)
            self._column.insertWidget(self._column.indexOf(self.prose) + 1, self._tokens)
        self._tokens.setVisible(on)
        self._draw_text()
        self.resized.emit()

    def copied(self) -> str:
        assert isinstance(self.item, Message)
        return str(self.item.text) or str(self.item.refusal)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.aside:
            bar = QRect(0, 2, theme.current().px(2), self.height() - 4)
            QPainter(self).fillRect(bar, theme.current().colour("border"))
