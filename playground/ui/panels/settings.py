"""The Settings dock: where the next turn goes, which model answers, and what is sent along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.endpoint import Parameter
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import OURS, is_loopback
from playground.core.session import Session
from playground.endpoints import BY_ID, ENDPOINTS
from playground.providers.models import Model
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.cards import tool_button
from playground.ui.widgets.form import OVERHANG, ParameterRow
from playground.ui.window import DockSpec

SIDE, LEAST = 12, 280
"""Pixels of the design: beside what is in the dock, and the least width of it."""


def section(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text.upper(), parent)
    label.setProperty("role", "section")
    theme.follow(label, lambda look: label.setContentsMargins(*look.margins(0, 8, 0, 4)))
    return label


def _shrinks(box: QComboBox) -> None:
    """A long name in a list must not make the dock wide."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)


class SettingsDock(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(LEAST)))
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Settings of the next turn")
        inner = QWidget(area)
        whole = QVBoxLayout(inner)
        theme.space(whole, 0, 4, 0, 12, gap=0)
        self._column = QVBoxLayout()
        theme.space(self._column, SIDE, 0, SIDE, 0, gap=4)
        whole.addLayout(self._column)
        area.setWidget(inner)
        outer.addWidget(area)
        self.setFocusProxy(area)

        self._column.addWidget(section("Server", inner))
        self.profile = QComboBox(inner)
        self.profile.setAccessibleName("Server")
        _shrinks(self.profile)
        self.profile.activated.connect(self._profile_picked)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        line.addWidget(self.profile, 1)
        edit = tool_button("edit", "Edit the servers", inner)
        edit.clicked.connect(lambda: desk.wanted.emit("servers"))
        line.addWidget(edit)
        self._column.addLayout(line)
        self.api = QComboBox(inner)
        self.api.setAccessibleName("API")
        self.api.setToolTip("Which of the server's APIs is spoken")
        _shrinks(self.api)
        for endpoint in ENDPOINTS:
            self.api.addItem(endpoint.title, endpoint.id)
        self.api.activated.connect(self._api_picked)
        self._column.addWidget(self.api)
        self.key = QLabel(inner)
        self.key.setProperty("role", "caption")
        self.key.setTextFormat(Qt.TextFormat.PlainText)
        self.key.setWordWrap(True)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        line.addWidget(self.key, 1)
        self.add_key = QPushButton("Add a key…", inner)
        self.add_key.setAccessibleName("Add a key for this server")
        self.add_key.clicked.connect(lambda: desk.wanted.emit("key"))
        self.add_key.hide()
        line.addWidget(self.add_key)
        self._column.addLayout(line)

        self._column.addWidget(section("Model", inner))
        self.model = QComboBox(inner)
        self.model.setEditable(True)
        _shrinks(self.model)
        self.model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.model.setAccessibleName("Model")
        self.model.setToolTip("From the server's list, or any name that it knows")
        self.model.activated.connect(lambda _: self._model_picked())
        line_edit = self.model.lineEdit()
        assert line_edit is not None
        line_edit.setPlaceholderText("the server's first")
        line_edit.editingFinished.connect(self._model_picked)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        line.addWidget(self.model, 1)
        self.refresh = tool_button("regenerate", "Ask the server for its models", inner)
        self.refresh.clicked.connect(self.list_models)
        line.addWidget(self.refresh)
        self._column.addLayout(line)
        self.about_model = QLabel(inner)
        self.about_model.setProperty("role", "caption")
        self.about_model.setTextFormat(Qt.TextFormat.PlainText)
        self.about_model.setWordWrap(True)
        self._column.addWidget(self.about_model)

        self._column.addWidget(section("Parameters", inner))
        self._parameters = QVBoxLayout()
        # The frame of a value that is edited reaches over the edge at which its text ends.
        theme.space(self._parameters, SIDE, 0, SIDE - OVERHANG, 0, gap=0)
        whole.addLayout(self._parameters)
        whole.addStretch(1)
        self.rows: dict[str, ParameterRow] = {}
        self._models: dict[str, list[Model]] = {}
        """By profile id, as the server listed them."""
        self._shown_api = ""

        desk.session_shown.connect(self._show)
        desk.settings_changed.connect(lambda: self._show(desk.session))
        desk.wanted.connect(self._wanted)
        self._show(desk.session)

    # What is shown.

    def _show(self, session: Session) -> None:
        desk, profile = self.desk, self.desk.profile
        self.profile.blockSignals(True)
        self.profile.clear()
        profiles = {one.id: one for one in (*desk.profiles(), profile)}
        for one in profiles.values():
            self.profile.addItem(visible(one.name), one.id)
        self.profile.setCurrentIndex(self.profile.findData(profile.id))
        self.profile.blockSignals(False)
        self.api.blockSignals(True)
        self.api.setCurrentIndex(self.api.findData(session.call.api))
        self.api.blockSignals(False)
        self._show_models(session.call.model)
        if session.call.api != self._shown_api:
            self._make_rows(BY_ID[session.call.api].parameters)
            self._shown_api = session.call.api
        for path, row in self.rows.items():
            row.show_value(session.call.fields.get(path))
        self._show_key()

    def _make_rows(self, parameters: Sequence[Parameter]) -> None:
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {}
        for parameter in parameters:
            row = ParameterRow(parameter)
            row.changed.connect(self._field_changed)
            self.rows[parameter.path] = row
            self._parameters.addWidget(row)

    def _show_models(self, chosen: str) -> None:
        models = self._models.get(self.desk.profile.id, [])
        self.model.blockSignals(True)
        self.model.clear()
        for model in models:
            self.model.addItem(visible(model.id), model.id)
        self.model.setCurrentText(chosen or self.desk.profile.model)
        self.model.blockSignals(False)
        about = next((one for one in models if one.id == self.model.currentText()), None)
        facts: list[str] = []
        if about is not None and about.shutdown_date:
            facts.append(f"shuts down {about.shutdown_date}")
        if about is not None and about.context:
            facts.append(f"reads {about.context:,} tokens")
        if models and not facts:
            facts.append(f"{len(models)} models listed")
        self.about_model.setText(visible(" · ".join(facts)))
        self.about_model.setVisible(bool(facts))

    def _show_key(self) -> None:
        profile = self.desk.profile
        if profile.id in OURS:
            self.key.setText("Started on this computer. Never sees a key of yours.")
            self.add_key.hide()
            return
        self.key.setText("Looking for the key…")

        async def work() -> None:
            words, source = await self.desk.key_words(profile)
            if self.desk.profile.id == profile.id:
                self.key.setText(words)
                self.add_key.setVisible(not source and not is_loopback(profile.base_url))

        self.desk.tasks.start(work(), self)

    # What the user does.

    def _profile_picked(self, index: int) -> None:
        self.desk.use_profile(self.profile.itemData(index))

    def _api_picked(self, index: int) -> None:
        session = self.desk.session
        session.call = session.call.model_copy(update={"api": self.api.itemData(index)})
        self.desk.changed()

    def _model_picked(self) -> None:
        session, model = self.desk.session, self.model.currentText().strip()
        if model != (session.call.model or self.desk.profile.model):
            session.call = session.call.model_copy(update={"model": model})
            self.desk.changed()

    def _field_changed(self, path: str, on: bool, value: object) -> None:
        session = self.desk.session
        fields = {name: one for name, one in session.call.fields.items() if name != path}
        if on:
            fields[path] = value
        session.call = session.call.model_copy(update={"fields": fields})
        self.desk.changed()

    def list_models(self) -> None:
        """Fill the list from the server; a failure is said below it and changes nothing."""
        profile = self.desk.profile
        self.refresh.setEnabled(False)
        self.about_model.setText("Asking the server…")
        self.about_model.show()

        async def work() -> None:
            try:
                models = await self.desk.workspace.models(profile, self.about_model.setText)
            except Failure as failure:
                problem = failure.problem
                self.about_model.setText(visible(f"{problem.title} {problem.detail}".strip()))
                return
            except asyncio.CancelledError:
                return
            finally:
                self.refresh.setEnabled(True)
            self._models[profile.id] = models
            if self.desk.profile.id == profile.id:
                self._show_models(self.desk.session.call.model)
                if self.model.hasFocus():
                    self.model.showPopup()

        self.desk.tasks.start(work(), self)

    def models(self) -> list[Model]:
        """Those that the server of this session has listed."""
        return self._models.get(self.desk.profile.id, [])

    def _wanted(self, what: str) -> None:
        if what == "models":
            self.window().show()
            self.model.setFocus(Qt.FocusReason.ShortcutFocusReason)
            line = self.model.lineEdit()
            if line is not None:
                line.selectAll()
            if not self.models():
                self.list_models()


SETTINGS_DOCK = DockSpec(
    "settings", "Settings", SettingsDock, Qt.DockWidgetArea.RightDockWidgetArea, "F8", 320
)
