"""What a server asks for beside functions, in the window: shown whole, decided on its card."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from playground.core.items import HostedCall
from playground.core.session import Run
from playground.ui.widgets.approvalbox import ApprovalBox
from playground.ui.widgets.approvalreply import ErrorReply, ResultReply
from tests.driver import FAST, Driver, prepare, visible
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, limits={"idle": 30})


async def waiting(driver: Driver) -> ApprovalBox:
    def found() -> list[ApprovalBox]:
        rows = [one for one in visible(driver.window) if isinstance(one, ApprovalBox)]
        return [one for one in rows if one.foot.isEnabled()]

    await until(lambda: len(found()) == 1, saying=driver.seen)
    return found()[0]


def ask(driver: Driver, model: str) -> Run:
    session = driver.desk.session
    session.call = session.call.model_copy(update={"model": model})
    driver.fields(**FAST)
    driver.desk.changed()
    draft = driver.chat.composer.draft
    draft.setFocus()
    QApplication.clipboard().setText("Go on.")
    driver.press("Ctrl+V", draft)
    driver.press("Return", draft)
    return driver.newest


def answers(run: Run) -> list[HostedCall]:
    rows = [item for item in run.transcript.items if isinstance(item, HostedCall)]
    return [row for row in rows if row.ours]


async def test_commands_are_answered_in_a_form_or_refused(opening: Opening) -> None:
    async with opening() as driver:
        driver.window.resize(1440, 1000)
        run = ask(driver, "items/shell")
        box = await waiting(driver)
        assert not box.approve.isVisible() and not box.edit.isVisible()
        assert "ls -la | head -n 5" in box.arguments.toPlainText()
        driver.click(box.answer)
        reply = next(one for one in visible(driver.window) if isinstance(one, ResultReply))
        assert reply.form is not None
        driver.click(reply.send)
        await driver.ended(run)
        (made,) = answers(run)
        assert made.wire is not None
        assert [one["outcome"]["exit_code"] for one in made.wire["output"]] == [0, 0]
        await driver.shows("answered")
        run = ask(driver, "items/shell")
        box = await waiting(driver)
        driver.click(box.error)
        error = next(one for one in visible(driver.window) if isinstance(one, ErrorReply))
        error.line.setText("No shell on this machine.")
        driver.click(error.send)
        await driver.ended(run)
        (made,) = answers(run)
        assert made.wire is not None
        assert made.wire["output"][0]["stderr"] == "No shell on this machine."
        await driver.shows("not done")
        await driver.idle()


async def test_leave_is_given_as_it_is_asked_for_or_not_at_all(opening: Opening) -> None:
    async with opening() as driver:
        driver.window.resize(1440, 1000)
        run = ask(driver, "items/mcp-approval")
        box = await waiting(driver)
        assert box.title.text() == "library › look_up"
        assert box.approve.isVisible() and box.reject.isVisible()
        for button in (box.edit, box.error, box.answer):
            assert not button.isVisible()
        driver.click(box.approve)
        await driver.ended(run)
        assert [one.wire and one.wire["approve"] for one in answers(run)] == [True]
        run = ask(driver, "items/mcp-approval")
        driver.click((await waiting(driver)).reject)
        await driver.ended(run)
        assert [one.wire and one.wire["approve"] for one in answers(run)] == [False]
        await driver.shows("not approved")
        await driver.idle()
