"""A replay: playing, standing in the middle of a call, at its end, and in each panel."""

from __future__ import annotations

from playground.core.session import Run
from playground.ui.replaying import Replaying
from tests.gallery import structured, tools
from tests.gallery.stage import Stage


async def begun(stage: Stage, run: Run) -> Replaying:
    """A replay of a run on screen, in which no time passes by itself."""
    stage.desk.replay(run)
    await stage.settle()
    replaying = stage.desk.replaying
    assert replaying is not None
    replaying._now = lambda: 0
    replaying.pause()
    stage.after.append(stage.desk.end_replay)
    return replaying


def behind(run: Run, kind: str, which: int = 0) -> int:
    """The position behind an event of a kind."""
    kinds = run.recording.kinds
    return [number for number, one in enumerate(kinds) if one == kind][which] + 1


async def looped(stage: Stage) -> tuple[Run, Replaying]:
    """A recorded run with two calls, in the Tools panel."""
    tape = tools.answered()
    tape.end()
    run = await tools.shown(stage, tape)
    stage.window.docks["inspector"].show()
    return run, await begun(stage, run)


async def playing(stage: Stage) -> None:
    """In the conversation, while the answer is written."""
    run, replaying = await looped(stage)
    stage.window.show_panel("chat")
    replaying.seek((behind(run, "request", 1) + replaying.player.count) // 2)
    replaying.play()


async def asked(stage: Stage) -> None:
    """Where somebody was asked about the first call; nobody is now."""
    run, replaying = await looped(stage)
    replaying.seek(behind(run, "tool.asked"))


async def running(stage: Stage) -> None:
    """One call runs, the other waits."""
    run, replaying = await looped(stage)
    replaying.seek(behind(run, "tool.started"))
    replaying.use_speed(5.0)


async def over(stage: Stage) -> None:
    """At the end, where it stays."""
    _, replaying = await looped(stage)
    stage.window.show_panel("chat")
    replaying.seek(replaying.player.count)


async def answering(stage: Stage) -> None:
    """A structured answer that is half there."""
    await structured.valid(stage)
    run = stage.desk.session.path()[-1]
    replaying = await begun(stage, run)
    replaying.seek(replaying.player.count // 2)
