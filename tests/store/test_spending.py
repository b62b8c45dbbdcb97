"""What has been used in a session, a day and a month."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from playground.core.budget import Scope
from playground.store.spending import between


@pytest.mark.parametrize(
    ("scope", "day", "first", "after"),
    [
        ("day", date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 21)),
        ("day", date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 1)),
        ("month", date(2026, 11, 20), date(2026, 11, 1), date(2026, 12, 1)),
        ("month", date(2026, 12, 31), date(2026, 12, 1), date(2027, 1, 1)),
        ("month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 3, 1)),
    ],
)
def test_days_and_months_are_those_of_the_local_calendar(
    scope: Scope, day: date, first: date, after: date
) -> None:
    begin, end = (datetime.fromtimestamp(moment) for moment in between(scope, day))
    assert (begin.date(), end.date()) == (first, after)
    assert (begin.hour, begin.minute, end.hour, end.minute) == (0, 0, 0, 0)
