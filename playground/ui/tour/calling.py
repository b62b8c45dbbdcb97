"""Steps of the tour: a model calls tools, and somebody approves that."""

from __future__ import annotations

from typing import Any

from playground.core.session import Run
from playground.ui.tour.scene import Scene
from playground.ui.widgets.approvalbox import ApprovalBox


async def call(scene: Scene) -> Run:
    """A demo of the Tools panel, which stays on screen."""
    desk = scene.desk
    desk.new_session()
    panel = scene.tools
    await desk.toolbox.ready()
    await scene.settled()
    panel.offers.runs[0].click()
    await scene.until(lambda: len(desk.approving.waiting) > 1)
    run = scene.newest()
    await scene.settled()
    desk.clock.look()
    scene.picture(
        "tools-approval",
        "A model asks for two calls at once. Nothing is run before it is approved.",
    )
    for box in panel.findChildren(ApprovalBox):
        box.approve.click()
    await scene.ended(run)
    scene.picture(
        "tools",
        "Both ran beside each other, held in processes of their own; the lanes show when.",
        outcome=run.transcript.outcome,
        calls=calls(run),
    )
    return run


def calls(run: Run) -> list[dict[str, Any]]:
    """What was called."""
    return [
        {"name": one.tool or one.name, "arguments": str(one.arguments), "state": one.state}
        for one in run.transcript.tool_calls
    ]
