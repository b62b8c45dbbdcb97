"""`playground`: finds the command, reads its arguments, runs it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from playground import __version__
from playground.commands import COMMANDS, WINDOW, Command

NAMES = {command.name: command for command in COMMANDS}


def main(argv: Sequence[str] | None = None) -> int:
    args = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # Servers send any character; a terminal that cannot show one must not end the program.
            stream.reconfigure(errors="replace")
    chosen, rest = split(args)
    if chosen is None:
        parser = argparse.ArgumentParser("playground", description=__doc__)
        rows = parser.add_subparsers(title="commands", metavar="COMMAND")
        for command in COMMANDS:
            module = command.load()
            module.arguments(rows.add_parser(command.name, help=module.HELP))
        parser.add_argument("--version", action="version", version=f"playground {__version__}")
        common(parser)
        parser.parse_args(rest)
        return 2
    module = chosen.load()
    parser = argparse.ArgumentParser(f"playground {chosen.name}", description=module.HELP)
    common(parser)
    module.arguments(parser)
    parsed = parser.parse_args(rest)
    if parsed.home:
        os.environ["PLAYGROUND_HOME"] = parsed.home
    try:
        return module.main(parsed)
    except BrokenPipeError:  # `playground run … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:  # while what a command needs is still imported
        return 130


def common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--home", metavar="DIR", help="database, settings and logs live here")


def split(args: list[str]) -> tuple[Command | None, list[str]]:
    """(the command, its arguments). Without a name it is the window; None: tell about all."""
    takes_value = False
    for number, word in enumerate(args):
        if takes_value:
            takes_value = False
        elif word in ("-h", "--help", "--version"):
            return None, [word]
        elif word in ("--home", "--profile"):
            takes_value = True
        elif not word.startswith("-"):
            if word in NAMES:
                return NAMES[word], args[:number] + args[number + 1 :]
            return None, args
    return WINDOW, args


if __name__ == "__main__":
    sys.exit(main())
