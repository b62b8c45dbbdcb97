"""Cache lens: what a server may have in its cache of a request, because the one before began alike.

A cache holds beginnings. What a model reads stands in another order than in the body: tools first,
then the form of the answer, the instructions and the conversation. Pure; counting is the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playground.core.profile import Profile
from playground.core.recording import Event, parse
from playground.core.session import Run
from playground.engine.accounting import said_in

LEAST, STEP = 1024, 128
"""Tokens of the shortest beginning that is cached, and by which a longer one grows: OpenAI's rules,
also at Azure. Of other servers no rule is known."""
HOSTS = ("api.openai.com", ".api.openai.com", ".openai.azure.com", ".services.ai.azure.com")

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a request that is put before the model as one."""

    name: str
    """Where it stands in the body: `tools › 2`, `instructions`, `input › 5`."""
    whole: str
    """All of it; alike only where this is."""
    words: str
    """What of it is read."""
    begins: tuple[str, str]
    """Where it stands, and who says it: where these differ nothing of it is alike."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """How far two requests are alike."""

    items: int
    """Pieces that are the same, from the first on."""
    total: int
    """Pieces of the later request."""
    text: str
    """The words they have in common, those of the first piece that differs included."""
    differs: str
    """The first piece that is not the same; empty: the later one has all of the earlier, or is it
    once more."""

    @property
    def characters(self) -> int:
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Lens:
    prefix: Prefix
    tokens: int
    """Of the words in common."""
    exact: bool
    """The vocabulary of the model is known."""
    predicted: int | None
    """Tokens that the server should find in its cache; None: its rules are not known."""
    why: str
    reported: int | None = None
    """What it says it found; None: nothing yet."""

    @property
    def missed(self) -> int | None:
        """Tokens that should have been found and were not; negative: more was found."""
        if self.predicted is None or self.reported is None:
            return None
        return self.predicted - self.reported


def compare(
    previous: Body,
    body: Body,
    profile: Profile,
    count: Callable[[str], tuple[int, bool]],
    reported: int | None = None,
) -> Lens:
    """The lens on a request behind another of its session. `count`: the tokens of a text, and
    whether that is exact; it may be slow."""
    prefix = common(previous, body)
    tokens, exact = count(prefix.text) if prefix.text else (0, True)
    predicted, why = _predicted(previous, body, profile, tokens)
    return Lens(prefix, tokens, exact, predicted, why, reported)


def common(previous: Body, body: Body) -> Prefix:
    before, after = list(pieces(previous)), list(pieces(body))
    alike = 0
    while alike < min(len(before), len(after)) and before[alike] == after[alike]:
        alike += 1
    words = [piece.words for piece in after[:alike]]
    differs = ""
    if alike < len(before):
        differs = after[alike].name if alike < len(after) else before[alike].name
        if alike < len(after) and before[alike].begins == after[alike].begins:
            words.append(beginning(before[alike].words, after[alike].words))
    return Prefix(alike, len(after), "\n".join(filter(None, words)), differs)


def pieces(body: Body) -> Iterator[Piece]:
    """What a model reads of a body of any dialect, in the order in which it does."""
    for place, tool in enumerate(_rows(body.get("tools")), 1):
        yield _piece("tools", place, _whole(tool), tool)
    for name in ("text", "response_format"):
        form = body.get(name)
        if isinstance(form, dict) and name == "text":
            form = form.get("format")
        if isinstance(form, dict) and form.get("type") != "text":
            yield Piece(name, _whole(form), _whole(form), (name, ""))
    if isinstance(said := body.get("instructions"), str) and said:
        yield Piece("instructions", said, said, ("instructions", ""))
    for name in ("input", "messages", "prompt"):
        for place, item in enumerate(_rows(body.get(name)), 1):
            yield _piece(name, place, said_in(item), item)


def bodies(run: Run) -> list[dict[str, Any]]:
    """The bodies that a run sent, one for each request, whose recording is loaded."""
    return [body for event in run.recording.events if (body := _sent(event)) is not None]


def last_body(run: Run) -> dict[str, Any] | None:
    """The one that it sent last."""
    events = reversed(run.recording.events)
    return next((body for event in events if (body := _sent(event)) is not None), None)


def _sent(event: Event) -> dict[str, Any] | None:
    if event.kind != "request" or event.attempt:
        return None
    data, _ = event.json()
    text = data.get("body") if isinstance(data, dict) else None
    body, _ = parse(text) if isinstance(text, str) else (None, "")
    return body if isinstance(body, dict) else None


def _predicted(previous: Body, body: Body, profile: Profile, tokens: int) -> tuple[int | None, str]:
    if not _is_known(profile):
        return None, "What this server caches, and in which steps, is not known."
    if previous.get("model") != body.get("model"):
        return 0, "Another model has a cache of its own."
    if body.get("previous_response_id") or body.get("conversation"):
        return None, "The server puts the conversation that it keeps before what was sent."
    options = body.get("prompt_cache_options")
    if isinstance(options, dict) and options.get("mode") not in (None, "auto", "implicit"):
        return None, "The request says itself what is to be cached."
    if tokens < LEAST:
        return 0, f"{tokens} tokens are alike; fewer than {LEAST} are not cached."
    cached = tokens - tokens % STEP
    words = f"{tokens} tokens are alike, and are cached in steps of {STEP}."
    if previous.get("prompt_cache_key") != body.get("prompt_cache_key"):
        words += " The two have different cache keys: they may go to different machines."
    return cached, words


def _is_known(profile: Profile) -> bool:
    try:
        host = urlsplit(profile.base_url).hostname or ""
    except ValueError:
        return False
    return any(host == one or (one[0] == "." and host.endswith(one)) for one in HOSTS)


def _piece(field: str, place: int, words: str, value: Any) -> Piece:
    said_by = ""
    if isinstance(value, dict):
        said_by = str(value.get("role") or value.get("type"))
    return Piece(f"{field} › {place}", _whole(value), words, (field, said_by))


def beginning(one: str, other: str) -> str:
    """The characters that two texts begin with."""
    known, limit = 0, min(len(one), len(other))
    while known < limit:  # halves: comparing slices is quick, characters one by one are not
        middle = (known + limit + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            limit = middle - 1
    return one[:known]


def _rows(value: Any) -> Sequence[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _whole(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
