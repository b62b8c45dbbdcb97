"""The official SDK as the judge of what a server sends, strictly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, get_args

from openai import AsyncOpenAI
from openai.types.responses import ResponseStreamEvent
from pydantic import BaseModel

KNOWN_EVENTS = get_args(get_args(ResponseStreamEvent)[0])

UNTYPED = {
    # On the wire, but not in the SDK's types.
    "Response": {"store"},
    "ChoiceDelta": {"reasoning_content"},
    "ChatCompletionMessage": {"reasoning_content"},
}

FAST = {"sandbox": {"per_second": 0}}


def extras(value: Any) -> Iterator[str]:
    """Fields that no type of the SDK has: most likely misspelt."""
    if isinstance(value, BaseModel):
        kind = type(value).__name__
        for name in value.model_extra or {}:
            padded = name == "obfuscation" and kind.endswith("DeltaEvent")
            if name not in UNTYPED.get(kind, set()) and not padded:
                yield f"{kind}.{name}"
        for name in type(value).model_fields:
            yield from extras(getattr(value, name))
    elif isinstance(value, list):
        for row in value:
            yield from extras(row)


def validated(value: BaseModel) -> None:
    """The SDK takes whatever comes; here every required field must be there, of its type."""
    type(value).model_validate(value.model_dump(mode="json", by_alias=True, exclude_unset=True))
    assert list(extras(value)) == []


@asynccontextmanager
async def client(base_url: str, retries: int = 0, **options: Any) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=base_url, api_key="sk-anything", max_retries=retries, **options
    ) as made:
        yield made


WHOLE = ("text", "refusal", "arguments", "input", "code", "command")
"""Where a `done` event has what its deltas add up to."""
PLACES = ("content_index", "summary_index", "command_index")


def texts_agree(events: list[Any]) -> None:
    """Deltas, done events, done items and the final response say the same."""
    joined: dict[Any, str] = {}
    items: dict[int, Any] = {}
    for event in events:
        name, _, stage = event.type.removeprefix("response.").rpartition(".")
        places = [getattr(event, place, None) for place in PLACES]
        key = (name, getattr(event, "output_index", None), *places)
        if stage == "delta" and isinstance(event.delta, str):
            joined[key] = joined.get(key, "") + event.delta
        elif name == "output_item":
            items[event.output_index] = event.item
            if stage == "done":
                assert event.item.id is not None
        elif stage == "done" and key in joined:
            whole = next(
                value for field in WHOLE if (value := getattr(event, field, None)) is not None
            )
            assert joined.pop(key) == whole
    assert joined == {}, "a part that never ended"
    assert list(items.values()) == events[-1].response.output


def sound(events: list[Any]) -> None:
    """A stream of the Responses dialect as it should be, from its first event to its last."""
    for event in events:
        assert isinstance(event, KNOWN_EVENTS), event
        validated(event)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[0].type == "response.created"
    assert {event.response.id for event in events if hasattr(event, "response")} == {
        events[0].response.id
    }
    texts_agree(events)
