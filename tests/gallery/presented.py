"""Presenter mode: a recorded run from its question to its answer, and a replay."""

from __future__ import annotations

import json

from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.demos import demos
from playground.ui.replaying import Replaying
from playground.ui.widgets.presenter import PresenterView
from tests.gallery import replays, structured, tools
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of


def _recorded(name: str) -> Run:
    return next(demo for demo in demos() if demo.name == name).run(BY_ID)


async def _presented(stage: Stage) -> PresenterView:
    """Whatever is on screen, presented."""
    stage.shell.present()
    presenting = stage.shell.presenting
    assert presenting is not None

    def undo() -> None:
        if stage.shell.presenting is presenting:
            presenting.leave()

    stage.after.insert(0, undo)
    await stage.settle()
    return presenting.view


async def _told(stage: Stage, name: str, at: int) -> PresenterView:
    """A recorded demo, at one of its sentences."""
    await stage.show(_recorded(name), title=name.replace("-", " ").capitalize())
    view = await _presented(stage)
    view.go_to(at)
    return view


async def first(stage: Stage) -> None:
    """Where it begins."""
    await _told(stage, "weather-desk", 0)


async def approval(stage: Stage) -> None:
    """Two calls were approved, one with something else than the model asked for."""
    await _told(stage, "weather-desk", 4)


async def result(stage: Stage) -> None:
    """What a tool answered, as a table."""
    await _told(stage, "day-planner", 4)


async def query(stage: Stage) -> None:
    """A call with an argument that is too long for a sentence."""
    await _told(stage, "shop-question", 6)


async def end(stage: Stage) -> None:
    """The answer, with a table in it."""
    await _told(stage, "day-planner", 11)


async def waiting(stage: Stage) -> None:
    """It goes on: a call waits, with all that is to be approved."""
    await tools.approval(stage)
    await _presented(stage)


async def form(stage: Stage) -> None:
    """A structured answer, half of it."""
    await structured.valid(stage)
    replaying = await replays.begun(stage, stage.desk.session.path()[-1])
    replaying.seek(replaying.player.count * 2 // 3)
    await _presented(stage)


async def long(stage: Stage) -> None:
    """An answer with more than fits."""
    rows = [
        {"name": f"Lecture hall {number}", "seats": 40 * number, "projector": number % 3 > 0,
         "notes": "Booked on Mondays and on every second Friday, ask at the desk in the lobby"}
        for number in range(1, 15)
    ]  # fmt: skip
    tape = Tape().begin("Which rooms are there?").wait(40)
    tape.text(json.dumps({"building": "Main", "rooms": rows})).end()
    await stage.show(run_of(tape, "Which rooms are there?"), title="Rooms")
    (await _presented(stage)).go_to(1)


async def trouble(stage: Stage) -> None:
    """It went wrong."""
    await tools.denied(stage)
    view = await _presented(stage)
    view.go_to(99)


async def _replayed(stage: Stage, name: str) -> tuple[Replaying, PresenterView]:
    run = _recorded(name)
    await stage.show(run, title=name.replace("-", " ").capitalize())
    replaying = await replays.begun(stage, run)
    return replaying, await _presented(stage)


async def asked(stage: Stage) -> None:
    """A replay, which stands where somebody was asked."""
    replaying, view = await _replayed(stage, "weather-desk")
    replaying.seek(0)
    for _ in range(4):
        view.next()


async def playing(stage: Stage) -> None:
    """A replay that goes on, faster than it was, in the middle of an answer."""
    replaying, _ = await _replayed(stage, "day-planner")
    replaying.seek(replaying.player.count - 60)
    replaying.use_speed(2.0)
    replaying.play()
