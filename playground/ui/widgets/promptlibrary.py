"""The library of prompts: found as one types, put into folders, thrown away and taken back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.prompts import Content, Prompt, folder_of
from playground.core.session import new_id
from playground.engine.prompting_shelf import Node, shelf, unused
from playground.store.prompts import PromptRow
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.icons import icon
from playground.ui.refusals import told
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.promptmodel import PromptsModel
from playground.ui.widgets.promptshelving import PromptShelving, many
from playground.ui.widgets.prompttree import PromptTree

PAUSE = 60
"""Milliseconds after a key before it is searched."""
NEW_FOLDER = "New folder"
FILTER = "Saved prompts (*.json *.jsonl);;All files (*)"

Back = Callable[[], object]


class PromptLibrary(QWidget):
    """Signals:
    opened(str): the prompt of this id is to be shown.
    gone(set): prompts of these ids are in no list any more.
    changed(): the library was read again.
    """

    opened = Signal(str)
    gone = Signal(object)
    changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.total = -1
        """Prompts and folders there are, in the trash too; -1: nobody has looked yet."""
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 8, 8, gap=8)
        column.addLayout(self._head())
        self.model = PromptsModel(self)
        self.tree = PromptTree(self.model, self)
        column.addWidget(self.tree, 1)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.said)
        self.shelving = PromptShelving(desk, self.model, self.refresh, self)
        self.shelving.gone.connect(self.gone)
        self._task: asyncio.Future[object] | None = None
        self._stale = False
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(PAUSE)
        self._typing.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._open_first)
        self.tree.opened.connect(self._opened)
        self.tree.deleted.connect(self.shelving.delete)
        self.tree.asked.connect(self._menu)
        self.tree.itemDelegate().closeEditor.connect(lambda *_: self._typing.start())
        self.model.renamed.connect(self.shelving.rename)
        self.model.dropped.connect(self._dropped)
        self.model.brought.connect(self.read)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, gap=4)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search prompts")
        self.search.setAccessibleName("Search prompts")
        clear = self.search.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Clear the search")
        clear.setVisible(False)
        clear.triggered.connect(self.search.clear)
        self.search.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        row.addWidget(self.search, 1)
        for name, words, slot in (
            ("plus", "New prompt", self.add),
            ("folder", NEW_FOLDER, self.add_folder),
            ("import", "Import prompts…", self.choose),
        ):
            button = tool_button(name, words, self)
            button.clicked.connect(lambda _=False, slot=slot: slot())
            row.addWidget(button)
        return row

    # Reading.

    def refresh(self) -> asyncio.Future[object]:
        """Ask the store again; what is waited for ends when the newest answer is shown."""
        self._stale = True
        if self._task is None or self._task.done():
            self._task = self.desk.tasks.start(self._read(), self)
        return self._task

    async def _read(self) -> None:
        while self._stale:
            self._stale = False
            words = self.search.text()
            rows = await self.desk.prompts.list(words=words)
            thrown = await self.desk.prompts.list(trashed=True, words=words)
            if not self._stale and not self.tree.editing:  # not taken from under who types
                self._show(rows, thrown, searching=bool(words.strip()))

    def _show(
        self, rows: Sequence[PromptRow], thrown: Sequence[PromptRow], *, searching: bool
    ) -> None:
        kept = self.desk.settings.prompt_folders
        top = shelf(rows, () if searching else kept, thrown)
        self.tree.show_tree(top, searching=searching)
        if not searching:
            self.total = len(rows) + len(thrown) + len(kept)
        self.said.setText("Nothing found." if searching else "")
        self.said.setVisible(searching and not top)
        self.changed.emit()

    @property
    def folder(self) -> str:
        """Where something new comes to lie: where the current row is."""
        node = self.tree.current()
        return node.folder if node is not None and node.kind in ("folder", "prompt") else ""

    def _opened(self, node: Node) -> None:
        if node.row is not None:
            self.opened.emit(node.row.id)

    def _open_first(self) -> None:
        first = next((node for node in self.model.nodes() if node.row is not None), None)
        if first is not None:
            self.tree.pick(first.key)
            self._opened(first)

    # What is new.

    def add(self, content: Content | None = None, title: str = "", note: str = "") -> None:
        """A new prompt in the folder of the current row, shown at once."""
        now = time.time()
        prompt = Prompt(id=new_id("prm"), title=title, folder=self.folder)
        if content is not None:
            prompt.write(content, now, note)
        self.search.clear()

        async def work() -> None:
            await self.desk.prompts.save(prompt)
            await self.refresh()
            self.tree.pick(f"prompt:{prompt.id}")
            self.opened.emit(prompt.id)

        self.desk.tasks.start(work(), self)

    def add_folder(self) -> None:
        """A new folder in that of the current row, to be named."""
        there = {node.folder for node in self.model.nodes() if node.kind == "folder"}
        outer = self.folder
        path = unused(f"{outer}/{NEW_FOLDER}" if outer else NEW_FOLDER, there)
        if folder_of(path) != path:
            self.desk.report(Problem(title="Folders cannot lie that deep in each other."))
            return
        self.search.clear()
        self.shelving.keep_folders([*self.desk.settings.prompt_folders, path])

        async def work() -> None:
            await self.refresh()
            self.tree.pick(f"folder:{path}", edit=True)

        self.desk.tasks.start(work(), self)

    def _dropped(self, nodes: Sequence[Node], target: Node | None) -> None:
        if target is not None and target.kind in ("trash", "thrown"):
            self.shelving.delete([node for node in nodes if node.kind != "thrown"])
        else:
            self.shelving.put(nodes, target.folder if target is not None else "")

    # Files.

    def choose(self) -> None:
        """Ask for files of saved prompts, then read them."""
        dialog = QFileDialog(self, "Import prompts", filter=FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.read([Path(path) for path in paths]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def read(self, paths: Sequence[Path]) -> None:
        """Take over saved prompts: all of a file, or nothing of it and the reason why."""
        from playground.ui.widgets.promptimport import take  # with all that reads foreign files

        async def work() -> None:
            refused: dict[Path, Problem] = {}
            for path in paths:
                try:
                    ids = await take(self.desk, path)
                except Failure as failure:
                    refused[path] = failure.problem
                    continue
                if ids:
                    await self.refresh()
                    self.tree.pick(f"prompt:{ids[-1]}")
                    self.opened.emit(ids[-1])
                    self.desk.done.emit(
                        f"Imported {many(len(ids))} from {visible(path.name)}.", back(ids)
                    )
            if refused:
                self.desk.report(told(refused, len(paths)))

        def back(ids: Sequence[str]) -> Back:
            def undo() -> None:
                self.gone.emit(set(ids))
                self.shelving.start(lambda: self.desk.prompts.trash(*ids))

            return undo

        self.shelving.start(work)

    # The menu.

    def _menu(self, nodes: Sequence[Node], where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in self._offers(nodes).items():
            menu.addAction(text).triggered.connect(lambda _=False, slot=slot: slot())
        menu.popup(where)

    def _offers(self, nodes: Sequence[Node]) -> Mapping[str, Callable[[], object]]:
        kinds = {node.kind for node in nodes}
        offers: dict[str, Callable[[], object]] = {}
        if kinds and kinds <= {"trash", "thrown"}:
            return {
                "Restore": lambda: self.shelving.restore(nodes),
                "Forget for good…": lambda: self.shelving.forget(nodes),
            }
        if len(nodes) == 1:
            (node,) = nodes
            if node.row is not None:
                offers["Open"] = lambda: self._opened(node)
            offers["Rename"] = lambda: self.tree.pick(node.key, edit=True)
        if nodes:
            offers["Move to…"] = lambda: self._ask_where(nodes)
            offers["Delete"] = lambda: self.shelving.delete(nodes)
        return {**offers, "New prompt": self.add, "New folder": self.add_folder}

    def _ask_where(self, nodes: Sequence[Node]) -> None:
        """The way of dragging for who has no mouse."""
        folders = [node.folder for node in self.model.nodes() if node.kind == "folder"]
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Move to a folder")
        dialog.setLabelText("Folder; a slash begins one inside another. Empty: in none.")
        dialog.setComboBoxItems(["", *folders])
        dialog.setComboBoxEditable(True)
        dialog.setTextValue(nodes[0].folder.rpartition("/")[0])
        dialog.textValueSelected.connect(lambda text: self.shelving.put(nodes, folder_of(text)))
        dialog.open()
