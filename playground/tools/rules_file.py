"""Files of mock rules: read strictly, with the line of what is wrong; written as they are read."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from playground.core.json_nodes import LEGAL, Node
from playground.core.partial_json import Live
from playground.core.problem import Failure, Problem, from_exception
from playground.tools.rules import RuleFile

LARGEST = 4_000_000
"""Bytes of a file."""


def load(path: Path) -> RuleFile:
    """Raises Failure."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Failure(
            Problem(
                title="The mock rules cannot be read.",
                detail=f"{path}: {error.strerror or error}",
                facts={"file": str(path)},
            )
        ) from error
    if len(data) > LARGEST:
        raise _failure(str(path), f"It is larger than {LARGEST:,} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _failure(str(path), "This is no UTF-8.", line) from error
    return read(text, str(path))


def read(text: str, name: str = "the text") -> RuleFile:
    """name: of the file, for the words of a Failure, which has `line` and `path` in its facts."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        # Again as text, since only there a list is strictly what a tuple is made of.
        return RuleFile.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        if error.errors()[0]["type"] == "json_invalid":
            raise _broken(text, name, ValueError("it is nested too deeply.")) from error
        raise _invalid(text, name, error) from error
    except (ValueError, RecursionError) as error:
        raise _broken(text, name, error) from error


def written(rules: RuleFile) -> str:
    """The text that `read` reads as equal rules."""
    value = rules.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def save(path: Path, rules: RuleFile) -> None:
    """Write the file whole or not at all. Raises Failure."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(written(rules).encode("utf-8", "replace"))
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        problem = from_exception(error)
        if problem.bug:
            problem = Problem(
                title="The mock rules could not be written.",
                detail=f"{path}: {error.strerror or error}",
                facts={"file": str(path)},
            )
        raise Failure(problem) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is there twice")
    return made


def _no_constant(word: str) -> Any:
    raise ValueError(f"JSON has no {word}")


def _broken(text: str, name: str, error: Exception) -> Failure:
    """What is no JSON, or says something twice."""
    flaws = _tree(text).flaws
    flaw = next((one for one in flaws if one.kind not in LEGAL), flaws[0] if flaws else None)
    if flaw is None:
        return _failure(name, f"It cannot be read: {error}")
    words = "The name is there twice." if flaw.kind == "duplicate" else flaw.words
    return _failure(name, words, text.count("\n", 0, flaw.offset) + 1)


def _invalid(text: str, name: str, error: ValidationError) -> Failure:
    """What is JSON and no rules: the first thing that is wrong, and how many more there are."""
    first, *others = error.errors(include_url=False, include_input=False)
    node, steps = _followed(_tree(text).root, first["loc"])
    line = text.count("\n", 0, node.start) + 1 if node is not None else None
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    words = _words(first)
    # A list that lost its only entry to an error is also said to be too short.
    others = [row for row in others if row["loc"] != first["loc"][: len(row["loc"])]]
    if others:
        words += f" And {len(others)} more."
    return _failure(name, words, line, f"${path}")


def _followed(node: Node | None, loc: Sequence[str | int]) -> tuple[Node | None, list[str | int]]:
    """As far as a place that pydantic names can be followed in the text: it also names the branch
    of a union, and what is not there."""
    steps: list[str | int] = []
    for step in loc:
        if node is None:
            break
        inner: Node | None = None
        if isinstance(step, str):
            inner = node.members.get(step)
        elif step < len(node.children):
            inner = node.children[step]
        if inner is not None:
            node = inner
            steps.append(step)
    return node, steps


def _words(error: ErrorDetails) -> str:
    told = error.get("ctx", {})
    field = str(told.get("discriminator", "")).strip("'")
    match error["type"]:
        case "extra_forbidden":
            return f"There is no field `{error['loc'][-1]}` here."
        case "missing":
            return f"The field `{error['loc'][-1]}` is missing."
        case "union_tag_not_found":
            return f"The field `{field}` is missing."
        case "union_tag_invalid":
            return f"`{field}` is {told['tag']!r}; it may be {told['expected_tags']}."
        case "too_short":
            return "It is empty."
    message = error["msg"].removeprefix("Value error, ")
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def _tree(text: str) -> Live:
    live = Live()
    live.feed(text)
    live.end()
    return live


def _failure(name: str, words: str, line: int | None = None, path: str = "") -> Failure:
    facts = {"file": name, "line": str(line or ""), "path": path}
    place = ", ".join(filter(None, (name, f"line {line}" if line else "", path)))
    return Failure(
        Problem(
            title="These are no mock rules.",
            detail=f"{place}: {words}",
            remedy="change_request",
            facts={key: value for key, value in facts.items() if value},
        )
    )
