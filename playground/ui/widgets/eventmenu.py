"""The menu of the event list: every command, with its keys, and those that mean nothing now off."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu

from playground.ui.widgets.eventindex import EventIndex
from playground.ui.widgets.eventkeys import COMMANDS, Command


def offer(
    menu: QMenu, index: EventIndex | None, selected: Sequence[int], do: Callable[[str], None]
) -> None:
    """Put the commands into a menu; `do` gets the id of the one that is wanted."""
    block = 0
    pinned = index is not None and all(map(index.pinned, selected))
    for keys, command in COMMANDS.items():
        if command.block != block:
            menu.addSeparator()
            block = command.block
        words = "Unpin" if command.id == "toggle_pin" and selected and pinned else command.words
        action = menu.addAction(f"{words}\t{keys}")
        action.triggered.connect(lambda _=False, it=command.id: do(it))
        action.setEnabled(index is not None and _possible(command, index, bool(selected)))


def _possible(command: Command, index: EventIndex, selected: bool) -> bool:
    match command.id.partition("_"):
        case "next" | "previous", _, "match":
            return index.found is not None
        case "next" | "previous", _, "stall":
            return bool(index.stalls)
        case "next" | "previous", _, "flagged":
            return bool(index.flagged)
        case "next" | "previous", _, "pin":
            return bool(index.pins)
        case "select", _, _:
            return len(index) > 0
        case _:
            return selected
