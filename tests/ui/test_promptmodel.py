"""The library as an item model: rows, names, and what is dragged where."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, Qt, QUrl

from playground.engine.prompting_shelf import Node, shelf
from playground.store.prompts import PromptRow
from playground.ui.models import DETAIL
from playground.ui.widgets.promptmodel import KEYS, PromptsModel

DISPLAY, EDIT = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole
MOVE = Qt.DropAction.MoveAction
NOWHERE = QModelIndex()


def row(name: str, folder: str = "", versions: int = 1, *, drafted: bool = False) -> PromptRow:
    return PromptRow(name, name.title(), folder, versions, 1.0, drafted)


def model() -> PromptsModel:
    made = PromptsModel()
    rows = [row("free", drafted=True), row("a", "Work"), row("b", "Work/Mail", 2), row("", "Work")]
    made.show(shelf(rows, ["Empty"], [row("old")]))
    return made


def drawn(one: PromptsModel, parent: QModelIndex = NOWHERE, deep: int = 0) -> list[str]:
    lines = []
    for number in range(one.rowCount(parent)):
        index = one.index(number, 0, parent)
        assert one.parent(index) == parent
        lines.append(f"{'  ' * deep}{index.data()} · {index.data(DETAIL)}")
        lines += drawn(one, index, deep + 1)
    return lines


def test_rows_say_what_they_are() -> None:
    assert drawn(model()) == [
        "Empty · empty",
        "Work · 3",
        "  Mail · 1",
        "    B · v2",
        "  A · v1",
        "  Untitled prompt · v1",
        "Free · unsaved",
        "Trash · 1",
        "  Old · v1",
    ]


def test_an_index_of_an_older_tree_harms_nobody() -> None:
    one = model()
    last = one.index_of("thrown:old")
    one.show(shelf([row("a")]))
    assert one.node(last) is None and last.data() is None
    assert not one.index_of("folder:Work").isValid()


def test_what_can_be_done_with_a_row() -> None:
    one, flag = model(), Qt.ItemFlag
    folder, thrown = one.flags(one.index_of("folder:Work")), one.flags(one.index_of("thrown:old"))
    assert folder & flag.ItemIsEditable and folder & flag.ItemIsDropEnabled
    assert thrown & flag.ItemIsDragEnabled and not thrown & flag.ItemIsEditable
    assert not one.flags(one.index_of("trash:")) & flag.ItemIsDragEnabled
    assert one.flags(NOWHERE) & flag.ItemIsDropEnabled


def test_a_name_that_is_typed_is_told_once_and_only_when_it_is_another() -> None:
    one, told = model(), []
    one.renamed.connect(lambda node, name: told.append((node.key, name)))
    work, free = one.index_of("folder:Work"), one.index_of("prompt:free")
    assert not one.setData(work, "  Work ", EDIT)
    assert not one.setData(work, "   ", EDIT)
    assert not one.setData(work, "x", DISPLAY)
    assert one.setData(work, " Other  things ", EDIT)
    assert one.setData(free, "", EDIT)  # a prompt may be without one
    assert told == [("folder:Work", "Other things"), ("prompt:free", "")]


def test_what_is_dragged_arrives_as_itself_and_files_as_files() -> None:
    one = model()
    dropped: list[tuple[list[str], str]] = []
    brought: list[list[Path]] = []

    def take(nodes: list[Node], target: Node | None) -> None:
        dropped.append(([node.key for node in nodes], target.key if target else ""))

    one.dropped.connect(take)
    one.brought.connect(brought.append)
    dragged = one.mimeData([one.index_of("prompt:a"), one.index_of("folder:Empty")])
    work = one.index_of("folder:Work")
    assert one.canDropMimeData(dragged, MOVE, -1, -1, work)
    assert not one.dropMimeData(dragged, MOVE, -1, -1, work)  # Qt is to take no rows away
    one.dropMimeData(dragged, MOVE, -1, -1, NOWHERE)
    assert dropped == [
        (["prompt:a", "folder:Empty"], "folder:Work"),
        (["prompt:a", "folder:Empty"], ""),
    ]

    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/tmp/a.json")])
    one.dropMimeData(files, MOVE, -1, -1, NOWHERE)
    assert brought == [[Path("/tmp/a.json")]]

    stranger = QMimeData()
    stranger.setData(KEYS, b"prompt:nobody\n\xff")
    assert not one.canDropMimeData(stranger, MOVE, -1, -1, work)
    stranger.setUrls([QUrl("https://example.com/a.json")])
    assert not one.canDropMimeData(stranger, MOVE, -1, -1, work)
