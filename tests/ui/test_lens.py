"""The cache lens: what its rows say, and its page in the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.core.profile import Profile
from playground.core.usage import Usage
from playground.engine.cachelens_steps import Sent, Step, step
from playground.ui.inspector.cache import CachePage
from playground.ui.widgets.lensrows import FIRST, piece_rows, sides, sums, verdict
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

OPENAI = Profile(id="o", name="", base_url="https://api.openai.com/v1")
MANUAL = " ".join(["rule"] * 1500)


def words(text: str) -> tuple[int, bool]:
    return len(text.split()), True


def held(before: str | None, after: str, cached: int | None = None) -> Step:
    earlier = None if before is None else Sent(0, {"model": "m", "instructions": before}, 0)
    usage = None if cached is None else Usage(input=2000, cached=cached)
    body = {"model": "m", "instructions": after, "input": "Hello there"}
    return step(body, OPENAI, words, before=earlier, at=60, usage=usage)


def test_a_row_says_what_it_is_whether_it_was_there_before_and_how_long_it_is() -> None:
    head, manual, said = piece_rows(held(MANUAL, MANUAL))
    assert head.heading and [cell.text for cell in head.cells] == ["before", "tokens"]
    assert manual.words.startswith("developer message: rule rule")
    assert [cell.text for cell in manual.cells] == ["alike", "1500"]
    assert said.words == "turn 1 · user: Hello there"
    assert [cell.text for cell in said.cells] == ["new", "2"]
    assert [cell.text for cell in piece_rows(held(None, MANUAL))[1].cells] == ["", "1500"]


@pytest.mark.parametrize(
    ("shown", "said", "token"),
    [
        (held(None, MANUAL), FIRST, "muted"),
        (held(MANUAL, MANUAL), "1500 tokens are alike", "muted"),
        (held(MANUAL, MANUAL, 1408), "What should have been found was.", "ok"),
        (held(MANUAL, MANUAL, 128), "1280 tokens that should have been found were not.", "warn"),
        (held("Be brief.", MANUAL, 0), "0 tokens are alike", "muted"),
    ],
)
def test_what_came_of_it_is_a_sentence(shown: Step, said: str, token: str) -> None:
    found, colour = verdict(shown)
    assert found.startswith(said) and colour == token


def test_what_is_not_known_is_said_to_be_so() -> None:
    assert dict(sums(held(MANUAL, MANUAL)))["the server found"] == "not known yet"
    rows = dict(sums(held(MANUAL, MANUAL, 1408)))
    assert rows["should be in the cache"] == rows["the server found"] == "1408 tokens"
    assert rows["time between the two"] == "1 min 0 s" or rows["time between the two"] == "1 min"


def test_both_sides_of_a_difference_are_marked_by_more_than_a_colour() -> None:
    shown = sides(held(f"{MANUAL} one\ntwo", f"{MANUAL} three"))
    first, old, more, new = shown.split("\n")
    assert first.startswith("  …") and first.endswith("rule ")
    assert (old, more, new) == ("− one", "− two", "+ three")
    assert sides(held(MANUAL, MANUAL)) == ""


@pytest.fixture
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


async def page(driver: Driver) -> CachePage:
    driver.desk.wanted.emit("inspector:cache")
    found = driver.inspector.page("cache")
    assert isinstance(found, CachePage)
    await until(lambda: found.settled)
    return found


@pytest.mark.usefixtures("settings")
async def test_the_page_holds_a_run_and_the_next_request_against_what_was_sent_before(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("first question")
        await driver.ask("second question")
        shown = await page(driver)
        await until(lambda: len(shown.steps) == 1)
        states = [row.state for row in shown.steps[0].rows]
        assert states == ["alike", "new", "new"]
        assert "is not known" in driver.seen(shown)  # what this server caches

        # The request about to be sent follows what is typed.
        driver.type("third", driver.chat.composer.draft)
        driver.desk.wanted.emit("inspector:cache:next")
        await until(lambda: shown.settled and len(shown.view.pieces.rows) == 6)
        assert shown.view.pieces.rows[-1].words == "turn 3 · user: third"
        driver.type(" question", driver.chat.composer.draft)
        assert shown._wait.isActive()
        await until(lambda: shown.view.pieces.rows[-1].words == "turn 3 · user: third question")

        # Another session: nothing of it was sent before.
        driver.chat.composer.write("")
        driver.desk.new_session()
        await driver.idle()
        await until(lambda: shown.settled and driver.chat.estimate.settled)
