"""Errors: every class of the official SDK, its retries, and the shapes of other servers."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from tests.oracle import FAST, client

HELLO: Any = [{"role": "user", "content": "Hello"}]


def ask(api: AsyncOpenAI, model: str, dialect: str = "chat", **more: Any) -> Any:
    if dialect == "responses":
        return api.responses.create(model=model, input="Hello", extra_body=FAST, **more)
    if dialect == "completions":
        return api.completions.create(model=model, prompt="Hello", extra_body=FAST, **more)
    return api.chat.completions.create(model=model, messages=HELLO, extra_body=FAST, **more)


CLASSES = [
    ("400", openai.BadRequestError, "invalid_value"),
    ("401", openai.AuthenticationError, "invalid_api_key"),
    ("403", openai.PermissionDeniedError, "unsupported_country_region_territory"),
    ("404", openai.NotFoundError, "model_not_found"),
    ("408", openai.APIStatusError, "timeout"),
    ("409", openai.ConflictError, "conflict"),
    ("413", openai.APIStatusError, "request_too_large"),
    ("422", openai.UnprocessableEntityError, "unprocessable_entity"),
    ("429-long", openai.RateLimitError, "rate_limit_exceeded"),
    ("500", openai.InternalServerError, "server_error"),
    ("502", openai.InternalServerError, None),
    ("503", openai.InternalServerError, "overloaded"),
    ("504", openai.InternalServerError, None),
    ("529", openai.InternalServerError, None),
    ("empty", openai.InternalServerError, None),
    ("broken-json", openai.InternalServerError, None),
]


@pytest.mark.parametrize("dialect", ["chat", "responses", "completions"])
def test_every_class_of_error(serving: Any, run: Any, dialect: str) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for name, error, code in CLASSES:
                for stream in (False, True):
                    with pytest.raises(error) as caught:
                        await ask(api, f"errors/{name}", dialect, stream=stream)
                    assert str(caught.value.status_code) == name[:3] or not name[0].isdigit()
                    assert caught.value.code == code
                    if name not in ("502", "504", "empty", "broken-json"):
                        assert (caught.value.request_id or "").startswith("req_")

    run(drive())


@pytest.mark.parametrize(
    ("model", "tries", "works"),
    [
        ("errors/twice", 3, True),
        ("servers/llama-cpp-loading", 3, True),
        ("errors/400-again", 3, True),
        ("errors/reset-once", 2, True),
        ("errors/429-ms", 3, False),
        ("errors/503", 3, False),
        ("errors/400", 1, False),
        ("errors/500-final", 1, False),
        ("errors/429-long", 1, False),
    ],
)
def test_retries(
    serving: Any, run: Any, monkeypatch: Any, model: str, tries: int, works: bool
) -> None:
    # What the server does not say is the client's own delay; nothing here depends on its length.
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.01)

    async def drive() -> None:
        async with serving() as server, client(server.base_url, retries=2) as api:
            if works:
                assert (await ask(api, model)).choices[0].message.content
            else:
                with pytest.raises(openai.APIStatusError):
                    await ask(api, model)
            rows = await server.log()
            assert [row["attempt"] for row in rows] == list(range(1, tries + 1))
            assert len({json.dumps(row["body"]) for row in rows}) == 1

    run(drive())


def test_how_long_to_wait_is_said_in_every_way(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            heads = {}
            for name in ("429-date", "429-ms", "429-long", "429-tokens"):
                with pytest.raises(openai.RateLimitError) as caught:
                    await ask(api, f"errors/{name}")
                heads[name] = caught.value.response.headers
            head = heads["429-date"]
            waits = parsedate_to_datetime(head["retry-after"]) - parsedate_to_datetime(head["date"])
            assert 1 <= waits.total_seconds() <= 3
            assert heads["429-ms"]["retry-after-ms"] == "20"
            assert int(heads["429-long"]["retry-after"]) > 120
            assert heads["429-long"]["x-ratelimit-reset-tokens"] == "1h2m3.5s"
            assert heads["429-tokens"]["x-ratelimit-reset-requests"] == "120ms"
            assert heads["429-tokens"]["x-ratelimit-reset-tokens"] == "6m0s"

    run(drive())


def test_no_answer_at_all(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            for name in ("closed", "reset"):
                with pytest.raises(openai.APIConnectionError) as caught:
                    await ask(api, f"errors/{name}")
                assert not isinstance(caught.value, openai.APITimeoutError)
            with pytest.raises(openai.APITimeoutError):
                await ask(api.with_options(timeout=0.3), "errors/silent")
            rows = await server.log()
            assert [row["state"] for row in rows] == ["cut", "cut", "left"]
            assert {row["status"] for row in rows} == {None}

    run(drive())


SHAPES: dict[str, Any] = {
    "string": lambda body: body["error"].startswith("model"),
    "message": lambda body: body["message"],
    "detail": lambda body: body["detail"],
    "detail-list": lambda body: body["detail"][0]["loc"] == ["body", "messages", 0, "role"],
    "object": lambda body: body["object"] == "error" and body["code"] == 400,
    "list": lambda body: body[0]["error"]["status"] == "INVALID_ARGUMENT",
    "number": lambda body: body["error"]["code"] == 40001,
    "null": lambda body: body["error"] is None and body["message"],
    "nested": lambda body: json.loads(body["error"]["message"])["error"]["code"] == "inner",
}


def test_odd_shapes_of_errors(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for name, holds in SHAPES.items():
                asked = {"model": f"errors/shape-{name}", "messages": HELLO}
                raw.send("POST", "/v1/chat/completions", asked)
                status, _, body = await raw.answer()
                assert status == 400 and holds(json.loads(body)), name

    run(drive())


REFUSED: dict[str, Any] = {
    "llama-cpp": {"error": {"code": 400, "message": "{}", "type": "invalid_request_error"}},
    "lm-studio": {"error": "{}"},
    "vllm": {
        "object": "error", "message": "{}", "type": "BadRequestError", "param": "n", "code": 400,
    },
    "gemini": [{"error": {"code": 400, "message": "{}", "status": "INVALID_ARGUMENT"}}],
    "litellm": {"detail": [{"loc": ["body", "n"], "msg": "{}", "type": "value_error"}]},
}  # fmt: skip


def test_servers_refuse_in_their_own_shape(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for name, shape in REFUSED.items():
                asked = {"model": f"servers/{name}", "messages": HELLO, "n": 0}
                raw.send("POST", "/v1/chat/completions", asked)
                status, _, body = await raw.answer()
                words = (
                    "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 "
                    "instead."
                )
                assert status == 400
                assert json.loads(body) == json.loads(json.dumps(shape).replace("{}", words)), name

    run(drive())


def test_every_answer_has_the_headers_of_openai(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, server.raw() as raw:
            for model in ("refusal", "errors/400", "errors/529", "servers/groq"):
                raw.send("POST", "/v1/chat/completions", {"model": model, "messages": HELLO})
                _, headers, _ = await raw.answer()
                assert headers["x-request-id"].startswith("req_")
                assert headers["openai-version"] == "2020-10-01"
                assert headers["openai-processing-ms"].isdigit()
                for what in ("limit", "remaining", "reset"):
                    for name in ("requests", "tokens"):
                        assert headers[f"x-ratelimit-{what}-{name}"]

    run(drive())


def test_a_model_tells_its_end(serving: Any, run: Any) -> None:
    async def drive() -> None:
        async with serving() as server, client(server.base_url) as api:
            ends = {model.id: model.shutdown_date async for model in api.models.list()}
            assert {name for name, date in ends.items() if date} == {"retiring"}
            one = await api.models.retrieve("servers/ollama")
            assert one.id == "servers/ollama" and one.shutdown_date is None

    run(drive())
