"""Demos: conversations with tools that are ready to be shown, as data in `resources/demos`.

A demo says what to ask whom, with which tools, and what whoever shows it does about the calls that
come. It carries no approval: each call of it is asked about like any other. Beside each demo lies a
recording of it, which plays where there is no server at all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.core.call import Call
from playground.core.endpoint import Endpoint
from playground.core.problem import Failure, Problem
from playground.core.profile import Api
from playground.core.recording import parse
from playground.core.resources import resource
from playground.core.session import Run
from playground.core.tools import Approve, Mode, Scope, Tool
from playground.engine.approval import Request
from playground.engine.narration import Kind
from playground.engine.toolbox import DEMO
from playground.export.reading import read

Server = Literal["sandbox", "local"]
"""The profile that it is shown with."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Planned(_Data):
    """What whoever shows a demo does about a call, other than to approve it as it is."""

    tool: str
    """The name of the function."""
    when: dict[str, Any] = Field(default_factory=dict)
    """Arguments that the call has; there may be others."""
    change: dict[str, Any] = Field(default_factory=dict)
    """Arguments that are changed before it is approved."""
    scope: Scope = "once"
    hint: str = ""
    """Why, for the one who shows it."""


class Hint(_Data):
    """What to say beside a sentence of the narration."""

    at: Kind
    number: int = Field(default=1, ge=1)
    """The first such sentence, the second, and so on."""
    words: str


class Way(_Data):
    """How a demo is shown with one server."""

    server: Server
    api: Api = "responses"
    model: str = ""
    """Of the sandbox its scenario; empty: the first that there is."""
    fields: dict[str, Any] = Field(default_factory=dict)
    prompt: str
    tools: dict[str, Mode]
    """Those that are offered, by name, with who answers their calls; all from the demo set."""
    planned: list[Planned] = Field(default_factory=list)
    hints: list[Hint] = Field(default_factory=list)

    def call(self, tools: Sequence[Tool]) -> Call:
        """The request, with its own of the `tools` that are known. Raises Failure without one."""
        known = {tool.name: tool for tool in tools if tool.source == DEMO}
        if missing := [name for name in self.tools if name not in known]:
            names = " and ".join(f"`{name}`" for name in missing)
            raise Failure(
                Problem(title="This demo cannot be shown.", detail=f"There is no tool {names}.")
            )
        return Call(
            api=self.api,
            model=self.model,
            fields=self.fields,
            tools=[
                known[name].model_copy(update={"mode": self.tools[name]}) for name in self.tools
            ],
        )

    def plan(self, request: Request) -> Planned | None:
        """What is to be done about a call; None: it is approved as it is."""
        given, _ = parse(request.asked.arguments)
        given = given if isinstance(given, dict) else {}
        return next(
            (
                one
                for one in self.planned
                if one.tool == request.tool.name and given.items() >= one.when.items()
            ),
            None,
        )

    def decision(self, request: Request) -> Approve:
        """The same, done."""
        plan = self.plan(request)
        if plan is None:
            return Approve(request.arguments)
        return Approve(changed(request.arguments, plan.change), plan.scope)


class Demo(_Data):
    title: str
    about: str
    """What it shows, in a sentence for those who choose."""
    place: int
    """Among the demos, from 1."""
    ways: list[Way] = Field(min_length=1)
    """The first is the one that the recording is of."""
    name: str = ""
    """Of its file, without its end."""

    def way(self, server: Server) -> Way | None:
        return next((way for way in self.ways if way.server == server), None)

    @property
    def recording(self) -> Path:
        """Raises FileNotFoundError."""
        return resource("demos", f"{self.name}.jsonl")

    def run(self, endpoints: Mapping[str, Endpoint]) -> Run:
        """The recorded run, to be played without a server; `endpoints` by id. Raises Failure."""
        try:
            return read(self.recording.read_bytes(), endpoints)
        except OSError as error:
            raise Failure(
                Problem(title="The recording of this demo is not there.", detail=str(error))
            ) from error


def demos() -> list[Demo]:
    """All of them, in the order in which they are shown."""
    found = [_read(path) for path in resource("demos").glob("*.json")]
    return sorted(found, key=lambda demo: demo.place)


def _read(path: Path) -> Demo:
    demo = Demo.model_validate_json(path.read_bytes())
    return demo.model_copy(update={"name": path.stem})


def changed(arguments: str, change: Mapping[str, Any]) -> str:
    """Arguments with other values for some of them, as JSON."""
    if not change:
        return arguments
    given, _ = parse(arguments)
    return json.dumps({**(given if isinstance(given, dict) else {}), **change}, ensure_ascii=False)
