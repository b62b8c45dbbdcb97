"""JSON Schema → Pydantic source that imports, and that validates the same instances.

Every object becomes a class, `$defs` first and in their order. What no annotation can say goes
into `json_schema_extra`, so that the schema of the model is still the schema it came from, with a
comment that names what Pydantic does not check. A key that cannot be an attribute gets an alias.
"""

from __future__ import annotations

import ast
import builtins
import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from playground.schemas import shaping
from playground.schemas.names import field_name, pascal, printable, type_name, unique
from playground.schemas.pydantic_literals import literal, pattern_engine
from playground.schemas.pydantic_types import IMPORTS, Typing
from playground.schemas.shapes import (
    UNSET,
    Anything,
    Both,
    Choice,
    Document,
    Field,
    Literals,
    Notes,
    Nothing,
    Null,
    Record,
    Reference,
    Shape,
)

WIDTH = 100
ABSENT = '''def absent() -> Any:
    """What stands in a field that was not sent."""
    return None
'''
KNOWN = frozenset(IMPORTS) | frozenset(dir(builtins)) | {"absent"}
"""Names that mean something in what is written, and so are no class."""
SHADOWED = frozenset(dir(BaseModel))
"""Names that a field would take away from the model."""


def write(schema: Any, name: str, taken: Collection[str] = ()) -> str:
    """Source with the class `name`; none is called as one of `taken`. Raises Failure when the
    schema cannot be read."""
    return _Module(shaping.read(schema), name, taken).text()


class _Module:
    def __init__(self, document: Document, name: str, taken: Collection[str] = ()) -> None:
        self._document = document
        self._taken = {*KNOWN, *taken}
        self._names: dict[str, str] = {}
        """Names of classes by those of definitions."""
        root = document.root
        self._wanted = self._names[""] = self._claim(type_name(name))
        self._aliased = ""
        """The definition that the root is, when it is one and says no more than that."""
        if isinstance(root, Reference) and root.name and not _said(root.notes):
            meant = document.resolved(root)
            if isinstance(meant, Record | Both) and meant == document.definitions[root.name]:
                self._aliased = root.name
                if type_name(root.name) == self._wanted:
                    self._names[root.name] = self._wanted
        for one in document.definitions:
            self._names[one] = self._names.get(one) or self._claim(type_name(one))
        self._typing = Typing(document, self._names, self._lift)
        self._blocks: list[str] = []
        self._lifted: list[str] = []

    def text(self) -> str:
        for name, shape in self._document.definitions.items():
            self._define(self._names[name], shape)
        if not self._aliased:
            self._define(self._wanted, self._document.root, root=True)
        elif self._names[self._aliased] != self._wanted:
            self._blocks.append(f"{self._wanted} = {self._names[self._aliased]}\n")
        if "absent" in self._typing.used:
            self._blocks.insert(0, ABSENT)
        head = "from __future__ import annotations\n\n" + self._typing.imports()
        return head + "".join(f"\n\n{block}" for block in self._blocks)

    def _claim(self, wanted: str) -> str:
        name = unique(wanted, self._taken)
        self._taken.add(name)
        return name

    def _lift(self, record: Record, hint: str) -> str:
        """A class for an object inside another; it stands before the class that uses it."""
        name = self._claim(pascal(record.notes.title or hint))
        self._lifted.append(self._class(name, record))
        return name

    def _define(self, name: str, shape: Shape, root: bool = False) -> None:
        record = self._typing.record(shape)
        if record is not None:
            block = self._class(name, record)
        elif root:
            block = self._root_model(name, shape)
        else:
            text = self._typing.annotation(shape, name)
            self._typing.used.add("TypeAliasType")
            block = _remark(self._typing.unchecked(), "")
            block += f'{name} = TypeAliasType("{name}", {text!r})\n'
        self._blocks += [*self._lifted, block]
        self._lifted = []

    def _root_model(self, name: str, shape: Shape) -> str:
        self._typing.used.add("RootModel")
        text, arguments = self._typing.parts(shape, name)
        title, description = arguments.pop("title", ""), shape.notes.description
        if _stays(description):
            arguments.pop("description", None)
        lines = [f"class {name}(RootModel):", *_docstring(description)]
        config = {"title": title} if shape.notes.title not in ("", name) else {}
        lines += self._config(config, (shape,))
        lines.append(
            _remark(self._typing.unchecked(), "    ") + self._line("root", text, arguments)
        )
        return "\n".join(lines) + "\n"

    def _class(self, name: str, record: Record) -> str:
        self._typing.used.add("BaseModel")
        notes = record.notes
        config: dict[str, str] = {}
        if notes.title and notes.title != name:
            config["title"] = literal(notes.title)
        match record.extra:
            case None:
                pass
            case Nothing():
                config["extra"] = '"forbid"'
            case _:
                config["extra"] = '"allow"'
        more = dict(notes.unread)
        if not _stays(notes.description):
            more["description"] = notes.description
        if notes.examples:
            more["examples"] = list(notes.examples)
        self._typing.leave(notes.unread)
        if more := {key: one for key, one in more.items() if not self._typing.refers(one)}:
            config["json_schema_extra"] = literal(more)
        remark = _remark(self._typing.unchecked(), "")
        rows = [self._row(field) for field in record.fields]
        attributes = self._attributes(rows)
        if any(one.startswith(("model_validate", "model_dump")) for one in attributes):
            config["protected_namespaces"] = "()"
        body = [*_docstring(notes.description), *self._config(config, _places(record))]
        if record.extra is not None and not isinstance(record.extra, Anything | Nothing):
            text = self._typing.annotation(record.extra, f"{name} extra")
            body.append(f"    __pydantic_extra__: dict[str, {text}]")
        for row, attribute in zip(rows, attributes, strict=True):
            if attribute != row.key:
                row.arguments = {"alias": literal(row.key), **row.arguments}
            body.append(row.remark + self._line(attribute, row.text, row.arguments))
        if not body:
            body = ["    pass"]
        if body[-1] == "":
            body.pop()
        return remark + "\n".join([f"class {name}(BaseModel):", *body]) + "\n"

    def _config(self, config: dict[str, str], shapes: tuple[Shape, ...]) -> list[str]:
        """The model's configuration, with the engine that the patterns directly in it need."""
        engines = {pattern_engine(shape) for shape in shapes}
        if "python-re" in engines:
            config["regex_engine"] = '"python-re"'
        if not config:
            return []
        self._typing.used.add("ConfigDict")
        return [f"    model_config = {_call('ConfigDict', config, 4, 19)}", ""]

    def _attributes(self, rows: list[_Row]) -> list[str]:
        """A name for each row; one that would hide a name that the class uses gets another."""
        hidden = SHADOWED | {name for row in rows for name in row.names()}
        wanted = [field_name(row.key) for row in rows]
        kept = {
            name
            for name, row in zip(wanted, rows, strict=True)
            if name == row.key and name not in hidden
        }
        found = []
        for name, row in zip(wanted, rows, strict=True):
            if name != row.key or name in hidden:
                name = unique(f"{name}_" if name in hidden else name, kept | hidden)
                kept.add(name)
            found.append(name)
        return found

    def _row(self, field: Field) -> _Row:
        first: dict[str, str] = {}
        more: dict[str, Any] = {}
        default = field.shape.notes.default
        if default is not UNSET and field.required:
            more["default"] = default
        elif default is not UNSET:
            first["default"] = literal(default)
            if self._needs_validation(field.shape, default):
                first["validate_default"] = "True"
        elif not field.required:
            first["default_factory"] = "absent"
            self._typing.used |= {"absent", "Any"}
        text, arguments = self._typing.parts(field.shape, field.key, more)
        if arguments.get("title") == literal(field.key.title().replace("_", " ")):
            del arguments["title"]
        remark = _remark(self._typing.unchecked(), "    ")
        return _Row(field.key, text, {**first, **arguments}, remark)

    def _line(self, attribute: str, text: str, arguments: dict[str, str]) -> str:
        start = f"    {attribute}: {text}"
        if not arguments:
            return start
        if list(arguments) == ["default"]:
            return f"{start} = {arguments['default']}"
        self._typing.used.add("Field")
        return f"{start} = {_call('Field', arguments, 4, len(start) + 3)}"

    def _needs_validation(self, shape: Shape, default: Any) -> bool:
        """Whether the default, as JSON has it, is not yet what the model holds."""
        if default is None or isinstance(default, bool | int | float):
            return False
        holds = [self._document.resolved(shape)]
        if isinstance(holds[0], Choice):
            holds = [self._document.resolved(one) for one in holds[0].options]
        plain = all(
            isinstance(one, Anything | Literals | Null) or self._typing.is_plain(one)
            for one in holds
        )
        return not plain


