"""The Export menu: a recorded run as a file, or as code on the clipboard."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import Recording
from playground.core.session import Run
from playground.export import EXPORTERS
from playground.export.base import Exported, Exporter
from playground.export.progress import Cancelled, Progress
from playground.export.saving import save
from playground.store.logs import redacted
from playground.ui import sessionfiles
from playground.ui.desk import Desk
from playground.ui.widgets.parts import copy


class ExportButton(QToolButton):
    """Exports the run that the inspector shows, which is the last one unless another was picked."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setText("Export")
        self.setProperty("role", "quiet")
        self.setAccessibleName("Export this run")
        self.setToolTip("This run as a file, or as code")
        menu = QMenu(self)
        for exporter in EXPORTERS:
            if exporter.code is not None:
                menu.addAction(f"Copy as {exporter.title}").triggered.connect(
                    lambda _=False, it=exporter: self.copy(it)
                )
        menu.addSeparator()
        for exporter in EXPORTERS:
            menu.addAction(f"Save as {exporter.title}…").triggered.connect(
                lambda _=False, it=exporter: self.save(it)
            )
        menu.addSeparator()
        whole = menu.addAction("Save the whole session…")
        whole.triggered.connect(lambda _=False: sessionfiles.save_shown(desk, self))
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        desk.run_shown.connect(lambda _: self._show())
        desk.tree_changed.connect(lambda _: self._show())
        self._show()

    def _show(self) -> None:
        self.setEnabled(self.desk.run is not None and not self.desk.run.silent)

    async def _exported(self, run: Run) -> Exported:
        """What an export starts from, as it stands now. Raises Failure."""
        workspace, session = self.desk.workspace, self.desk.session
        history = workspace.history(session, run)[0][: -len(run.input) or None]
        profile = Profile(id=run.profile, name=run.profile)
        with contextlib.suppress(Failure):  # it may have been deleted since
            profile = workspace.profile(run.profile)
        return Exported(await workspace.events(run), profile, tuple(history))

    def copy(self, exporter: Exporter) -> None:
        """Put the last request of the run on the clipboard, as code."""
        if (run := self.desk.run) is None:
            return

        async def work() -> None:
            made = exporter.write(await self._exported(run))
            copy(redacted(made if isinstance(made, str) else made.decode("utf-8", "replace")))

        self.desk.tasks.start(work(), self)

    def save(self, exporter: Exporter) -> None:
        """Ask for a place, then write the file."""
        if (run := self.desk.run) is None:
            return
        dialog = QFileDialog(self, f"Save as {exporter.title}", f"{run.id}{exporter.suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(exporter.suffix.removeprefix("."))
        dialog.fileSelected.connect(lambda path: self.write(exporter, run, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, exporter: Exporter, run: Run, path: Path) -> None:
        """Write a run to a file, in a thread; what goes wrong is reported."""

        async def work() -> None:
            progress = Progress()
            self.desk.busy.emit(f"Writing {path.name}", progress)
            try:
                exported = await self._exported(run)
                # What goes on meanwhile is not in it.
                recording = run.recording.first(len(run.recording)) if run.running else None
                await asyncio.to_thread(_save, exporter, exported, recording, path, progress)
            except Cancelled:
                pass
            finally:
                progress.cancelled = progress.over = True

        self.desk.tasks.start(work(), self)


def _save(
    exporter: Exporter,
    exported: Exported,
    recording: Recording | None,
    path: Path,
    progress: Progress,
) -> None:
    if recording is not None:
        exported = replace(exported, run=replace(exported.run, recording=recording))
    save(exporter, exported, path, progress, _cleaned)


def _cleaned(data: bytes) -> bytes:
    """What was recorded is masked, but an answer can say a key in pieces."""
    return redacted(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
