"""A request as programs write it down: what goes out, with names in the place of secrets.

Made from an Address that has not been sent, or from what a recording says was sent. Either way no
secret comes through, whatever the key of the Address was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from playground.core.problem import Failure, Problem
from playground.core.profile import Address, Api, Profile, is_secret
from playground.core.recording import mask, parse
from playground.core.session import Run

KEY_ENV = "OPENAI_API_KEY"

PATHS: dict[Api, str] = {
    "responses": "/responses",
    "chat": "/chat/completions",
    "completions": "/completions",
}
"""By which a request is known to be of a dialect; the longer of two that end alike comes first."""

TRANSPORT = frozenset(
    ("accept-encoding", "connection", "content-length", "host", "transfer-encoding")
)
"""Headers that every client makes for itself."""

MASKED = "*" * 8
"""What a recording shows of a secret, at least."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that comes from the environment."""

    name: str
    before: str = ""
    """What stands before it: `Bearer `."""


Value = str | Variable


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    """Without its query."""
    query: tuple[tuple[str, Value], ...]
    """As written in the URL, percent-encoded."""
    headers: tuple[tuple[str, Value], ...]
    body: str
    """To the byte what is sent, empty for a GET."""

    @property
    def api(self) -> Api | None:
        """The dialect; None when it is a request that has no name in one."""
        if self.method != "POST":
            return None
        return next((api for api, path in PATHS.items() if self.url.endswith(path)), None)

    @property
    def base_url(self) -> str:
        """What a client of the API calls the base URL; empty for a request without a name."""
        return self.url.removesuffix(PATHS[self.api]) if self.api else ""

    @property
    def streamed(self) -> bool:
        if self.method == "GET":
            return ("stream", "true") in self.query
        data, _ = parse(self.body)
        return isinstance(data, dict) and data.get("stream") is True

    @property
    def fields(self) -> dict[str, Any]:
        """The body as an object. Raises Failure when it is none."""
        data, wrong = parse(self.body)
        if not isinstance(data, dict):
            raise Failure(Problem(title="The request's body is not a JSON object.", detail=wrong))
        return data


def unsent(address: Address, profile: Profile) -> Request:
    """A request that could be sent. Its key may well be a placeholder: none is shown."""

    def hide(text: str) -> str:
        return mask(text.encode(), address.secrets)[0].decode()

    return _request(
        address.method,
        hide(address.url),
        ((name, hide(value)) for name, value in address.headers),
        hide(address.body.decode()),
        profile,
    )


def sent(run: Run, profile: Profile, leg: int | None = None, attempt: int | None = None) -> Request:
    """A request of a run, as it was sent, or would have been if its answer had not been on record:
    the last one, or the last of a leg, or that one attempt
    of it. Raises Failure when there was none.

    Not one that only fetched more of an answer, when there is another and it was not asked for.
    """
    fetched: Request | None = None
    for number in range(len(run.recording) - 1, -1, -1):
        if run.recording.kinds[number] not in ("request", "reused"):
            continue
        event = run.recording[number]
        if leg not in (None, event.leg) or attempt not in (None, event.attempt):
            continue
        match event.json()[0]:
            case {
                "method": str(method),
                "url": str(url),
                "headers": [*headers],
                "body": str(body),
            }:
                request = _request(method, url, filter(_is_pair, headers), body, profile)
                if method != "GET" or attempt is not None:
                    return request
                fetched = fetched or request
            case _:
                continue  # a recording that somebody edited
    if fetched is not None:
        return fetched
    raise Failure(
        Problem(title="This run sent no request, so there is no code that would repeat it.")
    )


def _request(
    method: str,
    url: str,
    headers: Iterable[Sequence[str]],
    body: str,
    profile: Profile,
) -> Request:
    url, _, query = url.partition("?")
    key_env = profile.key_env if re.fullmatch(r"[A-Za-z_]\w*", profile.key_env, re.A) else KEY_ENV

    def value_of(name: str, value: str) -> Value:
        if name.lower() == profile.key_header.lower() and not _is_key(name):
            return Variable(key_env)
        return _value(name, value, key_env if _is_key(name) else _variable(name))

    return Request(
        method,
        url,
        tuple(
            (name, _value(name, value, _variable(name)))
            for name, _, value in (pair.partition("=") for pair in query.split("&") if pair)
        ),
        tuple(
            (name, value_of(name, value))
            for name, value in headers
            if name.lower() not in TRANSPORT and not _says_playground(name, value)
        ),
        body,
    )


def _is_pair(row: Any) -> bool:
    """Whether it is a header: a recording may have been edited."""
    return isinstance(row, list) and len(row) == 2 and all(isinstance(one, str) for one in row)


def _value(name: str, value: str, variable: str) -> Value:
    if not is_secret(name) and MASKED not in value:
        return value
    scheme, blank, _ = value.partition(" ")
    return Variable(variable, f"{scheme} " if blank and _is_key(name) else "")


def _says_playground(name: str, value: str) -> bool:
    """Whoever runs the code is not Playground."""
    return name.lower() == "user-agent" and value.startswith("Playground/")


def _is_key(name: str) -> bool:
    return name.lower() == "authorization"


def _variable(name: str) -> str:
    """An environment variable named after a header: `X-API-Key` becomes X_API_KEY."""
    made = re.sub(r"\W", "_", name.upper(), flags=re.A)
    return made if not made[:1].isdigit() else f"_{made}"
