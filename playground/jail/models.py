"""What runs in the jail to ask Pydantic source for its schema. A script, never imported here.

It is told on standard input {"source", "name", "mark"} and prints the mark on a line of its own,
then the schema. What the source itself prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import linecache
import os
import sys
import traceback
import types
import typing
from collections.abc import Iterator
from typing import Any

MODULE = "models"
"""The name of the source as a module; as `__main__` it would run what it has for trying it out."""

FILE = "<source>"


class Lacking(Exception):  # noqa: N818
    """There is no such model."""


def schema(module: types.ModuleType, name: str) -> Any:
    """Of the model `name`, else of the last one that no other model uses."""
    from pydantic import BaseModel, TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Quiet(GenerateJsonSchema):
        ignored_warning_kinds = {
            "skipped-choice",
            "non-serializable-default",
            "skipped-discriminator",
        }

    model = chosen(vars(module), name)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return model.model_json_schema(schema_generator=Quiet)
    return TypeAdapter(model).json_schema(schema_generator=Quiet)


def chosen(names: dict[str, Any], name: str) -> Any:
    if name:
        if name not in names:
            raise Lacking(f"There is no model `{name}` in it.")
        return names[name]
    models = [one for one in names.values() if is_model(one)]
    if not models:
        raise Lacking("There is no model in it.")
    used = {id(other) for one in models for other in mentioned(one) if other is not one}
    free = [one for one in models if id(one) not in used]
    return (free or models)[-1]


def is_model(thing: Any) -> bool:
    """A class of this source of which a schema may be asked."""
    import dataclasses

    from pydantic import BaseModel
    from typing_extensions import is_typeddict

    if not isinstance(thing, type) or thing.__module__ != MODULE:
        return False
    return issubclass(thing, BaseModel) or dataclasses.is_dataclass(thing) or is_typeddict(thing)


def mentioned(model: type) -> Iterator[Any]:
    """What the fields of a model and its bases name, however deep inside other types."""
    waiting: list[Any] = [*model.__bases__, *hints(model).values()]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += typing.get_args(one)
        if generic := getattr(one, "__pydantic_generic_metadata__", None):
            waiting += [generic["origin"], *generic["args"]]


def hints(model: type) -> dict[str, Any]:
    try:
        return typing.get_type_hints(model, include_extras=True)
    except Exception:  # names that only Pydantic can find, or nobody
        return dict(vars(model).get("__annotations__", {}))


def ran(source: str) -> types.ModuleType:
    """The module of a source, which may do as it likes."""
    module = types.ModuleType(MODULE)
    module.__file__ = FILE
    sys.modules[MODULE] = module
    # Without a time of change the lines are never looked for on the disk.
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[FILE] = (len(source), None, lines, FILE)
    exec(compile(source, FILE, "exec", dont_inherit=True), vars(module))
    return module


def told(error: BaseException) -> str:
    """The error as Python shows it, without what of us and of Pydantic is on the way to it."""
    if isinstance(error, Lacking):
        return f"{error}\n"
    shown = traceback.format_exception_only(error)
    if not isinstance(error, SyntaxError):
        way = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in way if frame.filename == FILE]
        shown = traceback.format_list(own or way[-1:]) + shown
    return "".join(shown)


def main() -> None:
    # Whoever prints in there prints elsewhere: the first pipe is for the answer.
    answers = os.dup(1)
    os.dup2(2, 1)
    given = json.loads(sys.stdin.buffer.read())
    try:
        found = json.dumps(schema(ran(given["source"]), given["name"]), allow_nan=False)
    except (Exception, SystemExit) as error:
        with contextlib.suppress(Exception):
            sys.stdout.flush()  # what was printed before comes before
        sys.stderr.write(told(error))
        sys.exit(1)
    with os.fdopen(answers, "wb") as file:
        file.write(f"{given['mark']}\n{found}".encode())


if __name__ == "__main__":
    main()
