"""The command line: one file per command, each importing only what it needs.

A command module has HELP, `arguments(parser)` and `main(args) -> exit status`. It is imported when
it is called, so that the window does not wait for the others.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NamedTuple, Protocol


class CommandModule(Protocol):
    HELP: str

    def arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def main(self, args: argparse.Namespace) -> int: ...


class Command(NamedTuple):
    name: str
    load: Callable[[], CommandModule]


def _window() -> CommandModule:
    from playground.commands import window

    return window


def _tour() -> CommandModule:
    from playground.commands import tour

    return tour


def _run() -> CommandModule:
    from playground.commands import run

    return run


def _sandbox() -> CommandModule:
    from playground.commands import sandbox

    return sandbox


def _model() -> CommandModule:
    from playground.commands import model

    return model


def _sessions() -> CommandModule:
    from playground.commands import sessions

    return sessions


def _export() -> CommandModule:
    from playground.commands import export

    return export


def _import() -> CommandModule:
    from playground.commands import import_

    return import_


def _replay() -> CommandModule:
    from playground.commands import replay

    return replay


def _schema() -> CommandModule:
    from playground.commands import schema

    return schema


def _doctor() -> CommandModule:
    from playground.commands import doctor

    return doctor


WINDOW = Command("window", _window)

COMMANDS: tuple[Command, ...] = (
    WINDOW,
    Command("tour", _tour),
    Command("run", _run),
    Command("sandbox", _sandbox),
    Command("model", _model),
    Command("sessions", _sessions),
    Command("export", _export),
    Command("import", _import),
    Command("replay", _replay),
    Command("schema", _schema),
    Command("doctor", _doctor),
)
