"""The Servers dialog: where requests can go, each with its address, its key and its ways."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import OURS, Profile
from playground.core.session import new_id
from playground.providers.presets import GROUPS, PRESETS, listed
from playground.ui import theme, words
from playground.ui.desk import Desk
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.serverform import ServerForm, Unreadable

PROBED = ("ollama", "lmstudio", "llamacpp")
"""Presets that are looked for on this computer, when the user asks for it."""


class ServersDialog(QDialog):
    """Edit profiles; nothing is sent anywhere but on a click."""

    def __init__(self, desk: Desk, parent: QWidget, *, key: bool = False) -> None:
        """With `key` the field for the key has the focus: somebody wants to add one."""
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle("Servers")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 820, 760)
        self._profile: Profile | None = None
        self._keeping: asyncio.Future[str] | None = None
        """A key on its way into the keyring."""
        outer = QHBoxLayout(self)
        theme.space(outer, 16, 16, 16, 12, gap=16)
        left = QVBoxLayout()
        theme.space(left, gap=8)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Servers")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self.list, lambda look: self.list.setFixedWidth(look.px(260)))
        self.list.currentItemChanged.connect(lambda item, _: self._picked(item))
        left.addWidget(self.list, 1)
        self.add = QPushButton("Add a server", self)
        self.add.clicked.connect(lambda: self._add())
        self.presets = QPushButton("Add from a preset…", self)
        self.presets.clicked.connect(self._open_presets)
        self.look = QPushButton("Look for local servers", self)
        self.look.setToolTip(
            "Asks Ollama (11434), LM Studio (1234) and llama.cpp (8080), here only"
        )
        self.look.clicked.connect(self._look_around)
        for button in (self.add, self.presets, self.look):
            button.setAccessibleName(button.text())
            left.addWidget(button)
        outer.addLayout(left)

        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("The server's settings")
        self.form = ServerForm(area)
        self.form.forget_key.clicked.connect(self._forget_key)
        area.setWidget(self.form)
        right = QVBoxLayout()
        theme.space(right, gap=8)
        right.addWidget(area, 1)
        outer.addLayout(right, 1)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        theme.follow(self.said, lambda look: self.said.setMinimumHeight(look.px(36)))
        right.addWidget(self.said)
        buttons = QHBoxLayout()
        theme.space(buttons, gap=8)
        self.remove = QPushButton("Delete", self)
        self.test = QPushButton("Test", self)
        self.test.setToolTip("Save, then ask the server for its models")
        self.save = QPushButton("Save", self)
        self.use = QPushButton("Use", self)
        self.use.setToolTip("Save, and send the next turns of this session there")
        self.use.setProperty("role", "primary")
        close = QPushButton("Close", self)
        self.remove.clicked.connect(self._remove)
        self.test.clicked.connect(self._test)
        self.save.clicked.connect(lambda: self._save())
        close.clicked.connect(self.reject)
        self.use.clicked.connect(self._use)
        for button in (self.remove, self.test, self.save, close, self.use):
            button.setAccessibleName(button.text())
            button.setAutoDefault(False)
            buttons.addWidget(button)
            if button is self.remove:
                buttons.addStretch(1)
        right.addLayout(buttons)
        wanted = desk.profile.id
        if key and wanted in OURS:
            wanted = "openai"  # our own servers never get a key
        self._fill(wanted)
        if key:
            self.form.key.setFocus()

    # What is shown.

    def _fill(self, chosen: str) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for profile in self.desk.profiles():
            item = QListWidgetItem(visible(profile.name))
            item.setData(Qt.ItemDataRole.UserRole, profile.id)
            item.setToolTip(words.tip(profile.base_url))
            self.list.addItem(item)
            if profile.id == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._picked(self.list.currentItem())

    def _picked(self, item: QListWidgetItem | None) -> None:
        if item is None:
            if self.list.count():
                self.list.setCurrentRow(0)
            return
        profile = self.desk.workspace.profile(item.data(Qt.ItemDataRole.UserRole))
        self._show(profile)

    def _show(self, profile: Profile) -> None:
        self._profile = profile
        self.form.show_profile(profile)
        self.save.setEnabled(profile.id not in OURS)
        changed = any(one.id == profile.id for one in self.desk.settings.profiles)
        preset = any(one.id == profile.id for one in listed(PRESETS))
        self.remove.setVisible(changed)
        self.remove.setText("Back to the preset" if preset else "Delete")
        self.remove.setAccessibleName(self.remove.text())
        self.said.clear()
        self._show_key(profile)

    def _show_key(self, profile: Profile) -> None:
        self.form.forget_key.hide()
        if profile.id in OURS:
            self.form.key_state.setText("Our own servers never get a key.")
            return
        self.form.key_state.setText("Looking for the key…")

        async def work() -> None:
            words, source = await self.desk.key_words(profile)
            if self._profile is not None and self._profile.id == profile.id:
                self.form.key_state.setText(words)
                self.form.forget_key.setVisible(source in ("keyring", "memory", "withheld"))

        self.desk.tasks.start(work(), self)

    # What the user does.

    def _save(self) -> bool:
        profile = self._profile
        if profile is None or profile.id in OURS:
            return profile is not None
        try:
            profile = self.form.read()
        except Unreadable as error:
            self.said.setText(str(error))
            return False
        if profile != self.desk.workspace.profile(profile.id):
            self.desk.keep_profile(profile)
        self._profile = profile
        secret = SecretStr(self.form.key.text().strip())
        self.form.key.clear()
        if secret.get_secret_value():
            self._keep_key(profile, secret)
        self._fill(profile.id)
        self.desk.settings_changed.emit()
        self.said.setText("Saved.")
        return True

    def _keep_key(self, profile: Profile, secret: SecretStr) -> None:
        """Hand the key over; it is kept also when the dialog is closed meanwhile."""
        desk = self.desk

        async def keep() -> str:
            where = await desk.keys.put(profile, secret)
            desk.settings_changed.emit()
            return where

        self._keeping = keeping = desk.tasks.start(keep(), desk)

        async def tell() -> None:
            try:
                where = await asyncio.shield(keeping)
            except Failure:
                return  # reported by who began it
            why = desk.keys.state.why if desk.keys.state is not None else ""
            self.said.setText(
                "Saved. The key is in the system's keyring."
                if where == "keyring"
                else f"The key is kept in memory until Playground closes: {visible(why)}"
            )
            self._show_key(profile)

        desk.tasks.start(tell(), self)

    async def _kept(self) -> None:
        """When the keyring has the key that was typed, or has refused it."""
        if self._keeping is not None:
            await asyncio.wait([self._keeping])

    def _forget_key(self) -> None:
        profile = self._profile
        if profile is None:
            return

        async def work() -> None:
            await self.desk.keys.delete(profile)
            self._show_key(profile)
            self.desk.settings_changed.emit()

        self.desk.tasks.start(work(), self)

    def _add(self, preset: Profile | None = None) -> None:
        """Add a server to be filled in, or one like a preset; under its own id the first time."""
        profile = Profile(id=new_id("srv"), name="A new server", api="chat")
        if preset is not None:
            profile = self.desk.workspace.profile(preset.id)
            if any(one.id == preset.id for one in self.desk.profiles()):
                new = {"id": new_id("srv"), "name": f"{preset.name} 2"}
                profile = profile.model_copy(update=new)
        self.desk.keep_profile(profile)
        self._fill(profile.id)
        self.desk.settings_changed.emit()
        self.form.base_url.setFocus()

    def _open_presets(self) -> None:
        """The presets in their groups, over the button."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, group in GROUPS:
            inside = menu.addMenu(title) if len(group) > 1 else menu
            for preset in group:
                action = inside.addAction(preset.name)
                action.triggered.connect(lambda _, preset=preset: self._add(preset))
        menu.popup(self.presets.mapToGlobal(QPoint(0, self.presets.height())))

    def _remove(self) -> None:
        profile = self._profile
        if profile is None:
            return
        rows = self.desk.settings.profiles
        rows[:] = [one for one in rows if one.id != profile.id]
        self.desk.save_settings()
        self._fill(profile.id)
        self.desk.settings_changed.emit()

    def _use(self) -> None:
        if not self._save() or self._profile is None:
            return
        wanted = self._profile.id

        async def work() -> None:
            await self._kept()
            self.desk.use_profile(wanted)
            self.accept()

        self.desk.tasks.start(work(), self)

    def _test(self) -> None:
        if not self._save() or self._profile is None:
            return
        profile = self.desk.workspace.profile(self._profile.id)
        self.said.setText("Asking the server for its models…")

        async def work() -> None:
            await self._kept()
            try:
                models = await self.desk.workspace.models(profile, self.said.setText)
            except Failure as failure:
                problem = failure.problem
                self.said.setText(visible(f"{problem.title} {problem.detail}".strip()[:600]))
                return
            names = ", ".join(model.id for model in models[:4])
            self.said.setText(visible(f"It answers and lists {len(models)} models: {names}."))

        self.desk.tasks.start(work(), self)

    def _look_around(self) -> None:
        self.said.setText("Looking on this computer…")

        async def work() -> None:
            found: list[str] = []
            for preset in PROBED:
                profile = self.desk.workspace.profile(preset)
                try:
                    models = await self.desk.workspace.models(profile, lambda _: None)
                except Failure:
                    continue
                found.append(f"{profile.name} ({len(models)} models)")
                self._fill(preset)
            self.said.setText(
                f"Found {', '.join(found)}. Choose Use to talk to it."
                if found
                else "Neither Ollama, LM Studio nor llama.cpp answers on this computer."
            )

        self.desk.tasks.start(work(), self)
