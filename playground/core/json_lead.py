"""Where JSON begins in a text that may hold more than JSON: prose before it, code fences.

Servers without a strict mode answer like that. The rules look at the text alone, so that it does
not matter in which pieces it came.

- White space apart, a text that begins like JSON is JSON.
- After prose, JSON begins with the next fence that is followed by what begins like JSON; or with a
  brace before a name, a bracket before a container or a string, or a bracket that begins its line.
  Others, as in “see [1]” and “{x}”, are prose.
"""

from __future__ import annotations

import re
from typing import Literal

from playground.core.json_nodes import CONSTANTS, WRITTEN

HELD = 200
"""Characters that may wait until it is clear what they begin."""

FENCE = "```"

Seen = Literal["json", "unsure", "nothing"]

_BLANK = re.compile("[ \t\r\n\ufeff]*")
_LETTERS = re.compile(r"[A-Za-z]+")
_LITERALS = (*WRITTEN, *CONSTANTS)
# Repetitions have limits that together are below HELD: what waits is then never given up too early.
_FOUND = re.compile(
    r"```[ \t]{0,20}(?P<info>[\w.+-]{0,20})[ \t]{0,20}\r?\n"
    r'|(?P<brace>\{)(?=\s{0,100}["}])'
    r'|(?P<bracket>\[)(?=\s{0,100}["{\[])'
    r"|\n[ \t]{0,50}(?P<line>\[)(?=\s{0,100}[\]\d\-tfn])",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"(?:`{1,2}|```[^\n`]*|[{\[]\s*|\n[ \t]*(?:\[\s*)?)\Z")


class Search:
    """Looks for the beginning in a text that is given slice by slice."""

    def __init__(self) -> None:
        self.prose: int | None = None
        """Where the first prose begins."""
        self.fence: tuple[int, str] | None = None
        """Where the fence begins that nothing but white space has come after, and what it says."""
        self._fresh = True  # nothing but white space has come, or has come after that fence
        self._fenced = False

    def restart(self, prose: int) -> None:
        """Go on behind what was taken for JSON and may be prose, from there on."""
        self._note(prose)
        self._fresh, self.fence = False, None

    def look(self, text: str, at: int, base: int, *, final: bool) -> tuple[Seen, int]:
        """What comes first from `at` on: JSON, and where it begins; what can only be known when
        more has come, and where it begins; nothing of interest, and where to go on.

        `base` is the offset of the slice, `final` says that nothing comes after it.
        """
        size = len(text)
        if self._fresh:
            match = _BLANK.match(text, at)
            blank = at if match is None else match.end()
            if "\ufeff" in text[at:blank]:
                self._note(base + text.index("\ufeff", at))
            at = blank
            if at == size:
                return "nothing", at
            if text[at] in '{["-0123456789':
                return "json", at
            if word := _LETTERS.match(text, at):
                said = word.group()
                if word.end() == size and not final and any(x.startswith(said) for x in _LITERALS):
                    return "unsure", at
                if said in _LITERALS:
                    return "json", at
        found = _FOUND.search(text, at)
        unsure = None if found or final else _UNSURE.search(text, max(at, size - HELD))
        first = found or unsure
        if first is None or first.start() > at:
            self._note(base + at)
            self._fresh, self.fence = False, None
        if found is None:
            return ("unsure", unsure.start()) if unsure else ("nothing", size)
        if found["info"] is None:
            return "json", found.start(found.lastgroup or 0)
        if self.fence is not None:
            self._note(self.fence[0])
        if self._fenced and not found["info"]:
            self._fresh, self._fenced, self.fence = False, False, None
            return "nothing", found.end() - 1  # a bracket that begins its line needs the line end
        self._fresh, self._fenced = True, True
        self.fence = base + found.start(), found["info"]
        return "nothing", found.end()

    def _note(self, prose: int) -> None:
        if self.prose is None:
            self.prose = self.fence[0] if self.fence else prose
