"""Presets in the window: saved, dropped on it, used here or in a new session, and taken back."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from playground.core.call import Call
from playground.core.presets import preset_of, read, write
from playground.core.prompts import Said
from playground.core.tools import Tool
from playground.core.variables import Variable
from playground.ui.presets import HERE, NEWLY, few, file_name
from tests.driver import Driver
from tests.loop import until
from tests.window import Opening

TOOL = Tool(source="mine", name="find", parameters={"type": "object"}, mode="mock")
CALL = Call(
    model="m",
    instructions="Of {{city}}",
    variables=[Variable(name="city")],
    fields={"top_p": 0.5, "tool_choice": "auto"},
    tools=[TOOL],
)
PRESET = preset_of("Cities", CALL, (Said(role="user", text="What of {{city}}?"),))


def test_a_file_is_named_after_its_session() -> None:
    assert file_name("Plan: a/journey?  {{x}}") == "Plan a journey x.preset.json"
    assert file_name("../..") == file_name("") == "preset.preset.json"
    assert len(file_name("长" * 500)) < 80


def test_of_many_notices_a_few_are_shown() -> None:
    assert few(["a"] * 6) == ["a"] * 6
    assert few(["a" * 999] * 60)[-1] == "And 54 more." and len(few(["a" * 999])[0]) == 200


def drop(driver: Driver, path: Path) -> None:
    """Drag a file over the window and let it go."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(driver.window, QDragEnterEvent(QPoint(9, 9), copy, mime, left, plain))
    QApplication.sendEvent(driver.window, QDropEvent(QPointF(9, 9), copy, mime, left, plain))


async def question(driver: Driver) -> QMessageBox:
    await until(lambda: bool(driver.window.findChildren(QMessageBox)), saying=driver.seen)
    (box,) = driver.window.findChildren(QMessageBox)
    return box


def answer(box: QMessageBox, words: str) -> None:
    next(one for one in box.buttons() if one.text() == words).click()


async def test_a_preset_is_used_and_taken_back_and_saved_again(
    opening: Opening, tmp_path: Path
) -> None:
    file = tmp_path / "cities.preset.json"
    file.write_bytes(write(PRESET))
    async with opening() as driver:
        desk, presets = driver.desk, driver.shell.importing.presets
        before = desk.session.call
        drop(driver, file)
        box = await question(driver)
        assert "Cities" in box.text() and "1 tool" in box.informativeText()
        answer(box, HERE)
        assert desk.session.call.instructions == "Of {{city}}"
        assert desk.session.call.tools == [] and desk.session.call.fields == {"top_p": 0.5}
        assert driver.chat.composer.text == "What of {{city}}?"
        assert driver.chat.instructions.toPlainText() == "Of {{city}}"
        driver.click(driver.button("Undo"))
        assert desk.session.call == before and driver.chat.composer.text == ""
        await until(lambda: not driver.window.findChildren(QMessageBox))

        # A new one; its tools by a click; and the same file again.
        old = desk.session.id
        presets.read(file)
        answer(await question(driver), NEWLY)
        await until(lambda: desk.session.id != old)
        assert desk.session.title == "Cities" and desk.session.call.tools == []
        await driver.shows("This session came with 1 tool that is not offered.")
        driver.click(driver.button("Offer it"))
        await until(lambda: bool(desk.session.call.tools))
        assert desk.session.call.fields == CALL.fields
        presets.save()
        (dialog,) = (one for one in driver.window.children() if hasattr(one, "fileSelected"))
        made = tmp_path / "again"
        dialog.fileSelected.emit(str(made))  # type: ignore[attr-defined]
        dialog.close()  # type: ignore[attr-defined]
        written = tmp_path / "again.preset.json"
        await until(written.exists)
        assert written.read_bytes() == file.read_bytes()

        # What is none changes nothing, and says why.
        newer = json.loads(file.read_bytes()) | {"version": 99}
        for text, words in (
            (json.dumps(newer), "A newer version of Playground wrote this preset."),
            ("{", "no preset that can be read"),
        ):
            call = desk.session.call
            file.write_text(text)
            drop(driver, file)
            await driver.shows(words)
            assert desk.session.call == call
        assert read(written.read_bytes()).notices == ()
        await driver.idle()
