"""The page of what was spent: the figures at the top, two plots, and the table below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.transcript import Outcome
from playground.engine.ledger import REST, By, Series
from playground.store.ledger import Sums
from playground.ui import theme, words
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.moneyfigure import MoneyFigure
from playground.ui.widgets.moneylegend import MoneyLegend, Sign
from playground.ui.widgets.moneyopen import OUTLINE
from playground.ui.widgets.moneyplot import MoneyPlot
from playground.ui.widgets.moneyplots import OTHERS, TOKENS, inks_of, spent_plot, tokens_plot
from playground.ui.widgets.moneytable import MoneyTable
from playground.ui.widgets.parts import Segments, row

KINDS = {
    "model": "Models",
    "profile": "Servers",
    "session": "Sessions",
    "day": "Days",
    "run": "Runs",
    "message": "Messages",
}
STACKED: tuple[By, ...] = ("model", "profile")
"""What the bars can be of."""
BESIDE = 640
"""Pixels of the design from which the plots stand beside each other."""
LEAST = 460
"""Pixels of the design that all of it needs; below them it scrolls."""


class MoneyPage(QScrollArea):
    """Signals:
    figured(str): a figure was clicked: "spent", "tokens", "runs", "failed" or "unpriced".
    stepped(int): a bar was clicked.
    stacked(): the bars are to be of the other parts.
    series_picked(str): one of those parts is to be looked at by itself.
    kind_picked(str): another table.
    """

    figured = Signal(str)
    stepped = Signal(int)
    stacked = Signal()
    series_picked = Signal(str)
    kind_picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("What was spent")
        page = QWidget(self)
        self.setWidget(page)
        self._column = column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=8)
        theme.follow(page, lambda look: page.setMinimumHeight(look.px(LEAST)))
        self.figures = {name: MoneyFigure(title, page) for name, title in FIGURES.items()}
        for name, figure in self.figures.items():
            figure.clicked.connect(lambda _=False, name=name: self.figured.emit(name))
        policy = self.figures["tokens"].sizePolicy()
        policy.setHorizontalStretch(2)  # it has most to say
        self.figures["tokens"].setSizePolicy(policy)
        column.addWidget(row(*self.figures.values(), spacing=4))
        self.unpriced = QPushButton(page)
        self.unpriced.setProperty("small", True)
        self.unpriced.clicked.connect(lambda: self.figured.emit("unpriced"))
        self.by = Segments(("By model", "By server"), small=True, parent=page)
        for at, what in enumerate(("models", "servers")):
            self.by.button(at).setToolTip(f"The bars are of {what}")
            self.by.button(at).setAccessibleName(f"Bars of {what}")
        self.by.picked.connect(lambda _: self.stacked.emit())
        column.addWidget(row(self.by, 1, self.unpriced))
        self._make_plots(page)
        self._make_table(page)

    def _make_plots(self, page: QWidget) -> None:
        self.spent = MoneyPlot("What was spent over time", page)
        self.tokens = MoneyPlot("Tokens over time", page)
        self.spent.picked.connect(self.stepped)
        self.tokens.picked.connect(self.stepped)
        self.legend = MoneyLegend("What the bars are of", page)
        self.legend.picked.connect(self.series_picked)
        self.kinds_of = MoneyLegend("Kinds of tokens", page)
        self.kinds_of.show_signs([Sign(part.name, part.name, part.ink) for part in TOKENS])
        self._plots = QWidget(page)
        self._grid = QGridLayout(self._plots)
        theme.space(self._grid, 8, 0, 8, 0)
        theme.follow(self._grid, lambda look: self._grid.setHorizontalSpacing(look.px(20)))
        theme.follow(self._grid, lambda look: self._grid.setVerticalSpacing(look.px(2)))
        self._beside: bool | None = None
        self._place_plots(beside=True)
        self._column.addWidget(self._plots, 3)

    def _place_plots(self, *, beside: bool) -> None:
        """The plots beside each other, or only the first one where there is no room."""
        if beside == self._beside:
            return
        self._beside = beside
        grid = self._grid
        top = Qt.AlignmentFlag.AlignTop
        for at, (plot, legend) in enumerate(
            ((self.spent, self.legend), (self.tokens, self.kinds_of))
        ):
            grid.addWidget(plot, 0, at)
            grid.addWidget(legend, 1, at, top)
        grid.setRowStretch(0, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2 if beside else 0)
        self.tokens.setVisible(beside)
        self.kinds_of.setVisible(beside)

    def _make_table(self, page: QWidget) -> None:
        self.kinds = Segments(list(KINDS.values()), small=True, parent=page)
        self.kinds.picked.connect(lambda at: self.kind_picked.emit(list(KINDS)[at]))
        self.count = QLabel(page)
        self.count.setProperty("role", "caption")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        head = row(self.kinds, 1, self.count)
        head.setContentsMargins(0, 0, theme.current().px(8), 0)
        self._column.addWidget(head)
        self.table = MoneyTable("What was used", page)
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.follow(self.table, lambda look: self.table.setMinimumHeight(look.px(132)))
        self._column.addWidget(self.table, 4)
        caption = QLabel(OUTLINE, page)
        caption.setProperty("role", "caption")
        caption.setWordWrap(True)
        caption.setContentsMargins(theme.current().px(8), 0, 0, 0)
        self._column.addWidget(caption)

    # What is shown.

    def show_sums(self, sums: Sums, ends: Mapping[Outcome, int], failed: int) -> None:
        spent, runs = said.spent(sums), said.count(sums.runs, "run")
        exact = "Nothing is known of it" if sums.usd is None else words.exact(sums.usd)
        self.figures["spent"].show_figure(
            spent if sums.runs else "$0",
            "spent",
            f"{exact}. Click for what it adds up.",
            "warn" if sums.usd is None else "text",
        )
        about = "≈ " if sums.estimated else ""
        cached = f" ({words.tokens(sums.cached)} cached)" if sums.cached else ""
        thought = f" ({words.tokens(sums.reasoning)} reasoning)" if sums.reasoning else ""
        self.figures["tokens"].show_figure(
            f"{about}{words.tokens(sums.tokens)} tok",
            f"{words.tokens(sums.input)}{cached} in · {words.tokens(sums.output)}{thought} out",
        )
        self.figures["runs"].show_figure(
            words.number(sums.runs),
            "run" if sums.runs == 1 else "runs",
            f"{runs}. A run is one turn with all its requests. Click for a list.",
        )
        line = said.outcome_line(ends)
        share = f"failed · {words.number(failed * 100 / sums.runs, 1)} %" if failed else "failed"
        self.figures["failed"].show_figure(
            words.number(failed),
            share,
            f"{line or 'All went well'}. Click for those that failed.",
            "error" if failed else "text",
        )
        self.unpriced.setVisible(bool(sums.unpriced))
        which = "run has" if sums.unpriced == 1 else "runs have"
        self.unpriced.setText(f"{words.number(sums.unpriced)} {which} no known price: show…")
        self.unpriced.setAccessibleName(self.unpriced.text())
        self.unpriced.setToolTip("What they cost is in no sum: an unknown price is not nothing")

    def show_series(self, shown: Series, named: Callable[[str], str]) -> None:
        self.spent.show_plot(spent_plot(shown, named))
        self.tokens.show_plot(tokens_plot(shown))
        whole = [Sums.add(parts) for parts in zip(*(bar.parts for bar in shown.bars), strict=True)]
        signs = []
        for name, ink, sums in zip(shown.names, inks_of(shown), whole, strict=True):
            title = OTHERS if name == REST else said.name_of(named(name))
            tip = f"{said.spent(sums)}. Click to look at it by itself." if name != REST else ""
            signs.append(Sign(name, title, ink, tip))
        self.legend.show_signs(signs)

    def show_kind(self, kind: str, *, messages: bool) -> None:
        """Which table is on; `messages`: there is one of them."""
        self.kinds.blockSignals(True)
        self.kinds.pick(list(KINDS).index(kind))
        self.kinds.blockSignals(False)
        button = self.kinds.button(list(KINDS).index("message"))
        button.setEnabled(messages)
        button.setToolTip("" if messages else "Of one session: click one in Sessions")

    def arrange(self, wide: int) -> None:
        """For so many pixels."""
        self._place_plots(beside=wide >= theme.current().px(BESIDE))


FIGURES: Mapping[str, str] = {
    "spent": "Spent",
    "tokens": "Tokens",
    "runs": "Runs",
    "failed": "Failures",
}


def table_note(count: int, kind: str) -> str:
    """How many rows there are."""
    one = {"day": "day", "run": "run", "message": "message"}.get(kind, kind)
    several: Sequence[str] = ("server", "") if kind == "profile" else (one, "")
    return said.count(count, *several)
