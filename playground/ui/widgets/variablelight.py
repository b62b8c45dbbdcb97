"""Places of variables in a text that is being written, by whether there is a value for them."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit

from playground.core.variables import places
from playground.engine.templating import known
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.source import units


class VariableLight:
    """Colours the places in an editor while the session on screen is a template. Until then it
    costs nothing."""

    def __init__(self, desk: Desk, editor: QPlainTextEdit) -> None:
        self._desk = desk
        self._editor = editor
        self._ink: _Ink | None = None
        desk.session_shown.connect(self._look)
        desk.settings_changed.connect(self._look)

    def _look(self, *_: object) -> None:
        values = known(self._desk.session.call)
        if self._ink is None and values is not None:
            self._ink = _Ink(self._editor)
        if self._ink is not None:
            self._ink.show_known(None if values is None else frozenset(values))


class _Ink(QSyntaxHighlighter):
    def __init__(self, editor: QPlainTextEdit) -> None:
        super().__init__(editor.document())
        self._editor = editor
        self.known: Collection[str] | None = None
        """Names that have a value; None: nothing is a place."""
        self._filled = QTextCharFormat()
        self._open = QTextCharFormat()
        self._quiet = QTextCharFormat()
        theme.follow(self, self._restyle)

    def show_known(self, known: Collection[str] | None) -> None:
        if known != self.known:
            self.known = known
            with QSignalBlocker(self._editor):  # nobody has written anything
                self.rehighlight()

    def _restyle(self, look: theme.Theme) -> None:
        for form, token, ground in (
            (self._filled, "accent", "soft"),
            (self._open, "warn", "warn_soft"),
        ):
            form.setForeground(look.colour(token))
            form.setBackground(look.colour(ground))
        self._open.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
        self._quiet.setForeground(look.colour("faint"))
        if self.known is not None:
            with QSignalBlocker(self._editor):
                self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if self.known is None:
            return
        for place in places(text):
            start = units(text[: place.start])
            length = units(text[place.start : place.end])
            if place.escaped:
                form = self._quiet
            else:
                form = self._filled if place.name in self.known else self._open
            self.setFormat(start, length, form)
