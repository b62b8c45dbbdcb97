"""Steps of the tour: asking, watching the answer arrive, asking again."""

from __future__ import annotations

from typing import Any

from playground.core.session import Run
from playground.ui import words
from playground.ui.tour.scene import Scene

QUESTION = "What is the capital of France?"
LONGER = "Explain in three sentences why the sky is blue."


async def ask(scene: Scene) -> Run:
    """The first question, by a click."""
    scene.picture("first-start", "A first start: no key, no network, and four things to ask.")
    row = scene.settings.rows["temperature"]
    row.switch.click()
    row.show_value(0)
    row.changed.emit("temperature", True, 0)
    scene.chat.composer.draft.setFocus()
    next(one for one in scene.chat.examples.buttons if one.toolTip() == QUESTION).click()
    run = scene.newest()
    await scene.until(lambda: run.transcript.phase != "queued" or not run.running)
    scene.desk.clock.look()
    scene.picture("asked", "One click asks. Until the first token comes, a clock tells so.")
    await scene.ended(run)
    scene.picture(
        "answered",
        "The answer, and below it what it took: every number opens when it is clicked.",
        **facts(run),
    )
    return run


async def ask_more(scene: Scene) -> Run:
    """Something that takes longer to answer."""
    scene.chat.composer.write(LONGER)
    scene.chat.composer.run.click()
    run = scene.newest()
    await scene.until(lambda: len(run.transcript.text) > 60 or not run.running)
    scene.desk.clock.look()
    scene.picture("streaming", "A longer answer while it streams; Run has become Stop.")
    await scene.ended(run)
    return run


async def ask_again(scene: Scene) -> None:
    """The same once more."""
    scene.chat.regenerate()
    await scene.ended(scene.newest())
    scene.picture("regenerated", "Asked once more: both versions are kept, side by side.")


def facts(run: Run) -> dict[str, Any]:
    """What there is to say of an answer."""
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
