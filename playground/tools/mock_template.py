"""Templates in the replies of mock rules: `{{arguments.city}}`, `{{tool}}`, `{{call_id}}`.

Behind `arguments` stands what stands behind the `$` of a JSONPath; of several values the first is
taken. A string that is one placeholder and nothing else becomes the value, whatever its type;
within other text a string stands as it is, anything else as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.tools.jsonpath import PathError, parsed

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
FACTS = ("tool", "call_id")
"""Placeholders beside the arguments."""

DEEPEST = 100
"""Levels of a reply."""


class TooLongError(ValueError):
    """What was filled in became larger than anybody keeps."""


def check(value: Any) -> None:
    """Raises ValueError when a placeholder in it cannot be read, or it is nested too deeply."""
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError(f"it is nested more than {DEEPEST} levels deep")
        if isinstance(one, str):
            for name in PLACEHOLDER.findall(one):
                _check_name(name)
        elif isinstance(one, list | dict):
            inner = [*one, *one.values()] if isinstance(one, dict) else one
            waiting += [(child, depth + 1) for child in inner]


@dataclass(slots=True)
class Filling:
    """One reply being filled in."""

    arguments: Any
    """Of the call, read; None where they could not be."""
    facts: Mapping[str, str]
    """Values of FACTS."""
    room: int
    """Characters that may still be filled in."""
    missing: list[str] = field(default_factory=list)
    """Placeholders for which the call had nothing: each is null, or empty within text."""

    def fill(self, value: Any) -> Any:
        """The value with everything filled in, names too. Raises TooLongError."""
        match value:
            case str():
                return self._text(value)
            case list():
                return [self.fill(one) for one in value]
            case dict():
                return {self.joined(key): self.fill(one) for key, one in value.items()}
            case _:
                return value

    def joined(self, text: str) -> str:
        """Text that stays text. Raises TooLongError."""
        return PLACEHOLDER.sub(lambda found: self._written(found[1]), text)

    def _text(self, text: str) -> Any:
        whole = PLACEHOLDER.fullmatch(text)
        if whole is None or "{{" in whole[1]:
            return self.joined(text)
        self._written(whole[1])
        return self._value(whole[1])

    def _written(self, name: str) -> str:
        value = self._value(name)
        if value is None:
            written = "" if name in self.missing else "null"
        else:
            written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self.room -= len(written)
        if self.room < 0:
            raise TooLongError(f"{{{{{name}}}}} makes the reply too long")
        return written

    def _value(self, name: str) -> Any:
        if name in self.facts:
            return self.facts[name]
        found = parsed(f"${name.removeprefix('arguments')}").select(self.arguments)
        if not found and name not in self.missing:
            self.missing.append(name)
        return found[0] if found else None


def _check_name(name: str) -> None:
    if name in FACTS:
        return
    rest = name.removeprefix("arguments")
    if rest == name or rest[:1] not in ("", ".", "["):
        known = ", ".join(f"{{{{{one}}}}}" for one in ("arguments.NAME", *FACTS))
        raise ValueError(f"there is no placeholder {{{{{name}}}}}; there are {known}")
    try:
        parsed(f"${rest}")
    except PathError as error:
        raise ValueError(f"{{{{{name}}}}}: {error}") from error
