"""The tour: the real window, shown step by step with fixed questions at temperature 0.

Everything it does goes through the widgets that a person would use. Each step leaves a picture and
what was seen in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playground.core.profile import SANDBOX
from playground.core.session import Run
from playground.ui import theme
from playground.ui.shell import Shell
from playground.ui.tour import again, calling, chatting, comparing, forms, inspecting
from playground.ui.tour.scene import Scene


class Tour:
    def __init__(self, shell: Shell, out: Path, say: Callable[[str], None]) -> None:
        """`say`: told of each picture."""
        self.scene = Scene(shell, out, say)

    async def play(self, profile: str) -> dict[str, Any]:
        """All steps; what `tour.json` says. Raises Failure when a step does not come about."""
        scene = self.scene
        scene.out.mkdir(parents=True, exist_ok=True)
        scene.desk.use_profile(profile)
        await scene.settled()
        run = await chatting.ask(scene)
        answer, served = chatting.facts(run), run.profile
        longer = await chatting.ask_more(scene)
        await inspecting.inspect(scene, longer)
        await chatting.ask_again(scene)
        await inspecting.compare(scene)
        await comparing.compare(scene)
        structured = await forms.fill(scene, profile)
        called = await calling.call(scene)
        await again.replay(scene, called)
        await again.present(scene)
        await _broken(scene)
        await _found(scene, run)
        told = {
            "profile": served,
            "asked_for": profile,
            "question": chatting.QUESTION,
            **answer,
            "structured": structured,
            "tools": calling.calls(called),
            "steps": [asdict(step) for step in scene.steps],
        }
        path = scene.out / "tour.json"
        path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return told


async def _broken(scene: Scene) -> None:
    scene.desk.new_session()
    scene.desk.use_profile(SANDBOX)
    scene.settings.model.setCurrentText("cut")
    scene.settings.model.activated.emit(scene.settings.model.currentIndex())
    scene.chat.composer.write("Show me how a broken stream looks.")
    scene.chat.composer.run.click()
    broken = scene.newest()
    await scene.ended(broken)
    scene.picture(
        "broken",
        "A stream that breaks: what had arrived is kept, with one next action.",
        outcome=broken.transcript.outcome,
    )


async def _found(scene: Scene, run: Run) -> None:
    sessions, desk = scene.sessions, scene.desk
    sessions.search.setText("capital")
    await scene.until(lambda: scene.first_found() == run.session)
    sessions.search.returnPressed.emit()
    await scene.until(lambda: desk.session.id == run.session)
    await scene.settled()
    theme.apply("dark", desk.settings.scale)
    scene.picture("dark", "Found again by a word, in the dark theme.")
    theme.apply(desk.settings.theme, desk.settings.scale)
    sessions.search.clear()
