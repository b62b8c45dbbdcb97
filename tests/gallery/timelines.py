"""The Timeline page: a loop of tools, trouble, and a long answer from afar and from close by."""

from __future__ import annotations

import random

from PySide6.QtCore import QPointF

from playground.core.problem import Problem
from playground.core.session import Run
from playground.ui.inspector.timeline import TimelinePage
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of
from tests.gallery.tools import OSLO, PROMPT, ROME, answered
from tests.gallery.tools import Tape as ToolTape

LONG = 4_000
"""Words of the long answer."""
RESET = Problem(title="The connection broke in the middle of the answer.", remedy="retry")


async def _page(stage: Stage, run: Run) -> TimelinePage:
    """The page with a run on it, read to its end."""
    await stage.show(run)
    stage.inspector.show_page("timeline")
    page = stage.inspector.current
    assert isinstance(page, TimelinePage)
    while page.lanes.working:
        await stage.settle()
    page.advance()
    return page


async def loop(stage: Stage) -> None:
    """Two calls, of which both were approved."""
    tape = answered()
    tape.end()
    await _page(stage, run_of(tape, PROMPT))


async def waiting(stage: Stage) -> None:
    """It goes on: one call is done, the other waits."""
    tape = ToolTape().calls(OSLO, ROME).asked(1, 2).approved(1, 2100).over(1, 1412)
    await _page(stage, run_of(tape, PROMPT, seconds=9.4))


async def near(stage: Stage) -> None:
    """A part of it, with an event that is looked at and the pointer beside it."""
    tape = answered()
    tape.end()
    page = await _page(stage, run_of(tape, PROMPT))
    lanes = page.lanes
    assert lanes.run is not None
    page.looking.pick(30)
    t = lanes.run.recording.times[30]
    lanes.scale.show(t - 0.3e9, t + 0.5e9)
    row = lanes.places.lane_area(lanes.places.row("demo › get_weather"))
    lanes._hover(QPointF(lanes.scale.x(t + 0.12e9), row.center().y()))
    lanes.look()
    stage.after.append(lambda: lanes._hover(None))


async def trouble(stage: Stage) -> None:
    """Refused, tried again, silent for long, and cut off."""
    tape = Tape().wait(2).request(words.QUESTION).wait(130)
    tape.head(429, "Too Many Requests").fact("eof")
    tape.fact("retry", after=0.8, why="429 Too Many Requests", attempt=1, attempts=2)
    tape.wait(800).request(words.QUESTION, attempt=1).wait(210).head().wait(3)
    tape.event("response.created", response={"id": "resp_1", "model": tape.model, "output": []})
    tape.text(words.ANSWER[:300], open_=True).wait(1_100)
    more = {"output_index": 0, "content_index": 0, "delta": " And then"}
    tape.event("response.output_text.delta", item_id="mes_00", **more).wait(300)
    await _page(stage, run_of(tape.broke("cut", RESET), words.QUESTION))


def long_answer() -> Run:
    """Chunks of one to eight words, as they came, with two silences."""
    chance = random.Random(7)
    tape = Tape().begin(words.QUESTION)
    tape.wait(300).reasoning("The question has three parts; each is answered by itself. " * 4)
    name = tape.item("message", role="assistant", content=[])
    for number in range(LONG):
        if number in (LONG // 3, LONG // 2):
            tape.wait(2_400)
        elif not chance.randrange(1 + number * 4 // LONG):
            tape.wait(chance.expovariate(1 / 9))
        tape.event(
            "response.output_text.delta",
            item_id=name,
            output_index=1,
            content_index=0,
            delta=chance.choice((" word", " longer words", " a")),
        )
    return run_of(tape.end(), words.QUESTION)


async def long(stage: Stage) -> None:
    await _page(stage, long_answer())


async def long_near(stage: Stage) -> None:
    """So close that single chunks are seen; the strip shows where in the run that is."""
    page = await _page(stage, long_answer())
    lanes = page.lanes
    page.looking.pick(2_600)
    moment = lanes.moment
    assert moment is not None
    lanes.scale.show(moment - 0.2e9, moment + 0.3e9)
    lanes.look()
