"""Shapes as annotations of Pydantic models."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, assert_never

from playground.schemas.pydantic_literals import constraints, engine, literal, number, raw
from playground.schemas.shapes import (
    Anything,
    Boolean,
    Both,
    Choice,
    Document,
    Listing,
    Literals,
    Nothing,
    Null,
    Number,
    Record,
    Reference,
    Row,
    Shape,
    Table,
    Text,
)

IMPORTS: Mapping[str, str] = {
    **dict.fromkeys(("date", "datetime", "time", "timedelta"), "datetime"),
    **dict.fromkeys(("IPv4Address", "IPv6Address"), "ipaddress"),
    **dict.fromkeys(("IPv4Network", "IPv6Network"), "ipaddress"),
    "Path": "pathlib",
    "Pattern": "re",
    **dict.fromkeys(("Annotated", "Any", "Literal"), "typing"),
    "UUID": "uuid",
    **dict.fromkeys(("AnyUrl", "BaseModel", "ConfigDict", "Field", "HttpUrl"), "pydantic"),
    **dict.fromkeys(("RootModel", "SecretStr"), "pydantic"),
    "TypeAliasType": "typing_extensions",
}
"""Everything that written source may import, and where from."""
FORMATS: Mapping[str, str] = {
    "date-time": "datetime",
    "date": "date",
    "time": "time",
    "duration": "timedelta",
    "uuid": "UUID",
    "ipv4": "IPv4Address",
    "ipv6": "IPv6Address",
    "ipv4network": "IPv4Network",
    "ipv6network": "IPv6Network",
    "path": "Path",
    "regex": "Pattern",
}
"""Types of which Pydantic says `format` and nothing else. The others stay text with a format: what
`email` needs is not installed everywhere, and what is written must run."""
URLS: Mapping[tuple[int | None, int | None], str] = {(1, None): "AnyUrl", (1, 2083): "HttpUrl"}
"""Types for `uri` by shortest and longest."""
ANNOTATING = frozenset(("readOnly", "writeOnly", "contentMediaType", "contentEncoding", "format"))
"""Keywords that nobody expects to be checked."""


class Typing:
    """Annotations, and what they need: imports, classes for inner objects, remarks."""

    def __init__(
        self,
        document: Document,
        names: Mapping[str, str],
        lift: Callable[[Record, str], str],
    ) -> None:
        self._document = document
        self._names = names
        self._lift = lift
        self._unchecked: list[str] = []
        self.used: set[str] = set()

    def imports(self) -> str:
        """Import statements for all that was used, sorted."""
        modules: dict[str, list[str]] = {}
        for name in self.used & IMPORTS.keys():
            modules.setdefault(IMPORTS[name], []).append(name)
        ours = ("pydantic", "typing_extensions")
        lines = [
            f"from {module} import {', '.join(sorted(modules[module]))}\n"
            for module in sorted(modules)
        ]
        standard = [line for line in lines if not line.startswith(tuple(f"from {m}" for m in ours))]
        return "".join(
            [*standard, *(["\n"] if standard else []), *(x for x in lines if x not in standard)]
        )

    def unchecked(self) -> list[str]:
        """Keywords met since the last call that Pydantic does not check."""
        found, self._unchecked = list(dict.fromkeys(self._unchecked)), []
        return found

    def leave(self, unread: Iterable[str]) -> None:
        self._unchecked += [keyword for keyword in unread if keyword not in ANNOTATING]

    def record(self, shape: Shape) -> Record | None:
        """The record that a class can be made of."""
        if isinstance(shape, Both):
            return self._document.merged(shape)
        return shape if isinstance(shape, Record) else None

    def annotation(self, shape: Shape, hint: str) -> str:
        """A whole annotation, with `Annotated` where it needs more than a type."""
        text, arguments = self.parts(shape, hint)
        if not arguments:
            return text
        self.used |= {"Annotated", "Field"}
        listed = ", ".join(f"{key}={value}" for key, value in arguments.items())
        return f"Annotated[{text}, Field({listed})]"

    def parts(
        self, shape: Shape, hint: str, more: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, str]]:
        """A type, and the arguments of the `Field` that completes it.

        Classes for objects inside are named by `hint`; `more` is what else the schema must say.
        """
        record = self.record(shape)
        if record is not None:
            # The class says the title and the description itself.
            said = {"json_schema_extra": literal(dict(more))} if more else {}
            return self._lift(record, hint), said
        extra: dict[str, Any] = {}
        text, arguments = self._type(shape, hint, extra)
        self.used.update(re.findall(r"^\w+", text))
        notes = shape.notes
        if notes.title:
            arguments["title"] = literal(notes.title)
        if notes.description:
            arguments["description"] = literal(notes.description)
        if notes.examples:
            arguments["examples"] = literal(list(notes.examples))
        if notes.deprecated:
            arguments["deprecated"] = "True"
        self.leave([*extra, *notes.unread])
        kept = {**extra, **notes.unread, **(more or {})}
        kept = {key: value for key, value in kept.items() if not self.refers(value)}
        if text == "SecretStr":
            kept.pop("writeOnly", None)
        if kept:
            arguments["json_schema_extra"] = literal(kept)
        return text, arguments

    def is_plain(self, shape: Shape) -> bool:
        """Whether the model holds the value as JSON has it."""
        match shape:
            case Text():
                return self._text(shape, {})[0] == "str"
            case Listing(items=items):
                return not shape.distinct and self.is_plain(items)
            case Table(values=values):
                return self.is_plain(values)
            case Boolean() | Number() | Null() | Literals() | Anything():
                return True
            case _:
                return False

    def refers(self, value: Any) -> bool:
        """Whether a keyword's value has a reference: without what it leads to it means nothing."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, dict):
                if "$ref" in one:
                    return True
                waiting.extend(one.values())
            elif isinstance(one, list):
                waiting.extend(one)
        return False

    def _type(self, shape: Shape, hint: str, extra: dict[str, Any]) -> tuple[str, dict[str, str]]:
        match shape:
            case Anything():
                return "Any", {}
            case Nothing():
                self._unchecked.append("false")
                return "Any", {}
            case Null():
                return "None", {}
            case Boolean():
                return "bool", {}
            case Number():
                return number(shape)
            case Text():
                return self._text(shape, extra)
            case Literals(values=values):
                return self._literals(values, extra)
            case Listing():
                return self._listing(shape, hint, extra)
            case Row():
                if shape.exact:
                    places = [self.annotation(one, hint) for one in shape.places]
                    return f"tuple[{', '.join(places)}]", {}
                self._unchecked.append("prefixItems")
                return "list[Any]", constraints(
                    min_length=shape.least or None, max_length=shape.most
                )
            case Table():
                keys = self.annotation(shape.keys, f"{hint} key") if shape.keys else "str"
                values_text = self.annotation(shape.values, f"{hint} value")
                limits = constraints(min_length=shape.least, max_length=shape.most)
                return f"dict[{keys}, {values_text}]", limits
            case Choice():
                return self._choice(shape, hint)
            case Reference(name=name):
                return self._names[name], {}
            case Both():
                self._unchecked.append("allOf")
                return "Any", {}
            case Record():
                return self._lift(shape, hint), {}
            case _:
                assert_never(shape)

    def _text(self, shape: Text, extra: dict[str, Any]) -> tuple[str, dict[str, str]]:
        limits = constraints(min_length=shape.shortest, max_length=shape.longest)
        if shape.pattern is None:
            url = URLS.get((shape.shortest, shape.longest))
            match shape.format:
                case "uri" if url:
                    return url, {}
                case "password" if shape.notes.unread.get("writeOnly") is True:
                    return "SecretStr", limits
                case "binary":
                    return "bytes", limits
                case known if known in FORMATS and not limits:
                    return FORMATS[known], {}
                case _:
                    pass
        if shape.format:
            extra["format"] = shape.format
        if shape.pattern is not None:
            if engine(shape.pattern):
                limits["pattern"] = raw(shape.pattern)
            else:
                extra["pattern"] = shape.pattern
        return "str", limits

    def _literals(
        self, values: tuple[Any, ...], extra: dict[str, Any]
    ) -> tuple[str, dict[str, str]]:
        if any(isinstance(one, list | dict) for one in values) or not values:
            extra["enum"] = list(values)
            return "Any", {}
        if values == (None,):
            return "None", {}
        return f"Literal[{', '.join(literal(one) for one in values)}]", {}

    def _listing(
        self, shape: Listing, hint: str, extra: dict[str, Any]
    ) -> tuple[str, dict[str, str]]:
        if shape.most == 0:
            return "tuple[()]", {}
        items = self.annotation(shape.items, f"{hint} item")
        limits = constraints(min_length=shape.least, max_length=shape.most)
        if shape.distinct and self._hashable(shape.items):
            return f"set[{items}]", limits
        if shape.distinct:
            extra["uniqueItems"] = True
        return f"list[{items}]", limits

    def _hashable(self, shape: Shape) -> bool:
        match self._document.resolved(shape):
            case Boolean() | Number() | Text() | Null():
                return True
            case Literals(values=values):
                return not any(isinstance(one, list | dict) for one in values)
            case _:
                return False

    def _choice(self, shape: Choice, hint: str) -> tuple[str, dict[str, str]]:
        options = [self.annotation(one, hint) for one in shape.options]
        text = " | ".join(dict.fromkeys(options))
        if "None" in options and len(options) > 1:
            text = " | ".join([*dict.fromkeys(one for one in options if one != "None"), "None"])
        if shape.exclusive and self._told_apart(shape):
            return text, {"discriminator": literal(shape.discriminator)}
        if shape.exclusive and len(shape.options) > 1:
            self._unchecked.append("oneOf")
        return text, {}

    def _told_apart(self, shape: Choice) -> bool:
        """Whether all options are objects that differ in a literal."""
        if not shape.discriminator or len(shape.options) < 2:
            return False
        for option in shape.options:
            record = self._document.resolved(option)
            if not isinstance(record, Record):
                return False
            told = [one for one in record.fields if one.key == shape.discriminator]
            if not told or not isinstance(told[0].shape, Literals):
                return False
        return True
