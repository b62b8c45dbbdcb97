"""A schema as a tree that can be edited, with a form for the row that is selected.

It never writes text: each edit makes another schema, which is shown at once and told with
`edited`. Whoever owns the text writes it there, so that the text's undo is the undo of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.schemas.outline import Row
from playground.schemas.outline_draft import Moved
from playground.schemas.outline_parts import same
from playground.schemas.outline_places import rename
from playground.schemas.source import Path, spelled
from playground.ui import theme, words
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.schemafields import SchemaFields
from playground.ui.widgets.schematreemenu import Operation, menu_of, named
from playground.ui.widgets.schematreemodel import NAMED, SchemaModel
from playground.ui.widgets.schematreeview import SchemaView

OPENED = 60
"""Rows that are open when a schema is shown for the first time."""
HINT = "No properties yet. Press Insert, or the plus below, to add one."
_BUTTONS = (
    ("plus", "within", "Add a property in it, or below it (Insert)"),
    ("chevron-up", "up", "Move up (Alt+Up)"),
    ("chevron-down", "down", "Move down (Alt+Down)"),
    ("copy", "duplicate", "Duplicate (Ctrl+D)"),
    ("trash", "remove", "Remove (Del)"),
    ("more", "", "What can be done with it"),
)


class SchemaTree(QWidget):
    """Signals:
    edited(schema, words): the user has made another schema out of the one shown; `words` say how.
    picked(path): the user has selected another row.
    """

    edited = Signal(object, str)
    picked = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._schema: Any = None
        self._open: set[Path] | None = None
        """Paths of rows that are open, also of some that are not there; None before the first."""
        self._path: Path = ()
        self._quiet = False
        """Rows are being selected by us, not by the user."""
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 0, 0, gap=0)
        self._banner, self.wrong = self._make_banner()
        column.addWidget(self._banner)
        self.model = SchemaModel(self)
        self.view = SchemaView(self)
        self.view.setModel(self.model)
        self._parts = QSplitter(Qt.Orientation.Vertical, self)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self.view)
        self._lower = self._make_lower()
        self._parts.addWidget(self._lower)
        self._parts.setHandleWidth(1)
        for at in range(2):
            self._parts.setStretchFactor(at, 1)
        self._parts.setSizes([1000, 1000])
        column.addWidget(self._parts, 1)
        theme.follow(self, lambda look: self.view.setMinimumHeight(look.px(48)))
        # Later, for the rows are made anew, and the editor of the old name is one of theirs.
        self.model.renamed.connect(self._renamed, Qt.ConnectionType.QueuedConnection)
        self.view.wished.connect(self.wish)
        self.view.asked.connect(self.offer)
        self.view.selectionModel().currentChanged.connect(self._moved)
        self.view.expanded.connect(lambda index: self._opened(index, True))
        self.view.collapsed.connect(lambda index: self._opened(index, False))
        self.fields.wanted.connect(self.do)
        self._enable()

    def _make_banner(self) -> tuple[QWidget, QLabel]:
        """Why the tree cannot be edited just now."""
        banner = QWidget(self)
        line = QHBoxLayout(banner)
        theme.space(line, 8, 6, 8, 6, gap=8)
        line.addWidget(Mark("warning", "warn", banner), 0, Qt.AlignmentFlag.AlignTop)
        wrong = QLabel(banner)
        wrong.setTextFormat(Qt.TextFormat.PlainText)
        wrong.setWordWrap(True)
        wrong.setProperty("role", "caption")
        line.addWidget(wrong, 1)
        banner.hide()
        return banner, wrong

    def _make_lower(self) -> QWidget:
        """The path and the buttons, and below them the form."""
        lower = QWidget(self)
        column = QVBoxLayout(lower)
        theme.space(column, 0, 4, 0, 0, gap=2)
        head = QHBoxLayout()
        theme.space(head, 0, 0, 0, 0, gap=2)
        self.path = QLabel(lower)
        self.path.setProperty("role", "chip")
        self.path.setTextFormat(Qt.TextFormat.PlainText)
        self.path.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head.addWidget(self.path, 1)
        self.buttons: dict[str, QToolButton] = {}
        for name, wish, about in _BUTTONS:
            button = tool_button(name, about, lower)
            self.buttons[wish or "more"] = button
            if wish:
                button.clicked.connect(lambda _=False, wish=wish: self.wish(wish))
            else:
                button.clicked.connect(lambda: self.offer(_below(self.buttons["more"])))
            head.addWidget(button)
        column.addLayout(head)
        self.said = QLabel(lower)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        theme.follow(
            self.said, lambda look: self.said.setContentsMargins(*look.margins(0, 0, 8, 2))
        )
        self.said.hide()
        column.addWidget(self.said)
        area = QScrollArea(lower)
        self.fields = SchemaFields(area)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.fields)
        theme.follow(area, lambda look: area.setMinimumHeight(look.px(44)))
        column.addWidget(area, 1)
        return lower

    # What is shown.

    def show_schema(self, schema: Any | None, wrong: str = "") -> None:
        """Another schema; None: the last one stays and cannot be edited, for what is `wrong`."""
        self.wrong.setText(visible(wrong))
        self._banner.setVisible(bool(wrong))
        if schema is not None and not same(schema, self._schema):
            self._say("")
            self._show(schema, self._path)
        self._enable(schema is not None)

    def select(self, path: Path) -> None:
        """The row at a path, or the nearest one around it. Not told: nobody has picked it."""
        self.fields.settle()
        self._current(self.model.index_of(path))

    def mark(self, problems: Mapping[Path, tuple[str, str]]) -> None:
        """What is wrong where: (severity, message) by path; severity is `error`, `warning` or
        `info`."""
        self.model.mark(problems)
        self.view.viewport().update()

    @property
    def row(self) -> Row | None:
        """The selected one."""
        return self.model.record(self.view.currentIndex())

    def _show(self, schema: Any, path: Path) -> None:
        bar = self.view.verticalScrollBar()
        before = bar.value()
        if self.view.editing:  # its editor goes with the row: what was typed is taken now
            self.view.setFocus()
        self._schema = schema
        self._quiet = True
        with QSignalBlocker(self.view):  # what closes with the rows has not been closed by anybody
            self.model.show(schema)
            self._reopen()
        self._quiet = False
        properties = schema.get("properties") if isinstance(schema, dict) else None
        self.view.hint = "" if properties or self.model.rowCount() > 1 else HINT
        bar.setValue(before)
        self._current(self.model.index_of(path))

    def _reopen(self) -> None:
        if self._open is None:
            self._open = set()
            waiting = list(self.model.shown())
            while waiting and self.model.made < OPENED:
                index = waiting.pop(0)
                if (row := self.model.record(index)) is not None and row.expandable:
                    self._open.add(row.path)
                    below = range(self.model.rowCount(index))
                    waiting += [self.model.index(number, 0, index) for number in below]
        waiting = list(self.model.shown())
        while waiting:
            index = waiting.pop()
            row = self.model.record(index)
            if row is not None and row.path in self._open and row.expandable:
                below = range(self.model.rowCount(index))
                waiting += [self.model.index(number, 0, index) for number in below]
                self.view.setExpanded(index, True)

    def _current(self, index: QModelIndex) -> None:
        self._quiet = True
        self.view.setCurrentIndex(index)
        self._quiet = False
        if index.isValid():
            self.view.scrollTo(index)
        self._show_row()

    def _moved(self, _: QModelIndex) -> None:
        if not self._quiet:
            self._say("")
            self._show_row()
            self.picked.emit(self._path)

    def _show_row(self) -> None:
        row = self.row
        self._path = row.path if row is not None else ()
        self.fields.show_row(row)
        self._show_path()

    def _show_path(self) -> None:
        text = visible(spelled(self._path)) if self.row is not None else ""
        room = max(self.path.width(), 20)
        elided = self.path.fontMetrics().elidedText(text, Qt.TextElideMode.ElideLeft, room)
        self.path.setText(elided)
        self.path.setToolTip(words.tip(text) if elided != text else "")

    def _opened(self, index: QModelIndex, is_open: bool) -> None:
        row = self.model.record(index)
        if row is not None and self._open is not None:
            (self._open.add if is_open else self._open.discard)(row.path)

    def _enable(self, on: bool = False) -> None:
        self.view.setEnabled(on)
        self._lower.setEnabled(on)
        self.fields.setEnabled(on and self.row is not None)

    def _say(self, text: str, *, failed: bool = False) -> None:
        self.said.setText(visible(text))
        self.said.setProperty("token", "error" if failed else "")
        self.said.style().polish(self.said)
        self.said.setVisible(bool(text))

    # What the user does.

    def do(self, operation: Operation) -> bool:
        """Whether it could be done. What could not is said, and changes nothing."""
        if not self.view.isEnabled():
            return False
        try:
            made = operation(self._schema)
        except Failure as failure:
            self._say(failure.problem.title, failed=True)
            self.fields.refuse(failure.problem.title)
            return False
        self._say(f"{made.words}." if "without" in made.words else "")
        if made.schema is not self._schema:
            self._follow(made.moved)
            self._show(made.schema, made.path)
            self.edited.emit(made.schema, made.words)
        if made.path != self._path:
            self._current(self.model.index_of(made.path))
        return True

    def wish(self, wish: str) -> None:
        """What a key or a button stands for, done with the selected row."""
        row = self.row
        operation = named(wish, row) if row is not None else None
        if operation is None or not self.do(operation):
            return
        if wish in ("below", "within") and self.row is not None and self.row.part in NAMED:
            self.view.setFocus()
            self.view.edit(self.view.currentIndex())

    def _renamed(self, path: Path, name: str) -> None:
        self.do(lambda schema: rename(schema, path, name))

    def rename(self) -> None:
        """Type another name in the selected row."""
        self.view.setFocus()
        self.view.edit(self.view.currentIndex())

    def offer(self, where: QPoint) -> None:
        """The menu of the selected row, at a place on the screen."""
        if (row := self.row) is not None:
            menu_of(row, self.do, self.rename, self).popup(where)

    def _follow(self, moved: Moved) -> None:
        """What was open stays open where it has gone to."""
        opened = self._open or set()
        gone: set[Path] = set()
        for path in tuple(opened):
            for old, new in moved:
                if path[: len(old)] == old:
                    gone.add(new + path[len(old) :])
                    break
        self._open = opened | gone

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_path()


def _below(button: QWidget) -> QPoint:
    return button.mapToGlobal(QPoint(0, button.height()))
