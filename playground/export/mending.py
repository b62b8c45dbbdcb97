"""Lines of a recorded run that may have been cut short or changed by hand: what each says as far
as it can be read, and what is wrong with those that cannot."""

from __future__ import annotations

import re
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError

from playground.core import items
from playground.core.items import Item, load
from playground.core.problem import Failure, Problem
from playground.core.recording import FACTS, WIRE, Event, parse
from playground.export import facts
from playground.export.jsonl import FORMAT, Head, Row, check_version, event_of

TOLD = 20
"""What is wrong is told of this many lines."""
KINDS = 32
"""Kinds of facts that this version does not know, at most."""

_BEGINS: Final = re.compile(rb'\s*\{\s*"(?:format"\s*:\s*"playground\.run"|t_ns"\s*:)')
_HEAD: Final = re.compile(rb'\s*\{\s*"format"\s*:\s*"playground\.run"')
_DEFAULTS: Final[dict[str, Any]] = {
    "id": "",
    "session": "",
    "parent": None,
    "created": 0.0,
    "began": 0.0,
    "profile": "",
    "call": {},
    "events": 0,
}


def begins(line: bytes) -> bool:
    """Whether a file of recorded events begins so, or once did."""
    if _BEGINS.match(line) is not None:
        return True
    first, _ = parse(line.decode("utf-8", "replace"))
    return isinstance(first, dict) and "format" in first


class Lines:
    """Reads one line after another."""

    def __init__(self, name: str = "This file") -> None:
        """`name`: of the file."""
        self._name = name
        self.head = Head.model_validate(_DEFAULTS)
        self.api_known = False
        """The head says which dialect this is."""
        self.input: list[Item] = []
        self.number = 0
        """Of the line that was read last, from 1."""
        self.expected: int | None = None
        """Events that were written, as far as that is known."""
        self.found = 0
        """Events that could be read."""
        self.wrong: list[str] = []
        """What is wrong, in sentences."""
        self.more = 0
        """How many further sentences there would be."""
        self.over = False
        """Another recording begins: what comes is not of this one."""
        self._begun = False
        self._time = 0
        self._kinds: set[str] = set()

    def complain(self, words: str) -> None:
        """Something is wrong with this line."""
        if len(self.wrong) < TOLD:
            self.wrong.append(f"Line {self.number}: {words}")
        else:
            self.more += 1

    def take(self, line: bytes) -> Event | None:
        """The event of the next line; None: it has none, or none that can be read. Raises Failure
        where the file is something else altogether."""
        self.number += 1
        if not line.strip():
            return None
        if not self._begun:
            self._begun = True
            if self._head(line):
                return None
        return self._event(line)

    def _head(self, line: bytes) -> bool:
        """Read the line that tells of the run; whether this is it."""
        first, bad = parse(line.decode("utf-8", "replace"))
        if bad or not isinstance(first, dict):
            self.complain(f"{bad or 'no object'}. What it says of the run is lost.")
            return True
        if "format" not in first:
            self.complain("The line that tells of the run is missing.")
            return False
        if first["format"] != FORMAT:
            raise Failure(
                Problem(
                    title=f"{self._name} is not a run that Playground wrote.",
                    detail=f"Its format is {str(first['format'])[:100]!r}.",
                )
            )
        check_version(first, self._name)
        first = {name: value for name, value in first.items() if name != "version"}
        self.api_known, self.expected = "call" in first, 0
        try:
            self.head = Head.model_validate(_DEFAULTS | first)
        except ValidationError as error:
            lost = {str(row["loc"][0]) for row in error.errors(include_url=False)}
            left = {name: value for name, value in first.items() if name not in lost}
            self.complain(f"{facts.first_of(error)}. Left out: {', '.join(sorted(lost))}.")
            self.head = Head.model_validate(_DEFAULTS | left)
            self.api_known = self.api_known and "call" not in lost
            first = left
        self.expected = self.head.events if "events" in first else None
        for number, row in enumerate(self.head.input):
            if (item := item_of(row)) is not None:
                self.input.append(item)
            else:
                self.complain(f"input.{number} is no item of a conversation.")
        return True

    def _event(self, line: bytes) -> Event | None:
        try:
            event = event_of(Row.model_validate_json(line))
        except ValidationError as error:
            if self.found and _HEAD.match(line) is not None:
                self.over = True
                self.complain("Another recording begins here. It was left out.")
                return None
            whole = line.endswith(b"\n")
            self.complain(facts.first_of(error) if whole else "The file ends in the middle of it.")
            return None
        except (Failure, ValueError) as error:
            self.complain(str(error))
            return None
        kind = event.kind
        if kind not in WIRE:
            if bad := facts.wrong(kind, event.raw):
                self.complain(f"{kind}: {bad}")
                return None
            if kind in ("request", "reused") and (raw := facts.masked(event.raw)) != event.raw:
                event = event._replace(raw=raw, masked=True)
            if kind not in FACTS:
                self._kinds.add(kind)
                if len(self._kinds) > KINDS:
                    self.complain(f"{kind}: there are too many kinds of events.")
                    return None
        if event.t < self._time:  # a recording never goes back
            event = event._replace(t=self._time)
        self._time = event.t
        self.found += 1
        return event


def item_of(row: dict[str, Any]) -> Item | None:
    """An item that was written, if it is one; its fields are of the types they should be."""
    try:
        item = load(row)
        for name, form in _forms(type(item)).items():
            form.validate_python(getattr(item, name), strict=True)
    except (TypeError, AttributeError, ValueError):
        return None
    return item


def _forms(kind: type[Item]) -> dict[str, TypeAdapter[Any]]:
    """What the fields of a kind of item may hold, but for texts, which `load` makes."""
    if kind not in _FORMS:
        hints = get_type_hints(kind, vars(items)).items()
        _FORMS[kind] = {name: TypeAdapter(hint) for name, hint in hints if hint is not items.Text}
    return _FORMS[kind]


_FORMS: dict[type[Item], dict[str, TypeAdapter[Any]]] = {}
