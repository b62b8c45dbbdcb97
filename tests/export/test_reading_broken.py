"""Of a file that was cut short, changed by hand or made up, what can be read is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure, Problem
from playground.core.recording import Event
from playground.core.resources import resource
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.export import facts, jsonl
from playground.export.base import Exported
from playground.export.progress import Cancelled, Progress
from playground.export.reading import Bounds, opened
from tests.export.conftest import block, chunk

Lines = list[bytes]


@pytest.fixture
def lines(record: Any) -> Lines:
    """Those of a run of a chat: its head, then eight events."""
    made = jsonl.write(Exported(*record("chat"))).rstrip(b"\n").split(b"\n")
    assert len(made) == 10
    return made


@pytest.fixture
def partly(tmp_path: Path) -> Callable[..., tuple[Run, Problem]]:
    """What is read of such lines, and what is said of the rest."""

    def partly(lines: Lines, end: bytes = b"\n", **bounds: int) -> tuple[Run, Problem]:
        path = tmp_path / "some.jsonl"
        path.write_bytes(b"\n".join(lines) + end)
        run, problem = opened(path, BY_ID, bounds=Bounds(**bounds))
        assert problem is not None
        return run, problem

    return partly


def refused(path: Path) -> Problem:
    with pytest.raises(Failure) as caught:
        opened(path, BY_ID)
    return caught.value.problem


def test_a_file_that_ends_in_the_middle_of_a_line(lines: Lines, partly: Any) -> None:
    run, problem = partly([*lines[:6], lines[6][:40]], b"")
    assert problem.title == "some.jsonl was read in part: 5 events."
    assert problem.detail == (
        "Line 7: The file ends in the middle of it.\nIt has 5 events; 9 were written."
    )
    assert (run.id, run.transcript.text) == ("run_1", "Grüße 世界\u2028!")
    assert run.transcript.outcome == "truncated" and run.transcript.problem is not None
    assert run.transcript.problem.title == "The recording ends here, before the run does."


def test_lines_that_were_changed_by_hand_are_left_out_one_by_one(lines: Lines, partly: Any) -> None:
    lines[2] = b'{"t_ns":1,"kind":"head","raw":"{\\"status\\":\\"200\\",\\"headers\\":7}"}'
    lines[4] = b"oops"
    lines[5] = lines[5].replace(b'"t_ns":', b'"t_ns":-')
    run, problem = partly(lines)
    assert run.transcript.outcome == "completed"
    said = problem.detail.split("\n")
    assert [line.partition(":")[0] for line in said[:3]] == ["Line 3", "Line 5", "Line 6"]
    assert "head: status" in said[0] and "t_ns" in said[2]
    assert said[3:] == ["It has 6 events; 9 were written."]


def test_thousands_of_bad_lines_are_told_shortly(lines: Lines, partly: Any) -> None:
    _, problem = partly([*lines, *[b"{}"] * 5000])
    assert len(problem.detail.split("\n")) == 21
    assert problem.detail.endswith("4,980 more lines cannot be read.")


def test_of_two_recordings_in_one_file_the_first_is_read(lines: Lines, partly: Any) -> None:
    run, problem = partly([*lines, *lines])
    assert run.transcript.text == "Grüße 世界\u2028!" and len(run.recording) == len(lines) - 1
    assert (
        problem.detail == f"Line {len(lines) + 1}: Another recording begins here. It was left out."
    )


@pytest.mark.parametrize("first", [b"", b'{"format":"playground.run","vers', None])
def test_a_head_that_is_lost_leaves_the_answer(
    first: bytes | None, lines: Lines, partly: Any
) -> None:
    rest = lines[1:] if first is None else [first, *lines[1:]]
    run, problem = partly(rest)
    assert problem.detail.startswith("Line ")
    assert (run.call.api, run.transcript.text) == ("chat", "Grüße 世界\u2028!")
    assert run.transcript.outcome == "completed" and run.input == []


def test_what_is_wrong_in_the_head_is_left_out_of_it(lines: Lines, partly: Any) -> None:
    head = json.loads(lines[0])
    head |= {"created": 1e300, "profile": 7, "id": "../../x"}
    head["input"] += [{"kind": ["message"]}, {"kind": "message", "role": 5}, {"kind": "message"}]
    run, problem = partly([json.dumps(head).encode(), *lines[1:]])
    assert "Left out: created, profile." in problem.detail
    assert "input.1 is no item" in problem.detail and "input.2 is no item" in problem.detail
    assert len(run.input) == 2 and run.profile == ""
    assert run.id.startswith("run_") and run.transcript.outcome == "completed"


def test_a_recording_goes_forwards_and_knows_few_kinds(lines: Lines, partly: Any) -> None:
    rows = [b'{"t_ns":5,"kind":"later.%d","raw":"{}"}' % number for number in range(40)]
    run, problem = partly([*lines, *rows])
    assert problem.detail.count("too many kinds") == 8
    times = list(run.recording.times)
    assert times == sorted(times)


def test_no_secret_that_was_written_in_is_kept(lines: Lines, tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    data = b"\n".join(lines)
    assert b"Bearer ****" in data
    at = data.index(b"Bearer *") + 7
    path.write_bytes(data[:at] + b"sk-by-hand" + data[at + 10 :])
    run, problem = opened(path, BY_ID)
    assert problem is None
    assert b"sk-by-hand" not in b"".join(run.recording.raws)
    assert run.recording[0].masked


def test_what_is_too_much_is_left_out(lines: Lines, partly: Any) -> None:
    run, problem = partly(lines, events=4)
    assert problem.detail.startswith("Line 6: Only the first 4 events are read.")
    assert problem.title.endswith("4 events.") and len(run.recording) == 6  # and how it ended
    run, problem = partly(lines, bytes=600)
    assert "Only the first 600 bytes of events are read." in problem.detail
    run, problem = partly([*lines[:4], b"x" * 5000, *lines[4:]], piece=3000)
    assert "Line 5: " in problem.detail and "longer than 3,000 bytes" in problem.detail
    assert len(run.recording) == 5


def test_a_stream_is_read_in_slices_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.export.reading.SLICE", 50)
    path = tmp_path / "some.sse"
    blocks = [block(chunk(content=f"{number} ")) for number in range(100)]
    path.write_bytes(b"".join(blocks))
    run, problem = opened(path, BY_ID)
    assert problem is None
    assert run.recording.raws[:100] == blocks
    run, problem = opened(path, BY_ID, bounds=Bounds(events=10))
    assert problem is not None and problem.detail == "Only the first 10 events are read."
    assert run.transcript.text == "0 1 2 3 4 5 6 7 8 9 "
    path.write_bytes(b"".join(blocks) + b"data: " + b"x" * 5000 + b"\n\n" + blocks[0])
    run, problem = opened(path, BY_ID, bounds=Bounds(piece=1000))
    assert problem is not None and "longer than 1,000 bytes" in problem.detail
    assert run.recording.raws[:100] == blocks and len(run.recording) == 102


def test_a_file_of_gigabytes_that_says_nothing_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.jsonl"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    assert "neither" in refused(path).title
    monkeypatch.setattr("playground.export.reading.SLICE", 100)
    monkeypatch.setattr("playground.export.reading.SEARCHED", 1000)
    path.write_bytes(b"data: 1\n\n" * 200 + block(chunk(content="Too late.")))
    assert "neither" in refused(path).title


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "neither"),
        (b"\n\n\n", "neither"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither"),
        (bytes(range(256)) * 40, "neither"),
        (b"# A README\n\nWith text.\n", "neither"),
        (b"[section]\nkey = value\n", "neither"),
        (b'{"name": "a package", "version": 2}', "neither"),
        (b"[" * 100_000, "neither"),
        (b'{"format": "something else"}\n', "not a run"),
        (
            b'{"format":"playground.run","version":99}\n',
            "newer version of Playground wrote some.file",
        ),
        (b'{"format":"playground.run","events":3}\n{}\n', "Nothing of"),
        (b'<html><script id="recording" type="application/json">', "replay in HTML"),
        (b'{"log": {"version": "1.2", "entries": []}}', "an HTTP archive"),
    ],
)
def test_other_files_are_refused_in_a_sentence(data: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "some.file"
    path.write_bytes(data)
    assert word in refused(path).title


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).title.endswith("is not a file.")
    assert "cannot be read" in refused(tmp_path / "missing").title


def test_reading_can_be_cancelled_and_says_how_far_it_is(lines: Lines, tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"\n".join([*lines, *[lines[4]] * 3000]))
    seen: list[float] = []

    class Looked(Progress):
        def at(self, done: int, total: int) -> None:
            super().at(done, total)
            seen.append(self.share or 0)
            self.cancelled = len(seen) == 3

    with pytest.raises(Cancelled):
        opened(path, BY_ID, Looked())
    assert seen[0] == 0 and seen == sorted(seen) and 0 < seen[-1] < 1


def test_every_fact_of_a_demo_is_of_its_form() -> None:
    for name in ("weather-desk", "day-planner", "shop-question"):
        run = jsonl.read(resource("demos", f"{name}.jsonl").read_bytes(), BY_ID)
        wrong = [(event.kind, facts.wrong(event.kind, event.raw)) for event in run.recording]
        assert [one for one in wrong if one[1]] == []


WHOLE = resource("demos", "shop-question.jsonl").read_bytes()
places = st.integers(0, len(WHOLE))


@settings(max_examples=60, deadline=None)
@given(changes=st.lists(st.tuples(places, st.integers(0, 40), st.binary(max_size=6)), max_size=12))
def test_whatever_is_done_to_a_file_it_is_read_or_refused(
    changes: list[tuple[int, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = WHOLE
    for at, gone, put in changes:
        data = data[:at] + put + data[at + gone :]
    path = tmp_path_factory.getbasetemp() / "changed.jsonl"
    path.write_bytes(data)
    try:
        run, _ = opened(path, BY_ID)
    except Failure as failure:
        assert failure.problem.title and not failure.problem.bug
        return
    assert run.transcript.outcome is not None or not len(run.recording)
    again = [Event(*event) for event in run.recording]
    assert all(left.t <= right.t for left, right in pairwise(again))
