"""Profile: one server as the user knows it. Address: one request to it, key included."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Api = Literal["responses", "chat", "completions"]

LOCAL = "local"
SANDBOX = "sandbox"
OURS = frozenset((LOCAL, SANDBOX))
"""Profiles whose server we start ourselves. They never get a key of the user's."""

SECRET_WORDS = frozenset((
    "apikey", "auth", "authorization", "cookie", "credential", "credentials", "key", "password",
    "secret", "sig", "signature", "token",
))  # fmt: skip
"""Words in the names of headers and query parameters whose values are secrets."""


class Fields(BaseModel):
    """Request fields that a server or one of its models does not take as OpenAI names them.

    A name may be a path: `reasoning.effort`.
    """

    model_config = ConfigDict(extra="ignore")

    drop: list[str] = Field(default_factory=list)
    """Request fields never to send."""
    rename: dict[str, str] = Field(default_factory=dict)
    """Request fields to send under another name."""


class Quirks(Fields):
    """How a server differs from OpenAI, as data."""

    models: dict[str, Fields] = Field(default_factory=dict)
    """What was learnt of single models, by their ids; on top of what holds for all."""
    system_role: Literal["developer", "system"] = "system"
    """Role of the instructions in Chat Completions; every server knows `system`."""
    max_tokens: str = ""
    """Name under which a chat's limit of the answer is sent; empty: as it was switched on."""
    stream_usage: bool = True
    """Ask for usage in chat streams (`stream_options.include_usage`)."""
    state: Literal["none", "stateless", "stateful"] = "stateless"
    """Of the Responses API: the server has none, keeps nothing, or keeps what `store` says."""
    reasoning_name: Literal["", "reasoning_content", "reasoning"] = ""
    """Name under which reasoning goes back in a chat; empty: the one it came under."""
    send_reasoning: bool = False
    """Whether a chat's earlier reasoning goes back with the messages that it led to, and what the
    server signed of them (`reasoning_details`, `extra_content`)."""


class Profile(BaseModel):
    """Where requests go and how. Holds no key: only where one is to be found."""

    model_config = ConfigDict(extra="ignore")

    id: str
    name: str
    provider: str = "openai"
    base_url: str = ""
    """With or without /v1. Empty for the servers that we start."""
    api: Api = "responses"
    model: str = ""
    """Used when nothing else says which; empty: the first of /models."""
    key_env: str = ""
    """Environment variable that holds the key, when it is not in the keyring."""
    key_header: str = ""
    """Name of the header that carries the key as it is; empty: `Authorization: Bearer`."""
    api_version: str = ""
    """For servers that ask for it in every URL: Azure's `api-version`."""
    organization: str = ""
    project: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    quirks: Quirks = Field(default_factory=Quirks)
    at_once: int = Field(default=0, ge=0)
    """Requests that may be under way at the same time; 0: any number. Others wait."""

    @property
    def origin(self) -> str:
        """scheme://host:port, to which a stored key belongs."""
        return origin(self.base_url)


def origin(url: str) -> str:
    """scheme://host:port of a URL, default ports written out; empty when it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ""
    if not parts.hostname or port is None:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}"


def is_loopback(url: str) -> bool:
    """Whether the server is this computer, by its literal address or the name `localhost`."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_secret(name: str) -> bool:
    """Whether the value of a header or query parameter of this name is a secret."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return words != ["idempotency", "key"] and not SECRET_WORDS.isdisjoint(words)


@dataclass(frozen=True, slots=True)
class Address:
    """One HTTP request, ready to send. The only value that holds a key: never stored or logged."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    """What must be overwritten wherever it appears."""

    def __repr__(self) -> str:
        return f"Address({self.method} {self.url}, {len(self.body)} bytes)"


class Provider(Protocol):
    """A way of addressing and authenticating."""

    id: str
    title: str

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
        """The request for an endpoint's `path` (`/responses`, `/models`); GET without a body."""
        ...
