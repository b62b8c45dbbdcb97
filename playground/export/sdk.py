"""A request in the terms of the official `openai` packages, which name things alike."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote_plus

from playground.core.profile import Api
from playground.export.request import Request, Value, Variable

CALLS: dict[Api, str] = {
    "responses": "responses.create",
    "chat": "chat.completions.create",
    "completions": "completions.create",
}
"""Names of the requests that have one. All others are written with the verbs that both packages
have, which take any address; so is a dialect that nobody has named here yet."""

OWN = frozenset(
    ("accept", "authorization", "content-type", "openai-organization", "openai-project")
)
"""Headers that a client makes by itself or from its options."""


@dataclass(frozen=True, slots=True)
class Client:
    """The options of a client, and what goes beside the body."""

    base_url: str
    api_key: Value
    organization: Value | None
    project: Value | None
    default_headers: dict[str, Value]
    default_query: dict[str, Value]
    extra_headers: dict[str, Value]


def client(request: Request) -> Client:
    given = {name.lower(): value for name, value in request.headers}
    authorization = given.get("authorization")
    default_headers: dict[str, Value] = {}
    match authorization:
        case Variable(before="Bearer "):
            api_key: Value = Variable(authorization.name)
        case _:
            api_key = "none"  # where a server asks for no key, the packages still want one
            if authorization is not None:
                default_headers["Authorization"] = authorization
    return Client(
        base_url=request.base_url,
        api_key=api_key,
        organization=given.get("openai-organization"),
        project=given.get("openai-project"),
        default_headers=default_headers,
        default_query={
            unquote_plus(name): unquote_plus(value) if isinstance(value, str) else value
            for name, value in request.query
        },
        extra_headers={name: value for name, value in request.headers if name.lower() not in OWN},
    )
