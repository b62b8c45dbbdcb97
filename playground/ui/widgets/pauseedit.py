"""What a run goes on with from a breakpoint, to be changed by hand: the body of a request, the
arguments of a call, or its result."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.recording import parse
from playground.core.tools import Result
from playground.engine.debugger import Pause
from playground.ui import theme
from playground.ui.widgets.jsonedit import CodeEdit, JsonColours

TITLES = {
    "before_send": "THE BODY OF THE NEXT REQUEST",
    "on_result": "THE RESULT THAT THE MODEL GETS",
    "on_error": "THE RESULT THAT THE MODEL GETS",
}


class PauseEdit(QFrame):
    """Changes nothing before it is kept; the run stands where it is in any case.

    Signals:
        left(): it was kept, or left.
    """

    left = Signal()

    def __init__(self, pause: Pause, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pause = pause
        self.setProperty("role", "composer")
        column = QVBoxLayout(self)
        theme.space(column, 12, 8, 12, 8, gap=6)
        title = "RESULT" if isinstance(pause.value, Result) else "THE ARGUMENTS OF THE CALL"
        head = QLabel(TITLES.get(pause.at.place, title), self)
        head.setProperty("role", "section")
        column.addWidget(head)
        self.text = CodeEdit(self)
        self.text.setAccessibleName(head.text().capitalize())
        self.text.write(_text(pause.value))
        self._colours = JsonColours(self.text)
        column.addWidget(self.text)
        self.wrong = QLabel(self)
        self.wrong.setProperty("role", "caption")
        self.wrong.setProperty("token", "error")
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        column.addWidget(self.wrong)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        row.addStretch(1)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setProperty("role", "quiet")
        self.cancel.setAccessibleName("Leave it as it was")
        self.cancel.clicked.connect(self.left)
        self.keep = QPushButton("Keep", self)
        self.keep.setProperty("role", "primary")
        self.keep.setAccessibleName("Go on with this")
        self.keep.setToolTip("The run goes on with this when it goes on")
        self.keep.clicked.connect(self._keep)
        row.addWidget(self.cancel)
        row.addWidget(self.keep)
        column.addLayout(row)
        self.setFocusProxy(self.text)

    def _keep(self) -> None:
        text = self.text.toPlainText()
        value: Any
        match self.pause.value:
            case Result() as result:
                value = replace(result, output=text)
            case str():
                value = text
            case _:
                value, why = parse(text)
                if why or not isinstance(value, dict):
                    self.wrong.setText(visible(why or "The body of a request is a JSON object."))
                    self.wrong.show()
                    return
        self.pause.value = value
        self.left.emit()


def _text(value: Any) -> str:
    match value:
        case Result(output):
            return output
        case str():
            parsed, why = parse(value)
            return value if why else json.dumps(parsed, ensure_ascii=False, indent=2)
        case _:
            return json.dumps(value, ensure_ascii=False, indent=2)
