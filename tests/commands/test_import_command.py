"""`playground import`, and that what was exported comes back as a session of its own."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.commands import waiting
from playground.core.resources import resource
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.engine.importing import harmless
from playground.export import jsonl
from playground.export.progress import Progress
from playground.store.database import Database
from playground.store.home import Home
from playground.store.sessions import Sessions

Command = Callable[..., "subprocess.CompletedProcess[str]"]

DEMO = resource("demos", "weather-desk.jsonl")


def kept(home: Path, session_id: str) -> tuple[Session, Run]:
    """A session on the disk, and its one run with its recording."""

    async def read() -> tuple[Session, Run]:
        database = Database(Home(home).database)
        await database.open()
        try:
            sessions = Sessions(database, BY_ID)
            session = await sessions.load(session_id)
            (run,) = session.runs.values()
            return session, await sessions.run(run.id)
        finally:
            await database.close()

    return asyncio.run(read())


def test_a_recording_becomes_a_session_that_offers_nothing(inside: Command, home: Path) -> None:
    done = inside("import", str(DEMO))
    assert (done.returncode, done.stderr) == (0, "")
    session_id, run_id, *title = done.stdout.split()
    session, run = kept(home, session_id)
    whole = jsonl.read(DEMO.read_bytes(), BY_ID)
    assert (run.id, run_id, " ".join(title)) == (whole.id, whole.id, session.title)
    assert run.recording.events == whole.recording.events
    assert run.transcript.text == whole.transcript.text
    assert whole.call.tools and any(tool.mode == "real" for tool in whole.call.tools)
    assert [tool.name for tool in run.call.tools] == [tool.name for tool in whole.call.tools]
    assert not any(tool.origin or tool.mode == "real" for tool in run.call.tools)
    assert session.call.tools == [] and session.runs.keys() == {run.id}


def test_what_is_there_stays_as_it_is(inside: Command, home: Path, tmp_path: Path) -> None:
    first = inside("import", str(DEMO)).stdout.split()
    lines = DEMO.read_bytes().split(b"\n")
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(b"\n".join([*lines[:-3], b"oops"]))
    done = inside("import", str(broken))
    again = done.stdout.split()
    assert done.returncode == 0
    assert again[0] != first[0] and again[1] != first[1]
    assert "broken.jsonl was read in part: " in done.stderr
    assert f"Line {len(lines) - 2}: The file ends in the middle of it." in done.stderr
    _, run = kept(home, first[0])
    assert run.recording.events == jsonl.read(DEMO.read_bytes(), BY_ID).recording.events


def test_what_cannot_be_read_is_said_and_the_others_are_imported(
    inside: Command, home: Path, tmp_path: Path
) -> None:
    rubbish, answer = tmp_path / "a.bin", tmp_path / "answer\x1b[31m.json"
    rubbish.write_bytes(bytes(range(256)))
    body = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}
    answer.write_text(json.dumps(body))
    done = inside("import", str(rubbish), str(tmp_path), str(tmp_path / "missing"), str(answer))
    assert done.returncode == 1
    for words in ("a.bin is neither", "is not a file", "missing cannot be read"):
        assert words in done.stderr
    assert "\x1b" not in done.stdout
    (line,) = done.stdout.splitlines()
    session, run = kept(home, line.split()[0])
    assert (run.call.api, run.transcript.text) == ("chat", "Hi")
    assert session.title == "answer\x1b[31m"
    assert inside("replay", run.id).stdout.strip() == "Hi"


def test_a_broken_file_is_replayed_as_far_as_it_goes(inside: Command, tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_bytes(DEMO.read_bytes()[:20_000])
    done = inside("replay", str(path), "--json")
    assert json.loads(done.stdout)["outcome"] == "truncated"
    assert "cut.jsonl was read in part" in done.stderr


def test_no_secret_of_a_call_is_imported() -> None:
    hosted = {"type": "mcp", "authorization": "x", "headers": {"X-Api-Key": "x", "X-A": "b"}}
    mine = Tool(name="t", mode="real", origin={"python": "/a.py", "function": "t"})
    call = jsonl.read(DEMO.read_bytes(), BY_ID).call
    call.headers = {"X-Api-Key": "x", "X-Title": "T"}
    call.tools = [Tool(name="h", kind="hosted", hosted=hosted), mine]
    clean = harmless(call)
    assert clean.headers == {"X-Title": "T"}
    assert clean.tools[0].hosted == {"type": "mcp", "headers": {"X-A": "b"}}
    assert (clean.tools[1].name, clean.tools[1].origin, clean.tools[1].mode) == ("t", {}, "mock")


def test_a_leg_is_one_of_an_event_stream(inside: Command) -> None:
    assert inside("import", str(DEMO)).returncode == 0
    run = jsonl.read(DEMO.read_bytes(), BY_ID)
    blocks = [event for event in run.recording if event.kind == "sse"]
    legs = [
        b"".join(event.raw for event in blocks if event.leg == leg).decode()
        for leg in range(run.transcript.legs)
    ]
    assert len(set(legs)) == run.transcript.legs > 1
    for number, leg in enumerate(legs, 1):
        assert inside("export", "last", "--as", "sse", "--leg", str(number)).stdout == leg
    assert inside("export", "last", "--as", "sse").stdout == legs[-1]
    none = inside("export", "last", "--as", "sse", "--leg", "9")
    assert (none.returncode, none.stdout) == (1, "") and "request 9" in none.stderr
    assert inside("export", "last", "--as", "har", "--leg", "1").returncode == 2
    assert inside("export", "last", "--as", "sse", "--leg", "0").returncode == 2


@pytest.mark.parametrize("name", ["jsonl", "har", "html"])
def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    name: str, inside: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inside("import", str(DEMO)).returncode == 0
    out = tmp_path / "folder" / "old"
    out.parent.mkdir()
    out.write_text("old")

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "replace", broken)
    done = inside("export", "last", "--as", name, "--out", str(out))
    assert done.returncode == 1 and "cannot be written" in done.stderr
    monkeypatch.undo()
    assert (out.read_text(), list(out.parent.iterdir())) == ("old", [out])


class Terminal(io.StringIO):
    """One that notices when it is told how far something is."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "25%" in text:
            self.told.set()
        return super().write(text)


def test_a_terminal_is_told_how_far_it_is_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.001)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    def work(progress: Progress) -> str:
        progress.at(1, 4)
        assert terminal.told.wait(200)
        return "done"

    assert asyncio.run(waiting.watched("Reading a\x1b[2J", work)) == "done"
    assert "\x1b" not in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r")


def test_work_that_is_interrupted_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        try:
            while True:
                progress.at(1, 4)
                begun.set()
        finally:
            ended.set()

    async def interrupted() -> None:
        task = asyncio.ensure_future(waiting.watched("Reading", work))
        await asyncio.to_thread(begun.wait, 200)
        task.cancel()  # what Ctrl+C does
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, 200)

    asyncio.run(interrupted())
