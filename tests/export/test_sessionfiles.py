"""Session files: saved, loaded and saved again they are the same to the byte; whatever is wrong
with one, nothing of it is taken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from playground.core.call import Call
from playground.core.items import Message, Text, dump
from playground.core.problem import Failure
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.core.withholding import offering
from playground.endpoints import BY_ID
from playground.export.progress import Cancelled, Progress
from playground.export.sessionblobs import mapped
from playground.export.sessionlines import pieces
from playground.export.sessionreading import Bounds, is_session_file, read, read_bytes
from playground.store.words import clean
from tests.export.sessionfiles import FILES, PICTURE, data, lines

SECRETS = (b"abcdefgh", b"s3cret", b"in-the-clear", b"/home/me/a.py", b'"never"')


@given(FILES)
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_saved_loaded_and_saved_again_it_is_the_same_to_the_byte(made: list[Session]) -> None:
    file = data(*made)
    again = read_bytes(file, BY_ID)
    assert data(*again) == file
    assert not any(secret in file for secret in SECRETS)
    for session, back in zip(made, again, strict=True):
        assert (back.title, back.tags, back.draft) == (session.title, session.tags, session.draft)
        assert back.attached == session.attached
        assert not back.call.tools
        assert "tools" not in {**back.call.fields, **back.call.extra}
        assert not any(column.call.tools for column in back.comparison.columns)
        assert back.runs.keys() == session.runs.keys()
        for run in session.runs.values():
            told = back.runs[run.id]
            assert [dump(item) for item in told.input] == [
                mapped(dump(item), clean) for item in run.input
            ]
            sent = [event for event in run.recording if event.kind != "request"]
            assert [event for event in told.recording if event.kind != "request"] == sent
            assert told.recording.times == run.recording.times


def run_of(session: str = "ses_1", number: int = 1, **more: Any) -> Run:
    return Run(
        f"run_{number}", session, more.pop("parent", None), Call(api="chat"), "p",
        [Message(key="in:0", role="user", text=Text("Hello"))], BY_ID["chat"].reduce,
        created=float(number), **more,
    )  # fmt: skip


def session_of(*runs: Run, **more: Any) -> Session:
    return Session("ses_1", title="T", created=1.0, changed=2.0, **more,
                   runs={run.id: run for run in runs})  # fmt: skip


def test_a_picture_stands_in_the_file_once() -> None:
    run = run_of()
    body = json.dumps({"image": PICTURE})
    run.take([fact(n, "request", {"url": "http://x", "body": body}) for n in range(20)])
    file = data(session_of(run, attached=[{"type": "input_file", "file_data": PICTURE}]))
    assert file.count(PICTURE.encode()) == 1
    (back,) = read_bytes(file, BY_ID)
    assert back.runs["run_1"].recording.events == run.recording.events


def test_events_read_well() -> None:
    run = run_of()
    run.take([Event(5, "sse", b"data: 1\n\n"), Event(6, "body", b"\xff", 1, 2, 3, True)])
    rows = lines(data(session_of(run)))
    assert rows[0] == {"format": "playground.sessions", "version": 1,
                       "written_by": rows[0]["written_by"], "sessions": 1}  # fmt: skip
    assert rows[1]["runs"] == ["run_1"]
    assert rows[3:] == [
        {"t_ns": 5, "kind": "sse", "raw": "data: 1\n\n"},
        {"t_ns": 6, "kind": "body", "leg": 1, "attempt": 2, "chunk": 3, "masked": True,
         "base64": "/w=="},
        {"type": "end", "events": 2},
    ]  # fmt: skip


TOOL = Tool(source="demo", name="find", mode="real", origin={"python": "a.py", "function": "find"})


def test_what_was_offered_is_offered_again_by_a_click_as_it_is_here() -> None:
    told = [{"type": "web_search"}]
    session = session_of(
        call=Call(tools=[TOOL], fields={"tool_choice": "auto", "top_p": 1}, extra={"tools": told})
    )
    (back,) = read_bytes(data(session), BY_ID)
    assert (back.call.tools, back.call.fields, back.call.extra) == ([], {"top_p": 1}, {})
    again = offering(back.call, {TOOL.id: TOOL})
    assert again.tools == [TOOL]
    assert (again.fields, again.extra) == ({"tool_choice": "auto", "top_p": 1}, {"tools": told})
    assert not again.withheld
    changed = TOOL.model_copy(update={"description": "Another one."})
    (other,) = offering(back.call, {TOOL.id: changed}).tools
    assert (other.mode, other.origin, other.description) == ("mock", {}, "")


def whole() -> bytes:
    first, second = run_of(), run_of(number=2, parent="run_1")
    first.take([fact(1, "request", {"url": "http://x"}), Event(2, "sse", b"data: 1\n\n")])
    return data(session_of(first, second, leaf="run_2"))


def changed(number: int, **fields: Any) -> bytes:
    rows = whole().split(b"\n")
    rows[number - 1] = json.dumps({**json.loads(rows[number - 1]), **fields}).encode()
    return b"\n".join(rows)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "no file of sessions"),
        (b"Dear diary,\n", "no file of sessions"),
        (b'{"format": "playground.run"}\n', "no file of sessions"),
        (changed(1, version=2), "newer version"),
        (changed(1, sessions=2), "Line 9: The file ends"),
        (changed(1, sessions=0), "Line 2: The header tells of 0"),
        (whole()[:-1], "Line 8: The file ends in the middle"),
        (b"\n".join(whole().split(b"\n")[:5]) + b"\n", "Line 6: The file ends"),
        (whole().replace(b'"events":2', b'"events":3'), "Line 6: The run has 2"),
        (whole().replace(b"data: 1", b"data: \xff"), "Line 5:"),
        (whole().replace(b'"kind":"sse"', b'"kind":"NO"'), "Line 5: kind"),
        (whole().replace(b"{\\\"url", b"[\\\"url"), "Line 4: request"),
        (changed(2, id="../../etc"), "Line 2: id"),
        (changed(2, title=7), "Line 2: title"),
        (changed(2, runs=["run_1", "run_1"]), "Line 2: The id run_1 stands there twice"),
        (changed(2, runs=["run_1", "run_3"]), "Line 7: The session did not tell of the run run_2"),
        (changed(2, title="\x02blob:" + "0" * 64 + "\x03"), "Line 2: the blob 000000000000… is"),
        (changed(2, comparison={"columns": [{}] * 5}), "Line 2: comparison: It has more than 4"),
        (changed(2, comparison={"repeat": 10**20}), "Line 2: comparison.repeat"),
        (changed(3, cost={"basis": "reported", "usd": "1e999"}), "Line 3: cost.usd"),
        (changed(3, parent="run_2"), "hangs on itself"),
        (changed(3, input=[{"kind": "message", "role": 7}]), "Line 3: input.0"),
        (changed(3, call={"api": "morse"}), "Line 3: call.api"),
        (changed(3, input="[" * 100_000), "Line 3"),
        (whole() + whole(), "Line 9: The header tells of 1"),
        (gzip.compress(whole())[:-20], "cannot be unpacked"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(file: bytes, said: str) -> None:
    with pytest.raises(Failure) as told:
        read_bytes(file, BY_ID)
    assert said in f"{told.value.problem.title} {told.value.problem.detail}"


@given(FILES.filter(bool))
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
def test_wherever_it_is_cut_off_it_is_refused(made: list[Session]) -> None:
    file = data(*made)
    for at in range(1, len(file), max(len(file) // 40, 1)):
        with pytest.raises(Failure):
            read_bytes(file[:at], BY_ID)


def test_what_is_enormous_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.playground.jsonl"
    path.write_bytes(whole())
    for bounds, said in (
        (Bounds(line=50), "Line 1: It is longer than 50 bytes"),
        (Bounds(events=1), "Line 5: It has more than 1 events"),
        (Bounds(bytes=300), "Line 2: The file has more than 300 bytes"),
    ):
        with pytest.raises(Failure, match=said):
            list(read(path, BY_ID, bounds=bounds))
    path.write_bytes(data(session_of(draft=f"{PICTURE} {PICTURE}")))
    with pytest.raises(Failure, match="with its blobs it is longer than 5,000"):
        list(read(path, BY_ID, bounds=Bounds(line=5000)))
    # Of many texts each is short enough, and a blob stands in the file once.
    path.write_bytes(data(session_of(attached=[{"type": "x", "data": PICTURE}] * 20)))
    with pytest.raises(Failure, match="Line 3: with its blobs it is longer than 50,000 characters"):
        list(read(path, BY_ID, bounds=Bounds(line=50_000)))
    assert len(path.read_bytes().splitlines()[2]) > 2500
    with pytest.raises(Failure, match="Line 3: Without its blobs it is longer than 2,500 bytes"):
        list(read(path, BY_ID, bounds=Bounds(values=2500)))


def test_packed_files_are_read_too_and_reading_can_be_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(whole()))
    assert is_session_file(path)
    assert len(list(read(path, BY_ID))) == 6
    run = run_of()
    run.take([Event(n, "sse", b"data: 1\n\n") for n in range(2500)])
    path.write_bytes(b"".join(pieces([session_of(run)])))
    progress = Progress()
    progress.cancelled = True
    with pytest.raises(Cancelled):
        list(read(path, BY_ID, progress))
    assert not is_session_file(tmp_path)
    assert not is_session_file(tmp_path / "none")
