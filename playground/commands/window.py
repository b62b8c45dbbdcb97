"""`playground`: the window."""

from __future__ import annotations

import argparse

HELP = "open the window (also what happens without a command)"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="ID", help="the server to start with")


def main(args: argparse.Namespace) -> int:
    try:
        from playground import desktop
    except ImportError as error:
        # Not before: the first paint waits for every import.
        from playground.commands.words import tell, without_qt

        tell(without_qt(error))
        return 1
    return desktop.main(args.home, args.profile)
