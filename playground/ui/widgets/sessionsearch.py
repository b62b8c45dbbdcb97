"""The search over the list of sessions: words and filters, each filter a chip that can be removed.

Filters are typed (`tag:mail has:tools`) or picked from a menu; both are the same operators, see
`store/filterwords.py`. One that is typed to its end becomes a chip.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.store.filters import PANELS, Filter
from playground.store.filterwords import Term, filter_of, joined, term, typed
from playground.store.shelving import Offers
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.parts import tool_button

TYPING = 60
"""Milliseconds without a key after which is searched."""
MOST = 40
"""Names that a menu offers; others can be typed."""
LONGEST = 28
"""Characters of what a chip says."""
HELP = "Words, or tag: folder: model: panel: since: before: has: is:"


class SearchLine(QLineEdit):
    """Signals:
    left(): the list is wanted.
    emptied(): Backspace where nothing stands.
    """

    left = Signal()
    emptied = Signal()

    def event(self, event: QEvent) -> bool:
        """Esc is for what stands here first; elsewhere in the window it stops the run."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text()
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Down:
                self.left.emit()
            case Qt.Key.Key_Backspace if not self.text():
                self.emptied.emit()
            case _:
                super().keyPressEvent(event)


class SessionSearch(QWidget):
    """Signals:
    changed(): something else is wanted.
    entered(): Enter, when there was no operator to be taken.
    left(): the list is wanted.
    offers_wanted(): the menu of filters is wanted; `show_menu` opens it.
    """

    changed = Signal()
    entered = Signal()
    left = Signal()
    offers_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._terms: tuple[Term, ...] = ()
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        self.row = QHBoxLayout()
        theme.space(self.row, gap=4)
        self.line = SearchLine(self)
        self.line.setPlaceholderText("Search")
        self.line.setAccessibleName("Search sessions")
        self.line.setAccessibleDescription(HELP)
        clear = self.line.addAction(icon("close"), QLineEdit.ActionPosition.TrailingPosition)
        clear.setToolTip("Clear the search")
        clear.setVisible(False)
        clear.triggered.connect(self.line.clear)
        # What is told may be old: an operator was made a chip of since.
        self.line.textChanged.connect(lambda _: clear.setVisible(bool(self.line.text())))
        self.row.addWidget(self.line, 1)
        self.button = tool_button("filter", "Filter the sessions", self)
        self.button.clicked.connect(self.offers_wanted)
        self.row.addWidget(self.button)
        column.addLayout(self.row)
        self.chips = Flow(self)
        column.addWidget(self.chips)
        self.said = QLabel(self)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setProperty("role", "caption")
        self.said.setProperty("token", "error")
        self.said.setWordWrap(True)
        column.addWidget(self.said)
        self.setFocusProxy(self.line)
        self.typing = QTimer(self)
        self.typing.setSingleShot(True)
        self.typing.setInterval(TYPING)
        self.typing.timeout.connect(self._settle)
        self.line.textChanged.connect(lambda _: self.typing.start())
        self.line.textEdited.connect(self._edited)
        self.line.returnPressed.connect(self._entered)
        self.line.left.connect(self.left)
        self.line.emptied.connect(self._drop_last)
        self._draw()

    @property
    def wanted(self) -> Filter:
        """What is asked for now."""
        now = typed(self.line.text())
        return filter_of(joined(self._terms, now.terms), now.words)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The filters that are chips."""
        return self._terms

    @property
    def searching(self) -> bool:
        """Whether the list is not simply all sessions."""
        return bool(self._terms or self.line.text().strip())

    def add(self, *terms: Term) -> None:
        """Set filters, in the place of those of the same kind."""
        self._terms = joined(self._terms, terms)
        self._draw()
        self.changed.emit()

    def remove(self, *terms: Term) -> None:
        gone = {one.text for one in terms}
        self._terms = tuple(one for one in self._terms if one.text not in gone)
        self._draw()
        self.changed.emit()

    def clear(self) -> None:
        """Ask for nothing."""
        self.line.clear()
        self.remove(*self._terms)

    # What is typed.

    def _edited(self, text: str) -> None:
        quoting = text.count('"') % 2 == 1
        if text.endswith(" ") and not quoting and self.line.cursorPosition() == len(text):
            self._take()

    def _take(self) -> bool:
        """Make chips of the operators that stand in the field; whether there were any."""
        now = typed(self.line.text())
        if not now.terms:
            return False
        self.line.setText(now.left)
        self.add(*now.terms)
        return True

    def _entered(self) -> None:
        if self._take():
            return
        if self.typing.isActive():
            self.typing.stop()
            self._settle()
        self.entered.emit()

    def _settle(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        faults = typed(self.line.text()).faults
        self.said.setText(visible(" ".join(faults)))
        self.said.setVisible(bool(faults))

    def _drop_last(self) -> None:
        if self._terms:
            self.remove(self._terms[-1])
            self.line.setFocus()

    # What is picked.

    def _draw(self) -> None:
        self.chips.clear()
        for one in self._terms:
            self.chips.add(self._chip(one))
        self.chips.setVisible(bool(self._terms))
        count = len(self._terms)
        self.button.setIcon(icon("filter", "accent" if count else "muted"))
        name = f"Filter the sessions, {count} set" if count else "Filter the sessions"
        self.button.setToolTip(name)
        self.button.setAccessibleName(name)
        self._say()

    def _chip(self, one: Term) -> QToolButton:
        label = visible(one.label)
        short = label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
        chip = QToolButton(self.chips)
        chip.setText(short)
        chip.setIcon(icon("close", "muted"))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the sign stands at the end
        chip.setProperty("role", "float")
        chip.setAccessibleName(f"Remove the filter: {label}")
        chip.setToolTip("Remove this filter")
        chip.clicked.connect(lambda: self.remove(one))
        return chip

    def show_menu(self, offers: Offers, servers: Sequence[tuple[str, str]] = ()) -> QMenu:
        """Open all that can be filtered by; the menu is open when this returns. `servers`: (id,
        name) of each."""
        menu = QMenu(self)
        menu.setAccessibleName("Filters")
        menu.aboutToHide.connect(menu.deleteLater)
        self._submenu(menu, "Model", [("model", one, one) for one in offers.models])
        self._submenu(menu, "Server", [("server", *one) for one in servers])
        self._submenu(menu, "Panel", [("panel", one, one.capitalize()) for one in PANELS if one])
        self._submenu(menu, "Tag", [("tag", one, f"{one}  {n}") for one, n in offers.tags.items()])
        self._submenu(menu, "Folder", [("folder", one, one) for one in offers.folders])
        today = date.today()
        days = (("Today", 0), ("The last 7 days", 6), ("The last 30 days", 29), ("A year", 364))
        rows = [("since", (today - timedelta(days=n)).isoformat(), text) for text, n in days]
        self._submenu(menu, "Changed", rows)
        menu.addSeparator()
        self._offer(menu, "has", "tools", "Has tool calls")
        for value in ("failed", "running", "pinned"):
            self._offer(menu, "is", value, value.capitalize())
        menu.addSeparator()
        self._offer(menu, "is", "archived", "Only the archive")
        self._offer(menu, "not", "archived", "Without the archive")
        if self._terms:
            menu.addSeparator()
            menu.addAction("Clear all filters").triggered.connect(lambda: self.remove(*self._terms))
        menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height())))
        return menu

    def _submenu(self, menu: QMenu, title: str, rows: Sequence[tuple[str, str, str]]) -> None:
        """rows: (operator, value, what is said of it)."""
        inner = menu.addMenu(title)
        inner.setEnabled(bool(rows))
        for name, value, text in rows[:MOST]:
            self._offer(inner, name, value, text)

    def _offer(self, menu: QMenu, name: str, value: str, text: str) -> QAction:
        """A filter that is on or off."""
        one = term(name, value)
        on = any(there.text == one.text for there in self._terms)
        action = menu.addAction(visible(text).replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(on)
        do: Callable[..., None] = self.remove if on else self.add
        action.triggered.connect(partial(_do, do, one))
        return action


def _do(do: Callable[..., None], one: Term, _checked: bool = False) -> None:
    do(one)
