"""What a form shows for a JSON Schema at one place, and what stands there to begin with. No Qt.

A form is a way to write a value and no judge of it: what it does not understand is written as JSON,
and whether a value holds is asked of the validator.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.schemas.outline_parts import is_null
from playground.schemas.outline_words import kind as kind_in_words
from playground.schemas.outline_words import summary
from playground.schemas.pointers import pointed
from playground.schemas.shapes import UNSET
from playground.schemas.source import Path, read, written
from playground.schemas.validation import Validator
from playground.ui.widgets.values import EMPTY, SHORT, Read, same

Kind = Literal[
    "text", "number", "integer", "boolean", "choice", "fixed", "object", "array", "union", "json"
]
PLAIN: Mapping[str, Kind] = {
    "string": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "object": "object",
    "array": "array",
}
COMPOSED = frozenset(("object", "array", "union"))
"""Kinds with fields of their own inside."""
ROOT = frozenset(("#",))
"""What was followed to get to the whole schema."""
STEPS = 50
"""References and wrappings that may lead to each other at one place."""
SUCH_AS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T09:30:00Z",
    "time": "09:30:00Z",
    "duration": "PT1H30M",
    "email": "name@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com",
    "uuid": "0b0b6c6e-9f0a-4c57-a1f0-9c3f5ad0a9f1",
}
"""What a text of a format looks like."""


class Wrong(NamedTuple):
    path: Path
    """From the value that is spoken to."""
    message: str


@dataclass(frozen=True, slots=True)
class Place:
    kind: Kind
    schema: Mapping[str, Any]
    """Behind references, without the branch for null; empty where there is none to be had."""
    nullable: bool = False
    options: tuple[tuple[str, Any], ...] = ()
    """(words, value) of a choice, (words, schema) of a union."""
    through: frozenset[str] = ROOT
    """References that were followed here and on the way here."""
    again: bool = False
    """One of them for the second time: what is here may hold itself without end."""


class Property(NamedTuple):
    name: str
    schema: Any
    required: bool


def place_of(root: Any, schema: Any, through: frozenset[str] = ROOT) -> Place:
    """What a form shows for a part of the schema `root`, reached `through` these references."""
    nullable = again = False
    for _ in range(STEPS):
        if not isinstance(schema, dict):
            break
        ref = schema.get("$ref")
        if ref is not None:
            found = pointed(root, ref)
            if found is None:
                break
            again = again or ref in through
            through |= {ref}
            schema = _over(found[1], schema, "$ref")
            continue
        keyword, branches = _branches(schema)
        if keyword != "allOf":
            real = [one for one in branches if not is_null(one)]
            nullable = nullable or len(real) < len(branches)
            branches = real
        if len(branches) == 1:
            schema = _over(branches[0], schema, keyword)
            continue
        return _placed(root, schema, keyword, branches, nullable, through, again)
    return Place("json", {}, nullable, (), through, again)


def _over(inner: Any, outer: dict[str, Any], keyword: str) -> Any:
    """A schema with what is said around the keyword that leads to it."""
    said = {name: value for name, value in outer.items() if name != keyword}
    return {**inner, **said} if isinstance(inner, dict) else inner


def _branches(schema: dict[str, Any]) -> tuple[str, list[Any]]:
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list) and branches:
            return keyword, branches
    return "", []


def _placed(
    root: Any,
    schema: dict[str, Any],
    keyword: str,
    branches: list[Any],
    nullable: bool,
    through: frozenset[str],
    again: bool,
) -> Place:
    def made(kind: Kind, options: Sequence[tuple[str, Any]] = ()) -> Place:
        return Place(kind, schema, nullable, tuple(options), through, again)

    if "const" in schema:
        return made("fixed")
    if isinstance(schema.get("enum"), list):
        return made("choice", _labelled([("", value) for value in schema["enum"]]))
    types = schema.get("type")
    kinds = [types] if isinstance(types, str) else types if isinstance(types, list) else []
    real = [one for one in kinds if one != "null"]
    if kinds and not real:
        schema = {**schema, "const": None}
        return made("fixed")
    nullable = nullable or len(real) < len(kinds)
    if keyword in ("anyOf", "oneOf") and "properties" not in schema:
        constants = [_constant(one) for one in branches]
        if all(constants):
            return made("choice", _labelled([one[0] for one in constants]))
        return made("union", _named(root, branches))
    if keyword == "allOf" and "properties" not in schema:
        return made("json")
    if len(real) > 1:
        each = [{**schema, "type": one} for one in real]
        return made("union", _named(root, each))
    if real:
        return made(PLAIN.get(str(real[0]), "json"))
    if any(name in schema for name in ("properties", "additionalProperties", "patternProperties")):
        return made("object")
    return made("array" if "items" in schema or "prefixItems" in schema else "json")


def _constant(schema: Any) -> list[tuple[str, Any]]:
    """[(title, value)] of a schema that has only one value; empty of any other."""
    if isinstance(schema, dict) and "const" in schema:
        return [(str(schema.get("title") or ""), schema["const"])]
    return []


def _labelled(rows: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Values with words for each, no two alike: strings as they are, where that says enough."""
    plain = [title or (one if isinstance(one, str) else json.dumps(one)) for title, one in rows]
    if len(set(plain)) == len(plain):
        return [(visible(words), one) for words, (_, one) in zip(plain, rows, strict=True)]
    return [(visible(json.dumps(one, ensure_ascii=False)), one) for _, one in rows]


