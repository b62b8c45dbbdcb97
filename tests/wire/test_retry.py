from __future__ import annotations

import email.utils

import pytest

from playground.core.problem import Problem
from playground.wire import retry

NOW = 1_700_000_000.0


def date(seconds: float) -> str:
    return email.utils.formatdate(NOW + seconds, usegmt=True)


def setback(status: int, code: str | None = None, **headers: str) -> retry.Setback | None:
    problem = Problem(title="No.", status=status, code=code)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return retry.setback(problem, named, NOW)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529, 599])
def test_may_pass(status: int) -> None:
    assert setback(status) == retry.Setback(f"{status}: No.", None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 451])
def test_will_not_pass(status: int) -> None:
    assert setback(status) is None


def test_the_server_has_the_last_word_on_the_status() -> None:
    assert setback(400, x_should_retry="true")
    assert not setback(503, x_should_retry="false")
    assert setback(503, x_should_retry="maybe")


@pytest.mark.parametrize("code", sorted(retry.HOPELESS))
def test_waiting_does_not_help(code: str) -> None:
    assert setback(429, code) is None
    assert setback(429, code, x_should_retry="true") is None
    assert setback(429, "rate_limit_exceeded")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after_ms": "1500", "retry_after": "7"}, 1.5),
        ({"retry_after_ms": "soon", "retry_after": "7"}, 7.0),
        ({"retry_after": "0.25"}, 0.25),
        ({"retry_after": "120"}, 120.0),
        ({"retry_after": date(30)}, 30.0),
    ],
)
def test_waits_as_long_as_it_is_asked_to(headers: dict[str, str], seconds: float) -> None:
    found = setback(429, **headers)
    assert found is not None
    assert found.wait == seconds


def test_a_date_is_read_by_the_clock_of_the_server() -> None:
    headers = {"date": date(-600), "retry-after": date(-570)}
    assert retry.asked(headers, NOW) == 30
    assert retry.asked({**headers, "date": "soon"}, NOW) is None
    assert retry.asked({**headers, "date": date(-500)}, NOW) is None


@pytest.mark.parametrize("made", [0, 1])
def test_a_wait_of_the_servers_own_replaces_ours(made: int) -> None:
    found = setback(503, retry_after_ms="0.5")
    assert found is not None
    assert (found.wait or retry.backoff(made, 0.0)) == 0.0005


@pytest.mark.parametrize(
    "value",
    ["-1", "0", "nan", "inf", "-inf", "", "soon", date(-30), "Mon, 99 Foo 2026", "9" * 40 + ":"],
)
def test_nonsense_is_no_wait(value: str) -> None:
    assert setback(429, retry_after=value) == retry.Setback("429: No.", None)


@pytest.mark.parametrize(
    "headers",
    [{"retry_after": "121"}, {"retry_after_ms": "120001"}, {"retry_after": date(3600)}],
)
def test_too_long_a_wait_is_for_a_person_to_decide(headers: dict[str, str]) -> None:
    assert setback(429, **headers) is None
    assert setback(429, x_should_retry="true", **headers) is None


def test_backoff_doubles_up_to_eight_seconds_and_spreads() -> None:
    assert [retry.backoff(made, 0.0) for made in range(6)] == [0.5, 1, 2, 4, 8, 8]
    assert retry.backoff(1, 1.0) == 0.75
    assert retry.backoff(10_000, 0.0) == 8
