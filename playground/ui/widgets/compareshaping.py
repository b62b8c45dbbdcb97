"""Shaping a comparison: columns begin, come, go, are set, and one of them is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from playground.core.comparison import Column
from playground.core.session import Run, Session
from playground.engine import comparing
from playground.engine.comparing_beside import beside
from playground.ui.desk import Desk
from playground.ui.widgets.comparecolumn import CompareColumn
from playground.ui.widgets.comparesheet import CompareSheet


class Shaping(QObject):
    """Signals:
    changed(): the session on screen has other columns.
    set(column): a column has other settings.
    """

    changed = Signal()
    set = Signal(object)

    def __init__(self, desk: Desk, owner: QWidget) -> None:
        """`owner` is what a sheet stands over."""
        super().__init__(owner)
        self._desk, self._owner = desk, owner
        self.sheet: CompareSheet | None = None
        """The settings of a column, while they are open."""

    def do(self, verb: str, column: CompareColumn) -> None:
        """What a column asks for: see `comparehead.MENU`."""
        session = column.branch.session
        match verb:
            case "settings":
                self.open_sheet(column)
            case "keep":
                self.keep(column)
            case "add":
                self.add(session)
            case "remove":
                self.remove(column)

    def begin(self, session: Session, *, empty: bool) -> bool:
        """Two columns, where the session is, or from its start; whether that could be."""
        if self._desk.refused():
            return False
        comparing.begin(session, empty=empty)
        self.changed.emit()
        return True

    def begin_beside(self, session: Session) -> tuple[Column, Run] | None:
        """Both dialects beside each other: which column is still to be asked what the last turn
        asked, if there is one."""
        before = session.comparison
        todo = beside(session)
        self.changed.emit()

        def undo() -> None:
            session.comparison = before
            self._desk.mark(session)
            self.changed.emit()

        if before.columns:
            said = "Chat Completions beside Responses, in place of the columns."
            self._desk.done.emit(said, undo)
        return todo

    def add(self, session: Session) -> bool:
        """One more column, like the last one; whether there was room for it."""
        added = comparing.add(session) is not None
        if added:
            self.changed.emit()
        return added

    def remove(self, column: CompareColumn) -> None:
        session = column.branch.session
        back = comparing.remove(session, column.branch.column)
        if back is not None:
            said = f"Column {column.name} is gone; its turns stay."
            self._undoable(session, said, back)
        else:
            self.close(session)

    def close(self, session: Session) -> None:
        """Compare nothing any more."""
        self._undoable(session, "The comparison is over; its turns stay.", comparing.close(session))

    def keep(self, column: CompareColumn) -> None:
        """Go on with one column as the conversation."""
        session = column.branch.session
        back = comparing.keep(session, column.branch.column)
        said = f"Kept column {column.name}; the others are versions of the turn where they parted."
        self._undoable(session, said, back)
        self._desk.wanted.emit("chat")

    def _undoable(self, session: Session, said: str, back: Callable[[], None]) -> None:
        """Something was done to the columns; it can be taken back."""
        desk = self._desk

        def tell() -> None:
            desk.mark(session)  # which may not be on screen any more
            self.changed.emit()
            if session is desk.session:
                desk.show_again()

        def undo() -> None:
            back()
            tell()

        tell()
        desk.done.emit(said, undo)

    def open_sheet(self, column: CompareColumn) -> None:
        if self.sheet is not None:
            self.sheet.close()
        self.sheet = sheet = CompareSheet(self._desk, column.branch, column.name, self._owner)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.changed.connect(lambda: self.set.emit(column))
        sheet.replaced.connect(lambda said, back: self._offer_back(column, said, back))
        sheet.destroyed.connect(lambda: self._forget(sheet))
        sheet.open()

    def _forget(self, sheet: CompareSheet) -> None:
        if self.sheet is sheet:  # else another one is open by now
            self.sheet = None

    def _offer_back(self, column: CompareColumn, said: str, back: Callable[[], None]) -> None:
        """Something in the sheet can be taken back, also when the sheet is gone."""

        def undo() -> None:
            back()
            self.set.emit(column)

        self._desk.done.emit(said, undo)
