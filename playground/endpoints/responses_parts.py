"""Parts: how far the texts of an answer have got that come in several parts.

A message has content parts, a summary has sections, a shell call has commands: all of one item
are joined into one text. A delta is only appended; where a part began is remembered once, so that
what its `*.done` event says can be compared with what its deltas said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.core.items import Item, Text


@dataclass(slots=True)
class _Progress:
    done: set[int] = field(default_factory=set)
    open: int = 0
    """Parts that have begun and are not done."""
    mixed: bool = False
    """Several were open at once: what belongs to which cannot be told any more."""
    start: int = 0
    """Where in the text the last one began."""


class Parts:
    """Of one leg; lives in the transcript's scratch."""

    def __init__(self) -> None:
        self._progress: dict[tuple[str, str], _Progress] = {}

    def begin(self, item: Item, name: str, between: str = "") -> None:
        """The next part of a text opens; `between` stands between two of them."""
        seen, text = self._of(item, name)
        seen.mixed = seen.mixed or seen.open > 0
        seen.open += 1
        if between and text:
            text.append(between)
        seen.start = len(text)

    def end(self, item: Item, name: str, number: int, whole: str, between: str = "") -> None:
        """Believe a part over its deltas, as far as it can be told which they were; the whole item
        tells the rest. Nothing is no correction of something."""
        seen, text = self._of(item, name)
        if whole:
            if number == 0 and seen.done <= {0} and not seen.mixed:
                text.replace(whole)
            elif number not in seen.done and len(text) <= seen.start:
                if between and text and not seen.open:
                    text.append(between)
                text.append(whole)
        seen.done.add(number)
        seen.open = max(seen.open - 1, 0)
        seen.start = len(text)

    def alone(self, item: Item, name: str) -> bool:
        """Whether no second part of a text has been seen."""
        seen, _ = self._of(item, name)
        return seen.done <= {0} and not seen.mixed

    def _of(self, item: Item, name: str) -> tuple[_Progress, Text]:
        return self._progress.setdefault((item.key, name), _Progress()), getattr(item, name)
