"""The Settings dock: where the next turn goes, which model answers, and what is sent along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.call import Call, State
from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.profile import OURS, Profile, is_loopback
from playground.core.session import Session
from playground.core.variables import renamed
from playground.endpoints import BY_ID, ENDPOINTS
from playground.engine.templating import renamed_call, without
from playground.providers.models import Model
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.budgetrow import BudgetRow
from playground.ui.widgets.cards import tool_button
from playground.ui.widgets.extras import Extras
from playground.ui.widgets.fieldedit import Choice, into_view
from playground.ui.widgets.form import OVERHANG, ParameterRow
from playground.ui.widgets.modelbox import ModelBox
from playground.ui.widgets.outputrow import OutputRow
from playground.ui.widgets.palette import Entry
from playground.ui.widgets.parameters import ParameterForm
from playground.ui.widgets.patternsection import PatternSection
from playground.ui.widgets.toolsection import ToolSection
from playground.ui.widgets.variablesection import VariableSection
from playground.ui.window import DockSpec

SIDE, LEAST, BAR = 12, 316, 10
"""Pixels of the design: beside what is in the dock, the least width of it, and of its bar."""

STATES: dict[State, tuple[str, str]] = {
    "history": ("sent whole each time", "The request holds all that was said before."),
    "previous_response_id": (
        "only what is new",
        "The request names the answer before it, which the server has kept.",
    ),
    "conversation": (
        "only what is new, in a conversation",
        "The request names a conversation that the server keeps; it is begun with the first turn.",
    ),
}
"""How the conversation reaches the server: what the list says, and what that means."""


def section(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text.upper(), parent)
    label.setProperty("role", "section")
    theme.follow(label, lambda look: label.setContentsMargins(*look.margins(0, 8, 0, 4)))
    return label


def shrinks(box: Choice) -> None:
    """A long name in a list must not make the dock wide."""
    box.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)


def kept(call: Call, profile: Profile) -> tuple[bool, str]:
    """Whether the server keeps the next answer, by what the request will say; and why."""
    body = BY_ID[call.api].body(call, (), profile.quirks, None)
    said = body.get("store")
    if call.api == "completions":
        return False, "This API keeps no answers."
    if call.api == "responses" and profile.quirks.state != "stateful":
        return False, "This server keeps no answers, whatever store says."
    if isinstance(said, bool):
        return said, f"store is {'on' if said else 'off'}."
    if call.api == "responses":
        return True, "This API keeps each answer unless store is switched on as false."
    return False, "This API keeps an answer only when store is switched on as true."


def fixed(call: Call, profile: Profile) -> str:
    """Why there is no choice of how the conversation reaches the server; empty when there is."""
    api = BY_ID[call.api]
    if api.text_only:
        return f"{api.title} sends it whole each time, as one text without what is attached."
    if call.api != "responses":
        return f"{api.title} sends it whole each time."
    if profile.quirks.state != "stateful":
        return "This server keeps nothing, so it is sent whole each time."
    return ""


class SettingsDock(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(LEAST)))
        self.area = area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Settings of the next turn")
        inner = QWidget(area)
        whole = QVBoxLayout(inner)
        bar = area.verticalScrollBar()

        def reserve(look: theme.Theme) -> None:
            # What is in the dock keeps its width when the bar comes or goes.
            gone = BAR if bar.maximum() <= 0 else 0
            whole.setContentsMargins(*look.margins(0, 4, gone, 12))

        bar.rangeChanged.connect(lambda *_: reserve(theme.current()))
        theme.follow(inner, reserve)
        whole.setSpacing(0)
        self._column = QVBoxLayout()
        theme.space(self._column, SIDE, 0, SIDE, 0, gap=4)
        whole.addLayout(self._column)
        area.setWidget(inner)
        desk.replaying_changed.connect(lambda: inner.setEnabled(not desk.closed))
        outer.addWidget(area)
        self.setFocusProxy(area)

        self._column.addWidget(section("Server", inner))
        self.profile = Choice(inner)
        self.profile.setAccessibleName("Server")
        shrinks(self.profile)
        self.profile.activated.connect(self._profile_picked)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        line.addWidget(self.profile, 1)
        edit = tool_button("edit", "Edit the servers", inner)
        edit.clicked.connect(lambda: desk.wanted.emit("servers"))
        line.addWidget(edit)
        self._column.addLayout(line)
        self.api = Choice(inner)
        self.api.setAccessibleName("API")
        self.api.setToolTip("Which of the server's APIs is spoken")
        shrinks(self.api)
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

        line = QHBoxLayout()
        theme.space(line, gap=8)
        line.addWidget(section("Model", inner))
        line.addStretch(1)
        self.end = QLabel(inner)
        self.end.setProperty("role", "badge")
        self.end.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(self.end, 0, Qt.AlignmentFlag.AlignVCenter)
        self._column.addLayout(line)
        self.model = ModelBox(inner)
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
        self.kept = QLabel(inner)
        self.about_model = QLabel(inner)
        self.state = Choice(inner)
        self.why_state = QLabel(inner)
        for label in (self.kept, self.about_model, self.why_state):
            label.setProperty("role", "caption")
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._column.addWidget(self.kept)
        self._column.addWidget(self.about_model)

        self._column.addWidget(section("Conversation", inner))
        self.state.setAccessibleName("How the conversation reaches the server")
        shrinks(self.state)
        for number, (state, (title, tip)) in enumerate(STATES.items()):
            self.state.addItem(title, state)
            self.state.setItemData(number, tip, Qt.ItemDataRole.ToolTipRole)
        self.state.activated.connect(self._state_picked)
        self._column.addWidget(self.state)
        self._column.addWidget(self.why_state)

        self._column.addWidget(section("Output", inner))
        self.output = OutputRow(inner)
        self.output.changed.connect(lambda output: self._update(output=output))
        self.output.edit_wanted.connect(lambda: desk.wanted.emit("structured"))
        self._column.addWidget(self.output)

        self.tools = ToolSection(inner)
        self.tools.changed.connect(lambda update: self._update(**update))
        self.tools.edit_wanted.connect(lambda: desk.wanted.emit("tools"))
        self._column.addWidget(self.tools)

        self.variables = VariableSection(inner)
        self.variables.changed.connect(lambda update: self._update(**update))
        self.variables.renamed.connect(self._rename)
        self.variables.removed.connect(self._remove)
        self._column.addWidget(self.variables)

        self._column.addWidget(section("Parameters", inner))
        self.form = ParameterForm(inner, side=SIDE)
        self.form.changed.connect(self._field_changed)
        whole.addWidget(self.form)
        limits = QVBoxLayout()
        theme.space(limits, SIDE, 0, SIDE, 8, gap=4)
        limits.addWidget(section("Limits", inner))
        self.budgets = BudgetRow(inner)
        self.budgets.edit_wanted.connect(lambda: desk.wanted.emit("budgets"))
        limits.addWidget(self.budgets)
        whole.addLayout(limits)
        self._extras = Extras(inner)
        self._extras.changed.connect(lambda update: self._update(**update))
        end = QVBoxLayout()
        theme.space(end, SIDE, 0, SIDE - OVERHANG, 0)
        end.addWidget(self._extras)
        self.patterns = PatternSection(inner)
        self.patterns.changed.connect(lambda update: self._update(**update))
        end.addWidget(self.patterns)
        whole.addLayout(end)
        whole.addStretch(1)
        self._session = desk.session
        """Whose settings stand here."""
        self._shown: tuple[str, str] | None = None
        """Session and dialect that the form was made for."""
        self._keyed = ""
        """The profile of whose key something is said."""

        desk.session_shown.connect(self._show)
        desk.settings_changed.connect(lambda: self._show(desk.session))
        desk.typed.connect(self._typed)
        desk.wanted.connect(self._wanted)
        self._show(desk.session)

    @property
    def rows(self) -> dict[str, ParameterRow]:
        """The rows of the request fields, by their paths."""
        return self.form.rows

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Edit", "Find a request field", "", self._find_field),
            ("&Edit", "Extra body and headers", "", self._find_extras),
        )

    def entries(self) -> Iterator[Entry]:
        """What the palette finds here: models of the server, and request fields."""
        for model in self.models():
            yield Entry("model", model.id, "model", partial(self._update, model=model.id))
        for path in self.rows:
            yield Entry("setting", path, "request field", partial(self._find_field, path))

    # What is shown.

    def _show(self, session: Session) -> None:
        self._settle()
        self._session = session
        desk, profile, call = self.desk, self.desk.profile, session.call
        self.profile.blockSignals(True)
        self.profile.clear()
        profiles = {one.id: one for one in (*desk.profiles(), profile)}
        for one in profiles.values():
            self.profile.addItem(visible(one.name), one.id)
        self.profile.setCurrentIndex(self.profile.findData(profile.id))
        self.profile.blockSignals(False)
        self.api.setCurrentIndex(self.api.findData(call.api))
        self._show_models(call.model)
        fresh = self._shown != (session.id, call.api)
        if self._shown is None or self._shown[1] != call.api:
            self.form.offer(BY_ID[call.api].parameters)
        self._shown = (session.id, call.api)
        self.form.show_fields(call.fields, fresh=fresh)
        self._extras.show_call(call, fresh=fresh)
        known = [(one.id, one.name) for one in desk.profiles()]
        self.patterns.show_patterns(call.patterns, known, fresh=fresh)
        self._show_state(call, profile)
        self.output.show_call(call)
        modes = desk.settings.tools.modes
        self.tools.show_call(call, modes=modes, fresh=fresh)
        self.variables.show_call(call, session.draft, fresh=fresh)
        self.budgets.show_budgets(desk.settings.budgets)
        self._show_key()

    def _settle(self) -> None:
        """What is still being typed belongs to the session that is shown, not to the next one."""
        if self._session is not self.desk.session:
            self.form.settle()
            self._extras.settle()
            self.patterns.settle()
            self.variables.settle()

    def _show_models(self, chosen: str, *, typed: bool = False) -> None:
        """With `typed`, what is being typed into the box stays."""
        models = self.models()
        self.model.offer(models, chosen or self.desk.profile.model, typed=typed)
        end, about = self.model.end, self.model.model_chosen
        if end is not None:
            self.end.setText(end.text)
            self.end.setProperty("token", "" if end.token == "accent" else end.token)
            self.end.style().polish(self.end)
        self.end.setVisible(end is not None)
        facts: list[str] = []
        if about is not None and about.context:
            facts.append(f"reads {QLocale().toString(about.context)} tokens")
        if models and not facts:
            facts.append(f"{len(models)} models listed")
        self.about_model.setText(visible(" · ".join(facts)))
        self.about_model.setVisible(bool(facts))

    def _show_state(self, call: Call, profile: Profile) -> None:
        keeps, why = kept(call, profile)
        self.kept.setText("kept by the server" if keeps else "not kept by the server")
        self.kept.setToolTip(why)
        self.kept.setAccessibleDescription(why)
        why = fixed(call, profile)
        chosen = "history" if why else call.state
        self.state.setCurrentIndex(self.state.findData(chosen))
        self.state.setEnabled(not why)
        if not why and chosen == "previous_response_id" and not keeps:
            why = "Nothing to build on: the server is told to keep no answer."
        self.state.setToolTip(STATES[chosen][1])
        self.state.setAccessibleDescription(why or STATES[chosen][1])
        self.why_state.setText(why)
        self.why_state.setVisible(bool(why))

    def _show_key(self) -> None:
        profile = self.desk.profile
        if profile.id in OURS:
            self._keyed = profile.id
            self.key.setText("Started on this computer. Never sees a key of yours.")
            self.add_key.hide()
            return
        if self._keyed != profile.id:
            self._keyed = profile.id
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
        self.form.settle()
        self._update(api=self.api.itemData(index))

    def _model_picked(self) -> None:
        model = self.model.currentText().strip()
        if model != (self._session.call.model or self.desk.profile.model):
            self._update(model=model)

    def _state_picked(self, index: int) -> None:
        self._update(state=self.state.itemData(index))

    def _field_changed(self, path: str, on: bool, value: object) -> None:
        fields = dict(self._session.call.fields)
        fields.pop(path, None)
        if on:
            fields[path] = value
        self._update(fields=fields)

    def _typed(self) -> None:
        """A place for a variable may have come, or gone."""
        if self._session is self.desk.session:
            self.variables.show_call(self._session.call, self._session.draft)

    def _rename(self, old: str, new: str) -> None:
        """Another name for a variable, and for its places in all that is sent next."""
        session = self._session
        try:
            call = renamed_call(session.call, old, new)
        except ValueError as error:
            self.desk.report(Problem(title=f"{old} is not renamed.", detail=str(error)))
            self._show(session)
            return
        session.draft = renamed(session.draft, old, new)
        session.call = call
        if session is self.desk.session:
            self.desk.show_again()
        self._put(session)

    def _remove(self, name: str) -> None:
        session, before = self._session, self._session.call
        kept = {"variables": before.variables, "values": before.values}
        self._update(**without(before, name))
        self.desk.done.emit(
            f"Removed the variable {visible(name)}.", lambda: self._put(session, **kept)
        )

    def _update(self, **values: object) -> None:
        """Other settings for the session that stands here, on screen or just left."""
        self._put(self._session, **values)

    def _put(self, session: Session, **values: object) -> None:
        desk = self.desk
        session.call = session.call.model_copy(update=values)
        if session is desk.session:
            desk.changed()
        else:
            desk.mark(session)
            desk.keep()

    def _find_field(self, path: str = "") -> None:
        """Go to the request fields; with `path` to those that have it in their name."""
        self.desk.wanted.emit("settings")
        if path:
            self.form.filter.setText(path)
        into_view(self.form.filter)
        self.form.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.form.filter.selectAll()

    def _find_extras(self) -> None:
        self.desk.wanted.emit("settings")
        self._extras.reveal()

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
            self.desk.models[profile.id] = models
            if self.desk.profile.id == profile.id:
                self._show_models(self.desk.session.call.model, typed=True)
                if self.model.hasFocus():
                    self.model.open()

        self.desk.tasks.start(work(), self)

    def models(self) -> list[Model]:
        """Those that the server of this session has listed."""
        return self.desk.models.get(self.desk.profile.id, [])

    def _wanted(self, what: str) -> None:
        if what == "variables":
            self.desk.wanted.emit("settings")
            self._typed()
            into_view(self.variables)
            self.variables.reveal()
        elif what == "models":
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
