"""Runs the benchmarks and prints one table: `python -m tests.benchmarks [names]`.

Each `bench_<name>.py` beside this file has `run() -> list[(area, goal, measured)]` and runs in a
process of its own. No figure ever fails anything: machines differ, and the same one from minute to
minute. Goals that compare are ratios to a peer measured in the same run.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias, cast

Rows: TypeAlias = list[tuple[str, str, str]]
"""(area, goal, measured)"""

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEAD = ("area", "goal", "measured")
AREA, GOAL = 56, 48
"""Columns at most; what is measured has the rest of the line."""


def names() -> list[str]:
    """Of all benchmarks there are."""
    return sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))


def load(name: str) -> Callable[[], Rows]:
    """The `run` of a benchmark."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", HERE / f"bench_{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return cast(Callable[[], Rows], module.run)


def measured(name: str) -> Rows:
    """The rows of a benchmark, from a process of its own; its other output passes through."""
    done = subprocess.run(
        [sys.executable, str(HERE), "--rows", name], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    *said, last = done.stdout.split("\n")[:-1] or [""]
    if done.returncode:
        return [(name, "runs", f"failed with status {done.returncode}: see above")]
    sys.stderr.writelines(f"{line}\n" for line in said)
    return [(area, goal, found) for area, goal, found in json.loads(last)]


def table(rows: Sequence[tuple[str, str, str]], *, head: bool) -> Iterator[str]:
    """Lines of aligned columns."""
    if head:
        yield from (line(*HEAD), line("─" * AREA, "─" * GOAL, "─" * 40))
    for row in rows:
        yield line(*row)


def line(area: str, goal: str, found: str) -> str:
    return f"{area:<{AREA}}  {goal:<{GOAL}}  {found}"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(names())}; none means all")
    parser.add_argument("--rows", action="store_true", help="print JSON, in this process")
    args = parser.parse_args(argv)
    if unknown := set(args.names) - set(names()):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    if args.rows:
        print(json.dumps([row for name in args.names for row in load(name)()]))
        return 0
    failed, head = False, True
    began = time.monotonic()
    for name in args.names or names():
        rows = measured(name)
        failed |= any(found.startswith("failed with status") for _, _, found in rows)
        print(*table(rows, head=head), sep="\n", flush=True)
        head = False
    print(f"\n{time.monotonic() - began:.0f} s on {sys.platform}, Python {sys.version.split()[0]}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
