"""`playground export`, as a process on a home with recorded runs."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.export import EXPORTERS
from playground.export.jsonl import read
from playground.store.database import Database
from playground.store.home import Home
from playground.store.sessions import Sessions

REQUEST = {
    "method": "POST",
    "url": "https://h.example/v1/chat/completions",
    "headers": [["Authorization", "Bearer ****"], ["Content-Type", "application/json"]],
    "body": '{"model":"m","messages":[],"stream":true}',
}


def turn(number: int, parent: str | None, said: str, answer: str) -> Run:
    delta = {"choices": [{"index": 0, "delta": {"content": answer}, "finish_reason": "stop"}]}
    run = Run(f"run_{number}", "ses_1", parent, Call(api="chat", model="m"), "gone",
              [Message(key="in:0", role="user", text=Text(said))], BY_ID["chat"].reduce,
              created=1.5e9 + number)  # fmt: skip
    run.take([
        fact(0, "request", REQUEST),
        fact(1, "head", {"status": 200, "headers": []}),
        Event(2, "sse", f"data: {json.dumps(delta)}\r\n\r\n".encode()),
        fact(3, "eof"),
        fact(4, "ended"),
    ])  # fmt: skip
    return run


async def keep(home: Home, session: Session) -> None:
    home.prepare()
    database = Database(home.database)
    await database.open()
    try:
        sessions = Sessions(database, BY_ID)
        await sessions.save(session)
        for run in session.runs.values():
            await sessions.begin(run)
            await sessions.finish(run)
    finally:
        await database.close()


@pytest.fixture
def session(tmp_path: Path) -> Session:
    kept = Session("ses_1", profile="gone", created=1.5e9, changed=1.5e9)
    kept.add(turn(1, None, "First?", "One."))
    kept.add(turn(2, "run_1", "Second?", "Two \x1b[31m\u202e!"))
    asyncio.run(keep(Home(tmp_path / "home"), kept))
    return kept


def export(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "playground", "export", "--home", str(tmp_path / "home"),
         *arguments],
        capture_output=True,
        env=dict(os.environ),
        timeout=200,
        check=False,
    )  # fmt: skip


def test_a_run_goes_to_standard_output_to_the_byte(session: Session, tmp_path: Path) -> None:
    done = export(tmp_path, "run_2", "--as", "sse")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == session.runs["run_2"].recording[2].raw


def test_a_run_goes_to_a_file_and_comes_back(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "run.jsonl"
    done = export(tmp_path, "last", "--as", "jsonl", "--out", str(out))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    run = read(out.read_bytes(), BY_ID)
    assert run.id == "run_2"
    assert run.recording.events == session.runs["run_2"].recording.events


def test_markdown_tells_the_conversation_before_it(session: Session, tmp_path: Path) -> None:
    text = export(tmp_path, "run_2", "--as", "md").stdout.decode()
    places = [text.index(words) for words in ("First?", "One.", "Second?", "Two")]
    assert places == sorted(places)


def test_code_is_for_a_server_whose_profile_is_gone(session: Session, tmp_path: Path) -> None:
    done = export(tmp_path, "run_1", "--as", "curl")
    assert b'"Authorization: Bearer $OPENAI_API_KEY"' in done.stdout


def test_a_run_that_is_not_there_is_one_sentence(session: Session, tmp_path: Path) -> None:
    done = export(tmp_path, "run_zzz", "--as", "md")
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr
    assert b"Traceback" not in done.stderr


def test_a_file_that_cannot_be_written_is_one_sentence(session: Session, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "run.md"
    done = export(tmp_path, "last", "--as", "md", "--out", str(out))
    assert done.returncode == 1
    assert b"cannot be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_unknown_format_is_a_usage_error_that_names_the_known(tmp_path: Path) -> None:
    done = export(tmp_path, "last", "--as", "pdf")
    assert done.returncode == 2
    for exporter in EXPORTERS:
        assert exporter.id.encode() in done.stderr
