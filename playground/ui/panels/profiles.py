"""The Servers dialog: where requests can go, each with its address, its key and its ways."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr, ValidationError
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import OURS, Profile, is_secret
from playground.core.session import new_id
from playground.endpoints import ENDPOINTS
from playground.providers.presets import PRESETS
from playground.ui import theme, words
from playground.ui.desk import Desk
from playground.ui.widgets.dialogs import fit

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
        fit(self, parent, 820, 660)
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
        self.add.clicked.connect(self._add)
        self.look = QPushButton("Look for local servers", self)
        self.look.setToolTip(
            "Asks Ollama (11434), LM Studio (1234) and llama.cpp (8080), here only"
        )
        self.look.clicked.connect(self._look_around)
        for button in (self.add, self.look):
            button.setAccessibleName(button.text())
            left.addWidget(button)
        outer.addLayout(left)

        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("The server's settings")
        inner = QWidget(area)
        area.setWidget(inner)
        right = QVBoxLayout()
        theme.space(right, gap=8)
        right.addWidget(area, 1)
        outer.addLayout(right, 1)
        page = QVBoxLayout(inner)
        theme.space(page, 0, 0, 0, 0)
        form = QFormLayout()
        page.addLayout(form)
        page.addStretch(1)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        theme.space(form, 0, 0, 12, 0)
        theme.follow(form, lambda look: form.setVerticalSpacing(look.px(8)))
        theme.follow(form, lambda look: form.setHorizontalSpacing(look.px(16)))
        self.name = self._line(form, "Name")
        self.base_url = self._line(form, "Base URL", "https://host/v1, with or without /v1")
        self.api = QComboBox(inner)
        self.api.setAccessibleName("API")
        for endpoint in ENDPOINTS:
            self.api.addItem(endpoint.title, endpoint.id)
        form.addRow("API", self.api)
        self.model = self._line(form, "Model", "empty: the server's first")
        self.key = self._line(form, "Key", "kept in the system's keyring")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        row = QHBoxLayout()
        self.key_state = QLabel(inner)
        self.key_state.setProperty("role", "caption")
        self.key_state.setTextFormat(Qt.TextFormat.PlainText)
        self.key_state.setWordWrap(True)
        # Two lines: what it says comes later, and then nothing may move.
        theme.follow(self.key_state, lambda look: self.key_state.setMinimumHeight(look.px(32)))
        row.addWidget(self.key_state, 1)
        self.forget_key = QPushButton("Remove the key", inner)
        self.forget_key.setProperty("role", "quiet")
        self.forget_key.setAccessibleName("Remove the key")
        self.forget_key.clicked.connect(self._forget_key)
        row.addWidget(self.forget_key)
        form.addRow("", row)
        self.key_env = self._line(form, "Key from", "environment variable, e.g. OPENAI_API_KEY")
        self.organization = self._line(form, "Organization")
        self.project = self._line(form, "Project")
        self.headers = QPlainTextEdit(inner)
        self.headers.setAccessibleName("Headers")
        self.headers.setPlaceholderText("Name: value, one a line, sent with every request")
        theme.follow(self.headers, lambda look: self.headers.setFixedHeight(look.px(64)))
        self.headers.setTabChangesFocus(True)
        form.addRow("Headers", self.headers)
        self.quirks = QPlainTextEdit(inner)
        self.quirks.setAccessibleName("Ways of this server, as JSON")
        theme.follow(self.quirks, lambda look: self.quirks.setFixedHeight(look.px(84)))
        self.quirks.setTabChangesFocus(True)
        form.addRow("Quirks", self.quirks)
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
            self.key.setFocus()

    def _line(self, form: QFormLayout, name: str, hint: str = "") -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(name)
        line.setPlaceholderText(hint)
        form.addRow(name, line)
        return line

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
        ours = profile.id in OURS
        self.name.setText(profile.name)
        self.base_url.setText(profile.base_url or ("started on this computer" if ours else ""))
        self.api.setCurrentIndex(self.api.findData(profile.api))
        self.model.setText(profile.model)
        self.key.clear()
        self.key_env.setText(profile.key_env)
        self.organization.setText(profile.organization)
        self.project.setText(profile.project)
        self.headers.setPlainText("\n".join(f"{k}: {v}" for k, v in profile.headers.items()))
        self.quirks.setPlainText(profile.quirks.model_dump_json(indent=1, exclude_defaults=True))
        for field in (
            self.name, self.base_url, self.api, self.model, self.key, self.key_env,
            self.organization, self.project, self.headers, self.quirks, self.save,
        ):  # fmt: skip
            field.setEnabled(not ours)
        changed = any(one.id == profile.id for one in self.desk.settings.profiles)
        preset = any(one.id == profile.id for one in PRESETS)
        self.remove.setVisible(changed)
        self.remove.setText("Back to the preset" if preset else "Delete")
        self.remove.setAccessibleName(self.remove.text())
        self.said.clear()
        self._show_key(profile)

    def _show_key(self, profile: Profile) -> None:
        self.forget_key.hide()
        if profile.id in OURS:
            self.key_state.setText("Our own servers never get a key.")
            return
        self.key_state.setText("Looking for the key…")

        async def work() -> None:
            words, source = await self.desk.key_words(profile)
            if self._profile is not None and self._profile.id == profile.id:
                self.key_state.setText(words)
                self.forget_key.setVisible(source in ("keyring", "memory", "withheld"))

        self.desk.tasks.start(work(), self)

    # What the user does.

    def _read(self) -> Profile | None:
        """The profile as it stands in the form; None, and a sentence, when that is none."""
        assert self._profile is not None
        headers: dict[str, str] = {}
        for line in self.headers.toPlainText().split("\n"):
            name, colon, value = line.partition(":")
            if line.strip() and (not colon or not name.strip()):
                self.said.setText(f"This header has no colon: {visible(line)}")
                return None
            if line.strip():
                headers[name.strip()] = value.strip()
        base_url, key_env = self.base_url.text().strip(), self.key_env.text().strip()
        if secret := _secret(base_url, headers):
            self.said.setText(
                f"{secret} holds a secret, and settings are a plain file. Put it into Key instead:"
                " that one is kept safely."
            )
            return None
        if key_env and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key_env):
            # Not shown again: it may be the key itself.
            self.said.setText("“Key from” takes the name of an environment variable.")
            return None
        try:
            quirks: Any = json.loads(self.quirks.toPlainText() or "{}")
            return Profile(
                id=self._profile.id,
                name=self.name.text().strip() or "A server",
                provider=self._profile.provider,
                base_url=base_url,
                api=self.api.currentData(),
                model=self.model.text().strip(),
                key_env=key_env,
                organization=self.organization.text().strip(),
                project=self.project.text().strip(),
                headers=headers,
                quirks=quirks,
            )
        except (ValueError, ValidationError) as error:
            self.said.setText(visible(f"The quirks cannot be read: {error}"))
            return None

    def _save(self) -> bool:
        profile = self._profile
        if profile is None or profile.id in OURS:
            return profile is not None
        profile = self._read()
        if profile is None:
            return False
        rows = self.desk.settings.profiles
        if profile != self.desk.workspace.profile(profile.id):
            at = next((n for n, one in enumerate(rows) if one.id == profile.id), len(rows))
            rows[at : at + 1] = [profile]
            self.desk.save_settings()
        self._profile = profile
        secret = SecretStr(self.key.text().strip())
        self.key.clear()
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

    def _add(self) -> None:
        profile = Profile(id=new_id("srv"), name="A new server", api="chat")
        self.desk.settings.profiles.append(profile)
        self.desk.save_settings()
        self._fill(profile.id)
        self.base_url.setFocus()

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


def _secret(base_url: str, headers: dict[str, str]) -> str:
    """What of this would put a secret into the settings; empty when nothing does."""
    for name, value in headers.items():
        if value and is_secret(name):
            return f"The header {visible(name)}"
    try:
        parts = urlsplit(base_url)
        named = parts.password or any(is_secret(name) for name, _ in parse_qsl(parts.query))
    except ValueError:
        return ""  # no address at all: said when it is used
    return "The address" if named else ""
