"""Keys, and which command has them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtGui import QKeySequence

from playground.ui.bindings import Bindings, normal


class Keyboard:
    """What was told to each command."""

    def __init__(self, chosen: dict[str, str] | None = None) -> None:
        self.chosen = chosen if chosen is not None else {}
        self.bindings = Bindings(self.chosen)
        self.keys: dict[str, list[str]] = {}
        for title, keys in (("New", "Ctrl+N"), ("Larger", "Ctrl++ | Ctrl+="), ("Find", "")):
            self.add(title, keys)

    def add(self, title: str, keys: str) -> None:
        def apply(rows: Sequence[QKeySequence]) -> None:
            self.keys[title] = [row.toString() for row in rows]

        self.bindings.add(title, keys, apply)


def test_commands_have_what_they_came_with() -> None:
    made = Keyboard()
    assert made.keys == {"New": ["Ctrl+N"], "Larger": ["Ctrl++", "Ctrl+="], "Find": []}
    assert [row.changed for row in made.bindings.rows()] == [False] * 3


def test_what_the_user_gives_is_taken_from_whoever_has_it() -> None:
    made = Keyboard()
    assert made.bindings.holder("ctrl+n", without="Find") == "New"
    made.bindings.bind("Find", "ctrl+n")
    assert made.keys == {"New": [], "Larger": ["Ctrl++", "Ctrl+="], "Find": ["Ctrl+N"]}
    assert made.bindings.row("New").taken == "Find"
    assert made.bindings.row("Find").changed
    assert made.chosen == {"Find": "Ctrl+N"}
    made.bindings.bind("Larger", "Ctrl+N")
    assert made.keys == {"New": [], "Larger": ["Ctrl+N"], "Find": []}
    made.bindings.bind("Larger", None)
    assert made.keys["New"] == ["Ctrl+N"]
    assert made.keys["Larger"] == ["Ctrl++", "Ctrl+="]


def test_one_of_two_keys_that_do_the_same_can_be_taken() -> None:
    made = Keyboard()
    made.bindings.bind("Find", "Ctrl+=")
    assert made.keys["Larger"] == ["Ctrl++"]
    assert made.bindings.row("Larger").taken == ""


def test_a_command_can_have_none() -> None:
    made = Keyboard()
    made.bindings.bind("New", "")
    assert made.keys["New"] == []
    assert made.chosen == {"New": ""}
    made.bindings.bind("New", "Ctrl+N")  # what it came with is no choice
    assert made.chosen == {}


def test_a_command_that_comes_later_does_not_take_keys_from_the_users_choice() -> None:
    made = Keyboard({"Find": "Ctrl+L", "Gone": "Ctrl+G"})
    made.add("Library", "Ctrl+L")
    made.add("Go", "Ctrl+G")
    assert made.keys["Library"] == []
    assert made.keys["Find"] == ["Ctrl+L"]
    assert made.keys["Go"] == ["Ctrl+G"], "a command that is not there holds nothing"


def test_settings_that_were_written_by_hand_do_no_harm() -> None:
    made = Keyboard({"New": "Ctrl+J", "Find": "Ctrl+J | nonsense | a | Ctrl+Return"})
    assert made.keys["New"] == ["Ctrl+J"]
    assert made.keys["Find"] == []
    held = [key for keys in made.keys.values() for key in keys]
    assert len(held) == len(set(held))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("a", "alone is for writing"),
        ("Shift+A", "alone is for writing"),
        ("Ctrl+Return", "In the composer: Run"),
        ("Ctrl+K, Ctrl+B", "One key"),
    ],
)
def test_some_keys_are_refused_and_nothing_changes(keys: str, words: str) -> None:
    made = Keyboard()
    with pytest.raises(ValueError, match=words):
        made.bindings.bind("New", keys)
    assert made.keys["New"] == ["Ctrl+N"]
    assert made.chosen == {}


@pytest.mark.parametrize("keys", ["F2", "Esc", "Ctrl+Shift+P", "Alt+Left", "Meta+X", "Ctrl+,"])
def test_others_are_not(keys: str) -> None:
    made = Keyboard()
    made.bindings.bind("Find", keys)
    assert made.keys["Find"] == [normal(keys)]


def test_all_can_be_as_it_came() -> None:
    made = Keyboard({"New": "F3", "Larger": ""})
    made.bindings.reset()
    assert made.chosen == {}
    assert made.keys == Keyboard().keys
