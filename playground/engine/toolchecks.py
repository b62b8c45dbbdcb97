"""What is wrong with the arguments of a call, and with its result, by the schemas of its tool.

Both may take a moment, with schemas of strangers: they are asked in a thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from playground.core.problem import Failure
from playground.core.recording import parse
from playground.core.tools import Tool

log = logging.getLogger("tools")

TOLD = 20
"""Errors against a schema that are told at most."""

Check = Callable[[Tool, str], tuple[str, ...]]
"""What is wrong with the arguments of a call, in sentences."""

BREAKS = "The result breaks its schema"


def wrong(tool: Tool, arguments: str) -> tuple[str, ...]:
    """What is wrong with the arguments of a call, in sentences; of a custom tool any text will
    do. A schema that cannot check anything has nothing against them."""
    if tool.kind != "function":
        return ()
    value, why = parse(arguments)
    if why:
        return (f"Its arguments are no JSON: {why}.",)
    if not isinstance(value, dict):
        return ("Its arguments are no JSON object.",)
    if tool.parameters is None:
        return tuple(f"It takes no argument `{name}`." for name in list(value)[:TOLD])
    return tuple(f"{error}." for error in _errors(value, tool.parameters))


def offences(output: str, schema: Any) -> list[str]:
    """What of a result is against the schema of results, in sentences that begin with BREAKS."""
    value, why = parse(output)
    if why:
        return [f"{BREAKS}: it is no JSON ({why})."]
    return [f"{BREAKS}: {error}." for error in _errors(value, schema)]


def _errors(value: Any, schema: Any) -> list[str]:
    from playground.schemas.validation import errors  # slow to import

    try:
        return [str(error) for error in errors(value, schema)[:TOLD]]
    except Failure as failure:
        log.info("A tool's schema checks nothing: %s", failure)
        return []
