"""resources/schemas: every example is strict, complete, and says what it is for."""

from __future__ import annotations

import json

import pytest

from playground.core.resources import resource
from playground.sandbox import strict
from playground.schemas.library import Example, examples
from playground.schemas.lint import lint

ALL = examples()


def test_there_are_enough_and_no_two_are_called_the_same() -> None:
    assert len(ALL) >= 12
    assert len({one.title for one in ALL}) == len(ALL)


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_each_is_strict(example: Example) -> None:
    assert lint(example.schema) == []
    assert strict.offences(example.schema) == []
    assert example.title and example.about and example.prompt
    assert example.schema["title"].isidentifier()


def test_every_file_is_one_of_them() -> None:
    assert {path.stem for path in resource("schemas").iterdir()} == {one.name for one in ALL}


def test_they_show_recursion_unions_enums_nullable_fields_and_tables() -> None:
    text = " ".join(json.dumps(one.schema) for one in ALL)
    for part in ('"$ref": "#"', '"anyOf"', '"enum"', '"null"', '"rows"', '"$defs"', '"const"'):
        assert part in text
