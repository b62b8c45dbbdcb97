"""The list of shortcuts, and the palette, in the real window."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication

from playground.core.prompts import Content, Prompt, Said
from playground.ui.panels import PANELS
from playground.ui.shell import Commanding
from playground.ui.widgets.palette import Palette
from playground.ui.widgets.shortcuts import ShortcutsDialog
from tests.driver import FAST, Driver
from tests.loop import until
from tests.window import Opening


def rows(dialog: ShortcutsDialog) -> list[str]:
    return [dialog.list.item(number).text() for number in range(dialog.list.count())]


def action(driver: Driver, title: str) -> QAction:
    return next(one for one in driver.window.actions() if one.text() == title)


async def shortcuts(driver: Driver) -> ShortcutsDialog:
    driver.press("Ctrl+/", driver.window)
    dialog = driver.window.findChild(ShortcutsDialog)
    assert isinstance(dialog, ShortcutsDialog)
    return dialog


def test_keys_are_changed_taken_kept_and_given_back(
    loop: asyncio.AbstractEventLoop, opening: Opening, home: Path
) -> None:

    async def change() -> None:
        async with opening() as driver:
            dialog = await shortcuts(driver)
            dialog.search.setText("ctrl+r")
            assert rows(dialog)[0] == "Regenerate"
            dialog.search.setText("new session")
            dialog.keys.setKeySequence(QKeySequence("Ctrl+R"))
            assert "Regenerate" in dialog.words.text()
            assert dialog.take.text() == "Take it"
            dialog.take.click()
            dialog.accept()
            new, regenerate = (action(driver, name) for name in ("New session", "Regenerate"))
            assert new.shortcut().toString() == "Ctrl+R"
            assert regenerate.shortcut().isEmpty()
            file = home / "settings.json"
            await until(lambda: file.exists() and "Ctrl+R" in file.read_text())
        kept = json.loads((home / "settings.json").read_text())
        assert kept["shortcuts"] == {"New session": "Ctrl+R"}
        async with opening() as driver:
            assert action(driver, "New session").shortcut().toString() == "Ctrl+R"
            dialog = await shortcuts(driver)
            dialog.keys.setKeySequence(QKeySequence("a"))
            assert not dialog.take.isEnabled()
            assert "alone is for writing" in dialog.words.text()
            dialog.all.click()
            assert action(driver, "Regenerate").shortcut().toString() == "Ctrl+R"

    loop.run_until_complete(change())


def test_the_palette_finds_commands_settings_prompts_and_sessions(
    loop: asyncio.AbstractEventLoop, opening: Opening
) -> None:

    async def find() -> None:
        async with opening() as driver:
            prompt = Prompt(id="prm_1", title="Cities of the north", folder="Geography")
            prompt.write(Content(messages=(Said(role="user", text="Which?"),)), 1.0)
            await driver.desk.prompts.save(prompt)
            driver.desk.session.draft = "Fjords and their lengths"
            driver.desk.keep()
            await driver.desk.settle()
            driver.press("Ctrl+K", driver.window)
            await until(lambda: driver.window.findChild(Palette) is not None)
            palette = driver.window.findChild(Palette)
            assert isinstance(palette, Palette)

            def first(words: str) -> str:
                palette.query.setText(words)
                assert palette.list.count(), words
                return palette.list.item(0).text()

            assert first("regen") == "Regenerate"
            assert first("temperature") == "temperature"
            assert first("cities") == "Cities of the north"
            assert first("fjords") == "Fjords and their lengths"
            assert first("retries") == "Retries"
            first("temperature")
            palette.query.returnPressed.emit()
            assert driver.settings.form.filter.text() == "temperature"

    loop.run_until_complete(find())


async def test_what_names_the_palette_names_its_keys(opening: Opening) -> None:
    async with opening() as driver:
        button = driver.button("All commands")
        assert button.text() == "Ctrl+K"
        driver.shell.bindings.bind("All commands…", "Ctrl+Shift+A")
        assert button.text() == "Ctrl+Shift+A"
        driver.shell.bindings.bind("All commands…", "")
        assert button.text() == "Find"
        driver.shell.bindings.reset()


async def test_the_palette_knows_the_session_on_screen_and_the_pages_of_the_inspector(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        await driver.ask("Hello.")
        await driver.idle()
        driver.window.docks["sessions"].hide()
        palette = await found(driver, "this session pin")
        assert palette.list.item(0).text() == "This session: Pin"
        driver.press("Return", palette.query)
        await until(lambda: driver.desk.session.pinned)
        palette = await found(driver, "timeline")
        assert palette.list.item(0).text() == "Inspector: Timeline"
        driver.press("Return", palette.query)
        assert driver.inspector.current is driver.inspector.page("timeline")
        palette = await found(driver, "rename this")
        driver.press("Return", palette.query)
        await until(driver.sessions.list.isVisible)
        await driver.idle()


async def test_commands_of_a_panel_are_there_before_it_is(opening: Opening) -> None:
    async with opening() as driver:
        promised = {panel.id: panel.offers for panel in PANELS if panel.offers}
        titles = {row[1] for rows in promised.values() for row in rows}
        assert titles <= {row.title for row in driver.shell.bindings.rows()}
        assert not promised.keys() & driver.window.panels.keys()
        driver.shell.bindings.bind("New prompt", "F4")
        driver.press("F4", driver.window)
        assert driver.window.panel == "prompts"
        for name, rows in promised.items():
            driver.window.show_panel(name)
            panel = driver.window.panels[name]
            assert isinstance(panel, Commanding)
            assert {row[:3] for row in panel.commands()} >= set(rows), "as it says itself"
        driver.window.show_panel("chat")
        before = len(driver.desk.session.runs)
        action(driver, "Repeat: run all").trigger()
        assert driver.window.panel == "repeat" and len(driver.desk.session.runs) == before
        driver.shell.bindings.reset()
        await driver.idle()


async def found(driver: Driver, words: str) -> Palette:
    driver.shell.palette()
    await until(lambda: isinstance(QApplication.activePopupWidget(), Palette))
    palette = QApplication.activePopupWidget()
    assert isinstance(palette, Palette)
    palette.query.setText(words)
    return palette
