"""What can be done with a turn, in the real window against a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu

from playground.ui.widgets.chips import Chip
from tests.driver import FAST, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


async def test_a_limit_that_went_to_reasoning_is_doubled_in_a_version_of_its_own(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.model("reasoning-only")
        driver.fields(**FAST, max_output_tokens=16)
        first = await driver.ask("How many squares?")
        await driver.shows("The whole limit went to reasoning")
        driver.click(driver.button("Raise limit", driver.chat))
        second = driver.newest
        assert second is not first
        assert second.parent == first.parent
        assert second.call.fields["max_output_tokens"] == 32
        assert first.call.fields["max_output_tokens"] == 16
        await driver.ended(second)
        await driver.shows("2/2")


async def test_what_the_server_keeps_is_deleted_there(opening: Opening, sandbox: Sandbox) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        run = await driver.ask("keep this")
        assert run.transcript.stored
        chips = driver.chat.view.findChildren(Chip)
        driver.click(next(one for one in chips if one.text() == "stored"))
        (menu,) = driver.chat.view.findChildren(QMenu)
        menu.actions()[1].trigger()
        menu.close()
        await until(lambda: run.transcript.stored is False)
        await driver.shows("not stored")
        await driver.idle()
    async with opening() as driver:
        driver.desk.open_session(run.session)
        await driver.shows("not stored")
