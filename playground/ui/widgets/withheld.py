"""What came with a session out of a file and is not offered: named, and offered by a click."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.call import Withheld
from playground.core.plain import visible
from playground.core.withholding import names, offering
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.notice import NoticeBar

NAMED = 6
"""Tools that are named; of further ones it is said how many."""


class WithheldNotice(QWidget):
    """There only where something is withheld, until it is closed."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._column = QVBoxLayout(self)
        theme.space(self._column, 16, 0, 16, 8)
        self._shown: tuple[str, Withheld] | None = None
        self._bar: NoticeBar | None = None
        desk.session_shown.connect(lambda _: self._look())
        desk.settings_changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        session = self.desk.session
        now = (session.id, session.call.withheld)
        if now == self._shown:
            return
        self._shown = now
        if self._bar is not None:
            self._bar.hide()
            self._bar.deleteLater()
            self._bar = None
        said = names(session.call)
        self.setVisible(bool(session.call.withheld) and not self.desk.closed)
        if self.isHidden():
            return
        listed = ", ".join(said[:NAMED])
        if len(said) > NAMED:
            listed += f" and {len(said) - NAMED:,} more"
        what = "tool that is" if len(said) == 1 else "tools that are"
        self._bar = NoticeBar(
            f"This session came with {len(said):,} {what} not offered.",
            visible(listed),
            action="Offer it" if len(said) == 1 else "Offer them",
            act=self.offer,
            parent=self,
        )
        self._bar.destroyed.connect(lambda _=None, bar=self._bar: self._gone(bar))
        self._column.addWidget(self._bar)
        self._bar.show()

    def _gone(self, bar: NoticeBar) -> None:
        if bar is self._bar:
            self._bar = None
            self.hide()

    def offer(self) -> None:
        """Offer what was withheld: as it is here where it is the same, else as it is told of."""
        desk, session = self.desk, self.desk.session

        async def work() -> None:
            await desk.toolbox.ready()
            known = {tool.id: tool for tool in desk.toolbox.tools}
            session.call = offering(session.call, known)
            for column in session.comparison.columns:
                column.call = offering(column.call, known)
            if session is desk.session:
                desk.changed()
            else:
                desk.mark(session)

        desk.tasks.start(work(), self)
