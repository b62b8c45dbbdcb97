"""What the world does wrong, through the window: a sentence, one next action, and nothing lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from playground import app, desktop
from playground.core.session import Run
from playground.store.keys import Keys
from playground.ui.panels.preferences import PreferencesDialog
from playground.ui.panels.profiles import ServersDialog
from tests.driver import FAST, Driver, prepare, text_of, visible
from tests.loop import until
from tests.processes import PATIENCE, Sandbox, ended, environment, kill, playground, start
from tests.server import Request, Server, delta, event, head, serving, spoken
from tests.window import Opening


@pytest.fixture
def opening(opening: Opening) -> Opening:
    """A window so high that a whole conversation can be seen."""

    @asynccontextmanager
    async def high() -> AsyncIterator[Driver]:
        async with opening() as driver:
            driver.window.resize(1440, 2000)
            yield driver

    return high


async def still_works(driver: Driver, sandbox: Sandbox) -> None:
    """The window goes on: another server answers the next question."""
    profile = driver.app.settings.profiles[0].model_copy(
        update={"id": "other", "base_url": sandbox.base_url, "key_env": ""}
    )
    driver.app.settings.profiles.append(profile)
    driver.desk.use_profile("other")
    driver.fields(**FAST)
    driver.model("sandbox")
    run = await driver.ask("Does it still work?")
    assert run.transcript.outcome == "completed"
    await driver.shows("I am the sandbox", "Does it still work?")
    await driver.idle()


async def is_there_again(opening: Opening, run: Run, *words: str) -> None:
    """After a restart what was on the screen is on it again."""
    async with opening() as driver:
        driver.desk.open_session(run.session)
        await driver.shows(*words)
        await driver.idle()


async def refused(driver: Driver, action: str, *words: str) -> Run:
    """Ask; the sentence and the action that stand under the failure."""
    run = await driver.ask("a question that is kept")
    await driver.shows("a question that is kept", *words)
    assert driver.button(action, driver.chat.view).isEnabled()
    return run


async def test_a_dead_host(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, "http://127.0.0.1:9/v1")
    async with opening() as driver:
        run = await refused(driver, "Retry", "Nothing answers at 127.0.0.1:9", "Failed")
        driver.click(driver.button("Retry", driver.chat.view))
        assert driver.newest is not run and driver.newest.parent == run.parent
        await driver.ended(driver.newest)
        await still_works(driver, sandbox)
    await is_there_again(opening, run, "a question that is kept", "Nothing answers at")


async def test_a_wrong_key(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, model="unauthorized")
    async with opening() as driver:
        words = ("The server does not accept this key.", "Incorrect API key provided", "401")
        run = await refused(driver, "Add a key", *words, "request req_")
        driver.click(driver.button("Add a key", driver.chat.view))
        dialog = driver.dialog()
        assert isinstance(dialog, ServersDialog)
        await until(dialog.form.key.hasFocus)
        dialog.close()
        await still_works(driver, sandbox)
    await is_there_again(opening, run, *words)


async def test_no_key(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, "https://api.example.test/v1", name="Far away", key_env="FAR_AWAY_KEY")
    async with opening() as driver:
        await driver.shows("No key. None is sent.")
        words = ("There is no key for Far away.", "set FAR_AWAY_KEY before starting")
        run = await refused(driver, "Add a key", *words)
        assert run.transcript.requests == 0
        driver.click(driver.button("Add a key", driver.chat.view))
        assert isinstance(driver.dialog(), ServersDialog)
        driver.dialog().close()
        await still_works(driver, sandbox)
    await is_there_again(opening, run, *words)


async def test_a_model_that_is_not_there(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, model="gpt-none")
    async with opening() as driver:
        words = ("The server does not have this model.", "gpt-none", "404", "model_not_found")
        run = await refused(driver, "Choose a model", *words)
        driver.click(driver.button("Choose a model", driver.chat.view))
        line = driver.settings.model.lineEdit()
        assert line is not None
        await until(line.hasFocus)
        await until(lambda: driver.settings.model.count() > 5)
        driver.settings.model.hidePopup()
        await still_works(driver, sandbox)
    await is_there_again(opening, run, *words)


async def test_a_web_page_with_status_200(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, model="html")
    async with opening() as driver:
        words = ("something else than the API's JSON (text/html)", "<h1>Please sign in</h1>")
        run = await refused(driver, "Edit the profile", *words)
        driver.click(driver.button("Edit the profile", driver.chat.view))
        assert isinstance(driver.dialog(), ServersDialog)
        driver.dialog().close()
        await still_works(driver, sandbox)
    await is_there_again(opening, run, *words)


async def test_a_stream_that_is_cut(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, model="cut")
    async with opening() as driver:
        driver.fields(**FAST)
        words = ("In a moment this connection will be closed", "The connection broke in the middle")
        run = await refused(driver, "Continue", *words)
        await still_works(driver, sandbox)
    await is_there_again(opening, run, *words, "Continue")


async def test_a_server_that_hangs(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, model="stall", limits={"idle": 1.5})
    async with opening() as driver:
        driver.fields(**FAST)
        words = ("In a moment this server will fall silent.", "has been silent for 1.5 s")
        run = await refused(driver, "Raise the limit", *words)
        driver.click(driver.button("Raise the limit", driver.chat.view))
        dialog = driver.dialog()
        assert isinstance(dialog, PreferencesDialog)
        assert "1.5 s" in driver.seen(dialog)
        dialog.close()
        await still_works(driver, sandbox)
    await is_there_again(opening, run, *words)


def malformed(request: Request) -> Iterator[bytes]:
    yield head()
    yield from list(spoken("Before. "))[:3]
    yield b'data: {"type": "response.output_text.delta", oops\n\n'
    yield b"data: \xff\xfe\n\n"
    yield b"data: " + b"[" * 100_000 + b"\n\n"
    yield b"event: response.sparkle\ndata: {}\n\n"
    yield delta("After.")
    yield event("response.completed", response={"status": "completed", "output": None})


async def test_malformed_lines_are_flagged_and_the_rest_is_read(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    with serving(malformed) as server:
        prepare(home, server.base_url, model="m")
        async with opening() as driver:
            run = await driver.ask("Say it badly")
            assert run.transcript.outcome == "completed"
            assert run.transcript.malformed == 3  # the fourth is of an unknown kind
            await driver.shows("Before. After.", "4 flagged")
            await still_works(driver, sandbox)
        async with opening() as driver:
            driver.desk.open_session(run.session)
            await driver.shows("Before. After.")
            driver.desk.show_run(driver.desk.session.path()[0])
            await driver.shows("4 flagged")
            await driver.idle()


@pytest.mark.logs
async def test_a_full_disk(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url, model="prose")
    async with opening() as driver:
        driver.fields(**FAST)
        database = driver.app.database

        async def limit(pages: int) -> None:
            await database.read(lambda connection: connection.execute(
                f"PRAGMA max_page_count = {pages}"))  # fmt: skip

        await limit(1)  # never below what is used
        run = driver.send("Write while the disk is full")
        await driver.shows("The disk is full.", "Free some space, then retry", "SQLITE_FULL")
        await driver.ended(run)
        assert run.transcript.outcome == "completed"
        await driver.shows("How an answer travels")
        assert driver.seen().count("The disk is full.") == 1  # told once
        driver.click(driver.button("Dismiss"))
        second = await driver.ask("And one more")
        assert second.transcript.outcome == "completed"
        await limit(1_000_000)
        await until(lambda: not driver.app.recorder._watched)
        await driver.idle()
    await is_there_again(opening, run, "Write while the disk is full", "How an answer travels")
    async with opening() as driver:
        for one in (run, second):
            kept = await driver.app.sessions.run(one.id)
            assert kept.recording.events == one.recording.events


async def test_a_database_of_a_newer_version(loop: Any, home: Path) -> None:
    home.mkdir()
    path = home / "playground.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE of_the_future (words)")
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    one = desktop.Desktop(str(home), None)
    try:
        one.window.show()
        await one.furnish()
        assert one.shell is None
        said = lambda: text_in(one.window)  # noqa: E731
        await until(lambda: "written by a newer version of Playground" in said(), saying=said)
        assert "layout 99" in said() and "Update Playground" in said()
        one.window.close()
        await asyncio.wait_for(one.live(), 5)  # closing the window still ends the program
    finally:
        await one.close()
        one.window.deleteLater()
    assert path.read_bytes() == before


def text_in(root: QWidget) -> str:
    return "\n".join(map(text_of, visible(root)))


async def test_a_file_that_is_no_database(loop: Any, home: Path) -> None:
    home.mkdir()
    (home / "playground.sqlite3").write_bytes(b"Dear diary, " * 400)
    one = desktop.Desktop(str(home), None)
    try:
        one.window.show()
        await one.furnish()
        said = lambda: text_in(one.window)  # noqa: E731
        await until(lambda: "is not a database" in said(), saying=said)
        assert one.window.findChildren(QPushButton)
    finally:
        await one.close()
        one.window.deleteLater()
    assert (home / "playground.sqlite3").read_bytes() == b"Dear diary, " * 400


@pytest.mark.parametrize("broken", [b'{"theme": "dark", oops', b"\xff\xfe\x00", b"[]", b""])
async def test_a_broken_settings_file(
    broken: bytes, opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    home.mkdir()
    (home / "settings.json").write_bytes(broken)
    async with opening() as driver:
        await driver.shows("The settings file was damaged. It was set aside", "Open the folder")
        driver.app.settings.profiles.append(prepare(home.parent / "elsewhere", sandbox.base_url))
        await still_works(driver, sandbox)
    (aside,) = home.glob("settings.broken-*.json")
    assert aside.read_bytes() == broken
    assert json.loads((home / "settings.json").read_text())["profile"] == "other"
    async with opening() as driver:
        assert "damaged" not in driver.seen()


# Keys.


class Hanging:
    """A keyring behind a locked desktop."""

    name = "Locked keyring"

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.let_go.wait(PATIENCE)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.let_go.wait(PATIENCE)

    def delete_password(self, service: str, username: str) -> None:
        self.let_go.wait(PATIENCE)


async def type_a_key(driver: Driver, key: str) -> ServersDialog:
    driver.desk.wanted.emit("key")
    dialog = driver.dialog()
    assert isinstance(dialog, ServersDialog)
    await until(dialog.form.key.hasFocus)
    driver.type(key, dialog.form.key)
    driver.click(driver.button("Save", dialog))
    assert dialog.form.key.text() == ""
    return dialog


async def test_no_keyring(opening: Opening, home: Path, sandbox: Sandbox) -> None:
    prepare(home, sandbox.base_url)
    async with opening() as driver:
        dialog = await type_a_key(driver, "sk-test-absent-1234")
        await until(lambda: "kept in memory until Playground closes" in dialog.said.text())
        assert "no keyring that keeps secrets safely" in dialog.said.text()
        dialog.close()
        await driver.shows("Key in memory: it is gone when Playground closes.")
        await driver.idle()
    async with opening() as driver:
        await driver.shows("No key. None is sent.")
        await driver.idle()


async def test_a_locked_keyring_costs_a_moment_and_no_key(
    opening: Opening, home: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(home, sandbox.base_url)
    locked = Hanging()
    monkeypatch.setattr(app, "Keys", partial(Keys, backend=lambda: locked, limit=0.5))
    async with opening() as driver:
        assert "Looking for the key…" in driver.seen()
        driver.type("typed meanwhile", driver.chat.composer.draft)  # nothing waits for it
        assert driver.chat.composer.text == "typed meanwhile"
        await driver.shows("No key. None is sent.")
        dialog = await type_a_key(driver, "sk-test-locked-1234")
        await until(lambda: "kept in memory" in dialog.said.text(), saying=dialog.said.text)
        assert "It did not answer in 0.5 seconds; it may be locked." in dialog.said.text()
        dialog.close()
        driver.fields(**FAST)
        driver.chat.composer.write("")
        await driver.ask("with a key in memory")
        assert sandbox.log("with a key in memory")[0]["headers"]["authorization"] == "***"
        await driver.idle()
    locked.let_go.set()


async def test_a_key_goes_to_another_address_only_when_the_user_says_so(
    opening: Opening, home: Path
) -> None:
    def answer(request: Request) -> Iterator[bytes]:
        yield head()
        yield from spoken("Hello.")

    with serving(answer) as first, serving(answer) as second:
        prepare(home, first.base_url, model="m")
        async with opening() as driver:
            dialog = await type_a_key(driver, "sk-test-at-home-1")
            await until(lambda: "kept in memory" in dialog.said.text())
            dialog.form.base_url.selectAll()
            driver.type(second.base_url, dialog.form.base_url)
            driver.click(driver.button("Save", dialog))
            dialog.close()
            where = second.base_url.removesuffix("/v1")
            words = (f"was saved for {first.base_url.removesuffix('/v1')}", "is not sent to")
            run = await refused(driver, "Add a key", *words)
            assert second.requests == [] and run.transcript.requests == 0
            driver.click(driver.button("Add a key", driver.chat.view))
            box = driver.dialog()
            assert isinstance(box, QMessageBox)
            assert where in box.text()
            (cancel,) = [one for one in box.buttons() if one.text() == "Cancel"]
            assert box.defaultButton() is cancel
            (allow,) = [one for one in box.buttons() if one.text() == "Send it there"]
            driver.click(allow)
            await driver.shows("Hello.")
            await driver.ended(driver.newest)
            assert keys(second) == ["Bearer sk-test-at-home-1"]
            await driver.idle()


def keys(server: Server) -> list[str | None]:
    return [request.headers.get("authorization") for request in server.requests]


# Other processes.


async def test_a_run_whose_process_was_killed_is_interrupted_and_can_go_on(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url, model="stall")
    process = start("run", "--home", str(home), "--set", 'sandbox={"per_second": 0}', "Cut me off")
    assert process.stdout is not None
    await asyncio.to_thread(process.stdout.read, 60)
    written = "SELECT coalesce(sum(count), 0) FROM segment"
    try:
        with sqlite3.connect(f"file:{home}/playground.sqlite3?mode=ro", uri=True) as connection:
            await until(lambda: connection.execute(written).fetchone()[0] > 20)
        connection.close()
    finally:
        kill(process)
    async with opening() as driver:
        await driver.shows("Cut me off")
        driver.sessions._open_first()
        await driver.shows("In a moment this server will fall silent.", "Interrupted")
        driver.model("sandbox")
        interrupted = driver.newest
        assert interrupted.transcript.outcome == "interrupted"
        for action in ("Continue", "Retry"):
            assert driver.button(action, driver.chat.view).isEnabled()
        driver.click(driver.button("Continue", driver.chat.view))
        assert driver.newest.parent == interrupted.id
        await driver.ended(driver.newest)
        await driver.shows("I am the sandbox")
        await driver.idle()


async def test_a_second_window_on_a_home_brings_the_first_to_the_front(
    loop: Any, home: Path
) -> None:
    one = desktop.OneWindow(home)
    assert not one.another()
    shown: list[int] = []
    one.listen(lambda: shown.append(1))
    try:
        second = start("--home", str(home), env=environment(QT_QPA_PLATFORM="offscreen"))
        done = await asyncio.to_thread(ended, second)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == "Playground is open already; its window comes to the front.\n"
        assert shown == [1]
        assert not desktop.OneWindow(home.with_name("another")).another()
        assert not home.exists()  # the second one touched nothing
    finally:
        one.close()


async def test_the_command_line_and_a_window_share_a_home(
    opening: Opening, home: Path, sandbox: Sandbox
) -> None:
    prepare(home, sandbox.base_url)
    async with opening() as driver:
        driver.model("stall")
        driver.fields(**FAST)
        run = driver.send("in the window")
        await driver.shows("In a moment this server")
        done = await asyncio.to_thread(
            playground, "run", "--home", str(home), "--model", "refusal", "on the command line"
        )
        assert done.returncode == 3
        assert run.running
        driver.sessions.refresh()
        await driver.shows("on the command line")
        driver.press("Esc")
        await driver.ended(run)
        assert run.transcript.outcome == "stopped"
        await driver.idle()
