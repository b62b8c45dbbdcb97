"""Which prompt of the library a column of a comparison says, and which version of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from playground.core.comparison import Column
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.prompts import Prompt
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.fieldedit import Choice

NO_PROMPT = "None: what stands below"
GONE = "A prompt that was deleted"


class PromptChoice(QWidget):
    """Signals:
    picked(prompt, number): this version of that prompt; of None: none any more.
    failed(words): why a prompt cannot be read.
    """

    picked = Signal(object, int)
    failed = Signal(str)

    def __init__(self, desk: Desk, column: Column, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._column = desk, column
        self._prompt: Prompt | None = None
        """The prompt that is chosen, once it has been read."""
        line = QHBoxLayout(self)
        theme.space(line, 0, 0, 0, 0, gap=4)
        self.prompt, self.version = Choice(self), Choice(self)
        self.prompt.activated.connect(self._prompt_picked)
        self.version.activated.connect(self._version_picked)
        self.version.setAccessibleName("Version of the prompt")
        line.addWidget(self.prompt, 1)
        line.addWidget(self.version)
        self.list()

    def list(self) -> None:
        """Offer what is in the library, with what the column says chosen."""

        async def work() -> None:
            rows = await self._desk.prompts.list()
            self.prompt.clear()
            self.prompt.addItem(NO_PROMPT, "")
            for one in rows:
                if one.versions:
                    where = f"{one.folder}/" if one.folder else ""
                    self.prompt.addItem(visible(f"{where}{one.title or 'Untitled prompt'}"), one.id)
            at = self.prompt.findData(self._column.prompt)
            if at < 0:
                self.prompt.addItem(GONE, self._column.prompt)
                at = self.prompt.count() - 1
            self.prompt.setCurrentIndex(at)
            self._prompt = None
            if self._column.prompt:
                await self._read(self._column.prompt)
            self.show_versions()

        self._desk.tasks.start(work(), self)

    async def _read(self, prompt_id: str) -> None:
        try:
            self._prompt = await self._desk.prompts.load(prompt_id)
        except Failure as failure:
            self._prompt = None
            self.failed.emit(failure.problem.title)

    def show_versions(self) -> None:
        self.version.clear()
        versions = self._prompt.versions if self._prompt is not None else ()
        for one in reversed(versions):
            note = f" · {one.note}" if one.note else ""
            self.version.addItem(visible(f"version {one.number}{note}")[:40], one.number)
        self.version.setVisible(bool(versions))
        self.version.setCurrentIndex(max(self.version.findData(self._column.version), 0))

    def _prompt_picked(self, index: int) -> None:
        prompt_id = self.prompt.itemData(index)
        if prompt_id == self._column.prompt:
            return
        if not prompt_id:
            self._prompt = None
            self.picked.emit(None, 0)
            self.show_versions()
            return

        async def work() -> None:
            await self._read(prompt_id)
            if self._prompt is not None and self._prompt.newest is not None:
                self._pick(self._prompt.newest.number)

        self._desk.tasks.start(work(), self)

    def _version_picked(self, index: int) -> None:
        self._pick(self.version.itemData(index))

    def _pick(self, number: int) -> None:
        if self._prompt is not None:
            self.picked.emit(self._prompt, number)
            self.show_versions()
