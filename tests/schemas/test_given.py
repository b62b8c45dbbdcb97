"""A schema out of whatever is given: what it is taken for, where it is wrong, what is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.schemas import pydantic_source
from playground.schemas.given import (
    Kind,
    from_answer,
    from_file,
    from_samples,
    from_text,
    needs_running,
    recognised,
)
from playground.schemas.lint import lint
from playground.schemas.source import written

STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
MODELS = '''
"""Two models."""
from pydantic import BaseModel

class Tag(BaseModel):
    word: str

class Person(BaseModel):
    name: str
    tags: list[Tag]
'''
TEXT = written(STRICT)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TEXT, "schema"),
        ('{"name": "Anna"}', "schema"),  # JSON: its root says later whether it is a sample
        ('\ufeff {"a": 1}', "schema"),
        ("[1, 2]", "schema"),
        ('{"a": 1}\n{"a": 2}\n', "samples"),
        ('{"a": 1}\n\n{"a": 2', "samples"),
        ('{\n  "a": 1\n}', "schema"),
        (MODELS, "pydantic"),
        ("# notes\nimport pydantic\n", "pydantic"),
        ("class Person:\n    name: str", "pydantic"),
        ('"""A module."""\nclass A: pass', "pydantic"),
        ("```python\nclass A(BaseModel):\n    x: int\n```", "pydantic"),
        ('```json\n{"a": 1}\n```\n', "schema"),
        ("-3.5", "schema"),
        ("null", "schema"),
        ("nullable", None),
        ("interface A { a: string }", None),
        ("Dear all, the class of 2026 …", None),
        ("", None),
    ],
)
def test_what_a_text_looks_like(text: str, kind: Kind | None) -> None:
    assert recognised(text) == kind


def test_a_schema_keeps_its_places() -> None:
    read = from_text(TEXT.replace('"string"', '"string", "default": 1'))
    assert (read.kind, read.name, read.notes) == ("schema", "Schema", ())
    assert [one.line for one in lint(read.schema, read.source)] == [5]


def test_a_fence_is_left_out_and_lines_keep_their_numbers() -> None:
    text = TEXT.replace('"string"', '"string", "default": 1')
    read = from_text(f"\n```json\n{text}\n```\n")
    assert [one.line for one in lint(read.schema, read.source)] == [7]
    assert read.notes == ("The code fence around it was left out.",)
    with pytest.raises(Failure) as caught:
        from_text('```json\n{"a": }\n```')
    assert caught.value.problem.facts["line"] == "2"


@pytest.mark.parametrize(
    ("around", "name", "where"),
    [
        (lambda s: {"name": "x", "schema": s, "strict": True}, "x", "$.schema"),
        (lambda s: {"type": "json_schema", "name": "x", "schema": s}, "x", "$.schema"),
        (
            lambda s: {"type": "json_schema", "json_schema": {"name": "x", "schema": s}},
            "x",
            "$.json_schema.schema",
        ),
        (
            lambda s: {"model": "m", "response_format": {"json_schema": {"schema": s}}},
            "Schema",
            "$.response_format.json_schema.schema",
        ),
        (
            lambda s: {"model": "m", "text": {"format": {"name": "x", "schema": s}}},
            "x",
            "$.text.format.schema",
        ),
        (
            lambda s: {"type": "function", "function": {"name": "f", "parameters": s}},
            "f",
            "$.function.parameters",
        ),
        (lambda s: {"type": "function", "name": "f", "parameters": s}, "f", "$.parameters"),
    ],
)
def test_a_schema_in_a_request_is_found_there(around: Any, name: str, where: str) -> None:
    text = written(around(STRICT | {"title": 1}))
    read = from_text(text)
    assert (read.schema, read.name) == (STRICT | {"title": 1}, name)
    assert where in read.notes[0]
    assert read.source is not None
    line = read.source.spot(("properties", "a")).line
    assert '"a": {' in text.split("\n")[line - 1]


@pytest.mark.parametrize(
    "sample",
    [
        {"schema": {"type": "star"}, "year": 1999},
        {"name": "x", "parameters": {"type": "fast"}, "more": 1},
        {"name": "x", "schema": "public"},
    ],
)
def test_a_sample_that_only_looks_like_one_is_a_sample(sample: Any) -> None:
    read = from_text(json.dumps(sample))
    assert read.kind == "sample"
    assert list(read.schema["properties"]) == list(sample)


def test_what_is_no_schema_is_a_sample_and_says_so() -> None:
    read = from_text('{"name": "Anna", "age": 3}')
    assert (read.kind, read.name, read.source) == ("sample", "Sample", None)
    assert "read as sample JSON" in read.notes[0]
    forced = from_text(json.dumps({"type": "invoice", "total": 3}), kind="sample")
    assert (list(forced.schema["properties"]), forced.notes) == (["type", "total"], ())


def test_lines_are_samples_of_one_thing() -> None:
    read = from_text('{"a": 1}\n\n{"a": 2, "b": "x"}\n')
    assert (read.kind, read.notes) == ("samples", ("It is made of 2 samples.",))
    assert list(read.schema["properties"]) == ["a", "b"]
    assert read.schema["required"] == ["a"]
    with pytest.raises(Failure) as caught:
        from_text('{"a": 1}\n\n{"a": 2,}\n')
    assert caught.value.problem.facts["line"] == "3"
    assert caught.value.problem.detail.startswith("Line 3, column ")


def test_samples_are_merged_and_a_wrong_one_is_named() -> None:
    read = from_samples(['{"a": 1}', '```json\n{"a": null}\n```'])
    assert read.schema["properties"]["a"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert read.kind == "samples"
    assert from_samples(['{"a": 1}']).kind == "sample"
    assert from_samples(['{"a": 1}\n{"a": 2}']) == from_samples(['{"a": 1}', '{"a": 2}'])
    with pytest.raises(Failure) as caught:
        from_samples(['{"a": 1}', '{\n"a" 1}'])
    assert caught.value.problem.detail.startswith("Sample 2: Line 2, column 5: ")
    assert caught.value.problem.facts["sample"] == "2"
    with pytest.raises(Failure, match="no sample"):
        from_samples([])


def test_pydantic_source_is_read_and_never_run(tmp_path: Path) -> None:
    act = f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit\n"
    read = from_text(act + MODELS)
    assert (read.kind, read.name, read.source) == ("pydantic", "Person", None)
    assert list(read.schema["properties"]) == ["name", "tags"]
    assert from_text(MODELS, model="Tag").name == "Tag"
    assert list(tmp_path.iterdir()) == []
    assert pydantic_source.models(act + MODELS) == ["Tag", "Person"]
    assert pydantic_source.models("class (") == []


def test_a_class_that_was_cut_out_of_its_source_is_read_all_the_same() -> None:
    text = """class Kind(Enum):
    A = "a"

