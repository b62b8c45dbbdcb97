"""Shell: puts desk, panels, docks, status line, notices and commands into a window.

It knows panels by their specs only. What a panel can do beyond its own buttons it offers as
`commands()`: rows of (menu, title, keys, slot), which end up in menus, palette and shortcuts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Problem
from playground.ui import theme
from playground.ui.bindings import Bindings, KeyedRow, shown
from playground.ui.desk import Desk
from playground.ui.icons import icon
from playground.ui.importing import Importing
from playground.ui.keytips import KeyTips
from playground.ui.lags import Lags
from playground.ui.sessionfiles import save_all, save_shown
from playground.ui.widgets.about import AboutDialog
from playground.ui.widgets.notice import Notices
from playground.ui.widgets.palette import Palette
from playground.ui.widgets.problembox import ProblemBox
from playground.ui.widgets.status import StatusLine
from playground.ui.window import DockSpec, PanelSpec, Window

if TYPE_CHECKING:
    from playground.ui.presenting import Presenting

CommandRow = tuple[str, str, str, Callable[[], object]]
"""(menu, title, keys, slot)"""

ALL = "All commands…"
LEAST = QSize(720, 480)
"""Pixels of the design that the window needs."""
SCALES = (1.0, 1.15, 1.3, 1.5, 1.75, 2.0)


@runtime_checkable
class Commanding(Protocol):
    """A panel or dock that has commands to offer."""

    def commands(self) -> Sequence[CommandRow]: ...


@runtime_checkable
class Keyed(Protocol):
    """A panel or dock with buttons that have keys, and are no commands."""

    def keyed(self) -> Sequence[KeyedRow]: ...


@runtime_checkable
class Revealing(Protocol):
    """A panel that can show one of the things in it: `prompts:prm_1` is wanted."""

    def reveal(self, what: str) -> None: ...


class Shell:
    def __init__(
        self,
        window: Window,
        desk: Desk,
        panels: Sequence[PanelSpec],
        docks: Sequence[DockSpec],
        dialogs: Mapping[str, Callable[[Desk, QWidget], QDialog]],
        home: Path,
    ) -> None:
        """`dialogs`: what opens when a place of that name is wanted."""
        self.window = window
        self.desk = desk
        self.home = home
        self._dialogs = dialogs
        self._dialog: QDialog | None = None
        self.presenting: Presenting | None = None
        """While somebody presents."""
        self._replay: QWidget | None = None
        """The bar of a replay, while one is shown."""
        self._actions: dict[str, QAction] = {}
        """By the titles of the commands."""
        self.bindings = Bindings(desk.settings.shortcuts)
        self._offered: dict[str, list[tuple[QWidget, Callable[[], object]]]] = {}
        """Who does what a command says, by its title."""
        self.notices = Notices(window.notices)
        self.importing = Importing(window, desk)
        window.furnish(desk, panels, docks)
        self._panels = {panel.id for panel in panels}
        self._apart = {panel.id for panel in panels if panel.apart}
        self._commands(panels, docks)
        window.panel_made.connect(self._offer)
        self._top_right()
        self._lags = Lags(desk, lambda: window.isVisible() and not window.isMinimized())
        self.status = StatusLine(desk)
        window.statusBar().addWidget(self.status, 1)
        desk.problem_met.connect(lambda problem: self.notices.problem(problem, self._remedy))
        for signal in (desk.session_shown, desk.run_shown):  # what lacked a value was sent, or left
            signal.connect(lambda _: self.notices.remedied("fill_in"))
        desk.done.connect(self.notices.undo)
        desk.told.connect(
            lambda text, more, title, act: self.notices.say(text, more, action=title, act=act)
        )
        desk.busy.connect(self.notices.progress)
        desk.wanted.connect(self._wanted)
        desk.replaying_changed.connect(self._replaying)
        self._tips = KeyTips(self.bindings, window)
        theme.follow(window, self._limit)
        self.bindings.settled.append(self._show_keys)
        self._show_keys()
        window.restore_layout(desk.settings.window)
        desk.wanted.emit("composer")

    def _limit(self, look: theme.Theme) -> None:
        """No smaller than what all of it needs, nor larger than the screen."""
        room = self.window.screen().availableSize()
        least = QSize(look.px(LEAST.width()), look.px(LEAST.height()))
        self.window.setMinimumSize(least.boundedTo(room))

    def _show_keys(self) -> None:
        """What is under which keys is said as it is now."""
        self._palette.setText(shown(self.bindings.row(ALL).keys) or "Find")

    def close(self) -> None:
        """Remember how the window was left."""
        if self.presenting is not None:  # it goes with the window: nobody goes back to work
            self.presenting.destroyed.disconnect(self._presented)
        self.desk.clock.stop()
        self.desk.settings.window = {**self.desk.settings.window, **self.window.layout_state()}

    # Places.

    def _wanted(self, what: str) -> None:
        if what in self._dialogs:
            self._open(self._dialogs[what](self.desk, self.window))
        elif what == "present":
            self.present()
        elif what == "models":
            self.window.docks["settings"].show()
        elif what == "session":
            if self.window.panel in self._apart:
                self.window.show_panel("chat")
        elif what in self.window.docks:
            self.window.reveal(what)
        elif (place := what.partition(":"))[0] in self._panels:
            self.window.show_panel(place[0])
            panel = self.window.panels[place[0]]
            if place[2] and isinstance(panel, Revealing):
                panel.reveal(place[2])
        elif what == "folder":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.home)))

    def _open(self, dialog: QDialog) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog
        dialog.destroyed.connect(lambda: self._gone(dialog))
        dialog.open()

    def _gone(self, dialog: QDialog) -> None:
        if self._dialog is dialog:  # else another one was opened from it
            self._dialog = None

    def _remedy(self, remedy: str) -> None:
        places = {
            "add_key": "key",
            "edit_profile": "servers",
            "switch_profile": "servers",
            "choose_model": "models",
            "change_request": "settings",
            "fill_in": "variables",
            "raise_limit": "preferences",
            "raise_budget": "budgets",
            "set_price": "prices",
            "open_folder": "folder",
            "free_space": "folder",
        }
        if remedy in places:
            self.desk.wanted.emit(places[remedy])

    # Commands.

    def _commands(self, panels: Sequence[PanelSpec], docks: Sequence[DockSpec]) -> None:
        desk, window = self.desk, self.window
        self._add("&File", "New session", "Ctrl+N", self._new)
        paste = self.importing.taking.from_clipboard
        self._add("&File", "New session from the clipboard", "Ctrl+Shift+V", paste)
        self._add("&File", "Import…", "Ctrl+O", self.importing.choose)
        self._add("&File", "Open a preset…", "", self.importing.presets.choose)
        self._add("&File", "Save as preset…", "", self.importing.presets.save)
        self._add("&File", "Export this session…", "", partial(save_shown, desk, window))
        self._add("&File", "Export all sessions…", "", partial(save_all, desk, window))
        self._add("&File", "Save this session as a prompt…", "", self._save_prompt)
        self._add("&File", "Servers and keys…", "", partial(desk.wanted.emit, "servers"))
        self._add("&File", "Open the data folder", "", partial(desk.wanted.emit, "folder"))
        for menu in ("&Edit", "&View", "&Run", "&Help"):
            window.menu(menu)
        for widget in (*window.panels.values(), *(d.widget() for d in window.docks.values())):
            self._offer(widget)
        window.menu("&File").addSeparator()
        self._add("&File", "Quit", "Ctrl+Q", window.close)
        self._add("&Edit", "Budgets…", "", partial(desk.wanted.emit, "budgets"))
        self._add("&Edit", "Prices…", "", partial(desk.wanted.emit, "prices"))
        self._add("&Edit", "Preferences…", "Ctrl+,", partial(desk.wanted.emit, "preferences"))
        for spec in docks:
            self._add("&View", spec.title, spec.keys, partial(window.toggle, spec.id))
        for number, panel in enumerate(panels, 1):
            keys = f"Ctrl+{number}"
            self._add("&View", f"{panel.title} panel", keys, partial(window.show_panel, panel.id))
            self._promise(panel)
        window.menu("&View").addSeparator()
        self._themes()
        self._add("&View", "Larger", "Ctrl++ | Ctrl+=", partial(self._scale, 1))
        self._add("&View", "Smaller", "Ctrl+-", partial(self._scale, -1))
        self._add("&View", "Detach the inspector", "", self._detach)
        self._add("&View", "Reset layout", "", window.reset_layout)
        self._add("&View", "Present", "Ctrl+Shift+P", self.present)
        self._add("&Run", "Replay this run", "Ctrl+Shift+R", desk.replay_shown)
        self._add("&Run", "Choose a model", "Ctrl+M", partial(desk.wanted.emit, "models"))
        self._add("&Help", ALL, "Ctrl+K", self.palette)
        self._add("&Help", "Shortcuts", "Ctrl+/", self._shortcuts)
        self._add("&Help", "About Playground", "", self._about)

    def _offer(self, widget: object) -> None:
        """The commands of a panel or dock. Where several have the same one, it is for the one that
        can be seen."""
        rows = widget.commands() if isinstance(widget, Commanding) else ()
        assert isinstance(widget, QWidget)
        for menu, title, keys, slot in rows:
            there = self._offered.setdefault(title, [])
            there.append((widget, slot))
            if title not in self._actions:
                self._add(menu, title, keys, partial(self._command, title))
        for title, keys, apply in widget.keyed() if isinstance(widget, Keyed) else ():
            self.bindings.add(title, keys, apply)

    def _promise(self, panel: PanelSpec) -> None:
        """The commands of a panel that is not there yet: the first of them makes it."""

        def run(title: str) -> None:
            if title not in self._offered:
                self.window.show_panel(panel.id)
            self._command(title)

        for menu, title, keys in panel.offers:
            self._add(menu, title, keys, partial(run, title))

    def _command(self, title: str) -> None:
        there = self._offered[title]
        seen = (slot for widget, slot in there if widget.isVisible())
        next(seen, there[0][1])()

    def _add(self, menu: str, title: str, keys: str, run: Callable[[], object]) -> None:
        action = self.window.command(menu, title, run)
        self._actions[title] = action
        self.bindings.add(title, keys, action.setShortcuts)

    def _save_prompt(self) -> None:
        for what in ("prompts", "prompts:session"):
            self.desk.wanted.emit(what)

    def _new(self) -> None:
        self.desk.new_session()
        self.desk.wanted.emit("composer")

    def _themes(self) -> None:
        menu = self.window.menu("&View").addMenu("Theme")
        group = QActionGroup(self.window)
        for name, title in (
            ("system", "Like the system"),
            ("light", "Light"),
            ("dark", "Dark"),
            ("contrast", "High contrast"),
        ):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(self.desk.settings.theme == name)
            action.triggered.connect(lambda _=False, name=name: self.use_theme(name))
            group.addAction(action)
            self._actions[f"Theme: {title}"] = action
            self.bindings.add(f"Theme: {title}", "", action.setShortcuts)

    def use_theme(self, name: str) -> None:
        settings = self.desk.settings
        settings.theme = name  # type: ignore[assignment]
        theme.apply(name, settings.scale)
        self.desk.save_settings()

    def _scale(self, by: int) -> None:
        settings = self.desk.settings
        at = min(range(len(SCALES)), key=lambda n: abs(SCALES[n] - settings.scale))
        settings.scale = SCALES[min(max(at + by, 0), len(SCALES) - 1)]
        theme.apply(settings.theme, settings.scale)
        self.desk.save_settings()

    def present(self) -> None:
        """Tell the last run for a room to read; again: back to work."""
        from playground.ui.presenting import Presenting  # with all that shows approvals

        if self.presenting is not None:
            self.presenting.leave()
            return
        self.presenting = Presenting(self.window, self.desk)
        self.presenting.destroyed.connect(self._presented)

    def _presented(self) -> None:
        self.presenting = None
        if self._replay is not None:
            self._replay.setFocus()
        else:
            self.desk.wanted.emit("composer")

    def _replaying(self) -> None:
        """Put the bar of a replay under the panel, or away."""
        if self._replay is not None:
            self._replay.hide()
            self._replay.deleteLater()
            self._replay = None
        if (replaying := self.desk.replaying) is not None:
            from playground.ui.widgets.replaybar import ReplayBar  # with what plays it

            self._replay = ReplayBar(replaying, self.window)
            self.window.below.addWidget(self._replay)
            self._replay.show()
            self._replay.setFocus()
        self._show_profile()

    def _detach(self) -> None:
        dock = self.window.docks["inspector"]
        dock.setFloating(not dock.isFloating())
        dock.show()

    def _about(self) -> None:
        self._open(AboutDialog(self.window))

    def _shortcuts(self) -> None:
        from playground.ui.widgets.shortcuts import ShortcutsDialog  # rarely wanted

        dialog = ShortcutsDialog(self.bindings, self.window)

        def keep() -> None:
            if dialog.changed:
                self.desk.save_settings()

        dialog.finished.connect(keep)
        self._open(dialog)

    # The top row.

    def _top_right(self) -> None:
        row = self.window.top_right
        palette = QToolButton(self.window)
        palette.setIcon(icon("search", "muted"))
        palette.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        palette.setProperty("role", "quiet")
        palette.setToolTip("All commands, sessions and models")
        palette.setAccessibleName("All commands")
        palette.clicked.connect(self.palette)
        row.addWidget(palette)
        self._palette = palette
        self._profile = QComboBox(self.window)
        self._profile.setAccessibleName("Server of this session")
        self._profile.setToolTip("Where the next turns of this session go")
        # As wide as it likes to be, and less where the menus and the panels need the room.
        self._profile.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._profile.setMinimumContentsLength(40)
        theme.follow(self._profile, lambda look: self._profile.setMinimumWidth(look.px(96)))
        theme.follow(self._profile, lambda look: self._profile.setMaximumWidth(look.px(260)))
        self._profile.activated.connect(
            lambda index: self.desk.use_profile(self._profile.itemData(index))
        )
        row.addWidget(self._profile)
        self.desk.settings_changed.connect(self._show_profile)
        self.desk.session_shown.connect(lambda _: self._show_profile())
        self._show_profile()

    def _show_profile(self) -> None:
        box, chosen = self._profile, self.desk.profile
        box.blockSignals(True)
        box.clear()
        for profile in {one.id: one for one in (*self.desk.profiles(), chosen)}.values():
            box.addItem(visible(profile.name), profile.id)
        box.setCurrentIndex(box.findData(chosen.id))
        box.setEnabled(not self.desk.closed)
        box.blockSignals(False)

    def palette(self) -> None:
        """Everything that can be done or found, under a few letters."""
        from playground.ui.finding import entries  # with all that it looks through

        async def work() -> None:
            window = self.window
            widgets = (*window.panels.values(), *(dock.widget() for dock in window.docks.values()))
            found = await entries(self.desk, self._actions, widgets)
            Palette(found, window, "A command, session, model, prompt or setting").open_over()

        self.desk.tasks.start(work(), self.desk)


def show_dead_end(window: Window, problem: Problem, leave: Callable[[], object]) -> None:
    """The home cannot be used: say so in the window, and offer to leave. Nothing is changed."""
    page = QWidget(window)
    column = QVBoxLayout(page)
    theme.space(column, 16, 16, 16, 16)
    box = ProblemBox(problem, page)
    theme.follow(box, lambda look: box.setMaximumWidth(look.px(680)))
    folder = next((v for k, v in problem.facts.items() if k in ("folder", "file")), "")
    box.acted.connect(
        lambda: (
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(folder).parent)))
            if folder
            else leave()
        )
    )
    line = QHBoxLayout()  # what has a greatest width is put in the middle of its place
    line.addWidget(box)
    column.addStretch(2)
    column.addLayout(line)
    column.addStretch(3)
    window.setCentralWidget(page)
