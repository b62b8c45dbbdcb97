"""Pydantic source → JSON Schema, without running any of it.

The source is parsed, and what it declares is made again with Pydantic's own parts: the schema is
the one `model_json_schema` gives, because it is asked of the same fields. What only running would
tell is a Failure that names the line and the construct.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.dataclasses import is_pydantic_dataclass, rebuild_dataclass
from pydantic.json_schema import GenerateJsonSchema

from playground.core.problem import Failure, Problem
from playground.schemas.pydantic_classes import Classes
from playground.schemas.pydantic_expressions import first_line
from playground.schemas.pydantic_scope import refused

LARGEST = 500_000
"""Characters of source that are parsed; a tree is some hundred times as large."""


class _Quiet(GenerateJsonSchema):
    ignored_warning_kinds = {"skipped-choice", "non-serializable-default", "skipped-discriminator"}


def read(source: str, name: str = "") -> dict[str, Any]:
    """The schema of the model `name`, else of the last one that no other model uses.

    Raises Failure for what is no Python, has no such model, or would have to be run.
    """
    if len(source) > LARGEST:
        raise _failure(f"It has {len(source):,} characters; {LARGEST:,} are read.")
    with warnings.catch_warnings():
        # The source's own: escapes that are none, names that hide those of a model.
        warnings.simplefilter("ignore")
        tree = _parsed(source)
        try:
            return _schema(tree, re.split(r"\r\n|\r|\n", source), name)
        except RecursionError:
            raise _failure("Its types are nested too deep.") from None


def models(source: str) -> list[str]:
    """Names of the models in it, in their order; none of what is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            classes = Classes(_parsed(source), re.split(r"\r\n|\r|\n", source))
            classes.make()
        except (Failure, RecursionError):
            return []
    return [node.name for node in classes.nodes.values() if classes.is_model(node)]


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        line = f"Line {error.lineno}: " if error.lineno else ""
        raise _failure(f"{line}{error.msg}.", error.lineno) from None
    except (ValueError, RecursionError, MemoryError) as error:
        # Null bytes and halves of surrogate pairs; what is nested deeper than the parser goes.
        words = first_line(error) if isinstance(error, ValueError) else "It is nested too deep"
        raise _failure(f"{words}.") from None


def _schema(tree: ast.Module, lines: list[str], name: str) -> dict[str, Any]:
    classes = Classes(tree, lines)
    classes.make()
    if name and not any(node.name == name for node in classes.nodes.values()):
        if not isinstance(classes.scope.bindings.get(name), ast.expr):
            raise _failure(f"There is no model `{name}` in it.")
        node, model = tree.body[-1], classes.alias(name)
    else:
        node = _chosen(classes, name)
        model = classes.made(node)
    try:
        return _asked(model, classes)
    except RecursionError:
        raise
    except Exception as error:
        # Pydantic says in many types of exception why it has no schema for a type.
        raise refused(node, first_line(error)) from error


def _chosen(classes: Classes, name: str) -> ast.ClassDef:
    nodes = list(classes.nodes.values())
    if name:
        return next(node for node in reversed(nodes) if node.name == name)
    models = [node for node in nodes if classes.is_model(node)]
    if not models:
        raise _failure("There is no model in it.")
    used = {other for node in models for other in classes.uses[id(node)] if other != id(node)}
    free = [node for node in models if id(node) not in used]
    return (free or models)[-1]


def _asked(model: Any, classes: Classes) -> dict[str, Any]:
    later = classes.namespace
    for made in later.values():
        if isinstance(made, type) and issubclass(made, BaseModel):
            made.model_rebuild(_types_namespace=later)
        elif isinstance(made, type) and is_pydantic_dataclass(made):
            rebuild_dataclass(made, _types_namespace=later)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return model.model_json_schema(schema_generator=_Quiet)
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    adapter.rebuild(_types_namespace=later)
    return adapter.json_schema(schema_generator=_Quiet)


def _failure(sentence: str, line: int | None = None) -> Failure:
    return Failure(
        Problem(
            title="This is no Pydantic source that can be read.",
            detail=sentence,
            facts={"source": "pydantic", **({"line": str(line)} if line else {})},
        )
    )
