"""A value of JSON as what it stands for: text without escapes, bytes behind base64, a moment."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.hexview import HexView
from playground.ui.widgets.jsonvalue import Decoded, decoded
from playground.ui.widgets.parts import label
from playground.ui.widgets.source import LIMIT, PREVIEW, Source, pretty
from playground.ui.widgets.sourceview import SourceView


def plain(text: str, *, whole: bool = False) -> Source:
    """Text as it is meant to be read, with nothing hidden in it."""
    end = len(text) if whole or len(text) <= LIMIT else PREVIEW
    lines = visible(text[:end]).split("\n")
    return Source(lines, [[] for _ in lines], len(text) - end)


class ValueView(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.decoded = Decoded("")
        self._facts = label("caption")
        self._facts.setWordWrap(True)
        self._source = SourceView("value", self)
        self._hex = HexView("The value as numbers", self)
        self._views = QStackedWidget(self)
        self._views.addWidget(self._source)
        self._views.addWidget(self._hex)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        column.addWidget(self._facts)
        column.addWidget(self._views, 1)
        self.setFocusProxy(self._source)

    @property
    def text(self) -> str:
        """What stands there, whole."""
        return self._hex.text if self.decoded.raw is not None else self.decoded.text

    def show_value(self, name: str, value: Any) -> None:
        """Show a value, and what it is called: names say what numbers are."""
        found = self.decoded = decoded(name, value)
        self._facts.setText(" · ".join(filter(None, (visible(name[:80]), found.facts))))
        if found.raw is not None:
            self._hex.show_bytes(found.raw)
            self._views.setCurrentWidget(self._hex)
            return
        read = pretty if found.json else plain
        self._source.show_source(lambda whole: read(found.text, whole=whole))
        self._views.setCurrentWidget(self._source)
