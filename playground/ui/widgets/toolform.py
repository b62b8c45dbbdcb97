"""The definition of a tool as a form: its name, what the model is told, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.tools import NAME, Tool
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets.fieldedit import WordField
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.rows import Rows
from playground.ui.widgets.schemaformfields import TextField
from playground.ui.widgets.toolfields import WIDE, CustomFields, HostedFields
from playground.ui.widgets.toolhosted import named
from playground.ui.widgets.toolreading import NAMES
from playground.ui.widgets.toolschema import ToolSchema

FUNCTION, CUSTOM, HOSTED = range(3)
PARAMETERS, RESULT = range(2)


class _Rest(QWidget):
    """Takes the height that is left, and what it needs at least when there is none. A scroll area
    would give it the height that it likes best."""

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()


class ToolForm(QScrollArea):
    """Signals:
    changed(Tool): the tool as it is now.
    """

    changed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool = Tool(name="")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        page = QWidget(self)
        self.setWidget(page)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=6)
        self._words = self._make_words(page)
        column.addWidget(self._words)
        inner = _Rest(page)
        self._pages = Pages(inner)
        self._pages.addWidget(self._make_function(tasks, inner))
        self.custom = CustomFields(inner)
        self.hosted = HostedFields(inner)
        self._pages.addWidget(self.custom)
        self._pages.addWidget(self.hosted)
        column.addWidget(inner, 1)
        self.custom.changed.connect(lambda form: self._update(format=form))
        self.hosted.changed.connect(lambda hosted: self._tell(named(self._tool, hosted)))

    # Parts.

    def _make_words(self, page: QWidget) -> QWidget:
        box = QWidget(page)
        column = QVBoxLayout(box)
        theme.space(column, 0, 0, 0, 0, gap=6)
        rows = Rows(box, wide=WIDE)
        self.name = WordField(rows)
        self.name.setProperty("role", "")
        self.name.edited.connect(self._renamed)
        self.name.textEdited.connect(lambda _: self._check_name())
        rows.add("Name", self.name)
        self.description = TextField(rows)
        self.description.setPlaceholderText("What the model is told of it")
        self.description.edited.connect(self._described)
        rows.add("Description", self.description)
        self.strict = QCheckBox("Strict", rows)
        self.strict.setAccessibleName("Strict")
        self.strict.setToolTip("The server holds the arguments to the schema")
        self.strict.setAccessibleDescription(self.strict.toolTip())
        self.strict.clicked.connect(lambda on: self._update(strict=on))
        rows.add("", self.strict)
        self._rows = rows
        column.addWidget(rows)
        self.wrong = QLabel(box)
        self.wrong.setProperty("role", "caption")
        self.wrong.setProperty("token", "error")
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        column.addWidget(self.wrong)
        return box

    def _make_function(self, tasks: Tasks, parent: QWidget) -> QWidget:
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=4)
        head = Flow(page, gap=16)
        self.which = Segments(("Parameters", "Result"), small=True, parent=head)
        self.which.picked.connect(lambda _: self._turn())
        head.add(self.which)
        self.views = Segments(("Code", "Tree"), small=True, parent=head)
        self.views.picked.connect(lambda _: self._turn())
        head.add(self.views)
        column.addWidget(head)
        inner = QWidget(page)
        self._schemas = Pages(inner)
        self.parameters = ToolSchema(tasks, "Parameters", "It takes no arguments.", inner)
        self.result = ToolSchema(
            tasks, "Result", "Without a schema a result may be anything.", inner, sent=False
        )
        self._schemas.addWidget(self.parameters)
        self._schemas.addWidget(self.result)
        column.addWidget(inner, 1)
        self.parameters.changed.connect(lambda schema: self._update(parameters=schema))
        self.result.changed.connect(lambda schema: self._update(output=schema))
        return page

    # What is shown.

    def show_tool(self, tool: Tool, *, editable: bool, fresh: bool) -> None:
        """fresh: it is another tool than before, so nothing that was typed stays."""
        self._tool = tool
        if fresh or not (self.name.hasFocus() and self.name.isModified()):
            self.name.write(tool.name)
            self._check_name()
        if fresh or (
            not self.description.pending and tool.description != self.description.toPlainText()
        ):
            self.description.write(tool.description)
        for field in (self.name, self.description):
            field.setReadOnly(not editable)
        self.strict.setChecked(tool.strict is True)
        self.strict.setEnabled(editable)
        self._rows.show_row(self.strict, tool.kind == "function")
        self._words.setVisible(tool.kind != "hosted")
        pages = {"function": FUNCTION, "custom": CUSTOM, "hosted": HOSTED}
        self._pages.setCurrentIndex(pages[tool.kind])
        match tool.kind:
            case "function":
                self._show_schemas(tool, editable=editable, fresh=fresh)
            case "custom":
                self.custom.show_format(tool.format, editable=editable)
            case "hosted":
                self.hosted.show_hosted(tool.hosted, editable=editable)

    def show_values(self, values: Mapping[str, Any] | None) -> None:
        """What is put into the places of variables; None: the session is no template."""
        self.parameters.show_values(values)
        self.result.show_values(values)

    def _show_schemas(self, tool: Tool, *, editable: bool, fresh: bool) -> None:
        strict = tool.strict is True
        self.views.setVisible(editable)
        if not editable:
            self.views.pick(0)
        more: dict[str, bool] = {"editable": editable, "fresh": fresh}
        self.parameters.show_schema(tool.parameters, strict=strict, **more)
        self.result.show_schema(tool.output, strict=False, **more)

    def _turn(self) -> None:
        self._schemas.setCurrentIndex(self.which.index)
        for one in (self.parameters, self.result):
            one.turn(self.views.index)

    # What is changed.

    def settle(self) -> None:
        """What is being typed counts now."""
        if not self.name.isReadOnly():
            self.name.settle()
            self.description.settle()
            self.parameters.settle()
            self.result.settle()
            self.custom.settle()
            self.hosted.settle()

    def _check_name(self) -> None:
        wrong = not NAME.fullmatch(self.name.text().strip()) and self._tool.kind != "hosted"
        self.name.setProperty("wrong", wrong)
        self.name.style().polish(self.name)
        self.wrong.setText(NAMES)
        self.wrong.setVisible(wrong)

    def _renamed(self) -> None:
        self._check_name()
        name = self.name.text().strip()
        self.name.setModified(False)
        if not self.name.property("wrong"):
            self._update(name=name)

    def _described(self) -> None:
        self._update(description=self.description.toPlainText())

    def _update(self, **values: Any) -> None:
        self._tell(self._tool.model_copy(update=values))

    def _tell(self, tool: Tool) -> None:
        if tool != self._tool and not self.name.isReadOnly():
            self._tool = tool
            if tool.kind == "function":
                strict = tool.strict is True
                self.parameters.show_schema(tool.parameters, strict=strict, editable=True)
            self.changed.emit(tool)
