"""Rows of a form: a value with its name, its switch, what is to be known of it, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.schemas.shapes import UNSET
from playground.schemas.source import spelled
from playground.ui import theme
from playground.ui.widgets.form import Switch
from playground.ui.widgets.parts import leave as leave
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.schemaformfields import describe
from playground.ui.widgets.schemaformkinds import Wrong, about, place_of
from playground.ui.widgets.schemaformslot import PAGE, Making, Slot, Where

LEAD, INDENT, RULE = 152, 19, 7
"""Pixels of the design: the names; what is inside something stands so much further in, beside a
line under the middle of a switch."""
NARROW = 340
"""Below so many, a text stands under its name."""
COMPACT = frozenset(("number", "integer", "boolean", "choice", "fixed"))
"""Kinds that stand beside their name at any width."""
SAID = 240
"""Characters of a description that stand in the form; the whole is in the tooltip."""


class Row(QWidget):
    """A value with its name. One that may be left out has a switch: off is not sent.

    Signals:
        changed(settled): as Part's.
    """

    changed = Signal(bool)

    def __init__(
        self,
        making: Making,
        schema: Any,
        value: Any,
        where: Where,
        parent: QWidget,
        *,
        title: str | QLineEdit,
        optional: bool = False,
        inset: bool = False,
        tools: Sequence[QToolButton] = (),
        counted: bool = False,
        opened: bool = False,
    ) -> None:
        """`title` is its name, or a field for it; `inset`: others at its side have a switch;
        `counted`: the name is but a number; `opened`: as Slot's."""
        super().__init__(parent)
        making.left -= 1
        self._making, self._schema, self._where = making, schema, where
        self._place = place_of(making.root, schema, where.through)
        self.tools = list(tools)
        self._counted = counted
        self._slot: Slot | None = None
        self.switch: Switch | None = None
        self._about = about(schema, self._place)
        optional = optional or self._lacks(value)

        self._line = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        theme.space(self._line, 0, 0, 0, 0, gap=0)
        self._head = QWidget(self)
        head = QHBoxLayout(self._head)
        theme.space(head, 0, 0, 0, 0, gap=4)
        theme.follow(self._head, lambda look: self._head.setFixedHeight(look.px(28)))
        if isinstance(title, QLineEdit):
            head.addWidget(title, 1)
        else:
            self._title = title
            self.name = name = QLabel(visible(title), self._head)
            name.setTextFormat(Qt.TextFormat.PlainText)
            name.setMinimumWidth(1)
            describe(name, self._about)
            if inset:
                theme.follow(name, lambda look: name.setContentsMargins(look.px(22), 0, 0, 0))
            head.addWidget(name, 1)
            if optional:
                self._make_switch(value is not UNSET)
        self.off = QLabel("not sent", self._head)
        self.off.setProperty("role", "caption")
        head.addWidget(self.off)
        self._body = QWidget(self)
        self._column = QVBoxLayout(self._body)
        theme.space(self._column, 0, 0, 0, 0, gap=2)
        self.why: QLabel | None = None
        self._line.addWidget(self._head, 0, Qt.AlignmentFlag.AlignTop)
        self._line.addWidget(self._body, 1)
        self._hand = QWidget(self)
        hand = QHBoxLayout(self._hand)
        theme.space(hand, 0, 1, 0, 0, gap=0)
        for tool in self.tools:
            hand.addWidget(tool)
        self._line.addWidget(self._hand, 0, Qt.AlignmentFlag.AlignTop)
        self._hand.setVisible(bool(self.tools))
        if isinstance(title, QLineEdit):
            self.setFocusProxy(title)
        if value is not UNSET or self.switch is None:
            self._open(value, opened)
        self._show()

    # What stands there.

    @property
    def on(self) -> bool:
        return self.switch is None or self.switch.isChecked()

    @property
    def slot(self) -> Slot | None:
        """The fields, once there are any."""
        return self._slot

    @property
    def value(self) -> Any:
        """UNSET: not sent."""
        return self._slot.value if self.on and self._slot is not None else UNSET

    @property
    def unread(self) -> list[Wrong]:
        return self._slot.unread if self.on and self._slot is not None else []

    def show_value(self, value: Any) -> None:
        """Show another value; UNSET: it is not sent. What was typed stays where it says the same,
        and behind a switch that is off."""
        if self.switch is None and self._lacks(value):
            self._make_switch(False)
        if self.switch is not None:
            with QSignalBlocker(self.switch):
                self.switch.setChecked(value is not UNSET)
        if self._slot is not None and (value is not UNSET or self.switch is None):
            self._slot.show_value(value)
        elif value is not UNSET:
            self._open(value)
        self._show()

    def mark(self, wrongs: Sequence[Wrong]) -> None:
        """Say at the fields what is wrong."""
        left = [one.message for one in wrongs]
        if self._slot is not None:
            left = self._slot.mark(wrongs if self.on else ())
            if not self.on:
                left = [one.message for one in wrongs]
        if left and self.why is None:
            self.why = caption(self._body, "error")
            self._column.addWidget(self.why)
        if self.why is not None:
            self.why.setText("\n".join(map(sentence, left)))
            self.why.setVisible(bool(left))
        said = " ".join([*map(sentence, left), self._about])
        if self._slot is not None:
            self._slot.describe(said)
        self._describe_switch(said)
        self._body.setVisible(self.on or bool(left))

    def _lacks(self, value: Any) -> bool:
        """Nothing is there, and the field would look as if something was."""
        empty = self._place.kind in ("number", "integer", "choice", "json")
        return value is UNSET and not empty and not self._counted

    def _make_switch(self, on: bool) -> None:
        """Put a switch in the place of the name."""
        self.switch = switch = Switch(self._title, self._head)
        switch.setAccessibleName(self._where.name)
        switch.setChecked(on)
        switch.toggled.connect(self._switched)
        head = self._head.layout()
        assert isinstance(head, QHBoxLayout)
        head.insertWidget(0, switch)
        head.insertStretch(1, 1)
        self.name.hide()
        self.setFocusProxy(switch)

    def _open(self, value: Any, opened: bool = False) -> None:
        """Make its fields."""
        self._slot = slot = Slot(
            self._making, self._schema, value, self._where, self._body, opened=opened
        )
        slot.changed.connect(self.changed)
        slot.reshaped.connect(self._arrange)
        slot.describe(self._about)
        if self.focusProxy() is None:
            self.setFocusProxy(slot)
        self._column.insertWidget(0, slot)
        if self._about:
            shown = self._about if len(self._about) <= SAID else self._about[:SAID] + "…"
            label = caption(self._body)
            label.setText(shown)
            self._column.insertWidget(1, label)

    def _switched(self, on: bool) -> None:
        if on and self._slot is None:
            self._making.asked()
            self._open(self._making.begin(self._place), True)
        elif on and self._slot is not None and self._slot.value is UNSET and not self._slot.unread:
            self._slot.show_value(self._making.begin(self._place))
        self._show()
        self.changed.emit(True)

    def renumber(self, at: int) -> None:
        """It is the item at another index now."""
        old = self._where.name
        self._where.step = at
        self.name.setText(str(at))
        for widget in self.findChildren(QWidget):
            if old in widget.accessibleName():
                widget.setAccessibleName(widget.accessibleName().replace(old, self._where.name, 1))
        for tool in self.tools:
            tool.setToolTip(tool.accessibleName())

    def _show(self) -> None:
        self.off.setVisible(not self.on)
        self._body.setVisible(self.on or (self.why is not None and not self.why.isHidden()))
        self._describe_switch(self._about)
        self._arrange()

    def _describe_switch(self, said: str) -> None:
        if self.switch is not None:
            describe(self.switch, said if self.on else f"Not sent. {said}".strip())

    # Where its parts stand.

    def _arrange(self) -> None:
        look = theme.current()
        wide = self._slot is not None and self._slot.wide
        compact = self._place.kind in COMPACT or self._counted
        stacked = not self.on or wide or (not compact and self.width() < look.px(NARROW))
        way = QBoxLayout.Direction
        self._line.setDirection(way.TopToBottom if stacked else way.LeftToRight)
        self._line.setSpacing(0 if stacked else look.px(8))
        if stacked:
            self._head.setMinimumWidth(0)
            self._head.setMaximumWidth(16_777_215)
        else:
            lead = look.px(max(LEAD - INDENT * (self._where.level - 1), 96))
            beside = min(lead, round(self.width() * 0.42))
            self._head.setFixedWidth(look.px(20) if self._counted else max(beside, 1))
        head = self._head.layout()
        assert isinstance(head, QHBoxLayout)
        if wide and head.indexOf(self._hand) < 0:
            head.addWidget(self._hand)
        elif not wide and self._line.indexOf(self._hand) < 0:
            self._line.addWidget(self._hand, 0, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()


class KeyRow(Row):
    """A value with a key that somebody chooses.

    Signals:
        dropped(): it shall go.
    """

    dropped = Signal()

    def __init__(
        self,
        making: Making,
        schema: Any,
        value: Any,
        where: Where,
        parent: QWidget,
        *,
        key: str | None,
        opened: bool = False,
    ) -> None:
        """`key`: None where nobody has said any yet."""
        self._given = key
        self.field = QLineEdit(visible(key or ""))
        self.field.setPlaceholderText("Key")
        self.field.setAccessibleName(f"Key of {where.name}")
        drop = tool_button("trash", f"Remove {where.name}")
        super().__init__(
            making, schema, value, where, parent, title=self.field, tools=(drop,), opened=opened
        )
        drop.clicked.connect(self.dropped)
        self.field.textEdited.connect(lambda _: self.changed.emit(False))
        self.field.editingFinished.connect(lambda: self.changed.emit(True))

    @property
    def key(self) -> str | None:
        """None: there is none yet."""
        text = self.field.text()
        return self._given if text == visible(self._given or "") else text


def caption(parent: QWidget, token: str = "") -> QLabel:
    """A line of small words below something."""
    label = QLabel(parent)
    label.setProperty("role", "caption")
    label.setProperty("token", token)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def sentence(message: str) -> str:
    """What is wrong, as a sentence that can be shown."""
    message = visible(message)
    return f"{message[:1].upper()}{message[1:].rstrip('.')}."


def share(rows: Mapping[Any, Row], wrongs: Sequence[Wrong]) -> list[str]:
    """Give to each row what is wrong with it; what is left, with its place."""
    each: dict[Any, list[Wrong]] = {}
    left: list[str] = []
    for one in wrongs:
        step = one.path[0] if one.path else None
        if step is not None and step in rows:
            each.setdefault(step, []).append(Wrong(one.path[1:], one.message))
        else:
            left.append(f"{spelled(one.path)}: {one.message}" if one.path else one.message)
    for step, row in rows.items():
        row.mark(each.get(step, ()))
    return left


def branch(part: QWidget, where: Where) -> QVBoxLayout:
    """The column for rows inside something, further in than that."""
    outer = QVBoxLayout(part)
    frame = QFrame(part)
    column = QVBoxLayout(frame)
    inner = where.level > 0 and not where.flush
    theme.space(outer, RULE if inner else 0, 0, 0, 0)
    theme.space(column, INDENT - RULE if inner else 0, 0, 0, 0, gap=4)
    if inner:
        frame.setProperty("role", "branch")
    outer.addWidget(frame)
    return column


def quiet(words: str, parent: QWidget) -> QPushButton:
    """A button that does not stand out."""
    made = QPushButton(words, parent)
    made.setProperty("role", "quiet")
    made.setAutoDefault(False)
    made.setAccessibleName(words)
    return made


def more(left: int) -> str:
    return f"Show {left:,} more" if left <= PAGE else f"Show {PAGE:,} more of {left:,}"
