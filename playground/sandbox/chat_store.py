"""ChatStore: the chat completions that a client wanted to be kept, with their messages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Fields, Json
from playground.sandbox.pages import page
from playground.sandbox.play import encode
from playground.sandbox.shelf import Shelf

KEPT = 500
ROOM = 64 * 2**20
"""Bytes of all of them together."""

_ASKED = (
    "frequency_penalty",
    "presence_penalty",
    "response_format",
    "seed",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
)
"""What a stored completion tells of its request."""


class _Kept(NamedTuple):
    number: int
    """In the order of their making; no two have the same."""
    completion: Json
    messages: list[Json]


class ChatStore:
    def __init__(self) -> None:
        self._kept: Shelf[_Kept] = Shelf(KEPT, ROOM)
        self._count = 0

    def keep(self, completion: Json, body: Json, metadata: dict[str, str], request: str) -> None:
        """Keeps a finished completion, and what it was asked in `body`."""
        stored = {
            **completion,
            "metadata": metadata,
            "request_id": request,
            **{name: body.get(name) for name in _ASKED},
        }
        name = completion["id"]
        messages = [
            _message(f"{name}-{place}", message) for place, message in enumerate(body["messages"])
        ]
        self._count += 1
        kept = _Kept(self._count, stored, messages)
        self._kept.put(name, kept, len(encode([stored, messages])))

    def find(self, name: str) -> Json:
        """Raises ApiError for a completion that is not here; so do the others."""
        return self._entry(name).completion

    def change(self, name: str, body: Json) -> Json:
        fields = Fields(body, {"metadata"})
        fields.require("metadata")
        self.find(name)["metadata"] = fields.metadata()
        return self.find(name)

    def delete(self, name: str) -> Json:
        self._entry(name)
        self._kept.take(name)
        return {"object": "chat.completion.deleted", "id": name, "deleted": True}

    def messages(self, name: str, query: str) -> Json:
        return page(self._entry(name).messages, query, "asc")

    def list(self, query: str) -> Json:
        """Those that the query's `model` and `metadata[key]` leave, the oldest first."""
        asked = dict(parse_qsl(query))
        rows = [kept.completion for kept in sorted(self._kept)]
        if model := asked.get("model"):
            rows = [row for row in rows if row["model"] == model]
        for name, value in asked.items():
            if name.startswith("metadata[") and name.endswith("]"):
                rows = [row for row in rows if row["metadata"].get(name[9:-1]) == value]
        return page(rows, query, "asc")

    def _entry(self, name: str) -> _Kept:
        if (entry := self._kept.find(name)) is None:
            raise ApiError(404, f"Chat completion with id '{name}' not found.", param="id")
        return entry


def _message(name: str, message: Json) -> Json:
    """A message of the request as the list of stored messages has it."""
    given = message.get("content")
    parts = given if isinstance(given, list) else None
    text = given if parts is None else "".join(_texts(parts)) or None
    kept = {"content": text, "content_parts": parts}
    return {"refusal": None, **message, "id": name, **kept}


def _texts(parts: Iterable[Json]) -> Iterable[str]:
    return (part["text"] for part in parts if part.get("type") == "text")
