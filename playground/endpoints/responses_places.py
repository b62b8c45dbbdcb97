"""Places: where the items of an answer are while it arrives, whatever its server says of them.

An item is found by its id, else by its output index, else as the last open one of its kind. A
server may say neither, say it wrongly, change it on the way, or never announce an item at all;
whatever had to be assumed is listed in the transcript's repairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.core.items import HostedCall, Item, Message, ToolCall, Unknown
from playground.core.transcript import Transcript
from playground.endpoints.responses_items import CALLS, CLASSES, Data, begin, fill, make, word

NAMED = 100
"""Characters of an id that become a part of a key."""


class Places:
    """Of one leg; lives in the transcript's scratch."""

    __slots__ = ("_guessed", "_ids", "_numbers", "_opened", "_order", "_ranks", "_strays")

    def __init__(self) -> None:
        self._ids: dict[str, Item] = {}
        self._numbers: dict[int, Item] = {}
        """By output index."""
        self._order: list[Item] = []
        self._ranks: dict[str, int] = {}
        """Where each key stands in the order."""
        self._opened: dict[str, list[Item]] = {}
        """By kind. Those that are closed go when somebody comes across them."""
        self._guessed: set[str] = set()
        """Keys of items that nobody announced, or that were announced without an id."""
        self._strays: dict[tuple[str, str, int | None], Item] = {}
        """What was opened for deltas that belong to no item of their kind, by what they say."""

    # Finding.

    def locate(self, transcript: Transcript, data: Data, kind: str) -> Item:
        """The item that an event speaks of; opened now when the server never announced it."""
        name = data.get("item_id")
        if name.__class__ is str:
            item = self._ids.get(name)
            if item.__class__ is CLASSES[kind]:
                return item
        name, number = word(name), index(data)
        found = self._ids.get(name)
        if found is None and number is not None:
            found = self._numbers.get(number)
        if found is None and not name and number is None:
            found = self._last_open(kind)
            if found is not None:
                transcript.repair(
                    "Events without item_id or output_index went to the last open item."
                )
        if found is not None and type(found) is CLASSES[kind]:
            return found
        return self.stray(transcript, data, kind)

    def stray(self, transcript: Transcript, data: Data, kind: str) -> Item:
        """The item of a kind for a place where none is, or only one of another kind."""
        name, number = word(data.get("item_id")), index(data)
        said = (kind, name, number)
        if (item := self._strays.get(said)) is None or transcript.find(item.key) is not item:
            transcript.repair("A delta came for an item that was never announced.")
            item = self._open(transcript, {"type": kind}, name, number)
            self._guessed.add(item.key)
            self._strays[said] = item
        return item

    def current(self, transcript: Transcript, kind: str) -> Item:
        """The last open item of a kind, for events that are not meant to name one."""
        return self._last_open(kind) or self._open(transcript, {"type": kind}, "", None)

    def _last_open(self, kind: str) -> Item | None:
        opened = self._opened.get(kind)
        while opened:
            if opened[-1].t1 is None:
                return opened[-1]
            opened.pop()
        return None

    # Opening.

    def announce(self, transcript: Transcript, wire: dict[str, Any], data: Data) -> None:
        """An item begins."""
        kind, name, number = word(wire.get("type")), _name(wire), index(data)
        item = self._ids.get(name)
        if item is not None and item.key not in self._guessed:
            transcript.repair("An item was announced twice.")
        elif item is None and number is not None and number in self._numbers:
            item = self._numbers[number]
            if item.key not in self._guessed or not _is(item, kind):
                item = None
                transcript.repair("An output_index was used twice.")
        if item is None:
            item = self._open(transcript, wire, name, number, instead=True)
        elif type(item) is not CLASSES.get(kind, Unknown):
            item = self._swap(transcript, item, wire, name)
        else:
            _introduce(item, make(kind, wire, item.key))
        if name:
            self._ids.setdefault(name, item)
            self._guessed.discard(item.key)
        else:
            self._guessed.add(item.key)
        if item.wire is None:
            begin(item, wire)
        transcript.touch(item)

    def _open(
        self,
        transcript: Transcript,
        wire: Data,
        name: str,
        number: int | None,
        *,
        instead: bool = False,
    ) -> Item:
        """Make an item. `instead`: it takes over an output index that another one has."""
        kind = word(wire.get("type"))
        key = f"{transcript.leg}:{number if number is not None else name[:NAMED] or '?'}"
        if transcript.find(key) is not None:
            key += f"+{len(transcript.items)}"
        item = make(kind, wire, key)
        transcript.open(item)
        self._ranks[key] = len(self._order)
        self._order.append(item)
        self._opened.setdefault(kind, []).append(item)
        if name:
            self._ids.setdefault(name, item)
        if number is not None and (instead or number not in self._numbers):
            self._numbers[number] = item
        return item

    def _swap(self, transcript: Transcript, old: Item, wire: Data, name: str) -> Item:
        """Another kind of item in the place of one."""
        transcript.repair("An item changed its kind while it came.")
        kind = word(wire.get("type"))
        item = make(kind, wire, old.key)
        transcript.swap(old, item)
        old.t1 = transcript.now  # so that it is nobody's last open one any more
        self._ids[name] = self._order[self._ranks[old.key]] = item
        self._opened.setdefault(kind, []).append(item)
        self._numbers = {
            number: item if one is old else one for number, one in self._numbers.items()
        }
        return item

    # What is whole.

    def settle(self, transcript: Transcript, wire: dict[str, Any], number: int | None) -> None:
        """Believe a whole item over all that was said of it before."""
        kind, name = word(wire.get("type")), _name(wire)
        item = self._ids.get(name)
        if item is None and number is not None:
            item = self._standing(kind, number, numbered=bool(self._numbers))
        if item is None:
            item = self._last_open(kind)
            if item is not None and name and item.key not in self._guessed:
                item = None  # an id that was never heard is another item's
        self._fill(transcript, item, wire, number, whole=True)

    def conclude(self, transcript: Transcript, output: Sequence[Any], *, whole: bool) -> None:
        """Believe the output of a response over all, its order too. Not `whole`: its server goes
        on with it."""
        wires = [(number, wire) for number, wire in enumerate(output) if isinstance(wire, dict)]
        named = [self._ids.get(_name(wire)) for _, wire in wires]
        taken = {item.key for item in named if item is not None}
        items: dict[str, Item] = {}
        numbered = bool(self._numbers)
        for (number, wire), item in zip(wires, named, strict=True):
            if item is None:
                item = self._standing(word(wire.get("type")), number, numbered=numbered)
                if item is not None and item.key in taken:
                    item = None
            else:  # an earlier row with the same id may have changed its kind
                item = transcript.find(item.key)
            item = self._fill(transcript, item, wire, number, whole=whole)
            taken.add(item.key)
            items[item.key] = item
        self._arrange(transcript, list(items.values()))

    def _standing(self, kind: str, number: int, *, numbered: bool) -> Item | None:
        """The item of a kind at a place of the output, whatever its id: gateways give new ones.
        Where no event was `numbered`, they came in their order."""
        found = self._numbers.get(number)
        if found is None and not numbered and 0 <= number < len(self._order):
            found = self._order[number]
        return found if found is not None and _is(found, kind) else None

    def _fill(
        self,
        transcript: Transcript,
        item: Item | None,
        wire: dict[str, Any],
        number: int | None,
        *,
        whole: bool,
    ) -> Item:
        name = _name(wire)
        if item is None:
            item = self._open(transcript, wire, name, number)
        elif type(item) is not CLASSES.get(word(wire.get("type")), Unknown):
            item = self._swap(transcript, item, wire, name)
        elif name:
            self._ids.setdefault(name, item)
        fill(item, wire, whole=whole)
        if whole:
            transcript.close(item)
        else:
            transcript.touch(item)
        return item

    def _arrange(self, transcript: Transcript, items: Sequence[Item]) -> None:
        """Bring items into the order of the output, in which they have to be sent back."""
        ranks = [self._ranks[item.key] for item in items]
        if ranks == sorted(ranks):
            return
        for rank, item in zip(sorted(ranks), items, strict=True):
            self._ranks[item.key], self._order[rank] = rank, item
            transcript.touch(item)
        moved, rest = {item.key for item in items}, iter(items)
        transcript.items = [next(rest) if item.key in moved else item for item in transcript.items]


def index(data: Data) -> int | None:
    """The output index of an event."""
    number = data.get("output_index")
    return number if type(number) is int else None


def _name(wire: Data) -> str:
    """The id of an item; a call without one goes by the id that its output will name."""
    name = word(wire.get("id"))
    if not name and word(wire.get("type")) in CALLS:
        name = word(wire.get("call_id"))
    return name


def _is(item: Item, kind: str) -> bool:
    if isinstance(item, ToolCall):
        return CALLS.get(kind) == item.type
    if isinstance(item, HostedCall | Unknown):
        return item.type == kind
    return type(item) is CLASSES.get(kind)


def _introduce(item: Item, fresh: Item) -> None:
    """Give an item that was guessed what its announcement says."""
    match item, fresh:
        case Message(), Message():
            item.role, item.phase = fresh.role, item.phase or fresh.phase
        case ToolCall(), ToolCall():
            item.type, item.name = fresh.type, item.name or fresh.name
            item.call_id = item.call_id or fresh.call_id
        case HostedCall(), HostedCall():
            item.type = fresh.type
        case _:
            pass
