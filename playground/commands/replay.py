"""`playground replay`: re-reads a recording offline and prints what `run` would have printed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

HELP = "re-read a recorded run, or an exported file, offline"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN|FILE", help="the id of a run, `last`, or a file that was exported"
    )
    parser.add_argument("--speed", type=_speed, metavar="X", help="in time, X times as fast")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def _speed(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a speed between 0 and 1000")
    return value


def main(args: argparse.Namespace) -> int:
    from playground.commands.words import tell
    from playground.core.problem import Failure

    try:
        return asyncio.run(_replay(args))
    except Failure as failure:
        tell(failure.problem)
        return 1
    except KeyboardInterrupt:
        return 130


async def _replay(args: argparse.Namespace) -> int:
    from playground.app import home_of, opened
    from playground.commands.waiting import watched
    from playground.commands.words import Printer, conclude, tell
    from playground.core.session import Run
    from playground.endpoints import BY_ID
    from playground.engine.report import EXIT, describe
    from playground.export import reading
    from playground.schemas.source import written

    path = Path(args.run)
    if path.is_file():
        found = await watched(
            f"Reading {path.name}", lambda progress: reading.opened(path, BY_ID, progress)
        )
        if found.problem is not None:
            tell(found.problem)
        source = found.run
    else:
        async with opened(home_of(args.home), tell) as app:
            source = await app.workspace.sessions.run(args.run)
    # The same reader that read it live reads it again, from nothing.
    run = Run(
        id=source.id,
        session=source.session,
        parent=source.parent,
        call=source.call,
        profile=source.profile,
        input=source.input,
        reduce=BY_ID[source.call.api].reduce,
        created=source.created,
        cost=source.cost,
    )
    printer = Printer(run, quiet=args.json, named=True)
    before = 0
    for event in source.recording:
        if args.speed and event.t > before:
            printer.look()
            await asyncio.sleep((event.t - before) / 1e9 / args.speed)
            before = event.t
        run.take([event])
    printer.end()
    if args.json:
        print(written(describe(run)))
    else:
        conclude(run)
    if run.transcript.outcome is None:
        print("The recording has no end: the run may still be going on.", file=sys.stderr)
        return 1
    return EXIT[run.transcript.outcome]
