"""What this machine can hold a process with: tried, not believed."""

from __future__ import annotations

import functools
import json
import os
import socket
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.core.problem import Failure
from playground.jail.limits import MB, Limits
from playground.jail.platform import Platform, system
from playground.jail.process import Process, refusal

TRIAL = Limits(seconds=60.0, cpu=20, memory=256 * MB, files=MB)

THROUGH: Mapping[str, str] = {
    "network": "it reached the network",
    "reading": "it read files that are none of its business",
    "writing": "it changed files outside its folder",
    "processes": "it could have as many processes as it liked",
    "signals": "it reached a process outside",
    "root": "it was still root",
    "secrets": "it saw the environment",
    "handles": "it had files that we had open",
    "memory": "it got more memory than it may have",
}
"""The attempts of `attempts.py`, should one get through."""

BEHIND = {"Landlock": "Landlock", "system-call filter": "a filter of system calls"}

PLANTED = "planted"


@dataclass(frozen=True, slots=True)
class Means:
    way: str = ""
    """What holds a process; empty: nothing does, and nothing may be run."""
    layers: tuple[str, ...] = ()
    """All that stood when it was tried. A process for which one of them is lacking is not begun."""
    words: str = ""
    """How it is held, or why not, for the user."""

    @property
    def several(self) -> bool:
        """Whether more than one process can be held together."""
        return self.way in ("namespaces", "bubblewrap")


def tried() -> Means:
    """Of this machine and this user; tried once. Blocking, a second perhaps."""
    with _trying:
        return _tried()


def of(platform: Platform, ways: Sequence[str]) -> Means:
    """The first of these ways that holds against every attempt."""
    if why := platform.lacking():
        return Means(words=why)
    failed = []
    for way in ways:
        try:
            layers, through = _trial(way)
        except Failure as failure:
            failed.append(f"{way}: {failure.problem.detail}")
            continue
        if not through:
            return Means(way, layers, _sentence(way, layers))
        failed.append(f"{way}: {', '.join(THROUGH[one] for one in through)}")
    return Means(words=f"Nothing here holds it for certain ({'; '.join(failed)}).")


_trying = threading.Lock()


@functools.cache
def _tried() -> Means:
    platform = system()
    if platform is None:
        return Means(words="On this system nothing is known yet that holds it.")
    return of(platform, platform.WAYS)


def _trial(way: str) -> tuple[tuple[str, ...], list[str]]:
    """What stood, and which attempts got through. Raises Failure where it cannot even be begun."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="playground-trial-")))
        planted = folder / PLANTED
        planted.write_text(PLANTED)
        # Nothing but the jail shall be what keeps it out.
        planted.chmod(0o666)
        folder.chmod(0o777)
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        told = {
            "planted": str(planted),
            "port": listener.getsockname()[1],
            "pid": os.getpid(),
            "memory": TRIAL.memory,
            "environment": ["HOME", "TMPDIR", "LANG"],
        }
        source = Path(__file__).with_name("attempts.py").read_text(encoding="utf-8")
        process = Process(source, TRIAL, means=Means(way), name="attempts.py")
        outcome = process.communicate(json.dumps(told).encode())
        through = _answer(outcome.stdout)
        if through is None:
            words = outcome.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise Failure(refusal(f"{outcome.words} {words}".strip()))
        if _reached(listener):
            through.append("network")
        if [*folder.iterdir()] != [planted] or planted.read_text() != PLANTED:
            through.append("writing")
        return process.layers, sorted(set(through))


def _answer(said: bytes) -> list[str] | None:
    try:
        answer: Any = json.loads(said)
        return [str(one) for one in answer["through"]]
    except (ValueError, TypeError, KeyError):
        return None


def _reached(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _sentence(way: str, layers: Sequence[str]) -> str:
    who = "as a user that nobody else is" if "unused user" in layers else "as you"
    behind = [words for one, words in BEHIND.items() if one in layers]
    if way == "filters":
        return (
            f"It runs {who}; Landlock lets it read nothing but Python's libraries, and a filter of "
            "system calls keeps it from the network and from other processes. That a file exists "
            "it can find out."
        )
    return (
        f"It runs {who}, with processes, a network and a file system of its own, in which there is "
        "nothing but Python's libraries"
        + (", made by bubblewrap" if way == "bubblewrap" else "")
        + (f"; behind that stand {' and '.join(behind)}." if behind else ".")
    )
