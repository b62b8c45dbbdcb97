"""A rehearsal draws a whole turn and leaves nothing behind."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from playground.ui.rehearsal import ANSWERED, ASKED, rehearse
from playground.ui.widgets.cards import Card
from playground.ui.widgets.chips import Chip
from playground.ui.widgets.transcript import TranscriptView


def test_a_whole_turn_is_drawn_and_nothing_of_it_stays(qapp: QApplication) -> None:
    window = QWidget()
    window.show()
    seen: list[tuple[list[str], int, bool]] = []
    for _ in rehearse(window):
        view = window.findChild(TranscriptView)
        assert view is not None
        texts = [str(getattr(card.item, "text", "")) for card in view.findChildren(Card)]
        seen.append((texts, len(view.findChildren(Chip)), view.isVisible()))
    assert not any(visible for *_, visible in seen)
    assert ASKED in seen[1][0] and ANSWERED not in seen[1][0]
    assert ANSWERED in seen[-1][0]
    assert seen[1][1] == 0 < seen[-1][1]
    timers = [timer for timer in window.findChildren(QTimer) if timer.isActive()]
    assert not timers
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChild(QWidget) is None
