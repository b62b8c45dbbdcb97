"""A prompt into the session on screen or a new one, and the session on screen as a prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.prompts import Content
from playground.core.session import Run, Session
from playground.engine.prompting import Use, content_of, hang, missing, used
from playground.ui.desk import Desk
from playground.ui.widgets.promptmodel import UNTITLED
from playground.ui.widgets.promptvalues import PromptValues

SET = ("instructions", "variables", "values")
"""What of a call a prompt sets."""


def use(desk: Desk, owner: QWidget, content: Content, title: str, *, new: bool) -> None:
    """Give a session what a prompt says: the one on screen, or with `new` a new one. Values that
    are needed at once are asked for."""
    if not new and desk.refused():
        return
    fresh = new or not desk.session.path()
    asked = missing(content, desk.session.call) if fresh else []

    def go(values: dict[str, Any]) -> None:
        if new:
            desk.new_session()
        session = desk.session
        try:
            found = used(content, session.call, fresh=not session.path(), values=values)
        except Failure as failure:
            desk.report(failure.problem)
            return
        _put(desk, session, found, title, new=new)

    if asked:
        PromptValues(asked, go, owner).open()
    else:
        go({})


def _put(desk: Desk, session: Session, found: Use, title: str, *, new: bool) -> None:
    before = {name: getattr(session.call, name) for name in SET}
    draft, leaf = session.draft, session.leaf
    if not found.draft:
        found = found._replace(draft=draft)  # there is nothing to take its place
    runs = hang(desk.workspace, session, found)

    async def work() -> None:
        for run in runs:
            await desk.workspace.go(run)
        _show(desk, session)
        desk.wanted.emit("chat")
        desk.wanted.emit("composer")
        if not new:
            desk.done.emit(_said(title, found), undo)

    def undo() -> None:
        if session.leaf != (runs[-1].id if runs else leaf):
            desk.report(Problem(title="Something was said since then, so nothing was undone."))
            return
        desk.tasks.start(_back(desk, session, runs, before, draft, leaf), desk)

    desk.tasks.start(work(), desk)


async def _back(
    desk: Desk,
    session: Session,
    runs: list[Run],
    before: dict[str, Any],
    draft: str,
    leaf: str | None,
) -> None:
    session.call = session.call.model_copy(update=before)
    session.draft = draft
    if runs:  # those that hang on it go with it
        await desk.workspace.trash(session, runs[0])
    session.leaf = leaf
    _show(desk, session)


def _show(desk: Desk, session: Session) -> None:
    """The session has other settings and another draft."""
    if desk.session is session:
        desk.show_session(session)
        desk.settings_changed.emit()
    desk.mark(session)
    desk.tasks.start(desk.settle(), desk)


def _said(title: str, found: Use) -> str:
    name = visible(title) or UNTITLED
    if not found.left:
        return f"“{name}” is in this session."
    messages = "one message" if found.left == 1 else f"{found.left:,} messages"
    return (
        f"“{name}” is in this session, but for {messages} before its question: "
        "something has been said here already."
    )


def ask_title(desk: Desk, owner: QWidget, add: Callable[[Content, str, str], object]) -> None:
    """Make a prompt of the session on screen: `add` gets what it says, its title and a note."""
    content, notices = content_of(desk.session)
    if not content.messages:
        desk.report(Problem(title="Nothing is said in this session that a prompt could keep."))
        return
    session = visible(desk.session.title)
    dialog = QInputDialog(owner)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Save this session as a prompt")
    count = len(content.messages)
    told = [
        f"Its developer message and what you said: {count:,} message{'s' * (count != 1)}. "
        "Answers are not part of a prompt.",
        *notices,
        "Title",
    ]
    dialog.setLabelText("\n".join(told))
    dialog.setTextValue(session)
    note = f"From the session “{session}”." if session else "From a session."
    dialog.textValueSelected.connect(lambda title: add(content, " ".join(title.split()), note))
    dialog.open()
