"""The conversation as a long column: what is made, what stays where it is, what is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import fact
from playground.core.session import Run, Session
from playground.ui.widgets.cards import AnswerCard
from playground.ui.widgets.transcript import KEPT, TranscriptView

TURNS = 400


def turn(session: Session, number: int, parent: str | None, words: str = "An answer") -> Run:
    """A finished turn: a question and an answer."""
    run = Run(
        id=f"run_{number}",
        session=session.id,
        parent=parent,
        call=Call(),
        profile="p",
        input=[Message(key="in:0", role="user", text=Text(f"Question {number}"))],
        reduce=lambda *_: None,
        created=float(number),
    )
    answer = Message(key="0:0", text=Text(f"{words} {number}. " * (1 + number % 7)))
    run.transcript.open(answer)
    run.take([fact(1, "ended")])
    session.add(run)
    return run


@pytest.fixture
def session() -> Session:
    made = Session("ses_1")
    for number in range(TURNS):
        turn(made, number, made.leaf)
    return made


@pytest.fixture
def view(qtbot: QtBot, session: Session) -> Iterator[TranscriptView]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    made = TranscriptView(window)
    made.resize(800, 600)
    window.show()
    made.show_session(session)
    yield made


def settle(qtbot: QtBot, view: TranscriptView) -> None:
    """Until the cards near the view have been made."""
    qtbot.waitUntil(lambda: not view._ahead.isActive())


def in_view(view: TranscriptView) -> dict[str, int]:
    """Where the cards in view stand, by their names."""
    return {
        f"{card.run.id} {card.item.key}": card.y()
        for card in view.cards()
        if card.isVisible() and -card.height() < card.y() < view.height()
    }


def test_only_what_can_be_seen_and_what_is_near_is_made(qtbot: QtBot, view: TranscriptView) -> None:
    settle(qtbot, view)
    assert 3 < len(view.cards()) < 60
    assert view.cards()[-1].run.id == f"run_{TURNS - 1}"
    bar = view.verticalScrollBar()
    for part in range(1, 40):
        bar.setValue(bar.maximum() * part // 40)
        settle(qtbot, view)
        shown = in_view(view)
        assert shown
    assert len(view.cards()) <= KEPT


def test_no_gap_and_no_overlap(qtbot: QtBot, view: TranscriptView) -> None:
    bar = view.verticalScrollBar()
    for value in (0, bar.maximum() // 3, bar.maximum() // 2, bar.maximum()):
        bar.setValue(value)
        settle(qtbot, view)
        cards = [card for card in view.cards() if card.isVisible()]
        for above, below in pairwise(cards):
            assert 0 < below.y() - above.geometry().bottom() <= 20


def test_what_a_reader_looks_at_stays_while_more_is_made_around_it(
    qtbot: QtBot, view: TranscriptView
) -> None:
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    view._set_following(False)
    before = in_view(view)
    settle(qtbot, view)
    after = in_view(view)
    kept = before.keys() & after.keys()
    assert kept
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}


def test_another_version_is_told_where_it_is_asked_and_the_other_cards_stay(
    qtbot: QtBot, view: TranscriptView, session: Session
) -> None:
    settle(qtbot, view)
    last = session.path()[-1]
    before = {id(card) for card in view.cards() if card.run is not last}
    turn(session, TURNS, last.parent)
    session.leaf = last.id
    view.refresh()
    settle(qtbot, view)
    assert before <= {id(card) for card in view.cards()}
    said = next(card for card in view.cards() if card.run is last and card.item.key == "in:0")
    assert "1/2" in [label.text() for label in said.findChildren(QWidget) if hasattr(label, "text")]


def test_only_what_goes_on_is_looked_at_by_the_clock(
    qtbot: QtBot, view: TranscriptView, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = turn(session, TURNS, session.leaf)
    run.transcript.outcome, run.owner = None, "me"
    view.refresh()
    settle(qtbot, view)
    looked: list[str] = []
    for card in view.cards():
        monkeypatch.setattr(
            card, "advance", lambda card=card: bool(looked.append(card.run.id)), raising=True
        )
    view.advance()
    assert set(looked) == {run.id}
    run.take([fact(2, "ended")])
    looked.clear()
    view.advance()
    assert set(looked) == {run.id}  # once more, for how it ended
    looked.clear()
    view.advance()
    assert looked == []


def test_a_very_long_answer_is_drawn_a_slice_at_a_time_and_whole_in_the_end(
    qtbot: QtBot, view: TranscriptView, session: Session
) -> None:
    run = turn(session, TURNS, session.leaf, "A paragraph of the answer.\n\n" * 2_000)
    view.show_session(session)
    card = next(card for card in view.cards() if isinstance(card, AnswerCard) and card.run is run)
    whole = str(card.item.text).split()
    assert 0 < len(card.prose.text().split()) < len(whole) // 4
    qtbot.waitUntil(lambda: len(card.prose.text().split()) == len(whole))
    assert not card.prose.caret
    assert view.following
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()


def test_an_answer_that_is_replaced_while_it_is_being_drawn(
    qtbot: QtBot, view: TranscriptView, session: Session
) -> None:
    run = turn(session, TURNS, session.leaf, "Old words.\n\n" * 2_000)
    view.show_session(session)
    card = next(card for card in view.cards() if isinstance(card, AnswerCard) and card.run is run)
    card.item.text.replace("New words.")
    run.transcript.touch(card.item)
    card.advance()
    assert card.prose.text() == "New words."
    settle(qtbot, view)
    assert card.prose.text() == "New words."
