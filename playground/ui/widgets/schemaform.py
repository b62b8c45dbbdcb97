"""A form made from a JSON Schema, for a value such as the arguments of a tool: fields, or its JSON.

Both views are of one value. What is typed in one of them stands in the other, unless it is no
value: then it stays where it was typed, and both say so.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.schemas.shapes import UNSET
from playground.schemas.source import Path, spelled
from playground.schemas.validation import Error, Validator
from playground.ui import theme
from playground.ui.widgets.jsonedit import CodeEdit, JsonColours
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.schemaformfields import alike, say_wrong
from playground.ui.widgets.schemaformgroups import part_of
from playground.ui.widgets.schemaformkinds import Wrong, read_text, start_of, write_text
from playground.ui.widgets.schemaformrows import caption, leave, quiet, sentence
from playground.ui.widgets.schemaformslot import Making, Slot, Where
from playground.ui.widgets.values import EMPTY

FORM, JSON = 0, 1
"""The views."""
PAUSE = 150
"""Milliseconds without a key after which what stands there is checked."""
TOLD = 20
"""Of what is wrong, that is listed below the whole; of more it is said how many there are."""
MISSING = "required, and nothing stands here"
NO_ARGUMENTS = {"type": "object", "additionalProperties": False}
"""What a schema of nothing means."""


class SchemaForm(QWidget):
    """Signals:
    edited(): another value stands there, and nobody is typing any more.
    turned(): the other view is shown.
    """

    edited = Signal()
    turned = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str = "Arguments") -> None:
        super().__init__(parent)
        self._name = name
        self._schema: Any = NO_ARGUMENTS
        self._validator: Validator | None = None
        self._unusable = ""
        self._root: Slot | None = None
        self._said: Any = UNSET
        """What the JSON says, as far as it could be read."""
        self._wrong = ""
        """Why the JSON cannot be read."""
        self._unparsed = False
        self._behind = True
        """What it says has not been written there yet: nobody has looked."""
        self._lenient = False
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        self.views = Segments(("Form", "JSON"), small=True, parent=self)
        self.views.setAccessibleName(f"How the {name.lower()} are shown")
        self.head = QHBoxLayout()
        theme.space(self.head, 0, 0, 0, 0, gap=8)
        self.head.addWidget(self.views)
        self.head.addStretch(1)
        column.addLayout(self.head)
        self.note, self.said, self.discard = self._make_note()
        column.addWidget(self.note)
        self.form = QWidget(self)
        self._fields = QVBoxLayout(self.form)
        theme.space(self._fields, 0, 0, 0, 0, gap=4)
        self.why = caption(self.form, "error")
        self._fields.addWidget(self.why)
        column.addWidget(self.form)
        self.json = CodeEdit(self)
        self.json.setAccessibleName(f"{name} as JSON")
        option = self.json.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.json.document().setDefaultTextOption(option)
        self._colours = JsonColours(self.json)
        column.addWidget(self.json)
        self.json_why = caption(self, "error")
        column.addWidget(self.json_why)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._take)
        self.views.picked.connect(self._turned)
        self.json.textChanged.connect(self._json_typed)
        self.json.edited.connect(self._take)
        self.discard.clicked.connect(self._discard)
        self.show_schema(None)

    def _make_note(self) -> tuple[QWidget, QLabel, QPushButton]:
        note = QWidget(self)
        line = QHBoxLayout(note)
        theme.space(line, 0, 0, 0, 0, gap=6)
        line.addWidget(Mark("warning", "warn", note), 0, Qt.AlignmentFlag.AlignTop)
        said = caption(note)
        line.addWidget(said, 1)
        discard = quiet("Discard this JSON", note)
        line.addWidget(discard, 0, Qt.AlignmentFlag.AlignTop)
        note.hide()
        return note, said, discard

    # What stands there.

    def show_schema(self, schema: Any, value: Any = None) -> None:
        """Begin with a value, or with as little as there can be. Without a schema there is nothing
        to fill in."""
        self._begin(schema)
        self._lenient = value is None
        self._said = start_of(self._schema, self._schema) if value is None else value
        self._fill()
        self._behind = True
        if self.views.index == JSON:
            self._write_json()
        self._show()

    def show_text(self, schema: Any, text: str) -> None:
        """Begin with a value as JSON, which is kept as it is, also when it is none."""
        self._begin(schema)
        self._said, self._wrong = read_text(text)
        self.json.write(text)
        self._unparsed = self._behind = False
        if self._wrong:
            self._said = start_of(self._schema, self._schema)
        else:
            self._write_json()
        self._fill()
        if self._wrong:
            self.views.pick(JSON)
        self._show()

    @property
    def value(self) -> Any:
        """What could be read last, where something stands there that is no value; None where
        nothing does."""
        found = self._value
        return None if found is UNSET else found

    @property
    def text(self) -> str:
        """The value as JSON: as it was typed, where it was typed as JSON."""
        if self.views.index == JSON or self._wrong:
            return self.json.toPlainText()
        return dumped(self.value)

    @property
    def readable(self) -> bool:
        """Whether all that was typed is a value."""
        return self._value is not UNSET and not self.wrong and not self._unread

    @property
    def errors(self) -> list[str]:
        """What is wrong, in sentences that begin with the place."""
        told = self._wrongs()
        rows = [f"{spelled(one.path)}: {one.message}" for one in told]
        return [visible(one) for one in (*filter(None, (self._unusable, self.wrong)), *rows)]

    @property
    def wrong(self) -> str:
        """Why the JSON that was typed cannot be read; empty when it can."""
        self._parse()
        return self._wrong

    @property
    def slot(self) -> Slot:
        """The fields of the whole value."""
        assert self._root is not None
        return self._root

    def settle(self) -> None:
        """Take what is being typed."""
        if self.json.pending:
            self.json.settle()
        elif self._pause.isActive():
            self._take()

    def insist(self) -> None:
        """What has to be there and is not is an error from now on."""
        self._lenient = False
        self._show()

    @property
    def _value(self) -> Any:
        self._parse()
        return self._said if self.views.index == JSON or self._wrong else self.slot.value

    @property
    def _unread(self) -> list[Wrong]:
        return [] if self.views.index == JSON or self._wrong else self.slot.unread

    def _begin(self, schema: Any) -> None:
        self._schema = NO_ARGUMENTS if schema is None else schema
        self._validator, self._unusable = None, ""
        self._wrong, self._unparsed, self._lenient = "", False, False
        try:
            self._validator = Validator(self._schema)
        except Failure as failure:
            self._unusable = f"{failure.problem.title} {failure.problem.detail}"

    def _fill(self) -> None:
        """Make the fields."""
        if (old := self._root) is not None:
            leave(old)
        making = Making(self._schema, self._validator, part_of)
        self._root = Slot(making, self._schema, self._said, Where(self._name), self.form)
        self._root.changed.connect(self._form_typed)
        self._fields.insertWidget(0, self._root)
        self.form.setFocusProxy(self._root)

    def _wrongs(self) -> list[Wrong]:
        """What cannot be read, and what does not hold: each at its place."""
        value, unread = self._value, self._unread
        if value is UNSET:
            return unread or ([] if self._wrong else [Wrong((), MISSING)])
        told = unread + self._checked(value)
        places = {one.path for one in unread}
        return [one for one in told if one in unread or one.path not in places]

    def _checked(self, value: Any) -> list[Wrong]:
        if self._validator is None:
            return []
        try:
            return [self._placed(one, value) for one in self._validator.errors(value)]
        except Failure as failure:
            return [Wrong((), f"{failure.problem.title} {failure.problem.detail}")]

    def _placed(self, error: Error, value: Any) -> Wrong:
        """At the field that is missing, rather than at what it is missing from."""
        if error.keyword == "required":
            names, inside = _at(self._schema, error.schema_path), _at(value, error.path)
            for name in names if isinstance(names, list) and isinstance(inside, dict) else ():
                if name not in inside and error.message.startswith(repr(name)):
                    return Wrong((*error.path, name), MISSING)
        return Wrong(error.path, error.message)

    # What the user does.

    def _form_typed(self, settled: bool) -> None:
        if settled:
            self._take()
        else:
            self._pause.start()

    def _json_typed(self) -> None:
        self._unparsed, self._lenient = True, False

    def _parse(self) -> None:
        if not self._unparsed:
            return
        self._unparsed = False
        said, wrong = read_text(self.json.toPlainText())
        self._wrong = "nothing stands here" if wrong == EMPTY else wrong
        if not wrong:
            self._said = said

    def _take(self) -> None:
        self._pause.stop()
        self._show()
        self.edited.emit()

    def _turned(self, view: int) -> None:
        self._parse()
        if view == JSON:
            if not self._wrong and (self._behind or not alike(self.slot.value, self._said)):
                self._said = self.slot.value
                self._write_json()
        elif not self._wrong and self._said is not UNSET:
            self.slot.show_value(self._said)
        self._show()
        self.turned.emit()

    def _discard(self) -> None:
        """Go on with what the fields say."""
        self._said = self.slot.value
        self._write_json()
        self._take()

    def _write_json(self) -> None:
        lenient = self._lenient
        self.json.write("" if self._said is UNSET else write_text(self._said))
        self._lenient = lenient  # nobody has typed that
        self._wrong, self._unparsed, self._behind = "", False, False

    def _show(self) -> None:
        in_json = self.views.index == JSON
        wrong, unread = self.wrong, self.slot.unread
        self.form.setVisible(not in_json)
        self.form.setEnabled(not wrong)
        self.json.setVisible(in_json)
        told = self._wrongs()
        if self._lenient:
            told = [one for one in told if one.message != MISSING]
        if in_json:
            rows = [wrong] if wrong else [_line(one) for one in told]
            say_wrong(self.json, bool(wrong))
            self.json.setAccessibleDescription(visible(" ".join(map(sentence, rows))))
        else:
            rows = [self._unusable] if self._unusable else []
            rows += self.slot.mark([] if wrong else told)
        label = self.json_why if in_json else self.why
        if len(rows) > TOLD:
            rows[TOLD:] = [f"and {len(rows) - TOLD:,} more"]
        label.setText("\n".join(map(sentence, rows)))
        self.why.setVisible(not in_json and bool(rows))
        self.json_why.setVisible(in_json and bool(rows))
        if wrong and not in_json:
            self._note(f"The JSON cannot be read, so the fields are as they were before. {wrong}.")
        elif in_json and unread and alike(self.slot.value, self._said):
            places = "; ".join(map(_line, unread))
            self._note(f"What cannot be read is only in the form: {places}.")
        else:
            self.note.hide()
        self.discard.setVisible(not in_json)

    def _note(self, words: str) -> None:
        self.said.setText(visible(words))
        self.note.show()


def dumped(value: Any) -> str:
    """JSON that can be sent: on one line, every character as itself where UTF-8 has it."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(value)
    return text


def _line(one: Wrong) -> str:
    return f"{spelled(one.path)}: {one.message}" if one.path else one.message


def _at(value: Any, path: Path) -> Any:
    """What is at a path, None where nothing is."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
