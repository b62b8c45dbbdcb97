"""The foot of a column of a comparison: how its last turn stands, and what it took."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.widgets.chips import ChipLine, Row
from playground.ui.widgets.comparehead import SIDE
from playground.ui.widgets.details import Details, cost_of, times, tokens
from playground.ui.widgets.elided import Elided

WAITS = "Waits for its turn"
WHY_WAITS = "A local server answers one column after another."


class ColumnFoot(QWidget):
    """Signals:
    kept(): go on with this column.
    """

    kept = Signal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._run: Run | None = None
        self._says: object = None
        column = QVBoxLayout(self)
        theme.space(column, SIDE, 6, SIDE, 6, gap=2)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        self.state = Elided("state", self)
        line.addWidget(self.state, 1)
        self.keep = QPushButton("Keep", self)
        self.keep.setAccessibleName(f"Keep column {name}")
        self.keep.setToolTip("Go on with this one in the Chat panel; the others stay as versions")
        self.keep.clicked.connect(self.kept)
        line.addWidget(self.keep)
        column.addLayout(line)
        self.chips = ChipLine(self)
        self.chips.picked.connect(self._open)
        column.addWidget(self.chips)

    def tell(self, run: Run | None, waits: int, best: str, *, begun: bool) -> None:
        """How the last turn stands, if there is one, and what it took. `waits`: runs that go first;
        `best`: what it is the best of, in a word; `begun`: the column has turns."""
        self._run = run
        running = run is not None and run.running
        says = (
            run.id if run is not None else "",
            run.transcript.rev if run is not None else 0,
            run.transcript.outcome if run is not None else None,
            run.cost if run is not None else None,
            int(run.now() / 1e9) if run is not None and running else 0,
            waits,
            best,
            begun,
        )
        if says == self._says:
            return
        self._says = says
        self.keep.setEnabled(begun)
        if run is None:
            self.state.say("")
            self.chips.show_chips([])
            return
        state = words.state(run)
        if running and waits:
            self.state.say(WAITS, "warn")
            self.state.setToolTip(WHY_WAITS)
            self.state.setAccessibleDescription(WHY_WAITS)
        elif state is not None:
            said = state.words[:1].upper() + state.words[1:]
            beside = f" {words.clock(run.now() / 1e9)}" if running else f" · {best}" if best else ""
            self.state.say(said + beside, state.token)
            self.state.setAccessibleDescription("")
        self.chips.show_chips(figures(run))

    def _open(self, kind: str, chip: QWidget) -> None:
        run = self._run
        if run is None:
            return
        match kind:
            case "time":
                Details(*times(run), self).show_over(chip)
            case "tokens":
                Details(*tokens(run), self).show_over(chip)
            case _:
                Details(*cost_of(run), self).show_over(chip)


def figures(run: Run) -> list[Row]:
    """What a run took: time, tokens and cost."""
    timing, used = run.transcript.timing, run.transcript.usage
    if run.transcript.outcome is None:
        return []
    waited = words.first_token(run)
    whole = ""
    if timing.request is not None and timing.end is not None:
        whole = words.seconds((timing.end - timing.request) / 1e9)
    went, came = words.usage(used).split(" / ") if used else ("", "")
    return [
        ("time", whole, "Times"),
        ("time", f"TTFT {words.seconds(waited)}" if waited is not None else "", "Times"),
        ("tokens", went, "Where these tokens come from"),
        ("tokens", came, "Where these tokens come from"),
        ("cost", words.cost(run.cost) if run.transcript.legs else "", "How this was calculated"),
    ]
