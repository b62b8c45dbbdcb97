"""A run goes into a file and comes back the same, to the byte and the nanosecond."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Item, dump
from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.recording import FACTS, WIRE, Event, Recording
from playground.core.session import Run
from playground.core.usage import Cost, Line
from playground.endpoints import BY_ID
from playground.export.base import Exported
from playground.export.jsonl import read, write

PROFILE = Profile(id="p", name="P")

events = st.builds(
    Event,
    st.integers(0, 2**60),
    st.sampled_from(sorted(WIRE | FACTS)),
    st.binary() | st.text().map(str.encode),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(-1, 9),
    st.booleans(),
)


def said(item: Item) -> dict[str, Any]:
    """All but the revision, which counts the batches in which events came."""
    return {name: value for name, value in dump(item).items() if name != "rev"}


def back(run: Run) -> Run:
    return read(write(Exported(run, PROFILE)), BY_ID)


@given(st.lists(events, max_size=8))
def test_every_recording_comes_back_exactly(rows: list[Event]) -> None:
    run = Run("run_1", "ses_1", None, Call(), "p", [], BY_ID["responses"].reduce,
              recording=Recording(rows, 12.5))  # fmt: skip
    again = back(run)
    assert again.recording.events == rows
    assert again.recording.began == 12.5


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_run_comes_back_with_all_that_is_known_of_it(api: str, record: Any) -> None:
    run, _ = record(api, call={"instructions": "Be brief.", "fields": {"temperature": 0,
                    "stop": ["\u2028", "\ud83d"]}, "headers": {"X-Title": "T"}})  # fmt: skip
    run.parent = "run_0"
    run.cost = Cost(basis="calculated", usd=Decimal("0.000405"), source="s", as_of="2026-11-10",
                    lines=(Line(what="input", tokens=5, per_million=Decimal("0.25"),
                                usd=Decimal("0.000405")),))  # fmt: skip
    again = back(run)
    for name in ("id", "session", "parent", "call", "profile", "created", "cost"):
        assert getattr(again, name) == getattr(run, name)
    assert [said(item) for item in again.items] == [said(item) for item in run.items]
    assert again.transcript.text == run.transcript.text == "Grüße 世界\u2028!"
    assert again.transcript.outcome == "completed"
    assert again.transcript.usage == run.transcript.usage
    assert again.transcript.timing == run.transcript.timing


def test_each_event_is_a_line_of_json_with_its_text(record: Any) -> None:
    run, profile = record("chat")
    run.take([Event(9, "rest", b"data: \xff")])
    lines = write(Exported(run, profile)).split(b"\n")
    assert lines.pop() == b""
    head, *rows = map(json.loads, lines)
    assert (head["format"], head["version"], head["events"]) == ("playground.run", 1, len(rows))
    assert [row["t_ns"] for row in rows] == [event.t for event in run.recording]
    assert rows[2]["raw"].startswith("data: {")
    assert rows[-1]["base64"] == "ZGF0YTog/w=="
    assert "raw" not in rows[-1]


def test_secrets_in_the_call_are_not_written(record: Any) -> None:
    run, profile = record(call={"headers": {"X-Api-Key": "header-secret", "X-Title": "T"}})
    data = write(Exported(run, profile))
    assert b"header-secret" not in data
    assert read(data, BY_ID).call.headers == {"X-Api-Key": "*" * 13, "X-Title": "T"}


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [],
        lambda lines: [b"data: {}"],
        lambda lines: [b"[]"],
        lambda lines: [b'{"format":"something else"}'],
        lambda lines: [b'{"format":"playground.run"}'],
        lambda lines: lines[:-2],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:-1], lines[-1][:-3]],
        lambda lines: [*lines[:-1], b'{"t_ns":"x","kind":"sse"}'],
        lambda lines: [*lines[:-1], b'{"t_ns":1,"kind":"sse","base64":"&"}'],
        lambda lines: [lines[0].replace(b'"api":"chat"', b'"api":"smoke"'), *lines[1:]],
        lambda lines: [lines[0], b"\xff", *lines[2:]],
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_a_reason(change: Any, record: Any) -> None:
    lines = write(Exported(*record("chat"))).rstrip(b"\n").split(b"\n")
    with pytest.raises(Failure) as caught:
        read(b"\n".join(change(lines)), BY_ID)
    assert caught.value.problem.detail


def test_a_file_of_a_newer_version_says_so(record: Any) -> None:
    data = write(Exported(*record())).replace(b'"version":1', b'"version":2', 1)
    with pytest.raises(Failure) as caught:
        read(data, BY_ID)
    assert caught.value.problem.remedy == "update"


def test_fields_of_a_later_release_are_ignored(record: Any) -> None:
    data = write(Exported(*record())).replace(b'{"t_ns"', b'{"later":1,"t_ns"')
    data = data.replace(b'{"format"', b'{"later":1,"format"')
    assert read(data, BY_ID).transcript.outcome == "completed"
