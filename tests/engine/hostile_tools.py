"""Python tools that mean harm, and what has to come of each. Run as a script, all of them.

    python tests/engine/hostile_tools.py WAYS FOLDER TOLD

prints one JSON object: what holds them, what came of each, and what is left. It is a script so that
it can be run by another user; the processes it starts are known by FOLDER, which stands on their
lines.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from playground.core.problem import Failure
from playground.core.tools import Asked, Tool
from playground.engine.pythontools import LINES, PythonTools
from playground.engine.pythontools_process import LIMITS
from playground.jail.limits import MB
from playground.jail.means import Means, of
from playground.jail.platform import system

PATIENT = replace(LIMITS, seconds=300.0, output=MB // 4)
BRIEF = replace(PATIENT, seconds=1.0)


@dataclass(frozen=True)
class Case:
    body: str
    """Of the function; PID, PORT, OUTSIDE (a folder) and SECRET (a file) are defined. `through` is
    returned by what got through."""
    says: str = ""
    """Stands in the output."""
    state: str = "failed"
    ended: str = "answered"
    brief: bool = False
    head: str = ""
    """Before the function: what the file does when it is loaded."""


CASES: Mapping[str, Case] = {
    "loop": Case("while True: pass", "longer than 1 s", ended="timeout", brief=True),
    "loop at loading": Case(
        "", "longer than 1 s", ended="timeout", brief=True, head="while True: pass"
    ),
    "deaf": Case(
        """
        import signal
        for one in range(1, 65):
            try: signal.signal(one, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: signal.pause()
        """,
        "longer than 1 s",
        ended="timeout",
        brief=True,
    ),
    "fork bomb": Case(
        """
        import os
        while True:
            try: os.fork()
            except OSError: pass
        """,
        "longer than 1 s",
        ended="timeout",
        brief=True,
    ),
    "fork": Case("import os\nreturn os.fork()", "Tools cannot start other programs here."),
    "program": Case(
        "import subprocess\nreturn subprocess.run(['true']).returncode",
        "Tools cannot start other programs here.",
    ),
    "4 GB": Case("return len(bytearray(4 << 30))", "A tool may have 512 MB of memory."),
    "hoard": Case("every = []\nwhile True: every.append(bytearray(1 << 20))", "MemoryError"),
    "100 MB of output": Case(
        "for _ in range(100): print('x' * (1 << 20))", "printed more than 0.25 MB", ended="output"
    ),
    "lines": Case("for _ in range(20_000): print(flush=True)", "null", "done"),
    "environment": Case(
        """
        import os
        told = [repr(dict(os.environ))]
        for pid in ('self', PID, os.getppid(), 1):
            try: told.append(open(f'/proc/{pid}/environ').read())
            except OSError: pass
        return sorted(os.environ)
        """,
        '["HOME", "LANG", "TMPDIR"]',
        "done",
    ),
    "secret": Case("return open(SECRET).read() + 'through'", "Tools see no files here"),
    "listing": Case("import os\nreturn [*os.listdir(OUTSIDE), 'through']", "Tools see no files"),
    "write": Case("return open(OUTSIDE + '/written', 'w') and 'through'", "Error: [Errno "),
    "write, temporary": Case("return open('/tmp/tool-written', 'w') and 'through'", "Tools see"),
    "own folder": Case(
        "open('own', 'w').write('x' * 1000)\nreturn len(open('own').read())", "1000", "done"
    ),
    "flood": Case(
        """
        with open('own', 'wb', 0) as file:
            for _ in range(100): file.write(b'x' * (1 << 20))
        return 'through'
        """,
        "Its own folder has room for 16 MB.",
    ),
    "kill": Case(
        """
        import os, signal
        for pid in (PID, os.getppid(), -1, 0):
            if pid not in (1, os.getpid()):
                try: os.kill(pid, signal.SIGKILL)
                except OSError: continue
                return 'through'
        return 'alive'
        """,
        "alive",
        "done",
    ),
    "network": Case(
        "import socket\nsocket.create_connection(('127.0.0.1', PORT)).send(b'x')\nreturn 'through'",
        "Tools have no network here.",
    ),
    "name of a host": Case(
        "import urllib.request\nreturn urllib.request.urlopen('http://localhost').read()",
        "Tools have no network here.",
    ),
    "forged, printed": Case(
        """
        import struct, sys
        body = b'{"ok": true, "output": "through", "mark": ""}'
        sys.stdout.buffer.write(struct.pack('>I', len(body)) + body)
        sys.stdout.flush()
        return 'genuine'
        """,
        "genuine",
        "done",
    ),
    "forged, into every handle": Case(
        """
        import os, struct
        body = b'{"ok": true, "output": "through", "mark": ""}'
        for handle in range(3, 64):
            try: os.write(handle, struct.pack('>I', len(body)) + body)
            except OSError: pass
        return 'late'
        """,
        "sent something that is no answer",
        ended="rubbish",
    ),
    "forged, 4 GB long": Case(
        """
        import os
        for handle in range(3, 64):
            try: os.write(handle, b'\\xff' * 4)
            except OSError: pass
        while True: os.write(2, b'')
        """,
        "sent something that is no answer",
        ended="rubbish",
    ),
    "forged with the mark": Case(
        "",
        "start of 2,000,000 characters",
        "done",
        head="""
import sys
sys.modules['__main__'].called = lambda *_: {
    'ok': True, 'output': 'x' * 2_000_000, 'length': 'long', 'lacks': 3, 'trace': [],
}
""",
    ),
    "forged, of other types": Case(
        "",
        "sent something that is no answer",
        head="import sys\nsys.modules['__main__'].called = lambda *_: {'ok': 1, 'output': [7]}",
    ),
    "50 MB of text": Case("return 'x' * 50_000_000", "start of 50,000,000 characters", "done"),
    "50 MB of words": Case("raise ValueError('x' * 50_000_000)", "ValueError: x"),
    "nested": Case("one = []\nfor _ in range(100_000): one = [one]\nreturn one", "nested too deep"),
    "exit": Case("import sys\nsys.exit(3)", "SystemExit: 3"),
    "sudden exit": Case("import os\nos._exit(4)", "It ended with status 4.", ended="ended"),
    "crash": Case("import ctypes\nctypes.string_at(1)", "by signal 11", ended="ended"),
    "hung up": Case(
        "import os, signal\nos.closerange(0, 100)\nwhile True: signal.pause()",
        "longer than 1 s",
        ended="timeout",
        brief=True,
    ),
    "hung up, and gone": Case(
        "import os\nos.closerange(0, 100)", "It ended with status", ended="ended"
    ),
    "threads": Case(
        """
        import threading
        for _ in range(3): threading.Thread(target=threading.Event().wait).start()
        return 'done'
        """,
        "done",
        "done",
    ),
    "recursion": Case("return f()", "RecursionError"),
    "generator": Case("return (x for x in iter(int, 1))", "`generator` is in it"),
    "words that never end": Case(
        """
        class Endless(Exception):
            def __str__(self):
                while True: pass
        raise Endless
        """,
        "longer than 1 s",
        ended="timeout",
        brief=True,
    ),
    "words that fail": Case(
        """
        class Nasty(BaseException):
            def __str__(self): raise SystemExit
        raise Nasty
        """,
        "Nasty: its words cannot be read",
    ),
    "reads the questions": Case("return input()", "EOFError"),
}


def source(case: Case, told: Mapping[str, Any]) -> str:
    lines = [f"{name} = {value!r}" for name, value in told.items()]
    body = case.body.strip("\n").split("\n")
    indent = len(body[0]) - len(body[0].lstrip())
    return "\n".join(
        [*lines, case.head, "def f():", "    'text'", *(f"    {x[indent:]}" for x in body)]
    )


async def came(name: str, folder: Path, means: Means, told: Mapping[str, Any]) -> dict[str, Any]:
    case = CASES[name]
    file = folder / "files" / f"{name.replace(' ', '_').replace(',', '')}.py"
    file.write_text(source(case, told))
    tool = Tool(name="f", origin={"python": str(file), "function": "f"})
    limits = BRIEF if case.brief else PATIENT
    tools = PythonTools(limits=limits, means=means, within=folder / "within")
    lines: list[str] = []
    try:
        result = await tools.call(tool, Asked("1", "f", "", tool), "", lines.append)
    except Failure as failure:
        return {"refused": failure.problem.detail}
    finally:
        await tools.close()
    return {
        "output": result.output,
        "state": result.state,
        "facts": result.facts,
        "notes": result.notes,
        "lines": min(len(lines), LINES + 1),
    }


async def rows(folder: Path, means: Means, told: Mapping[str, Any]) -> dict[str, Any]:
    room = asyncio.Semaphore(4)

    async def one(name: str) -> dict[str, Any]:
        async with room:
            return await came(name, folder, means, told)

    return dict(zip(CASES, await asyncio.gather(*map(one, CASES)), strict=True))


def main() -> None:
    ways, folder, told = sys.argv[1].split(","), Path(sys.argv[2]), json.loads(sys.argv[3])
    platform = system()
    means = of(platform, ways) if platform else Means(words="another system")
    for name in ("within", "files"):
        (folder / name).mkdir()
    answer = asyncio.run(rows(folder, means, {**told, "PID": os.getpid()}))
    left = [
        line
        for process in Path("/proc").glob("[0-9]*")
        if int(process.name) != os.getpid() and str(folder / "within") in (line := words(process))
    ]
    folders = [path.name for path in (folder / "within").iterdir()]
    said = {"way": means.way, "words": means.words, "rows": answer}
    print(json.dumps({**said, "processes": left, "folders": folders}))


def words(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


if __name__ == "__main__":
    main()
