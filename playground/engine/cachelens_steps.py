"""Steps of the cache lens: each request held against the one before it, piece by piece, with what
could be done so that a server finds more of it in its cache. Pure; counting is the caller's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from playground.core.profile import Profile
from playground.core.recording import parse
from playground.core.session import Run
from playground.core.usage import Usage
from playground.engine.cachelens import LEAST, STEP, Lens, Piece, beginning, compare, pieces

Count = Callable[[str], tuple[int, bool]]
State = Literal["alike", "differs", "new"]
"""As it was; the first piece that is not as it was; behind that, or of no earlier request."""

AROUND, SHOWN = 60, 120
"""Characters before a difference that are shown with it, and of each side of it."""
FORGETS = 300.0
"""Seconds after which a cache that nobody used may have forgotten; many do within ten minutes."""


class Sent(NamedTuple):
    """A request of a run."""

    leg: int
    body: Mapping[str, Any]
    at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of a request, in the order in which it is read."""

    place: str
    """`input › 5`, as in the body."""
    name: str
    """`turn 2 · user`, `tool get_weather`."""
    state: State
    tokens: int
    words: str
    """How it begins."""


@dataclass(frozen=True, slots=True)
class Difference:
    place: str
    name: str
    was: str
    """The place of what stood there before: another one where a piece came or went."""
    shared: str
    """What both have in common right before it."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    lens: Lens | None
    """None: nothing was sent before it."""
    rows: tuple[Row, ...]
    exact: bool
    difference: Difference | None
    pause: float | None
    """Seconds since the request before it; None: there was none, or it has not been sent."""
    advice: str
    """One thing to do about it; empty: nothing is known that would help."""

    @property
    def tokens(self) -> int:
        """Of all that is read."""
        return sum(row.tokens for row in self.rows)


def sent(run: Run) -> list[Sent]:
    """The requests of a run whose recording is loaded; attempts at one count once, and what only
    fetched more of an answer not at all."""
    recording = run.recording
    rows: list[Sent] = []
    for number, kind in enumerate(recording.kinds):
        if kind != "request" or (event := recording[number]).attempt:
            continue
        data, _ = event.json()
        text = data.get("body") if isinstance(data, dict) else None
        body, _ = parse(text) if isinstance(text, str) else (None, "")
        if isinstance(body, dict):
            rows.append(Sent(event.leg, body, recording.began + event.t / 1e9))
    return rows


def step(
    body: Mapping[str, Any],
    profile: Profile,
    count: Count,
    *,
    before: Sent | None,
    at: float | None = None,
    usage: Usage | None = None,
) -> Step:
    """A request held against the one `before` it. `at`: when it was sent; `usage`: what its server
    reported. It counts every piece: it is for a worker."""
    after = list(pieces(body))
    names = _names(after)
    counts = [count(piece.words) if piece.words else (0, True) for piece in after]
    reported = usage.cached if usage is not None and usage.basis == "reported" else None
    lens: Lens | None = None
    alike, difference = 0, None
    if before is not None:
        lens = compare(before.body, body, profile, count, reported)
        alike = lens.prefix.items
        earlier = list(pieces(before.body))
        difference = _difference(earlier, after, alike, names)
    pause = at - before.at if at is not None and before is not None else None
    states: list[State] = ["alike" if number < alike else "new" for number in range(len(after))]
    if difference is not None and alike < len(states):
        states[alike] = "differs"
    rows = tuple(
        Row(piece.name, name, state, tokens, " ".join(piece.words[:SHOWN].split()))
        for piece, name, state, (tokens, _) in zip(after, names, states, counts, strict=True)
    )
    advice = ""
    if lens is not None and before is not None:
        left = sum(tokens for tokens, _ in counts)
        advice = _advice(lens, before.body, body, difference, left, pause)
    exact = all(known for _, known in counts)
    return Step(lens, rows, exact, difference, pause, advice)


def steps(run: Run, before: Sent | None, profile: Profile, count: Count) -> list[Step]:
    """Of all requests of a run; `before`: the last one of the conversation before it."""
    made: list[Step] = []
    for one in sent(run):
        usage = run.transcript.usages.get(one.leg)
        made.append(step(one.body, profile, count, before=before, at=one.at, usage=usage))
        before = one
    return made


def _names(rows: Sequence[Piece]) -> list[str]:
    """What each piece is, to a person."""
    made: list[str] = []
    turn = 0
    for row in rows:
        field, by = row.begins
        match field:
            case "tools":
                made.append(f"tool {_tool(row.whole)}".strip())
            case "text" | "response_format":
                made.append("form of the answer")
            case "instructions":
                made.append("developer message")
            case "prompt":
                made.append("prompt")
            case _:
                by = "user" if by in ("", "None") else by.replace("_", " ")
                turn += by == "user"
                made.append(f"turn {turn} · {by}" if turn else f"{by} message")
    return made


def _tool(whole: str) -> str:
    data, _ = parse(whole)
    if not isinstance(data, dict):
        return ""
    inner = data.get("function")
    name = data.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    return str(name or data.get("type") or "")


def _difference(
    before: Sequence[Piece], after: Sequence[Piece], alike: int, names: Sequence[str]
) -> Difference | None:
    """The first place where two requests are not the same; None: the later one only goes on."""
    if alike >= len(before):
        return None
    old = before[alike]
    if alike >= len(after):
        return Difference(old.name, _names(before)[alike], old.name, "", old.words[:SHOWN], "")
    new, name = after[alike], names[alike]
    one, other = old.words, new.words
    if old.begins != new.begins:
        was = f"{_names(before)[alike]}: {one}"
        return Difference(new.name, name, old.name, "", was[:SHOWN], f"{name}: {other}"[:SHOWN])
    if one == other:  # what differs is no words: what is attached, how a tool is described
        one, other = old.whole, new.whole
    at = len(beginning(one, other))
    begin = max(at - AROUND, 0)
    return Difference(
        new.name, name, old.name, one[begin:at], one[at : at + SHOWN], other[at : at + SHOWN]
    )


def _advice(
    lens: Lens,
    before: Mapping[str, Any],
    body: Mapping[str, Any],
    difference: Difference | None,
    total: int,
    pause: float | None,
) -> str:
    """What the data say could be done, if anything."""
    if before.get("model") != body.get("model"):
        return "Stay with one model within a conversation: each has a cache of its own."
    if lens.predicted is None:
        return ""
    if total < LEAST:
        return f"Nothing can be won: all of it is shorter than the {LEAST} tokens of a cache."
    if difference is not None:
        return _moved(difference, total - lens.tokens)
    if lens.tokens < LEAST:
        return "Nothing to be done: the next request has enough in common with this one."
    if before.get("prompt_cache_key") != body.get("prompt_cache_key"):
        return "Give both the same prompt_cache_key, so that they reach the same machine."
    if lens.missed is not None and lens.missed >= STEP:
        return _missed(body, pause)
    return "Nothing to be done: what is alike comes first."


def _moved(difference: Difference, lost: int) -> str:
    name, places = difference.name, (difference.place, difference.was)
    anew = f"{lost} tokens from there on are read anew."
    if any(place.startswith("tools") for place in places):
        return f"Offer the same tools in the same order each time: they come first, and {anew}"
    if any(place in ("text", "response_format") for place in places):
        return f"Ask for the same form each time: it stands before what is said, and {anew}"
    if "instructions" in places or name.startswith(("developer", "system")):
        return f"Move what changes from the developer message to the last message: {anew}"
    return f"Add to a conversation rather than changing what was said: {anew}"


def _missed(body: Mapping[str, Any], pause: float | None) -> str:
    if pause is not None and pause > FORGETS:
        return (
            f"{round(pause / 60)} minutes lay between the two, and a cache that nobody uses is"
            " often forgotten within ten. Ask sooner, or set prompt_cache_retention."
        )
    if not body.get("prompt_cache_key"):
        return "Set a prompt_cache_key, so that requests that begin alike reach the same machine."
    return "Nothing is known that would help: a cache is no promise."
