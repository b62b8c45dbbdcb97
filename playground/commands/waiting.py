"""Waiting for long work: on a terminal its progress, and Ctrl+C ends it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import TypeVar

from playground.core.plain import terminal
from playground.export.progress import Cancelled, Progress

T = TypeVar("T")

LOOK = 0.1
"""Seconds between two looks."""
PATIENCE = 0.5
"""Seconds after which there is something to say."""


async def watched(words: str, work: Callable[[Progress], T]) -> T:
    """What `work` gives, done in a thread. Raises what it raises. Who is cancelled here waits until
    the thread has heard of it."""
    progress = Progress()
    task = asyncio.ensure_future(asyncio.to_thread(work, progress))
    told = sys.stderr.isatty()
    shown = ""
    try:
        await asyncio.wait({task}, timeout=PATIENCE if told else None)
        while not task.done():
            share = progress.share
            shown = terminal(words) + ("…" if share is None else f" … {share:.0%}")
            print(f"\r{shown}", end="", file=sys.stderr, flush=True)
            await asyncio.wait({task}, timeout=LOOK)
    except asyncio.CancelledError:  # Ctrl+C: nothing may be left half done
        progress.cancelled = True
        await asyncio.wait({task})
        error = task.exception()
        if error is not None and not isinstance(error, Cancelled):
            raise error from None
        raise
    finally:
        if shown:
            print("\r" + " " * len(shown) + "\r", end="", file=sys.stderr, flush=True)
    return task.result()
