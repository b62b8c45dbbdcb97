"""Classic Azure: the version in every URL, the deployment in some, the key in its header."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from playground.core.problem import Failure
from playground.core.profile import Address, Profile
from playground.providers.azure import BY_DEPLOYMENT, Azure

HOST = "https://acme.openai.azure.com"
KEY = SecretStr("azure-MARKER-123")


def address(
    path: str = "/chat/completions", body: dict[str, Any] | None = None, **given: Any
) -> Address:
    fields = {"base_url": f"{HOST}/openai", "api_version": "2024-10-21", "key_header": "api-key"}
    profile = Profile(id="az", name="AZ", provider="azure", **{**fields, **given})
    return Azure().address(profile, path, KEY, body)


@pytest.mark.parametrize("path", sorted(BY_DEPLOYMENT))
def test_the_deployment_stands_in_front_of_some_paths(path: str) -> None:
    made = address(path, {"model": "my gpt/4"})
    assert made.url == f"{HOST}/openai/deployments/my%20gpt%2F4{path}?api-version=2024-10-21"


@pytest.mark.parametrize("path", ["/responses", "/responses/resp_1/cancel", "/files", "/batches"])
def test_and_of_no_other(path: str) -> None:
    assert address(path, {"model": "m"}).url == f"{HOST}/openai{path}?api-version=2024-10-21"


@pytest.mark.parametrize("body", [None, {}, {"model": ""}, {"model": 3}])
def test_without_a_model_there_is_no_deployment(body: dict[str, Any] | None) -> None:
    assert address(body=body).url == f"{HOST}/openai/chat/completions?api-version=2024-10-21"


@pytest.mark.parametrize(
    "base",
    [
        HOST,
        f"{HOST}/",
        f" {HOST}/openai/ ",
        f"{HOST}/openai?api-version=2024-10-21",
        f"{HOST}/openai/deployments/x/chat/completions?api-version=2024-10-21",
    ],
)
def test_the_base_in_all_forms_that_people_paste(base: str) -> None:
    wanted = f"{HOST}/openai/deployments/m/chat/completions?api-version=2024-10-21"
    assert address(body={"model": "m"}, base_url=base).url == wanted


def test_the_version_of_the_address_wins() -> None:
    made = address("/models", base_url=f"{HOST}/openai?api-version=2026-01-01&a=1")
    assert made.url == f"{HOST}/openai/models?api-version=2026-01-01&a=1"


def test_a_query_of_the_path_is_kept() -> None:
    made = address("/responses/resp_1?stream=true&starting_after=3")
    assert made.url == (
        f"{HOST}/openai/responses/resp_1?stream=true&starting_after=3&api-version=2024-10-21"
    )


def test_a_version_that_is_missing_is_asked_for() -> None:
    with pytest.raises(Failure) as caught:
        address(api_version="")
    assert caught.value.problem.remedy == "edit_profile"
    assert "API version" in caught.value.problem.title


@pytest.mark.parametrize("base", ["", "acme.openai.azure.com", "http://[::1/openai"])
def test_an_address_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(Failure) as caught:
        address(base_url=base)
    assert "address" in caught.value.problem.title


def test_a_key_is_sent_as_it_is_a_token_of_entra_as_a_bearer() -> None:
    by_key, by_token = address(), address(key_header="")
    assert dict(by_key.headers)["api-key"] == "azure-MARKER-123"
    assert "Authorization" not in dict(by_key.headers)
    assert dict(by_token.headers)["Authorization"] == "Bearer azure-MARKER-123"
    assert "api-key" not in dict(by_token.headers)
    assert by_key.secrets == by_token.secrets == (b"azure-MARKER-123",)
    assert "MARKER" not in repr(by_key)
