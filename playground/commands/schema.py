"""`playground schema`: what keeps a schema out of the strict subset, its repair, other languages.

`lint --json` prints one object; `line` is null where there is no text to point into (a Pydantic
source, a sample). What cannot be read as a schema at all is one violation, whose rule is `json` or
`pydantic`:

    {"ok": false, "violations": [{"path": "$.properties.a", "rule": "additionalProperties",
                                  "message": "…", "line": 3}]}

`fix` prints the repaired schema and nothing else on stdout; what it changed goes to stderr, with
`--json` as one object: {"ok", "repairs": [{"path", "rule", "message"}], "violations": […]}.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from playground.commands.words import tell
from playground.core.plain import terminal
from playground.core.problem import Failure, Problem
from playground.schemas import given
from playground.schemas.given import Given
from playground.schemas.lint import Violation, lint
from playground.schemas.repair import repair
from playground.schemas.source import LARGEST, decoded, spelled, written

HELP = "check a schema against the strict subset, repair it, convert it"

LANGUAGES = ("json", "pydantic", "typescript", "zod")


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
        read = _given(args.file, sample=args.sample)
        if not args.json:
            for note in read.notes:
                print(terminal(f"{args.file}: {note}"), file=sys.stderr)
        return action(read, args)
    except Failure as failure:
        problem = failure.problem
        if args.action == "lint" and args.json:
            print(json.dumps({"ok": False, "violations": _rows([_unread(problem)])}, indent=2))
        tell(problem)
        return 1


def _unread(problem: Problem) -> Violation:
    """Why there is no schema to look at. `rule` says what the text was taken for."""
    line = problem.facts.get("line")
    words = f"{problem.title} {problem.detail}".strip()
    return Violation((), problem.facts.get("source", "json"), words, int(line) if line else None)


def _given(file: str, *, sample: bool) -> Given:
    """The schema in a file or on standard input. Raises Failure for what cannot be read."""
    if file != "-":
        return given.from_file(file, sample=sample)
    text = decoded(sys.stdin.buffer.read(LARGEST + 1))
    return given.from_text(text, kind="sample" if sample else None)


def _lint(read: Given, args: argparse.Namespace) -> int:
    found = lint(read.schema, read.source)
    if args.json:
        print(json.dumps({"ok": not found, "violations": _rows(found)}, indent=2))
    elif not found:
        print("Strict: nothing offends.")
    else:
        print(terminal("\n".join(map(_line, found))))
    return 1 if found else 0


def _fix(read: Given, args: argparse.Namespace) -> int:
    made, repairs, left = repair(read.schema)
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


def _convert(read: Given, args: argparse.Namespace) -> int:
    title = read.schema.get("title") if isinstance(read.schema, dict) else None
    name = title if isinstance(title, str) and title else read.name
    text = _writer(args.to or "json")(read.schema, name)
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
