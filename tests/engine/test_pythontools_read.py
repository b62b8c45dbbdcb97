"""A Python file as tools: what is offered, what is told of the rest, by reading and by running."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import os
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure, Problem
from playground.core.tools import Tool
from playground.engine.pythontools_process import LIMITS
from playground.engine.pythontools_read import LARGEST, Read, read, read_by_running
from playground.jail.means import Means, tried
from playground.schemas.lint import lint

LIMIT = 300
PATIENT = replace(LIMITS, seconds=200.0)
"""No machine is so slow, and no test is about the time."""


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


def ran(source: str) -> Read:
    found: Read = run(read_by_running(source, "mine.py", limits=PATIENT))
    return found


def only(source: str) -> Tool:
    (tool,) = read(source, "mine.py").tools
    return tool


HEAD = "from enum import Enum\nfrom typing import *\nfrom pydantic import *\n"

SOURCE = f'''{HEAD}
class Unit(str, Enum):
    C = "celsius"
    F = "fahrenheit"

class Place(BaseModel):
    """A place."""
    city: str = Field(description="Its name.")
    country: str = "DE"

DAYS = 3

async def forecast(
    place: Place, days: Annotated[int, Field(ge=1), "How many."] = DAYS, unit: Unit = Unit.C
) -> dict[str, float]:
    """The forecast.

    Args:
        place: Where it is asked for.
    """

def now() -> str:
    """The time."""

def where(of: Place | None) -> Place:
    """The same."""

def odd(copy: int, _x: bool = False, schema: list[str] = []):
    """Odd names."""

class Row(TypedDict):
    place: Place

def rows(of: list[Row]) -> Row:
    """Typed dictionaries."""

def unsaid(x: int) -> "Nobody":
    """Nothing is known of the result."""

def several(of: dict[str, int], x, *rest: int): ...
'''


def test_a_file() -> None:
    found = read(SOURCE, "/home/me/weather.py")
    digest = hashlib.sha256(SOURCE.encode()).hexdigest()
    forecast, now, where, odd, rows, unsaid, several = found.tools
    assert [tool.title for tool in found.tools] == [
        "weather.py › forecast",
        "weather.py › now",
        "weather.py › where",
        "weather.py › odd",
        "weather.py › rows",
        "weather.py › unsaid",
        "weather.py › several",
    ]
    assert forecast.origin == {
        "python": "/home/me/weather.py",
        "function": "forecast",
        "sha256": digest,
    }
    assert (forecast.kind, forecast.mode, forecast.strict) == ("function", "real", True)
    assert forecast.description == "The forecast."
    assert forecast.output == {"type": "object", "additionalProperties": {"type": "number"}}
    properties = forecast.parameters["properties"]
    assert properties["place"]["description"] == "Where it is asked for."
    assert properties["days"] == {
        "description": "How many.\nDefault: 3.",
        "type": ["integer", "null"],
        "minimum": 1,
    }
    assert forecast.parameters["$defs"]["Place"]["properties"]["city"] == {
        "type": "string",
        "description": "Its name.",
    }
    assert forecast.parameters["required"] == ["place", "days", "unit"]
    assert lint(forecast.parameters) == []
    assert (now.parameters, now.strict, now.output) == (None, True, None)
    assert (where.output["type"], where.output["required"]) == ("object", ["city"])
    assert list(rows.output["properties"]) == ["place"]
    assert (unsaid.strict, unsaid.output) == (True, None)
    assert list(odd.parameters["properties"]) == ["copy", "_x", "schema"]
    assert (several.strict, several.description) == (None, "")
    assert several.parameters == {
        "type": "object",
        "properties": {
            "of": {"type": "object", "additionalProperties": {"type": "integer"}},
            "x": {},
        },
        "required": ["of", "x"],
        "additionalProperties": False,
    }
    assert found.unread == ()
    assert [note.partition("`: ")[2] or note for note in found.notes] == [
        "`*rest` is left out; a model gives every argument by its name.",
        "`several` is offered without strict: $.properties.of: a strict schema cannot say it as "
        "the function takes it.",
    ]


@pytest.mark.parametrize(
    ("hint", "strict"),
    [
        ("int", True),
        ("int | None", True),
        ("list[int]", True),
        ("set[str]", True),
        ("Literal['a', 'b']", True),
        ("'Inner'", True),
        ("'list[Inner] | str'", True),
        ("dict[str, int]", None),
        ("'dict[str, Inner]'", None),
        ("tuple[int, str]", None),
        ("list", None),
        ("Any", None),
        ("object", None),
    ],
)
def test_strict_where_the_values_keep_their_shape(hint: str, strict: bool | None) -> None:
    tool = only(f"{HEAD}class Inner(BaseModel):\n a: int = 1\ndef f(x: {hint}): 'text'")
    assert tool.strict is strict
    if strict:
        assert lint(tool.parameters) == []
    else:
        assert tool.parameters["required"] == ["x"]


def test_titles_that_are_only_names_are_not_told() -> None:
    tool = only(f"{HEAD}def f(some_place: str, b: int = Field(title='Chosen')): 'text'")
    assert "title" not in tool.parameters
    assert "title" not in tool.parameters["properties"]["some_place"]
    assert tool.parameters["properties"]["b"]["title"] == "Chosen"


def test_a_default_that_only_running_tells_is_still_one() -> None:
    tool = only("import time\ndef f(at: float = time.time(), n: int = 3): 'text'")
    assert tool.parameters["properties"]["at"]["type"] == ["number", "null"]
    assert tool.parameters["properties"]["n"]["description"] == "Default: 3."


UNREAD = {
    "import": (
        "from nowhere import Session\ndef f(x: Session): ...",
        "`f` (line 2): only running the file tells what it takes. `Session`: `nowhere.",
        "No module named 'nowhere'",
    ),
    "call": (
        "from fractions import Fraction\ndef made(x): return int\nT = made(1)\n"
        "def f(x: T) -> int: ...",
        "`f` (line 4): only running the file tells what it takes. ",
        "",
    ),
    "decorator": (
        "import functools\ndef less(f):\n    @functools.wraps(f)\n"
        "    def g(*a, **k): return f(1, *a)\n"
        "    del g.__wrapped__\n    return g\n@less\ndef f(x: int): 'text'",
        "`f` (line 8): only running the file tells what it takes. `@less` may change ",
        "",
    ),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_only_running_tells(means: Means, name: str) -> None:
    source, note, failure = UNREAD[name]
    found = read(source, "mine.py")
    assert found.unread == ("f",)
    assert [one.name for one in found.tools if one.name == "f"] == []
    assert found.notes[-1].startswith(note)
    if failure:
        with pytest.raises(Failure) as caught:
            ran(source)
        problem = caught.value.problem
        assert problem.title == "Running this file did not tell what its functions take."
        assert failure in problem.detail
        assert 'File "mine.py", line 1' in problem.detail
    else:
        assert "f" in [one.name for one in ran(source).tools]


def test_running_gives_the_same_tools_as_reading(means: Means) -> None:
    assert ran(SOURCE) == read(SOURCE, "mine.py")


def test_what_running_cannot_tell(means: Means) -> None:
    source = (
        "class A: ...\ndef f(x: A): ...\ndef g(x: int): ...\ndef h() -> int: ...\n"
        "def i(x: 'Nobody'): ...\nh = 3\n"
    )
    found = ran(source)
    assert [tool.name for tool in found.tools] == ["g"]
    assert found.unread == ("f", "h", "i")
    words = [note.partition("takes. ")[2] for note in found.notes]
    assert words[0].startswith("PydanticSchemaGenerationError: Unable to generate")
    assert words[1] == "`mine.py` has no function `h`."
    assert "Nobody" in words[2]


HOSTILE = {
    "exits": ("import os\nos._exit(0)", "It ended with status 0."),
    "raises": ("raise SystemExit(3)", "SystemExit: 3"),
    "loops": ("while True: pass", "It was ended: it took longer than 1 s."),
    "forges": (
        'import os, struct\nbody = b\'{"functions": {"f": {}}}\'\n'
        "for handle in range(3, 20):\n"
        "    try: os.write(handle, struct.pack('>I', len(body)) + body)\n"
        "    except OSError: pass",
        "It was ended: it sent something that is no answer.",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_does_not_come_to_its_end(means: Means, tmp_path: Path, name: str) -> None:
    body, words = HOSTILE[name]
    limits = replace(PATIENT, seconds=1.0) if name == "loops" else PATIENT
    with pytest.raises(Failure) as caught:
        run(read_by_running(f"{body}\ndef f(): 'text'", "m.py", limits=limits, within=tmp_path))
    assert words in caught.value.problem.detail
    assert list(tmp_path.iterdir()) == []


FORGED = """
import pydantic
class Adapter:
    def __class_getitem__(cls, _): return cls
    def __init__(self, _): pass
    def json_schema(self, **_): return {given}
