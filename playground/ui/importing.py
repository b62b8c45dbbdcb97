"""Importing: recordings, and what somebody else wrote, from files that are chosen in a dialog or
dropped on the window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog

from playground.core.presets import SUFFIX
from playground.core.problem import Failure, Problem
from playground.export.progress import Cancelled, Progress
from playground.ui import sessionfiles
from playground.ui.desk import Desk
from playground.ui.presets import Presets
from playground.ui.refusals import told
from playground.ui.taking import Taking
from playground.ui.window import Window

SUFFIXES = (".jsonl", ".gz", ".sse", ".json", ".sh", ".curl")
FILTER = (
    "Sessions, recordings, requests, prompts (*.jsonl *.jsonl.gz *.sse *.json *.sh *.curl);;"
    "All files (*)"
)


class Importing(QObject):
    """Each file becomes a session of its own; the last one is shown."""

    def __init__(self, window: Window, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self.presets = Presets(window, desk)
        self.taking = Taking(desk, self, self.presets.offer)
        desk.pasted.connect(self.taking.offer)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def choose(self) -> None:
        """Ask for files, then read them."""
        dialog = QFileDialog(self._window, "Import", filter=FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.read([Path(path) for path in paths]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def read(self, paths: list[Path]) -> None:
        """Read files one after another; what cannot be read is reported."""

        async def work() -> None:
            files = await asyncio.to_thread(_files, paths)
            refused: dict[Path, Problem] = {}
            for path in files:
                try:
                    await self._read(path)
                except Failure as failure:
                    refused[path] = failure.problem
            if refused:
                self._desk.report(told(refused, len(files)))
            elif not files:
                self._desk.report(Problem(title="There is no file in there that could be read."))

        self._desk.tasks.start(work(), self)

    async def _read(self, path: Path) -> None:
        # With all that reads files, when one is to be read.
        from playground.engine.importing import import_run
        from playground.engine.presetting import opened
        from playground.export import reading

        if path.name.lower().endswith(SUFFIX):
            self.presets.offer(await asyncio.to_thread(opened, path))
            return
        if await sessionfiles.read(self._desk, path) or await self.taking.file(path):
            return
        desk, workspace, progress = self._desk, self._desk.workspace, Progress()
        desk.busy.emit(f"Reading {path.name}", progress)
        try:
            found = await asyncio.to_thread(reading.opened, path, workspace.endpoints, progress)
            session = await import_run(
                workspace, found.run, desk.profiles(), desk.default_profile, path
            )
        except Cancelled:
            return
        finally:
            progress.cancelled = progress.over = True
        desk.sessions_changed.emit()
        desk.open_session(session.id)
        if found.problem is not None:
            desk.report(found.problem)

    # Files over the window.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent) and (paths := _recordings(event.mimeData().urls())):
            event.acceptProposedAction()
            if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
                self.read(paths)
            return True
        return super().eventFilter(watched, event)


def _recordings(urls: list[QUrl]) -> list[Path]:
    """The files among them, if all are recordings, or folders."""
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    fits = len(paths) == len(urls) and all(_fits(path) or path.is_dir() for path in paths)
    return paths if fits else []


def _fits(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _files(paths: Sequence[Path]) -> list[Path]:
    """The same, with what may be read in a folder in its place; not what lies deeper in it."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.iterdir() if _fits(one) and one.is_file())
        else:
            found.append(path)
    return found
