"""The Repeat panel: nothing yet, answers that agree and that do not, and what goes on."""

from __future__ import annotations

import json

from playground.core.session import Run
from playground.ui.panels.repeat import RepeatPanel
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

QUESTION = "Which city is this complaint about, how urgent is it, and who should answer?"
INVOICES = (
    {"city": "Oslo", "urgency": 2, "team": "billing", "refund": True},
    {"city": "Oslo", "urgency": 2, "team": "billing", "refund": True},
    {"city": "Oslo", "urgency": 3, "team": "billing", "refund": True},
    {"city": "Oslo", "urgency": 2, "team": "support", "refund": False},
    {"city": "Oslo", "urgency": 2, "team": "billing", "refund": True},
    {"city": "Bergen", "urgency": 2, "team": "billing", "refund": True},
    {"city": "Oslo", "urgency": 2, "team": "billing", "refund": True, "note": "calls twice"},
)
CAPITALS = ("Paris.", "Paris.", "Paris", "It is Paris.", "Paris.", "Lyon, since 1946.")


def _answered(text: str, number: int) -> Run:
    first = 180 + 37 * (number * number % 11)
    tape = Tape().begin(QUESTION).wait(first).text(text, every=6 + number % 4)
    return run_of(tape.end(made=30 + 7 * (number % 5)), QUESTION)


async def _panel(stage: Stage, *runs: Run) -> RepeatPanel:
    if runs:
        first, *others = runs
        session = await stage.show(first)
        for place, run in enumerate(others, 1):
            run.session, run.created = session.id, first.created + place
            session.add(run)
        stage.desk.tree_changed.emit(session)
    stage.window.show_panel("repeat")
    stage.after.append(lambda: stage.window.show_panel("chat"))
    panel = stage.window.panels["repeat"]
    assert isinstance(panel, RepeatPanel)
    await stage.settle()
    return panel


async def nothing(stage: Stage) -> None:
    await _panel(stage)


async def values(stage: Stage) -> None:
    runs = [_answered(json.dumps(row), number) for number, row in enumerate(INVOICES)]
    panel = await _panel(stage, *runs)
    panel.page.result.fields.go_to(1)


async def texts(stage: Stage) -> None:
    runs = [_answered(text, number) for number, text in enumerate(CAPITALS)]
    broken = run_of(Tape().begin(QUESTION).refused(500, "Internal Server Error", b""), QUESTION)
    going = Tape().begin(QUESTION).wait(400).text("Par", open_=True)
    await _panel(stage, *runs, broken, run_of(going, QUESTION, seconds=1.2))


async def calls(stage: Stage) -> None:
    runs = []
    for number in range(5):
        tape = Tape().begin(QUESTION).wait(200)
        tape.call("weather", json.dumps({"city": "Oslo", "days": 1 + number % 2}))
        if number != 3:
            tape.call("calendar", "{}")
        runs.append(run_of(tape.text("Take a coat.").end(), QUESTION))
    await _panel(stage, *runs)
