"""Presets can be addressed as they stand, or when the environment has completed them."""

from __future__ import annotations

import pytest

from playground.core.profile import OURS, Profile, Provider, is_loopback
from playground.providers import PROVIDERS
from playground.providers.presets import GROUPS, PRESETS, REGIONS, completed, listed

AZURE = {"AZURE_OPENAI_ENDPOINT": "https://acme.openai.azure.com/"}

each_preset = pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)


def provider_of(profile: Profile) -> Provider:
    return next(one for one in PROVIDERS if one.id == profile.provider)


@each_preset
def test_a_preset_can_be_addressed(preset: Profile) -> None:
    preset = completed(preset, AZURE)
    made = provider_of(preset).address(preset, "/models", None)
    assert made.url.partition("?")[0] == f"{preset.base_url}/models"


@each_preset
def test_a_hosted_server_names_its_key_and_uses_tls(preset: Profile) -> None:
    preset = completed(preset, AZURE)
    if not is_loopback(preset.base_url):
        assert preset.key_env.endswith(("_API_KEY", "_TOKEN"))
        assert preset.base_url.startswith("https://")


def test_ids_are_unique_and_not_ours() -> None:
    ids = {preset.id for preset in PRESETS}
    assert len(ids) == len(PRESETS)
    assert not ids & OURS
    assert [one for _, group in GROUPS for one in group] == list(PRESETS)


def test_only_what_can_be_used_as_it_stands_is_listed() -> None:
    usual = [one.id for one in listed(PRESETS)]
    assert {"openai", "ollama", "groq", "gemini"} <= set(usual)
    assert not {"azure", "azure-v1", "azure-entra", "openai-eu"} & set(usual)
    at_work = [one.id for one in listed(completed(preset, AZURE) for preset in PRESETS)]
    assert set(at_work) - set(usual) == {"azure", "azure-v1", "azure-entra"}


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_is_openai_at_another_address(region: str) -> None:
    by_id = {preset.id: preset for preset in PRESETS}
    made, usual = by_id[f"openai-{region}"], by_id["openai"]
    assert made.base_url == f"https://{region}.api.openai.com/v1"
    assert made.model_dump(exclude={"id", "name", "base_url"}) == usual.model_dump(
        exclude={"id", "name", "base_url"}
    )


@pytest.mark.parametrize(
    ("preset", "environ", "changed"),
    [
        ("openai", {"OPENAI_BASE_URL": "http://h/v1"}, {"base_url": "http://h/v1"}),
        (
            "openai",
            {"OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "p", "OPENAI_BASE_URL": ""},
            {"organization": "org-1", "project": "p"},
        ),
        ("openai-eu", {"OPENAI_BASE_URL": "http://h/v1", "OPENAI_ORG_ID": "org-1"}, {}),
        ("azure", AZURE, {"base_url": "https://acme.openai.azure.com/openai"}),
        ("azure-entra", AZURE, {"base_url": "https://acme.openai.azure.com/openai"}),
        ("azure-v1", AZURE, {"base_url": "https://acme.openai.azure.com/openai/v1"}),
        (
            "azure",
            {"AZURE_OPENAI_ENDPOINT": "https://acme.openai.azure.com/openai"},
            {"base_url": "https://acme.openai.azure.com/openai"},
        ),
        ("azure", {"OPENAI_API_VERSION": "2026-01-01"}, {"api_version": "2026-01-01"}),
        ("azure-v1", {"OPENAI_API_VERSION": "2026-01-01"}, {}),
        ("ollama", {"OPENAI_BASE_URL": "http://h/v1"}, {}),
    ],
)
def test_what_the_environment_says_of_a_preset(
    preset: str, environ: dict[str, str], changed: dict[str, str]
) -> None:
    before = next(one for one in PRESETS if one.id == preset)
    assert completed(before, environ) == before.model_copy(update=changed)
