"""The stage: the real window on a home of its own, into which states are put and photographed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from playground.core.call import Call
from playground.core.session import Run, Session, new_id, title_of
from playground.desktop import Desktop
from playground.store.filters import Filter
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.panels.chat import ChatPanel
from playground.ui.panels.inspector import InspectorPanel
from playground.ui.panels.sessions import SessionsDock
from playground.ui.panels.settings import SettingsDock
from playground.ui.panels.structured import StructuredPanel
from playground.ui.shell import Shell
from playground.ui.widgets.estimate import EstimateChip
from playground.ui.window import Window

SIZE = (1440, 900)
PATIENCE = 120.0
"""Seconds in which a state must have settled."""
STILL = 3
"""Looks without anything going on after which it has."""

Made = Callable[["Stage"], Awaitable[None]]


class Stage:
    def __init__(self, desktop: Desktop) -> None:
        assert desktop.shell is not None and desktop.app is not None
        self.desktop = desktop
        self.app = desktop.app
        self.shell: Shell = desktop.shell
        self.desk: Desk = desktop.shell.desk
        self.window: Window = desktop.window
        self.subject: Window = desktop.window
        """Which window is photographed."""
        self.going_on = 0
        """Tasks that will not end by themselves while this state lasts."""
        self.after: list[Callable[[], object]] = []
        """What undoes a state beyond what `clear` knows of."""
        panels, docks = self.window.panels, self.window.docks
        chat, inspector = panels["chat"], docks["inspector"].widget()
        sessions, settings = docks["sessions"].widget(), docks["settings"].widget()
        assert isinstance(chat, ChatPanel)
        assert isinstance(inspector, InspectorPanel)
        assert isinstance(sessions, SessionsDock)
        assert isinstance(settings, SettingsDock)
        self.chat, self.inspector = chat, inspector
        self.sessions, self.settings = sessions, settings

    @property
    def structured(self) -> StructuredPanel:
        """The panel, on screen."""
        self.window.show_panel("structured")
        panel = self.window.panels["structured"]
        assert isinstance(panel, StructuredPanel)
        return panel

    # Putting things on it.

    async def show(self, *runs: Run, title: str = "", top: bool = False) -> Session:
        """A session of these turns, one after another, or where their `parent` says; with `top`
        scrolled to its beginning."""
        session = Session(new_id("ses"), title=title, profile="openai", named=bool(title))
        last = runs[-1].call
        session.call = session.call.model_copy(update={"model": last.model, "output": last.output})
        for run in runs:
            run.session = session.id
            run.parent = run.parent or session.leaf
            session.add(run)
        if not title:
            session.title = title_of(runs[0].input)
        self.desk.workspace.open[session.id] = session
        self.desk.open_session(session.id)
        await self.settle()
        if top:
            self.chat.view.reveal(runs[0])
        return session

    async def settle(self) -> None:
        """Until nothing is going on any more. Fails when that takes too long."""
        app = QApplication.instance()
        assert app is not None
        still = 0
        async with asyncio.timeout(PATIENCE):
            while still < STILL:
                app.sendPostedEvents()
                for panel in self.window.panels.values():
                    saving = getattr(panel, "_saving", None)
                    if saving is not None and saving.isActive():  # a draft is named when written
                        saving.stop()
                        self.desk.keep()
                    if isinstance(panel, StructuredPanel):
                        panel.schema.settle()
                estimates = [
                    one for one in self.window.findChildren(EstimateChip) if not one.settled
                ]
                for one in estimates:
                    if one._wait.isActive():
                        one.show_now()
                busy = (
                    len(self.desk.tasks._running) > self.going_on
                    or bool(estimates)
                    or self.sessions._typing.isActive()
                )
                still = 0 if busy else still + 1
                await asyncio.sleep(0.002)
        self.desk.clock.look()
        app.sendPostedEvents()

    async def clear(self) -> None:
        """An empty stage: a new session, the first size, no dialog, no notice."""
        for undo in self.after:
            undo()
        self.after.clear()
        self.going_on = 0
        self.subject = self.window
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.close()
        notices = self.window.notices
        while (row := notices.takeAt(0)) is not None:
            if (bar := row.widget()) is not None:
                bar.hide()
                bar.deleteLater()
        if "structured" in self.window.panels:
            self._clear_structured()
        self.inspector.tabs.pick(0)
        self.inspector.events.filter.text.clear()
        self.sessions.search.clear()
        self.chat.composer.attachments.take()  # a draft that was saved would stay in the list
        self.chat.composer.write("")
        await self.settle()
        self.desk.settings.profile = "openai"
        self.desk.new_session()
        self.desk.session.call = Call(api=self.desk.profile.api)
        self.desk.session_shown.emit(self.desk.session)
        await self._forget()
        self.window.activateWindow()
        self.window.resize(*SIZE)
        self.window.reset_layout()
        self.chat.composer.draft.setFocus()
        await self.settle()

    async def _forget(self) -> None:
        """Whatever a state has written: it would stand in the lists of all that come after."""
        store = self.app.sessions.shelving
        left = [*await store.inside(Filter()), *await store.inside(Filter(trashed=True))]
        if left:
            over = "UPDATE run SET outcome = 'stopped' WHERE outcome IS NULL"  # nobody ends those
            await self.app.sessions._database.write(lambda connection: connection.execute(over))
            await self.desk.workspace.forget(*left)
            self.desk.sessions_changed.emit()

    def _clear_structured(self) -> None:
        """The panel as it is opened for the first time, and away from it."""
        panel = self.structured
        if not self.desk.session.runs:
            panel.composer.write("")
            panel._saving.stop()
            self.desk.keep()
        panel.as_code.setChecked(False)
        panel.code.forms.pick(0)
        panel.schema.leave_repair()
        panel.schema.views.pick(0)
        panel.schema.tree._open = None
        panel.answer.views.pick(0)
        self.window.show_panel("chat")

    # Photographs.

    def picture(self) -> QImage:
        """The window and what is open above it, as a person would see it."""
        image = self.subject.grab().toImage()
        painter = QPainter(image)
        for widget, place in self.shown()[1:]:
            if not _is_popup(widget):
                painter.fillRect(image.rect(), QColor(0, 0, 0, 60))
            painter.drawPixmap(place, widget.grab())
            if not _is_popup(widget):  # the frame that a window manager would draw
                painter.setPen(theme.current().colour("border"))
                painter.drawRect(QRect(place, widget.size()))
        painter.end()
        return image

    def shown(self) -> list[tuple[QWidget, QPoint]]:
        """What is in the picture and where: the window, then what is above it."""
        rows: list[tuple[QWidget, QPoint]] = [(self.subject, QPoint(0, 0))]
        for widget in self._above():
            room = self.subject.size() - widget.size()
            middle = QPoint(room.width() // 2, room.height() // 2)
            popup = _is_popup(widget)
            rows.append((widget, self.subject.mapFromGlobal(widget.pos()) if popup else middle))
        return rows

    def _above(self) -> list[QWidget]:
        return [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible() and widget is not self.subject and _belongs(widget, self.subject)
        ]


def _belongs(widget: QWidget, window: QWidget) -> bool:
    while (above := widget.parentWidget()) is not None:
        widget = above
    return widget is window


def _is_popup(widget: QWidget) -> bool:
    """Open at a place of its own, rather than in the middle of the window."""
    return widget.windowType() in (Qt.WindowType.Popup, Qt.WindowType.ToolTip)


async def on(home: Path) -> Stage:
    """A window on a fresh home."""
    desktop = Desktop(str(home), None)
    desktop.window.show()
    await desktop.furnish()
    stage = Stage(desktop)
    await stage.settle()
    return stage
