"""What somebody else wrote becomes a session: from the clipboard, by a paste, from a file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtWidgets import QApplication, QPushButton

from playground.ui.widgets.notice import NoticeBar
from tests.driver import Driver
from tests.loop import until
from tests.window import Opening

CURL = """curl https://api.openai.com/v1/chat/completions \\
  -H "Authorization: Bearer sk-not-a-key-0123456789abcdef" \\
  -d '{"model": "gpt-5.4-mini", "temperature": 0.2, "messages": [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Where does it rain?"}]}'
"""


def notices(driver: Driver) -> list[NoticeBar]:
    return [one for one in driver.window.findChildren(NoticeBar) if not one.isHidden()]


def test_what_was_copied_is_a_session_that_sends_the_same(
    loop: asyncio.AbstractEventLoop, opening: Opening, home: Path
) -> None:
    async def work() -> None:
        async with opening() as driver:
            QApplication.clipboard().setText(CURL)
            driver.press("Ctrl+Shift+V", driver.window)
            await until(lambda: driver.chat.composer.text == "Where does it rain?")
            call = driver.desk.session.call
            assert (call.api, call.model, call.instructions) == (
                "chat",
                "gpt-5.4-mini",
                "Be brief.",
            )
            assert call.fields == {"temperature": 0.2}
            assert not driver.app.workspace.running
            kept = await driver.app.sessions.load(driver.desk.session.id)
            assert "sk-not" not in kept.call.model_dump_json()

            before = driver.desk.session
            QApplication.clipboard().setText(CURL.replace("0.2,", "0.2,,"))
            driver.press("Ctrl+Shift+V", driver.window)
            await until(
                lambda: any(
                    "cannot be taken over" in one.accessibleName() for one in notices(driver)
                )
            )
            assert driver.desk.session is before
            assert len(await driver.app.sessions.list()) == 1

    loop.run_until_complete(work())


def test_a_request_that_is_pasted_into_a_message_is_offered_as_a_session(
    loop: asyncio.AbstractEventLoop, opening: Opening
) -> None:
    async def work() -> None:
        async with opening() as driver:
            draft, mime = driver.chat.composer.draft, QMimeData()
            mime.setText("{not a request at all}")
            draft.insertFromMimeData(mime)
            mime.setText(CURL)
            draft.clear()
            draft.insertFromMimeData(mime)
            assert draft.toPlainText() == CURL
            await until(lambda: bool(notices(driver)))
            (bar,) = notices(driver)
            assert "a cURL command" in bar.accessibleName()
            first = driver.desk.session
            bar.findChild(QPushButton).click()
            await until(lambda: driver.desk.session is not first)
            assert driver.chat.composer.text == "Where does it rain?"
            assert first.draft == CURL, "what was pasted stays where it was pasted"

    loop.run_until_complete(work())


def test_a_file_of_requests_is_taken_over_whole_or_not_at_all(
    loop: asyncio.AbstractEventLoop, opening: Opening, tmp_path: Path
) -> None:
    rows = [
        {"custom_id": name, "url": "/v1/responses", "body": {"model": "m", "input": name}}
        for name in ("one", "two", "three")
    ]

    async def work() -> None:
        async with opening() as driver:
            path = tmp_path / "batch.jsonl"
            path.write_text("\n".join(map(json.dumps, rows)))
            driver.shell.importing.read([path])
            await until(lambda: driver.desk.session.title == "three")
            assert {row.title for row in await driver.app.sessions.list()} == {
                "one",
                "two",
                "three",
            }
            path.write_text("\n".join([*map(json.dumps, rows), '{"custom_id": "four", "body":']))
            driver.shell.importing.read([path])
            await until(
                lambda: any(
                    "cannot be taken over" in one.accessibleName() for one in notices(driver)
                )
            )
            assert len(await driver.app.sessions.list()) == 3

    loop.run_until_complete(work())
