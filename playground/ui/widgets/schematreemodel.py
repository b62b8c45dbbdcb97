"""The rows of a schema as an item model: made one level at a time, when a view opens it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt, Signal

from playground.core.plain import visible
from playground.schemas.outline import Row, rows
from playground.schemas.source import Path, spelled
from playground.ui.models import RECORD, Index
from playground.ui.widgets.fieldedit import tip_of

MARK = RECORD + 2
"""The Mark of a row, or None."""
INSIDE = RECORD + 3
"""The worst severity of what is wrong further in; empty when nothing is."""

SEVERITIES = ("info", "warning", "error")
"""The worst last."""
NAMED = ("property", "definition", "pattern")
"""What can be renamed."""
TOLD = 2_000
"""Characters of a description that are told."""
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_NAMED = _PLAIN | Qt.ItemFlag.ItemIsEditable


class Mark(NamedTuple):
    severity: str
    """Of SEVERITIES."""
    message: str


class _Node:
    __slots__ = ("children", "number", "parent", "row")

    def __init__(self, row: Row, parent: int, number: int) -> None:
        self.row = row
        self.parent = parent
        """Its place among all nodes; -1 at the top."""
        self.number = number
        self.children: list[int] | None = None
        """None until somebody asks."""


class SchemaModel(QAbstractItemModel):
    """Signals:
    renamed(path, name): the user has typed another name for what is at a path.
    """

    renamed = Signal(tuple, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[_Node] = []
        self._top: list[int] = []
        self._marks: dict[Path, Mark] = {}
        self._inside: dict[Path, str] = {}

    def show(self, schema: Any) -> None:
        """Rows of this schema, in place of all that were there."""
        self.beginResetModel()
        self._nodes = []
        self._top = self._add(rows(schema), -1)
        self.endResetModel()

    def mark(self, problems: Mapping[Path, tuple[str, str]]) -> None:
        """What is wrong at which path: (severity, message). Whoever shows the rows draws anew."""
        self._marks = {path: Mark(*one) for path, one in problems.items()}
        self._inside = {}
        for path, one in self._marks.items():
            for end in range(len(path)):
                worst = self._inside.get(path[:end], "")
                if not worst or SEVERITIES.index(one.severity) > SEVERITIES.index(worst):
                    self._inside[path[:end]] = one.severity

    @property
    def made(self) -> int:
        """How many rows there are so far."""
        return len(self._nodes)

    def _add(self, level: list[Row], parent: int) -> list[int]:
        start = len(self._nodes)
        self._nodes += [_Node(row, parent, number) for number, row in enumerate(level)]
        return list(range(start, len(self._nodes)))

    def _below(self, parent: Index) -> list[int]:
        if not parent.isValid():
            return self._top
        node = self._nodes[parent.internalId()]
        if node.children is None:
            node.children = self._add(node.row.children(), parent.internalId())
        return node.children

    def record(self, index: Index) -> Row | None:
        return self._nodes[index.internalId()].row if index.isValid() else None

    def index_of(self, path: Path) -> QModelIndex:
        """The row at a path, or the nearest one around it; invalid when there are no rows."""
        found = self.index(0, 0)
        level = found.parent()
        while (nearer := self._towards(level, path)) is not None:
            found = level = nearer
            row = self._nodes[found.internalId()].row
            if path in (row.path, row.inner):
                break
        return found

    def _towards(self, level: QModelIndex, path: Path) -> QModelIndex | None:
        near: list[tuple[int, int]] = []
        for number, one in enumerate(self._below(level)):
            own = self._nodes[one].row.path
            if path[: len(own)] == own:
                near.append((len(own), number))
        return self.index(max(near)[1], 0, level) if near else None

    def known(self, path: Path) -> bool:
        """Whether there is a row at this very path."""
        row = self.record(self.index_of(path))
        return row is not None and row.path == path

    def shown(self, level: Index = QModelIndex()) -> Iterator[QModelIndex]:  # noqa: B008
        """All rows that have been made, those around others before them."""
        for number, one in enumerate(self._below(level)):
            index = self.createIndex(number, 0, one)
            yield index
            if self._nodes[one].children is not None:
                yield from self.shown(index)

    # Qt's side.

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        below = self._below(parent)
        if column or not 0 <= row < len(below):
            return QModelIndex()
        return self.createIndex(row, 0, below[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        at = self._nodes[index.internalId()].parent if index.isValid() else -1
        return self.createIndex(self._nodes[at].number, 0, at) if at >= 0 else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return len(self._below(parent))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 1

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008  Qt's signature
        row = self.record(parent)
        return bool(self._top) if row is None else row.expandable

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.record(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        return _NAMED if row.part in NAMED else _PLAIN

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.record(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return visible(row.key)
            case Qt.ItemDataRole.EditRole:
                return str(row.path[-1]) if row.part in NAMED else row.key
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, self._said(row)))
            case Qt.ItemDataRole.ToolTipRole:
                return tip_of("\n".join(filter(None, [*self._said(row), spelled(row.path)])))
            case _ if role == int(RECORD):
                return row
            case _ if role == int(MARK):
                return self._mark(row)
            case _ if role == int(INSIDE):
                return self._inside.get(row.path, "") if row.path else self._inside_root()
            case _:
                return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.record(index)
        if row is None or role != Qt.ItemDataRole.EditRole or str(value) == str(row.path[-1]):
            return False
        self.renamed.emit(row.path, str(value))
        return True

    def _mark(self, row: Row) -> Mark | None:
        return self._marks.get(row.path) or self._marks.get(row.inner)

    def _inside_root(self) -> str:
        """Definitions stand beside the root, not in it."""
        found = {self._inside.get(one, "") for one in self._inside if one[:1] != ("$defs",) and one}
        own = {one.severity for path, one in self._marks.items() if path and path[0] != "$defs"}
        return max(found | own | {""}, key=("", *SEVERITIES).index)

    def _said(self, row: Row) -> list[str]:
        mark = self._mark(row)
        return [
            row.key,
            row.kind,
            "may be left out" if row.required is False else "",
            row.constraints,
            row.title if row.part != "root" else "",
            row.description[:TOLD],
            f"{mark.severity}: {mark.message}" if mark is not None else "",
        ]
