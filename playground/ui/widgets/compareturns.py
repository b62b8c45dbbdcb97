"""What can be done with a turn of a column: as with any other, but at the end of that column."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.engine import comparing
from playground.engine.comparing import Branch
from playground.ui.desk import Desk
from playground.ui.turns import Turns
from playground.ui.widgets.footer import ACTIONS

OFFERED = ("copy", "regenerate", "replay", "delete")
KEPT = tuple(row for row in ACTIONS if row[2] in OFFERED)
"""What a card of a column offers; the rest is for the conversation."""


class ColumnTurns(Turns):
    """Signals:
    hung(run, profile): a turn was hung onto the column, to be sent; `profile`: to that one.
    moved(): the column ends elsewhere.
    """

    hung = Signal(object, object)
    moved = Signal()

    def __init__(self, desk: Desk, branch: Branch, owner: QWidget) -> None:
        super().__init__(desk, owner)
        self._branch = branch
        self.edited.connect(lambda run, text, answer: self._rewind(run))

    @property
    def session(self) -> Session:
        return self._branch.look()

    def hang(
        self, make: Callable[[Session], Run], profile: Profile | None = None
    ) -> Failure | None:
        """Have a turn made at the end of the column, and sent; or why it cannot be."""
        try:
            run = self._branch.hang(make)
        except Failure as failure:
            return failure
        self.hung.emit(run, profile)
        return None

    def _go(self, make: Callable[[], Run], profile: Profile | None = None) -> None:
        if (failure := self.hang(lambda _: make(), profile)) is not None:
            self.desk.report(failure.problem)

    def move(self, run: Run, by: int) -> None:
        session, column = self._branch.session, self._branch.column
        siblings = session.children(run.parent)
        at = next((n for n, one in enumerate(siblings) if one is run), 0) + by
        if 0 <= at < len(siblings):
            column.leaf = session.deepest(siblings[at]).id
            self.moved.emit()

    def _rewind(self, run: Run) -> None:
        """Say something else in the place of a turn: it stays in the tree."""
        back = comparing.rewind(self._branch.column, run)

        def undo() -> None:
            back()
            self.moved.emit()

        self.moved.emit()
        said = "The column stands before that turn, with its words in its field."
        self.desk.done.emit(said, undo)

    def _delete(self, run: Run) -> None:
        desk, workspace = self.desk, self.desk.workspace
        session, columns = self._branch.session, self._branch.session.comparison.columns
        before = session.leaf, [column.leaf for column in columns]

        def undo() -> None:
            async def back() -> None:
                await workspace.trash(session, run, trashed=False)
                session.leaf = before[0]
                for column, leaf in zip(columns, before[1], strict=False):
                    column.leaf = leaf
                await workspace.sessions.save(session)
                desk.tree_changed.emit(session)

            desk.tasks.start(back(), desk)

        async def work() -> None:
            workspace.stop(run)
            await workspace.trash(session, run)
            desk.tree_changed.emit(session)
            desk.done.emit("Deleted a turn and what follows it.", undo)

        desk.tasks.start(work(), desk)
