"""The next request as it would be sent now: its exact body, or a program that sends it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.items import Item
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.session import Run
from playground.engine.preview import Preview, next_request
from playground.export import EXPORTERS
from playground.export.request import Request, unsent
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.codetext import CodeText
from playground.ui.widgets.parts import Segments, copy, copy_button, label
from playground.ui.widgets.source import ALL, LIMIT, PREVIEW, exact, one_line, pretty

PAUSE = 80
"""Milliseconds from a change until it is shown; what changes meanwhile is shown with it."""

JSON = "JSON"
CODE = {one.short or one.title: one for one in EXPORTERS if one.code is not None}
"""Ways to write a request down as a program, by what they are called."""
Write = Callable[[Request], str]
LANGUAGES = {"curl": "bash", "python": "python", "httpx": "python", "javascript": "javascript"}
"""The lexer for each of them."""


class CodeView(QWidget):
    """Shows what would be sent, in step with every setting and every key; secrets by name only."""

    def __init__(
        self,
        desk: Desk,
        said: Callable[[], Sequence[Item]],
        parent: QWidget | None = None,
        *,
        instead: Callable[[], Run | None] = lambda: None,
        programs: Mapping[str, Write] = MappingProxyType({}),
    ) -> None:
        """`said`: what the user would say with the next turn; `instead`: as another version of
        which run. `programs` write some of the languages of CODE otherwise."""
        super().__init__(parent)
        self.desk = desk
        self._said = said
        self._instead = instead
        self._programs = programs
        self._request: Request | None = None
        self._whole = False
        self._keyed: dict[str, bool] = {}
        """Whether there is a key, by profile."""
        column = QVBoxLayout(self)
        theme.space(column, 16, 4, 16, 4, gap=6)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.forms = Segments((JSON, *CODE), parent=self)
        self.mode = Segments(("Pretty", "Raw"), parent=self)
        self._copy = copy_button("Copy what is shown", self)
        self._copy.clicked.connect(lambda: copy(self.code))
        row.addWidget(self.forms)
        row.addStretch(1)
        row.addWidget(self.mode)
        row.addWidget(self._copy)
        column.addLayout(row)
        self.line = label("number")
        self.line.setParent(self)
        self.line.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setProperty("role", "caption")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        column.addWidget(self.line)
        column.addWidget(self.note)
        self.text = CodeText(self)
        self.text.setAccessibleName("The next request")
        column.addWidget(self.text, 1)
        self._more = QPushButton(self)
        self._more.setProperty("role", "quiet")
        self._more.clicked.connect(self._widen)
        column.addWidget(self._more, 0)
        self._more.hide()
        self.setFocusProxy(self.text)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self.show_now)

        self.forms.picked.connect(lambda _: self._write())
        self.mode.picked.connect(lambda _: self._write())
        desk.session_shown.connect(lambda _: self._other())
        desk.settings_changed.connect(self._other)
        desk.tree_changed.connect(lambda _: self.changed())
        desk.sessions_changed.connect(self.changed)  # a run has ended: its answer goes along

    @property
    def code(self) -> str:
        """What can be copied: the whole, as it is, with nothing made visible in it."""
        request, title = self._request, self._form
        if request is None:
            return ""
        if title == JSON:
            return request.body if self.mode.index == 1 else _indented(request.body)
        code = self._programs.get(title) or CODE[title].code
        assert code is not None
        return code(request)

    @property
    def _form(self) -> str:
        return self.forms.button(self.forms.index).text()

    def changed(self) -> None:
        """The next request is another one now; it is shown in a moment, if anybody looks."""
        if self.isVisible() and not self._wait.isActive():
            self._wait.start()

    def _other(self) -> None:
        self.changed()
        if self.isVisible():
            self._look_for_key()

    def _look_for_key(self) -> None:
        """Whether a key goes along can only be asked of the keyring, which takes its time."""
        profile = self.desk.profile

        async def work() -> None:
            _, source = await self.desk.key_words(profile)
            keyed = bool(source) and source != "withheld"
            if self._keyed.get(profile.id) != keyed:
                self._keyed[profile.id] = keyed
                self.changed()

        self.desk.tasks.start(work(), self)

    def show_now(self) -> None:
        """Make the request and show it."""
        self._wait.stop()
        desk = self.desk
        keyed = self._keyed.get(desk.profile.id)
        said = self._said()
        try:
            preview = next_request(
                desk.workspace, desk.session, said, keyed=keyed, instead=self._instead()
            )
            self._request = unsent(preview.address, preview.profile)
            self._say(preview, empty=not said)
        except Failure as failure:
            self._request = None
            problem = failure.problem
            self.line.setText(visible(problem.title))
            self.note.setText(visible(problem.detail))
            self.note.setVisible(bool(problem.detail))
        self._write()

    def _say(self, preview: Preview, *, empty: bool) -> None:
        address = preview.address
        assert self._request is not None
        self.line.setText(one_line(f"{address.method} {self._request.url}"))
        notes = list(preview.unknown)
        if empty:
            notes.insert(0, "Nothing is written yet: this is the request without a new message.")
        self.note.setText(visible(" ".join(notes)))
        self.note.setVisible(bool(notes))

    def _write(self) -> None:
        """Show the request in the form that is picked."""
        request, title = self._request, self._form
        self.mode.setVisible(title == JSON)
        self._copy.setEnabled(request is not None)
        left = 0
        if request is None:
            self.text.show_code("text", [""])
        elif title == JSON:
            if self.mode.index == 1:
                source = exact(request.body.encode("utf-8", "replace"), whole=self._whole)
            else:
                source = pretty(request.body, whole=self._whole)
            left = source.left_out
            self.text.show_source(source)
        else:
            left = self._write_code(title)
        self._more.setVisible(left > 0)
        self._more.setText(f"Show all · {QLocale().toString(left)} more characters")
        self._more.setAccessibleName("Show all of the request")

    def _write_code(self, title: str) -> int:
        """Show it as a program; how many characters of that are not shown."""
        try:
            made = self.code
        except Failure as failure:  # a body that is no object, by the extra body of the user
            made = failure.problem.title
        end = len(made) if len(made) <= LIMIT else ALL if self._whole else PREVIEW
        lines = [visible(line) for line in made[:end].rstrip("\n").split("\n")]
        self.text.show_code(LANGUAGES[CODE[title].id], lines)
        return max(len(made) - end, 0)

    def _widen(self) -> None:
        self._whole = True
        self._write()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._whole = False
        self.show_now()
        self._look_for_key()


def _indented(body: str) -> str:
    """A body for reading, that says the same."""
    text = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair has no UTF-8
