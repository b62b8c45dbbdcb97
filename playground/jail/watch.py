"""The process beside the payload, which ends it: by the clock, or when nobody wants it any more."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Mapping
from typing import Any, NoReturn

SIGNALLED = 128
"""A status above says which signal it was."""


class Report:
    """The pipe to who began us: lines of JSON.

    {"confined": [layers]}, {"failed": words},
    {"ended": "exited" | "signal" | "timeout" | "cpu" | "stopped", "status": 0, "cpu": seconds}
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def tell(self, **facts: Any) -> None:
        with contextlib.suppress(OSError):  # nobody listens any more
            os.write(self._handle, json.dumps(facts).encode() + b"\n")


def watch(
    payload: int,
    handles: tuple[int, int],
    limits: Mapping[str, Any],
    report: Report,
    *,
    wrapped: bool,
) -> NoReturn:
    """handles: of the pipe that closes when all shall end, and of the one that wakes us when a
    child has ended. wrapped: the payload is the child of one that gives its status as shells do.
    """
    line, wake = handles
    poll = select.poll()
    poll.register(line, select.POLLIN | select.POLLHUP)
    poll.register(wake, select.POLLIN)
    until = None if limits["seconds"] is None else time.monotonic() + limits["seconds"]
    reason = ""
    while not (found := _reaped(payload)):
        left = None if until is None else until - time.monotonic()
        ready = [] if left is not None and left <= 0 else poll.poll(left and left * 1000)
        if not ready and (until is None or time.monotonic() < until):
            continue
        if wake in (handle for handle, _ in ready):
            os.read(wake, 4096)
        if not reason and (not ready or line in (handle for handle, _ in ready)):
            reason = "timeout" if not ready else "stopped"
            until = None
            poll.unregister(line)
            os.kill(payload, signal.SIGKILL)
    status, cpu = found
    if wrapped:
        status = SIGNALLED - status if status > SIGNALLED else status
        with contextlib.suppress(ChildProcessError):
            while True:  # those whom it left to us, and who end with it
                os.wait()
    if not reason:
        allowed = limits["cpu"]
        spent = status == -signal.SIGKILL and allowed is not None and cpu >= allowed
        over = spent or status == -signal.SIGXCPU
        reason = "exited" if status >= 0 else "cpu" if over else "signal"
    report.tell(ended=reason, status=status, cpu=cpu)
    os._exit(0)


def _reaped(payload: int) -> tuple[int, float] | None:
    """Status and seconds of a processor when the payload has ended; others are just let go."""
    while True:
        try:
            found, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if found == payload:
            return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        if not found:
            return None


def hush() -> None:
    """The payload alone holds the pipes, so that they close with it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)
