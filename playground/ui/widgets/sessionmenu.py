"""What can be done with sessions and folders, as rows that a menu shows. Others may add theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from playground.core.prompts import folder_of
from playground.store.listing import Row
from playground.store.shelving import Change, tag_of
from playground.ui import sessionfiles
from playground.ui.desk import Desk
from playground.ui.shelving import Shelving
from playground.ui.widgets.sessionpicker import Choice, Picker
from playground.ui.widgets.sessionrows import OUT, Node
from playground.ui.widgets.sessionview import SessionsView

OUT_OF, BACK = "out of its folder", "back to the others"
"""Where sessions go that are dropped among the days."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with one or many sessions."""

    text: str
    do: Callable[[Sequence[Row]], object]
    fits: Callable[[Sequence[Row]], bool] = lambda rows: True
    """Whether it is offered for these."""
    apart: bool = False
    """A line stands before it."""


class SessionMenu:
    """What can be done in the list of sessions, by menu, key and drop."""

    def __init__(self, desk: Desk, view: SessionsView, open_: Callable[[Row], object]) -> None:
        self._desk = desk
        self.view = view
        self.shelving = Shelving(desk)
        self._model = view.sessions
        self._open = open_
        self.actions: tuple[Action, ...] = self._own_actions()
        """What the menu of sessions offers, in this order; others may add theirs."""
        view.deleted.connect(self.delete)
        view.asked.connect(self.show)
        self._model.dropped.connect(self._drop)
        self._model.folder_dropped.connect(self.shelving.rename_folder)
        self._model.renamed.connect(self._renamed)

    def _own_actions(self) -> tuple[Action, ...]:
        do = self.shelving

        def one(rows: Sequence[Row]) -> bool:
            return len(rows) == 1

        def kept(rows: Sequence[Row]) -> bool:
            return not any(row.trashed for row in rows)

        def gone(rows: Sequence[Row]) -> bool:
            return all(row.trashed for row in rows)

        return (
            Action("Open", lambda rows: self._open(rows[0]), one),
            Action("Rename\tF2", lambda rows: self.rename(rows[0]),
                   lambda rows: one(rows) and kept(rows)),
            Action("Restore", do.restore, gone),
            Action("Pin", partial(do.pin, pinned=True),
                   lambda rows: kept(rows) and not all(row.pinned for row in rows), apart=True),
            Action("Unpin", partial(do.pin, pinned=False),
                   lambda rows: kept(rows) and all(row.pinned for row in rows), apart=True),
            Action("Tags…", self.ask_for_tags, kept),
            Action("Move to a folder…", self.ask_for_folder, kept),
            Action("Take out of the folder", lambda rows: do.move(rows, ""),
                   lambda rows: kept(rows) and any(row.folder for row in rows)),
            Action("Archive", partial(do.archive, archived=True),
                   lambda rows: kept(rows) and not all(row.archived for row in rows)),
            Action("Take out of the archive", partial(do.archive, archived=False),
                   lambda rows: kept(rows) and all(row.archived for row in rows)),
            Action("Export…", self._export, apart=True),
            Action("Delete\tDel", do.trash, kept, apart=True),
            Action("Forget: remove every trace…", self.forget),
        )  # fmt: skip

    def _export(self, rows: Sequence[Row]) -> None:
        sessionfiles.save(self._desk, self.view, [(row.id, row.title) for row in rows])

    def show(self, nodes: list[Node], where: QPoint) -> None:
        rows = _rows(nodes)
        if rows:
            _popup(_menu_of(self.actions, rows, self.view), where)
            return
        node = nodes[0]
        menu = _menu(node.title, self.view)

        def offer(text: str, do: Callable[[], object]) -> None:
            menu.addAction(text).triggered.connect(lambda _=False: do())

        if node.kind == "trash":
            offer("Empty the trash…", lambda: self.shelving.ask_to_empty(node.count, self.view))
        elif node.kind == "folder":
            outer = node.folder.rpartition("/")[0]
            change = partial(self.shelving.change_folder, node.folder)
            offer("Rename\tF2", lambda: self._rename(node.key))
            if outer:
                name = node.folder.rpartition("/")[2]
                offer("Move out", lambda: self.shelving.rename_folder(
                    node.folder, "/".join((*outer.split("/")[:-1], name))))  # fmt: skip
            offer("Dissolve: keep its sessions",
                  lambda: self.shelving.rename_folder(node.folder, outer))  # fmt: skip
            menu.addSeparator()
            offer("Archive its sessions", lambda: change(Change(archived=True), "Archived …."))
            offer("Delete its sessions", lambda: change(Change(trashed=True), "Deleted …."))
        _popup(menu, where)

    def rename(self, row: Row) -> None:
        """Begin to type another title in its row."""
        self._rename(node.key if (node := self._model.node(self._model.place_of(row.id))) else "")

    def _rename(self, key: str) -> None:
        place = self._model.place(key)
        if place.isValid():
            self.view.setCurrentIndex(place)
            self.view.edit(place)

    def _renamed(self, node: Node, name: str) -> None:
        if node.row is not None:
            self._desk.rename(node.row.id, name)
        elif folder_of(name):
            outer = node.folder.rpartition("/")[0]
            self.shelving.rename_folder(node.folder, f"{outer}/{name}" if outer else name)

    def delete(self, nodes: Sequence[Node]) -> None:
        """Sessions to the trash; of a folder that is alone, all of its sessions. What lies in the
        trash can only be forgotten, which is asked."""
        rows = _rows(nodes)
        if left := [row for row in rows if not row.trashed]:
            self.shelving.trash(left)
        elif rows:
            self.forget(rows)
        elif len(nodes) == 1 and nodes[0].kind == "folder":
            self.shelving.change_folder(nodes[0].folder, Change(trashed=True), "Deleted ….")

    def forget(self, rows: Sequence[Row]) -> None:
        """There is no way back, so this is asked, and says what it does."""
        self.shelving.ask_to_forget(rows, self.view)

    def ask_for_folder(self, rows: Sequence[Row]) -> None:
        """Let a folder be picked for sessions, or made."""
        picker = Picker("Move to a folder", "New folder", folder_of, self.view)
        picker.picked.connect(lambda name, _: self.shelving.move(rows, name))
        self._pick(picker, lambda offers: [Choice(name) for name in offers.folders])

    def ask_for_tags(self, rows: Sequence[Row]) -> None:
        """Let tags be given to sessions, and taken."""
        picker = Picker("Add a tag", "New tag", tag_of, self.view, several=True)
        picker.picked.connect(
            lambda name, on: self.shelving.tag(rows, [] if on else [name], [name] if on else [])
        )
        self._pick(picker, lambda offers: _tags(rows, offers.tags))

    def _pick(self, picker: Picker, choices: Callable[..., list[Choice]]) -> None:
        place = self.view.visualRect(self.view.currentIndex())
        where = self.view.viewport().mapToGlobal(place.bottomLeft())

        async def work() -> None:
            picker.open_at(where, choices(await self._desk.workspace.sessions.shelving.offers()))

        self._desk.tasks.start(work(), picker)

    def _drop(self, rows: list[Row], node: Node | None) -> None:
        change = (node.takes if node is not None else None) or OUT
        if change.pinned:
            self.shelving.pin(rows, pinned=True)
        elif change.trashed:
            self.shelving.trash(rows)
        elif change.archived:
            self.shelving.archive(rows, archived=True)
        elif change.folder:
            self.shelving.move(rows, change.folder)
        else:
            lay = any(row.folder for row in rows)
            self.shelving.change(rows, change, f"Moved … {OUT_OF if lay else BACK}.")


