"""Driver: a person at the real window, who clicks, types and reads what can be seen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from playground import desktop
from playground.core.profile import Profile
from playground.core.session import Run
from playground.store.settings import Limits, Settings
from playground.ui import theme
from playground.ui.panels.chat import ChatPanel
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.panels.sessions import SessionsDock
from playground.ui.panels.settings import SettingsDock
from playground.ui.panels.structured import StructuredPanel
from playground.ui.widgets.prose import Prose
from playground.ui.widgets.sessionview import SessionsView
from tests.loop import until

T = TypeVar("T", bound=QWidget)

LEFT = Qt.MouseButton.LeftButton
FAST = {"sandbox": {"per_second": 0}}
"""A request field that makes the sandbox answer as fast as it goes."""


def prepare(
    home: Path, base_url: str, *, limits: dict[str, float] | None = None, **profile: Any
) -> Profile:
    """Settings of somebody whose own server is at `base_url`."""
    mine = Profile(
        **{"id": "here", "name": "Here", "base_url": base_url, "model": "sandbox", **profile}
    )
    settings = Settings(profile=mine.id, profiles=[mine], theme="light")
    settings.limits = Limits(**{"retries": 0, **(limits or {})})
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "settings.json").write_text(settings.model_dump_json())
    return mine


class Driver:
    def __init__(self, opened: desktop.Desktop) -> None:
        assert opened.shell is not None
        self.desktop = opened
        self.window = opened.window
        self.shell = opened.shell
        self.desk = opened.shell.desk
        assert opened.app is not None
        self.app = opened.app
        panel, docks = self.window.panels["chat"], self.window.docks
        inspector, sessions = docks["inspector"].widget(), docks["sessions"].widget()
        settings = docks["settings"].widget()
        assert isinstance(panel, ChatPanel)
        assert isinstance(inspector, InspectorPanel)
        assert isinstance(sessions, SessionsDock)
        assert isinstance(settings, SettingsDock)
        self.chat, self.inspector = panel, inspector
        self.sessions, self.settings = sessions, settings

    @property
    def structured(self) -> StructuredPanel:
        """The panel, on screen."""
        self.window.show_panel("structured")
        panel = self.window.panels["structured"]
        assert isinstance(panel, StructuredPanel)
        return panel

    # What a person does.

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible(), f"{name_of(widget)} cannot be seen"
        assert widget.isEnabled(), f"{name_of(widget)} is disabled"
        QTest.mouseClick(widget, LEFT, pos=at or widget.rect().center())

    def press(self, keys: str, widget: QWidget | None = None) -> None:
        """A key with modifiers, as `Ctrl+Shift+Return`, where the focus is."""
        one = QKeySequence(keys)[0]
        target = widget or QApplication.focusWidget() or self.window
        QTest.keyClick(target, one.key(), one.keyboardModifiers())

    def type(self, text: str, widget: QWidget | None = None) -> None:
        target = widget or QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)

    def send(self, text: str) -> Run:
        """Write into the composer, press Enter; the run that this began."""
        draft = self.chat.composer.draft
        draft.setFocus()
        self.type(text, draft)
        self.press("Return", draft)
        return self.newest

    def fields(self, **values: Any) -> None:
        """Request fields of the next turns, as if they had been switched on."""
        session = self.desk.session
        session.call = session.call.model_copy(update={"fields": {**session.call.fields, **values}})
        self.desk.changed()

    def model(self, name: str) -> None:
        """Type a model into its box."""
        line = self.settings.model.lineEdit()
        assert line is not None
        line.setFocus()
        line.selectAll()
        self.type(name, line)
        self.press("Return", line)
        assert (self.desk.session.call.model or self.desk.profile.model) == name

    async def ask(self, text: str) -> Run:
        """A turn to its end, drawn."""
        run = self.send(text)
        await self.ended(run)
        return run

    # What a person sees.

    @property
    def newest(self) -> Run:
        return self.desk.session.path()[-1]

    async def ended(self, run: Run) -> None:
        """The run is over and nobody looks at a clock any more."""
        await until(lambda: not run.running and not self.desk.clock.ticking, saying=self.seen)

    async def idle(self) -> None:
        """Nothing runs and nothing that was started waits."""
        await until(lambda: not self.desk.clock.ticking and not self.desk.tasks._running)

    async def shows(self, *words: str) -> None:
        await until(lambda: all(one in self.seen() for one in words), saying=self.seen)

    def seen(self, root: QWidget | None = None) -> str:
        """All text that is visible, one line a widget."""
        return "\n".join(filter(None, map(text_of, visible(root or self.window))))

    def find(self, kind: type[T], name: str, root: QWidget | None = None) -> T:
        """The visible control with this accessible name."""
        for widget in visible(root or self.window):
            if isinstance(widget, kind) and name_of(widget) == name:
                return widget
        said = sorted({name_of(w) for w in visible(root or self.window) if isinstance(w, kind)})
        raise AssertionError(f"There is no visible {name!r}; there are {said}")

    def button(self, name: str, root: QWidget | None = None) -> QAbstractButton:
        return self.find(QAbstractButton, name, root)

    def dialog(self) -> QDialog:
        """The dialog that is open."""
        found = [
            one
            for one in QApplication.topLevelWidgets()
            if isinstance(one, QDialog) and one.isVisible()
        ]
        assert len(found) == 1, [type(one).__name__ for one in found]
        return found[0]


def visible(root: QWidget) -> Iterator[QWidget]:
    """The widgets that can be seen, in the order they were made."""
    for widget in (root, *root.findChildren(QWidget)):
        inner = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        if inner.isVisible() and not inner.visibleRegion().isEmpty():
            yield widget


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it: its own name, else its text or that of its label."""
    if name := widget.accessibleName():
        return name
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def text_of(widget: QWidget) -> str:
    match widget:
        case QLabel() | QAbstractButton():
            return widget.text()
        case QPlainTextEdit() | QTextEdit():
            return widget.toPlainText()
        case QLineEdit():
            return widget.displayText()
        case QComboBox():
            return widget.currentText()
        case Prose():
            return widget.text()
        case QListView():
            model = widget.model()
            rows = (model.index(number, 0) for number in range(model.rowCount()))
            return "\n".join(str(row.data()) for row in rows)
        case SessionsView():
            return "\n".join(str(row.data()) for row, _ in widget.sessions.all())
        case _:
            return ""


Opening = Callable[..., Any]


@asynccontextmanager
async def opened(home: Path, profile: str | None = None) -> AsyncIterator[Driver]:
    """The real window on a home, from first paint to shutdown."""
    theme.apply(*desktop.peek(home / "settings.json"))
    one = desktop.Desktop(str(home), profile)
    try:
        one.window.show()
        await until(one.window.isVisible)
        await one.furnish()
        assert one.shell is not None, [problem.title for problem in one.early]
        one.window.activateWindow()
        await until(one.window.isActiveWindow)
        driver = Driver(one)
        await driver.shows("Ctrl+K")
        panel = one.window.panels[one.window.panel]
        await until(lambda: not panel.visibleRegion().isEmpty())  # it is laid out
        yield driver
    finally:
        await one.close()
        one.window.deleteLater()
        await asyncio.sleep(0)
