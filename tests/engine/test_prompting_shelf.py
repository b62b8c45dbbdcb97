"""The library as a tree, and what putting things elsewhere in it means."""

from __future__ import annotations

import pytest

from playground.core.problem import Failure
from playground.core.prompts import DEEPEST
from playground.engine.prompting_shelf import (
    Move,
    Node,
    into,
    outermost,
    rebased,
    renamed,
    shelf,
    unused,
)
from playground.store.prompts import PromptRow


def row(name: str, folder: str = "") -> PromptRow:
    return PromptRow(name, name.title(), folder, 1, 1.0)


ROWS = [row("free"), row("a", "Work"), row("b", "Work/Mail"), row("c", "Work/Mail/Cold")]


def drawn(nodes: list[Node], deep: int = 0) -> list[str]:
    return [
        line
        for one in nodes
        for line in (f"{'  ' * deep}{one.kind} {one.title}", *drawn(one.below, deep + 1))
    ]


def find(nodes: list[Node], title: str) -> Node:
    flat = list(nodes)
    for one in flat:
        if one.title == title:
            return one
        flat += one.below
    raise AssertionError(title)


def test_folders_come_before_what_lies_beside_them_and_the_trash_at_the_end() -> None:
    assert drawn(shelf(ROWS, ["Empty/Inner"], [row("old", "Gone")])) == [
        "folder Empty",
        "  folder Inner",
        "folder Work",
        "  folder Mail",
        "    folder Cold",
        "      prompt C",
        "    prompt B",
        "  prompt A",
        "prompt Free",
        "trash Trash",
        "  thrown Old",
    ]
    assert shelf([]) == []


def test_a_key_is_the_same_for_the_same_thing() -> None:
    one, other = shelf(ROWS), shelf([*ROWS, row("d", "Work")])
    assert find(one, "B").key == find(other, "B").key
    assert find(one, "Mail").key == find(other, "Mail").key
    assert find(one, "Mail").key != find(one, "Work").key


def test_what_lies_in_a_folder_that_is_chosen_goes_with_it_once() -> None:
    tree = shelf(ROWS)
    chosen = [find(tree, name) for name in ("B", "Mail", "C", "Free")]
    assert [one.title for one in outermost(chosen)] == ["Mail", "Free"]
    moves = into(chosen, "Box")
    assert moves.folders == [("Work/Mail", "Box/Mail")]
    assert moves.prompts == [
        Move("c", "Work/Mail/Cold", "Box/Mail/Cold"),
        Move("b", "Work/Mail", "Box/Mail"),
        Move("free", "", "Box"),
    ]


def test_what_is_there_already_stays() -> None:
    tree = shelf(ROWS)
    assert into([find(tree, "A"), find(tree, "Mail")], "Work") == ([], [], [])


def test_out_of_the_trash_into_a_folder_is_also_a_way_back() -> None:
    tree = shelf(ROWS, (), [row("old", "Work")])
    moves = into([find(tree, "Old")], "Work")
    assert (moves.prompts, moves.restored) == ([Move("old", "Work", "Work")], ["old"])


def test_no_folder_lies_in_itself_or_deeper_than_is_kept() -> None:
    tree = shelf([*ROWS, row("deep", "/".join("x" * (DEEPEST - 1)))])
    with pytest.raises(Failure, match="cannot lie in itself"):
        into([find(tree, "Work")], "Work/Mail")
    with pytest.raises(Failure, match="that deep"):
        into([find(tree, "Mail")], "/".join("x" * (DEEPEST - 1)))
    assert into([find(tree, "Cold")], "/".join("x" * (DEEPEST - 1))).folders


def test_a_folder_is_renamed_with_all_that_lies_in_it() -> None:
    moves = renamed(find(shelf(ROWS), "Mail"), "Work/Post")
    assert moves.prompts == [
        Move("c", "Work/Mail/Cold", "Work/Post/Cold"),
        Move("b", "Work/Mail", "Work/Post"),
    ]
    assert rebased(["Work/Mail/Old", "Work/Mailing"], moves.folders) == [
        "Work/Mailing",
        "Work/Post/Old",
    ]


def test_a_new_folder_has_a_name_of_its_own() -> None:
    assert unused("New folder", []) == "New folder"
    assert unused("New folder", ["New folder", "New folder 2"]) == "New folder 3"
