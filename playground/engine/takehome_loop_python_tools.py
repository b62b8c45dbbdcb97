"""Functions in the place of tools, in Python: what a mock answers, and what has to be written."""

from __future__ import annotations

from typing import Any, assert_never

from playground.core.tools import Tool
from playground.engine.takehome_loop_asked import parameters
from playground.engine.takehome_loop_mock import (
    Case,
    Given,
    Has,
    Is,
    Joined,
    Matches,
    Test,
    cases,
)
from playground.export import python
from playground.export.literal import Expression, literal
from playground.schemas.names import is_identifier, pattern_fault
from playground.tools.rules import RuleSet


def mocked(name: str, tool: Tool, rules: RuleSet | None) -> str:
    """It calls `re.search` and the program's own `written`."""
    found = cases(tool, rules, lambda pattern: not pattern_fault(pattern))
    takes = "text: str" if tool.kind == "custom" else "**arguments: Any"
    given = "text" if tool.kind == "custom" else "arguments"
    rows = [f"def {name}({takes}) -> Any:\n", "    # It answers by rules; nothing is looked up.\n"]
    if found.left_out:
        rows.append(f"    # Rules by a schema or a path, which are left out: {found.left_out}.\n")
    for case in found.cases:
        if not case.tests:
            rows.append(f"    {_ends(case, given, 1)}\n")
            break
        condition = " and ".join(_condition(test, given) for test in case.tests)
        rows.append(f"    if {condition}:\n        {_ends(case, given, 2)}\n")
    return "".join(rows)


def _ends(case: Case, given: str, depth: int) -> str:
    if case.lost:
        return f"raise NotImplementedError({_literal(f'The rule gives {case.lost}.')})"
    return f"return {_literal(_placed(case.value, given), depth)}"


def _condition(test: Test, given: str) -> str:
    match test:
        case Is(name=None, value=value):
            return f"{given} == {_literal(value, 1)}"
        case Is(name=str(name), value=None | bool() as value):
            return f"{given}.get({_literal(name)}, ...) is {_literal(value)}"
        case Is(name=name, value=value):
            return f"{given}.get({_literal(name)}) == {_literal(value, 1)}"
        case Matches(name=None, pattern=pattern):
            return f"re.search({_literal(pattern)}, written({given}))"
        case Matches(name=name, pattern=pattern):
            key = _literal(name)
            found = f"re.search({_literal(pattern)}, written({given}[{key}]))"
            return f"{key} in {given} and {found}"
        case Has(name=name):
            return f"{_literal(name)} in {given}"


def _placed(value: Any, given: str) -> Any:
    """With expressions where there is something of the call."""
    match value:
        case Given(name=None):
            return Expression(given)
        case Given(name=name):
            return Expression(f"{given}.get({_literal(name)})")
        case Joined(parts=parts):
            return Expression(" + ".join(_as_text(part, given) for part in parts))
        case list():
            return [_placed(one, given) for one in value]
        case dict():
            return {name: _placed(one, given) for name, one in value.items()}
        case _:
            return value


def _as_text(part: str | Given, given: str) -> str:
    """Nothing, for what was left out of the call."""
    match part:
        case str():
            return _literal(part)
        case Given(name=None):
            return f"written({given})"
        case Given(name=name):
            return f'written({given}.get({_literal(name)}, ""))'
        case _:
            assert_never(part)


def stub(name: str, tool: Tool) -> str:
    words = _literal(f"{tool.name} has no code yet.")
    return (
        f"def {name}({_parameters(tool)}) -> Any:\n"
        "    # Put the code of the tool here. What it returns goes to the model: text as it is,\n"
        "    # everything else as JSON. It may be an `async def`.\n"
        f"    raise NotImplementedError({words})\n"
    )


def _parameters(tool: Tool) -> str:
    """Those of the schema, where all are names."""
    if tool.kind == "custom":
        return "text: str"
    names = parameters(tool)
    if not names or not all(map(_is_name, names)):
        return "**arguments: Any"
    rows = [f"{name}: Any" if needed else f"{name}: Any = None" for name, needed in names.items()]
    return f"*, {', '.join(rows)}"


def _is_name(text: str) -> bool:
    return is_identifier(text) and text.isascii() and text != "__debug__"


def _literal(value: Any, depth: int = 0) -> str:
    return literal(value, python.SYNTAX, depth)
