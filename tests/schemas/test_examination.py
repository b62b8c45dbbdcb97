"""A schema with variables is looked at as it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from playground.schemas.examination import examine, noted, repaired
from playground.schemas.source import written

TEMPLATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": "{{kinds}}"},
        "count": {"type": "integer", "maximum": "{{most}}", "description": "Of {{city}}"},
        "{{field}}": {"type": "string"},
    },
    "required": ["kind", "count", "{{field}}"],
    "additionalProperties": False,
}
VALUES: dict[str, Any] = {"kinds": ["a", "b"], "most": 3, "city": "Oslo", "field": "note"}


def test_what_is_filled_in_is_what_is_judged() -> None:
    text = written(TEMPLATE)
    seen = examine(text, VALUES)
    assert seen.violations == () and seen.unusable is None and seen.waiting is None
    assert seen.filled == ("kinds", "most", "city", "field") and seen.schema == TEMPLATE
    assert noted(seen) == (
        "Looked at as it is sent, with {{kinds}}, {{most}}, {{city}} … filled in."
    )
    as_written = examine(text)
    assert as_written.violations and as_written.filled == () and noted(as_written) == ""


def test_what_offends_in_a_value_is_told_at_its_place() -> None:
    text = written(TEMPLATE)
    seen = examine(text, {**VALUES, "kinds": []})
    assert [one.path[:2] for one in seen.violations] == [("properties", "kind")] or seen.unusable
    lines = text.splitlines()
    for one in seen.violations:
        assert one.line is not None and "kind" in "".join(lines[one.line - 2 : one.line])


def test_without_a_value_nothing_is_said_of_the_template() -> None:
    seen = examine(written(TEMPLATE), {"kinds": []})
    assert seen.waiting is not None and seen.waiting.title == "The variable most has no value."
    assert seen.violations == () and seen.unusable is None and seen.readable


def test_a_backslash_says_a_place_as_it_is() -> None:
    text = written({"type": "object", "description": "\\{{x}}", "required": [],
                    "properties": {}, "additionalProperties": False})  # fmt: skip
    assert examine(text, {}).filled == () and examine(text, {}).waiting is None


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"description": "In {{city}}", "type": "string", "default": "x"}, True),
        ({"type": "string", "default": "{{city}}"}, None),
    ],
)
def test_a_repair_keeps_every_place_or_is_none(change: Any, kept: bool | None) -> None:
    schema = {"type": "object", "properties": {"a": change}}
    seen = examine(written(schema), VALUES)
    assert seen.violations
    made = repaired(seen, VALUES)
    if kept:
        assert made is not None and made.repairs and made.left == []
    if made is not None:
        assert "{{city}}" in written(made.schema)
