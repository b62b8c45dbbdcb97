"""Filters as they are typed: `model:gpt tag:"to do" has:tools before:2026-11-01` among words.

What is not one of these operators is a word to search for; one that says nothing that can be
understood is told of, and asks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from playground.core.prompts import folder_of
from playground.store.filters import PANELS, Filter
from playground.store.shelving import tag_of

_OPERATOR = re.compile(r"(?<!\S)([A-Za-z]+):(?:\"([^\"]*)\"?|(\S*))")

FLAGS: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "has": {"tools": ("has tool calls", {"calls": True})},
    "is": {
        "failed": ("failed", {"failed": True}),
        "running": ("running", {"running": True}),
        "pinned": ("pinned", {"pinned": True}),
        "archived": ("only in the archive", {"archived": True}),
        "trashed": ("in the trash", {"trashed": True}),
    },
    "not": {
        "pinned": ("not pinned", {"pinned": False}),
        "archived": ("not in the archive", {"archived": False}),
    },
}
"""Operator → value → (what is said of it, the fields of a Filter that it stands for)."""

LONGEST = 200
"""Characters of a value."""


@dataclass(frozen=True, slots=True)
class Term:
    """An operator with its value, understood."""

    text: str
    """As it would be typed."""
    label: str
    """As it is said to a person."""
    fields: tuple[tuple[str, Any], ...]
    """Of a Filter."""

    @property
    def replaces(self) -> frozenset[str]:
        """The fields of which there can be only one; tags add up."""
        return frozenset(name for name, _ in self.fields) - {"tags"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed."""

    words: str
    """The rest, to be searched for."""
    terms: tuple[Term, ...] = ()
    faults: tuple[str, ...] = ()
    """Why an operator was not understood: a sentence each."""
    left: str = ""
    """The text without the terms: what is still to be typed, or to be mended."""

    @property
    def filter(self) -> Filter:
        return filter_of(self.terms, self.words)


def filter_of(terms: Sequence[Term], words: str = "") -> Filter:
    wanted = Filter(words=words)
    for term in terms:
        changes = dict(term.fields)
        if "tags" in changes:
            changes["tags"] = (*wanted.tags, *changes["tags"])
        wanted = replace(wanted, **changes)
    return wanted


def joined(terms: Sequence[Term], more: Sequence[Term]) -> tuple[Term, ...]:
    """All of them, each once; of what there can be only one, the last."""
    made: list[Term] = []
    for term in (*terms, *more):
        if all(one.text != term.text for one in made):
            made = [*(one for one in made if not one.replaces & term.replaces), term]
    return tuple(made)


def typed(text: str, today: date | None = None) -> Typed:
    """What a text asks for. Never raises."""
    terms: list[Term] = []
    faults: list[str] = []
    words: list[str] = []
    left: list[str] = []
    at = 0
    for found in _OPERATOR.finditer(text):
        name = found[1].casefold()
        value = (found[2] if found[2] is not None else found[3]).replace('"', "")
        if name not in _READERS:
            continue  # `https:` and the like
        between = text[at : found.start()]
        at = found.end()
        words.append(between)
        left.append(between)
        try:
            terms.append(
                _READERS[name](name, value.strip()[:LONGEST].strip(), today or date.today())
            )
        except ValueError as error:
            faults.append(str(error))
            left.append(found[0])
    words.append(text[at:])
    left.append(text[at:])
    return Typed(
        " ".join(" ".join(words).split()),
        joined((), terms),
        tuple(dict.fromkeys(faults)),
        "".join(left).lstrip(),
    )


def term(name: str, value: str, today: date | None = None) -> Term:
    """One operator. Raises ValueError with a sentence for the user."""
    return _READERS[name](name, value, today or date.today())


def quoted(value: str) -> str:
    """A value as it is typed."""
    value = value.replace('"', "")
    return f'"{value}"' if not value or re.search(r"\s", value) else value


# Readers. Each takes the name of the operator, its value and the day of today.


def _text(field: str) -> Callable[[str, str, date], Term]:
    def read(name: str, value: str, _: date) -> Term:
        if not value:
            raise ValueError(f"{name}: wants a name behind it.")
        label = f"{_SAID.get(field, field)} {value}"
        return Term(f"{_NAMES[field]}:{quoted(value)}", label, ((field, value),))

    return read


def _tag(name: str, value: str, _: date) -> Term:
    tag = tag_of(value)
    if not tag:
        raise ValueError(f"{name}: wants a name behind it.")
    return Term(f"tag:{quoted(tag)}", f"#{tag}", (("tags", (tag,)),))


def _folder(name: str, value: str, _: date) -> Term:
    folder = folder_of(value)
    if not folder:
        raise ValueError(f"{name}: wants a folder behind it, as Work or Work/Mail.")
    return Term(f"folder:{quoted(folder)}", f"in {folder}", (("folder", folder),))


def _panel(name: str, value: str, _: date) -> Term:
    for panel in PANELS:
        if value and panel.startswith(value.casefold()):
            return Term(f"panel:{panel}", f"panel {panel}", (("panel", panel),))
    raise ValueError(f"{name}: is one of {', '.join(PANELS)}.")


def _flag(name: str, value: str, _: date) -> Term:
    known = FLAGS[name]
    if (found := known.get(value.casefold())) is None:
        raise ValueError(f"{name}: wants {' or '.join(known)} behind it.")
    label, changes = found
    return Term(f"{name}:{value.casefold()}", label, tuple(changes.items()))


def _day(field: str) -> Callable[[str, str, date], Term]:
    def read(name: str, value: str, today: date) -> Term:
        day = _date(name, value, today)
        label = f"{field} {day.isoformat()}"
        return Term(f"{field}:{day.isoformat()}", label, ((field, day),))

    return read


def _on(name: str, value: str, today: date) -> Term:
    day = _date(name, value, today)
    try:
        next_day = day + timedelta(days=1)
    except OverflowError:
        raise ValueError(f"{name}: {value} is no date that a session can have.") from None
    text = f"on:{day.isoformat()}"
    return Term(text, f"on {day.isoformat()}", (("since", day), ("before", next_day)))


def _date(name: str, value: str, today: date) -> date:
    match value.casefold():
        case "today":
            return today
        case "yesterday":
            return today - timedelta(days=1)
        case _:
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise ValueError(
                    f"{name}: wants a date like {today.isoformat()}, today or yesterday."
                ) from None


_NAMES = {"model": "model", "profile": "server"}
_SAID = {"profile": "server"}
_READERS: dict[str, Callable[[str, str, date], Term]] = {
    "model": _text("model"),
    "server": _text("profile"),
    "profile": _text("profile"),
    "tag": _tag,
    "folder": _folder,
    "in": _folder,
    "panel": _panel,
    "since": _day("since"),
    "after": _day("since"),
    "before": _day("before"),
    "on": _on,
    **dict.fromkeys(FLAGS, _flag),
}
OPERATORS = tuple(_READERS)
