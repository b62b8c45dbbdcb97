"""The stream itself: the bytes of the last answer, exactly as they came."""

from __future__ import annotations

from collections.abc import Iterable

from playground.core.eventstream import Splitter
from playground.core.problem import Failure, Problem
from playground.core.profile import Api
from playground.core.recording import BODY, REST, SSE, WIRE, Event, fact
from playground.export.base import Exported, Exporter, Pieces

STEP = 1000
"""Events in a piece."""


def write(exported: Exported) -> bytes:
    return b"".join(piece for _, piece in pieces(exported))


def pieces(exported: Exported) -> Pieces:
    """The body of the last request that was answered, or of that of a leg; any body, if it was no
    stream. A stream that was taken up again where it broke is one."""
    recording = exported.run.recording
    body: list[int] = []  # by their numbers: a million events would keep everybody waiting
    stream: list[int] = []
    last = (-1, -1)
    goes_on = False
    for number, event in enumerate(recording):
        if exported.leg is not None and event.leg != exported.leg:
            continue
        if event.kind in ("request", "reused"):
            goes_on = _takes_up(event)
        elif event.kind in WIRE:
            if last != (event.leg, event.attempt):
                last = (event.leg, event.attempt)
                goes_on = goes_on and event.kind != BODY
                body = [one for one in stream if recording.kinds[one] == SSE] if goes_on else []
            body.append(number)
            if event.kind == SSE:
                stream = body
    if not body:
        title = "Nothing had arrived in this run."
        if exported.leg is not None:
            title = f"There is no answer to request {exported.leg + 1} in this run."
        raise Failure(Problem(title=title))
    for at in range(0, len(body), STEP):
        numbers = body[at : at + STEP]
        yield numbers[-1], b"".join(recording.raws[number] for number in numbers)


def _takes_up(request: Event) -> bool:
    """Whether a request asks for what comes after the event that a stream broke behind."""
    said, _ = request.json()
    return isinstance(said, dict) and "starting_after=" in str(said.get("url"))


def read(data: bytes) -> list[Event]:
    """A recording of a body that was saved: an event stream, or a whole answer in JSON.

    All of it at time 0, since the file does not say when it came.
    """
    if data.lstrip()[:1] in (b"{", b"[", b"<"):
        events = [Event(0, BODY, data)]
    else:
        splitter = Splitter()
        events = [Event(0, SSE, block) for block in splitter.feed(data)]
        if rest := splitter.rest():
            events.append(Event(0, REST, rest))
    return [*events, fact(0, "eof"), fact(0, "ended")]


def dialect(events: Iterable[Event]) -> Api:
    """Which API a saved body speaks."""
    return next((api for event in events if (api := spoken(event)) is not None), "responses")


def spoken(event: Event) -> Api | None:
    """Which API an event of the wire is of, as far as it says: completions have choices, the older
    ones of plain text."""
    if event.kind not in WIRE:
        return None
    match event.json()[0]:
        case {"object": "text_completion"}:
            return "completions"
        case {"choices": [{"delta": _} | {"message": _}, *_]}:
            return "chat"
        case {"choices": [{"text": _}, *_]}:
            return "completions"
        case {"choices": _}:
            return "chat"
        case {}:
            return "responses"
        case _:
            return None


EXPORT = Exporter("sse", "Event stream", ".sse", write, pieces=pieces, legs=True)
