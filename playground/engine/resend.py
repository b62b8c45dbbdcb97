"""Resend: the body of a request as text to be changed by hand, and that text as a body again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from playground.core.endpoint import Endpoint
from playground.core.items import Item, Message, Text

LONG = 20_000
"""Characters of a value without blanks, as of a picture, that nobody changes by hand: something
short stands for it in the text."""

WORDS = {
    "Expecting ','": "a comma is missing here, or a bracket",
    "Expecting ':'": "a colon is missing here",
    "Expecting value": "a value is missing here",
    "Expecting property name": "a name in double quotes is missing here",
    "Illegal trailing comma": "the comma here is one too many",
    "Unterminated string": "the string that begins here does not end",
    "Invalid control": "a string holds a line break or another control character here",
    "Extra data": "the object has ended, and this stands behind it",
}
"""What is wrong, by how the parser begins to say it."""

Body = dict[str, Any]


class Editable(NamedTuple):
    text: str
    """Indented JSON."""
    left_out: dict[str, str]
    """Values that are too long to be shown, by what stands for them."""


class Read(NamedTuple):
    """What a text is as a body, or why it is none."""

    body: Body | None
    wrong: str = ""
    """A sentence. Empty: it can be sent."""
    line: int = 0
    """Where that is, from 1; 0: nowhere in particular."""


class _TwiceError(ValueError):
    pass


def editable(body: Body) -> Editable:
    """A body that was sent, as text to be changed."""
    left_out: dict[str, str] = {}
    return Editable(json.dumps(_shortened(body, left_out), ensure_ascii=False, indent=2), left_out)


def read(
    text: str, endpoint: Endpoint, dialects: Mapping[str, Endpoint], left_out: Mapping[str, str]
) -> Read:
    """What somebody wrote, as a body for a dialect. What a server may think of it is for the server
    to say; refused is only what could not be sent as it stands, or is plainly meant for another
    dialect."""
    if not text.strip():
        return Read(None, "There is nothing here: a request has a body.")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_constant)
        # A number too great for a float becomes infinity, which JSON cannot say.
        json.dumps(value, allow_nan=False)
    except json.JSONDecodeError as error:
        return _misspelt(text, error)
    except RecursionError:
        return Read(None, "It is nested too deeply to be read.")
    except _TwiceError as twice:
        return Read(None, f"“{twice}” stands twice in one object: only the last would be sent.")
    except ValueError as error:
        return Read(None, f"It holds a number that JSON cannot express: {error}.")
    if not isinstance(value, dict):
        return Read(None, f"This is {_kind(value)}; the body of a request is an object: {{ … }}.")
    if not value:
        return Read(None, "The object is empty: there is nothing to ask.")
    if wrong := _foreign(value, endpoint, dialects):
        return Read(None, wrong)
    return Read(_restored(value, left_out))


def _misspelt(text: str, error: json.JSONDecodeError) -> Read:
    """Why a text is no JSON. What is missing is missing behind what was read last, and not where
    reading went on in vain."""
    said = next((words for start, words in WORDS.items() if error.msg.startswith(start)), "")
    said = said or error.msg[:1].lower() + error.msg[1:]
    end = len(text[: error.pos].rstrip()) if error.msg.endswith("delimiter") else error.pos
    before = text[:end]
    line, column = before.count("\n") + 1, end - before.rfind("\n")
    return Read(None, f"Line {line}, column {column}: {said}.", line)


def told(said: Sequence[Item], body: Body, endpoint: Endpoint) -> list[Item]:
    """What a run is asked when this body is sent: `said`, with the last words of the user as they
    stand in the body, where they can be told from the rest."""
    rows = list(said)
    turns = body.get(endpoint.turns)
    if isinstance(turns, str):  # where a conversation is one text, nobody can tell who says what
        spoken = "" if endpoint.text_only else turns
    else:
        spoken = _spoken(turns)
    if rows and isinstance(last := rows[-1], Message) and last.role == "user" and spoken:
        rows[-1] = replace(last, text=Text(spoken), template="")
    return rows


def _spoken(turns: Any) -> str:
    """The last words of a conversation, if they are the user's and text alone, or text with what is
    attached; empty: they are not."""
    match turns:
        case [*_, {"role": "user", "content": str(text)}]:
            return text
        case [*_, {"role": "user", "content": [*parts]}]:
            texts = [text for part in parts if (text := _text(part))]
            return texts[0] if len(texts) == 1 else ""
        case _:
            return ""


def _text(part: Any) -> str:
    match part:
        case {"type": "input_text" | "text", "text": str(text)}:
            return text
        case _:
            return ""


def _foreign(body: Body, endpoint: Endpoint, dialects: Mapping[str, Endpoint]) -> str:
    """Why a body is for another dialect; empty: it may be for this one."""
    if endpoint.turns in body:
        return ""
    for other in dialects.values():
        # The Responses API has a `prompt` too, which is an object.
        if other.turns in body and not isinstance(body[other.turns], dict):
            return (
                f"“{other.turns}” is a field of {other.title}. This run goes to {endpoint.path}, "
                f"where the conversation stands under “{endpoint.turns}”."
            )
    return ""


def _once(pairs: list[tuple[str, Any]]) -> Body:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return made


def _constant(word: str) -> Any:
    raise ValueError(word)


def _kind(value: Any) -> str:
    match value:
        case None | bool():
            return f"only “{json.dumps(value)}”"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "a number"


def _shortened(value: Any, left_out: dict[str, str]) -> Any:
    match value:
        case dict():
            return {name: _shortened(inner, left_out) for name, inner in value.items()}
        case list():
            return [_shortened(inner, left_out) for inner in value]
        case str() if len(value) > LONG and not any(map(str.isspace, value[:LONG])):
            stands = f"⟨{len(left_out) + 1}: {len(value)} characters⟩"
            left_out[stands] = value
            return stands
        case _:
            return value


def _restored(value: Any, left_out: Mapping[str, str]) -> Any:
    if not left_out:
        return value
    match value:
        case dict():
            return {name: _restored(inner, left_out) for name, inner in value.items()}
        case list():
            return [_restored(inner, left_out) for inner in value]
        case str():
            return left_out.get(value, value)
        case _:
            return value
