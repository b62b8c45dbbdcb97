"""Pydantic source that has to be run, in the jail: its schema, or the error's own words."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure, Problem
from playground.engine.pydantic_run import DEEPEST, LARGEST, LIMITS, holding, schema_of
from playground.jail.limits import MB
from playground.jail.means import Means, tried
from playground.schemas import pydantic_source

LIMIT = 300
# No machine is so slow, and no test is about the time.
PATIENT = replace(LIMITS, seconds=200.0, cpu=100)


@pytest.fixture
def means() -> Means:
    found = tried()
    if not found.way:
        pytest.skip(f"refused here: {found.words}")
    return found


def run(work: Coroutine[Any, Any, Any]) -> Any:
    async def limited() -> Any:
        async with asyncio.timeout(LIMIT):
            return await work

    return asyncio.run(limited())


def failed(source: str, name: str = "", **given: Any) -> Problem:
    with pytest.raises(Failure) as caught:
        run(schema_of(source, name, **{"limits": PATIENT, **given}))
    return caught.value.problem


SOURCE = '''
from __future__ import annotations
import functools, operator
from enum import Enum
from pydantic import BaseModel, Field, create_model

KINDS = Enum("Kinds", [(word, word) for word in ("red", "green")])

class Part(BaseModel):
    """A part."""
    kind: KINDS
    inside: list[Part] = []

class Whole(BaseModel):
    parts: dict[str, list[Part]]
    size: int = Field(gt=functools.reduce(operator.mul, (2, 3)))

class Unused:
    pass

print("noise", {"type": "object"})
'''


def test_what_only_running_tells(means: Means) -> None:
    with pytest.raises(Failure):
        pydantic_source.read(SOURCE)
    schema = run(schema_of(SOURCE, limits=PATIENT))
    assert schema["title"] == "Whole"
    assert schema["properties"]["size"]["exclusiveMinimum"] == 6
    assert schema["$defs"]["Kinds"]["enum"] == ["red", "green"]
    assert schema["$defs"]["Part"]["description"] == "A part."


def test_the_model_that_is_named(means: Means) -> None:
    schema = run(schema_of(SOURCE, "Part", limits=PATIENT))
    assert schema["$ref"] == "#/$defs/Part"
    assert failed(SOURCE, "Nobody").detail.endswith("There is no model `Nobody` in it.")


ALIKE = {
    "last": "class A(BaseModel):\n    x: int\nclass B(BaseModel):\n    y: str\n",
    "used": "class A(BaseModel):\n    x: int\nclass B(BaseModel):\n    a: A\n"
    "class C(BaseModel):\n    c: int\nclass D(BaseModel):\n    c: list[C]\n    b: 'B | None'\n",
    "used later": "class A(BaseModel):\n    b: 'list[B]'\nclass B(BaseModel):\n    y: str\n",
    "base": "class B(BaseModel):\n    y: str\nclass A(B):\n    x: int\n",
    "itself": "class A(BaseModel):\n    x: 'A | None' = None\n",
    "each other": "class A(BaseModel):\n    b: 'B'\nclass B(BaseModel):\n    a: 'A | None'\n",
    "enumeration": "class A(BaseModel):\n    x: int\nclass E(Enum):\n    one = 1\n",
    "dataclass": "class A(BaseModel):\n    x: int\n@dataclass\nclass B:\n    y: list[A]\n",
}
BEFORE = (
    "from dataclasses import dataclass\nfrom enum import Enum\nfrom pydantic import BaseModel\n"
)


@pytest.mark.parametrize("name", ALIKE)
def test_the_same_as_by_reading(means: Means, name: str) -> None:
    source = BEFORE + ALIKE[name]
    assert run(schema_of(source, limits=PATIENT)) == pydantic_source.read(source)


def test_an_error_in_its_own_words(means: Means) -> None:
    source = (
        "from pydantic import BaseModel\n\ndef f():\n    raise ValueError('not today')\n\nf()\n"
    )
    problem = failed(source)
    assert problem.facts == {"line": "4"}
    assert problem.detail.endswith("ValueError: not today")
    assert '  File "<source>", line 6, in <module>\n    f()' in f"  {problem.detail}"
    assert "pydantic_run" not in problem.detail
    assert "models.py" not in problem.detail


def test_an_error_of_pydantic_names_the_line(means: Means) -> None:
    source = "from pydantic import BaseModel\n\nclass A(BaseModel):\n    x: object()\n"
    problem = failed(source)
    assert problem.facts == {"line": "3"}
    assert "Unable to generate" in problem.detail


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("class A(:\n", "SyntaxError"),
        ("x = 1\n", "There is no model in it."),
        ("", "There is no model in it."),
        ("import nowhere\n", "No module named 'nowhere'"),
        ("x = '\0'\n", "null bytes"),
        ("import sys\nsys.exit(3)\n", "SystemExit: 3"),
        ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
        ('import os\nprint(\'{"type": "object"}\', flush=True)\nos._exit(0)\n', "status 0"),
        ("import os\nos.write(1, b'mark\\n{}')\nos._exit(0)\n", "status 0"),
        ("import os\nos.abort()\n", "It was ended by signal 6."),
        ("import os\nos.closerange(0, 100)\nraise ValueError\n", "It ended with status"),
        ("x = bytearray(4 << 30)\n", "It needed more than 256 MB of memory."),
        ("x = 'x' * 3_000_000\nwhile True: print(x)\n", "it printed more than 2 MB"),
        ("open('/tmp/pydantic-run-written', 'w')\n", "/tmp/pydantic-run-written"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 9))\n", "Error: [Errno "),
        ("import os\nos.fork()\n", "PermissionError"),
    ],
)
def test_what_gives_no_schema(means: Means, tmp_path: Path, source: str, words: str) -> None:
    problem = failed(source, limits=replace(PATIENT, memory=256 * MB), within=tmp_path)
    assert problem.title == "This Pydantic source gave no schema."
    assert words in problem.detail
    assert list(tmp_path.iterdir()) == []
    assert not Path("/tmp/pydantic-run-written").exists()


def test_a_loop_ends_at_its_limit(means: Means) -> None:
    problem = failed("while True: pass\n", limits=replace(PATIENT, cpu=1))
    assert problem.detail == "It was ended: it computed for more than 1 s."
    source = "import threading\nthreading.Event().wait()\n"
    problem = failed(source, limits=replace(PATIENT, seconds=0.5))
    assert problem.detail.startswith("It was ended: it took longer than 0.5 s.")


HOSTILE = """
from pydantic import BaseModel
class A(BaseModel):
    @classmethod
    def model_json_schema(cls, **_):
        return {given}
