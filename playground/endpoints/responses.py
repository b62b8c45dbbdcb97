"""The Responses API.

What goes out is made in `responses_request`, what comes in is read in `responses_reading`, what it
has the client do stands in `responses_asked`. Here is where the rest of an answer is to be had that
its server goes on with, and what it keeps of one.
"""

from __future__ import annotations

from urllib.parse import quote

from playground.core.endpoint import Endpoint, More
from playground.core.transcript import Transcript
from playground.endpoints.responses_asked import asked, reply
from playground.endpoints.responses_parameters import PARAMETERS
from playground.endpoints.responses_reading import reduce
from playground.endpoints.responses_request import body, waits

__all__ = ["PATH", "RESPONSES", "VERSION", "body", "cancel", "more", "reduce", "stored"]

PATH = "/responses"
VERSION = 2

ASKED_AGAIN = 0.5
"""Seconds before a stream that broke is taken up again."""
POLLED, SLOWER, SLOWEST = 1.0, 0.1, 2.0
"""Seconds between two looks at a response in the background: at first, more each time, at most."""


def more(transcript: Transcript) -> More | None:
    """The rest of a response in the background: of its stream, where its events are numbered, else
    the whole of it once it is there."""
    path = _path(transcript)
    if path is None or transcript.pending is None or transcript.terminal is not None:
        return None
    if transcript.sequence is not None:
        query = f"stream=true&starting_after={transcript.sequence}"
        return More(f"{path}?{query}", ASKED_AGAIN, stream=True)
    return More(path, min(POLLED + SLOWER * transcript.requests, SLOWEST))


def stored(transcript: Transcript) -> str | None:
    """Servers keep a response unless they say that they do not."""
    return None if transcript.stored is False else _path(transcript)


def cancel(transcript: Transcript) -> str | None:
    path = _path(transcript)
    return None if path is None or transcript.pending is None else f"{path}/cancel"


def _path(transcript: Transcript) -> str | None:
    if not transcript.response_id:
        return None
    return f"{PATH}/{quote(transcript.response_id, safe='')}"


RESPONSES = Endpoint(
    "responses",
    "Responses",
    PATH,
    VERSION,
    body,
    reduce,
    PARAMETERS,
    more=more,
    conversations="/conversations",
    stored=stored,
    cancel=cancel,
    waits=waits,
    asked=asked,
    reply=reply,
)
