"""The bar of a replay: what is shown again, where it stands, and how to go on, back and out.

Its keys work wherever the focus is in the window, as long as what has the focus does not want them
for itself.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.engine.player import LONG, SPEEDS
from playground.ui import theme, words
from playground.ui.keytips import ALWAYS
from playground.ui.replaying import Replaying
from playground.ui.widgets.cards.base import badge
from playground.ui.widgets.parts import name_tool, tool_button
from playground.ui.widgets.scrubber import Scrubber

KEYS = "Space plays, ← and → go event by event, with Shift item by item, ↑ and ↓ change the speed."
SECOND = 1_000_000_000


class ReplayBar(QFrame):
    def __init__(self, replaying: Replaying, window: QWidget) -> None:
        """`window`: whose keys it takes."""
        super().__init__(window)
        self.replaying = replaying
        self._windows = (window, *window.findChildren(QDockWidget))
        """A dock may be a window of its own, on another screen."""
        self._said = ""
        self.setProperty("role", "pane")
        self.setAccessibleName("Replay")
        self.setAccessibleDescription(f"Nothing is sent and no key is needed. {KEYS}")
        column = QVBoxLayout(self)
        theme.space(column, 12, 6, 8, 6, gap=4)
        column.addLayout(self._head())
        column.addLayout(self._controls())
        self.setFocusProxy(self.scrubber)
        for child in self.findChildren(QWidget):
            child.installEventFilter(self)
        for one in self._windows:
            one.installEventFilter(self)
        replaying.changed.connect(self.advance)
        theme.follow(self, lambda _: self._fit())
        self.advance()

    # Parts.

    def _head(self) -> QHBoxLayout:
        replaying = self.replaying
        line = QHBoxLayout()
        theme.space(line, gap=8)
        self.badge = badge(self)
        self.badge.setToolTip("What is shown was recorded. Nothing is sent, and no key is needed.")
        line.addWidget(self.badge)
        title = visible(replaying.origin.title) or "Untitled session"
        when = words.moment(replaying.player.source.recording.began)
        self._about = f"Recorded {when} · {title}"
        self.title = QLabel(self)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("role", "muted")
        self.title.setToolTip(words.tip(self._about))
        self.title.setAccessibleName(self._about)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.addWidget(self.title, 1)
        self.skips = QCheckBox("Skip long waits", self)
        self.skips.setAccessibleName("Skip long waits")
        self.skips.setToolTip(f"A wait of more than {LONG // SECOND} s takes {LONG // SECOND} s")
        self.skips.toggled.connect(replaying.skip)
        line.addWidget(self.skips)
        self.speed = QComboBox(self)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast it plays (↑ ↓)")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g} ×", speed)
        self.speed.activated.connect(lambda at: replaying.use_speed(SPEEDS[at]))
        line.addWidget(self.speed)
        self.leave = QPushButton("End replay", self)
        self.leave.setAccessibleName("End replay")
        self.leave.setToolTip("Back to the session (Esc)")
        self.leave.setProperty(ALWAYS, True)
        self.leave.clicked.connect(replaying.end)
        line.addWidget(self.leave)
        return line

    def _controls(self) -> QHBoxLayout:
        replaying = self.replaying
        line = QHBoxLayout()
        theme.space(line, gap=2)
        self.first = self._button(line, "to-start", "To the beginning (Home)")
        self.first.clicked.connect(lambda: replaying.seek(0))
        self.back = self._button(line, "chevron-left", "One event back (←)")
        self.back.clicked.connect(lambda: replaying.step(-1))
        self.go = self._button(line, "play", "Play (Space)")
        self.go.clicked.connect(replaying.toggle)
        self.forth = self._button(line, "chevron-right", "One event further (→)")
        self.forth.clicked.connect(lambda: replaying.step(1))
        self.last = self._button(line, "to-end", "To the end (End)")
        self.last.clicked.connect(lambda: replaying.seek(replaying.player.count))
        self.scrubber = Scrubber(replaying.player, self)
        self.scrubber.dragged.connect(replaying.seek_time)
        self.scrubber.chosen.connect(replaying.seek)
        line.addWidget(self.scrubber, 1)
        self.place = QLabel(self)
        self.place.setProperty("role", "number")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.place)
        return line

    def _button(self, line: QHBoxLayout, name: str, tip: str) -> QToolButton:
        button = tool_button(name, tip, self)
        button.setAccessibleName(tip.partition(" (")[0])
        line.addWidget(button)
        return button

    # What is shown.

    def advance(self) -> None:
        """Look where the replay stands."""
        player = self.replaying.player
        state = "playing" if player.playing else "at the end" if player.over else "paused"
        self.badge.setText(f"Replay · {state}")
        if player.playing != (self.go.accessibleName() == "Pause"):
            name = "Pause" if player.playing else "Play"
            name_tool(self.go, name.lower(), f"{name} (Space)")
            self.go.setAccessibleName(name)
        here = player.heading
        for button, on in (
            (self.first, here > 0 or player.passed > 0),
            (self.back, here > 0),
            (self.forth, here < player.count),
            (self.last, here < player.count),
        ):
            if button.isEnabled() != on:
                if button.hasFocus():
                    self.scrubber.setFocus()
                button.setEnabled(on)
        self.speed.setCurrentIndex(SPEEDS.index(player.speed))
        self.skips.blockSignals(True)
        self.skips.setChecked(player.skips)
        self.skips.blockSignals(False)
        self.scrubber.show_place()
        self.place.setText(self._place(here, player.at))
        self._announce(f"{state}, event {here} of {player.count}")

    def _place(self, count: int, at: int) -> str:
        """`12 of 340 events  12.3 of 41.0 s`."""
        player = self.replaying.player
        now, end = (words.number(one / SECOND, 1) for one in (at, player.end))
        whole = words.number(player.count)
        shown = words.number(count).rjust(len(whole))
        return f"{shown} of {whole} events  {now.rjust(len(end))} of {end} s"

    def _fit(self) -> None:
        """What is said of the place does not move the rest while it changes."""
        self.place.ensurePolished()
        player = self.replaying.player
        widest = self._place(player.count, player.end)
        gap = theme.current().px(8)
        self.place.setMinimumWidth(self.place.fontMetrics().horizontalAdvance(widest) + gap)

    def _say_title(self) -> None:
        """As much of it as there is room for."""
        right, room = Qt.TextElideMode.ElideRight, self.title.width()
        self.title.setText(self.title.fontMetrics().elidedText(self._about, right, room))

    def _announce(self, said: str) -> None:
        """Tell a screen reader how it stands, while it stands still."""
        self.scrubber.setAccessibleDescription(said)
        if self.replaying.live or said == self._said:
            return
        self._said = said
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))

    # Keys.

    def pressed(self, event: QKeyEvent, *, do: bool = True) -> bool:
        """Whether a key is one of the replay's; what it means is done."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = held == Qt.KeyboardModifier.ShiftModifier
        if held and not shift:
            return False
        replaying, key = self.replaying, Qt.Key
        move = replaying.step_item if shift else replaying.step
        found = {
            key.Key_Left: lambda: move(-1),
            key.Key_Right: lambda: move(1),
        }
        if not shift:
            found |= {
                key.Key_Space: replaying.toggle,
                key.Key_PageUp: lambda: replaying.step_item(-1),
                key.Key_PageDown: lambda: replaying.step_item(1),
                key.Key_Up: lambda: replaying.change_speed(1),
                key.Key_Down: lambda: replaying.change_speed(-1),
                key.Key_Home: lambda: replaying.seek(0),
                key.Key_End: lambda: replaying.seek(replaying.player.count),
                key.Key_Escape: replaying.end,
            }
        act = found.get(key(event.key()))
        if act is not None and do:
            act()
        return act is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.pressed(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the window what nobody in it wanted; of a control here what is no use to that."""
        kind = event.type()
        if watched is self.title and kind == QEvent.Type.Resize:
            self._say_title()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        assert isinstance(event, QKeyEvent)
        if kind == QEvent.Type.ShortcutOverride:
            if watched in self._windows and self.pressed(event, do=False):
                event.accept()
                return True
            return False
        if watched not in self._windows and self._of_its_own(watched, Qt.Key(event.key())):
            return False
        return self.pressed(event)

    @staticmethod
    def _of_its_own(control: QObject, key: Qt.Key) -> bool:
        """Whether a control here has a use for a key."""
        if isinstance(control, QComboBox):
            return key not in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape)
        return isinstance(control, QAbstractButton) and key == Qt.Key.Key_Space
