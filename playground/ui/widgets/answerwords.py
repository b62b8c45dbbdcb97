"""What the answer's tree says of a field: its name, its value in short, its state. No Qt."""

from __future__ import annotations

import json
from typing import Literal, NamedTuple

from playground.core.plain import visible
from playground.schemas.answer import Field
from playground.schemas.source import spelled
from playground.ui.widgets.source import one_line

SHOWN = 240
"""Characters of a value that a row can show."""
TOLD = 2_000
"""Characters of what the schema says of a field that are told."""
INSIDE = 4
"""Values of a closed field that its row shows."""

Look = Literal["text", "code", "faint"]
"""How a value stands there: strings as text, numbers and words of JSON as code, what stands for
something else faint."""


class Sign(NamedTuple):
    """A state is never told by its colour alone."""

    icon: str
    token: str
    word: str
    short: str
    """Where there is no room for more; empty where the icon will do."""


_WAITING = Sign("clock", "faint", "waiting", "waiting")
_STREAMING = Sign("dot", "accent", "streaming", "")
_GROWING = Sign("dot", "accent", "streaming", "streaming")
_COMPLETE = Sign("", "faint", "complete", "")
_VALID = Sign("check", "ok", "valid", "")
_CUT = Sign("warning", "warn", "cut", "cut")
_MISSING = Sign("error", "error", "missing", "missing")
_LEFT_OUT = Sign("", "faint", "left out", "left out")
HURT = Sign("error", "error", "invalid inside", "inside")
"""Of one that is closed, with something in it that does not hold."""
_UNKNOWN = Sign("warning", "warn", "not in the schema", "unknown")


def sign(field: Field) -> Sign:
    """The state at the right of a row."""
    match field.state:
        case "invalid" if field.unknown:
            return _UNKNOWN._replace(icon="error", token="error")
        case "invalid":
            when = "" if field.went_wrong is None else seconds(field.went_wrong)
            word = f"invalid {when}".strip()
            return Sign("error", "error", word, when or word)
        case "cut":
            return _CUT
        case "missing":
            return _MISSING if field.required else _LEFT_OUT
        case "waiting" | "streaming" | "complete" | "valid" if field.unknown:
            return _UNKNOWN
        case "waiting":
            return _WAITING
        case "streaming":
            return _GROWING if count(field) else _STREAMING  # a caret says the same of a leaf
        case "complete":
            return _COMPLETE
        case "valid":
            return _VALID


def seconds(nanoseconds: int) -> str:
    """A moment of the run: `312 ms`, `1.24 s`."""
    if nanoseconds < 1_000_000_000:
        return f"{nanoseconds / 1e6:.0f} ms"
    return f"{nanoseconds / 1e9:.2f} s"


def name(field: Field) -> str:
    """What it is called in its row."""
    if field.key is None:
        return one_line(field.title) or "answer"
    return str(field.key) if isinstance(field.key, int) else one_line(field.key) or '""'


def count(field: Field) -> str:
    """`{3}` or `[2]`: how many values have come of an object or an array; empty for others."""
    if field.node is None or field.node.kind not in ("object", "array"):
        return ""
    begins, ends = "{}" if field.node.kind == "object" else "[]"
    return f"{begins}{len(field.node.children)}{ends}"


def value(field: Field) -> tuple[str, Look]:
    """The value of a field without children in at most `SHOWN` characters; of a string that
    streams the newest. What is not there yet is described."""
    node = field.node
    if node is None or node.kind is None:
        return field.expects, "faint"
    if node.kind in ("object", "array"):
        return count(field), "code"
    if node.kind == "string":
        text = tail(field) if field.state == "streaming" else field.preview
        return one_line(text), "text"
    return one_line(field.preview), "code"


def tail(field: Field) -> str:
    """The end of what has come of a string."""
    pieces: list[str] = []
    size = 0
    for piece in reversed(field.node.pieces if field.node is not None else ()):
        pieces.append(piece)
        size += len(piece)
        if size > SHOWN:
            break
    return "".join(reversed(pieces))[-SHOWN:]


def inside(field: Field) -> str:
    """The first values of a field that is closed, in short."""
    shown = [inner for inner in field.children[:INSIDE] if inner.node is not None]
    words = [count(inner) or one_line(inner.preview) for inner in shown]
    more = len(field.children) > len(shown)
    return ", ".join(word for word in words if word) + (" …" if more and words else "")


def facts(field: Field) -> str:
    """What it is and how it stands with it: several lines of plain text."""
    there = "" if field.node is None or field.node.kind is None else field.kind
    kind = field.kind
    if there and field.expects and there != field.expects:
        kind = f"{there}, where the schema says {field.expects}"
    about = [field.title[:TOLD] if field.key is not None else "", field.description[:TOLD]]
    return "\n".join(filter(None, (f"{kind} · {told(field)}" if kind else told(field), *about)))


def about(field: Field) -> str:
    """All that there is to say beside the value, for a tip: several lines of plain text."""
    return visible("\n".join((spelled(field.path), facts(field), *wrongs(field))))


def told(field: Field) -> str:
    """The state as a sentence."""
    match field.state:
        case "waiting":
            word = "Waiting: nothing of it has come yet."
        case "streaming":
            word = "Streaming."
        case "complete":
            word = "Complete; nothing judged it."
        case "valid":
            word = "Valid."
        case "invalid" if field.went_wrong is not None:
            word = f"Invalid since {seconds(field.went_wrong)} of the run."
        case "invalid":
            word = "Invalid."
        case "cut":
            word = "Cut: the text ended inside it."
        case "missing":
            word = "Missing." if field.required else "Left out, which the schema allows."
    return f"{word} The schema has no such field." if field.unknown else word


def wrongs(field: Field, between: str = " · ") -> list[str]:
    """Each error with the place in the schema that it offends."""
    return [f"{error.message}{between}{spelled(error.schema_path)}" for error in field.errors]


def sentence(field: Field) -> str:
    """The row for those who listen to it."""
    shown, _ = value(field)
    many = f"{len(field.children)} inside" if field.children else ""
    words = [name(field), many or shown, told(field), *wrongs(field)]
    return ", ".join(filter(None, (one_line(word) for word in words)))


def as_json(field: Field) -> str:
    """The value as JSON for the clipboard; empty when there is none yet."""
    if field.node is None or field.node.kind is None:
        return ""
    try:
        return json.dumps(field.value, ensure_ascii=False, indent=2)
    except RecursionError:
        return f'"{field.kind} nested too deeply to be written"'
