"""Speed and success: a row for each model at each server, with how its times are spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from playground.core.transcript import Outcome
from playground.engine.ledger_speed import FEW, Speed, Times, bins, place, reach
from playground.ui import theme, words
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.moneytable import Field, Index, MoneyModel

P95 = (
    "The 95th percentile: 95 of 100 answers did not take longer. It is a time that was measured "
    f"(the nearest rank), and is told of {FEW} answers and more: of fewer it is only the slowest."
)
MEDIAN = "The median: half of the answers did not take longer. It is a time that was measured."
TIMES = (
    "Times are of answers that came to their end: done, truncated or refused. A failure is often "
    "quick, and would make a server look fast."
)
TOO_FEW = "too few"
RATE = "Median of the output tokens a second after the first one, of answers without calls of tools"
SPREAD = (
    "Total times of this model, on one axis of powers for all rows. The line is the median, the "
    "dotted one the 95th percentile."
)

CUT: tuple[Outcome, ...] = ("incomplete", "limited")


def speed_fields(named: Callable[[str], str]) -> Sequence[Field]:
    """Of rows that are Speeds."""

    def ended(key: str, title: str, tip: str, rank: int, *which: Outcome) -> Field:
        def number(row: Speed) -> int:
            return sum(row.outcomes[one] for one in which)

        return Field(
            key,
            title,
            lambda row: words.number(number(row)) if number(row) else said.NOTHING,
            number,
            "narrow",
            68,
            tip,
            lambda row: _all_ends(row),
            lambda row: "text" if number(row) else "faint",
            rank=rank,
        )

    return (
        Field(
            "model",
            "Model",
            lambda row: said.name_of(row.model),
            lambda row: row.model,
            "narrow",
            said=lambda row: f"{said.name_of(row.model)}. Click for its runs.",
        ),
        Field(
            "profile",
            "Server",
            lambda row: said.name_of(named(row.profile)),
            lambda row: named(row.profile),
            "narrow",
            112,
            left=True,
            rank=5,
        ),
        Field(
            "runs",
            "Runs",
            lambda row: words.number(row.runs),
            lambda row: row.runs,
            "narrow",
            56,
            said=lambda row: _all_ends(row),
        ),
        Field(
            "failed",
            "Failed",
            lambda row: _share(row.failed, row.runs),
            lambda row: row.failed,
            "failed",
            92,
            "Failed, timed out, or broke off; and their share of all runs",
            lambda row: _all_ends(row),
            lambda row: "error" if row.failed else "faint",
        ),
        ended("cut", "Truncated", "Cut short by a limit", 7, *CUT),
        ended("refused", "Refused", "The model or the server would not", 7, "refused"),
        ended("stopped", "Cancelled", "By whoever sat here", 7, "stopped"),
        _time("first", "First token", "median of the time to the first token", _first, 3),
        _p95("first95", "p95", "time to the first token", _first, 4),
        _time("whole", "Total", "median of the time from the first request to the end", _took, 0),
        _p95("whole95", "p95", "time from the first request to the end", _took, 0),
        Field(
            "rate",
            "Tok/s",
            lambda row: said.NOTHING if row.rates.median is None else _one(row.rates.median),
            lambda row: row.rates.median,
            "narrow",
            60,
            RATE,
            lambda row: f"{RATE}: {said.count(len(row.rates), 'answer')}",
            rank=3,
        ),
        Field(
            "spread",
            "How long they took",
            lambda row: "",
            lambda row: None,
            "narrow",
            132,
            SPREAD,
            lambda row: _spread_said(row),
            sorts=False,
            painted=True,
            left=True,
            rank=2,
        ),
    )


def _first(row: Speed) -> Times:
    return row.first_token


def _took(row: Speed) -> Times:
    return row.took


def _one(value: float) -> str:
    return words.number(value, 1 if value < 10 else 0)


def _share(part: int, whole: int) -> str:
    if not part:
        return said.NOTHING
    return f"{words.number(part)} · {words.number(part * 100 / whole, 1)} %"


def _all_ends(row: Speed) -> str:
    counts = dict(row.outcomes.most_common())
    done = counts.get("completed", 0)
    return ", ".join(filter(None, (f"{words.number(done)} done", said.outcome_line(counts))))


def _time(key: str, title: str, what: str, of: Callable[[Speed], Times], rank: int) -> Field:
    return Field(
        key,
        title,
        lambda row: said.milliseconds(of(row).median),
        lambda row: of(row).median,
        "narrow",
        80,
        f"{what.capitalize()}. {MEDIAN} {TIMES}",
        lambda row: f"{what.capitalize()}, of {said.count(len(of(row)), 'answer')}",
        rank=rank,
    )


def _p95(key: str, title: str, what: str, of: Callable[[Speed], Times], rank: int) -> Field:
    def tip(row: Speed) -> str:
        times = of(row)
        if not len(times):
            return "No answer came to its end."
        if times.p95 is None:
            most = said.milliseconds(times.quantile(1))
            return f"{said.count(len(times), 'answer')}, the slowest took {most}. {P95}"
        return f"95 % of the {what}, of {said.count(len(times), 'answer')}"

    return Field(
        key,
        title,
        lambda row: (
            said.milliseconds(of(row).p95)
            if of(row).p95 is not None or not len(of(row))
            else TOO_FEW
        ),
        lambda row: of(row).p95,
        "narrow",
        76,
        f"Of the {what}. {P95} {TIMES}",
        tip,
        lambda row: "text" if of(row).p95 is not None else "faint",
        rank=rank,
    )


def _spread_said(row: Speed) -> str:
    times = row.took
    if not len(times):
        return "No answer came to its end."
    low, high = said.milliseconds(times.values[0]), said.milliseconds(times.values[-1])
    return f"{said.count(len(times), 'answer')}, from {low} to {high}. {SPREAD}"


class Spread(QStyledItemDelegate):
    """Draws how the times of a row are spread."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._ends: tuple[float, float] | None = None
        self._bins: dict[int, list[int]] = {}

    def show_rows(self, rows: Iterable[Speed]) -> None:
        """All rows there are: they share their axis."""
        rows = list(rows)
        self._ends = reach(row.took for row in rows)
        self._bins = {} if self._ends is None else {
            id(row): bins(row.took, self._ends) for row in rows
        }  # fmt: skip

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look, model = theme.current(), index.model()
        row = model.row(index.row()) if isinstance(model, MoneyModel) else None
        columns = self._bins.get(id(row))
        area = QRectF(option.rect).adjusted(look.px(6), look.px(4), -look.px(8), -look.px(4))
        painter.save()
        state = getattr(option, "state", QStyle.StateFlag.State_None)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, look.colour("soft"))
        painter.setPen(QPen(look.colour("border"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if columns and self._ends is not None and isinstance(row, Speed) and len(row.took):
            most, wide = max(columns), area.width() / len(columns)
            for at, count in enumerate(columns):
                if count:
                    high = max(area.height() * count / most, 1.5)
                    left = area.left() + at * wide
                    bar = QRectF(left, area.bottom() - high, max(wide - 1, 1), high)
                    painter.fillRect(bar, look.colour("accent"))
            self._mark(painter, area, row.took.median, dotted=False)
            self._mark(painter, area, row.took.p95, dotted=True)
        painter.restore()

    def _mark(self, painter: QPainter, area: QRectF, value: float | None, *, dotted: bool) -> None:
        if value is None or self._ends is None:
            return
        look = theme.current()
        x = area.left() + place(value, self._ends) * area.width()
        pen = QPen(look.colour("text"), 1.5)
        if dotted:
            pen.setDashPattern([1.5, 1.5])
        painter.setPen(pen)
        top = area.top() - look.px(2)
        painter.drawLine(QPointF(x, top), QPointF(x, area.bottom()))
