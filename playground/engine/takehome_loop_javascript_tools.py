"""Functions in the place of tools, in JavaScript: what a mock answers, and what has to be
written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
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
from playground.export import javascript
from playground.export.literal import Expression, literal
from playground.schemas.names import JAVASCRIPT
from playground.schemas.script import regular_expression
from playground.tools.rules import RuleSet


def mocked(name: str, tool: Tool, rules: RuleSet | None) -> str:
    """It calls `isDeepStrictEqual` and the module's own `written`."""
    found = cases(tool, rules, lambda pattern: regular_expression(pattern) is not None)
    rows = [f"function {name}(given) {{\n", "    // It answers by rules; nothing is looked up.\n"]
    if found.left_out:
        rows.append(f"    // Rules by a schema or a path, which are left out: {found.left_out}.\n")
    for case in found.cases:
        if not case.tests:
            rows.append(f"    {_ends(case)}\n")
            break
        condition = " && ".join(map(_condition, case.tests))
        rows.append(f"    if ({condition}) {{\n        {_ends(case)}\n    }}\n")
    return f"{''.join(rows)}}}\n"


def _ends(case: Case) -> str:
    """JSON is written out, so that it is the same text in every language."""
    if case.lost:
        return f"throw new Error({_literal(f'The rule gives {case.lost}.')});"
    match case.value:
        case str() as text:
            return f"return {_literal(text)};"
        case Given() as given:
            return f"return {_of(given)};"
        case Joined(parts=parts):
            return f"return {_template(parts)};"
    return f"return {_template(_json(case.value))};"


def _condition(test: Test) -> str:
    match test:
        case Is(name=name, value=value):
            found = _of(Given(name))
            if isinstance(value, dict | list):
                return f"isDeepStrictEqual({found}, {_literal(value)})"
            return f"{found} === {_literal(value)}"
        case Matches(name=None, pattern=pattern):
            return f"{regular_expression(pattern)}.test(written(given))"
        case Matches(name=str(name), pattern=pattern):
            found = f"{regular_expression(pattern)}.test(written({_of(Given(name))}))"
            return f"{_condition(Has(name))} && {found}"
        case Has(name=name):
            return f"Object.hasOwn(given, {_literal(name)})"
    raise AssertionError(test)


def _of(given: Given) -> str:
    if given.name is None:
        return "given"
    is_plain = re.fullmatch(r"[A-Za-z_$][\w$]*", given.name, re.ASCII)
    return f"given.{given.name}" if is_plain else f"given[{_literal(given.name)}]"


Parts = Sequence[str | Given | Expression]
"""Of a text: itself, an argument as text, code."""


def _json(value: Any) -> list[str | Expression]:
    match value:
        case Given():
            return [Expression(f"JSON.stringify({_of(value)} ?? null)")]
        case Joined(parts=parts):
            return [Expression(f"JSON.stringify({_template(parts)})")]
        case dict():
            rows = ([f"{_plain(name)}: ", *_json(one)] for name, one in value.items())
            return _enclosed("{", rows, "}")
        case list():
            return _enclosed("[", map(_json, value), "]")
        case _:
            return [_plain(value)]


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _enclosed(
    begin: str, rows: Iterable[list[str | Expression]], end: str
) -> list[str | Expression]:
    listed = [part for row in rows for part in (", ", *row)]
    return [begin, *listed[1:], end]


def _template(parts: Parts) -> str:
    code = ""
    for part in parts:
        match part:
            case str():
                code += _quoted(part)
            case Given(name=None):
                code += "${written(given)}"
            case Given():
                code += f'${{written({_of(part)} ?? "")}}'
            case Expression(text=text):
                code += f"${{{text}}}"
            case _:
                assert_never(part)
    return f"`{code}`"


def _quoted(text: str) -> str:
    """As it stands between backticks."""
    inside = _literal(text)[1:-1]
    inside = re.sub(r"\\(.)", lambda found: '"' if found[1] == '"' else found[0], inside)
    return re.sub(r"`|\$(?=\{|\Z)", r"\\\g<0>", inside)


def stub(name: str, tool: Tool) -> str:
    words = _literal(f"{tool.name} has no code yet.")
    return (
        f"async function {name}({_parameters(tool)}) {{\n"
        "    // Put the code of the tool here. What it returns goes to the model: text as it is,\n"
        "    // everything else as JSON.\n"
        f"    throw new Error({words});\n}}\n"
    )


def _parameters(tool: Tool) -> str:
    """Those of the schema, where all are names."""
    if tool.kind == "custom":
        return "text"
    names = parameters(tool)
    if not names or not all(re.fullmatch(r"[A-Za-z]\w*", one, re.ASCII) for one in names):
        return "given"
    return "given" if JAVASCRIPT & set(names) else f"{{ {', '.join(names)} }}"


def _literal(value: Any) -> str:
    return literal(value, javascript.SYNTAX)
