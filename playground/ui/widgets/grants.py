"""What need not be asked about again: which tools, for how long, and a way to take that back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.tools import Tool
from playground.engine.approval import Grant
from playground.ui import theme
from playground.ui.widgets.cards.base import badge, say_state
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.parts import Brief

EMPTY = (
    "Nothing is allowed in advance: every call of a tool is asked about. What you allow for a "
    "session, or always, stands here."
)


def title_of(tool_id: str) -> str:
    """The tool with this id, as it is shown: `source › name`."""
    source, _, name = tool_id.rpartition("/")
    return f"{source} › {name}" if source else name


def holds(grant: Grant, session: str, titles: Mapping[str, str]) -> str:
    """How far it reaches: always, or in which session."""
    if grant.scope == "always":
        return "always"
    if grant.session == session:
        return "in this session"
    title = titles.get(grant.session)
    return f"in the session “{title}”" if title else "in another session"


def remark(grant: Grant, tools: Iterable[Tool]) -> str:
    """Why it counts for nothing as things stand, as a sentence; empty: it counts."""
    allowed = grant.allowed
    named = [tool for tool in tools if tool.id == allowed.tool]
    if not named:
        return "There is no such tool now."
    same = [tool for tool in named if tool.digest == allowed.digest]
    if not same:
        return "The tool is defined in another way now, and is asked about."
    if all(tool.mode != allowed.mode for tool in same):
        return f"It is answered as {same[0].mode} now, and that is asked about."
    return ""


class Grants(QWidget):
    """Shows what it is given, and takes nothing back by itself.

    Signals:
        revoked(Grant): it is to be asked about again.
    """

    revoked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grants: list[Grant] = []
        self.rows: list[GrantRow] = []
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=8)
        self.empty = QLabel(EMPTY, self)
        self.empty.setProperty("role", "muted")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        self._area = area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("What is allowed in advance")
        page = QWidget(area)
        page.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        outer = QVBoxLayout(page)
        theme.space(outer, 0, 0, 10, 0)
        self._column = QVBoxLayout()
        theme.space(self._column, gap=4)
        outer.addLayout(self._column)
        outer.addStretch(1)
        area.setWidget(page)
        column.addWidget(area, 1)
        self.all = QPushButton("Revoke all", self)
        self.all.setAutoDefault(False)
        self.all.setAccessibleName("Revoke all that is allowed in advance")
        self.all.clicked.connect(self._revoke_all)
        column.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_grants(())

    def show_grants(
        self,
        grants: Sequence[Grant],
        *,
        session: str = "",
        titles: Mapping[str, str] = MappingProxyType({}),
        tools: Iterable[Tool] | None = None,
    ) -> None:
        """session: the id of the one on screen. titles: of sessions, by their ids. tools: all that
        there are, as they would be called now; None: nothing is known of them."""
        focused = next((n for n, row in enumerate(self.rows) if row.revoke.hasFocus()), None)
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self._grants = list(grants)
        known = None if tools is None else list(tools)
        self.rows = []
        for grant in self._grants:
            why = "" if known is None else remark(grant, known)
            row = GrantRow(grant, holds(grant, session, titles), why, self)
            row.revoke.clicked.connect(partial(self._revoke, grant))
            self.rows.append(row)
            self._column.addWidget(row)
        some = bool(self.rows)
        self.empty.setVisible(not some)
        self._area.setVisible(some)
        self.all.setVisible(len(self.rows) > 1)
        if focused is not None and some:  # whoever goes through them by keyboard stays there
            self.rows[min(focused, len(self.rows) - 1)].revoke.setFocus()

    def _revoke(self, grant: Grant, _checked: bool = False) -> None:
        self.revoked.emit(grant)

    def _revoke_all(self) -> None:
        for grant in list(self._grants):
            self.revoked.emit(grant)


class GrantRow(QFrame):
    """One tool, who answers it, and for how long it is allowed."""

    def __init__(self, grant: Grant, holds: str, why: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "tool")
        line = QHBoxLayout(self)
        theme.space(line, 12, 8, 8, 8, gap=8)
        words = QVBoxLayout()
        theme.space(words, gap=2)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        title = visible(title_of(grant.allowed.tool))
        self.title = Brief(title, "call", self)
        mode = badge(self)
        say_state(mode, grant.allowed.mode)
        head.addWidget(self.title)
        head.addWidget(mode, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        words.addLayout(head)
        self.about = QLabel(self)
        self.about.setProperty("role", "caption")
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        said = f"{holds[:1].upper()}{holds[1:]}"
        self.about.setText(visible(f"{said} · {why}" if why else said))
        words.addWidget(self.about)
        line.addLayout(words, 1)
        self.revoke = QPushButton("Revoke", self)
        self.revoke.setAutoDefault(False)
        self.revoke.setAccessibleName(f"Revoke {title}, {visible(holds)}")
        line.addWidget(self.revoke, 0, Qt.AlignmentFlag.AlignVCenter)


class GrantsDialog(QDialog):
    """What is allowed in advance, in a window of its own.

    Signals:
        revoked(Grant): it is to be asked about again.
    """

    revoked = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Allowed in advance")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 520, 420)
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=12)
        self.grants = Grants(self)
        self.grants.revoked.connect(self.revoked)
        column.addWidget(self.grants, 1)
        line = QHBoxLayout()
        theme.space(line, gap=8)
        line.addStretch(1)
        self.leave = QPushButton("Close", self)
        self.leave.setAccessibleName("Close")
        self.leave.clicked.connect(self.reject)
        line.addWidget(self.leave)
        column.addLayout(line)
