"""Whatever JSON a server sends, the reducer of the Responses API takes it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.profile import Quirks
from playground.core.recording import fact
from playground.core.snapshot import restore, snapshot
from playground.core.transcript import Reader, Transcript, replay
from playground.endpoints.responses import body, cancel, more, reduce, stored
from playground.endpoints.responses_reading import HANDLERS
from tests.endpoints.responses_streams import ITEMS, asked, shown

WORDS = st.sampled_from(("", "it_1", "it_2", "a", "\ud800", "completed", "in_progress", "message"))
LEAVES = st.none() | st.booleans() | st.integers(-2, 3) | st.just(2**70) | st.floats() | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
"""Any JSON, with a liking for what means something."""
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ("output_text", "refusal", "reasoning_text", "summary_text", "x")
        ) | VALUES,
        "text": WORDS | VALUES, "refusal": VALUES, "annotations": VALUES, "logprobs": VALUES,
        "transcript": VALUES,
    },
)  # fmt: skip
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from((*ITEMS, "strange")) | VALUES,
        "id": WORDS | VALUES, "call_id": WORDS | VALUES, "role": VALUES, "phase": VALUES,
        "status": WORDS | VALUES, "name": VALUES, "arguments": VALUES, "input": VALUES,
        "content": st.lists(PARTS | VALUES, max_size=2) | VALUES,
        "summary": st.lists(PARTS | VALUES, max_size=2) | VALUES,
        "encrypted_content": VALUES, "output": VALUES, "action": VALUES, "operation": VALUES,
        "code": VALUES, "result": VALUES, "execution": VALUES,
    },
)  # fmt: skip
RESPONSE = st.fixed_dictionaries(
    {},
    optional={
        "id": VALUES, "status": WORDS | VALUES, "output": st.lists(ITEM | VALUES, max_size=3),
        "error": VALUES | st.fixed_dictionaries(
            {}, optional={"message": VALUES, "code": VALUES, "param": VALUES,
                          "misalignment": VALUES | st.just({"steer": {"message": "x"}})}
        ),
        "incomplete_details": VALUES | st.fixed_dictionaries({"reason": VALUES}),
        "usage": VALUES, "background": st.booleans() | VALUES, "store": VALUES,
        "conversation": VALUES | st.fixed_dictionaries({"id": VALUES}), "model": VALUES,
        "object": VALUES | st.just("response"), "message": VALUES, "detail": VALUES,
    },
)  # fmt: skip
EVENT = st.fixed_dictionaries(
    {},
    optional={
        "item_id": WORDS | VALUES, "output_index": st.integers(0, 2) | VALUES,
        "content_index": st.integers(0, 2) | VALUES, "summary_index": st.integers(0, 2) | VALUES,
        "command_index": VALUES, "annotation_index": VALUES, "sequence_number": VALUES,
        "delta": WORDS | VALUES, "text": WORDS | VALUES, "refusal": VALUES, "logprobs": VALUES,
        "arguments": VALUES, "input": VALUES, "name": VALUES, "code": VALUES, "diff": VALUES,
        "command": VALUES, "output": VALUES, "annotation": VALUES, "transcript": VALUES,
        "partial_image_b64": VALUES, "error": VALUES, "message": VALUES, "type": VALUES,
        "part": PARTS | VALUES, "item": ITEM | VALUES, "response": RESPONSE | VALUES,
    },
)  # fmt: skip
KINDS = st.sampled_from((*HANDLERS, "", "response.to_come"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(KINDS, EVENT | RESPONSE | VALUES), max_size=12))
def test_no_json_is_too_much(rows: list[tuple[str, Any]]) -> None:
    transcript = Transcript()
    for kind, data in rows:
        reduce(transcript, kind, data)
        assert len({item.key for item in transcript.items}) == len(transcript.items)
    said = json.dumps(snapshot(transcript))
    again = restore(json.loads(said))
    assert json.dumps(snapshot(again)) == said
    for text in (transcript.text, transcript.reasoning, *map(str, (
        transcript.model, transcript.response_id, transcript.finish_reason))):  # fmt: skip
        text.encode()
    for path in (stored(transcript), cancel(transcript), getattr(more(transcript), "path", None)):
        assert path is None or path.isascii()
    body(Call(), transcript.items, Quirks())


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(KINDS, EVENT), max_size=12))
def test_a_reader_misreads_nothing_and_a_replay_says_the_same(rows: list[tuple[str, Any]]) -> None:
    events = [*asked(*({**data, "type": kind} for kind, data in rows)), fact(99, "ended")]
    live = Reader(reduce)
    for one in events:
        live.take([one])
    seen = live.transcript
    assert seen.outcome in ("completed", "incomplete", "refused", "truncated", "failed")
    assert seen.malformed == 0
    assert json.dumps(shown(replay(events, reduce))) == json.dumps(shown(seen))
