"""The shell: top row, docks, menus, notices, status line. It knows PanelSpec and DockSpec, and
knows no panel and no dock.

The window is built and painted before anything but Qt is imported; `furnish` puts the panels in
when the rest of the program is there. Even of Qt only what is painted is named before: a class is
made when it is first named, and the hundred enums of `QtCore.Qt` take longer than the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6 import QtCore, QtGui
from PySide6.QtCore import QByteArray, QEvent, QSize, Signal
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMenuBar,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.ui import theme

if TYPE_CHECKING:
    from playground.ui.desk import Desk
    from playground.ui.widgets.tabrow import TabRow

NARROW = 1180
"""Below this width the sessions give way; well below it the settings do, too. Logical pixels at
the normal size of type."""

LOW, LESS = 860, 0.6
"""Below this height what stands under the panel is made this part of its size."""


class PanelSpec(NamedTuple):
    """A place to work: one tab in the top row, one widget in the middle."""

    id: str
    title: str
    make: Callable[[Desk], QWidget]
    """Called when the panel is shown for the first time."""
    offers: Sequence[tuple[str, str, str]] = ()
    """(menu, title, keys) of the commands that it alone has and that make sense while it is not
    on screen: they are there before it is."""
    apart: bool = False
    """Nothing of the session on screen is seen in it."""


class DockSpec(NamedTuple):
    """A place at the edge, which can be hidden and taken to another screen."""

    id: str
    title: str
    make: Callable[[Desk], QWidget]
    area: QtCore.Qt.DockWidgetArea
    keys: str
    size: int
    """Width of a dock at the side, height of one at the bottom, in logical pixels."""


class Window(QMainWindow):
    """The main window.

    Signals:
        closing(): the user wants to leave. The window stays until the program has shut down.
        resized(): the size changed; whoever places things over the window may move them.
        panel_made(QWidget): a panel was shown for the first time.
    """

    closing = Signal()
    resized = Signal()
    panel_made = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Playground")
        self.setObjectName("window")
        self.setMinimumSize(720, 480)
        self.resize(1440, 900)
        self.setContentsMargins(8, 0, 8, 0)
        self.docks: dict[str, QDockWidget] = {}
        self.panels: dict[str, QWidget] = {}
        """Those that have been shown."""
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._tabs: TabRow | None = None
        self._specs: Sequence[DockSpec] = ()
        self._scale = theme.current().scale
        theme.themes.changed.connect(self._restyled)
        self._yielded: set[str] = set()
        """Docks that were hidden because the window became narrow, not by the user."""
        self._low = False

        top = QWidget(self)
        top.setProperty("role", "topbar")
        row = QHBoxLayout(top)
        row.setContentsMargins(0, 6, 0, 6)
        row.setSpacing(6)
        self.menus = QMenuBar(top)
        self.menus.setAccessibleName("Menu")
        row.addWidget(self.menus)
        self._tab_row = QHBoxLayout()
        self._tab_row.setSpacing(2)
        row.addLayout(self._tab_row, 1)  # what stands right of them takes its room first
        self.top_right = QHBoxLayout()
        """The right end of the top row."""
        self.top_right.setSpacing(6)
        row.addLayout(self.top_right)
        self.setMenuWidget(top)

        middle = QWidget(self)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.notices = QVBoxLayout()
        """Above the panel: notices, one under the other."""
        self.notices.setSpacing(6)
        column.addLayout(self.notices)
        self._stack = QStackedWidget(middle)
        self._stack.setProperty("role", "pane")
        column.addWidget(self._stack, 1)
        self.below = QVBoxLayout()
        """Under the panel: what goes on with all of them."""
        column.addLayout(self.below)
        self.setCentralWidget(middle)

    # Furniture.

    def furnish(self, desk: Desk, panels: Sequence[PanelSpec], docks: Sequence[DockSpec]) -> None:
        """Make the docks and the first panel; tabs in the order given."""
        from playground.ui.icons import icon  # after the first paint
        from playground.ui.widgets.tabrow import TabRow  # with icons, which nothing painted has

        sizes = self.menus.sizePolicy()
        self.menus.setSizePolicy(sizes.Policy.Fixed, sizes.Policy.Preferred)
        more = self.menus.findChild(QToolButton, "qt_menubar_ext_button")
        if more is not None:  # of the menus that there is no room for; the sheet leaves it blank
            more.setIcon(icon("chevron-down", "muted"))
            more.setAccessibleName("More menus")
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setAccessibleName("Status")
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks)
        self._tabs = tabs = TabRow(self)
        tabs.picked.connect(self.show_panel)
        self._tab_row.addWidget(tabs)
        for panel in panels:
            tabs.add(panel.id, panel.title, f"Ctrl+{len(self._makers) + 1}")
            self._makers[panel.id] = partial(panel.make, desk)
        self._specs = docks
        bottom = QtCore.Qt.DockWidgetArea.BottomDockWidgetArea
        self.setCorner(QtCore.Qt.Corner.BottomLeftCorner, bottom)
        self.setCorner(QtCore.Qt.Corner.BottomRightCorner, bottom)
        for spec in docks:
            dock = QDockWidget(spec.title, self)
            dock.setObjectName(f"dock:{spec.id}")
            # Detached by the View menu; a title bar on each would only repeat what they show.
            dock.setTitleBarWidget(QWidget(dock))
            content = spec.make(desk)
            content.setProperty("role", "pane")
            content.setAttribute(QtCore.Qt.WidgetAttribute.WA_StyledBackground)
            content.setAccessibleName(spec.title)
            dock.setWidget(content)
            dock.topLevelChanged.connect(
                lambda floating, it=dock: it.setTitleBarWidget(None if floating else QWidget(it))
            )
            self.addDockWidget(spec.area, dock)
            self.docks[spec.id] = dock
        self.reset_layout()
        if panels:
            self.show_panel(panels[0].id)

    def reset_layout(self) -> None:
        """Every dock where and as large as it was meant."""
        for spec in self._specs:
            dock = self.docks[spec.id]
            dock.setFloating(False)
            self.addDockWidget(spec.area, dock)
            dock.show()
        self._yielded.clear()
        self._low = self._is_low
        self._resize_docks(below=False)
        self._resize_docks(below=True)
        self._make_room()

    def _resize_docks(self, *, below: bool) -> None:
        """Those at the sides, or those below the panel, as large as they were meant."""
        bottom, ways = QtCore.Qt.DockWidgetArea.BottomDockWidgetArea, QtCore.Qt.Orientation
        rows = [spec for spec in self._specs if (spec.area == bottom) == below]
        part = LESS if below and self._low else 1.0
        self.resizeDocks(
            [self.docks[spec.id] for spec in rows],
            [theme.current().px(spec.size * part) for spec in rows],
            ways.Vertical if below else ways.Horizontal,
        )

    @property
    def _is_low(self) -> bool:
        return self.height() < theme.current().px(LOW)

    def show_panel(self, name: str) -> None:
        if name not in self.panels:
            self.panels[name] = widget = self._makers[name]()
            self._stack.addWidget(widget)
            self.panel_made.emit(widget)
        self._stack.setCurrentWidget(self.panels[name])
        if self._tabs is not None:
            self._tabs.show_current(name)

    @property
    def panel(self) -> str:
        """The id of the panel on screen."""
        return self._tabs.current if self._tabs is not None else ""

    def reveal(self, name: str) -> None:
        """Show a dock and put the focus there."""
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        if (content := dock.widget()) is not None:
            content.setFocus(QtCore.Qt.FocusReason.ShortcutFocusReason)

    def toggle(self, name: str) -> None:
        dock = self.docks[name]
        dock.setVisible(not dock.isVisible())
        self._yielded.discard(name)

    def menu(self, title: str) -> QMenu:
        """The menu with this title, made when there is none."""
        for action in self.menus.actions():
            if action.text() == title and (found := action.menu()) is not None:
                return found  # type: ignore[return-value]
        return self.menus.addMenu(title)

    def command(
        self,
        menu: str | None,
        title: str,
        run: Callable[[], object],
        icon: QtGui.QIcon | None = None,
    ) -> QtGui.QAction:
        """A command: in a menu, in the palette, and under its keys while it has any."""
        action = QtGui.QAction(title, self)
        action.triggered.connect(lambda _=False: run())
        if icon is not None:
            action.setIcon(icon)
        self.addAction(action)
        if menu is not None:
            self.menu(menu).addAction(action)
        return action

    # What is remembered.

    def layout_state(self) -> dict[str, str]:
        """Geometry and docks as text, for the settings."""
        return {
            "geometry": bytes(self.saveGeometry().toBase64().data()).decode("ascii"),
            "docks": bytes(self.saveState().toBase64().data()).decode("ascii"),
            "panel": self.panel,
        }

    def restore_layout(self, state: dict[str, str]) -> None:
        """What `layout_state` said; anything unreadable is ignored by Qt."""
        if state.get("docks"):
            self.restoreState(QByteArray.fromBase64(state["docks"].encode("ascii")))
        if state.get("panel") in self._makers:
            self.show_panel(state["panel"])
        self._make_room()

    # A narrow window.

    @staticmethod
    def _limits() -> tuple[tuple[str, int], ...]:
        """Below which width of the window which dock gives way."""
        px = theme.current().px
        return (("sessions", px(NARROW)), ("settings", px(NARROW - 260)))

    def _restyled(self) -> None:
        """With larger type the docks become larger, too."""
        ratio = theme.current().scale / self._scale
        self._scale = theme.current().scale
        if ratio != 1.0:
            docks = [dock for dock in self.docks.values() if not dock.isHidden()]
            ways = QtCore.Qt.Orientation
            self.resizeDocks(docks, [round(d.width() * ratio) for d in docks], ways.Horizontal)
            self.resizeDocks(docks, [round(d.height() * ratio) for d in docks], ways.Vertical)
        self._make_room()

    def _make_room(self) -> None:
        """At 1024 × 700 there is room for the conversation, one dock beside it and a low one
        below."""
        width, back = self.width(), list[str]()
        for name, limit in self._limits():
            dock = self.docks.get(name)
            if dock is None or dock.isFloating():
                continue
            if width < limit and not dock.isHidden():
                dock.hide()
                self._yielded.add(name)
            elif width >= limit and name in self._yielded:
                dock.show()
                self._yielded.discard(name)
                back.append(name)
        # Before it went the panel had squeezed it, and it would come back like that. Only then: the
        # namespace Qt takes as long to make as a third of the first paint.
        if meant := [spec for spec in self._specs if spec.id in back]:
            self.resizeDocks(
                [self.docks[spec.id] for spec in meant],
                [theme.current().px(spec.size) for spec in meant],
                QtCore.Qt.Orientation.Horizontal,
            )
        if self._specs and self._is_low != self._low:
            self._low = self._is_low
            self._resize_docks(below=True)

    def sizeHint(self) -> QSize:
        return QSize(1440, 900)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        old = event.oldSize().width()
        super().resizeEvent(event)
        crossed = any(
            (old < limit) != (event.size().width() < limit) for _, limit in self._limits()
        )
        if crossed or self._is_low != self._low:
            self._make_room()
        self.resized.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.resized.emit()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        event.ignore()  # the program ends runs and writes what is new, then quits by itself
        self.closing.emit()
