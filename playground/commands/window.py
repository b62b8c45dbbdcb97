"""`playground`: the window."""

from __future__ import annotations

import argparse

HELP = "open the window (also what happens without a command)"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="ID", help="the server to start with")


def main(args: argparse.Namespace) -> int:
    from playground import desktop

    return desktop.main(args.home, args.profile)
