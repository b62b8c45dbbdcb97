"""What a repair has done, and what it has put into words."""

from __future__ import annotations

from typing import Any, NamedTuple

from playground.schemas.lint import suits
from playground.schemas.rules import CONSTRAINTS, FORMATS, UNSUPPORTED
from playground.schemas.source import Path
from playground.schemas.wording import joined, phrase

Schema = dict[str, Any]


class Repair(NamedTuple):
    path: Path
    """In the schema as it was given; in one that came out of a merge, where it stands then."""
    rule: str
    """The keyword or rule that was offended."""
    words: str
    """What was done."""


class Ledger:
    def __init__(self, fine_tuned: bool) -> None:
        self.fine_tuned = fine_tuned
        self.repairs: list[Repair] = []
        self.obstacles: dict[str, str] = {}
        """Why something stays as it is, by rule."""

    def done(self, path: Path, rule: str, words: str) -> None:
        self.repairs.append(Repair(path, rule, words))

    def spoken(self, node: Schema, path: Path, *keywords: str, rule: str = "") -> Schema:
        """The schema with these keywords in words, in its description."""
        for name in keywords:
            if name not in node:
                continue
            said = phrase(name, node[name])
            node = without(node, name)
            if said:
                node["description"] = joined(node.get("description"), said)
                self.done(path, rule or name, f"`{name}` is in `description` now: {said}")
            else:
                self.done(path, name, f"`{name}` dropped: it demands nothing")
        return node

    def permitted(self, node: Schema, path: Path) -> Schema:
        """The schema with everything in words that is still not permitted."""
        return self.spoken(node, path, *(name for name in UNSUPPORTED if name in node))

    def constrained(self, node: Schema, path: Path) -> Schema:
        """The schema with only those constraints that the subset knows."""
        for name in CONSTRAINTS:
            if name not in node:
                continue
            if not suits(name, node[name]):
                node = self.spoken(node, path, name, rule="value")
            elif self.fine_tuned or (name == "format" and node[name] not in FORMATS):
                node = self.spoken(node, path, name)
        return node


def without(node: Schema, *names: str) -> Schema:
    return {key: value for key, value in node.items() if key not in names}
