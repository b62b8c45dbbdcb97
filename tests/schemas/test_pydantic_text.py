from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from playground.schemas import pydantic_source, pydantic_text
from tests.schemas.instances import FORMATS, instances, near, schemas
from tests.schemas.pydantic_sources import SOURCES, imported, last_model, schema_of

NUMBER = itertools.count()
CHECKER = jsonschema.FormatChecker()
"""Of formats as Pydantic checks them; the library's own knows only some."""


@CHECKER.checks("date-time")
@CHECKER.checks("date")
@CHECKER.checks("uuid")
@CHECKER.checks("ipv4")
def known_format(text: object) -> bool:
    return not isinstance(text, str) or any(text in known for known in FORMATS.values())


LAX = frozenset(("well known types", "times", "constraints", "constrained functions"))
"""Sources with types that take less than their schema says: a Decimal is any string there."""


def bare(schema: Any) -> Any:
    """A schema without titles, and a choice of one as a constant."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "enum" and len(value) == 1:
            found["const"] = value[0]
        elif key in ("properties", "$defs", "patternProperties"):
            found[key] = {name: bare(one) for name, one in value.items()}
        elif key in ("default", "examples", "const", "enum"):
            found[key] = value
        elif key != "title":
            found[key] = bare(value)
    return found


def model_of(schema: Any, folder: Path, name: str = "Model") -> Any:
    return getattr(imported(pydantic_text.write(schema, name), folder), name)


def made(schema: Any) -> Any:
    """The class that is written for a schema, without a file."""
    module = ModuleType(f"written_{next(NUMBER)}")
    sys.modules[module.__name__] = module
    exec(pydantic_text.write(schema, "Model"), vars(module))
    return vars(module)["Model"]


def validates(adapter: TypeAdapter[Any], text: str, strict: bool | None = None) -> bool:
    try:
        adapter.validate_json(text, strict=strict)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", SOURCES)
def test_the_schema_of_what_is_written_is_the_same_again(kind: str, tmp_path: Path) -> None:
    model = last_model(imported(SOURCES[kind], tmp_path))
    schema = schema_of(model)
    text = pydantic_text.write(schema, model.__name__)
    again = getattr(imported(text, tmp_path), model.__name__)
    assert bare(again.model_json_schema()) == bare(schema)
    assert pydantic_source.read(text, model.__name__) == again.model_json_schema()


@pytest.mark.parametrize("kind", [one for one in SOURCES if one not in LAX])
def test_both_models_take_the_same(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("models")
    model = last_model(imported(SOURCES[kind], folder))
    schema = schema_of(model)
    again = model_of(schema, folder)
    adapter = TypeAdapter(model)
    accepted = instances(schema)

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(accepted | near(accepted))
    def same(instance: Any) -> None:
        text = json.dumps(instance)
        assert validates(adapter, text) == validates(TypeAdapter(again), text)

    same()
    seen = []

    @settings(max_examples=10, deadline=None, derandomize=True)
    @given(accepted)
    def taken(instance: Any) -> None:
        assert validates(TypeAdapter(again), json.dumps(instance)), instance
        seen.append(instance)

    taken()
    assert seen


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data(), schema=schemas())
def test_a_model_takes_what_its_schema_accepts(data: st.DataObject, schema: Any) -> None:
    model = made(schema)
    accepted = instances(schema)
    for _ in range(3):
        instance = data.draw(accepted | near(accepted))
        fits = jsonschema.Draft202012Validator(schema, format_checker=CHECKER).is_valid(instance)
        assert validates(TypeAdapter(model), json.dumps(instance), strict=True) == fits
