"""All tools by where they are from: which are offered to the model, and who answers their calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.tools import Mode, Tool
from playground.engine.toolbox import MINE, Source
from playground.tools.mcp_values import Status
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.toolmodel import ToolModel
from playground.ui.widgets.toolrows import Entry, Head, Row, doubled, rows
from playground.ui.widgets.toolview import ToolView

MANY = 12
"""Tools above which they can be searched."""
MEANINGS: Mapping[Mode, str] = {
    "mock": "Rules answer; nothing is run.",
    "real": "The tool itself is run, after approval.",
    "replay": "What was answered in an earlier run.",
    "human": "Whoever sits here types the answer.",
}
NEW = (
    ("function", "Function", "Called with JSON by a schema"),
    ("custom", "Custom tool", "Called with text, perhaps by a grammar"),
    ("hosted", "Hosted tool", "The server has it: web search, code interpreter …"),
)
EMPTY = (
    "No tools yet. Open a Python file, add an MCP server or define a tool; the model is told of "
    "those that are switched on, and of no others."
)


class ToolList(QWidget):
    """Shows what it is given, and tells what is wanted; it changes nothing by itself.

    Signals:
        offered(Tool, bool): the tool is to be offered to the model, or no longer.
        mode_picked(str, str): the id of a tool, and the Mode by which it is to be answered.
        picked(Tool | None): another tool is looked at; None: the one that was is gone.
        opened(str): the path of a Python file whose functions are to be tools, perhaps again.
        server_wanted(): an MCP server is to be added.
        new_wanted(str): a tool of this kind is to be defined.
        removed(str): the id of a source that is to go.
        undefined(Tool): a tool of one's own that is to go.
        started(str), stopped(str), tested(str): the id of a server.
    """

    offered = Signal(object, bool)
    mode_picked = Signal(str, str)
    picked = Signal(object)
    opened = Signal(str)
    server_wanted = Signal()
    new_wanted = Signal(str)
    removed = Signal(str)
    undefined = Signal(object)
    started = Signal(str)
    stopped = Signal(str)
    tested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sources: list[Source] = []
        self._offered: list[Tool] = []
        self._modes: Mapping[str, Mode] = {}
        self._states: Mapping[str, Status] = {}
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 12, 12, gap=6)
        column.addLayout(self._make_head())
        self.search = self._make_search()
        column.addWidget(self.search)
        self._twice = self._make_warning()
        column.addWidget(self._twice)
        self.model = ToolModel()
        self.view = ToolView(self.model, self)
        column.addWidget(self.view, 1)
        self.empty = QLabel(self)
        self.empty.setProperty("role", "caption")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        column.addWidget(self._make_buttons())
        self.setFocusProxy(self.view)
        self.model.switched.connect(lambda row, on: self.offered.emit(row.tool, on))
        self.view.picked.connect(self._pick)
        self.view.asked.connect(self._offer_menu)
        self.view.modes_asked.connect(self._offer_modes)
        self.show_tools((), (), {})

    # Parts.

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        theme.space(head, gap=8)
        title = QLabel("TOOLS", self)
        title.setProperty("role", "section")
        head.addWidget(title)
        head.addStretch(1)
        self.count = QLabel(self)
        self.count.setProperty("role", "caption")
        head.addWidget(self.count)
        return head

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setPlaceholderText("Search tools")
        search.setAccessibleName("Search tools")
        clear = search.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Clear the search")
        clear.setVisible(False)
        clear.triggered.connect(search.clear)
        search.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        search.textChanged.connect(lambda _: self._draw())
        search.returnPressed.connect(self._pick_first)
        return search

    def _make_warning(self) -> QWidget:
        """Of tools that a server could not tell apart."""
        banner = QWidget(self)
        line = QHBoxLayout(banner)
        theme.space(line, 0, 0, 0, 0, gap=6)
        line.addWidget(Mark("warning", "warn", banner), 0, Qt.AlignmentFlag.AlignTop)
        self.warning = QLabel(banner)
        self.warning.setTextFormat(Qt.TextFormat.PlainText)
        self.warning.setProperty("role", "caption")
        self.warning.setWordWrap(True)
        line.addWidget(self.warning, 1)
        return banner

    def _make_buttons(self) -> Flow:
        flow = Flow(self)
        self.open = QPushButton("Open Python…", flow)
        self.open.setAccessibleName("Open a Python file of tools")
        self.open.setToolTip("Its functions become tools. Nothing of the file is run by that.")
        self.open.clicked.connect(self.ask_for_file)
        self.server = QPushButton("Add MCP server…", flow)
        self.server.setAccessibleName("Add an MCP server")
        self.server.setToolTip("Nothing is started by that")
        self.server.clicked.connect(self.server_wanted)
        self.new = QPushButton("New tool…", flow)
        self.new.setAccessibleName("Define a new tool")
        self.new.setToolTip("A definition of your own")
        menu = QMenu(self.new)
        menu.setToolTipsVisible(True)
        for kind, words, about in NEW:
            action = menu.addAction(words)
            action.setToolTip(about)
            action.triggered.connect(partial(self._want, kind))
        self.new.setMenu(menu)
        for button in (self.open, self.server, self.new):
            button.setProperty("role", "quiet")
            flow.add(button)
        return flow

    # What is shown.

    def show_tools(
        self,
        sources: Iterable[Source],
        offered: Sequence[Tool],
        modes: Mapping[str, Mode],
        states: Mapping[str, Status] = MappingProxyType({}),
    ) -> None:
        """offered: the tools of the session's call. modes: who answers, by the tool's id; of those
        without one the tool says it. states: of the servers, by the source's id."""
        self._sources, self._offered = list(sources), list(offered)
        self._modes, self._states = modes, states
        self._draw()

    @property
    def tool(self) -> Tool | None:
        """The one that is looked at."""
        row = self.model.row(self.model.at(self.view.shown))
        return row.tool if isinstance(row, Entry) else None

    def select(self, tool_id: str) -> None:
        """Look at a tool, as if it was clicked. Nothing comes of one that is not there."""
        self.search.clear()
        for number in range(self.model.rowCount()):
            row = self.model.row(self.model.index(number))
            if isinstance(row, Entry) and row.tool.id == tool_id:
                self.view.setCurrentIndex(self.model.index(number))
                self.view.scrollTo(self.model.index(number))
                self._pick(row)
                return

    def follow(self, before: Tool, tool: Tool) -> None:
        """A tool goes on under another name: it is still the one that is looked at."""
        shown = self.view.shown
        if shown is not None and shown[-1] == before.id:
            self.view.shown = (*shown[:-1], tool.id)

    def _draw(self) -> None:
        count = sum(len(source.tools) for source in self._sources)
        self.search.setVisible(count > MANY or bool(self.search.text()))
        needle = self.search.text()
        made = rows(self._sources, self._offered, self._modes, self._states, needle)
        current = self.model.row(self.view.currentIndex())
        bar = self.view.verticalScrollBar()
        before = bar.value()
        if self.model.show(made):
            if current is not None:
                self.view.setCurrentIndex(self.model.at(current.key))
            bar.setValue(before)
        on = len(self._offered)
        self.count.setText(f"{on} offered" if on else "none offered")
        self._warn()
        self.empty.setText("Nothing found." if needle.strip() else EMPTY)
        self.empty.setVisible(not made)
        self.view.setVisible(bool(made))
        if self.view.shown is not None and not needle and self.tool is None:
            self.view.shown = None
            self.picked.emit(None)

    def _warn(self) -> None:
        twice = sorted(doubled(self._offered))
        names = ", ".join(twice)
        self.warning.setText(
            f"Two offered tools are named {names}. A server takes only one: switch one off."
        )
        self._twice.setVisible(bool(twice))

    # What the user does.

    def _pick(self, row: Entry) -> None:
        self.view.shown = row.key
        self.view.viewport().update()
        self.picked.emit(row.tool)

    def _pick_first(self) -> None:
        for number in range(self.model.rowCount()):
            index = self.model.index(number)
            if isinstance(row := self.model.row(index), Entry):
                self.view.setCurrentIndex(index)
                self._pick(row)
                return

    def _want(self, kind: str) -> None:
        self.new_wanted.emit(kind)

    def ask_for_file(self) -> QFileDialog:
        """Ask for a Python file; the dialog is open when this returns."""
        dialog = QFileDialog(self, "Open a Python file of tools")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Python (*.py)", "All files (*)"])
        dialog.fileSelected.connect(self.opened)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _offer_modes(self, row: Entry, where: QPoint) -> None:
        menu = _menu(self, "Who answers")
        self._add_modes(menu, row)
        menu.popup(where)

    def _add_modes(self, menu: QMenu, row: Entry) -> None:
        group = QActionGroup(menu)
        for mode, meaning in MEANINGS.items():
            action = menu.addAction(mode)
            action.setCheckable(True)
            action.setChecked(mode == row.mode)
            action.setEnabled(mode in row.choices)
            action.setToolTip(meaning if mode in row.choices else "Nothing here runs this tool.")
            action.triggered.connect(partial(self._pick_mode, row.tool.id, mode))
            group.addAction(action)

    def _pick_mode(self, tool_id: str, mode: Mode, _checked: bool = False) -> None:
        self.mode_picked.emit(tool_id, mode)

    def _offer_menu(self, row: Row, where: QPoint) -> None:
        if isinstance(row, Entry):
            menu = self._tool_menu(row)
        elif isinstance(row, Head):
            menu = self._source_menu(row)
        else:
            return
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(where)

    def _tool_menu(self, row: Entry) -> QMenu:
        menu = _menu(self, row.tool.title)
        words = "Offer it no longer" if row.on else "Offer it to the model"
        menu.addAction(words).triggered.connect(
            lambda _=False: self.offered.emit(row.tool, not row.on)
        )
        menu.addAction("Show its definition").triggered.connect(lambda _=False: self._pick(row))
        if row.choices:
            menu.addSection("Answered by")
            self._add_modes(menu, row)
        if row.source == MINE:
            menu.addSeparator()
            menu.addAction("Remove").triggered.connect(
                lambda _=False: self.undefined.emit(row.tool)
            )
        return menu

    def _source_menu(self, row: Head) -> QMenu:
        menu = _menu(self, row.title)

        def add(words: str, tell: SignalInstance, argument: str = row.source) -> None:
            menu.addAction(words).triggered.connect(lambda _=False: tell.emit(argument))

        match row.kind:
            case "python":
                add("Open again", self.opened)
            case "mcp":
                if row.running:
                    add("Stop", self.stopped)
                else:
                    add("Start", self.started)
                add("Test start", self.tested)
            case "mine":
                for kind, words, _ in NEW:
                    add(f"New {words[0].lower()}{words[1:]}…", self.new_wanted, kind)
        if row.kind in ("python", "mcp"):
            menu.addSeparator()
            add("Remove", self.removed)
        return menu


def _menu(parent: QWidget, name: str) -> QMenu:
    """A menu that goes when it closes."""
    menu = QMenu(parent)
    menu.setAccessibleName(name)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu
