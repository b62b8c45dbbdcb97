"""The fields of a request on their way from what was set to what went out; see `sent`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal, NamedTuple

Kind = Literal[
    "dialect",  # as this API area says it
    "stream",  # options that belong to a stream
    "tools",
    "output",  # the form of the answer
    "server",  # a quirk of the server
    "model",  # a quirk of one of its models
    "extra",  # merged into the body last
    "state",  # the server has the conversation already
    "history",  # what of it is not sent
    "refusal",  # changed after the server refused it
    "hand",  # edited
    "header",
    "masked",  # a secret that is overwritten here
    "unexplained",
]


class Absent(Enum):
    """Where there is no value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Why(NamedTuple):
    kind: Kind
    words: str
    """A sentence."""


Because = Callable[[str, Any], Why]
"""Why a field changes, by its path and the value it had."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a request."""

    path: str
    """As it was set: `reasoning.effort`, `header X-Team`; as it went out where nobody set it."""
    was: Any
    """What was set; ABSENT: nothing."""
    to: str
    """The path under which it went out."""
    sent: Any
    """ABSENT: it did not go out."""
    whys: tuple[Why, ...] = ()
    """Why the two differ, in the order of what happened; empty: they do not."""

    @property
    def differs(self) -> bool:
        return bool(self.whys)


DEPTH = 2
"""Levels of objects that have rows of their own; what is deeper is the value of a row."""

MASKED = Why("masked", "A secret stands in it. It went out as it is, and is overwritten here.")


def always(why: Why) -> Because:
    return lambda path, value: why


class Ledger:
    """Fields on their way from what was set to what goes out."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._entries = [_Entry(path, value, path, value) for path, value in values.items()]

    def move(
        self,
        after: dict[str, Any],
        why: Because,
        renamed: dict[str, str] | None = None,
        *,
        masked: bool = False,
    ) -> None:
        """Let the fields be `after`, because of `why`."""
        moving = [one for one in self._entries if one.now is not ABSENT and not one.settled]
        for entry in moving:
            new = _renamed(entry.to, renamed or {})
            if new in after and entry.to not in after:
                entry.whys.append(why(entry.to, entry.now))
                entry.to = new
        here = {entry.to: entry for entry in moving}
        for path, entry in here.items():
            value = after.get(path, ABSENT)
            if same(entry.now, value):
                continue
            if masked and is_masked(entry.now, value):
                entry.whys.append(MASKED)
            else:
                entry.whys.append(why(path, entry.now))
            entry.now = value
        for path, value in after.items():
            if path in here:
                continue
            gone = next(
                (one for one in self._entries if one.to == path and one.now is ABSENT), None
            )
            if gone is None:
                gone = _Entry(path, ABSENT, path, ABSENT)
                self._entries.append(gone)
            gone.whys.append(why(path, ABSENT))
            gone.now = value

    def add(self, values: dict[str, Any], why: Why) -> None:
        """Fields that nobody has set."""
        for path, value in values.items():
            if self.find(path) is None:
                self._entries.append(_Entry(path, ABSENT, path, value, [why]))

    def change(self, before: dict[str, Any], after: dict[str, Any], why: Because) -> None:
        """Let some fields be `after` that were `before`; the others stay."""
        for path in {**before, **after}:
            entry = self.find(path)
            if entry is None:
                was = before.get(path, ABSENT)
                entry = _Entry(path, was, path, was)
                self._entries.append(entry)
            entry.whys.append(why(path, entry.now))
            entry.now = after.get(path, ABSENT)

    def settle(self, path: str, to: str, why: Why) -> None:
        """A field went where fields do not go; nothing moves it any more."""
        for entry in self._entries:
            if entry.path == path and entry.now is ABSENT:
                entry.to, entry.now, entry.settled = to, entry.was, True
                entry.whys[:] = [why]

    def find(self, to: str) -> _Entry | None:
        return next((one for one in self._entries if one.to == to), None)

    def put(self, path: str, was: Any, to: str, why: Why) -> None:
        """Something was set before, and `to` is what became of it."""
        entry = self.find(to)
        if entry is None:
            entry = _Entry(path, was, to, ABSENT)
            self._entries.append(entry)
        entry.path, entry.was = path, was
        if why not in entry.whys:
            entry.whys.append(why)

    def rows(self) -> list[Row]:
        return [
            Row(one.path, one.was, one.to, one.now, tuple(dict.fromkeys(one.whys)))
            for one in self._entries
            if one.whys or one.now is not ABSENT
        ]


@dataclass(slots=True)
class _Entry:
    path: str
    was: Any
    to: str
    now: Any
    whys: list[Why] = field(default_factory=list)
    settled: bool = False


# Values.


def leaves(tree: Any, prefix: str = "", depth: int = DEPTH) -> dict[str, Any]:
    """The values of a tree by path, some levels deep."""
    if not isinstance(tree, dict) or not tree or depth == 0:
        return {prefix: tree} if prefix else {}
    found: dict[str, Any] = {}
    for name, value in tree.items():
        found |= leaves(value, f"{prefix}.{name}" if prefix else str(name), depth - 1)
    return found


def _renamed(path: str, renamed: dict[str, str]) -> str:
    for old, new in renamed.items():
        if path == old or path.startswith(f"{old}."):
            return new + path[len(old) :]
    return ""


def same(one: Any, other: Any) -> bool:
    """1 and true are equal to Python, and not to a server."""
    return one is other or (type(one) is type(other) and bool(one == other))


def is_masked(value: Any, sent: Any) -> bool:
    """Whether two values differ only where a secret was overwritten."""
    match value, sent:
        case str(), str():
            pairs = zip(value, sent, strict=False)
            return len(value) == len(sent) and all(a == b or b == "*" for a, b in pairs)
        case dict(), dict():
            return value.keys() == sent.keys() and all(
                is_masked(value[name], sent[name]) for name in value
            )
        case list(), list():
            return len(value) == len(sent) and all(map(is_masked, value, sent))
        case _:
            return same(value, sent)