def _named(root: Any, branches: Sequence[Any]) -> list[tuple[str, Any]]:
    """Branches with words for each, no two alike."""
    made: list[tuple[str, Any]] = []
    seen: dict[str, int] = {}
    for branch in branches:
        name = _name(root, branch)
        seen[name] = seen.get(name, 0) + 1
        made.append((visible(f"{name} · {seen[name]}" if seen[name] > 1 else name), branch))
    return made


def _name(root: Any, branch: Any) -> str:
    place = place_of(root, branch)
    if title := place.schema.get("title"):
        return str(title)
    properties = place.schema.get("properties")
    for name, one in properties.items() if isinstance(properties, dict) else ():
        if isinstance(one, dict) and "const" in one:
            return f"{name} = {one['const']}"
    return kind_in_words(branch, root).removesuffix(" (ref)")


def properties_of(place: Place) -> list[Property]:
    """The fields of an object, those that have to be there first."""
    declared = place.schema.get("properties")
    rows = dict(declared) if isinstance(declared, dict) else {}
    asked = place.schema.get("required")
    required = [name for name in asked if isinstance(name, str)] if isinstance(asked, list) else []
    extra = extra_of(place)
    for name in required:
        rows.setdefault(name, True if extra is None else extra)
    needed = set(required)
    made = [Property(name, one, name in needed) for name, one in rows.items()]
    return sorted(made, key=lambda one: not one.required)


def extra_of(place: Place) -> Any:
    """The schema of fields that are not named; None: there shall be none, or nothing says so."""
    more = place.schema.get("additionalProperties")
    patterns = place.schema.get("patternProperties")
    if isinstance(patterns, dict) and patterns and not more:
        return next(iter(patterns.values())) if len(patterns) == 1 else True
    if more is None:
        return None if place.schema.get("properties") else True
    return None if more is False else more


def item_of(place: Place, at: int) -> Any:
    """The schema of the item at an index; None where there shall be none."""
    items = place.schema.get("items", True)
    places = place.schema.get("prefixItems", items if isinstance(items, list) else ())
    if isinstance(places, list) and at < len(places):
        return places[at]
    if isinstance(items, list):
        items = place.schema.get("additionalItems", True)
    return None if items is False else items


def start_of(root: Any, schema: Any, through: frozenset[str] = ROOT) -> Any:
    """What stands there before anybody typed: as little as there can be, and nothing made up. UNSET
    where that is nothing at all."""
    return started(root, place_of(root, schema, through))


