"""Functions of a Python file, called: what comes back, what is told, and that all of it ends."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.core.tools import Asked, Result, Tool
from playground.engine.pythontools import LINE, LINES, TOLD, PythonTools, result
from playground.engine.pythontools_process import LIMITS, Answered
from playground.jail.limits import MB
from playground.jail.means import Means, tried

LIMIT = 300
PATIENT = replace(LIMITS, seconds=200.0)
"""No machine is so slow, and no test is about the time."""


@pytest.fixture
def means() -> Means:
    found = tried()
    if not found.way:
        pytest.skip(f"refused here: {found.words}")
    return found


SOURCE = """
from __future__ import annotations
import asyncio, datetime, enum, sys
from dataclasses import dataclass
from typing import TypedDict
from pydantic import BaseModel, Field

class Unit(enum.StrEnum):
    C = "celsius"

class Place(BaseModel):
    city: str
    country: str = "DE"

@dataclass
class Point:
    x: int
    place: Place

class Row(TypedDict):
    point: Point

def row(of: Row) -> Row: return of

COUNT = 0

def forecast(place: Place, day: datetime.date, unit: Unit = Unit.C, tags: set[str] = set()) -> str:
    return f"{place!r} {day!r} {unit!r} {sorted(tags)}"

def places(a: int, b: int = 2, /, c: int = Field(3, ge=0), *, d: int = 4) -> list[int]:
    return [a, b, c, d]

def alike(copy: int, schema: int, _x: int) -> int:
    return copy + schema + _x

def given(x): return x

async def slowly(x: int) -> int:
    await asyncio.sleep(0)
    return x + 1

def later(x: int):
    return slowly(x)

def gives(what: str):
    return eval(what)

def counted() -> int:
    global COUNT
    COUNT += 1
    print("counted", COUNT)
    return COUNT

def ends():
    import os
    os._exit(7)

def fails(deep: int = 2):
    print("before")
    print("on the other", file=sys.stderr)
    try:
        import json
        json.loads("{")
    except ValueError as error:
        raise LookupError("no such city") from error

def waits(lines: int = 1):
    for number in range(lines):
        print("line", number)
    import threading
    threading.Event().wait()

