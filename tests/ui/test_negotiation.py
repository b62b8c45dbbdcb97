"""A request that is refused because of one of its fields: seen, understood, asked again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.problem import Problem
from playground.core.profile import Fields
from playground.core.session import Run
from playground.endpoints.chat import reduce
from playground.ui.widgets.negotiation import Negotiation, negotiation
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


async def refused(driver: Driver, text: str) -> Run:
    driver.fields(**FAST, made_up=1)
    run = await driver.ask(text)
    await driver.shows("does not accept the request", "Resend without made_up")
    return run


async def answered(driver: Driver, run: Run) -> Run:
    await until(lambda: driver.newest is not run)
    again = driver.newest
    await driver.ended(again)
    assert again.transcript.outcome == "completed"
    return again


@pytest.mark.usefixtures("settings")
async def test_a_refused_turn_is_asked_again_as_a_sibling(
    opening: Opening, sandbox: Sandbox, home: Path
) -> None:
    async with opening() as driver:
        run = await refused(driver, "without it")
        driver.click(driver.button("What would change in the request"))
        await driver.shows("- made_up: 1")
        driver.click(driver.button("Resend without made_up"))
        again = await answered(driver, run)
        assert driver.desk.session.children(None) == [run, again]
        assert [row["body"].get("made_up") for row in sandbox.log("without it")] == [1, None]
        # Nothing is remembered that nobody asked to be, and the settings of the session stand.
        assert driver.desk.session.call.fields["made_up"] == 1
        await driver.idle()
    [kept] = json.loads((home / "settings.json").read_text())["profiles"]
    assert kept["quirks"]["models"] == {}


@pytest.mark.usefixtures("settings")
async def test_what_was_learnt_is_remembered_for_that_model(opening: Opening) -> None:
    async with opening() as driver:
        run = await refused(driver, "learn it")
        driver.find(QCheckBox, "Remember for Here · sandbox").setChecked(True)
        driver.click(driver.button("Resend without made_up"))
        await answered(driver, run)
        run = await driver.ask("now it is known")
        assert run.transcript.outcome == "completed"
        await driver.idle()
    async with opening() as driver:
        learnt = driver.desk.workspace.profile("here").quirks.models
        assert learnt == {"sandbox": Fields(drop=["made_up"])}
        await driver.idle()


@pytest.mark.usefixtures("settings")
async def test_an_old_failure_offers_the_same_and_our_own_servers_remember_nothing(
    opening: Opening,
) -> None:
    async with opening() as driver:
        await refused(driver, "an old one")
        await driver.idle()
        session_id = driver.desk.session.id
    async with opening() as driver:
        driver.desk.open_session(session_id)
        await driver.shows("Resend without made_up")
        driver.desk.new_session()
        driver.desk.use_profile("sandbox")
        await refused(driver, "our own")
        assert "Remember for" not in driver.seen(driver.chat)
        await driver.idle()


def failed(detail: str, **body: Any) -> Run:
    run = Run("run_1", "ses_1", None, Call(api="chat", model="m"), "p", [], reduce)
    run.note("request", {"method": "POST", "url": "", "headers": [], "body": json.dumps(body)})
    problem = Problem(title="No.", detail=detail, status=400)
    run.note("failed", {"problem": problem.model_dump(mode="json")})
    run.note("ended")
    return run


def shown(qtbot: QtBot, run: Run, server: str = "Here") -> Negotiation:
    made = negotiation(run, server, None)
    assert made is not None
    qtbot.addWidget(made)
    return made


def test_several_offers_are_told_apart(qtbot: QtBot) -> None:
    made = shown(qtbot, failed("Unknown parameter: 'max_tokens'", max_tokens=5))
    chosen: list[tuple[str, bool]] = []
    made.chosen.connect(lambda offer, remember: chosen.append((offer.words, remember)))
    names = [button.text() for button in made.buttons]
    assert names == ["Resend as max_completion_tokens", "Resend without max_tokens"]
    made.buttons[1].click()
    made.remember.setChecked(True)
    made.buttons[0].click()
    assert chosen == [("without max_tokens", False), ("as max_completion_tokens", True)]


def test_a_value_is_not_remembered(qtbot: QtBot) -> None:
    made = shown(qtbot, failed("stream: must be verified", stream=True))
    assert [button.text() for button in made.buttons] == ["Resend without streaming"]
    assert made.remember.isHidden()


def test_nothing_is_offered_for_what_is_about_something_else() -> None:
    assert negotiation(failed("Unknown parameter: 'x'", y=1), "Here", None) is None
    assert negotiation(failed("The model is gone", model="m"), "Here", None) is None
