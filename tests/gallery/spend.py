"""Money before it is spent: estimates, budgets, prices; what a cache should have of a request."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from playground.core.budget import Budgets
from playground.core.pricebook import PriceBook
from playground.core.session import Run
from playground.core.variables import Variable
from playground.ui.inspector.cache import CachePage
from playground.ui.widgets.budgetsdialog import BudgetsDialog
from playground.ui.widgets.estimate import EstimateChip
from playground.ui.widgets.pricesdialog import PricesDialog
from tests.gallery import words
from tests.gallery.stage import Stage
from tests.gallery.tapes import Tape, run_of
from tests.loop import until

Made = Callable[[Stage], Awaitable[None]]

BUDGETS = {
    "run": {"usd": "0.20", "tokens": 200_000},
    "session": {"usd": "1"},
    "day": {"usd": "5", "tokens": 2_000_000},
    "requests": 10,
    "seconds": 120,
}
PRICES = (
    {"server": "openai", "model": "gpt-5.4-mini", "from": "2026-10-01", "input": "0.60",
     "cached": "0.06", "output": "3.6"},
    {"server": "openai", "model": "gpt-5.4-mini", "from": "2026-10-01", "above": 272_000,
     "input": "1.20", "cached": "0.12", "output": "5.4"},
    {"server": "openai", "model": "gpt-5*", "tier": "batch", "from": "2026-10-01",
     "input": "0.30", "output": "1.8", "calls": {"web_search_call": "8"}},
    {"server": "https://llm.example.com:8443", "model": "*", "from": "2026-01-01",
     "input": "0", "output": "0", "request": "0.0005"},
)  # fmt: skip


def limit(stage: Stage, budgets: object) -> None:
    stage.desk.settings.budgets = Budgets.model_validate(budgets)

    def undo() -> None:
        stage.desk.settings.budgets = Budgets()

    stage.after.append(undo)
    stage.desk.settings_changed.emit()


def answered() -> Run:
    tape = Tape().begin(words.QUESTION).wait(420).text(words.ANSWER)
    return run_of(tape.end(), words.QUESTION)


# The estimate.


async def estimated(
    stage: Stage, model: str, text: str = words.QUESTION, **fields: object
) -> EstimateChip:
    session = stage.desk.session
    session.call = session.call.model_copy(update={"model": model, "fields": fields})
    stage.desk.settings_changed.emit()
    stage.chat.composer.write(text)
    chip = stage.chat.estimate
    chip.show_now()
    await until(lambda: chip.settled)
    await stage.settle()
    return chip


async def estimate(stage: Stage) -> None:
    await estimated(stage, "gpt-5-mini", max_output_tokens=2000)


async def estimate_about(stage: Stage) -> None:
    await stage.show(answered())
    await estimated(stage, "gpt-5.4-mini", max_output_tokens=2000)


async def estimate_unknown(stage: Stage) -> None:
    await estimated(stage, "mistral-next")


async def estimate_too_long(stage: Stage) -> None:
    await estimated(stage, "gpt-4o", "How do these differ? " + "one two three four " * 40_000)


async def estimate_missing(stage: Stage) -> None:
    """A variable has no value, so that nothing could be sent."""
    session = stage.desk.session
    session.call = session.call.model_copy(update={"variables": [Variable(name="city")]})
    chip = await estimated(stage, "gpt-5-mini", "What is the weather in {{city}}?")
    chip.open()


async def arithmetic(stage: Stage) -> None:
    limit(stage, {**BUDGETS, "session": {"usd": "0.00001"}})
    await stage.show(answered())
    chip = await estimated(stage, "gpt-5-mini", max_output_tokens=2000)
    chip.open()


# Budgets.


async def budgets(stage: Stage) -> None:
    limit(stage, BUDGETS)
    await stage.show(answered())
    stage.desk.wanted.emit("budgets")
    await stage.settle()


async def budgets_wrong(stage: Stage) -> None:
    limit(stage, {"day": {"usd": 0}})
    stage.desk.wanted.emit("budgets")
    await stage.settle()
    dialog = stage.shell._dialog
    assert isinstance(dialog, BudgetsDialog)
    rows = list(dialog.form.fields.values())
    rows[0].setText("0,20")
    rows[2].setText("a few")
    for row in rows[:4]:
        row.settle()


async def stopped(stage: Stage) -> None:
    """A loop that a budget ended, and what is set."""
    limit(stage, {"run": {"usd": "0.25"}, "seconds": 120})
    tape = Tape().begin(words.QUESTION).call("get_weather", '{"city": "Oslo"}')
    words_ = (
        "This run has cost $0.2, and the next request would cost about $0.1 at least: more than the"
        " budget of $0.25."
    )
    facts = {"of": "run", "unit": "usd", "limit": "0.25", "spent": "0.2", "next": "0.1"}
    tape.wait(40).fact("limited", why="budget", words=words_, budget=facts).fact("ended")
    await stage.show(run_of(tape, words.QUESTION))


# The cache lens.

MANUAL = "You answer questions about trains. " + " ".join(
    f"Rule {number}: say which platform a train leaves from before you say when it leaves."
    for number in range(1, 81)
)
TOOLS = [
    {"type": "function", "name": name, "description": about, "parameters": {"type": "object"}}
    for name, about in (
        ("timetable", "The trains between two stations on a day."),
        ("delays", "How late a train is now."),
    )
]


class Asked(Tape):
    """A run whose request has this body."""

    def __init__(self, *said: str, manual: str = MANUAL, **more: Any) -> None:
        super().__init__()
        roles = ("user", "assistant")
        items = [{"role": roles[at % 2], "content": text} for at, text in enumerate(said)]
        self.body = {"model": self.model, "instructions": manual, "tools": TOOLS, "input": items,
                     "stream": True, **more}  # fmt: skip

    def request(self, prompt: str = "", *, attempt: int = 0) -> Tape:
        return self.fact(
            "request",
            method="POST",
            url="https://api.openai.com/v1/responses",
            headers=[["content-type", "application/json"]],
            body=json.dumps(self.body, ensure_ascii=False),
        )


FIRST = ("When does the next train leave for Oslo?",)
SECOND = (*FIRST, "From platform 3, at 14:05.", "And the one after that?")


def asked(tape: Tape, prompt: str, given: int, cached: int) -> Run:
    tape.begin().wait(300).text("From platform 3, at 14:05.")
    made = run_of(tape.end(given=given, cached=cached, made=12), prompt)
    made.recording.began = 1_795_000_000 + 40 * given  # the longer one came later
    return made


async def lens(stage: Stage, *runs: Run) -> None:
    await stage.show(*runs)
    stage.inspector.show_page("cache")
    page = stage.inspector.page("cache")
    assert isinstance(page, CachePage)
    page.advance()
    await until(lambda: page.settled)
    await stage.settle()


async def cache_hit(stage: Stage) -> None:
    await lens(
        stage,
        asked(Asked(*FIRST), FIRST[0], 1515, 0),
        asked(Asked(*SECOND), SECOND[2], 1540, 1408),
    )


async def cache_missed(stage: Stage) -> None:
    await lens(
        stage,
        asked(Asked(*FIRST), FIRST[0], 1515, 0),
        asked(Asked(*SECOND), SECOND[2], 1540, 0),
    )


async def cache_broken(stage: Stage) -> None:
    """The developer message begins with the time of day."""
    before = f"It is 14:01 on Saturday. {MANUAL}"
    after = f"It is 14:03 on Saturday. {MANUAL}"
    await lens(
        stage,
        asked(Asked(*FIRST, manual=before), FIRST[0], 1525, 0),
        asked(Asked(*SECOND, manual=after), SECOND[2], 1550, 0),
    )


async def cache_first(stage: Stage) -> None:
    await lens(stage, asked(Asked(*FIRST), FIRST[0], 1515, 0))


async def cache_next(stage: Stage) -> None:
    """The request about to be sent has no tools and no developer message any more."""
    runs = asked(Asked(*FIRST), FIRST[0], 1515, 0)
    await lens(stage, runs)
    stage.chat.composer.write(SECOND[2])
    page = stage.inspector.page("cache")
    assert isinstance(page, CachePage)
    page.go_to("next")
    await until(lambda: page.settled)
    await stage.settle()


# Prices.


def priced(stage: Stage, text: str | None) -> None:
    """The file of the user's own prices, as it would be found."""
    path = stage.desk.price_file.path

    def undo() -> None:
        path.unlink(missing_ok=True)
        stage.desk.price_file.look()

    undo()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    stage.after.append(undo)


async def prices(stage: Stage) -> None:
    priced(stage, PriceBook.model_validate({"prices": PRICES}).written())
    await opened(stage)


async def opened(stage: Stage) -> PricesDialog:
    session = stage.desk.session
    session.call = session.call.model_copy(update={"model": "gpt-5.4-mini"})
    stage.desk.wanted.emit("prices")
    await stage.settle()
    dialog = stage.shell._dialog
    assert isinstance(dialog, PricesDialog)
    return dialog


async def prices_empty(stage: Stage) -> None:
    priced(stage, None)
    await opened(stage)


async def prices_broken(stage: Stage) -> None:
    text = PriceBook.model_validate({"prices": PRICES}).written()
    priced(stage, text.replace('"0.60"', "sixty"))
    await opened(stage)


async def prices_wrong(stage: Stage) -> None:
    """A price is copied from the list, and changed into one that is none."""
    priced(stage, json.dumps({"prices": PRICES[:1]}))
    dialog = await opened(stage)
    dialog.copy.click()
    await stage.settle()
    for name, text in (("input", "0,60"), ("since", "tomorrow")):
        field = dialog.form.fields[name]
        field.setText(text)  # type: ignore[union-attr]
