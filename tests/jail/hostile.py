"""Sources that mean harm, and what has to come of each. Run as a script, all of them.

    python tests/jail/hostile.py WAYS WITHIN TOLD

prints one JSON object: what holds them, and for each what came of it. It is a script so that it can
be run by another user; the processes it starts are known by WITHIN, which stands on their lines.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from playground.core.problem import Failure
from playground.jail.limits import MB, Limits
from playground.jail.means import Means, of
from playground.jail.platform import system
from playground.jail.process import Process

LIMITS = Limits(seconds=60.0, cpu=1, memory=128 * MB, output=MB // 4)
BRIEF = replace(LIMITS, seconds=1.0, cpu=30)
SEVERAL = replace(LIMITS, seconds=1.0, processes=8)
WRITING = replace(LIMITS, files=MB, cpu=30)


@dataclass(frozen=True)
class Case:
    source: str
    """PID, PORT, OUTSIDE (a folder) and SECRET (a file) are defined. What prints `through` got
    through; `alive` is printed by who was refused and goes on."""
    ended: tuple[str, ...] = ("exited",)
    status: int | None = None
    says: str = ""
    limits: Limits = LIMITS
    slow: bool = False


CASES: dict[str, Case] = {
    "side effect": Case(
        "open(OUTSIDE + '/written', 'w').write('through')", status=1, says="Error: [Errno "
    ),
    "temporary files": Case("open('/tmp/jail-written', 'w')\nprint('through')", status=1),
    "own folder, unasked": Case("open('own', 'w').write('x')\nprint('through')", status=1),
    "loop": Case("while True: pass", ("cpu",), slow=True),
    "pause": Case("import signal\nwhile True: signal.pause()", ("timeout",), limits=BRIEF),
    "fork bomb": Case(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        ("cpu", "timeout"),
        limits=replace(LIMITS, seconds=3.0),
    ),
    "fork bomb, with leave": Case(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        ("cpu", "timeout", "exited"),
        limits=SEVERAL,
    ),
    "daemon": Case(
        """
import os, signal
if not os.fork():
    os.setsid()
    if not os.fork():
        for one in range(1, 65):
            try: signal.signal(one, signal.SIG_IGN)
            except (OSError, ValueError): pass
        while True: signal.pause()
    os._exit(0)
os.wait()
os._exit(7)
""",
        status=7,
        limits=SEVERAL,
    ),
    "daemon, without leave": Case("import os\nos.fork()\nprint('through')", status=1),
    "network": Case(
        """
import socket
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as one:
        one.connect(('127.0.0.1', PORT))
        one.send(b'hello')
        print('through')
""",
        status=1,
    ),
    "memory": Case("one = bytearray(4 << 30)\nprint('through')", ("memory",)),
    "hoard": Case("every = []\nwhile True: every.append(bytearray(1 << 20))", ("memory",)),
    "output": Case("for _ in range(100): print('x' * (1 << 20))", ("output",)),
    "errors": Case(
        "import sys\nfor _ in range(100): sys.stderr.write('x' * (1 << 20))", ("output",)
    ),
    "environment": Case(
        """
import os
print(dict(os.environ))
for pid in ('self', PID, os.getppid(), 1):
    try: print(open(f'/proc/{pid}/environ').read())
    except OSError: pass
print('alive')
""",
        status=0,
        says="alive",
    ),
    "secret": Case("print(open(SECRET).read(), 'through')", status=1),
    "listing": Case("import os\nprint(os.listdir(OUTSIDE), 'through')", status=1),
    "owner": Case(
        """
import json, os
for act in (
    lambda: os.chmod(SECRET, 0),
    lambda: os.utime(SECRET, (0, 0)),
    lambda: os.unlink(SECRET),
    lambda: os.rename(SECRET, SECRET + '2'),
    lambda: os.symlink(SECRET, OUTSIDE + '/link'),
    lambda: os.mkdir(OUTSIDE + '/made'),
    lambda: os.chmod(json.__file__, 0o444),
):
    try: act()
    except OSError: print('alive')
    else: print('through')
