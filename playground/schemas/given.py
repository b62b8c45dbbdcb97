"""A schema out of whatever a text or a file holds: JSON Schema, the request around one, Pydantic
source, samples of the data, an answer of a model. Nothing of it is run, and nothing is printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playground.core.json_nodes import WORDS
from playground.core.partial_json import Live
from playground.core.problem import Failure, Problem
from playground.schemas.source import LARGEST, Place, Source, decoded, is_schema, read, spelled

Kind = Literal["schema", "pydantic", "sample", "samples"]

KINDS: dict[Kind, str] = {
    "schema": "JSON Schema",
    "pydantic": "Pydantic source",
    "sample": "sample JSON",
    "samples": "samples of JSON",
}
"""What each is called."""

LINES = (".jsonl", ".ndjson")
"""Ends of files with one JSON document a line."""

_JSON = re.compile(r'\ufeff?\s*(?:[{\[\d-]|"(?!"")|(?:true|false|null)\b)')
_PYTHON = re.compile(r"^[ \t]*(?:class[ \t]+\w+|(?:from|import)[ \t]+[\w.]+|@[\w.]+)", re.MULTILINE)
_FENCED = re.compile(r"\s*```[^\n`]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL)
_PATH = re.compile(r"(.+\.py)(?::(\w+))?", re.DOTALL)

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]", re.MULTILINE)
IMPORTS = "".join(
    f"from {module} import *\n" for module in ("enum", "datetime", "typing", "pydantic")
)
"""What somebody means who pastes a class without what it stands on."""

_WRAPPINGS: tuple[tuple[str, ...], ...] = (
    ("json_schema", "schema"),
    ("response_format", "json_schema", "schema"),
    ("text", "format", "schema"),
    ("format", "schema"),
    ("function", "parameters"),
    ("schema",),
    ("parameters",),
    ("input_schema",),
)
"""Where requests and tools have their schemas."""


class Given(NamedTuple):
    schema: Any
    source: Source | None
    """The text that the schema stands in; None when it was made from something else."""
    name: str
    kind: Kind
    notes: tuple[str, ...] = ()
    """What was done to read it, in sentences."""


def recognised(text: str) -> Kind | None:
    """What a text is by its looks; None: neither JSON nor Python. Reads no more than it must."""
    text = unfenced(text)
    if not _JSON.match(text):
        return "pydantic" if _PYTHON.search(text) else None
    first, _, rest = text.strip().partition("\n")
    if first.rstrip().endswith(("}", "]")) and rest.strip() and _whole(first):
        return "samples"
    return "schema"


def from_text(text: str, *, kind: Kind | None = None, model: str = "", name: str = "") -> Given:
    """The schema in a text, which is what `kind` says, else what it looks like.

    `model`: which one of a Pydantic source; empty: the last that no other uses. Raises Failure,
    with the line in its facts where there is one.
    """
    text = text.removeprefix("\ufeff")
    if kind is not None:
        return _of_kind(text, kind, model, name)
    inside = unfenced(text)
    kind, notes = recognised(inside), []
    if inside != text:
        notes.append("The code fence around it was left out.")
    if kind == "pydantic" and lacks_imports(inside):
        inside = f"{inside}\n{IMPORTS}"  # at the end, so that lines keep their numbers
        notes.append("It imports nothing: what pydantic, typing, datetime and enum have is known.")
    made = _of_kind(inside, kind, model, name)
    return made._replace(notes=(*notes, *made.notes))


def from_samples(texts: Sequence[str], *, name: str = "") -> Given:
    """The schema of what several samples have in common, each a JSON document of its own, or
    several, one a line. Raises Failure, whose facts say in which `sample` something is wrong,
    counted from 1."""
    values: list[Any] = []
    for number, text in enumerate(texts, 1):
        try:
            inside = unfenced(text)
            many = recognised(inside) == "samples"
            values += _lines(inside) if many else [read(inside).value]
        except Failure as failure:
            raise _in_sample(failure, number) from failure
    return _inferred(values, name, "sample" if len(values) == 1 else "samples")


def from_answer(text: str, *, name: str = "") -> Given:
    """The schema of what a model has answered, whatever stands around the JSON; the schema itself
    where the answer is one. Raises Failure."""
    live = Live()
    live.feed(text)
    live.end()
    if live.root is None or live.root.kind not in ("object", "array"):
        title = "There is no JSON object or list in this answer."
        raise Failure(Problem(title=title, detail=text.strip()[:200]))
    told = dict.fromkeys(WORDS[flaw.kind] for flaw in live.flaws)
    value = live.value()
    if is_schema(value):
        return Given(value, None, name or "Schema", "schema", tuple(told))
    made = _inferred([value], name, "sample")
    return made._replace(notes=tuple(told))


def from_file(file: str | Path, *, sample: bool = False) -> Given:
    """The schema in a file, which may be named as `models.py:Person`. Raises Failure.

    With `sample` it is taken for sample JSON, whatever it looks like.
    """
    python = _PATH.fullmatch(str(file))
    path = Path(python[1] if python else file)
    text = text_of(path)
    if python and not sample:
        model = python[2] or ""
        return from_text(text, kind="pydantic", model=model, name=model or path.stem)
    if path.suffix.lower() in LINES:
        return from_text(text, kind="samples", name=path.stem)
    if path.suffix.lower() == ".json" and not sample:
        return _document(text, path.stem)
    return from_text(text, kind="sample" if sample else None, name=path.stem)


def text_of(path: Path) -> str:
    """What a file holds. Raises Failure when that is no text, too much, or cannot be read."""
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
    return decoded(data)


def needs_running(problem: Problem) -> bool:
    """Whether this is what a Pydantic source meets that only running it would tell."""
    return "construct" in problem.facts


def lacks_imports(source: str) -> bool:
    """Whether a Pydantic source was cut out of one: nothing in it is imported."""
    return _IMPORT.search(source) is None


def unfenced(text: str) -> str:
    """The text without a code fence that is around all of it; its lines keep their numbers."""
    text = text.removeprefix("\ufeff")
    found = _FENCED.fullmatch(text)
    if found is None:
        return text
    return "\n" * text.count("\n", 0, found.start(1)) + found[1]


def _of_kind(text: str, kind: Kind | None, model: str, name: str) -> Given:
    match kind:
        case "pydantic":
            from playground.schemas import pydantic_source  # all of Pydantic's types

            schema = pydantic_source.read(text, model)
            title = schema.get("title")
            said = title if isinstance(title, str) else ""
            return Given(schema, None, model or name or said or "Schema", "pydantic")
        case "sample":
            return _inferred([read(text).value], name, "sample")
        case "samples":
            return _inferred(_lines(text), name, "samples")
        case "schema":
            return _document(text, name)
        case None:
            raise _neither(text)


def _document(text: str, name: str) -> Given:
    """One document of JSON: a schema, what has one in it, or a sample."""
    source = read(text)
    if (inner := _unwrapped(source, name)) is not None:
        return inner
    if is_schema(source.value):
        return Given(source.value, source, name or "Schema", "schema")
    made = _inferred([source.value], name, "sample")
    return made._replace(notes=("It is no schema by its root: read as sample JSON.",))


def _unwrapped(source: Source, name: str) -> Given | None:
    """The schema of a request, of its format or of a tool."""
    for steps in _WRAPPINGS:
        value, place = source.value, source.place
        owner: Any = {}
        for step in steps:
            if not isinstance(value, dict) or step not in value or not isinstance(place, Place):
                break
            owner, value, place = value, value[step], place.inner[step]
        else:
            if is_schema(value) and _wraps(source.value, owner, steps):
                said = owner.get("name")
                called = name or (said if isinstance(said, str) else "")
                note = f"It is the schema at {spelled(steps)} of what was given."
                inner = Source(source.text, value, place)
                return Given(value, inner, called or "Schema", "schema", (note,))
    return None


def _wraps(root: dict[str, Any], owner: dict[str, Any], steps: tuple[str, ...]) -> bool:
    """Whether somebody who writes this means what is in it. A sample may have a key `schema`."""
    if root.get("type") in ("json_schema", "function", "custom"):
        return True
    if len(steps) > 1:
        return not is_schema(root)
    return isinstance(owner.get("name"), str) and set(owner) <= {
        "name", "description", "strict", *steps,
    }  # fmt: skip


def _lines(text: str) -> list[Any]:
    """The documents of a text that has one a line."""
    values = []
    for number, line in enumerate(text.split("\n")):
        if not line.strip():
            continue
        try:
            values.append(read(line).value)
        except Failure:
            read("\n" * number + line)  # the same failure, with the line that it is in
            raise
    return values


def _whole(line: str) -> bool:
    try:
        read(line)
    except Failure:
        return False
    return True


def _inferred(samples: Sequence[Any], name: str, kind: Kind) -> Given:
    from playground.schemas import sample

    notes = (f"It is made of {len(samples)} samples.",) if len(samples) > 1 else ()
    return Given(sample.infer(samples), None, name or "Sample", kind, notes)


def _neither(text: str) -> Failure:
    try:
        read(text)
    except Failure as failure:
        if not text.strip():
            return failure
        title = "This is neither JSON nor Pydantic source."
        return Failure(failure.problem.model_copy(update={"title": title}))
    raise AssertionError("JSON begins like JSON")


def _in_sample(failure: Failure, number: int) -> Failure:
    problem = failure.problem
    facts = {**problem.facts, "sample": str(number)}
    detail = f"Sample {number}: {problem.detail}"
    return Failure(problem.model_copy(update={"detail": detail, "facts": facts}))
