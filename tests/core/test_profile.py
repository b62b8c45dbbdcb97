"""Which server is this computer, and which names carry secrets."""

from __future__ import annotations

import pytest

from playground.core.profile import is_loopback, is_secret


@pytest.mark.parametrize(
    "url",
    ["http://localhost:1", "http://LOCALHOST", "http://127.0.0.1:8080/v1", "http://127.1.2.3",
     "http://[::1]:80/v1"],
)  # fmt: skip
def test_this_computer(url: str) -> None:
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    ["", "localhost:1", "http://127.0.0.1.evil.example", "http://127.evil.example", "http://[::1",
     "http://localhost.evil.example", "https://api.openai.com", "http://192.168.1.2", "http://0"],
)  # fmt: skip
def test_another_computer(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize(
    "name",
    ["Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "api-key", "X-API-Key",
     "x_api_key", "apiKey", "key", "Ocp-Apim-Subscription-Key", "X-Auth-Token", "access_token",
     "client_secret", "sig"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["Content-Type", "Idempotency-Key", "X-Title", "x-ratelimit-remaining-tokens", "User-Agent",
     "api-version", "X-Monkey", ""],
)  # fmt: skip
def test_names_of_other_things(name: str) -> None:
    assert not is_secret(name)
