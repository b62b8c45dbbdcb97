"""Functions of a Python file that may be offered as tools, read without running any of it.

What each takes is source again: a class of Pydantic's with a field for every parameter, behind the
file itself without its functions. Whoever can read models makes a schema of that.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from playground.core.problem import Failure, Problem
from playground.core.tools import NAME
from playground.tools import docstrings

LARGEST = 500_000
"""Characters of source that are read."""
MOST = 200
"""Functions of one file."""

TAKES = "playground_arguments"
GIVES = "playground_result"
"""Names at the end of the source: of the class of the arguments, of the type of the result."""

_HEAD = (
    "from typing import Any as playground_any\n"
    "from pydantic import BaseModel as playground_model, Field as playground_field\n"
)

SAME = frozenset(
    ("cache", "lru_cache", "validate_call", "override", "final", "no_type_check", "deprecated")
)
"""Decorators after which a function takes what it took before, whatever module they are from."""

NOTHING_SAID = frozenset(("", "None", "str", "Any", "typing.Any", "object"))
"""Annotations of results that are text, or of which a schema would tell nothing."""


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    annotation: str
    """As the source has it, without texts; empty: none."""
    default: str | None
    """As the source has it; None: it has to be given."""
    text: str
    """What is said of it, in `Annotated` or in the docstring."""
    constant: bool
    """Whether the default is a plain value."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    line: int
    text: str
    """The first paragraph of its docstring."""
    parameters: tuple[Parameter, ...]
    returns: str
    """The annotation of its result; empty: none, or nothing that a schema would tell."""
    opaque: str
    """Why only running tells what it takes; empty: it can be read."""
    notes: tuple[str, ...]
    """What cannot be offered of it, in sentences."""


@dataclass(frozen=True, slots=True)
class Found:
    functions: tuple[Function, ...]
    notes: tuple[str, ...]
    """What is not offered, and why."""
    rest: str
    """The source without its functions; everything else is in the line where it was."""

    def arguments(self, function: Function, *, factories: bool = False) -> str:
        """Source of the class TAKES. factories: of defaults that are no plain values it only says
        that they are there."""
        rows = ['    model_config = {"extra": "forbid"}']
        for number, one in enumerate(function.parameters):
            hint = one.annotation or "playground_any"
            rows.append(f"    p{number}: {hint} = {_field(one, factories)}")
        return "\n".join([self.rest, _HEAD, f"class {TAKES}(playground_model):", *rows, ""])

    def result(self, function: Function) -> str:
        """Source of the type GIVES."""
        return f"{self.rest}\n{GIVES} = {function.returns}\n"


def read(source: str) -> Found:
    """Raises Failure for what is no Python."""
    tree = _parsed(source)
    # One that is defined again takes the place of the one before.
    named = {one.name: one for one in tree.body if isinstance(one, _FUNCTIONS)}
    functions: list[Function] = []
    notes: list[str] = []
    for name, node in named.items():
        if name.startswith("_") or not (ast.get_docstring(node) or _annotated(node)):
            continue
        if not NAME.fullmatch(name):
            why = "the name of a tool has up to 64 of A–Z, a–z, 0–9, _ and -"
            notes.append(f"`{name[:64]}` is not offered: {why}.")
        elif len(functions) == MOST:
            notes.append(f"It has more functions than the {MOST} that are read.")
            break
        else:
            functions.append(_function(node))
    return Found(tuple(functions), tuple(notes), _without_functions(source, tree))


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Node = ast.FunctionDef | ast.AsyncFunctionDef


