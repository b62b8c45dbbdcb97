"""The Request and Response pages: differences, an editor, several attempts."""

from __future__ import annotations

import json
from typing import Any

from playground.core.call import Call
from playground.core.profile import Fields, Profile, Quirks
from playground.core.session import Run
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.ui.inspector.requests import RequestPage
from playground.ui.widgets.requestview import DIFFERENCES, TREE
from tests.gallery.stage import Stage
from tests.gallery.tapes import MODEL, Tape, run_of, said

PROMPT = "What should I wear in Oslo tomorrow?"
ANSWER = "A warm coat: it snows at −3 °C."
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = Tool(name="get_weather", description="The weather of a city", parameters=CITY)
GATEWAY = Profile(
    id="gateway",
    name="Gateway",
    base_url="https://gateway.example/v1",
    headers={"X-Team": "weather"},
    quirks=Quirks(
        drop=["top_k"],
        rename={"reasoning.effort": "reasoning_effort"},
        models={MODEL: Fields(drop=["seed"])},
    ),
)
CALL = Call(
    model=MODEL,
    instructions="Answer in one sentence.",
    fields={
        "temperature": 0.2,
        "top_k": 40,
        "seed": 7,
        "reasoning.effort": "low",
        "max_output_tokens": 800,
    },
    headers={"X-Team": "research"},
    extra={"metadata": {"trip": "oslo"}},
    tools=[WEATHER],
)
NEW = {
    "host": "gateway.example",
    "port": 443,
    "proxy": None,
    "reused": False,
    "tcp_ms": 23.4,
    "tls_ms": 41.7,
    "tls": "TLSv1.3",
    "cipher": "TLS_AES_128_GCM_SHA256",
    "http": "HTTP/1.1",
}
OPEN = {**NEW, "reused": True, "tcp_ms": None, "tls_ms": None}
LIMITS = {
    "x-ratelimit-limit-requests": "5000",
    "x-ratelimit-remaining-requests": "4999",
    "x-ratelimit-reset-requests": "12ms",
    "x-ratelimit-limit-tokens": "800000",
    "x-ratelimit-remaining-tokens": "799188",
    "x-ratelimit-reset-tokens": "6s",
}


class Sent(Tape):
    """With the body that a call makes."""

    def send(self, body: dict[str, Any], *, attempt: int = 0, **route: Any) -> Sent:
        self._attempt = attempt
        self.fact(
            "request",
            method="POST",
            url="https://gateway.example/v1/responses",
            headers=[
                ["User-Agent", "Playground/0.1.0"],
                ["Accept", "text/event-stream, application/json"],
                ["Content-Type", "application/json"],
                ["Authorization", "Bearer ****************************"],
                ["X-Team", "research"],
            ],
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        )
        self.wait(66).fact("connection", **(route or NEW))
        return self

    def answer(self) -> Sent:
        self.wait(180).head(200, "OK", **LIMITS).wait(3)
        self.event("response.created", response=self._response("in_progress"))
        self.wait(310).text(ANSWER).end(given=96, cached=0, made=18)
        return self


def body_of(call: Call, prompt: str = PROMPT) -> dict[str, Any]:
    return BY_ID[call.api].body(call, said(prompt), GATEWAY.quirks, None)


def run(tape: Sent, call: Call = CALL, prompt: str = PROMPT) -> Run:
    made = run_of(tape, prompt, profile=GATEWAY.id)
    made.call = call
    return made


async def page(stage: Stage, made: Run) -> RequestPage:
    """The page of a run, with room for it."""
    stage.app.adopt(GATEWAY)
    await stage.show(made)
    stage.inspector.show_page("request")
    found = stage.inspector.page("request")
    assert isinstance(found, RequestPage)

    def undo() -> None:
        found.editor.cancel.click()
        found.view.mode.pick(0)
        found.view.only.setChecked(False)

    stage.after.append(undo)
    return found


async def differences(stage: Stage) -> None:
    found = await page(stage, run(Sent().send(body_of(CALL)).answer()))
    found.view.mode.pick(DIFFERENCES)


async def only_differences(stage: Stage) -> None:
    """One of them is explained by nothing that is known here."""
    body = {**body_of(CALL), "store": False}
    found = await page(stage, run(Sent().send(body).answer()))
    found.view.mode.pick(DIFFERENCES)
    found.view.only.setChecked(True)


async def by_hand(stage: Stage) -> None:
    body = body_of(CALL, "And in Rome?") | {"temperature": 1.0, "metadata": {"trip": "rome"}}
    body["input"].insert(0, {"role": "user", "content": "Be quick."})
    call = CALL.model_copy(update={"body": body})
    found = await page(stage, run(Sent().send(body).answer(), call, "And in Rome?"))
    found.view.mode.pick(DIFFERENCES)


async def tree(stage: Stage) -> None:
    found = await page(stage, run(Sent().send(body_of(CALL)).answer()))
    found.view.mode.pick(TREE)


async def edit(stage: Stage) -> None:
    found = await page(stage, run(Sent().send(body_of(CALL)).answer()))
    found.edit.click()
    text = found.editor.text
    text.replace(text.toPlainText().replace("tomorrow", "on Sunday"))
    text.settle()


async def edit_wrong(stage: Stage) -> None:
    found = await page(stage, run(Sent().send(body_of(CALL)).answer()))
    found.edit.click()
    text = found.editor.text
    text.replace(text.toPlainText().replace(f'"model": "{MODEL}",', f'"model": "{MODEL}"'))
    text.settle()


async def attempts(stage: Stage) -> None:
    tape = Sent().send(body_of(CALL))
    error = b'{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}'
    refusal = {"retry-after": "2", **LIMITS}
    tape.wait(24).head(429, "Too Many Requests", **refusal).raw(error).fact("eof")
    tape.fact("retry", after=2.0, why="429: Rate limit reached.", attempt=1, attempts=2).wait(2000)
    tape.send(body_of(CALL), attempt=1, **OPEN).answer()
    stage.app.adopt(GATEWAY)
    await stage.show(run(tape))
    stage.inspector.show_page("response")
