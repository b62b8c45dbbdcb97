"""`playground import`: recordings out of files, each as a session of its own."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.app import App

HELP = "keep recorded runs and saved answers from files, each as a session"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="JSON Lines from `export`, an event stream, or an answer in JSON",
    )


def main(args: argparse.Namespace) -> int:
    """0: something of each file was read; what was left out is said."""
    from playground.commands.words import tell
    from playground.core.problem import Failure

    try:
        return asyncio.run(_import(args))
    except Failure as failure:
        tell(failure.problem)
        return 1
    except KeyboardInterrupt:
        return 130


async def _import(args: argparse.Namespace) -> int:
    from playground.app import home_of, opened
    from playground.commands.words import tell
    from playground.core.problem import Failure

    status = 0
    async with opened(home_of(args.home), tell) as app:
        for path in args.files:
            try:
                await _file(app, path)
            except Failure as failure:
                tell(failure.problem)
                status = 1
    return status


async def _file(app: App, path: Path) -> None:
    from playground.commands.waiting import watched
    from playground.commands.words import tell
    from playground.core.plain import terminal
    from playground.endpoints import BY_ID
    from playground.engine.importing import import_run
    from playground.export import reading

    words = f"Reading {path.name}"
    found = await watched(words, lambda progress: reading.opened(path, BY_ID, progress))
    if found.problem is not None:
        tell(found.problem)
    session = await import_run(
        app.workspace, found.run, app.profiles(), app.default_profile(), path
    )
    print(terminal(f"{session.id}  {found.run.id}  {session.title}"))
