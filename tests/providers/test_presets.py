"""Presets are profiles that a provider can address as they stand."""

from __future__ import annotations

import pytest

from playground.core.profile import OURS, Profile, is_loopback
from playground.providers import PROVIDERS
from playground.providers.presets import PRESETS


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_preset_can_be_addressed(preset: Profile) -> None:
    provider = next(one for one in PROVIDERS if one.id == preset.provider)
    made = provider.address(preset, "/models", None)
    assert made.url == f"{preset.base_url}/models"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_hosted_server_names_its_key_and_uses_tls(preset: Profile) -> None:
    if is_loopback(preset.base_url):
        assert not preset.key_env
    else:
        assert preset.key_env.endswith("_API_KEY")
        assert preset.base_url.startswith("https://")


def test_ids_are_unique_and_not_ours() -> None:
    ids = {preset.id for preset in PRESETS}
    assert len(ids) == len(PRESETS)
    assert not ids & OURS
