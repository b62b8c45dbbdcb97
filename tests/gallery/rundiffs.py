"""The Diff page: versions of a turn beside each other, in all its views."""

from __future__ import annotations

import json

from playground.core.recording import parse
from playground.core.session import Run
from playground.ui.inspector.difference import DiffPage
from playground.ui.widgets.rundiffviews import EVENTS, JSON, NUMBERS, REQUESTS, TEXT
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of

CALL = {"city": "Oslo", "unit": "celsius", "days": 3}
OTHER = {"city": "Oslo", "unit": "kelvin", "hourly": False}
THOUGHT = "One call for the weather; then a short answer is enough."
FIRST = {
    "city": "Oslo",
    "temperature": -3.0,
    "sky": "snow",
    "wear": ["a warm coat", "gloves"],
    "source": {"name": "met.no", "updated": "08:00"},
}
SECOND = {
    "city": "Oslo",
    "temperature": -2.5,
    "sky": "snow",
    "wear": ["a hat", "a warm coat", "gloves"],
    "source": {"name": "met.no", "updated": "08:00"},
    "wind_kmh": 9,
}


def versions(*, running: bool = False) -> tuple[Run, Run]:
    """The same question, answered twice: the second time with a thought, and otherwise."""
    one = Tape().begin(words.QUESTION).wait(420).text(words.ANSWER).end()
    other = Tape("gpt-5.4").begin(words.QUESTION).wait(190).reasoning(THOUGHT)
    said = words.ANSWER.replace(words.ANSWER.split()[6], "altogether").replace(". ", ".\n", 1)
    other.text(said if not running else said[:120], open_=running)
    if not running:
        other.end(made=318, thought=64)
    _set(other, temperature=0.9, max_output_tokens=4_000)
    seconds = 3.1 if running else None
    return run_of(one, words.QUESTION), run_of(other, words.QUESTION, seconds=seconds)


def _set(tape: Tape, **fields: object) -> None:
    """Other fields in the request."""
    at = next(n for n, event in enumerate(tape.events) if event.kind == "request")
    data, _ = parse(tape.events[at].raw.decode())
    body, _ = parse(data["body"])
    data["body"] = json.dumps({**body, **fields}, ensure_ascii=False)
    raw = json.dumps(data, ensure_ascii=False).encode()
    tape.events[at] = tape.events[at]._replace(raw=raw)


async def _page(stage: Stage, *runs: Run, view: int = EVENTS) -> DiffPage:
    """The page with the last of these versions on it, compared."""
    for place, run in enumerate(runs):
        run.created += place
    first, *others = runs
    session = await stage.show(first)
    for run in others:
        run.session = session.id
        session.add(run)
    stage.desk.tree_changed.emit(session)
    stage.desk.show_run(runs[-1])
    stage.inspector.show_page("diff")
    page = stage.inspector.current
    assert isinstance(page, DiffPage)
    while page.working:
        await stage.settle()
    page.tabs.pick(view)
    await stage.settle()

    def undo() -> None:
        page.tabs.pick(EVENTS)

    stage.after.append(undo)
    return page


async def events(stage: Stage) -> None:
    page = await _page(stage, *versions())
    page.to_first()


async def text(stage: Stage) -> None:
    page = await _page(stage, *versions(), view=TEXT)
    page.views.step_on()


async def values(stage: Stage) -> None:
    """Structured answers after a call each."""
    runs = []
    for given, answer in ((CALL, FIRST), (OTHER, SECOND)):
        tape = Tape().begin(words.QUESTION).wait(310).call("get_weather", json.dumps(given))
        runs.append(run_of(tape.text(json.dumps(answer)).end(), words.QUESTION))
    await _page(stage, *runs, view=JSON)


async def requests(stage: Stage) -> None:
    await _page(stage, *versions(), view=REQUESTS)


async def numbers(stage: Stage) -> None:
    await _page(stage, *versions(), view=NUMBERS)


async def identical(stage: Stage) -> None:
    one, other = (
        Tape().begin(words.QUESTION).wait(wait).text(words.ANSWER).end() for wait in (420, 515)
    )
    await _page(stage, run_of(one, words.QUESTION), run_of(other, words.QUESTION))


async def running(stage: Stage) -> None:
    await _page(stage, *versions(running=True))


async def choice(stage: Stage) -> None:
    page = await _page(stage, *versions(), versions()[1])
    page.open_choice(page.heads.choose)


async def alone(stage: Stage) -> None:
    page = await _page(stage, versions()[0])
    assert page.comparison is None
