"""The structured answer of any hostile recording, looked at after each of its events: nothing
raises, what was seen live is what is read again, and what is told of it can be written as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from playground.core.call import Call
from playground.core.output import Output
from playground.core.session import Run
from playground.core.transcript import Reader
from playground.endpoints import BY_ID
from playground.engine.report import describe
from playground.engine.structured import Structured, corrections, structured, told
from tests.hostile.case import Case
from tests.hostile.corpus import CASES
from tests.hostile.reading import read

pytestmark = pytest.mark.slow

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "n": {"type": "array", "items": {"type": ["number", "null"]}},
        "ok": {"type": "boolean"},
    },
    "required": ["name"],
    "additionalProperties": False,
}
OUTPUTS = (
    Output(mode="json_schema", json_schema=SCHEMA),
    Output(mode="tool", name="answer", json_schema=SCHEMA),
    Output(mode="json_object"),
    Output(mode="json_schema", json_schema={"$ref": "#/nowhere"}),
)
LARGE = 20_000
"""Bytes of a case above which not every output is tried."""
LOOKED = 60
"""Events of a case after which each is looked at."""


def seen_by(found: Structured) -> Iterator[object]:
    for one in found.attempts:
        text = one.answer.live.text if one.item is not None else None
        yield one.state, one.words, one.refusal, text, one.answer.missing, told(one)


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_it_is_read_at_any_moment(api: str) -> None:
    cases = [case for case in CASES if case.api == api]
    assert cases
    for case in cases:
        check(case)


def check(case: Case) -> None:
    events = read(case, 0).events
    reader = Reader(BY_ID[case.api].reduce)
    many = case.name.startswith("structured") and len(case.body) < LARGE
    outputs = OUTPUTS if many else OUTPUTS[:2]
    live = [Structured(output) for output in outputs]
    for place, event in enumerate(events):
        reader.take([event])
        if place < LOOKED or place == len(events) - 1:
            for one in live:
                one.look(reader.transcript)
    for one in live:
        call = Call(api=case.api, model="m", output=one.output)
        run = Run("r", "s", None, call, "p", [], BY_ID[case.api].reduce)
        run.take(events)
        again = structured(run)
        assert list(seen_by(one)) == list(seen_by(again)), str(case)
        assert all(attempt.over for attempt in again.attempts), str(case)
        shown = describe(run)
        assert json.loads(json.dumps(shown, allow_nan=False, indent=2)) == shown, str(case)
        assert (shown["parsed"] is None) or not shown["schema_errors"], str(case)
        corrections(run)
