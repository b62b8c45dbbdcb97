"""A call in words: what a model asks for, and what whoever approved it changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playground.core.items import ToolCall
from playground.core.recording import parse
from playground.engine.narration_parts import FEW, READ, is_secret, one_line, words_of
from playground.engine.narration_values import SIGNS, UNIT, plain

_FETCH = re.compile("fetch|find|get|list|load|look|lookup|read|retrieve|show")
_DO = re.compile(
    "add|ask|book|buy|calculate|call|cancel|check|close|compare|compute|convert|count|create|delete"
    "|draw|execute|make|move|open|order|pay|play|query|remove|rename|reserve|run|save|schedule"
    "|search|sell|send|set|solve|start|stop|summarize|translate|turn|update|write"
)
"""With one of these a name says what is to be done; else it says what is asked for."""
_BEFORE = (
    ("in", re.compile("city|country|destination|location|place|region|town")),
    ("for", re.compile("date|day|month|time|week|when|year")),
    ("of", re.compile("company|person|product|symbol|ticker")),
)
"""What goes before the value of an argument of such a name."""
_MEASURES = re.compile("days|hours|minutes|months|nights|seconds|weeks|years|guests|results")
"""What is counted by an argument of such a name."""
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def asks(name: str, arguments: str) -> tuple[str, str]:
    """(what a model does that calls a tool, what of it is too long for a sentence):
    `asks for the weather in Oslo`."""
    said = aim(name)
    given = _object(arguments)
    if given is None:  # text of a custom tool, or nothing that can be read
        text = "" if arguments.lstrip().startswith(("{", "[")) else arguments.strip()
        return _with(said, text)
    rows = _shown(given)
    inline, beside = [], []
    for key, value in rows:
        if before := _before(key, value):
            inline.append(before)
        else:
            beside.append((key, value))
    said = " ".join([said, *inline])
    if len(beside) == 1 and not inline:
        text = given[beside[0][0]]
        return _with(said, text) if isinstance(text, str) else (f"{said}: {beside[0][1]}", "")
    listed = ", ".join(_beside(key, value) for key, value in beside)
    return (f"{said} ({listed})" if listed else said), ""


def aim(name: str) -> str:
    """What a call of this tool is for: `asks to convert units`, `asks for the weather`."""
    words = words_of(name.rsplit("__", 1)[-1]) or ["tool"]
    first, rest = words[0], " ".join(words[1:])
    if _DO.fullmatch(first):
        what = rest if not rest or rest.endswith("s") else f"the {rest}"
        return f"asks to {first} {what}".rstrip()
    return f"asks for the {rest if rest and _FETCH.fullmatch(first) else ' '.join(words)}"


def _with(said: str, text: str) -> tuple[str, str]:
    line = plain(text) if text else ""
    if line.endswith(" …"):
        return said, text
    return (f"{said}: {line}" if line else said), ""


def _before(key: str, value: str) -> str:
    """`in Oslo`; empty: the value says nothing without the name of the argument."""
    word = words_of(key)
    if not word:
        return ""
    if UNIT.fullmatch(word[-1]) and value.lower() in SIGNS:
        return f"in {SIGNS[value.lower()]}"
    before = word[0] if word[0] in ("from", "to") else _preposition(word)
    return f"{before} {value}" if before else ""


def _preposition(word: Sequence[str]) -> str:
    return next((before for before, names in _BEFORE if names.fullmatch(word[-1])), "")


def _beside(key: str, value: str) -> str:
    word = words_of(key)
    if word and value.isdecimal() and _MEASURES.fullmatch(word[-1]):
        return f"{value} {word[-1][:-1] if value == '1' else word[-1]}"
    return f"{' '.join(word)} {value}"


def values(arguments: str) -> str:
    """The values of arguments on a short line, without their names: `Oslo, tomorrow`."""
    given = _object(arguments)
    if given is None:
        return "" if arguments.lstrip().startswith(("{", "[")) else one_line(arguments)
    rows = [value for _, value in _shown(given)]
    return ", ".join(rows[:FEW]) + (" …" if len(rows) > FEW else "")


def changes(before: str, after: str) -> str:
    """What somebody changed in arguments: `the city from Roma to Rome`."""
    was, now = _object(before), _object(after)
    if was is None or now is None:
        return f"it to {line}" if (line := values(after)) else "it"
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    names = [name for name in names if not is_secret(name) and words_of(name)]
    if not names or len(names) > 2:
        return f"{len(names)} values" if names else "it"
    return " and ".join(_change(name, was.get(name), now.get(name)) for name in names)


def _change(name: str, was: Any, now: Any) -> str:
    what = f"the {' '.join(words_of(name))}"
    if was in _EMPTY:
        return f"{what} to {plain(now)}"
    return f"{what} from {plain(was)} to {plain(now) if now not in _EMPTY else 'nothing'}"


def given_to(call: ToolCall | None) -> Mapping[str, Any]:
    """What a call was run with."""
    if call is None:
        return {}
    return _object(str(call.arguments) if call.approved is None else call.approved) or {}


def telling(call: ToolCall | None) -> str:
    """The value by which a call is told from others: `Oslo`; empty: none says enough alone."""
    rows = [(words_of(key), value) for key, value in _shown(given_to(call))]
    found = [value for word, value in rows if word and _preposition(word)]
    return found[0] if found else ""


def _shown(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value in words) of what may be seen, of what is there at all."""
    return [
        (key, plain(value))
        for key, value in given.items()
        if value not in _EMPTY and not is_secret(key)
    ]


def _object(text: str) -> dict[str, Any] | None:
    value, _ = parse(text) if len(text) <= READ else (None, "")
    return value if isinstance(value, dict) else None
