"""Panels and docks: one file each; none knows another. Adding one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from playground.ui.desk import Desk
from playground.ui.panels.chat import CHAT_PANEL
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.panels.preferences import PreferencesDialog
from playground.ui.panels.profiles import ServersDialog
from playground.ui.panels.sessions import SESSIONS_DOCK
from playground.ui.panels.settings import SETTINGS_DOCK
from playground.ui.window import DockSpec, PanelSpec


def _structured(desk: Desk) -> QWidget:
    from playground.ui.panels.structured import StructuredPanel  # with all that checks schemas

    return StructuredPanel(desk)


def _tools(desk: Desk) -> QWidget:
    from playground.ui.panels.tools import ToolsPanel  # with all that reads and runs tools

    return ToolsPanel(desk)


PANELS: tuple[PanelSpec, ...] = (
    CHAT_PANEL,
    PanelSpec("structured", "Structured", _structured),
    PanelSpec("tools", "Tools", _tools),
)


def _inspector(desk: Desk) -> InspectorPanel:
    panel = InspectorPanel(desk=desk)
    desk.run_shown.connect(panel.show_run)
    desk.pointed.connect(panel.point)
    panel.looking.lit.connect(desk.lit)
    desk.clock.watch(panel.advance, slow=True)
    return panel


INSPECTOR_DOCK = DockSpec(
    "inspector", "Inspector", _inspector, Qt.DockWidgetArea.BottomDockWidgetArea, "F12", 300
)

DOCKS: tuple[DockSpec, ...] = (SESSIONS_DOCK, SETTINGS_DOCK, INSPECTOR_DOCK)

DIALOGS: Mapping[str, Callable[[Desk, QWidget], QDialog]] = {
    "servers": ServersDialog,
    "key": partial(ServersDialog, key=True),
    "preferences": PreferencesDialog,
}
"""What opens when a place of that name is wanted."""
