"""`playground schema` reads Pydantic source and runs none of it, whatever it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from playground.__main__ import main

BEFORE = """
import os, pathlib, socket, sys
from pydantic import BaseModel

MARK = pathlib.Path({mark!r})
MARK.write_text("ran")
"""
AFTER = """

class Person(BaseModel):
    name: str
"""

HOSTILE = {
    "side effect": "",
    "loop": "while True: MARK.write_text('ran')",
    "fork bomb": "while True: os.fork()",
    "network": "socket.create_connection(('127.0.0.1', 9))",
    "memory": "everything = bytearray(4 << 30)",
    "computed": "everything = 10 ** 10 ** 10\ntext = 'x' * 10 ** 12",
    "raise": "raise SystemExit(77)",
    "exit": "os._exit(77)",
    "print": "print('{}')",
    "import": "import nowhere_at_all",
    "decorator": "def run(made):\n    os._exit(77)\n\n@run\nclass A: pass",
    "class body": "class A(BaseModel):\n    x: int = MARK.write_text('ran')",
    "default": "class A(BaseModel):\n    x: int = (lambda: os._exit(77))()",
    "annotation": "class A(BaseModel):\n    x: MARK.write_text('ran')",
    "text annotation": "class A(BaseModel):\n    x: \"MARK.write_text('ran')\"",
    "constraint": "from pydantic import Field\nclass A(BaseModel):\n"
    "    x: str = Field(max_length=MARK.write_text('ran'))",
    "metaclass": "class M(type(BaseModel)):\n    def __new__(m, *_, **__): os._exit(77)\n\n"
    "class A(BaseModel, metaclass=M):\n    x: int",
    "subclass hook": "class A(BaseModel):\n    x: int\n"
    "    def __init_subclass__(c): os._exit(77)\n\nclass B(A):\n    y: int",
    "own schema": "class A(BaseModel):\n    x: int\n    @classmethod\n"
    "    def __get_pydantic_json_schema__(c, *_): os._exit(77)",
    "validator": "from pydantic import field_validator\nclass A(BaseModel):\n    x: int\n"
    "    @field_validator('x')\n    def check(c, x): os._exit(77)",
    "factory": "from pydantic import Field\nclass A(BaseModel):\n"
    "    x: int = Field(default_factory=lambda: os._exit(77))",
    "enumeration": "from enum import Enum\nclass A(Enum):\n    one = MARK.write_text('ran')",
}


@pytest.mark.parametrize("action", ["lint", "fix", "convert"])
@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_not_run(
    name: str,
    action: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mark = tmp_path / "mark"
    source = tmp_path / "hostile.py"
    source.write_text(BEFORE.format(mark=str(mark)) + HOSTILE[name] + AFTER)
    # A process would be the other way of running it.
    monkeypatch.setattr("subprocess.Popen", forbidden)
    monkeypatch.setattr("os.fork", forbidden, raising=False)
    before = {path.name for path in tmp_path.iterdir()}
    # In this very process: what it ran would be seen, ended or hung here.
    status = main(["schema", action, f"{source}:Person"])
    said = capsys.readouterr()
    assert status in (0, 1)
    assert said.out or said.err
    assert not mark.exists()
    assert {path.name for path in tmp_path.iterdir()} == before
    assert "hostile" not in sys.modules


def forbidden(*_: object, **__: object) -> None:
    raise AssertionError("it starts a process")


def test_what_is_read_of_it_is_its_models(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hostile part that is no model does not keep the models from being read."""
    mark = tmp_path / "mark"
    source = tmp_path / "hostile.py"
    source.write_text(BEFORE.format(mark=str(mark)) + HOSTILE["fork bomb"] + AFTER)
    assert main(["schema", "convert", str(source)]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["properties"] == {"name": {"title": "Name", "type": "string"}}
    assert not mark.exists()


@pytest.mark.parametrize("name", ["default", "annotation", "constraint"])
def test_what_only_running_tells_is_said_and_not_run(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "mark"
    source = tmp_path / "hostile.py"
    source.write_text(BEFORE.format(mark=str(mark)) + HOSTILE[name])
    assert main(["schema", "lint", str(source)]) == 1
    assert "Line " in capsys.readouterr().err
    assert not mark.exists()
