"""What all ways of addressing have in common: a URL below a base URL, headers that can be sent,
a body, and what of it is secret."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from playground import __version__
from playground.core.problem import Failure, Problem, Remedy
from playground.core.profile import Address, Profile, is_secret

USER_AGENT = f"Playground/{__version__}"

PASTED = ("/chat/completions", "/completions", "/responses", "/models")
"""Ends of a base URL that somebody copied out of an example request."""

FRAMING = frozenset(("content-length", "transfer-encoding"))
"""Headers that say how long the body is. A wrong one breaks the connection, so nobody sets them."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PRINTABLE = re.compile(r"[\t\x20-\x7e]*")


def request(
    profile: Profile,
    url: str,
    key: SecretStr | None,
    body: dict[str, Any] | None,
    headers: Mapping[str, str],
    *,
    stream: bool,
) -> Address:
    """The request for a URL; GET without a body. Raises Failure when the key or a header cannot
    be sent."""
    token = _token(key)
    made = {
        "User-Agent": USER_AGENT,
        "Accept": "text/event-stream, application/json" if stream else "application/json",
    }
    if body is not None:
        made["Content-Type"] = "application/json"
    if token and profile.key_header:
        made[profile.key_header] = token
    elif token:
        made["Authorization"] = f"Bearer {token}"
    if profile.organization:
        made["OpenAI-Organization"] = profile.organization
    if profile.project:
        made["OpenAI-Project"] = profile.project
    merged = _merge(
        [
            *_checked(made, "edit_profile"),
            *_checked(profile.headers, "edit_profile"),
            *_checked(headers, "change_request"),
        ]
    )
    return Address(
        "GET" if body is None else "POST",
        url,
        merged,
        b"" if body is None else encode(body),
        tuple(_secrets(token, merged, urlsplit(url).query)),
    )


def encode(body: dict[str, Any]) -> bytes:
    """A body as compact UTF-8 JSON. Raises Failure on NaN and infinity, which JSON cannot say.

    Half a surrogate pair has no UTF-8; it is the one thing that is sent as a backslash escape.
    """
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise Failure(
            Problem(
                title="The request holds a number that JSON cannot express.",
                detail=str(error),
                remedy="change_request",
            )
        ) from error
    return text.encode("utf-8", "backslashreplace")


def below(base_url: str, path: str, *, root: str = "/v1", query: str = "") -> str:
    """The URL of an endpoint below a base URL, whose own query is kept, and stands before that of
    the path and `query`. Raises Failure when the base URL is none.

    A server named without a path gets `root`, which is where it has the API. Any path is kept as it
    was written: there are /v1, /openai/v1, /v1beta/openai, /api/v3 and gateways' own.
    """
    base = base_url.strip()
    if not base:
        raise _bad_base("This profile has no address yet.", base)
    if re.search(r"[\x00-\x20\x7f]", base):
        raise _bad_base("The address of the server contains a space or a line break.", base)
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError as error:
        raise _bad_base("The address of the server cannot be read.", f"{base}: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise _bad_base("The address of the server must begin with http:// or https://.", base)
    if not parts.hostname or port == 0:
        raise _bad_base("The address of the server names no server.", base)
    if parts.username is not None:
        # Not shown again: it may hold a password, which has its place in a header.
        raise _bad_base("The address of the server must not hold a user name or password.", "")
    above = parts.path.rstrip("/")
    for end in PASTED:
        above = above.removesuffix(end)
    path, _, asked = path.partition("?")
    query = "&".join(filter(None, (parts.query, asked, query)))
    url = f"{parts.scheme}://{parts.netloc}{above or root}{path}"
    return f"{url}?{query}" if query else url


def _bad_base(title: str, detail: str) -> Failure:
    return Failure(Problem(title=title, detail=detail, remedy="edit_profile"))


def _token(key: SecretStr | None) -> str:
    """The key without the blanks that come along when it is pasted."""
    token = key.get_secret_value().strip() if key is not None else ""
    if not _PRINTABLE.fullmatch(token):
        raise Failure(
            Problem(
                title="The key contains a character that no key has.",
                detail="Perhaps something else was copied with it. Paste the key again.",
                remedy="add_key",
            )
        )
    return token


def _checked(headers: Mapping[str, str], remedy: Remedy) -> Iterable[tuple[str, str]]:
    """Headers as they can be sent. Raises Failure on what could be read as another header."""
    for name, value in headers.items():
        name, value = name.strip(), value.strip()
        if not _TOKEN.fullmatch(name):
            title = f"{name!r} cannot be the name of a header."
        elif name.lower() in FRAMING:
            title = f"The header {name} follows from the request and cannot be set."
        elif not _PRINTABLE.fullmatch(value):
            title = f"The header {name} has a line break or a character that is not ASCII."
        else:
            yield name, value
            continue
        raise Failure(Problem(title=title, remedy=remedy))


def _merge(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """One header of each name, the last one given."""
    merged: dict[str, tuple[str, str]] = {}
    for name, value in headers:
        merged[name.lower()] = (name, value)
    return tuple(merged.values())


def _secrets(token: str, headers: Iterable[tuple[str, str]], query: str) -> Iterable[bytes]:
    """The key, and what stands under names that only secrets have, without a scheme in front."""
    found = {token}
    for name, value in headers:
        if is_secret(name):
            scheme = name.lower().endswith("authorization")
            found.add((value.partition(" ")[2].strip() if scheme else "") or value)
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if is_secret(name):
            found.add(value)
    # Longest first: a secret inside another must not break the longer one up.
    return (secret.encode() for secret in sorted(found - {""}, key=lambda one: (-len(one), one)))
