"""Classes of Pydantic source, from the syntax tree to classes that Pydantic makes a schema of.

They have the fields, the configuration and the documentation of those in the source, and nothing
that runs: no validators, no methods.
"""

from __future__ import annotations

import ast
import dataclasses
import enum
import types
from typing import Any, get_origin

import pydantic.dataclasses
from pydantic import BaseModel
from typing_extensions import TypedDict, is_typeddict

from playground.core.problem import Failure
from playground.schemas.pydantic_bodies import Bodies, statements
from playground.schemas.pydantic_expressions import Expressions, first_line
from playground.schemas.pydantic_known import MISSING
from playground.schemas.pydantic_scope import Scope, refused

PLAIN_DECORATORS = frozenset(("typing.final", "typing_extensions.final", "enum.unique"))
MODEL, TABLE, DATACLASS, ENUMERATION, PLACES = (
    "model",
    "TypedDict",
    "dataclass",
    "Enum",
    "NamedTuple",
)


class Classes:
    """Makes the classes of a module, in their order; one that cannot be made is a Failure later."""

    def __init__(self, tree: ast.Module, lines: list[str]) -> None:
        self._expressions = Expressions(self._refer)
        self._bodies = Bodies(self._expressions, lines)
        self._made: dict[int, Any] = {}
        self._failed: dict[int, Failure] = {}
        self._current: list[ast.ClassDef] = []
        self._outer: dict[int, Scope] = {}
        self.scope = Scope(tree.body)
        self.uses: dict[int, set[int]] = {}
        """Classes that each class names, by the id of their nodes."""
        self.nodes: dict[int, ast.ClassDef] = {}
        """All classes in their order; those inside a class come before it."""
        self._collect(tree.body, self.scope)

    @property
    def namespace(self) -> dict[str, Any]:
        return self._expressions.namespace

    def make(self) -> None:
        for node in self.nodes.values():
            self._current.append(node)
            try:
                made = self._class(node, self._outer[id(node)])
            except Failure as failure:
                self._failed[id(node)] = failure
            else:
                self._made[id(node)] = made
                self._expressions.define(node, made)
            finally:
                self._current.pop()

    def made(self, node: ast.ClassDef) -> Any:
        """The class of a node. Raises the Failure of any class that it needs."""
        reached: set[int] = set()
        waiting = [id(node)]
        while waiting:
            one = waiting.pop()
            if one in self._failed:
                raise self._failed[one]
            if one not in reached:
                reached.add(one)
                waiting.extend(self.uses.get(one, ()))
        return self._made[id(node)]

    def is_model(self, node: ast.ClassDef) -> bool:
        """Whether a schema may be asked of it. One that failed is one, so that it is not lost."""
        made = self._made.get(id(node))
        if made is None:
            return id(node) in self._failed and bool(node.bases or node.decorator_list)
        return not issubclass(made, enum.Enum)

    def alias(self, name: str) -> Any:
        """The type of a name that is assigned in the source."""
        return self._expressions.annotation(ast.Name(id=name, ctx=ast.Load(), lineno=0), self.scope)

    def _collect(self, body: list[ast.stmt], scope: Scope) -> None:
        for one in body:
            # A class that is defined again takes the place of the one before.
            if isinstance(one, ast.ClassDef) and scope.bindings.get(one.name) is one:
                self._outer[id(one)] = scope
                self._collect(one.body, scope.inside(one))
                self.nodes[id(one)] = one
                self.uses[id(one)] = set()

    def _refer(self, target: ast.ClassDef, node: ast.AST) -> Any:
        """A class that is named somewhere: itself, or a reference when it comes later."""
        if id(target) not in self.nodes:
            raise refused(node, "this class is inside something that is not read")
        if self._current:
            self.uses[id(self._current[-1])].add(id(target))
        if id(target) in self._failed:
            raise self._failed[id(target)]
        if id(target) in self._made:
            return self._made[id(target)]
        return self._expressions.later(target)

    def _class(self, node: ast.ClassDef, scope: Scope) -> Any:
        decorated = self._decorators(node, scope)
        bases = [self._base(one, scope) for one in node.bases]
        inside = scope.inside(node)
        try:
            if decorated:
                return self._dataclass(node, inside, bases, decorated)
            if any(isinstance(base, type) and issubclass(base, enum.Enum) for base in bases):
                return self._enumeration(node, inside, bases)
            if any(base is TypedDict or is_typeddict(base) for base in bases):
                return self._typed_dict(node, inside, bases)
            if any(isinstance(base, type) and issubclass(base, BaseModel) for base in bases):
                return self._model(node, inside, bases)
        except Failure:
            raise
        except Exception as error:
            # Pydantic says in many types of exception why it would not take the class either.
            raise refused(node, first_line(error)) from error
        raise refused(node, "it is no BaseModel, dataclass, TypedDict or Enum")

    def _base(self, node: ast.expr, scope: Scope) -> Any:
        path = scope.path(node)
        if path in ("typing.NamedTuple", "abc.ABC", "typing.Protocol"):
            raise refused(node, "classes with this base are not read")
        base = self._expressions.annotation(node, scope)
        if not isinstance(base, type) and base is not TypedDict and get_origin(base) is None:
            raise refused(node, "the base has to be defined before the class")
        return base

    def _decorators(self, node: ast.ClassDef, scope: Scope) -> str:
        """The path of the dataclass decorator, if there is one; Failure for decorators that act."""
        found = ""
        for one in node.decorator_list:
            path = scope.path(one.func if isinstance(one, ast.Call) else one)
            if path in ("dataclasses.dataclass", "pydantic.dataclasses.dataclass"):
                found = path
            elif path not in PLAIN_DECORATORS:
                raise refused(one, "what it makes of the class is known only by running it")
        return found

    def _model(self, node: ast.ClassDef, scope: Scope, bases: list[Any]) -> Any:
        config = {
            one.arg: self._expressions.value(one.value, scope) for one in node.keywords if one.arg
        }
        config |= self._bodies.config(node, scope)
        # It would look for the source of the class, and there is none: ours are read here.
        config.pop("use_attribute_docstrings", None)
        namespace: dict[str, Any] = {
            "__module__": __name__,
            "__qualname__": node.name,
            "__doc__": ast.get_docstring(node),
            "__annotations__": {},
        }
        if config:
            namespace["model_config"] = config
        for member in self._bodies.members(node, scope):
            namespace["__annotations__"][member.name] = member.type
            if member.assigned is not MISSING:
                namespace[member.name] = member.assigned
        return types.new_class(node.name, tuple(bases), {}, lambda body: body.update(namespace))

    def _dataclass(self, node: ast.ClassDef, scope: Scope, bases: list[Any], path: str) -> Any:
        fields: list[tuple[str, Any, Any]] = []
        for member in self._bodies.members(node, scope):
            default = dataclasses.field() if member.assigned is MISSING else member.assigned
            fields.append((member.name, member.type, default))
        made = dataclasses.make_dataclass(
            node.name,
            fields,
            bases=tuple(bases),
            kw_only=True,
            namespace={"__doc__": ast.get_docstring(node) or ""},
        )
        made.__doc__ = ast.get_docstring(node)
        config: Any = self._bodies.config(node, scope)
        for one in node.decorator_list:
            for keyword in one.keywords if isinstance(one, ast.Call) else ():
                if keyword.arg == "config":
                    config |= self._expressions.value(keyword.value, scope)
        config.pop("use_attribute_docstrings", None)
        if path.startswith("pydantic"):
            return pydantic.dataclasses.dataclass(made, config=config or None)
        return made

    def _typed_dict(self, node: ast.ClassDef, scope: Scope, bases: list[Any]) -> Any:
        total = True
        for keyword in node.keywords:
            if keyword.arg != "total":
                raise refused(node, f"`{keyword.arg}` is not read")
            total = bool(self._expressions.value(keyword.value, scope))
        namespace = {
            "__module__": __name__,
            "__doc__": ast.get_docstring(node),
            "__annotations__": {one.name: one.type for one in self._bodies.members(node, scope)},
        }
        return types.new_class(
            node.name, tuple(bases), {"total": total}, lambda body: body.update(namespace)
        )

    def _enumeration(self, node: ast.ClassDef, scope: Scope, bases: list[Any]) -> Any:
        members: dict[str, Any] = {}
        for one in statements(node):
            match one:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    members[name] = self._expressions.value(value, scope)
                case ast.FunctionDef() | ast.ClassDef():
                    pass
                case _:
                    raise refused(one, "this is not read in an enumeration")
        *mixed, base = bases
        if len(mixed) > 1:
            raise refused(node, "an enumeration of several types is not read")
        made = base(node.name, members, type=mixed[0]) if mixed else base(node.name, members)
        made.__doc__ = ast.get_docstring(node)
        return made
