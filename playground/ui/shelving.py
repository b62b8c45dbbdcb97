"""Shelving in the window: where sessions lie is changed, for many at once, with a way back.

All but one of it can be undone. To forget cannot, so that is asked, and says what it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from playground.core.plain import visible
from playground.core.prompts import folder_of
from playground.store.filters import Filter
from playground.store.shelving import Change

if TYPE_CHECKING:
    from playground.ui.desk import Desk

WORD = "forget"
"""What has to be typed before anything is forgotten."""


class Shelved(Protocol):
    """A session, or a row that stands for it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...


class Shelving:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.renaming: list[Callable[[str, str], object]] = []
        """Told of (folder, target) before a folder becomes another one."""

    # Sessions.

    def change(self, rows: Sequence[Shelved], change: Change, did: str) -> None:
        """Change where sessions lie. `did`: what that is, as `Moved … to Work`, with … for their
        title or how many they are."""
        self._put({row.id: change for row in rows}, did.replace("…", _called(rows)))

    def move(self, rows: Sequence[Shelved], folder: str) -> None:
        """Into a folder, out of the archive and the trash; empty: into none."""
        folder = folder_of(folder)
        did = f"Moved … to {visible(folder)}." if folder else "Moved … out of its folder."
        self.change(rows, Change(folder=folder, archived=False, trashed=False), did)

    def pin(self, rows: Sequence[Shelved], *, pinned: bool) -> None:
        if pinned:
            self.change(rows, Change(pinned=True, archived=False, trashed=False), "Pinned ….")
        else:
            self.change(rows, Change(pinned=False), "Unpinned ….")

    def archive(self, rows: Sequence[Shelved], *, archived: bool) -> None:
        change = Change(archived=archived, trashed=False)
        self.change(rows, change, "Archived …." if archived else "Took … out of the archive.")

    def trash(self, rows: Sequence[Shelved]) -> None:
        """Move sessions to the trash; their runs go on until they end."""
        self.change(rows, Change(trashed=True), "Deleted ….")

    def restore(self, rows: Sequence[Shelved]) -> None:
        self.change(rows, Change(trashed=False), "Restored ….")

    def tag(
        self, rows: Sequence[Shelved], add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> None:
        ids, gained, lost = [row.id for row in rows], tuple(add), tuple(remove)

        async def work() -> None:
            store = self._desk.workspace.sessions.shelving
            changes = await store.tagging(ids, gained, lost)
            said = [f"Tagged … {', '.join(gained)}."] if gained else []
            said += [f"Took {', '.join(lost)} from …."] if lost else []
            await self._shelve(changes, visible(" ".join(said)).replace("…", _called(rows)))

        self._desk.tasks.start(work(), self._desk)

    # Folders.

    def rename_folder(self, folder: str, target: str) -> None:
        """Rename a folder or put it into another one, with all that lies in it; with an empty
        `target`, what lies in it lies in none."""

        async def work() -> None:
            store = self._desk.workspace.sessions.shelving
            changes = await store.folder_moving(folder, target)
            for tell in self.renaming:
                tell(folder, target)
            where = f"is now {folder_of(target)}" if folder_of(target) else "is no folder any more"
            await self._shelve(changes, f"{visible(folder)} {visible(where)}.")

        self._desk.tasks.start(work(), self._desk)

    def change_folder(self, folder: str, change: Change, did: str) -> None:
        """Change all sessions that a list shows in a folder."""

        async def work() -> None:
            store = self._desk.workspace.sessions.shelving
            ids = await store.listed(folder)
            count = f"{len(ids)} session{'' if len(ids) == 1 else 's'} of “{visible(folder)}”"
            await self._shelve(dict.fromkeys(ids, change), did.replace("…", count))

        self._desk.tasks.start(work(), self._desk)

    # For good.

    def ask_to_forget(self, rows: Sequence[Shelved], parent: QWidget) -> QInputDialog:
        """Ask for a word first; the dialog is open when this returns."""
        ids = [row.id for row in rows]
        what = "the session, its recordings and what can be found of it"
        title = "Forget a session"
        if len(ids) != 1:
            what = f"{len(ids)} sessions, their recordings and what can be found of them"
            title = f"Forget {len(ids)} sessions"
        return _ask(title, what, lambda: self.forget(ids), parent)

    def ask_to_empty(self, count: int, parent: QWidget) -> QInputDialog:
        """The same of all that lies in the trash when it is answered."""
        what = "what lies in the trash" if count != 1 else "the one session in the trash"
        what = f"{what}{f' ({count} sessions)' if count != 1 else ''}, with all recordings"

        def empty() -> None:
            async def work() -> None:
                self.forget(await self._inside(Filter(trashed=True)))

            self._desk.tasks.start(work(), self._desk)

        return _ask("Empty the trash", what, empty, parent)

    def forget(self, session_ids: Sequence[str]) -> None:
        """Remove every trace of sessions. What runs in them is stopped."""
        desk = self._desk

        async def work() -> None:
            try:
                await desk.workspace.forget(*session_ids)
            finally:  # of what was forgotten although traces stay, too
                if desk.session_id in session_ids:
                    desk.new_session()
                desk.sessions_changed.emit()

        if session_ids:
            desk.tasks.start(work(), desk)

    # What they have in common.

    async def _inside(self, wanted: Filter) -> list[str]:
        return await self._desk.workspace.sessions.shelving.inside(wanted)

    def _put(self, changes: Mapping[str, Change], did: str) -> None:
        self._desk.tasks.start(self._shelve(changes, did), self._desk)

    async def _shelve(self, changes: Mapping[str, Change], did: str = "") -> None:
        """Change it, say so with a way back, and leave what is in the trash now. Raises Failure."""
        desk = self._desk
        undo = await desk.workspace.shelve(changes)
        if not undo:
            return
        if did:
            desk.done.emit(did, lambda: self._put(undo, ""))
        if (changed := changes.get(desk.session_id)) is not None and changed.trashed:
            desk.new_session()
        desk.sessions_changed.emit()


def _called(rows: Sequence[Shelved]) -> str:
    if len(rows) == 1:
        return f"“{visible(rows[0].title) or 'Untitled session'}”"
    return f"{len(rows)} sessions"


def _ask(title: str, what: str, do: Callable[[], object], parent: QWidget) -> QInputDialog:
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(
        f"This removes {what}, for good.\n"
        f"Copies made before updates of the database go as well. Type {WORD} to do it."
    )
    dialog.textValueSelected.connect(lambda text: do() if text.strip().lower() == WORD else None)
    dialog.open()
    return dialog
