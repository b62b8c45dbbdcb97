"""A user's Python file as tools: read without running any of it, or by running it in the jail."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import stat
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.problem import Failure, Problem
from playground.core.tools import Tool
from playground.engine.pythontools_process import LIMITS, Serving
from playground.jail.limits import Limits
from playground.jail.means import Means, tried
from playground.schemas import pydantic_source
from playground.schemas.containers import is_map
from playground.schemas.ledger import Repair
from playground.schemas.repair import repair
from playground.schemas.source import spelled
from playground.tools import python_source
from playground.tools.python_source import GIVES, TAKES, Found, Function

LARGEST = 4 * python_source.LARGEST
"""Bytes of a file that are looked at."""
DEEPEST = 200
"""Levels of a schema that came out of the jail."""
SHOWN = 4_000
"""Characters of an error's own words."""
RESHAPING = frozenset(("patternProperties", "prefixItems", "items", "type"))
"""Repairs after which other values are meant than the function takes."""

Schemas = tuple[dict[str, Any], Any]
"""Of the arguments, and of the result or None."""


@dataclass(frozen=True, slots=True)
class Read:
    tools: list[Tool]
    """In the order of the file, each with the digest of its source in its origin."""
    notes: tuple[str, ...]
    """What is not offered, or not quite as it stands there, in sentences."""
    unread: tuple[str, ...] = ()
    """Functions that are no tools yet: only running the file tells what they take."""


def read(source: str | Path, file: str = "") -> Read:
    """Nothing of it is run. file: its path, as the origin of the tools has it; of a Path its own.

    Raises Failure for what is no Python, or no file that can be read.
    """
    text, file = _given(source, file)
    found = python_source.read(text)

    def schemas(function: Function) -> Schemas:
        if function.opaque:
            raise _Unread(function.opaque)
        try:
            return _arguments(found, function), _result(found, function)
        except Failure as failure:
            facts = failure.problem.facts
            # Lines behind the file's own are those of the class that was added.
            whole = int(facts.get("line", 0)) <= found.rest.count("\n")
            _, _, inside = failure.problem.detail.partition(", ")
            words = failure.problem.detail if whole or not inside else inside
            raise _Unread(words.rstrip(".")) from None

    return _read(found, text, file, schemas, "only running the file tells what it takes")


async def read_by_running(
    source: str | Path,
    file: str = "",
    *,
    limits: Limits = LIMITS,
    means: Means | None = None,
    path: Sequence[str] = (),
    within: Path | None = None,
) -> Read:
    """The same by what Pydantic makes of the functions, in the jail. Only when somebody asked.

    means, path, within: as `PythonTools` has them.

    Raises Failure as `read` does, for a file that does not come to its end, and where nothing here
    holds such a process; then nothing was run. Cancelling ends it.
    """
    text, file = _given(source, file)
    found = python_source.read(text)
    serving = Serving(
        text,
        Path(file).name,
        limits=limits,
        means=await asyncio.to_thread(tried) if means is None else means,
        path=path,
        within=within,
    )
    made = await _defined(serving, [one.name for one in found.functions])

    def schemas(function: Function) -> Schemas:
        return _believed(made.get(function.name))

    return _read(found, text, file, schemas, "running the file does not tell what it takes")


