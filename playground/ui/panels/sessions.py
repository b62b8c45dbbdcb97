"""The Sessions dock: all sessions in folders and by day, found as one types, kept in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from playground.core.prompts import folder_of, within
from playground.store.filters import Filter
from playground.store.listing import Row
from playground.store.shelving import Shelves
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.palette import Entry
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.sessionmenu import Action, SessionMenu
from playground.ui.widgets.sessionmodel import SessionsModel
from playground.ui.widgets.sessionrows import (
    ARCHIVE,
    TRASH,
    Node,
    folder_key,
    hits,
    opened_folders,
    tree,
)
from playground.ui.widgets.sessionsearch import SessionSearch
from playground.ui.widgets.sessionview import SessionsView
from playground.ui.window import DockSpec

NONE = "Sessions appear here by themselves: nothing has to be saved."
NOTHING = "Nothing found."
FOLDED = "sessions_unfolded"
"""Under this name the window's settings remember what is unfolded."""


class SessionsDock(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._opened = _remembered(desk)
        """Keys of what is unfolded."""
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 12, 12, gap=8)
        self.finder = SessionSearch(self)
        self.search = self.finder.line
        new = tool_button("plus", "New session (Ctrl+N)", self)
        new.clicked.connect(desk.new_session)
        new.clicked.connect(lambda: desk.wanted.emit("composer"))
        self.finder.row.addWidget(new)
        column.addWidget(self.finder)
        self.empty = QLabel(NONE, self)
        self.empty.setProperty("role", "caption")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty)
        self.model = SessionsModel()
        self.list = SessionsView(self.model, self)
        self.list.hide()
        self.menu = SessionMenu(desk, self.list, self.open)
        column.addWidget(self.list, 1)
        column.addStretch(0)
        self.setFocusProxy(self.search)
        self._task: asyncio.Future[object] | None = None
        self._stale = False
        """What is being read may be something else already."""
        self._answer: object = None
        """What is shown: the question, and what the store said."""
        self._typing = self.finder.typing
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        desk = self.desk
        self.finder.changed.connect(self.refresh)
        self.finder.entered.connect(self._open_first)
        self.finder.left.connect(self._enter_list)
        self.finder.offers_wanted.connect(self._offer_filters)
        self.list.opened.connect(self.open)
        self.list.folded.connect(self._fold)
        self.menu.shelving.renaming.append(self._follow_folder)
        self.list.itemDelegate().closeEditor.connect(lambda *_: self.refresh())
        desk.sessions_changed.connect(self.refresh)
        desk.session_shown.connect(lambda _: self.refresh())
        desk.tree_changed.connect(lambda _: self.refresh())
        theme.themes.changed.connect(self.list.viewport().update)

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Edit", "Search all sessions", "Ctrl+Shift+F", self._find),
            ("&View", "Next session", "Ctrl+Tab", lambda: self.step(1)),
            ("&View", "Previous session", "Ctrl+Shift+Tab", lambda: self.step(-1)),
        )

    def entries(self) -> Iterator[Entry]:
        """What the palette finds here: all that can be done with the session on screen."""
        shown = self.desk.session.id
        row = next((one for one in self.model.sessions if one.id == shown), None)
        if row is None:
            return
        for action in self.menu.actions:
            title, _, keys = action.text.partition("\t")
            if action.fits([row]) and title != "Open":
                do = partial(self._do, action, row)
                yield Entry("command", f"This session: {title}", keys, do)

    def _do(self, action: Action, row: Row) -> None:
        if "\t" in action.text:  # it has a key here: it is done in its row
            self.desk.wanted.emit("sessions")
        action.do([row])

    # What is shown.

    def refresh(self) -> None:
        """Ask the store again; while it is asked, once more afterwards. So changes that come faster
        than its answers are seen, too, and it never has two questions of ours before it."""
        self._stale = True
        if self._task is None or self._task.done():
            self._task = self.desk.tasks.start(self._renew(), self)

    async def _renew(self) -> None:
        while self._stale:
            self._stale = False
            store, asked = self.desk.workspace.sessions, self._question()
            wanted, searching, opened, _ = asked
            found: Shelves | list[Row]
            if searching:
                found = await store.list(wanted)
            else:
                found = await store.shelving.shelves(
                    opened_folders(opened), archive=ARCHIVE in opened, trash=TRASH in opened
                )
            if asked != self._question():
                self._stale = True
            elif (asked, found) == self._answer:
                self.list.follow(self.desk.session_id)  # there is nothing new to show
            elif not self.list.editing and not self.list.dragging:
                nodes = tree(found, opened) if isinstance(found, Shelves) else hits(found)
                self._show(nodes, wanted.words if searching else "", searching=searching)
                self._answer = asked, found

    def _question(self) -> tuple[Filter, bool, frozenset[str], date]:
        """(what is searched, whether it is, what is unfolded, the day): on which it depends what
        the list shows."""
        return self.finder.wanted, self.finder.searching, frozenset(self._opened), date.today()

    def _show(self, nodes: list[Node], words: str, *, searching: bool) -> None:
        self.list.show_nodes(nodes, self._opened, words)
        self.list.follow(self.desk.session_id)
        some = any(node.kind not in ("archive", "trash") for node in nodes)
        self.list.setVisible(bool(nodes))
        self.empty.setVisible(not some)
        self.empty.setText(NOTHING if searching else NONE)

    def _fold(self, key: str, opened: bool) -> None:
        (self._opened.add if opened else self._opened.discard)(key)
        self.desk.settings.window[FOLDED] = json.dumps(sorted(self._opened))
        if opened:
            self.refresh()

    def _follow_folder(self, folder: str, target: str) -> None:
        """A folder is about to be another one: it stays unfolded, and what lies in it does."""
        for inner in opened_folders(self._opened):
            if within(inner, folder):
                self._opened.discard(folder_key(inner))
                self._opened.add(folder_key(folder_of(target + inner[len(folder) :])))

    def _offer_filters(self) -> None:
        async def work() -> None:
            offers = await self.desk.workspace.sessions.shelving.offers()
            self.finder.show_menu(offers, [(one.id, one.name) for one in self.desk.profiles()])

        self.desk.tasks.start(work(), self)

    # Going to one.

    def open(self, row: Row) -> None:
        """Show a session; of one that was found the place where it was."""
        words = self.finder.wanted.words if row.found is not None else ""

        async def work() -> None:
            await self.desk.open_session(row.id, row.found_in)
            self.desk.wanted.emit("chat" if words and row.found_in else "session")
            run = self.desk.run
            if not words or run is None or run.id != row.found_in:
                return
            from playground.ui.widgets.sessionhit import light_of  # with the inspector's values

            await self.desk.workspace.events(run)
            if self.desk.run is run and (light := light_of(run, words)) is not None:
                self.desk.lit.emit(light)

        self.desk.tasks.start(work(), self)

    def _open_first(self) -> None:
        """The first one that is found, also by who types faster than is searched."""

        async def work() -> None:
            if self._task is not None:
                await asyncio.wait([self._task])
            if rows := self.model.sessions:
                self.open(rows[0])

        self.desk.tasks.start(work(), self)

    def _enter_list(self) -> None:
        """From the field into the list."""
        self.list.setFocus()
        if not self.list.currentIndex().isValid() and (rows := self.model.sessions):
            self.list.setCurrentIndex(self.model.place_of(rows[0].id))

    def _find(self) -> None:
        self.desk.wanted.emit("sessions")
        self.search.setFocus()
        self.search.selectAll()

    def step(self, by: int) -> None:
        """Show the next session of the list, or the one before."""
        rows = self.model.sessions
        ids = [row.id for row in rows]
        at = (ids.index(self.desk.session_id) if self.desk.session_id in ids else -1) + by
        if 0 <= at < len(ids):
            self.open(rows[at])


def _remembered(desk: Desk) -> set[str]:
    """What was unfolded when the window was left."""
    try:
        keys = json.loads(desk.settings.window.get(FOLDED, "[]"))
        return {key for key in keys if isinstance(key, str)}
    except (ValueError, TypeError):
        return set()


SESSIONS_DOCK = DockSpec(
    "sessions", "Sessions", SessionsDock, Qt.DockWidgetArea.LeftDockWidgetArea, "Ctrl+B", 260
)
