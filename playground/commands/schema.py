"""`playground schema`: what keeps a schema out of the strict subset, its repair, other languages.

`lint --json` prints one object; `line` is null where there is no text to point into (a Pydantic
source, a sample):

    {"ok": false, "violations": [{"path": "$.properties.a", "rule": "additionalProperties",
                                  "message": "…", "line": 3}]}

`fix` prints the repaired schema and nothing else on stdout; what it changed goes to stderr, with
`--json` as one object: {"ok", "repairs": [{"path", "rule", "message"}], "violations": […]}.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playground.commands.words import tell
from playground.core.plain import terminal
from playground.core.problem import Failure, Problem
from playground.schemas.lint import Violation, lint
from playground.schemas.repair import repair
from playground.schemas.source import (
    LARGEST,
    Source,
    decoded,
    is_schema,
    read,
    spelled,
    written,
)

HELP = "check a schema against the strict subset, repair it, convert it"

LANGUAGES = ("json", "pydantic", "typescript", "zod")


class Given(NamedTuple):
    schema: Any
    source: Source | None
    """The text that the schema stands in; None when it was made from something else."""
    name: str


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("lint", "fix", "convert"))
    parser.add_argument(
        "file",
        metavar="FILE",
        help="JSON Schema, Pydantic source (file.py or file.py:Model), sample JSON; - is stdin",
    )
    parser.add_argument(
        "--sample", action="store_true", help="FILE is sample JSON, whatever it looks like"
    )
    parser.add_argument("--to", choices=LANGUAGES, help="of convert (default: json)")
    parser.add_argument("--json", action="store_true", help="tell about it as one JSON object")


def main(args: argparse.Namespace) -> int:
    if args.to and args.action != "convert":
        print(f"playground schema {args.action}: --to is for convert", file=sys.stderr)
        return 2
    action = {"lint": _lint, "fix": _fix, "convert": _convert}[args.action]
    try:
        return action(given(args.file, sample=args.sample), args)
    except Failure as failure:
        problem = failure.problem
        if args.action == "lint" and args.json and "line" in problem.facts:  # text that is no JSON
            words = f"{problem.title} {problem.detail}"
            violation = Violation((), "json", words, int(problem.facts["line"]))
            print(json.dumps({"ok": False, "violations": _rows([violation])}, indent=2))
        tell(problem)
        return 1


def given(file: str, *, sample: bool) -> Given:
    """The schema in a file. No source is run. Raises Failure for what cannot be read."""
    python = re.fullmatch(r"(.+\.py)(?::(\w+))?", file, re.DOTALL)
    path = Path(python[1] if python else file)
    text = decoded(_bytes(path) if file != "-" else sys.stdin.buffer.read(LARGEST + 1))
    if python and not sample:
        from playground.schemas import pydantic_source

        model = python[2] or ""
        return Given(pydantic_source.read(text, model), None, model or path.stem)
    if path.suffix == ".jsonl":
        return _inferred([read(line).value for line in text.split("\n") if line.strip()], path.stem)
    source = read(text)
    if not sample and is_schema(source.value):
        return Given(source.value, source, "Schema" if file == "-" else path.stem)
    if not sample:
        print(f"{terminal(file)} is no schema by its root: read as sample JSON", file=sys.stderr)
    return _inferred([source.value], "Sample" if file == "-" else path.stem)


def _inferred(samples: Sequence[Any], name: str) -> Given:
    from playground.schemas import sample

    return Given(sample.infer(samples), None, name)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        raise Failure(Problem(title=f"{path} cannot be read.", detail=detail or "")) from error
    if len(data) > LARGEST:
        raise Failure(
            Problem(title=f"{path} is too large.", detail=f"The limit is {LARGEST} bytes.")
        )
    return data


def _lint(given: Given, args: argparse.Namespace) -> int:
    found = lint(given.schema, given.source)
    if args.json:
        print(json.dumps({"ok": not found, "violations": _rows(found)}, indent=2))
    elif not found:
        print("Strict: nothing offends.")
    else:
        print(terminal("\n".join(map(_line, found))))
    return 1 if found else 0


def _fix(given: Given, args: argparse.Namespace) -> int:
    made, repairs, left = repair(given.schema)
    print(written(made))
    if args.json:
        told = [
            {"path": spelled(one.path), "rule": one.rule, "message": one.words} for one in repairs
        ]
        report = {"ok": not left, "repairs": told, "violations": _rows(left)}
        print(json.dumps(report, indent=2), file=sys.stderr)
        return 1 if left else 0
    for one in repairs:
        print(terminal(f"{spelled(one.path)}: {one.words}"), file=sys.stderr)
    for violation in left:
        print(terminal(f"left: {_line(violation)}"), file=sys.stderr)
    return 1 if left else 0


def _convert(given: Given, args: argparse.Namespace) -> int:
    title = given.schema.get("title") if isinstance(given.schema, dict) else None
    name = title if isinstance(title, str) and title else given.name
    text = _writer(args.to or "json")(given.schema, name)
    print(text, end="" if text.endswith("\n") else "\n")
    return 0


def _writer(language: str) -> Callable[[Any, str], str]:
    match language:
        case "pydantic":
            from playground.schemas import pydantic_text

            return pydantic_text.write
        case "typescript":
            from playground.schemas import typescript

            return typescript.write
        case "zod":
            from playground.schemas import zod

            return zod.write
        case _:
            return lambda schema, _: written(schema)


def _rows(violations: Sequence[Violation]) -> list[dict[str, Any]]:
    return [
        {"path": spelled(one.path), "rule": one.rule, "message": one.message, "line": one.line}
        for one in violations
    ]


def _line(violation: Violation) -> str:
    where = "" if violation.line is None else f"{violation.line}:{violation.column}: "
    return f"{where}{spelled(violation.path)}: {violation.message} [{violation.rule}]"
