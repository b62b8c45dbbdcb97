"""A budget in the window: one stop with its arithmetic, and the way on."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from playground.core.budget import Budgets
from playground.ui.widgets.budgetsdialog import BudgetsDialog
from playground.ui.widgets.budgetvalues import Limit
from tests.driver import FAST, prepare
from tests.engine.answering import WEATHER, Hands, answering
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

COSTS = {"server": "here", "model": "*", "from": "2020-01-01", "input": 0, "output": 0}


@pytest.fixture
def charged(home: Path, sandbox: Sandbox) -> None:
    """The sandbox, at ten cents a request."""
    prepare(home, sandbox.base_url)
    table = {"prices": [{**COSTS, "request": "0.10"}]}
    (home / "prices.json").write_text(json.dumps(table))


@pytest.mark.usefixtures("charged")
async def test_a_runaway_loop_is_stopped_before_the_request_that_would_pass_the_budget(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        desk = driver.desk
        desk.settings.budgets = Budgets.model_validate({"run": {"usd": "0.25"}})
        how = answering(Hands(), budget=driver.app.purse.check)
        driver.app.runner.answering = lambda run: how
        desk.session.call = desk.session.call.model_copy(update={"tools": [WEATHER]})
        driver.fields(**FAST, tool_choice="required")
        run = await driver.ask("get_weather for ever")
        assert (run.transcript.outcome, run.transcript.limit) == ("limited", "budget")
        assert len(sandbox.log("get_weather for ever")) == 2
        assert run.cost is not None and run.cost.usd == Decimal("0.2")
        await driver.shows(
            "Nothing more was sent: the budget of a run would not hold.",
            "This run has cost $0.2, and the next request would cost",
            "used $0.2 · next at least $0.1 · budget $0.25",
            "Stopped by a budget",
        )
        assert "Here · stopped by a budget" in driver.seen(driver.shell.status)

        driver.click(driver.button("Change the budget…"))
        dialog = driver.dialog()
        assert isinstance(dialog, BudgetsDialog)
        await until(lambda: "This one: $0.2000" in driver.seen(dialog))
        field = dialog.form.fields[Limit("run", "usd")]
        assert field.text() == "0.25"
        field.setText("0,15")
        dialog.reject()  # nobody should think that this is one
        assert dialog.isVisible()
        assert "nothing is held back by it" in driver.seen(dialog)
        field.setText("0.15")
        dialog.accept()  # what is typed is taken
        assert desk.settings.budgets.run.usd == Decimal("0.15")
        assert driver.settings.budgets.words.text() == "$0.15 a run"
        assert json.loads(await kept(driver.app.home.settings, "0.15"))["budgets"]["run"]

        # Going on is a run of its own behind this one, with a budget of its own.
        driver.click(driver.button("Continue"))
        await until(lambda: driver.newest is not run)
        again = driver.newest
        await driver.ended(again)
        assert again.transcript.limit == "budget" and again.transcript.requests == 1
        assert len(sandbox.log("get_weather for ever")) == 3


async def kept(file: Path, text: str) -> str:
    await until(lambda: text in file.read_text())
    return file.read_text()
