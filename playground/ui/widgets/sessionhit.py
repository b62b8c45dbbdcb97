"""Where a search was found in a run, so that the conversation can show it."""

from __future__ import annotations

from collections.abc import Sequence

from playground.core.items import Item, texts_of
from playground.core.provenance import Span
from playground.core.session import Run
from playground.store.words import marks
from playground.ui.inspector.looking import Light

MOST = 200
"""Places that stand out at once."""


def light_of(run: Run, search: str) -> Light | None:
    """What stands out in a run for a search: its words in the answer, else the message that was
    asked with them. None: they are in neither."""
    spans = _spans(run.transcript.items, search)
    if spans:
        keys = tuple(dict.fromkeys(one.key for one in spans))
        return Light(run.id, keys, tuple(spans))
    if spans := _spans(run.input, search):
        return Light(run.id, (spans[0].key,), said=True)
    return None


def _spans(items: Sequence[Item], search: str) -> list[Span]:
    spans: list[Span] = []
    for item in items:
        for field in texts_of(item):
            found = marks(str(getattr(item, field)), search)
            spans += [Span(item.key, field, begin, end) for begin, end in found]
        if len(spans) >= MOST:
            break
    return spans[:MOST]