def _rows(nodes: Sequence[Node]) -> list[Row]:
    """The sessions among them, each once."""
    return list({node.row.id: node.row for node in nodes if node.row is not None}.values())


def _tags(rows: Sequence[Row], known: Sequence[str]) -> list[Choice]:
    """All tags, those that the sessions have first."""

    def on(tag: str) -> bool | None:
        have = sum(tag in row.tags for row in rows)
        return None if 0 < have < len(rows) else bool(have)

    choices = [Choice(tag, on(tag)) for tag in known]
    return sorted(choices, key=lambda one: one.on is False)


def _menu_of(actions: Sequence[Action], rows: Sequence[Row], parent: QWidget) -> QMenu:
    """A menu of what fits these sessions; it goes when it closes."""
    menu = _menu("Sessions", parent)
    for action in actions:
        if not action.fits(rows):
            continue
        if action.apart and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(action.text).triggered.connect(
            lambda _=False, do=action.do: do(rows)  # type: ignore[misc]
        )
    return menu


def _menu(name: str, parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAccessibleName(name)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _popup(menu: QMenu, where: QPoint) -> None:
    """Open a menu at a place of the screen; one with nothing in it goes unseen."""
    if menu.isEmpty():
        menu.deleteLater()
    else:
        menu.popup(where)
