"""The next request as code: in step with every setting and with what is being written."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.ui.widgets.codetext import CodeText
from playground.ui.widgets.source import LIMIT, Source
from tests.driver import FAST, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


async def opened(driver: Driver, form: str = "JSON") -> None:
    """Show the code, in this form, when it has settled."""
    driver.press("Ctrl+Shift+E")
    assert driver.chat.code.isVisible()
    driver.click(driver.button(form, driver.chat.code))
    await driver.idle()
    await still(driver)


async def still(driver: Driver) -> None:
    """Nothing waits to be shown: no timer runs while nothing changes."""
    await until(lambda: not driver.chat.code._wait.isActive())


def body(driver: Driver) -> Any:
    return json.loads(driver.chat.code.text.toPlainText())


def shown(driver: Driver) -> str:
    return driver.chat.code.text.toPlainText()


async def test_it_follows_the_draft_and_the_settings(opening: Opening) -> None:
    async with opening() as driver:
        await opened(driver)
        await driver.shows("Nothing is written yet", "POST http://127.0.0.1:")
        assert body(driver)["input"] == []
        driver.type("What is this?", driver.chat.composer.draft)
        await until(lambda: "What is this?" in shown(driver), saying=lambda: shown(driver))
        assert "Nothing is written yet" not in driver.seen()
        driver.fields(temperature=0.25)
        await until(lambda: body(driver).get("temperature") == 0.25)
        row = driver.settings.rows["temperature"]
        driver.click(row.switch, QPoint(8, row.switch.height() // 2))
        await until(lambda: "temperature" not in body(driver))
        driver.model("gpt-x")
        await until(lambda: body(driver)["model"] == "gpt-x")
        driver.chat.instructions.setPlainText("Be brief.")
        await until(lambda: body(driver).get("instructions") == "Be brief.")
        await still(driver)
        assert driver.chat.composer.text == "What is this?"
        await driver.idle()


async def test_what_is_shown_is_what_goes_out_and_the_answer_takes_its_place(
    opening: Opening, sandbox: Sandbox
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("the first turn")
        driver.type("shown before it is sent", driver.chat.composer.draft)
        await opened(driver)
        await until(lambda: "shown before" in shown(driver))
        before = body(driver)
        assert len(before["input"]) == 3
        driver.press("Return", driver.chat.composer.draft)
        assert not driver.chat.code.isVisible() and driver.chat.view.isVisible()
        await driver.ended(driver.newest)
        assert sandbox.log("shown before it is sent")[-1]["body"] == before
        await driver.idle()


@pytest.mark.parametrize(
    ("form", "start", "within"),
    [
        ("JSON", "{", '"input"'),
        ("cURL", "curl -sS", "X-Team: seven"),
        ("Python", "from openai", "responses.create"),
        ("httpx", "import codecs", "httpx.stream("),
        ("JavaScript", "import OpenAI", "responses.create"),
    ],
)
async def test_each_form_can_be_copied_as_it_is(
    form: str, start: str, within: str, opening: Opening
) -> None:
    async with opening() as driver:
        driver.desk.session.call.headers = {"X-Team": "seven"}
        driver.chat.composer.write("hidden\u202e in it")
        await opened(driver, form)
        assert shown(driver).startswith(start) and within in shown(driver)
        assert "\u202e" not in shown(driver), "nothing hides on the screen"
        assert driver.chat.code.mode.isVisible() == (form == "JSON")
        driver.click(driver.button("Copy what is shown", driver.chat.code))
        copied = QApplication.clipboard().text()
        assert copied == driver.chat.code.code
        assert "\u202e" in copied or "u202e" in copied
        match form:
            case "JSON":
                assert json.loads(copied)["input"][0]["content"] == "hidden\u202e in it"
            case "Python" | "httpx":
                ast.parse(copied)
        await driver.idle()


async def test_the_exact_bytes_are_one_click_away(opening: Opening) -> None:
    async with opening() as driver:
        driver.chat.composer.write("ünï")
        await opened(driver)
        driver.click(driver.button("Raw", driver.chat.code))
        assert shown(driver).startswith('{"model":"sandbox","input":[{') and "ünï" in shown(driver)
        assert "\n" not in driver.chat.code.code
        await driver.idle()


async def test_a_secret_stands_there_by_the_name_of_its_variable(
    opening: Opening, home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-test-MARKER-0123456789")
    prepare(home, sandbox.base_url, key_env="MY_KEY")
    async with opening() as driver:
        driver.chat.composer.write("hello")
        for form, name in (
            ("cURL", "Bearer $MY_KEY"),
            ("Python", 'os.environ["MY_KEY"]'),
            ("httpx", 'os.environ["MY_KEY"]'),
            ("JavaScript", "process.env.MY_KEY"),
        ):
            if not driver.chat.code.isVisible():
                driver.press("Ctrl+Shift+E")
            driver.click(driver.button(form, driver.chat.code))
            await until(lambda name=name: name in shown(driver), saying=lambda: shown(driver))
            assert "MARKER" not in driver.seen() + driver.chat.code.code
        await driver.idle()


async def test_what_cannot_be_sent_is_said_in_its_place(opening: Opening, home: Path) -> None:
    prepare(home, "ftp://example.test")
    async with opening() as driver:
        await opened(driver)
        await driver.shows("The address of the server must begin with http:// or https://.")
        assert shown(driver) == "" and driver.chat.code.code == ""
        driver.desk.use_profile("openai")
        await until(lambda: shown(driver).startswith("{"))
        await driver.idle()


async def test_every_dialect_can_be_shown_in_every_form(opening: Opening) -> None:
    async with opening() as driver:
        driver.chat.composer.write("hello")
        await opened(driver)
        box = driver.settings.api
        for index in range(box.count()):
            box.setCurrentIndex(index)
            box.activated.emit(index)
            driver.chat.code.show_now()
            for form in range(4):
                driver.chat.code.forms.pick(form)
                assert "hello" in shown(driver), (box.itemText(index), form)
        await driver.idle()


async def test_a_very_long_one_is_shown_in_part_and_copied_whole(opening: Opening) -> None:
    async with opening() as driver:
        driver.chat.composer.write("word " * (LIMIT // 4))
        await opened(driver, "Python")
        assert len(shown(driver)) < LIMIT < len(driver.chat.code.code)
        driver.click(driver.button("Show all of the request"))
        assert len(shown(driver)) > LIMIT
        await driver.idle()


async def test_nothing_is_made_while_nobody_looks(opening: Opening) -> None:
    async with opening() as driver:
        driver.type("not looked at", driver.chat.composer.draft)
        driver.fields(temperature=1)
        assert not driver.chat.code._wait.isActive() and shown(driver) == ""
        await driver.idle()


async def test_it_is_in_the_palette_and_reached_by_keyboard(opening: Opening) -> None:
    async with opening() as driver:
        titles = driver.shell._actions
        assert "The next request as code" in titles and "Find a request field" in titles
        button = driver.button("The next request as code")
        button.setFocus()
        driver.press("Space", button)
        assert driver.chat.code.isVisible() and button.hasFocus()
        driver.press("Space", button)
        assert not driver.chat.code.isVisible()
        await driver.idle()


# The view of code by itself.


@pytest.fixture
def text(qtbot: QtBot) -> CodeText:
    view = CodeText()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    return view


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([""], ["a"]),
        (["a"], [""]),
        (["a", "b", "c"], ["a", "X", "c"]),
        (["a", "b", "c"], ["a", "b", "b", "c"]),
        (["a", "b", "b", "c"], ["a", "b", "c"]),
        (["a"], ["a", "b"]),
        (["a", "b"], ["b"]),
        (["same", "same", "same"], ["same"]),
        (["😀", "b"], ["😀😀", "b", "ü"]),
        (["a", "b"], ["c", "d", "e"]),
    ],
)
def test_only_what_differs_changes(before: list[str], after: list[str], text: CodeText) -> None:
    for lines in (before, after, before):
        text.show_source(Source(lines, [[] for _ in lines], 0))
        assert text.toPlainText() == "\n".join(lines)


def test_it_stays_where_one_has_scrolled_to(text: CodeText) -> None:
    lines = [f"line {n}" for n in range(200)]
    text.show_source(Source(lines, [], 0))
    text.verticalScrollBar().setValue(80)
    lines = [*lines[:150], "another", *lines[151:], "more"]
    text.show_source(Source(lines, [], 0))
    assert text.verticalScrollBar().value() == 80


def test_code_has_its_colours(text: CodeText, qtbot: QtBot) -> None:
    lines = ["from openai import OpenAI", "x = 'text' # ü"]
    text.show_code("python", lines)

    def coloured() -> bool:
        block = text.document().firstBlock()
        return all(
            block_.layout().formats() for block_ in (block, block.next()) if block_.isValid()
        )

    qtbot.waitUntil(coloured)
    assert text.toPlainText() == "\n".join(lines)
