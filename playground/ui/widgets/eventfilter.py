"""The filter of the event list: which types, and a text or /regex/ to narrow by or to find."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QRegularExpression, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.eventindex import EventIndex, Query
from playground.ui.widgets.eventtypes import Choice, TypeTree
from playground.ui.widgets.parts import Segments, tool_button

REACH = 8_192
"""Bytes of an event that a regular expression looks at."""
EFFORT = 10_000
"""Steps that it may take at each place of an event before it is given up: PCRE's own limit, so
that no expression can hold up the window."""
FILTER, FIND = 0, 1
_TIP = (
    "Found in the type or in the raw bytes. Small letters find capitals too.\n"
    "Between slashes a regular expression; it looks at the first 8 kB of an event.\n"
    "Enter and F3 go to the next match, with Shift to the one before."
)


class EventFilter(QWidget):
    """Says which events are wanted.

    Signals:
        wanted(Query): other events are; `finding` says whether only to be found.
        moved(bool): to the next match; True: to the one before.
        left(): the keyboard goes back to the events.
    """

    wanted = Signal(object)
    moved = Signal(bool)
    left = Signal()

    def __init__(self, index: Callable[[], EventIndex | None], parent: QWidget) -> None:
        """`index` gives the index of what is shown, which knows the types that occur."""
        super().__init__(parent)
        self._index = index
        self._narrow = False
        self._among: Callable[[int, int], Sequence[int]] | None = None
        self.choice = Choice()
        self.expression: Expression | None = None
        """What stands between slashes."""
        self.types = QToolButton(self)
        self.types.setIcon(icon("filter"))
        self.types.setProperty("role", "quiet")
        self.types.setToolTip("Which types of event are shown")
        self.types.clicked.connect(self.open_types)
        self.tree = TypeTree(self.choice, self)
        self.tree.chosen.connect(self._changed)
        self.modes = Segments(("Filter", "Find"), small=True, parent=self)
        self.modes.button(FILTER).setToolTip("Show only the events that match")
        self.modes.button(FIND).setToolTip("Show all events, and go from match to match")
        self.modes.picked.connect(lambda _: self._changed())
        self.text = _Field(self)
        self.text.setAccessibleName("Filter events")
        self.text.setToolTip(_TIP)
        self._clear = self.text.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip("Clear the filter")
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.text.clear)
        self.text.textChanged.connect(self._changed)
        self.text.moved.connect(self.moved)
        self.text.left.connect(self.left)
        self.before = tool_button("chevron-up", "Previous match (Shift+F3)", self)
        self.after = tool_button("chevron-down", "Next match (F3)", self)
        self.before.clicked.connect(lambda: self.moved.emit(True))
        self.after.clicked.connect(lambda: self.moved.emit(False))
        for keys, back in (("F3", False), ("Shift+F3", True)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda back=back: self.moved.emit(back))
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=4)
        for part in (self.types, self.modes, self.text, self.before, self.after):
            row.addWidget(part)
        self.setFocusProxy(self.text)
        theme.follow(self, lambda _: self._fit())
        self._name()

    @property
    def finding(self) -> bool:
        return self.modes.index == FIND

    def query(self) -> Query:
        text, choice = self.text.text(), self.choice
        self.expression = None
        if len(text) > 2 and text.startswith("/") and text.endswith("/"):
            self.expression = Expression(text[1:-1])
        return Query(
            text="" if self.expression else text,
            matches=self.expression.matches if self.expression else None,
            spans=self.expression.spans if self.expression else None,
            types=frozenset(choice.only) if choice.only is not None else None,
            hidden=frozenset(choice.hidden),
            flags=frozenset(choice.flags),
            ours=choice.ours,
            pinned=choice.pinned,
            among=self._among,
        )

    @property
    def fault(self) -> str:
        """Why the text is no filter: a sentence, or empty."""
        return self.expression.fault if self.expression is not None else ""

    def only(self, among: Callable[[int, int], Sequence[int]] | None) -> None:
        """Show only what belongs together, see `Query.among`; None: all again."""
        self._among = among
        self._changed()

    def show_compact(self, on: bool) -> None:
        """With as few words as will do."""
        if on != self._narrow:
            self._narrow = on
            self._fit()
            self._name()

    def reset(self) -> None:
        """As it was at first."""
        self.choice.only = self._among = None
        self.choice.hidden.clear()
        self.choice.flags.clear()
        self.choice.ours = self.choice.pinned = False
        self.modes.pick(FILTER)
        self.text.clear()
        self._changed()

    def open_types(self) -> None:
        """Show the tree of types, which stays while things are ticked in it."""
        index = self._index()
        if index is None:
            return
        px = theme.current().px
        self.tree.fill(index)
        self.tree.resize(px(430), px(420))
        corner = self.types.mapToGlobal(self.types.rect().bottomLeft())
        screen = self.types.screen().availableGeometry()
        x = min(corner.x(), screen.right() - self.tree.width())
        y = min(corner.y(), screen.bottom() - self.tree.height())
        self.tree.move(max(x, screen.left()), max(y, screen.top()))
        self.tree.show()
        self.tree.setFocus()

    def _fit(self) -> None:
        self.text.setMinimumWidth(theme.current().px(120 if self._narrow else 200))
        style = Qt.ToolButtonStyle
        self.types.setToolButtonStyle(
            style.ToolButtonIconOnly if self._narrow else style.ToolButtonTextBesideIcon
        )

    def _changed(self) -> None:
        query = self.query()
        self._name()
        self._clear.setVisible(bool(self.text.text()))
        wrong = bool(self.fault)
        if self.text.property("wrong") != wrong:
            self.text.setProperty("wrong", wrong)
            self.text.style().polish(self.text)
        self.text.setAccessibleDescription(self.fault)
        self.wanted.emit(query)

    def _name(self) -> None:
        words = self.choice.words()
        self.types.setText("" if self._narrow else words)
        self.types.setAccessibleName(f"Types of event: {words}")
        token = "accent" if self.choice.narrows else "muted"
        self.types.setIcon(icon("filter", token))
        long = "Find: type, text or /regex/" if self.finding else "Filter: type, text or /regex/"
        self.text.setPlaceholderText("Text or /regex/" if self._narrow else long)
        for button in (self.before, self.after):
            button.setEnabled(bool(self.text.text()) and not self.fault)


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

    def spans(self, shown: str) -> list[tuple[int, int]]:
        """Where it matches in what is shown."""
        if not shown.isascii():  # Qt counts in other units
            units = [1 + (ord(letter) > 0xFFFF) for letter in shown]
            places = [at for at, wide in enumerate(units) for _ in range(wide)] + [len(shown)]
        else:
            places = list(range(len(shown) + 1))
        found, matches = [], self._found.globalMatch(shown)
        while matches.hasNext():
            match = matches.next()
            if match.capturedLength():
                found.append((places[match.capturedStart()], places[match.capturedEnd()]))
        return found


class _Field(QLineEdit):
    """Signals: see EventFilter."""

    moved = Signal(bool)
    left = Signal()

    def event(self, event: QEvent) -> bool:
        """Esc is for what stands here first; elsewhere in the window it stops the run."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.moved.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape | Qt.Key.Key_Down:
                self.left.emit()
            case _:
                super().keyPressEvent(event)
