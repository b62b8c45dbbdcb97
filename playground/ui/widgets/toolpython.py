"""A tool as Python: the function that it is, or one that would have its schema. No Qt; it reads
files, so it is for a thread."""

from __future__ import annotations

import ast
import hashlib
import keyword
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from playground.core.problem import Failure
from playground.core.tools import Tool
from playground.engine.pythontools_read import text_of
from playground.schemas import pydantic_text

WIDTH = 72
"""Columns of a line of text in a docstring, and of a signature on one line."""
ROOT = "PlaygroundArguments"
"""The class whose fields become parameters; nobody gets to see it."""
UNNAMED = "# No function takes quite these arguments: {why}.\n"
BODY = '    raise NotImplementedError("{name} has no code yet.")\n'


class Told(NamedTuple):
    text: str
    about: str
    """What it is, in a sentence."""
    wrong: bool = False
    """It is not what it should be: the file is gone, or another one."""


def python_of(tool: Tool) -> Told:
    """Raises nothing that a file or a schema can bring about."""
    if "python" not in tool.origin:
        return Told(stub(tool), "A function that would be this tool. There is no code behind it.")
    file, name = tool.origin["python"], tool.origin.get("function", tool.name)
    try:
        text = text_of(Path(file))
    except Failure as failure:
        problem = failure.problem
        return Told("", f"{problem.title} {problem.detail}".strip(), wrong=True)
    found = function_in(text, name)
    if found is None:
        return Told("", f"{file} has no function {name} any more.", wrong=True)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if tool.origin.get("sha256", digest) != digest:
        words = "has changed since it was opened: this is the function as it is now."
        return Told(found, f"{file} {words}", wrong=True)
    return Told(found, f"From {file}")


def function_in(text: str, name: str) -> str | None:
    """The source of a function, decorators included; None when there is none of that name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that may mean something else one day
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = text.split("\n")
    for node in reversed(tree.body):  # the last one of a name is the one that counts
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            return "\n".join(lines[first - 1 : node.end_lineno]) + "\n"
    return None


def stub(tool: Tool) -> str:
    """A function without code of which a model would be told the same."""
    name = tool.name if _is_name(tool.name) else "tool"
    body = BODY.format(name=tool.name.replace("\\", "").replace('"', ""))
    if tool.kind == "custom":
        doc = "".join(_docstring(tool.description, {}))
        return f"def {name}(text: str) -> str:\n{doc}{body}"
    if tool.kind == "hosted":
        return f"# The server has {tool.name} by itself: there is no function here.\n"
    try:
        return _function(name, tool, body)
    except _Unsaid as why:
        doc = "".join(_docstring(tool.description, {}))
        signature = f"def {name}(**arguments: Any) -> Any:\n"
        head = UNNAMED.format(why=why)
        return f"{head}from typing import Any\n\n\n{signature}{doc}{body}"


class _Unsaid(Exception):  # noqa: N818  a fact about a schema
    """Why the arguments are no parameters."""


class _Parameter(NamedTuple):
    name: str
    annotation: str
    default: str | None
    text: str


def _function(name: str, tool: Tool, body: str) -> str:
    schema = tool.parameters
    if schema is None or (isinstance(schema, dict) and schema.get("properties") == {}):
        doc = "".join(_docstring(tool.description, {}))
        return f"from typing import Any\n\n\ndef {name}() -> Any:\n{doc}{body}"
    try:
        text = pydantic_text.write({**schema, "title": ROOT}, ROOT)
        tree = ast.parse(text)
    except (Failure, SyntaxError, TypeError, RecursionError):
        raise _Unsaid("the schema cannot be written as types of Python") from None
    root = tree.body[-1]
    if not isinstance(root, ast.ClassDef) or "BaseModel" not in map(ast.unparse, root.bases):
        raise _Unsaid("they are no object with names")
    parameters = list(_parameters(root, text))
    rest = [one for one in tree.body[:-1] if not isinstance(one, ast.Import | ast.ImportFrom)]
    # Those without a default come first: the order of arguments that have names means nothing.
    parameters.sort(key=lambda one: one.default is not None)
    signature = _signature(name, parameters)
    doc = "".join(_docstring(tool.description, {one.name: one.text for one in parameters}))
    made = f"{signature}{doc}{body}"
    classes = _sources(text, tree, rest, _names(ast.parse(made)))
    if any(ROOT in one for one in (made, *classes)):
        raise _Unsaid("they hold others of their own kind")
    used = _names(ast.parse("\n".join([*classes, made])))
    imports = _imports(tree, used | {"Any"})
    return "\n\n\n".join([imports, *(one.strip("\n") for one in classes), made])


def _parameters(root: ast.ClassDef, text: str) -> Iterator[_Parameter]:
    for node in root.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=hint, value=value):
                yield _parameter(name, hint, value, text)


def _parameter(name: str, hint: ast.expr, value: ast.expr | None, source: str) -> _Parameter:
    """A field as a parameter: what is said of it goes into the docstring, its limits into the
    annotation."""

    def written(node: ast.expr) -> str:
        return ast.get_source_segment(source, node) or ast.unparse(node)

    annotation = written(hint)
    match value:
        case ast.Call(func=ast.Name(id="Field"), args=placed, keywords=named):
            told = {one.arg: one.value for one in named if one.arg is not None}
        case _:
            return _Parameter(name, annotation, None if value is None else written(value), "")
    if (alias := told.pop("alias", None)) is not None:
        name = str(ast.literal_eval(alias))
        if not _is_name(name):
            raise _Unsaid(f"{written(alias)} is no name of a parameter")
    text = told.pop("description", None)
    default = None
    if placed or "default" in told:
        default = written(told.pop("default") if "default" in told else placed[0])
    if told.pop("default_factory", None) is not None:  # it may be left out
        annotation, default = f"{annotation} | None", "None"
    if told:
        limits = ", ".join(f"{key}={written(one)}" for key, one in told.items())
        annotation = f"Annotated[{annotation}, Field({limits})]"
    words = str(ast.literal_eval(text)) if text is not None else ""
    return _Parameter(name, annotation, default, " ".join(words.split()))


def _signature(name: str, parameters: list[_Parameter]) -> str:
    rows = [
        f"{one.name}: {one.annotation}" + (f" = {one.default}" if one.default is not None else "")
        for one in parameters
    ]
    line = f"def {name}({', '.join(rows)}) -> Any:\n"
    if len(line) <= WIDTH:
        return line
    return f"def {name}(\n" + "".join(f"    {row},\n" for row in rows) + ") -> Any:\n"


def _docstring(summary: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Lines that end, at the depth of a body."""
    told = {name: text for name, text in texts.items() if text}
    if not summary and not told:
        return
    lines = textwrap.wrap(_safe(" ".join(summary.split())), WIDTH - 7) or ["…"]
    if len(lines) == 1 and not told:
        yield f'    """{lines[0]}"""\n'
        return
    yield f'    """{lines[0]}\n'
    for line in lines[1:]:
        yield f"    {line}\n"
    if told:
        yield "\n    Args:\n"
        for name, text in told.items():
            indent = " " * 12
            wrapped = textwrap.wrap(f"{name}: {_safe(text)}", WIDTH - 12)
            yield "        " + f"\n{indent}".join(wrapped) + "\n"
    yield '    """\n'


