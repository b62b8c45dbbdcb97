"""Recordings whose facts somebody wrote by hand: whatever reads a run reads them, and adds up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.provenance import Provenance
from playground.core.recording import WIRE, Event, Recording, parse, payload
from playground.core.resources import resource
from playground.core.session import Run
from playground.core.spent_reading import Reading
from playground.core.transcript import replay
from playground.endpoints import BY_ID
from playground.engine.player import Player
from playground.engine.sent import explain
from playground.engine.timeline import timeline
from playground.engine.timeline_traffic import Traffic
from playground.export import jsonl
from playground.export.base import Exported
from playground.export.html import write
from playground.export.request import sent
from tests.core.recordings import shown

FOREVER = 1 << 62
FIELDS = {
    "request": "method url headers body",
    "connection": "host port proxy reused ready_ms tcp_ms tls_ms tls cipher http",
    "head": "status reason version headers",
    "cut": "problem",
    "timeout": "which seconds problem",
    "failed": "problem",
    "retry": "after why attempt attempts",
    "estimate": "input output",
    "tool.asked": "call_id item tool",
    "approval": "call_id item decision scope asked arguments reason",
    "tool.started": "call_id item mode",
    "tool.progress": "call_id item text",
    "tool.ended": "call_id item state ms",
    "tool.result": "call_id item output ok state ms notes facts wire",
    "limited": "why words",
    "paused": "place call_id",
    "resumed": "place call_id by edited arguments",
    "drawn": "frames p50_ms p95_ms max_ms total_ms",
    "said": "role text",
    "starting": "text",
    "notice": "text",
}
"""What each fact says."""
NONSENSE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1.5, 1e308, float("inf"), float("nan"), 10**400, "", "x", "200", "\ud800",
     "\x00", [], [1], [[]], [["a"]], [[1, 2]], {}, {"title": 5}, [{}]]
)  # fmt: skip
PLACE = st.integers(0, 1 << 30)


@st.composite
def facts(draw: st.DrawFn) -> tuple[str, bytes]:
    kind = draw(st.sampled_from(sorted(FIELDS)))
    said = {name: draw(NONSENSE) for name in FIELDS[kind].split() if draw(st.booleans())}
    whole = json.dumps(said).encode()
    return kind, draw(st.sampled_from([whole, whole, whole, b"", b"[]", b"{", b"\xff"]))


def demo() -> Run:
    return jsonl.read(resource("demos", "weather-desk.jsonl").read_bytes(), BY_ID)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(facts(), PLACE, st.booleans()), min_size=1, max_size=5))
def test_nonsense_in_facts_stops_nobody(edits: list[tuple[tuple[str, bytes], int, bool]]) -> None:
    events, whole = list(demo().recording), demo()
    for (kind, raw), place, instead in edits:
        at = place % len(events)
        if instead and (same := [n for n, one in enumerate(events) if one.kind == kind]):
            at = same[place % len(same)]
            events[at] = events[at]._replace(raw=raw)
        else:
            events.insert(at, Event(events[at].t, kind, raw, events[at].leg))
    run = Run("r", "s", None, whole.call, "p", whole.input, whole.reduce,
              recording=Recording(events))  # fmt: skip

    player = Player(run)
    for count in (len(events), edits[0][1] % len(events)):
        player.seek(count)
        assert player.read(FOREVER)
        assert shown(player.run.transcript) == shown(replay(events[:count], run.reduce))
    assert Provenance(run.recording, run.reduce).step(FOREVER)

    reading = Reading(run.recording, run.reduce)
    assert reading.step(FOREVER)
    spent = reading.look()
    assert sum(part.ns for part in spent.parts) == spent.total_ns
    traffic = Traffic(run.recording)
    assert traffic.step() and traffic.whole.events == sum(one.kind in WIRE for one in events)
    for lane in timeline(run, full=True).lanes:
        assert all(bar.end is None or bar.begin <= bar.end for bar in lane.bars)

    profile = Profile(id="p", name="P")
    for number, event in enumerate(events):
        if event.kind == "request":
            explain(run, number, run.input, profile, BY_ID[run.call.api], [run])
    assert write(Exported(run, profile)).startswith("<!doctype html>")
    try:
        assert all(isinstance(name, str) for name, _ in sent(run, profile).headers)
    except Failure as failure:
        assert "no request" in failure.problem.title


@pytest.mark.parametrize("read", [parse, payload])
def test_half_a_surrogate_pair_as_it_is_does_not_stop_a_reader(read: Any) -> None:
    assert read('{"a": "\ud83d"}') == ({"a": "\ud83d"}, "")
    assert read("\ud83d")[0] is None