NOTHING = 3
"""


class Bench:
    def __init__(self, folder: Path, **given: Any) -> None:
        self.file = folder / "mine.py"
        self.file.write_text(SOURCE)
        self.within = folder / "within"
        self.within.mkdir()
        self.lines: list[str] = []
        self.tools = PythonTools(**{"limits": PATIENT, "within": self.within, **given})

    def tool(self, name: str, **origin: str) -> Tool:
        where = {"python": str(self.file), "function": name, **origin}
        return Tool(source="mine.py", name=name, origin=where)

    async def call(
        self, name: str, arguments: Any = None, heard: Callable[[str], None] | None = None, **o: str
    ) -> Result:
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        tool = self.tool(name, **o)
        asked = Asked("call", name, text, tool)
        return await self.tools.call(tool, asked, text, heard or self.lines.append)

    def left(self) -> list[str]:
        """What is there of any process."""
        return [path.name for path in self.within.iterdir()]


@asynccontextmanager
async def bench(folder: Path, **given: Any) -> AsyncIterator[Bench]:
    made = Bench(folder, **given)
    try:
        async with asyncio.timeout(LIMIT):
            yield made
    finally:
        await made.tools.close()
    assert made.left() == []


def on(folder: Path, work: Callable[[Bench], Awaitable[None]], **given: Any) -> None:
    async def main() -> None:
        async with bench(folder, **given) as made:
            await work(made)

    asyncio.run(main())


RESULTS = {
    "types": (
        "forecast",
        {"place": {"city": "Ulm"}, "day": "2024-05-01", "tags": ["b", "a", "a"]},
        "Place(city='Ulm', country='DE') datetime.date(2024, 5, 1) <Unit.C: 'celsius'> ['a', 'b']",
    ),
    "nulls that are left out": (
        "forecast",
        {
            "place": {"city": "Ulm", "country": None},
            "day": "2024-05-01",
            "unit": None,
            "tags": None,
        },
        "Place(city='Ulm', country='DE') datetime.date(2024, 5, 1) <Unit.C: 'celsius'> []",
    ),
    "by place": ("places", {"a": 1, "b": 5, "c": 6, "d": 7}, "[1, 5, 6, 7]"),
    "defaults": ("places", {"a": 1}, "[1, 2, 3, 4]"),
    "odd names": ("alike", {"copy": 1, "schema": 2, "_x": 3}, "6"),
    "anything": ("given", {"x": {"a": [None, 1.5]}}, '{"a": [null, 1.5]}'),
    "coroutine function": ("slowly", {"x": 1}, "2"),
    "coroutine": ("later", {"x": 1}, "2"),
    "text": ("gives", {"what": "'läuft\\n'"}, "läuft\n"),
    "text that is more": ("gives", {"what": "Unit.C"}, "celsius"),
    "halves of a pair": ("gives", {"what": "'\\ud83d' + '\\ude00' + '\\udc00'"}, "😀\ufffd"),
    "typed dictionary": (
        "row",
        {"of": {"point": {"x": "7", "place": {"city": "Ulm"}}}},
        '{"point": {"x": 7, "place": {"city": "Ulm", "country": "DE"}}}',
    ),
    "null": ("gives", {"what": "None"}, "null"),
    "number": ("gives", {"what": "0.5"}, "0.5"),
    "list": ("gives", {"what": "[1, (2, 'ä')]"}, '[1, [2, "ä"]]'),
    "models": (
        "gives",
        {"what": "[Point(1, Place(city='Ulm'))]"},
        '[{"x": 1, "place": {"city": "Ulm", "country": "DE"}}]',
    ),
}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result(outcomes: dict[str, Result], name: str) -> None:
    assert outcomes[name] == Result(RESULTS[name][2], facts={"ended": "answered"})


FAILURES = {
    "no JSON": ("places", '{"a": 1', "The arguments are not JSON: Expecting ',' delimiter"),
    "no object": ("places", "[1]", "The arguments are not a JSON object."),
    "too deep": ("places", "[" * 100_000, "The arguments are not JSON: maximum recursion depth"),
    "missing": ("places", "", "The arguments do not fit: `a`: It is required."),
    "unknown": (
        "places",
        {"a": 1, "e": 2},
        "The arguments do not fit: `e`: There is no such argument.",
    ),
    "type": (
        "forecast",
        {"place": {"city": 3}, "day": "soon"},
        "The arguments do not fit: `place.city`: Input should be a valid string; `day`: Input",
    ),
    "limits": ("places", {"a": 1, "c": -1}, "`c`: Input should be greater than or equal to 0."),
    "null that cannot be left out": (
        "places",
        {"a": None},
        "`a`: Input should be a valid integer.",
    ),
    "bytes": (
        "gives",
        {"what": "b'x'"},
        "What it returned is no JSON: a value of the type `bytes`",
    ),
    "object": ("gives", {"what": "object()"}, "a value of the type `object` is in it."),
    "date": ("gives", {"what": "[datetime.date(2024, 5, 1)]"}, "type `date` is in it."),
    "keys": ("gives", {"what": "{(1, 2): 3}"}, "keys must be str, int, float, bool or None"),
    "NaN": ("gives", {"what": "{'a': float('nan')}"}, "float values are not JSON compliant"),
    "itself": (
        "gives",
        {"what": "[one := [], one.append(one)][0]"},
        "What it returned is no JSON: Circular reference detected.",
    ),
    "no function": ("nobody", {}, "`mine.py` has no function `nobody`."),
    "no function but a value": ("NOTHING", {}, "`mine.py` has no function `NOTHING`."),
    "syntax": ("gives", {"what": "1 +"}, "SyntaxError: invalid syntax"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_in_words_for_the_model(outcomes: dict[str, Result], name: str) -> None:
    assert outcomes[name].state == "failed"
    assert FAILURES[name][2] in outcomes[name].output


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """All of them, by one process: what one call leaves behind must not be seen by the next."""
    if not tried().way:
        pytest.skip(f"refused here: {tried().words}")
    found: dict[str, Result] = {}

    async def work(bench: Bench) -> None:
        for name, (function, arguments, _) in {**RESULTS, **FAILURES}.items():
            found[name] = await bench.call(function, arguments, process="session")

    on(tmp_path_factory.mktemp("outcomes"), work)
    return found


def test_an_error_and_the_way_to_it(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        came = await bench.call("fails")
        assert came.output == "LookupError: no such city"
        trace = came.facts["traceback"]
        assert 'File "mine.py", line' in trace
        assert "json.decoder.JSONDecodeError: Expecting property name" in trace
        assert "decoder.py" not in trace
        assert "toolserver" not in trace
        assert trace.endswith("LookupError: no such city\n")
        assert came.facts["printed"] == "before\non the other\n"
        assert bench.lines == ["before", "on the other"]

    on(tmp_path, work)


def test_a_file_that_cannot_be_loaded(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        bench.file.write_text("import nowhere\ndef f(): 'text'")
        came = await bench.call("f")
        words = "`mine.py` could not be loaded: ModuleNotFoundError: No module named 'nowhere'"
        assert (came.state, came.output) == ("failed", words)
        assert 'File "mine.py", line 1, in <module>\n    import nowhere' in came.facts["traceback"]
        bench.file.write_text("def f(:")
        assert "SyntaxError: " in (await bench.call("f")).output

    on(tmp_path, work)


def test_each_call_has_a_process_of_its_own(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        calls = [bench.call("counted") for _ in range(3)]
        assert [one.output for one in await asyncio.gather(*calls)] == ["1", "1", "1"]
        assert bench.left() == []

    on(tmp_path, work)


def test_calls_run_at_the_same_time(means: Means, tmp_path: Path) -> None:
    """Each is still there when the other has begun."""

    async def work(bench: Bench) -> None:
        begun = [asyncio.Event(), asyncio.Event()]
        tasks = [
            asyncio.ensure_future(bench.call("waits", heard=lambda _, one=one: one.set()))  # type: ignore[misc]
            for one in begun
        ]
        for one in begun:
            await one.wait()
        assert len(bench.left()) == 2
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert bench.left() == []

    on(tmp_path, work)


def test_one_process_for_the_session(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        kept = {"process": "session"}
        calls = [bench.call("counted", **kept) for _ in range(3)]
        came = await asyncio.gather(*calls)
        assert [one.output for one in came] == ["1", "2", "3"]
        assert [one.facts["printed"] for one in came] == [f"counted {n}\n" for n in (1, 2, 3)]
        assert [(await bench.call("slowly", {"x": n}, **kept)).output for n in (1, 2)] == ["2", "3"]
        assert (await bench.call("fails", **kept)).state == "failed"
        assert len(bench.left()) == 1
        ended = await bench.call("ends", **kept)
        assert (ended.state, ended.facts["ended"]) == ("failed", "ended")
        assert ended.output == "The tool gave no result. It ended with status 7."
        again = await bench.call("counted", **kept)
        assert (again.output, again.state) == ("1", "done")
        assert again.notes == ("Its process was started anew: what it had kept is gone.",)
        assert (await bench.call("counted", **kept)).notes == ()
        bench.file.write_text(SOURCE.replace("COUNT = 0", "COUNT = 10"))
        assert (await bench.call("counted", **kept)).output == "11"

    on(tmp_path, work)


BETWEEN = """
import os, threading
def f(what: str):
    go = threading.Event()
    def work():
        go.wait()
        # The answer of this call is on its way, or there.
        if what == "end":
            os._exit(3)
        body = b'{"ok": true, "output": "forged"}'
        for handle in range(3, 20):
            try: os.write(handle, len(body).to_bytes(4, "big") + body)
            except OSError: pass
    if what != "nothing":
        import sys
        tell = sys.modules["__main__"].tell
        def told(*given):
            tell(*given)
            go.set()
            thread.join()
        sys.modules["__main__"].tell = told
        thread = threading.Thread(target=work)
        thread.start()
    return what
