"""A piece of code on its own: coloured, never wrapped, with a copy button, also while it comes."""

from __future__ import annotations

import re

from PySide6.QtWidgets import QWidget

from playground.core.items import Text
from playground.ui.widgets.prose import Prose

FENCE = 12
"""Backticks around code that is still coming, of which nobody knows what it will contain."""


class Snippet(Prose):
    def __init__(self, name: str, language: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._language = re.sub(r"[^\w#+.-]", "", language)
        self._code: str | None = None
        self._taken, self._seen = 0, -1

    def say(self, code: str) -> None:
        """Show this code, which is whole."""
        if code == self._code:
            return
        self._code = code
        fence = "`" * max([FENCE, *(len(run) + 1 for run in re.findall("`{12,}", code))])
        end = "" if code.endswith("\n") else "\n"
        self.set_text(f"{fence}{self._language}\n{code}{end}{fence}")
        self.finish()

    def follow(self, code: Text) -> None:
        """Show what came of code that is still growing."""
        if code.version != self._seen:
            self._seen, self._taken = code.version, 0
            self.set_text(f"{'`' * FENCE}{self._language}\n")
        more, self._taken = code.after(self._taken)
        if more:
            self.append(more)
