"""Python files of tools inside of another program.

A file stands there as it is, where none of its names is taken. Else it becomes a module of its own,
made of its text. What it does when it is run by itself is left out.
"""

from __future__ import annotations

import ast
import symtable
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from playground.core.problem import Failure, Problem
from playground.export import python
from playground.export.literal import literal
from playground.schemas.names import field_name, unique

LOADED = '''\
def loaded(name: str, lines: list[str]) -> ModuleType:
    """A file as a module of its own: some of its names mean something else in here."""
    module = sys.modules[name] = ModuleType(name)
    code = compile("\\n".join(lines), f"{name}.py", "exec", dont_inherit=True)
    exec(code, vars(module))
    return module
'''
"""What makes a module. It needs `sys` and `ModuleType`."""


@dataclass(slots=True)
class Files:
    """The files of a program, as they are put in one after the other."""

    taken: dict[str, str]
    """Names of the program: what is imported by each, or nothing."""
    texts: list[str] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    """Statements that make modules."""
    futures: set[str] = field(default_factory=set)
    """What the texts import from `__future__`; that has to be the program's first line."""
    _before: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def function(self, path: str, source: str, name: str) -> str:
        """An expression for a function of a file, which is put in when it is not yet there; empty:
        it has no such function. Raises Failure for what is no Python."""
        if path not in self._before:
            self._before[path] = self._put(path, source)
        before, names = self._before[path]
        return f"{before}{name}" if name in names else ""

    def _put(self, path: str, source: str) -> tuple[str, frozenset[str]]:
        file = PurePath(path.replace("\\", "/")).name
        text = source.replace("\r\n", "\n").replace("\r", "\n")
        tree, bound = _read(file, text)
        plain = _plain(text, tree)
        names = frozenset(bound)
        if plain is None or "*" in bound or self._clashes(bound):
            module = unique(field_name(PurePath(file).stem), self.taken.keys() | names)
            self.taken[module] = ""
            lines = literal(text.split("\n"), python.SYNTAX)
            self.modules.append(f"{module} = loaded({_atom(module)}, {lines})\n")
            return f"{module}.", names
        self.taken |= bound
        self.futures |= plain.futures
        self.texts.append(f"# From {_atom(file)[1:-1]}\n\n{plain.text}\n")
        return "", names

    def _clashes(self, bound: Mapping[str, str]) -> bool:
        """The same import twice is no harm."""
        return any(
            name in self.taken and not (meant and meant == self.taken[name])
            for name, meant in bound.items()
        )


@dataclass(frozen=True, slots=True)
class _Plain:
    text: str
    futures: set[str]


def _read(file: str, text: str) -> tuple[ast.Module, dict[str, str]]:
    """The tree, and every name of the module with what is imported by it, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that may mean something else one day
            tree = ast.parse(text)
            symbols = symtable.symtable(text, "<a file>", "exec").get_symbols()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Failure(
            Problem(title=f"`{file}` is no Python that can be read.", detail=f"{error}.")
        ) from error
    imported = dict(_imported(tree))
    bound = {
        symbol.get_name(): "" if symbol.is_assigned() else imported.get(symbol.get_name(), "")
        for symbol in symbols
        if symbol.is_assigned() or symbol.is_imported()
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            bound |= dict.fromkeys(node.names, "")
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            bound["*"] = ""
    return tree, bound


def _imported(tree: ast.Module) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for one in names:
                    first = one.name.partition(".")[0]
                    found.append((one.asname, one.name) if one.asname else (first, first))
            case ast.ImportFrom(module=module, names=names, level=level):
                home = "." * level + (module or "")
                found += [(one.asname or one.name, f"{home}.{one.name}") for one in names]
    return found


def _plain(text: str, tree: ast.Module) -> _Plain | None:
    """The text as a part of a program; None where it cannot be one."""
    lines = text.split("\n")
    futures: set[str] = set()
    for node in reversed(tree.body):
        match node:
            case ast.ImportFrom(module="__future__", names=names):
                futures |= {one.name for one in names}
            case ast.If(test=test, orelse=[]) if ast.unparse(test) == "__name__ == '__main__'":
                pass
            case _:
                continue
        if not _is_alone(node, lines):
            return None
        del lines[node.lineno - 1 : node.end_lineno]
    return _Plain("\n".join(lines).strip("\n"), futures)


def _is_alone(node: ast.stmt, lines: list[str]) -> bool:
    """Whether nothing else stands in its lines, but a remark behind it."""
    last = lines[(node.end_lineno or node.lineno) - 1].encode()
    return node.col_offset == 0 and last[node.end_col_offset :].strip()[:1] in (b"", b"#")


def _atom(value: Any) -> str:
    return literal(value, python.SYNTAX)
