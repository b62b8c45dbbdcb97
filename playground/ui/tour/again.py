"""Steps of the tour: a recorded run shown again, and told to a room."""

from __future__ import annotations

from playground.core.session import Run
from playground.engine.telling import Telling
from playground.ui.replaying import Replaying
from playground.ui.tour.scene import Scene


async def replay(scene: Scene, run: Run) -> None:
    """Stand in the middle of a call, and one step before that. The replay goes on to be shown."""
    desk = scene.desk
    desk.replay_shown()
    await scene.until(lambda: desk.replaying is not None)
    replaying = _replaying(scene)
    kinds = run.recording.kinds
    replaying.seek(kinds.index("tool.started") + 1 if "tool.started" in kinds else len(kinds) // 2)
    await _still(scene)
    scene.picture(
        "replay",
        "The same run again, from its recording: it stands where a call was running.",
        event=replaying.player.position,
        events=replaying.player.count,
    )
    replaying.step(-1)
    await _still(scene)
    scene.picture(
        "replay-back",
        "One event back: every panel shows what was there then. Nothing is sent.",
        event=replaying.player.position,
    )


async def present(scene: Scene) -> None:
    """The replay told sentence by sentence; then it is over, and the conversation is shown."""
    scene.shell.present()
    await scene.settled()
    presenting = scene.shell.presenting
    assert presenting is not None
    view = presenting.view
    telling = view.telling
    assert telling is not None
    telling.first()
    while telling.at < telling.count - 1 and not _waits(telling):
        view.next()
    await _still(scene)
    scene.picture("presented-waiting", "For a room to read, without keys, JSON or prices.")
    telling.last()
    view.advance()
    await _still(scene)
    scene.picture(
        "presented", "A sentence at a time: one key goes on, one goes back, one lets time pass."
    )
    presenting.leave()
    await scene.settled()
    scene.desk.end_replay()
    await scene.settled()
    scene.window.show_panel("chat")


def _waits(telling: Telling) -> bool:
    return telling.told is not None and telling.told.kind == "waiting"


def _replaying(scene: Scene) -> Replaying:
    found = scene.desk.replaying
    assert found is not None
    return found


async def _still(scene: Scene) -> None:
    await scene.until(lambda: not _replaying(scene).live)
    await scene.settled()
