"""The list of sessions as an item model: a tree of nodes that can be dragged, dropped and renamed.
What a drop means is told, and done elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, Qt, Signal

from playground.core.plain import visible
from playground.core.prompts import within
from playground.store.listing import Row
from playground.store.words import marks
from playground.ui import words
from playground.ui.models import DETAIL, RECORD, Index
from playground.ui.widgets.sessionrows import Node, detail, spoken

NODE = RECORD + 2
"""The Node of anything in the list."""
MARKS = RECORD + 3
"""Where a search stands in the title, and in the second line: each a tuple of (start, end)."""

MIME = "application/x-playground-sessions"
"""Sessions, or a folder, that are dragged."""
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_DROP = Qt.ItemFlag.ItemIsDropEnabled
_SHELF = _PLAIN | _DROP
_GONE = _SHELF | Qt.ItemFlag.ItemIsDragEnabled
_ALL = _GONE | Qt.ItemFlag.ItemIsEditable
_NONE = Qt.ItemFlag.NoItemFlags


@dataclass(slots=True)
class _Item:
    node: Node
    parent: int
    """Its place among all items; -1 at the top."""
    number: int
    children: list[int]


class SessionsModel(QAbstractItemModel):
    """Sessions as the tree of `sessionrows`.

    Signals:
        dropped(list[Row], Node | None): sessions were put there; None: where nothing is.
        folder_dropped(str, str): a folder shall become another one.
        renamed(Node, str): the user has typed another name for it.
    """

    dropped = Signal(list, object)
    folder_dropped = Signal(str, str)
    renamed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._items: list[_Item] = []
        self._top: list[int] = []
        self._words = ""

    def show(self, nodes: Sequence[Node], words: str = "") -> bool:
        """Replace the rows. `words`: what was searched for. Whether there are other ones now, or
        at other places: else selection and scroll position stay."""
        items: list[_Item] = []
        top = _lay(nodes, -1, items)
        places = [(item.node.key, item.parent) for item in items]
        if places == [(item.node.key, item.parent) for item in self._items]:
            marked = words != self._words
            before, self._items, self._words = self._items, items, words
            for number, item in enumerate(items):
                if marked or item.node != before[number].node:
                    index = self._index(number)
                    self.dataChanged.emit(index, index)
            return False
        self._words = words
        self.beginResetModel()
        self._items, self._top = items, top
        self.endResetModel()
        return True

    # What stands where.

    def node(self, index: Index) -> Node | None:
        return self._items[index.internalId()].node if index.isValid() else None

    def record(self, index: Index) -> Row | None:
        node = self.node(index)
        return node.row if node is not None else None

    def place(self, key: str) -> QModelIndex:
        """Where a node is; invalid when it is not there."""
        return next(
            (self._index(n) for n, item in enumerate(self._items) if item.node.key == key),
            QModelIndex(),
        )

    def place_of(self, session_id: str) -> QModelIndex:
        """Where a session is first; invalid when it is not in the list."""
        for number, item in enumerate(self._items):
            if item.node.row is not None and item.node.row.id == session_id:
                return self._index(number)
        return QModelIndex()

    def all(self) -> Iterator[tuple[QModelIndex, Node]]:
        """Everything from top to bottom, what is folded away too, as far as it is known."""
        for number, item in enumerate(self._items):
            yield self._index(number), item.node

    @property
    def sessions(self) -> list[Row]:
        """Those from top to bottom, each once, without the trash."""
        rows = (item.node.row for item in self._items)
        found = {row.id: row for row in reversed([*rows]) if row is not None and not row.trashed}
        return list(found.values())[::-1]

    def _index(self, number: int) -> QModelIndex:
        return self.createIndex(self._items[number].number, 0, number)

    # Dragging.

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Of a folder only when it is alone: what is dragged with it would lie in it, or not."""
        nodes = [node for index in indexes if (node := self.node(index)) is not None]
        rows = list(dict.fromkeys(node.row.id for node in nodes if node.row is not None))
        folder = nodes[0].folder if len(nodes) == 1 and nodes[0].kind == "folder" else ""
        data = QMimeData()
        data.setData(MIME, json.dumps({"sessions": rows, "folder": folder}).encode())
        return data

    def takes(self, data: QMimeData, index: Index) -> bool:
        """Whether what is dragged may be dropped there; on nothing: out of everything."""
        rows, folder = self._dragged(data)
        node = self.node(index)
        if folder:
            return self._target(folder, node) is not None
        return bool(rows) and (node is None or node.takes is not None)

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        return self.takes(data, parent)

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if not self.takes(data, parent):
            return False
        rows, folder = self._dragged(data)
        if folder:
            self.folder_dropped.emit(folder, self._target(folder, self.node(parent)))
        else:
            self.dropped.emit(rows, self.node(parent))
        return True

    def _dragged(self, data: QMimeData) -> tuple[list[Row], str]:
        """(sessions, a folder): one of them, or neither for what is none of ours."""
        try:
            said = json.loads(bytes(data.data(MIME).data()))
            wanted, folder = set(said["sessions"]), str(said["folder"])
        except (ValueError, TypeError, KeyError):
            return [], ""
        known = {item.node.row.id: item.node.row for item in self._items if item.node.row}
        return [row for row_id, row in known.items() if row_id in wanted], folder

    @staticmethod
    def _target(folder: str, node: Node | None) -> str | None:
        """What a folder becomes that is dropped there; None: it cannot be, or stays what it is."""
        outer = "" if node is None or node.kind == "head" else node.folder
        if node is not None and node.kind not in ("head", "folder", "session"):
            return None
        name = folder.rpartition("/")[2]
        target = f"{outer}/{name}" if outer else name
        return None if within(outer, folder) or target == folder else target

    # Qt's side.

    def index(self, row: int, column: int = 0, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        below = self._below(parent)
        if column or not 0 <= row < len(below):
            return QModelIndex()
        return self.createIndex(row, 0, below[row])

    def _below(self, parent: Index) -> list[int]:
        return self._items[parent.internalId()].children if parent.isValid() else self._top

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        at = self._items[index.internalId()].parent if index.isValid() else -1
        return self._index(at) if at >= 0 else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return len(self._below(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008  Qt's signature
        node = self.node(parent)
        return bool(self._top) if node is None else node.unfolds

    def flags(self, index: Index) -> Qt.ItemFlag:
        node = self.node(index)
        match node.kind if node is not None else "":
            case "session":
                gone = node is not None and node.row is not None and node.row.trashed
                return _GONE if gone else _ALL
            case "folder":
                return _ALL
            case "archive" | "trash":
                return _SHELF
            case "":
                return _DROP
            case _:
                return _NONE

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self.node(index)
        if node is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return visible(node.title) or "Untitled session"
            case Qt.ItemDataRole.EditRole:
                return node.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return spoken(node)
            case Qt.ItemDataRole.ToolTipRole if node.kind in ("session", "folder"):
                return words.tip(spoken(node))
            case _ if role == int(RECORD):
                return node.row
            case _ if role == int(NODE):
                return node
            case _ if role == int(DETAIL):
                return detail(node)
            case _ if role == int(MARKS):
                return self._marks(node)
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        node = self.node(index)
        if node is None or role != Qt.ItemDataRole.EditRole or str(value) == node.title:
            return False
        self.renamed.emit(node, str(value))
        return True

    def _marks(self, node: Node) -> tuple[tuple[tuple[int, int], ...], ...]:
        if node.row is None or not self._words:
            return (), ()
        title = marks(visible(node.title), self._words)
        return title, marks(detail(node), self._words) if node.row.found is not None else ()


def _lay(nodes: Sequence[Node], parent: int, items: list[_Item]) -> list[int]:
    """Put nodes behind the items, each before those that lie in it; their places."""
    places = []
    for number, node in enumerate(nodes):
        place = len(items)
        places.append(place)
        item = _Item(node, parent, number, [])
        items.append(item)
        item.children = _lay(node.children, place, items)
    return places
