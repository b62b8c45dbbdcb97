"""Every control of every panel and dialog has a name, a keyboard path and a size to be hit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

from playground.core.problem import REMEDIES, Problem
from playground.ui.inspector import PAGES
from playground.ui.widgets.links import ask_before_opening
from playground.ui.widgets.palette import Palette
from tests.driver import FAST, Driver, name_of, prepare, visible
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

LEAST = 24
"""Pixels of a control, each way."""

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox)


@pytest.fixture(autouse=True)
def settings(home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)


def ours(widget: QWidget) -> bool:
    """Not a part that Qt makes inside its own controls: those answer for it."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QComboBox | QAbstractSpinBox | QAbstractItemView | QScrollBar):
            return False
        if isinstance(parent, QLineEdit):
            return False
        parent = parent.parentWidget()
    return not isinstance(widget, QScrollBar)


def reachable(widget: QWidget) -> bool:
    """Somebody can act on it or read it by keyboard."""
    return isinstance(widget, CONTROLS) or (
        bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and isinstance(widget, QAbstractScrollArea | QTextEdit | QPlainTextEdit)
    )


def told(widget: QWidget) -> str:
    said = widget.text() if isinstance(widget, QAbstractButton) else ""
    within = type(widget.parentWidget()).__name__ if widget.parentWidget() else ""
    return f"{type(widget).__name__} {said!r} in {within}"


def nameless(root: QWidget) -> set[str]:
    words = ("", "button", "combo box", "text", "edit")
    return {
        told(one)
        for one in visible(root)
        if ours(one) and reachable(one) and name_of(one).strip().lower() in words
    }


def tiny(root: QWidget) -> set[str]:
    return {
        f"{told(one)}: {one.width()} × {one.height()}"
        for one in visible(root)
        if ours(one) and isinstance(one, CONTROLS) and (one.width() < LEAST or one.height() < LEAST)
    }


def out_of_reach(root: QWidget) -> set[str]:
    return {
        told(one)
        for one in visible(root)
        if ours(one)
        and isinstance(one, CONTROLS)
        and one.isEnabled()
        and not any(found.focusPolicy() & Qt.FocusPolicy.TabFocus for found in together(one))
    }


