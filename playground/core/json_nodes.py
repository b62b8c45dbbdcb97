"""Nodes of a JSON text that may still be arriving: their states, and what is wrong with them.

`core.partial_json` makes them. Offsets are characters of the whole text that was fed.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, cast

Kind = Literal["object", "array", "string", "number", "true", "false", "null"]
State = Literal["waiting", "streaming", "complete", "cut", "invalid"]
"""`waiting`: the name is there and the value has not begun. `cut`: the text ended before the value
did. `invalid`: its own text is not JSON, which is said at once, though more of it may come."""

FlawKind = Literal[
    "before",
    "fence",
    "after",
    "no JSON",
    "cut",
    "not a value",
    "constant",
    "quotes",
    "control character",
    "escape",
    "missing comma",
    "trailing comma",
    "missing colon",
    "missing value",
    "not closed",
    "unexpected",
    "duplicate",
    "surrogate",
    "range",
    "depth",
]

DEEP = 512
"""Levels past which those who read the value with recursion may give up."""

WORDS: Mapping[FlawKind, str] = {
    "before": "There is text before the JSON.",
    "fence": "The JSON is in a code fence.",
    "after": "There is text after the JSON.",
    "no JSON": "There is no JSON in the text.",
    "cut": "The text ended before this did.",
    "not a value": "This is no JSON value: not a number, nor true, false or null.",
    "constant": "JSON has no NaN and no Infinity.",
    "quotes": "Names and strings stand in double quotes.",
    "control character": "A control character in a string must be escaped.",
    "escape": "There is no such escape.",
    "missing comma": "A comma is missing.",
    "trailing comma": "Nothing follows the last comma.",
    "missing colon": "A colon is missing after the name.",
    "missing value": "The name has no value.",
    "not closed": "This was not closed before what it is in.",
    "unexpected": "This character has no place here.",
    "duplicate": "The name is there already; the last one counts.",
    "surrogate": "Half of a surrogate pair stands alone.",
    "range": "The number is larger than most programs can read.",
    "depth": f"This is nested more than {DEEP} levels deep.",
}
LEGAL: Final[frozenset[FlawKind]] = frozenset({"duplicate", "surrogate", "range", "depth"})
"""What is JSON by the letter all the same."""
AROUND: Final[frozenset[FlawKind]] = frozenset({"before", "fence", "after"})
"""What does not concern the JSON itself."""


class Flaw(NamedTuple):
    """Something that a strict reader would refuse, or a careful one would like to know."""

    kind: FlawKind
    offset: int
    node: Node | None = None
    """What it is a flaw of."""

    @property
    def words(self) -> str:
        return WORDS[self.kind]


class Node:
    """A value of the text, as far as it has come."""

    __slots__ = (
        "children",
        "end",
        "key",
        "kind",
        "members",
        "parent",
        "pieces",
        "rev",
        "start",
        "state",
    )

    def __init__(self, kind: Kind | None, parent: Node | None, key: str | int | None) -> None:
        self.kind = kind
        """None while `waiting`. That of a bare word is a guess until the word is whole."""
        self.state: State = "waiting" if kind is None else "streaming"
        self.parent = parent
        self.key = key
        """Its name in an object, its place in an array, None for the root."""
        self.children: list[Node] = []
        self.members: dict[str, Node] = {}
        """The children of an object by name; of those with the same name, the last."""
        self.pieces: list[str] = []
        """Of a string, decoded; of anything that is not in quotes, as it came."""
        self.start = 0
        """Where it begins; while `waiting`, where its name ended."""
        self.end: int | None = None
        """Behind its last character; None while more may come."""
        self.rev = 0

    @property
    def text(self) -> str:
        """What has come of a string, decoded, or of a number or a word, as it is written."""
        return "".join(self.pieces)

    @property
    def path(self) -> tuple[str | int, ...]:
        """The names and places that lead from the root to here."""
        keys: list[str | int] = []
        node: Node | None = self
        while node is not None and node.key is not None:
            keys.append(node.key)
            node = node.parent
        return tuple(reversed(keys))

    def value(self) -> Any:
        """What is there, as `json.loads` would give it; None when nothing can be said yet.

        Left out is what may still become something else: a value that waits, a number or a word
        that streams or was cut. A word that is none of JSON's is its own text, a number with more
        digits than Python reads a float.
        """
        value = self._made()
        if value is _NOTHING:
            return None
        unfilled = [(self, value)] if self.kind in ("object", "array") else []
        while unfilled:  # no recursion: a text may be nested as deep as it likes
            node, made = unfilled.pop()
            for child in node.children:
                inner = child._made()
                if inner is _NOTHING:
                    continue
                if node.kind == "array":
                    made.append(inner)
                else:
                    made[child.key] = inner
                if child.children:
                    unfilled.append((child, inner))
        return value

    def _made(self) -> Any:
        """The value without children."""
        match self.kind:
            case "object":
                return {}
            case "array":
                return []
            case "string":
                return self.text
            case None:
                return _NOTHING
        if self.end is None or self.state == "cut":
            return _NOTHING
        match self.kind:
            case "number":
                return number(self.text)
            case "true":
                return True
            case "false":
                return False
            case "null":
                return None

    def __repr__(self) -> str:
        return f"<{self.state} {self.kind} {self.key!r} {self.start}:{self.end}>"


_NOTHING = object()

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
CONSTANTS = ("NaN", "Infinity", "-Infinity")
"""What Python's own reader and writer take for JSON."""
WRITTEN: Mapping[str, Kind] = {
    "true": "true",
    "false": "false",
    "null": "null",
    "True": "true",
    "False": "false",
    "None": "null",
}
"""What words mean; those of Python come from models that were asked for JSON."""


def number(text: str) -> int | float:
    """The number that a text which NUMBER matches, or one of CONSTANTS, stands for."""
    match = NUMBER.fullmatch(text)
    if match is None or match[1] or match[2]:
        return float(text)
    limit = sys.get_int_max_str_digits()
    return float(text) if 0 < limit < len(text.lstrip("-")) else int(text)


def out_of_range(text: str) -> bool:
    """Whether a number is no finite float; one with more digits than Python reads never is."""
    return math.isinf(float(text))


def guess(character: str) -> Kind:
    """What a word that begins like this seems to become."""
    return cast(Kind, _GUESSES.get(character, "string"))


_GUESSES = {"t": "true", "f": "false", "n": "null"} | dict.fromkeys("-+.0123456789NI", "number")
