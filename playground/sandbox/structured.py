"""Structured answers: by the schema of the request, and spoiled in the way that a script says."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from playground.sandbox import tokens
from playground.sandbox.acting import not_filled
from playground.sandbox.fields import Json
from playground.sandbox.fill import fill
from playground.sandbox.leaves import UnfillableError
from playground.sandbox.parts import Call, Message, Part, size
from playground.sandbox.scenario import AnswerPart, Spoiling
from playground.sandbox.turn import ANY_JSON, Tool, Turn

ANSWER = "answer"
"""The function that a script calls where the request has none."""

SAMPLE = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "date": {"type": "string", "format": "date"},
        "rows": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "value": {"type": "number"}},
                "required": ["name", "value"],
                "additionalProperties": False,
            },
        },
        "note": {"type": "string"},
    },
    "required": ["title", "date", "rows", "note"],
    "additionalProperties": False,
}
"""What a script fills where the request has no schema."""

_LOOKED_AT = 40
"""Braces in a prompt behind which a schema may stand."""
_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?P<end>")(?P<key>\s*:)?')

Pairs = list[tuple[str, Any]]


def structured(turn: Turn) -> str:
    """The right answer to a request with a schema. Raises ApiError."""
    return json.dumps(_value(_schema(turn), turn), ensure_ascii=False)


def spoiled(part: AnswerPart, turn: Turn) -> Part:
    """The answer as the script wants it: the arguments of the function that has to be called, else
    a text. Raises ApiError."""
    tool = _tool(turn)
    schema = _schema(turn) if tool is None else {"type": "object", **tool.parameters}
    text = _written(_value(schema or SAMPLE, turn, part.rows), part.answer)
    pieces = tokens.split(part.before + text + part.after)
    if tool is not None or part.call:
        return Call("function", ANSWER if tool is None else tool.name, pieces)
    return Message(pieces, phase=part.phase)


def place_in_string(parts: list[Part], wanted: int) -> int:
    """How many tokens of an answer come before a place inside one of its last part's strings: the
    first such place behind `wanted` tokens, else the last there is. Values go before keys."""
    *earlier, last = parts
    before = sum(map(size, earlier))
    if not isinstance(last, Message | Call):
        return wanted
    found = list(_STRING.finditer("".join(last.pieces)))
    strings = [row for row in found if not row["key"]] or found
    ends = list(accumulate(map(len, last.pieces)))
    places = [
        before + number
        for number, end in enumerate(ends, start=1)
        if any(row.start() + 1 < end < row.end("end") for row in strings)
    ]
    return next((place for place in places if place >= wanted), max(places, default=wanted))


def _tool(turn: Turn) -> Tool | None:
    """The function that this turn has to call."""
    if turn.forced is None and turn.tool_choice != "required":
        return None
    functions = (tool for tool in turn.tools if tool.kind == "function")
    return next((tool for tool in functions if turn.forced in (None, tool.name)), None)


def _schema(turn: Turn) -> Any:
    """What the answer follows: in JSON mode the schema that the words of the request hold, if they
    hold one."""
    if turn.schema is not ANY_JSON:
        return turn.schema
    return next(_mentioned(f"{turn.prompt}\n{turn.instructions}"), (ANY_JSON, ""))[0]


def _value(schema: Any, turn: Turn, rows: int | None = None) -> Any:
    prompt = turn.prompt
    for _, text in _mentioned(prompt):
        prompt = prompt.replace(text, "")
    said = [prompt, *(output.text for output in turn.tool_outputs)]
    try:
        return fill(schema, "\n".join(said), rows)
    except UnfillableError as error:
        param = "text.format.schema" if turn.dialect == "responses" else "response_format"
        raise not_filled("the response format", param, error) from error


def _mentioned(text: str) -> Iterator[tuple[Json, str]]:
    """JSON Schemas of objects in a text, each with its words there."""
    at = -1
    for _ in range(_LOOKED_AT):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            value, end = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        if isinstance(value.get("properties"), dict):
            yield value, text[at:end]
        at = end - 1


def _written(value: Any, ways: Iterable[Spoiling]) -> str:
    """JSON, with what is wrong about it."""
    text = _dumped(_spoiled(value, list(ways)))
    if "list" in ways:
        text = f"[{text}]"
    return text[:-1] if "open" in ways else text


def _spoiled(value: Any, ways: list[Spoiling]) -> Any:
    """The value with wrong fields. An object with a single field is spoiled further inside, so that
    most of it stays what it was."""
    match list(value.items()) if isinstance(value, dict) else []:
        case [(name, dict(inner))] if inner:
            return {name: _spoiled(inner, ways)}
        case [(name, [dict(), *_] as rows)]:
            middle = len(rows) // 2
            return {name: [*rows[:middle], _spoiled(rows[middle], ways), *rows[middle + 1 :]]}
        case []:
            return value
        case pairs:
            return _Pairs(_wrong(pairs, ways))


def _wrong(pairs: Pairs, ways: list[Spoiling]) -> Pairs:
    for way in ways:
        middle = len(pairs) // 2
        match way:
            case "missing":
                pairs = pairs[:-1]
            case "unknown":
                pairs.insert(middle, (_free("remark", pairs), "Nobody asked for this field."))
            case "type" if pairs:
                name, inner = pairs[middle]
                pairs[middle] = (name, _retyped(inner))
            case "nan":
                pairs = list(_uncounted(dict(pairs)).items())
            case "duplicate" if pairs:
                pairs.append((pairs[0][0], None))
            case _:
                pass  # about the whole, or nothing is left that could be wrong
    return pairs


class _Pairs(list[tuple[str, Any]]):
    """An object in which a key may come twice."""


def _dumped(value: Any) -> str:
    """As json.dumps would write it."""
    match value:
        case _Pairs():
            rows = (
                f"{json.dumps(name, ensure_ascii=False)}: {_dumped(row)}" for name, row in value
            )
            return "{" + ", ".join(rows) + "}"
        case dict():
            return _dumped(_Pairs(value.items()))
        case list():
            return "[" + ", ".join(map(_dumped, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _free(name: str, pairs: Pairs) -> str:
    while any(name == taken for taken, _ in pairs):
        name += "_"
    return name


def _retyped(value: Any) -> Any:
    """The value in another type; of a list of objects only a value in the middle of one."""
    match value:
        case [dict(row), *_] if row:
            rows = list(value)
            middle = list(row)[len(row) // 2]
            index = len(rows) // 2
            rows[index] = {**rows[index], middle: _retyped(rows[index].get(middle))}
            return rows
        case bool():
            return "yes"
        case int() | float():
            return f"about {value}"
        case str():
            return {"text": value}
        case None:
            return {"text": None}
        case _:
            return "see above"


def _uncounted(value: Any) -> Any:
    """A copy in which the first number is none."""
    done = False

    def walked(one: Any) -> Any:
        nonlocal done
        if isinstance(one, dict):
            return {name: walked(row) for name, row in one.items()}
        if isinstance(one, list):
            return [walked(row) for row in one]
        if done or isinstance(one, bool) or not isinstance(one, int | float):
            return one
        done = True
        return math.nan

    made = walked(value)
    if done or not isinstance(made, dict) or not made:
        return made
    return {**made, list(made)[-1]: math.nan}
