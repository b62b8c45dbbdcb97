"""Which mock rule answers a call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any, assert_never

import regex

from playground.core.problem import Failure
from playground.tools.jsonpath import PathError, parsed, same
from playground.tools.rules import (
    ByEquality,
    ByFields,
    ByPath,
    ByRegex,
    BySchema,
    Condition,
    Reply,
    Rule,
    RuleSet,
)

Errors = Callable[[Any, Any], Sequence[str]]
"""(schema, value) → what is wrong with the value, in sentences; none: it fits. May raise Failure
when the schema cannot be used."""

LIMIT = 0.2
"""Seconds for one search by a regular expression."""
ALLOWANCE = 1.0
"""Seconds for all of them in one call; those that come after it do not hold."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a tool is called with."""

    text: str
    """As it came."""
    value: Any = None
    wrong: str = ""
    """Why there is no value: then only a regular expression over all of it can hold."""


@dataclass(frozen=True, slots=True)
class Chosen:
    reply: Reply | None
    """None: no rule holds and there is no default."""
    rule: int | None
    """Its place in the set; None for the default."""
    notes: tuple[str, ...]
    """Conditions that could not be looked at, and why; they do not hold."""


def chosen(rules: RuleSet, tool: str, given: Given, errors: Errors | None = None) -> Chosen:
    """The first rule of the tool that holds, else its default."""
    look = _Look(given, errors)
    for place, rule in enumerate(rules.rules):
        if rule.tool == tool and look.holds(rule, place):
            return Chosen(rule.then, place, tuple(look.notes))
    return Chosen(rules.defaults.get(tool), None, tuple(look.notes))


class UntriedError(Exception):
    """Whether a condition holds cannot be found out; says why."""


class _Look:
    def __init__(self, given: Given, errors: Errors | None) -> None:
        self.notes: list[str] = []
        self._given = given
        self._errors = errors
        self._taken = 0.0  # seconds, by regular expressions

    def holds(self, rule: Rule, place: int) -> bool:
        try:
            return all(map(self._holds, rule.when))
        except Failure as failure:
            words = f"{failure.problem.title} {failure.problem.detail}".strip()
        except RecursionError:
            words = "The arguments are nested too deeply."
        except (PathError, UntriedError) as error:
            words = str(error)
        self.notes.append(f"Rule {place + 1} could not be tried. {words}")
        return False

    def _holds(self, condition: Condition) -> bool:
        if isinstance(condition, ByRegex) and not condition.at:
            return self._found(condition.pattern, self._given.text)
        if self._given.wrong:
            return False
        match condition:
            case ByEquality():
                return any(same(one, condition.value) for one in self._at(condition.at))
            case ByFields():
                value = self._given.value
                return isinstance(value, dict) and all(
                    name in value and same(value[name], wanted)
                    for name, wanted in condition.fields.items()
                )
            case ByRegex():
                return any(
                    self._found(condition.pattern, _text(one)) for one in self._at(condition.at)
                )
            case ByPath():
                return bool(parsed(condition.path).select(self._given.value))
            case BySchema():
                return any(self._fits(condition.json_schema, one) for one in self._at(condition.at))
            case _:
                assert_never(condition)

    def _at(self, path: str) -> Iterator[Any]:
        if not path:
            yield self._given.value
        else:
            yield from parsed(path).select(self._given.value)

    def _fits(self, schema: Any, value: Any) -> bool:
        if self._errors is None:
            raise UntriedError("Nothing here can check a schema.")
        return not self._errors(schema, value)

    def _found(self, pattern: str, text: str) -> bool:
        left = ALLOWANCE - self._taken
        begin = perf_counter()
        try:
            if left <= 0:
                raise TimeoutError
            # `concurrent` lets other threads go on meanwhile.
            found = _compiled(pattern).search(text, timeout=min(LIMIT, left), concurrent=True)
            return found is not None
        except TimeoutError as error:
            raise UntriedError(f"The pattern {pattern[:80]!r} takes too long.") from error
        finally:
            self._taken += perf_counter() - begin


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
