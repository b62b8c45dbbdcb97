"""`playground import`: whole sessions, and recordings out of files, each as a session of its own;
and what somebody else wrote: prompts into the library, requests and conversations as sessions."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.app import App

HELP = "keep recorded runs, saved answers, requests and prompts from files"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="whole sessions or JSON Lines from `export`, an event stream, an answer in JSON; a"
        " preset, a saved prompt, a request or its messages in JSON, a cURL command",
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
    if await _whole(app, path) or await _foreign(app, path, words):
        return
    found = await watched(words, lambda progress: reading.opened(path, BY_ID, progress))
    if found.problem is not None:
        tell(found.problem)
    session = await import_run(
        app.workspace, found.run, app.profiles(), app.default_profile(), path
    )
    print(terminal(f"{session.id}  {found.run.id}  {session.title}"))


async def _whole(app: App, path: Path) -> bool:
    """Take over whole sessions; False: the file holds none."""
    from playground.commands.words import tell
    from playground.core.plain import terminal
    from playground.core.problem import Problem
    from playground.engine.sessionfile import import_sessions
    from playground.export.progress import Progress
    from playground.export.sessionreading import is_session_file

    if not is_session_file(path):
        return False
    found = await import_sessions(app.workspace, path, app.profiles(), Progress())
    for session in found.sessions:
        print(terminal(f"{session.id}  {session.title}"))
    if found.notices:
        title = f"{path.name} was taken over whole."
        tell(Problem(title=title, detail=" ".join(found.notices)))
    return True


async def _foreign(app: App, path: Path, words: str) -> bool:
    """Keep what somebody else wrote; False: the file is none of that."""
    import time

    from playground.commands.waiting import watched
    from playground.commands.words import tell
    from playground.core.plain import terminal
    from playground.core.problem import Problem
    from playground.core.withholding import names as withheld
    from playground.engine.foreign import opened
    from playground.engine.foreign_keeping import keep

    found = await watched(words, lambda _: opened(path, time.time()))
    if found is None:
        return False
    sessions = await keep(app.workspace, app.prompts, found, app.profiles(), app.default_profile())
    for session in sessions:
        print(terminal(f"{session.id}  {session.title}"))
    for prompt in found.prompts:
        print(terminal(f"{prompt.id}  {prompt.folder}/{prompt.title}"))
    tools = dict.fromkeys(name for session in sessions for name in withheld(session.call))
    waiting = f"Tools are not offered before you offer them: {', '.join(tools)}."
    if notices := [*found.notices, *([waiting] if tools else [])]:
        title = f"Not all of {path.name} was taken over."
        tell(Problem(title=title, detail=" ".join(notices)))
    return True
