"""How the library looks and takes keys: 28 px a row, painted in one piece.

What a key means for prompts is decided elsewhere; here it only becomes a wish.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from playground.engine.prompting_shelf import Node
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.models import DETAIL, Index
from playground.ui.widgets.chips import chip_font
from playground.ui.widgets.promptmodel import PromptsModel

HIGH, STEP, SIGN, GAP = 28, 16, 14, 6
"""Pixels of the design: a row, a level, an icon, between two things."""
ICONS = {"folder": "folder", "prompt": "file", "trash": "trash", "thrown": "file"}
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute


class PromptTree(QTreeView):
    """Signals:
    opened(Node): that prompt is to be shown.
    deleted(list): these are to go to the trash, or from there for good.
    asked(list, QPoint): for the menu of these, at this place on the screen.
    """

    opened = Signal(object)
    deleted = Signal(object)
    asked = Signal(object, QPoint)

    def __init__(self, model: PromptsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.prompts = model
        self.setModel(model)
        self.setAccessibleName("Library of prompts")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setAutoExpandDelay(600)
        self.setItemDelegate(_RowDelegate(self))
        self.closed: set[str] = {"trash:"}
        """Keys of folders that somebody has closed."""
        self._restoring = False
        self.expanded.connect(lambda index: self._opened_or_closed(index, is_open=True))
        self.collapsed.connect(lambda index: self._opened_or_closed(index, is_open=False))
        self.clicked.connect(self._clicked)
        theme.follow(self, self._restyle)

    def chosen(self) -> list[Node]:
        """What is selected, from top to bottom."""
        indexes = self.selectionModel().selectedIndexes()
        found = [node for one in indexes if (node := self.prompts.node(one)) is not None]
        order = {node.key: number for number, node in enumerate(self.prompts.nodes())}
        return sorted(found, key=lambda node: order[node.key])

    def current(self) -> Node | None:
        return self.prompts.node(self.currentIndex())

    def show_tree(self, top: list[Node], *, searching: bool) -> None:
        """Show this tree: what was selected stays so, and what was closed, unless something is
        searched for."""
        current = self.current()
        selected = {node.key for node in self.chosen()}
        top_at = self.verticalScrollBar().value()
        self._restoring = True
        self.prompts.show(top)
        for node in self.prompts.nodes():
            if node.below:
                self.setExpanded(
                    self.prompts.index_of(node.key), searching or node.key not in self.closed
                )
        self._restoring = False
        flag = self.selectionModel().SelectionFlag
        if current is not None and (index := self.prompts.index_of(current.key)).isValid():
            self.selectionModel().setCurrentIndex(index, flag.NoUpdate)
        for key in selected:
            if (index := self.prompts.index_of(key)).isValid():
                self.selectionModel().select(index, flag.Select)
        self.verticalScrollBar().setValue(top_at)

    def pick(self, key: str, *, edit: bool = False) -> bool:
        """Make a thing the current one, and rename it with `edit`; whether it is there."""
        index = self.prompts.index_of(key)
        if not index.isValid():
            return False
        above = index.parent()
        while above.isValid():
            self.expand(above)
            above = above.parent()
        self.setCurrentIndex(index)
        self.scrollTo(index)
        if edit:
            self.setFocus()
            self.edit(index)
        return True

    @property
    def editing(self) -> bool:
        """Whether a name is being typed in a row."""
        return self.state() == QAbstractItemView.State.EditingState

    def _restyle(self, look: theme.Theme) -> None:
        self.setIndentation(look.px(STEP))
        self.scheduleDelayedItemsLayout()

    def _opened_or_closed(self, index: Index, *, is_open: bool) -> None:
        node = self.prompts.node(index)
        if node is not None and not self._restoring:
            (self.closed.discard if is_open else self.closed.add)(node.key)

    def _clicked(self, index: Index) -> None:
        node = self.prompts.node(index)
        if node is not None and node.row is not None and len(self.chosen()) == 1:
            self.opened.emit(node)

    # Qt.

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.current()
        model = self.selectionModel()
        selected = model.isSelected(index)  # type: ignore[arg-type]
        row = QRect(0, option.rect.top(), self.viewport().width(), option.rect.height())  # type: ignore[attr-defined]
        current = index == self.currentIndex() and self.hasFocus()
        if selected or current:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(look.colour("accent")) if current else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft") if selected else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(1, 1, -2, -1), look.px(6), look.px(6))
        place = self.visualRect(index)
        self.drawBranches(painter, QRect(0, place.top(), place.left(), place.height()), index)
        option = QStyleOptionViewItem(option)
        option.rect = place  # type: ignore[misc, assignment]
        if self.isExpanded(index):
            option.state |= QStyle.StateFlag.State_Open  # type: ignore[misc, assignment]
        self.itemDelegate().paint(painter, option, index)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self.model().hasChildren(index):
            return
        name = "chevron-down" if self.isExpanded(index) else "chevron-right"
        sign = theme.current().px(SIGN)
        left = rect.right() + 1 - self.indentation() + (self.indentation() - sign) // 2
        place = QRect(left, rect.top() + (rect.height() - sign) // 2, sign, sign)
        icon(name, "muted").paint(painter, place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        node = self.current()
        if self.editing or node is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if node.row is not None:
                self.opened.emit(node)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.setExpanded(self.currentIndex(), not self.isExpanded(self.currentIndex()))
            case Qt.Key.Key_Delete:
                self.deleted.emit(self.chosen() or [node])
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        where = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index, where = self.indexAt(event.pos()), event.globalPos()
            if not index.isValid():
                self.clearSelection()
            elif not self.selectionModel().isSelected(index):
                self.setCurrentIndex(index)
        self.asked.emit(self.chosen(), where)


class _RowDelegate(QStyledItemDelegate):
    """An icon, a title, and at the right how many versions there are."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, theme.current().px(HIGH))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        if not isinstance(view, PromptTree) or (node := view.prompts.node(index)) is None:
            return
        look = theme.current()
        place = QRect(option.rect)  # type: ignore[attr-defined]
        place.setRight(view.viewport().width() - look.px(8))
        sign = look.px(SIGN)
        at = QRect(
            place.left() + look.px(2), place.top() + (place.height() - sign) // 2, sign, sign
        )
        icon(ICONS[node.kind], "muted").paint(painter, at)
        place.setLeft(at.right() + look.px(GAP))
        small = chip_font()
        behind = str(index.data(DETAIL))
        wide = QFontMetrics(small).horizontalAdvance(behind)
        if place.width() > wide + look.px(60):
            painter.setFont(small)
            unsaved = node.row is not None and node.row.drafted
            selected = view.selectionModel().isSelected(index)  # type: ignore[arg-type]
            painter.setPen(look.colour("accent" if unsaved else "muted" if selected else "faint"))
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, behind
            )
            place.setRight(place.right() - wide - look.px(GAP))
        painter.setFont(look.font)
        painter.setPen(look.colour("muted" if node.kind in ("trash", "thrown") else "text"))
        metrics = QFontMetrics(look.font)
        shown = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, _LINE, shown)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName("Name")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        view = self.parent()
        place = QRect(option.rect)  # type: ignore[attr-defined]
        if isinstance(view, PromptTree):
            place.setRight(view.viewport().width() - 2)
        editor.setGeometry(place)
