"""Presenter mode: a run told over the whole window, for a room to read.

That is the last run of the session, or the one that is replayed, as far as the replay stands. What
waits for approval is embedded: presenting hides keys, JSON and prices, and never what is being
approved.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from playground.core.session import Run
from playground.engine.telling import Retelling, Telling
from playground.ui.deciding import box_of
from playground.ui.desk import Desk
from playground.ui.replaying import Replaying
from playground.ui.widgets.presenter import PresenterView
from playground.ui.widgets.presenterstage import NOTHING
from playground.ui.window import Window

READING = "The recording is read …"
SPEEDS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
"""Keys of a replay, with the steps by which they make it faster."""


class Presenting(QObject):
    """There while somebody presents."""

    def __init__(self, window: Window, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._replaying: Replaying | None = None
        self._call: object = None
        """The call whose approval is embedded."""
        self.view = PresenterView(window)
        self.view.left.connect(self.leave)
        self.view.installEventFilter(self)
        window.resized.connect(self._fit)
        desk.clock.watch(self.view.advance)
        desk.tree_changed.connect(self._newest)
        desk.session_shown.connect(self._newest)
        desk.approving.changed.connect(self._decide)
        self._newest()
        self._fit()
        self.view.show()
        self.view.raise_()
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @property
    def run(self) -> Run | None:
        path = self._desk.session.path()
        return next((run for run in reversed(path) if not run.silent), None)

    def _newest(self, *_: object) -> None:
        replaying, run = self._desk.replaying, self.run
        title = self._desk.session.title
        if replaying is not None:
            if replaying is not self._replaying:
                player = replaying.player
                retelling = Retelling(player, replaying.seek, replaying.toggle)
                self.view.show_telling(retelling, title)
                replaying.changed.connect(self.view.advance)
        elif run is None or run.loaded:
            self._tell(run)
        else:
            self._read(run)
        self._replaying = replaying
        self._decide()

    def _tell(self, run: Run | None) -> None:
        telling = Telling(run) if run is not None else None
        self.view.show_telling(telling, self._desk.session.title, NOTHING)

    def _read(self, run: Run) -> None:
        """Only what came of it is here: some of what is told stands only on its recording."""
        self.view.show_telling(None, self._desk.session.title, READING)

        async def work() -> None:
            await self._desk.workspace.events(run)
            if self.run is run and self._desk.replaying is None:
                self._tell(run)

        self._desk.tasks.start(work(), self)

    def _decide(self) -> None:
        run = self.run
        one = next((one for one in self._desk.approving.waiting if one.run is run), None)
        if one is not self._call:
            self._call = one
            self.view.embed(None if one is None else box_of(self._desk, one, self.view))

    def _fit(self) -> None:
        self.view.setGeometry(self._window.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys are the presentation's before they are shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            by = SPEEDS.get(Qt.Key(event.key()), 0)
            if by and self._replaying is not None:
                self._replaying.change_speed(by)
                return True
        return False

    def leave(self) -> None:
        """Back to work."""
        self._desk.clock.forget(self.view.advance)
        self.view.hide()
        self.view.deleteLater()
        self.deleteLater()
