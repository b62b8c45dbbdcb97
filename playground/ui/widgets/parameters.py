"""All request fields of a dialect as a form: what is used most, then foldable groups, and a filter.

It is made of the dialect's declaration and of nothing else. What a session sends beyond that, such
as the fields of another dialect, stands in a group of its own, so that nothing is sent unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from playground.core.endpoint import Parameter
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.fieldedit import into_view
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.form import OVERHANG, ParameterRow

BEYOND = "Sent as well"
"""The group of fields that the dialect does not declare."""
WHY_BEYOND = "Not a field that this API declares. It is sent as it stands here."


class Section(QWidget):
    """A head that says how many of its rows are on, and opens them."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = title
        self.rows: list[ParameterRow] = []
        body = QWidget(self)
        self._body = QVBoxLayout(body)
        theme.space(self._body, 0, 0, 0, 4, gap=0)
        self.fold = Fold(self, body, strong=True)
        theme.follow(self.fold, lambda look: self.fold.setFixedHeight(look.px(28)))
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=0)
        column.addWidget(self.fold)
        column.addWidget(body)
        self.none: QPushButton | None = None
        """Switches all of them off, where that is offered."""
        self._wanted: bool | None = None
        """Whether it was open before a filter opened it."""
        self.count()

    def offer_none(self) -> None:
        """Offer to switch all of them off at once. Their values stay until another session."""
        self.none = none = QPushButton("Send none of these", self)
        none.setProperty("role", "quiet")
        none.setAccessibleName("Send none of the fields that this API does not declare")
        none.clicked.connect(self._switch_off)
        self._body.insertWidget(0, none, 0, Qt.AlignmentFlag.AlignLeft)

    def _switch_off(self) -> None:
        for row in self.rows:
            row.switch.setChecked(False)

    def add(self, row: QWidget) -> None:
        self._body.addWidget(row)
        if isinstance(row, ParameterRow):
            self.rows.append(row)

    @property
    def stops(self) -> list[QWidget]:
        """Where the keyboard stops in it, in their order."""
        first = [self.fold] if self.none is None else [self.fold, self.none]
        return [*first, *(stop for row in self.rows for stop in row.stops)]

    @property
    def on(self) -> int:
        """How many of its rows are switched on."""
        return sum(row.switch.isChecked() for row in self.rows)

    def count(self) -> None:
        on = self.on
        said = f"{self.title} · {on} on" if on else self.title
        self.fold.say(said)
        self.fold.setAccessibleName(said)
        if self.none is not None:
            self.none.setEnabled(on > 0)

    def narrow(self, shown: Iterable[ParameterRow] | None) -> None:
        """Show only these rows, open; None: all, and open or not as before."""
        if shown is None:
            for row in self.rows:
                row.show()
            self.show()
            if self._wanted is not None:
                self.fold.setChecked(self._wanted)
                self._wanted = None
            return
        found = set(shown)
        for row in self.rows:
            row.setVisible(row in found)
        self.setVisible(bool(found))
        if self._wanted is None:
            self._wanted = self.fold.isChecked()
        self.fold.setChecked(True)


