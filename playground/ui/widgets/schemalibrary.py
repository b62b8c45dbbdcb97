"""What there is to choose a schema from, as a list of titles, and what comes of it: the schema, how
it was read, and whether it is strict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.schemas import given
from playground.schemas.given import Given
from playground.schemas.lint import lint
from playground.schemas.repair import repair
from playground.schemas.source import written
from playground.ui import theme
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import copy, copy_button
from playground.ui.widgets.source import pretty
from playground.ui.widgets.sourceview import SourceView

HIGH = 44
"""Pixels of the design: a card of two lines."""
MANY = 5_000
"""Violations up to which it is tried whether they can be repaired; more than any server takes."""
NOTES = 6
"""Sentences about a schema that are shown at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading something."""

    given: Given | None = None
    """None: it could not be read, or there is nothing yet."""
    problem: Problem | None = None
    """Why it could not be read."""
    words: str = ""
    """What is said where there is neither."""
    about: str = ""
    """What it was recognised as."""
    notes: tuple[str, ...] = ()
    violations: int = 0
    left: int | None = 0
    """Violations that stay when all is repaired that can be; None: that was not tried."""
    text: str = ""
    """The schema, written."""
    prompt: str = ""
    """A text that it can be tried on."""
    models: tuple[str, ...] = ()
    """Of a Pydantic source."""
    model: str = ""
    """The one whose schema it is."""
    source: str = ""
    """The Pydantic source that only running would tell more of."""


def looked(read: Callable[[], Given], *, source: str = "", models: tuple[str, ...] = ()) -> Reading:
    """What comes of `read`, for a thread: linted, and tried whether it can be repaired. `source`
    is the Pydantic source that it reads, if it does, and `models` are those in it. Raises nothing
    that a text can bring about."""
    try:
        made = judged(read())
    except Failure as failure:
        problem = failure.problem
        runs = source if given.needs_running(problem) else ""
        return Reading(problem=problem, models=models, source=runs)
    title = made.given.schema.get("title") if made.given and models else None
    return replace(made, models=models, model=title if isinstance(title, str) else "")


def judged(found: Given) -> Reading:
    """A schema that was read, with what a strict server would say."""
    violations = len(lint(found.schema, found.source))
    tried = violations <= MANY
    left = len(repair(found.schema).left) if tried and violations else 0 if tried else None
    named = "" if found.name in ("Schema", "Sample") else f" · {found.name}"
    about = f"Recognised as {given.KINDS[found.kind]}{named}"
    return Reading(found, None, "", about, found.notes, violations, left, written(found.schema))


def verdict(reading: Reading) -> tuple[str, str, str]:
    """(icon, token, words): how strict it is."""
    count, left = reading.violations, reading.left
    if not count:
        return "ok", "ok", "Strict: nothing offends."
    words = f"{count:,} violation{'s' * (count > 1)} of the strict subset"
    if left is None:
        return "warning", "warn", f"{words}; too many to try a repair before it is asked for."
    if not left:
        return "info", "muted", f"{words}; can be repaired."
    rest = "this" if count == left == 1 else f"{left:,} of what then is"
    return "warning", "warn", f"{words}; {rest} cannot be repaired."


class Cards(QListWidget):
    """Titles with a line about each.

    Signals:
        picked(int): another one is on.
        taken(): one was clicked twice.
    """

    picked = Signal(int)
    taken = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setItemDelegate(_Card(self))
        self.currentRowChanged.connect(self.picked)
        self.itemDoubleClicked.connect(lambda _: self.taken.emit())
        theme.follow(self, lambda look: self.scheduleDelayedItemsLayout())

    def show_cards(self, cards: Sequence[tuple[str, str]]) -> None:
        """Each a title, and what is said of it."""
        self.clear()
        for title, about in cards:
            item = QListWidgetItem(visible(title))
            item.setData(Qt.ItemDataRole.UserRole, visible(about))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, visible(about))
            self.addItem(item)


class _Card(QStyledItemDelegate):
    """A title over a line of caption, each cut where the room ends."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        look = theme.current()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = bool(state & QStyle.StateFlag.State_Selected)
        if on or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft" if on else "sunken"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), look.px(6), look.px(6))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.colour("accent"))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), look.px(6), look.px(6))
        strong, small = QFont(look.font), QFont(look.font)
        strong.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(look.px(11.5))
        inner = rect.adjusted(look.px(10), look.px(4), -look.px(10), -look.px(4))
        about = str(index.data(Qt.ItemDataRole.UserRole) or "")
        for text, font, token, side in (
            (str(index.data()), strong, "text", Qt.AlignmentFlag.AlignTop),
            (about, small, "muted", Qt.AlignmentFlag.AlignBottom),
        ):
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.setFont(font)
            painter.setPen(look.colour(token))
            painter.drawText(inner, side | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(theme.current().px(120), theme.current().px(HIGH))


class Preview(QWidget):
    """Shows a reading: what was recognised, what a strict server says, and the schema.

    Signals:
        run_wanted(source): the Pydantic source shall be run.
    """

    run_wanted = Signal(str)

    def __init__(self, means: str, parent: QWidget | None = None) -> None:
        """`means`: what it means to run a source in a sandbox, in a sentence."""
        super().__init__(parent)
        self._means = means
        self._source = self._schema = ""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        self._mark = Mark("info", "muted", self)
        self.said = self._label("", head, "What came of it")
        self._copy = copy_button("Copy the schema", self)
        self._copy.clicked.connect(lambda: copy(self._schema))
        head.insertWidget(0, self._mark, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        line = QHBoxLayout()
        theme.space(line, gap=8)
        self.about = self._label("caption", line, "How it was read")
        line.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(line)
        self.run = QPushButton("Run it in a sandbox…", self)
        self.run.setAutoDefault(False)
        self.run.setAccessibleName("Run this source in a sandbox")
        self.run.setAccessibleDescription(means)
        self.run.clicked.connect(lambda: self.run_wanted.emit(self._source))
        column.addWidget(self.run, 0, Qt.AlignmentFlag.AlignLeft)
        self.means = self._label("caption", column, "What running it means")
        self.means.setText(visible(means))
        self.code = SourceView("schema", self)
        column.addWidget(self.code, 1)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self.show_reading(Reading())

    def _label(self, role: str, into: QHBoxLayout | QVBoxLayout, name: str) -> QLabel:
        made = QLabel(self)
        made.setProperty("role", role)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        made.setAccessibleName(name)
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        into.addWidget(made, 1 if isinstance(into, QHBoxLayout) else 0)
        return made

    def show_reading(self, reading: Reading) -> None:
        found, problem = reading.given, reading.problem
        self._source, self._schema = reading.source, reading.text
        if found is not None:
            icon, token, words = verdict(reading)
        elif problem is not None:
            icon, token = "error", "error"
            words = f"{problem.title} {problem.detail}".strip()
        else:
            icon, token, words = "info", "muted", reading.words
        self._mark.draw(icon, token)
        self._mark.setVisible(bool(words))
        self.said.setText(visible(words)[:1200])
        tried = f"To try it on: {reading.prompt}" if reading.prompt else ""
        notes = reading.notes[:NOTES]
        more = len(reading.notes) - len(notes)
        rest = f"… and {more} more." if more > 0 else ""
        about = "\n".join(filter(None, (reading.about, *notes, rest, tried)))
        self.about.setText(visible(about))
        self.about.setVisible(bool(about))
        self.run.setVisible(bool(reading.source))
        self.means.setVisible(bool(reading.source and self._means))
        self._copy.setVisible(found is not None)
        self.code.setVisible(found is not None)
        self._rest.setVisible(found is None)
        if found is not None:
            text = reading.text
            self.code.show_source(lambda whole: pretty(text, whole=whole))
        else:
            self.code.clear()

    def show_busy(self, words: str) -> None:
        """Something else is being read; what is shown stays until then."""
        self._mark.draw("clock", "muted")
        self._mark.show()
        self.said.setText(words)
        self.run.hide()
        self.means.hide()


def from_described(
    schema: Any, repairs: Sequence[Any], left: Sequence[Any], notes: Sequence[str]
) -> Reading:
    """The reading of what a model has described."""
    title = schema.get("title") if isinstance(schema, dict) else None
    name = title if isinstance(title, str) and title else "Schema"
    count = len(repairs)
    said = (
        f"{count} repair{'s were' if count > 1 else ' was'} made so that it is strict:",
        *(one.words for one in repairs[: NOTES - 2]),
    )
    return Reading(
        Given(schema, None, name, "schema"),
        about=f"Described by the model{'' if name == 'Schema' else f' · {name}'}",
        notes=(*notes, *(said if repairs else ())),
        violations=len(left),
        left=len(left),
        text=written(schema),
    )
