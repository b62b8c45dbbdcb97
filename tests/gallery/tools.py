"""The Tools panel: what is offered, a call by hand, and the loop wherever it can stand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from playground.core.recording import BODY, Event, fact
from playground.core.session import Run
from playground.core.tools import Asked, Result, Tool
from playground.engine.approval import Request
from playground.engine.debugger import Breakpoint, Pause
from playground.ui.approving import Waiting
from playground.ui.panels.tools import TOOLS, ToolsPanel
from playground.ui.widgets.approvalbox import ApprovalBox
from tests.gallery import tapes
from tests.gallery.stage import Stage
from tests.gallery.tapes import run_of

PROMPT = "What should I wear in Oslo and in Rome, and how far is it in miles?"
THOUGHT = "Two cities, one call each; the distance has to be converted."
ANSWER = (
    "**Oslo:** a warm coat, it snows at −3 °C.\n\n**Rome:** a light jacket, it is clear at 19 °C."
)
OSLO = {"city": "Oslo", "unit": "celsius"}
ROME = {"city": "Rome", "unit": "celsius"}
SNOW = {"city": "Oslo", "temperature": -3.0, "unit": "celsius", "sky": "snow", "wind_kmh": 9}
CLEAR = {"city": "Rome", "temperature": 19.0, "unit": "celsius", "sky": "clear", "wind_kmh": 8}
WEATHER = "demo › get_weather"
HELD = "A process that is held has 10 s; it was ended."

Made = Callable[[Stage], Awaitable[None]]


class Tape(tapes.Tape):
    """Also of a run of several requests."""

    leg = 0

    def fact(self, kind: str, **data: Any) -> Tape:
        self.events.append(fact(self.t, kind, data, self.leg, self._attempt))
        return self

    def raw(self, raw: bytes, kind: str = BODY) -> Tape:
        self.events.append(Event(self.t, kind, raw, self.leg, self._attempt, self._chunk))
        return self

    def calls(self, *arguments: dict[str, Any], name: str = "get_weather") -> Tape:
        """The first answer: calls at once, and nothing else."""
        self.begin(PROMPT).wait(300).reasoning(THOUGHT)
        for one in arguments:
            self.call(name, json.dumps(one))
        self.completed()
        return self

    def completed(self, **more: Any) -> Tape:
        """The end of an answer, which is not that of the run."""
        usage = {"input_tokens": 812, "output_tokens": 96, "total_tokens": 908}
        response = self._response("completed", usage=usage, **more)
        self.wait(2).event("response.completed", response=response).fact("eof")
        return self

    def next(self) -> Tape:
        """The next request, and the begin of its answer."""
        self.leg += 1
        self._index = -1
        self.begin(PROMPT)
        return self

    def asked(self, *calls: int) -> Tape:
        for number in calls:
            self.wait(3).fact("tool.asked", call_id=f"call_{number}", tool=WEATHER)
        return self

    def approved(self, number: int, after: float, **more: Any) -> Tape:
        self.wait(after).fact(
            "approval", call_id=f"call_{number}", asked=True, decision="approve", **more
        )
        self.fact("tool.started", call_id=f"call_{number}", mode="real")
        return self

    def over(self, number: int, after: float, state: str = "done") -> Tape:
        self.wait(after).fact("tool.ended", call_id=f"call_{number}", state=state)
        return self

    def result(self, number: int, value: Any, state: str = "done", **more: Any) -> Tape:
        output = value if isinstance(value, str) else json.dumps(value)
        call_id = f"call_{number}"
        ok = state == "done"
        self.fact("tool.result", call_id=call_id, output=output, ok=ok, state=state, **more)
        return self


def panel(stage: Stage) -> ToolsPanel:
    """The panel, on screen, with all the room for it."""
    stage.window.show_panel("tools")
    found = stage.window.panels["tools"]
    assert isinstance(found, ToolsPanel)
    return found


async def opened(stage: Stage) -> ToolsPanel:
    """The panel with the tools read, as it is opened for the first time."""
    stage.window.docks["inspector"].hide()
    found = panel(stage)
    await stage.settle()

    def undo() -> None:
        found.as_code.setChecked(False)
        found.pages.pick(0)
        found._leave_pause()
        stage.desk.debugger.breakpoints.clear()
        stage.window.show_panel("chat")

    stage.after.append(undo)
    return found


def tool(stage: Stage, name: str = "get_weather") -> Tool:
    return next(one for one in stage.desk.toolbox.tools if one.name == name)


def offer(stage: Stage, *names: str) -> None:
    tools = [tool(stage, name) for name in names]
    session = stage.desk.session
    session.call = session.call.model_copy(update={"tools": tools})
    stage.desk.changed()


async def shown(stage: Stage, tape: Tape, *, seconds: float | None = None) -> Run:
    """A run of the panel; with `seconds` it is going on, and so old."""
    await opened(stage)
    run = run_of(tape, PROMPT, seconds=seconds)
    tools = [tool(stage, name) for name in ("get_weather", "convert_units")]
    run.call = run.call.model_copy(update={"tools": tools})
    session = await stage.show(run)
    session.call = session.call.model_copy(update={"tools": tools})
    stage.desk.settings_changed.emit()
    return run


def asks(stage: Stage, run: Run, number: int, arguments: dict[str, Any]) -> None:
    """Have a call of a run wait for whoever looks."""
    one = tool(stage)
    asked = Asked(f"call_{number}", one.name, json.dumps(arguments), one)
    over: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    approving = stage.desk.approving
    waiting = Waiting(run, Request(asked, one, asked.arguments), over=over)
    waiting.began = run.now() - 7_000_000_000
    approving.waiting.append(waiting)
    stage.after.append(approving.waiting.clear)
    approving.changed.emit()


def stands(stage: Stage, run: Run, at: Breakpoint, value: Any, number: int = 1) -> None:
    """Have a run stand at a breakpoint."""
    debugger = stage.desk.debugger
    debugger.breakpoints.add(at)
    over: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    debugger.paused.append(Pause(at, value, f"call_{number}", "get_weather", over=over))
    stage.after.append(debugger.paused.clear)
    panel(stage).advance()


# What there is.


async def empty(stage: Stage) -> None:
    await opened(stage)


async def offered(stage: Stage) -> None:
    """The list, with the definition of one tool."""
    found = await opened(stage)
    offer(stage, "get_weather", "convert_units")
    found.pages.pick(TOOLS)
    found.list.select(tool(stage).id)
    await stage.settle()


async def bench(stage: Stage) -> None:
    """What a call by hand gave."""
    await offered(stage)
    found = panel(stage)
    found.workshop.sides.pick(1)
    found.bench.form.views.pick(1)
    found.bench.form.json.setPlainText(json.dumps(OSLO))
    found.bench.form.settle()
    found.bench._show(Result(json.dumps(SNOW), ms=412))
    stage.after.append(lambda: found.workshop.sides.pick(0))
    stage.after.append(lambda: found.bench.form.views.pick(0))


async def bench_failed(stage: Stage) -> None:
    await bench(stage)
    failed = Result("get_weather is not run: it took too long.", "failed", (HELD,), ms=10_014)
    panel(stage).bench._show(failed)


# The loop.


async def approval(stage: Stage) -> None:
    tape = Tape().calls(OSLO, ROME).asked(1, 2).approved(1, 2100).over(1, 412)
    run = await shown(stage, tape, seconds=9.4)
    asks(stage, run, 2, ROME)


async def approvals(stage: Stage) -> None:
    run = await shown(stage, Tape().calls(OSLO, ROME).asked(1, 2), seconds=6.2)
    asks(stage, run, 1, OSLO)
    asks(stage, run, 2, ROME)


async def approval_edited(stage: Stage) -> None:
    """Somebody changes the arguments, and not to the better."""
    await approval(stage)
    await stage.settle()
    (box,) = panel(stage).findChildren(ApprovalBox)
    box.edit.click()
    assert box.form is not None
    box.form.views.pick(1)
    box.form.json.setPlainText('{\n  "city": "Rome",\n  "unit": "kelvin"\n}')
    box.form.settle()


async def paused(stage: Stage) -> None:
    tape = Tape().calls(OSLO, ROME)
    for number in (1, 2):
        tape.fact("paused", place="on_call", call_id=f"call_{number}")
    run = await shown(stage, tape, seconds=5.1)
    stands(stage, run, Breakpoint("on_call"), json.dumps(OSLO), 1)
    stands(stage, run, Breakpoint("on_call"), json.dumps(ROME), 2)


async def editing(stage: Stage) -> None:
    await paused(stage)
    panel(stage).debug.edit.click()


async def running(stage: Stage) -> None:
    tape = Tape().calls(OSLO, ROME).asked(1, 2).approved(1, 2100).approved(2, 600).over(1, 300)
    tape.wait(200).fact("tool.progress", call_id="call_2", text="2 of 5 stations")
    await shown(stage, tape, seconds=6.0)


def answered() -> Tape:
    tape = Tape().calls(OSLO, ROME).asked(1, 2).approved(1, 2100).approved(2, 900)
    tape.over(1, 512).over(2, 230).result(1, SNOW, ms=1412).result(2, CLEAR, ms=742)
    tape.next().wait(400).text(ANSWER)
    return tape


async def done(stage: Stage) -> None:
    tape = answered()
    tape.end()
    await shown(stage, tape)


async def rewound(stage: Stage) -> None:
    await done(stage)
    menu = panel(stage).debug.rewind_menu
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if "calls 1 and 2" in one.text()).trigger()


async def denied(stage: Stage) -> None:
    """One was denied, the other failed."""
    tape = Tape().calls(OSLO, ROME).asked(1, 2)
    tape.wait(1800).fact("approval", call_id="call_1", asked=True, decision="reject")
    tape.over(1, 1, "denied").approved(2, 700).over(2, 10_014, "failed")
    tape.result(1, "This call was denied, and nothing was run.", "denied")
    tape.result(2, "get_weather is not run: it took too long.", "failed", notes=[HELD], ms=10_014)
    tape.next().wait(400).text("I could not look up the weather: one call was denied.").end()
    await shown(stage, tape)


async def limited(stage: Stage) -> None:
    tape = Tape().calls(OSLO)
    words = "The tool calls want a step 11; 10 steps are allowed."
    tape.fact("limited", why="steps", words=words).ended()
    await shown(stage, tape)


async def code(stage: Stage) -> None:
    found = await opened(stage)
    offer(stage, "get_weather", "convert_units")
    found.composer.write(PROMPT)
    found.as_code.setChecked(True)
    found.code.forms.pick(2)
    found.code.show_now()
    stage.after.append(lambda: found.code.forms.pick(0))
    stage.after.append(lambda: found.composer.write(""))
