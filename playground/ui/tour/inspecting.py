"""Steps of the tour: the pages of the inspector."""

from __future__ import annotations

from playground.core.session import Run
from playground.ui.inspector import PAGES
from playground.ui.inspector.requests import RequestPage
from playground.ui.tour.scene import Scene
from playground.ui.widgets.requestview import DIFFERENCES

PICTURES = {
    "timeline": "When it all happened: the request, the network, the answer, and our own steps.",
    "time": "Where the time went, and how evenly it streamed.",
    "request": "Exactly what was sent, with the key masked.",
}
"""Pages that are shown one after another, and what is seen there."""


async def inspect(scene: Scene, run: Run) -> None:
    """A word of an answer, and its way back to the bytes."""
    desk, inspector = scene.desk, scene.inspector
    desk.wanted.emit("inspector")
    inspector.advance()
    message = run.transcript.messages()[-1]
    desk.pointed.emit(run, message.key, "text", len(message.text) // 2)
    await scene.until(lambda: inspector.looking.number >= 0 or not message.text)
    await scene.settled()
    scene.picture(
        "inspected",
        "A word was clicked: here is the event that brought it, with its time and its raw bytes.",
        events=run.transcript.events,
        event=inspector.looking.number,
    )
    for page, title in PICTURES.items():
        if _turned_to(scene, page):
            await scene.settled()
            scene.picture(page, title)
    request = inspector.page("request")
    assert isinstance(request, RequestPage)
    request.view.mode.pick(DIFFERENCES)
    await scene.settled()
    scene.picture("sent", "What was set beside what was sent, and why the two differ.")
    request.view.mode.pick(0)
    inspector.show_page("events")


async def compare(scene: Scene) -> None:
    """Two versions of an answer beside each other."""
    if _turned_to(scene, "diff"):
        await scene.settled()
        scene.picture(
            "diff", "Two versions beside each other, and where they first part, if they do."
        )
        scene.inspector.show_page("events")


def _turned_to(scene: Scene, page: str) -> bool:
    """Whether there is such a page; if so it is shown."""
    there = any(one.id == page for one in PAGES)
    if there:
        scene.inspector.show_page(page)
    return there
