"""What docstrings say of parameters, in each style, and what is none of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.tools.docstrings import read

TOLD = {"city": "Where it is asked for.", "days": "How many, one to ten.", "more": "Whatever else."}

STYLES = {
    "google": """The forecast
    for a city.

    It is made up.

    Args:
        city (str): Where it is
            asked for.
        days (int, optional): How many, one to ten.

        **more: Whatever else.

    Returns:
        A list. city: not this.
    """,
    "google, text below": """The forecast for a city.

    Arguments:
        city:
            Where it is asked for.
        days:
            How many,
            one to ten.
        more: Whatever else.
    Raises:
        ValueError: never.
    """,
    "numpy": """
    The forecast for a city.

    Parameters
    ----------
    city : str
        Where it is asked for.
    days : {1, 10}, optional
        How many,
        one to ten.
    **more
        Whatever else.

    Returns
    -------
    city : list
        Not this.
    """,
    "reST": """The forecast for a city.

    :param str city: Where it is asked for.
    :type days: int
    :param days: How many,
        one to ten.
    :param more: Whatever else.
    :returns: A list.
        city: not this.
    """,
    "epytext": """The forecast for a city.
    @param city: Where it is asked for.
    @param days: How many, one to ten.
    @param more: Whatever else.
    @return: A list.
    """,
}


@pytest.mark.parametrize("style", STYLES)
def test_a_style(style: str) -> None:
    told = read(STYLES[style])
    assert told.summary == "The forecast for a city."
    assert told.parameters == TOLD


def test_several_names_have_one_text() -> None:
    told = read("Adds.\n\nParameters\n----------\na, b : int\n    A number.\n")
    assert told.parameters == {"a": "A number.", "b": "A number."}


@pytest.mark.parametrize(
    ("docstring", "summary"),
    [
        ("", ""),
        ("One.", "One."),
        ("Args:\n    a: text", ""),
        ("Tells\n\tthe time.\n\nMore.", "Tells the time."),
        ("Args are counted.\nAnd told.", "Args are counted. And told."),
        ("Times: 12:00 and so on.", "Times: 12:00 and so on."),
    ],
)
def test_the_summary_is_the_first_paragraph(docstring: str, summary: str) -> None:
    assert read(docstring).summary == summary


def test_text_that_only_looks_like_it() -> None:
    told = read("Text.\n\nParameters are many: a: b\n\nArgs\n    a: nothing\n\nNote: c: d\n")
    assert told.parameters == {}


@given(st.text(alphabet="ab:-@ \n\t*(),Args.param", max_size=200))
def test_anything_is_read(docstring: str) -> None:
    told = read(docstring)
    assert "\n" not in told.summary
    assert all(text and "\n" not in text for text in told.parameters.values())
