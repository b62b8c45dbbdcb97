"""What `resources/export/tape.js` does, in Python: a run as a page has it, after any number of its
events."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from itertools import accumulate
from typing import Any

RECORDING = re.compile(r'<script id="recording" type="application/json">(.*?)</script>', re.DOTALL)


def recording(page: str) -> Any:
    """What the page is told, as a browser reads it: up to the first thing that ends a script."""
    (found,) = RECORDING.findall(page)
    return json.loads(found)


def cut(text: str, end: int) -> str:
    """So many units of UTF-16 of a text."""
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * end]
    return units.decode("utf-16-le", "surrogatepass")


class Growth:
    def __init__(self, versions: list[dict[str, Any]]) -> None:
        self.versions = versions
        self.at = [list(accumulate(one["at"])) for one in versions]
        self.to = [list(accumulate(one["to"])) for one in versions]

    def text(self, count: int) -> str:
        """As it stood after `count` events."""
        begins = [at[0] if at else 1 << 60 for at in self.at]
        version = max(bisect_left(begins, count) - 1, 0)
        whole = ""
        for one in self.versions[: version + 1]:
            whole = cut(whole, one["keep"]) + one["text"]
        done = bisect_left(self.at[version], count)
        return cut(whole, self.to[version][done - 1] if done else self.versions[version]["keep"])

    def made(self, number: int) -> tuple[int, int] | None:
        """The characters that an event brought."""
        for at, to, one in zip(self.at, self.to, self.versions, strict=True):
            place = bisect_left(at, number)
            if place < len(at) and at[place] == number:
                begin = to[place - 1] if place else one["keep"]
                return (begin, to[place]) if to[place] > begin else None
        return None


class Tape:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.count = len(data["events"]["name"])

    def items(self, count: int) -> list[tuple[dict[str, Any], dict[str, str]]]:
        """(face, texts by field) of the items after `count` events, in their order."""
        slots = self.data["slots"]
        orders = [one for one in self.data["orders"] if one[0] < count]
        after, placed = orders[-1] if orders else (-1, [])
        order = [*placed, *(n for n, one in enumerate(slots) if after < one["born"] < count)]
        return [
            (self._face(slots[n], count), self._texts(slots[n], count))
            for n in order
            if slots[n]["born"] < count <= slots[n].get("gone", 1 << 60)
        ]

    def state(self, count: int) -> list[str]:
        found = [words for at, words in self.data["states"] if at < count]
        return found[-1] if found else []

    def used(self, count: int) -> str:
        found = [chip for at, chip, _ in self.data["usages"] if at < count]
        return found[-1] if found else ""

    @staticmethod
    def _face(slot: dict[str, Any], count: int) -> dict[str, Any]:
        return [shown for at, shown in slot["faces"] if at < count][-1]

    @staticmethod
    def _texts(slot: dict[str, Any], count: int) -> dict[str, str]:
        texts = {name: Growth(rows).text(count) for name, rows in slot.get("texts", {}).items()}
        return {name: text for name, text in texts.items() if text}
