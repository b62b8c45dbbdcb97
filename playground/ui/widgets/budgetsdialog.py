"""The Budgets dialog: what may be used before a request is held back. It takes effect at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.budget import Budgets
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.budgetform import BudgetForm
from playground.ui.widgets.budgetvalues import used, used_by
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.plaintext import PlainText

HEAD = (
    "Asked before each request, by the least that it would use. What would pass a budget is not"
    " sent; a request that is under way is never cut off."
)
FOOT = (
    "With a budget of dollars, a request of unknown price is not sent: nobody could say whether it"
    " would pass it. Days and months are those of this computer’s calendar. The steps of the tool"
    " loop have a limit of their own, beside the tools."
)
WRONG = "That is no budget, and nothing is held back by it. Correct it, or close once more."


class BudgetsDialog(QDialog):
    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setWindowTitle("Budgets")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit(self, parent, 600, 480)
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=12)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Budgets")
        inner = QWidget(area)
        rows = QVBoxLayout(inner)
        theme.space(rows, 0, 0, 8, 0, gap=12)
        rows.addWidget(self._words(HEAD, inner))
        self.form = BudgetForm(inner)
        self.form.show_budgets(desk.settings.budgets)
        self.form.changed.connect(self._keep)
        rows.addWidget(self.form)
        rows.addWidget(self._words(FOOT, inner))
        rows.addStretch(1)
        area.setWidget(inner)
        column.addWidget(area, 1)
        self._warned = False
        self.said = PlainText("", self)
        self.said.setProperty("role", "caption")
        self.said.setProperty("token", "error")
        self.said.setAccessibleName("Why it stays open")
        self.said.hide()
        column.addWidget(self.said)
        buttons = QHBoxLayout()
        theme.space(buttons, gap=8)
        prices = QPushButton("Prices…", self)
        prices.setAccessibleName("Your own prices")
        prices.setToolTip("What models cost, where you know better than the list")
        prices.setAutoDefault(False)
        prices.clicked.connect(lambda: desk.wanted.emit("prices"))
        close = QPushButton("Close", self)
        close.setAccessibleName("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        buttons.addWidget(prices)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column.addLayout(buttons)
        self._count()

    def _words(self, text: str, parent: QWidget) -> QLabel:
        made = QLabel(text, parent)
        made.setProperty("role", "muted")
        made.setWordWrap(True)
        return made

    def _keep(self, budgets: Budgets) -> None:
        self._warned = False
        self.said.hide()
        self.desk.settings.budgets = budgets
        self.desk.save_settings()
        self.desk.settings_changed.emit()
        self._count()

    def _count(self) -> None:
        """Say what has been used so far."""
        desk = self.desk

        async def work() -> None:
            spent = await desk.purse.spent(("session", "day", "month"), desk.session_id)
            budgets = desk.settings.budgets
            last = used_by(desk.run)
            self.form.show_used(
                {
                    "run": f"The one on screen: {last}" if last else "",
                    "session": f"This one: {used(spent.get('session'), budgets.session)}",
                    "day": f"Today: {used(spent.get('day'), budgets.day)}",
                    "month": f"This month: {used(spent.get('month'), budgets.month)}",
                }
            )

        desk.tasks.start(work(), self)

    def done(self, result: int) -> None:
        self.form.settle()
        if (field := self.form.wrong) is not None and not self._warned:
            self._warned = True
            self.said.say(WRONG)
            self.said.show()
            field.setFocus()
            return
        super().done(result)
