"""The library of prompts as an item model: what can be dragged, dropped and renamed in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, Qt, Signal

from playground.core.plain import visible
from playground.engine.prompting_shelf import Node
from playground.ui import words
from playground.ui.models import DETAIL, RECORD, Index

KEYS = "application/x-playground-prompts"
"""What is dragged, by the keys of nodes, one a line."""
UNTITLED = "Untitled prompt"


class PromptsModel(QAbstractItemModel):
    """Signals:
    renamed(Node, str): somebody has typed another name for a folder or a prompt.
    dropped(list, Node | None): nodes were dropped on another one; None: beside all of them.
    brought(list): files were dropped.
    """

    renamed = Signal(object, str)
    dropped = Signal(object, object)
    brought = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.top: Sequence[Node] = ()
        self._nodes: list[Node] = []
        """All of them: an index knows the number of its own."""
        self._places: dict[str, tuple[int, int]] = {}
        """By key: the number of a node, and where it stands among those beside it."""

    def show(self, top: Sequence[Node]) -> None:
        """Show this tree in the place of the one before."""
        self.beginResetModel()
        self.top, self._nodes, self._places = top, [], {}
        self._add(top)
        self.endResetModel()

    def _add(self, level: Sequence[Node]) -> None:
        for number, node in enumerate(level):
            self._places[node.key] = len(self._nodes), number
            self._nodes.append(node)
            self._add(node.below)

    def node(self, index: Index) -> Node | None:
        at = index.internalId() if index.isValid() else len(self._nodes)
        return self._nodes[at] if at < len(self._nodes) else None

    def index_of(self, key: str) -> QModelIndex:
        """Where a thing stands; invalid when it is not there."""
        if key not in self._places:
            return QModelIndex()
        at, number = self._places[key]
        return self.createIndex(number, 0, at)

    def nodes(self) -> list[Node]:
        """All of them, from top to bottom."""
        return list(self._nodes)

    # Qt.

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        above = self.node(parent)
        level = above.below if above is not None else self.top
        if column or not 0 <= row < len(level):
            return QModelIndex()
        return self.index_of(level[row].key)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override] # noqa: B008
        node = self.node(index)
        above = node.above if node is not None else None
        return self.index_of(above.key) if above is not None else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        node = self.node(parent)
        return len(node.below if node is not None else self.top)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        node = self.node(index)
        if node is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return " ".join(visible(node.title).split()) or UNTITLED
            case Qt.ItemDataRole.EditRole:
                return node.title
            case _ if role == RECORD:
                return node
            case _ if role == DETAIL:
                return detail(node)
            case Qt.ItemDataRole.AccessibleTextRole:
                kind = {"folder": "folder", "trash": "trash"}.get(node.kind, "prompt")
                return f"{visible(node.title) or UNTITLED}, {kind}, {detail(node)}".rstrip(", ")
            case Qt.ItemDataRole.ToolTipRole:
                return words.tip(node.title) if node.title else None
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        node, flag = self.node(index), Qt.ItemFlag
        if node is None:
            return flag.ItemIsDropEnabled
        found = flag.ItemIsEnabled | flag.ItemIsSelectable
        match node.kind:
            case "trash":
                return found | flag.ItemIsDropEnabled
            case "thrown":
                return found | flag.ItemIsDragEnabled
            case _:
                return found | flag.ItemIsDragEnabled | flag.ItemIsDropEnabled | flag.ItemIsEditable

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        node = self.node(index)
        if node is None or role != Qt.ItemDataRole.EditRole:
            return False
        name = " ".join(str(value).split())
        if name == node.title or (not name and node.kind == "folder"):
            return False
        self.renamed.emit(node, name)
        return True

    # Dragging.

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [KEYS, "text/uri-list"]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        made = QMimeData()
        keys = [node.key for one in indexes if (node := self.node(one)) is not None]
        made.setData(KEYS, "\n".join(keys).encode())
        return made

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return bool(self._dragged(data) or files_of(data))

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if files := files_of(data):
            self.brought.emit(files)
        elif dragged := self._dragged(data):
            self.dropped.emit(dragged, self.node(parent))
        # Rows come and go when the tree is read again: Qt shall take none of them away.
        return False

    def _dragged(self, data: QMimeData) -> list[Node]:
        keys = bytes(data.data(KEYS).data()).decode(errors="replace").split("\n")
        return [self._nodes[self._places[key][0]] for key in keys if key in self._places]


def detail(node: Node) -> str:
    """What stands behind a title."""
    if node.row is None:
        return words.number(len(node.prompts)) if node.prompts else "empty"
    if node.row.drafted:
        return "unsaved"
    return f"v{words.number(node.row.versions)}" if node.row.versions else "no version"


def files_of(data: QMimeData) -> list[Path]:
    """The files that are dragged; none when anything else is among them."""
    urls = data.urls()
    return [Path(one.toLocalFile()) for one in urls] if all(u.isLocalFile() for u in urls) else []
