"""How the list of sessions takes clicks, keys and what is dragged. What they mean is told, and done
elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from playground.ui import theme
from playground.ui.models import Index
from playground.ui.widgets.sessionmodel import SessionsModel
from playground.ui.widgets.sessionpaint import SessionRows
from playground.ui.widgets.sessionrows import Node

STEP = 14
"""Pixels of the design: a level."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PICKING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_FLAGS = QItemSelectionModel.SelectionFlag


class SessionsView(QTreeView):
    """Enter opens or unfolds, F2 renames, Delete moves to the trash, Ctrl+A takes all; the menu key
    opens what can be done.

    Signals:
        opened(Row): a session is to be shown.
        deleted(list[Node]): these are to go to the trash.
        asked(list[Node], QPoint): for what can be done with these, at this place on the screen.
        folded(str, bool): what has this key was unfolded, or folded.
    """

    opened = Signal(object)
    deleted = Signal(list)
    asked = Signal(list, QPoint)
    folded = Signal(str, bool)

    def __init__(self, model: SessionsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = ""
        """The id of the session on screen."""
        self.target: str | None = None
        """The key of the node that something is dragged over."""
        self.sessions = model
        """The model."""
        self._restoring = False
        self._over = QPersistentModelIndex()
        """The row under the pointer."""
        self.setAccessibleName("Sessions")
        self.setAccessibleDescription(
            "Enter opens a session or unfolds a folder, F2 renames, Delete moves to the trash."
        )
        self.setModel(model)
        self.setItemDelegate(SessionRows(self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setAutoExpandDelay(700)
        self.clicked.connect(self._clicked)
        self.entered.connect(self._enter)
        self.viewportEntered.connect(lambda: self._enter(QModelIndex()))
        self.expanded.connect(lambda index: self._fold(index, opened=True))
        self.collapsed.connect(lambda index: self._fold(index, opened=False))
        theme.follow(self, self._restyle)

    def _restyle(self, look: theme.Theme) -> None:
        self.setIndentation(look.px(STEP))
        self.scheduleDelayedItemsLayout()

    # What is shown, and what is picked of it.

    def show_nodes(self, nodes: list[Node], opened: set[str], words: str = "") -> None:
        """Show these; what is selected, current and unfolded stays so, and the place. Who pins a
        session or puts it into a folder still has it selected there."""
        current = self.sessions.node(self.currentIndex())
        following = self._following(current)
        picked = {_place(node) for node in self.picked}
        bar = self.verticalScrollBar()
        before = bar.value()
        changed = self.sessions.show(nodes, words)
        self._restoring = True
        for index, node in self.sessions.all():
            if node.unfolds and self.isExpanded(index) != (node.key in opened):
                self.setExpanded(index, node.key in opened)
            if changed and _place(node) in picked:
                self.selectionModel().select(index, _FLAGS.Select)
        self._restoring = False
        if changed:
            self._go_on(current, following)
            self.executeDelayedItemsLayout()
            bar.setValue(before)

    def _following(self, current: Node | None) -> list[str]:
        """The keys of what stands behind the current row, then of what stands before it."""
        nodes = [node for _, node in self.sessions.all() if node.kind not in ("head", "remark")]
        if current not in nodes:
            return []
        at = nodes.index(current)
        return [node.key for node in (*nodes[at + 1 :], *reversed(nodes[:at]))]

    def _go_on(self, current: Node | None, following: Sequence[str]) -> None:
        """The row that was current stays so; where it has gone, whoever works here by keys goes on
        with the next one."""
        if current is None:
            return
        where = _place(current)
        same = (index for index, node in self.sessions.all() if _place(node) == where)
        place = self.sessions.place(current.key)
        if not place.isValid():
            place = next(same, place)
        if place.isValid():
            self.selectionModel().setCurrentIndex(place, _FLAGS.NoUpdate)
        elif self.hasFocus():
            there = {node.key for _, node in self.sessions.all()}
            key = next((key for key in following if key in there), "")
            flag = _FLAGS.NoUpdate if self.picked else _FLAGS.ClearAndSelect
            self.selectionModel().setCurrentIndex(self.sessions.place(key), flag)

    @property
    def picked(self) -> list[Node]:
        """What is selected, from top to bottom."""
        chosen = set(self.selectionModel().selectedIndexes())
        return [node for index, node in self.sessions.all() if index in chosen]

    @property
    def editing(self) -> bool:
        """Whether a name is being typed in a row."""
        return self.state() == QAbstractItemView.State.EditingState

    @property
    def dragging(self) -> bool:
        return self.state() == QAbstractItemView.State.DraggingState

    def follow(self, session_id: str) -> None:
        """Another session is on screen: it is the current one, unless somebody works here."""
        self.shown = session_id
        place = self.sessions.place_of(session_id)
        if place.isValid() and not self.hasFocus() and len(self.picked) < 2:
            self.setCurrentIndex(place)
        self.viewport().update()

    def _fold(self, index: QModelIndex, *, opened: bool) -> None:
        if not self._restoring and (node := self.sessions.node(index)) is not None:
            self.folded.emit(node.key, opened)

    def toggle(self, index: Index) -> None:
        self.setExpanded(index, not self.isExpanded(index))

    # Mouse and keys.

    def _enter(self, index: QModelIndex) -> None:
        self._over = QPersistentModelIndex(index)
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._enter(QModelIndex())

    def _clicked(self, index: QModelIndex) -> None:
        node = self.sessions.node(index)
        if node is None or QApplication.keyboardModifiers() & _PICKING:
            return  # rows are picked, none is to be opened
        if node.row is not None:
            self.opened.emit(node.row)
        elif node.unfolds:
            self.toggle(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        node = self.sessions.node(index)
        if self.editing or node is None:
            super().keyPressEvent(event)
        elif event.key() in _ENTER and node.row is not None:
            self.opened.emit(node.row)
        elif event.key() in _ENTER and node.unfolds:
            self.toggle(index)
        elif event.key() == Qt.Key.Key_Delete:
            self.deleted.emit(self.picked or [node])
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        where = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index, where = self.indexAt(event.pos()), event.globalPos()
        self.ask(index, where)

    def ask(self, index: Index, where: QPoint) -> None:
        """For the menu of a row: of all that is selected when it is one of those."""
        node = self.sessions.node(index)
        if node is None or node.kind in ("head", "remark"):
            return
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        self.asked.emit(self.picked or [node], where)

    # Dragging.

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls, and unfolds what is waited over
        index = self._below(event)
        good = self.sessions.takes(event.mimeData(), index)
        node = self.sessions.node(index)
        self._aim(node.key if good and node is not None else None)
        if good:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._aim(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._aim(None)
        data, index = event.mimeData(), self._below(event)
        if self.sessions.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, index):
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()
        else:
            event.ignore()
        self.setState(QAbstractItemView.State.NoState)

    def _below(self, event: QDropEvent) -> QModelIndex:
        """What is under the pointer; of a session in a folder that folder."""
        index = self.indexAt(event.position().toPoint())
        node = self.sessions.node(index)
        if node is not None and node.row is not None and index.parent().isValid():
            return index.parent()
        return index

    def _aim(self, key: str | None) -> None:
        if self.target != key:
            self.target = key
            self.viewport().update()

    # Painting.

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """All of it is ours: Qt would paint what is selected once more, level by level."""
        option = QStyleOptionViewItem(option)
        option.rect = self.visualRect(index)  # type: ignore[misc, assignment]
        for flag, on in (
            (QStyle.StateFlag.State_Selected, self.selectionModel().isSelected(index)),
            (QStyle.StateFlag.State_MouseOver, self._over == index),
        ):
            option.state = option.state | flag if on else option.state & ~flag  # type: ignore
        self.itemDelegate().paint(painter, option, index)


def _place(node: Node) -> tuple[str, bool, bool]:
    """What stays selected: a session wherever it is shown, but not in the archive or the trash when
    it was not there."""
    row = node.row
    return (row.id, row.archived, row.trashed) if row is not None else (node.key, False, False)
