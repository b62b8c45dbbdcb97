"""The tabs of the panels in rows of every width."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from playground.ui.widgets.tabrow import TabRow

NAMES = ("chat", "structured", "tools", "compare", "prompts", "money")


@pytest.fixture
def row(qtbot: QtBot) -> TabRow:
    row = TabRow()
    qtbot.addWidget(row)
    for number, name in enumerate(NAMES, 1):
        row.add(name, name.title(), f"Ctrl+{number}")
    row.show_current("chat")
    row.resize(row.sizeHint())
    row.show()
    return row


def seen(row: TabRow) -> list[str]:
    tabs = [one for one in row.findChildren(QToolButton) if one.isVisible() and one is not row.more]
    return [one.text().lower() for one in sorted(tabs, key=lambda one: one.x())]


def test_with_room_for_all_there_is_no_more(row: TabRow) -> None:
    assert seen(row) == list(NAMES)
    assert not row.more.isVisible()
    assert row.hidden == []


@pytest.mark.parametrize("name", NAMES)
def test_the_chosen_one_is_seen_in_the_narrowest_row(row: TabRow, name: str) -> None:
    row.resize(row.minimumSizeHint())
    row.show_current(name)
    assert name in seen(row)
    assert row.more.isVisible()
    assert sorted([*seen(row), *row.hidden]) == sorted(NAMES)
    assert row.more.geometry().right() < row.width()


def test_what_has_no_room_can_be_picked_from_the_menu(row: TabRow, qtbot: QtBot) -> None:
    row.resize(row.sizeHint().width() * 2 // 3, row.height())
    menu = row.more.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    assert [action.text().lower() for action in menu.actions()] == row.hidden != []
    with qtbot.waitSignal(row.picked) as picked:
        menu.actions()[-1].trigger()
    assert picked.args == ["money"]
