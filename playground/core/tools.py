"""Tools: what a model may call, what it called, and what came of that. Values only.

A definition says what a model is told. Where and how a call is run is beside it, and is nobody's
business but this program's: a definition that was imported cannot make anything run.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.core.recording import parse

Kind = Literal["function", "custom", "hosted"]
"""Called with JSON by a schema; with text; run by the server itself."""
Mode = Literal["mock", "real", "replay", "human"]
"""Who answers: rules; the tool itself; what was answered in an earlier run; whoever sits there."""
MODES: tuple[Mode, ...] = ("mock", "real", "replay", "human")

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a function may be called."""


class Tool(BaseModel):
    """One tool, as a document of the session has it."""

    model_config = ConfigDict(extra="ignore")

    source: str = ""
    """Where it is from, as shown before its name: a file, an MCP server, `demo`."""
    name: str
    kind: Kind = "function"
    description: str = ""
    parameters: Any = None
    """JSON Schema of the arguments; None: it takes none. Not for `custom`."""
    strict: bool | None = True
    """Whether the server shall hold the arguments to the schema; None: nothing is said of it."""
    output: Any = None
    """JSON Schema of the result, which is checked here and not sent; None: anything."""
    format: dict[str, Any] = Field(default_factory=dict)
    """Of a custom tool: `{"type": "text"}` or a grammar, flat as Responses writes it."""
    hosted: dict[str, Any] = Field(default_factory=dict)
    """Of a hosted tool: all of it, as the request has it."""
    mode: Mode = "mock"
    origin: dict[str, str] = Field(default_factory=dict)
    """Where it is run when it is run for real: `{"python": FILE, "function": NAME}` or
    `{"mcp": ID}`; empty: nowhere."""
    filled: dict[str, Any] = Field(default_factory=dict)
    """The values that were put into a definition with variables, by their names. Whoever runs it
    puts them into the definition that is known here, and compares."""

    @property
    def id(self) -> str:
        """Unique among the tools of a program: `source/name`."""
        return f"{self.source}/{self.name}"

    @property
    def title(self) -> str:
        return f"{self.source} › {self.name}" if self.source else self.name

    @property
    def digest(self) -> str:
        """Of all that makes it this tool: an approval for always ends when that changes. Of a
        definition that was filled in that is what came of it."""
        told = self.model_dump(mode="json", exclude={"mode", "filled"})
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class Allowed(BaseModel):
    """A tool that may always be called without asking."""

    model_config = ConfigDict(extra="ignore")

    tool: str
    """Its id."""
    digest: str
    """Of the definition that was approved; another one has to be approved anew."""
    mode: Mode = "mock"
    """Who was to answer: whoever lets rules do so has not approved that the tool itself is run."""


class ToolSettings(BaseModel):
    """What is kept of tools beside sessions: where they are from, not whether they are offered."""

    model_config = ConfigDict(extra="ignore")

    python: list[str] = Field(default_factory=list)
    """Files whose functions are tools."""
    servers: list[dict[str, Any]] = Field(default_factory=list)
    """MCP servers, without secrets. None is started by being here."""
    mine: list[Tool] = Field(default_factory=list)
    """Definitions that were written by hand."""
    modes: dict[str, Mode] = Field(default_factory=dict)
    """By the tool's id; where there is none: mock, or real for one that runs somewhere."""
    rules: str = ""
    """The file of mock rules; empty: the one that comes along."""
    rule_set: str = ""
    """Which set of it is in use; empty: the first."""
    allowed: list[Allowed] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as a model made it, whole."""

    call_id: str
    name: str
    arguments: str
    """As they came: JSON, hopefully; of a custom tool any text."""
    tool: Tool | None
    """None: no tool of this name was offered."""
    leg: int = 0
    wrong: tuple[str, ...] = ()
    """What is wrong with it, in sentences: no JSON, breaks the schema, an id that was there."""


ResultState = Literal["done", "failed", "denied"]


@dataclass(frozen=True, slots=True)
class Result:
    """What goes back to the model."""

    output: str
    state: ResultState = "done"
    notes: tuple[str, ...] = ()
    """What whoever looks should know: cut at a limit, breaks the output's schema."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What else is known of how it came about, as JSON values: exit status, diagnostics."""
    ms: float | None = None
    """How long it ran, put here by whoever had it run; None: it did not."""

    @property
    def ok(self) -> bool:
        return self.state == "done"


Scope = Literal["once", "session", "always"]


@dataclass(frozen=True, slots=True)
class Approve:
    """Run it, with these arguments."""

    arguments: str
    scope: Scope = "once"


@dataclass(frozen=True, slots=True)
class Answer:
    """Do not run it: this is the result, by whoever sits there."""

    result: Result


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not run it, and tell the model so."""

    reason: str = ""


Decision = Approve | Answer | Reject


def canonical(arguments: str) -> str:
    """Equal for what is equal as JSON, however it is written; what is no JSON stays as it is."""
    value, wrong = parse(arguments)
    if wrong:
        return arguments
    try:
        return json.dumps(
            value, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )
    except RecursionError:
        return arguments
