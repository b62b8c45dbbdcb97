"""The Repeat panel: many answers to one prompt, and what of them is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.items import Message
from playground.ui.panels.repeat import RepeatPanel
from playground.ui.widgets.repeatpage import RepeatPage
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, limits={"idle": 30})


def page_of(driver: Driver) -> RepeatPage:
    driver.window.show_panel("repeat")
    panel = driver.window.panels["repeat"]
    assert isinstance(panel, RepeatPanel)
    return panel.page


async def test_many_are_asked_compared_and_one_is_gone_on_with(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        page = page_of(driver)
        assert not page.run.isEnabled(), "nothing is written, and there is no turn"
        page.count.setValue(4)
        page.draft.setPlainText("What is the capital of France, again and again?")
        page.run.click()
        await until(lambda: page.result.runs.count() == 4 and not page._going)
        await until(lambda: page.result.answers.shares and page.result.answers.shares[0].count == 4)
        assert page.result.head.text() == "100 % agree: 4 of 4 answers say the same"
        assert page.draft.toPlainText() == ""
        strips = page.result.strips
        assert strips["Time"][1].isVisible() and strips["Output tokens"][2].text()
        assert len(sandbox.log("again and again")) == 4

        page.count.setValue(2)  # kept with the session
        page.run.click()  # nothing is written: two more of the same
        await until(lambda: page.result.runs.count() == 6 and not page._going)
        await until(lambda: page.result.answers.shares[0].of == 6)
        session = driver.desk.session
        assert session.comparison.repeat == 2
        page.result.runs.setCurrentRow(1)
        second = driver.desk.run
        assert second is not None and second.id == list(session.runs)[1]
        page.result.runs.itemActivated.emit(page.result.runs.item(1))
        assert driver.window.panel == "chat"
        assert session.leaf == second.id


async def test_all_of_them_can_be_stopped_and_nothing_is_lost(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(sandbox={"per_second": 20})
        page = page_of(driver)
        page.at_once.setValue(2)
        page.count.setValue(5)
        page.draft.setPlainText("Take your time.")
        page.run.click()
        await until(lambda: any(run.transcript.text for run in page._runs))
        await until(lambda: page.run.text() == "Stop")
        assert driver.desk.clock.ticking
        await until(lambda: page.result.runs.item(0).text() == "1. writing")
        page.run.click()
        await until(lambda: not page._going)
        outcomes = {run.transcript.outcome for run in page._runs}
        assert outcomes == {"stopped"}
        await until(lambda: "5 cancelled" in page.result.more.text())
        assert page.result.head.text() == "Nothing to compare"
        assert not page.result.answers.shares, "what was cut off is no answer"
        assert page.run.text() == "Run 5×"


async def test_what_is_written_is_the_draft_of_the_session(opening: Opening) -> None:
    async with opening() as driver:
        page, first = page_of(driver), driver.desk.session
        page.draft.setPlainText("Half a question")
        driver.window.show_panel("chat")
        assert driver.chat.composer.text == "Half a question"
        driver.chat.composer.write("A whole question")
        driver.window.show_panel("repeat")
        assert page.draft.toPlainText() == "A whole question"
        driver.desk.new_session()
        assert page.draft.toPlainText() == ""
        assert first.draft == "A whole question"
        driver.desk.open_session(first.id)
        await until(lambda: page.draft.toPlainText() == "A whole question")


async def test_what_is_only_attached_is_sent_and_not_dropped(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("Before.")
        page = page_of(driver)
        page.count.setValue(2)
        picture = {"type": "image", "url": "https://example.com/cat.png"}
        page.composer.attachments.show_parts([picture])
        page.ask()
        said = [item for run in page._runs for item in run.input]
        assert [item.parts for item in said if isinstance(item, Message)] == [[picture], [picture]]
        assert page.composer.empty
        await until(lambda: not page._going)
