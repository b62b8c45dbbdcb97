"""A process of the jail from begin to end: talked to, ended from outside, nothing of it left."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from playground.core.problem import Failure
from playground.jail.limits import MB, Limits
from playground.jail.means import Means
from playground.jail.process import Process

LIMITS = Limits(seconds=200.0, cpu=100, memory=128 * MB)
PATIENCE = 200
ECHO = "import sys\nfor line in sys.stdin: print(line.upper(), end='', flush=True)\n"
PAUSE = "import signal\nprint('here', flush=True)\nwhile True: signal.pause()\n"


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def gone(pid: int) -> bool:
    """Whether a process ends, waited for."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)


def test_what_goes_in_and_what_comes_out(means: Means, ground: Path) -> None:
    before = handles()
    said = b"line\n" * 50_000  # more than a pipe holds
    outcome = Process(ECHO, LIMITS, means=means, within=ground).communicate(said)
    assert (outcome.ended, outcome.status, outcome.stderr) == ("exited", 0, b"")
    assert outcome.stdout == said.upper()
    assert list(ground.iterdir()) == []
    assert handles() == before


def test_who_does_not_listen(means: Means) -> None:
    outcome = Process("print('done')", LIMITS, means=means).communicate(b"x" * MB)
    assert (outcome.ended, outcome.stdout) == ("exited", b"done\n")


def test_it_is_the_main_module_of_a_fresh_python(means: Means) -> None:
    source = """
import os, sys, threading, atexit, json
assert __name__ == '__main__'
assert sys.argv == ['mine.py'], sys.argv
assert os.environ.keys() == {'HOME', 'TMPDIR', 'LANG'}
assert os.getcwd() == os.environ['HOME'] and os.listdir() == []
assert not any('playground' in path or 'site-packages' in path for path in sys.path), sys.path
threading.Thread(target=lambda: print('thread', flush=True)).start()
atexit.register(print, 'last', flush=True)
print('läuft')
"""
    outcome = Process(source, LIMITS, means=means, name="mine.py").communicate()
    assert outcome.stderr == b""
    assert sorted(outcome.stdout.decode().split()) == ["last", "läuft", "thread"]


def test_an_error_names_the_line_as_python_does(means: Means) -> None:
    source = "def f():\n    return 1 / 0\n\nf()\n"
    outcome = Process(source, LIMITS, means=means, name="mine.py").communicate()
    lines = outcome.stderr.decode().split("\n")
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1:3] == ['  File "mine.py", line 4, in <module>', "    f()"]
    assert '  File "mine.py", line 2, in f' in lines
    assert lines[-2] == "ZeroDivisionError: division by zero"
    assert "launcher" not in outcome.stderr.decode()


def test_its_own_folder_takes_what_it_may_write(means: Means, ground: Path) -> None:
    source = "open('a', 'w').write('x' * 1000)\nprint(open('a').read())"
    limits = replace(LIMITS, files=MB)
    outcome = Process(source, limits, means=means, within=ground).communicate()
    assert (outcome.status, outcome.stdout) == (0, b"x" * 1000 + b"\n")
    assert list(ground.iterdir()) == []


def test_packages_that_are_named_can_be_imported(means: Means, ground: Path) -> None:
    packages = ground / "packages"
    packages.mkdir()
    (packages / "mine.py").write_text("VALUE = 7")
    source = "import mine\nprint(mine.VALUE)"
    named = Process(source, LIMITS, means=means, path=[str(packages)]).communicate()
    assert named.stdout == b"7\n", named.stderr
    assert b"No module named" in Process(source, LIMITS, means=means).communicate().stderr


def test_output_is_cut_where_the_limit_is(means: Means) -> None:
    limits = replace(LIMITS, output=1000)
    whole = Process("print('x' * 999)", limits, means=means).communicate()
    assert (whole.ended, len(whole.stdout)) == ("exited", 1000)
    over = Process("print('x' * 1000)", limits, means=means).communicate()
    assert (over.ended, over.status, over.stdout) == ("output", None, b"x" * 1000)
    assert over.words == "It was ended: it printed more than 0.000954 MB."


