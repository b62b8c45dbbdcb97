"""`playground export`: a recorded run as a file in one of the formats."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.export.base import Exporter

HELP = (
    "write a recorded run as JSON Lines, an event stream, HAR, Markdown, HTML, or code; or whole"
    " sessions"
)
SESSION, ALL = "session", "all"
"""The format of whole sessions, and what stands for all of them."""


def arguments(parser: argparse.ArgumentParser) -> None:
    from playground.export import EXPORTERS

    parser.add_argument(
        "run",
        metavar="RUN",
        help="the id of a run, or `last`; with --as session that of a session, or of one of its"
        " runs, or `all`",
    )
    parser.add_argument(
        "--as",
        dest="format",
        required=True,
        choices=[*(exporter.id for exporter in EXPORTERS), SESSION],
        help=", ".join(f"{exporter.id}: {exporter.title}" for exporter in EXPORTERS)
        + f", {SESSION}: a whole session, for `import`",
    )
    parser.add_argument(
        "--leg",
        type=_leg,
        metavar="N",
        help="with --as sse: the answer to the Nth request of the run; default: the last one",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")


def _leg(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a request, from 1")
    return int(text) - 1


def main(args: argparse.Namespace) -> int:
    from playground.commands.words import tell
    from playground.core.problem import Failure
    from playground.export import EXPORTERS

    exporter = next((one for one in EXPORTERS if one.id == args.format), None)
    if args.leg is not None and not (exporter is not None and exporter.legs):
        print(f"playground export: --leg is not for --as {args.format}", file=sys.stderr)
        return 2
    try:
        asyncio.run(_sessions(args) if exporter is None else _export(args, exporter))
    except Failure as failure:
        tell(failure.problem)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


async def _export(args: argparse.Namespace, exporter: Exporter) -> None:
    from playground.app import home_of, opened
    from playground.commands.waiting import watched
    from playground.commands.words import tell
    from playground.core.problem import Failure
    from playground.core.profile import Profile
    from playground.export.base import Exported
    from playground.export.progress import Progress
    from playground.export.saving import save, written

    async with opened(home_of(args.home), tell) as app:
        run = await app.sessions.run(args.run)
        session = await app.sessions.load(run.session)
        profile = Profile(id=run.profile, name=run.profile)
        with contextlib.suppress(Failure):  # it may have been deleted since
            profile = app.profile(run.profile)
        history = tuple(session.history(run.parent))
        exported = Exported(run, profile, history, args.leg)
        if args.out is not None:
            words = f"Writing {args.out.name}"
            await watched(words, lambda progress: save(exporter, exported, args.out, progress))
        else:
            for piece in written(exporter, exported, Progress()):
                _print(piece)


async def _sessions(args: argparse.Namespace) -> None:
    from playground.app import home_of, opened
    from playground.commands.words import tell
    from playground.core.problem import Failure
    from playground.engine.sessionfile import pieces, save
    from playground.export.progress import Progress

    async with opened(home_of(args.home), tell) as app:
        if args.run == ALL:
            ids = [row.id for row in reversed(await app.sessions.list(limit=-1))]
        else:
            try:
                ids = [(await app.sessions.load(args.run)).id]
            except Failure as failure:
                if failure.problem.code != "not_found":
                    raise
                ids = [(await app.sessions.run(args.run)).session]
        progress = Progress()
        if args.out is not None:
            await save(app.workspace, ids, args.out, progress)
            return
        async for piece in pieces(app.workspace, ids, progress):
            _print(piece)


def _print(data: bytes) -> None:
    """Into a pipe to the byte; on a terminal without what would drive it."""
    from playground.core.plain import terminal

    if sys.stdout.isatty():
        print(terminal(data.decode("utf-8", "replace")), end="")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
