"""What is found out about a server by asking it a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from playground import app
from playground.core.profile import Profile, Quirks
from playground.engine.probe import Found, probe
from playground.engine.serving import Serving
from playground.store.home import Home
from tests.server import Request, head, serving

Said = tuple[str, Any]
"""Status line and body."""

KEPT: Said = ("200 OK", {"id": "resp_1", "object": "response", "status": "completed"})
ABSENT: Said = ("404 Not Found", {"detail": "Not Found"})
REFUSED: Said = ("400 Bad Request", {"error": {"message": "store is not supported"}})
UNKNOWN: Said = ("404 Not Found", {"error": {"message": "No m", "code": "model_not_found"}})
BROKEN: Said = ("500 Internal Server Error", {"error": {"message": "Oops"}})


async def found(tmp_path: Path, answers: dict[str, Said], **quirks: Any) -> tuple[Found, list[str]]:
    """What a server is found to be that gives these answers by what is asked, and what was asked;
    `store` marks a request that asks for the answer to be kept."""
    asked: list[str] = []

    def answer(request: Request) -> Iterator[bytes]:
        method, path, _ = request.line.split(" ")
        key = f"{method} {path.removeprefix('/v1')}"
        key += " store" if request.raw and request.body.get("store") else ""
        asked.append(key)
        status, body = answers.get(key, ABSENT)
        yield head(status, "application/json")
        yield json.dumps(body).encode()

    with serving(answer) as server:
        profile = Profile(id="p", name="P", base_url=server.base_url, quirks=Quirks(**quirks))
        async with app.opened(Home.at(tmp_path / "home", {}), lambda _: None, {}) as opened:
            return await probe(opened.runner, Serving(profile), "m"), asked


@pytest.mark.parametrize(
    ("answers", "state", "answering"),
    [
        ({"POST /responses store": KEPT, "GET /responses/resp_1": KEPT}, "stateful", True),
        ({"POST /responses store": KEPT}, "stateless", True),
        ({"POST /responses store": KEPT, "GET /responses/resp_1": BROKEN}, None, True),
        ({"POST /responses store": ("200 OK", {"output": []})}, "stateless", True),
        ({"POST /responses store": REFUSED, "POST /responses": KEPT}, "stateless", True),
        ({"POST /responses store": REFUSED, "POST /responses": REFUSED}, None, False),
        ({"POST /responses store": UNKNOWN}, None, False),
        ({"POST /responses store": BROKEN}, None, False),
        ({}, "none", False),
    ],
)
async def test_what_a_server_keeps(
    answers: dict[str, Said], state: str | None, answering: bool, tmp_path: Path
) -> None:
    told, asked = await found(tmp_path, answers)
    assert told.state == state
    assert (told.dialects["responses"] is None) == answering
    assert ("DELETE /responses/resp_1" in asked) == (state == "stateful")


async def test_every_dialect_is_asked_once_and_shortly(tmp_path: Path) -> None:
    told, asked = await found(tmp_path, {"POST /chat/completions": ("200 OK", {"choices": []})})
    spoken = {api: problem is None for api, problem in told.dialects.items()}
    assert spoken == dict.fromkeys(told.dialects, False) | {"chat": True}
    assert [one for one in asked if "completions" in one] == [
        f"POST {path}" for path in ("/chat/completions", "/completions") if f"POST {path}" in asked
    ]
    assert len(asked) == len(told.dialects)


async def test_a_field_that_is_never_sent_is_asked_for_all_the_same(tmp_path: Path) -> None:
    answers = {"POST /responses store": KEPT, "GET /responses/resp_1": KEPT}
    told, _ = await found(tmp_path, answers, drop=["store"], state="none")
    assert told.state == "stateful"
