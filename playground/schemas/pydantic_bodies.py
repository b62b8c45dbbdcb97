"""Bodies of the classes of Pydantic source: fields, configuration, what is said about them.

A comment beside a field, or a string under it, is its description when it has no other.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from typing import Annotated, Any, get_args, get_origin

from pydantic import Field
from pydantic_core import PydanticUndefined

from playground.schemas.pydantic_expressions import Expressions
from playground.schemas.pydantic_known import MISSING
from playground.schemas.pydantic_scope import Scope, dotted, refused

DIRECTIVES = re.compile(
    r"(noqa|type:|pragma|pylint|pyright|mypy|ruff|fmt|isort|nosec|yapf|todo|fixme)", re.IGNORECASE
)
"""Comments that speak to tools or to programmers."""
OWN_SCHEMA = frozenset(
    (
        "__get_pydantic_core_schema__",
        "__get_pydantic_json_schema__",
        "__pydantic_init_subclass__",
        "__init_subclass__",
        "model_json_schema",
    )
)
"""Methods with which a model writes its own schema."""


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One field as the source has it."""

    name: str
    node: ast.AnnAssign
    type: Any
    assigned: Any
    """MISSING when nothing is."""


class Bodies:
    def __init__(self, expressions: Expressions, lines: list[str]) -> None:
        self._expressions = expressions
        self._lines = lines

    def members(self, node: ast.ClassDef, scope: Scope) -> list[Member]:
        found: list[Member] = []
        rows = statements(node)
        for place, one in enumerate(rows):
            match one:
                case ast.AnnAssign(target=ast.Name(id=name)):
                    after = rows[place + 1] if place + 1 < len(rows) else None
                    if (member := self._member(one, name, after, scope)) is not None:
                        found.append(member)
                case ast.Assign(targets=[ast.Name(id=name)]) if not name.startswith("_"):
                    if name != "model_config":
                        raise refused(one, f"`{name}` has no annotation")
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._method(one, scope)
                case ast.Assign() | ast.ClassDef() | ast.Pass() | ast.Expr(value=ast.Constant()):
                    pass
                case _:
                    raise refused(one, "this is not read in a class")
        return found

    def _member(
        self, node: ast.AnnAssign, name: str, after: ast.stmt | None, scope: Scope
    ) -> Member | None:
        marked = (
            node.annotation.value if isinstance(node.annotation, ast.Subscript) else node.annotation
        )
        mark = scope.path(marked)
        if mark.endswith(".ClassVar") or mark == "dataclasses.KW_ONLY" or name == "model_config":
            return None
        if name.startswith("_") and name != "__pydantic_extra__":
            return None
        scope.spend(node)
        kind = self._expressions.annotation(node.annotation, scope)
        if (text := self._described(node, after)) and name != "__pydantic_extra__":
            note = Field(description=text)
            if get_origin(kind) is Annotated:
                # Before what is said there, so that a description there comes out on top.
                inside, *more = get_args(kind)
                kind = Annotated[(inside, note, *more)]
            else:
                kind = Annotated[kind, note]
        assigned = MISSING if node.value is None else self._expressions.field(node.value, scope)
        return Member(name, node, kind, MISSING if assigned is PydanticUndefined else assigned)

    def _described(self, node: ast.AnnAssign, after: ast.stmt | None) -> str:
        """The string under a field, or the comment behind it."""
        match after:
            case ast.Expr(value=ast.Constant(value=str() as text)):
                return "\n".join(line.strip() for line in text.strip().split("\n"))
        line = self._lines[(node.end_lineno or 1) - 1].encode("utf-8", "replace")
        behind = line[node.end_col_offset or 0 :].decode("utf-8", "replace").strip()
        comment = behind.removeprefix("#").lstrip(":").strip()
        return comment if behind.startswith("#") and not DIRECTIVES.match(comment) else ""

    def _method(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        """Failure for a method that changes the schema."""
        if node.name in OWN_SCHEMA:
            raise refused(node, f"`{node.name}` makes the schema when it is run")
        for one in node.decorator_list:
            call = one if isinstance(one, ast.Call) else None
            function = call.func if call else one
            path = scope.path(function) or dotted(function) or ""
            if path.endswith("computed_field"):
                raise refused(one, "a computed field is known only by running it")
            for keyword in call.keywords if call else ():
                plain = isinstance(keyword.value, ast.Constant) and keyword.value.value == "plain"
                if keyword.arg == "json_schema_input_type" or (keyword.arg == "mode" and plain):
                    raise refused(one, "what this validator takes is known only by running it")

    def config(self, node: ast.ClassDef, scope: Scope) -> dict[str, Any]:
        """`model_config`, or the class `Config` of old."""
        found: dict[str, Any] = {}
        for one in node.body:
            match one:
                case ast.Assign(targets=[ast.Name(id="model_config" | "__pydantic_config__")]):
                    found |= self._expressions.value(one.value, scope)
                case ast.AnnAssign(target=ast.Name(id="model_config"), value=ast.expr() as value):
                    found |= self._expressions.value(value, scope)
                case ast.ClassDef(name="Config", body=body):
                    for row in body:
                        match row:
                            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                                found[name] = self._expressions.value(value, scope)
        return found


def statements(node: ast.ClassDef) -> list[ast.stmt]:
    """The body without its docstring."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
