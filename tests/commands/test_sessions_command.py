"""`playground sessions` as a process: what it prints, and that it needs no Qt."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.core.usage import Cost
from playground.endpoints import BY_ID
from playground.store.database import Database
from playground.store.home import Home
from playground.store.owner import Owner
from playground.store.sessions import Sessions
from playground.store.shelving import Change

Command = Callable[..., subprocess.CompletedProcess[str]]

DATA = (
    b'data: {"choices": [{"index": 0, "delta": {"content": "In Lisboa."},'
    b' "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}\n\n'
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "here")


@pytest.fixture
def command(home: Home) -> Command:
    def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        code = (
            "import sys; sys.modules['PySide6'] = None\n"
            "from playground.__main__ import main; sys.exit(main(sys.argv[1:]))"
        )
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code, "sessions", *arguments],
            env={**os.environ, "PLAYGROUND_HOME": str(home.path), **environ},
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    return command


@pytest.fixture
def owner(home: Home) -> Any:
    """Two sessions: one finished with a message beside it, one running here, one of the dead."""
    home.prepare()
    owner = Owner(home.owners)

    def run(run_id: str, said: str, who: str = "", session: str = "ses_a") -> Run:
        return Run(
            id=run_id,
            session=session,
            parent=None,
            call=Call(api="chat", model="m"),
            profile="p",
            input=[Message(role="user", text=Text(said))],
            reduce=BY_ID["chat"].reduce,
            created=1_700_000_000.5,
            owner=who,
        )

    async def fill() -> None:
        database = Database(home.database)
        await database.open()
        sessions = Sessions(database, BY_ID)
        for session_id, title, changed in (
            ("ses_a", "Where\x1b[31m is Anna", 2.0),
            ("ses_b", "", 1),
        ):
            await sessions.save(
                Session(session_id, title, 1.0, changed, call=Call(api="chat", model="m"))
            )
        change = Change(folder="Work/Maps", tags=("to do",), archived=True)
        await sessions.shelving.put({"ses_a": change})
        done = run("run_done", "Where is Anna?")
        done.take([fact(1, "request"), Event(2, "sse", DATA), fact(3, "eof"), fact(4, "ended")])
        done.cost = Cost(basis="calculated", usd=Decimal("0.00012"))
        await sessions.begin(done)
        await sessions.finish(done)
        await sessions.begin(run("run_inserted", "A note"))
        await sessions.begin(run("run_going", "Now?", owner.id, "ses_b"))
        await sessions.begin(run("run_orphan", "Then?", "own_gone", "ses_b"))
        await database.close()

    asyncio.run(fill())
    yield owner
    owner.close()


def test_without_a_home_there_are_none_and_none_is_made(command: Command, home: Home) -> None:
    done = command()
    assert (done.returncode, done.stdout, done.stderr) == (0, "No sessions yet.\n", "")
    assert json.loads(command("--json").stdout) == {"sessions": []}
    assert not home.path.exists()


def test_json_tells_of_every_session_and_run(command: Command, owner: Owner) -> None:
    done = command("--json", LC_ALL="de_DE.UTF-8")
    assert (done.returncode, done.stderr) == (0, "")
    second, first = sorted(json.loads(done.stdout)["sessions"], key=lambda row: row["id"])[::-1]
    runs = first.pop("runs")
    assert first == {
        "id": "ses_a",
        "title": "Where\x1b[31m is Anna",
        "created": "1970-01-01T00:00:01.000+00:00",
        "changed": "2023-11-14T22:13:20.500+00:00",
        "profile": None,
        "model": "m",
        "running": False,
        "tokens": 12,
        "usd": "0.00012",
        "unknown_costs": 0,
        "folder": "Work/Maps",
        "tags": ["to do"],
        "pinned": False,
        "archived": True,
        "match": None,
    }
    assert runs[0] == {
        "id": "run_done",
        "parent": None,
        "created": "2023-11-14T22:13:20.500+00:00",
        "profile": "p",
        "model": "m",
        "outcome": "completed",
        "running": False,
        "deleted": False,
        "input": 9,
        "output": 3,
        "usd": "0.00012",
    }
    assert (runs[1]["id"], runs[1]["outcome"], runs[1]["running"]) == ("run_inserted", None, False)
    assert second["running"] is True
    assert [(run["outcome"], run["running"]) for run in second["runs"]] == [
        (None, True),
        ("interrupted", False),
    ]


def test_the_list_for_people(command: Command, owner: Owner) -> None:
    text = command().stdout
    assert "\x1b" not in text
    for part in ("ses_a", "is Anna", "run_done", "completed", "9 in / 3 out", "$0.00012", "running",
                 "interrupted", "not sent", "Untitled"):  # fmt: skip
        assert part in text


def test_search_finds_words_and_shows_them(command: Command, owner: Owner) -> None:
    (row,) = json.loads(command("--search", "lisb", "--json").stdout)["sessions"]
    assert (row["id"], row["match"]) == ("ses_a", "Where is Anna? In Lisboa.")
    assert "In Lisboa." in command("--search", "lisb").stdout
    assert command("--search", "zebra").stdout == "Nothing found.\n"


def test_search_takes_filters(command: Command, owner: Owner) -> None:
    text = command("--search", 'tag:"to do" in:Work anna').stdout
    assert "ses_a" in text and "Work/Maps  #to do" in text and "ses_b" not in text
    wrong = command("--search", "anna before:soon")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "before: wants a date like" in wrong.stderr


def test_home_is_also_an_option(command: Command, owner: Owner, home: Home) -> None:
    done = command("--home", str(home.path), "--json", PLAYGROUND_HOME="/nowhere")
    assert len(json.loads(done.stdout)["sessions"]) == 2


def test_a_newer_database_is_a_sentence(command: Command, home: Home) -> None:
    home.prepare()
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("PRAGMA user_version = 99")
    done = command()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The saved sessions were written by a newer version")
    assert "Next: Update Playground." in done.stderr
