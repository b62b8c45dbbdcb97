"""The kind `replay`: an earlier run's results, by the tool's name and its arguments.

Equal calls get what equal calls got, in that order. What was not called then is not invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from playground.core.tools import Asked, Result, Tool
from playground.core.tools import canonical as canonical

Key = tuple[str, str]
"""The name of a tool, and arguments in their canonical form."""


class Replay:
    """One run over what another got: a second one begins with a new one of these."""

    id = "replay"

    def __init__(self, recorded: Mapping[Key, Sequence[str | Result]]) -> None:
        """recorded: results in the order of their calls; a string is one that went well."""
        self._recorded = recorded
        self._answered: Counter[Key] = Counter()

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        key = tool.name, canonical(arguments)
        results, number = self._recorded.get(key, ()), self._answered[key]
        if not results:
            return Result("Nothing was recorded for these arguments.", "failed")
        if number >= len(results):
            words = f"It was recorded {len(results)} times with these arguments, and not again."
            return Result(words, "failed")
        self._answered[key] += 1
        result = results[number]
        return Result(result) if isinstance(result, str) else result

    async def close(self) -> None:
        pass


def recorded(calls: Iterable[tuple[str, str, str | Result]]) -> dict[Key, list[str | Result]]:
    """(name, arguments, result) of calls in their order, as a Replay wants them."""
    made: dict[Key, list[str | Result]] = {}
    for name, arguments, result in calls:
        made.setdefault((name, canonical(arguments)), []).append(result)
    return made
