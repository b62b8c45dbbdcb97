"""Schemas to begin with: `resources/schemas`. What each shows, and a text that it can be tried on,
is in `resources/examples/schemas.json`."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from playground.core.resources import resource


class Example(NamedTuple):
    name: str
    """Of the file, without its end."""
    title: str
    about: str
    """What it shows, in a line."""
    prompt: str
    """Prose that can be put into it."""
    schema: dict[str, Any]
    """Strict."""


def examples() -> list[Example]:
    """All of them, the plain ones first."""
    rows = json.loads(resource("examples", "schemas.json").read_text(encoding="utf-8"))
    return [
        Example(row["schema"], row["title"], row["about"], row["prompt"], _schema(row["schema"]))
        for row in rows
    ]


def _schema(name: str) -> dict[str, Any]:
    text = resource("schemas", f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
