"""`playground run`: one turn, headless."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.app import App
    from playground.core.output import Mode, Output
    from playground.core.session import Run
    from playground.core.tools import Decision, Tool
    from playground.engine.approval import Request

HELP = "one turn without a window: print what the model answers"


MODES: dict[str, tuple[Mode, bool]] = {
    "strict": ("json_schema", True),
    "loose": ("json_schema", False),
    "object": ("json_object", True),
    "tool": ("tool", True),
}
"""How a schema is asked for, and whether the server is to hold the answer to it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    from playground.endpoints import BY_ID

    parser.add_argument("prompt", nargs="?", metavar="PROMPT", help="- reads standard input")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--profile", metavar="ID", help="default: the one used last")
    where.add_argument("--base-url", metavar="URL", help="any OpenAI-compatible server")
    parser.add_argument("--key-env", metavar="NAME", help="environment variable with the key")
    parser.add_argument("--api", choices=tuple(BY_ID), help="default: the profile's")
    parser.add_argument("--model", metavar="ID", help="default: the profile's, else the first")
    parser.add_argument("--instructions", metavar="TEXT", help="the developer message")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=JSON",
        type=_setting,
        help="a request field, e.g. temperature=0 or reasoning.effort=low",
    )
    parser.add_argument("--header", action="append", default=[], metavar="NAME=VALUE", type=_header)
    parser.add_argument(
        "--schema",
        metavar="FILE",
        help="structured output: JSON Schema, Pydantic source (file.py:Model) or sample JSON",
    )
    parser.add_argument(
        "--schema-mode",
        choices=tuple(MODES),
        default="strict",
        help="how it is asked for: held to by the server (default), loosely, as any JSON object, "
        "as a tool that has to be called",
    )
    parser.add_argument(
        "--attempts",
        type=_count,
        default=0,
        metavar="N",
        help="ask again so often when the answer does not satisfy the schema",
    )
    parser.add_argument(
        "--tools",
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE.py",
        help="Python functions as tools",
    )
    parser.add_argument("--mock", metavar="FILE.json", help="rules that answer calls instead")
    parser.add_argument(
        "--approve",
        choices=("all", "none"),
        default="none",
        help="tool calls (default: each is refused, and the model is told so)",
    )
    parser.add_argument(
        "--tool-timeout", type=_seconds, default=30.0, metavar="S", help="of one call (30)"
    )
    parser.add_argument(
        "--tool-memory", type=_count, default=512, metavar="MB", help="of one call (512)"
    )
    parser.add_argument("--max-steps", type=_count, metavar="N", help="requests of the loop (10)")
    parser.add_argument(
        "--budget", type=_dollars, metavar="USD", help="no request that would pass it"
    )
    parser.add_argument("--connect-timeout", type=_seconds, metavar="S")
    parser.add_argument("--first-token-timeout", type=_seconds, metavar="S")
    parser.add_argument("--idle-timeout", type=_seconds, metavar="S")
    parser.add_argument("--retries", type=_count, metavar="N")
    parser.add_argument("--no-stream", action="store_true")
    parser.add_argument("--session", metavar="ID", help="continue a session")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=JSON")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # a bare word is a string: effort=low