import sys
sys.modules['__main__'].TypeAdapter = Adapter
def f(x: int): 'text'
"""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("3", "What it gave is no JSON schema"),
        ("{'properties': 3}", "What it gave is no JSON schema"),
        (
            "__import__('functools').reduce(lambda x, _: {'a': x}, range(300), {})",
            "What it gave is no JSON schema",
        ),
    ],
)
def test_schemas_of_the_jail_are_looked_at(means: Means, given: str, words: str) -> None:
    found = ran(FORGED.replace("{given}", given))
    assert (found.tools, found.unread) == ([], ("f",))
    assert words in found.notes[0]


def test_a_strange_schema_is_shown_as_it_is(means: Means) -> None:
    given = "{'properties': {'a': 7, 'b': {'title': 1}}, '$defs': [], 'required': 'x'}"
    (tool,) = ran(FORGED.replace("{given}", given)).tools
    assert tool.strict is None
    assert tool.parameters == ast.literal_eval(given)


def failed(source: str | Path) -> Problem:
    with pytest.raises(Failure) as caught:
        read(source, "mine.py")
    assert not caught.value.problem.bug
    return caught.value.problem


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_bytes(
        "# -*- coding: latin-1 -*-\r\ndef f(x: int):\r\n 'läuft'\r\n".encode("latin-1")
    )
    (tool,) = read(file).tools
    assert (tool.description, tool.source, tool.origin["python"]) == ("läuft", "mine.py", str(file))
    file.write_bytes(b"# \xff")
    assert failed(file).title == "This is no Python source."
    file.write_bytes(b"# -*- coding: klingon -*-\n")
    assert "klingon" in failed(file).detail
    file.write_bytes(b" " * (LARGEST + 1))
    assert failed(file).title == "This Python file is too large."
    assert "No such file" in failed(tmp_path / "none.py").detail
    os.mkfifo(tmp_path / "pipe")
    for other in (tmp_path, tmp_path / "pipe"):
        assert "it is no file" in failed(other).detail
    assert failed("def f(:").title == "This is no Python that can be read."


def test_where_nothing_holds_it_nothing_is_run(tmp_path: Path) -> None:
    words = "Nothing here holds it."
    source = f"open({str(tmp_path / 'ran')!r}, 'w')\ndef f(): 'text'"
    with pytest.raises(Failure) as caught:
        run(read_by_running(source, "m.py", means=Means(words=words), within=tmp_path))
    assert caught.value.problem.detail == words
    assert list(tmp_path.iterdir()) == []


def test_cancelling_ends_it(means: Means, tmp_path: Path) -> None:
    async def cancelled() -> None:
        source = "import threading\nthreading.Event().wait()\ndef f(): 'text'"
        task = asyncio.ensure_future(
            read_by_running(source, "m.py", limits=PATIENT, within=tmp_path)
        )
        while not list(tmp_path.iterdir()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert list(tmp_path.iterdir()) == []

    run(cancelled())
