"""The window on top of the app: QApplication, the loop that Qt and asyncio share, start and end.

Besides ui/ the only place that knows Qt, and the only one that knows qasync. Nothing but Qt is
imported before the first paint.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication

from playground.store.place import home_path
from playground.ui import theme
from playground.ui.window import Window

if TYPE_CHECKING:
    from playground.app import App
    from playground.core.problem import Problem
    from playground.ui.shell import Shell

PATIENCE = 500
"""Milliseconds in which a first window on the same home must answer."""


def display_answers() -> bool:
    """Whether a window can be shown: not by Linux without a display server."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def peek(settings: Path) -> dict[str, Any]:
    """Theme and size for the first paint, before anything that could read settings properly is
    imported. Whatever is wrong with the file is told later, by who reads it properly."""
    try:
        data = json.loads(settings.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


class OneWindow(QObject):
    """Sees to it that a second start on the same home brings the first window to the front."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        digest = hashlib.sha256(os.fsencode(home.absolute())).hexdigest()[:16]
        user = os.getuid() if hasattr(os, "getuid") else 0
        self.name = f"playground-{user}-{digest}"
        self._server: QLocalServer | None = None

    def another(self) -> bool:
        """Whether there is one already; it was asked to come to the front."""
        socket = QLocalSocket()
        socket.connectToServer(self.name)
        if not socket.waitForConnected(PATIENCE):
            return False
        socket.write(b"show\n")
        socket.waitForBytesWritten(PATIENCE)
        socket.disconnectFromServer()
        return True

    def listen(self, show: Callable[[], None]) -> None:
        """Be the first window. What a killed one left behind is swept away."""
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self.name):
            QLocalServer.removeServer(self.name)
            server.listen(self.name)

        def connected() -> None:
            if (socket := server.nextPendingConnection()) is not None:
                socket.disconnected.connect(socket.deleteLater)
            show()

        server.newConnection.connect(connected)
        self._server = server

    def close(self) -> None:
        if self._server is not None:
            self._server.close()


def application() -> QApplication:
    """The one QApplication, set up for this program."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Playground")
    app.setDesktopFileName("playground")
    app.setQuitOnLastWindowClosed(False)
    return app


class Desktop:
    """One window over one app, from first paint to shutdown."""

    def __init__(self, home: str | None, profile: str | None) -> None:
        self.home = home
        self.profile = profile
        self.window = Window()
        self.app: App | None = None
        self.shell: Shell | None = None
        self._closing: asyncio.Event = asyncio.Event()
        self._stack = contextlib.AsyncExitStack()
        self.early: list[Problem] = []
        self.window.closing.connect(self._closing.set)

    def report(self, problem: Problem) -> None:
        """Shown when there is something to show it in."""
        if self.shell is not None:
            self.shell.desk.report(problem)
        else:
            self.early.append(problem)

    async def furnish(self) -> None:
        """Open the app and put the panels in. A home that cannot be used is said in the window."""
        from playground.app import home_of, opened
        from playground.core.problem import Failure
        from playground.ui import shell
        from playground.ui.desk import Desk
        from playground.ui.panels import DIALOGS, DOCKS, PANELS

        try:
            self.app = await self._stack.enter_async_context(
                opened(home_of(self.home), self.report)
            )
        except Failure as failure:
            self.early.append(failure.problem)
            shell.show_dead_end(self.window, failure.problem, self._closing.set)
            return
        app = self.app
        if self.profile:
            try:
                app.settings.profile = app.profile(self.profile).id
            except Failure as failure:
                self.early.append(failure.problem)
        desk = Desk(
            workspace=app.workspace,
            settings=app.settings,
            save=app.save_settings,
            profiles=app.profiles,
            default=app.default_profile,
            keys=app.keys,
        )
        self.shell = shell.Shell(self.window, desk, PANELS, DOCKS, DIALOGS, app.home.path)
        self._stack.push_async_callback(self._leave)
        if app.settings_problem is not None:
            self.early.append(app.settings_problem)
        for problem in self.early:
            self.shell.desk.report(problem)

    async def _leave(self) -> None:
        """What must happen before the app is taken apart: remember the window, end its tasks."""
        assert self.app is not None and self.shell is not None
        self.shell.close()
        await self.shell.desk.tasks.close()
        with contextlib.suppress(Exception):
            await self.app.save_settings()

    async def live(self) -> None:
        """Until the user closes the window."""
        await self._closing.wait()

    async def close(self) -> None:
        self.window.hide()
        await self._stack.aclose()


def run(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine on the loop that Qt and asyncio share."""
    import qasync

    app = application()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        return int(loop.run_until_complete(work()))


def first_paint(window: Window) -> asyncio.Future[None]:
    """Done when the window has been painted once and Qt has nothing else to do."""
    painted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def done() -> None:
        if not painted.done():
            painted.set_result(None)

    QTimer.singleShot(0, window, done)
    return painted


def tour(
    home: str, profile: str, out: Path, say: Callable[[str], None]
) -> dict[str, Any] | Problem:
    """Play the tour on a home; what it saw, or why it could not go on."""
    told: list[dict[str, Any] | Problem] = []

    async def work() -> int:
        from playground.core.problem import Failure
        from playground.ui.tour import Tour

        desktop = Desktop(home, None)
        desktop.window.show()
        await first_paint(desktop.window)
        try:
            await desktop.furnish()
            if desktop.shell is not None:
                told.append(await Tour(desktop.shell, out, say).play(profile))
        except Failure as failure:
            told.append(failure.problem)
        finally:
            await desktop.close()
        told.extend(desktop.early)
        return 0

    application()
    theme.apply("light")
    run(work)
    return told[0]


def main(home: str | None, profile: str | None) -> int:
    """Open the window and stay until it is closed; the exit status."""
    if not display_answers():
        sys.stderr.write(
            "There is no display to open a window on. `playground tour` shows it offscreen, "
            "`playground run` works without one.\n"
        )
        return 1
    application()
    folder = home_path(home, os.environ)
    one = OneWindow(folder)
    if one.another():
        sys.stderr.write("Playground is open already; its window comes to the front.\n")
        return 0
    said = peek(folder / "settings.json")
    theme.apply(said.get("theme", "system"), said.get("scale", 1.0))

    async def work() -> int:
        desktop = Desktop(home, profile)
        window = desktop.window

        def show() -> None:
            window.show()
            window.raise_()
            window.activateWindow()

        one.listen(show)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, ValueError):
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, desktop._closing.set)
        window.show()
        await first_paint(window)
        try:
            await desktop.furnish()
            await desktop.live()
        finally:
            await desktop.close()
            one.close()
        return 0

    return run(work)
