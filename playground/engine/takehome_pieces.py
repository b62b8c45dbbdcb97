"""What a program does with a response: the same in both languages, in the words of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from playground.core.profile import Api
from playground.engine.takehome_asked import Asked


@dataclass(frozen=True, slots=True)
class Pieces:
    """Statements of a language. In them, Model and NAME stand for the model, and for the name of
    the tool as a literal."""

    whole: str
    """What ends with a choice that was cut off. `parse` does so by itself."""
    begun: Mapping[Api, str]
    """What ends with a refusal, and whatever else is no answer."""
    parsed: Mapping[Api, str]
    """`answer`, as `parse` has it."""
    text: Mapping[Api, str]
    """`text`, which should be JSON."""
    called: Mapping[Api, str]
    """`calls`: the calls of the tool, at least one."""
    parsed_call: str
    called_text: str
    validated: str
    """`answer` out of `text`."""


def ending(asked: Asked, pieces: Pieces, model: str, name: str, *, parsed: bool) -> str:
    """From the response to the answer."""
    api = asked.api
    rows = [] if parsed or api == "responses" else [pieces.whole]
    rows.append(pieces.begun.get(api, ""))
    if asked.is_tool and api in pieces.called:
        rows += [pieces.called[api], pieces.parsed_call if parsed else pieces.called_text]
    else:
        rows.append(pieces.parsed[api] if parsed else pieces.text[api])
    if not parsed:
        rows.append(pieces.validated)
    return filled("".join(rows), model, name)


def filled(piece: str, model: str, name: str) -> str:
    meant = {"Model": model, "NAME": name}
    return re.sub(r"\b(?:Model|NAME)\b", lambda found: meant[found[0]], piece)
