"""`playground export`: a recorded run as a file in one of the formats."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

HELP = "write a recorded run as JSON Lines, an event stream, Markdown, a replay in HTML, or code"


def arguments(parser: argparse.ArgumentParser) -> None:
    from playground.export import EXPORTERS

    parser.add_argument("run", metavar="RUN", help="the id of a run, or `last`")
    parser.add_argument(
        "--as",
        dest="format",
        required=True,
        choices=[exporter.id for exporter in EXPORTERS],
        help=", ".join(f"{exporter.id}: {exporter.title}" for exporter in EXPORTERS),
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")


def main(args: argparse.Namespace) -> int:
    from playground.commands.words import tell
    from playground.core.problem import Failure

    try:
        _put(asyncio.run(_export(args)), args.out)
    except Failure as failure:
        tell(failure.problem)
        return 1
    return 0


async def _export(args: argparse.Namespace) -> bytes:
    from playground.app import home_of, opened
    from playground.commands.words import tell
    from playground.core.problem import Failure
    from playground.core.profile import Profile
    from playground.export import EXPORTERS
    from playground.export.base import Exported

    exporter = next(one for one in EXPORTERS if one.id == args.format)
    async with opened(home_of(args.home), tell) as app:
        run = await app.sessions.run(args.run)
        session = await app.sessions.load(run.session)
        profile = Profile(id=run.profile, name=run.profile)
        with contextlib.suppress(Failure):  # it may have been deleted since
            profile = app.profile(run.profile)
        history = tuple(session.history(run.parent))
        data = exporter.write(Exported(run, profile, history))
    return data.encode("utf-8", "replace") if isinstance(data, str) else data


def _put(data: bytes, out: Path | None) -> None:
    """Into a file or a pipe to the byte; on a terminal without what would drive it."""
    from playground.core.plain import terminal
    from playground.core.problem import Failure, Problem

    if out is not None:
        try:
            out.write_bytes(data)
        except OSError as error:
            raise Failure(
                Problem(title=f"{out} cannot be written.", detail=error.strerror or str(error))
            ) from error
    elif sys.stdout.isatty():
        print(terminal(data.decode("utf-8", "replace")), end="")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
