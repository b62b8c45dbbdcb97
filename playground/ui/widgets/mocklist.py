"""The mock rules of a set as a list: of one tool or of all, in the order they are tried in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from playground.ui import theme
from playground.ui.widgets.mockdraft import Key, Line
from playground.ui.widgets.parts import Segments, tool_button
from playground.ui.widgets.schemalibrary import HIGH, Cards

ONE, ALL = range(2)
_BUTTONS = (
    ("plus", "add", "Add a rule (Insert)"),
    ("chevron-up", "up", "Move up: it is tried earlier (Alt+Up)"),
    ("chevron-down", "down", "Move down: it is tried later (Alt+Down)"),
    ("copy", "duplicate", "Duplicate (Ctrl+D)"),
    ("trash", "remove", "Remove (Del)"),
)
_KEYS = {Qt.Key.Key_Insert: "add", Qt.Key.Key_Delete: "remove"}


class RuleCards(Cards):
    """Signals:
    wished(str): a key for `add`, `remove`, `duplicate`, `up` or `down`.
    """

    wished = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers()
        wish = ""
        if held & Qt.KeyboardModifier.AltModifier:
            wish = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(key, "")
        elif held & Qt.KeyboardModifier.ControlModifier:
            wish = "duplicate" if key == Qt.Key.Key_D else ""
        else:
            wish = _KEYS.get(key, "")
        if wish:
            self.wished.emit(wish)
        else:
            super().keyPressEvent(event)


class RuleList(QWidget):
    """As high as its rows, where there is no more room than that.

    Signals:
        turned(): of one tool, or of all.
        picked(Key): another rule is looked at.
        wished(str): a key or a button for `add`, `otherwise`, `remove`, `duplicate`, `up` or
            `down`.
    """

    turned = Signal()
    picked = Signal(object)
    wished = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keys: list[Key] = []
        """Of the rows."""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        column.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        column.addLayout(self._make_bar())
        self.cards = RuleCards("Rules", self)
        self.cards.picked.connect(self._pick)
        self.cards.wished.connect(self.wished)
        column.addWidget(self.cards, 1)
        self.empty = QLabel(self)
        self.empty.setProperty("role", "caption")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        theme.follow(self, lambda look: self._fit())

    def _make_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=0)
        self.which = Segments(("This tool", "All"), small=True, parent=self)
        self.which.picked.connect(lambda _: self.turned.emit())
        row.addWidget(self.which)
        row.addStretch(1)
        self.buttons: dict[str, QToolButton] = {}
        for name, wish, about in _BUTTONS:
            button = tool_button(name, about, self)
            self.buttons[wish] = button
            row.addWidget(button)
            if wish != "add":
                button.clicked.connect(lambda _=False, wish=wish: self.wished.emit(wish))
        menu = QMenu(self.buttons["add"])
        menu.addAction("Rule", lambda: self.wished.emit("add"))
        words = "What it answers otherwise"
        self.otherwise = menu.addAction(words, lambda: self.wished.emit("otherwise"))
        self.buttons["add"].setMenu(menu)
        self.buttons["add"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return row

    def show_lines(self, lines: Sequence[Line], key: Key | None, *, named: bool) -> None:
        """These rules, of which one is looked at. named: each says whose it is."""
        self.keys = [line.key for line in lines]
        with QSignalBlocker(self.cards):
            bar = self.cards.verticalScrollBar()
            before = bar.value()
            self.cards.show_cards([_card(line, named=named) for line in lines])
            if key in self.keys:
                self.cards.setCurrentRow(self.keys.index(key))
            bar.setValue(before)
        self._fit()
        self.cards.setVisible(bool(lines))
        self.empty.setVisible(not lines)
        self.enable(key)

    def enable(self, key: Key | None) -> None:
        """What can be done while this rule is looked at."""
        rules = [one for one in self.keys if isinstance(one, int)]
        at = rules.index(key) if isinstance(key, int) and key in rules else None
        self.buttons["up"].setEnabled(at is not None and at > 0)
        self.buttons["down"].setEnabled(at is not None and at < len(rules) - 1)
        for wish in ("duplicate", "remove"):
            self.buttons[wish].setEnabled(key is not None)

    def select(self, key: Key) -> None:
        """Look at a rule, as if it was clicked."""
        if key in self.keys:
            self.cards.setCurrentRow(self.keys.index(key))

    def _pick(self, row: int) -> None:
        if 0 <= row < len(self.keys):
            self.picked.emit(self.keys[row])

    def _fit(self) -> None:
        look = theme.current()
        high = look.px(HIGH * len(self.keys) + 2)
        self.cards.setMinimumHeight(min(high, look.px(2 * HIGH)))
        self.cards.setMaximumHeight(high)


def _card(line: Line, *, named: bool) -> tuple[str, str]:
    number = f"{line.key + 1}  " if isinstance(line.key, int) else ""
    whose = f"{line.tool}: " if named else ""
    return f"{number}{whose}{line.when}", f"→ {line.gives}"
