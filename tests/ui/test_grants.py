"""What is allowed in advance: what is shown of it, and what its buttons tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from playground.core.tools import Allowed, Tool
from playground.engine.approval import Approvals, Grant
from playground.ui import theme
from playground.ui.widgets.grants import EMPTY, Grants, GrantsDialog, holds, remark, title_of

WEATHER = Tool(source="demo", name="get_weather", mode="real", origin={"python": "demo.py"})
STOCK = Tool(source="a/b", name="stock_price")
TITLES = {"ses_2": "Weather desk"}


def of(tool: Tool, session: str = "") -> Grant:
    return Grant(Allowed(tool=tool.id, digest=tool.digest, mode=tool.mode), session)


@pytest.fixture
def grants(qtbot: QtBot) -> Grants:
    theme.apply("light")
    made = Grants()
    qtbot.addWidget(made)
    made.resize(480, 320)
    made.show()
    return made


@pytest.mark.parametrize(
    ("tool_id", "title"),
    [("demo/get_weather", "demo › get_weather"), ("a/b/c", "a/b › c"), ("/alone", "alone")],
)
def test_a_tool_is_shown_as_everywhere(tool_id: str, title: str) -> None:
    assert title_of(tool_id) == title


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ("", "always"),
        ("ses_1", "in this session"),
        ("ses_2", "in the session “Weather desk”"),
        ("ses_3", "in another session"),
    ],
)
def test_how_far_it_reaches_is_said(session: str, words: str) -> None:
    assert holds(of(WEATHER, session), "ses_1", TITLES) == words


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ([WEATHER], ""),
        ([STOCK], "no such tool"),
        ([WEATHER.model_copy(update={"description": "Another."})], "another way"),
        ([WEATHER.model_copy(update={"mode": "mock"})], "as mock"),
        ([WEATHER.model_copy(update={"mode": "mock"}), WEATHER], ""),
    ],
)
def test_what_counts_for_nothing_now_says_so(tools: list[Tool], said: str) -> None:
    words = remark(of(WEATHER), tools)
    assert said in words
    assert bool(words) == bool(said)


def test_a_remark_is_true_to_what_is_asked_about(grants: Grants) -> None:
    approvals = Approvals()
    approvals.grant(WEATHER, "always")
    (grant,) = approvals.grants
    for tool in (WEATHER, WEATHER.model_copy(update={"mode": "mock"}),
                 WEATHER.model_copy(update={"description": "Another."})):  # fmt: skip
        assert (approvals.scope(tool) is None) == bool(remark(grant, [tool]))


def test_nothing_allowed_is_said_in_words(grants: Grants) -> None:
    assert grants.empty.isVisible()
    assert grants.empty.text() == EMPTY
    assert not grants.all.isVisible()


def test_each_row_says_what_it_is_and_is_revoked_alone(grants: Grants) -> None:
    given = [of(WEATHER), of(STOCK, "ses_1")]
    grants.show_grants(given, session="ses_1", tools=[WEATHER])
    assert [row.title.text() for row in grants.rows] == ["demo › get_weather", "a/b › stock_price"]
    assert [row.about.text() for row in grants.rows] == [
        "Always", "In this session · There is no such tool now.",
    ]  # fmt: skip
    told: list[Grant] = []
    grants.revoked.connect(told.append)
    grants.rows[1].revoke.click()
    assert told == [given[1]]
    assert "stock_price" in grants.rows[1].revoke.accessibleName()


def test_all_are_revoked_at_once_though_the_rows_go_meanwhile(grants: Grants) -> None:
    approvals = Approvals()
    for tool in (WEATHER, STOCK):
        approvals.grant(tool, "always")

    def revoke(grant: Grant) -> None:
        approvals.revoke(grant)
        grants.show_grants(approvals.grants)

    grants.show_grants(approvals.grants)
    grants.revoked.connect(revoke)
    grants.all.click()
    assert approvals.grants == []
    assert grants.rows == []
    assert grants.empty.isVisible()


def test_the_keyboard_stays_in_the_list(grants: Grants, qtbot: QtBot) -> None:
    given = [of(WEATHER), of(STOCK), of(STOCK, "ses_1")]
    grants.show_grants(given)
    grants.activateWindow()
    grants.rows[1].revoke.setFocus()
    qtbot.waitUntil(lambda: grants.rows[1].revoke.hasFocus())
    grants.revoked.connect(lambda grant: grants.show_grants([one for one in given if one != grant]))
    QTest.keyClick(grants.rows[1].revoke, Qt.Key.Key_Space)
    assert len(grants.rows) == 2
    assert grants.rows[1].revoke.hasFocus()


def test_the_names_of_others_are_shown_as_they_are(grants: Grants) -> None:
    evil = Tool(source="<b>x</b>\u202e", name="y")
    grants.show_grants([of(evil)])
    assert grants.rows[0].title.text() == "<b>x</b>⟨U+202E⟩ › y"
    assert grants.rows[0].title.textFormat() == Qt.TextFormat.PlainText


def test_the_dialog_hands_on_what_is_revoked(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(800, 600)
    dialog = GrantsDialog(parent)
    dialog.open()
    told: list[Grant] = []
    hear: Callable[[Grant], None] = told.append
    dialog.revoked.connect(hear)
    dialog.grants.show_grants([of(WEATHER)])
    dialog.grants.rows[0].revoke.click()
    assert told == [of(WEATHER)]
    dialog.leave.click()
    qtbot.waitUntil(lambda: not isValid(dialog))
