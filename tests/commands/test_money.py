"""Prices, budgets and what is told of them on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Sandbox

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def prices(home: Path, sandbox: Sandbox) -> Path:
    """A table in which each request to the sandbox costs a dime."""
    home.mkdir()
    row = {"server": sandbox.base_url, "model": "*", "from": "2020-01-01", "input": "0",
           "output": "0", "request": 0.1}  # fmt: skip
    path = home / "prices.json"
    path.write_text(json.dumps({"version": 1, "prices": [row]}))
    return path


@pytest.fixture
def run(sandbox: Sandbox, inside: Command) -> Command:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        where = ("--base-url", sandbox.base_url, "--model", "sandbox")
        fast = ("--set", 'sandbox={"per_second": 0}', "--json")
        return inside("run", *where, *fast, *arguments, "Hello")

    return run


def said(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def test_a_run_costs_what_the_users_own_table_says(prices: Path, run: Command) -> None:
    value = said(run("--budget", "0.1"))
    assert value["cost"] == {
        "usd": "0.1",
        "basis": "calculated",
        "price": {"source": "your own price, in force from 2020-01-01", "as_of": "2020-01-01"},
    }


def test_a_request_that_would_pass_the_budget_is_not_sent(prices: Path, run: Command) -> None:
    done = run("--budget", "0.09")
    value = said(done)
    assert (done.returncode, value["outcome"], value["requests"]) == (4, "limited", 0)
    assert "$0.1 at least: more than the budget of $0.09" in value["problem"]["title"]


def test_the_settings_budget_holds_and_the_doctor_tells_of_it(
    prices: Path, home: Path, run: Command, inside: Command
) -> None:
    budgets = {"day": {"usd": "0.15"}, "run": {"tokens": 9000}, "requests": 5}
    (home / "settings.json").write_text(json.dumps({"version": 1, "budgets": budgets}))
    assert [run().returncode for _ in range(2)] == [0, 4]
    told = said(inside("doctor", "--json"))
    assert told["budgets"] == {
        "run, tokens": "9000",
        "day, usd": "$0.1 of $0.15",
        "run, requests": "5",
    }
    assert told["prices"]["own"] == "1, the newest from 2020-01-01; looked up first"
    assert told["prices"]["built in"].startswith("genai-prices ")
    assert told["paths"]["prices"] == str(prices)


def test_a_table_that_is_broken_is_told_of_with_its_line(
    prices: Path, run: Command, inside: Command
) -> None:
    prices.write_text('{"prices": [\n  {"server": "*"}\n]}')
    done = run()
    assert done.returncode == 0 and said(done)["cost"]["usd"] == "0"
    assert "Your table of prices cannot be read" in done.stderr and "Line 2" in done.stderr
    assert "Line 2" in said(inside("doctor", "--json"))["prices"]["own"]
    assert prices.read_text().startswith('{"prices": [\n')


def test_a_budget_that_is_none_is_a_wrong_command_line(run: Command) -> None:
    for budget in ("-1", "much", "NaN"):
        done = run("--budget", budget)
        assert done.returncode == 2 and "not an amount" in done.stderr
