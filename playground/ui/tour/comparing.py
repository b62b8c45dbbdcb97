"""A step of the tour: two columns that are asked the same, and what of their answers differs."""

from __future__ import annotations

from playground.ui import words
from playground.ui.tour.scene import Scene

QUESTION = "Which is the largest planet? Answer in one sentence."
BRIEF = "Answer with one word."


async def compare(scene: Scene) -> None:
    """A session of its own with two columns, of which one is told to be brief."""
    desk = scene.desk
    desk.new_session()
    panel = scene.compare
    panel.empty.buttons["here"].click()
    await scene.settled()
    for one, instructions in zip(panel.columns, ("", BRIEF), strict=True):
        column = one.branch.column
        update = {"fields": {"temperature": 0}, "instructions": instructions}
        column.call = column.call.model_copy(update=update)
        one.show_column()
    panel.composer.write(QUESTION)
    panel.composer.run.click()
    await scene.until(lambda: not panel.running)
    await scene.settled()
    desk.clock.look()
    runs = panel.answers
    scene.picture(
        "compare",
        "The same question in two columns, each with its own settings, time, tokens and cost.",
        outcomes=[run.transcript.outcome for run in runs if run is not None],
        models=[run.transcript.model for run in runs if run is not None],
    )
    panel.toggle_differences()
    await scene.settled()
    panel.tell()
    told = [one.text.told for one in panel.columns]
    scene.picture(
        "compare-differences",
        "The same, with the words that differ.",
        differ=[one.differ if one is not None else None for one in told],
        costs=[words.cost(run.cost) for run in runs if run is not None],
    )
    panel.toggle_differences()
    scene.window.show_panel("chat")
    await scene.settled()