"""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("['no', 'object']", "What it gave is no JSON schema."),
        ("float('nan')", "Out of range float values"),
        ("object()", "not JSON serializable"),
        ("{'a' * 3_000_000: 1}", "it printed more than 2 MB"),
        ("__import__('functools').reduce(lambda x, _: {'a': x}, range(300), {})", "nested deeper"),
        ("__import__('functools').reduce(lambda x, _: [x], range(90_000), [])", "recursion"),
    ],
)
def test_a_schema_is_not_trusted(means: Means, given: str, words: str) -> None:
    assert words in failed(HOSTILE.replace("{given}", given)).detail


def test_a_schema_of_some_depth_is_taken(means: Means) -> None:
    given = f"__import__('functools').reduce(lambda x, _: {{'a': x}}, range({DEEPEST - 1}), {{}})"
    assert set(run(schema_of(HOSTILE.replace("{given}", given), limits=PATIENT))) == {"a"}


def test_too_much_source_is_not_run() -> None:
    assert f"{LARGEST:,} are run" in failed(" " * (LARGEST + 1)).detail


def test_where_nothing_holds_it_nothing_is_run(tmp_path: Path) -> None:
    words = "Nothing here holds it for certain."
    problem = failed("print(1)", means=Means(words=words), within=tmp_path)
    assert (problem.title, problem.detail) == (
        "Nothing was run: it could not be locked up safely.",
        words,
    )
    assert list(tmp_path.iterdir()) == []


def test_what_holds_it_can_be_said_before() -> None:
    found = run(holding())
    assert found is tried()
    assert found.words


def test_cancelling_ends_it(means: Means, tmp_path: Path) -> None:
    """It has begun when its folder is there; it is gone when the cancelled task has ended."""

    async def cancelled() -> None:
        source = "import threading\nthreading.Event().wait()\n"
        task = asyncio.ensure_future(
            schema_of(source, limits=replace(PATIENT, seconds=None), means=means, within=tmp_path)
        )
        while not list(tmp_path.iterdir()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert list(tmp_path.iterdir()) == []
        assert at_work(tmp_path) == []

    run(cancelled())


def at_work(folder: Path) -> list[str]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_text()
        except OSError:
            continue
        if f"{folder}/" in line:
            lines.append(line)
    return lines


def test_nothing_of_us_is_in_there(means: Means) -> None:
    root = Path(__file__).parents[2]
    problem = failed(f"import sys\nsys.path.append({str(root)!r})\nimport playground.core.output\n")
    # It is not there, or not to be read: by what holds it.
    assert re.search(r"No module named 'playground|Permission denied: .*playground", problem.detail)
