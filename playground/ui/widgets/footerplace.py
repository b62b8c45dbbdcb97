"""Room for the footer of one run, outside a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from playground.core.session import Run
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.footer import ACTIONS, REPLAYED, Extra, Footer

ACTED = [row for row in ACTIONS if row[2] in ("copy", "regenerate", "replay", "delete")]
"""What can be done with a run here: its answer is edited in the conversation."""


class FooterPlace(QScrollArea):
    """As high as the footer is, up to a part of the pane it stands in; what is higher scrolls.

    Signals:
        asked(verb, run, item): somebody wants something done with the run; see Footer.
    """

    asked = Signal(str, object, object)

    PART = 0.4
    LEAST = 72
    """Pixels of the design that it has, whatever else there is."""

    def __init__(self, desk: Desk, pane: QWidget, extras: Sequence[Extra] = ()) -> None:
        """`extras`: what else is offered at the end of a run; see Footer."""
        super().__init__(pane)
        self._desk = desk
        self._pane = pane
        self._extras = extras
        self._shown: tuple[Run | None, int, int] = (None, 0, 0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("How the run went")
        self.footer: Footer | None = None
        pane.installEventFilter(self)

    def show_run(self, run: Run | None) -> None:
        """The footer of a run, among its versions; None: nothing."""
        siblings = self._desk.session.children(run.parent) if run is not None else []
        at = next((n for n, one in enumerate(siblings) if one is run), 0)
        if self._shown == (run, at, len(siblings)):
            return
        self._shown = (run, at, len(siblings))
        if (old := self.takeWidget()) is not None:
            old.deleteLater()
        self.footer = None
        if run is not None:
            self.footer = footer = Footer(
                run,
                at,
                len(siblings),
                shared=False,
                extras=self._extras,
                actions=REPLAYED if run.replayed else ACTED,
            )
            footer.newest = True
            footer.warmed(True)
            footer.asked.connect(lambda verb, item: self.asked.emit(verb, run, item))
            footer.resized.connect(self._place)
            footer.installEventFilter(self)
            self.setWidget(footer)
            footer.show()
            self.advance()
            self._place()
        self.setVisible(run is not None)

    def advance(self) -> None:
        if self.footer is not None and self.footer.advance():
            self._place()

    def _place(self) -> None:
        if self.footer is None:
            return
        width = self.viewport().width()
        height = self.footer.height_at(width)
        self.footer.resize(width, height)
        self.setFixedHeight(min(height, max(self._room(), theme.current().px(self.LEAST))))

    def _room(self) -> int:
        """Pixels that there are for it."""
        layout, high = self._pane.layout(), self._pane.height()
        others = 0
        if layout is not None and not self.isHidden():
            others = layout.totalMinimumSize().height() - self.minimumHeight()
        return min(round(high * self.PART), high - others)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in the footer asks for another height, or the pane has another one."""
        footer = self.footer
        if footer is None:
            return False
        if watched is footer and event.type() == QEvent.Type.LayoutRequest:
            changed = footer.height_at(footer.width()) != footer.height()
        else:
            changed = watched is self._pane and event.type() == QEvent.Type.Resize
        if changed:
            self._place()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place()
