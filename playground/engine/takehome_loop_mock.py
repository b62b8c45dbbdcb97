"""The rules of a mock as cases that a few lines of a program can tell apart.

What takes more than that, a schema or a path into the arguments, is counted and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from playground.core.tools import Tool
from playground.tools import mock
from playground.tools.jsonpath import PathError, parsed
from playground.tools.mock_sample import sample
from playground.tools.mock_template import PLACEHOLDER
from playground.tools.rules import (
    ByEquality,
    ByFields,
    ByPath,
    ByRegex,
    BySchema,
    Condition,
    ErrorReply,
    MalformedReply,
    OversizedReply,
    Reply,
    ResultReply,
    RuleSet,
    TimeoutReply,
)

UNKNOWN = '{"ok": true}'
"""What a mock says of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Given:
    """An argument of the call in the place of a value."""

    name: str | None
    """None: all that was given."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Text with arguments in it."""

    parts: tuple[str | Given, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """An argument has this value; with None all of them as one."""

    name: str | None
    value: Any


@dataclass(frozen=True, slots=True)
class Matches:
    """The pattern is found in the text of an argument."""

    name: str | None
    pattern: str


@dataclass(frozen=True, slots=True)
class Has:
    """There is an argument of this name."""

    name: str


Test = Is | Matches | Has


@dataclass(frozen=True, slots=True)
class Case:
    tests: tuple[Test, ...]
    """All of them hold; none: always."""
    value: Any
    """JSON with Given and Joined in it."""
    lost: str = ""
    """Why there is no value: what the rule gives cannot be said in a line."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The first that holds is the one; the last one always does."""

    cases: tuple[Case, ...]
    left_out: int
    """Rules that are not among them."""


class _LeftOutError(Exception):
    """A rule that is too much for a line."""


def cases(tool: Tool, rules: RuleSet | None, takes: Callable[[str], bool]) -> Cases:
    """`takes`: whether the language knows a regular expression."""
    is_text = tool.kind == "custom"
    found: list[Case] = []
    left_out = 0
    for rule in rules.rules if rules else ():
        if rule.tool != tool.name:
            continue
        try:
            tests = [_test(one, is_text, takes) for one in rule.when]
        except _LeftOutError:
            left_out += 1
            continue
        if None in tests:
            continue
        made = _case(tuple(one for row in tests if row for one in row), rule.then, tool)
        found.append(made)
        if not made.tests:
            return Cases(tuple(found), left_out)
    default = rules.defaults.get(tool.name) if rules else None
    found.append(_case((), default, tool) if default else Case((), _unruled(tool)))
    return Cases(tuple(found), left_out)


def _test(
    condition: Condition, is_text: bool, takes: Callable[[str], bool]
) -> Sequence[Test] | None:
    """None: it never holds. Raises _LeftOutError."""
    match condition:
        case ByEquality():
            return _of(_name(condition.at), is_text, lambda name: Is(name, condition.value))
        case ByFields():
            fields = condition.fields.items()
            return None if is_text else [Is(name, value) for name, value in fields]
        case ByRegex():
            if not takes(condition.pattern):
                raise _LeftOutError
            return _of(_name(condition.at), is_text, lambda name: Matches(name, condition.pattern))
        case ByPath():
            name = _name(condition.path)
            return [] if name is None else _of(name, is_text, lambda _: Has(name))
        case BySchema():
            raise _LeftOutError
        case _:
            assert_never(condition)


def _of(
    name: str | None, is_text: bool, test: Callable[[str | None], Test]
) -> Sequence[Test] | None:
    """A test of one argument: a text has none."""
    return None if is_text and name is not None else [test(name)]


def _name(path: str) -> str | None:
    """The one argument that a path leads to. Raises _LeftOutError where it goes further."""
    match parsed(path or "$").segments:
        case ():
            return None
        case (segment,) if not segment.descends:
            match segment.selectors:
                case (str(name),):
                    return name
    raise _LeftOutError


def _case(tests: tuple[Test, ...], reply: Reply, tool: Tool) -> Case:
    """A failure is told to the model as a text, as a result is."""
    match reply:
        case ResultReply(verbatim=True):
            return Case(tests, reply.value)
        case ResultReply():
            return Case(tests, _filled(reply.value, tool))
        case ErrorReply():
            words = _text(reply.message, tool)
            return Case(tests, Joined((words,)) if isinstance(words, Given) else words or "")
        case TimeoutReply():
            return Case(tests, f"The tool did not answer within {mock.SECONDS:g} s.")
        case MalformedReply():
            return Case(tests, None, "a result that is spoiled")
        case OversizedReply():
            return Case(tests, None, f"{reply.megabytes:g} MB of text")
        case _:
            assert_never(reply)


def _unruled(tool: Tool) -> Any:
    """Something by the schema of the result, with the arguments that are named alike."""
    if tool.output is None:
        return UNKNOWN
    texts = {name: f"{{{{arguments.{name}}}}}" for name in _texts(tool.parameters)}
    return _filled(sample(tool.output, texts), tool)


def _texts(schema: Any) -> Iterator[str]:
    """The arguments that are strings."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    for name, one in properties.items() if isinstance(properties, Mapping) else ():
        if isinstance(one, dict) and one.get("type") == "string":
            yield name


def _filled(value: Any, tool: Tool) -> Any:
    match value:
        case str():
            return _text(value, tool)
        case list():
            return [_filled(one, tool) for one in value]
        case dict():
            return {name: _filled(one, tool) for name, one in value.items()}
        case _:
            return value


def _text(text: str, tool: Tool) -> Any:
    """What stands in braces and is no argument of its own stays as it is."""
    parts: list[str | Given] = []
    at = 0
    for found in PLACEHOLDER.finditer(text):
        meant = _meant(found[1], tool)
        if meant is not None:
            parts += [text[at : found.start()], meant]
            at = found.end()
    parts = [part for part in (*parts, text[at:]) if part != ""]
    match parts:
        case [] if text:
            return None  # an argument that there cannot be
        case [] | [str()]:
            return "".join(map(str, parts))
        case [Given() as only]:
            return only
    return Joined(tuple(parts))


def _meant(placeholder: str, tool: Tool) -> str | Given | None:
    """None: it is left as it is. A text has no arguments, of which nothing is left."""
    if placeholder == "tool":
        return tool.name
    if not placeholder.startswith("arguments"):
        return None
    try:
        name = _name(f"${placeholder.removeprefix('arguments')}")
    except (_LeftOutError, PathError):
        return None
    return "" if tool.kind == "custom" and name is not None else Given(name)
