"""Which types of event are shown: what is ticked, and the tree in which it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from playground.ui import theme
from playground.ui.widgets.eventflags import FLAGS, TITLES, Flag
from playground.ui.widgets.eventindex import EventIndex, TypeCount
from playground.ui.widgets.eventkinds import groups_of
from playground.ui.widgets.parts import label
from playground.ui.widgets.source import one_line

NAMES = Qt.ItemDataRole.UserRole
FLAG = Qt.ItemDataRole.UserRole + 1
ONLY = Qt.ItemDataRole.UserRole + 2


@dataclass(slots=True)
class Choice:
    """What is shown, by type and by what is remarkable."""

    only: set[str] | None = None
    """These types, and none that comes later; None: all but the hidden ones."""
    hidden: set[str] = field(default_factory=set)
    flags: set[Flag] = field(default_factory=set)
    ours: bool = False
    pinned: bool = False

    @property
    def narrows(self) -> bool:
        return self.only is not None or bool(self.hidden or self.flags or self.ours or self.pinned)

    def shows(self, name: str) -> bool:
        return name not in self.hidden if self.only is None else name in self.only

    def show(self, names: Iterable[str], on: bool) -> None:
        if self.only is None:
            (self.hidden.difference_update if on else self.hidden.update)(names)
        else:
            (self.only.update if on else self.only.difference_update)(names)

    def show_only(self, names: Iterable[str]) -> None:
        self.only = set(names)
        self.hidden.clear()

    def words(self) -> str:
        """In as few words as a button has room for."""
        parts = []
        if self.only is not None:
            one = next(iter(self.only), "")
            few = one_line(one) or "others" if self.only else "none"
            parts.append(few if len(self.only) < 2 else f"{len(self.only)} types")
        elif self.hidden:
            parts.append(f"{len(self.hidden)} hidden")
        if self.flags:
            parts.append(
                TITLES[next(iter(self.flags))].lower() if len(self.flags) == 1 else "flagged"
            )
        parts += ["ours"] * self.ours + ["pinned"] * self.pinned
        return " · ".join(parts) or "All types"


class TypeTree(QFrame):
    """A small window with the types that occur, in groups, each with a tick and a count.

    Signals:
        chosen(): something else is ticked.
    """

    chosen = Signal()

    def __init__(self, choice: Choice, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.choice = choice
        self.setProperty("role", "popup")
        self.setAccessibleName("Types of event")
        self.tree = _Tree(self)
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setUniformRowHeights(True)
        self.tree.setFrameShape(QFrame.Shape.NoFrame)
        self.tree.setAccessibleName("Types of event")
        self.tree.setToolTip("A double click, or Enter, shows only what is there")
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.itemChanged.connect(self._ticked)
        self.tree.wanted.connect(self._only)
        hint = label("caption")
        hint.setText("Space ticks · Enter shows only this · Esc closes")
        column = QVBoxLayout(self)
        theme.space(column, 8, 8, 8, 8, gap=6)
        column.addWidget(self.tree, 1)
        column.addWidget(hint)
        self.setFocusProxy(self.tree)

    def fill(self, index: EventIndex) -> None:
        """Write down what occurs now."""
        self.tree.blockSignals(True)
        self.tree.clear()
        root = self.tree.invisibleRootItem()
        types = index.counts()
        self._add(root, "All types", index.read, names=[one.name for one in types]).setData(
            0, ONLY, "all"
        )
        for words, key, count in (
            ("Only what Playground noted", "ours", len(index.facts)),
            ("Only pinned", "pinned", len(index.pins)),
        ):
            self._add(root, words, count, only=key)
        flags = self._add(root, "Only flagged", index.flagged, only="flags")
        for flag in FLAGS:
            self._add(flags, TITLES[flag], index.flag_counts[flag], only=flag)
        self._add_types(root, types)
        self._show_ticks()
        self.tree.expandAll()
        self.tree.blockSignals(False)
        if (first := self.tree.topLevelItem(0)) is not None:
            self.tree.setCurrentItem(first)

    def _add_types(self, root: QTreeWidgetItem, types: Sequence[TypeCount]) -> None:
        heads: dict[tuple[str, ...], QTreeWidgetItem] = {}
        members: dict[tuple[str, ...], list[TypeCount]] = {}
        for one in types:
            groups = groups_of(one.kind, one.name)
            for depth in range(1, len(groups) + 1):
                members.setdefault(groups[:depth], []).append(one)
        for path in sorted(members, key=_order):
            below = heads.get(path[:-1], root)
            inside = members[path]
            if len(path) > 1 and len(inside) == 1:
                continue  # a group of one is only that one
            total = sum(one.events for one in inside)
            names = [one.name for one in inside]
            heads[path] = self._add(below, path[-1], total, names=names)
        for one in types:
            path = groups_of(one.kind, one.name)
            head = heads.get(path) or heads[path[:-1]]
            self._add(head, one_line(one.name) or "other types", one.events, names=[one.name])

    def _add(
        self,
        below: QTreeWidgetItem,
        words: str,
        count: int,
        *,
        names: Sequence[str] = (),
        only: str = "",
    ) -> QTreeWidgetItem:
        made = QTreeWidgetItem(below, [words, QLocale().toString(count)])
        made.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        made.setData(0, NAMES, list(names))
        made.setData(0, ONLY, only)
        made.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
                      | Qt.ItemFlag.ItemIsUserCheckable)  # fmt: skip
        made.setCheckState(0, Qt.CheckState.Unchecked)
        return made

    # Ticks.

    def items(self) -> Iterator[QTreeWidgetItem]:
        """All rows of the tree."""
        rows = [self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount())]
        while rows:
            item = rows.pop(0)
            assert item is not None
            yield item
            rows[:0] = [item.child(n) for n in range(item.childCount())]

    def _show_ticks(self) -> None:
        self.tree.blockSignals(True)
        for item in self.items():
            item.setCheckState(0, self._state(item))
        self.tree.blockSignals(False)

    def _state(self, item: QTreeWidgetItem) -> Qt.CheckState:
        choice = self.choice
        match item.data(0, ONLY):
            case "ours":
                ticks = [choice.ours]
            case "pinned":
                ticks = [choice.pinned]
            case "flags":
                ticks = [flag in choice.flags for flag in FLAGS if flag != "masked"]
            case "" | "all":
                ticks = [choice.shows(name) for name in item.data(0, NAMES)]
            case flag:
                ticks = [flag in choice.flags]
        if all(ticks):
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if any(ticks) else Qt.CheckState.Unchecked

    def _ticked(self, item: QTreeWidgetItem) -> None:
        choice, on = self.choice, item.checkState(0) == Qt.CheckState.Checked
        names = item.data(0, NAMES)
        match item.data(0, ONLY):
            case "ours":
                choice.ours = on
            case "pinned":
                choice.pinned = on
            case "flags":
                choice.flags = {flag for flag in FLAGS if flag != "masked"} if on else set()
            case "all" if on:
                choice.only = None
                choice.hidden.clear()
            case "" | "all":
                choice.show(names, on)
            case flag:
                (choice.flags.add if on else choice.flags.discard)(flag)
        self._show_ticks()
        self.chosen.emit()

    def _only(self, item: QTreeWidgetItem) -> None:
        """Show nothing but this."""
        if item.data(0, ONLY) == "":
            self.choice.show_only(item.data(0, NAMES))
            self._show_ticks()
            self.chosen.emit()
        else:
            on = item.checkState(0) == Qt.CheckState.Checked
            item.setCheckState(0, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)


class _Tree(QTreeWidget):
    """Signals:
    wanted(item): only this one.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.itemDoubleClicked.connect(lambda item, _: self.wanted.emit(item))
        self.setExpandsOnDoubleClick(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self.wanted.emit(self.currentItem())
        elif event.key() == Qt.Key.Key_Escape:
            self.window().hide()
        else:
            super().keyPressEvent(event)


def _order(path: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    """What servers sent before what we noted."""
    return path[0].startswith("noted"), path
