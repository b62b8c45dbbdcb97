"""What is offered when a server refuses a field of a request: to ask again without it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from playground.core import negotiate
from playground.core.negotiate import Body, Offer
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.plaintext import PlainText


class Negotiation(QWidget):
    """A button for each offer, what it would change, and whether to remember it.

    Signals:
        chosen(offer, remember): ask again like this.
    """

    chosen = Signal(object, bool)

    def __init__(
        self, offers: Sequence[Offer], body: Body, where: str, parent: QWidget | None = None
    ) -> None:
        """`body`: what was sent. `where`: for what it would be remembered; empty: nowhere."""
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 0, 4, gap=4)
        row = Flow(self)
        self.buttons: list[QPushButton] = []
        for offer in offers:
            button = QPushButton(visible(f"Resend {offer.words}"), row)
            button.setAccessibleName(button.text())
            button.setToolTip("Asks the same as another version of this turn")
            button.clicked.connect(lambda _, offer=offer: self._choose(offer))
            row.add(button)
            self.buttons.append(button)
        column.addWidget(row)
        changes = [negotiate.difference(body, negotiate.amended(body, offer)) for offer in offers]
        text = PlainText(_listed(offers, changes), self)
        text.setProperty("role", "code")
        text.setAccessibleName("What would change in the request")
        self.fold = Fold(self, text, mono=True)
        self.fold.say("What would change", visible("   ".join(changes[0])))
        self.fold.setAccessibleName("What would change in the request")
        column.addWidget(self.fold)
        column.addWidget(text)
        self.remember = QCheckBox(visible(f"Remember for {where}"), self)
        self.remember.setAccessibleName(self.remember.text())
        self.remember.setToolTip(
            "Later requests go out like this, too. A value is not remembered: the settings have it."
        )
        self.remember.setVisible(bool(where) and any(offer.lasting for offer in offers))
        column.addWidget(self.remember)

    def _choose(self, offer: Offer) -> None:
        self.chosen.emit(offer, self.remember.isChecked())


def negotiation(run: Run, server: str, parent: QWidget | None) -> Negotiation | None:
    """What can be offered after a failed run; None when there is nothing. `server`: the name under
    which something could be remembered; empty: nothing can be."""
    problem = run.transcript.problem
    if problem is None:
        return None
    body = negotiate.sent(run.recording) if run.loaded else negotiate.wanted(run.call)
    if not (offers := negotiate.offers(problem, body)):
        return None
    where = " · ".join(filter(None, (server, run.call.model))) if server else ""
    return Negotiation(offers, body, where, parent)


def _listed(offers: Sequence[Offer], changes: Sequence[Sequence[str]]) -> str:
    """The changes of each offer, under its name where there are several."""
    if len(offers) == 1:
        return "\n".join(changes[0])
    return "\n".join(
        "\n".join((f"{offer.words}:", *(f"  {line}" for line in lines)))
        for offer, lines in zip(offers, changes, strict=True)
    )
