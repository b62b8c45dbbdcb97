"""Numbers, times and states in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from playground.ui import words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0004, "0 ms"),
        (0.412, "412 ms"),
        (0.9996, "1 s"),
        (3.14, "3.1 s"),
        (20, "20 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (125, "2 min 5 s"),
        (600, "10 min"),
        (3599.7, "1 h"),
        (22_800, "6 h 20 min"),
        (86_400, "24 h"),
    ],
)
def test_seconds_are_said_without_a_part_that_is_nothing(value: float, said: str) -> None:
    assert words.seconds(value) == said


def test_money_that_is_less_than_its_digits_is_not_nothing() -> None:
    amounts = ("0", "0.00000015", "0.000001", "0.0000044", "0.00225", "5")
    assert [words.money(Decimal(one)) for one in amounts] == [
        "$0.00", "< $0.000001", "$0.000001", "$0.000004", "$0.0023", "$5.00",
    ]  # fmt: skip
