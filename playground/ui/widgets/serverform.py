"""A server as a form: where it is, how it is spoken to, and in what it differs from OpenAI."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.profile import OURS, Profile, is_secret
from playground.endpoints import ENDPOINTS
from playground.providers import PROVIDERS
from playground.providers.presets import EXAMPLES
from playground.ui import theme
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.quirks import QuirksForm, summary
from playground.ui.widgets.rows import Rows


class Unreadable(ValueError):  # noqa: N818  what it says is no error of a program
    """What stands in the form makes no profile: why, in a sentence without any secret."""


class ServerForm(QWidget):
    """Shows a profile and reads it back. Keys are typed here, and kept by whoever asks for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._profile = Profile(id="", name="")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 12, 0, gap=8)
        rows = self._rows = Rows(self)
        column.addWidget(rows)
        self.name = rows.line("Name")
        self.provider = rows.choice("Kind", [(one.id, one.title) for one in PROVIDERS])
        self.base_url = rows.line("Base URL")
        self.api_version = rows.line("API version", "a date, as in 2024-10-21")
        self.api = rows.choice("API", [(one.id, one.title) for one in ENDPOINTS])
        self.model = rows.line("Model", "empty: the server's first")
        self.key = rows.line("Key", "kept in the system's keyring")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        rows.add("", self._key_state())
        self.key_env = rows.line("Key from", "environment variable, e.g. OPENAI_API_KEY")
        self.provider.currentIndexChanged.connect(lambda _: self._of_this_kind())
        self.provider.activated.connect(lambda _: self._kind_picked())

        more = Rows(self)
        self.at_once = more.line("At once", "requests; empty: any number")
        self.at_once.setToolTip(
            "How many requests may be under way at the same time. Others wait for a free place, and"
            " while the server says that nothing is left of a rate limit."
        )
        self.key_header = more.line("Key header", "empty: Authorization: Bearer")
        self.organization = more.line("Organization")
        self.project = more.line("Project")
        self.headers = QPlainTextEdit(self)
        self.headers.setPlaceholderText("Name: value, one a line, sent with every request")
        theme.follow(self.headers, lambda look: self.headers.setFixedHeight(look.px(64)))
        self.headers.setTabChangesFocus(True)
        more.add("Headers", self.headers)
        self.more = Fold(self, more, strong=True)
        self.quirks = QuirksForm(self)
        self.differences = Fold(self, self.quirks, strong=True)
        for fold, body in ((self.more, more), (self.differences, self.quirks)):
            column.addWidget(fold)
            column.addWidget(body)
        column.addStretch(1)
        for line in (self.at_once, self.key_header, self.organization, self.project):
            line.textChanged.connect(lambda _: self._sum_up())
        self.headers.textChanged.connect(self._sum_up)
        self.quirks.changed.connect(self._sum_up)

    def _key_state(self) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        theme.space(line, 0, 0, 0, 0, gap=8)
        self.key_state = QLabel(row)
        self.key_state.setProperty("role", "caption")
        self.key_state.setTextFormat(Qt.TextFormat.PlainText)
        self.key_state.setWordWrap(True)
        # Two lines: what it says comes later, and then nothing may move.
        theme.follow(self.key_state, lambda look: self.key_state.setMinimumHeight(look.px(32)))
        line.addWidget(self.key_state, 1)
        self.forget_key = QPushButton("Remove the key", row)
        self.forget_key.setProperty("role", "quiet")
        self.forget_key.setAccessibleName("Remove the key")
        line.addWidget(self.forget_key)
        return row

    # What is shown.

    def show_profile(self, profile: Profile) -> None:
        self._profile = profile
        ours = profile.id in OURS
        self.name.setText(profile.name)
        self.provider.setCurrentIndex(self.provider.findData(profile.provider))
        self.base_url.setText(profile.base_url or ("started on this computer" if ours else ""))
        self.api_version.setText(profile.api_version)
        self.api.setCurrentIndex(self.api.findData(profile.api))
        self.model.setText(profile.model)
        self.key.clear()
        self.key_env.setText(profile.key_env)
        self.at_once.setText(str(profile.at_once) if profile.at_once else "")
        self.key_header.setText(profile.key_header)
        self.organization.setText(profile.organization)
        self.project.setText(profile.project)
        self.headers.setPlainText("\n".join(f"{k}: {v}" for k, v in profile.headers.items()))
        self.quirks.show_quirks(profile.quirks)
        for field in (
            self.name, self.provider, self.base_url, self.api_version, self.api, self.model,
            self.key, self.key_env, self.at_once, self.key_header, self.organization, self.project,
            self.headers, self.quirks,
        ):  # fmt: skip
            field.setEnabled(not ours)
        self._of_this_kind()
        self._sum_up()

    def _of_this_kind(self) -> None:
        """Show what this kind of server asks for, and how its address looks."""
        kind = self.provider.currentData()
        self._rows.show_row(self.api_version, kind == "azure" or bool(self._profile.api_version))
        example = EXAMPLES.get(self._profile.id) or EXAMPLES[kind]
        self.base_url.setPlaceholderText(example)

    def _kind_picked(self) -> None:
        """Azure's keys go into a header of their own."""
        if self.provider.currentData() == "azure" and not self.key_header.text():
            self.key_header.setText("api-key")

    def _sum_up(self) -> None:
        headers = len(self.headers.toPlainText().split("\n")) if self.headers.toPlainText() else 0
        at_once = self.at_once.text().strip()
        said = (
            f"{at_once} at once" if at_once else "",
            f"key in {self.key_header.text()}" if self.key_header.text() else "",
            self.organization.text(),
            self.project.text(),
            f"{headers} header{'s' if headers != 1 else ''}" if headers else "",
        )
        self.more.say("More", visible(" · ".join(filter(None, said))))
        self.more.setAccessibleName("More about this server")
        self.differences.say("Differences from OpenAI", visible(summary(self.quirks.quirks())))
        self.differences.setAccessibleName("How this server differs from OpenAI")

    # What is read.

    def read(self) -> Profile:
        """The profile as it stands in the form. Raises Unreadable."""
        headers = self._headers()
        base_url, key_env = self.base_url.text().strip(), self.key_env.text().strip()
        if secret := _secret(base_url, headers):
            raise Unreadable(
                f"{secret} holds a secret, and settings are a plain file. Put it into Key instead:"
                " that one is kept safely."
            )
        if key_env and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key_env):
            # Not shown again: it may be the key itself.
            raise Unreadable("“Key from” takes the name of an environment variable.")
        key_header = self.key_header.text().strip()
        if key_header and not (
            re.fullmatch(r"[A-Za-z0-9-]+", key_header) and is_secret(key_header)
        ):
            # Not shown again, as above. A name that says so is masked wherever it appears.
            raise Unreadable("“Key header” takes the name of a header for keys, as in api-key.")
        at_once = self.at_once.text().strip() or "0"
        if not re.fullmatch(r"[0-9]{1,4}", at_once):
            raise Unreadable("“At once” takes a number of requests, or nothing for any number.")
        return self._profile.model_copy(
            update={
                "at_once": int(at_once),
                "name": self.name.text().strip() or "A server",
                "provider": self.provider.currentData(),
                "base_url": base_url,
                "api_version": self.api_version.text().strip(),
                "api": self.api.currentData(),
                "model": self.model.text().strip(),
                "key_env": key_env,
                "key_header": key_header,
                "organization": self.organization.text().strip(),
                "project": self.project.text().strip(),
                "headers": headers,
                "quirks": self.quirks.quirks(),
            }
        )

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for line in self.headers.toPlainText().split("\n"):
            name, colon, value = line.partition(":")
            if line.strip() and (not colon or not name.strip()):
                raise Unreadable(f"This header has no colon: {visible(line)}")
            if line.strip():
                headers[name.strip()] = value.strip()
        return headers


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
