"""`playground tour`: the real window, shown step by step; offscreen when there is no display."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

HELP = "show what there is through the real window, with a picture of each step"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", metavar="DIR", help="default: playground-tour, here")
    parser.add_argument("--profile", metavar="ID", help="default: the bundled model")


def main(args: argparse.Namespace) -> int:
    """Plays on a home of its own, in the folder of the pictures, unless one is named."""
    if sys.platform not in ("win32", "darwin") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from playground.commands.words import tell, without_qt
    from playground.core.problem import Problem
    from playground.core.profile import LOCAL

    try:
        from playground import desktop
    except ImportError as error:
        tell(without_qt(error))
        return 1

    out = Path(args.out or "playground-tour").absolute()
    home = args.home or str(out / "home")
    told = desktop.tour(home, args.profile or LOCAL, out, lambda line: print(line, flush=True))
    if isinstance(told, Problem):
        tell(told)
        return 1
    me = Path(sys.argv[0]).name
    if me != "playground":
        me = f"{shlex.quote(sys.executable)} -m playground"
    print(
        f"""
{told["model"]} was asked: {told["question"]}
It answered: {told["answer"]}
{told["input_tokens"]} tokens in, {told["output_tokens"]} out; the first token came after \
{told["first_token_s"]} s, then {told["tokens_per_s"]} tokens/s.

Pictures of each step: {out}

Next, ask something yourself:
  {me} run --home {shlex.quote(home)} "Why is the sea salty?\""""
    )
    return 0
