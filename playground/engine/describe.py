"""A schema described in words: what to ask a model for it, and a schema out of what it answers.

Problem: a model that shall write a JSON Schema writes one that a strict server refuses, and a small
one writes none at all. Choice: it is not asked for a schema but for a list of fields, in a form
that is strict itself, so that every server that can hold an answer to a schema holds it to this
one; the schema is made of that here. Servers that hold nothing answer with a list all the same, or
with a JSON Schema after all, in prose and fences: both are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NamedTuple

from playground.core.call import Call
from playground.core.json_nodes import Node
from playground.core.output import Mode, Output
from playground.core.partial_json import Live
from playground.core.problem import Failure, Problem
from playground.core.transcript import Transcript
from playground.schemas import given
from playground.schemas.ledger import Repair
from playground.schemas.lint import Violation
from playground.schemas.repair import repair
from playground.schemas.reshaping import nullable
from playground.schemas.source import written

DEEPEST = 8
"""Objects in objects that are made; the strict subset ends at ten levels."""
MOST = 12
"""Entries of a list that a model is asked for at most: a small one does not stop by itself."""
SHOWN = 300
"""Characters of an answer that is of no use that are shown."""

KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "yes/no": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "date and time": {"type": "string", "format": "date-time"},
    "email": {"type": "string", "format": "email"},
}
"""What a value may be, and how a schema says it."""

SYNONYMS = {
    "string": "text",
    "str": "text",
    "int": "integer",
    "float": "number",
    "decimal": "number",
    "bool": "yes/no",
    "boolean": "yes/no",
    "datetime": "date and time",
    "date-time": "date and time",
}
"""What models call them that nobody holds to anything."""

CHOICE, LIST, GROUP = "choice", "list_of", "group"
NAMED = ("value", CHOICE, LIST, GROUP, "name", "field")
"""Keys that hold the name of a field; which one it is says what the field is."""

CALLED = {
    "value": "One plain field.",
    CHOICE: "One of a few fixed words.",
    LIST: "Any number of entries, each with fields of its own.",
    GROUP: "One thing with fields of its own.",
}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any], least: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": MOST}


def _form() -> dict[str, Any]:
    name = {"type": "string", "pattern": "^[a-z][a-z0-9_]{1,30}$"}
    kind = {"type": "string", "enum": list(KINDS)}
    about = {"type": "string", "description": "What it is, for whoever fills it in."}
    optional = {"type": "boolean", "description": "Whether it may be missing."}
    option = {"type": "string"}
    fields = _list({"$ref": "#/$defs/field"}, 1)
    # Told apart by their first key, which the subset wants and which tells a small model the rest.
    field = [
        {
            "description": CALLED["value"],
            **_object(value=name, kind=kind, about=about, optional=optional),
        },
        {
            "description": CALLED[CHOICE],
            **_object(choice=name, options=_list(option, 2), about=about, optional=optional),
        },
        {"description": CALLED[LIST], **_object(list_of=name, about=about, fields=fields)},
        {"description": CALLED[GROUP], **_object(group=name, about=about, fields=fields)},
    ]
    form = _object(title={"type": "string"}, fields=fields)
    return {**form, "$defs": {"field": {"anyOf": field}}}


FORM: dict[str, Any] = _form()
"""What a model fills in: a strict schema of descriptions of schemas."""


def _value(name: str, kind: str = "text", *, about: str) -> dict[str, Any]:
    return {"value": name, "kind": kind, "about": about, "optional": False}


EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "a list of parcels with weight and colour, and who sends them",
        {
            "title": "Parcels",
            "fields": [
                {
                    "list_of": "parcels",
                    "about": "Parcels",
                    "fields": [
                        _value("weight", "number", about="Weight"),
                        {
                            "choice": "colour",
                            "options": ["red", "blue"],
                            "about": "Colour",
                            "optional": False,
                        },
                    ],
                },
                _value("sent_by", about="Who sends them"),
            ],
        },
    ),
    (
        "a letter with sender, subject and date",
        {
            "title": "Letter",
            "fields": [
                _value("sender", about="Sender"),
                _value("subject", about="Subject"),
                _value("date", "date", about="Date"),
            ],
        },
    ),
)
"""Both fit the form. The plain one comes last: the bundled model, which is small, was seen to make
lists of everything or to forget half when it is the other way round."""

TASK = (
    "You design data: you list the fields that a program needs for what somebody describes. Names"
    " are short, in snake_case."
)
"""As few words as can be: what the form says is not said again, where it holds."""

SPELLED = " ".join(
    (
        "Answer with JSON only, as in the examples.",
        *(f"`{key}`: {said}" for key, said in CALLED.items()),
        f"The kind of a value is one of: {', '.join(KINDS)}.",
    )
)
"""What the form says, for servers that do not take one."""

STRUCTURED: tuple[Mode, ...] = ("json_schema",)

OURS = ("response_format", "text", "tools", "tool_choice", "n")
"""What the form of the answer hangs on: nothing that a session adds to its requests may be it."""


CUT = "The answer was cut: there may be fields missing."


class Question(NamedTuple):
    call: Call
    text: str
    """What the user says."""


class Described(NamedTuple):
    schema: dict[str, Any]
    repairs: tuple[Repair, ...]
    """What was done to what the model wrote, so that it is strict."""
    left: tuple[Violation, ...]
    """What is still not strict."""
    notes: tuple[str, ...]
    """What else there is to know of how it came about, in sentences."""


def question(words: str, call: Call, modes: Collection[Mode] = STRUCTURED) -> Question:
    """What to ask the model of `call` when somebody describes a schema in `words`.

    `modes`: of its endpoint; without `json_schema` the form is only told in words.
    """
    held = "json_schema" in modes
    about = "The fields of what was described."
    output = Output(name="fields", description=about, json_schema=FORM)
    output.mode = "json_schema" if held else "text"
    examples = (f"Description: {said}\nFields: {json.dumps(made)}" for said, made in EXAMPLES)
    return Question(
        Call(
            api=call.api,
            model=call.model,
            instructions="\n\n".join((TASK, *(() if held else (SPELLED,)), *examples)),
            headers=dict(call.headers),
            extra={key: value for key, value in call.extra.items() if key not in OURS},
            output=output,
        ),
        f"Description: {words.strip()}\nFields:",
    )


def described(transcript: Transcript) -> Described:
    """The schema in the answer of a run that is over. Raises Failure: why there is none."""
    text, outcome = transcript.text, transcript.outcome
    if outcome == "refused" or (transcript.refusal and not text.strip()):
        raise _failure("The model refuses to describe this.", transcript.refusal or "")
    if outcome != "completed" and not text.strip():
        if transcript.problem is not None:
            raise Failure(transcript.problem)
        raise _failure("The model was stopped before it wrote anything.")
    made = schema_of(text)
    if outcome != "completed" and CUT not in made.notes:
        made = made._replace(notes=(CUT, *made.notes))
    return made


def schema_of(text: str) -> Described:
    """The schema in an answer: a list of fields as it was asked for, a JSON Schema, or an example
    of the data. Raises Failure when it is none of these."""
    live = Live()
    live.feed(text)
    live.end()
    if not text.strip():
        raise _failure("The model wrote nothing.")
    root = live.root
    if root is None or root.kind not in ("object", "array"):
        raise _failure("The model wrote no schema.", text.strip()[:SHOWN])
    if any(flaw.kind == "depth" for flaw in live.flaws):
        raise _failure("What the model wrote is nested too deeply.")
    cut = (CUT,) if root.state == "cut" else ()
    notes: list[str] = []
    rows = root if root.kind == "array" else _rows(root)
    if rows is not None and any(_name(row) for row in rows.children):
        made = _of_fields(rows, notes, 1)
        if title := _title(_word(root, "title")):
            made = {"title": title, **made}
    else:
        made = _of_json(root.value(), text, notes, whole=not cut)
    fixed = repair(made)
    if not isinstance(fixed.schema, dict):
        raise _failure("The model wrote no schema.", text.strip()[:SHOWN])
    return Described(
        fixed.schema, tuple(fixed.repairs), tuple(fixed.left), (*cut, *dict.fromkeys(notes))
    )


# A list of fields. What was cut is left out: half a name is another name.


def _of_fields(rows: Node, notes: list[str], depth: int) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for row in rows.children:
        name = _name(row)
        if name is None:
            continue
        if name in properties:
            notes.append(f"`{name}` was described twice: the first one counts.")
            continue
        if (made := _field(row, name, notes, depth)) is not None:
            properties[name] = made
    return _object(**properties)


def _field(row: Node, name: str, notes: list[str], depth: int) -> dict[str, Any] | None:
    inner = _rows(row)
    options = _options(row)
    about = _word(row, "about") or _word(row, "description")
    kind = _word(row, "kind") or _word(row, "type")
    if inner is not None and any(_name(child) for child in inner.children):
        if depth >= DEEPEST:
            notes.append(f"`{name}` was left out: it is nested too deeply.")
            return None
        made = _of_fields(inner, notes, depth + 1)
        many = LIST in row.members or kind in ("list", "array")
        made = {"type": "array", "items": made} if many else made
    elif LIST in row.members or GROUP in row.members:
        if row.state == "cut":
            return None
        made = {"type": "array", "items": {"type": "string"}} if LIST in row.members else _object()
    elif options:
        made = {"type": "string", "enum": options}
    elif row.state == "cut" and not kind:
        return None
    else:
        known = kind.strip().lower()
        made = dict(KINDS[SYNONYMS.get(known, known)] if _is_known(known) else KINDS["text"])
        if kind and not _is_known(known):
            notes.append(f"`{name}` is text: there is no kind “{kind[:40]}”.")
    if about and about.strip().lower() != name.replace("_", " "):
        made = {"description": about.strip(), **made}
    optional = row.members.get("optional")
    return nullable(made) if optional is not None and optional.kind == "true" else made


def _is_known(kind: str) -> bool:
    return SYNONYMS.get(kind, kind) in KINDS


def _name(row: Node) -> str | None:
    """The name of the field that is described there, as a key; None when there is none."""
    for key in NAMED:
        if said := _word(row, key).strip():
            if re.fullmatch(r"[^\W\d]\w*", said):
                return said[:64]
            return re.sub(r"\W+", "_", said.lower()).strip("_")[:64] or None
    return None


def _rows(row: Node) -> Node | None:
    found = row.members.get("fields")
    return found if found is not None and found.kind == "array" else None


def _options(row: Node) -> list[str]:
    """The words of a choice, each once."""
    found = row.members.get("options") or row.members.get("values") or row.members.get("enum")
    if found is None or found.kind != "array":
        return []
    words = (_text(child) for child in found.children)
    return list(dict.fromkeys(word for word in words if word))


def _word(row: Node, key: str) -> str:
    """The text under a key; empty when it is none, or was cut."""
    found = row.members.get(key)
    return "" if found is None else _text(found)


def _text(node: Node) -> str:
    return node.text if node.kind == "string" and node.state != "cut" else ""


def _title(said: str) -> str:
    """A title that can be the name of a class: `Shopping list` becomes `ShoppingList`."""
    words = re.findall(r"\w+", said)
    joined = "".join(word[:1].upper() + word[1:] for word in words)[:64]
    return joined if joined.isidentifier() else ""


# Anything else.


def _of_json(value: Any, text: str, notes: list[str], *, whole: bool) -> Any:
    """The schema that a model wrote though it was asked for fields, or that of an example."""
    try:
        read = given.from_text(written(value))
    except (Failure, RecursionError) as error:
        raise _failure("The model wrote no schema.", text.strip()[:SHOWN]) from error
    if read.kind != "schema" and not whole:
        raise _failure("The answer ended before a field was described.", text.strip()[:SHOWN])
    if read.kind != "schema":
        notes.append("The model wrote an example instead of a description: this is its schema.")
    blank = isinstance(value, dict) and value.keys() <= {"title", "fields"}
    if blank or not _says_something(read.schema):
        raise _failure("The model described nothing.", text.strip()[:SHOWN])
    return read.schema


def _says_something(schema: Any) -> bool:
    """Whether there is any field in it, or at least in what it refers to."""
    if not isinstance(schema, dict):
        return False
    held = (schema.get(name) for name in ("properties", "$defs", "anyOf", "items", "$ref"))
    return any(bool(one) for one in held) and schema.get("properties", 1) != {}


def _failure(title: str, detail: str = "") -> Failure:
    return Failure(Problem(title=title, detail=detail, remedy="retry"))
