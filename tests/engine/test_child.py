"""Child: real processes, small Python programs that behave well or badly."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys

import pytest

from playground.core.problem import Failure
from playground.engine import child as module
from playground.engine.child import Child
from tests.processes import PATIENCE

ANNOUNCE = """
import json, os, sys
print(json.dumps({"base_url": "http://127.0.0.1:1/v1", "pid": os.getpid()}), flush=True)
"""
GOOD = ANNOUNCE + "sys.stdin.read()"
SILENT = "import sys; sys.stdin.read()"


def python(program: str) -> Child:
    return Child([sys.executable, "-c", program], name="The child")


def await_end(pid: int) -> None:
    """Until a process, not our own child, is gone."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        ended, _, _ = select.select([process], [], [], PATIENCE)
        assert ended, f"process {pid} is still there"
    finally:
        os.close(process)


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_announces_itself_and_ends_when_told() -> None:
    child = python(GOOD)
    assert not child.alive
    found = await child.start()
    assert found == {"base_url": "http://127.0.0.1:1/v1", "pid": child.pid}
    assert child.alive
    await child.stop()
    assert not child.alive
    assert await child.died() == ""
    await child.stop()  # twice is no harm


async def test_a_child_that_was_never_started_can_be_stopped() -> None:
    await python(GOOD).stop()


async def test_a_death_is_told_to_all_who_wait() -> None:
    child = python(GOOD)
    await child.start()
    waiting = [asyncio.ensure_future(child.died()) for _ in range(2)]
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    assert await asyncio.gather(*waiting) == ["The child was ended by SIGKILL."] * 2
    assert not child.alive


async def test_what_it_says_on_stderr_before_it_dies_is_kept() -> None:
    child = python("import sys; print('no such model', file=sys.stderr); sys.exit(3)")
    with pytest.raises(Failure) as caught:
        await child.start()
    assert caught.value.problem.title == "The child ended with status 3 while it was starting."
    assert caught.value.problem.detail == "no such model"


@pytest.mark.parametrize("line", ["hello", "[1]", "{}", '{"base_url": 7}'])
async def test_an_announcement_that_says_no_address(line: str) -> None:
    child = python(f"import sys; print({line!r}, flush=True); sys.stdin.read()")
    with pytest.raises(Failure, match="did not say where it listens") as caught:
        await child.start()
    assert caught.value.problem.detail.strip() == line
    await child.died()  # would wait for ever, had it been left running


async def test_silence_has_a_limit() -> None:
    child = python(SILENT)
    with pytest.raises(Failure, match=r"The child was not ready within 0\.2 seconds"):
        await child.start(0.2)
    assert await child.died() == "The child was ended by SIGKILL."


async def test_a_start_that_is_cancelled_leaves_no_process() -> None:
    child = python(SILENT)
    starting = asyncio.ensure_future(child.start())
    await asyncio.sleep(0)  # one step: it is started, and waited for
    assert child.alive
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert await child.died() == "The child was ended by SIGKILL."


async def test_a_program_that_is_not_there() -> None:
    with pytest.raises(Failure, match=r"The child could not be started\."):
        await Child(["/nowhere/to/be/found"], name="The child").start()


async def test_much_talk_does_not_stop_it() -> None:
    """More than a pipe holds, on both, before it comes to its end."""
    talk = "for f in (sys.stdout, sys.stderr): f.write('x' * 300_000 + '\\n')\nsys.exit(7)"
    child = python(ANNOUNCE + talk)
    await child.start()
    assert await child.died() == "The child ended with status 7."


async def test_a_child_that_does_not_end_by_itself_is_killed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "GENTLE", 0.1)
    child = python(ANNOUNCE + "import signal; signal.pause()")
    await child.start()
    await child.stop()
    assert not child.alive


async def test_variables_reach_it() -> None:
    program = "import json, os; print(json.dumps({'base_url': os.environ['WHERE']}), flush=True)"
    child = Child([sys.executable, "-c", program], {**os.environ, "WHERE": "there"})
    assert (await child.start())["base_url"] == "there"
    await child.stop()


PARENT = f"""
import asyncio, signal, sys
from playground.engine.child import Child

async def main():
    child = Child([sys.executable, "-c", {GOOD!r}])
    await child.start()
    print(child.pid, flush=True)
    await child.died()

asyncio.run(main())
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a stranger's end: Linux only")
def test_it_does_not_outlive_a_parent_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert exists(pid)
        parent.kill()
    await_end(pid)


UNDER_QT = f"""
import asyncio, os, sys
import qasync
from PySide6.QtWidgets import QApplication
from playground.core.problem import Failure
from playground.engine.child import Child

async def main():
    first = Child([sys.executable, "-c", {GOOD!r}])
    print((await first.start())["base_url"])
    await first.stop()
    print(repr(await first.died()))
    second = Child([sys.executable, "-c", {SILENT!r}])
    try:
        await second.start(0.2)
    except Failure as failure:
        print(failure.problem.title)
    print(await second.died())

application = QApplication([])
with qasync.QEventLoop(application) as loop:
    loop.run_until_complete(main())
"""


def test_the_loop_that_qt_shares_will_do() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNDER_QT],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.stdout.splitlines() == [
        "http://127.0.0.1:1/v1",
        "''",
        "A server of ours was not ready within 0.2 seconds.",
        "A server of ours was ended by SIGKILL.",
    ], done.stderr