def together(widget: QWidget) -> list[QWidget]:
    """Of buttons of which one is on, Tab reaches one and the arrows go on from there."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is None or not group.exclusive():
        return [widget]
    return [button for button in group.buttons() if button.isVisible()]


def check(root: QWidget) -> None:
    assert nameless(root) == set()
    assert tiny(root) == set()
    assert out_of_reach(root) == set()


@asynccontextmanager
async def conversation(opening: Opening, *models: str) -> AsyncIterator[Driver]:
    """A window with a turn of each model, high enough for all of it."""
    async with opening() as driver:
        driver.window.resize(1440, 3000)
        for model in models:
            driver.model(model)
            driver.fields(**FAST)
            await driver.ask(f"ask {model}")
        await driver.idle()
        await driver.shows(*(f"ask {model}" for model in models))
        yield driver


async def test_a_first_start(opening: Opening) -> None:
    async with opening() as driver:
        check(driver.window)


async def test_every_kind_of_card(opening: Opening) -> None:
    models = ("sandbox", "reasoning", "tools", "refusal", "cut", "incomplete", "unauthorized")
    async with conversation(opening, *models) as driver:
        kinds = {type(card).__name__ for card in driver.chat.view.cards()}
        assert {"SaidCard", "AnswerCard", "ReasoningCard", "ToolCard", "Footer"} <= kinds
        check(driver.window)


async def test_versions_an_editor_a_notice_and_switched_on_parameters(opening: Opening) -> None:
    async with conversation(opening, "sandbox") as driver:
        driver.press("Ctrl+R")
        await driver.ended(driver.newest)
        for one in driver.settings.rows.values():
            one.switch.click()
        driver.desk.report(Problem(title="Something failed.", remedy="open_folder"))
        driver.desk.done.emit("Deleted something.", lambda: None)
        driver.click(driver.button("Developer message"))
        driver.click(driver.button("Edit: makes another version, nothing is overwritten"))
        await driver.shows("2/2", "Something failed.", "Deleted something.", "Keep without running")
        check(driver.window)


@pytest.mark.parametrize("form", ["JSON", "Python"])
async def test_the_next_request_as_code(form: str, opening: Opening) -> None:
    async with opening() as driver:
        driver.press("Ctrl+Shift+E")
        driver.click(driver.button(form, driver.chat.code))
        await driver.idle()
        check(driver.window)


@pytest.mark.parametrize("api", ["responses", "chat", "completions"])
async def test_every_field_of_a_dialect_switched_on(api: str, opening: Opening) -> None:
    async with opening() as driver:
        driver.window.docks["inspector"].hide()
        driver.window.resize(1440, 6000)
        driver.settings._update(api=api, extra={"a": 1}, headers={"X-Team": "seven"})
        driver.settings._extras.fold.setChecked(True)
        for section in driver.settings.form.sections.values():
            section.fold.setChecked(True)
        for one in driver.settings.rows.values():
            one.switch.click()
        await driver.shows(*(f"{name} ·" for name in driver.settings.form.sections))
        check(driver.settings)
        large = driver.settings._extras.body.text.enlarge("Extra body")  # type: ignore[union-attr]
        await until(lambda: bool(list(visible(large))))
        check(large)
        large.close()
        await driver.idle()


async def test_while_something_runs(opening: Opening) -> None:
    async with opening() as driver:
        driver.model("stall")
        run = driver.send("go on")
        await driver.shows("In a moment")
        check(driver.window)
        driver.press("Esc")
        await driver.ended(run)


async def test_every_page_of_the_inspector(opening: Opening) -> None:
    async with conversation(opening, "reasoning") as driver:
        driver.inspector.events.list.setFocus()
        driver.press("Home", driver.inspector.events.list)
        for spec in PAGES:
            driver.click(driver.button(spec.title, driver.inspector))
            await driver.idle()
            check(driver.inspector)
        driver.click(driver.button("Events", driver.inspector))
        for view in ("Raw", "Hex", "Value", "Built so far"):
            driver.click(driver.button(view, driver.inspector))
            check(driver.inspector)
        driver.click(driver.button("Request", driver.inspector))
        for view in ("Tree", "Raw", "Set and sent"):
            driver.click(driver.button(view, driver.inspector))
            check(driver.inspector)
        driver.click(driver.button("Edit and resend…", driver.inspector))
        check(driver.inspector)


async def test_a_replay(opening: Opening) -> None:
    async with conversation(opening, "tools") as driver:
        driver.press("Ctrl+Shift+R")
        await driver.shows("End replay")
        for panel in ("chat", "tools", "structured"):
            driver.window.show_panel(panel)
            check(driver.window)
        driver.press("Esc")
        await driver.idle()


@pytest.mark.parametrize(
    "opens",
    [
        lambda driver: driver.desk.wanted.emit("servers"),
        lambda driver: driver.desk.wanted.emit("key"),
        lambda driver: driver.desk.wanted.emit("preferences"),
        lambda driver: driver.shell._about(),
        lambda driver: driver.shell._shortcuts(),
        lambda driver: ask_before_opening("https://example.org/a?b=c", driver.window),
        lambda driver: ask_before_opening("file:///etc/passwd", driver.window),
    ],
    ids=["servers", "key", "preferences", "about", "shortcuts", "link", "no link"],
)
async def test_dialogs(opens: Callable[[Driver], object], opening: Opening) -> None:
    async with opening() as driver:
        opens(driver)
        dialog = driver.dialog()
        await until(lambda: bool(list(visible(dialog))))
        await driver.idle()
        check(dialog)
        dialog.close()


async def test_the_session_dialogs(opening: Opening) -> None:
    async with conversation(opening, "sandbox") as driver:
        record = driver.sessions.model.record(driver.sessions.model.index(1))
        assert record is not None
        menu = driver.sessions.menu
        for opens in (
            lambda: menu.forget([record]),
            lambda: menu.shelving.ask_to_empty(2, driver.sessions),
        ):
            opens()
            dialog = driver.dialog()
            await until(lambda dialog=dialog: bool(list(visible(dialog))))
            check(dialog)
            dialog.close()
        await driver.idle()


async def test_the_palette(opening: Opening) -> None:
    async with opening() as driver:
        driver.press("Ctrl+K")
        await until(lambda: isinstance(QApplication.activePopupWidget(), Palette))
        palette = QApplication.activePopupWidget()
        assert isinstance(palette, QDialog)
        check(palette)
        palette.close()
        await driver.idle()


async def test_every_command_is_in_the_palette_and_every_shortcut_means_one_thing(
    opening: Opening,
) -> None:
    async with opening() as driver:
        driver.shell.palette()
        await until(lambda: isinstance(QApplication.activePopupWidget(), Palette))
        palette = QApplication.activePopupWidget()
        assert isinstance(palette, Palette)
        offered = {entry.title for entry in palette._entries}
        palette.close()
        actions = driver.shell._actions
        assert {title.replace("&", "") for title in actions} <= offered
        assert all(action.text() for action in actions.values())
        keys = [key.toString() for action in actions.values() for key in action.shortcuts()]
        assert len(keys) == len(set(keys)), sorted(keys)
        promised = ("Ctrl+N", "Ctrl+K", "Ctrl+M", "Ctrl+R", "Ctrl+B", "Ctrl+1", "Ctrl+Tab", "F8",
                    "F12", "Esc", "Alt+Left", "Alt+Right", "Ctrl+Shift+F", "Ctrl+Shift+C",
                    "Ctrl+Shift+K", "Ctrl+,", "Ctrl+/")  # fmt: skip
        assert set(promised) <= set(keys)
        await driver.idle()


async def test_at_the_smallest_size_everything_can_still_be_reached(opening: Opening) -> None:
    async with opening() as driver:
        driver.window.resize(1024, 700)
        await until(lambda: driver.window.width() == 1024)
        assert driver.window.docks["sessions"].isHidden()
        await driver.shows("PARAMETERS")
        check(driver.window)
        driver.press("Ctrl+B")
        await driver.shows("Sessions appear here by themselves")
        check(driver.window)


def test_every_remedy_has_words() -> None:
    assert all(words for remedy, words in REMEDIES.items() if remedy)
