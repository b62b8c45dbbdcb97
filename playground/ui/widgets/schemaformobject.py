"""The fields of an object in a form: its properties, and keys that somebody adds.

Rows are made as they are asked for. What has none yet is kept as the value it was given as, so that
an object of five thousand fields costs as much as its first forty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QWidget,
)

from playground.schemas.shapes import UNSET
from playground.ui import theme
from playground.ui.widgets.schemaformfields import (
    Part,
)
from playground.ui.widgets.schemaformkinds import (
    Place,
    Property,
    Wrong,
    extra_of,
    place_of,
    properties_of,
)
from playground.ui.widgets.schemaformrows import (
    KeyRow,
    Row,
    branch,
    caption,
    leave,
    more,
    quiet,
    share,
)
from playground.ui.widgets.schemaformslot import PAGE, Making, Where


class ObjectPart(Part):
    """An object: a row for each property, and for each key that somebody has added."""

    wide = True

    def __init__(
        self, making: Making, place: Place, value: Any, where: Where, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._making, self._place, self._where = making, place, where
        self._given: dict[str, Any] = dict(value) if isinstance(value, dict) else {}
        self._rows: dict[str, Row] = {}
        """Of properties and of keys that were given, by the name that those had."""
        self._new: list[KeyRow] = []
        properties = properties_of(place)
        self._extra = extra_of(place)
        self._waiting: list[Property] = sorted(
            properties, key=lambda one: not one.required and one.name not in self._given
        )
        known = {one.name for one in properties}
        another = True if self._extra is None else self._extra
        self._waiting += [
            Property(name, another, False) for name in self._given if name not in known
        ]
        self._known = known
        self._inset = any(not one.required for one in properties)
        self._column = branch(self, where)
        self._empty = caption(self)
        self._empty.setText("Nothing goes in here.")
        self._column.addWidget(self._empty)
        foot = QHBoxLayout()
        theme.space(foot, gap=4)
        self._more = quiet("", self)
        self._more.clicked.connect(self._show_more)
        self.add = quiet("Add a key", self)
        self.add.setAccessibleName(f"Add a key to {where.name}")
        self.add.clicked.connect(self._add)
        self.add.setVisible(self._extra is not None)
        foot.addWidget(self._more)
        foot.addWidget(self.add)
        foot.addStretch(1)
        self._column.addLayout(foot)
        self._fill(max(min(PAGE, making.left), 1))
        self.setFocusProxy(next(iter(self._rows.values()), self.add))

    @property
    def rows(self) -> list[Row]:
        """Those that were made, as they stand under each other."""
        return [*self._rows.values(), *self._new]

    @property
    def value(self) -> Any:
        made: dict[str, Any] = {}
        for name, given in self._given.items():
            row = self._rows.get(name)
            if row is None:
                made.setdefault(name, given)
            else:
                _put(made, name, row)
        for name, row in self._rows.items():
            if name not in self._given:
                _put(made, name, row)
        for row in self._new:
            _put(made, None, row)
        return made

    @property
    def unread(self) -> list[Wrong]:
        said = []
        keys: set[str] = set(self._known)
        keys.update(name for name in self._given if name not in self._rows)
        for name, row in (*self._rows.items(), *((None, one) for one in self._new)):
            key = row.key if isinstance(row, KeyRow) else name
            if isinstance(row, KeyRow):
                if key is None or (key == "" and name != ""):
                    said.append(Wrong((), "a value has no key"))
                    continue
                if key in keys:
                    said.append(Wrong((), f"the key {key} stands there twice"))
                    continue
                keys.add(key)
            said += [Wrong((str(key), *one.path), one.message) for one in row.unread]
        return said

    def show_value(self, value: Any) -> None:
        shown = {row.key: row for row in self.rows if isinstance(row, KeyRow) and row.key}
        self._given = given = dict(value) if isinstance(value, dict) else {}
        for name, row in list(self._rows.items()):
            if not isinstance(row, KeyRow):
                row.show_value(given.get(name, UNSET))
            else:
                del self._rows[name]
        self._waiting = [
            one for one in self._waiting if one.name in self._known or one.name in given
        ]
        self._new = [row for row in self._new if not row.key]
        for key, row in shown.items():
            if key in given:
                row.show_value(given[key])
                self._rows[key] = row
            else:
                leave(row)
        waiting = {one.name for one in self._waiting}
        another = True if self._extra is None else self._extra
        fresh = [
            Property(name, another, False)
            for name in given
            if name not in self._rows and name not in waiting and name not in self._known
        ]
        self._waiting += fresh
        self._fill(max(PAGE - len(self._rows), 0))

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        rows: dict[str | int | None, Row] = {
            row.key if isinstance(row, KeyRow) else name: row for name, row in self._rows.items()
        }
        rows |= {row.key: row for row in self._new}
        return share(rows, wrongs)

    def _fill(self, count: int) -> None:
        """Make the next rows."""
        for one in self._waiting[:count]:
            value = self._given.get(one.name, UNSET)
            where = self._where.inner(one.name, self._place)
            row: Row
            if one.name in self._known:
                row = Row(
                    self._making, one.schema, value, where, self,
                    title=one.name, optional=not one.required, inset=self._inset,
                )  # fmt: skip
            else:
                row = self._key_row(one.schema, value, where, one.name)
            row.changed.connect(self.changed)
            self._rows[one.name] = row
            self._column.insertWidget(self._column.count() - 1, row)
        del self._waiting[:count]
        left = len(self._waiting)
        self._more.setText(more(left))
        self._more.setAccessibleName(f"{self._more.text()} fields of {self._where.name}")
        self._more.setVisible(left > 0)
        self._empty.setVisible(not self._rows and not left and self._extra is None)

    def _show_more(self) -> None:
        self._making.asked()
        before = len(self._rows)
        self._fill(PAGE)
        rows = list(self._rows.values())
        if self._more.isHidden() and before < len(rows):
            rows[before].setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(True)

    def _key_row(self, schema: Any, value: Any, where: Where, key: str | None) -> KeyRow:
        opened = key is None
        row = KeyRow(self._making, schema, value, where, self, key=key, opened=opened)
        row.dropped.connect(lambda: self._drop(row))
        return row

    def _add(self) -> None:
        self._making.asked()
        schema = True if self._extra is None else self._extra
        place = place_of(self._making.root, schema, self._place.through)
        value = self._making.begin(place)
        row = self._key_row(schema, value, self._where.inner("a new key", self._place), None)
        row.changed.connect(self.changed)
        self._new.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        QWidget.setTabOrder(row, self.add)
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(True)

    def _drop(self, row: KeyRow) -> None:
        for name, one in list(self._rows.items()):
            if one is row:
                del self._rows[name]
                self._given.pop(name, None)
        self._new = [one for one in self._new if one is not row]
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        leave(row)
        self.changed.emit(True)


def _put(made: dict[str, Any], name: str | None, row: Row) -> None:
    """What a row says goes into an object, under the key that it has now."""
    key = row.key if isinstance(row, KeyRow) else name
    if key is None or (key == "" and name != "") or key in made:
        return
    if (value := row.value) is not UNSET:
        made[key] = value
