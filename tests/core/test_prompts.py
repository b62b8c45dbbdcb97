"""A prompt: versions that never change, and folders."""

from __future__ import annotations

import pytest

from playground.core.prompts import (
    DEEPEST,
    Content,
    Prompt,
    Said,
    folder_of,
    folders,
    within,
)
from playground.core.variables import Variable


def content(*texts: str, **more: Variable) -> Content:
    messages = tuple(Said(role="user", text=text) for text in texts)
    return Content(messages=messages, variables=tuple(more.values()))


def test_what_changes_is_a_new_version_and_what_does_not_is_none() -> None:
    prompt = Prompt(id="prm_1")
    assert prompt.newest is None and prompt.changed == 0
    first = prompt.write(content("a"), 1.0, "begun")
    assert prompt.write(content("a"), 2.0) is None
    second = prompt.write(content("b"), 3.0)
    assert prompt.versions == (first, second)
    assert [one.number for one in prompt.versions] == [1, 2]
    assert prompt.newest is second and prompt.changed == 3.0


def test_what_only_looks_equal_is_another_version() -> None:
    prompt = Prompt(id="prm_1")
    variable = Variable(name="x", type="json", default=1)
    prompt.write(content("a", x=variable), 1.0)
    changed = variable.model_copy(update={"default": True})
    assert prompt.write(content("a", x=changed), 2.0) is not None


def test_an_old_version_comes_back_as_a_new_one() -> None:
    prompt = Prompt(id="prm_1")
    for number, text in enumerate("abc"):
        prompt.write(content(text), float(number))
    restored = prompt.restore(1, 9.0)
    assert restored is not None and restored.number == 4 and restored.note == "Version 1 again."
    assert restored.content == content("a")
    assert [one.content.messages[0].text for one in prompt.versions] == ["a", "b", "c", "a"]
    assert prompt.restore(1, 10.0) is None and prompt.restore(77, 10.0) is None


def test_versions_can_be_laid_beside_each_other_line_by_line() -> None:
    said = Content(
        messages=(
            Said(role="developer", text="Be brief.\nBe kind."),
            Said(role="user", text="{{x}}"),
        ),
        variables=(Variable(name="x", type="integer", default=3),),
    )  # fmt: skip
    assert said.text.split("\n") == [
        "[developer]", "Be brief.", "Be kind.", "", "[user]", "{{x}}", "",
        '{{x}} {"type": "integer", "default": 3}',
    ]  # fmt: skip
    assert said.names == ["x"]


def test_what_a_session_gets_of_it() -> None:
    said = (
        Said(role="developer", text="A"),
        Said(role="system", text="B"),
        Said(role="user", text="C"),
        Said(role="developer", text="D"),
    )
    assert Content(messages=said).begun == ("A\n\nB", said[2:])
    assert Content(messages=said[2:]).begun == ("", said[2:])
    assert Content().begun == ("", ())


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("Work/Mail", "Work/Mail"),
        (" / Work //  My   Mail\\ö/", "Work/My Mail/ö"),
        ("///", ""),
        ("..", ".."),
        ("x" * 500, "x" * 120),
        ("/".join("a" * 100), "/".join("a" * DEEPEST)),
    ],
)
def test_a_folder_is_kept_in_one_spelling(text: str, folder: str) -> None:
    assert folder_of(text) == folder == folder_of(folder)


def test_folders_that_hold_something_are_there_with_those_around_them() -> None:
    assert folders(["b/c/d", "a", "", "b/C"]) == ["a", "b", "b/C", "b/c", "b/c/d"]
    assert within("b/c", "b") and within("b", "b") and within("b", "")
    assert not within("bc", "b") and not within("", "b")
    assert "" not in folders(["//a"])  # it would lie in itself
