"""Between a structured answer and the inspector: where in which item the answer stands, and which
of its values an event made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.core.items import ToolCall
from playground.core.json_nodes import Node
from playground.core.places import nodes_in
from playground.core.provenance import Span
from playground.core.session import Run
from playground.engine.structured import Attempt

if TYPE_CHECKING:
    from playground.ui.inspector.looking import Light


class AnswerLight:
    """Of one attempt."""

    def __init__(self, run: Run, attempt: Attempt, light: Light | None) -> None:
        item = attempt.item
        self.key = "" if item is None else item.key
        self.field = "arguments" if isinstance(item, ToolCall) else "text"
        self._live = attempt.answer.live
        mine = light if light is not None and item is not None and light.run == run.id else None
        self.changed = mine is not None and self.key in mine.keys
        """The event did something to the answer."""
        self.spans: Sequence[tuple[int, int]] = [
            (span.begin, span.end)
            for span in (mine.spans if mine is not None else ())
            if (span.key, span.field) == (self.key, self.field)
        ]
        """The characters that it brought."""

    @property
    def nodes(self) -> list[Node]:
        """The values that they belong to; all of the answer, when it changed that without any."""
        root = self._live.root
        if self.spans:
            text = self._live.text
            return [node for span in self.spans for node in nodes_in(root, *span, text)]
        return [root] if self.changed and root is not None else []

    def covers(self, clicked: Span) -> bool:
        """Whether it is the light on a character that was clicked."""
        mine = (clicked.key, clicked.field) == (self.key, self.field)
        return mine and any(begin <= clicked.begin < end for begin, end in self.spans)
