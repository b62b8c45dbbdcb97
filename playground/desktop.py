"""The window on top of the app: QApplication, the loop that Qt and asyncio share, start and end.

Besides ui/ the only place that knows Qt, and the only one that knows qasync. Nothing but Qt is
imported before the first paint; asyncio alone would hold it up by a fifth.
"""

from __future__ import annotations

import contextlib
import gc
import linecache
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from playground.store.place import home_path
from playground.ui import theme
from playground.ui.onewindow import OneWindow
from playground.ui.window import Window

if TYPE_CHECKING:
    import asyncio

    from playground.app import App
    from playground.core.problem import Problem
    from playground.ui.shell import Shell

LATEST = 1000
"""Milliseconds after which the start goes on even if no paint was seen: a window that opens
minimised or on another desk is never asked to paint."""

GIVE_WAY = 0.0005
"""Seconds for which another thread may go on when the window wants the interpreter. Python's own
5 ms are a third of a frame, and come with every call into Qt that lets go of it."""

OLD = 100
"""Collections of the middle generation before one of the old, which Python would do after 10."""

SLICES = (
    "pydantic.main",
    "playground.core.problem",
    "playground.core.session",
    "playground.endpoints",
    "playground.engine.workspace",
    "playground.app",
    "playground.core.markdown",
    "playground.ui.widgets.prose",
    "playground.ui.shell",
    "playground.ui.panels.chat",
    "playground.ui.panels",
)
"""What takes longest to import; the window answers between two of them."""


def display_answers() -> bool:
    """Whether a window can be shown: not by Linux without a display server."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def peek(settings: Path) -> tuple[str, float]:
    """Theme and size for the first paint, before anything that could read settings properly is
    imported. Whatever is wrong with the file is told later, by who reads it properly."""
    name, scale = "system", 1.0
    if settings.exists():
        import json

        with contextlib.suppress(OSError, ValueError, RecursionError):
            data = json.loads(settings.read_bytes())
            said = data if isinstance(data, dict) else {}
            name = str(said.get("theme", name))
            if isinstance(given := said.get("scale"), int | float) and 0.5 <= given <= 4:
                scale = float(given)
    return name, scale


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Around the start: what it has made, and what goes on beside it, do not disturb frames later.

    Looking through all that a start has made for garbage takes 40 to 120 ms, and would come in the
    middle of a stream; it is never done. The events of a long stream take as long, so old objects
    are looked through more rarely.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, OLD)
        gc.enable()
        sys.setswitchinterval(GIVE_WAY)


def application() -> QApplication:
    """The one QApplication, set up for this program."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    # The style by its name, and not by theme.apply: that would have PySide make all of QStyle.
    app = QApplication([*sys.argv[:1], "-style", theme.STYLE])
    app.setProperty("style", theme.STYLE)
    app.setApplicationName("Playground")
    app.setDesktopFileName("playground")
    app.setQuitOnLastWindowClosed(False)
    return app


class Desktop:
    """One window over one app, from its furnishing to shutdown. Made in a running loop."""

    def __init__(self, home: str | None, profile: str | None, window: Window | None = None) -> None:
        import asyncio

        self.home = home
        self.profile = profile
        self.window = window or Window()
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
        import asyncio

        await imported(*SLICES)
        from playground.app import home_of, opened
        from playground.core.problem import Failure
        from playground.ui import shell
        from playground.ui.desk import Desk
        from playground.ui.panels import DIALOGS, DOCKS, PANELS
        from playground.ui.rehearsal import rehearse

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
            toolbox=lambda: app.toolbox,
            approvals=app.approvals,
            prompts=app.prompts,
            purse=app.purse,
            price_file=app.price_file,
            ledger=app.ledger,
        )
        app.ask, app.answer = desk.approving.ask, desk.approving.answer
        app.debugger, app.keep = desk.debugger, desk.save_settings
        self.shell = shell.Shell(self.window, desk, PANELS, DOCKS, DIALOGS, app.home.path)
        self._stack.push_async_callback(self._leave)
        if app.settings_problem is not None:
            self.early.append(app.settings_problem)
        for problem in self.early:
            self.shell.desk.report(problem)
        for _ in rehearse(self.window):
            await asyncio.sleep(0)

    async def _leave(self) -> None:
        """What must happen before the app is taken apart: remember the window, end its tasks."""
        assert self.app is not None and self.shell is not None
        self.shell.close()
        await self.shell.desk.tasks.close()
        with contextlib.suppress(Exception):
            await self.shell.desk.settle()
        with contextlib.suppress(Exception):
            await self.app.save_settings()

    async def live(self) -> None:
        """Until the user closes the window."""
        await self._closing.wait()

    async def close(self) -> None:
        self.window.hide()
        await self._stack.aclose()


async def imported(*names: str) -> None:
    """Import modules, with a turn of the loop after each."""
    import asyncio

    for name in names:
        # PySide reads the source of every module that is imported, and never lets go of it.
        linecache.clearcache()
        import_module(name)
        await asyncio.sleep(0)
    linecache.clearcache()


def run(work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine on the loop that Qt and asyncio share."""
    import asyncio

    import qasync

    app = application()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        return int(loop.run_until_complete(work()))


class _FirstPaint(QObject):
    """Ends Qt's loop when the window has been painted for the first time."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, QApplication.exit)  # after this paint
        return False


def paint(window: Window) -> None:
    """Show the window and return when it has been painted.

    Qt's own loop runs for it: importing the one that is shared with asyncio would come first.
    """
    seen, late = _FirstPaint(), QTimer(singleShot=True, interval=LATEST)
    late.timeout.connect(QApplication.exit)
    window.installEventFilter(seen)
    window.show()
    late.start()
    QApplication.exec()


def tour(
    home: str, profile: str, out: Path, say: Callable[[str], None]
) -> dict[str, Any] | Problem:
    """Play the tour on a home; what it saw, or why it could not go on."""
    told: list[dict[str, Any] | Problem] = []

    async def work() -> int:
        from playground.core.problem import Failure
        from playground.ui.tour import Tour

        desktop = Desktop(home, None, window)
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
    window = Window()
    paint(window)
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
    theme.apply(*peek(folder / "settings.json"))
    window = Window()

    def show() -> None:
        window.show()
        window.raise_()
        window.activateWindow()

    paint(window)
    one.listen(show)

    async def work() -> int:
        import asyncio

        desktop = Desktop(home, profile, window)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, ValueError):
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, desktop._closing.set)
        try:
            with undisturbed():
                await desktop.furnish()
            await desktop.live()
        finally:
            await desktop.close()
            one.close()
        return 0

    return run(work)
