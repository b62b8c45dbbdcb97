"""A marked key goes through the whole window, to a server that says it back in every way it can.

Afterwards it is in no file: not in the home, not in what is compressed inside, not in an export,
not in a log, nor on the command line of a child.
"""

from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtWidgets import QLineEdit

from playground.export import EXPORTERS
from playground.store.segments import HEAD
from playground.ui.panels.profiles import ServersDialog
from tests.driver import Driver
from tests.loop import until
from tests.processes import environment, playground
from tests.server import Request, Server, delta, event, head, serving, spoken
from tests.window import Opening

KEY = "sk-test-MARKER-123"
HALF = len(KEY) // 2


def forms(key: str) -> set[bytes]:
    """The key as it could stand in a file: plain, for a URL, and in base64 at any offset."""
    found = {
        key.encode(),
        quote(key, safe="").encode(),
        key[::-1].encode(),
        key.encode("utf-16-le"),
    }
    for text in (key, f"Bearer {key}"):
        for before in (b"", b"x", b"xx"):
            whole = base64.b64encode(before + text.encode())
            found.add(whole[4 : len(whole) // 4 * 4 - 4])
    return found


def answers(request: Request) -> Iterable[bytes]:
    """By the model's name: one way each to give a key away."""
    if request.path.endswith("/models"):
        yield head(kind="application/json", x_echo=KEY)
        yield json.dumps({"data": [{"id": "in-text"}, {"id": KEY}], "key": KEY}).encode()
        return
    match request.body["model"]:
        case "in-text":
            yield head(x_request_id=KEY, x_echo=f"Bearer {KEY}", set_cookie=f"key={KEY}")
            yield from spoken("Your key is ", KEY, ", is it not?")
        case "in-halves":
            yield head()
            # Each half alone is nothing, and no event ever says the whole.
            yield from list(spoken("In two: ", KEY[:HALF], KEY[HALF:], "."))[:-2]
            yield event("response.completed", response={"status": "completed", "output": None})
        case "across-chunks":
            yield head()
            whole = b"".join(spoken("Cut: ", f"<{KEY}>"))
            at = whole.index(KEY.encode()) + HALF
            yield whole[:at]
            yield whole[at:]
        case "whole":
            yield head(kind="application/json")
            content = [{"type": "output_text", "text": f"It is {KEY}.", "annotations": []}]
            message = {"id": "m", "type": "message", "role": "assistant", "content": content}
            yield json.dumps({"id": KEY, "status": "completed", "output": [message]}).encode()
        case "error":
            yield head("401 Unauthorized", "application/json", www_authenticate=f'realm="{KEY}"')
            message = f"Incorrect API key provided: {KEY}."
            yield json.dumps({"error": {"message": message, "code": KEY, "param": KEY}}).encode()
        case "page":
            yield head("502 Bad Gateway", "text/html")
            yield f"<html><!-- Authorization: Bearer {KEY} --></html>".encode()
        case "in-stream":
            yield head()
            yield from list(spoken("Then "))[:3]
            yield event("error", message=f"The key {KEY} is over.", code="over")
        case "nonsense":
            yield head()
            yield delta("So far, so good.")
            yield f"data: {{broken {KEY}\n\n: {KEY}\nid: {KEY}\n\n".encode()
            yield b"data: \xff\xfe" + KEY.encode() + b"\xff\n\n"
            yield f"data: {KEY}".encode()
        case "reason":
            yield f"HTTP/1.1 403 {KEY}\r\ncontent-length: 0\r\n\r\n".encode()
        case "redirect":
            yield head("307 Temporary Redirect", location=f"http://127.0.0.1:9/{KEY}?key={KEY}")
        case "not-http":
            yield f"GARBAGE {KEY}\r\n\r\n".encode()


MODELS = ("in-text", "in-halves", "across-chunks", "whole", "error", "page", "in-stream",
          "nonsense", "reason", "redirect", "not-http")  # fmt: skip


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(answers) as running:
        yield running


async def add_server(driver: Driver, base_url: str) -> None:
    """As a person does it: Add a server, type address and key, press Use."""
    driver.desk.wanted.emit("servers")
    dialog = driver.dialog()
    assert isinstance(dialog, ServersDialog)
    driver.click(driver.button("Add a server", dialog))
    driver.type(base_url, dialog.form.base_url)
    driver.type(KEY, driver.find(QLineEdit, "Key", dialog))
    assert KEY not in driver.seen(dialog)
    dialog.form.api.setCurrentIndex(dialog.form.api.findData("responses"))
    driver.click(driver.button("Test", dialog))
    await until(lambda: "It answers and lists" in dialog.said.text(), saying=dialog.said.text)
    driver.click(driver.button("Use", dialog))
    await driver.shows("Key in memory: it is gone when Playground closes.")
    driver.window.activateWindow()
    await until(driver.window.isActiveWindow)


def written(home: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and every compressed value of the database, as it was before."""
    for path in home.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
    with sqlite3.connect(home / "playground.sqlite3") as connection:
        for run, data in connection.execute("SELECT run, data FROM segment"):
            yield f"segment of {run}", zlib.decompress(data[HEAD.size :])
        for run, data in connection.execute("SELECT id, snapshot FROM run"):
            if data is not None:
                yield f"snapshot of {run}", zlib.decompress(data)
        tables = [name for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'")]  # fmt: skip
        for table in tables:
            for row in connection.execute(f"SELECT * FROM {table}"):
                yield f"a row of {table}", repr(row).encode()
    connection.close()


def command_lines() -> bytes:
    """Of this process and all that it started."""
    return b"".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline"))


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
async def test_a_key_is_nowhere_but_on_the_wire(
    opening: Opening,
    home: Path,
    server: Server,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "exports"
    out.mkdir()
    async with opening() as driver:
        await add_server(driver, server.base_url)
        driver.app.settings.limits.retries = 0
        for model in MODELS:
            driver.press("Ctrl+N")
            assert not driver.desk.session.runs
            driver.model(model)
            call = driver.desk.session.call
            stream = model != "whole"
            driver.desk.session.call = call.model_copy(update={"stream": stream})
            run = await driver.ask(f"tell me, {model}")
            await driver.idle()
            for exporter in EXPORTERS:
                # Some say that there is nothing of their kind in such a run.
                driver.chat.export.write(exporter, run, out / f"{model}-{exporter.id}")
            await driver.idle()
            driver.press("Ctrl+R")
            driver.press("Esc")
            await driver.ended(driver.newest)
        await driver.idle()
        driver.press("Ctrl+N")
        await driver.ask(f"I pasted {KEY} here")
        driver.type(f"and {KEY} there", driver.chat.composer.draft)
        call = driver.desk.session.call
        driver.desk.session.call = call.model_copy(update={"headers": {"X-Api-Key": KEY}})
        driver.desk.keep()
        await driver.idle()
        driver.press("Ctrl+N")
        driver.desk.use_profile("sandbox")
        await driver.ask("start a child")
        assert not any(form in command_lines() for form in forms(KEY))
        await driver.idle()
    sent = {(request.line, request.headers.get("authorization")) for request in server.requests}
    assert {key for _, key in sent} == {f"Bearer {KEY}"}, sent
    assert len(server.requests) > len(MODELS)

    for exporter in EXPORTERS:
        for number in (0, 2):  # in one piece, and in halves
            done = playground(
                "export", "--home", str(home), runs(home)[number], "--as", exporter.id,
                "--out", str(out / f"again-{number}{exporter.suffix}"), env=environment(),
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert KEY not in done.stderr

    printed = capfd.readouterr()
    texts = [
        *written(home),
        *((str(path), path.read_bytes()) for path in out.iterdir()),
        ("what was printed", (printed.out + printed.err).encode()),
    ]
    assert len(texts) > 100
    marked = {name for name, data in texts for form in forms(KEY) if form in data}
    assert marked == set()
    # The answers are there all the same, with stars where the key stood.
    assert any("*" * len(KEY) in data.decode("utf-8", "replace") for _, data in texts)


def runs(home: Path) -> list[str]:
    with sqlite3.connect(home / "playground.sqlite3") as connection:
        rows = connection.execute("SELECT id FROM run ORDER BY created").fetchall()
    connection.close()
    return [run for (run,) in rows]