def _parsed(source: str) -> ast.Module:
    if len(source) > LARGEST:
        raise _failure(f"It has {len(source):,} characters; {LARGEST:,} are read.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the source's own, of escapes that are none
        try:
            return ast.parse(source)
        except SyntaxError as error:
            raise _failure(f"Line {error.lineno}: {error.msg}.", error.lineno) from None
        except (ValueError, RecursionError, MemoryError) as error:
            # Null bytes and halves of surrogate pairs; what is nested deeper than the parser goes.
            words = str(error) if isinstance(error, ValueError) else "It is nested too deep"
            raise _failure(f"{words.rstrip('.')}.") from None


def _annotated(node: _Node) -> bool:
    every = [one.annotation for one in _arguments(node)]
    return node.returns is not None or any(one is not None for one in every)


def _function(node: _Node) -> Function:
    told = docstrings.read(ast.get_docstring(node) or "")
    starred = [("*", node.args.vararg), ("**", node.args.kwarg)]
    notes = [
        f"`{node.name}`: `{stars}{one.arg}` is left out; a model gives every argument by its name."
        for stars, one in starred
        if one is not None
    ]
    returns, _ = _bare(node.returns)
    return Function(
        name=node.name,
        line=node.lineno,
        text=told.summary,
        parameters=tuple(_parameter(*one, told.parameters) for one in _defaults(node)),
        returns="" if returns in NOTHING_SAID else returns,
        opaque=_opaque(node),
        notes=tuple(notes),
    )


def _arguments(node: _Node) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _defaults(node: _Node) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    arguments = node.args
    placed = [*arguments.posonlyargs, *arguments.args]
    without = len(placed) - len(arguments.defaults)
    yield from zip(placed, [*([None] * without), *arguments.defaults], strict=True)
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _parameter(node: ast.arg, default: ast.expr | None, told: Mapping[str, str]) -> Parameter:
    annotation, text = _bare(node.annotation)
    return Parameter(
        name=node.arg,
        annotation=annotation,
        default=None if default is None else ast.unparse(default),
        text=text or told.get(node.arg, ""),
        constant=_constant(default),
    )


def _constant(default: ast.expr | None) -> bool:
    try:
        ast.literal_eval(default or ast.Constant(None))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _bare(annotation: ast.expr | None) -> tuple[str, str]:
    """The source of an annotation without the texts in `Annotated`, and these."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.unparse(annotation), ""
    texts: list[str] = []
    match annotation:
        case None:
            return "", ""
        case ast.Subscript(value=mark, slice=ast.Tuple(elts=[inside, *more])) if (
            _last_name(mark) == "Annotated"
        ):
            kept = []
            for one in more:
                match one:
                    case ast.Constant(value=str() as text):
                        texts.append(text)
                    case ast.Call(func=func, args=[ast.Constant(value=str() as text)]) if (
                        _last_name(func) == "Doc"
                    ):
                        texts.append(text)
                    case _:
                        kept.append(one)
            if kept:
                parts = ast.Tuple([inside, *kept], ast.Load())
                annotation = ast.Subscript(mark, parts, ast.Load())
            else:
                annotation = inside
    return ast.unparse(annotation), " ".join(" ".join(texts).split())


def _opaque(node: _Node) -> str:
    for one in node.decorator_list:
        name = _last_name(one.func if isinstance(one, ast.Call) else one)
        if name not in SAME:
            return f"`@{name or '…'}` may change what it takes"
    return ""


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _field(parameter: Parameter, factories: bool) -> str:
    """What stands behind the field of a parameter; its key is the parameter's name, whatever the
    field of a model may be called."""
    alias = f"alias={parameter.name!r}"
    if parameter.default is None:
        return f"playground_field({alias})"
    match ast.parse(parameter.default, mode="eval").body:
        case ast.Call(func=func, keywords=named) as call if _last_name(func) == "Field":
            if not any(one.arg == "alias" for one in named):
                call.keywords = [*named, ast.keyword("alias", ast.Constant(parameter.name))]
            return ast.unparse(call)
        case _ if factories and not parameter.constant:
            return f"playground_field(default_factory=list, {alias})"
        case _:
            return f"playground_field(default={parameter.default}, {alias})"


def _without_functions(source: str, tree: ast.Module) -> str:
    lines = re.split(r"\r\n|\r|\n", source)
    for node in tree.body:
        if isinstance(node, _FUNCTIONS):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            for number in range(first - 1, node.end_lineno or first):
                lines[number] = ""
    return "\n".join(lines)


def _failure(detail: str, line: int | None = None) -> Failure:
    return Failure(
        Problem(
            title="This is no Python that can be read.",
            detail=detail,
            remedy="change_request",
            facts={"line": str(line)} if line else {},
        )
    )
