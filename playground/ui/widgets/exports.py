"""The Export menu: a recorded run as a file, or as code on the clipboard."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.session import Run
from playground.export import EXPORTERS
from playground.export.base import Exported, Exporter
from playground.store.logs import redacted
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
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        desk.run_shown.connect(lambda _: self._show())
        desk.tree_changed.connect(lambda _: self._show())
        self._show()

    def _show(self) -> None:
        self.setEnabled(self.desk.run is not None and not self.desk.run.silent)

    async def _written(self, exporter: Exporter, run: Run) -> bytes:
        """The export. What was recorded is masked, but an answer can say a key in pieces.

        Raises Failure.
        """
        workspace, session = self.desk.workspace, self.desk.session
        history = workspace.history(session, run)[0][: -len(run.input) or None]
        profile = Profile(id=run.profile, name=run.profile)
        with contextlib.suppress(Failure):  # it may have been deleted since
            profile = workspace.profile(run.profile)
        made = exporter.write(Exported(await workspace.events(run), profile, tuple(history)))
        if isinstance(made, str):
            return redacted(made).encode("utf-8", "replace")
        return redacted(made.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def copy(self, exporter: Exporter) -> None:
        """Put the last request of the run on the clipboard, as code."""
        if (run := self.desk.run) is None:
            return

        async def work() -> None:
            copy((await self._written(exporter, run)).decode("utf-8", "replace"))

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
        """Write a run to a file; what goes wrong is reported."""

        async def work() -> None:
            written = await self._written(exporter, run)
            try:
                path.write_bytes(written)
            except OSError as error:
                title, detail = f"{path} cannot be written.", error.strerror or str(error)
                raise Failure(Problem(title=title, detail=detail)) from error

        self.desk.tasks.start(work(), self)
