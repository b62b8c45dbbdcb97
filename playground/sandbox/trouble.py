"""Trouble: what a script has go wrong, in place of an answer or in the middle of one."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground.sandbox.transport import Raw

FaultKind = Literal["cut", "reset", "stall", "end"]
"""The connection is closed, reset, or left silent; `end` is an orderly end of the body, as if that
had been all of it."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Failure(_Model):
    """An answer in place of the scripted one."""

    status: int = Field(default=200, ge=200, le=599)
    headers: dict[str, str] = {}
    """In a value `{{date:N}}` is the date in N seconds, as HTTP writes it."""
    error: dict[str, str | None] | None = None
    """What stands under `error`: message, type, param, code."""
    body: Any = None
    """JSON of another shape."""
    text: Raw | None = None
    """A body that is not JSON, such as a proxy's page."""
    content_type: str = "text/html; charset=utf-8"
    """Of `text`."""
    fault: FaultKind | None = None
    """No answer at all: the connection is closed, reset, or left silent."""

    @model_validator(mode="after")
    def _has_one_body(self) -> Self:
        given = (self.error, self.body, self.text, self.fault)
        if sum(part is not None for part in given) != 1:
            raise ValueError("a failure has either `error`, `body`, `text` or `fault`")
        if self.fault == "end":
            raise ValueError("what has not begun cannot end: a `fault` is cut, reset or stall")
        return self


class Fault(_Model):
    """What happens to the connection in the middle of the answer."""

    kind: FaultKind
    after_deltas: int = Field(ge=0)
    in_event: bool = False
    """Half of the next delta's event is still sent."""
    last: Raw = ""
    """Sent before it happens: an error, or a mark that claims an end."""


class Refusal(_Model):
    """400 for a request field that this model does not take."""

    message: str
    code: str | None = "unsupported_parameter"
    type: str = "invalid_request_error"
    param: str | None = None
    """The field that the error names, where that is not the one that is refused."""