def _header(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value


def _dollars(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal(-1)
    if not (value.is_finite() and value >= 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of US dollars")
    return value


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def main(args: argparse.Namespace) -> int:
    from playground.core.problem import Failure

    if args.attempts and not args.schema:
        print("playground run: --attempts goes with --schema", file=sys.stderr)
        return 2
    if args.prompt is None and args.tools and not args.tools[-1].endswith(".py"):
        args.prompt = args.tools.pop()  # what stands behind the files is the prompt
    prompt = sys.stdin.read() if args.prompt in (None, "-") else args.prompt
    if not prompt.strip():
        print("playground run: there is nothing to ask: the prompt is empty", file=sys.stderr)
        return 2
    try:
        return asyncio.run(_turn(args, prompt))
    except Failure as failure:
        from playground.commands.words import tell

        tell(failure.problem)
        return 1
    except KeyboardInterrupt:  # before the run could be stopped, or where there are no signals
        return 130


def _output(args: argparse.Namespace) -> Output:
    """The form of the answer that `--schema` asks for. A schema that is not strict is repaired
    where it has to be, which is said on stderr. Raises Failure."""
    from playground.core.output import Output, named
    from playground.core.plain import terminal
    from playground.schemas.given import from_file
    from playground.schemas.repair import repair
    from playground.schemas.source import spelled

    given = from_file(args.schema)
    mode, strict = MODES[args.schema_mode]
    schema = given.schema
    rows = list(given.notes)
    if strict and mode != "json_object":
        schema, repairs, left = repair(schema)
        rows += [f"{spelled(one.path)}: {one.words}" for one in repairs]
        rows += [f"{spelled(one.path)}: {one.message} [{one.rule}]" for one in left]
    for row in rows:
        print(terminal(f"{args.schema}: {row}"), file=sys.stderr)
    return Output(
        mode=mode,
        strict=strict,
        name=named(given.name),
        json_schema=schema,
        attempts=args.attempts,
    )


async def _approve(run: Run, request: Request) -> Decision:
    from playground.engine.approval import approve

    return await approve(request)


async def _tools(args: argparse.Namespace, app: App) -> list[Tool]:
    """The tools that are offered, and who answers for them. Raises Failure."""
    from playground.core.plain import terminal
    from playground.core.problem import Failure

    box = app.toolbox
    await box.ready()
    tools: list[Tool] = []
    for file in args.tools:
        try:
            source = await box.open_python(Path(file))
        except Failure as failure:
            problem = failure.problem
            raise Failure(
                problem.model_copy(update={"title": f"{file}: {problem.title}"})
            ) from failure
        if not source.tools:
            print(terminal(f"{file}: it has no functions that could be tools"), file=sys.stderr)
        for note in source.notes:
            print(terminal(f"{file}: {note}"), file=sys.stderr)
        tools += source.tools
    if args.mock:
        box.settings.rules, box.settings.rule_set = str(Path(args.mock).resolve()), ""
        await box.load_rules()
        if box.rules_wrong is not None:
            raise Failure(box.rules_wrong)
        rules = box.mock.rules
        ruled = {rule.tool for rule in rules.rules} | set(rules.defaults) if rules else set()
        if not args.tools:
            tools = [tool for tool in box.tools if tool.name in ruled]
        tools = [
            tool.model_copy(update={"mode": "mock" if tool.name in ruled else tool.mode})
            for tool in tools
        ]
    return tools


async def _turn(args: argparse.Namespace, prompt: str) -> int:
    from playground.app import adhoc, home_of, opened
    from playground.commands.words import Printer, conclude, tell, way_out
    from playground.core.endpoint import carried
    from playground.core.problem import Failure, Problem
    from playground.core.profile import Profile
    from playground.endpoints import BY_ID
    from playground.engine.report import EXIT, describe
    from playground.schemas.source import written

    output = _output(args) if args.schema else None
    async with opened(home_of(args.home), tell) as app:
        workspace = app.workspace
        session = await workspace.load(args.session) if args.session else None
        profile: Profile
        if args.base_url:
            profile = adhoc(args.base_url)
            app.adopt(profile)
        elif args.profile:
            profile = app.profile(args.profile)
        elif session is not None:
            profile = app.profile(session.profile)
        else:
            profile = app.default_profile()
        if args.key_env:
            profile = profile.model_copy(update={"key_env": args.key_env})
            app.adopt(profile, key_env_only=True)
        if session is None:
            session = workspace.new_session(profile)
        same_server = session.profile == profile.id
        api = args.api or (session.call.api if same_server else profile.api)
        if output is not None and output.mode not in BY_ID[api].modes:
            title = f"{BY_ID[api].title} takes no schema."
            raise Failure(Problem(title=title, remedy="change_request"))
        asked = output or session.call.output
        if asked.mode not in BY_ID[api].modes:
            asked = asked.model_copy(update={"mode": "text"})  # the session's, of another dialect
        fields = carried(session.call.fields, BY_ID[session.call.api], BY_ID[api])
        call = session.call.model_copy(
            update={
                "api": api,
                "model": args.model or (session.call.model if same_server else ""),
                "fields": {**fields, **dict(args.set)},
                "headers": {**session.call.headers, **dict(args.header)},
                "stream": not args.no_stream,
                "output": asked,
            }
        )
        if args.tools or args.mock:
            app.tool_limits = (args.tool_timeout, args.tool_memory)
            call.tools = await _tools(args, app)
        if args.max_steps is not None:
            call.steps = args.max_steps
        if args.approve == "all":
            app.ask = _approve
        app.budget = args.budget
        if args.instructions is not None:
            call.instructions = args.instructions
        session.profile, session.call = profile.id, call
        given = {
            "connect": args.connect_timeout,
            "first_token": args.first_token_timeout,
            "idle": args.idle_timeout,
            "retries": args.retries,
        }
        app.limits = {name: value for name, value in given.items() if value is not None}
        run = workspace.ask(session, prompt)
        task = asyncio.ensure_future(workspace.go(run, profile))
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows has only KeyboardInterrupt
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, task.cancel)
        printer = Printer(run, quiet=args.json, named=bool(args.model))
        with contextlib.suppress(asyncio.CancelledError):
            await printer.follow(task)
        if args.json:
            print(written(describe(run)))
        else:
            conclude(run, way_out(run))
        return EXIT[run.transcript.outcome or "stopped"]
