"""History: what goes before a run's own input, and what of it its server has already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from playground.core.call import Call
from playground.core.endpoint import Endpoint, Kept
from playground.core.items import Item, Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.profile import Quirks
from playground.core.session import Run, Session

USED = frozenset(("completed", "incomplete", "refused"))
"""Outcomes of responses that can be built on."""
STATES = ("conversation", "previous_response_id")
"""Request fields that name what a server has."""


def history(session: Session, run: Run, endpoint: Endpoint) -> tuple[list[Item], Kept | None]:
    """The conversation up to and including the run's own input, and what its server already has of
    it, when the run builds on that.

    What another server wrote goes as plain messages: its ids and sealed reasoning mean nothing
    here. So does what was said in another dialect, and what the server has forgotten.
    """
    rows: list[Item] = []
    theirs: list[tuple[Run, int]] = []
    for past in session.path(run.parent) if run.parent else ():
        if past.profile == run.profile and past.call.api == run.call.api and not is_lost(past):
            since = past.transcript.asked_since  # before it another server was asked
            rows += foreign(_told(past), since) if since else _told(past)
            theirs.append((past, len(rows)))
        else:
            rows += [bare(item) for item in _told(past) if not isinstance(item, Reasoning)]
    found = (_kept(session, run.call, past, after, endpoint) for past, after in reversed(theirs))
    return [*rows, *run.input], next(filter(None, found), None)


def continued(run: Run, after: int, quirks: Quirks, endpoint: Endpoint) -> Kept | None:
    """What the server has when a run goes on with another request, in the way that the call builds
    on it: `after` counts the items up to the model's last one."""
    call, seen = run.call, run.transcript
    theirs = named(call)
    if quirks.state != "stateful" or (call.state == "history" and not theirs):
        return None
    if _is_unstored(run) or endpoint.waits(seen.items):
        return None
    conversation = seen.conversation or ""
    if theirs:
        said = theirs.get("conversation")
        same = conversation == (said.get("id") if isinstance(said, dict) else said)
        return Kept(after, conversation=conversation) if conversation and same else None
    response_id = seen.response_id or ""
    return Kept(after, response_id, conversation) if response_id or conversation else None


def begins(call: Call, kept: Kept | None, quirks: Quirks, endpoint: Endpoint) -> bool:
    """Whether a conversation has to be begun on the server before the call can be sent."""
    return (
        call.state == "conversation"
        and quirks.state == "stateful"
        and bool(endpoint.conversations)
        and not named(call)
        and not (kept is not None and kept.conversation)
    )


def named(call: Call) -> dict[str, Any]:
    """Where the server's memory of the conversation is, when it is the user who says so."""
    given = {**call.fields, **call.extra}
    return {name: given[name] for name in STATES if given.get(name)}


def _kept(session: Session, call: Call, past: Run, after: int, endpoint: Endpoint) -> Kept | None:
    """What the server has up to a run, in the way that the call builds on it."""
    theirs = named(call)
    if (call.state == "history" and not theirs) or not _is_kept(past, endpoint):
        return None
    response_id, conversation = past.transcript.response_id or "", past.transcript.conversation
    if theirs:
        # After the response that somebody named, all that was said here is new; a conversation
        # gets to know everything that is said in it.
        said = theirs.get("conversation")
        if not conversation or conversation != (said.get("id") if isinstance(said, dict) else said):
            return None
        response_id = ""
    if conversation and not _is_last(session, past, conversation):
        conversation = ""
    return Kept(after, response_id, conversation or "") if response_id or conversation else None


def _is_last(session: Session, past: Run, conversation: str) -> bool:
    """Whether nothing was said in a conversation since. What another branch put into it, what was
    deleted here and what broke off is in there for good; only a failure leaves no trace."""
    before = {run.id for run in session.path(past.id)}
    return not any(
        run.transcript.conversation == conversation and run.transcript.outcome != "failed"
        for run in session.runs.values()
        if run.id not in before
    )


def _is_kept(run: Run, endpoint: Endpoint) -> bool:
    """Whether a later request can build on what the server keeps of this run."""
    seen = run.transcript
    return (
        seen.response_id is not None
        and not _is_unstored(run)
        and seen.outcome in USED
        # A server that waits for the output of a tool takes nothing else.
        and not endpoint.waits(seen.items)
    )


def _is_unstored(run: Run) -> bool:
    """Whether the server keeps nothing of a run, as it says itself or else was told."""
    stored, asked = run.transcript.stored, {**run.call.fields, **run.call.extra}.get("store")
    return stored is False or (stored is None and asked is False)


def is_lost(run: Run) -> bool:
    """Whether a run has reasoning of which only the id is here, and its server has nothing."""
    return _is_unstored(run) and any(
        isinstance(item, Reasoning) and item.wire is not None and not (item.encrypted or item.text)
        for item in run.transcript.items
    )


def foreign(items: Sequence[Item], since: int) -> list[Item]:
    """Items of a run for the server that was asked from a leg on: what was said before it came from
    another one."""
    return [
        item if item.leg >= since else bare(item)
        for item in items
        if item.leg >= since or not isinstance(item, Reasoning)
    ]


def bare(item: Item) -> Item:
    """An item without what only the server that wrote it understands."""
    changes: dict[str, Any] = {"wire": None}
    if isinstance(item, Message):
        spoken = item.audio.get("transcript")
        changes |= {"extra": {}, "audio": {"transcript": spoken} if spoken else {}}
    elif isinstance(item, ToolCall):
        changes["extra"] = {}
    return replace(item, **changes)


def _told(run: Run) -> list[Item]:
    """The items of a run as later ones tell of it. The arguments of the tool that had to be called
    were the answer, and nobody owes an output for them: a server would not take the call back."""
    output, items = run.call.output, run.items
    if output.mode != "tool":
        return items
    answered = {item.call_id for item in items if isinstance(item, ToolOutput)}
    return [
        Message(key=item.key, leg=item.leg, choice=item.choice, text=Text(str(item.arguments)))
        if isinstance(item, ToolCall)
        and item.name == output.name
        and item.call_id not in answered
        and item.arguments
        else item
        for item in items
    ]
