"""Details: where a number comes from, in a small pop-up over it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from playground.core.plain import visible
from playground.core.session import Run
from playground.core.usage import Cost, Line
from playground.ui import theme, words

Rows = list[tuple[str, str]]
"""Names and values; a name that begins with two spaces is part of the one above."""

SHOWN = frozenset((
    "input_tokens", "prompt_tokens", "output_tokens", "completion_tokens", "total_tokens",
    "input_tokens_details.cached_tokens", "prompt_tokens_details.cached_tokens",
    "output_tokens_details.reasoning_tokens", "completion_tokens_details.reasoning_tokens",
))  # fmt: skip
"""Counters that the rows above the server's own names say already."""


class Details(QFrame):
    def __init__(
        self,
        title: str,
        rows: Sequence[tuple[str, str]],
        parent: QWidget,
        *,
        lead: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        """`lead`: what a button below says, and where it leads."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(title)
        look = theme.current()
        grid = QGridLayout(self)
        grid.setContentsMargins(*look.margins(16, 12, 16, 12))
        grid.setHorizontalSpacing(look.px(24))
        grid.setVerticalSpacing(look.px(4))
        head = QLabel(title.upper(), self)
        head.setProperty("role", "section")
        grid.addWidget(head, 0, 0, 1, 2)
        grid.setRowMinimumHeight(0, look.px(20))
        for number, (name, value) in enumerate(rows, 1):
            left, right = QLabel(visible(name), self), QLabel(visible(value), self)
            left.setProperty("role", "muted" if name.startswith("  ") else "plain")
            right.setProperty("role", "number")
            for label in (left, right):
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if value:
                grid.addWidget(left, number, 0)
                grid.addWidget(right, number, 1)
            else:
                grid.addWidget(left, number, 0, 1, 2)
        if lead is not None:
            button = QPushButton(lead[0], self)
            button.setAccessibleName(lead[0])
            button.clicked.connect(lambda: (self.close(), lead[1]()))
            last = len(rows) + 1
            grid.addWidget(button, last, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
            grid.setRowMinimumHeight(last, look.px(36))

    def show_over(self, widget: QWidget, area: QRect | None = None) -> None:
        """Above the widget that was clicked (or an area in it), below it where there is no room,
        inside the window."""
        self.adjustSize()
        window, gap = widget.window(), theme.current().px(4)
        area = area or widget.rect()
        at = widget.mapTo(window, area.topLeft() - QPoint(0, self.height() + gap))
        if at.y() < gap:
            at = widget.mapTo(window, area.bottomLeft() + QPoint(0, gap + 1))
        at.setX(max(min(at.x(), window.width() - self.width() - gap), gap))
        at.setY(max(min(at.y(), window.height() - self.height() - gap), gap))
        self.move(window.mapToGlobal(at))
        self.show()


def times(run: Run) -> tuple[str, Rows]:
    """(title, rows): when what happened."""
    timing = run.transcript.timing
    start = timing.request or 0
    rows = [
        (name, words.seconds((moment - start) / 1e9))
        for name, moment in (
            ("answer began (headers)", timing.head),
            ("first event", timing.first_event),
            ("first token", timing.first_token),
            ("last token", timing.last_token),
            ("end", timing.end),
        )
        if moment is not None
    ]
    if (speed := words.speed(run)) is not None:
        rows.append(("output tokens ÷ (last − first token)", f"{words.number(speed, 1)} tok/s"))
    return "After the request left", rows


def tokens(run: Run) -> tuple[str, Rows]:
    """(title, rows): what was counted, and by whom."""
    used = run.transcript.usage
    if used is None:
        return "Tokens", [("reported", "nothing")]
    title = "Tokens, as the server reported" if used.basis == "reported" else "Tokens, counted here"
    rows = [
        ("input", words.number(used.input)),
        ("  of it cached", words.number(used.cached)),
        ("output", words.number(used.output)),
        ("  of it reasoning", words.number(used.reasoning)),
        ("total", words.number(used.total)),
    ]
    rows += [
        (visible(path), words.number(count))
        for path, count in used.counters.items()
        if count and path not in SHOWN
    ]
    if used.basis == "estimated":
        rows.append(("the server sent no usage", "≈"))
    return title, rows


def cost_of(run: Run) -> tuple[str, Rows]:
    """(title, rows): the arithmetic, or why there is none."""
    return cost_rows(run.cost, run.transcript.service_tier)


def cost_rows(cost: Cost | None, tier: str | None = None) -> tuple[str, Rows]:
    """The same of a cost by itself. `tier`: the service tier that the server says it used."""
    if cost is None or cost.usd is None:
        why = cost.source if cost is not None else "The server reported no tokens."
        return "Cost unknown", [(why, "")]
    rows = arithmetic(cost)
    if tier is not None:
        rows.append(("service tier", tier))
    if cost.saved is not None:
        rows.append(("saved by recorded answers", words.money(cost.saved)))
    rows.append(("price", cost.source))
    if cost.as_of:
        rows.append(("as of", cost.as_of))
    return f"Cost, {cost.basis}", rows


def arithmetic(cost: Cost) -> Rows:
    """The lines of an amount, every digit of them, and what they add up to."""
    if cost.usd is None:
        return []
    rows = [(line.what, f"{_times(line)}{words.exact(line.usd)}") for line in cost.lines]
    rows += [(what, "no price known") for what in cost.missing]
    rows.append(("at least" if cost.at_least else "total", words.exact(cost.usd)))
    return rows


def _times(line: Line) -> str:
    if line.per_million is not None:
        return f"{words.number(line.tokens)} × {words.exact(line.per_million)}/M = "
    return f"{words.number(line.tokens)} = " if line.tokens else ""
