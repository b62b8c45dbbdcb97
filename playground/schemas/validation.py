"""Whether JSON is what a schema says: `jsonschema` for draft 2020-12, imported here only.

Nothing is fetched: a reference to elsewhere is a Problem. Neither a schema nor a value can make it
take for ever: patterns have a limit in time, and `schemas.checking` has the keywords for which the
library knows none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from copy import copy
from itertools import islice
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError, validators
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from playground.core.problem import Failure, Problem
from playground.schemas.checking import KEYWORDS, Keyword, searching
from playground.schemas.formats import FORMATS
from playground.schemas.legal import is_legal
from playground.schemas.patterns import PatternError, Patterns
from playground.schemas.pointers import pointed
from playground.schemas.source import Path, spelled

MOST = 200
"""Errors that are told of one instance."""
_SHOWN = 300


class Error(NamedTuple):
    path: Path
    """Of the value that does not hold, in the instance."""
    schema_path: Path
    """Of the keyword that it offends, in the schema: where it stands, behind references."""
    keyword: str
    message: str

    def __str__(self) -> str:
        return f"{spelled(self.path)}: {self.message}"


class Validator:
    """A schema that was looked at once, for many instances.

    Raises Failure when the schema cannot be used: it is none, or refers to what is not there;
    that may show only with an instance.
    """

    def __init__(self, schema: Any) -> None:
        self.schema = schema
        self._base: tuple[Path, Any] = ((), schema)  # where it stands, and what stands there
        self._patterns = Patterns()
        with _problems():
            if not is_legal(schema):
                Draft202012Validator.check_schema(schema)
            self._checker = _Checker(schema, registry=Registry(), format_checker=_FORMATS)

    def part(self, path: Path, schema: Any) -> Validator:
        """For what stands at this path of the schema; errors name the place in the whole one."""
        part = copy(self)
        part._base = (path, schema)
        part._checker = self._checker.evolve(schema=schema)
        return part

    def errors(self, instance: Any, most: int = MOST) -> list[Error]:
        """What does not hold, in the order of the instance; empty when it is valid. Of a union the
        branch that was meant is told, not each that does not fit."""
        with _problems(), searching(self._patterns):
            found = [
                _told(error, self.schema, self._base)
                for error in islice(self._checker.iter_errors(instance), most)
            ]
        places = _Places(instance)
        return sorted(found, key=lambda one: places.of(one.path))


def errors(instance: Any, schema: Any) -> list[Error]:
    """The same for one instance. Raises Failure as Validator does."""
    return Validator(schema).errors(instance)


class _Places:
    """Where things stand in an instance."""

    def __init__(self, instance: Any) -> None:
        self._instance = instance
        self._names: dict[int, dict[str, int]] = {}

    def of(self, path: Path) -> list[int]:
        """What comes first is less."""
        at, places = self._instance, []
        for step in path:
            if isinstance(step, int):
                places.append(step)
            else:
                names = self._names.get(id(at))
                if names is None:
                    names = {name: number for number, name in enumerate(at)}
                    self._names[id(at)] = names
                places.append(names[step])
            at = at[step]
        return places


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except SchemaError as error:
        where = f"{spelled(tuple(error.absolute_path))}: {_cut(error.message)}"
        raise _unusable(where) from error
    except Unresolvable as error:
        raise _unusable(f"it refers to what is not there: {_cut(str(error))}") from error
    except (PatternError, OverflowError) as error:
        raise _unusable(str(error)) from error
    except RecursionError as error:
        why = "it refers to itself without end, or something is nested too deeply"
        raise _unusable(why) from error


def _told(error: ValidationError, schema: Any, base: tuple[Path, Any]) -> Error:
    best: ValidationError = best_match([error]) or error
    return Error(
        tuple(best.absolute_path),
        _stands(schema, tuple(best.absolute_schema_path), base),
        str(best.validator),
        _message(best),
    )


def _stands(schema: Any, steps: Path, base: tuple[Path, Any]) -> Path:
    """The path in the document of what `jsonschema` reached by these steps through references,
    from the schema it began with."""
    path, node = base
    for step in steps:
        for _ in range(_REFERENCES):
            inner = _in(node, step)
            found = None if inner else pointed(schema, _ref(node))
            if found is None:
                break
            path, node = found
        path, node = (*path, step), inner[0] if inner else None
    return path


_REFERENCES = 50
"""That may lead to each other."""


def _in(node: Any, step: str | int) -> list[Any]:
    """[what is at this step], empty when nothing is."""
    if isinstance(node, dict) and step in node:
        return [node[step]]
    if isinstance(node, list) and isinstance(step, int) and step < len(node):
        return [node[step]]
    return []


def _ref(node: Any) -> Any:
    return node.get("$ref") if isinstance(node, dict) else None


def _message(error: ValidationError) -> str:
    """In our words where the library's would quote the whole value."""
    value: Any = error.validator_value
    count = len(error.instance) if isinstance(error.instance, Sized) else 0
    match error.validator:
        case "type":
            return f"it is {_kind(error.instance)}, not {_either(value)}"
        case "anyOf" | "oneOf" if error.context:
            types = [
                inner.validator_value
                for inner in error.context
                if inner.validator == "type" and not inner.relative_path
            ]
            if len(types) == len(value):
                return f"it is {_kind(error.instance)}, not {_either(types)}"
            return f"it fits none of the {len(value)} branches of `{error.validator}`"
        case "minItems" | "maxItems" | "minProperties" | "maxProperties":
            return f"it has {count}, and `{error.validator}` is {value}"
        case "minLength" | "maxLength":
            return f"it has {count} characters, and `{error.validator}` is {value}"
        case _:
            return _cut(error.message)


def _either(types: Any) -> str:
    """`string or null` of one type, several, or lists of them."""
    rows = types if isinstance(types, list) else [types]
    return " or ".join(_either(row) if isinstance(row, list) else str(row) for row in rows)


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def _cut(text: str) -> str:
    half = _SHOWN // 2
    return text if len(text) <= _SHOWN else f"{text[:half]} … {text[-half:]}"


def _unusable(why: str) -> Failure:
    return Failure(Problem(title="This schema cannot be used to check anything.", detail=why))


def _worded(keyword: Keyword) -> Callable[..., Iterator[ValidationError]]:
    """A keyword as the library wants it."""

    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        for found in keyword(validator, value, instance, schema):
            yield ValidationError(found) if isinstance(found, str) else found

    return checked


def _text(check: Callable[[str], bool]) -> Callable[[object], bool]:
    """A format says nothing about what is no string."""
    return lambda value: not isinstance(value, str) or check(value)


def _formats() -> FormatChecker:
    made = FormatChecker(formats=())
    for name, check in FORMATS.items():
        made.checks(name)(_text(check))
    return made


_FORMATS = _formats()
_extended: Callable[..., Any] = validators.extend
_Checker = _extended(
    Draft202012Validator, {name: _worded(keyword) for name, keyword in KEYWORDS.items()}
)
