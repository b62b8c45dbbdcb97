"""Expressions of Pydantic source: annotations and constants, from the syntax tree to Python's own.

Calls are made only of functions that make types and values (`Field`, `conint`, `Decimal` …), and
only with arguments that were read in the same way.
"""

from __future__ import annotations

import ast
import enum
import typing
from collections.abc import Callable, Mapping
from typing import Any, ForwardRef, Literal, Union

from pydantic_core import PydanticUndefined
from typing_extensions import TypeAliasType

from playground.schemas.pydantic_known import METADATA, MISSING, TYPES, UNSEEN, VALUES, known
from playground.schemas.pydantic_scope import Scope, dotted, refused, shown

_ABSENT = frozenset(("default_factory",))
"""Arguments that are functions, and that no schema depends on."""
NAMED: Mapping[str, Any] = {
    "NewType": typing.NewType,
    "TypeAliasType": TypeAliasType,
    "TypeVar": typing.TypeVar,
}
"""Functions whose types are themselves each time they are named: they are called once."""
LATER = "playground_later_"
DEEPEST = 60
"""Levels of expressions within expressions, strings and aliases included."""


class Expressions:
    """Reads expressions. `classes` gives the classes of the source, or references to later ones."""

    def __init__(self, classes: Callable[[ast.ClassDef, ast.AST], Any]) -> None:
        self._classes = classes
        self._named: dict[int, Any] = {}
        self._later: dict[int, str] = {}
        self._depth = 0
        self.namespace: dict[str, Any] = {}
        """What references to later definitions lead to."""

    def annotation(self, node: ast.expr, scope: Scope) -> Any:
        """The type that an annotation means."""
        return self._deeper(self._annotation, node, scope)

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression that is a constant, or made of constants."""
        return self._deeper(self._value, node, scope)

    def field(self, node: ast.expr, scope: Scope) -> Any:
        """What is assigned to a field: the value of a constant, or of a call of `Field`."""
        if isinstance(node, ast.Call) and scope.path(node.func).endswith((".Field", ".field")):
            return self._call(node, scope, {"Field", "field"})
        return self.value(node, scope)

    def later(self, node: ast.AST) -> ForwardRef:
        """A reference to what is defined further down.

        Pydantic looks these names up. They are ours, whatever the source calls the thing.
        """
        return ForwardRef(self._later.setdefault(id(node), f"{LATER}{len(self._later)}"))

    def define(self, node: ast.AST, made: Any) -> None:
        """From now on references to this node lead to what was made of it."""
        self.namespace[self.later(node).__forward_arg__] = made

    def _deeper(self, read: Callable[[Any, Scope], Any], node: ast.expr, scope: Scope) -> Any:
        scope.spend(node)
        if self._depth >= DEEPEST:
            raise refused(node, f"it is nested over {DEEPEST} levels deep")
        self._depth += 1
        try:
            return read(node, scope)
        except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise refused(node, first_line(error)) from error
        finally:
            self._depth -= 1

    def _annotation(self, node: ast.expr, scope: Scope) -> Any:
        match node:
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str() as text):
                try:
                    inner = ast.parse(text.strip(), mode="eval").body
                except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                    raise refused(node, f"no annotation: {first_line(error)}") from None
                for one in ast.walk(inner):
                    ast.copy_location(one, node)
                return self.annotation(inner, scope)
            case ast.BinOp(op=ast.BitOr()):
                parts = tuple(self.annotation(one, scope) for one in _alternatives(node))
                return Union[parts]  # noqa: UP007  the parts are known only now
            case ast.Subscript():
                return self._subscript(node, scope)
            case ast.Call(func=func):
                name = scope.path(func).rpartition(".")[2]
                if name in TYPES:
                    return self._call(node, scope, TYPES)
                raise refused(node, "an annotation may not call this")
            case ast.Name() | ast.Attribute():
                return self._named_type(node, scope)
            case _:
                raise refused(node, "this is no annotation")

    def _named_type(self, node: ast.expr, scope: Scope) -> Any:
        if path := scope.path(node):
            if (found := known(path)) is MISSING:
                raise refused(node, f"`{path}` is not among the imports that can be read")
            return found
        binding, home = scope.own(node)
        if isinstance(binding, ast.ClassDef):
            return self._classes(binding, node)
        if isinstance(binding, ast.Call):
            name = home.path(binding.func).rpartition(".")[2]
            if name in NAMED or (not name and dotted(binding.func) == "TypeAliasType"):
                return self._once(binding, home, name or "TypeAliasType")
        if isinstance(binding, ast.expr):
            return self.annotation(binding, home)
        raise refused(node, "nothing of this name is defined or imported here")

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        name = scope.path(node.value).rpartition(".")[2]
        if name == "Literal":
            return Literal[tuple(self.value(one, scope) for one in parts)]
        if name == "Annotated":
            kept = [self._metadata(one, scope) for one in parts[1:]]
            metadata = tuple(one for one in kept if one is not MISSING)
            inside = self.annotation(parts[0], scope)
            return typing.Annotated[(inside, *metadata)] if metadata else inside
        base = self.annotation(node.value, scope)
        if isinstance(base, ForwardRef):
            raise refused(node, "it is given parameters before it is defined")
        ellipsis = [isinstance(one, ast.Constant) and one.value is ... for one in parts]
        inside = tuple(
            ... if is_rest else self.annotation(one, scope)
            for one, is_rest in zip(parts, ellipsis, strict=True)
        )
        if base is tuple and not inside:
            return tuple[()]
        return base[inside if len(inside) != 1 else inside[0]]

    def _metadata(self, node: ast.expr, scope: Scope) -> Any:
        """What stands beside a type in `Annotated`; MISSING when it does not change the schema."""
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Call):
            name = scope.path(node.func).rpartition(".")[2]
            if name in UNSEEN and not any(
                one.arg == "json_schema_input_type" for one in node.keywords
            ):
                return MISSING
            return self._call(node, scope, METADATA)
        binding, home = scope.own(node)
        if isinstance(binding, ast.Call):
            return self._metadata(binding, home)
        if scope.path(node).rpartition(".")[2] in ("Strict", "SkipValidation"):
            return known(scope.path(node))
        raise refused(node, "it is not known what this makes of the type")

    def _call(self, node: ast.Call, scope: Scope, allowed: typing.Collection[str]) -> Any:
        path = scope.path(node.func)
        function = known(path)
        if path.rpartition(".")[2] not in allowed or function is MISSING:
            raise refused(node, "what a call makes is known only by running it")
        arguments = [self._argument(one, scope, path) for one in node.args]
        keywords: dict[str, Any] = {}
        for one in node.keywords:
            if one.arg is None:
                given = self.value(one.value, scope)
                if not isinstance(given, Mapping):
                    raise refused(node, "`**` needs a dict")
                keywords.update(given)
            elif one.arg in _ABSENT:
                keywords[one.arg] = _nothing
            else:
                keywords[one.arg] = self._argument(one.value, scope, path)
        return function(*arguments, **keywords)

    def _argument(self, node: ast.expr, scope: Scope, path: str) -> Any:
        """An argument: a type where the function wants one, else a value."""
        name = path.rpartition(".")[2]
        wanted = name in ("conlist", "conset", "confrozenset")
        if wanted and isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp):
            binding, _ = scope.own(node)
            if not isinstance(binding, ast.Constant):
                return self.annotation(node, scope)
        return self.value(node, scope)

    def _once(self, node: ast.Call, scope: Scope, name: str) -> Any:
        """`TypeVar`, `NewType`, `TypeAliasType`: the same type wherever they are named."""
        if id(node) in self._named:
            return self._named[id(node)]
        label = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        if not isinstance(label, str):
            raise refused(node, "its name must be a string")
        if name == "TypeVar":
            bound = next((one.value for one in node.keywords if one.arg == "bound"), None)
            limits = [self.annotation(one, scope) for one in node.args[1:]]
            upper = self.annotation(bound, scope) if bound else None
            made = NAMED[name](label, *limits, bound=upper)
        elif len(node.args) < 2:
            raise refused(node, "it needs a type")
        else:
            self._named[id(node)] = self.later(node)  # for its own type, which may name it
            made = NAMED[name](label, self.annotation(node.args[1], scope))
            self.define(node, made)
        self._named[id(node)] = made
        return made

    def _value(self, node: ast.expr, scope: Scope) -> Any:
        match node:
            case ast.Constant(value=value):
                scope.spend(node, len(value) // 64 if isinstance(value, str | bytes) else 0)
                return PydanticUndefined if value is ... else value
            case ast.UnaryOp(op=ast.USub(), operand=inside):
                return -self.value(inside, scope)
            case ast.UnaryOp(op=ast.UAdd(), operand=inside):
                return +self.value(inside, scope)
            case ast.List(elts=parts):
                return [self.value(one, scope) for one in parts]
            case ast.Tuple(elts=parts):
                return tuple(self.value(one, scope) for one in parts)
            case ast.Set(elts=parts):
                return {self.value(one, scope) for one in parts}
            case ast.Dict(keys=keys, values=values):
                if any(key is None for key in keys):
                    raise refused(node, "`**` in a dict is not read")
                return {
                    self.value(key, scope): self.value(one, scope)
                    for key, one in zip(keys, values, strict=True)
                    if key is not None
                }
            case ast.Call(func=func):
                if scope.path(func) in VALUES:
                    return self._call(node, scope, {scope.path(func).rpartition(".")[2]})
                raise refused(node, "what a call makes is known only by running it")
            case ast.Attribute(value=ast.Attribute() as member, attr="value"):
                return self._member(member, scope).value
            case ast.Attribute() | ast.Name():
                return self._named_value(node, scope)
            case _:
                raise refused(node, f"{shown(node)} is no constant")

    def _named_value(self, node: ast.Name | ast.Attribute, scope: Scope) -> Any:
        path = scope.path(node)
        if path.startswith("pydantic.alias_generators."):
            return known(path)
        binding, home = scope.own(node)
        if isinstance(node, ast.Attribute) and not isinstance(binding, ast.ClassDef):
            return self._member(node, scope)
        if isinstance(binding, ast.expr):
            return self.value(binding, home)
        raise refused(node, "this is no constant")

    def _member(self, node: ast.Attribute, scope: Scope) -> Any:
        """`Color.RED` of an enumeration of the source."""
        binding, _ = scope.own(node.value)
        if isinstance(binding, ast.ClassDef):
            made = self._classes(binding, node)
            if isinstance(made, type) and issubclass(made, enum.Enum):
                if node.attr in made.__members__:
                    return made[node.attr]
                raise refused(node, "the enumeration has no such member")
        raise refused(node, "this is no constant")


def _alternatives(node: ast.expr) -> list[ast.expr]:
    """The parts of `A | B | C`, which is nested to the left."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _nothing() -> None:
    """Stands for a `default_factory`, which is never called."""


def first_line(error: BaseException) -> str:
    text = str(error).strip().split("\n")[0].strip().rstrip(".")
    return text or type(error).__name__
