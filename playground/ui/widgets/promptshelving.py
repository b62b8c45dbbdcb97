"""Putting prompts and folders elsewhere, throwing them away and taking them back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.prompts import folder_of, within
from playground.engine.prompting_shelf import Moves, Node, into, outermost, rebased, renamed
from playground.ui.desk import Desk
from playground.ui.widgets.promptmodel import UNTITLED, PromptsModel


class PromptShelving(QObject):
    """Signals:
    gone(set): prompts of these ids are in no list any more.
    """

    gone = Signal(object)

    def __init__(
        self,
        desk: Desk,
        model: PromptsModel,
        refresh: Callable[[], asyncio.Future[object]],
        window: QWidget,
    ) -> None:
        """`refresh` reads the library again; `window` is what dialogs open over."""
        super().__init__(window)
        self.desk = desk
        self._model, self._refresh, self._window = model, refresh, window

    def start(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do something to the library, then read it again."""

        async def go() -> None:
            try:
                await work()
            finally:
                await asyncio.shield(self._refresh())

        self.desk.tasks.start(go(), self)

    def _folders(self) -> list[str]:
        """All that there are: one stays when the last prompt leaves it."""
        seen = {node.folder for node in self._model.nodes() if node.kind == "folder"}
        return sorted(seen.union(self.desk.settings.prompt_folders))

    def keep_folders(self, paths: Sequence[str]) -> None:
        if (kept := sorted(set(paths))) != self.desk.settings.prompt_folders:
            self.desk.settings.prompt_folders = kept
            self.desk.save_settings()

    # Putting things elsewhere.

    def rename(self, node: Node, name: str) -> None:
        if node.kind == "prompt" and node.row is not None:
            row = node.row
            self.start(lambda: self.desk.prompts.rename(row.id, name))
            return
        path = folder_of(f"{node.folder.rpartition('/')[0]}/{name}")
        self._move(lambda: renamed(node, path), f"Renamed “{node.title}”.")

    def put(self, nodes: Sequence[Node], folder: str) -> None:
        """Put prompts and folders into a folder; reported where that cannot be."""
        self._move(lambda: into(nodes, folder), f"Moved to “{folder or 'the top'}”.")

    def _move(self, make: Callable[[], Moves], words: str) -> None:
        try:
            moves = make()
        except Failure as failure:
            self.desk.report(failure.problem.model_copy(update={"remedy": ""}))
            return
        if not moves.prompts and not moves.folders:
            return
        prompts, before = self.desk.prompts, self._folders()
        back = {one.prompt: one.source for one in moves.prompts}

        async def work() -> None:
            await prompts.put({one.prompt: one.target for one in moves.prompts})
            await prompts.restore(*moves.restored)
            self.keep_folders(rebased(before, moves.folders))
            self.desk.done.emit(visible(words), undo)

        def undo() -> None:
            async def again() -> None:
                await prompts.put(back)
                await prompts.trash(*moves.restored)
                self.keep_folders(before)

            self.start(again)

        self.start(work)

    # Throwing things away.

    def delete(self, nodes: Sequence[Node]) -> None:
        """Move prompts and folders to the trash; what lies there is forgotten when that is
        confirmed."""
        chosen = outermost(nodes)
        if all(node.kind in ("trash", "thrown") for node in chosen):
            self.forget(chosen)
            return
        chosen = [node for node in chosen if node.kind in ("folder", "prompt")]
        ids = [row.id for node in chosen for row in node.prompts]
        paths = [node.folder for node in chosen if node.kind == "folder"]
        prompts, before = self.desk.prompts, self._folders()

        async def work() -> None:
            await prompts.trash(*ids)
            self.keep_folders([one for one in before if not _in_any(one, paths)])
            self.gone.emit(set(ids))
            self.desk.done.emit(f"Deleted {counted(chosen)}.", undo)

        def undo() -> None:
            async def again() -> None:
                await prompts.restore(*ids)
                self.keep_folders([*self._folders(), *before])

            self.start(again)

        self.start(work)

    def restore(self, nodes: Sequence[Node]) -> None:
        """Take prompts out of the trash, to where they were."""
        ids = [row.id for node in nodes for row in node.prompts]
        self.start(lambda: self.desk.prompts.restore(*ids))

    def forget(self, nodes: Sequence[Node]) -> None:
        """There is no way back, so this is asked, and says what it does."""
        ids = [row.id for node in nodes for row in node.prompts]
        if not ids:
            return

        def go(text: str) -> None:
            if text.strip().lower() == "forget":
                self.start(work)

        async def work() -> None:
            self.gone.emit(set(ids))
            await self.desk.prompts.forget(*ids)

        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Forget prompts")
        dialog.setLabelText(
            f"This removes {counted(nodes)} with all versions, for good.\n"
            "Copies made before updates of the database go as well. Type forget to do it."
        )
        dialog.textValueSelected.connect(go)
        dialog.open()


def counted(nodes: Sequence[Node]) -> str:
    """“Mail”, or 3 prompts."""
    if len(nodes) == 1 and nodes[0].kind != "trash":
        return f"“{visible(nodes[0].title) or UNTITLED}”"
    return many(sum(len(node.prompts) for node in nodes))


def many(count: int) -> str:
    return "one prompt" if count == 1 else f"{count:,} prompts"


def _in_any(folder: str, paths: Sequence[str]) -> bool:
    return any(within(folder, path) for path in paths)
