"""Presenter mode: what a run says, a sentence at a time, in letters that a room can read.

What is told, and when, is for `engine/telling.py` to say. Keys, JSON and prices are never in it:
see `engine/narration.py`.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.session import Run
from playground.engine.narration import Sentence
from playground.engine.telling import Retelling, Telling
from playground.ui import theme
from playground.ui.keytips import ALWAYS
from playground.ui.widgets.cards.base import badge
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.presenterdots import Dots
from playground.ui.widgets.presenterstage import NOTHING, Stage

EMBEDDED = 760
"""Of what is handed in, at most."""
KEYS = "Space or →  next      ←  back      Esc  leave"
REPLAY_KEYS = "Space  play or pause      →  next      ←  back      ↑ ↓  speed      Esc  leave"


class PresenterView(QWidget):
    """Fills a panel or a screen.

    Signals:
        left(): whoever presents wants to go back to work.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Presentation")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.telling: Telling | None = None
        self._empty = NOTHING
        self._embedded: QWidget | None = None
        self.stage = Stage(self)
        self.stage.pressed.connect(self.next)
        self.dots = Dots(self)
        self.dots.picked.connect(self.go_to)
        self._keys = QLabel(KEYS, self)
        self._keys.setProperty("role", "caption")
        self._keys.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing shines through
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=0)
        above = QVBoxLayout()
        theme.space(above, 32, 20, 32, 16, gap=12)
        above.addLayout(self._head())
        above.addWidget(self.stage, 1)
        self._slot = QHBoxLayout()
        above.addLayout(self._slot)
        column.addLayout(above, 1)
        self._foot = QVBoxLayout()
        theme.space(self._foot, 32, 12, 32, 12, gap=6)
        self._foot.addWidget(self.dots)
        self._foot.addWidget(self._keys)
        column.addLayout(self._foot)
        theme.follow(self, self._restyle)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        theme.space(head, gap=8)
        self.badge = badge(self)
        head.addWidget(self.badge)
        self.title = QLabel(self)
        self.title.setProperty("role", "muted")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        head.addWidget(self.title, 1)
        self.close_button: QToolButton = tool_button("close", "Leave the presentation (Esc)", self)
        self.close_button.setProperty(ALWAYS, True)
        self.close_button.setAccessibleName("Leave the presentation")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.left)
        head.addWidget(self.close_button)
        return head

    def _restyle(self, look: theme.Theme) -> None:
        if self._embedded is not None:
            self._embedded.setMaximumWidth(look.px(EMBEDDED))
        self.update()

    # What is told.

    def show_run(self, run: Run | None, title: str = "") -> None:
        """Tell this one: from where it is if it goes on, else from the beginning."""
        self.show_telling(Telling(run) if run is not None else None, title)

    def show_telling(self, telling: Telling | None, title: str = "", empty: str = NOTHING) -> None:
        """`empty`: what is said while there is nothing to tell."""
        self.telling, self._empty = telling, empty
        self.title.setText(visible(title))
        self._keys.setText(REPLAY_KEYS if isinstance(telling, Retelling) else KEYS)
        self._show()

    def advance(self) -> None:
        """Look at what has happened; called by the clock."""
        if self.telling is not None:
            self.telling.look()
            self._show()

    @property
    def told(self) -> Sentence | None:
        """What stands there in large letters."""
        return self.telling.told if self.telling is not None else None

    def embed(self, widget: QWidget | None) -> None:
        """Show something below the sentence: what there is to approve. None takes it away; it is
        still its owner's."""
        if self._embedded is widget:
            return
        if self._embedded is not None:
            self._slot.removeWidget(self._embedded)
            self._embedded.hide()
        self._embedded = widget
        if widget is not None:
            widget.setMaximumWidth(theme.current().px(EMBEDDED))
            self._slot.addWidget(widget)
            widget.show()

    def next(self) -> None:
        if self.telling is not None:
            self.telling.next()
            self._show()

    def go_to(self, at: int) -> None:
        """Tell another sentence, from 0."""
        if self.telling is not None:
            self.telling.go_to(at)
            self._show()

    def _show(self) -> None:
        telling, told = self.telling, self.told
        rows = telling.rows[: telling.at + 1] if telling is not None else []
        count = telling.count if telling is not None else 0
        self.stage.show_rows(rows, self._empty)
        self.dots.show_place(count, len(rows) - 1)
        self._show_badge()
        said = f"{told.number} of {count}: {told.words} {told.text}".strip() if told else ""
        if said != self.accessibleDescription():
            self.setAccessibleDescription(said)
            moving = isinstance(telling, Retelling) and telling.player.playing
            if said and not moving and QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    def _show_badge(self) -> None:
        replayed = self.telling if isinstance(self.telling, Retelling) else None
        self.badge.setVisible(replayed is not None)
        if replayed is not None:
            player = replayed.player
            state = "playing" if player.playing else "at the end" if player.over else "paused"
            speed = f" · {player.speed:g} ×" if player.speed != 1 else ""
            self.badge.setText(f"Replay · {state}{speed}")

    # Qt.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, telling = Qt.Key, self.telling
        if event.key() == key.Key_Escape:
            self.left.emit()
            return
        if telling is None:
            super().keyPressEvent(event)
            return
        match event.key():
            case key.Key_Space:
                telling.go_on()
            case key.Key_Right | key.Key_PageDown:
                telling.next()
            case key.Key_Left | key.Key_PageUp | key.Key_Backspace:
                telling.back()
            case key.Key_Down if not isinstance(telling, Retelling):
                telling.next()
            case key.Key_Up if not isinstance(telling, Retelling):
                telling.back()
            case key.Key_Home:
                telling.first()
            case key.Key_End:
                telling.last()
            case _:
                super().keyPressEvent(event)
                return
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus()  # else the first button had it, and Space would leave

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Round and round in here: what lies behind cannot be seen."""
        rows = [self, *(one for one in self.findChildren(QWidget) if _stops_at(one))]
        here = QApplication.focusWidget()
        at = rows.index(here) if here in rows else 0
        reason = Qt.FocusReason
        why = reason.TabFocusReason if forward else reason.BacktabFocusReason
        rows[(at + (1 if forward else -1)) % len(rows)].setFocus(why)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(event.rect(), look.colour("surface"))
        painter.fillRect(self._foot.geometry(), look.colour("sunken"))


def _stops_at(widget: QWidget) -> bool:
    """Whether Tab goes there."""
    wants = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(wants) and widget.isVisible() and widget.isEnabled()
