"""The head of a column of a comparison: where it goes, with what, and what can be done with it."""

from __future__ import annotations

import json
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from playground.core.call import Call
from playground.core.comparison import Column
from playground.core.plain import visible
from playground.core.profile import Profile
from playground.endpoints import BY_ID
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.elided import Elided
from playground.ui.widgets.parts import tool_button

SIDE = 10
"""Pixels of the design beside what stands in a column."""
GONE = "A server that was deleted"
MENU = (
    ("Server and settings…", "settings"),
    ("Keep this one", "keep"),
    ("Another column like this one", "add"),
    ("Remove this column", "remove"),
)
"""What the menu says, and the verb of each."""


class ColumnHead(QWidget):
    """Signals:
    synced_changed(bool): it is asked with the others, or alone.
    wanted(verb): one of `MENU`.
    """

    synced_changed = Signal(bool)
    wanted = Signal(str)

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = name
        column = QVBoxLayout(self)
        theme.space(column, SIDE, 4, 6, 4, gap=0)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        badge = QLabel(name, self)
        badge.setProperty("role", "badge")
        badge.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(badge)
        self.server = Elided("strong", self)
        line.addWidget(self.server, 1)
        self.synced = tool_button("link", "", self)
        self.synced.setCheckable(True)
        self.synced.setAccessibleName(f"Ask column {name} with the others")
        self.synced.toggled.connect(self.synced_changed)
        line.addWidget(self.synced)
        self.settings = tool_button("settings", f"Server and settings of column {name}", self)
        self.settings.clicked.connect(lambda: self.wanted.emit("settings"))
        line.addWidget(self.settings)
        self.more = tool_button("more", f"More for column {name}", self)
        self.more.clicked.connect(self.open_menu)
        line.addWidget(self.more)
        column.addLayout(line)
        self.about = Elided("caption", self)
        column.addWidget(self.about)

    def show_column(self, column: Column, call: Call, profile: Profile | None, model: str) -> None:
        """`call`: what its next turn asks for; `profile`: None where it has been deleted; `model`:
        the one that answered last."""
        model = call.model or (profile.model if profile is not None else "") or model
        if profile is not None:
            self.server.say(f"{model or 'its first model'} · {profile.name}")
        else:
            self.server.say(f"{model} · {GONE}" if model else GONE, "error")
        self.about.say(" · ".join(facts(column, call)))
        self.synced.blockSignals(True)
        self.synced.setChecked(column.synced)
        self.synced.setIcon(icon("link", "accent" if column.synced else "faint"))
        self.synced.blockSignals(False)
        how = "with the others" if column.synced else "alone"
        self.synced.setToolTip(f"Column {self._name} is asked {how}: click to change that")

    def open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, verb in MENU:
            menu.addAction(text, partial(self.wanted.emit, verb))
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))


def facts(column: Column, call: Call) -> list[str]:
    """What is set in a column, each in a few words."""
    found = [] if column.synced else ["asked alone"]
    found.append(BY_ID[call.api].title)
    if column.version:
        found.append(f"prompt, version {column.version}")
    elif call.instructions:
        found.append("developer message")
    found += [f"{path} {words_of(value)}" for path, value in call.fields.items()]
    if call.tools:
        found.append(f"{len(call.tools)} tool{'s' * (len(call.tools) > 1)}")
    if call.output.asked:
        found.append("JSON Schema" if call.output.mode == "json_schema" else call.output.mode)
    if column.shared and (call.tools or call.output.asked):
        found[-1] += " of the session"
    return found


def words_of(value: object) -> str:
    """The value of a field, in few letters."""
    said = visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return said if len(said) <= 12 else f"{said[:11]}…"
