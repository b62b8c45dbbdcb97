"""The definitions of a schema under repair: as they were given, as they are made, what names them.

They all end in `$defs` of the root. Whatever else a reference names becomes a definition too.
"""

from __future__ import annotations

import json
from typing import Any

from playground.schemas.ledger import Ledger, Schema
from playground.schemas.pointers import defined, plain, pointed
from playground.schemas.reshaping import any_value, free
from playground.schemas.source import Path

KEYWORDS = ("$defs", "definitions")


class Definitions:
    def __init__(self, given: Any, ledger: Ledger) -> None:
        self.given = given
        self.ledger = ledger
        self.sources: dict[str, tuple[Any, Path]] = {}
        """As they were given, under the names that they have from now on."""
        self.made: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        """What a pointer names."""
        self._any = ""
        for keyword in KEYWORDS if isinstance(given, dict) else ():
            if keyword == "definitions" and keyword in given:
                ledger.done((), keyword, "`definitions` are in `$defs` now")
            rows = given.get(keyword)
            for name, row in rows.items() if isinstance(rows, dict) else ():
                self._names[_spelled((keyword, name))] = self.add(name, row, (keyword, name))

    def add(self, name: str, schema: Any, path: Path) -> str:
        """The name that the definition got: another one where this was taken."""
        name = free(name, self.sources)
        self.sources[name] = (schema, path)
        return name

    def waiting(self) -> list[str]:
        return [name for name in self.sources if name not in self.made]

    def any(self) -> Schema:
        """A reference to the definition of any JSON value."""
        if not self._any:
            self._any = self.add("AnyValue", True, ())
            self.made[self._any] = any_value(self._any)
        return {"$ref": defined(self._any)}

    def reference(self, ref: Any, path: Path) -> Schema:
        """The same reference as the subset wants it; unchanged when it names nothing here."""
        found = pointed(self.given, ref)
        if found is None:
            if ref not in map(defined, self.sources):  # one of those that came about here
                self.ledger.obstacles["$ref"] = "what it names is not in this schema"
            return {"$ref": ref}
        steps, schema = found
        if not steps:
            return {"$ref": "#"}
        key = _spelled(steps)
        if key not in self._names:
            self._names[key] = self.add(str(steps[-1]), schema, steps)
        made = defined(self._names[key])
        if made != ref:
            self.ledger.done(path, "$ref", f"`$ref` {json.dumps(ref)} is {json.dumps(made)} now")
        return {"$ref": made}

    def resolved(self, ref: Any) -> Any:
        """What a reference names, as it was given; None when it names nothing here."""
        if found := pointed(self.given, ref):
            steps, schema = found
            if steps or not isinstance(schema, dict):
                return schema
            return {name: row for name, row in schema.items() if name not in KEYWORDS}
        name = plain(str(ref).removeprefix("#/$defs/"))
        return self.sources[name][0] if name in self.sources else None

    def known(self, ref: Any) -> Any:
        """What a reference of the repaired schema names: as it is made, else as it was given."""
        name = plain(str(ref).removeprefix("#/$defs/"))
        if name in self.made:
            return self.made[name]
        return self.sources[name][0] if name in self.sources else self.resolved(ref)


def _spelled(steps: Path) -> str:
    return json.dumps(steps)
