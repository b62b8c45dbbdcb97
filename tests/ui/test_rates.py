"""The limits of the server in the status line; a countdown only while it means something."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.recording import fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.ui.widgets.details import Details
from playground.ui.widgets.rates import RateChip

BEGAN = 1_795_000_000.0


def answered(**headers: str) -> Run:
    run = Run("run_1", "ses_1", None, Call(), "p", [], BY_ID["responses"].reduce, created=BEGAN)
    rows = [[f"x-ratelimit-{name.replace('_', '-')}", value] for name, value in headers.items()]
    run.take(
        [
            fact(0, "request", {"method": "POST", "url": "http://x/", "headers": [], "body": ""}),
            fact(2_000_000_000, "head", {"status": 200, "headers": rows}),
        ]
    )
    return run


class Clock:
    now = BEGAN + 2


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chip(qtbot: QtBot, clock: Clock) -> Callable[[Run | None], RateChip]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = RateChip(parent, lambda: clock.now)
    parent.show()

    def show(run: Run | None) -> RateChip:
        assert made.parent() is parent  # which lives as long as this does
        made.show_run(run)
        return made

    return show


def test_without_limits_there_is_nothing(chip: Callable[[Run | None], RateChip]) -> None:
    assert chip(None).isHidden()
    assert chip(answered()).isHidden()


def test_plenty_left_is_said_and_nothing_ticks(chip: Callable[[Run | None], RateChip]) -> None:
    made = chip(
        answered(
            limit_requests="100", remaining_requests="99", reset_requests="6m0s",
            limit_tokens="1000", remaining_tokens="500", reset_tokens="20ms",
        )
    )  # fmt: skip
    assert made.text() == "500 of 1000 tokens left"  # the limit that is nearer
    assert not made._timer.isActive()


def test_a_limit_that_is_nearly_used_up_counts_down(
    chip: Callable[[Run | None], RateChip], clock: Clock
) -> None:
    made = chip(answered(limit_requests="100", remaining_requests="0", reset_requests="1m30s"))
    assert made.text() == "0 of 100 requests left · resets in 1 min 30 s"
    assert made._timer.isActive()
    assert made.property("token") == "warn"
    clock.now += 60
    made._timer.timeout.emit()
    assert made.text().endswith("resets in 30 s")
    clock.now += 31
    made._timer.timeout.emit()
    assert made.text() == "0 of 100 requests left"
    assert not made._timer.isActive()
    assert made.property("token") == ""


def test_a_click_tells_all_of_them(chip: Callable[[Run | None], RateChip]) -> None:
    made = chip(
        answered(
            limit_requests="100", remaining_requests="99", reset_requests="2s",
            remaining_tokens="7",
        )
    )  # fmt: skip
    made.click()
    popup = next(one for one in made.children() if isinstance(one, Details))
    texts = [label.text() for label in popup.findChildren(QLabel)]
    assert "99 of 100 requests left" in texts
    assert "7 tokens left" in texts
    assert any("2 s after the answer" in text for text in texts)
    popup.close()
