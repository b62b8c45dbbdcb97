"""A snapshot shows what its transcript showed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import (
    HostedCall,
    Message,
    Notice,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.items import dump as dump_item
from playground.core.patterns import Detour
from playground.core.problem import Problem
from playground.core.profile import Api, Profile
from playground.core.recording import SSE, Event, fact
from playground.core.session import Run
from playground.core.snapshot import LEFT_OUT, restore, snapshot
from playground.core.transcript import Timing, Transcript, replay
from playground.core.usage import Usage
from playground.endpoints import BY_ID
from playground.export import jsonl
from playground.export.base import Exported
from tests.endpoints.responses_streams import ITEMS, added, done, final, item, numbered
from tests.hostile.corpus import CASES
from tests.hostile.reading import read as read_case

RECORDED = Path(__file__).parents[1] / "endpoints" / "recordings"

SHOWN = [one.name for one in fields(Transcript) if one.name not in LEFT_OUT]


def through_json(transcript: Transcript) -> Transcript:
    return restore(json.loads(json.dumps(snapshot(transcript))))


def assert_same(left: Transcript, right: Transcript) -> None:
    for name in SHOWN:
        if name == "items":
            assert [dump_item(item) for item in left.items] == [
                dump_item(item) for item in right.items
            ]
        else:
            assert getattr(left, name) == getattr(right, name), name
    for derived in ("text", "reasoning", "refusal", "usage"):
        assert getattr(left, derived) == getattr(right, derived), derived


def full() -> Transcript:
    """A transcript none of whose fields has its default."""
    made = Transcript(
        now=9,
        leg=1,
        legs=2,
        requests=3,
        retries=1,
        events=7,
        phase="writing",
        progress="Starting the server …",
        terminal="incomplete",
        outcome="incomplete",
        finish_reason="length",
        problem=Problem(title="No.", detail="never", status=429, retry_after=1.5, facts={"a": "b"}),
        response_id="resp_1",
        request_id="req_1",
        model="m",
        service_tier="flex",
        stored=True,
        conversation="conv_1",
        sequence=41,
        pending="queued",
        status=200,
        headers={"x-request-id": "req_1"},
        usages={0: Usage(input=3, cached=1, output=2, raw={"x": 1}), 1: Usage(basis="estimated")},
        timing=Timing(request=5, head=6, first_event=7, first_token=8, last_token=9, end=9),
        first=Timing(request=1),
        retry_at=12,
        malformed=2,
        misread={3: "ValueError", 11: "nested too deeply to read"},
        repairs=["An index was missing."],
        repaired={4: "An index was missing."},
        paused=["before_send"],
        limit="steps",
        limited="The model wants to call tools in step 11.",
        detours=[
            Detour(kind="routed", profile="p", model="m", words="Sent to m at P."),
            Detour(kind="reused", leg=1, t=9, run="run_1", created=1.5),
        ],
    )
    made.open(
        Message(key="a", text=Text("Héllo 日本"), annotations=[{"type": "url"}], phase="final")
    )
    made.open(
        Message(
            key="g",
            parts=[{"type": "input_image", "image_url": "https://example.com/a.png"}],
            choice=1,
            logprobs=[{"token": "a", "logprob": -0.1}],
            audio={"id": "audio_1"},
        )
    )
    made.open(Reasoning(key="h", name="reasoning", details=[{"type": "x"}], choice=2))
    made.open(HostedCall(key="i", type="mcp_call", status="failed", code=Text("1"), image="QQ=="))
    made.open(Reasoning(key="b", text=Text("hm"), summary=Text("s"), encrypted=True))
    made.open(
        ToolCall(
            key="c",
            call_id="1",
            name="f",
            arguments=Text("{}"),
            state="done",
            tool="demo › f",
            mode="real",
            approved='{"a": 1}',
            asked_at=2,
            started_at=3,
            ended_at=5,
            progress="Half.",
            notes=["It was cut."],
        )
    )
    made.open(ToolCall(key="j", call_id="2", name="f", arguments=Text("{"), cut=True))
    made.open(
        ToolOutput(
            key="d",
            call_id="1",
            output="4",
            ok=False,
            wire={"type": "x", "n": [1]},
            ms=0.5,
            facts={"ended": "timeout"},
        )
    )
    made.open(Notice(key="e", text="retried"))
    made.open(Unknown(key="f", type="hologram", wire={"type": "hologram"}))
    made.close(made.items[0])
    return made


def test_every_field_is_kept() -> None:
    made = full()
    default = Transcript()
    for name in SHOWN:  # a new field must be given a value here
        assert getattr(made, name) != getattr(default, name), f"{name} has its default"
    assert_same(through_json(made), made)


def test_every_field_of_the_timing_is_kept() -> None:
    assert None not in [getattr(full().timing, one.name) for one in fields(Timing)]
    assert through_json(full()).timing == full().timing


def test_restored_items_are_found_and_new_to_a_view() -> None:
    seen = through_json(full())
    assert all(seen.find(item.key) is item for item in seen.items)
    assert seen.since(0) == seen.items
    assert seen.since(seen.rev) == []


CHUNKS = st.sampled_from(
    [
        {"choices": [{"index": 0, "delta": {"content": "Hé"}}]},
        {"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}}]},
        {"choices": [{"index": 0, "delta": {"refusal": "no"}}]},
        {
            "choices": [
                {
                    "index": 0,
                    "delta": {
                        "tool_calls": [
                            {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}
                        ]
                    },
                }
            ]
        },
        {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
        {"error": {"message": "out", "code": "x"}},
        {"choices": "nonsense"},
        {"type": "response.output_text.delta", "item_id": "i", "delta": "\ud83d"},
    ]
)
WIRE = CHUNKS.map(lambda row: ("sse", b"data: " + json.dumps(row).encode() + b"\n\n"))
RAW = st.binary(max_size=12).map(lambda raw: ("sse", b"data: " + raw + b"\n\n"))
FACTS = st.sampled_from(
    [
        ("request", {}),
        ("head", {"status": 200, "headers": [["X-Request-Id", "r"]]}),
        ("head", {"status": 429, "headers": []}),
        ("eof", {}),
        ("retry", {"after": 0.5}),
        ("cut", {"problem": {"title": "Cut."}}),
        ("stopped", {}),
        ("ended", {}),
        ("interrupted", {}),
    ]
)


@given(st.lists(st.one_of(WIRE, RAW, FACTS), max_size=20), st.sampled_from(sorted(BY_ID)))
def test_whatever_arrived_is_shown_again(rows: list[tuple[str, Any]], api: Any) -> None:
    events = [
        fact(t, kind, data) if isinstance(data, dict) else Event(t, kind, data)
        for t, (kind, data) in enumerate(rows)
    ]
    seen = replay(events, BY_ID[api].reduce)
    assert_same(through_json(seen), seen)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"format": 99},
        {**snapshot(full()), "items": 3},
        {**snapshot(full()), "usages": {"x": {}}},
        {**snapshot(full()), "timing": {"nonsense": 1}},
        {**snapshot(full()), "problem": {"no": "title"}},
    ],
)
def test_what_is_no_snapshot_says_so(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        restore(row)


def test_fields_of_a_later_version_are_ignored_and_missing_ones_have_their_default() -> None:
    row = snapshot(full())
    del row["repairs"]
    seen = restore({**row, "aura": "blue"})
    assert seen.repairs == []
    assert seen.text == full().text


def assert_lasting(events: Sequence[Event], api: Api) -> None:
    """What a recording says is the same live, from its snapshot, and from an exported file."""
    run = Run("r", "s", None, Call(api=api), "p", [], BY_ID[api].reduce)
    for one in events:  # as it comes, not all at once
        run.take([one])
    said = json.dumps(snapshot(run.transcript))  # as text: NaN is not equal to itself
    assert json.dumps(snapshot(restore(json.loads(said)))) == said
    again = jsonl.read(jsonl.write(Exported(run, Profile(id="p", name="P"))), BY_ID)
    assert list(again.recording) == list(run.recording)
    assert _without_revisions(again.transcript) == _without_revisions(run.transcript)


def _without_revisions(transcript: Transcript) -> str:
    """They count batches too."""
    row = snapshot(transcript) | {"rev": 0}
    row["items"] = [{**one, "rev": 0} for one in row.get("items", ())]
    return json.dumps(row)


@pytest.mark.parametrize("part", range(8))
def test_hostile_answers_last(part: int) -> None:
    for case in CASES[part::8]:
        assert_lasting(read_case(case, 0).events, case.api)


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDED.iterdir()))
def test_recordings_of_servers_last(name: str) -> None:
    whole = (RECORDED / name).read_bytes()
    blocks = [block + b"\n\n" for block in whole.split(b"\n\n") if block]
    events = [Event(number, SSE, block) for number, block in enumerate(blocks, 2)]
    assert_lasting([fact(0, "request"), *events, fact(99, "ended")], "responses")


@pytest.mark.parametrize("kind", ITEMS)
def test_every_kind_of_item_lasts(kind: str) -> None:
    wire = item(kind)
    rows = numbered(added(wire), done(wire), final(output=[wire]))
    events = [
        Event(n, SSE, f"data: {json.dumps(row)}\n\n".encode()) for n, row in enumerate(rows, 2)
    ]
    assert_lasting([fact(0, "request"), *events, fact(99, "eof"), fact(99, "ended")], "responses")
