"""The form of the next answer, among the settings: how it is asked for, and where its schema is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.core.call import Call
from playground.core.output import Output
from playground.core.plain import visible
from playground.endpoints import BY_ID
from playground.ui import theme
from playground.ui.widgets.ways import WayChoice


class OutputRow(QWidget):
    """Signals:
    changed(Output): it is asked for in another way.
    edit_wanted(): the schema shall be seen.
    """

    changed = Signal(object)
    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._output = Output()
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        row = QHBoxLayout()
        theme.space(row, gap=4)
        self.way = WayChoice(self)
        self.way.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.way.activated.connect(lambda _: self._picked())
        row.addWidget(self.way, 1)
        self.edit = QPushButton("Edit schema", self)
        self.edit.setAccessibleName("Edit the schema")
        self.edit.setToolTip("Open the Structured panel")
        self.edit.clicked.connect(self.edit_wanted)
        row.addWidget(self.edit)
        column.addLayout(row)
        self.about = QLabel(self)
        self.about.setProperty("role", "caption")
        self.about.setWordWrap(True)
        column.addWidget(self.about)

    def show_call(self, call: Call) -> None:
        self._output = output = call.output
        endpoint = BY_ID[call.api]
        self.way.offer(endpoint)
        self.way.show_way(output)
        if output.mode not in endpoint.modes:
            words = f"{endpoint.title} takes no schema: none is sent."
        elif output.asked and output.mode != "json_object" and output.json_schema is None:
            unread = bool(output.source.strip())
            words = "The schema cannot be read." if unread else "There is no schema yet."
        elif output.json_schema is not None:
            words = f"Schema “{output.name}”" + ("" if output.asked else ", not sent")
        else:
            words = ""
        self.about.setText(visible(words))
        self.about.setVisible(bool(words))

    def _picked(self) -> None:
        mode, strict = self.way.way
        self.changed.emit(self._output.model_copy(update={"mode": mode, "strict": strict}))
