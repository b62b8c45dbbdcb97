"""Profile, path and body in; URL, headers, body and secrets out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from playground import __version__
from playground.core.problem import Failure
from playground.core.profile import Address, Profile
from playground.providers import PROVIDERS
from playground.providers.openai import OpenAI
from playground.providers.request import encode

KEY = SecretStr("sk-test-MARKER-123")


def profile(base_url: str = "https://api.openai.com/v1", **fields: Any) -> Profile:
    return Profile(id="p", name="P", base_url=base_url, **fields)


def address(where: Profile, path: str = "/responses", **given: Any) -> Address:
    return OpenAI().address(where, path, given.pop("key", None), given.pop("body", {}), **given)


def header(made: Address, name: str) -> str | None:
    found = [value for one, value in made.headers if one.lower() == name.lower()]
    assert len(found) <= 1, f"{name} stands {len(found)} times"
    return found[0] if found else None


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1/responses"),
        ("https://api.openai.com/", "https://api.openai.com/v1/responses"),
        ("https://api.openai.com/v1", "https://api.openai.com/v1/responses"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1/responses"),
        ("https://api.openai.com/v1//", "https://api.openai.com/v1/responses"),
        ("  https://api.openai.com/v1\n", "https://api.openai.com/v1/responses"),
        ("HTTPS://api.openai.com", "https://api.openai.com/v1/responses"),
        ("http://127.0.0.1:8901", "http://127.0.0.1:8901/v1/responses"),
        ("http://[::1]:8080/", "http://[::1]:8080/v1/responses"),
        ("https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1/responses"),
        ("https://openrouter.ai/api/v1/", "https://openrouter.ai/api/v1/responses"),
        ("https://g.example/v1beta/openai", "https://g.example/v1beta/openai/responses"),
        ("https://ark.example/api/v3", "https://ark.example/api/v3/responses"),
        ("https://gateway.example/team", "https://gateway.example/team/responses"),
        ("https://h.example/v1?api-version=1", "https://h.example/v1/responses?api-version=1"),
        ("https://h.example?a=1&b=2", "https://h.example/v1/responses?a=1&b=2"),
        ("https://h.example/v1/chat/completions", "https://h.example/v1/responses"),
        ("https://h.example/v1#top", "https://h.example/v1/responses"),
    ],
)
def test_the_url_of_an_endpoint(base: str, url: str) -> None:
    assert address(profile(base)).url == url


def test_the_query_of_a_path_joins_the_query_of_the_base() -> None:
    made = address(profile("https://h.example/v1?a=1"), "/files?limit=3")
    assert made.url == "https://h.example/v1/files?a=1&limit=3"


@pytest.mark.parametrize(
    "base",
    [
        "",
        "   ",
        "api.openai.com/v1",
        "localhost:11434",
        "ftp://h.example/v1",
        "https://",
        "https://:443/v1",
        "http://h.example:99999/v1",
        "http://h.example:0/v1",
        "http://[::1/v1",
        "http://h.example/v1\r\nX-Evil: 1",
        "http://h.exa mple/v1",
        "http://user:password@h.example/v1",
    ],
)
def test_an_address_that_is_none_is_refused_with_the_remedy(base: str) -> None:
    with pytest.raises(Failure) as caught:
        address(profile(base))
    assert caught.value.problem.remedy == "edit_profile"
    assert "password@" not in str(caught.value)


def test_a_streamed_request() -> None:
    made = address(
        profile(organization="org-1", project="proj_1"),
        "/chat/completions",
        key=KEY,
        body={"model": "m", "stream": True},
        stream=True,
    )
    assert made.method == "POST"
    assert dict(made.headers) == {
        "User-Agent": f"Playground/{__version__}",
        "Accept": "text/event-stream, application/json",
        "Content-Type": "application/json",
        "Authorization": "Bearer sk-test-MARKER-123",
        "OpenAI-Organization": "org-1",
        "OpenAI-Project": "proj_1",
    }
    assert made.body == b'{"model":"m","stream":true}'
    assert made.secrets == (b"sk-test-MARKER-123",)
    assert "MARKER" not in repr(made)


def test_a_get_has_no_body_and_no_content_type() -> None:
    made = OpenAI().address(profile(), "/models", None)
    assert (made.method, made.body) == ("GET", b"")
    assert header(made, "content-type") is None
    assert header(made, "accept") == "application/json"


@pytest.mark.parametrize("name", ["api-key", "X-Team", "authorization"])
def test_a_key_goes_as_it_is_in_a_header_of_another_name(name: str) -> None:
    made = address(profile(key_header=name), key=KEY)
    assert header(made, name) == "sk-test-MARKER-123"
    assert [one for one, value in made.headers if "MARKER" in value] == [name]
    assert made.secrets == (b"sk-test-MARKER-123",)
    assert header(address(profile(key_header=name)), name) is None


@pytest.mark.parametrize("name", ["X A", "Key:", "X-A\r\nX-Evil", "content-length"])
def test_a_name_that_no_header_can_have_is_refused(name: str) -> None:
    with pytest.raises(Failure) as caught:
        address(profile(key_header=name), key=KEY)
    assert caught.value.problem.remedy == "edit_profile"
    assert "MARKER" not in str(caught.value)


@pytest.mark.parametrize("key", [None, SecretStr(""), SecretStr(" \n")])
def test_without_a_key_there_is_no_authorization(key: SecretStr | None) -> None:
    made = address(profile(), key=key)
    assert header(made, "authorization") is None
    assert made.secrets == ()


def test_a_pasted_key_loses_the_blanks_around_it() -> None:
    made = address(profile(), key=SecretStr(" sk-12345678\n"))
    assert header(made, "authorization") == "Bearer sk-12345678"


@pytest.mark.parametrize("key", ["sk-1\r\nX-Evil: 1", "sk-1\u200b2", "sk-“1”", "sk-\x001"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(Failure) as caught:
        address(profile(), key=SecretStr(key))
    assert caught.value.problem.remedy == "add_key"
    assert "sk-" not in str(caught.value)


def test_headers_are_merged_and_the_last_wins_whatever_its_case() -> None:
    where = profile(headers={"X-Title": "profile", "user-agent": "mine", "X-One": "1"})
    made = address(where, key=KEY, headers={"x-title": "call", "AUTHORIZATION": "Basic YWJjZGVm"})
    assert header(made, "x-title") == "call"
    assert header(made, "user-agent") == "mine"
    assert header(made, "x-one") == "1"
    assert header(made, "authorization") == "Basic YWJjZGVm"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "1\r\nX-Evil: 1"),
        ("X-A", "1\n2"),
        ("X-A", "a\x00b"),
        ("X-A", "naïve"),
        ("X-A: 1\r\nX-Evil", "1"),
        ("X A", "1"),
        ("", "1"),
        ("Content-Length", "3"),
        ("transfer-encoding", "chunked"),
    ],
)
def test_a_header_that_could_be_read_as_another_is_refused(name: str, value: str) -> None:
    with pytest.raises(Failure) as caught:
        address(profile(headers={name: value}))
    assert caught.value.problem.remedy == "edit_profile"
    with pytest.raises(Failure) as caught:
        address(profile(), headers={name: value})
    assert caught.value.problem.remedy == "change_request"


def test_an_organization_with_a_line_break_is_refused() -> None:
    with pytest.raises(Failure):
        address(profile(organization="org\r\nX-Evil: 1"))


def test_values_under_the_names_of_secrets_are_secrets() -> None:
    where = profile(
        "https://h.example/v1?api-version=2026&api_key=query-secret",
        headers={
            "X-API-Key": "header-secret",
            "Cookie": "session=abc",
            "Proxy-Authorization": "Basic cHJveHk=",
            "Idempotency-Key": "run-1",
            "X-Title": "Playground",
        },
    )
    made = address(where, key=KEY, headers={"X-Auth-Token": "call-secret"})
    assert set(made.secrets) == {
        b"sk-test-MARKER-123",
        b"query-secret",
        b"header-secret",
        b"session=abc",
        b"cHJveHk=",
        b"call-secret",
    }


def test_a_body_is_utf8_without_escapes_and_keeps_null() -> None:
    assert encode({"a": "Grüße, 世界 🌍", "b": None, "c": 1.5}) == (
        '{"a":"Grüße, 世界 🌍","b":null,"c":1.5}'.encode()
    )


def test_half_a_surrogate_pair_is_sent_as_it_was_meant() -> None:
    assert encode({"a": "x\ud83d"}) == b'{"a":"x\\ud83d"}'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_express_is_refused(number: float) -> None:
    with pytest.raises(Failure) as caught:
        encode({"temperature": number})
    assert caught.value.problem.remedy == "change_request"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)  # fmt: skip


@given(st.dictionaries(st.text(), json_values))
def test_every_body_arrives_as_it_was(body: dict[str, Any]) -> None:
    assert json.loads(encode(body).decode()) == body


def test_every_provider_has_its_own_id() -> None:
    ids = [one.id for one in PROVIDERS]
    assert "openai" in ids
    assert len(set(ids)) == len(ids)
