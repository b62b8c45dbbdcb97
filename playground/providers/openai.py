"""OpenAI and every server that speaks its HTTP API: a base URL and a key."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from playground.core.profile import Address, Profile
from playground.providers.request import below, request


class OpenAI:
    id = "openai"
    title = "OpenAI and compatible servers"

    def address(
        self,
        profile: Profile,
        path: str,
        key: SecretStr | None,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        *,
        stream: bool = False,
    ) -> Address:
        """The request for an endpoint's `path`; GET without a body.

        Raises Failure when the base URL, the key or a header cannot be sent.
        """
        url = below(profile.base_url, path)
        return request(profile, url, key, body, headers or {}, stream=stream)
