"""The Request page: what went out, exactly; why it differs from what was set; and the same once
more, as code or with a body that was changed by hand."""

from __future__ import annotations

import contextlib
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.recording import parse
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.resend import Read, editable, read
from playground.engine.sent import by_hand, explain
from playground.export import EXPORTERS
from playground.export.base import Exporter
from playground.export.request import sent
from playground.store.logs import redacted
from playground.ui.inspector.looking import Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets.bodyedit import BodyEdit
from playground.ui.widgets.exchange import Exchange, exchanges, fact
from playground.ui.widgets.parts import copy, row
from playground.ui.widgets.requestview import Explained, RequestView

EDIT, GO_ON = "Edit and resend…", "Go on editing…"
NOTHING = "There is no body here that could be changed: a request that can be is a JSON object."
ELSEWHERE = "This run is not one of the session on screen, so it cannot be sent again from here."
OVERWRITTEN = "A secret stood in it and is overwritten here: write it again."


class RequestPage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self._drafts: dict[tuple[str, int], str] = {}
        """What was written and not sent, by run and number of the request."""
        self._editing: tuple[Run, Exchange] | None = None
        self._sent = ""
        self.view = RequestView(self, self._explain if looking.desk is not None else None)
        self.editor = BodyEdit(self)
        self.editor.sent.connect(self._send)
        self.editor.left.connect(self._leave)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.editor)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.code = self._code_button()
        self.edit = QPushButton(EDIT, self)
        self.edit.setProperty("role", "quiet")
        self.edit.clicked.connect(self._edit)
        self.edit.setVisible(looking.desk is not None)
        self.beside = row(self.code, self.edit, spacing=4)
        looking.shown.connect(self._leave)

    def _code_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setText("Copy as")
        button.setProperty("role", "quiet")
        button.setAccessibleName("Copy this request as code")
        button.setToolTip("This request as code that sends it again; keys by name only")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(button)
        for exporter in EXPORTERS:
            if exporter.code is not None:
                menu.addAction(exporter.title).triggered.connect(
                    lambda _=False, it=exporter: self.copy_as(it)
                )
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def advance(self) -> None:
        run, index = self.looking.run, self.looking.index
        if run is None or index is None or self._editing is not None:
            return
        self.view.show_exchanges(run.recording, exchanges(index))
        self._say_whether()

    def _say_whether(self) -> None:
        """Whether what is shown can be changed and sent again, and why not."""
        run, exchange = self.looking.run, self.view.exchange
        self.code.setEnabled(exchange is not None)
        why = "" if run is not None and exchange is not None else NOTHING
        if run is not None and exchange is not None:
            if exchange.fetched:
                why = NOTHING
            elif self._mine(run) is None:
                why = ELSEWHERE
            drafted = (run.id, exchange.request) in self._drafts
            self.edit.setText(GO_ON if drafted else EDIT)
        self.edit.setEnabled(not why)
        self.edit.setToolTip(why or "Change the body of this request and send it as another run")

    def _mine(self, run: Run) -> Run | None:
        """The run of the session on screen that this one is, or is a copy of."""
        desk = self.looking.desk
        if desk is None or desk.closed:
            return None
        return desk.session.runs.get(run.id)

    def _profile(self, run: Run) -> Profile:
        if self.looking.desk is not None:
            with contextlib.suppress(Failure):  # it may have been deleted since
                return self.looking.desk.workspace.profile(run.profile)
        return Profile(id=run.profile, name=f"The server “{run.profile}”, which was deleted,")

    # What was set, and code.

    def _explain(self, exchange: Exchange) -> Explained:
        run, desk = self.looking.run, self.looking.desk
        if run is None or desk is None or exchange.fetched:
            return Explained([])
        first = next(one for one in self.view.rows if one.leg == exchange.leg)
        session = desk.workspace.open.get(run.session, desk.session)
        history, _ = desk.workspace.history(session, run)
        rows = explain(
            run,
            first.request,
            history,
            self._profile(run),
            BY_ID[run.call.api],
            session.children(run.parent),
        )
        hand = by_hand(run, first.request)
        return Explained(rows, hand.words if hand is not None else "")

    def copy_as(self, exporter: Exporter) -> None:
        """Put the request that is shown on the clipboard, as code."""
        run, exchange = self.looking.run, self.view.exchange
        if run is None or exchange is None or exporter.code is None:
            return
        try:
            request = sent(run, self._profile(run), exchange.leg, exchange.attempt)
            copy(redacted(exporter.code(request)))
        except Failure as failure:
            self._report(failure.problem)

    def _report(self, problem: Problem) -> None:
        if self.looking.desk is not None:
            self.looking.desk.report(problem)

    # By hand.

    def _edit(self) -> None:
        run, exchange = self.looking.run, self.view.exchange
        if run is None or exchange is None:
            return
        data = fact(run.recording, exchange.request)
        body, _ = parse(str(data.get("body") or ""))
        if not isinstance(body, dict):
            self._report(Problem(title=NOTHING))
            return
        text, left_out = editable(body)
        endpoint = BY_ID[run.call.api]

        def reading(written: str) -> Read:
            return read(written, endpoint, BY_ID, left_out)

        words = f"Goes to {self._profile(run).name} as {endpoint.title}, as another version."
        if run.recording[exchange.request].masked:
            words = f"{OVERWRITTEN} {words}"
        self._editing, self._sent = (run, exchange), text
        self.editor.open(text, self._drafts.get((run.id, exchange.request), text), reading, words)
        self._pages.setCurrentWidget(self.editor)
        self.edit.setEnabled(False)
        self.code.setEnabled(False)
        self.editor.text.setFocus()

    def _leave(self) -> None:
        """Back to what was sent; what was written stays."""
        if self._editing is None:
            return
        run, exchange = self._editing
        key, text = (run.id, exchange.request), self.editor.text.toPlainText()
        if text != self._sent:
            self._drafts[key] = text
        else:
            self._drafts.pop(key, None)
        self._editing = None
        self._pages.setCurrentWidget(self.view)
        self.advance()

    def _send(self, body: dict[str, Any]) -> None:
        desk = self.looking.desk
        if self._editing is None or desk is None:
            return
        shown, exchange = self._editing
        run = self._mine(shown)
        if run is None:
            self._report(Problem(title=ELSEWHERE))
            return
        self._leave()
        self._drafts.pop((shown.id, exchange.request), None)
        desk.go(desk.workspace.resend(desk.session, run, exchange.leg, body))


REQUEST_PAGE = PageSpec(
    "request",
    "Request",
    RequestPage,
    "What a run sends appears here to the byte, with what was set and why the two differ.",
)
