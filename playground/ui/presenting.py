"""Presenter mode: the last run of the session told over the whole window, for a room to read.

What waits for approval is embedded: presenting hides keys, JSON and prices, and never what is being
approved.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt

from playground.core.session import Run
from playground.ui.deciding import box_of
from playground.ui.desk import Desk
from playground.ui.widgets.presenter import PresenterView
from playground.ui.window import Window


class Presenting(QObject):
    """There while somebody presents."""

    def __init__(self, window: Window, desk: Desk) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
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
        self.view.show_run(self.run, self._desk.session.title)
        self._decide()

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
        return False

    def leave(self) -> None:
        """Back to work."""
        self._desk.clock.forget(self.view.advance)
        self.view.hide()
        self.view.deleteLater()
        self.deleteLater()
