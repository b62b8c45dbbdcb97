"""Ways of looking into a run: one file each; adding one is a file and a line here."""

from __future__ import annotations

from playground.ui.inspector.cache import CACHE_PAGE
from playground.ui.inspector.difference import DIFF_PAGE
from playground.ui.inspector.events import EVENTS_PAGE
from playground.ui.inspector.page import PageSpec
from playground.ui.inspector.requests import REQUEST_PAGE
from playground.ui.inspector.responses import RESPONSE_PAGE
from playground.ui.inspector.time import TIME_PAGE
from playground.ui.inspector.timeline import TIMELINE_PAGE

PAGES: tuple[PageSpec, ...] = (
    EVENTS_PAGE,
    TIMELINE_PAGE,
    TIME_PAGE,
    REQUEST_PAGE,
    RESPONSE_PAGE,
    CACHE_PAGE,
    DIFF_PAGE,
)
"""In the order of their tabs. The first one is made at once: it reads the events for all."""
