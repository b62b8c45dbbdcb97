"""The root of a repaired schema: one object, whatever it was."""

from __future__ import annotations

from typing import Any

from playground.schemas.ledger import Ledger, without
from playground.schemas.lint import kinds_of
from playground.schemas.pointers import defined, plain, refers, renamed
from playground.schemas.reshaping import closed, described, free, split

_OUTSIDE = ("$schema", "$id", "$comment", "title")
"""What stays with the root when it is wrapped."""


def rooted(top: Any, definitions: dict[str, Any], ledger: Ledger) -> Any:
    """The root with its definitions; what it only names takes its place, what is no object is
    wrapped in one."""
    top, definitions = _named(top, definitions, ledger)
    if not isinstance(top, dict):
        return top
    if top.get("type") != "object" or "anyOf" in top or "$ref" in top:
        name = "items" if "array" in kinds_of(top) else "value"
        ledger.done((), "root", f"the root is an object now, which holds it as `{name}`")
        head = {key: top[key] for key in _OUTSIDE if key in top}
        top = without(top, *_OUTSIDE)
        if refers([top, definitions], "#"):
            itself = free("Root", definitions)
            definitions = renamed({**definitions, itself: top}, "#", defined(itself))
            top = {"$ref": defined(itself)}
        top = {**head, **closed({name: top})}
    return {**top, "$defs": definitions} if definitions else top


def _named(top: Any, definitions: dict[str, Any], ledger: Ledger) -> tuple[Any, dict[str, Any]]:
    """(the root, the other definitions): references to what it names go to the root."""
    while isinstance(top, dict):
        annotations, rest = split(top)
        rows = rest.get("anyOf")
        if isinstance(rows, list) and len(rows) == 1 and isinstance(rows[0], dict):
            rest = rows[0]  # a reference with a description around it
        name = plain(str(rest.get("$ref", "")).removeprefix("#/$defs/"))
        if name not in definitions or definitions[name] == {"$ref": defined(name)}:
            break
        ledger.done((), "root", f"the root is what its `$ref` names: `{name}`")
        top = described(definitions[name], annotations)
        others = {key: row for key, row in definitions.items() if key != name}
        top, definitions = renamed([top, others], defined(name), "#")
    return top, definitions
