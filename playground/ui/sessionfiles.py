"""Whole sessions as files, in the window: where they go is asked, long work can be ended."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from playground.core.plain import visible
from playground.core.problem import Problem
from playground.export.progress import Cancelled, Progress

if TYPE_CHECKING:
    from playground.ui.desk import Desk

FILTER = "Sessions (*.playground.jsonl);;Sessions, compressed (*.playground.jsonl.gz)"


def save(desk: Desk, owner: QWidget, sessions: Sequence[tuple[str, str]]) -> None:
    """Ask for a place, then write these sessions, (id, title), into one file."""
    from playground.engine.sessionfile import file_name

    if not sessions:
        desk.report(Problem(title="There is no session yet that could be exported."))
        return
    ids = [session_id for session_id, _ in sessions]
    dialog = QFileDialog(owner, "Export", file_name([title for _, title in sessions]), FILTER)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("playground.jsonl")
    dialog.fileSelected.connect(lambda path: write(desk, ids, Path(path)))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def save_shown(desk: Desk, owner: QWidget) -> None:
    """The session on screen."""
    session = desk.session
    if desk.replaying is not None:
        session = desk.replaying.origin
    kept = bool(session.runs or session.written or session.named)
    save(desk, owner, [(session.id, session.title)] if kept else [])


def save_all(desk: Desk, owner: QWidget) -> None:
    """All that are not in the trash, oldest first."""

    async def work() -> None:
        rows = await desk.workspace.sessions.list(limit=-1)
        save(desk, owner, [(row.id, row.title) for row in reversed(rows)])

    desk.tasks.start(work(), owner)


def write(desk: Desk, session_ids: Sequence[str], path: Path) -> None:
    """Write sessions into a file; what goes wrong is reported, and leaves what was there."""
    from playground.engine import sessionfile

    async def work() -> None:
        progress = Progress()
        desk.busy.emit(f"Writing {path.name}", progress)
        try:
            await desk.settle()
            await sessionfile.save(desk.workspace, session_ids, path, progress)
            desk.told.emit(f"Saved {_counted(session_ids)} as {visible(path.name)}.", "", "", None)
        except Cancelled:
            pass
        finally:
            progress.cancelled = progress.over = True

    desk.tasks.start(work(), desk)


async def read(desk: Desk, path: Path) -> bool:
    """Take over the sessions of a file, and show the last one; False: it is no such file. Raises
    Failure, and then nothing was imported."""
    from playground.engine.sessionfile import import_sessions
    from playground.export.sessionreading import is_session_file

    if not is_session_file(path):
        return False
    progress = Progress()
    desk.busy.emit(f"Reading {path.name}", progress)
    try:
        found = await import_sessions(desk.workspace, path, desk.profiles(), progress)
    except Cancelled:
        return True
    finally:
        progress.cancelled = progress.over = True
    desk.sessions_changed.emit()
    shown = [session for session in found.sessions if not session.trashed] or found.sessions
    if shown:
        desk.open_session(shown[-1].id)
    title = f"{_counted(found.sessions)} came from {visible(path.name)}."
    if found.notices or len(found.sessions) > 1:  # one is on screen, which says enough
        desk.told.emit(title, visible("\n".join(found.notices)), "", None)
    return True


def _counted(sessions: Sequence[object]) -> str:
    return "1 session" if len(sessions) == 1 else f"{len(sessions):,} sessions"
