"""The JSON schema of Pydantic source by running it, in a process that can do no harm.

For what `schemas/pydantic_source.py` cannot read. Only after a click: whoever calls this has asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import sysconfig
from pathlib import Path
from typing import Any

import pydantic

from playground import jail
from playground.core.problem import Failure, Problem
from playground.jail.limits import MB, Limits
from playground.jail.means import Means, tried
from playground.jail.process import Outcome, Process

LARGEST = 500_000
"""Characters of source that are run."""

LIMITS = Limits(seconds=10.0, cpu=5, memory=1024 * MB, output=2 * MB)

SHOWN = 4_000
"""Characters of an error's own words."""

DEEPEST = 200
"""Levels of a schema. The parser of Python would go deeper than everybody who reads it after."""


async def holding() -> Means:
    """What holds such a process here, or why nothing does: to be said before anybody clicks."""
    return await asyncio.to_thread(tried)


async def schema_of(
    source: str,
    name: str = "",
    *,
    limits: Limits = LIMITS,
    means: Means | None = None,
    within: Path | None = None,
) -> dict[str, Any]:
    """The schema of the model `name`, else of the last one that no other model uses.

    means: what holds the process; None: what was found by trying. within: where its folder is made.
    Raises Failure: with the error's own words and, in `facts`, its line; where a limit was reached;
    and where nothing here holds such a process, then nothing was run. Cancelling ends the process.
    """
    if len(source) > LARGEST:
        raise _failure(f"It has {len(source):,} characters; {LARGEST:,} are run.")
    process = Process(
        _script(),
        limits,
        means=means or await holding(),
        name="models.py",
        path=_packages(),
        within=within,
    )
    # A source that prints something like an answer and goes does not know what to begin it with.
    mark = secrets.token_hex(16)
    given = json.dumps({"source": source, "name": name, "mark": mark}).encode()
    outcome = await _outcome(process, given)
    if outcome.ended != "exited":
        raise _failure(_joined(outcome.words, _words(outcome)))
    told, _, text = outcome.stdout.partition(b"\n")
    if outcome.status != 0 or told != mark.encode():
        said = _words(outcome)
        if outcome.status != 1 or not said:
            early = "It ended before its models could be asked for a schema."
            raise _failure(_joined(early, outcome.words, said))
        raise _failure(said, _line(said))
    return _schema(text)


async def _outcome(process: Process, given: bytes) -> Outcome:
    work = asyncio.ensure_future(asyncio.to_thread(process.communicate, given))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        process.kill()
        # It is gone when this has ended, and not before.
        with contextlib.suppress(Failure):
            await work
        raise


def _schema(text: bytes) -> dict[str, Any]:
    """What was printed, by somebody who is not to be trusted."""
    try:
        schema = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _failure(f"What it gave is no JSON: {error}.") from None
    if not isinstance(schema, dict):
        raise _failure("What it gave is no JSON schema.")
    waiting: list[tuple[Any, int]] = [(schema, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise _failure(f"Its schema is nested deeper than {DEEPEST} levels.")
        inner = value.values() if isinstance(value, dict) else value
        waiting += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]
    return schema


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _script() -> str:
    return (Path(jail.__file__).parent / "models.py").read_text(encoding="utf-8")


def _packages() -> list[str]:
    """Where Pydantic is, and what it needs."""
    paths = sysconfig.get_paths()
    own = str(Path(pydantic.__file__).parent.parent)
    return sorted({own, paths["purelib"], paths["platlib"]})


def _words(outcome: Outcome) -> str:
    """The last that it said: that is where an error is."""
    text = outcome.stderr.decode("utf-8", "replace").strip()
    return text if len(text) <= SHOWN else f"… {text[-SHOWN:]}"


def _line(words: str) -> int | None:
    """The last line of the source that a traceback names."""
    _, found, rest = words.rpartition('File "<source>", line ')
    number = rest.split("\n")[0].split(",")[0].strip() if found else ""
    return int(number) if number.isdecimal() and len(number) < 9 else None


def _joined(*sentences: str) -> str:
    return " ".join(one for one in sentences if one)


def _failure(detail: str, line: int | None = None) -> Failure:
    return Failure(
        Problem(
            title="This Pydantic source gave no schema.",
            detail=detail,
            facts={"line": str(line)} if line else {},
        )
    )
