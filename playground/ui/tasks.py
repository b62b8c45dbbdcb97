"""The one door from Qt slots to coroutines, and dialogs that a coroutine can wait for.

Slots are ordinary functions. `Tasks.start` begins a coroutine on behalf of a widget; when the
widget goes, so do its coroutines. Nothing here or anywhere runs a nested event loop: inside a
coroutine it would stop every other task for good.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from playground.core.problem import Problem, from_exception


class Tasks:
    def __init__(self, report: Callable[[Problem], None]) -> None:
        self._report = report
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, Any], owner: QObject) -> asyncio.Future[Any]:
        """Run `work` until it ends or `owner` is destroyed. Its failure is reported, not raised.
        After `close` nothing is begun any more."""
        if self._closed:
            work.close()
            refused = asyncio.get_running_loop().create_future()
            refused.cancel()
            return refused
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._running.add(task)

        def cancel() -> None:
            task.cancel()

        owner.destroyed.connect(cancel)

        def ended(_: asyncio.Task[Any]) -> None:
            self._running.discard(task)
            with contextlib.suppress(RuntimeError):  # the owner went first
                owner.destroyed.disconnect(cancel)
            if not task.cancelled() and (error := task.exception()) is not None:
                self._report(from_exception(error))

        task.add_done_callback(ended)
        return task

    async def close(self) -> None:
        """Cancel what is left, wait for it, and begin nothing new."""
        self._closed = True
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def answered(dialog: QDialog) -> bool:
    """Open a dialog and wait until the user accepts (True) or leaves it."""
    future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def finished(result: int) -> None:
        if not future.done():
            future.set_result(result == int(QDialog.DialogCode.Accepted))

    dialog.finished.connect(finished)
    dialog.open()
    try:
        return await future
    finally:
        dialog.deleteLater()
