"""A schema from words: what is asked is strict, and whatever comes back is read or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.output import Mode
from playground.core.problem import Failure
from playground.engine import describe
from playground.engine.describe import CUT, EXAMPLES, FORM, described, question, schema_of
from playground.sandbox import strict
from playground.schemas.lint import lint
from playground.schemas.validation import Validator
from tests.engine.conftest import FAST, Opening

TEXT_ONLY: tuple[Mode, ...] = ("text",)
WORDS = "a shopping list with quantity and unit, and who buys it"
ANSWER: dict[str, Any] = {
    "title": "Shopping list",
    "fields": [
        {
            "list_of": "items",
            "about": "What is to be bought",
            "fields": [
                {"value": "name", "kind": "text", "about": "Name", "optional": False},
                {"value": "quantity", "kind": "number", "about": "", "optional": False},
                {"choice": "unit", "options": ["kg", "l"], "about": "", "optional": True},
            ],
        },
        {
            "group": "buyer",
            "about": "Who buys it",
            "fields": [{"value": "since", "kind": "date", "about": "", "optional": True}],
        },
    ],
}
SCHEMA = {
    "title": "ShoppingList",
    "type": "object",
    "properties": {
        "items": {
            "description": "What is to be bought",
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "quantity": {"type": "number"},
                    "unit": {"type": ["string", "null"], "enum": ["kg", "l", None]},
                },
                "required": ["name", "quantity", "unit"],
                "additionalProperties": False,
            },
        },
        "buyer": {
            "description": "Who buys it",
            "type": "object",
            "properties": {"since": {"type": ["string", "null"], "format": "date"}},
            "required": ["since"],
            "additionalProperties": False,
        },
    },
    "required": ["items", "buyer"],
    "additionalProperties": False,
}


def test_the_form_is_strict_and_the_examples_fit_it() -> None:
    assert lint(FORM) == []
    assert strict.offences(FORM) == []
    for _, example in EXAMPLES:
        assert Validator(FORM).errors(example) == []
        assert schema_of(json.dumps(example)).notes == ()
    assert Validator(FORM).errors(ANSWER) == []


def test_what_is_asked() -> None:
    mine = Call(
        api="chat",
        model="m",
        instructions="Be rude.",
        fields={"temperature": 2},
        headers={"X-A": "1"},
        extra={"provider": {"only": ["a"]}, "tools": [], "response_format": {"type": "text"}},
    )
    asked = question(f"  {WORDS}\n", mine)
    call = asked.call
    assert (call.api, call.model, call.headers) == ("chat", "m", {"X-A": "1"})
    assert (call.fields, call.extra) == ({}, {"provider": {"only": ["a"]}})
    assert "rude" not in call.instructions
    assert (call.output.mode, call.output.strict, call.output.json_schema) == (
        "json_schema",
        True,
        FORM,
    )
    assert WORDS in asked.text
    plain = question(WORDS, mine, TEXT_ONLY).call
    assert plain.output.mode == "text"
    assert "date and time" in plain.instructions  # the form, told in words


def test_fields_become_a_strict_schema() -> None:
    assert schema_of(json.dumps(ANSWER)) == (SCHEMA, (), (), ())


@pytest.mark.parametrize(
    "text",
    [
        f"Here you are:\n```json\n{json.dumps(ANSWER, indent=2)}\n```\nAnything else?",
        json.dumps(ANSWER).replace("}]}]}", "},]},]}"),
    ],
)
def test_prose_fences_and_commas_do_no_harm(text: str) -> None:
    assert schema_of(text).schema == SCHEMA


def test_models_that_nobody_holds_to_the_form_are_understood() -> None:
    rows = [
        {"name": "Who buys it", "type": "String"},
        {"name": "price", "type": "float"},
        {"name": "done", "type": "bool", "optional": True},
        {"name": "colour", "enum": ["red", "red", "blue"]},
        {"name": "tags", "type": "list", "fields": [{"name": "word"}]},
        {"name": "colour"},
        {"name": "place", "kind": "geo point"},
        {"about": "nothing"},
        "text",
    ]
    made = schema_of(json.dumps(rows))
    properties = made.schema["properties"]
    assert list(properties) == ["who_buys_it", "price", "done", "colour", "tags", "place"]
    assert properties["price"] == {"type": "number"}
    assert properties["done"] == {"type": ["boolean", "null"]}
    assert properties["colour"] == {"type": "string", "enum": ["red", "blue"]}
    assert properties["tags"]["items"]["properties"] == {"word": {"type": "string"}}
    assert made.notes == (
        "`colour` was described twice: the first one counts.",
        "`place` is text: there is no kind “geo point”.",
    )
    assert made.left == ()


def test_a_schema_instead_of_fields_is_repaired() -> None:
    loose = {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}
    made = schema_of(f"Sure!\n```json\n{json.dumps(loose)}\n```")
    assert (lint(made.schema), made.left, made.notes) == ([], (), ())
    assert {one.rule for one in made.repairs} >= {"additionalProperties", "default"}
    wrapped = schema_of(json.dumps({"name": "thing", "schema": loose, "strict": True}))
    assert wrapped.schema == made.schema
    far = {**loose, "properties": {"a": {"$ref": "https://example.com/x"}}}
    assert [one.rule for one in schema_of(json.dumps(far)).left] == ["$ref"]


def test_an_example_instead_of_fields_is_inferred_and_said_so() -> None:
    made = schema_of('{"title": "Weekly", "items": [{"name": "milk", "quantity": 2}]}')
    assert list(made.schema["properties"]) == ["title", "items"]
    assert "wrote an example" in made.notes[0]


def test_an_answer_cut_anywhere_gives_only_whole_fields() -> None:
    text = json.dumps(ANSWER)
    usable = 0
    for end in range(len(text)):
        try:
            made = schema_of(text[:end])
        except Failure as failure:
            assert failure.problem.title
            continue
        usable += 1
        assert CUT in made.notes
        assert lint(made.schema) == []
        assert not made.schema["properties"].keys() - {"items", "buyer"}, text[:end]
        inner = made.schema["properties"].get("items", {}).get("items", {})
        names = inner.get("properties", {}).keys()
        assert not names - {"name", "quantity", "unit"}, text[:end]
    assert usable > len(text) / 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "wrote nothing"),
        (" \n", "wrote nothing"),
        ("I am sorry, I cannot help with that.", "wrote no schema"),
        ("42", "wrote no schema"),
        ("{}", "described nothing"),
        ("[]", "described nothing"),
        ('{"title": "x", "fields": []}', "described nothing"),
        ('{"type": "object", "properties": {}}', "described nothing"),
        ('{"fields": [{"value": "na', "ended before a field"),
        ('{"title": "Shopping list"}', "described nothing"),
        ("[" * 3000, "nested too deeply"),
        ('{"a":' * 3000, "nested too deeply"),
        ('{"x": NaN}', "wrote no schema"),
    ],
)
def test_what_is_of_no_use_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Failure, match=words):
        schema_of(text)


def test_fields_in_fields_end_where_the_subset_does() -> None:
    row: dict[str, Any] = {"value": "x", "kind": "text"}
    for number in range(30):
        row = {"group": f"g{number}", "fields": [row, {"value": "y", "kind": "text"}]}
    made = schema_of(json.dumps({"title": "Deep", "fields": [row]}))
    assert made.left == ()
    assert any("nested too deeply" in note for note in made.notes)


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_a_server_that_fills_schemas_describes_one(opening: Opening, api: str) -> None:
    async with opening() as bench:
        session = bench.session(api)
        asked = question(WORDS, session.call)
        session.call = asked.call.model_copy(update={"fields": FAST})
        run = await bench.ask(session, asked.text)
        assert run.transcript.outcome == "completed"
        made = described(run.transcript)
        assert (made.left, lint(made.schema)) == ((), [])
        assert made.schema["properties"]
        assert Validator(FORM).errors(json.loads(run.transcript.text)) == []


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("refusal", "refuses to describe"),
        ("quota", "no credit"),
        ("reasoning-only", "stopped before"),
    ],
)
async def test_runs_without_a_schema_say_why(opening: Opening, model: str, words: str) -> None:
    async with opening() as bench:
        session = bench.session(model=model)
        asked = question(WORDS, session.call)
        session.call = asked.call.model_copy(update={"fields": FAST})
        run = await bench.ask(session, asked.text)
        with pytest.raises(Failure, match=words):
            describe.described(run.transcript)
