"""The dialog for one MCP server: how it is started or reached, and what a test start finds.

What is described here is kept as a plain file. So it has the names of secrets and never a value,
also where the JSON of another program that is pasted has them. Nothing is started but by *Test
start*, and not by this dialog: whoever opened it does that, and tells how it goes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.profile import is_loopback, is_secret
from playground.core.session import new_id
from playground.tools.mcp_values import Listed, McpSpec, Trial
from playground.ui import theme
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.fieldedit import Choice, into_view
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.growingtext import GrowingText
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.rows import WIDE as ROW_NAME
from playground.ui.widgets.rows import Rows

TRANSPORTS = (("stdio", "A program on this computer (stdio)"), ("http", "Over HTTP (streamable)"))
ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LINES = 8
"""Of diagnostics, that are seen at once."""
NAMES = 40
"""Tools, resources or prompts that are named; of more it is said how many there are."""
LONGEST = 86_400.0
"""Seconds that a call may take at most."""

GAP = 12
"""Pixels of the design between the name of a field and the field."""

FACTS = ("Runs", "PATH", "Server", "Tools", "Resources", "Prompts", "Notes")
"""What a test start tells, in this order."""

ABOUT_COMMAND = "As in a terminal, but read by no shell: without variables, pipes and ~."
ABOUT_ENV = (
    "Only names. The values are taken from Playground's own environment when the server starts, "
    "and are never kept."
)
ABOUT_HEADERS = (
    "Only names. The value of each is taken from the environment variable of that name in "
    "capitals, with _ for what is no letter (X-Api-Key: X_API_KEY), and is never kept."
)

_ROOTS = ("mcpServers", "servers", "context_servers", "mcp_servers", "mcp")
_URLS = ("url", "serverUrl", "httpUrl")
_SHELL = frozenset(("|", "||", "&", "&&", ";", ">", ">>", "<", "2>&1"))
_VALUE = re.compile(r"([\w.-]+)\s*[=:]\s*(?!\$\{)\S")


# What is read.


@dataclass(frozen=True, slots=True)
class Pasted:
    """A server as the settings of another program have it."""

    spec: McpSpec
    """With an empty id."""
    dropped: tuple[str, ...] = ()
    """Names whose values stood there, and are not kept."""
    notes: tuple[str, ...] = ()
    """What is another thing here than there, in sentences."""


def pasted(text: str) -> list[Pasted]:
    """The servers in a piece of JSON. Raises ValueError, with a sentence, when there are none."""
    rows = _servers(_loaded(text))
    if not rows:
        raise ValueError("No server is described by this JSON: none has a command or an address.")
    return [_pasted(name, row) for name, row in rows.items()]


def split_command(text: str, *, windows: bool = os.name == "nt") -> list[str]:
    """The words of a command line. Raises ValueError, with a sentence."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if windows:
        lexer.escape = ""  # where it stands between the folders of a path
    try:
        return list(lexer)
    except ValueError:
        what = "quotation mark is not closed" if _open(text) else "backslash has nothing behind it"
        raise ValueError(f"In the command line a {what}.") from None


def joined(words: Iterable[str]) -> str:
    """A command line that is split into these words again."""
    return shlex.join(words)


def cautions(spec: McpSpec) -> list[str]:
    """What can be kept, but may not be what is meant, in sentences."""
    said = []
    words = [spec.command, *spec.args] if spec.transport == "stdio" else []
    if shell := next((word for word in words if word in _SHELL), None):
        said.append(f"No shell reads this: {shell} is an argument like the others.")
    if "=" in spec.command and ENV_NAME.fullmatch(spec.command.partition("=")[0]):
        said.append(
            "It begins with a variable, not with a program. Name the variable under Environment."
        )
    elif secret := _secret_in(words):
        said.append(
            f"The value of {visible(secret)} looks like a secret, and this is kept in a plain file."
            " Most servers take it from the environment as well."
        )
    parts = urlsplit(spec.url)
    if spec.transport == "http" and parts.scheme == "http" and not is_loopback(spec.url):
        said.append("What is sent to this address can be read on its way.")
    return said


