"""Whether two schemas ask for the same: however they are laid out, and whatever is named how.

What one says in place the other may say behind a reference; titles are nobody's business. The order
of properties is, because answers come in it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from playground.schemas import shaping
from playground.schemas.shapes import (
    Anything,
    Both,
    Choice,
    Document,
    Listing,
    Notes,
    Record,
    Reference,
    Row,
    Shape,
    Table,
    inner,
)

BLANK = Anything()
"""What stands in a head for each shape inside."""


def alike(one: Any, other: Any) -> bool:
    """Raises Failure where one of them cannot be read."""
    left, right = shaping.read(one), shaping.read(other)
    waiting = [(left.root, right.root)]
    seen = set()
    while waiting:
        mine, theirs = waiting.pop()
        if isinstance(mine, Reference) and isinstance(theirs, Reference):
            if (mine.name, theirs.name) in seen:
                continue
            seen.add((mine.name, theirs.name))
        mine, theirs = _meant(left, mine), _meant(right, theirs)
        if _head(mine) != _head(theirs):
            return False
        waiting += zip(inner(mine), inner(theirs), strict=True)
    return True


def _meant(document: Document, shape: Shape) -> Shape:
    """What a reference leads to, with the description that is nearest. A reference that says more
    than that, or leads in a circle, stays one."""
    followed = set()
    while isinstance(shape, Reference) and shape.name not in followed:
        said = shape.notes.description
        if replace(shape.notes, title="", description="") != Notes():
            break
        followed.add(shape.name)
        shape = document.target(shape.name)
        if said:
            shape = replace(shape, notes=replace(shape.notes, description=said))
    return shape


def _head(shape: Shape) -> str:
    """A shape without its title and what is inside it, as text: True and 1 are equal, and are not
    the same."""
    shape = replace(shape, notes=replace(shape.notes, title=""))
    match shape:
        case Record(fields=fields, extra=extra):
            blank = tuple(replace(field, shape=BLANK) for field in fields)
            shape = replace(shape, fields=blank, extra=extra and BLANK)
        case Listing():
            shape = replace(shape, items=BLANK)
        case Row(places=places):
            shape = replace(shape, places=(BLANK,) * len(places), rest=BLANK)
        case Table(keys=keys):
            shape = replace(shape, values=BLANK, keys=keys and BLANK)
        case Choice(options=parts):
            shape = replace(shape, options=(BLANK,) * len(parts))
        case Both(parts=parts):
            shape = replace(shape, parts=(BLANK,) * len(parts))
        case _:
            pass
    return repr(shape)
