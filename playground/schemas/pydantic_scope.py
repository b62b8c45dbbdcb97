"""What names in Pydantic source mean, from its imports and definitions alone.

Nothing of the source is imported or run: an import is a name for a path, and no more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from playground.core.problem import Failure, Problem
from playground.schemas.pydantic_known import KNOWN

ALIASES = 20
"""Names of one thing, one after the other, that are followed."""
SHOWN = 60
"""Characters of a name or a constant that a reason shows."""
LARGEST = 100_000
"""Things that are looked at for one source: one that names itself over and over would not end."""


@dataclass(frozen=True, slots=True)
class Imported:
    path: str
    """`typing.Optional`, or the module itself: `typing`."""


Binding = Imported | ast.ClassDef | ast.expr
"""What a name stands for: an import, a class of the source, or the expression assigned to it."""


class Scope:
    """Names of a module, or of a class in it, and how much was read so far."""

    def __init__(self, body: Iterable[ast.stmt], outer: Scope | None = None) -> None:
        self.outer = outer
        self.bindings: dict[str, Binding] = {}
        self._stars: list[str] = []
        self._left = LARGEST
        self._bind(body)

    def _bind(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            match statement:
                case ast.ClassDef(name=name):
                    self.bindings[name] = statement
                case ast.Import(names=names):
                    for one in names:
                        top = one.name.partition(".")[0]
                        self.bindings[one.asname or top] = Imported(one.name if one.asname else top)
                case ast.ImportFrom(module=module, names=names, level=level):
                    home = "." * level + (module or "")
                    for one in names:
                        if one.name == "*":
                            self._stars.append(home)
                        else:
                            self.bindings[one.asname or one.name] = Imported(f"{home}.{one.name}")
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.bindings[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.bindings[name] = value
                case ast.If(body=inside, orelse=others):
                    self._bind(one for one in (*inside, *others) if _imports(one))
                case ast.Try(body=inside, handlers=handlers):
                    self._bind(one for handler in handlers for one in handler.body if _imports(one))
                    self._bind(one for one in inside if _imports(one))
                case _ if type(statement).__name__ == "TypeAlias":  # `type X = …`, Python 3.12
                    alias: Any = statement
                    self.bindings[alias.name.id] = ast.copy_location(
                        ast.Call(
                            func=ast.Name(id="TypeAliasType", ctx=ast.Load()),
                            args=[ast.Constant(value=alias.name.id), alias.value],
                            keywords=[],
                        ),
                        statement,
                    )

    def inside(self, node: ast.ClassDef) -> Scope:
        """The names that a class adds: its own classes. Its fields hide nothing."""
        return Scope([one for one in node.body if isinstance(one, ast.ClassDef)], self)

    def find(self, name: str) -> Binding | None:
        if (found := self.bindings.get(name)) is not None:
            return found
        if self.outer is not None:
            return self.outer.find(name)
        for module in reversed(self._stars):
            if name in KNOWN.get(module, ()):
                return Imported(f"{module}.{name}")
        return Imported(f"builtins.{name}") if name in KNOWN["builtins"] else None

    def path(self, node: ast.expr) -> str:
        """`typing.Optional` for whatever the source calls it; empty for its own names."""
        name = dotted(node)
        if name is None:
            return ""
        first, _, rest = name.partition(".")
        binding = self.find(first)
        for _ in range(ALIASES):
            if not isinstance(binding, ast.Name):
                break
            binding = self.find(binding.id)
        if not isinstance(binding, Imported):
            return ""
        return f"{binding.path}.{rest}" if rest else binding.path

    def own(self, node: ast.expr) -> tuple[Binding | None, Scope]:
        """What a name of the source's own stands for, and the scope where it does."""
        if isinstance(node, ast.Attribute):
            outer, home = self.own(node.value)
            if not isinstance(outer, ast.ClassDef):
                return None, self
            inside = home.inside(outer)
            return inside.bindings.get(node.attr), inside
        if not isinstance(node, ast.Name):
            return None, self
        here: Scope | None = self
        while here is not None and node.id not in here.bindings:
            here = here.outer
        return (here.bindings[node.id], here) if here is not None else (None, self)

    def spend(self, node: ast.AST, amount: int = 1) -> None:
        """Counts what was read; Failure when it is too much."""
        if self.outer is not None:
            self.outer.spend(node, amount)
            return
        self._left -= amount
        if self._left < 0:
            raise refused(node, "what it says in full is too large to be read")


def _imports(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def dotted(node: ast.expr) -> str | None:
    """`pydantic.Field` of such an expression; None of any other."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return ".".join([node.id, *reversed(names)])


def shown(node: ast.AST) -> str:
    """An expression as a person may recognise it."""
    match node:
        case ast.Name() | ast.Attribute():
            name = dotted(node)
            return f"`{name[:SHOWN]}`" if name else "an attribute"
        case ast.Call(func=func):
            return f"the call `{(dotted(func) or '…')[:SHOWN]}(…)`"
        case ast.Subscript(value=value):
            return f"`{(dotted(value) or '…')[:SHOWN]}[…]`"
        case ast.Constant(value=value):
            return f"`{str(value)[:SHOWN]}`"
        case ast.ClassDef(name=name):
            return f"the class `{name}`"
        case _:
            return f"a `{type(node).__name__}`"


def refused(node: ast.AST, sentence: str) -> Failure:
    """Failure that names the line and the construct."""
    line, construct = getattr(node, "lineno", 0), shown(node)
    return Failure(
        Problem(
            title="This Pydantic source cannot be read without running it.",
            detail=f"Line {line}, {construct}: {sentence}.",
            facts={"source": "pydantic", "line": str(line), "construct": construct},
        )
    )
