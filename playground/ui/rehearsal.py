"""Rehearsal: a first turn, drawn where nobody sees it, before somebody waits for it.

What is done for the first time takes longer: Qt reads the style sheet for each kind of widget,
PySide makes each enum when it is first used, Markdown its grammar, icons their pictures. All of it
would come in the two frames after the first click on Run, and make each half as long again.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.session import Run, Session
from playground.ui.widgets.transcript import TranscriptView

ASKED = "What comes first?"
ANSWERED = "A *paragraph* with a word in **bold** and one in `code`."
SIZE = QSize(480, 360)
"""Enough for a turn. Its pictures stay in the heap: 800 × 600 would hold 3 MB more."""


def rehearse(parent: QWidget) -> Iterator[None]:
    """Draw a turn that begins, streams and ends. In steps of a few milliseconds; `parent`
    shows nothing of it."""
    said = Message(key="in:0", role="user", text=Text(ASKED))
    call = Call(model="rehearsal")
    run = Run("rehearsal", "", None, call, "", [said], lambda *_: None, owner="rehearsal")
    session = Session("")
    session.add(run)
    view = TranscriptView(parent)
    view.hide()
    view.resize(SIZE)
    try:
        view.grab()  # only now it has its size
        yield
        view.show_session(session)
        yield
        view.grab()
        yield
        answer = Message(key="out:0", text=Text(ANSWERED))
        run.transcript.items.append(answer)
        run.transcript.rev = answer.rev = 1
        view.advance()
        yield
        view.grab()
        yield
        run.transcript.outcome, answer.t1 = "completed", 0
        run.transcript.rev = answer.rev = 2
        view.advance()
        yield
        view.grab()
    finally:
        view.deleteLater()
