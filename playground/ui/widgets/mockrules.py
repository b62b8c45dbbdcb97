"""Mock rules: which set is in use, its rules in their order, the one that is edited, and a try."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
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
from playground.ui.widgets.mocklist import ONE, RuleList
from playground.ui.widgets.mockrule import RuleEditor
from playground.ui.widgets.mocksets import MockSets
from playground.ui.widgets.mocktry import Errors, MockTry


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
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 12, 12, gap=6)
        self.head = self._make_head()
        column.addWidget(self.head)
        self._banner = self._make_banner()
        column.addWidget(self._banner)
        self.first = QPushButton("New rules", self)
        self.first.setAccessibleName("Begin with a set of rules")
        self.first.clicked.connect(lambda: self._new_set("My rules"))
        self.file_button = QPushButton("Open file…", self)
        self.file_button.setAccessibleName("Open a file of mock rules")
        self.file_button.clicked.connect(self.head.ask_to_open)
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

    def _make_head(self) -> MockSets:
        head = MockSets(self)
        head.picked.connect(self._pick_set)
        head.made.connect(self._new_set)
        head.renamed.connect(self._rename_set)
        head.duplicated.connect(self._duplicate_set)
        head.removed.connect(self._remove_set)
        head.opened.connect(self.opened)
        head.saved.connect(self._saved)
        return head

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

    def _make_parts(self, column: QVBoxLayout) -> None:
        """The list, no higher than its rows, and below it the rule that is edited."""
        self.list = RuleList(self)
        self.list.turned.connect(self._turn)
        self.list.picked.connect(self._pick)
        self.list.wished.connect(self.wish)
        column.addWidget(self.list, 2)
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
        return tool.name if tool is not None and self.list.which.index == ONE else None

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
        rules = self.rules
        names = [one.name for one in self.file.sets] if self.file is not None else []
        self.head.show_sets(names, rules.name if rules is not None else "")
        self.first.setVisible(rules is None)
        self.file_button.setVisible(rules is None)
        self._body.setVisible(rules is not None)
        self._rest.setVisible(rules is None)

    def _draw(self) -> None:
        """The list, and the rule that is edited."""
        rules, only = self.rules, self._only
        self.list.which.button(ONE).setEnabled(self._tool is not None)
        if rules is None:
            return
        rows = mockdraft.lines(rules, only)
        keys = [row.key for row in rows]
        fresh = self._key not in keys
        if fresh:
            self._key = keys[0] if keys else None
        self.list.show_lines(rows, self._key, named=only is None)
        self.list.empty.setText(
            f"{f'{only} has' if only else 'There are'} no rules in this set. Without one an answer "
            "is made by the schema of the result. Add a rule with the plus above."
        )
        self._show_rule(fresh=fresh)
        self._show_whose()

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

    def _show_whose(self) -> None:
        """Whose rules can be added and tried."""
        rules, name = self.rules, self._whose
        self.list.buttons["add"].setEnabled(bool(name))
        self.list.otherwise.setEnabled(rules is not None and name not in rules.defaults)
        known = [one for one in (self._tool, *self._tools) if one is not None and one.name == name]
        self.trial.show_rules(rules, known[0] if known else Tool(name=name))
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

    def _pick(self, key: Key) -> None:
        if key != self._key:
            self.settle()
            self._key = key
            self._show_rule(fresh=True)
            self.list.enable(key)
            self._show_whose()

    def _found(self, place: int | None) -> None:
        """A try was answered: its rule is looked at."""
        self.list.select(self._whose if place is None else place)

    # What is done with rules.

    def wish(self, wish: str) -> None:
        """What a key or a button stands for."""
        self.settle()
        rules, key, whose = self.rules, self._key, self._whose
        if rules is None:
            return
        match wish:
            case "add" if whose:
                self._do(mockdraft.added(rules, whose, key))
            case "otherwise" if whose:
                self._do(mockdraft.otherwise(rules, whose))
            case "duplicate" if key is not None:
                self._do(mockdraft.duplicated(rules, key))
            case "remove" if key is not None:
                self._do(mockdraft.removed(rules, key, self._only))
            case "up" | "down" if key is not None:
                self._do(mockdraft.moved(rules, key, -1 if wish == "up" else 1, self._only))

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

    def _saved(self, path: str) -> None:
        self.settle()
        self.saved.emit(path)


def _id(tool: Tool | None) -> str:
    return tool.id if tool is not None else ""