""",
        status=0,
        says="alive",
    ),
    "signals": Case(
        """
import os, signal
for pid in (PID, os.getppid(), -1, 0):
    if pid not in (1, os.getpid()):
        try: os.kill(pid, signal.SIGKILL)
        except OSError: print('alive')
        else: print('through')
print('alive')
""",
        status=0,
        says="alive",
    ),
    "tracing": Case(
        """
import ctypes, os
libc = ctypes.CDLL(None)
for pid in (PID, os.getppid()):
    if libc.ptrace(16, pid, 0, 0) == 0: print('through')
if libc.unshare(0x10000000) == 0: print('through')
print('alive')
""",
        status=0,
        says="alive",
    ),
    "deaf": Case(
        """
import signal
for one in range(1, 65):
    try: signal.signal(one, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass
""",
        ("cpu",),
        slow=True,
    ),
    "hung up": Case(
        "import os, signal\nos.closerange(0, 100)\nwhile True: signal.pause()",
        ("timeout",),
        limits=BRIEF,
        slow=True,
    ),
    "exit": Case("import sys\nsys.exit(3)", status=3),
    "sudden exit": Case(
        "import os\nprint('alive', flush=True)\nos._exit(4)", status=4, says="alive"
    ),
    "abort": Case("import os\nos.abort()", ("signal",), status=-6),
    "raise": Case("def f(): raise ValueError('mine')\nf()", status=1, says="ValueError: mine"),
    "burrow": Case(
        """
import os
for _ in range(400):
    os.mkdir('d'); os.chdir('d')
open('file', 'w').write('x')
try: os.chmod('.', 0)
except OSError: pass
print('alive')
""",
        status=0,
        says="alive",
        limits=WRITING,
    ),
    "flood": Case(
        """
try:
    with open('file', 'wb', 0) as file:
        for _ in range(100): file.write(b'x' * (1 << 20))
    print('through')
except OSError: print('alive')
""",
        status=0,
        says="alive",
        limits=WRITING,
    ),
    "handles": Case(
        """
import os
for handle in range(3, 64):
    try: os.fstat(handle)
    except OSError: continue
    print('through')
print('alive')
""",
        status=0,
        says="alive",
    ),
    "nobody's root": Case(
        "import os\nprint('through' if 0 in (os.geteuid(), os.getegid()) else 'alive')",
        status=0,
        says="alive",
    ),
}


def came(case: Case, means: Means, told: dict[str, Any], within: Path) -> dict[str, Any]:
    source = "".join(f"{name} = {value!r}\n" for name, value in told.items()) + case.source
    process = Process(source, case.limits, means=means, within=within)
    try:
        outcome = process.communicate()
    except Failure as failure:
        return {"refused": failure.problem.detail}
    return {
        "ended": outcome.ended,
        "status": outcome.status,
        "stdout": outcome.stdout.decode("utf-8", "replace"),
        "stderr": outcome.stderr.decode("utf-8", "replace"),
        "words": outcome.words,
        "layers": process.layers,
    }


def main() -> None:
    ways, within, told = sys.argv[1].split(","), Path(sys.argv[2]), json.loads(sys.argv[3])
    platform = system()
    means = of(platform, ways) if platform else Means(words="another system")
    told["PID"] = os.getpid()
    names = [name for name, case in CASES.items() if not case.slow or "namespaces" in ways]
    with ThreadPoolExecutor(3) as pool:
        rows = pool.map(lambda name: came(CASES[name], means, told, within), names)
        answer = dict(zip(names, rows, strict=True))
    left = [
        line
        for process in Path("/proc").glob("[0-9]*")
        if int(process.name) != told["PID"] and str(within) in (line := words(process))
    ]
    folders = [path.name for path in within.iterdir()]
    print(
        json.dumps(
            {
                "way": means.way,
                "layers": means.layers,
                "words": means.words,
                "several": means.several,
                "rows": answer,
                "processes": left,
                "folders": folders,
            }
        )
    )


def words(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


if __name__ == "__main__":
    main()
