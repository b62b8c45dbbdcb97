"""The form for one schema in a tree of them: what it is called, what it takes, what is said of it.

What is switched off is not in the schema. The form changes nothing itself: it says what the user
wants as an operation on the schema, and shows what came of it when it is given the row again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from playground.core.endpoint import Kind, Parameter
from playground.core.plain import visible
from playground.schemas.outline import Row
from playground.schemas.outline_draft import UNSET
from playground.schemas.outline_parts import definitions, same, types
from playground.schemas.outline_places import add_branch, rename
from playground.schemas.outline_references import refer
from playground.schemas.outline_values import (
    KINDS,
    LISTED,
    allow_null,
    constrain,
    describe,
    fix_value,
    list_values,
    read_value,
    require,
    retype,
    write_value,
)
from playground.schemas.outline_words import fitting
from playground.schemas.rules import CONSTRAINTS, FORMATS, Expected
from playground.ui import theme, words
from playground.ui.widgets import values
from playground.ui.widgets.fieldedit import KeyboardHint, field_of
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.form import OVERHANG, Switch
from playground.ui.widgets.jsonedit import CodeEdit
from playground.ui.widgets.rows import Rows
from playground.ui.widgets.schematreemenu import Operation, on
from playground.ui.widgets.schematreemodel import NAMED

_TAKES: Mapping[Expected, tuple[Kind, Any, float | None]] = {
    "text": ("text", "", None),
    "number": ("number", 0, None),
    "positive": ("number", 1, None),
    "count": ("integer", 1, 0),
}
"""(kind of field, what it begins with, the least) for what a constraint takes."""
_ABOUT = {
    "title": "A name for this schema, for whoever reads it.",
    "const": "The only value there is.",
    "pattern": "A regular expression that the text matches somewhere.",
    "format": "What the text is, such as a date or an address.",
    "minLength": "The text has at least so many characters.",
    "maxLength": "The text has at most so many characters.",
    "multipleOf": "The number is a multiple of this.",
    "minimum": "The number is this or more.",
    "maximum": "The number is this or less.",
    "exclusiveMinimum": "The number is more than this.",
    "exclusiveMaximum": "The number is less than this.",
    "minItems": "There are at least so many items.",
    "maxItems": "There are at most so many items.",
}
NAMES = 76
"""Pixels of the design for the names of fields: the form stands in a narrow column."""
ARROW = 46
"""Pixels of the design that a list needs beside its words."""
LONG, SHOWN = 20_000, 400
"""Characters of a text that can be edited in the form, and of a longer one that are shown."""
_UNION, _ROOT = "union", "root"


class SchemaFields(QWidget):
    """Signals:
    wanted(operation): what the user wants done to the schema, as a function.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row: Row | None = None
        self._offered: tuple[list[str], str] = ([], "")
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 8, 12, gap=8)
        self.rows = rows = Rows(self, wide=NAMES)
        column.addWidget(rows)
        self.name = rows.line("Name")
        self.name.editingFinished.connect(self._renamed)
        self.type = rows.choice("Type", ())
        self.type.activated.connect(self._typed)
        self.required = QCheckBox("Required", self)
        self.nullable = QCheckBox("Nullable", self)
        for box in (self.required, self.nullable):
            box.setAccessibleName(box.text())
        flags = Flow(self, gap=16)
        flags.add(self.required)
        flags.add(self.nullable)
        self._flags = rows.add("", flags)
        self.required.clicked.connect(lambda now: self._flagged(require, now))
        self.nullable.clicked.connect(lambda now: self._flagged(allow_null, now))
        self.description = _prose("Description", "Told to the model")
        rows.add("Description", self.description)
        self.description.edited.connect(self._described)
        self.values = CodeEdit(self)
        self.values.setAccessibleName("Values")
        self.values.setPlaceholderText("Any; or one a line")
        rows.add("Values", self.values)
        self.values.edited.connect(self._listed)
        self.limits: dict[str, Limit] = {}
        held = QWidget(self)
        below = QVBoxLayout(held)
        theme.space(below, 0, 0, 0, 0, gap=0)
        for keyword in ("title", "const", *CONSTRAINTS):
            self.limits[keyword] = limit = Limit(_parameter(keyword), held)
            limit.changed.connect(self._limited)
            below.addWidget(limit)
        column.addWidget(held)
        column.addStretch(1)

    def show_row(self, row: Row | None) -> None:
        """This row's schema. What is being typed stays, unless it is about another row."""
        fresh = row is None or self._row is None or row.path != self._row.path
        self._row = row
        self.setEnabled(row is not None)
        if row is None:
            return
        named = row.part in NAMED
        self.rows.show_row(self.name, named)
        text = str(row.path[-1]) if named else ""
        if fresh or self.name.text() != text:
            self.name.setText(text)
            self.name.setCursorPosition(0)
        _say_wrong(self.name, False)
        self._offer(row)
        self.required.setVisible(row.part == "property")
        self.required.setChecked(bool(row.required))
        self.nullable.setChecked(row.nullable)
        self.nullable.setEnabled(not row.junk)
        self.rows.show_row(self._flags, row.part != "root")
        self._write(self.description, row.description, fresh)
        shape = row.shape if isinstance(row.shape, dict) else {}
        kinds = [one for one in types(shape) if one != "null"]
        listed = shape.get("enum")
        listable = bool(kinds or listed) and not set(kinds) - LISTED and "$ref" not in shape
        self.rows.show_row(self.values, listable or isinstance(listed, list))
        told = [one for one in listed if one is not None] if isinstance(listed, list) else []
        self._write(self.values, "\n".join(write_value(kinds, one) for one in told), fresh)
        there = fitting(shape)
        for keyword, limit in self.limits.items():
            if keyword == "title":
                value: Any = row.title or UNSET
                limit.setVisible(not row.junk)
            else:
                value = shape.get(keyword, UNSET)
                if keyword == "const":
                    limit.setVisible(value is not UNSET or (listable and not listed))
                    value = value if value is UNSET else write_value(kinds, value)
                else:
                    limit.setVisible(keyword in there)
            limit.show_value(value, fresh=fresh)

    def settle(self) -> None:
        """Take what is being typed."""
        self.description.settle()
        self.values.settle()
        for limit in self.limits.values():
            limit.settle()
        self._renamed()

    def refuse(self, why: str) -> None:
        """The last wish could not be met: what stands in its field is not in the schema."""
        if self._row is not None and self.name.text() != str((*self._row.path, "")[-2:][0]):
            _say_wrong(self.name, self._row.part in NAMED and bool(why))

    def _write(self, edit: CodeEdit, text: str, fresh: bool) -> None:
        held = len(text) > LONG
        edit.setReadOnly(held)
        edit.setToolTip("Too long to be edited here: edit it as code." if held else "")
        if held:
            text, fresh = f"{text[:SHOWN]}…", True
        if fresh or not edit.pending:
            edit.write(text)

    def _offer(self, row: Row) -> None:
        """The types and definitions to choose from; what is none of them stands first."""
        names = definitions(row.root)
        shape = row.shape if isinstance(row.shape, dict) else {}
        kinds = [one for one in types(shape) if one != "null"]
        plain = kinds[0] if len(kinds) == 1 and kinds[0] in KINDS else ""
        if "null" in types(shape) and not kinds:
            plain = "null"
        ref = shape.get("$ref")
        if ref == "#":
            plain = _ROOT
        elif isinstance(ref, str) and not row.kind.startswith("#"):
            plain = f"$defs/{row.kind.removesuffix(' or null').removesuffix(' (ref)')}"
        elif "anyOf" in shape:
            plain = _UNION
        odd = "" if plain else row.kind
        if self._offered != (names, odd) or not self.type.count():
            self._offered = (names, odd)
            self.type.clear()
            if odd:
                self.type.addItem(visible(odd), "")
            for one in KINDS:
                self.type.addItem(one, one)
            self.type.insertSeparator(self.type.count())
            self.type.addItem("one of several", _UNION)
            self.type.addItem("the root (ref)", _ROOT)
            for name in names:
                self.type.addItem(visible(f"{name} (ref)"), f"$defs/{name}")
        self.type.setCurrentIndex(max(self.type.findData(plain), 0))
        self.type.setToolTip(words.tip(row.kind))
        self._fit_type()

    def _fit_type(self) -> None:
        """Cut the words for a type that is none of ours where the room ends."""
        _, odd = self._offered
        if odd:
            room = self.type.width() - theme.current().px(ARROW)
            cut = self.type.fontMetrics().elidedText(
                visible(odd), Qt.TextElideMode.ElideRight, room
            )
            self.type.setItemText(0, cut)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (layout := self.layout()) is not None:
            layout.activate()  # the list has its new width only then
        self._fit_type()

    # What the user does.

    def _want(self, operation: Operation) -> None:
        self.wanted.emit(operation)

    def _renamed(self) -> None:
        row = self._row
        if row is not None and row.part in NAMED and self.name.text() != str(row.path[-1]):
            self._want(on(rename, row, self.name.text()))

    def _typed(self, _: int) -> None:
        row, what = self._row, self.type.currentData()
        if row is None or not what:
            return
        if what == _UNION:
            if not isinstance(row.shape, dict) or "anyOf" not in row.shape:
                self._want(on(add_branch, row))
        elif what == _ROOT or what.startswith("$defs/"):
            self._want(on(refer, row, None if what == _ROOT else what.removeprefix("$defs/")))
        else:
            self._want(on(retype, row, what))

    def _flagged(self, operation: Callable[..., Any], on_: bool) -> None:
        if self._row is not None:
            self._want(on(operation, self._row, on_))

    def _described(self) -> None:
        text, held = self.description.toPlainText(), self.description.isReadOnly()
        if self._row is not None and not held and text != self._row.description:
            self._want(on(describe, self._row, "description", text))

    def _listed(self) -> None:
        row = self._row
        if row is None or self.values.isReadOnly():
            return
        lines = [line for line in self.values.toPlainText().split("\n") if line.strip()]
        kinds = types(row.shape)
        told = row.shape.get("enum") if isinstance(row.shape, dict) else None
        null = isinstance(told, list) and None in told and "null" not in kinds

        def list_them(schema: Any) -> Any:
            read = [read_value(kinds, line) for line in lines]
            return list_values(schema, row.path, [*read, None] if null else read)

        given = [one for one in told if one is not None] if isinstance(told, list) else []
        if lines != [write_value(kinds, one) for one in given]:
            self._want(list_them)

    def _limited(self, keyword: str, value: object) -> None:
        row = self._row
        if row is None:
            return
        if keyword == "title":
            self._want(on(describe, row, "title", "" if value is UNSET else value))
        elif keyword == "const":
            kinds = types(row.shape)
            self._want(
                lambda schema: fix_value(
                    schema, row.path, value if value is UNSET else read_value(kinds, str(value))
                )
            )
        else:
            self._want(on(constrain, row, keyword, value))


