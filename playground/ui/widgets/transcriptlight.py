"""What the current event of the inspector made, by rows of a conversation; and whether that is what
somebody clicked there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.core.provenance import Span
from playground.ui.widgets.transcriptrow import Row

if TYPE_CHECKING:
    from playground.ui.inspector.looking import Light


class Lighting:
    def __init__(self) -> None:
        self.light: Light | None = None
        self._clicked: tuple[str, Span] | None = None
        """A character that nothing was heard of since: its run, and where it is."""

    def made(self, row: Row) -> Sequence[Span] | None:
        """What the event made of the item of a row; None: nothing."""
        light = self.light
        if light is None or row.run.id != light.run or row.item is None or row.said != light.said:
            return None
        key = row.item.key
        return [span for span in light.spans if span.key == key] if key in light.keys else None

    def first(self, rows: Sequence[Row]) -> Row | None:
        """The first row of which the event made characters, else the first that it changed."""
        changed = [row for row in rows if self.made(row) is not None]
        return next((row for row in changed if self.made(row)), next(iter(changed), None))

    def click(self, row: Row, field: str, offset: int) -> None:
        assert row.item is not None
        self._clicked = row.run.id, Span(row.item.key, field, offset, offset + 1)

    def answers(self) -> bool:
        """Whether this is the light on what was clicked. It is so once."""
        if self.light is None or self._clicked is None or self._clicked[0] != self.light.run:
            return False
        clicked = self._clicked[1]
        found = not clicked.field and clicked.key in self.light.keys
        for span in self.light.spans:
            if span[:2] == clicked[:2] and span.begin <= clicked.begin < span.end:
                found = True
        if found:
            self._clicked = None
        return found


def traced(row: Row) -> bool:
    """Whether events of its run made what the row shows."""
    return row.item is not None and not row.said