class Thing(BaseModel):
    kind: Kind
    since: date
    tags: Annotated[list[str], Field(min_length=1)]
"""
    read = from_text(text)
    assert list(read.schema["properties"]) == ["kind", "since", "tags"]
    assert "imports nothing" in read.notes[0]
    with pytest.raises(Failure) as caught:
        from_text(text + "    more: str = make()\n")
    assert caught.value.problem.facts["line"] == "8"
    with pytest.raises(Failure):  # a file is what it is
        from_text(text, kind="pydantic")


def test_what_only_running_would_tell_is_known_by_its_problem() -> None:
    with pytest.raises(Failure) as caught:
        from_text(MODELS + "    extra: make()\n")
    assert needs_running(caught.value.problem)
    assert caught.value.problem.facts["line"] == "11"
    for text in ("class A(BaseModel:\n", MODELS.replace("Person", "Person("), "{", ""):
        with pytest.raises(Failure) as caught:
            from_text(text)
        assert not needs_running(caught.value.problem)
        assert "line" in caught.value.problem.facts


def test_what_is_neither_is_said_so() -> None:
    with pytest.raises(Failure) as caught:
        from_text("\n\ninterface Person { name: string }")
    problem = caught.value.problem
    assert problem.title == "This is neither JSON nor Pydantic source."
    assert (problem.facts["line"], "interface Person" in problem.detail) == ("3", True)


def test_an_answer_is_read_with_what_stands_around_it() -> None:
    read = from_answer('Here you are:\n```json\n{"a": 1, "b": [true]}\n```\nDone.')
    assert read.kind == "sample"
    assert list(read.schema["properties"]) == ["a", "b"]
    assert read.notes == (
        "There is text before the JSON.",
        "The JSON is in a code fence.",
        "There is text after the JSON.",
    )
    assert from_answer(TEXT) == (STRICT, None, "Schema", "schema", ())
    cut = from_answer('{"a": 1, "b": "lo')
    assert list(cut.schema["properties"]) == ["a", "b"]
    assert cut.notes == ("The text ended before this did.",)
    for text in ("", "I cannot do that.", "42", '"word"'):
        with pytest.raises(Failure, match="no JSON object or list"):
            from_answer(text)


def test_files_by_their_ends(tmp_path: Path) -> None:
    def put(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    assert from_file(put("strict.json", TEXT)).name == "strict"
    assert from_file(put("strict.json", TEXT), sample=True).kind == "sample"
    python = put("models.py", MODELS)
    assert from_file(python).name == "models"
    assert from_file(f"{python}:Tag").schema["title"] == "Tag"
    assert from_file(tmp_path / "models.py").kind == "pydantic"
    assert from_file(put("rows.JSONL", '{"a": 1}')).kind == "samples"
    assert from_file(put("note.txt", MODELS)).kind == "pydantic"
    assert from_file(put("note.txt", f"```json\n{TEXT}\n```")).kind == "schema"
    with pytest.raises(Failure, match=r"gone\.json cannot be read"):
        from_file(tmp_path / "gone.json")
    (tmp_path / "picture.json").write_bytes(b"\x89PNG\xff")
    with pytest.raises(Failure, match="not text in UTF-8"):
        from_file(tmp_path / "picture.json")
    with pytest.raises(Failure) as caught:  # a file that calls itself JSON is read as that
        from_file(put("bad.json", "class A(BaseModel): pass"))
    assert caught.value.problem.title == "This is not JSON."
