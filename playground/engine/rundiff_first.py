"""The first difference of two runs, in words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from playground.core.provenance import common
from playground.core.recording import parse
from playground.engine.rundiff_rows import Row, Side
from playground.engine.rundiff_steps import Part
from playground.engine.rundiff_values import values
from playground.engine.sent import shown

WORDS = 32
"""Characters of a text that are quoted."""
SHOWN = 240
"""Characters of a text that are shown in a line."""
TOLD = 2
"""Fields that are told one by one."""
ASIDE = frozenset(("starting", "connection", "drawn"))
"""What depends on which of our servers ran before, and on who looked: it is in the rows, but no
difference of what was sent or came."""

_WAY = re.compile(r"(?P<method>\w+ )(?P<server>https?://[^/]+)(?P<path>/.*)")


class Divergence(NamedTuple):
    row: int
    left: int | None
    """The event on each side; None: there is none."""
    right: int | None
    words: str


def first(
    rows: Sequence[Row], texts: Mapping[Part, str], others: Mapping[Part, str]
) -> Divergence | None:
    """None where all rows are the same, or only about ourselves."""
    differ = (n for n, row in enumerate(rows) if row.kind != "same" and row.key not in ASIDE)
    at = next(differ, None)
    if at is None:
        return None
    row = rows[at]
    if row.kind != "changed" and (beside := _beside(rows, at)) is not None:
        row = Row("changed", row.left or beside.left, row.right or beside.right)
    left, right = (None if side is None else side.begin for side in (row.left, row.right))
    return Divergence(at, left, right, difference(row, texts, others))


def excerpt(row: Row, side: Side) -> str:
    """What a side of a row says, in no more characters than a line can show."""
    if side.step.brought:
        pieces, size = [], 0
        for one in side.brought:
            pieces.append(one.text)
            size += len(one.text)
            if size > SHOWN:
                break
        return "".join(pieces)[:SHOWN]
    if side.step.key == "request":
        return _request(row, side)
    return _told(side.step.told) if side.step.told else ""


def _request(row: Row, side: Side) -> str:
    """Where it went; of one that differs, the fields that do."""
    told = _object(side.step.told)
    if row.left is None or row.right is None or row.kind == "same":
        return " ".join(str(one) for one in told.get("to") or ())
    left, right = (_object(one.step.told) for one in (row.left, row.right))
    found = [one for one in values(left.get("body"), right.get("body")) if one.kind != "same"]
    here = [(one.path, one.left if side is row.left else one.right) for one in found]
    return ", ".join(f"{path}: {_value(value)}" for path, value in here)[:SHOWN]


def _beside(rows: Sequence[Row], at: int) -> Row | None:
    """What the other one goes on with in the place of what stands only in one."""
    for row in rows[at + 1 :]:
        if row.kind != rows[at].kind:
            return row if row.kind in ("left", "right") else None
    return None


def difference(row: Row, texts: Mapping[Part, str], others: Mapping[Part, str]) -> str:
    """What a row says differently, in a sentence."""
    one, other = row.left, row.right
    if row.kind == "same":
        return "The same in both."
    if one is None or other is None:
        return _only(row, texts, others)
    if one.step.key != other.step.key:
        return f"The left goes on with {name(one)}, the right with {name(other)}."
    if one.step.brought or other.step.brought:
        return _texts(one, other, texts, others)
    if one.step.key == "request":
        return _requests(one.step.told, other.step.told)
    was, now = (_told(side.step.told) for side in (one, other))
    return f"{_sentence(name(one))} says {was} on the left and {now} on the right."


def name(side: Side) -> str:
    """What stands on a side, in words."""
    key = side.step.key
    if key.startswith("call "):
        return f"the arguments of a call of {key.replace('call ', '').replace(' + ', ' and of ')}"
    if side.step.brought:
        return f"the text of the {key}"
    return f"the event {key}"


def _only(row: Row, texts: Mapping[Part, str], others: Mapping[Part, str]) -> str:
    side = row.left or row.right
    assert side is not None
    where, there = ("left", "right") if row.left is not None else ("right", "left")
    part = next((part for part, _ in side.step.starts), None)
    if part is not None and part in texts and part in others:
        length = common(texts[part], others[part])
        if side.begin != side.step.begin:
            return (
                f"The {part.name} ends at character {length:,} on the {there}; the {where} goes on."
            )
    return f"{_sentence(name(side))} is only on the {where}."


def _texts(one: Side, other: Side, texts: Mapping[Part, str], others: Mapping[Part, str]) -> str:
    for part, _ in one.step.starts:
        was, now = texts.get(part, ""), others.get(part, "")
        at = common(was, now)
        if was != now:
            what, verb = f"text of the {part.name}", "differs"
            if part.name.startswith("call "):
                tool = part.name.removeprefix("call ")
                what, verb = f"arguments of the call of {tool}", "differ"
            return (
                f"The {what} {verb} from character {at:,}: "
                f"{_quoted(was, at)} on the left, {_quoted(now, at)} on the right."
            )
    return f"The same text of the {one.step.key}, in other places among the events."


def _requests(was: str, now: str) -> str:
    left, right = (_object(one) for one in (was, now))
    rows = [row for row in values(left.get("body"), right.get("body")) if row.kind != "same"]
    if left.get("to") != right.get("to"):
        to, other = _ways(*(" ".join(map(str, one.get("to") or ())) for one in (left, right)))
        return f"The requests go to {to} and to {other}."
    told = [f"{row.path or 'the body'}: {_value(row.left)} → {_value(row.right)}" for row in rows]
    more = f", and {len(told) - TOLD} more" if len(told) > TOLD else ""
    return f"The requests differ in {'; '.join(told[:TOLD])}{more}."


def _ways(one: str, other: str) -> tuple[str, str]:
    """Two methods and addresses; where both are at one server, without it."""
    ways = [_WAY.fullmatch(way) for way in (one, other)]
    if ways[0] is None or ways[1] is None or ways[0]["server"] != ways[1]["server"]:
        return one, other
    return ways[0]["method"] + ways[0]["path"], ways[1]["method"] + ways[1]["path"]


def _object(text: str) -> dict[str, Any]:
    value, _ = parse(text)
    return value if isinstance(value, dict) else {}


def _value(value: Any) -> str:
    return _short(shown(value)) or "nothing"


def _told(text: str) -> str:
    value, wrong = parse(text)
    if wrong or not isinstance(value, dict):
        return _short(text) or "nothing"
    return _short(", ".join(f"{key} {_spelled(one)}" for key, one in value.items()))


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _quoted(text: str, at: int) -> str:
    piece = text[at : at + WORDS]
    if not piece:
        return "its end"
    return f"“{piece}{'…' if at + WORDS < len(text) else ''}”"


def _short(text: str) -> str:
    return text if len(text) <= 3 * WORDS else text[: 3 * WORDS - 1] + "…"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
