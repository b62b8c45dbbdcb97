"""A tool that the server ran itself, or asks us to run: one line, and its own fields below."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.core.items import HostedCall
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import hosted, theme, words
from playground.ui.hosted.told import Code, Told
from playground.ui.widgets.cards.base import badge, frame, say_state
from playground.ui.widgets.cards.deciding import DecidingCard
from playground.ui.widgets.cards.pieces import Piece
from playground.ui.widgets.cards.snippet import Snippet
from playground.ui.widgets.fold import TEXT
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.traced import TracedText

MAIN = 300
"""Characters of the main field that its line may show."""
LANGUAGES = {"code_interpreter_call": "python", "apply_patch_call": "diff", "mcp_call": "json"}
"""Of what streams in."""


class HostedCard(DecidingCard):
    """Below the line nothing is made before it is opened."""

    def __init__(self, run: Run, item: HostedCall, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(*frame(self))
        column.setSpacing(look.px(4))
        self._body = QWidget(self)
        self._inner = QVBoxLayout(self._body)
        self._inner.setContentsMargins(*look.margins(TEXT, 0, 0, 4))
        self._inner.setSpacing(look.px(8))
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        self._fold = self.fold(
            self._body, draw=self._draw_body, token="tool", strong=True, lasting=True
        )
        row.addWidget(self._fold, 1)
        self._badge = badge(self)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._time = QLabel(self)
        self._time.setProperty("role", "chip")
        row.addWidget(self._time)
        column.addLayout(row)
        column.addWidget(self._body)
        self._column = column
        self._told = Told()
        self._heard: tuple[object, ...] = ()
        """What it was told from: as long as that is the same, nothing is told anew."""
        self._pieces: list[Piece] = []
        self._coming: Snippet | None = None
        self._json: PlainText | None = None

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, HostedCall)
        heard = (id(item.wire), item.status, id(item.image), item.state, self.over)
        if heard != self._heard:
            self._heard = heard
            self._told = told = hosted.tell(item)
            title = hosted.title(item.type)
            self._fold.say(visible(title), visible(" ".join(told.main[:MAIN].split())))
            state, token = hosted.state(item, told, over=self.over)
            say_state(self._badge, visible(state), token)
            self._wait(bool(told.state) and not item.state)
            self._fold.setAccessibleName(visible(f"{title}, {state}"))
            if self.over and item.t1 is not None and not told.state:
                self._time.setText(words.seconds((item.t1 - item.t0) / 1e9))
            if (told.shown or told.failed) and "fold" not in self.kept:
                self._fold.setChecked(True)
                self.kept.pop("fold", None)  # not the reader's doing
            self._draw_body()
        elif self._fold.isChecked():
            self._draw_coming(item)

    def _wait(self, waiting: bool) -> None:
        """Stand out while somebody is waited for."""
        if bool(self.property("waiting")) != waiting:
            self.setProperty("waiting", waiting)
            self.style().polish(self)

    def advance(self) -> bool:
        changed = super().advance()
        if not changed and self._heard and self._heard[-1] != self.over:
            self.draw()
            changed = True
        return changed

    def _yield(self, yields: bool) -> None:
        for widget in (self._fold, self._badge, self._time):
            widget.setVisible(not yields)
        self._body.setVisible(not yields and self._fold.isChecked())
        super()._yield(yields)

    def _draw_body(self) -> None:
        """Make or bring up to date what stands below the line, when it is open."""
        item = self.item
        assert isinstance(item, HostedCall)
        if not self._fold.isChecked() or not self._heard:
            return
        parts, code = self._told.parts, str(item.code)
        for number, part in enumerate(parts):
            if number < len(self._pieces) and self._pieces[number].part == part:
                continue
            if number < len(self._pieces) and self._pieces[number].fits(part):
                self._pieces[number].say(part, code)
                continue
            self._drop_from(number)
            piece = Piece(part, self._body, code)
            if isinstance(piece.body, Snippet | TracedText):
                self.trace(piece.body)
            piece.opened.connect(lambda url: self.asked.emit(f"link:{url}", self.item))
            piece.resized.connect(self.resized)
            self._inner.insertWidget(number, piece)
            self._pieces.append(piece)
            piece.show()  # now, so that the height of the card counts it
        self._drop_from(len(parts))
        self._draw_coming(item)
        self._draw_raw(item)

    def _draw_coming(self, item: HostedCall) -> None:
        """The code that streams in, until the server has written it whole."""
        said = any(isinstance(one, Code) for one in self._told.parts)
        if self._coming is None and item.code and not said:
            self._coming = Snippet("What comes", LANGUAGES.get(item.type, "text"), self._body)
            self._coming.field = "code"
            self.trace(self._coming)
            self._inner.insertWidget(len(self._pieces), self._coming)
            self._coming.show()
        if self._coming is not None:
            self._coming.follow(item.code)
            if said or self.over:
                self._coming.finish()
            self._coming.setVisible(not said)

    def _drop_from(self, number: int) -> None:
        for piece in self._pieces[number:]:
            self.untrace(piece.body)
            self._inner.removeWidget(piece)
            piece.hide()
            piece.deleteLater()
        del self._pieces[number:]

    def _draw_raw(self, item: HostedCall) -> None:
        """All of it as JSON, folded once more."""
        if not self.over or not item.wire:
            return
        if self._json is None:
            self._json = PlainText(parent=self._body)
            self._json.setProperty("role", "code")
            self._json.setAccessibleName("The item as JSON")
            fold = self.fold(self._json, "json", draw=self._say_json)
            by = "they go to the server" if item.ours else "the server wrote them"
            fold.say("JSON", f"all fields, as {by}")
            fold.setAccessibleName("The item as JSON")
            self._inner.addWidget(fold)
            self._inner.addWidget(self._json)
            fold.show()
        self._say_json()

    def _say_json(self) -> None:
        if self._json is not None and not self._json.isHidden():
            self._json.say(hosted.as_json(self.item.wire))
