"""What can be done in the list of events: by which keys, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Command(NamedTuple):
    id: str
    words: str
    block: int
    """Commands of a block stand together in the menu."""


COMMANDS: Mapping[str, Command] = {
    "Ctrl+C": Command("copy_json", "Copy as JSON", 0),
    "Ctrl+Shift+C": Command("copy_raw", "Copy the bytes as they came", 0),
    "Ctrl+Shift+L": Command("copy_lines", "Copy as JSON Lines, with times", 0),
    "Ctrl+Shift+K": Command("copy_curl", "Copy the request as cURL", 0),
    "P": Command("toggle_pin", "Pin", 1),
    "I": Command("only_item", "Only this item", 1),
    "Ctrl+A": Command("select_all", "Select all", 1),
    "F3": Command("next_match", "Next match", 2),
    "Shift+F3": Command("previous_match", "Previous match", 2),
    "S": Command("next_stall", "Next stall", 2),
    "Shift+S": Command("previous_stall", "Previous stall", 2),
    "F": Command("next_flagged", "Next flagged event", 2),
    "Shift+F": Command("previous_flagged", "Previous flagged event", 2),
    "N": Command("next_pin", "Next pinned event", 2),
    "Shift+N": Command("previous_pin", "Previous pinned event", 2),
}
"""By their keys."""


def keys_of(id_: str) -> str:
    return next(keys for keys, command in COMMANDS.items() if command.id == id_)
