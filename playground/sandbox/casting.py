"""Casting: which scenario a request gets, and what the script says before anybody reads on.

That is the failures of its first tries, and the fields that its model does not take.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping

from playground.sandbox.connection import Request
from playground.sandbox.errors import ApiError, context_exceeded, model_not_found
from playground.sandbox.exchange import Exchange
from playground.sandbox.fields import DIRECTIONS, Fields, Json, decode
from playground.sandbox.scenario import BrokenScenarioError, Scenario, directed

SCRIPT = "script"
"""The direction that changes the scenario for one request."""

_TRIES_KEPT = 1000


class Casting:
    def __init__(self, scenarios: Mapping[str, Scenario], only: Scenario | None) -> None:
        """`only` is the scenario of every request, whatever its model."""
        self.scenarios = scenarios
        self.only = only
        self._tries: OrderedDict[bytes, int] = OrderedDict()

    async def begin(self, exchange: Exchange) -> tuple[Json, Scenario] | None:
        """The request's body and its scenario; None when the script has already answered.

        Raises ApiError, and CutError where the script answers with nothing.
        """
        body = decode(exchange.request.body)
        scenario = self._scenario(body)
        exchange.error_shape = scenario.error_shape
        if await self.fail(exchange, scenario):
            return None
        for path, refusal in scenario.refuses.items():
            if _holds(body, path):
                param = refusal.param or path
                raise ApiError(400, refusal.message, refusal.type, param, refusal.code)
        return body, scenario

    async def fail(self, exchange: Exchange, scenario: Scenario) -> bool:
        """Sends the failure that the script has for this try, if it has one."""
        failures = scenario.failures
        if not failures:
            return False
        starts_anew = None if scenario.always_fails else len(failures) + 1
        attempt = exchange.entry.attempt = self._attempt(exchange.request, starts_anew)
        if attempt > len(failures) and not scenario.always_fails:
            return False
        await exchange.send_failure(failures[min(attempt, len(failures)) - 1])
        return True

    def _scenario(self, body: Json) -> Scenario:
        fields = Fields(body)
        model = fields.required_text("model")
        scenario = self.only or self.scenarios.get(model)
        if scenario is None:
            raise model_not_found(model)
        script = fields.object(DIRECTIONS).object(SCRIPT)
        if not script.body:
            return scenario
        try:
            return directed(scenario, script.body)
        except BrokenScenarioError as error:
            at = f"{DIRECTIONS}.{SCRIPT}"
            raise ApiError(400, str(error), param=at, code="invalid_value") from error

    def _attempt(self, request: Request, turns: int | None) -> int:
        """The number of this try among those of the same request; after `turns` it starts anew."""
        same = hashlib.sha256(b"\n".join([request.path.encode(), request.body])).digest()
        before = self._tries.pop(same, 0)
        attempt = (before % turns if turns else before) + 1
        self._tries[same] = attempt
        while len(self._tries) > _TRIES_KEPT:
            self._tries.popitem(last=False)
        return attempt


def admit(scenario: Scenario, input_tokens: int, param: str) -> None:
    """Raises ApiError when the input is longer than this model's context."""
    if scenario.context is not None and input_tokens > scenario.context:
        raise context_exceeded(param, input_tokens, scenario.context)


def _holds(body: Json, path: str) -> bool:
    """Whether the request sets the field at this path."""
    value: object = body
    for name in path.split("."):
        if not isinstance(value, dict) or value.get(name) is None:
            return False
        value = value[name]
    return True
