"""Steps of the tour: an answer by a schema, and a schema that is repaired."""

from __future__ import annotations

from typing import Any

from playground.ui.tour.scene import Scene

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


async def fill(scene: Scene, profile: str) -> Any:
    """The answer that came."""
    desk = scene.desk
    desk.new_session()
    desk.use_profile(profile)
    panel = scene.structured
    await scene.settled()
    scene.settings.rows["temperature"].changed.emit("temperature", True, 0)
    panel.examples.buttons[0].click()
    run = scene.newest()
    await scene.until(lambda: len(run.transcript.text) > 0.2 * FILLED or not run.running)
    desk.clock.look()
    scene.picture(
        "structured-begins",
        "An answer by a schema begins: each field as it comes, and what is awaited.",
    )
    await scene.until(lambda: len(run.transcript.text) > 0.6 * FILLED or not run.running)
    desk.clock.look()
    scene.picture("structured-goes-on", "A moment later: what is closed is checked already.")
    await scene.ended(run)
    attempt = panel.answer.attempt
    value = attempt.answer.value if attempt is not None else None
    scene.picture(
        "structured",
        "The same when it is there: each field was checked against the schema.",
        state=attempt.state if attempt is not None else None,
        answer=value,
    )
    panel.schema.code.apply(LOOSE)
    panel.schema.read_now()
    panel.schema.offer_repair()
    await scene.settled()
    scene.picture(
        "structured-repair",
        "A schema that strict servers refuse: why, and what a repair would change.",
        violations=len(panel.schema.examination.violations),
    )
    scene.window.show_panel("chat")
    return value
