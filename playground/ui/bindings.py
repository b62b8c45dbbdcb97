"""Bindings: which keys do what, as it came and as the user wants it.

What the user gave to a command wins over what another command came with: that one has none then. A
key never does two things, for Qt would do neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

Apply = Callable[[Sequence[QKeySequence]], object]
"""Gives keys to a command; none: it has none."""

KeyedRow = tuple[str, str, Apply]
"""What has keys and is no command of the window: (what it is called, its keys, what gives it
others)."""

OR = " | "
"""Between keys that do the same."""

FIXED = {
    "Ctrl+Return": "In the composer: Run",
    "Ctrl+Shift+Return": "In the composer: add the message without running",
    "Ctrl+F": "In the Inspector: find",
    "F3": "In the Inspector: next match",
    "Shift+F3": "In the Inspector: previous match",
    "F7": "In a comparison: next difference",
    "Shift+F7": "In a comparison: previous difference",
}
"""Keys that belong to parts of the window, and are no commands of it: Qt would do neither."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A command and its keys, as `QKeySequence` writes them portably, with OR between several."""

    title: str
    own: str
    """Those that it came with."""
    keys: str
    """Those that it has."""
    taken: str = ""
    """Which command the user gave them to, where it has lost its own."""

    @property
    def changed(self) -> bool:
        return self.keys != self.own and not self.taken


class Bindings:
    def __init__(self, chosen: dict[str, str]) -> None:
        """`chosen`: the user's keys by the titles of commands; it is changed by `bind`."""
        self._chosen = chosen
        self._own: dict[str, str] = {}
        self._apply: dict[str, Apply] = {}
        self.settled: list[Callable[[], object]] = []
        """Who wants to know that keys may be others now."""

    def add(self, title: str, keys: str, apply: Apply) -> None:
        """A command that comes with these keys. A title that is there already is another name for
        the same: the keys of the first one count."""
        self._own.setdefault(title, normal(keys))
        self._apply[title] = apply
        self._settle()

    def rows(self) -> list[Binding]:
        """All commands, in the order in which they came."""
        users = self._users()
        return [self._row(title, users) for title in self._own]

    def row(self, title: str) -> Binding:
        return self._row(title, self._users())

    def holder(self, keys: str, without: str = "") -> str:
        """What a key does now, beside the command `without`; empty: nothing."""
        (key,) = each(normal(keys))[:1] or [""]
        if not key:
            return ""
        if key in FIXED:
            return FIXED[key]
        for row in self.rows():
            if row.title != without and key in each(row.keys):
                return row.title
        return ""

    def bind(self, title: str, keys: str | None) -> None:
        """Give keys to a command, taking them from whichever has them; empty: it shall have none;
        None: its own again. Raises ValueError with a sentence for a key that must not be taken."""
        if keys is None:
            self._chosen.pop(title, None)
        else:
            keys = normal(keys)
            for key in each(keys):
                if why := refusal(key):
                    raise ValueError(why)
                for other in [one for one in self._chosen if one != title]:
                    left = [one for one in each(self._chosen[other]) if one != key]
                    self._chosen[other] = OR.join(left)
            self._chosen[title] = keys
            if keys == self._own.get(title):
                del self._chosen[title]
        self._settle()

    def reset(self) -> None:
        """All as it came."""
        self._chosen.clear()
        self._settle()

    def _users(self) -> dict[str, str]:
        """By keys: the command that the user gave them to. Of settings that were written by hand
        the first one counts, and what is no key does not."""
        users: dict[str, str] = {}
        for title, keys in self._chosen.items():
            if title in self._own:
                for key in each(normal(keys)):
                    if not refusal(key):
                        users.setdefault(key, title)
        return users

    def _row(self, title: str, users: dict[str, str]) -> Binding:
        own = self._own[title]
        if title in self._chosen:
            keys = [key for key in each(normal(self._chosen[title])) if users.get(key) == title]
            return Binding(title, own, OR.join(keys))
        keys = [key for key in each(own) if key not in users]
        taken = next((users[key] for key in each(own) if key in users), "")
        return Binding(title, own, OR.join(keys), taken if not keys else "")

    def _settle(self) -> None:
        users = self._users()
        for title, apply in self._apply.items():
            apply([QKeySequence(key) for key in each(self._row(title, users).keys)])
        for know in self.settled:
            know()


def normal(keys: str) -> str:
    """Keys as they are written down: the same for the same keys."""
    form = QKeySequence.SequenceFormat.PortableText
    rows = (QKeySequence(one.strip(), form).toString(form) for one in keys.split(OR))
    return OR.join(row for row in rows if row)


def shown(keys: str) -> str:
    """Keys as this system writes them."""
    form = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(form) for key in each(keys))


def refusal(key: str) -> str:
    """Why nothing can be bound to a key, as a sentence; empty: it can."""
    if key in FIXED:
        return f"{shown(key)} is taken. {FIXED[key]}."
    sequence = QKeySequence(key)
    if sequence.count() != 1:
        return "One key, with Ctrl, Alt or Meta: several one after another are not taken."
    first = sequence[0]  # type: ignore[index]  # the stubs do not know it
    held = first.keyboardModifiers()
    kinds = Qt.KeyboardModifier
    plain = not held & (kinds.ControlModifier | kinds.AltModifier | kinds.MetaModifier)
    if plain and first.key() not in FREE:
        return f"{shown(key)} alone is for writing. Add Ctrl, Alt or Meta, or take a function key."
    return ""


FREE = frozenset((Qt.Key.Key_Escape, *(Qt.Key(Qt.Key.Key_F1 + number) for number in range(35))))
"""Keys that write nothing, and can stand alone."""


def each(keys: str) -> list[str]:
    """Keys one by one."""
    return [key for key in keys.split(OR) if key]
