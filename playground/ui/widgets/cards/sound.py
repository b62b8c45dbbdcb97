"""A spoken answer: its words, how large it is, and a way to keep it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.ui import theme, words
from playground.ui.widgets.links import ask
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.picture import unpacked
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.saving import save_as


class Sound(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self._words = PlainText(parent=self)
        self._words.setAccessibleName("What was spoken")
        column.addWidget(self._words)
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=6)
        row.addWidget(Mark("sound", "muted", self))
        self._size = QLabel(self)
        self._size.setProperty("role", "muted")
        self._size.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._size)
        self.save = QPushButton("Save…", self)
        self.save.setProperty("role", "quiet")
        self.save.setAccessibleName("Save the sound as a file")
        self.save.clicked.connect(self._save)
        row.addWidget(self.save)
        row.addStretch(1)
        column.addLayout(row)
        self._data = ""

    def say(self, audio: Mapping[str, Any], *, written: bool, over: bool) -> None:
        """Show a spoken answer, `transcript` and `data`; `written` when its words are the text
        that stands above."""
        said, data = audio.get("transcript"), audio.get("data")
        said = said if isinstance(said, str) and not written else ""
        self._words.say(said)
        self._words.setVisible(bool(said))
        self._data = data if isinstance(data, str) else ""
        size = f"Audio, {words.size(len(self._data) * 3 // 4)}"
        self._size.setText(size if over else f"{size} so far")
        self.save.setVisible(over and bool(self._data))

    def _save(self) -> None:
        try:
            data = unpacked(self._data)
        except ValueError as error:
            ask(self, "The sound cannot be saved.", str(error), "", int)
            return
        save_as(self, "Save the sound", "answer", data)
