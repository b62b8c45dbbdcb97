"""The head of the mock rules: which set is in use, and what can be done with sets and files."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QMenu, QToolButton, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.mockfields import choice
from playground.ui.widgets.parts import tool_button


class MockSets(QWidget):
    """Signals:
    picked(str): another set is to be in use.
    made(str), renamed(str): a set is to be made of this name, or the one in use to be called so.
    duplicated(), removed(): the set in use is to be there twice, or no longer.
    opened(str), saved(str): a file is to be read or written.
    """

    picked = Signal(str)
    made = Signal(str)
    renamed = Signal(str)
    duplicated = Signal()
    removed = Signal()
    opened = Signal(str)
    saved = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=4)
        self.sets = choice("Set of mock rules", (), self)
        policy = self.sets.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.sets.setSizePolicy(policy)
        self.sets.activated.connect(lambda at: self.picked.emit(self.sets.itemData(at)))
        row.addWidget(self.sets, 1)
        self.more = tool_button("more", "What can be done with sets and files", self)
        menu = QMenu(self.more)
        self._on_sets = [
            menu.addAction("New set…", lambda: self._ask("New set", "", self.made)),
            menu.addAction("Duplicate set", self.duplicated.emit),
            menu.addAction("Rename set…", self._ask_for_name),
            menu.addAction("Remove set", self.removed.emit),
        ]
        menu.addSeparator()
        menu.addAction("Open file…", self.ask_to_open)
        self._save = menu.addAction("Save as…", self.ask_to_save)
        self.more.setMenu(menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.more)

    def show_sets(self, names: Sequence[str], name: str) -> None:
        """All sets, and the one that is in use."""
        self.sets.clear()
        for one in names:
            self.sets.addItem(visible(one), one)
        self.sets.setCurrentIndex(self.sets.findData(name))
        self.sets.setVisible(bool(names))
        for action in (*self._on_sets, self._save):
            action.setEnabled(bool(names))
        self._on_sets[-1].setEnabled(len(names) > 1)

    def _ask_for_name(self) -> None:
        self._ask("Rename set", str(self.sets.currentData()), self.renamed)

    def _ask(self, title: str, name: str, told: SignalInstance) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name of the set")
        dialog.setTextValue(name)
        dialog.textValueSelected.connect(told)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_to_open(self) -> None:
        """Ask for a file of rules; the dialog is open when this returns."""
        dialog = QFileDialog(self, "Open mock rules")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.opened)
        _open(dialog)

    def ask_to_save(self) -> None:
        """Ask where to write the rules; the dialog is open when this returns."""
        dialog = QFileDialog(self, "Save the mock rules", "mock.json")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(self.saved)
        _open(dialog)


def _open(dialog: QFileDialog) -> None:
    dialog.setNameFilters(["Mock rules (*.json)", "All files (*)"])
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
