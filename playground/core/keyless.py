"""Keyless: headers, addresses and tools without what is a secret in them, for whatever is kept in a
file or comes out of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from playground.core.profile import is_secret

PUBLIC = frozenset({"prompt_cache_key"})
"""Request fields that are called like a secret and are none."""
SHORTEST = 8
"""Characters from which on a secret is looked for in what stands beside it."""


class Keyless(NamedTuple):
    value: Any
    """What is left."""
    names: tuple[str, ...]
    """What was left out, as it is called."""
    secrets: tuple[str, ...]
    """What that said."""


def without_keys(headers: Mapping[str, str]) -> Keyless:
    """Headers that hold no secret."""
    gone = {name: value for name, value in headers.items() if is_secret(name)}
    left = {name: value for name, value in headers.items() if name not in gone}
    return Keyless(left, tuple(gone), tuple(map(_bare, gone.values())))


def without_secrets(fields: Any) -> Keyless:
    """Request fields, and whatever lies in them, without texts that are called like a secret."""
    match fields:
        case dict():
            gone = [name for name, one in fields.items() if _is_key(name, one)]
            inner = {name: without_secrets(one) for name, one in fields.items() if name not in gone}
            left: Any = {name: one.value for name, one in inner.items()}
            below = tuple(inner.values())
        case list():
            gone, below = [], tuple(map(without_secrets, fields))
            left = [one.value for one in below]
        case _:
            return Keyless(fields, (), ())
    return Keyless(
        left,
        (*gone, *(name for one in below for name in one.names)),
        (*(_bare(fields[name]) for name in gone), *(s for one in below for s in one.secrets)),
    )


def without_login(url: str) -> Keyless:
    """An address without a user, a password, and parameters that hold a secret."""
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        user = [one for one in (parts.username, parts.password) if one]
    except ValueError:
        return Keyless(url, (), ())
    gone = [(name, value) for name, value in query if is_secret(name)]
    if not gone and not user and "@" not in parts.netloc:
        return Keyless(url, (), ())
    left = urlencode([pair for pair in query if pair not in gone]) if gone else parts.query
    host = parts.netloc.rpartition("@")[2]
    names = ["the user"] * bool(user) + [name for name, _ in gone]
    bare = urlunsplit(parts._replace(netloc=host, query=left))
    return Keyless(bare, tuple(names), (*user, *(value for _, value in gone)))


def without_access(tool: Mapping[str, Any]) -> Keyless:
    """A hosted tool, as a request has it, without what the server would log in with elsewhere."""
    left = dict(tool)
    names: list[str] = []
    secrets: list[str] = []
    if "authorization" in left:
        secrets.append(_bare(str(left.pop("authorization"))))
        names.append("authorization")
    if isinstance(headers := left.get("headers"), dict):
        kept = without_keys({str(name): str(value) for name, value in headers.items()})
        left["headers"] = {name: headers[name] for name in headers if str(name) in kept.value}
        names += kept.names
        secrets += kept.secrets
        if not left["headers"]:
            del left["headers"]
    if isinstance(url := left.get("server_url"), str):
        bare = without_login(url)
        left["server_url"] = bare.value
        names += bare.names
        secrets += bare.secrets
    return Keyless(left, tuple(names), tuple(secrets))


def without_leave(tool: Mapping[str, Any]) -> Keyless:
    """The same, and without leave to call anything unasked."""
    left, names, secrets = without_access(tool)
    if left.get("type") == "mcp" and left.get("require_approval") not in (None, "always"):
        del left["require_approval"]  # a server asks when nothing is said
        names = (*names, "require_approval")
    return Keyless(left, names, secrets)


def blotted(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret overwritten."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            text = text.replace(secret, "*" * len(secret))
    return text


def _is_key(name: str, value: Any) -> bool:
    return bool(value) and isinstance(value, str) and name not in PUBLIC and is_secret(name)


def _bare(value: str) -> str:
    """The secret of `Bearer …`."""
    return value.partition(" ")[2].strip() or value.strip()
