"""`packaging/checks.py`: every check runs, and what was left out is counted."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "packaging" / "checks.py"
MARKED_TESTS = """
import pytest

def test_plain(): pass
@pytest.mark.slow
def test_slow(): pass
@pytest.mark.slow
def test_slow_too(): pass
@pytest.mark.slow
@pytest.mark.external
def test_slow_and_external(): pass
"""
RUN_WITH_PLUGIN = """
import sys
sys.path.insert(0, sys.argv[1])
import pytest, checks
reasons = checks.reasons_to_leave_out(slow=False, external=False, keyring=True, model=False)
words = ["-p", "no:cacheprovider", "-p", "leftout", *checks.leave_out(reasons), *sys.argv[2:]]
sys.exit(pytest.main(words))
"""


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; what it does to the process is undone after the test."""
    spec = importlib.util.spec_from_file_location("checks_script", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return module


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "two"])
def test_what_was_left_out_is_counted_above_the_closing_line(
    tmp_path: Path, options: list[str]
) -> None:
    (tmp_path / "test_marked.py").write_text(MARKED_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  slow: s\n  external: e\n")
    answer = subprocess.run(
        [sys.executable, "-c", RUN_WITH_PLUGIN, str(SCRIPT.parent), *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    lines = answer.stdout.splitlines()
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "left out: 1 external (--external runs them)" in lines
    assert "left out: 2 slow (--slow runs them)" in lines
    assert "left out: 0 model (the bundled model is not installed)" in lines
    assert re.fullmatch(r"=+ 1 passed,? ?(3 deselected )?in .* =+", lines[-1])


def test_nothing_is_left_out_where_all_is_wanted_and_here(checks: ModuleType) -> None:
    everything = dict.fromkeys(("slow", "external", "keyring", "model"), True)
    assert checks.reasons_to_leave_out(**everything) == {}
    assert list(checks.reasons_to_leave_out(**everything | {"keyring": False})) == ["keyring"]


def test_a_failing_check_fails_the_command_and_the_others_still_run(
    checks: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "CHECKS", ("no_such_check", "platform", "nor_this"))
    ran: list[list[str]] = []
    monkeypatch.setattr(checks.pytest, "main", lambda words: ran.append(words) or 0)
    assert checks.main(["-k", "word"]) == 1
    assert [words[-2:] for words in ran] == [["-k", "word"]]
    assert capfd.readouterr().err.splitlines()[-1] == "Failed: no_such_check, nor_this."


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (1, 1), (5, 1)])
def test_the_tests_decide_where_all_checks_pass(
    checks: ModuleType, monkeypatch: pytest.MonkeyPatch, status: int, expected: int
) -> None:
    monkeypatch.setattr(checks, "CHECKS", ())
    monkeypatch.setattr(checks.pytest, "main", lambda words: status)
    assert checks.main([]) == expected


@pytest.mark.parametrize(
    ("arguments", "left_out"),
    [([], {"external", "slow"}), (["--slow"], {"external"}), (["--slow", "--external"], set())],
)
def test_slow_and_external_tests_run_when_asked_for(
    checks: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], left_out: set[str]
) -> None:
    seen: list[set[str]] = []
    monkeypatch.setattr(checks, "CHECKS", ())
    monkeypatch.setattr(
        checks.pytest,
        "main",
        lambda words: (
            seen.append({m for m in ("slow", "external") if f"--leave-out={m}=" in "".join(words)})
            or 0
        ),
    )
    checks.main(arguments)
    assert seen == [left_out]
