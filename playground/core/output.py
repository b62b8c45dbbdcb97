"""Output: the form that an answer is asked for. It stays with the run, so that any answer can be
read against the schema it was meant for, whenever that is."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Mode = Literal["text", "json_schema", "json_object", "tool"]
"""Anything; JSON by a schema; any JSON object; the arguments of a tool that has to be called."""


NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a schema may be called."""


def named(text: str) -> str:
    """A name for a schema out of any text."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_")[:64] or "answer"


class Output(BaseModel):
    model_config = ConfigDict(extra="ignore")

    mode: Mode = "text"
    """In `text` the schema is kept and not sent; in `json_object` it is only checked against."""
    strict: bool = True
    """Whether the server shall hold the answer to the schema."""
    name: str = "answer"
    """Of the schema, and of the tool; see NAME."""
    description: str = ""
    json_schema: Any = None
    """What is sent and checked against; None: there is none that could be read."""
    source: str = ""
    """The text as somebody writes it, where that is not just `json_schema` written down: it may be
    no JSON yet."""
    attempts: int = 0
    """How often a model is asked again, with what was wrong, when its answer does not hold."""

    @property
    def asked(self) -> bool:
        """Whether the request says anything of the answer's form."""
        return self.mode != "text"

    @property
    def written(self) -> bool:
        """Whether somebody has given a schema, even one that cannot be read."""
        return self.json_schema is not None or bool(self.source.strip())
