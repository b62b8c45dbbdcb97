"""What a card shows of a call that waits: the box in which somebody decides about it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from playground.core.items import ToolCall
from playground.core.session import Run
from playground.core.tools import Decision
from playground.ui.approving import Waiting
from playground.ui.desk import Desk
from playground.ui.widgets.approvalbox import ApprovalBox
from playground.ui.widgets.cards.base import Card
from playground.ui.widgets.cards.toolcall import Deciding


def deciding(desk: Desk) -> Deciding:
    """Of the calls that wait on this desk."""

    def make(run: Run, call: ToolCall, parent: QWidget) -> QWidget | None:
        one = desk.approving.find(run, call.call_id)
        return None if one is None else box_of(desk, one, parent)

    return make


def box_of(desk: Desk, one: Waiting, parent: QWidget) -> ApprovalBox:
    """The box of a call that waits."""
    request = one.request
    began = one.run.now()
    box = ApprovalBox(
        request.asked,
        parent,
        arguments=request.arguments,
        touches=request.touches,
        difference=request.difference,
        wrong=request.wrong,
        waited=lambda: (one.run.now() - began) / 1e9,
    )

    def decided(decision: Decision) -> None:
        desk.approving.decide(one, decision)

    box.decided.connect(decided)
    if isinstance(parent, Card):
        box.resized.connect(parent.resized)
    return box