def started(root: Any, place: Place) -> Any:
    """The same of a place."""
    if "default" in place.schema:
        return deepcopy(place.schema["default"])
    match place.kind:
        case "fixed":
            return deepcopy(place.schema["const"])
        case "choice" if len(place.options) == 1:
            return place.options[0][1]
        case "text":
            return ""
        case "boolean":
            return False
        case "array":
            return []
        case _ if place.nullable and place.kind in COMPOSED:
            return None
        case "object" if not place.again:
            each = [
                (one.name, start_of(root, one.schema, place.through))
                for one in properties_of(place)
                if one.required
            ]
            return {name: value for name, value in each if value is not UNSET}
        case "union" if place.options and not place.again:
            return start_of(root, place.options[0][1], place.through)
        case _:
            return UNSET


def fits(place: Place, value: Any) -> bool:
    """Whether the fields of a place can show a value; UNSET is shown by none as nothing."""
    if value is UNSET or (value is None and place.nullable):
        return True
    match place.kind:
        case "text":
            return isinstance(value, str) and not _hides(value)
        case "number" | "integer":
            whole = place.kind == "number" or not isinstance(value, float) or value.is_integer()
            return whole and isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return any(same(value, one) for _, one in place.options)
        case "fixed":
            return same(value, place.schema["const"])
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "union" | "json":
            return True


def branch_of(root: Any, place: Place, value: Any, validator: Validator | None) -> int | None:
    """Which branch of a union a value is meant for; None: none of them can show it."""
    if value is UNSET:
        return 0
    places = [place_of(root, schema, place.through) for _, schema in place.options]
    fitting = [at for at, one in enumerate(places) if fits(one, value)]
    for at in fitting:
        if validator is not None and _holds(validator, place.options[at][1], value):
            return at
    return max(fitting, key=lambda at: _alike(places[at], value), default=None)


def _holds(validator: Validator, schema: Any, value: Any) -> bool:
    try:
        return not validator.part((), schema).errors(value, most=1)
    except Failure:
        return False


def _alike(place: Place, value: Any) -> int:
    """How many fields of an object are those of a branch; what its constants say counts most."""
    if not isinstance(value, dict):
        return 0
    count = 0
    for one in properties_of(place):
        constant = _constant(one.schema)
        if one.name in value:
            count += 1
            if constant:
                count += 100 if same(value[one.name], constant[0][1]) else -100
    return count


def hint_of(place: Place) -> str:
    """What goes into a field, in as few words as stand inside it."""
    schema = place.schema
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        first = examples[0]
        said = first if isinstance(first, str) else json.dumps(first, ensure_ascii=False)
        return visible(f"such as {said}").split("\n")[0][:80]
    limits = summary({name: one for name, one in schema.items() if name not in ("enum", "const")})
    form = schema.get("format")
    if place.kind == "text":
        if isinstance(form, str) and form in SUCH_AS:
            return f"{form}, such as {SUCH_AS[form]}"
        return visible(limits)
    return visible(f"{place.kind} {limits}".strip()) if place.kind in ("number", "integer") else ""


def about(schema: Any, place: Place) -> str:
    """What a schema says of the value, for whoever fills it in."""
    said = place.schema.get("description")
    own = schema.get("description") if isinstance(schema, dict) else None
    words = own or said
    return visible(words) if isinstance(words, str) else ""


# Values as text.


def read_text(text: str) -> Read:
    """Strict JSON, in which no key stands twice and no number would become another."""
    if not text.strip():
        return None, EMPTY
    try:
        return read(text).value, ""
    except Failure as failure:
        problem = failure.problem
        return None, f"{problem.title.rstrip('.')}: {problem.detail.rstrip('.')}"


def write_text(value: Any, *, short: bool = False) -> str:
    """JSON to be edited: what cannot be seen stands there by its number, so that nothing is lost in
    an editor. `short`: on one line, where that is not long."""
    line = json.dumps(value, ensure_ascii=False) if short else ""
    text = line if short and len(line) <= SHORT else written(value)
    if not _hides(text):
        return text
    return "".join(_escaped(one) if one != "\n" and _hides(one) else one for one in text)


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\xa0]")
"""Of ASCII and the no-break space, which an editor makes a plain one."""


def _hides(text: str) -> bool:
    """Whether there is something in a text that cannot be seen, or that an editor would change."""
    return _UNSEEN.search(text) is not None or visible(text) != text


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x80 else json.dumps(character)[1:-1]