def test_it_lives_as_long_as_it_is_talked_to(means: Means, ground: Path) -> None:
    process = Process(ECHO, replace(LIMITS, seconds=None, cpu=None), means=means, within=ground)
    assert process.start()
    for word in (b"one\n", b"two\n"):
        process.stdin.write(word)
        assert process.stdout.read(100) == word.upper()
    process.stdin.close()
    assert process.stdout.read(100) == b""
    outcome = process.wait()
    assert (outcome.ended, outcome.status) == ("exited", 0)
    assert set(means.layers) <= set(process.layers)
    assert process.wait() is outcome
    assert list(ground.iterdir()) == []


def test_killed_from_another_thread(means: Means, ground: Path) -> None:
    before = handles()
    process = Process(PAUSE, LIMITS, means=means, within=ground)
    assert process.start()
    assert process.stdout.read(100) == b"here\n"
    thread = threading.Thread(target=process.kill)
    thread.start()
    outcome = process.wait()
    thread.join()
    assert (outcome.ended, outcome.words) == ("stopped", "It was stopped.")
    assert gone(process.pid)
    assert list(ground.iterdir()) == []
    process.kill()
    assert handles() == before


def test_killed_before_it_began(means: Means, ground: Path) -> None:
    process = Process(PAUSE, LIMITS, means=means, within=ground)
    process.kill()
    assert process.communicate().ended == "stopped"
    assert list(ground.iterdir()) == []


def test_it_does_not_outlive_us(means: Means, ground: Path) -> None:
    ours = f"""
import signal
from pathlib import Path
from playground.jail.means import Means
from playground.jail.process import Limits, Process
process = Process({PAUSE!r}, Limits(seconds=None, cpu=None), means={means!r},
                  within=Path({str(ground)!r}))
process.start()
process.stdout.read(100)
print(process.pid, flush=True)
while True: signal.pause()
"""
    with subprocess.Popen(
        [sys.executable, "-c", ours], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.send_signal(signal.SIGKILL)
        owner.wait(PATIENCE)
        assert gone(pid)
    at_work = [
        path
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if os.fsencode(ground / "playground-jail-") in _bytes(path)
    ]
    assert at_work == []


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_it_ends_though_its_owner_forgot_it(means: Means, ground: Path) -> None:
    """The clock is in the process beside it, not in ours."""
    process = Process(PAUSE, replace(LIMITS, seconds=0.2), means=means, within=ground)
    assert process.start()
    assert gone(process.pid)
    assert process.wait().ended == "timeout"


def test_a_layer_that_is_gone_is_a_refusal(means: Means, ground: Path) -> None:
    stood = replace(means, layers=(*means.layers, "a dragon"))
    with pytest.raises(Failure) as caught:
        Process("print('ran')", LIMITS, means=stood, within=ground).communicate()
    problem = caught.value.problem
    assert problem.title == "Nothing was run: it could not be locked up safely."
    assert problem.detail == "it is not there any more: a dragon"
    assert list(ground.iterdir()) == []


def test_without_means_nothing_is_begun(ground: Path) -> None:
    words = "Nothing here holds it."
    with pytest.raises(Failure) as caught:
        Process(PAUSE, LIMITS, means=Means(words=words), within=ground).communicate()
    assert caught.value.problem.detail == words
    assert list(ground.iterdir()) == []


def test_several_processes_need_what_holds_them_together() -> None:
    filters = Means("filters", ("Landlock", "system-call filter"), "")
    with pytest.raises(Failure, match="more than one process"):
        Process(PAUSE, replace(LIMITS, processes=2), means=filters).communicate()


def test_several_processes(means: Means) -> None:
    if not means.several:
        pytest.skip("nothing here holds more than one")
    source = """
import subprocess, sys, os
if os.fork() == 0:
    print('child', flush=True)
    os._exit(0)
os.wait()
print('parent')
"""
    outcome = Process(source, replace(LIMITS, processes=4), means=means).communicate()
    assert outcome.stdout == b"child\nparent\n", outcome.stderr


def test_no_room_for_its_folder(means: Means, ground: Path) -> None:
    before = handles()
    with pytest.raises(Failure) as caught:
        Process(ECHO, LIMITS, means=means, within=ground / "missing").communicate()
    assert "No such file" in caught.value.problem.detail
    assert handles() == before
