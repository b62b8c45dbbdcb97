"""What the steps of the tour have in common: the window with its panels, waiting, and pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from playground.core.problem import Failure, Problem
from playground.core.session import Run
from playground.ui.panels.chat import ChatPanel
from playground.ui.panels.compare import ComparePanel
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.panels.sessions import SessionsDock
from playground.ui.panels.settings import SettingsDock
from playground.ui.panels.structured import StructuredPanel
from playground.ui.panels.tools import ToolsPanel
from playground.ui.shell import Shell

PATIENCE = 180.0
"""Seconds for one answer of a small model on a slow computer."""
LOOK = 0.02
QUIET = 10
"""Looks after which what an action started has finished."""


@dataclass(slots=True)
class Step:
    name: str
    title: str
    """One sentence for somebody who only sees the picture."""
    picture: str = ""
    saw: dict[str, Any] = field(default_factory=dict)


class Scene:
    def __init__(self, shell: Shell, out: Path, say: Callable[[str], None]) -> None:
        self.shell = shell
        self.desk = shell.desk
        self.window = shell.window
        self.out = out
        self.say = say
        self.steps: list[Step] = []
        panels, docks = self.window.panels, self.window.docks
        chat, inspector = panels["chat"], docks["inspector"].widget()
        sessions, settings = docks["sessions"].widget(), docks["settings"].widget()
        assert isinstance(chat, ChatPanel)
        assert isinstance(inspector, InspectorPanel)
        assert isinstance(sessions, SessionsDock)
        assert isinstance(settings, SettingsDock)
        self.chat, self.inspector = chat, inspector
        self.sessions, self.settings = sessions, settings

    @property
    def structured(self) -> StructuredPanel:
        """The panel, on screen."""
        self.window.show_panel("structured")
        panel = self.window.panels["structured"]
        assert isinstance(panel, StructuredPanel)
        return panel

    @property
    def tools(self) -> ToolsPanel:
        """The same."""
        self.window.show_panel("tools")
        panel = self.window.panels["tools"]
        assert isinstance(panel, ToolsPanel)
        return panel

    @property
    def compare(self) -> ComparePanel:
        """The same."""
        self.window.show_panel("compare")
        panel = self.window.panels["compare"]
        assert isinstance(panel, ComparePanel)
        return panel

    # What is seen.

    def picture(self, name: str, title: str, **saw: Any) -> None:
        """Take the window as it is now."""
        app = QApplication.instance()
        assert app is not None
        app.sendPostedEvents()
        file = f"{len(self.steps) + 1:02d}-{name}.png"
        self.window.grab().save(str(self.out / file))
        self.steps.append(Step(name, title, file, saw))
        self.say(f"{file}  {title}")

    def newest(self) -> Run:
        return self.desk.session.path()[-1]

    def first_found(self) -> str:
        """Id of the session that stands first in the list."""
        row = self.sessions.model.record(self.sessions.model.index(0))
        return row.id if row is not None else ""

    # Waiting.

    async def ended(self, run: Run) -> None:
        await self.until(lambda: not run.running)
        await self.settled()
        self.desk.clock.look()

    async def settled(self) -> None:
        """Let what was started by the last action finish: lists, sums, pictures of text."""
        for _ in range(QUIET):
            await asyncio.sleep(LOOK)

    async def until(self, state: Callable[[], bool]) -> None:
        """Raises Failure when it does not come about."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not state():  # noqa: ASYNC110  it is the screen that is watched
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            raise Failure(
                Problem(
                    title=f"The tour waited {PATIENCE:g} s for its next step and gave up.",
                    detail=f"after {self.steps[-1].name if self.steps else 'the start'}",
                    remedy="retry",
                )
            ) from None
