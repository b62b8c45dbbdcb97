"""Ways to ask for the form of an answer, as a list to choose from."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from playground.core.endpoint import Endpoint
from playground.core.output import Mode, Output
from playground.ui.widgets.fieldedit import Choice

Way = tuple[Mode, bool]
WAYS: dict[Way, tuple[str, str]] = {
    ("json_schema", True): ("Strict schema", "The server holds the answer to the schema."),
    ("json_schema", False): ("Loose schema", "The server is told the schema as advice."),
    ("json_object", True): (
        "JSON object",
        "The schema is not sent, only checked against. The messages have to say the word JSON.",
    ),
    ("tool", True): ("Forced tool", "The answer is what a tool is called with, which must be."),
    ("text", True): ("Text", "The schema is kept here and not sent."),
}
"""Ways to ask for an answer: what the list says, and what that means."""


class WayChoice(Choice):
    """The list; `way` is what is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("How the answer is asked for")
        for at, (title, meaning) in enumerate(WAYS.values()):
            self.addItem(title)
            self.setItemData(at, meaning, Qt.ItemDataRole.ToolTipRole)
        self.currentIndexChanged.connect(lambda _: self._explain())
        self._explain()

    @property
    def way(self) -> Way:
        return list(WAYS)[max(self.currentIndex(), 0)]

    def show_way(self, output: Output) -> None:
        """Choose what an output says; whether it is strict means nothing where no schema goes."""
        strict = output.strict if output.mode == "json_schema" else True
        self.setCurrentIndex(list(WAYS).index((output.mode, strict)))

    def offer(self, endpoint: Endpoint) -> None:
        """What the dialect does not know cannot be picked."""
        model: Any = self.model()
        for at, (mode, _) in enumerate(WAYS):
            model.item(at).setEnabled(mode in endpoint.modes)

    def _explain(self) -> None:
        meaning = WAYS[self.way][1]
        self.setToolTip(meaning)
        self.setAccessibleDescription(meaning)
