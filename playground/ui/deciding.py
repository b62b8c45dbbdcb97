"""What a card shows of a call that waits: the box in which somebody decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from playground.core.items import HostedCall, ToolCall
from playground.core.session import Run
from playground.core.tools import Decision
from playground.ui.approving import Waiting
from playground.ui.desk import Desk
from playground.ui.widgets.cards.base import Card

if TYPE_CHECKING:
    from playground.ui.widgets.approvalbox import ApprovalBox


class Deciding:
    """Of the calls that wait on a desk; see `cards.deciding.Deciding`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def waiting(self, run: Run, call: ToolCall | HostedCall) -> Waiting | None:
        if self._desk.replaying is not None:
            return None  # what waits elsewhere is not what is shown
        return self._desk.approving.find(run, call)

    def box(self, one: Waiting, parent: QWidget) -> ApprovalBox:
        return box_of(self._desk, one, parent)


def box_of(desk: Desk, one: Waiting, parent: QWidget) -> ApprovalBox:
    """The box of a call that waits."""
    from playground.ui.widgets.approvalbox import ApprovalBox  # with all that checks schemas

    request = one.request
    box = ApprovalBox(
        request.asked,
        parent,
        arguments=request.arguments,
        touches=request.touches,
        difference=request.difference,
        wrong=request.wrong,
        waited=lambda: (one.run.now() - one.began) / 1e9,
    )

    def decided(decision: Decision) -> None:
        desk.approving.decide(one, decision)

    box.decided.connect(decided)
    if isinstance(parent, Card):
        box.resized.connect(parent.resized)
    return box