def _safe(text: str) -> str:
    """Text that cannot end the string that it stands in."""
    text = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if text.endswith('"') and not text.endswith('\\"'):
        text = f'{text[:-1]}\\"'
    return text


def _sources(text: str, tree: ast.Module, rest: list[ast.stmt], used: set[str]) -> list[str]:
    """What has to stand before the function, as it was written, with the remarks above it."""
    needed, waiting = set(used), set(used)
    defined = {one.name: one for one in rest if isinstance(one, ast.ClassDef | ast.FunctionDef)}
    while waiting:
        one = defined.get(waiting.pop())
        fresh = _names(one) - needed if one is not None else set()
        needed |= fresh
        waiting |= fresh
    lines, made, before = text.split("\n"), [], 0
    for node in tree.body:
        begin, before = before, node.end_lineno or before
        if node not in rest or getattr(node, "name", None) not in needed | {None}:
            continue
        made.append("\n".join(lines[begin : node.end_lineno]))
    return made


def _names(node: ast.AST) -> set[str]:
    """Names that are used in it; annotations in quotes, too."""
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for one in ast.walk(node):
        if (
            isinstance(one, ast.Constant)
            and isinstance(one.value, str)
            and one.value.isidentifier()
        ):
            found.add(one.value)
    return found


def _imports(tree: ast.Module, used: set[str]) -> str:
    """Those of the source that are still used; `Any` is."""
    modules: dict[str, list[str]] = {
        "typing": [name for name in ("Annotated", "Any") if name in used]
    }
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module not in (None, "__future__"):
            kept = [one.name for one in node.names if (one.asname or one.name) in used]
            row = modules.setdefault(str(node.module), [])
            row += [one for one in kept if one not in row]
    rows = [f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(modules.items()) if names]  # fmt: skip
    plain = [ast.unparse(one) for one in tree.body if isinstance(one, ast.Import)]
    kept = [row for row in plain if row.split()[-1] in used]
    standard = [row for row in rows if not row.startswith("from pydantic")]
    others = [row for row in rows if row.startswith("from pydantic")]
    blocks = ["\n".join(kept + standard), "\n".join(others)]
    return "\n\n".join(filter(None, blocks))


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)
