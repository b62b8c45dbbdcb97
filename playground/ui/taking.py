"""Taking over: what somebody else wrote (a cURL command, a request, messages, a preset, saved
prompts) as a session or a prompt of one's own, from the clipboard, a paste or a file."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from playground.core.presets import Opened
from playground.core.problem import Problem
from playground.ui.desk import Desk

if TYPE_CHECKING:
    from playground.engine.foreign import Foreign

BEGINS = ("curl", "{", "[", "$ curl")
"""How a text begins that may be worth reading."""
KINDS = {
    "curl": "a cURL command",
    "request": "a request",
    "messages": "a conversation",
    "preset": "a preset",
    "prompt": "a saved prompt",
}


class Taking(QObject):
    def __init__(self, desk: Desk, parent: QObject, preset: Callable[[Opened], object]) -> None:
        """`preset` asks where a preset shall be used."""
        super().__init__(parent)
        self._desk = desk
        self._preset = preset

    def from_clipboard(self) -> None:
        """A session of what was copied; the reason when it is nothing of that kind."""
        text = QApplication.clipboard().text()
        if not text.strip():
            self._desk.report(Problem(title="There is no text in the clipboard."))
            return
        self.take(text)

    def take(self, text: str) -> None:
        """A session of this text. Nothing is kept of what cannot be read, and it is said why."""
        from playground.engine.foreign import read  # with all that reads them

        async def work() -> None:
            found = await asyncio.to_thread(read, text.encode(), time.time())
            await self._keep(found, "what was pasted")

        self._desk.tasks.start(work(), self)

    def offer(self, text: str) -> None:
        """Somebody has pasted this into a message: if it is a request, it can be one."""
        if not text.lstrip().startswith(BEGINS):
            return

        async def work() -> None:
            kind = await asyncio.to_thread(_kind, text)
            if kind is not None:
                self._desk.told.emit(
                    f"What was pasted looks like {KINDS[kind]}.",
                    "It stands in the draft as a text. It can also be a session that sends it.",
                    "Open as a session",
                    lambda: self.take(text),
                )

        self._desk.tasks.start(work(), self)

    async def file(self, path: Path) -> bool:
        """Take a file over; False: it is nothing of that kind. Raises Failure."""
        from playground.engine.foreign import opened

        found = await asyncio.to_thread(opened, path, time.time())
        if found is None:
            return False
        await self._keep(found, path.name)
        return True

    async def _keep(self, found: Foreign, name: str) -> None:
        from playground.engine.foreign_keeping import keep

        desk = self._desk
        if found.preset is not None:
            self._preset(Opened(found.preset, tuple(found.notices)))
            return
        sessions = await keep(
            desk.workspace, desk.prompts, found, desk.profiles(), desk.default_profile
        )
        desk.sessions_changed.emit()
        if sessions:
            desk.open_session(sessions[-1].id)
            desk.wanted.emit("chat")
            desk.wanted.emit("composer")
        elif found.prompts:
            desk.wanted.emit(f"prompts:{found.prompts[-1].id}")
        count = len(found.prompts)
        kept = [f"{len(sessions)} sessions were made."] if len(sessions) > 1 else []
        if count:
            kept.append(f"{count} prompts are" if count > 1 else "A prompt is")
            kept[-1] += " in the library now."
        notices = " ".join(found.notices)
        if notices or kept:
            title = f"Not all of {name} was taken over." if notices else f"Took over {name}."
            desk.told.emit(title, " ".join(filter(None, (" ".join(kept), notices))), "", None)


def _kind(text: str) -> str | None:
    """What a text is; with what it takes to know, which is read when somebody pastes."""
    from playground.engine.foreign import recognised

    return recognised(text.encode())
