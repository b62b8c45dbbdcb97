"""Call: what a request asks for, and everything that is set for it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.core.output import Output
from playground.core.patterns import Patterns
from playground.core.profile import Api
from playground.core.tools import Tool
from playground.core.variables import Variable

State = Literal["history", "previous_response_id", "conversation"]
"""All of it is sent each time; or only what is new, after the last response; or into a
conversation that the server keeps."""


class Withheld(BaseModel):
    """What a session would offer that came out of a file, until somebody offers it again."""

    model_config = ConfigDict(extra="ignore")

    tools: list[Tool] = Field(default_factory=list)
    fields: dict[str, Any] = Field(default_factory=dict)
    """Request fields that tell of tools."""
    extra: dict[str, Any] = Field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.tools or self.fields or self.extra)


class Call(BaseModel):
    """A request, complete but for the conversation before it, the server and the key."""

    model_config = ConfigDict(extra="ignore")

    api: Api = "responses"
    model: str = ""
    instructions: str = ""
    """The developer message; empty: none is sent."""
    fields: dict[str, Any] = Field(default_factory=dict)
    """Request fields that are switched on. What is not here is not sent."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Sent beside those of the profile, and instead of any of the same name."""
    extra: dict[str, Any] = Field(default_factory=dict)
    """Merged into the body last, whatever it is."""
    output: Output = Field(default_factory=Output)
    body: dict[str, Any] | None = None
    """What somebody wrote by hand to be sent as the first request, in the place of all that this
    call and the conversation would make it; never of a session."""
    stream: bool = True
    state: State = "history"
    """How the conversation before the new turn reaches the server, where it keeps any."""
    tools: list[Tool] = Field(default_factory=list)
    """What the model may call and is answered by us. Whether anything is run is not for a call to
    say."""
    steps: int = 10
    """Requests after which a run goes no further, whatever the model wants to call."""
    errors: Literal["model", "stop"] = "model"
    """Whether the model hears of a tool that failed, or the run ends there."""
    variables: list[Variable] = Field(default_factory=list)
    """What this call is a template for; empty: nothing, it is sent as it is written."""
    values: dict[str, Any] = Field(default_factory=dict)
    """By their names: what is put in, and in a run what was put in."""
    patterns: Patterns = Field(default_factory=Patterns)
    withheld: Withheld = Field(default_factory=Withheld)
    """Of a session that was imported, see `withholding`; never of a run, never sent."""
