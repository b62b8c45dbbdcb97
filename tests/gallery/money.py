"""The Money panel: a month of runs, by what they cost and by how long they took."""

from __future__ import annotations

import json
import random
import sqlite3
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from playground.core.usage import Cost, Line
from playground.store.listing import PICO
from playground.ui.panels.money import SPEED, MoneyPanel
from playground.ui.widgets.moneyrange import View
from playground.ui.widgets.moneytable import MoneyTable
from tests.gallery.stage import Stage

TITLES = (
    "Weather in Oslo and Rome", "A haiku for the release", "שלום: a right-to-left title",
    "要約してください 日本語の長い表題", "Contract clauses, extracted", "Why is the sky blue?",
)  # fmt: skip
MODELS = (
    ("openai", "gpt-5.4-mini", "0.75", "4.5", 30),
    ("openai", "gpt-5.4", "2.5", "15", 12),
    ("groq", "llama-4-maverick-17b-128e-instruct-and-a-very-long-name", "0.2", "0.6", 8),
    ("sandbox", "sandbox", "", "", 6),
    ("local", "smollm2-135m-instruct", "0", "0", 9),
)
"""Server, model, prices of a million tokens (none: unknown) and how often each is used."""
OUTCOMES = ("completed",) * 24 + ("incomplete", "failed", "timed_out", "stopped", "refused")
DAYS = 30


def fill(connection: sqlite3.Connection, days: int = DAYS, *, unknown: bool = False) -> None:
    """Runs of so many days; `unknown`: nobody knows what any of them cost."""
    dice = random.Random(7)
    for number, title in enumerate(TITLES):
        # In the trash: they are counted, and the list of sessions is left as it was.
        connection.execute(
            "INSERT INTO session (id, title, created, changed, trashed) VALUES (?, ?, 0, 0, 1)",
            (f"ses_money_{number}", title),
        )
    noon = datetime.combine(date.today(), time(0, 5))
    weights = [row[-1] for row in MODELS]
    number = 0
    for back in range(days):
        busy = dice.choice((0, 2, 5, 9, 14, 20)) if back else 6
        for _ in range(busy):
            profile, model, given, made, _ = dice.choices(MODELS, weights)[0]
            number += 1
            run = _run(dice, model, given, made, priced=bool(given) and not unknown)
            run |= {
                "id": f"run_money_{number:04d}",
                "session": f"ses_money_{dice.randrange(len(TITLES))}",
                "created": (noon - timedelta(days=back)).timestamp() + number,
                "profile": profile,
                "model": model,
            }
            names = ", ".join(run)
            places = ", ".join(f":{name}" for name in run)
            connection.execute(f"INSERT INTO run ({names}) VALUES ({places})", run)
            connection.execute(
                "INSERT INTO message (session, run, text) VALUES (?, ?, ?)",
                (run["session"], run["id"], f"{dice.choice(TITLES)}, asked once more"),
            )


def _run(
    dice: random.Random, model: str, given: str, made: str, *, priced: bool
) -> dict[str, object]:
    outcome = dice.choice(OUTCOMES)
    tokens = dice.randint(200, 9_000), dice.randint(20, 1_200)
    cached = dice.randint(0, tokens[0])
    failed = outcome in ("failed", "timed_out")
    cost = Cost(source=f"No price is known for {model} at this server.")
    if priced:
        rows = (("input", tokens[0], given), ("output", tokens[1], made))
        lines = tuple(
            Line(what=what, tokens=n, per_million=Decimal(price), usd=Decimal(price) * n / 10**6)
            for what, n, price in rows
        )
        usd = sum((line.usd for line in lines), Decimal(0))
        cost = Cost(
            basis="calculated",
            usd=usd,
            source=f"genai-prices, {model}",
            as_of="2026-11-01",
            lines=lines,
        )
    first = dice.lognormvariate(6.2, 0.5)
    return {
        "began": 0.0,
        "outcome": outcome,
        "call": "{}",
        "items": "[]",
        "input": None if failed else tokens[0],
        "cached": None if failed else cached,
        "output": None if failed else tokens[1],
        "reasoning": None if failed else tokens[1] // 3,
        "estimated": model.startswith("smollm"),
        "picodollars": int(cost.usd * PICO) if cost.usd is not None and not failed else None,
        "unpriced": cost.usd is None and not failed,
        "cost": None if failed else cost.model_dump_json(),
        "first_token_ms": None if failed else first,
        "took_ms": first + dice.lognormvariate(7.5, 0.8),
    }


def empty_out(connection: sqlite3.Connection) -> None:
    ids = [f"ses_money_{number}" for number in range(len(TITLES))]
    connection.execute(
        "DELETE FROM session WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )


async def opened(
    stage: Stage, view: View | None = None, *, days: int = DAYS, unknown: bool = False
) -> MoneyPanel:
    """The panel over these days, with the room of the inspector."""
    stage.window.docks["inspector"].hide()
    if days:
        await stage.app.database.write(fill, days, unknown=unknown)
    stage.window.show_panel("money")
    panel = stage.window.panels["money"]
    assert isinstance(panel, MoneyPanel)
    panel._before.clear()
    panel.pages.pick(0)
    panel.page.by.pick(0)
    panel.look_at(view or View(), keep=False)
    await stage.settle()
    await stage.settle()

    def undo() -> None:
        panel._before.clear()
        stage.window.show_panel("chat")
        stage.desk.tasks.start(stage.app.database.write(empty_out), stage.desk)

    stage.after.append(undo)
    return panel


def click(table: MoneyTable, number: int, key: str) -> None:
    at = next(at for at, field in enumerate(table.fields) if field.key == key)
    table.setCurrentIndex(table.model_.index(number, at))
    table.open_current()


# The states.


async def nothing(stage: Stage) -> None:
    await opened(stage, days=0)


async def month(stage: Stage) -> None:
    await opened(stage)


async def by_server(stage: Stage) -> None:
    panel = await opened(stage, View(kind="profile"))
    panel.page.by.pick(1)
    await stage.settle()


async def unknown(stage: Stage) -> None:
    await opened(stage, View(kind="model"), unknown=True)


async def runs(stage: Stage) -> None:
    panel = await opened(stage, View(kind="run"))
    panel.look_at(View(kind="run", model="gpt-5.4"))
    await stage.settle()


async def messages(stage: Stage) -> None:
    panel = await opened(stage, View(kind="session"))
    panel.look_at(View(kind="message", session="ses_money_2"))
    await stage.settle()


async def arithmetic(stage: Stage) -> None:
    panel = await opened(stage, View(kind="run", model="gpt-5.4-mini"))
    click(panel.page.table, 3, "cost")
    await stage.settle()


async def total(stage: Stage) -> None:
    panel = await opened(stage)
    panel.page.figures["spent"].click()
    await stage.settle()


async def custom(stage: Stage) -> None:
    """No runs in these days."""
    panel = await opened(stage)
    panel.range.periods.pick(5)
    await stage.settle()
    for line in (panel.range.begin, panel.range.end):
        line.setText("2020-02-29")
    panel.range._date_typed()
    await stage.settle()


async def speed(stage: Stage) -> None:
    panel = await opened(stage)
    panel.pages.pick(SPEED)
    await stage.settle()
