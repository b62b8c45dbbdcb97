"""The settings of one column: its server, dialect, model, prompt and parameters. What is changed
here holds from the next turn of the column on."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.prompts import Prompt
from playground.core.session import Session
from playground.endpoints import BY_ID, ENDPOINTS
from playground.engine import comparing
from playground.engine.comparing import Branch
from playground.engine.comparing_beside import spoken
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.cards import tool_button
from playground.ui.widgets.compareprompt import PromptChoice
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.modelbox import ModelBox
from playground.ui.widgets.parameters import ParameterForm
from playground.ui.widgets.variableform import VariablesForm


class CompareSheet(QDialog):
    """Signals:
    changed(): the column is another one now.
    replaced(words, back): it says something else; how that is taken back.
    """

    changed = Signal()
    replaced = Signal(str, object)

    def __init__(self, desk: Desk, branch: Branch, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.branch, self.column = desk, branch, branch.column
        self.setWindowTitle(f"Column {name}")
        fit(self, parent, 460, 680)
        outer = QVBoxLayout(self)
        theme.space(outer, 0, 8, 0, 12, gap=8)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(f"Settings of column {name}")
        inner = QWidget(area)
        whole = QVBoxLayout(inner)
        theme.space(whole, 0, 8, 0, 8, gap=8)
        column = QVBoxLayout()
        theme.space(column, 16, 0, 16, 0, gap=8)
        whole.addLayout(column)
        column.addLayout(self._choices())
        self.instructions = QPlainTextEdit(inner)
        self.instructions.setAccessibleName("Developer message of the column")
        self.instructions.setPlaceholderText("Developer message. Empty: none is sent.")
        self.instructions.setTabChangesFocus(True)
        theme.follow(self.instructions, lambda look: self.instructions.setFixedHeight(look.px(76)))
        self.instructions.textChanged.connect(self._instructed)
        column.addWidget(self.instructions)
        self.variables = VariablesForm(inner)
        self.variables.changed.connect(self._filled)
        column.addWidget(self.variables)
        self.shared = QCheckBox("Tools and form of the answer as in the session", inner)
        self.shared.toggled.connect(self._share)
        column.addWidget(self.shared)
        self.what = QLabel(inner)
        self.what.setProperty("role", "caption")
        self.what.setWordWrap(True)
        column.addWidget(self.what)
        self.form = ParameterForm(inner, side=16)
        self.form.changed.connect(self._field_changed)
        whole.addWidget(self.form)
        whole.addStretch(1)
        area.setWidget(inner)
        outer.addWidget(area, 1)
        outer.addLayout(self._buttons())
        self._dialect = ""
        self.show_column(fresh=True)

    # Parts.

    def _choices(self) -> QGridLayout:
        grid = QGridLayout()
        theme.space(grid, gap=8)
        grid.setColumnStretch(1, 1)
        self.profile = Choice(self)
        self.profile.activated.connect(self._profile_picked)
        self.api = Choice(self)
        for endpoint in ENDPOINTS:
            self.api.addItem(endpoint.title, endpoint.id)
        self.api.activated.connect(self._api_picked)
        self.model = ModelBox(self)
        self.model.activated.connect(lambda _: self._model_picked())
        typed = self.model.lineEdit()
        assert typed is not None
        typed.editingFinished.connect(self._model_picked)
        self.refresh = tool_button("regenerate", "List the server's models", self)
        self.refresh.clicked.connect(self.list_models)
        models = QHBoxLayout()
        theme.space(models, gap=4)
        models.addWidget(self.model, 1)
        models.addWidget(self.refresh)
        self.prompts = PromptChoice(self.desk, self.column, self)
        self.prompts.picked.connect(self._use_prompt)
        self.prompts.failed.connect(self._say)
        for box in (self.profile, self.api, self.prompts.prompt):
            box.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
        self.about = QLabel(self)
        self.about.setProperty("role", "caption")
        self.about.setWordWrap(True)
        self.about.hide()
        boxes: tuple[tuple[str, Choice], ...] = (
            ("Server", self.profile),
            ("API", self.api),
            ("Model", self.model),
            ("Prompt", self.prompts.prompt),
        )
        for number, (text, box) in enumerate(boxes):
            label = QLabel(text, self)
            label.setBuddy(box)
            box.setAccessibleName(f"{text} of the column")
            grid.addWidget(label, number, 0)
        for number, one in enumerate((self.profile, self.api)):
            grid.addWidget(one, number, 1)
        grid.addLayout(models, 2, 1)
        grid.addWidget(self.prompts, 3, 1)
        grid.addWidget(self.about, len(boxes), 1)
        return grid

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 16, 0, 16, 0, gap=8)
        same = QPushButton("As the session is", self)
        same.setAccessibleName("Set the column as the session is")
        same.setToolTip("Take the server, the model and all settings of the session")
        same.clicked.connect(self._take_session)
        row.addWidget(same)
        row.addStretch(1)
        close = QPushButton("Done", self)
        close.setDefault(True)
        close.setAccessibleName("Done")
        close.clicked.connect(self.accept)
        row.addWidget(close)
        return row

    # What is shown.

    def show_column(self, *, fresh: bool = False) -> None:
        desk, column, call = self.desk, self.column, self.column.call
        self.profile.clear()
        for one in desk.profiles():
            self.profile.addItem(visible(one.name), one.id)
        if self.profile.findData(column.profile) < 0:
            self.profile.addItem("A server that was deleted", column.profile)
        self.profile.setCurrentIndex(self.profile.findData(column.profile))
        self.api.setCurrentIndex(self.api.findData(call.api))
        self.model.offer((), call.model or self._default_model)
        if self.instructions.toPlainText() != call.instructions:
            self.instructions.blockSignals(True)
            self.instructions.setPlainText(call.instructions)
            self.instructions.blockSignals(False)
        self.variables.show_variables(call.variables, call.values, fresh=fresh)
        self.variables.setVisible(bool(call.variables))
        if self._dialect != call.api:
            self._dialect, fresh = call.api, True
            self.form.offer(BY_ID[call.api].parameters)
        self.form.show_fields(call.fields, fresh=fresh)
        self.shared.blockSignals(True)
        self.shared.setChecked(column.shared)
        self.shared.blockSignals(False)
        self.what.setText(_offered(self.branch.session if column.shared else self.branch.look()))

    @property
    def _default_model(self) -> str:
        found = (one for one in self.desk.profiles() if one.id == self.column.profile)
        profile = next(found, None)
        return profile.model if profile is not None else ""

    def _say(self, text: str) -> None:
        self.about.setText(visible(text))
        self.about.setVisible(bool(text))

    # What the user does.

    def _update(self, **values: object) -> None:
        self.column.call = self.column.call.model_copy(update=values)
        self.changed.emit()

    def _profile_picked(self, index: int) -> None:
        profile = next(
            (one for one in self.desk.profiles() if one.id == self.profile.itemData(index)), None
        )
        if profile is None or profile.id == self.column.profile:
            return
        self.column.profile = profile.id
        call, lost = spoken(self.column.call, profile.api)
        self._update(**{**dict(call), "model": profile.model})
        self._left_out(lost)

    def _api_picked(self, index: int) -> None:
        self.form.settle()
        call, lost = spoken(self.column.call, self.api.itemData(index))
        self._update(**dict(call))
        self._left_out(lost)

    def _left_out(self, lost: list[str]) -> None:
        self.show_column()
        api = BY_ID[self.column.call.api].title
        self._say(f"{api} has no {', '.join(lost)}: switched off." if lost else "")

    def _model_picked(self) -> None:
        model = self.model.currentText().strip()
        if model != (self.column.call.model or self._default_model):
            self._update(model=model)

    def list_models(self) -> None:
        """Fill the list from the server; a failure is said below it and changes nothing."""
        desk, profile_id = self.desk, self.column.profile
        self.refresh.setEnabled(False)
        self._say("Asking the server…")

        async def work() -> None:
            try:
                profile = desk.workspace.profile(profile_id)
                models = await desk.workspace.models(profile, self._say)
            except Failure as failure:
                self._say(f"{failure.problem.title} {failure.problem.detail}".strip())
                return
            except asyncio.CancelledError:
                return
            finally:
                self.refresh.setEnabled(True)
            if self.column.profile == profile_id:
                self._say(f"{len(models)} models listed")
                self.model.offer(models, self.column.call.model or self._default_model, typed=True)
                if self.model.hasFocus():
                    self.model.open()

        desk.tasks.start(work(), self)

    def _instructed(self) -> None:
        self._update(instructions=self.instructions.toPlainText())

    def _filled(self, changed: dict[str, object]) -> None:
        self._update(**changed)
        self.variables.show_variables(self.column.call.variables, self.column.call.values)

    def _field_changed(self, path: str, on: bool, value: object) -> None:
        fields = dict(self.column.call.fields)
        fields.pop(path, None)
        if on:
            fields[path] = value
        self._update(fields=fields)

    def _share(self, on: bool) -> None:
        if not on:  # from now on it keeps what it has had until now
            whole = self.branch.session.call
            own = {"tools": list(whole.tools), "output": whole.output.model_copy(deep=True)}
            self.column.call = self.column.call.model_copy(update=own)
        self.column.shared = on
        self.changed.emit()
        self.show_column()

    def _take_session(self) -> None:
        made = comparing.column_of(self.branch.session, self.column.leaf)
        self.column.profile, self.column.call = made.profile, made.call
        self.column.prompt, self.column.version, self.column.shared = "", 0, True
        self.changed.emit()
        self.show_column(fresh=True)
        self.prompts.list()

    def _use_prompt(self, prompt: Prompt | None, number: int) -> None:
        """Say what this version of a prompt says."""
        column = self.column
        if prompt is None:
            column.prompt, column.version = "", 0
            self.changed.emit()
            return
        back = comparing.use_prompt(column, prompt, number)
        self.changed.emit()
        self.show_column(fresh=True)
        self.replaced.emit(f"The column says version {number} of the prompt.", back)


def _offered(session: Session) -> str:
    """Which tools and which form that is."""
    call = session.call
    tools = ", ".join(tool.name for tool in call.tools) or "no tools"
    form = f"schema “{call.output.name}”" if call.output.asked else "any text"
    return visible(f"Now: {tools}; {form}.")
