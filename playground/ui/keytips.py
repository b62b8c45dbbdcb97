"""Tooltips that name the keys of a command, as `Stop the run (Esc)`: with the keys that it has."""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from playground.ui.bindings import Bindings, each, normal, shown

ALWAYS = "keys_stay"
"""The property of a widget whose tooltip names keys that are no command's."""
_KEYS = re.compile(r" \(([^()]+)\)")


class KeyTips(QObject):
    """Looks at events only while some command has other keys than it came with."""

    def __init__(self, bindings: Bindings, parent: QObject) -> None:
        super().__init__(parent)
        self._changed: dict[str, str] = {}
        """By the keys that a command came with: those that it has."""
        self._watching = False
        self._bindings = bindings
        bindings.settled.append(self._settled)
        self._settled()

    def told(self, tip: str) -> str:
        """A tooltip as it is now."""

        def now(found: re.Match[str]) -> str:
            keys = self._changed.get(normal(found[1]))
            return found[0] if keys is None else f" ({shown(keys)})" if keys else ""

        return _KEYS.sub(now, tip)

    def _settled(self) -> None:
        rows = self._bindings.rows()
        self._changed = {key: row.keys for row in rows if row.keys != row.own
                         for key in each(row.own)}  # fmt: skip
        app = QApplication.instance()
        if app is not None and bool(self._changed) != self._watching:
            self._watching = not self._watching
            (app.installEventFilter if self._watching else app.removeEventFilter)(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.ToolTip or not isinstance(watched, QWidget):
            return False
        tip = "" if watched.property(ALWAYS) else watched.toolTip()
        if not tip or (told := self.told(tip)) == tip or not isinstance(event, QHelpEvent):
            return False
        QToolTip.showText(event.globalPos(), told, watched)
        return True
