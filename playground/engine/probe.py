"""Probe: which dialects a server speaks, and what it keeps, found out by asking a very little."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any, Literal

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.problem import Failure, Problem
from playground.core.recording import parse
from playground.engine.runner import Runner
from playground.engine.serving import Serving
from playground.wire.limits import Limits

State = Literal["none", "stateless", "stateful"]

LIMITS = {
    "responses": "max_output_tokens",
    "chat": "max_completion_tokens",
    "completions": "max_tokens",
}
"""The field that keeps the answer short, by dialect."""
SHORT = 16
"""Tokens; the least that OpenAI takes."""
PATIENCE = Limits(first_token=60, idle=30, retries=0)
ABSENT = frozenset((404, 405, 501))
"""Status of what is not there."""


@dataclass(frozen=True, slots=True)
class Found:
    dialects: dict[str, Problem | None]
    """By their ids; None where the server answers."""
    state: State | None
    """Of the Responses API; None when it could not be told."""


async def probe(runner: Runner, serving: Serving, model: str) -> Found:
    """Ask a model one word over every dialect; what came of it. Nothing is left on the server that
    can be deleted."""
    dialects: dict[str, Problem | None] = {}
    state: State | None = None
    for api in runner.endpoints:
        if api == "responses":
            dialects[api], state = await _responses(runner, serving, model)
        else:
            dialects[api] = (await _asked(runner, serving, api, model))[1]
    return Found(dialects, state)


async def _responses(
    runner: Runner, serving: Serving, model: str
) -> tuple[Problem | None, State | None]:
    answer, problem = await _asked(runner, serving, "responses", model, store=True)
    if problem is not None and _is_absent(problem):
        return problem, "none"
    refused = problem
    if problem is not None and problem.status in (400, 422):
        answer, problem = await _asked(runner, serving, "responses", model)
    if problem is not None:
        return problem, None
    name = answer.get("id")
    if refused is not None or not isinstance(name, str):
        return None, "stateless"
    try:
        await _send(runner, serving, "GET", f"/responses/{name}")
    except Failure as failure:
        return None, "stateless" if (failure.problem.status or 500) < 500 else None
    with contextlib.suppress(Failure):  # then it is kept for as long as the server keeps them
        await _send(runner, serving, "DELETE", f"/responses/{name}")
    return None, "stateful"


async def _asked(
    runner: Runner, serving: Serving, api: str, model: str, **fields: Any
) -> tuple[dict[str, Any], Problem | None]:
    """(answer, what went wrong) of a request that is as small as it can be."""
    endpoint = runner.endpoints[api]
    call = Call(api=endpoint.id, model=model, stream=False, fields={LIMITS[api]: SHORT, **fields})
    said = [Message(key="in:0", role="user", text=Text("Hi"))]
    # Whether it keeps anything is the question here, so what was learnt of that does not count.
    quirks = serving.profile.quirks.model_copy(update={"state": "stateful"})
    if "store" in fields:
        quirks.drop = [name for name in quirks.drop if name != "store"]
    try:
        body = endpoint.body(call, said, quirks, None)
        answer = await _send(runner, serving, "POST", endpoint.path, body)
    except Failure as failure:
        return {}, failure.problem
    return answer, None


async def _send(
    runner: Runner, serving: Serving, method: str, path: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What a server answers, as an object. Raises Failure."""
    provider = runner.providers[serving.profile.provider]
    address = provider.address(serving.profile, path, serving.key, body)
    answer = await runner.wire.fetch(replace(address, method=method), PATIENCE)
    data, _ = parse(answer.body.decode("utf-8", "replace"))
    return data if isinstance(data, dict) else {}


def _is_absent(problem: Problem) -> bool:
    return problem.status in ABSENT and problem.code != "model_not_found"
