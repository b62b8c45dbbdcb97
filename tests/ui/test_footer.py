"""The end of a run: how it stands in plain words, what helps, and what its server keeps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.items import Message, Reasoning, Text
from playground.core.problem import Problem
from playground.core.recording import fact
from playground.core.session import Run
from playground.ui import words
from playground.ui.widgets.chips import Chip
from playground.ui.widgets.footer import Extra, Footer
from playground.ui.widgets.problembox import ProblemBox
from tests.driver import name_of, text_of, visible

S = 1_000_000_000


def new_run(*, over: bool = True, answer: str = "An answer", **facts: Any) -> Run:
    """A run of which the server said these things."""
    run = Run(
        id="run_1",
        session="ses_1",
        parent=None,
        call=Call(model="m"),
        profile="p",
        input=[Message(key="in:0", role="user", text=Text("A question"))],
        reduce=lambda *_: None,
        owner="" if over else "me",
    )
    run.take([fact(0, "request")])
    if answer:
        run.transcript.open(Message(key="0:0", text=Text(answer), t1=1))
    for name, value in facts.items():
        setattr(run.transcript, name, value)
    if over:
        run.take([fact(2 * S, "ended")])
    return run


Show = Callable[..., Footer]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()

    def show(run: Run, *extras: Extra) -> Footer:
        footer = Footer(run, 0, 1, shared=True, extras=extras)
        footer.setParent(window)
        footer.advance()
        footer.resize(800, footer.height_at(800))
        footer.show()
        QApplication.sendPostedEvents()
        return footer

    yield show


def seen(root: QWidget) -> str:
    QApplication.sendPostedEvents()
    return "\n".join(filter(None, map(text_of, visible(root))))


def buttons(root: QWidget) -> dict[str, QPushButton]:
    QApplication.sendPostedEvents()
    return {name_of(one): one for one in visible(root) if isinstance(one, QPushButton)}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("max_output_tokens", "Truncated by the limit"),
        ("length", "Truncated by the limit"),
        ("content_filter", "Filtered"),
        ("max_messages", "Truncated: it may write no more messages"),
        ("steered", "Ended by a newer instruction"),
        ("insufficient_system_resource", "Truncated: the server ran short of resources"),
        ("new_in_2027", "Incomplete: new_in_2027"),
        (None, "Incomplete"),
    ],
)
def test_why_an_answer_is_not_whole(reason: str | None, said: str, show: Show) -> None:
    footer = show(new_run(terminal="incomplete", finish_reason=reason))
    assert seen(footer).split("\n")[0] == said
    assert "Continue" in buttons(footer)
    assert ("Raise limit" in buttons(footer)) == (said == "Truncated by the limit")


def test_a_limit_that_went_to_reasoning_is_a_state_of_its_own(show: Show) -> None:
    run = new_run(answer="", terminal="incomplete", finish_reason="max_output_tokens")
    run.transcript.open(Reasoning(key="0:1", text=Text("Hm"), t1=1))
    footer, asked = show(run), []
    footer.asked.connect(lambda verb, _: asked.append(verb))
    assert seen(footer).split("\n")[0] == "The whole limit went to reasoning"
    assert set(buttons(footer)) == {"Raise limit"}
    buttons(footer)["Raise limit"].click()
    assert asked == ["raise limit"]


@pytest.mark.parametrize(
    ("pending", "said"),
    [("queued", "Queued in the background"), ("in_progress", "Working in the background")],
)
def test_an_answer_in_the_background_has_a_clock_and_can_be_cancelled(
    pending: str, said: str, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(over=False, answer="", pending=pending)
    monkeypatch.setattr(time, "monotonic_ns", lambda: run.t0 + 65 * S)
    footer, asked = show(run), []
    footer.asked.connect(lambda verb, _: asked.append(verb))
    assert f"{said} 01:05" in seen(footer)
    buttons(footer)["Cancel"].click()
    assert asked == ["stop"]


def test_a_wait_before_a_retry_counts_down_and_can_be_cancelled(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(over=False, answer="")
    run.take([fact(1 * S, "retry", {"after": 30})])
    monkeypatch.setattr(time, "monotonic_ns", lambda: run.t0 + 11 * S + S // 2)
    footer = show(run)
    state = words.state(run)
    assert state is not None
    assert state.words == "trying again in 00:20"
    assert "Trying again in 00:20" in seen(footer)
    assert "Cancel" in buttons(footer)
    run.take([fact(31 * S, "request")])
    footer.advance()
    assert "Cancel" not in buttons(footer)


def waiting(seconds: float) -> Run:
    problem = Problem(title="A pause.", remedy="wait", status=429, retry_after=seconds)
    return new_run(answer="", problem=problem, terminal="failed")


def test_a_pause_that_the_server_asks_for_counts_down_on_the_button(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = waiting(90)
    ended = run.recording.began + 2
    monkeypatch.setattr(time, "time", lambda: ended + 0.5)
    footer, asked = show(run), []
    footer.asked.connect(lambda verb, _: asked.append(verb))
    button = buttons(footer)["Wait and try again"]
    assert button.text() == "Retry in 01:30"
    button.click()
    assert asked == ["remedy:wait"]


def test_a_pause_that_is_over_waits_for_nothing(show: Show) -> None:
    run = waiting(90)
    run.recording.began = time.time() - 1_000
    (button,) = buttons(show(run)).values()
    assert button.text() == "Retry"
    (timer,) = (one for one in button.children() if one.inherits("QTimer"))
    assert not timer.isActive()  # type: ignore[attr-defined]


def test_what_else_is_offered_stands_below_what_went_wrong(show: Show) -> None:
    given: list[Run] = []

    def extra(run: Run, parent: QWidget) -> QWidget:
        given.append(run)
        return QLabel("Resend without it", parent)

    run = waiting(1)
    footer = show(run, extra, lambda run, parent: None)
    (offer,) = (one for one in footer.findChildren(QLabel) if one.text() == "Resend without it")
    (box,) = footer.findChildren(ProblemBox)
    assert offer.isVisible()
    assert offer.y() >= box.geometry().bottom()
    footer.advance()
    assert given == [run]


def test_nothing_else_is_offered_while_a_run_goes_on(show: Show) -> None:
    given: list[Run] = []
    show(new_run(over=False), lambda run, parent: given.append(run))
    assert given == []


def chip(footer: Footer, text: str) -> Chip:
    return next(one for one in footer.findChildren(Chip) if one.text() == text)


def test_what_the_server_keeps_is_said_and_can_be_deleted(qtbot: QtBot, show: Show) -> None:
    run = new_run(terminal="completed", finish_reason="stop", stored=True, response_id="resp_1")
    footer, asked = show(run), []
    footer.asked.connect(lambda verb, _: asked.append(verb))
    chip(footer, "stored").click()
    (menu,) = footer.findChildren(QMenu)
    copied, delete = menu.actions()
    copied.trigger()
    assert QApplication.clipboard().text() == "resp_1"
    delete.trigger()
    assert asked == ["delete stored"]
    menu.close()
    run.take([fact(3 * S, "deleted")])
    footer.advance()
    chip(footer, "not stored").click()
    assert asked == ["delete stored", "inspect"]


def test_a_server_that_does_not_say_what_it_keeps(show: Show) -> None:
    footer = show(new_run(terminal="completed", finish_reason="stop"))
    assert not [one for one in footer.findChildren(Chip) if "stored" in one.text()]
