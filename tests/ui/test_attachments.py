"""Images and files by paste, drop, dialog and address: they go with the message and stay."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolButton

from playground.core.call import Call
from playground.core.items import Message
from playground.core.parts import describe
from tests.driver import Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

Loop = asyncio.AbstractEventLoop


def picture(path: Path, side: int = 8) -> Path:
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    assert image.save(str(path))
    return path


def names(driver: Driver) -> list[str]:
    chips = driver.chat.composer.attachments.findChildren(QToolButton)
    return [
        chip.accessibleName().removeprefix("Attachment ")
        for chip in chips
        if chip.accessibleName().startswith("Attachment ") and chip.isVisible()
    ]


async def attached(driver: Driver, count: int) -> None:
    await until(lambda: len(names(driver)) == count, saying=lambda: names(driver))


def test_a_dropped_picture_is_sent_and_stays_with_the_message(
    opening: Opening, loop: Loop, tmp_path: Path, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url)

    async def go() -> None:
        async with opening() as driver:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(picture(tmp_path / "cat.png")))])
            draft = driver.chat.composer.draft
            assert draft.canInsertFromMimeData(data)
            draft.insertFromMimeData(data)
            await attached(driver, 1)
            assert draft.toPlainText() == ""
            assert driver.chat.composer.run.isEnabled()  # a picture alone can be asked about
            run = await driver.ask("What is this?")
            assert names(driver) == []
            (said,) = [item for item in run.input if isinstance(item, Message)]
            assert describe(said.parts[0]).media_type == "image/png"
            request = next(event for event in run.recording.events if event.kind == "request")
            body = json.loads(request.json()[0]["body"])
            content = body["input"][-1]["content"]
            assert [part["type"] for part in content] == ["input_text", "input_image"]
            # Editing what was said keeps what was attached to it.
            again = driver.desk.workspace.edit(driver.desk.session, run, "And now?", silent=True)
            assert again.input[0].parts == said.parts

    loop.run_until_complete(go())


def test_what_is_pasted_without_a_file_is_a_picture_too(opening: Opening, loop: Loop) -> None:
    async def go() -> None:
        async with opening() as driver:
            image = QImage(4, 4, QImage.Format.Format_RGB32)
            image.fill(QColor("red"))
            data = QMimeData()
            data.setImageData(image)
            driver.chat.composer.draft.insertFromMimeData(data)
            await attached(driver, 1)
            (part,) = driver.chat.composer.attachments.parts
            assert QImage.fromData(describe(part).data or b"").pixelColor(1, 1) == QColor("red")

    loop.run_until_complete(go())


def test_text_stays_text(opening: Opening, loop: Loop) -> None:
    async def go() -> None:
        async with opening() as driver:
            data = QMimeData()
            data.setText("https://a.example/cat.png")
            driver.chat.composer.draft.insertFromMimeData(data)
            assert driver.chat.composer.text == "https://a.example/cat.png"
            assert names(driver) == []

    loop.run_until_complete(go())


def test_attachments_of_a_draft_survive_a_restart_and_a_change_of_session(
    opening: Opening, loop: Loop, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("hello")

    async def go() -> None:
        async with opening() as driver:
            attachments = driver.chat.composer.attachments
            attachments.add_files([tmp_path / "notes.txt"])
            attachments.add_url("https://a.example/cat.png")
            await attached(driver, 2)
            driver.type("look", driver.chat.composer.draft)
            session_id = driver.desk.session.id
        async with opening() as driver:
            driver.desk.open_session(session_id)
            await attached(driver, 2)
            assert set(names(driver)) == {"notes.txt · 5 bytes", "cat.png"}

    loop.run_until_complete(go())


def test_what_cannot_be_attached_is_said_and_loses_nothing(
    opening: Opening, loop: Loop, tmp_path: Path
) -> None:
    async def go() -> None:
        async with opening() as driver:
            attachments = driver.chat.composer.attachments
            attachments.add_files([tmp_path / "gone.png", picture(tmp_path / "cat.png")])
            await attached(driver, 1)
            await until(lambda: "gone.png: No such file" in attachments._said.text())
            attachments.add_url("ftp://a.example/")
            assert "Neither an http(s) address" in attachments._said.text()
            assert len(names(driver)) == 1
            (tmp_path / "empty.txt").touch()
            attachments.add_files([tmp_path / "empty.txt"])
            await until(lambda: "empty.txt: it is empty" in attachments._said.text())
            (tmp_path / "torn.png").write_bytes(b"not a picture")
            attachments.add_files([tmp_path / "torn.png"])
            await until(lambda: any("cannot be drawn here" in name for name in names(driver)))
            assert attachments._said.text() == "", "what went wrong before is over"

    loop.run_until_complete(go())


def test_detail_and_removal(opening: Opening, loop: Loop, tmp_path: Path) -> None:
    async def go() -> None:
        async with opening() as driver:
            attachments = driver.chat.composer.attachments
            attachments.add_files([picture(tmp_path / "cat.png")])
            await attached(driver, 1)
            face = next(
                chip
                for chip in attachments.findChildren(QToolButton)
                if chip.accessibleName().startswith("Attachment ")
            )
            face.menu().actions()[1].trigger()
            assert attachments.parts[0]["detail"] == "low"
            await until(lambda: any("detail low" in name for name in names(driver)))
            next(
                chip
                for chip in attachments.findChildren(QToolButton)
                if chip.accessibleName().startswith("Remove ") and chip.isVisible()
            ).click()
            assert attachments.parts == []
            assert not attachments.isVisible()
            assert driver.chat.composer.draft.hasFocus()

    loop.run_until_complete(go())


def test_an_api_of_text_alone_says_so_and_sends_nothing(
    opening: Opening, loop: Loop, tmp_path: Path
) -> None:
    async def go() -> None:
        async with opening() as driver:
            composer = driver.chat.composer
            composer.attachments.add_files([picture(tmp_path / "cat.png")])
            await attached(driver, 1)
            driver.desk.session.call = Call(api="completions")
            driver.desk.changed()
            await driver.shows("Completions takes text only.", "without what is attached")
            driver.type("what is it?", composer.draft)
            assert not composer.run.isEnabled()
            assert composer.run.toolTip() == "This API takes text only"
            driver.press("Return", composer.draft)
            assert not driver.desk.session.runs and composer.text == "what is it?"
            driver.desk.session.call = Call(api="chat")
            driver.desk.changed()
            assert composer.run.isEnabled()
            assert "text only" not in driver.seen()

    loop.run_until_complete(go())


def test_the_editor_says_what_goes_with_the_new_version(
    opening: Opening, loop: Loop, tmp_path: Path, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url)
    (tmp_path / "notes.txt").write_text("hello")

    async def go() -> None:
        async with opening() as driver:
            driver.chat.composer.attachments.add_files([tmp_path / "notes.txt"])
            await attached(driver, 1)
            run = await driver.ask("read this")
            driver.chat.turns.edited.emit(run, "read that", False)
            await driver.shows("Attached as before: notes.txt")
            driver.click(driver.button("Keep without running"))
            await driver.idle()
            assert driver.newest.input[0].parts == run.input[0].parts
            driver.chat.turns.edited.emit(run, "an answer", True)
            assert "Attached as before" not in driver.seen()

    loop.run_until_complete(go())
