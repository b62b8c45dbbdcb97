"""The Prompts panel in the real window, by clicks and keys."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from playground.core.items import Message
from playground.core.problem import Failure, Problem
from playground.core.prompts import Content, Draft, Prompt, Said
from playground.core.variables import Variable
from playground.ui.panels.prompts import PromptsPanel
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.promptvalues import PromptValues
from playground.ui.widgets.promptversions import UNSAVED
from tests.driver import Driver, prepare
from tests.loop import until
from tests.window import Opening

Loop = asyncio.AbstractEventLoop


@pytest.fixture(autouse=True)
def settings(home: Path) -> None:
    prepare(home, "http://127.0.0.1:9/v1")


async def shown(driver: Driver) -> PromptsPanel:
    driver.window.docks["inspector"].hide()
    driver.window.show_panel("prompts")
    await driver.idle()
    found = driver.window.panels["prompts"]
    assert isinstance(found, PromptsPanel)
    return found


def prompt_of(name: str, *texts: str, folder: str = "") -> Prompt:
    prompt = Prompt(id=f"prm_{name}", title=name, folder=folder)
    for number, text in enumerate(texts, 1):
        prompt.write(Content(messages=(Said(role="user", text=text),)), float(number))
    return prompt


async def library(driver: Driver, *prompts: Prompt) -> PromptsPanel:
    for one in prompts:
        await driver.desk.prompts.save(one)
    return await shown(driver)


async def opened(panel: PromptsPanel, driver: Driver, name: str) -> None:
    panel.library.tree.pick(f"prompt:prm_{name}")
    driver.press("Return", panel.library.tree)
    await driver.idle()
    assert panel.prompt is not None and panel.prompt.title == name


def tree(panel: PromptsPanel) -> list[str]:
    return [node.key for node in panel.library.model.nodes()]


def text(panel: PromptsPanel, place: int = 0) -> str:
    return panel.edit.messages[place].text.toPlainText()


def rewrite(panel: PromptsPanel, words: str) -> None:
    panel.edit.messages[0].text.setPlainText(words)


def saved(panel: PromptsPanel) -> bool:
    """Whether what stands in the editor is a version."""
    return not panel.unsaved


def undo(driver: Driver) -> None:
    """The newest one: what can be undone stands above the panel."""
    buttons = [one for one in driver.window.findChildren(QPushButton) if one.text() == "Undo"]
    driver.click(buttons[-1])


def test_from_an_example_to_its_second_version_and_back(loop: Loop, opening: Opening) -> None:
    async def go() -> None:
        async with opening() as driver:
            panel = await shown(driver)
            assert "A prompt is messages with {{variables}}" in driver.seen()
            assert await driver.desk.prompts.list() == []
            driver.click(panel.offers.buttons[0])
            await driver.idle()
            first = text(panel)
            assert "{{words}}" in first
            assert not panel.edit.save.isEnabled()
            assert list(panel.edit.form.rows) == ["words", "text"]

            rewrite(panel, "Be {{tone}}.")
            panel.edit.look()
            assert "tone" in panel.edit.told.text()
            driver.click(panel.edit.declare)
            assert "tone" in panel.edit.form.rows
            panel.edit.note.setFocus()
            driver.type("shorter", panel.edit.note)
            driver.press("Ctrl+S", panel.edit.note)
            await until(lambda: saved(panel))
            await driver.idle()
            assert panel.prompt is not None
            assert [one.note for one in panel.prompt.versions] == ["", "shorter"]
            assert panel.edit.note.text() == ""

            panel.versions.item(0).setSelected(True)
            assert panel.work.difference.pair == (1, 2)
            kinds = {row.kind for row in panel.work.difference.sides.rows}
            assert "changed" in kinds
            panel.compare(2, 1)
            driver.click(panel.work.difference.restore)
            await driver.idle()
            assert panel.prompt.versions[-1].number == 3
            assert panel.prompt.versions[-1].content == panel.prompt.versions[0].content
            assert text(panel) == first

    loop.run_until_complete(go())


def test_what_is_no_version_yet_survives_another_prompt_and_the_end(
    loop: Loop, opening: Opening
) -> None:
    async def go() -> None:
        async with opening() as driver:
            panel = await library(driver, prompt_of("one", "old"), prompt_of("two", "else"))
            await opened(panel, driver, "one")
            rewrite(panel, "new")
            await opened(panel, driver, "two")
            assert text(panel) == "else"
            assert saved(panel)
            await opened(panel, driver, "one")
            assert text(panel) == "new" and not saved(panel)
            rewrite(panel, "newer")  # and the window is closed before that is written
        async with opening() as driver:
            panel = await shown(driver)
            await opened(panel, driver, "one")
            assert text(panel) == "newer"
            loaded = await driver.desk.prompts.load("prm_one")
            assert len(loaded.versions) == 1
            driver.click(panel.edit.discard)
            assert text(panel) == "old"
            undo(driver)
            assert text(panel) == "newer" and not saved(panel)

    loop.run_until_complete(go())


def test_a_version_of_somebody_else_is_told_and_nothing_is_lost(
    loop: Loop, opening: Opening
) -> None:
    async def go() -> None:
        async with opening() as driver:
            panel = await library(driver, prompt_of("one", "a"))
            await opened(panel, driver, "one")
            rewrite(panel, "mine")
            await driver.desk.prompts.save(prompt_of("one", "a", "theirs"))
            panel.save()
            await driver.shows("changed elsewhere")
            assert text(panel) == "mine"
            assert panel.work.difference.pair == (2, UNSAVED)
            panel.save()
            await until(lambda: saved(panel))
            await driver.idle()
            loaded = await driver.desk.prompts.load("prm_one")
            assert [one.content.messages[0].text for one in loaded.versions] == [
                "a",
                "theirs",
                "mine",
            ]
            # A draft that was begun with an older version says so when it is opened.
            draft = Draft(base=2, content=Content(messages=(Said(role="user", text="late"),)))
            await driver.desk.prompts.save(prompt_of("two", "x", "y", "z"))
            await driver.desk.prompts.keep_draft("prm_two", draft, 1.0)
            await panel.library.refresh()
            await opened(panel, driver, "two")
            assert "began with version 2" in driver.seen()
            assert text(panel) == "late"

    loop.run_until_complete(go())


def test_folders_the_trash_and_the_way_back(loop: Loop, opening: Opening) -> None:
    async def go() -> None:
        async with opening() as driver:
            panel = await library(
                driver, prompt_of("one", "a"), prompt_of("two", "b", folder="Old/Inner")
            )
            store, model = driver.desk.prompts, panel.library.model
            driver.click(driver.button("New folder", panel))
            await driver.idle()
            name: QLineEdit = driver.find(QLineEdit, "Name", panel)
            name.setText("Box")
            driver.press("Return", name)
            await until(lambda: tree(panel)[0] == "folder:Box")

            dragged = model.mimeData([model.index_of("prompt:prm_one")])
            box = model.index_of("folder:Box")
            model.dropMimeData(dragged, panel.library.model.supportedDragActions(), -1, -1, box)
            await driver.idle()
            assert (await store.load("prm_one")).folder == "Box"
            into_itself = model.mimeData([model.index_of("folder:Old")])
            inner = model.index_of("folder:Old/Inner")
            model.dropMimeData(into_itself, model.supportedDragActions(), -1, -1, inner)
            assert "cannot lie in itself" in driver.seen()

            await opened(panel, driver, "one")
            panel.library.tree.pick("folder:Box")
            driver.press("Delete", panel.library.tree)
            await driver.idle()
            assert "thrown:prm_one" in tree(panel) and "folder:Box" not in tree(panel)
            assert panel.prompt is None
            undo(driver)
            await driver.idle()
            assert tree(panel)[:2] == ["folder:Box", "prompt:prm_one"]

            panel.library.search.setText("b")
            await driver.idle()
            panel.library._typing.stop()
            await panel.library.refresh()
            assert tree(panel) == ["folder:Box", "prompt:prm_one",
                                   "folder:Old", "folder:Old/Inner", "prompt:prm_two"]  # fmt: skip
            panel.library.search.setText("b two")
            panel.library._typing.stop()
            await panel.library.refresh()
            assert tree(panel) == ["folder:Old", "folder:Old/Inner", "prompt:prm_two"]
            panel.library.tree.pick("prompt:prm_two")
            driver.press("Delete", panel.library.tree)
            await driver.idle()
            panel.library.tree.pick("thrown:prm_two")
            driver.press("Delete", panel.library.tree)
            dialog = driver.dialog()
            assert isinstance(dialog, QInputDialog) and "for good" in dialog.labelText()
            dialog.setTextValue("Forget")
            dialog.accept()
            await driver.idle()
            assert await store.list(trashed=True) == []
            assert [row.id for row in await store.list()] == ["prm_one"]

    loop.run_until_complete(go())


def test_a_prompt_is_used_in_a_session_and_a_session_saved_as_one(
    loop: Loop, opening: Opening
) -> None:
    said = (
        Said(role="developer", text="Speak {{language}}."),
        Said(role="user", text="Yes in {{language}}?"),
        Said(role="assistant", text="Oui"),
        Said(role="user", text="{{question}}"),
    )
    content = Content(messages=said, variables=(Variable(name="language"),))
    prompt = Prompt(id="prm_one", title="one")
    prompt.write(content, 1.0)

    async def go() -> None:
        async with opening() as driver:
            desk = driver.desk
            driver.chat.composer.write("half a question")
            panel = await library(driver, prompt)
            await opened(panel, driver, "one")
            driver.click(panel.work.use)
            dialog = driver.dialog()  # what is put in as said needs its value
            value: QPlainTextEdit = driver.find(QPlainTextEdit, "Value of language", dialog)
            driver.type("French", value)
            dialog.accept()
            await driver.idle()
            assert driver.window.panel == "chat"
            assert driver.chat.instructions.toPlainText() == "Speak {{language}}."
            assert driver.chat.composer.text == "{{question}}"
            assert desk.session.call.values == {"language": "French"}
            (run,) = desk.session.path()
            assert run.silent
            texts = [str(one.text) for one in run.input if isinstance(one, Message)]
            assert texts == ["Yes in French?", "Oui"]
            assert await desk.workspace.sessions.load(desk.session.id)  # it is on the disk

            undo(driver)
            await driver.idle()
            assert desk.session.path() == [] and not desk.session.call.instructions
            assert driver.chat.composer.text == "half a question"

            desk.workspace.insert(desk.session, "user", "Something was said.")
            panel.use_it(new=False)
            await driver.idle()
            assert "but for 2 messages" in driver.seen()
            assert driver.chat.composer.text == "{{question}}"

            desk.wanted.emit("prompts")
            desk.wanted.emit("prompts:session")
            dialog = driver.dialog()
            assert isinstance(dialog, QInputDialog)
            dialog.setTextValue("Saved")
            dialog.accept()
            await driver.idle()
            assert panel.prompt is not None and panel.prompt.title == "Saved"
            assert [one.text for one in panel.edit.content.messages] == [
                "Speak {{language}}.",
                "Something was said.",
                "{{question}}",
            ]

    loop.run_until_complete(go())


def test_saved_prompts_of_others_are_taken_over_whole_or_not_at_all(
    loop: Loop, opening: Opening, tmp_path: Path
) -> None:
    good, broken, other = tmp_path / "good.json", tmp_path / "broken.json", tmp_path / "other.json"
    one = {"id": "pmpt_1", "name": "Greeting", "instructions": "Greet {{name}}.", "odd": 1}
    good.write_text(json.dumps(one))
    broken.write_text(json.dumps(one) + "\n" + json.dumps({"id": "pmpt_2"}) + "\n")
    other.write_text(json.dumps({"model": "m", "input": "Hi"}))

    async def go() -> None:
        async with opening() as driver:
            panel = await shown(driver)
            panel.library.model.brought.emit([broken, other, tmp_path / "none.json"])
            await driver.idle()
            assert await driver.desk.prompts.list() == []
            seen = driver.seen()
            assert "broken.json: Line 2: It has no messages" in seen
            assert "other.json holds a request." in seen
            assert "There are no saved prompts in none.json." in seen
            panel.library.read([good])
            await driver.idle()
            assert panel.prompt is not None and panel.prompt.title == "Greeting"
            assert "nobody knows what it means: odd" in driver.seen()
            undo(driver)
            await driver.idle()
            assert await driver.desk.prompts.list() == []

    loop.run_until_complete(go())


def test_damaged_changes_are_told_and_hide_no_version(
    loop: Loop, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> None:
        async with opening() as driver:
            panel = await library(driver, prompt_of("one", "Say {{a}}."))

            async def damaged(_: str) -> None:
                raise Failure(Problem(title="Unsaved changes are damaged."))

            monkeypatch.setattr(driver.desk.prompts, "draft", damaged)
            await opened(panel, driver, "one")
            assert text(panel) == "Say {{a}}." and saved(panel)
            assert "Unsaved changes are damaged." in driver.seen()

            # Another name of a variable is one step back, with what was typed before it.
            message = panel.edit.messages[0].text
            driver.type("Now ", message)
            panel.edit.look()
            driver.click(panel.edit.declare)
            panel.edit.form.renamed.emit("a", "b")
            assert message.toPlainText() == "Now Say {{b}}."
            message.undo()
            assert message.toPlainText() == "Now Say {{a}}."
            message.undo()
            assert message.toPlainText() == "Say {{a}}."

    loop.run_until_complete(go())


def test_values_that_are_needed_at_once_are_of_their_types(qtbot: QtBot) -> None:
    got: list[dict[str, Any]] = []
    asked = (
        Variable(name="text"),
        Variable(name="n", type="integer"),
        Variable(name="on", type="boolean"),
    )
    owner = QWidget()
    qtbot.addWidget(owner)
    dialog = PromptValues(asked, got.append, owner)
    words, number, on = (one.editor for one in dialog.fields)
    assert isinstance(words, QPlainTextEdit) and isinstance(number, QLineEdit)
    assert isinstance(on, Choice) and number.placeholderText() == "whole number"
    words.setPlainText("two\nlines")
    number.insert("two")
    dialog.accept()
    assert dialog.said.text() == "The value of n has to be a whole number." and not got
    number.selectAll()
    number.insert("2")
    dialog.accept()
    assert dialog.said.text() == "on needs a value." and not got
    on.setCurrentIndex(2)
    on.activated.emit(2)
    dialog.accept()
    assert got == [{"text": "two\nlines", "n": 2, "on": False}]