class ParameterForm(QWidget):
    """Every field that can be sent.

    Signals:
        changed(path, on, value): one was switched, or given another value that can be sent.
    """

    changed = Signal(str, bool, object)

    def __init__(self, parent: QWidget | None = None, *, side: float = 0) -> None:
        """`side`: pixels of the design between the form and the edge of the dock."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        # The frame of a value that is edited reaches over the edge at which its text ends.
        theme.space(column, side, 0, side - OVERHANG, 0, gap=0)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText("Find a field")
        self.filter.setAccessibleName("Find a field")
        self.filter.setAccessibleDescription("By name, or by what it does")
        clear = self.filter.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Show all fields")
        clear.setVisible(False)
        clear.triggered.connect(self.filter.clear)
        self.filter.textChanged.connect(lambda text: clear.setVisible(bool(text)))
        self.filter.textChanged.connect(self._narrow)
        self.filter.installEventFilter(self)
        line = QVBoxLayout()
        theme.space(line, 0, 0, OVERHANG, 4)
        line.addWidget(self.filter)
        column.addLayout(line)
        self.nothing = QLabel("No field is called that or does that.", self)
        self.nothing.setProperty("role", "caption")
        self.nothing.setWordWrap(True)
        self.nothing.hide()
        column.addWidget(self.nothing)
        self._column = QVBoxLayout()
        theme.space(self._column, 0, 0, 0, 0, gap=0)
        column.addLayout(self._column)
        self.rows: dict[str, ParameterRow] = {}
        self.sections: dict[str, Section] = {}

    def offer(self, parameters: Sequence[Parameter]) -> None:
        """Make the rows of a dialect, all off."""
        for old in (*self.sections.values(), *self.rows.values()):
            old.hide()
            old.deleteLater()
        self.rows, self.sections = {}, {}
        for parameter in parameters:
            self._add(parameter)
        self._order()
        self._narrow()

    def _order(self) -> None:
        """The keyboard goes down the form, also through what was made later than what follows."""
        before: QWidget = self.filter
        rows = [row for row in self.rows.values() if not row.parameter.group]
        parts: list[ParameterRow | Section] = [*rows, *self.sections.values()]
        for part in parts:
            for widget in part.stops:
                QWidget.setTabOrder(before, widget)
                before = widget

    def show_fields(self, fields: Mapping[str, Any], *, fresh: bool = False) -> None:
        """What the session sends. `fresh`: it is another session, or another dialect."""
        if fresh:
            self._forget(fields)
        beyond = [path for path in fields if path not in self.rows]
        for path in beyond:
            self._add(Parameter(path, "json", WHY_BEYOND, group=BEYOND))
        for path, row in self.rows.items():
            row.show_value(fields.get(path), on=path in fields)
            if fresh:
                row.reset()
        for section in self.sections.values():
            section.count()
            if fresh and self.filter.text():
                section._wanted = section.on > 0
            elif fresh:
                section.fold.setChecked(section.on > 0)
        if beyond:
            self._order()
            self.sections[BEYOND].fold.setChecked(True)
        if (fresh or beyond) and self.filter.text():
            self._narrow()

    def _forget(self, fields: Mapping[str, Any]) -> None:
        """Take away the rows of fields that only another session sent."""
        section = self.sections.get(BEYOND)
        if section is None:
            return
        for row in [row for row in section.rows if row.parameter.path not in fields]:
            section.rows.remove(row)
            del self.rows[row.parameter.path]
            row.hide()
            row.deleteLater()
        if not section.rows:
            del self.sections[BEYOND]
            section.hide()
            section.deleteLater()

    def settle(self) -> None:
        """Take what is being typed."""
        for row in self.rows.values():
            row.settle()

    def reveal(self, path: str) -> ParameterRow | None:
        """Make the row of a field visible and put the focus there."""
        row = self.rows.get(path)
        if row is not None:
            self.filter.clear()
            section = self.sections.get(row.parameter.group)
            if section is not None:
                section.fold.setChecked(True)
            row.switch.setFocus(Qt.FocusReason.ShortcutFocusReason)
            into_view(row)
        return row

    def _add(self, parameter: Parameter) -> None:
        row = ParameterRow(parameter, self)
        row.changed.connect(self._changed)
        self.rows[parameter.path] = row
        if not parameter.group:
            self._column.insertWidget(self._first, row)
            return
        section = self.sections.get(parameter.group)
        if section is None:
            section = self.sections[parameter.group] = Section(parameter.group, self)
            self._column.addWidget(section)
            section.setVisible(True)
            if parameter.group == BEYOND:
                section.offer_none()
        section.add(row)

    @property
    def _first(self) -> int:
        """Where the next row of those outside the sections belongs."""
        return sum(not row.parameter.group for row in self.rows.values()) - 1

    def _changed(self, path: str, on: bool, value: object) -> None:
        section = self.sections.get(self.rows[path].parameter.group)
        if section is not None:
            section.count()
        self.changed.emit(path, on, value)

    def _narrow(self) -> None:
        words = self.filter.text().lower().replace("_", " ").split()
        found = {path for path, row in self.rows.items() if _matches(row.parameter, words)}
        for path, row in self.rows.items():
            if not row.parameter.group:
                row.setVisible(path in found)
        for section in self.sections.values():
            rows = [row for row in section.rows if row.parameter.path in found]
            section.narrow(rows if words else None)
        self.nothing.setVisible(not found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the filter to the first that it found."""
        if watched is self.filter and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() == Qt.Key.Key_Down:
                for row in self.rows.values():
                    if row.isVisible():
                        row.switch.setFocus(Qt.FocusReason.TabFocusReason)
                        into_view(row)
                        break
                return True
        return super().eventFilter(watched, event)


def _matches(parameter: Parameter, words: Sequence[str]) -> bool:
    said = f"{parameter.path} {parameter.help} {parameter.refused} {parameter.group}"
    said = said.lower().replace("_", " ")
    return all(word in said for word in words)
