"""Accounting: what each request of a run used and what that costs, once it is over."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from playground.core.items import HostedCall, Item, Message, Reasoning, Text, ToolCall
from playground.core.pricebook import PriceBook
from playground.core.profile import Profile
from playground.core.session import Run
from playground.core.usage import Cost, Usage
from playground.counting import prices, tokens

WORDLESS = frozenset((
    "model", "role", "type", "stream", "stream_options", "id", "call_id", "status", "detail",
    "encrypted_content", "file_data", "file_id", "file_url", "filename", "image_url",
    "input_audio", "result",
))  # fmt: skip
"""Request fields that are no words for the model to read, or sealed ones."""
READ = (
    "tools", "functions", "text", "response_format", "instructions", "input", "messages", "prompt",
    "suffix",
)  # fmt: skip
"""Fields of a request that the model reads."""

REUSED = "a recorded answer was used again, nothing was sent"

SEARCH = "web_search_call"
PREVIEW = "web_search_preview"
LOOKS = frozenset(("open_page", "find_in_page", "find"))
"""What a search of the web does beside searching."""


async def account(
    run: Run, body: bytes, profile: Profile, book: PriceBook | None = None
) -> Cost | None:
    """Count what the server did not report of the last leg, which had this body, and price it, by
    the user's own prices (`book`) first; both off the main thread. None where nothing was used.
    A recorded answer that was used again costs nothing, and saved what it would have cost."""
    transcript = run.transcript
    model = transcript.model or run.call.model
    items = [item for item in transcript.items if item.leg == transcript.leg]
    if transcript.leg not in transcript.usages and (made := made_in(items)):
        said = read_of(json.loads(body or b"{}"))
        given, answered = await asyncio.to_thread(
            lambda: (tokens.estimate(said, model), tokens.estimate(made, model))
        )
        run.note("estimate", {"input": given.tokens, "output": answered.tokens})
    reused = transcript.leg in transcript.reused
    if (usage := transcript.usages.get(transcript.leg)) is None:
        return _not_sent(None) if reused else None
    tier = transcript.service_tier
    calls = charged(items, usage, body)
    cost = await asyncio.to_thread(
        lambda: prices.price(
            profile, model, usage, datetime.now(UTC), service_tier=tier, calls=calls, book=book
        )
    )
    return _not_sent(cost) if reused else cost


def _not_sent(cost: Cost | None) -> Cost:
    saved = cost.usd if cost is not None and cost.usd is not None else Decimal(0)
    return Cost(basis="calculated", usd=Decimal(0), source=REUSED, saved=saved)


def charged(items: Sequence[Item], usage: Usage, body: bytes = b"") -> Counter[str]:
    """Hosted calls that are charged for, by kind, of an answer to this body. Looking at a page that
    a search found is none of its own; a server that counts its searches knows better. Searches of
    the preview tool and those of a chat have prices of their own."""
    calls = Counter(
        item.type
        for item in items
        if isinstance(item, HostedCall) and item.status != "failed" and not _looks(item)
    )
    if searches := usage.counters.get("tool_usage.web_search.num_requests"):
        calls[SEARCH] = searches
    if b"web_search_" in body and isinstance(asked := json.loads(body), dict):
        tools = asked.get("tools")
        rows = [one for one in tools if isinstance(one, dict)] if isinstance(tools, list) else []
        if calls[SEARCH] and any(str(one.get("type")).startswith(PREVIEW) for one in rows):
            calls[f"{PREVIEW}_call"] = calls.pop(SEARCH)
        if asked.get("web_search_options") is not None:
            calls["web_search_options"] = 1
    return calls


def _looks(item: HostedCall) -> bool:
    action = (item.wire or {}).get("action")
    return item.type == SEARCH and isinstance(action, dict) and str(action.get("type")) in LOOKS


def made_in(items: Sequence[Item]) -> str:
    """All words of an answer, in every choice: what an estimate of its tokens counts."""
    texts: list[Text] = []
    for item in items:
        match item:
            case Reasoning():
                texts.append(item.text or item.summary)
            case Message():
                texts += [item.text, item.refusal]
            case ToolCall():
                texts.append(item.arguments)
            case _:
                pass
    return "\n".join(filter(None, map(str, texts)))


def read_of(body: Any) -> str:
    """All words of a request that are put before the model, and none that are for its server."""
    if not isinstance(body, dict):
        return ""
    form = body.get("text")
    fields = {**body, "text": form.get("format") if isinstance(form, dict) else None}
    return said_in({name: fields[name] for name in READ if name in fields})


def said_in(body: Any) -> str:
    """All words of a request. What is attached has none, and what it costs in tokens only its
    server knows."""
    match body:
        case dict():
            rows = (said_in(value) for name, value in body.items() if name not in WORDLESS)
            return "\n".join(filter(None, rows))
        case list():
            return "\n".join(filter(None, map(said_in, body)))
        case str():
            return body
        case _:
            return ""
