"""The tour: the real window, shown step by step with fixed questions at temperature 0.

Everything it does goes through the widgets that a person would use. Each step leaves a picture and
what was seen in it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from playground.core.problem import Failure, Problem
from playground.core.profile import SANDBOX
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.panels.chat import ChatPanel
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.panels.sessions import SessionsDock
from playground.ui.panels.settings import SettingsDock
from playground.ui.panels.structured import StructuredPanel
from playground.ui.panels.tools import ToolsPanel
from playground.ui.shell import Shell
from playground.ui.widgets.approvalbox import ApprovalBox

PATIENCE = 180.0
"""Seconds for one answer of a small model on a slow computer."""
LOOK = 0.02
QUESTION = "What is the capital of France?"
FILLED = 150
"""Characters that the answer by a schema has, more or less."""
LOOSE = """\
{
  "type": "object",
  "properties": {
    "title": {"type": "string", "default": "Untitled"},
    "price": {"type": "number", "minimum": 0},
    "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true}
  },
  "required": ["title"]
}
"""
LONGER = "Explain in three sentences why the sky is blue."


@dataclass(slots=True)
class Step:
    name: str
    title: str
    """One sentence for somebody who only sees the picture."""
    picture: str = ""
    saw: dict[str, Any] = field(default_factory=dict)


class Tour:
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

    async def play(self, profile: str) -> dict[str, Any]:
        """All steps; what `tour.json` says. Raises Failure when a step does not come about."""
        self.out.mkdir(parents=True, exist_ok=True)
        desk = self.desk
        desk.use_profile(profile)
        await self._settled()
        self.picture("first-start", "A first start: no key, no network, and four things to ask.")

        self.settings.rows["temperature"].switch.click()
        self.settings.rows["temperature"].show_value(0)
        self.settings.rows["temperature"].changed.emit("temperature", True, 0)
        self.chat.composer.draft.setFocus()
        first = next(b for b in self.chat.examples.buttons if b.toolTip() == QUESTION)
        first.click()
        run = self._newest()
        await self._until(lambda: run.transcript.phase != "queued" or not run.running)
        self.desk.clock.look()
        self.picture("asked", "One click asks. Until the first token comes, a clock tells so.")
        await self._ended(run)
        self.picture(
            "answered",
            "The answer, and below it what it took: every number opens when it is clicked.",
            **self._facts(run),
        )
        answer = self._facts(run)
        served = run.profile

        self.chat.composer.write(LONGER)
        self.chat.composer.run.click()
        longer = self._newest()
        await self._until(lambda: len(longer.transcript.text) > 60 or not longer.running)
        self.desk.clock.look()
        self.picture("streaming", "A longer answer while it streams; Run has become Stop.")
        await self._ended(longer)

        desk.wanted.emit("inspector")
        self.inspector.advance()
        self.inspector.events.list.go_to(len(longer.recording) // 2)
        self.picture(
            "inspected",
            "Every event of that answer: when it came, what it carried, and its raw bytes.",
            events=longer.transcript.events,
        )
        self.inspector.show_page("request")
        self.picture("request", "Exactly what was sent, with the key masked.")
        self.inspector.show_page("events")

        self.chat.regenerate()
        again = self._newest()
        await self._ended(again)
        self.picture("regenerated", "Asked once more: both versions are kept, side by side.")

        structured = await self._structured(profile)
        tools = await self._tools()

        desk.new_session()
        desk.use_profile(SANDBOX)
        self.settings.model.setCurrentText("cut")
        self.settings._model_picked()
        self.chat.composer.write("Show me how a broken stream looks.")
        self.chat.composer.run.click()
        broken = self._newest()
        await self._ended(broken)
        self.picture(
            "broken",
            "A stream that breaks: what had arrived is kept, with one next action.",
            outcome=broken.transcript.outcome,
        )

        self.sessions.search.setText("capital")
        await self._until(lambda: self._first_found() == run.session)
        self.sessions.search.returnPressed.emit()
        await self._until(lambda: self.desk.session.id == run.session)
        await self._settled()
        theme.apply("dark", self.desk.settings.scale)
        self.picture("dark", "Found again by a word, in the dark theme.")
        theme.apply(self.desk.settings.theme, self.desk.settings.scale)
        self.sessions.search.clear()

        told = {
            "profile": served,
            "asked_for": profile,
            "question": QUESTION,
            **answer,
            "structured": structured,
            "tools": tools,
            "steps": [asdict(step) for step in self.steps],
        }
        path = self.out / "tour.json"
        path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return told

    async def _structured(self, profile: str) -> Any:
        """The Structured panel; the answer that it got."""
        desk = self.desk
        desk.new_session()
        desk.use_profile(profile)
        self.window.show_panel("structured")
        panel = self.window.panels["structured"]
        assert isinstance(panel, StructuredPanel)
        await self._settled()
        self.settings.rows["temperature"].changed.emit("temperature", True, 0)
        panel.examples.buttons[0].click()
        run = self._newest()
        await self._until(lambda: len(run.transcript.text) > 0.2 * FILLED or not run.running)
        self.desk.clock.look()
        self.picture(
            "structured-begins",
            "An answer by a schema begins: each field as it comes, and what is awaited.",
        )
        await self._until(lambda: len(run.transcript.text) > 0.6 * FILLED or not run.running)
        self.desk.clock.look()
        self.picture("structured-goes-on", "A moment later: what is closed is checked already.")
        await self._ended(run)
        attempt = panel.answer.attempt
        value = attempt.answer.value if attempt is not None else None
        self.picture(
            "structured",
            "The same when it is there: each field was checked against the schema.",
            state=attempt.state if attempt is not None else None,
            answer=value,
        )
        panel.schema.code.apply(LOOSE)
        panel.schema.read_now()
        panel.schema.offer_repair()
        await self._settled()
        self.picture(
            "structured-repair",
            "A schema that strict servers refuse: why, and what a repair would change.",
            violations=len(panel.schema.examination.violations),
        )
        self.window.show_panel("chat")
        return value

    async def _tools(self) -> list[dict[str, Any]]:
        """A demo of the Tools panel; the calls that were made in it."""
        desk = self.desk
        desk.new_session()
        self.window.show_panel("tools")
        panel = self.window.panels["tools"]
        assert isinstance(panel, ToolsPanel)
        await desk.toolbox.ready()
        await self._settled()
        panel.offers.runs[0].click()
        await self._until(lambda: len(desk.approving.waiting) > 1)
        run = self._newest()
        await self._settled()
        desk.clock.look()
        self.picture(
            "tools-approval",
            "A model asks for two calls at once. Nothing is run before it is approved.",
        )
        for box in panel.findChildren(ApprovalBox):
            box.approve.click()
        await self._ended(run)
        calls = [
            {"name": call.tool or call.name, "arguments": str(call.arguments), "state": call.state}
            for call in run.transcript.tool_calls
        ]
        self.picture(
            "tools",
            "Both ran beside each other, held in processes of their own; the lanes show when.",
            outcome=run.transcript.outcome,
            calls=calls,
        )
        self.shell.present()
        await self._settled()
        presenting = self.shell.presenting
        assert presenting is not None
        while presenting.view.at < len(presenting.view.rows) - 1:
            presenting.view.next()
        await self._settled()
        self.picture("presented", "The same for a room to read: one key goes on, none is shown.")
        presenting.leave()
        await self._settled()
        self.window.show_panel("chat")
        return calls

    # How a step is done.

    def picture(self, name: str, title: str, **saw: Any) -> None:
        """Take the window as it is now."""
        app = QApplication.instance()
        assert app is not None
        app.sendPostedEvents()
        file = f"{len(self.steps) + 1:02d}-{name}.png"
        self.window.grab().save(str(self.out / file))
        self.steps.append(Step(name, title, file, saw))
        self.say(f"{file}  {title}")

    def _first_found(self) -> str:
        row = self.sessions.model.record(self.sessions.model.index(0))
        return row.id if row is not None else ""

    def _newest(self) -> Run:
        return self.desk.session.path()[-1]

    async def _ended(self, run: Run) -> None:
        await self._until(lambda: not run.running)
        await self._settled()
        self.desk.clock.look()

    async def _settled(self) -> None:
        """Let what was started by the last action finish: lists, sums, pictures of text."""
        for _ in range(10):
            await asyncio.sleep(LOOK)

    async def _until(self, state: Callable[[], bool]) -> None:
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

    @staticmethod
    def _facts(run: Run) -> dict[str, Any]:
        seen, used = run.transcript, run.transcript.usage
        waited, speed = words.first_token(run), words.speed(run)
        return {
            "outcome": seen.outcome,
            "model": seen.model or run.call.model,
            "answer": seen.text,
            "input_tokens": used.input if used else None,
            "output_tokens": used.output if used else None,
            "first_token_s": round(waited, 3) if waited is not None else None,
            "tokens_per_s": round(speed, 1) if speed is not None else None,
        }
