"""What a hosted call says: in one line, and in parts, from whatever its server wrote.

Pure: a HostedCall in, values out; no widget is known here. Everything comes from a server, so no
field is relied on. A kind of call is one row in KINDS; one that is not there is shown as a table.
"""

from __future__ import annotations

from collections.abc import Mapping

from playground.core.items import HostedCall
from playground.ui.hosted.kinds import KINDS
from playground.ui.hosted.pieces import as_json, table
from playground.ui.hosted.told import Told

__all__ = ("STATES", "as_json", "state", "tell", "title")

STATES: Mapping[str, tuple[str, str]] = {
    "in_progress": ("running", ""),
    "searching": ("searching", ""),
    "interpreting": ("running", ""),
    "generating": ("drawing", ""),
    "calling": ("calling", ""),
    "completed": ("done", "ok"),
    "incomplete": ("incomplete", "warn"),
    "failed": ("failed", "error"),
}
"""The server's word for how a call stands: ours, and the token that goes with it."""

DECIDED: Mapping[str, tuple[str, str]] = {
    "asked": ("waiting for you", "warn"),
    "done": ("answered", "ok"),
    "denied": ("denied", "warn"),
    "failed": ("not done", "error"),
    "not run": ("not run", "warn"),
}
"""The same for what became of it on our side."""


def title(kind: str) -> str:
    """What a kind of item is called: `web_search_call` is a web search."""
    return KINDS[kind][0] if kind in KINDS else kind.replace("_", " ").strip() or "hosted call"


def tell(item: HostedCall) -> Told:
    """What a call says. Its streamed text (`code`) is not in it until the server wrote it whole."""
    wire = item.wire or {}
    if item.type in KINDS:
        return KINDS[item.type][1](wire, item)
    rest = {name: one for name, one in wire.items() if name not in ("id", "type", "status")}
    return Told(parts=tuple(table("Fields", rest)))


def state(item: HostedCall, told: Told, *, over: bool) -> tuple[str, str]:
    """(how a call stands, the token of that); `over` when no more of it will come."""
    if item.state:
        return DECIDED.get(item.state, (item.state, ""))
    if told.state:
        return told.state, "warn"
    if told.failed and item.status in ("", "completed"):
        return "failed", "error"
    words, token = STATES.get(item.status, (item.status.replace("_", " "), ""))
    if over and not token and item.status in STATES:
        return "cut off", "warn"
    if not words:
        return ("done", "ok") if over else ("running", "")
    return words, token
