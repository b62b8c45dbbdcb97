"""The text of an answer exactly as it came: what is around the JSON faint, what is wrong with it
underlined, with the reason in a tip."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QToolTip, QWidget

from playground.core.json_lead import FENCE
from playground.core.json_nodes import AROUND, LEGAL, Flaw
from playground.schemas.answer import Answer
from playground.ui import theme
from playground.ui.widgets.growingtext import GrowingText
from playground.ui.widgets.traced import marked

_TONED = AROUND | {"no JSON"}
"""What is said by the tone of the text, and not underlined."""
_FAR = 2**31 - 1


class AnswerText(GrowingText):
    """Raw text, appended as it comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Answer as text", parent)
        self._answer: Answer | None = None
        self._pieces = 0  # that were added
        self._bounds: tuple[int, int | None] | None = (
            None  # of the JSON in the text, as it was drawn
        )
        self._flaws: list[tuple[int, int, Flaw]] = []  # from one position to another
        theme.themes.changed.connect(self.restyle)
        theme.follow(self, lambda look: self.document().setDocumentMargin(look.px(10)))

    def show_answer(self, answer: Answer | None) -> None:
        """Show the text of an answer: from the top, or its end while it comes."""
        self._answer = answer
        self._pieces = 0
        self._bounds = None
        self._flaws.clear()
        self.setExtraSelections([])
        self.begin(following=answer is not None and not answer.ended)
        self.advance()
        if not self.following:
            self.moveCursor(QTextCursor.MoveOperation.Start)

    def advance(self) -> None:
        """Add what is new; called by the clock."""
        answer = self._answer
        if answer is None:
            return
        fed = answer.live.fed
        if len(fed) > self._pieces:
            inside = self._bounds is not None and self._bounds[1] is None
            self.grow("".join(fed[self._pieces :]), _form("text" if inside else "faint"))
            self._pieces = len(fed)
        if answer.ended:
            self.finish()
        self._tone(answer)
        if len(self._flaws) < len(answer.flaws):
            self._flaws += [self._placed(answer, one) for one in answer.flaws[len(self._flaws) :]]
            self._underline()

    def reason(self, position: int) -> str:
        """What is wrong at a position of the document; empty when nothing is."""
        found = [flaw.words for start, end, flaw in self._flaws if start <= position < end]
        return "\n".join(dict.fromkeys(found))

    def restyle(self) -> None:
        """The theme has changed."""
        if self._answer is not None:
            self._tone(self._answer, anew=True)
            self._underline()

    def _tone(self, answer: Answer, *, anew: bool = False) -> None:
        """What is around the JSON is faint: all, as long as there is none. New text comes in the
        tone of its place, so there is something to do only when the JSON begins or ends."""
        root = answer.live.root
        bounds = None if root is None else (root.start, root.end)
        if bounds == self._bounds and not anew:
            return
        self._bounds = bounds
        if root is None:
            self._colour(0, self.end, "faint")
            return
        start = self.position(root.start)
        end = self.end if root.end is None else self.position(root.end)
        self._colour(0, start, "faint")
        self._colour(start, end, "text")
        self._colour(end, self.end, "faint")

    def _colour(self, start: int, end: int, token: str) -> None:
        if start >= end:
            return
        pen = QTextCursor(self.document())
        pen.setPosition(start)
        pen.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        pen.setCharFormat(_form(token))

    def _placed(self, answer: Answer, flaw: Flaw) -> tuple[int, int, Flaw]:
        """Where a flaw stands in the document. An end that is still to come is far away."""
        start = flaw.offset
        node, root = flaw.node, answer.live.root
        match flaw.kind:
            case "after" | "no JSON":
                return self.position(start), _FAR, flaw
            case "before" if root is not None:
                end = root.start
            case "not a value" | "constant" | "range" if node is not None and node.end is not None:
                end = node.end
            case "duplicate" if node is not None:
                end = max(node.start, start + 1)
            case "fence":
                end = start + len(FENCE)
            case "surrogate":
                end = start + len(r"\ud800")
            case "escape":
                end = start + 2
            case "cut":
                start, end = max(start - 1, 0), start
            case _:
                end = start + 1
        return self.position(start), self.position(end), flaw

    def _underline(self) -> None:
        look, made = theme.current(), self.lit()
        for start, end, flaw in self._flaws:
            if flaw.kind in _TONED:
                continue
            form = QTextCharFormat()
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(look.colour("warn" if flaw.kind in LEGAL else "error"))
            made.append(marked(self, start, end, form))
        self.setExtraSelections(made)

    def draw_lights(self) -> None:
        self._underline()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            near = self.cursorForPosition(event.pos())  # the boundary, not the character
            left = event.pos().x() < self.cursorRect(near).center().x()
            told = self.reason(near.position() - left)
            if told:
                text = f"<p style='white-space: pre-wrap'>{html.escape(told)}</p>"
                QToolTip.showText(event.globalPos(), text, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)


def _form(token: str) -> QTextCharFormat:
    form = QTextCharFormat()
    form.setForeground(theme.current().colour(token))
    return form
