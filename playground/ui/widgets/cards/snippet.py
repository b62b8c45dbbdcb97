"""A piece of code on its own: coloured, never wrapped, with a copy button, also while it comes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from playground.core.alignment import Alignment, aligned
from playground.core.items import Text
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.proseflow import Place

FENCE = 12
"""Backticks around code that is still coming, of which nobody knows what it will contain."""


class Snippet(Prose):
    def __init__(self, name: str, language: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._language = re.sub(r"[^\w#+.-]", "", language)
        self._code: str | None = None
        self._taken, self._seen = 0, -1
        self._source: str | None = None
        self._alignment: Alignment | None = None

    def say(self, code: str, source: str | None = None) -> None:
        """Show this code, which is whole. `source`: what it was made from, where that is written
        otherwise."""
        if source != self._source:
            self._source, self._alignment = source, None
        if code == self._code:
            return
        self._code = code
        fence = "`" * max([FENCE, *(len(run) + 1 for run in re.findall("`{12,}", code))])
        end = "" if code.endswith("\n") else "\n"
        self.lead = len(fence) + len(self._language) + 1
        self.set_text(f"{fence}{self._language}\n{code}{end}{fence}")
        self.finish()

    def follow(self, code: Text) -> None:
        """Show what came of code that is still growing."""
        if code.version != self._seen:
            self._seen, self._taken = code.version, 0
            self.lead = FENCE + len(self._language) + 1
            self.set_text(f"{'`' * FENCE}{self._language}\n")
        more, self._taken = code.after(self._taken)
        if more:
            self.append(more)

    # What it was made from.

    def light(self, spans: Sequence[tuple[int, int]]) -> None:
        shown = self._aligned()
        if shown is not None:
            found = (shown.to_shown(begin, end) for begin, end in spans)
            spans = [one for one in found if one is not None]
        super().light(spans)

    def _offset(self, place: Place | None) -> int | None:
        offset, shown = super()._offset(place), self._aligned()
        return offset if offset is None or shown is None else shown.to_source(offset)

    def _aligned(self) -> Alignment | None:
        if self._alignment is None and self._source is not None and self._code is not None:
            self._alignment = aligned(self._source, self._code)
        return self._alignment
