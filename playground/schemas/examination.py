"""What can be said of the text of a schema while somebody writes it. Pure; what is long to read is
read in a thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from playground.core.problem import Failure, Problem
from playground.core.variables import fill_in, names_in, places
from playground.schemas.lint import Violation, lint
from playground.schemas.repair import Repaired, repair
from playground.schemas.source import Source, read
from playground.schemas.validation import Validator


class Examination(NamedTuple):
    text: str
    schema: Any = None
    """None: there is none, or it cannot be read."""
    source: Source | None = None
    wrong: Problem | None = None
    """Why it cannot be read, with `line` and `column` among its facts."""
    unusable: Problem | None = None
    """Why it can check nothing, though it can be read."""
    violations: tuple[Violation, ...] = ()
    """Of the strict subset, whether that is wanted or not."""
    filled: tuple[str, ...] = ()
    """The variables whose values were put in before it was looked at, as it is sent."""
    waiting: Problem | None = None
    """Why they cannot be put in yet, so that nothing can be said of what will be sent."""

    @property
    def readable(self) -> bool:
        """Whether there is a schema that could be sent."""
        return isinstance(self.schema, dict)


def examine(text: str, values: Mapping[str, Any] | None = None) -> Examination:
    """Read and lint a text, as it is sent with these values in the places of its variables; None:
    it has none, and is sent as it is written. Raises nothing."""
    if not text.strip():
        return Examination(text)
    try:
        source = read(text)
    except Failure as failure:
        return Examination(text, wrong=failure.problem)
    if not isinstance(source.value, dict):
        title = "A schema is an object in braces; this is JSON of another kind."
        wrong = Problem(title=title, facts={"line": "1", "column": "1"})
        return Examination(text, source=source, wrong=wrong)
    sent: Any = source.value
    filled: tuple[str, ...] = ()
    if values is not None:
        try:
            sent = fill_in(source.value, values, "the schema")
        except Failure as failure:
            return Examination(text, source.value, source, waiting=failure.problem)
        filled = tuple(names_in(source.value))
    try:
        unusable = None
        Validator(sent)
    except Failure as failure:
        unusable = failure.problem
    violations = tuple(lint(sent, source))
    return Examination(text, source.value, source, None, unusable, violations, filled)


def repaired(seen: Examination, values: Mapping[str, Any] | None = None) -> Repaired | None:
    """What a repair makes of it; None: a place of a variable would be lost by that."""
    made = repair(seen.schema)
    if not seen.filled or values is None:
        return made
    if _places(made.schema) != _places(seen.schema):
        return None
    left = lint(fill_in(made.schema, values))
    return made._replace(left=left)


def noted(seen: Examination) -> str:
    """What is to be known of the variables in it, as a sentence; empty: nothing."""
    if not seen.filled:
        return ""
    few = ", ".join(f"{{{{{name}}}}}" for name in seen.filled[:3])
    return f"Looked at as it is sent, with {few}{' …' if len(seen.filled) > 3 else ''} filled in."


def _places(value: Any) -> Counter[str]:
    """How often each variable stands in a JSON value."""
    match value:
        case str():
            return Counter(place.name for place in places(value) if not place.escaped)
        case dict():
            return sum(map(_places, [*value, *value.values()]), Counter())
        case list():
            return sum(map(_places, value), Counter())
        case _:
            return Counter()
