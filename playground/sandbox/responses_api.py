"""The paths of Responses: making them, and what can be done with those that are kept."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from urllib.parse import parse_qs

from playground.sandbox import parameters
from playground.sandbox.answer import Answer, compaction, compose, staged
from playground.sandbox.background import Job
from playground.sandbox.casting import Casting, admit
from playground.sandbox.errors import ApiError
from playground.sandbox.exchange import Exchange, pace_of
from playground.sandbox.fields import Json, decode
from playground.sandbox.memory import Kept, Memory
from playground.sandbox.pages import page
from playground.sandbox.responses import FAILURE, Writer
from playground.sandbox.responses_items import kept
from playground.sandbox.responses_request import Asked, read, shortened
from playground.sandbox.responses_shell import shell
from playground.sandbox.route import Route
from playground.sandbox.scenario import GENERAL, Scenario

_ONE = "/responses/([^/]+)"
_ENDED = ("completed", "incomplete", "failed", "cancelled")


class ResponsesApi:
    def __init__(self, casting: Casting, memory: Memory, clock: Callable[[], float]) -> None:
        self._casting = casting
        self._memory = memory
        self._clock = clock
        self._jobs: set[Job] = set()
        """Those that are under way."""

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            ("POST", re.compile("/responses"), self._create),
            ("POST", re.compile("/responses/input_tokens"), self._count),
            ("POST", re.compile("/responses/compact"), self._compact),
            ("GET", re.compile(_ONE), self._show),
            ("DELETE", re.compile(_ONE), self._delete),
            ("POST", re.compile(f"{_ONE}/cancel"), self._cancel),
            ("GET", re.compile(f"{_ONE}/input_items"), self._list_input),
        )

    async def close(self) -> None:
        """Ends what goes on in the background."""
        await asyncio.gather(*(job.stop() for job in self._jobs))

    async def _create(self, exchange: Exchange) -> None:
        begun = await self._casting.begin(exchange)
        if begun is None:
            return
        body, scenario = begun
        asked = shortened(read(body, self._memory), scenario.context)
        turn = asked.turn
        admit(scenario, turn.input_tokens, "input")
        started = shell(asked, self._memory.identify("resp_"), int(self._clock()))
        scenario = staged(scenario, turn)
        answer = compose(scenario, turn)
        if asked.background:
            await self._begin(exchange, scenario, asked, started, answer)
            return
        writer = self._writer(asked, started, answer, lambda made: self._made(asked, made))
        if turn.stream and scenario.transport.layout != "json":
            await exchange.stream(scenario, turn, writer.frames())
        else:
            await exchange.whole(scenario, turn, answer, writer.response)

    def _writer(
        self, asked: Asked, started: Json, answer: Answer, tell: Callable[[Json], None]
    ) -> Writer:
        return Writer(
            shell=started,
            answer=answer,
            turn=asked.turn,
            identify=self._memory.identify,
            now=self._clock,
            tell=tell,
            obfuscates=asked.obfuscates,
            logprobs=asked.logprobs,
        )

    def _made(self, asked: Asked, response: Json) -> None:
        """Keeps a response that has ended, before anybody hears that it has: the next request may
        go on from it at once."""
        if response["status"] not in _ENDED:
            return
        if asked.store and not asked.background:
            self._memory.keep(Kept(response, (*asked.recalled, *asked.brought)))
        if asked.conversation and response["status"] != "failed":
            self._memory.append(asked.conversation, [*asked.brought, *response["output"]])

    # In the background

    async def _begin(
        self, exchange: Exchange, scenario: Scenario, asked: Asked, started: Json, answer: Answer
    ) -> None:
        state = Kept(started, (*asked.recalled, *asked.brought))

        def tell(response: Json) -> None:
            state.response = response
            self._made(asked, response)

        def ended(job: Job) -> None:
            self._jobs.discard(job)
            if state.response["status"] not in _ENDED:
                state.response = {**state.response, "status": "failed", "error": FAILURE}
            self._memory.rekeep(state)

        writer = self._writer(asked, started, answer, tell)
        pace = pace_of(scenario.pace, asked.turn.directions)
        job = Job(writer.frames(), pace, scenario.fault, streams=asked.turn.stream, ended=ended)
        self._jobs.add(job)
        state.job = job
        self._memory.keep(state)
        if asked.turn.stream:
            await exchange.relay(job.follow(), asked.turn.input_tokens)
        else:
            await exchange.send(200, started)

    async def _cancel(self, exchange: Exchange, response_id: str) -> None:
        state = self._memory.response(response_id)
        if state.job is None:
            raise ApiError(400, "Cannot cancel a synchronous response.", param="response_id")
        if state.response["status"] not in _ENDED:
            state.response = {**state.response, "status": "cancelled"}
            await state.job.stop()
        await exchange.send(200, state.response)

    # What is kept

    async def _show(self, exchange: Exchange, response_id: str) -> None:
        state = self._memory.response(response_id)
        asked = {name: rows[-1] for name, rows in parse_qs(exchange.request.query).items()}
        if asked.get("stream") != "true":
            await exchange.send(200, state.response)
            return
        if state.job is None or not state.job.streams:
            raise ApiError(
                400,
                "This response cannot be streamed: it was not created with both 'background' and "
                "'stream'.",
                param="stream",
            )
        after = asked.get("starting_after", "-1")
        if not after.removeprefix("-").isdecimal():
            raise ApiError(
                400, "Invalid 'starting_after': expected an integer.", param="starting_after"
            )
        await exchange.relay(state.job.follow(int(after)))

    async def _delete(self, exchange: Exchange, response_id: str) -> None:
        state = self._memory.forget(response_id)
        if state.job is not None:
            await state.job.stop()
        await exchange.send(200, {"id": response_id, "object": "response", "deleted": True})

    async def _list_input(self, exchange: Exchange, response_id: str) -> None:
        items = self._memory.response(response_id).input
        await exchange.send(200, page(items, exchange.request.query, "desc"))

    # What needs no answer

    async def _count(self, exchange: Exchange) -> None:
        body = {"model": GENERAL, **decode(exchange.request.body)}
        asked = read(body, self._memory, parameters.INPUT_TOKENS)
        counted = {"object": "response.input_tokens", "input_tokens": asked.turn.input_tokens}
        await exchange.send(200, counted)

    async def _compact(self, exchange: Exchange) -> None:
        begun = await self._casting.begin(exchange)
        if begun is None:
            return
        asked = read(begun[0], self._memory, parameters.COMPACT)
        said = [item for item in (*asked.recalled, *asked.brought) if item.get("role") == "user"]
        item = kept(compaction(f"{len(said)} messages"), self._memory.identify)
        tokens = asked.turn.input_tokens
        await exchange.send(
            200,
            {
                "id": self._memory.identify("resp_"),
                "object": "response.compaction",
                "created_at": int(self._clock()),
                "context_compression": "disabled",
                "output": [*said, item],
                "usage": {
                    "input_tokens": tokens,
                    "input_tokens_details": {
                        "cached_tokens": asked.turn.cached_tokens,
                        "cache_write_tokens": 0,
                    },
                    "output_tokens": 1,
                    "output_tokens_details": {"reasoning_tokens": 0},
                    "total_tokens": tokens + 1,
                },
            },
        )
