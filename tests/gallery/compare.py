"""The Compare panel: columns before, while and after they are asked, and what differs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playground.core.comparison import Column, Comparison
from playground.core.problem import Problem
from playground.core.profile import Api
from playground.core.session import Run, Session, new_id
from playground.engine.comparing_lines import Line
from playground.ui.panels.compare import ANSWERS, BESIDE, DIFFERENCES, ComparePanel
from tests.gallery import words
from tests.gallery.rundiffs import FIRST, SECOND
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

QUESTION = "In one sentence: why is the sky blue, and red at sunset?"
ONE = (
    "The sky is blue because air scatters the short waves of sunlight most, and red at sunset "
    "because its long way through the air leaves only the long ones."
)
OTHER = (
    "The sky is blue because molecules scatter short waves of sunlight far more than long ones, "
    "and red at sunset because its long way through the air leaves only the long ones."
)
THOUGHT = "Rayleigh scattering; one sentence, so both halves in it."
LONG = "لماذا السماء زرقاء؟ なぜ空は青いのですか " * 12


@dataclass
class Made:
    """A column, and the run in it."""

    run: Run | None = None
    model: str = "gpt-5.4-mini"
    api: Api = "responses"
    profile: str = "openai"
    fields: dict[str, Any] = field(default_factory=dict)
    draft: str = ""
    synced: bool = True
    instructions: str = ""


async def opened(stage: Stage, *made: Made, view: int = ANSWERS, draft: str = "") -> ComparePanel:
    """The panel with these columns, with all the room for it."""
    stage.window.docks["inspector"].hide()
    session = Session(new_id("ses"), title=QUESTION, profile="openai", named=True)
    columns: list[Column] = []
    for one in made:
        call = session.call.model_copy(
            update={
                "api": one.api,
                "model": one.model,
                "fields": one.fields,
                "instructions": one.instructions,
            }
        )
        leaf = None
        if one.run is not None:
            one.run.session, leaf = session.id, one.run.id
            session.runs[leaf] = one.run
        columns.append(
            Column(profile=one.profile, call=call, leaf=leaf, draft=one.draft, synced=one.synced)
        )
    session.comparison = Comparison(columns=columns, draft=draft)
    stage.desk.show_session(session)
    stage.window.show_panel("compare")
    panel = stage.window.panels["compare"]
    assert isinstance(panel, ComparePanel)
    await stage.settle()
    panel.views.pick(view)
    panel.tell()
    await stage.settle()

    def undo() -> None:
        panel.views.pick(ANSWERS)
        panel.sending.lines._lines.clear()
        if panel.shaping.sheet is not None:
            panel.shaping.sheet.close()
        stage.window.show_panel("chat")

    stage.after.append(undo)
    return panel


def answered(text: str, model: str = "gpt-5.4-mini", wait: float = 420, **more: Any) -> Run:
    tape = Tape(model).begin(QUESTION).wait(wait).text(text)
    tape.end(**more)
    return run_of(tape, QUESTION)


def thought(text: str, model: str = "gpt-5.4") -> Run:
    tape = Tape(model).begin(QUESTION).wait(190).reasoning(THOUGHT).text(text)
    tape.end(made=318, thought=64)
    return run_of(tape, QUESTION)


def pair() -> tuple[Made, Made]:
    return (
        Made(answered(ONE), fields={"temperature": 0}),
        Made(thought(OTHER), model="gpt-5.4", fields={"reasoning.effort": "low"}),
    )


async def empty(stage: Stage) -> None:
    await opened(stage)


async def begun(stage: Stage) -> None:
    """Nothing was asked yet; one column is asked alone."""
    one, other = pair()
    one.run = other.run = None
    other.synced, other.draft, other.instructions = False, "The same, as a limerick.", "Be brief."
    await opened(stage, one, other, draft=QUESTION)


async def done(stage: Stage) -> None:
    await opened(stage, *pair())


async def differences(stage: Stage) -> None:
    await opened(stage, *pair(), view=DIFFERENCES)


async def values(stage: Stage) -> None:
    """Answers in JSON."""
    made = [
        Made(answered(json.dumps(value)), model=model)
        for value, model in ((FIRST, "gpt-5.4-mini"), (SECOND, "gpt-5.4"), (FIRST, "gpt-5.4-nano"))
    ]
    await opened(stage, *made, view=DIFFERENCES)


async def beside(stage: Stage) -> None:
    """The two requests and streams."""
    panel = await opened(stage, *pair(), view=BESIDE)
    while panel.pair.page.working:
        await stage.settle()


def streaming(text: str, seconds: float, model: str = "gpt-5.4-mini") -> Run:
    tape = Tape(model).begin(QUESTION).wait(300).text(text, open_=True)
    return run_of(tape, QUESTION, seconds=seconds)


async def running(stage: Stage) -> None:
    """Two stream, and two wait for a server that is asked one by one."""
    local = [run_of(Tape("qwen3"), QUESTION, seconds=2.1) for _ in range(2)]
    panel = await opened(
        stage,
        Made(streaming(words.ANSWER[:300], 2.1)),
        Made(streaming(words.ANSWER[:180], 2.1, "gpt-5.4"), model="gpt-5.4", api="chat"),
        *(Made(run, model="qwen3", profile="local") for run in local),
    )
    line = panel.sending.lines._lines["local"] = Line()
    for run in local:
        line.enter(run)
    panel.tell()


async def down(stage: Stage) -> None:
    """A server that is down, beside one that answers and one that was deleted."""
    tape = Tape("qwen3").request(QUESTION)
    problem = Problem(
        title="Nothing answers at 127.0.0.1:8080.",
        detail="Connection refused",
        remedy="edit_profile",
    )
    tape.wait(3).fact("cut", problem=problem.model_dump(mode="json", exclude_defaults=True))
    tape.fact("ended")
    gone = Tape()
    missing = Problem(title="There is no profile 'work'.", remedy="switch_profile")
    gone.fact("failed", problem=missing.model_dump(mode="json", exclude_defaults=True))
    gone.fact("ended")
    await opened(
        stage,
        Made(answered(ONE)),
        Made(run_of(tape, QUESTION), model="qwen3", profile="llamacpp"),
        Made(run_of(gone, QUESTION), profile="work"),
    )


async def four(stage: Stage) -> None:
    """As many as there can be, with words of all kinds."""
    await opened(
        stage,
        *pair(),
        Made(answered(LONG, "gpt-5.4-nano"), model="gpt-5.4-nano", api="chat"),
        Made(answered(words.ANSWER, "gpt-4.1"), model="gpt-4.1"),
    )


async def sheet(stage: Stage) -> None:
    """The settings of a column."""
    panel = await opened(stage, *pair())
    panel.columns[1].head.settings.click()
    assert panel.shaping.sheet is not None
    await stage.settle()