@dataclass(slots=True)
class _Row:
    """One field of a class before its attribute has a name."""

    key: str
    text: str
    arguments: dict[str, str]
    remark: str

    def names(self) -> set[str]:
        """Names that Python looks up while it makes the field."""
        trees = [ast.parse(one, mode="eval") for one in (self.text, *self.arguments.values())]
        found = {one.id for tree in trees for one in ast.walk(tree) if isinstance(one, ast.Name)}
        return found | ({"Field"} if self.arguments else set())


def _places(record: Record) -> tuple[Shape, ...]:
    return (*(field.shape for field in record.fields), *([record.extra] if record.extra else []))


def _said(notes: Notes) -> bool:
    return bool(notes.description or notes.unread or notes.examples)


def _stays(text: str) -> bool:
    """Whether a text is the same after Python took the indentation of docstrings off it."""
    return inspect.cleandoc(text) == text


def _docstring(text: str) -> list[str]:
    if not text or not _stays(text):
        return []
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    escaped = "".join(
        one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in escaped
    )
    if escaped.endswith('"'):
        escaped = escaped[:-1] + '\\"'
    lines = escaped.split("\n")
    tail = [*(f"    {line}" if line else "" for line in lines[1:])]
    if tail:
        return [f'    """{lines[0]}', *tail, '    """', ""]
    return [f'    """{lines[0]}"""', ""]


def _remark(unchecked: list[str], indent: str) -> str:
    if not unchecked:
        return ""
    listed = printable(", ".join(unchecked))
    return f"{indent}# Pydantic does not check here: {listed}.\n"


def _call(function: str, arguments: Mapping[str, str], indent: int, before: int) -> str:
    rows = [f"{key}={value}" for key, value in arguments.items()]
    flat = f"{function}({', '.join(rows)})"
    if before + len(flat) <= WIDTH:
        return flat
    pad = " " * (indent + 4)
    return f"{function}(\n" + "".join(f"{pad}{row},\n" for row in rows) + " " * indent + ")"
