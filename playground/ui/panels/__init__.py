"""Panels and docks: one file each; none knows another. Adding one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from playground.ui.desk import Desk
from playground.ui.icons import icon
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


def _compare(desk: Desk) -> QWidget:
    from playground.ui.panels.compare import ComparePanel  # with all that compares runs

    return ComparePanel(desk)


def _repeat(desk: Desk) -> QWidget:
    from playground.ui.panels.repeat import RepeatPanel  # with all that compares answers

    return RepeatPanel(desk)


def _prompts(desk: Desk) -> QWidget:
    from playground.ui.panels.prompts import PromptsPanel  # with all that compares versions

    return PromptsPanel(desk)


def _money(desk: Desk) -> QWidget:
    from playground.ui.panels.money import MoneyPanel  # with all that plots and adds up

    return MoneyPanel(desk)


PANELS: tuple[PanelSpec, ...] = (
    CHAT_PANEL,
    PanelSpec(
        "structured",
        "Structured",
        _structured,
        (
            ("&Edit", "A schema from elsewhere…", "Ctrl+Shift+O"),
            ("&Edit", "Repair the schema…", ""),
        ),
    ),
    PanelSpec("tools", "Tools", _tools, (("&Edit", "What need not be asked again…", ""),)),
    PanelSpec(
        "compare",
        "Compare",
        _compare,
        (
            ("&Run", "Run all columns", ""),
            ("&View", "What differs between the columns", ""),
        ),
    ),
    PanelSpec("repeat", "Repeat", _repeat, (("&Run", "Repeat: run all", ""),)),
    PanelSpec(
        "prompts",
        "Prompts",
        _prompts,
        (
            ("&File", "New prompt", ""),
            ("&File", "Import prompts…", ""),
            ("&Edit", "Search prompts", ""),
            ("&Run", "Use this prompt in the session", ""),
            ("&Run", "Use this prompt in a new session", ""),
        ),
        apart=True,
    ),
    PanelSpec("money", "Money", _money, apart=True),
)


def _inspector(desk: Desk) -> InspectorPanel:
    panel = InspectorPanel(desk=desk)
    desk.run_shown.connect(panel.show_run)
    desk.pointed.connect(panel.point)
    panel.looking.lit.connect(desk.lit)

    def turn(what: str) -> None:
        dock, _, place = what.partition(":")
        page, _, inside = place.partition(":")
        if dock == "inspector" and page:
            desk.wanted.emit("inspector")
            panel.show_page(page)
            panel.page(page).go_to(inside)

    desk.wanted.connect(turn)
    _follow_replays(desk, panel)
    desk.clock.watch(panel.advance, slow=True)
    return panel


def _follow_replays(desk: Desk, panel: InspectorPanel) -> None:
    """The current event goes with a replay, and a replay that stands still with it."""
    button = QPushButton("Replay", panel)
    button.setIcon(icon("play", "muted"))
    button.setProperty("role", "quiet")
    button.setAccessibleName("Replay this run")
    button.setToolTip("Show this run again as it was recorded: no network, no key (Ctrl+Shift+R)")
    button.clicked.connect(desk.replay_shown)
    panel.tools.addWidget(button)

    def offer(*_: object) -> None:
        button.setEnabled(desk.replayable is not None and desk.replaying is None)

    def follow() -> None:
        offer()
        if (replaying := desk.replaying) is not None:
            replaying.moved.connect(panel.follow)
            panel.looking.picked.connect(replaying.go_to)

    for signal in (desk.run_shown, desk.tree_changed, desk.sessions_changed):
        signal.connect(offer)
    desk.replaying_changed.connect(follow)
    offer()


INSPECTOR_DOCK = DockSpec(
    "inspector", "Inspector", _inspector, Qt.DockWidgetArea.BottomDockWidgetArea, "F12", 300
)

DOCKS: tuple[DockSpec, ...] = (SESSIONS_DOCK, SETTINGS_DOCK, INSPECTOR_DOCK)


def _budgets(desk: Desk, parent: QWidget) -> QDialog:
    from playground.ui.widgets.budgetsdialog import BudgetsDialog

    return BudgetsDialog(desk, parent)


def _prices(desk: Desk, parent: QWidget) -> QDialog:
    from playground.ui.widgets.pricesdialog import PricesDialog

    return PricesDialog(desk, parent)


DIALOGS: Mapping[str, Callable[[Desk, QWidget], QDialog]] = {
    "servers": ServersDialog,
    "key": partial(ServersDialog, key=True),
    "preferences": PreferencesDialog,
    "budgets": _budgets,
    "prices": _prices,
}
"""What opens when a place of that name is wanted."""
