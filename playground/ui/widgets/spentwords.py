"""What a run spent its time on, in words, and in which colours that is drawn. No Qt beyond the
locale of numbers.

What was done is filled; what was only waited for is framed.
"""

from __future__ import annotations

from typing import NamedTuple

from playground.core.spent import Kind
from playground.ui import words

MS = 1_000_000


class Said(NamedTuple):
    title: str
    short: str
    """Where there is no room for the title."""
    about: str
    ground: str
    """A token of the theme."""
    frame: str = ""
    """Another; empty: it is filled."""


SAID: dict[Kind, Said] = {
    "ours": Said(
        "Playground itself",
        "ours",
        "Requests were made, answers were taken care of, and nobody else was waited for.",
        "ours",
    ),
    "starting": Said(
        "Starting a server", "start", "A server of ours was not running yet.", "sunken", "ours"
    ),
    "connect": Said(
        "Connecting",
        "connect",
        "The name was looked up, the connection opened, encryption agreed on.",
        "ok",
    ),
    "server": Said(
        "Server, until its head",
        "server",
        "The request was on its way or there, and nothing of an answer had come.",
        "sunken",
        "text",
    ),
    "first": Said(
        "Until the model began",
        "model began",
        "The head of the answer had come, and nothing of what the model says. The time to the "
        "first token (TTFT) counts from the request, and thoughts too that were not shown yet.",
        "sunken",
        "text_event",
    ),
    "reasoning": Said("Reasoning", "reasoning", "The model thought.", "reasoning"),
    "writing": Said("Writing", "writing", "The model wrote its answer.", "text_event"),
    "arguments": Said(
        "Arguments of calls", "arguments", "The model wrote its calls.", "warn_soft", "tool"
    ),
    "hosted": Said(
        "Tools of the server",
        "hosted",
        "The server ran a tool of its own, until the model went on.",
        "sunken",
        "tool",
    ),
    "closing": Said(
        "Until the answer was closed",
        "closing",
        "The model was done, and the server had not ended the stream.",
        "sunken",
        "border",
    ),
    "tools": Said("Tools here", "tools", "Tools ran here; parallel ones count once.", "tool"),
    "human": Said(
        "Waiting for a person",
        "person",
        "An approval, a breakpoint, or an answer by hand was waited for.",
        "soft",
        "accent",
    ),
    "waiting": Said(
        "Between attempts",
        "waiting",
        "The next attempt, a free place at the server, or more of an answer in the background was "
        "waited for.",
        "error_soft",
        "warn",
    ),
}


def took(ns: float) -> str:
    """0 ms, 0.4 ms, 412.3 ms, 12,412 ms."""
    ms = ns / MS
    return f"{words.number(ms, 1 if 0 < ms < 999.95 else 0)} ms"


def share(part: float, whole: float) -> str:
    """12.4 %, < 0.1 %."""
    per_cent = 100 * part / whole if whole else 0.0
    return "< 0.1 %" if 0 < per_cent < 0.05 else f"{words.number(per_cent, 1)} %"


def times(count: int) -> str:
    return "once" if count == 1 else f"{words.number(count)} times"