"""


@pytest.mark.parametrize("what", ["end", "forge"])
def test_what_happens_between_two_calls(means: Means, tmp_path: Path, what: str) -> None:
    async def work(bench: Bench) -> None:
        bench.file.write_text(BETWEEN)
        first = await bench.call("f", {"what": what}, process="session")
        # What comes at once stands behind the answer, and then that is none.
        assert first.output in (what, "The tool gave no result. It was ended: it sent something "
                                "that is no answer.")  # fmt: skip
        second = await bench.call("f", {"what": "nothing"}, process="session")
        assert "forged" not in second.output
        # It may be asked before anybody can know that it is ending.
        third = await bench.call("f", {"what": "nothing"}, process="session")
        assert third.output == "nothing"

    on(tmp_path, work)


@pytest.mark.parametrize("process", ["call", "session"])
def test_cancelling_ends_it(means: Means, tmp_path: Path, process: str) -> None:
    async def work(bench: Bench) -> None:
        begun = asyncio.Event()
        task = asyncio.ensure_future(
            bench.call("waits", heard=lambda _: begun.set(), process=process)
        )
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert bench.left() == []
        assert (await bench.call("counted", process=process)).output == "1"

    on(tmp_path, work)


def test_cancelled_before_it_began(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        for turns in range(6):
            task = asyncio.ensure_future(bench.call("waits"))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert bench.left() == []

    on(tmp_path, work)


def test_closing_ends_all(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.call("counted", process="session")
        begun = asyncio.Event()
        task = asyncio.ensure_future(bench.call("waits", heard=lambda _: begun.set()))
        await begun.wait()
        await bench.tools.close()
        assert bench.left() == []
        assert (await task).output == "The tool gave no result. It was stopped."
        await bench.tools.close()

    on(tmp_path, work)


def test_a_limit_of_time_in_a_session(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        came = await bench.call("waits", {"lines": 2}, process="session")
        assert came.output == "The tool gave no result. It was ended: it took longer than 1 s."
        assert bench.left() == []

    on(tmp_path, work, limits=replace(PATIENT, seconds=1.0))


def test_lines_while_it_runs_are_few_and_short(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        await bench.call("gives", {"what": "print('\\x1b[31mred\\x1b[0m') or print('x' * 2000)"})
        assert bench.lines == ["red", "x" * LINE]
        bench.lines.clear()
        await bench.call("gives", {"what": "print('line\\n' * 1000, end='end')"})
        assert bench.lines == ["line"] * LINES
        bench.lines.clear()
        await bench.call("gives", {"what": "print('no end', end='')"})
        assert bench.lines == ["no end"]

    on(tmp_path, work)


def test_a_long_result_is_cut(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        came = await bench.call("gives", {"what": "'ä' * 1001"})
        assert came.state == "done"
        assert came.output == "ä" * 1000 + "\n[Cut: this is the start of 1,001 characters.]"
        assert came.notes == ("The result was cut: this is the start of 1,001 characters.",)
        assert (await bench.call("gives", {"what": "'ä' * 1000"})).output == "ä" * 1000

    on(tmp_path, work, limits=replace(PATIENT, output=1000))


def test_large_arguments(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        assert (await bench.call("given", {"x": "x" * 900_000})).output == "x" * 900_000

    on(tmp_path, work)


def test_only_the_file_that_was_read_is_run(means: Means, tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        digest = hashlib.sha256(SOURCE.encode()).hexdigest()
        assert (await bench.call("counted", sha256=digest)).ok
        bench.file.write_text(SOURCE + "\n")
        with pytest.raises(Failure) as caught:
            await bench.call("counted", sha256=digest)
        assert "has changed since its tools were read" in caught.value.problem.title

    on(tmp_path, work)


def test_folders_that_are_named_are_seen(means: Means, tmp_path: Path) -> None:
    source = {"what": "__import__('beside_it').VALUE"}

    async def seen(bench: Bench) -> None:
        assert (await bench.call("gives", source)).output == "7"

    async def unseen(bench: Bench) -> None:
        assert "No module named 'beside_it'" in (await bench.call("gives", source)).output

    # Who it becomes in the jail may not enter pytest's own folder.
    with tempfile.TemporaryDirectory() as beside:
        Path(beside).chmod(0o755)
        (Path(beside) / "beside_it.py").write_text("VALUE = 7")
        for name, work, path in (("a", seen, [beside]), ("b", unseen, [])):
            (tmp_path / name).mkdir()
            on(tmp_path / name, work, path=path)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    async def work(bench: Bench) -> None:
        for origin in ({}, {"python": str(tmp_path / "none.py")}, {"python": str(tmp_path)}):
            tool = Tool(name="f", origin=origin)
            with pytest.raises(Failure) as caught:
                await bench.tools.call(tool, Asked("1", "f", "", tool), "", bench.lines.append)
            assert not caught.value.problem.bug

    on(tmp_path, work)


@pytest.mark.parametrize("process", ["call", "session"])
def test_where_nothing_holds_it_nothing_is_run(tmp_path: Path, process: str) -> None:
    async def work(bench: Bench) -> None:
        with pytest.raises(Failure) as caught:
            await bench.call("counted", process=process)
        problem = caught.value.problem
        assert problem.title == "Nothing was run: it could not be locked up safely."
        assert problem.detail == "Nothing here holds it."

    on(tmp_path, work, means=Means(words="Nothing here holds it."))


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        ({}, ("The tool gave no result. It sent something that is no answer.", "failed")),
        ({"ok": True, "output": 3}, ("The tool gave no result. It sent something", "failed")),
        ({"ok": "yes", "output": "x"}, ("x", "failed")),
        ({"ok": False, "output": "x", "lacks": "network", "trace": 3}, ("x", "failed")),
        ({"ok": False, "output": "x", "lacks": [[], "network"]}, ("x\nTools have no", "failed")),
        ({"ok": True, "output": "x", "length": "long"}, ("x", "done")),
        ({"ok": True, "output": "x", "length": -3}, ("x", "done")),
        ({"ok": True, "output": "x", "length": 9}, ("x\n[Cut: this is the start of 9", "done")),
        ({"ok": True, "output": "x" * (MB + 1)}, ("x" * MB + "\n[Cut: this is", "done")),
        ({"ok": False, "output": "x" * MB}, ("x" * (TOLD // 2) + "\n…\nx", "failed")),
    ],
)
def test_an_answer_need_not_be_believed(answer: dict[str, Any], came: tuple[str, str]) -> None:
    made = result(Answered("answered", answer, b"\xff\x1b[0m"), LIMITS)
    assert made.output.startswith(came[0])
    assert made.state == came[1]
    assert json.loads(json.dumps(made.facts))["printed"] == "\ufffd\x1b[0m"
