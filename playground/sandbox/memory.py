"""Memory: the responses and conversations that the server keeps, as long as its process lives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playground.sandbox.background import Job
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.play import encode
from playground.sandbox.prompt_cache import PromptCache
from playground.sandbox.shelf import Shelf

RESPONSES = 500
CONVERSATIONS = 200
SIZE = 128 * 2**20
"""Bytes of JSON on each of the two shelves."""


@dataclass(slots=True)
class Kept:
    """A stored response."""

    response: Json
    input: tuple[Json, ...]
    """All the items that it was made from, earlier turns included."""
    job: Job | None = None
    """How it is made in the background."""

    @property
    def history(self) -> tuple[Json, ...]:
        """What the next turn goes on from."""
        return (*self.input, *self.response["output"])


@dataclass(slots=True)
class Conversation:
    id: str
    created_at: int
    metadata: dict[str, str]
    items: dict[str, Json] = field(default_factory=dict)
    """By id, in their order."""

    @property
    def shown(self) -> Json:
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }


class Memory:
    def __init__(self, identify: Callable[[str], str]) -> None:
        self.identify = identify
        self.cache = PromptCache()
        self._responses: Shelf[Kept] = Shelf(RESPONSES, SIZE)
        self._conversations: Shelf[Conversation] = Shelf(CONVERSATIONS, SIZE)

    # Responses

    def keep(self, kept: Kept) -> None:
        size = kept.job.size if kept.job else 0
        size += len(encode(kept.response)) + sum(len(encode(item)) for item in kept.input)
        self._responses.put(kept.response["id"], kept, size)

    def rekeep(self, kept: Kept) -> None:
        """Keeps the later state of a response, unless it was forgotten in the meantime."""
        if self._responses.find(kept.response["id"]) is kept:
            self.keep(kept)

    def response(self, response_id: str) -> Kept:
        """Raises ApiError."""
        kept = self._responses.find(response_id)
        if kept is None:
            raise ApiError(404, f"Response with id '{response_id}' not found.")
        return kept

    def previous(self, response_id: str) -> Kept:
        """The response that a turn goes on from. Raises ApiError."""
        kept = self._responses.find(response_id)
        if kept is None:
            raise ApiError(
                400,
                f"Previous response with id '{response_id}' not found.",
                param="previous_response_id",
                code="previous_response_not_found",
            )
        return kept

    def forget(self, response_id: str) -> Kept:
        """Raises ApiError."""
        kept = self.response(response_id)
        self._responses.take(response_id)
        return kept

    # Conversations

    def open(self, conversation: Conversation) -> None:
        self._shelve(conversation)

    def conversation(self, conversation_id: str) -> Conversation:
        """Raises ApiError."""
        found = self._conversations.find(conversation_id)
        if found is None:
            raise ApiError(404, f"Conversation with id '{conversation_id}' not found.")
        return found

    def append(self, conversation_id: str, items: Sequence[Json]) -> None:
        """Adds items, unless the conversation has gone in the meantime."""
        conversation = self._conversations.find(conversation_id)
        if conversation is not None:
            conversation.items |= {item["id"]: item for item in items}
            self._shelve(conversation)

    def remove(self, conversation_id: str, item_id: str) -> None:
        """Raises ApiError for a conversation that is not here."""
        conversation = self.conversation(conversation_id)
        conversation.items.pop(item_id, None)
        self._shelve(conversation)

    def close(self, conversation_id: str) -> None:
        """Raises ApiError."""
        self.conversation(conversation_id)
        self._conversations.take(conversation_id)

    def _shelve(self, conversation: Conversation) -> None:
        size = sum(len(encode(item)) for item in conversation.items.values())
        self._conversations.put(conversation.id, conversation, size)

    # Items, wherever they are kept

    def item(self, item_id: str) -> Json | None:
        for kept in self._responses:
            for item in kept.history:
                if item.get("id") == item_id:
                    return item
        for conversation in self._conversations:
            if item_id in conversation.items:
                return conversation.items[item_id]
        return None

    def thought_before(self, item_id: str) -> str | None:
        """The id of the reasoning that led to this item of a kept response."""
        for kept in self._responses:
            thought = None
            for item in kept.response["output"]:
                if item["type"] == "reasoning":
                    thought = item["id"]
                elif item.get("id") == item_id:
                    return thought
        return None
