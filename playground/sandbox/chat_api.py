"""The paths of Chat Completions and of the Completions before them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from playground.sandbox import chat_request, completions_request
from playground.sandbox.answer import compose, staged
from playground.sandbox.casting import Casting, admit
from playground.sandbox.chat import Writer
from playground.sandbox.chat_store import ChatStore
from playground.sandbox.completions import TextWriter
from playground.sandbox.exchange import Exchange
from playground.sandbox.fields import decode
from playground.sandbox.prompt_cache import PromptCache
from playground.sandbox.route import Route

_STORED = "/chat/completions/([^/]+)"


class ChatApi:
    def __init__(
        self, casting: Casting, clock: Callable[[], float], identify: Callable[[str], str]
    ) -> None:
        self._casting = casting
        self._clock = clock
        self._identify = identify
        self._store = ChatStore()
        self._cache = PromptCache()

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            ("POST", re.compile("/chat/completions"), self._complete_chat),
            ("GET", re.compile("/chat/completions"), self._list),
            ("GET", re.compile(_STORED), self._show),
            ("POST", re.compile(_STORED), self._change),
            ("DELETE", re.compile(_STORED), self._delete),
            ("GET", re.compile(f"{_STORED}/messages"), self._messages),
            ("POST", re.compile("/completions"), self._complete),
        )

    async def _complete_chat(self, exchange: Exchange) -> None:
        begun = await self._casting.begin(exchange)
        if begun is None:
            return
        body, scenario = begun
        asked = chat_request.read(body, scenario.chat)
        admit(scenario, asked.turn.input_tokens, "messages")
        cached = self._cache.reuse(asked.turn.model, asked.conversation.heard.marks)
        asked = replace(asked, turn=replace(asked.turn, cached_tokens=cached))
        turn = asked.turn
        scenario = staged(scenario, turn)
        answer = compose(scenario, turn)
        writer = Writer(asked, answer, self._identify, self._clock, scenario.chat)
        if turn.stream and scenario.transport.layout != "json":
            await exchange.stream(scenario, turn, writer.frames())
        else:
            await exchange.whole(scenario, turn, answer, writer.completion)
        if asked.store and answer.finish != "failed" and scenario.fault is None:
            self._store.keep(writer.completion(), body, asked.metadata, exchange.entry.id)

    async def _complete(self, exchange: Exchange) -> None:
        begun = await self._casting.begin(exchange)
        if begun is None:
            return
        body, scenario = begun
        asked = completions_request.read(body, lenient=scenario.chat.lenient)
        admit(scenario, asked.input_tokens, "prompt")
        answers = [compose(scenario, turn) for turn in asked.turns]
        writer = TextWriter(asked, answers, self._identify, self._clock, scenario.chat)
        turn = replace(asked.turns[0], input_tokens=asked.input_tokens)
        if turn.stream and scenario.transport.layout != "json":
            await exchange.stream(scenario, turn, writer.frames())
        else:
            await exchange.whole(scenario, turn, answers[0], writer.completion)

    async def _list(self, exchange: Exchange) -> None:
        await exchange.send(200, self._store.list(exchange.request.query))

    async def _show(self, exchange: Exchange, name: str) -> None:
        await exchange.send(200, self._store.find(name))

    async def _change(self, exchange: Exchange, name: str) -> None:
        await exchange.send(200, self._store.change(name, decode(exchange.request.body)))

    async def _delete(self, exchange: Exchange, name: str) -> None:
        await exchange.send(200, self._store.delete(name))

    async def _messages(self, exchange: Exchange, name: str) -> None:
        await exchange.send(200, self._store.messages(name, exchange.request.query))
