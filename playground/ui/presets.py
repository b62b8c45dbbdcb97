"""Presets in the window: what this session asks as a file, and such a file as what one asks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox

from playground.core.plain import visible
from playground.core.presets import SUFFIX, Opened, secrets_of, write
from playground.core.problem import Failure
from playground.core.session import Session
from playground.ui.desk import Desk
from playground.ui.refusals import told

if TYPE_CHECKING:
    from playground.ui.window import Window

FILTER = f"Presets (*{SUFFIX});;JSON (*.json)"
NAME = 60
"""Characters of a title that become the name of a file."""
MOST, WIDE = 6, 200
"""Notices that are shown, and characters of one."""
NEWLY, HERE = "New session", "Into this session"


def file_name(title: str) -> str:
    """A name for the file of a preset out of any title."""
    kept = "".join(one if one.isalnum() or one in " -_" else " " for one in title)
    return f"{' '.join(kept.split())[:NAME].strip() or 'preset'}{SUFFIX}"


def few(notices: Sequence[str]) -> list[str]:
    """As many as there is room for, and how many more there are."""
    rows = [clipped(one, WIDE) for one in notices[:MOST]]
    return [*rows, f"And {len(notices) - MOST} more."] if len(notices) > MOST else rows


def clipped(text: str, most: int = 4 * NAME) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


class Presets(QObject):
    """Where a preset shall be used is asked; its tools are withheld there."""

    def __init__(self, window: Window, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk

    # Into a file.

    def save(self) -> None:
        """Ask for a place, then write what the session on screen asks."""
        from playground.engine.presetting import of_session

        session = self._desk.session
        try:
            data = write(of_session(session))
        except Failure as failure:
            self._desk.report(failure.problem)
            return
        gone = secrets_of(session.call)
        name = file_name(session.title)
        dialog = QFileDialog(self._window, "Save as preset", name, FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda path: self.write(data, Path(path), gone))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, data: bytes, path: Path, gone: Sequence[str] = ()) -> None:
        """Put it there; a name without an ending gets that of presets. `gone`: keys that were left
        out, as they are called."""
        from playground.engine.presetting import save

        if not path.suffix:
            path = path.with_name(path.name + SUFFIX)

        async def work() -> None:
            await asyncio.to_thread(save, data, path)
            said = "It holds no key, and nothing of what tools run."
            if gone:
                said += f" Left out: {clipped(', '.join(map(visible, gone)))}."
            self._desk.told.emit(f"Saved as {visible(path.name)}.", said, "", None)

        self._desk.tasks.start(work(), self)

    # Out of a file.

    def choose(self) -> None:
        """Ask for a file, then read it."""
        dialog = QFileDialog(self._window, "Open a preset", filter=FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.read(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def read(self, path: Path) -> None:
        """Read a file and offer what is in it; of what is none the reason is reported, and nothing
        changes."""
        from playground.engine.presetting import opened

        async def work() -> None:
            try:
                self.offer(await asyncio.to_thread(opened, path))
            except Failure as failure:
                self._desk.report(told({path: failure.problem}, 1))

        self._desk.tasks.start(work(), self)

    def offer(self, found: Opened) -> QMessageBox:
        """Ask where it shall be used."""
        from playground.engine.presetting import listed

        preset = found.preset
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setText(visible(f"Use the preset “{clipped(preset.title) or 'Untitled'}”?"))
        rows = [listed(preset)]
        if preset.call.tools:
            rows.append("Its tools are not offered before you offer them.")
        if not self._desk.closed:
            rows.append("In this session it takes the place of the settings; that can be undone.")
        notices = "\n".join(few(found.notices))
        box.setInformativeText(visible("\n\n".join(filter(None, ("\n".join(rows), notices)))))
        for label in box.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        newly = box.addButton(NEWLY, QMessageBox.ButtonRole.AcceptRole)
        newly.clicked.connect(lambda: self.begin(found))
        if not self._desk.closed:
            here = box.addButton(HERE, QMessageBox.ButtonRole.AcceptRole)
            here.clicked.connect(lambda: self.use(found))
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(newly)
        box.open()
        return box

    def begin(self, found: Opened) -> None:
        """A new session of it."""
        from playground.engine.presetting import made

        desk = self._desk

        async def work() -> None:
            notices = list(found.notices)
            session = made(desk.workspace, found.preset, desk.default_profile, notices)
            await desk.workspace.sessions.save(session)
            for run in session.runs.values():
                await desk.workspace.sessions.begin(run)
            desk.show_session(session)
            desk.sessions_changed.emit()
            desk.wanted.emit("chat")
            desk.wanted.emit("composer")
            self._tell(notices)

        desk.tasks.start(work(), self)

    def use(self, found: Opened) -> None:
        """The settings of the session on screen are those of the preset; undo brings the former
        ones back, and the draft."""
        from playground.engine.presetting import before_draft, draft_of, taken

        desk, preset = self._desk, found.preset
        if desk.refused():
            return
        session = desk.session
        before, draft = session.call, session.draft
        notices = list(found.notices)
        session.call = taken(before, preset)
        question = draft_of(preset)
        if question and not draft.strip():
            session.draft = question
        elif question:
            notices.append("Its question was left out: there is a draft.")
        if count := len(before_draft(preset)):
            words = f"{count} messages before its question are" if count > 1 else "A message is"
            notices.append(f"{words} only in a new session of it.")
        self._changed(session)

        def undo() -> None:
            session.call = before
            if session.draft == question:
                session.draft = draft
            self._changed(session)

        desk.done.emit(
            visible(f"“{clipped(preset.title) or 'The preset'}” is in this session."), undo
        )
        self._tell(notices)

    def _changed(self, session: Session) -> None:
        desk = self._desk
        if session is desk.session:
            desk.show_again()
            desk.changed()
        else:
            desk.mark(session)
        desk.keep()

    def _tell(self, notices: list[str]) -> None:
        """What was not taken."""
        if notices:
            title = "Not all of the preset was taken."
            self._desk.told.emit(title, " ".join(few(notices)), "", None)
