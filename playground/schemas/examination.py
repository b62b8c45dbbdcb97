"""What can be said of the text of a schema while somebody writes it. Pure; what is long to read is
read in a thread."""

from __future__ import annotations

from typing import Any, NamedTuple

from playground.core.problem import Failure, Problem
from playground.schemas.lint import Violation, lint
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

    @property
    def readable(self) -> bool:
        """Whether there is a schema that could be sent."""
        return isinstance(self.schema, dict)


def examine(text: str) -> Examination:
    """Read and lint a text. Raises nothing."""
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
    try:
        unusable = None
        Validator(source.value)
    except Failure as failure:
        unusable = failure.problem
    violations = tuple(lint(source.value, source))
    return Examination(text, source.value, source, None, unusable, violations)
