"""The filter of the event list: text or /regex/, and a menu of the types that occur."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QLocale, QRegularExpression, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.eventindex import EventIndex, Query
from playground.ui.widgets.source import one_line

REACH = 8_192
"""Bytes of an event that a regular expression looks at."""
EFFORT = 10_000
"""Steps that it may take at each place of an event before it is given up: PCRE's own limit, so
that no expression can hold up the window."""


class EventFilter(QWidget):
    """Says which events are wanted.

    Signals:
        wanted(Query): other events are.
    """

    wanted = Signal(object)

    def __init__(self, index: Callable[[], EventIndex | None], parent: QWidget) -> None:
        """`index` gives the index of what is shown, which knows the types that occur."""
        super().__init__(parent)
        self._index = index
        self._types: set[str] = set()
        self._flagged = False
        self.expression: Expression | None = None
        """What stands between slashes."""
        self.types = QToolButton(self)
        self.types.setIcon(icon("filter"))
        self.types.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.types.setProperty("role", "quiet")
        self.types.setToolTip("Which types of event are shown")
        self.types.clicked.connect(self._open)
        self.text = QLineEdit(self)
        self.text.setPlaceholderText("Filter: type, text or /regex/")
        self.text.setAccessibleName("Filter events")
        self.text.setToolTip(
            "Found in the type or in the raw bytes. Small letters find capitals too.\n"
            "Between slashes a regular expression; it looks at the first 8 kB of an event."
        )
        self._clear = self.text.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip("Clear the filter")
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.text.clear)
        self.text.setMinimumWidth(theme.current().px(230))
        self.text.textChanged.connect(self._changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.types)
        row.addWidget(self.text)
        self.setFocusProxy(self.text)
        self._menu = _Menu(self)
        self._name()

    def query(self) -> Query:
        text = self.text.text()
        self.expression = None
        if len(text) > 2 and text.startswith("/") and text.endswith("/"):
            self.expression = Expression(text[1:-1])
        return Query(
            text="" if self.expression else text,
            matches=self.expression.matches if self.expression else None,
            types=frozenset(self._types) or None,
            flagged=self._flagged,
        )

    @property
    def fault(self) -> str:
        """Why the text is no filter: a sentence, or empty."""
        return self.expression.fault if self.expression is not None else ""

    def _changed(self) -> None:
        query = self.query()
        self._name()
        self._clear.setVisible(bool(self.text.text()))
        wrong = bool(self.fault)
        if self.text.property("wrong") != wrong:
            self.text.setProperty("wrong", wrong)
            self.text.style().polish(self.text)
        self.wanted.emit(query)

    def _name(self) -> None:
        chosen = len(self._types) + self._flagged
        if not chosen:
            words = "All types"
        elif self._flagged and not self._types:
            words = "Flagged"
        elif chosen == 1:
            words = one_line(next(iter(self._types))) or "Others"
        else:
            words = f"{chosen} chosen"
        self.types.setText(words)
        self.types.setAccessibleName(f"Types of event: {words}")

    def _open(self) -> None:
        menu, index = self._menu, self._index()
        menu.clear()
        if index is None:
            return
        every = menu.addAction("All types")
        every.setEnabled(bool(self._types or self._flagged))
        every.triggered.connect(self._choose_all)
        self._tickable("Flagged: malformed or unknown", index.flagged, self._flagged, self._flag)
        menu.addSeparator()
        for name, count in index.counts():
            words = one_line(name).replace("&", "&&") or "other types"
            choose = partial(self._choose, name)
            self._tickable(words, count, name in self._types, choose)
        menu.popup(self.types.mapToGlobal(self.types.rect().bottomLeft()))

    def _tickable(
        self, words: str, count: int, ticked: bool, toggled: Callable[[bool], None]
    ) -> None:
        action = self._menu.addAction(f"{words}\t{QLocale().toString(count)}")
        action.setCheckable(True)
        action.setChecked(ticked)
        action.setEnabled(bool(count or ticked))
        action.toggled.connect(toggled)

    def _choose(self, name: str, on: bool) -> None:
        (self._types.add if on else self._types.discard)(name)
        self._changed()

    def _choose_all(self) -> None:
        self._types.clear()
        self._flagged = False
        self._changed()

    def _flag(self, on: bool) -> None:
        self._flagged = on
        self._changed()


class Expression:
    """A regular expression that is looked for in raw bytes, with an end to its patience."""

    def __init__(self, pattern: str) -> None:
        limit = f"(*LIMIT_MATCH={EFFORT})"
        self._found = QRegularExpression(limit + pattern)
        self.given_up = 0
        """Events that would have taken too much work."""
        self.fault = ""
        """What is wrong with it: a sentence, or empty."""
        if not self._found.isValid():
            at = max(self._found.patternErrorOffset() - len(limit), 0)
            self.fault = f"Not a regular expression, at {at}: {self._found.errorString()}."

    def matches(self, raw: bytes) -> bool:
        match = self._found.match(raw[:REACH].decode("utf-8", "replace"))
        self.given_up += not match.isValid()
        return match.hasMatch()


class _Menu(QMenu):
    """A menu that stays open while things are ticked in it."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if not self._tick(action):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not self._tick(self.activeAction()):
            super().keyPressEvent(event)

    def _tick(self, action: QAction | None) -> bool:
        if action is None or not action.isCheckable() or not action.isEnabled():
            return False
        action.toggle()
        return True
