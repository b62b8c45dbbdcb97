"""Opening a file again: a run that was exported, or an answer that somebody saved."""

from __future__ import annotations

from collections.abc import Mapping

from playground.core.endpoint import Endpoint
from playground.core.problem import Failure, Problem
from playground.core.recording import BODY, WIRE, Recording, parse
from playground.core.session import Call, Run, new_id
from playground.export import jsonl, sse


def read(data: bytes, endpoints: Mapping[str, Endpoint]) -> Run:
    """The run of a JSON Lines file, else a run made of an event stream or a whole answer.

    Raises Failure when the file is none of them.
    """
    first, _ = parse(data.partition(b"\n")[0].decode("utf-8", "replace"))
    if isinstance(first, dict) and "format" in first:
        return jsonl.read(data, endpoints)
    events = sse.read(data)
    if not any(event.kind == BODY or event.json()[0] for event in events if event.kind in WIRE):
        raise Failure(
            Problem(
                title="This file is neither a recorded run nor an answer of the API.",
                detail="Expected JSON Lines from `playground export`, an event stream, or JSON.",
            )
        )
    api = sse.dialect(events)
    return Run(
        id=new_id("run"),
        session="",
        parent=None,
        call=Call(api=api),
        profile="",
        input=[],
        reduce=endpoints[api].reduce,
        recording=Recording(events),
    )
