"""Tooltips with the keys that commands have now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from playground.ui.bindings import Bindings
from playground.ui.keytips import ALWAYS, KeyTips


def hovered(button: QPushButton) -> str:
    QToolTip.hideText()
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(2, 2), button.mapToGlobal(QPoint(2, 2)))
    QApplication.sendEvent(button, event)
    return QToolTip.text()


def watching(tips: KeyTips) -> bool:
    return tips._watching


def test_a_tooltip_follows_the_keys_of_its_command(qtbot: QtBot) -> None:
    bindings = Bindings({})
    bindings.add("Stop", "Esc", lambda keys: None)
    bindings.add("Larger", "Ctrl++ | Ctrl+=", lambda keys: None)
    button, owner = QPushButton(), QObject()
    qtbot.addWidget(button)
    button.setToolTip("Stop the run (Esc)")
    button.show()
    tips = KeyTips(bindings, owner)
    assert not watching(tips), "nobody looks at events while all is as it came"
    bindings.bind("Stop", "F4")
    assert watching(tips) and hovered(button) == "Stop the run (F4)"
    assert tips.told("Next match (F3)") == "Next match (F3)"
    button.setProperty(ALWAYS, True)
    assert hovered(button) == "Stop the run (Esc)"
    button.setProperty(ALWAYS, None)
    bindings.bind("Stop", "")
    assert hovered(button) == "Stop the run"
    bindings.reset()
    assert not watching(tips) and hovered(button) == "Stop the run (Esc)"
