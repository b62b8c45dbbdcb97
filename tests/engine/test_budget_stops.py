"""What a run says that a budget ended: whose budget, the arithmetic, and what is best done next."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.call import Call
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.budget import stopped

USD = {"of": "run", "unit": "usd", "limit": "0.25", "spent": "0.2", "next": "0.1"}


def ended(**limited: Any) -> Run:
    run = Run("run_1", "ses_1", None, Call(), "here", [], BY_ID["responses"].reduce)
    run.note("limited", {"words": "The words.", **limited})
    run.note("ended")
    return run


def test_the_arithmetic_is_told_in_its_order() -> None:
    problem = stopped(ended(why="budget", budget=USD))
    assert problem is not None
    assert problem.title == "Nothing was sent: the budget of a run would not hold."
    assert (problem.detail, problem.remedy) == ("The words.", "raise_budget")
    assert list(problem.facts.items()) == [
        ("used", "$0.2"), ("next at least", "$0.1"), ("budget", "$0.25"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("of", "title"),
    [
        ("session", "the budget of this session"),
        ("day", "the budget of today"),
        ("month", "the budget of this month"),
    ],
)
def test_it_says_whose_budget_it_was(of: str, title: str) -> None:
    problem = stopped(ended(why="budget", budget={**USD, "of": of}))
    assert problem is not None and title in problem.title


def test_where_only_a_price_is_missing_that_is_what_is_offered() -> None:
    problem = stopped(ended(why="budget", budget={**USD, "next": None}))
    assert problem is not None and problem.remedy == "set_price"
    assert "next at least" not in problem.facts


def test_counts_are_said_with_what_they_count() -> None:
    sums = {"of": "run", "unit": "requests", "limit": 2, "spent": 2, "next": None}
    problem = stopped(ended(why="budget", budget=sums))
    assert problem is not None and problem.remedy == "raise_budget"
    assert problem.facts == {"used": "2 requests", "budget": "2 requests"}


@pytest.mark.parametrize("limited", [{"why": "steps"}, {"why": "alike"}, {"why": "error"}])
def test_other_limits_are_no_budgets(limited: dict[str, Any]) -> None:
    assert stopped(ended(**limited)) is None


@pytest.mark.parametrize("budget", [None, [], "much", {}, {"unit": "stars", "limit": {}}])
def test_a_fact_that_says_nothing_of_use_leaves_the_words(budget: Any) -> None:
    problem = stopped(ended(why="budget", budget=budget))
    assert problem is not None
    assert (problem.detail, problem.facts) == ("The words.", {})
    assert problem.title == "Nothing was sent: the budget would not hold."