class Limit(QWidget):
    """A keyword with a value: off means that it is not in the schema.

    Signals:
        changed(keyword, value): switched, or given another value; UNSET: off.
    """

    changed = Signal(str, object)

    def __init__(self, parameter: Parameter, parent: QWidget) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._given: Any = UNSET
        line = QHBoxLayout(self)
        theme.space(line, 0, 0, 0, 0, gap=8)
        theme.follow(self, lambda look: self.setFixedHeight(look.px(28)))
        self.switch = Switch(parameter.path, self)
        self.switch.setToolTip(words.tip(parameter.help))
        self.switch.setAccessibleDescription(parameter.help)
        KeyboardHint(self.switch)
        line.addWidget(self.switch)
        line.addStretch(0)
        self.off = QLabel("not set", self)
        self.off.setProperty("role", "caption")
        theme.follow(
            self.off, lambda look: self.off.setContentsMargins(*look.margins(0, 0, OVERHANG, 0))
        )
        line.addWidget(self.off)
        self.field = field_of(parameter, self)
        self.field.setAccessibleName(f"Value of {parameter.path}")
        self.field.setToolTip(words.tip(parameter.help))
        if isinstance(self.field, QLineEdit) and parameter.kind == "text":
            self.field.setProperty("role", "number")
        wide = 176 if parameter.kind in ("text", "choice") else 112
        theme.follow(self.field, lambda look: self.field.setMinimumWidth(look.px(64)))
        theme.follow(self.field, lambda look: self.field.setMaximumWidth(look.px(wide)))
        line.addWidget(self.field, 1)
        self.switch.toggled.connect(self._switched)
        self.field.edited.connect(self._edited)
        self._show()

    def show_value(self, value: Any, *, fresh: bool) -> None:
        """What the schema has. What was typed and not taken stays, unless it is `fresh`."""
        if not fresh and same(value, self._given):
            return
        self._given = value
        with QSignalBlocker(self.switch), QSignalBlocker(self.field):
            self.switch.setChecked(value is not UNSET)
            shown = self.parameter.start if value is UNSET else value
            self.field.write(values.write(self.parameter.kind, shown))
        self._show()

    def settle(self) -> None:
        if self.switch.isChecked():
            self.field.settle()

    def _show(self, wrong: str = "") -> None:
        on_ = self.switch.isChecked()
        self.off.setVisible(not on_)
        self.field.setVisible(on_)
        _say_wrong(self.field, bool(wrong))
        self.field.setAccessibleDescription(wrong or self.parameter.help)
        self.field.setToolTip(words.tip(wrong or self.parameter.help))

    def _switched(self, is_on: bool) -> None:
        self._show()
        if not is_on:
            if self._given is not UNSET:
                self._given = UNSET
                self.changed.emit(self.parameter.path, UNSET)
        elif self.parameter.start:
            self._edited()
        else:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _edited(self) -> None:
        if not self.switch.isChecked():
            return
        value, wrong = values.read(self.parameter, self.field.text())
        self._show("" if wrong == values.EMPTY else wrong)
        if not wrong and not same(value, self._given):
            self._given = value
            self.changed.emit(self.parameter.path, value)


def _parameter(keyword: str) -> Parameter:
    about = _ABOUT[keyword]
    if keyword == "format":
        return Parameter(keyword, "choice", about, "date-time", choices=tuple(sorted(FORMATS)))
    kind, start, least = _TAKES[CONSTRAINTS.get(keyword, "text")]
    return Parameter(keyword, kind, about, start, least)


def _prose(name: str, hint: str) -> CodeEdit:
    """An editor of words, as high as they are."""
    edit = CodeEdit()
    edit.setProperty("role", "")
    edit.setAccessibleName(name)
    edit.setPlaceholderText(hint)
    theme.follow(edit, lambda look: edit.setFont(look.font))
    return edit


def _say_wrong(widget: QWidget, wrong: bool) -> None:
    if bool(widget.property("wrong")) != wrong:
        widget.setProperty("wrong", wrong)
        widget.style().polish(widget)
