"""`playground sandbox`: the loopback OpenAI server."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from playground.core.resources import resource
from playground.sandbox import scenario, server
from playground.sandbox.routes import Sandbox, is_loopback
from playground.sandbox.scenario import BrokenScenarioError, Scenario

NAME = "sandbox"
HELP = "run the loopback OpenAI server: scripted, no key, no network"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="default: %(default)s")
    parser.add_argument(
        "--port",
        type=int,
        default=8901,
        metavar="N",
        help="0 takes a free one; default: %(default)s",
    )
    parser.add_argument(
        "--scenario",
        metavar="NAME",
        help="play this scenario, or this .json file, for every model",
    )
    parser.add_argument("--until-eof", action="store_true", help="end when standard input closes")


def main(args: argparse.Namespace) -> int:
    """Prints one line of JSON, `{"base_url": …, "pid": …}`, when it is ready."""
    try:
        scenarios = scenario.load_all(resource("scenarios"))
        only = _chosen(args.scenario, scenarios)
    except BrokenScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    guarded = is_loopback(args.host)
    if not guarded:
        print(f"Listening on {args.host}: other computers can reach this server.", file=sys.stderr)
    try:
        asyncio.run(_serve(args, scenarios, only, guarded))
    except (OSError, OverflowError) as error:
        print(f"Cannot listen on {args.host} port {args.port}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _serve(
    args: argparse.Namespace,
    scenarios: dict[str, Scenario],
    only: Scenario | None,
    guarded: bool,
) -> None:
    sandbox = Sandbox(scenarios, only=only, loopback_names_only=guarded)
    await server.run(sandbox.answer, args.host, args.port, _announce, until_eof=args.until_eof)


def _announce(base_url: str) -> None:
    print(json.dumps({"base_url": base_url, "pid": os.getpid()}), flush=True)


def _chosen(wanted: str | None, scenarios: dict[str, Scenario]) -> Scenario | None:
    if wanted is None:
        return None
    if wanted.endswith(".json"):
        return scenario.load(Path(wanted))
    if wanted not in scenarios:
        raise BrokenScenarioError(
            f"There is no scenario '{wanted}'. There are: {', '.join(scenarios)}."
        )
    return scenarios[wanted]
