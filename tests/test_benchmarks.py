"""Benchmarks are not tests: nothing here is measured, only that each can be run by its name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BENCHMARKS = sorted((Path(__file__).parent / "benchmarks").glob("bench_*.py"))


@pytest.mark.parametrize("path", BENCHMARKS, ids=lambda path: path.stem)
def test_each_benchmark_has_run_and_says_what_it_measures(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    runs = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run"]
    assert ast.get_docstring(tree)
    assert [ast.unparse(node.returns) for node in runs if node.returns] == [
        "list[tuple[str, str, str]]"
    ]
    assert not runs[0].args.args


def test_no_benchmark_is_collected(request: pytest.FixtureRequest) -> None:
    collected = {Path(str(item.path)) for item in request.session.items}
    assert not collected & set((Path(__file__).parent / "benchmarks").iterdir())
