"""One way in which a schema may mean a value: schemas without unions, all of which hold at once.

`schemas.answer_schema` takes references, `allOf` and unions apart into these.
"""

from __future__ import annotations

from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from playground.schemas.patterns import PatternError, Patterns
from playground.schemas.source import Path
from playground.schemas.validation import MOST, Error


class Located(NamedTuple):
    """A schema and where it stands in the whole one."""

    path: Path
    schema: Any

    def inner(self, *steps: str | int) -> Located:
        schema = self.schema
        for step in steps:
            schema = schema[step]
        return Located(self.path + steps, schema)


Option = tuple[Located, ...]
"""Schemas that hold at once; none: anything goes."""

_ELSEWHERE = ("if", "dependentSchemas", "unevaluatedProperties", "$dynamicRef")
"""Keywords that may speak of fields which `properties` does not name."""


class Branch:
    def __init__(self, parts: Option, option: int, patterns: Patterns) -> None:
        self.parts = parts
        self.option = option
        """The number of the alternative that it belongs to."""
        self._patterns = patterns

    @cached_property
    def types(self) -> tuple[str, ...] | None:
        """As the schema calls them; None when it says nothing of them."""
        found: tuple[str, ...] | None = None
        for _, schema in self.parts:
            said = types(schema)
            if said is not None:
                found = said if found is None else tuple(one for one in found if one in said)
        return found

    def admits(self, kind: str) -> bool:
        """Whether a value may be an object, an array, a string …"""
        if self.types is None:
            return True
        return kind in self.types or (kind == "number" and "integer" in self.types)

    @cached_property
    def names(self) -> dict[str, bool]:
        """The fields of an object that have a name, and whether they are required."""
        found: dict[str, bool] = {}
        for _, schema in self.parts:
            found |= {name: found.get(name, False) for name in schema.get("properties", ())}
        for _, schema in self.parts:
            found |= dict.fromkeys(schema.get("required", ()), True)
        return found

    @cached_property
    def listed(self) -> bool:
        """Whether these names are all that anybody speaks of."""
        return (
            any("properties" in schema for _, schema in self.parts)
            and not any(
                "additionalProperties" in schema and schema["additionalProperties"] is not False
                for _, schema in self.parts
            )
            and not any(word in schema for _, schema in self.parts for word in _ELSEWHERE)
        )

    def field(self, name: str) -> Option | None:
        """What holds for the field of this name; None when there may be none."""
        found: list[Located] = []
        for part in self.parts:
            said = len(found)
            schema = part.schema
            if name in schema.get("properties", ()):
                found.append(part.inner("properties", name))
            for pattern in schema.get("patternProperties", ()):
                if self._matches(pattern, name):
                    found.append(part.inner("patternProperties", pattern))
            if len(found) == said and "additionalProperties" in schema:
                if schema["additionalProperties"] is False:
                    return None
                found.append(part.inner("additionalProperties"))
        return tuple(found)

    def closed(self, name: str) -> list[Path]:
        """Where it says that there may be no field of this name."""
        return [
            (*part.path, "additionalProperties")
            for part in self.parts
            if Branch((part,), 0, self._patterns).field(name) is None
        ]

    def speaks_of(self, name: str) -> bool:
        return not self.listed or name in self.names or self.field(name) != ()

    def item(self, place: int) -> Option:
        """What holds for an item of an array."""
        found: list[Located] = []
        for part in self.parts:
            if place < len(part.schema.get("prefixItems", ())):
                found.append(part.inner("prefixItems", place))
            elif "items" in part.schema:
                found.append(part.inner("items"))
        return tuple(found)

    @cached_property
    def places(self) -> int:
        """The place from which on all items of an array are alike."""
        return max((len(schema.get("prefixItems", ())) for _, schema in self.parts), default=0)

    def against(self, names: set[str] | None, count: int) -> list[Error]:
        """What it has against an object that is closed and has these names, or an array (no
        names), when what is in it is left aside. Paths are those of the value: empty."""
        found: list[Error] = []
        least, most = (
            ("minItems", "maxItems") if names is None else ("minProperties", "maxProperties")
        )
        for path, schema in self.parts:
            if names is not None:
                missing = (name for name in schema.get("required", ()) if name not in names)
                found += (
                    Error((), (*path, "required"), "required", f"{name!r} is a required property")
                    for name in islice(missing, MOST)
                )
            for keyword, fits in (
                (least, count >= schema.get(least, 0)),
                (most, count <= schema.get(most, count)),
            ):
                if not fits:
                    words = f"it has {count}, and `{keyword}` is {schema[keyword]}"
                    found.append(Error((), (*path, keyword), keyword, words))
        return found

    def _matches(self, pattern: str, name: str) -> bool:
        """What cannot be read, or takes too long, is for the validator to say."""
        try:
            return self._patterns.search(pattern, name)
        except (PatternError, TimeoutError):
            return True


def types(schema: dict[str, Any]) -> tuple[str, ...] | None:
    """That a value may have by `type`, `const` or `enum`; None when they say nothing."""
    if "type" in schema:
        said = schema["type"]
        return (said,) if isinstance(said, str) else tuple(said)
    if "const" in schema or "enum" in schema:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        return tuple(dict.fromkeys(map(type_of, values)))
    return None


def type_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
