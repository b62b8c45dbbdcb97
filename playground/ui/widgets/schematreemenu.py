"""All that can be done with a row of a schema's tree, as a menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.schemas.outline import Row
from playground.schemas.outline_draft import Edited
from playground.schemas.outline_parts import definitions
from playground.schemas.outline_places import (
    add_below,
    add_branch,
    add_definition,
    add_property,
    duplicate,
    move,
    remove,
)
from playground.schemas.outline_references import extract, inline, refer
from playground.schemas.outline_values import KINDS, allow_null, require, retype, unwrap, wrap
from playground.schemas.outline_words import kind
from playground.ui import words
from playground.ui.widgets.schematreemodel import NAMED

Operation: TypeAlias = Callable[[Any], Edited]
"""What can be done to a schema. Raises Failure when it cannot."""
Do: TypeAlias = Callable[[Operation], object]

MOST = 60
"""Definitions that are offered; the form has all of them."""


def on(operation: Callable[..., Edited], row: Row, *more: Any, **named: Any) -> Operation:
    """An operation for what is at a row, whatever schema that is in by then."""
    return lambda schema: operation(schema, row.path, *more, **named)


def named(wish: str, row: Row) -> Operation | None:
    """The operation that a key stands for."""
    match wish:
        case "below" | "within":
            return on(add_below, row, within=wish == "within")
        case "remove":
            return on(remove, row)
        case "duplicate":
            return on(duplicate, row)
        case "up" | "down":
            return on(move, row, -1 if wish == "up" else 1)
        case "required" if row.part == "property":
            return on(require, row, not row.required)
        case _:
            return None


def menu_of(row: Row, do: Do, rename: Callable[[], object], parent: QWidget) -> QMenu:
    """A menu that goes when it closes. What cannot be done says why."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.aboutToHide.connect(menu.deleteLater)
    offer = partial(_offer, menu, row, do)
    offer("Add below", on(add_below, row), "Enter")
    offer("Add a property in it", on(add_property, row), "Insert")
    offer("Add a branch", on(add_branch, row))
    offer("Add a definition", add_definition)
    menu.addSeparator()
    action = menu.addAction("Rename\tF2")
    action.setEnabled(row.part in NAMED)
    action.triggered.connect(lambda _: rename())
    types = menu.addMenu("Type")
    for one in KINDS:
        action = _offer(types, row, do, one, on(retype, row, one))
        action.setCheckable(True)
        action.setChecked(kind(row.shape).removesuffix(" or null").split(" ")[0] == one)
    refers = menu.addMenu("Reference to")
    _offer(refers, row, do, "the root", on(refer, row, None))
    for name in definitions(row.root)[:MOST]:
        _offer(refers, row, do, name, on(refer, row, name))
    if row.part == "property":
        action = offer("Required", on(require, row, not row.required), "Space")
        action.setCheckable(True)
        action.setChecked(bool(row.required))
    action = offer("Nullable", on(allow_null, row, not row.nullable))
    action.setCheckable(True)
    action.setChecked(row.nullable)
    menu.addSeparator()
    offer("Make an array of it", on(wrap, row))
    offer("Make it one item", on(unwrap, row))
    offer("Move into a definition", on(extract, row))
    offer("Write out the reference", on(inline, row))
    menu.addSeparator()
    offer("Move up", on(move, row, -1), "Alt+Up")
    offer("Move down", on(move, row, 1), "Alt+Down")
    offer("Duplicate", on(duplicate, row), "Ctrl+D")
    offer("Remove", on(remove, row), "Del")
    return menu


def _offer(
    menu: QMenu, row: Row, do: Do, title: str, operation: Operation, key: str = ""
) -> QAction:
    shown = visible(title).replace("&", "&&")
    action = menu.addAction(f"{shown}\t{key}" if key else shown)
    try:  # operations are pure: to know whether one can be done is to do it
        operation(row.root)
    except Failure as failure:
        action.setEnabled(False)
        action.setToolTip(words.tip(failure.problem.title))
    action.triggered.connect(lambda _: do(operation))
    return action
