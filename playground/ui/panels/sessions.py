"""The Sessions dock: all sessions by day, found as one types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from playground.store.listing import Row
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.icons import icon
from playground.ui.models import DETAIL, SessionsModel
from playground.ui.widgets.cards import tool_button
from playground.ui.window import DockSpec

Index = QModelIndex | QPersistentModelIndex


LINE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
"""A line of text in a row: at the left, also when it is written from the right."""


class SessionDelegate(QStyledItemDelegate):
    """Two lines a session, one a heading."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        look = theme.current()
        return QSize(120, look.px(46) if _record(index) is not None else look.px(30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = theme.current()
        row = _record(index)
        rect = option.rect  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)  # each line has its own
        title = QFont(look.font)
        if row is None:
            title.setPixelSize(look.px(11))
            title.setWeight(QFont.Weight.DemiBold)
            title.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.6)
            painter.setFont(title)
            painter.setPen(look.colour("muted"))
            head = str(index.data()).upper()
            place = rect.adjusted(look.px(10), look.px(8), -look.px(4), 0)
            painter.drawText(place, LINE, head)
            painter.restore()
            return
        shown = row.id == self._desk.session_id
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_Selected) and bool(
            state & QStyle.StateFlag.State_HasFocus
        )
        if shown or hovered or focused:
            painter.setPen(look.colour("accent") if focused else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft" if shown else "sunken"))
            painter.drawRoundedRect(rect.adjusted(0, 1, -1, -1), look.px(6), look.px(6))
        inner = rect.adjusted(look.px(10), look.px(5), -look.px(10), -look.px(5))
        width = inner.width() - (look.px(16) if row.running else 0)
        painter.setFont(title)
        painter.setPen(look.colour("text"))
        metrics = QFontMetrics(title)
        words = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, width)
        top = QRect(inner.left(), inner.top(), width, metrics.height())
        painter.drawText(top, LINE, words)
        small = QFont(look.font)
        small.setPixelSize(look.px(11.5))
        painter.setFont(small)
        painter.setPen(look.colour("muted"))
        below = QRect(inner.left(), top.bottom() + 1, inner.width(), QFontMetrics(small).height())
        line = QFontMetrics(small).elidedText(
            str(index.data(DETAIL) or ""), Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(below, LINE, line)
        if row.running:
            size = look.px(10)
            icon("dot", "accent").paint(
                painter, inner.right() - size, inner.top() + look.px(4), size, size
            )
        painter.restore()


def _record(index: Index) -> Row | None:
    model = index.model()
    return model.record(index) if isinstance(model, SessionsModel) else None


class SessionsList(QListView):
    """The list; Enter opens, F2 renames, Delete moves to the trash."""

    def __init__(self, dock: SessionsDock) -> None:
        super().__init__(dock)
        self._dock = dock
        self.setAccessibleName("Sessions")
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setUniformItemSizes(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = _record(self.currentIndex())
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if row is not None:
                self._dock.desk.open_session(row.id)
            case Qt.Key.Key_F2 if row is not None:
                self._dock.rename(row)
            case Qt.Key.Key_Delete if row is not None:
                self._dock.delete(row)
            case _:
                super().keyPressEvent(event)


class SessionsDock(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 12, 12, gap=8)
        row = QHBoxLayout()
        theme.space(row, gap=4)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search sessions")
        self.search.setAccessibleName("Search sessions")
        clear = self.search.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Clear the search")
        clear.setVisible(False)
        clear.triggered.connect(self.search.clear)
        self.search.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        row.addWidget(self.search, 1)
        new = tool_button("plus", "New session (Ctrl+N)", self)
        new.clicked.connect(desk.new_session)
        new.clicked.connect(lambda: desk.wanted.emit("composer"))
        row.addWidget(new)
        column.addLayout(row)
        self.model = SessionsModel()
        self.list = SessionsList(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(SessionDelegate(desk, self.list))
        column.addWidget(self.list, 1)
        self.empty = QLabel("Sessions appear here by themselves: nothing has to be saved.", self)
        self.empty.setProperty("role", "caption")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty)
        self.list.hide()
        column.addStretch(0)
        self.setFocusProxy(self.search)
        self._task: asyncio.Future[object] | None = None
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(60)
        self._typing.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _: self._typing.start())
        self.search.returnPressed.connect(self._open_first)
        self.list.clicked.connect(self._clicked)
        self.list.customContextMenuRequested.connect(self._menu)
        desk.sessions_changed.connect(self.refresh)
        desk.session_shown.connect(lambda _: self.refresh())
        desk.tree_changed.connect(lambda _: self.refresh())
        theme.themes.changed.connect(self.list.reset)
        self.refresh()

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Edit", "Search all sessions", "Ctrl+Shift+F", self._find),
            ("&View", "Next session", "Ctrl+Tab", lambda: self.step(1)),
            ("&View", "Previous session", "Ctrl+Shift+Tab", lambda: self.step(-1)),
        )

    def refresh(self) -> None:
        """Ask the store again; a question that is still open is given up."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
        words = self.search.text()

        async def work() -> None:
            rows = await self.desk.workspace.sessions.list(words)
            self.model.show(rows, grouped=not words.strip())
            self._mark()
            self.empty.setVisible(not rows)
            self.list.setVisible(bool(rows))
            self.empty.setText(
                "Nothing found."
                if words.strip()
                else "Sessions appear here by themselves: nothing has to be saved."
            )

        self._task = self.desk.tasks.start(work(), self)

    def _mark(self) -> None:
        number = self.model.row_of(self.desk.session_id)
        if number >= 0 and not self.list.hasFocus():
            self.list.setCurrentIndex(self.model.index(number))
        viewport = self.list.viewport()
        viewport.update()

    def _clicked(self, index: QModelIndex) -> None:
        if (row := self.model.record(index)) is not None:
            self.desk.open_session(row.id)

    def _open_first(self) -> None:
        for number in range(self.model.rowCount()):
            if (row := self.model.record(self.model.index(number))) is not None:
                self.desk.open_session(row.id)
                return

    def _find(self) -> None:
        self.desk.wanted.emit("sessions")
        self.search.setFocus()
        self.search.selectAll()

    def step(self, by: int) -> None:
        """Show the next session of the list, or the one before."""
        number = self.model.row_of(self.desk.session_id)
        at = number + by
        while 0 <= at < self.model.rowCount():
            if (row := self.model.record(self.model.index(at))) is not None:
                self.desk.open_session(row.id)
                return
            at += by

    # What can be done with one.

    def _menu(self, point: QPoint) -> None:
        row = self.model.record(self.list.indexAt(point))
        if row is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            ("Open", lambda: self.desk.open_session(row.id)),
            ("Rename…", lambda: self.rename(row)),
            ("Delete", lambda: self.delete(row)),
            ("Forget: remove every trace…", lambda: self.forget(row)),
        ):
            menu.addAction(text).triggered.connect(lambda _=False, slot=slot: slot())
        menu.popup(self.list.viewport().mapToGlobal(point))

    def rename(self, row: Row) -> None:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename the session")
        dialog.setLabelText("Title")
        dialog.setTextValue(row.title)
        dialog.textValueSelected.connect(lambda title: self.desk.rename(row.id, title))
        dialog.open()

    def delete(self, row: Row) -> None:
        self.desk.trash(row.id, row.title)

    def forget(self, row: Row) -> None:
        """There is no way back, so this is asked, and says what it does."""
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Forget a session")
        dialog.setLabelText(
            "This removes the session, its recordings and what can be found of it, for good.\n"
            "Copies made before updates of the database go as well. Type forget to do it."
        )
        dialog.textValueSelected.connect(
            lambda text: self.desk.forget(row.id) if text.strip().lower() == "forget" else None
        )
        dialog.open()


SESSIONS_DOCK = DockSpec(
    "sessions", "Sessions", SessionsDock, Qt.DockWidgetArea.LeftDockWidgetArea, "Ctrl+B", 260
)
