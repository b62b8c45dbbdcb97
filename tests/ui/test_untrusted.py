"""Nothing from a server or a file is interpreted, and nothing opens before it was seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from playground.core.call import Call
from playground.core.items import HostedCall, Message, Notice, Reasoning, Text, ToolCall, Unknown
from playground.core.problem import Problem
from playground.core.session import Run
from playground.endpoints.chat import reduce
from playground.ui import words
from playground.ui.widgets.cards import card_for
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.links import ask_before_opening
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.problembox import ProblemBox

EVIL = '<img src="http://127.0.0.1:9/x.png"><b>bold</b> \u202egnp.exe \x1b[31m'


def run() -> Run:
    return Run("run_1", "ses_1", None, Call(api="chat"), "sandbox", [], reduce)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toString()))
    return urls


@pytest.mark.parametrize(
    "item",
    [
        Message(role="user", text=Text(EVIL)),
        Reasoning(text=Text(EVIL), t1=1),
        ToolCall(name=EVIL, arguments=Text(EVIL)),
        Notice(text=EVIL),
        Unknown(type=EVIL, wire={"type": EVIL}),
        HostedCall(type="mcp_call", status=EVIL, wire={"name": EVIL, "error": EVIL}, t1=1),
        HostedCall(type=EVIL, wire={EVIL: EVIL, "status": EVIL}, t1=1),
        Message(parts=[{"type": "input_file", "filename": EVIL}]),
    ],
    ids=lambda item: type(item).__name__,
)
def test_cards_show_text_as_it_is(qtbot: QtBot, item: Message) -> None:
    card = card_for(run(), item, said=True)
    qtbot.addWidget(card)
    card.advance()
    for fold in card.findChildren(Fold):
        fold.setChecked(True)
    shown = [text.toPlainText() for text in card.findChildren(PlainText)]
    assert any("<b>bold</b>" in text or "<b>bold<" in text for text in shown)
    assert not any("\u202e" in text or "\x1b" in text for text in shown)
    for label in card.findChildren(QLabel):
        if "<" in label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_problem_in_the_servers_words_is_not_interpreted(qtbot: QtBot) -> None:
    box = ProblemBox(Problem(title=EVIL, detail=EVIL, code=EVIL, facts={"x": EVIL}))
    qtbot.addWidget(box)
    assert all("<b>bold</b>" in text.toPlainText() for text in box.findChildren(PlainText))
    for label in box.findChildren(QLabel):
        if "<" in label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_tooltip_of_foreign_text_is_escaped() -> None:
    assert "<img" not in words.tip(EVIL)
    assert "&lt;img" in words.tip(EVIL)


def press(box: QMessageBox, name: str) -> None:
    (button,) = (one for one in box.buttons() if one.text() == name)
    button.click()


def test_a_link_opens_after_its_whole_address_was_seen(qtbot: QtBot, opened: list[str]) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    url = "https://example.org/" + "a" * 300 + "?<b>x</b>"
    box = ask_before_opening(url, parent)
    assert opened == []
    assert url in box.informativeText()
    for label in box.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
    press(box, "Open")
    assert opened == [QUrl(url).toString()]


def test_cancel_is_what_enter_does(qtbot: QtBot, opened: list[str]) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = ask_before_opening("https://example.org", parent)
    default = box.defaultButton()
    assert default is not None
    default.click()
    assert opened == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ms-word:x",
        "http//x",
        "",
        "https://[",
        "data:,",
    ],
)
def test_other_schemes_never_open(qtbot: QtBot, opened: list[str], url: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    box = ask_before_opening(url, parent)
    assert [button.text() for button in box.buttons()] == ["Close"]
    press(box, "Close")
    assert opened == []
