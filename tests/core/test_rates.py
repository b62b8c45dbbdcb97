"""Limits in headers: every way a server writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.rates import Rate, read, seconds

NOW = 1_795_000_000.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1h2m3s", 3723.0),
        ("1d", 86400.0),
        ("7.66s", 7.66),
        ("2m59.56s", 179.56),
        ("850µs", 0.00085),
        ("30", 30.0),
        ("0.5", 0.5),
        ("0", 0.0),
        (" 12S ", 12.0),
        (str(int(NOW) + 42), 42.0),
        (str(int(NOW * 1000) + 42_000), 42.0),
        (str(int(NOW) - 5), 0.0),
        ("2026-11-18T11:07:22Z", 42.0),
        ("2026-11-18T13:06:45+02:00", 5.0),
        ("1999-01-01T00:00:00Z", 0.0),
    ],
)
def test_a_reset_in_every_spelling(text: str, expected: float) -> None:
    assert seconds(text, NOW) == pytest.approx(expected)


NO_RESETS = (
    "", "soon", "-3", "nan", "inf", "1x", "s", "1s2", "1e400",
    # Days at the ends of the calendar, which are no moment somewhere.
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:00",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_RESETS)
def test_what_is_no_reset(text: str) -> None:
    assert seconds(text, NOW) is None


def test_the_headers_of_openai() -> None:
    headers = {
        "content-type": "application/json",
        "x-ratelimit-limit-requests": "10000",
        "x-ratelimit-limit-tokens": "30000000",
        "x-ratelimit-remaining-requests": "9999",
        "x-ratelimit-remaining-tokens": "120",
        "x-ratelimit-reset-requests": "6ms",
        "x-ratelimit-reset-tokens": "1m0s",
    }
    requests, tokens = read(headers, NOW)
    assert requests == Rate("requests", 10000, 9999, 0.006)
    assert tokens == Rate("tokens", 30_000_000, 120, 60.0)
    assert not requests.low and tokens.low


def test_headers_without_a_last_word_and_those_of_the_draft() -> None:
    assert read({"x-ratelimit-limit": "20", "x-ratelimit-remaining": "0"}, NOW) == (
        Rate("", 20, 0, None),
    )
    assert read({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3",
                 "ratelimit-reset": "9"}, NOW) == (Rate("", 100, 3, 9.0),)  # fmt: skip


def test_a_limit_alone_is_worth_telling_and_a_reset_alone_is_not() -> None:
    assert read({"x-ratelimit-remaining-tokens": "5"}, NOW) == (Rate("tokens", None, 5, None),)
    assert read({"x-ratelimit-reset-tokens": "5s"}, NOW) == ()
    assert read({"x-ratelimit-limit-tokens": "many"}, NOW) == ()


@given(st.dictionaries(st.sampled_from(["x-ratelimit-limit", "x-ratelimit-reset-tokens",
                                        "x-ratelimit-remaining-tokens"]), st.text()))  # fmt: skip
def test_nothing_in_a_header_raises(headers: dict[str, str]) -> None:
    for rate in read(headers, NOW):
        assert rate.reset is None or rate.reset >= 0
