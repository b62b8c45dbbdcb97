"""A request with tools, as the programs that run its loop need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.core.profile import Api
from playground.core.tools import Tool
from playground.engine.takehome_asked import STREAMING
from playground.export.literal import Expression
from playground.export.request import Request
from playground.export.sdk import Client, client
from playground.tools.rules import RuleSet

State = Literal["history", "response", "conversation"]
"""How the server gets to know what was said: all of it comes again with each request; it has what
came before a response; it has all of a conversation."""
Way = Literal["mock", "human", "file", "stub"]
"""How a call is answered: as rules say; by whoever runs the program; by a function of a file; not
at all, until somebody writes how."""

HISTORY: Mapping[Api, str] = {"responses": "input", "chat": "messages"}
"""Where a request has what was said."""
NAMED: Mapping[Api, str] = {"responses": "items", "chat": "messages"}
"""What a program calls it."""


@dataclass(frozen=True, slots=True)
class Loop:
    api: Api
    fields: dict[str, Any]
    """The body, without what is only about streaming. What changes from request to request is
    there as an expression: NAMED, and `previous`."""
    history: list[Any]
    """What was said, items or messages."""
    previous: str
    """The id of the response before, where the state is `response`."""
    state: State
    client: Client
    tools: tuple[Tool, ...]
    """Those whose calls come to us, each name once."""
    steps: int
    """Requests, at most."""
    sources: Mapping[str, str]
    """Python source, by the file that a tool's origin names."""
    rules: RuleSet | None

    @property
    def in_background(self) -> bool:
        return self.api == "responses" and self.fields.get("background") is True

    @property
    def takes_text(self) -> bool:
        """Whether there are tools that are called with text."""
        return any(tool.kind == "custom" for tool in self.tools)

    def way(self, tool: Tool, *, runs_files: bool) -> Way:
        """runs_files: whether the program can hold functions of a Python file."""
        match tool.mode:
            case "mock":
                return "mock"
            case "human":
                return "human"
        if runs_files and tool.origin.get("python") in self.sources:
            return "file"
        return "mock" if not runs_files and self._is_ruled(tool) else "stub"

    def _is_ruled(self, tool: Tool) -> bool:
        rules = self.rules
        return rules is not None and (
            tool.name in rules.defaults or any(rule.tool == tool.name for rule in rules.rules)
        )


def asked(
    request: Request,
    tools: Sequence[Tool],
    steps: int,
    sources: Mapping[str, str],
    rules: RuleSet | None,
) -> Loop | None:
    """None when the request is none that a model could answer with calls of ours."""
    api = request.api
    ours: dict[str, Tool] = {}
    for tool in tools:
        if tool.kind != "hosted":
            ours.setdefault(tool.name, tool)
    if api is None or api not in HISTORY or not ours:
        return None
    fields = {name: one for name, one in request.fields.items() if name not in STREAMING}
    said = fields.get(HISTORY[api], [])
    state = _state(api, fields)
    previous = str(fields["previous_response_id"]) if state == "response" else ""
    fields[HISTORY[api]] = Expression(NAMED[api])
    if previous:
        fields["previous_response_id"] = Expression("previous")
    return Loop(
        api=api,
        fields=fields,
        history=said if isinstance(said, list) else [{"role": "user", "content": said}],
        previous=previous,
        state=state,
        client=client(request),
        tools=tuple(ours.values()),
        steps=steps,
        sources=sources,
        rules=rules,
    )


def _state(api: Api, fields: Mapping[str, Any]) -> State:
    """A response that the server does not store is nothing to go on from."""
    if api != "responses":
        return "history"
    if fields.get("conversation"):
        return "conversation"
    stored = fields.get("store") is not False
    return "response" if fields.get("previous_response_id") and stored else "history"


def parameters(tool: Tool) -> dict[str, bool]:
    """The names of a function's arguments, and whether they have to be given."""
    schema = tool.parameters if isinstance(tool.parameters, dict) else {}
    properties, required = schema.get("properties"), schema.get("required")
    needed = required if isinstance(required, list) else []
    return {name: name in needed for name in properties} if isinstance(properties, dict) else {}
