"""Azure OpenAI in its classic form: an API version in every URL, and deployments in some.

A deployment is called what the profile or the call names as the model. Azure's newer /openai/v1
is addressed like OpenAI, with the key in `api-key`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from pydantic import SecretStr

from playground.core.problem import Failure, Problem
from playground.core.profile import Address, Profile
from playground.providers.request import below, request

BY_DEPLOYMENT = frozenset((
    "/completions", "/chat/completions", "/embeddings", "/audio/transcriptions",
    "/audio/translations", "/audio/speech", "/images/generations", "/images/edits",
))  # fmt: skip
"""Paths that the deployment stands in front of. All others name it in the body alone."""


class Azure:
    id = "azure"
    title = "Azure OpenAI, classic"

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

        Raises Failure when the base URL, the API version, the key or a header cannot be sent.
        """
        model = body.get("model") if body is not None else None
        if path in BY_DEPLOYMENT and isinstance(model, str) and model:
            path = f"/deployments/{quote(model, safe='')}{path}"
        base = _resource(profile.base_url.strip())
        url = below(base, path, root="/openai", query=_version(profile, base))
        return request(profile, url, key, body, headers or {}, stream=stream)


def _resource(base_url: str) -> str:
    """A base URL without the deployment of the example that it was copied from."""
    address, mark, query = base_url.partition("?")
    return address.partition("/deployments/")[0] + mark + query


def _version(profile: Profile, base_url: str) -> str:
    """The query with the version, unless the address brings one. Raises Failure."""
    try:
        given = dict(parse_qsl(urlsplit(base_url).query))
    except ValueError:
        given = {}  # no address at all, which is said by whoever reads it next
    if given.get("api-version"):
        return ""
    if not profile.api_version:
        raise Failure(
            Problem(
                title="Azure asks for an API version, and this profile names none.",
                detail="It is a date, as in 2024-10-21 or 2025-04-01-preview.",
                remedy="edit_profile",
            )
        )
    return f"api-version={quote(profile.api_version, safe='')}"