def text_of(path: Path) -> str:
    """The source in a file, in the encoding that it says. Raises Failure."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise OSError(None, "it is no file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        words = f"{path}: {getattr(error, 'strerror', None) or error}."
        raise Failure(Problem(title="This Python file cannot be read.", detail=words)) from error
    if len(data) > LARGEST:
        words = f"{path} has more than {LARGEST:,} bytes."
        raise Failure(Problem(title="This Python file is too large.", detail=words))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return _plain_lines(data.decode(encoding))
    except (SyntaxError, ValueError, LookupError) as error:
        words = f"{path}: {error}."
        raise Failure(Problem(title="This is no Python source.", detail=words)) from error


class _Unread(Exception):  # noqa: N818  a fact about a function
    """Why there is no schema of it."""


def _given(source: str | Path, file: str) -> tuple[str, str]:
    if isinstance(source, Path):
        return text_of(source), file or str(source)
    return _plain_lines(source), file


def _plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read(
    found: Found, text: str, file: str, schemas: Callable[[Function], Schemas], lost: str
) -> Read:
    tools: list[Tool] = []
    notes: list[str] = [*found.notes]
    unread: list[str] = []
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    for one in found.functions:
        try:
            arguments, output = schemas(one)
        except _Unread as why:
            unread.append(one.name)
            notes.append(f"`{one.name}` (line {one.line}): {lost}. {why}.")
            continue
        parameters, strict, loose = _offered(one, arguments)
        tools.append(
            Tool(
                source=Path(file).name,
                name=one.name,
                description=one.text,
                parameters=parameters,
                strict=strict,
                output=untitled(output) if output else None,
                mode="real",
                origin={"python": file, "function": one.name, "sha256": digest},
            )
        )
        notes += one.notes
        if loose:
            notes.append(f"`{one.name}` is offered without strict: {loose}.")
    return Read(tools, tuple(notes), tuple(unread))


def _arguments(found: Found, function: Function) -> dict[str, Any]:
    try:
        return pydantic_source.read(found.arguments(function), TAKES)
    except Failure:
        if all(one.default is None or one.constant for one in function.parameters):
            raise
    return pydantic_source.read(found.arguments(function, factories=True), TAKES)


def _result(found: Found, function: Function) -> Any:
    """The schema of the result; None where it says nothing, or only running would tell."""
    if not function.returns:
        return None
    try:
        return pydantic_source.read(found.result(function), GIVES)
    except Failure:
        return None


def _offered(function: Function, schema: dict[str, Any]) -> tuple[Any, bool | None, str]:
    """The schema of the arguments as a model is told it, whether it is strict, and why not."""
    schema = untitled(schema)
    properties = schema.get("properties")
    if not properties:
        return None, True, ""
    for one in function.parameters:
        told = properties.get(one.name)
        if isinstance(told, dict) and one.text:
            told.setdefault("description", one.text)
    repaired = repair(schema)
    if repaired.left:
        left = repaired.left[0]
        return schema, None, f"{spelled(left.path)}: {left.message.rstrip('.')}"
    reshaped = next((one for one in repaired.repairs if _reshapes(schema, one)), None)
    if reshaped is not None:
        words = "a strict schema cannot say it as the function takes it"
        return schema, None, f"{spelled(reshaped.path)}: {words}"
    return repaired.schema, True, ""


def _reshapes(schema: Any, done: Repair) -> bool:
    """Whether the strict schema means values of another shape there: what a model makes by it
    would not fit the function. A null where something was left out is taken out again."""
    if done.rule in RESHAPING:
        return True
    if done.rule != "additionalProperties":
        return False
    node = schema
    for step in done.path:
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return True
    return not isinstance(node, dict) or is_map(node) or _open(node)


def _open(node: Mapping[str, Any]) -> bool:
    return isinstance(node.get("additionalProperties"), dict)


def untitled(schema: dict[str, Any]) -> dict[str, Any]:
    """A copy without the titles that Pydantic makes of names."""
    made: dict[str, Any] = json.loads(json.dumps(schema))
    made.pop("title", None)
    waiting: list[Any] = [made]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
            continue
        if not isinstance(node, dict):
            continue
        for group in ("properties", "$defs"):
            for name, inner in _rows(node.get(group)):
                if _spoken(inner.get("title")) == _spoken(name):
                    del inner["title"]
        waiting += node.values()
    return made


def _rows(group: Any) -> list[tuple[str, dict[str, Any]]]:
    rows = group.items() if isinstance(group, dict) else ()
    return [(name, inner) for name, inner in rows if isinstance(inner, dict)]


def _spoken(name: Any) -> str:
    return "".join(one for one in name if one.isalnum()).lower() if isinstance(name, str) else ""


async def _defined(serving: Serving, names: list[str]) -> Mapping[str, Any]:
    """What the jail says of these functions, not yet looked at."""

    def work() -> Any:
        try:
            return serving.ask({"define": names}, lambda _: None)
        finally:
            serving.end()

    asking = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        answered = await asyncio.shield(asking)
    except asyncio.CancelledError:
        serving.kill()
        await asyncio.wait([asking])
        raise
    answer = answered.answer
    if isinstance(made := answer.get("functions"), dict):
        return made
    told = [answered.words, answer.get("failed"), answer.get("trace")]
    said = [one.strip() for one in told if isinstance(one, str) and one.strip()]
    words = "\n".join(said)[:SHOWN] or "It sent something that is no answer."
    title = "Running this file did not tell what its functions take."
    raise Failure(Problem(title=title, detail=words, remedy="change_request"))


def _believed(made: Any) -> Schemas:
    """Schemas from the jail, when they are some. Raises _Unread."""
    if not isinstance(made, dict):
        raise _Unread("It was not told")
    if isinstance(words := made.get("refused"), str):
        raise _Unread(words[:500].rstrip("."))
    parameters, output = made.get("parameters"), made.get("output")
    properties = parameters.get("properties", {}) if isinstance(parameters, dict) else None
    if not isinstance(properties, dict) or not all(_shallow(one) for one in (parameters, output)):
        raise _Unread("What it gave is no JSON schema")
    assert isinstance(parameters, dict)
    return parameters, output if isinstance(output, dict) else None


def _shallow(schema: Any) -> bool:
    waiting: list[tuple[Any, int]] = [(schema, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            return False
        inner = value.values() if isinstance(value, dict) else value
        if isinstance(value, dict | list):
            waiting += [(one, depth + 1) for one in inner]
    return True
