"""What makes a request the same, for an answer that was recorded."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import SecretStr

from playground.core.profile import LOCAL, Profile
from playground.engine.reuse import digest
from playground.providers import PROVIDERS

OPENAI = next(one for one in PROVIDERS if one.id == "openai")
SERVER = Profile(id="a", name="A", base_url="https://a.example/v1")
BODY = {"model": "m", "input": "hello"}


def of(
    body: dict[str, Any] = BODY,
    profile: Profile = SERVER,
    key: str = "sk-0123456789",
    headers: dict[str, str] | None = None,
    api: str = "responses",
) -> str:
    address = OPENAI.address(profile, "/responses", SecretStr(key), body, headers)
    return asyncio.run(digest(address, api, profile))


def test_the_order_of_fields_and_the_name_of_a_profile_make_no_difference() -> None:
    assert of() == of(dict(reversed(BODY.items())))
    assert of() == of(profile=SERVER.model_copy(update={"id": "b", "name": "B"}))


@pytest.mark.parametrize(
    "other",
    [
        {"body": {**BODY, "input": "Hello"}},
        {"body": {**BODY, "stream": True}},
        {"profile": SERVER.model_copy(update={"base_url": "https://b.example/v1"})},
        {"profile": SERVER.model_copy(update={"base_url": "https://a.example:8443/v1"})},
        {"profile": SERVER.model_copy(update={"base_url": "http://a.example/v1"})},
        {"profile": SERVER.model_copy(update={"base_url": "https://a.example/other/v1"})},
        {"profile": SERVER.model_copy(update={"base_url": "https://a.example/v1?deployment=2"})},
        {"profile": SERVER.model_copy(update={"base_url": "https://a.example/v1?token=t2"})},
        {"profile": SERVER.model_copy(update={"project": "p"})},
        {"key": "sk-other-56789"},
        {"key": ""},
        {"headers": {"X-Tenant": "2"}},
        {"headers": {"X-Token": "2"}},
        {"api": "chat"},
    ],
)
def test_whatever_else_is_another_makes_it_another(other: dict[str, Any]) -> None:
    assert of(**other) not in ("", of())


def test_two_secrets_that_are_masked_alike_are_told_apart() -> None:
    one, two = "sk-aaaaaaaaaa", "sk-bbbbbbbbbb"
    assert of({"input": one}, key=one) != of({"input": two}, key=two)


def test_a_server_of_ours_is_the_same_wherever_it_listens() -> None:
    here = Profile(id=LOCAL, name="Here", base_url="http://127.0.0.1:1111/v1")
    later = here.model_copy(update={"base_url": "http://127.0.0.1:2222/v1"})
    assert of(profile=here, key="of-this-start") == of(profile=later, key="of-the-next")
    elsewhere = later.model_copy(update={"id": "mine"})
    assert of(profile=later) != of(profile=elsewhere)


@pytest.mark.parametrize("body", [{"conversation": "conv_1"}, {"conversation": {"id": "c"}}])
def test_nothing_stands_for_a_request_that_its_server_has_to_hear(body: dict[str, Any]) -> None:
    assert of(body) == ""


def test_what_can_be_read_of_a_request_never_tells_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is hashed quickly holds no secret, however short."""
    hashed: list[bytes] = []

    def canonical(value: Any) -> bytes:
        hashed.append(json.dumps(value).encode())
        return hashed[-1]

    monkeypatch.setattr("playground.engine.reuse.canonical", canonical)
    of(headers={"X-Token": "short-1"}, key="tiny-key")
    assert hashed and b"short-1" not in hashed[0] and b"tiny-key" not in hashed[0]
