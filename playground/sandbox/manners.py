"""Manners: how a server that is not OpenAI's words its chat completions. Data, chosen by a script.

Every field's default is what OpenAI does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Calls(_Model):
    """How tool calls are streamed."""

    whole: bool = False
    """In one delta, not in fragments."""
    index: Literal["counted", "zero", "none"] = "counted"
    id: Literal["first", "every", "never"] = "first"
    """Which deltas of a call have its id."""
    name: Literal["first", "every", "empty later", "last"] = "first"
    """Which deltas of a call have its name."""
    type: bool = True
    arguments: Literal["text", "object"] = "text"
    """An object only where the call is whole."""


class Failed(_Model):
    """The event that ends a stream which `finish: failed` breaks off."""

    data: Any
    event: str | None = None
    done: bool = False
    """`[DONE]` follows, as if all were well."""


class Manners(_Model):
    reasoning: list[Literal["reasoning_content", "reasoning", "reasoning_details"]] = [
        "reasoning_content"
    ]
    """The fields that hold reasoning which is shown."""
    wants_reasoning_back: bool = False
    """400 where an assistant message with tool calls lacks its reasoning."""
    calls: Calls = Calls()
    usage: Literal[
        "asked",
        "always",
        "never",
        "every chunk",
        "with finish",
        "before finish",
        "with choice",
        "without choices",
    ] = "asked"
    """When a stream tells the usage, and in which chunk."""
    usage_fields: dict[str, Any] = {}
    """Merged into the usage, the objects in it too."""
    finish: dict[str, str] = {}
    """Finish reasons in this server's words."""
    chunk: dict[str, Any] = {}
    """Fields of every chunk and of the whole completion. Here and below, `{{id}}`, `{{model}}`,
    `{{created}}`, `{{finish}}` and `{{usage}}` stand for that completion's own."""
    choice: dict[str, Any] = {}
    """Fields of every choice."""
    message: dict[str, Any] = {}
    """Fields of the message in a whole completion."""
    without: list[str] = []
    """Fields that this server does not send: of a chunk `service_tier`, of others `choice.index`,
    `message.refusal`."""
    opening: list[dict[str, Any]] = []
    """Chunks before the first, each with these fields in place of the usual."""
    closing: list[dict[str, Any]] = []
    """Chunks behind the one with the finish reason."""
    ending: dict[str, Any] = {}
    """More fields of the chunk with the finish reason and of a whole completion."""
    done: bool = True
    failed: Failed | None = None
    lenient: bool = False
    """Request fields that OpenAI does not know are ignored."""

    def lacks(self, owner: str) -> frozenset[str]:
        """Names after `owner.` in `without`; with an empty owner those of a chunk."""
        split = [name.rpartition(".") for name in self.without]
        return frozenset(name for prefix, _, name in split if prefix == owner)


def filled(template: Any, facts: Mapping[str, Any]) -> Any:
    """A template of JSON: a string that is `{{name}}` as a whole becomes that fact, of any type."""
    match template:
        case str() if template.startswith("{{") and template.endswith("}}"):
            return facts.get(template[2:-2], template)
        case dict():
            return {name: filled(part, facts) for name, part in template.items()}
        case list():
            return [filled(part, facts) for part in template]
        case _:
            return template


def merged(base: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the fields of `more`, objects inside objects merged as well."""
    both = dict(base)
    for name, value in more.items():
        inner = both.get(name)
        if isinstance(inner, dict) and isinstance(value, Mapping):
            both[name] = merged(inner, value)
        else:
            both[name] = value
    return both
