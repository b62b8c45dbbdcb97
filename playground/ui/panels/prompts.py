"""The Prompts panel: a library of what is said again, with every version of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSplitter, QStackedLayout, QWidget

from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.prompts import Content, Draft, Prompt, Said
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets import promptuse
from playground.ui.widgets.promptdifference import NOTHING
from playground.ui.widgets.promptdrafts import PromptDrafts
from playground.ui.widgets.promptlibrary import PromptLibrary
from playground.ui.widgets.promptmodel import UNTITLED
from playground.ui.widgets.promptoffers import PromptOffers
from playground.ui.widgets.promptversions import UNSAVED, lines
from playground.ui.widgets.promptwork import PromptWork

KEEP = 400
"""Milliseconds after a key before what was typed is written."""
BLANK = Content(messages=(Said(role="developer", text=""), Said(role="user", text="")))
"""What a prompt without a version begins with."""


class PromptsPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "pane")
        self.prompt: Prompt | None = None
        """The one that is open, as it was read."""
        self._base = 0
        """The version that what stands in the editor began with."""
        self._wanted_id = ""
        self._drafts = PromptDrafts(desk.prompts)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=0)
        self._columns = QSplitter(Qt.Orientation.Horizontal, self)
        self._columns.setChildrenCollapsible(False)
        self.library = PromptLibrary(desk, self._columns)
        self._columns.addWidget(self.library)
        body = QWidget(self._columns)
        self._pages = QStackedLayout(body)
        self.offers = PromptOffers(self.library.add, body)
        self._pages.addWidget(self.offers)
        self.work = PromptWork(body)
        self.edit, self.versions = self.work.edit, self.work.versions
        self._pages.addWidget(self.work)
        self._columns.addWidget(body)
        self._columns.setStretchFactor(1, 1)
        theme.follow(self.library, lambda look: self.library.setMinimumWidth(look.px(190)))
        theme.follow(self, lambda look: self._columns.setSizes([look.px(230), look.px(900)]))
        row.addWidget(self._columns)
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(KEEP)
        self._keeping.timeout.connect(self._keep)

        self.library.opened.connect(self.open)
        self.library.gone.connect(self._gone)
        self.library.changed.connect(self._library_changed)
        self.edit.changed.connect(self._edited)
        self.edit.saved.connect(self.save)
        self.edit.discarded.connect(self.discard)
        self.edit.took.connect(self._took)
        self.versions.picked.connect(self._picked)
        self.versions.asked.connect(self._version_menu)
        self.versions.entered_into.connect(self.work.difference.setFocus)
        self.work.difference.paired.connect(self.compare)
        self.work.difference.restored.connect(self.restore)
        self.work.difference.left.connect(self.show_editor)
        self.work.titled.connect(self._titled)
        self.work.used.connect(lambda new: self.use_it(new=new))
        self.work.deleted.connect(self._delete)
        self.work.taken_back.connect(self._take_back)
        desk.wanted.connect(self._wanted)
        desk.settlers.append(self._drafts.settle)

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&File", "New prompt", "", lambda: self._here(self.library.add)),
            ("&File", "Import prompts…", "", lambda: self._here(self.library.choose)),
            ("&Edit", "Save a version of this prompt", "Ctrl+S", self._save_in_sight),
            ("&Edit", "Search prompts", "", lambda: self._here(self.library.search.setFocus)),
            ("&Run", "Use this prompt in the session", "", lambda: self.use_it(new=False)),
            ("&Run", "Use this prompt in a new session", "", lambda: self.use_it(new=True)),
        )

    def _here(self, do: Callable[[], object]) -> None:
        self.desk.wanted.emit("prompts")
        do()

    # What is open.

    def open(self, prompt_id: str) -> None:
        """Show a prompt, with what was typed of it and is no version yet."""
        if self.prompt is not None and self.prompt.id == prompt_id:
            self.show_editor()
            return
        self._keep()
        self._wanted_id = prompt_id

        async def work() -> None:
            prompt = await self.desk.prompts.load(prompt_id)
            draft = await self._draft_of(prompt_id)
            if self._wanted_id == prompt_id:
                self._show(prompt, draft)

        self.desk.tasks.start(work(), self)

    async def _draft_of(self, prompt_id: str) -> Draft | None:
        """What was typed of it. Where that cannot be read it is said, and its versions are here."""
        try:
            return await self._drafts.of(prompt_id)
        except Failure as failure:
            self.desk.report(failure.problem)
            return None

    def _show(self, prompt: Prompt, draft: Draft | None = None) -> None:
        self.prompt = prompt
        newest = number_of(prompt)
        content = draft.content if draft is not None else said(prompt)
        self._base = newest
        self.edit.write(content, draft.note if draft is not None else "")
        self.work.show_head(prompt)
        self._pages.setCurrentIndex(1)
        self.work.make_room()
        self.show_editor()
        if draft is not None and draft.base != newest:
            self._overtaken(draft.base)

    def _overtaken(self, base: int) -> None:
        """Somebody else has made a version since what stands in the editor was begun."""
        assert self.prompt is not None
        name, number = visible(self.prompt.title) or UNTITLED, number_of(self.prompt)
        self.desk.report(
            Problem(
                title=f"“{name}” was changed elsewhere meanwhile.",
                detail=f"Your changes began with version {base}; there is version {number} now. "
                f"Both are here: look at what differs, then save yours as version {number + 1}, or "
                "discard it.",
                code="version_conflict",
            )
        )
        if self.unsaved and number:
            self.compare(number, UNSAVED)

    @property
    def unsaved(self) -> bool:
        """Whether what stands in the editor is no version."""
        return self.prompt is not None and (self.edit.content.written != said(self.prompt).written)

    def show_editor(self) -> None:
        self.work.show_difference(on=False)
        self._show_state()

    def _show_state(self) -> None:
        if self.prompt is not None:
            unsaved = self.unsaved
            self.edit.show_state(unsaved=unsaved)
            self.versions.show_lines(lines(self.prompt, unsaved=unsaved))

    def _close(self) -> None:
        self.prompt, self._wanted_id = None, ""
        self._pages.setCurrentIndex(0)

    def _gone(self, ids: Collection[str]) -> None:
        self._keep()
        if self.prompt is not None and self.prompt.id in ids:
            self._close()

    def _library_changed(self) -> None:
        self.offers.show_library(empty=not self.library.total)
        if self.prompt is None:
            return
        for node in self.library.model.nodes():
            if node.row is not None and node.row.id == self.prompt.id:
                self.prompt.title, self.prompt.folder = node.row.title, node.row.folder
                self.work.show_head(self.prompt)

    # What is typed.

    def _edited(self) -> None:
        prompt = self.prompt
        if prompt is None:
            return
        unsaved = self.unsaved
        draft = Draft(base=self._base, note=self.edit.note.text(), content=self.edit.content)
        self._drafts.put(prompt.id, draft if unsaved else None)
        self._show_state()
        self._keeping.start()

    def _keep(self) -> None:
        self._keeping.stop()
        if self._drafts.unwritten:
            self.desk.tasks.start(self._write(), self)

    async def _write(self) -> None:
        await self._drafts.settle()
        await self.library.refresh()

    def _took(self, words: str, back: Callable[[], object]) -> None:
        if (prompt := self.prompt) is None:
            return

        def undo() -> None:
            if self.prompt is not None and self.prompt.id == prompt.id:
                self.show_editor()
                back()
            else:
                self.desk.report(Problem(title="Another prompt is open, so nothing was undone."))

        self.desk.done.emit(words, undo)

    def _titled(self, title: str) -> None:
        prompt = self.prompt
        if prompt is None or title == prompt.title or prompt.trashed:
            return
        prompt.title = title

        async def work() -> None:
            await self.desk.prompts.rename(prompt.id, title)
            await self.library.refresh()

        self.desk.tasks.start(work(), self)

    # Versions.

    def _save_in_sight(self) -> None:
        if self.isVisible():
            self.save()

    def save(self) -> None:
        """Make a version of what stands in the editor. Nothing is overwritten: where somebody else
        has made one meanwhile, that is told first."""
        self.edit.settle()
        prompt = self.prompt
        if prompt is None or prompt.trashed or not self.unsaved:
            return
        content, note, base = self.edit.content, " ".join(self.edit.note.text().split()), self._base

        async def work() -> None:
            fresh = await self.desk.prompts.load(prompt.id)
            newest = number_of(fresh)
            if newest != base:
                self._meet(fresh, base)
                return
            fresh.write(content, time.time(), note)
            try:
                await self.desk.prompts.save(fresh)
            except Failure as failure:
                if failure.problem.code != "version_conflict":
                    raise
                self._meet(await self.desk.prompts.load(prompt.id), base)
                return
            await self._versioned(fresh, content)

        self.desk.tasks.start(work(), self)

    def _meet(self, fresh: Prompt, base: int) -> None:
        if self.prompt is None or self.prompt.id != fresh.id:
            return
        self.prompt = fresh
        self._base = number_of(fresh)
        self._show_state()
        self._overtaken(base)

    async def _versioned(self, fresh: Prompt, content: Content) -> None:
        """There is a new version, which says this."""
        if self.prompt is not None and self.prompt.id == fresh.id:
            self.prompt = fresh
            self._base = number_of(fresh)
            if self.edit.content.written == content.written:
                self.edit.note.clear()
            self._edited()  # more may have been typed meanwhile
            await self._write()
        else:
            await self.desk.prompts.keep_draft(fresh.id, None, time.time())
            await self.library.refresh()

    def discard(self) -> None:
        """Go back to the newest version; what was typed can be brought back."""
        prompt = self.prompt
        if prompt is None:
            return
        content, note = self.edit.content, self.edit.note.text()
        self._replace(said(prompt), "")
        self.desk.done.emit("Discarded the unsaved changes.", self._bring_back(content, note))

    def restore(self, number: int) -> None:
        """Say again what an old version said, as a new one."""
        prompt = self.prompt
        old = prompt.version(number) if prompt is not None else None
        if prompt is None or old is None or prompt.trashed:
            return
        typed, note, unsaved = self.edit.content, self.edit.note.text(), self.unsaved

        async def work() -> None:
            fresh = await self.desk.prompts.load(prompt.id)
            made = fresh.restore(number, time.time())
            if made is None:
                return
            await self.desk.prompts.save(fresh)
            if self.prompt is None or self.prompt.id != fresh.id:
                return
            self.prompt, self._base = fresh, made.number
            self._replace(made.content, "")
            self.show_editor()
            await self._write()
            words = f"Version {number} is version {made.number} now."
            if unsaved:
                words += " What was not saved was put aside."
                self.desk.done.emit(words, self._bring_back(typed, note))

        self.desk.tasks.start(work(), self)

    def _replace(self, content: Content, note: str) -> None:
        self.edit.write(content, note)
        self._edited()

    def _bring_back(self, content: Content, note: str) -> Callable[[], None]:
        prompt = self.prompt

        def back() -> None:
            if prompt is not None and self.prompt is not None and self.prompt.id == prompt.id:
                self._replace(content, note)
            elif prompt is not None:
                base = number_of(prompt)
                self._drafts.put(prompt.id, Draft(base=base, note=note, content=content))
                self._keep()

        return back

    def _picked(self, numbers: Sequence[int]) -> None:
        """One: against the one before it. Two: against each other."""
        prompt = self.prompt
        if prompt is None or not numbers:
            return
        order = [one.number for one in lines(prompt, unsaved=self.unsaved)]
        newer, older = numbers[0], numbers[-1]
        if len(numbers) == 1:
            at = order.index(newer) + 1
            older = order[at] if at < len(order) else NOTHING
        self._lay(older, newer)

    def compare(self, older: int, newer: int) -> None:
        """Lay two versions beside each other; UNSAVED stands for the editor."""
        self.versions.pick(older, newer)
        self._lay(older, newer)

    def _lay(self, older: int, newer: int) -> None:
        assert self.prompt is not None
        draft = self.edit.content if self.unsaved else None
        self.work.difference.show_pair(self.prompt, draft, older, newer)
        self.work.show_difference(on=True)

    def _version_menu(self, number: int, where: QPoint) -> None:
        prompt = self.prompt
        if prompt is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        version = prompt.version(number)
        content = version.content if version is not None else self.edit.content
        for words, new in (("Use in this session", False), ("Use in a new session", True)):
            menu.addAction(words).triggered.connect(
                lambda _=False, new=new: promptuse.use(
                    self.desk, self, content, prompt.title, new=new
                )
            )
        if version is not None and version is not prompt.newest and not prompt.trashed:
            menu.addAction("Restore").triggered.connect(lambda: self.restore(number))
        menu.popup(where)

    # What is done with it.

    def use_it(self, *, new: bool) -> None:
        """Use what stands in the editor, saved or not."""
        if self.prompt is None:
            self.desk.wanted.emit("prompts")
            self.desk.report(Problem(title="No prompt is open that could be used."))
            return
        promptuse.use(self.desk, self, self.edit.content, self.prompt.title, new=new)

    def _delete(self) -> None:
        if self.prompt is not None:
            for node in self.library.model.nodes():
                if node.row is not None and node.row.id == self.prompt.id:
                    self.library.shelving.delete([node])

    def _take_back(self) -> None:
        if (prompt := self.prompt) is None:
            return

        async def work() -> None:
            await self.desk.prompts.restore(prompt.id)
            await self.library.refresh()
            prompt.trashed = False
            if self.prompt is prompt:
                draft = await self._draft_of(prompt.id)
                self._show(prompt, draft)

        self.desk.tasks.start(work(), self)

    def _wanted(self, what: str) -> None:
        if what == "prompts:session":
            promptuse.ask_title(self.desk, self, self.library.add)

    # Qt.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.library.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.work.make_room()


def said(prompt: Prompt) -> Content:
    """What a prompt says now."""
    return prompt.newest.content if prompt.newest is not None else BLANK


def number_of(prompt: Prompt) -> int:
    """Of its newest version; 0: it has none."""
    return prompt.newest.number if prompt.newest is not None else 0
