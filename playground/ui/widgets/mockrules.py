"""Mock rules: which set is in use, its rules in their order, the one that is edited, and a try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Problem
from playground.core.tools import Tool
from playground.tools.rules import Reply, Rule, RuleFile, RuleSet
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets import mockdraft
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.mockdraft import Edited, Key
from playground.ui.widgets.mockfields import choice
from playground.ui.widgets.mockrule import RuleEditor
from playground.ui.widgets.mocktry import Errors, MockTry
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


class MockRules(QWidget):
    """Shows a file of rules, and tells when it has become another one; it reads and writes none.

    Signals:
        changed(RuleFile): the rules are other ones.
        set_picked(str): another set is to be in use. After `changed`, where it is a new one.
        opened(str), saved(str): a file is to be read, or these rules to be written into one.
    """

    changed = Signal(object)
    set_picked = Signal(str)
    opened = Signal(str)
    saved = Signal(str)

    def __init__(self, tasks: Tasks, errors: Errors, parent: QWidget | None = None) -> None:
        """errors: what a schema has against a value, in sentences."""
        super().__init__(parent)
        self.file: RuleFile | None = None
        self._name = ""
        self._tools: list[Tool] = []
        self._tool: Tool | None = None
        self._key: Key | None = None
        self._keys: list[Key] = []
        """Of the rows of the list."""
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 12, 12, gap=6)
        column.addLayout(self._make_head())
        self._banner = self._make_banner()
        column.addWidget(self._banner)
        self.first = QPushButton("New rules", self)
        self.first.setAccessibleName("Begin with a set of rules")
        self.first.clicked.connect(lambda: self._new_set("My rules"))
        self.file_button = QPushButton("Open file…", self)
        self.file_button.setAccessibleName("Open a file of mock rules")
        self.file_button.clicked.connect(self.ask_to_open)
        line = QHBoxLayout()
        theme.space(line, gap=8)
        line.addWidget(self.first)
        line.addWidget(self.file_button)
        line.addStretch(1)
        column.addLayout(line)
        self._body = QWidget(self)
        column.addWidget(self._body, 1)
        body = QVBoxLayout(self._body)
        theme.space(body, 0, 0, 0, 0, gap=4)
        body.addLayout(self._make_bar())
        self._make_parts(body)
        self.trial = MockTry(tasks, errors, self)
        self.fold = Fold(self, self.trial)
        self.fold.say("Try", "which rule would answer")
        body.addWidget(self.fold)
        body.addWidget(self.trial)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self.trial.found.connect(self._found)
        self.show_rules(None, "", (), None)

    # Parts.

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=4)
        self.sets = choice("Set of mock rules", (), self)
        self.sets.activated.connect(lambda at: self._pick_set(str(self.sets.itemData(at))))
        policy = self.sets.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.sets.setSizePolicy(policy)
        row.addWidget(self.sets, 1)
        self.more = tool_button("more", "What can be done with sets and files", self)
        menu = QMenu(self.more)
        self._on_sets = [
            menu.addAction("New set…", lambda: self._ask("New set", self._new_set)),
            menu.addAction("Duplicate set", self._duplicate_set),
            menu.addAction("Rename set…", lambda: self._ask("Rename set", self._rename_set)),
            menu.addAction("Remove set", self._remove_set),
        ]
        menu.addSeparator()
        menu.addAction("Open file…", self.ask_to_open)
        self._save = menu.addAction("Save as…", self.ask_to_save)
        self.more.setMenu(menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.more)
        return row

    def _make_banner(self) -> QWidget:
        """What is wrong with the file, or what there is to know of the set."""
        banner = QWidget(self)
        line = QHBoxLayout(banner)
        theme.space(line, 0, 0, 0, 0, gap=6)
        self._mark = Mark("error", "error", banner)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.about = QLabel(banner)
        self.about.setProperty("role", "caption")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        line.addWidget(self.about, 1)
        return banner

    def _make_bar(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=0)
        self.which = Segments(("This tool", "All"), small=True, parent=self)
        self.which.picked.connect(lambda _: self._turn())
        row.addWidget(self.which)
        row.addStretch(1)
        self.buttons: dict[str, QToolButton] = {}
        for name, wish, about in _BUTTONS:
            button = tool_button(name, about, self)
            self.buttons[wish] = button
            row.addWidget(button)
            if wish != "add":
                button.clicked.connect(lambda _=False, wish=wish: self.wish(wish))
        menu = QMenu(self.buttons["add"])
        menu.addAction("Rule", lambda: self.wish("add"))
        self._otherwise = menu.addAction("What it answers otherwise", self._add_otherwise)
        self.buttons["add"].setMenu(menu)
        self.buttons["add"].setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return row

    def _make_parts(self, column: QVBoxLayout) -> None:
        """The list, no higher than its rows, and below it the rule that is edited."""
        self.cards = RuleCards("Rules", self)
        self.cards.picked.connect(self._pick)
        self.cards.wished.connect(self.wish)
        column.addWidget(self.cards, 2)
        self.empty = QLabel(self)
        self.empty.setProperty("role", "caption")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        self._edge = QFrame(self)
        self._edge.setProperty("role", "edge")
        self._edge.setProperty("on", True)
        column.addWidget(self._edge)
        area = self._area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.editor = RuleEditor(area)
        area.setWidget(self.editor)
        self.editor.changed.connect(self._edited)
        column.addWidget(area, 3)
        theme.follow(area, lambda look: area.setMinimumHeight(look.px(120)))
        theme.follow(self.cards, lambda look: self._fit())

    def _fit(self) -> None:
        look = theme.current()
        high = look.px(HIGH * len(self._keys) + 2)
        self.cards.setMinimumHeight(min(high, look.px(2 * HIGH)))
        self.cards.setMaximumHeight(high)

    # What is shown.

    def show_rules(
        self,
        file: RuleFile | None,
        name: str,
        tools: Sequence[Tool],
        tool: Tool | None,
        wrong: Problem | None = None,
    ) -> None:
        """name: of the set that is in use. tools: those that a try may call. tool: the one that is
        looked at. wrong: why there is no file. What is being typed stays while the rule is the
        same."""
        other = name != self._name or _id(tool) != _id(self._tool)
        if other:
            self.settle()
        self.file, self._name = file, name
        self._tools, self._tool = list(tools), tool
        if other:
            self._key = None
        self._draw_sets()
        self._say(wrong)
        self._draw()

    @property
    def rules(self) -> RuleSet | None:
        """The set that is in use."""
        if self.file is None:
            return None
        return self.file.named(self._name) or self.file.sets[0]

    @property
    def _only(self) -> str | None:
        """The tool whose rules are listed; None: all."""
        tool = self._tool
        return tool.name if tool is not None and self.which.index == ONE else None

    def settle(self) -> None:
        """What is being typed counts now."""
        if self._key is not None:
            self.editor.settle()

    def _say(self, wrong: Problem | None) -> None:
        rules = self.rules
        if wrong is not None:
            words = f"{wrong.title} {wrong.detail}".strip()
        elif rules is None:
            words = "No rules yet. They say what a tool answers without being there."
        else:
            words = rules.about
        self._mark.setVisible(wrong is not None)
        self.about.setText(visible(words))
        self._banner.setVisible(bool(words))

    def _draw_sets(self) -> None:
        names = [one.name for one in self.file.sets] if self.file is not None else []
        self.sets.clear()
        for one in names:
            self.sets.addItem(visible(one), one)
        rules = self.rules
        if rules is not None:
            self.sets.setCurrentIndex(names.index(rules.name))
        there = rules is not None
        self.sets.setVisible(there)
        self.first.setVisible(not there)
        self.file_button.setVisible(not there)
        self._body.setVisible(there)
        self._rest.setVisible(not there)
        for action in (*self._on_sets, self._save):
            action.setEnabled(there)
        self._on_sets[-1].setEnabled(len(names) > 1)

    def _draw(self) -> None:
        """The list, and the rule that is edited."""
        rules = self.rules
        self.which.button(ONE).setEnabled(self._tool is not None)
        if rules is None:
            return
        rows = mockdraft.lines(rules, self._only)
        self._keys = [row.key for row in rows]
        fresh = self._key not in self._keys
        if fresh:
            self._key = self._keys[0] if self._keys else None
        with QSignalBlocker(self.cards):
            bar = self.cards.verticalScrollBar()
            before = bar.value()
            self.cards.show_cards([self._card(row) for row in rows])
            if self._key is not None:
                self.cards.setCurrentRow(self._keys.index(self._key))
            bar.setValue(before)
        self._fit()
        self.cards.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        who = f"{self._only} has" if self._only else "There are"
        self.empty.setText(
            f"{who} no rules in this set. Without one an answer is made by the schema of the "
            "result. Add a rule with the plus above."
        )
        self._show_rule(fresh=fresh)
        self._enable()
        self._show_try()

    def _card(self, row: mockdraft.Line) -> tuple[str, str]:
        number = f"{row.key + 1}  " if isinstance(row.key, int) else ""
        whose = "" if self._only is not None else f"{row.tool}: "
        return f"{number}{whose}{row.when}", f"→ {row.gives}"

    def _show_rule(self, *, fresh: bool) -> None:
        rules = self.rules
        for one in (self._edge, self._area):
            one.setVisible(self._key is not None)
        if rules is None or self._key is None:
            return
        named = self._only is None
        if isinstance(self._key, str):
            self.editor.show_rule(rules.defaults[self._key], fresh=fresh, named=named)
        else:
            self.editor.show_rule(rules.rules[self._key], fresh=fresh, named=named)

    def _enable(self) -> None:
        keys, key = self._keys, self._key
        rules = [one for one in keys if isinstance(one, int)]
        at = rules.index(key) if isinstance(key, int) and key in rules else None
        self.buttons["up"].setEnabled(at is not None and at > 0)
        self.buttons["down"].setEnabled(at is not None and at < len(rules) - 1)
        for wish in ("duplicate", "remove"):
            self.buttons[wish].setEnabled(key is not None)
        self.buttons["add"].setEnabled(bool(self._whose))
        found = self.rules
        self._otherwise.setEnabled(found is not None and self._whose not in found.defaults)

    def _show_try(self) -> None:
        name = self._whose
        known = [one for one in (self._tool, *self._tools) if one is not None and one.name == name]
        self.trial.show_rules(self.rules, known[0] if known else Tool(name=name))
        self.fold.say(f"Try {name}" if name else "Try", "which rule would answer")

    @property
    def _whose(self) -> str:
        """The tool that a new rule is for, and that is tried."""
        rules, key = self.rules, self._key
        if self._only is not None:
            return self._only
        if isinstance(key, str):
            return key
        if isinstance(key, int) and rules is not None and key < len(rules.rules):
            return rules.rules[key].tool
        if self._tool is not None:
            return self._tool.name
        return self._tools[0].name if self._tools else ""

    def _turn(self) -> None:
        self.settle()
        self._draw()

    def _pick(self, row: int) -> None:
        if 0 <= row < len(self._keys) and self._keys[row] != self._key:
            target = self._keys[row]
            self.settle()
            self._key = target
            self._show_rule(fresh=True)
            self._enable()
            self._show_try()

    def _found(self, place: int | None) -> None:
        """A try was answered: its rule is looked at."""
        key: Key = self._whose if place is None else place
        if key in self._keys:
            self.cards.setCurrentRow(self._keys.index(key))

    # What is done with rules.

    def wish(self, wish: str) -> None:
        """What a key or a button stands for."""
        self.settle()
        rules, key = self.rules, self._key
        if rules is None:
            return
        if wish == "add":
            if self._whose:
                self._do(mockdraft.added(rules, self._whose, key))
        elif key is not None:
            match wish:
                case "duplicate":
                    self._do(mockdraft.duplicated(rules, key))
                case "remove":
                    self._do(mockdraft.removed(rules, key, self._only))
                case "up" | "down":
                    by = -1 if wish == "up" else 1
                    self._do(mockdraft.moved(rules, key, by, self._only))

    def _add_otherwise(self) -> None:
        self.settle()
        if (rules := self.rules) is not None and self._whose:
            self._do(mockdraft.otherwise(rules, self._whose))

    def _do(self, edited: Edited) -> None:
        made, key = edited
        rules = self.rules
        if rules is None or made == rules:
            return
        self._key = key
        self._keep(made)
        self._show_rule(fresh=True)

    def _edited(self, made: Rule | Reply) -> None:
        rules = self.rules
        if rules is not None and self._key is not None:
            self._keep(mockdraft.put(rules, self._key, made))

    def _keep(self, made: RuleSet) -> None:
        assert self.file is not None
        rules = self.rules
        assert rules is not None
        self.file = mockdraft.replaced(self.file, rules.name, made)
        self._draw()
        self.changed.emit(self.file)

    # What is done with sets and files.

    def _pick_set(self, name: str) -> None:
        if name == self._name:
            return
        self.settle()
        self._name, self._key = name, None
        self._say(None)
        self._draw()
        self.set_picked.emit(name)

    def _change(self, file: RuleFile, name: str) -> None:
        """Another file, of which this set is in use."""
        self.file, self._name, self._key = file, name, None
        self._draw_sets()
        self._say(None)
        self._draw()
        self.changed.emit(file)
        self.set_picked.emit(name)

    def _new_set(self, name: str) -> None:
        self.settle()
        file = mockdraft.with_set(self.file, name)
        self._change(file, file.sets[-1].name)

    def _duplicate_set(self) -> None:
        self.settle()
        if self.file is not None and (rules := self.rules) is not None:
            file = mockdraft.with_set(self.file, rules.name, rules)
            self._change(file, file.sets[-1].name)

    def _rename_set(self, name: str) -> None:
        self.settle()
        rules = self.rules
        if self.file is not None and rules is not None and name.strip() not in ("", rules.name):
            made = rules.model_copy(update={"name": mockdraft.free(self.file, name)})
            self._change(mockdraft.replaced(self.file, rules.name, made), made.name)

    def _remove_set(self) -> None:
        if self.file is not None and (rules := self.rules) is not None:
            file = mockdraft.without_set(self.file, rules.name)
            self._change(file, file.sets[0].name)

    def _ask(self, title: str, take: Callable[[str], Any]) -> QInputDialog:
        """Ask for a name; the dialog is open when this returns."""
        rules = self.rules
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name of the set")
        dialog.setTextValue(rules.name if rules is not None and title.startswith("Rename") else "")
        dialog.textValueSelected.connect(take)
        dialog.open()
        return dialog

    def ask_to_open(self) -> QFileDialog:
        """Ask for a file of rules; the dialog is open when this returns."""
        dialog = QFileDialog(self, "Open mock rules")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.opened)
        return self._opened(dialog)

    def ask_to_save(self) -> QFileDialog:
        """Ask where to write the rules; the dialog is open when this returns."""
        self.settle()
        dialog = QFileDialog(self, "Save the mock rules", "mock.json")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(self.saved)
        return self._opened(dialog)

    def _opened(self, dialog: QFileDialog) -> QFileDialog:
        dialog.setNameFilters(["Mock rules (*.json)", "All files (*)"])
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog


def _id(tool: Tool | None) -> str:
    return tool.id if tool is not None else ""
