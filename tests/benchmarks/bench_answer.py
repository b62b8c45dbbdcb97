"""An answer against its schema as it streams: does a delta cost at 100 KB what it costs at 1 KB?

A delta is four characters, about a token. After each one is asked what it changed, as a view does.
The peer is the whole work done again: read what is there with pydantic's reader, which takes what
is cut, and validate it. Times are of the processor, because the machine is shared.
"""

from __future__ import annotations

import json
import time
from typing import Any

from pydantic_core import from_json

from playground.schemas.answer import Answer
from playground.schemas.validation import Validator

DELTA = 4  # characters
SHORT, LONG = 1_000, 100_000
DELTAS = 25_000
"""Fed in one go, in as many documents as it takes."""
REPEATS = 3
ROWS = 20_000

TEXT, INT = {"type": "string"}, {"type": "integer"}


def obj(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


PERSON = obj(
    id=INT,
    name={**TEXT, "pattern": r"^\p{Lu}"},
    score={"type": "number", "minimum": 0},
    active={"type": "boolean"},
    tags={"type": "array", "items": {"type": ["string", "null"]}, "maxItems": 9},
    contact={"$ref": "#/$defs/Contact"},
)
CONTACTS = {
    "anyOf": [
        obj(kind={"const": "address"}, street=TEXT, notes=TEXT),
        obj(kind={"const": "phone"}, number=TEXT),
    ]
}
SCHEMA = {**obj(people={"type": "array", "items": PERSON}), "$defs": {"Contact": CONTACTS}}
ROW_SCHEMA = obj(rows={"type": "array", "items": obj(id=INT, name=TEXT)})


def person(number: int) -> dict[str, object]:
    address = {
        "kind": "address",
        "street": f"{number} Long Street",
        "notes": "First\nand “another”",
    }
    return {
        "id": number,
        "name": f"Person {number}",
        "score": number * 1.25,
        "active": number % 3 == 0,
        "tags": ["new", "étranger", None],
        "contact": {"kind": "phone", "number": "555-0100"} if number % 4 == 0 else address,
    }


def people(size: int) -> str:
    rows: list[object] = []
    while len(text := json.dumps({"people": rows}, ensure_ascii=False)) < size:
        rows += [person(len(rows) + more) for more in range(max(1, (size - len(text)) // 400))]
    return text


def followed(schema: Any, text: str) -> float:
    """Microseconds a delta, fed and asked what it changed."""
    deltas = [text[at : at + DELTA] for at in range(0, len(text), DELTA)]
    documents = -(-DELTAS // len(deltas))
    times = []
    for _ in range(REPEATS):
        taken = 0.0
        for _ in range(documents):
            answer = Answer(schema)
            rev = answer.rev
            begin = time.thread_time()
            for delta in deltas:
                answer.feed(delta, 0)
                answer.since(rev)
                rev = answer.rev
            taken += time.thread_time() - begin
            answer.end(0, whole=True, judged=False)
            assert answer.root.state == "valid"
        times.append(taken / (documents * len(deltas)))
    return min(times) * 1e6


def again(schema: Any, text: str) -> float:
    """Microseconds to read and validate all there is, at the end."""
    validator = Validator(schema)
    begin = time.thread_time()
    validator.errors(from_json(text, allow_partial="trailing-strings"))
    return (time.thread_time() - begin) * 1e6


def end(schema: Any, text: str) -> tuple[float, float]:
    """Milliseconds of the end of an answer: on the window's thread, and judged elsewhere."""
    answer = Answer(schema)
    answer.feed(text, 0)
    begin = time.thread_time()
    answer.end(0, whole=True, judged=False)
    ended = time.thread_time()
    judgement = answer.judge()
    judged = time.thread_time()
    answer.settled(judgement)
    here = ended - begin + time.thread_time() - judged
    return here * 1e3, (judged - ended) * 1e3


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)"""
    long = people(LONG)
    short_cost, long_cost = followed(SCHEMA, people(SHORT)), followed(SCHEMA, long)
    rows = json.dumps({"rows": [{"id": n, "name": f"row {n}"} for n in range(ROWS)]})
    rows_cost = followed(ROW_SCHEMA, rows)
    here, elsewhere = end(ROW_SCHEMA, rows)
    return [
        (
            "an answer against its schema, 100 KB",
            "a delta ≤ 1.3 × one at 1 KB",
            f"{long_cost / short_cost:.2f} × ({long_cost:.2f} µs, followed); from the beginning"
            f" each time: {again(SCHEMA, long):,.0f} µs",
        ),
        (
            f"an answer of {ROWS:,} objects",
            "a delta ≤ 1.3 × one at 1 KB of the like",
            f"{rows_cost / followed(ROW_SCHEMA, rows[: rows.index('}', 1000) + 1] + ']}'):.2f} ×"
            f" ({rows_cost:.2f} µs, followed); its end {here:.0f} ms, and {elsewhere:.0f} ms where"
            " it is judged",
        ),
    ]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
