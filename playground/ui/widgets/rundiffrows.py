"""What two runs say, as rows of two columns: their texts, and values by their paths."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from playground.core.session import Run
from playground.engine.rundiff import Section
from playground.engine.rundiff_text import spots, text_rows
from playground.engine.sent_rows import ABSENT
from playground.ui.widgets.rundiffsides import WIDE, SideRow


def texts_of(left: Run, right: Run) -> list[SideRow]:
    """What the models thought, said and refused, line by line; nothing where neither did."""
    pairs = [
        ("Reasoning", left.transcript.reasoning, right.transcript.reasoning),
        ("Answer", left.answer, right.answer),
        ("Refusal", left.transcript.refusal or "", right.transcript.refusal or ""),
    ]
    said = [(title, one, other) for title, one, other in pairs if one or other]
    found: list[SideRow] = []
    for title, one, other in said:
        if len(said) > 1 or title != "Answer":
            found.append(SideRow("same", None, None, name=title, heading=True))
        found += [SideRow(*row) for row in text_rows(one, other)]
    return found


def values_of(sections: Iterable[Section]) -> list[SideRow]:
    """Each value with its path, under the titles of what they are of."""
    return [row for section in sections for row in _section(section)]


def _section(section: Section) -> Iterator[SideRow]:
    events = section.left, section.right
    yield SideRow("same", None, None, name=section.title, heading=True, events=events)
    for row in section.rows:
        left, right = _spelled(row.left), _spelled(row.right)
        name = row.path or "(all of it)"
        if row.kind == "changed" and left is not None and right is not None:
            apart = spots(left[:WIDE], right[:WIDE])
            yield SideRow("changed", left, right, *apart, name=name, events=events)
        else:
            yield SideRow(row.kind, left, right, name=name, events=events)


def _spelled(value: Any) -> str | None:
    return None if value is ABSENT else json.dumps(value, ensure_ascii=False, default=str)