def guessed(spec: McpSpec) -> str:
    """What a server may be called that nobody has given a name."""
    if spec.transport == "http":
        return urlsplit(spec.url).hostname or ""
    runs = PurePath(spec.command).stem
    package = next((arg for arg in spec.args if not arg.startswith("-")), "")
    if runs in ("npx", "uvx", "bunx", "pipx") and package:
        return package.rpartition("/")[2].partition("@")[0] or runs
    return runs


def _loaded(text: str) -> Any:
    """Also of a piece without the braces around it, as manuals print them."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("This JSON is nested too deeply.") from None
    except ValueError as error:
        try:
            return json.loads(f"{{{text.strip().rstrip(',')}}}")
        except (ValueError, RecursionError):
            raise ValueError(f"This is not JSON yet: {error}.") from None


def _servers(value: Any) -> dict[str, Mapping[str, Any]]:
    if not isinstance(value, dict):
        return {}
    if _is_server(value):
        return {"": value}
    for root in _ROOTS:
        inner = value.get(root)
        if isinstance(inner, dict) and not _is_server(inner):
            return _servers(inner)
    return {name: row for name, row in value.items() if isinstance(row, dict) and _is_server(row)}


def _is_server(row: Mapping[str, Any]) -> bool:
    named = isinstance(row.get("command"), (str, list, dict))
    return named or any(isinstance(row.get(name), str) for name in _URLS)


def _pasted(name: str, row: Mapping[str, Any]) -> Pasted:
    command: Any = row.get("command")
    args: Any = row.get("args")
    env: Any = row.get("env") or row.get("environment")
    if isinstance(command, dict):
        command, args, env = command.get("path"), command.get("args"), command.get("env") or env
    words = [*command] if isinstance(command, list) else [command] if command else []
    words += args if isinstance(args, list) else []
    program, *rest = [str(word) for word in words] or [""]
    url = next((str(row[one]) for one in _URLS if isinstance(row.get(one), str)), "")
    http = bool(url) and not program
    values = _named(row.get("headers") if http else env, HEADER_NAME if http else ENV_NAME)
    notes = []
    if str(row.get("type") or row.get("transport")) == "sse":
        notes.append("It is described as SSE, which is older. Here it is asked by streamable HTTP.")
    if isinstance(file := row.get("envFile"), str):
        notes.append(f"{visible(file)} is not read: name under Environment what is needed of it.")
    cwd = row.get("cwd")
    if any("${" in word for word in (program, *rest, url, str(cwd or ""))):
        notes.append("What stands in ${…} is filled in there, and not here: put it in by hand.")
    names = tuple(values)
    spec = McpSpec(
        id="", name=name,
        transport="http" if http else "stdio",
        command=program, args=tuple(rest),
        env=() if http else names,
        cwd=cwd if isinstance(cwd, str) and not http else "",
        url=url if http else "",
        headers=names if http else (),
    )  # fmt: skip
    return Pasted(spec, tuple(one for one, value in values.items() if value), tuple(notes))


def _named(values: Any, pattern: re.Pattern[str]) -> dict[str, bool]:
    """(name, whether a value stood there); what is no name is left away."""
    if isinstance(values, list):  # names alone, or NAME=value
        values = dict(str(one).partition("=")[::2] for one in values)
    if not isinstance(values, dict):
        return {}
    return {str(key): bool(value) for key, value in values.items() if pattern.fullmatch(str(key))}


def _open(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("'") % 2 == 1


def _secret_in(words: Sequence[str]) -> str:
    """The name before what looks like a secret in a command line; empty when nothing does."""
    for word, then in pairwise((*words, "")):
        if word.startswith("-") and "=" not in word and is_secret(word):
            if then and not then.startswith(("-", "${")):
                return word
        elif found := next((m[1] for m in _VALUE.finditer(word) if is_secret(m[1])), ""):
            return found
    return ""


def _names(text: str, pattern: re.Pattern[str], what: str) -> tuple[str, ...]:
    """Raises ValueError. What is no name is not said: it may be the secret itself."""
    found = tuple(dict.fromkeys(re.split(r"[\s,;]+", text.strip()))) if text.strip() else ()
    if any(not pattern.fullmatch(one) for one in found):
        raise ValueError(f"{what} takes names, with spaces between them, and no values.")
    return found


# What is shown.


class McpDialog(QDialog):
    """Signals:
    saved(McpSpec): it is to be kept. Nothing is started by that.
    test_wanted(McpSpec): it is to be started to see what comes of that, as it stands here.
    stop_wanted(): the test start is to be ended.
    """

    saved = Signal(object)
    test_wanted = Signal(object)
    stop_wanted = Signal()

    def __init__(
        self, spec: McpSpec | None, parent: QWidget, *, environ: Collection[str] = ()
    ) -> None:
        """`spec`: None for a new server. `environ`: names of what the environment has."""
        super().__init__(parent)
        self._spec = spec or McpSpec(id=new_id("mcp"), name="")
        self._environ = environ
        self._tested: McpSpec | None = None
        self._found: list[Pasted] = []
        self.testing = False
        self.setWindowTitle("Add an MCP server" if spec is None else "MCP server")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 660, 680)
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=8)
        self._area = area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("The server's description")
        inner = QWidget(area)
        # As high as it is at its width: its least height is that of the narrowest it could be.
        inner.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        body = QVBoxLayout(inner)
        theme.space(body, 0, 0, 10, 0, gap=8)
        self._make_paste(inner, body)
        self._make_form(inner, body)
        self.trial = TrialView(inner)
        self.trial.hide()
        body.addWidget(self.trial)
        body.addStretch(1)
        area.setWidget(inner)
        column.addWidget(area, 1)
        self.said = _caption("What is wrong with the description", self)
        self.said.setProperty("token", "error")
        theme.follow(self.said, lambda look: self.said.setMinimumHeight(look.px(18)))
        column.addWidget(self.said)
        column.addLayout(self._make_buttons())
        stops = (
            self.paste, self.json, self.which, self.name, self.transport, self.command, self.env,
            self.cwd, self.choose, self.url, self.headers, self.seconds,
        )  # fmt: skip
        for before, stop in pairwise(stops):
            self.setTabOrder(before, stop)
        self.show_spec(self._spec)
        self.finished.connect(lambda _: self._stop())

    # Parts.

    def _make_paste(self, parent: QWidget, body: QVBoxLayout) -> None:
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 4, gap=4)
        self.json = QPlainTextEdit(page)
        self.json.setProperty("role", "entry")
        self.json.setAccessibleName("JSON of another program")
        self.json.setPlaceholderText(
            '{"mcpServers": {"files": {"command": "npx", "args": ["-y", "…"]}}}'
        )
        self.json.setTabChangesFocus(True)
        self.json.setUndoRedoEnabled(False)  # what was pasted may hold a secret
        self.json.textChanged.connect(self._pasted)
        theme.follow(self.json, lambda look: self.json.setFixedHeight(look.px(72)))
        column.addWidget(self.json)
        self.paste = Fold(parent, page, strong=True)
        self.paste.say("Paste JSON", "as the manuals of servers print it")
        self.paste.setAccessibleName("Paste the JSON of another program")
        self.which = Choice(parent)
        self.which.setAccessibleName("Which of the pasted servers")
        self.which.activated.connect(lambda at: self._take(self._found[at]))
        self.taken = _caption("What became of the JSON", parent)
        for one in (self.paste, page, self.which, self.taken):
            body.addWidget(one)
        self.which.hide()
        self.taken.hide()

    def _make_form(self, parent: QWidget, body: QVBoxLayout) -> None:
        self._of: dict[str, list[QWidget]] = {"stdio": [], "http": []}

        def row(name: str, field: QWidget, of: str = "", about: QLabel | None = None) -> None:
            rows = Rows(parent)
            rows.add(name, field)
            for part in (rows, about):
                if part is not None:
                    body.addWidget(part)
                    if of:
                        self._of[of].append(part)

        def line(hint: str, role: str = "") -> QLineEdit:
            made = QLineEdit(parent)
            made.setPlaceholderText(hint)
            made.setProperty("role", role)
            made.textChanged.connect(lambda _: self._edited())
            return made

        self.name = line("")
        self.transport = Choice(parent)
        for value, words in TRANSPORTS:
            self.transport.addItem(words, value)
        self.transport.activated.connect(lambda _: self._edited())
        self.command = line("npx -y @modelcontextprotocol/server-everything", "entry")
        self.about_command = _caption("How the command line is read", parent, aside=True)
        self.env = line("GITHUB_TOKEN, DATABASE_URL")
        self.about_env = _caption("Where the values are from", parent, aside=True)
        self.cwd = line("your home folder")
        self.cwd.setAccessibleName("Working folder")
        self.url = line("https://example.com/mcp", "entry")
        self.headers = line("Authorization, X-Team")
        self.about_headers = _caption("Where the values are from", parent, aside=True)
        self.seconds = line("60", "number")
        self.seconds.setToolTip("That a call of one of its tools may take")
        row("Name", self.name)
        row("Kind", self.transport)
        row("Command line", self.command, "stdio", self.about_command)
        row("Environment", self.env, "stdio", self.about_env)
        row("Folder", self._beside_cwd(parent), "stdio")
        row("Address", self.url, "http")
        row("Headers", self.headers, "http", self.about_headers)
        row("Seconds", self.seconds)
        self.warned = Warned(parent)
        body.addWidget(self.warned)

    def _beside_cwd(self, parent: QWidget) -> QWidget:
        whole = QWidget(parent)
        line = QHBoxLayout(whole)
        theme.space(line, 0, 0, 0, 0, gap=8)
        line.addWidget(self.cwd, 1)
        self.choose = QPushButton("Choose…", whole)
        self.choose.setAutoDefault(False)
        self.choose.setAccessibleName("Choose the working folder")
        self.choose.clicked.connect(self.ask_for_folder)
        line.addWidget(self.choose)
        return whole

    def _make_buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        theme.space(line, gap=8)
        self.test = QPushButton("Test start", self)
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setProperty("role", "quiet")
        self.save = QPushButton("Save", self)
        self.save.setProperty("role", "primary")
        self.save.setToolTip("Keep this description. Nothing is started by that.")
        for button in (self.test, self.cancel, self.save):
            button.setAutoDefault(False)
            button.setAccessibleName(button.text())
            line.addWidget(button)
            if button is self.test:
                line.addStretch(1)
        self.save.setDefault(True)
        self.test.clicked.connect(self._turn_test)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self._save)
        return line

    # The description.

    def show_spec(self, spec: McpSpec) -> None:
        """Put it into the form. Its id is of no matter: that of the dialog's server stays."""
        self.name.setText(spec.name)
        self.transport.setCurrentIndex(self.transport.findData(spec.transport))
        self.command.setText(joined([spec.command, *spec.args]) if spec.command else "")
        self.env.setText(", ".join(spec.env))
        self.cwd.setText(spec.cwd)
        self.url.setText(spec.url)
        self.headers.setText(", ".join(spec.headers))
        self.seconds.setText(f"{spec.seconds:g}")
        for line in (self.command, self.url, self.cwd):
            line.setCursorPosition(0)
        self._edited()

    def read(self) -> McpSpec:
        """As it stands in the form. Raises ValueError, with a sentence and without a secret."""
        http = self.transport.currentData() == "http"
        command, *args = split_command(self.command.text()) or [""]
        spec = self._spec.model_copy(
            update={
                "name": self.name.text().strip(),
                "transport": self.transport.currentData(),
                "command": command,
                "args": tuple(args),
                "env": _names(self.env.text(), ENV_NAME, "Environment"),
                "cwd": self.cwd.text().strip(),
                "url": self.url.text().strip(),
                "headers": _names(self.headers.text(), HEADER_NAME, "Headers"),
                "seconds": _seconds(self.seconds.text()),
            }
        )
        if http:
            _check_address(spec.url)
        elif not command:
            raise ValueError("It needs a command line: the program that is the server.")
        return spec if spec.name else spec.model_copy(update={"name": guessed(spec) or "server"})

    def _edited(self) -> None:
        for of, parts in self._of.items():
            for part in parts:
                part.setVisible(of == self.transport.currentData())
        said = ""
        try:
            words = split_command(self.command.text())
        except ValueError as error:
            words, said = [], str(error)
        _say(self.about_command, said or _spelled(words), wrong=bool(said))
        self._say_names(self.env, self.about_env, ENV_NAME, ABOUT_ENV)
        self._say_names(self.headers, self.about_headers, HEADER_NAME, ABOUT_HEADERS)
        try:
            spec = self.read()
        except ValueError:
            self.warned.say([])
            self.name.setPlaceholderText("what its tools show before their names")
        else:
            self.warned.say(cautions(spec))
            self.name.setPlaceholderText(visible(guessed(spec)))
            self.trial.show_stale(self._tested is not None and spec != self._tested)
        self.said.clear()

    def _say_names(
        self, field: QLineEdit, label: QLabel, pattern: re.Pattern[str], about: str
    ) -> None:
        try:
            names = _names(field.text(), pattern, "This")
        except ValueError as error:
            _say(label, str(error), wrong=True)
            return
        missing = [name for name in names if name not in self._environ]
        lacks = f" Not in the environment now: {', '.join(missing)}." if missing else ""
        _say(label, about + lacks)

    def ask_for_folder(self) -> QFileDialog:
        """Ask for a folder; the dialog is open when this returns."""
        dialog = QFileDialog(self, "Working folder", self.cwd.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.cwd.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    # What is pasted.

    def _pasted(self) -> None:
        text = self.json.toPlainText()
        if not text.strip():
            return
        try:
            self._found = pasted(text)
        except ValueError as error:
            self.which.hide()
            _say(self.taken, str(error))
            self.taken.show()
            return
        self.json.clear()
        self.paste.setChecked(False)
        self.which.clear()
        for number, one in enumerate(self._found):
            self.which.addItem(visible(one.spec.name or f"the {number + 1}. of them"))
        self.which.setVisible(len(self._found) > 1)
        self._take(self._found[0])

    def _take(self, found: Pasted) -> None:
        self.show_spec(found.spec.model_copy(update={"seconds": self._spec.seconds}))
        many = len(self._found)
        which = f", which describes {many} servers: this is the one above" if many > 1 else ""
        said = [f"Filled in from the JSON{which}."]
        if found.dropped:
            names = ", ".join(found.dropped)
            said.append(f"The values of {names} are not kept: put them into the environment.")
        _say(self.taken, " ".join((*said, *found.notes)))
        self.taken.show()

    # What is done.

    def _spec_or_why(self) -> McpSpec | None:
        try:
            return self.read()
        except ValueError as error:
            self.said.setText(visible(str(error)))
            return None

    def _save(self) -> None:
        if (spec := self._spec_or_why()) is not None:
            self.saved.emit(spec)
            self.accept()

    def _turn_test(self) -> None:
        if self.testing:
            self._stop()
            self.trial.show_stopped()
        elif (spec := self._spec_or_why()) is not None:
            self._tested = spec
            self._show_testing(True)
            self.trial.begin()
            self.trial.show()
            into_view(self.trial)
            self.test_wanted.emit(spec)

    def _stop(self) -> None:
        if self.testing:
            self._show_testing(False)
            self.stop_wanted.emit()

    def _show_testing(self, on: bool) -> None:
        self.testing = on
        self.test.setText("Stop" if on else "Test start")
        self.test.setAccessibleName("Stop the test start" if on else "Test start")

    def show_progress(self, words: str) -> None:
        """What is being done for the test start, or what the server complains of meanwhile."""
        if self.testing:
            self.trial.show_progress(words)

    def show_trial(self, trial: Trial) -> None:
        """What came of the test start; nothing, when it was stopped before."""
        if self.testing:
            self._show_testing(False)
            self.trial.show_trial(trial)
            self._edited()
            into_view(self.trial)
            if self.trial.height() > self._area.viewport().height():
                self._area.verticalScrollBar().setValue(self.trial.y())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        field = self.url if self.transport.currentData() == "http" else self.command
        field.setFocus(Qt.FocusReason.OtherFocusReason)


class TrialView(QWidget):
    """What came of a test start, or how far it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 8, 0, 0, gap=8)
        title = QLabel("TEST START", self)
        title.setProperty("role", "section")
        column.addWidget(title)
        line = QHBoxLayout()
        theme.space(line, gap=8)
        self._mark = Mark("clock", "accent", self)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.words = PlainText("", self)
        self.words.setAccessibleName("How the test start went")
        line.addWidget(self.words, 1)
        column.addLayout(line)
        self.stale = _caption("The description has changed", self)
        self.stale.setText("The description was changed since: this is of the one before.")
        column.addWidget(self.stale)
        self.facts = {name: Fact(name, self) for name in FACTS}
        for fact in self.facts.values():
            column.addWidget(fact)
        self.diagnostics = Lines("Its standard error, the last lines", "", self)
        self.noise = Lines(
            "Lines that are no messages",
            "It prints them on standard output, where only messages belong: they are passed over.",
            self,
        )
        column.addWidget(self.diagnostics)
        column.addWidget(self.noise)

    def begin(self) -> None:
        self._mark.draw("clock", "accent")
        self.words.say("It is being started.")
        for part in (*self.facts.values(), self.diagnostics, self.noise, self.stale):
            part.hide()

    def show_progress(self, words: str) -> None:
        self.words.say(words)

    def show_stopped(self) -> None:
        self._mark.draw("stop", "muted")
        self.words.say("It was stopped.")

    def show_stale(self, stale: bool) -> None:
        self.stale.setVisible(stale)

    def show_trial(self, trial: Trial) -> None:
        status, offer = trial.status, trial.status.offer
        self._mark.draw("ok" if trial.ok else "error", "ok" if trial.ok else "error")
        self.words.say(trial.words)
        protocol = f"MCP {offer.protocol}" if offer.protocol else ""
        told = {
            "Runs": status.command,
            "PATH": status.path if status.path not in trial.words else "",
            "Server": " · ".join(filter(None, (offer.server, protocol))),
            "Tools": _counted([tool.name for tool in offer.tools]),
            "Resources": _counted(_titles(offer.resources)),
            "Prompts": _counted(_titles(offer.prompts)),
            "Notes": "\n".join(offer.notes),
        }
        if not trial.ok:  # what it offered before is no news of this start
            told |= {"Server": "", "Tools": "", "Resources": "", "Prompts": "", "Notes": ""}
        for name, fact in self.facts.items():
            fact.say(told[name])
        self.diagnostics.say(trial.diagnostics)
        self.noise.say("\n".join(trial.noise))


class Fact(QWidget):
    """A name and, beside it, what is found; hidden while that is nothing."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        theme.space(line, 0, 0, 0, 0, gap=GAP)
        head = _caption("", self)
        head.setProperty("role", "muted")
        head.setText(name)
        theme.follow(head, lambda look: head.setFixedWidth(look.px(ROW_NAME)))
        line.addWidget(head, 0, Qt.AlignmentFlag.AlignTop)
        self.text = PlainText("", self)
        self.text.setAccessibleName(name)
        line.addWidget(self.text, 1)

    def say(self, text: str) -> None:
        self.text.say(text)
        self.setVisible(bool(text))


class Lines(QWidget):
    """Lines of a program, as they came, under a head."""

    def __init__(self, title: str, about: str, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        head = _caption("", self)
        head.setText(title)
        head.setProperty("role", "strong")
        column.addWidget(head)
        if about:
            caption = _caption("", self)
            caption.setText(about)
            column.addWidget(caption)
        self.text = GrowingText(title, self)
        self.text.setProperty("role", "entry")
        column.addWidget(self.text)
        theme.follow(self, lambda _: self._fit())
        self.hide()

    def say(self, text: str) -> None:
        self.text.begin(following=True)
        self.text.grow(text)
        self.text.finish()
        self.setVisible(bool(text))
        self._fit()

    def _fit(self) -> None:
        lines = min(self.text.blockCount(), LINES)
        rim = theme.current().px(24)
        self.text.setFixedHeight(lines * self.text.fontMetrics().lineSpacing() + rim)


class Warned(QWidget):
    """Sentences with a sign beside them, under the fields of a form."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        theme.space(line, ROW_NAME + GAP, 0, 0, 0, gap=6)
        line.addWidget(Mark("warning", "warn", self), 0, Qt.AlignmentFlag.AlignTop)
        self._label = _caption("What to look at again", self)
        line.addWidget(self._label, 1, Qt.AlignmentFlag.AlignTop)

    @property
    def text(self) -> str:
        return self._label.text()

    def say(self, sentences: Sequence[str]) -> None:
        self._label.setText(visible("\n".join(sentences)))
        self.setVisible(bool(sentences))


def _caption(name: str, parent: QWidget, *, aside: bool = False) -> QLabel:
    """`aside`: it stands under a field, not under its name."""
    made = QLabel(parent)
    made.setProperty("role", "caption")
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setAccessibleName(name)
    if aside:
        theme.follow(made, lambda look: made.setIndent(look.px(ROW_NAME + GAP)))
    return made


def _say(label: QLabel, words: str, *, wrong: bool = False) -> None:
    label.setText(visible(words))
    token = "error" if wrong else ""
    if (label.property("token") or "") != token:
        label.setProperty("token", token)
        label.style().polish(label)


def _spelled(words: Sequence[str]) -> str:
    """How a command line is read."""
    if not words:
        return ABOUT_COMMAND
    program, *args = words
    said = f"Program {program}"
    return f"{said}, arguments {'  ·  '.join(args)}" if args else f"{said}, without arguments"


def _seconds(text: str) -> float:
    try:
        seconds = float(text.strip().replace(",", ".") or 60)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"Seconds takes a number above 0, up to {LONGEST:,.0f}.")
    return seconds


def _check_address(url: str) -> None:
    """Raises ValueError, with a sentence."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        secret = parts.password or any(is_secret(name) for name, _ in parse_qsl(parts.query))
    except ValueError:
        good, secret = False, False
    if not good:
        raise ValueError("It needs an address that begins with https:// or http://.")
    if secret:
        raise ValueError(
            "The address holds a secret, and this is kept in a plain file. Name a header for it."
        )


def _titles(rows: Iterable[Listed]) -> list[str]:
    return [row.name for row in rows]


def _counted(names: Sequence[str]) -> str:
    """`3: one, two, three`, `none`."""
    if not names:
        return "none"
    left = len(names) - NAMES
    return f"{len(names)}: {', '.join(names[:NAMES])}" + (f" and {left} more" if left > 0 else "")
