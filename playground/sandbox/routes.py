"""Sandbox: which request gets which answer. The paths, the models, the scripted failures."""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from playground.sandbox.casting import Casting
from playground.sandbox.chat_api import ChatApi
from playground.sandbox.connection import BODY_LIMIT, Reply, Request
from playground.sandbox.conversations_api import ConversationsApi
from playground.sandbox.errors import (
    ApiError,
    foreign_host,
    model_not_found,
    server_error,
    too_large,
    unknown_url,
    wrong_method,
)
from playground.sandbox.exchange import JSON_TYPE, Exchange
from playground.sandbox.fields import Json
from playground.sandbox.log import RequestLog
from playground.sandbox.memory import Memory
from playground.sandbox.play import CutError, encode
from playground.sandbox.responses_api import ResponsesApi
from playground.sandbox.route import Route
from playground.sandbox.scenario import GENERAL, Scenario

RELEASED = 1_767_225_600
"""When the models say they were made: the first second of 2026."""

LOG_PATH = "/sandbox/log"

_logger = logging.getLogger("sandbox")


def _random_id(prefix: str) -> str:
    return prefix + secrets.token_hex(24)


class Sandbox:
    """Answers requests from scenarios."""

    def __init__(
        self,
        scenarios: Mapping[str, Scenario],
        *,
        only: Scenario | None = None,
        loopback_names_only: bool = True,
        clock: Callable[[], float] = time.time,
        identify: Callable[[str], str] = _random_id,
    ) -> None:
        """`only` plays one scenario for every model, whatever its name."""
        self._casting = Casting(scenarios, only)
        self._loopback_names_only = loopback_names_only
        self._clock = clock
        self._identify = identify
        self._log = RequestLog()
        memory = Memory(identify)
        self._responses = ResponsesApi(self._casting, memory, clock)
        self._routes: tuple[Route, ...] = (
            ("GET", re.compile(r"/models"), self._list_models),
            ("GET", re.compile(r"/models/(.+)"), self._show_model),
            *self._responses.routes,
            *ConversationsApi(memory, clock).routes,
            *ChatApi(self._casting, clock, identify).routes,
        )

    async def close(self) -> None:
        """Ends what goes on without a connection."""
        await self._responses.close()

    async def answer(self, request: Request, reply: Reply) -> None:
        """The connection's handler. Cancelled when the client leaves."""
        if request.path == LOG_PATH and self._is_welcome(request):
            return await self._answer_about_log(request, reply)
        entry = self._log.open(self._identify("req_"), self._clock(), request)
        exchange = Exchange(request, reply, entry)
        state = "left"
        try:
            await self._answer(exchange)
            state = "finished"
        except CutError as cut:
            reply.cut(reset=cut.reset)
            state = "cut"
        except Exception:
            _logger.exception("%s %s", request.method, request.path)
            if reply.status is None:
                await exchange.send(500, server_error().body)
            else:
                reply.cut()
            state = "failed"
        finally:
            self._log.close(entry, state)

    async def _answer(self, exchange: Exchange) -> None:
        try:
            await self._route(exchange)
        except ApiError as error:
            await exchange.refuse(error)

    async def _route(self, exchange: Exchange) -> None:
        request = exchange.request
        if not self._is_welcome(request):
            raise foreign_host(request.header("host") or "")
        path = request.path.removeprefix("/v1").rstrip("/")
        allowed = []
        for method, pattern, handle in self._routes:
            if found := pattern.fullmatch(path):
                if method == request.method:
                    if request.too_large:
                        raise too_large(BODY_LIMIT)
                    return await handle(exchange, *found.groups())
                allowed.append(method)
        if allowed:
            raise wrong_method(request.method, request.path, allowed)
        raise unknown_url(request.method, request.path)

    def _is_welcome(self, request: Request) -> bool:
        """Whether the client meant this computer. A web page whose own name was pointed at this
        computer still sends that name, and must not get in by it."""
        return not self._loopback_names_only or is_loopback(request.header("host") or "")

    async def _list_models(self, exchange: Exchange) -> None:
        only = self._casting.only
        if only and only.fails_everywhere and await self._casting.fail(exchange, only):
            return
        models = [_model(*named) for named in self._casting.scenarios.items()]
        await exchange.send(200, {"object": "list", "data": models})

    async def _show_model(self, exchange: Exchange, name: str) -> None:
        if name not in self._casting.scenarios:
            raise model_not_found(name)
        await exchange.send(200, _model(name, self._casting.scenarios[name]))

    async def _answer_about_log(self, request: Request, reply: Reply) -> None:
        """GET shows the log, with `?settled=SECONDS` once no request is running or after that
        time. DELETE empties it."""
        if request.method == "DELETE":
            self._log.clear()
        elif request.method != "GET":
            error = wrong_method(request.method, request.path, ("GET", "DELETE"))
            await reply.send(error.status, JSON_TYPE, encode(error.body))
            return
        elif wanted := parse_qs(request.query).get("settled"):
            await self._log.settle(float(wanted[0]) if wanted[0].isdecimal() else 0)
        await reply.send(200, JSON_TYPE, encode({"object": "list", "data": self._log.rows()}))


def is_loopback(host: str) -> bool:
    """Whether a Host header, or a name to listen on, means this computer and nothing else."""
    name = host
    if host.startswith("["):
        name = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        name = host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _model(name: str, scenario: Scenario) -> Json:
    owner = "sandbox" if name == GENERAL else "sandbox-scenarios"
    model = {"id": name, "object": "model", "created": RELEASED, "owned_by": owner}
    if scenario.shutdown_date is not None:
        model["shutdown_date"] = scenario.shutdown_date
    return model
