"""The paths of Conversations: items that responses go on from, and are added to."""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.sandbox.errors import ApiError
from playground.sandbox.exchange import Exchange
from playground.sandbox.fields import Fields, Json, decode
from playground.sandbox.memory import Conversation, Memory
from playground.sandbox.pages import page
from playground.sandbox.responses_items import read_items
from playground.sandbox.route import Route

MOST = 20
"""Items that one request can add."""

_ONE = "/conversations/([^/]+)"


class ConversationsApi:
    def __init__(self, memory: Memory, clock: Callable[[], float]) -> None:
        self._memory = memory
        self._clock = clock

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            ("POST", re.compile("/conversations"), self._create),
            ("GET", re.compile(_ONE), self._show),
            ("POST", re.compile(_ONE), self._change),
            ("DELETE", re.compile(_ONE), self._delete),
            ("GET", re.compile(f"{_ONE}/items"), self._list),
            ("POST", re.compile(f"{_ONE}/items"), self._add),
            ("GET", re.compile(f"{_ONE}/items/([^/]+)"), self._show_item),
            ("DELETE", re.compile(f"{_ONE}/items/([^/]+)"), self._delete_item),
        )

    async def _create(self, exchange: Exchange) -> None:
        raw = exchange.request.body
        fields = Fields(decode(raw) if raw else {}, {"items", "metadata"})
        made = Conversation(self._memory.identify("conv_"), int(self._clock()), fields.metadata())
        items = self._items(fields)
        self._memory.open(made)
        self._memory.append(made.id, items)
        await exchange.send(200, made.shown)

    async def _show(self, exchange: Exchange, name: str) -> None:
        await exchange.send(200, self._memory.conversation(name).shown)

    async def _change(self, exchange: Exchange, name: str) -> None:
        fields = Fields(decode(exchange.request.body), {"metadata"})
        fields.require("metadata")
        conversation = self._memory.conversation(name)
        conversation.metadata = fields.metadata()
        await exchange.send(200, conversation.shown)

    async def _delete(self, exchange: Exchange, name: str) -> None:
        self._memory.close(name)
        deleted = {"id": name, "object": "conversation.deleted", "deleted": True}
        await exchange.send(200, deleted)

    async def _list(self, exchange: Exchange, name: str) -> None:
        items = list(self._memory.conversation(name).items.values())
        await exchange.send(200, page(items, exchange.request.query, "desc"))

    async def _add(self, exchange: Exchange, name: str) -> None:
        self._memory.conversation(name)
        fields = Fields(decode(exchange.request.body), {"items"})
        fields.require("items")
        items = self._items(fields)
        self._memory.append(name, items)
        await exchange.send(200, page(items, f"limit={MOST}", "asc"))

    async def _show_item(self, exchange: Exchange, name: str, item_id: str) -> None:
        await exchange.send(200, self._item(name, item_id))

    async def _delete_item(self, exchange: Exchange, name: str, item_id: str) -> None:
        self._item(name, item_id)
        self._memory.remove(name, item_id)
        await exchange.send(200, self._memory.conversation(name).shown)

    def _item(self, name: str, item_id: str) -> Json:
        item = self._memory.conversation(name).items.get(item_id)
        if item is None:
            raise ApiError(404, f"Item with id '{item_id}' not found in conversation '{name}'.")
        return item

    def _items(self, fields: Fields) -> list[Json]:
        rows = fields.objects("items")
        if len(rows) > MOST:
            raise ApiError(
                400,
                f"Invalid 'items': array too long. Expected an array with maximum length {MOST}, "
                f"but got an array with length {len(rows)} instead.",
                param="items",
                code="array_above_max_length",
            )
        return read_items(fields.body, "items", self._memory.identify)
